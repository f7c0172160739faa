"""Separates what several prompts have in common from what only some of them say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Final

from prompt_kit.review.lines import Line, lines
from prompt_kit.support.worddiff import MOST_PAIRS, Span, opcodes, spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prompt_kit.prompt import Prompt

_ALIKE: Final = 0.3
"""Sentences that share less than this are different as a whole."""

_MOST: Final = 12
"""With so many other prompts one is compared; more would only mark the same words again."""


@dataclass(frozen=True, slots=True)
class Common:
    """A sentence or picture that all prompts have, or the place of one that differs."""

    line: Line | None
    """``None`` where the prompts differ."""
    place: int = 0
    """The number of the place, from 1, where they differ."""
    begins: bool = False
    """Whether a paragraph begins with it."""


@dataclass(frozen=True, slots=True)
class Own:
    """What one prompt says where the prompts differ."""

    place: int
    """The number of the place, from 1."""
    spans: tuple[Span, ...]
    """Its words; those that most others do not have are marked as ``in``."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Several prompts, taken apart."""

    common: tuple[Common, ...]
    own: tuple[tuple[Own, ...], ...]
    """For each prompt, in their order."""


def wording(prompts: Sequence[Prompt]) -> Wording:
    """Return what the prompts have in common, in order, and what each says by itself."""
    taken_apart = [tuple(_lines(prompt)) for prompt in prompts]
    if not taken_apart:
        return Wording((), ())
    shared = [line for line, _ in taken_apart[0]]
    for other in taken_apart[1:]:
        theirs = [line for line, _ in other]
        steps = opcodes(shared, theirs)
        shared = [line for kind, start, end, _, _ in steps if kind == "equal" for line in shared[start:end]]
    gaps = [_gaps(several, shared) for several in taken_apart]
    places = [at for at in range(len(shared) + 1) if any(own_gaps[at] for own_gaps in gaps)]
    own = tuple(
        tuple(
            Own(number, _marked(own_gaps[at], [other[at] for other in gaps]))
            for number, at in enumerate(places, 1)
            if own_gaps[at]
        )
        for own_gaps in gaps
    )
    return Wording(tuple(_common(shared, taken_apart[0], places)), own)


def _lines(prompt: Prompt) -> Iterator[tuple[Line, bool]]:
    """Yield the sentences and pictures of a prompt, each with whether a paragraph begins with it."""
    for number, turn in enumerate(prompt.turns, 1):
        begins = True
        for line in lines(turn, number if len(prompt.turns) > 1 else 0):
            if line.kind == "break" or not line.text:
                begins = True
                continue
            yield line, begins or line.kind != "text"
            begins = line.kind != "text"


def _gaps(several: Iterable[tuple[Line, bool]], shared: Sequence[Line]) -> list[list[Line]]:
    """Return the lines before, between and after the shared ones."""
    gaps: list[list[Line]] = [[]]
    for line, _ in several:
        if len(gaps) <= len(shared) and line == shared[len(gaps) - 1]:
            gaps.append([])
        else:
            gaps[-1].append(line)
    return gaps


def _common(shared: Sequence[Line], first: Iterable[tuple[Line, bool]], places: Sequence[int]) -> Iterator[Common]:
    numbers = {at: number for number, at in enumerate(places, 1)}
    at = 0
    begins_next = True
    for line, begins in first:
        begins_next = begins_next or begins
        if at == len(shared) or line != shared[at]:
            continue
        if at in numbers:
            yield Common(None, numbers[at], begins_next)
            begins_next = begins
        yield Common(line, begins=begins_next)
        begins_next = False
        at += 1
    if at in numbers:
        yield Common(None, numbers[at], at == 0)


def _marked(mine: Sequence[Line], others: Iterable[Sequence[Line]]) -> tuple[Span, ...]:
    """Return some sentences with the words marked that at least half of the others do not have in this place."""
    rest = [other for other in dict.fromkeys(map(tuple, others)) if other != tuple(mine)][:_MOST]
    # With what is too long to be compared, everything differs.
    rest = [other if len(mine) * len(other) <= MOST_PAIRS else () for other in rest]
    words: list[tuple[str, bool]] = []
    for before, line in zip([None, *mine], mine, strict=False):
        if before is not None:
            words.append((" " if before.kind == line.kind == "text" else "\n", False))
        votes = zip(*(_new(line, other) for other in rest), strict=True)
        words += zip(line.text, (2 * sum(new) >= len(rest) for new in votes), strict=True)
    runs = groupby(words, key=lambda word: word[1])
    return tuple(Span("in" if new else "same", "".join(letter for letter, _ in letters)) for new, letters in runs)


def _new(line: Line, others: Sequence[Line]) -> Sequence[bool]:
    """Return for each letter whether it is new compared with the most similar sentence."""
    nearest = max((_compared(other.text, line.text) for other in others), key=_likeness, default=())
    if _likeness(nearest) < _ALIKE:
        return [True] * len(line.text)
    return [span.kind == "in" for span in nearest if span.kind != "out" for _ in span.text]


@lru_cache(maxsize=4096)
def _compared(old: str, new: str) -> tuple[Span, ...]:
    return tuple(spans(old, new))


def _likeness(parts: Sequence[Span]) -> float:
    stayed = sum(len(span.text) for span in parts if span.kind == "same")
    length = sum(len(span.text) for span in parts if span.kind != "out")
    return stayed / length if length else 0.0
