"""Prompts of ours beside other people's, for readers who do not know which is which; `make pairs` and `make tally`."""

from __future__ import annotations

import io
import json
import random
import re
import statistics
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import click
from builtin_recipes import LIBRARY
from PIL import Image as PillowImage
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from prompt_kit.errors import InputError, Place, Problem, PromptKitError
from prompt_kit.images import Image, open_image
from prompt_kit.recipe.assembly import load
from prompt_kit.support.messages import explain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prompt_kit.prompt import Turn
    from prompt_kit.recipe.library import Library

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Side = Literal["A", "B"]
Quote = Annotated[str, StringConstraints(pattern=r"^[AB]: ?\S")]
"""A passage and the side on which it stands, such as ``A: wide aperture``."""

_NOTE = re.compile(r"\[[^\[\]]*\bFormat:[^\[\]]*\]\s*$")


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Words


class FilledIn(BaseModel):
    """How somebody who knows neither template nor reference filled a recipe in for the brief."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recipe: Words
    strategies: list[str] = []
    values: dict[str, Any] = {}
    pictures: dict[str, Annotated[list[int], Field(min_length=1)]] = {}
    """Which of the attached pictures go into each slot, by their numbers from 1; plain stand-ins are drawn for them."""
    settings: dict[str, Any] = {}


class Brief(_Row):
    """What somebody wants, a good public prompt for it, and how our recipe was filled in."""

    brief: Words
    reference: Words | Annotated[list[Words], Field(min_length=1)]
    """The other prompt; a list when it has several turns. Both sides get the note on pictures and format."""
    attached: list[Words] = []
    """What each attached picture shows, in the order in which the reference counts them."""
    format: Words
    """The format in words or as a ratio, such as ``3:2`` or ``as the attached picture``."""
    filled: FilledIn


class Pair(_Row):
    """What a reader gets."""

    brief: str
    A: str
    B: str


class KeyEntry(_Row):
    """Which side of a pair is ours."""

    ours: Side
    recipe: str
    words_ours: int
    words_reference: int
    ratio: float
    """How many times as long as the reference ours is."""


class Verdict(_Row):
    """What one reader says of one pair."""

    preferred: Literal["A", "B", "tie"]
    strength: Annotated[int, Field(ge=0, le=3)]
    """0 for a tie, else from 1 (hardly) to 3 (clearly)."""
    contradictions: list[Quote] = []
    """Passages that contradict the brief or each other."""
    harmful: list[Quote] = []
    """Passages that would make the picture worse."""
    missing_A: list[Words] = []  # noqa: N815 - sides are called A and B
    """Requirements of the brief that A does not state."""
    missing_B: list[Words] = []  # noqa: N815
    reason: str = ""


Row = TypeVar("Row", bound=_Row)


def read(path: Path, model: type[Row], problems: list[Problem]) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a JSONL file with their line numbers; what cannot be read is added to the problems."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(f"the file cannot be read ({error}).", Place(str(path))))
        return
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = Place(path.name, number)
        try:
            row = model.model_validate(json.loads(line))
        except ValidationError as error:
            problems += [
                Problem(f"{'.'.join(map(str, e['loc'])) or 'the row'}: {explain(e)}.", place)
                for e in error.errors(include_url=False)
            ]
        except ValueError as error:
            problems.append(Problem(f"this is not JSON: {error}.", place))
        else:
            if row.id in seen:
                problems.append(Problem(f"'{row.id}' is here for the second time.", place))
            else:
                seen.add(row.id)
                yield number, row


def lay(path: Path, seed: str, problems: list[Problem], library: Library = LIBRARY) -> Iterator[tuple[Pair, KeyEntry]]:
    """Yield a pair and its key for each brief that can be rendered; all problems of all others are added."""
    for number, brief in read(path, Brief, problems):
        place = Place(path.name, number)
        reference = brief.reference if isinstance(brief.reference, list) else [brief.reference]
        if any(_NOTE.search(turn) for turn in reference):
            problems.append(Problem("the reference ends with a note on the format. Leave it out; both get one.", place))
            continue
        try:
            turns = rendered(brief, library)
        except PromptKitError as error:
            problems += [Problem(str(problem), place) for problem in error.problems]
            continue
        ours: Side = random.Random(f"{seed} {brief.id}").choice(("A", "B"))
        # Whatever differs beside the words, such as empty lines or a stray space, would tell readers which is which.
        mine = f"{shown([turn.text for turn in turns])}\n\n{note(brief, sent(brief, turns))}"
        theirs = f"{shown(reference)}\n\n{note(brief, range(1, len(brief.attached) + 1))}"
        a, b = (mine, theirs) if ours == "A" else (theirs, mine)
        lengths = length(turn.text for turn in turns), length(reference)
        yield (
            Pair(id=brief.id, brief=brief.brief, A=a, B=b),
            KeyEntry(
                id=brief.id,
                ours=ours,
                recipe=brief.filled.recipe,
                words_ours=lengths[0],
                words_reference=lengths[1],
                ratio=round(lengths[0] / lengths[1], 2),
            ),
        )


def rendered(brief: Brief, library: Library) -> tuple[Turn, ...]:
    """Return the turns that a recipe makes of what was filled in.

    Raises:
        PromptKitError: With every problem of the recipe, its strategies, the values, pictures and settings.
    """
    filled = brief.filled
    problems = [
        Problem(f"'{name}' does not belong among the values.")
        for name in sorted(filled.values.keys() & {*filled.pictures, "settings", "generator"})
    ]
    problems += [
        Problem(f"{slot}: there is no attached picture {number}.")
        for slot, numbers in filled.pictures.items()
        for number in numbers
        if not 0 < number <= len(brief.attached)
    ]
    if problems:
        raise InputError(problems)
    recipe = load(filled.recipe, library=library).using(*filled.strategies)
    pictures = {slot: [stand_in(number) for number in numbers] for slot, numbers in filled.pictures.items()}
    return recipe.render(settings=filled.settings, **(filled.values | pictures)).turns


@cache
def stand_in(number: int) -> Image:
    """Return a plain picture that stands for the attached picture of that number."""
    buffer = io.BytesIO()
    PillowImage.new("RGB", (32, 32), (number, 0, 0)).save(buffer, "PNG")
    return open_image(buffer.getvalue())


def sent(brief: Brief, turns: Sequence[Turn]) -> list[int]:
    """Return the numbers of the attached pictures in the order in which ours sends them."""
    numbers = {stand_in(number).sha256: number for number in range(1, len(brief.attached) + 1)}
    return list(dict.fromkeys(numbers[reference.image.sha256] for turn in turns for reference in turn.references))


def shown(texts: Sequence[str]) -> str:
    """Return the turns of a prompt in order; a single one without a heading."""
    clean = [
        "\n\n".join(
            filter(
                None, ("\n".join(" ".join(line.split()) for line in p.splitlines()).strip() for p in text.split("\n\n"))
            )
        )
        for text in texts
    ]
    return clean[0] if len(clean) == 1 else "\n\n".join(f"Turn {n}:\n{text}" for n, text in enumerate(clean, 1))


def note(brief: Brief, order: Sequence[int]) -> str:
    """Return what a prompt ends with: the attached pictures in the order in which it counts them, and the format."""
    shows = [brief.attached[number - 1] for number in order]
    if len(shows) > 1:
        shows = [f"{place}. {words}" for place, words in enumerate(shows, 1)]
    attached = f"Attached: {'; '.join(shows)}." if shows else "No picture is attached."
    return f"[{attached} Format: {brief.format}.]"


def length(texts: Iterable[str]) -> int:
    """Return how many words texts have together."""
    return sum(len(text.split()) for text in texts)


@dataclass(frozen=True)
class Judged:
    """A verdict together with its key."""

    key: KeyEntry
    verdict: Verdict

    @property
    def result(self) -> Literal["better", "equal", "worse"]:
        """What the reader holds of ours."""
        if self.verdict.preferred == "tie":
            return "equal"
        return "better" if self.verdict.preferred == self.key.ours else "worse"

    def quotes(self, name: Literal["contradictions", "harmful"]) -> tuple[int, int]:
        """Return how many passages of that kind stand in ours, and in the reference."""
        quotes: list[str] = getattr(self.verdict, name)
        ours = sum(quote[0] == self.key.ours for quote in quotes)
        return ours, len(quotes) - ours

    @property
    def missing(self) -> tuple[int, int]:
        """How many requirements are missing in ours, and in the reference."""
        counts = len(self.verdict.missing_A), len(self.verdict.missing_B)
        return counts if self.key.ours == "A" else (counts[1], counts[0])


def judged(keys: dict[str, KeyEntry], path: Path, problems: list[Problem]) -> list[Judged]:
    """Return one reader's verdicts; ids that the key does not have, and pairs without a verdict, are problems."""
    judgements = []
    for number, verdict in read(path, Verdict, problems):
        if verdict.id not in keys:
            problems.append(Problem(f"the key has no '{verdict.id}'.", Place(path.name, number)))
        else:
            judgements.append(Judged(keys[verdict.id], verdict))
    unread = keys.keys() - {judgement.verdict.id for judgement in judgements}
    if unread:
        problems.append(Problem(f"there is no verdict on {', '.join(sorted(unread))}.", Place(path.name)))
    return judgements


