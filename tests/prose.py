"""Grammar of what the built-in recipes say, under realistic values; run it to check a thousand sets a recipe."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import yaml
from builtin_recipes import LIBRARY
from prose_values import Filled, examples, filled

from prompt_kit.review.lint.sentences import parted as parts
from prompt_kit.support import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from harper import Linter

EXPLAINED: Final = Path(__file__).with_suffix(".yaml")
"""The findings that are right as they are, each with its reason."""

SETS: Final = 1000
"""Random sets of values for each recipe, when it takes as long as it takes."""

AT_ONCE: Final = 3
"""Sentences that the checker gets together, in paragraphs of their own: the fastest number of 1, 3, 10 and 30."""

LONGEST: Final = 40
"""Most words of a sentence, as the checker counts them."""

SLOT: Final = "‹›"
"""Stands for what a person wrote."""

_FLAWS: Final = {
    "spaces": re.compile(r" {2}|\s[,.;:!?](?=\s|$)"),
    "stops": re.compile(r",\s*[,.;:]|(?<!\.)\.\.(?!\.)|[!?][,;:]|(?<!Ltd)\.[,;:]|[;:]\s*[,.;:]"),
    "nothing": re.compile(r"\bNone\b|\(\s*\)|\"\"|\[\]"),
    "twice": re.compile(r"\b(\w+) \1\b", re.IGNORECASE),
    "capital": re.compile(r"^[a-z]"),
    "end": re.compile(r"[^.!?…:\"”’»)。！？]$|[\w,;][\"”’»)]+$"),
}
# Verbs that change with the number of their subject; a person's words before them may be one thing or many.
_AGREES: Final = re.compile(
    rf"{SLOT} (?:is|are|was|were|has|have|does|do|goes|go|comes?|stands?|lies?|fills?|shows?|keeps?|stays?|takes?|looks?"
    r"|makes?|gives?|reads?|holds?|becomes?|remains?|appears?|leads?|carries|carry|sits?|rests?|runs?|falls?|says?)\b"
)
# "These details are exact: ‹›." when only one was named.
_ALONE: Final = re.compile(rf"\b(?:[Tt]hese|[Tt]hose|features|points|things)\b[^:.;]*: {SLOT}\.$")
_ARTICLE: Final = re.compile(r"\b(an?) ([\w'’/-]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Sentence:
    """One sentence of a prompt, and where in it a person's own words stand."""

    recipe: str
    text: str
    theirs: tuple[tuple[int, int], ...] = ()

    @cached_property
    def shape(self) -> str:
        """The sentence with a mark for whatever a person wrote; what the kit says is the same in all of one shape."""
        made, at = "", 0
        for start, end in self.theirs:
            made, at = made + self.text[at:start] + SLOT, end
        return made + self.text[at:]

    def is_theirs(self, start: int, end: int) -> bool:
        """Return whether a passage lies inside what a person wrote."""
        return any(first <= start and end <= last for first, last in self.theirs)


@dataclass(frozen=True)
class Finding:
    """A passage that a rule objects to."""

    rule: str
    sentence: Sentence
    start: int
    end: int
    message: str = ""

    @property
    def passage(self) -> str:
        """The sentence with the passage in double brackets; explanations are matched with it."""
        text = self.sentence.text
        return f"{text[: self.start]}[[{text[self.start : self.end]}]]{text[self.end :]}"

    def __str__(self) -> str:
        """Name the recipe, the rule and the passage."""
        return f"{self.sentence.recipe}: {self.rule}: {self.passage}  {self.message}".rstrip()


@dataclass
class Explanation:
    """Why findings of a rule are right as they are."""

    rule: str
    why: str
    where: str = ""
    """What the passage must match, as a regular expression; any passage of the rule when empty."""
    rare: bool = False
    """Whether it takes a thousand sets of values to see it."""
    used: int = 0

    def covers(self, finding: Finding) -> bool:
        """Return whether this is the reason, and count it."""
        if finding.rule != self.rule or not re.search(self.where, finding.passage):
            return False
        self.used += 1
        return True


