"""Compares the prompts of two states, recipe by recipe and example by example."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from prompt_kit.errors import NotFoundError
from prompt_kit.review.diff.ingredients import Ingredients, shadowing
from prompt_kit.review.diff.passages import ComparedPassage, Gap, compared
from prompt_kit.review.diff.samples import Sample, Samples, all_rendered, began_as
from prompt_kit.support.worddiff import opcodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from prompt_kit.review.diff.passages import Row
    from prompt_kit.review.diff.samples import Pair, Subject
    from prompt_kit.review.diff.states import State
    from prompt_kit.review.lines import Line

Status: TypeAlias = Literal["changed", "added", "removed", "renamed", "broken", "mended"]
"""How an example or recipe has changed; ``broken`` ones can no longer be rendered, ``mended`` ones can again."""

Fact: TypeAlias = tuple[str, str, str]
"""A setting, the task, the strategies or the place of an area: its name, what it was, what it is; empty when it is not
set."""

STATUSES: Final[tuple[Status, ...]] = ("changed", "added", "removed", "renamed", "broken", "mended")
KINDS: Final = ("recipe", "strategy")

_AGAIN: Final = 3
"""Fewest prompts in which the same change is reported as a repeated one."""


@dataclass(frozen=True, slots=True)
class ExampleChange:
    """The change of one example's prompt."""

    name: str
    status: Status
    was: str = ""
    """Its name before, when it was renamed."""
    facts: tuple[Fact, ...] = ()
    rows: tuple[Row, ...] = ()
    problems: tuple[str, ...] = ()
    """Why it cannot be rendered now."""
    former_problems: tuple[str, ...] = ()
    """Why it could not be rendered before."""

    @property
    def phrases(self) -> tuple[tuple[str, str], ...]:
        """What was removed and what was added in its place, phrase by phrase."""
        return tuple(_phrases(self.rows))

    @property
    def signature(self) -> tuple[object, ...]:
        """Equal for examples with the very same change."""
        return (self.status, self.facts, self.phrases, self.problems, self.former_problems)