def tallied(readers: dict[str, list[Judged]], keys: dict[str, KeyEntry]) -> Iterator[str]:
    """Yield the lines of the result: readers, kinds, flaws of both sides, and lengths."""
    every = [judgement for verdicts in readers.values() for judgement in verdicts]
    yield "ours        better  equal  worse"
    for name, verdicts in (*readers.items(), *([("all", every)] if len(readers) > 1 else [])):
        yield _counted(name, verdicts)
    yield "by recipe"
    for recipe in sorted({judgement.key.recipe for judgement in every}):
        yield _counted(f"  {recipe}", [judgement for judgement in every if judgement.key.recipe == recipe])
    flaws = {
        "contradictions": [judgement.quotes("contradictions") for judgement in every],
        "harmful": [judgement.quotes("harmful") for judgement in every],
        "missing requirements": [judgement.missing for judgement in every],
    }
    for name, counts in flaws.items():
        yield f"{name}: ours {sum(ours for ours, _ in counts)}, reference {sum(theirs for _, theirs in counts)}"
    if keys:
        yield f"median length: ours {statistics.median(key.ratio for key in keys.values()):.2f} × the reference"


def _counted(name: str, verdicts: Sequence[Judged]) -> str:
    counts = Counter(judgement.result for judgement in verdicts)
    return f"{name:<18}" + "".join(f"{counts[result]:>7}" for result in ("better", "equal", "worse")).removeprefix(
        "    "
    )