@dataclass
class Explained:
    """All that is right as it is."""

    words: dict[str, list[str]]
    """Words that are in no small dictionary, by the reason why they are right."""
    passages: list[Explanation] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path = EXPLAINED) -> Explained:
        """Read the list; every entry has a reason."""
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return cls(content["words"], [Explanation(**entry) for entry in content["passages"]])

    def left(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings that nothing explains."""
        return [f for f in findings if not [e for e in self.passages if e.covers(f)]]

    def idle(self, judged: Iterable[Sentence], sets: int = SETS) -> list[str]:
        """Return the explanations and words that nothing has needed; rare ones count in a large sample only."""
        said = {word for s in judged for word in re.findall(r"[^\W\d_][\w'’-]*", s.text)}
        said |= {part for word in said for part in re.split(r"['’-]", word)}
        idle = [f"{e.rule}: {e.where or 'anywhere'}" for e in self.passages if not (e.used or (e.rare and sets < SETS))]
        return idle + [word for group in self.words.values() for word in group if word not in said]


def parted(prompt: Filled) -> Iterator[Sentence]:
    """Yield the sentences of a prompt in which the kit says something."""
    for paragraph in prompt.paragraphs:
        for part in parts(paragraph, prompt.theirs):
            sentence = Sentence(prompt.recipe, part.text, part.values)
            if re.search(r"\w", sentence.shape.replace(SLOT, "")):
                yield sentence


def distinct(prompts: Iterable[Filled], most: int) -> list[Sentence]:
    """Return the sentences in which the kit says different things, each with at most so many different values."""
    shapes: dict[str, dict[str, Sentence]] = defaultdict(dict)
    for prompt in prompts:
        for sentence in parted(prompt):
            known = shapes[sentence.shape]
            if len(known) < most:
                known.setdefault(sentence.text, sentence)
    return [sentence for known in shapes.values() for sentence in known.values()]


def plain_flaws(sentence: Sentence) -> Iterator[Finding]:
    """Yield what needs no grammar: gaps, stops, repeated words, articles, and verbs that may not fit a value."""
    for rule, pattern in _FLAWS.items():
        for match in pattern.finditer(sentence.text):
            if not sentence.is_theirs(*match.span()):
                yield Finding(rule, sentence, *match.span())
    for match in _ARTICLE.finditer(sentence.text):
        right = {f"{match[1].lower()} {match[2]}", match[2]}
        if not sentence.is_theirs(*match.span()) and words.article(match[2]) not in right:
            yield Finding("article", sentence, *match.span())
    for rule, pattern in (("agreement", _AGREES), ("one of many", _ALONE)):
        for match in pattern.finditer(sentence.shape):
            start = _in_text(sentence, match.start() + match[0].index(SLOT))
            yield Finding(rule, sentence, start, start + 1)


def grammar(judged: Sequence[Sentence], known: Iterable[str] = ()) -> Iterator[Finding]:
    """Yield what the grammar checker finds in the kit's own words."""
    linter = _linter(tuple(known))
    for first in range(0, len(judged), AT_ONCE):
        batch = judged[first : first + AT_ONCE]
        starts = [sum(len(s.text) + 2 for s in batch[:at]) for at in range(len(batch))]
        found = linter.organized_lints("\n\n".join(s.text for s in batch), language="plaintext")
        for rule, lints in found.items():
            for lint in lints:
                at = max(at for at, start in enumerate(starts) if start <= lint.span.start)
                start, end = lint.span.start - starts[at], lint.span.end - starts[at]
                if _is_ours(rule, batch[at], start, end):
                    yield Finding(rule, batch[at], start, end, lint.message)


def _is_ours(rule: str, sentence: Sentence, start: int, end: int) -> bool:
    """Return whether a finding is about the kit's words; a sentence is as long as they are."""
    if rule == "LongSentences":
        return len(sentence.shape.split()) > LONGEST
    return not sentence.is_theirs(start, end)


@cache
def _linter(known: tuple[str, ...]) -> Linter:
    from harper import Dialect, Linter

    linter = Linter(Dialect.BRITISH)
    linter.import_words(list(known))
    return linter


def _in_text(sentence: Sentence, in_shape: int) -> int:
    """Return where in the text a place of its shape is."""
    for start, end in sentence.theirs:
        if start >= in_shape:
            break
        in_shape += end - start - len(SLOT)
    return in_shape


def judged(sets: int, most: int, recipes: Sequence[str] = ()) -> list[Sentence]:
    """Return the distinct sentences of all examples, and of so many random sets of values for each recipe."""
    names = recipes or LIBRARY.names("recipe")
    return distinct((p for name in names for way in (examples(name), filled(name, sets)) for p in way), most)


def findings(checked: Sequence[Sentence], explained: Explained) -> list[Finding]:
    """Return the findings that nothing explains."""
    known = [word for group in explained.words.values() for word in group]
    found = [finding for sentence in checked for finding in plain_flaws(sentence)]
    return explained.left([*found, *grammar(checked, known)])


@click.command()
@click.argument("recipes", nargs=-1, type=click.Choice(LIBRARY.names("recipe")), metavar="[RECIPE]...")
@click.option("--sets", type=click.IntRange(min=0), default=SETS, show_default=True, help="Sets of values a recipe.")
def main(recipes: tuple[str, ...], sets: int) -> None:
    """Print what is left to mend or to explain in these recipes, or in all; end with 1 when there is something."""
    explained = Explained.read()
    checked = judged(sets, most=2, recipes=recipes)
    left = findings(checked, explained)
    idle = [] if recipes else explained.idle(checked, sets)
    lines = sorted(map(str, left))
    lines += [f"{EXPLAINED.name}: {entry}: explains nothing any more. Take it out." for entry in idle]
    lines += [f"{len(checked)} sentences, {len(left)} findings to mend or explain, {len(idle)} explanations too many."]
    click.echo("\n".join(lines))
    sys.exit(1 if left or idle else 0)


if __name__ == "__main__":
    main()