@dataclass(frozen=True, slots=True)
class RecipeChange:
    """The changes of the examples of a recipe or strategy."""

    kind: str
    name: str
    status: Status
    total: int
    """How many examples it has, those that were removed among them."""
    examples: tuple[ExampleChange, ...] = ()
    """The examples that changed, in the order of the file."""
    was: str = ""
    """Its name before, when it was renamed."""
    problems: tuple[str, ...] = ()
    """Why it cannot be read now."""
    former_problems: tuple[str, ...] = ()
    """Why it could not be read before."""

    @property
    def groups(self) -> list[list[ExampleChange]]:
        """The examples, those with the very same change together."""
        groups: dict[tuple[object, ...], list[ExampleChange]] = {}
        for example in self.examples:
            groups.setdefault(example.signature, []).append(example)
        return list(groups.values())


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of all prompts between two states."""

    old: str
    new: str
    recipes: tuple[RecipeChange, ...]
    """The recipes that changed, in alphabetical order, strategies last."""
    prompts: int
    """How many examples were compared."""
    notes: tuple[str, ...] = ()
    """What was left out, in whole sentences."""

    @property
    def counts(self) -> dict[Status, int]:
        """How many prompts were changed, added and so on; only what there is."""
        counted = Counter(example.status for recipe in self.recipes for example in recipe.examples)
        return {status: counted[status] for status in STATUSES if counted[status]}

    @property
    def again(self) -> list[tuple[str, str, int, int]]:
        """The phrases that changed in several prompts: the old, the new, the number of prompts and of recipes."""
        prompts: Counter[tuple[str, str]] = Counter()
        recipes: dict[tuple[str, str], set[str]] = {}
        for recipe in self.recipes:
            for example in recipe.examples:
                words = [row for row in example.rows if isinstance(row, ComparedPassage) and row.kind == "text"]
                for phrase in dict.fromkeys(_phrases(words)) if example.status in {"changed", "renamed"} else ():
                    prompts[phrase] += 1
                    recipes.setdefault(phrase, set()).add(recipe.name)
        return [(*phrase, count, len(recipes[phrase])) for phrase, count in prompts.most_common() if count >= _AGAIN]


def changes_between(
    old: State,
    new: State,
    only: Sequence[str] = (),
    *,
    alone: bool = False,
    began: Mapping[Subject, Subject] | None = None,
) -> Changes:
    """Return the changes of all prompts between two states.

    Args:
        old: The state before.
        new: The state after.
        only: Names of recipes or strategies; all of them when empty.
        alone: Whether to do without further processes, as servers must.
        began: What new recipes or strategies began as: each is compared with the prompts that the other one has for the
            examples that both have, and for its values.

    Raises:
        NotFoundError: When neither state has a recipe or strategy that is named.
    """
    subjects, own = _subjects(old, new)
    for name in only:
        if name not in {name_of_subject for _, name_of_subject in subjects}:
            raise NotFoundError("recipe", name, [name_of_subject for _, name_of_subject in subjects])
    wanted = [subject for subject in subjects if not only or subject[1] in only]
    same, differing = _sifted(old, new, wanted)
    prompts = sum(len(examples) for subject, examples in same.items() if subject in own)
    pairs = all_rendered((old, new), {subject: same.get(subject, frozenset()) for subject in differing}, alone=alone)
    for subject, base in (began or {}).items():
        before, after = pairs.get(subject, (None, None))
        if before is None and after is not None and not after.problems:
            pairs[subject] = began_as((old, new), base, subject, after)
    changes = list(_changes(pairs, same))
    prompts += sum(change.total - len(same.get((change.kind, change.name), ())) for change in changes)
    return Changes(old.label, new.label, tuple(filter(_tells, changes)), prompts, (*old.notes, *new.notes))


def _subjects(old: State, new: State) -> tuple[list[Subject], set[Subject]]:
    """Return the recipes and strategies to compare, and which of them are the project's own.

    Built-in recipes beside a project's own can only differ where a file of the project replaces a built-in one.
    """
    own = {subject for state in (old, new) for subject in _named(state, all_roots=_only_built_in(state))}
    subjects = set(own)
    if any(shadowing(state.library) for state in (old, new)):
        subjects |= {subject for state in (old, new) for subject in _named(state, all_roots=True)}
    return sorted(subjects), own


def _only_built_in(state: State) -> bool:
    return all(root.origin == "built in" for root in state.library.roots)


def _named(state: State, *, all_roots: bool) -> Iterator[Subject]:
    folders = [root.recipes for root in state.library.roots if all_roots or root.origin != "built in"]
    for kind in KINDS:
        for path in state.library.paths(kind):
            if any(path.is_relative_to(folder) for folder in folders):
                yield kind, path.stem


def _sifted(old: State, new: State, subjects: Iterable[Subject]) -> tuple[dict[Subject, frozenset[str]], list[Subject]]:
    """Return the examples that are surely the same, and the subjects that have others."""
    before, after = Ingredients(old.library), Ingredients(new.library)
    same: dict[Subject, frozenset[str]] = {}
    differing = []
    for subject in subjects:
        makes = after.of(*subject) or {}
        same[subject] = frozenset(name for name, of in makes.items() if after.equal(before, of))
        if not makes or len(same[subject]) < len(makes):
            differing.append(subject)
    return same, differing


def _changes(pairs: dict[Subject, Pair], same: Mapping[Subject, frozenset[str]]) -> Iterator[RecipeChange]:
    renamed = _renamed(pairs)
    for subject, (before, after) in pairs.items():
        if subject not in renamed.values():
            source = renamed.get(subject)
            former = pairs[source][0] if source else before
            change = _recipe(subject, former, after, was=source[1] if source else "")
            yield replace(change, total=change.total + len(same.get(subject, ())))


def _tells(change: RecipeChange) -> bool:
    return bool(change.examples) or change.status != "changed" or change.problems != change.former_problems


def _renamed(pairs: dict[Subject, Pair]) -> dict[Subject, Subject]:
    """Return, for each added recipe, the removed one that had most of its examples."""
    gone = {subject: before for subject, (before, after) in pairs.items() if before and not after}
    source_of: dict[Subject, Subject] = {}
    for subject, (before, after) in pairs.items():
        if before or not after:
            continue
        for source, former in gone.items():
            kept = [name for name, sample in former.samples.items() if _same(sample, after.samples.get(name))]
            most = max(len(former.samples), len(after.samples))
            if source[0] == subject[0] and source not in source_of.values() and 2 * len(kept) > most:
                source_of[subject] = source
                break
    return source_of


def _same(sample: Sample, other: Sample | None) -> bool:
    """Return whether two samples are of the same example, whatever it is called."""
    if other is None or sample.problems or other.problems:
        return False
    return sample.fingerprint == other.fingerprint or (sample.asked == other.asked != "")


def _recipe(subject: Subject, before: Samples | None, after: Samples | None, *, was: str) -> RecipeChange:
    old, new = before or Samples({}), after or Samples({})
    total = len({*old.samples, *new.samples})
    kind, name = subject
    if old.problems and new.problems:
        return RecipeChange(kind, name, "changed", 0, (), was, new.problems, old.problems)
    if new.problems:
        lost = tuple(ExampleChange(example, "broken") for example in old.samples)
        status: Status = "broken" if before else "added"
        return RecipeChange(kind, name, status, total, lost, was, problems=new.problems)
    if old.problems:
        mended = tuple(
            replace(_example(example, None, sample), status="mended") for example, sample in new.samples.items()
        )
        status = "mended" if after else "removed"
        return RecipeChange(kind, name, status, total, mended, was, former_problems=old.problems)
    status = "renamed" if was else "changed" if before and after else "added" if after else "removed"
    examples = tuple(_examples(old.samples, new.samples))
    renamed = sum(example.status == "renamed" for example in examples)
    return RecipeChange(kind, name, status, total - renamed, examples, was)


def _examples(old: dict[str, Sample], new: dict[str, Sample]) -> Iterator[ExampleChange]:
    gone = {name: sample for name, sample in old.items() if name not in new}
    renamed: dict[str, str] = {}
    for name, sample in new.items():
        source = next((was for was, former in gone.items() if name not in old and _same(former, sample)), None)
        if source is not None:
            renamed[name] = source
            del gone[source]
    for name, sample in new.items():
        was = renamed.get(name, "")
        former = old.get(was or name)
        if was or former is None or not _equal(former, sample):
            yield _example(name, former, sample, was=was)
    yield from (_example(name, sample, None) for name, sample in gone.items())


def _equal(sample: Sample, other: Sample) -> bool:
    return all(getattr(sample, name) == getattr(other, name) for name in ("fingerprint", "layout", "problems"))


def _example(name: str, before: Sample | None, after: Sample | None, *, was: str = "") -> ExampleChange:
    old, new = before or Sample(), after or Sample()
    status: Status = "renamed" if was else "changed" if before and after else "added" if after else "removed"
    if before and after and bool(old.problems) != bool(new.problems):
        status = "broken" if new.problems else "mended"
    if status == "broken":
        return ExampleChange(name, status, was, problems=new.problems)
    both = before and after and status != "mended"
    facts = tuple(_facts(dict(old.facts + old.layout), dict(new.facts + new.layout))) if both else ()
    rows = tuple(_rows(old.turns, new.turns))
    return ExampleChange(name, status, was, facts, rows, new.problems, old.problems)


def _facts(old: dict[str, str], new: dict[str, str]) -> Iterator[Fact]:
    for name in {**old, **new}:
        if old.get(name, "") != new.get(name, ""):
            yield name, old.get(name, ""), new.get(name, "")


def _rows(old: Sequence[tuple[Line, ...]], new: Sequence[tuple[Line, ...]]) -> Iterator[Row]:
    """Yield what changed, turn by turn; turns that stayed are left out."""
    for before, after in _turns(old, new):
        if before != after:
            yield from compared(before, after)


def _turns(
    old: Sequence[tuple[Line, ...]], new: Sequence[tuple[Line, ...]]
) -> Iterator[tuple[tuple[Line, ...], tuple[Line, ...]]]:
    """Yield turns in pairs: by number when there are as many as before, else by what stayed."""
    if len(old) == len(new):
        yield from zip(old, new, strict=True)
        return
    for _, i1, i2, j1, j2 in opcodes(old, new):
        yield from zip_longest(old[i1:i2], new[j1:j2], fillvalue=())


def _phrases(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    for row in rows:
        if isinstance(row, Gap):
            continue
        gone = ""
        for span in (*row.spans, None):
            if span is not None and span.kind == "out":
                gone = span.text
            elif span is not None and span.kind == "in":
                yield gone.strip(), span.text.strip()
                gone = ""
            elif gone:
                yield gone.strip(), ""
                gone = ""