def _end(problems: Sequence[Problem]) -> None:
    """Tell all problems, and end with 1 when there are any."""
    for problem in problems:
        click.echo(str(problem), err=True)
    sys.exit(1 if problems else 0)


@click.group()
def main() -> None:
    """Set prompts of ours beside other people's, and count what readers say."""


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@main.command("lay")
@click.argument("briefs", type=_FILE)
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", required=True, help="Decides which side is ours; keep it from the readers.")
def lay_command(briefs: Path, out: Path, seed: str) -> None:
    """Write OUT/pairs.jsonl for readers, and OUT/key.jsonl for whoever counts."""
    problems: list[Problem] = []
    made = list(lay(briefs, seed, problems))
    out.mkdir(parents=True, exist_ok=True)
    for name, rows in (("pairs", [pair for pair, _ in made]), ("key", [key for _, key in made])):
        text = "".join(json.dumps(row.model_dump(), ensure_ascii=False) + "\n" for row in rows)
        (out / f"{name}.jsonl").write_text(text, encoding="utf-8")
    click.echo(f"{len(made)} pairs are in {out / 'pairs.jsonl'}, their key in {out / 'key.jsonl'}.", err=True)
    _end(problems)


@main.command("tally")
@click.argument("key", type=_FILE)
@click.argument("verdicts", type=_FILE, nargs=-1, required=True)
def tally_command(key: Path, verdicts: tuple[Path, ...]) -> None:
    """Count the verdicts, one file for each reader."""
    problems: list[Problem] = []
    keys = {entry.id: entry for _, entry in read(key, KeyEntry, problems)}
    readers = {path.stem: judged(keys, path, problems) for path in verdicts}
    click.echo("\n".join(tallied(readers, keys)))
    _end(problems)


if __name__ == "__main__":
    main()
