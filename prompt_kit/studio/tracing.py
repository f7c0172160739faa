"""Says which words of a prompt come from which field, and which of them have just changed."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.support.worddiff import spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LEAST: Final = 2
"""Shorter words are found in other words, so they are not marked."""


@dataclass(frozen=True, slots=True)
class PromptPiece:
    """Some words of a prompt."""

    text: str
    field: str = ""
    """The field from which they come; empty for words of the recipe."""
    new: bool = False
    """Whether they were not there before."""


def paragraphs(text: str, context: Mapping[str, Any], before: str | None = None) -> list[list[PromptPiece]]:
    """Return the paragraphs of a prompt as pieces.

    Args:
        text: The prompt.
        context: What the template saw, by field; each value stands in the prompt once, word for word.
        before: The prompt as it was shown last, to mark what is new; ``None`` marks nothing.
    """
    owners = sorted(_owners(text, context))
    new = _new(text, before) if before is not None else []
    cuts = sorted({0, len(text), *(at for owner in owners for at in owner[:2]), *(at for span in new for at in span)})
    starts, news = [owner[0] for owner in owners], [span[0] for span in new]
    result: list[list[PromptPiece]] = [[]]
    for start, end in pairwise(cuts):
        at, span = bisect_right(starts, start) - 1, bisect_right(news, start) - 1
        field = owners[at][2] if at >= 0 and start < owners[at][1] else ""
        is_new = span >= 0 and start < new[span][1]
        for number, part in enumerate(text[start:end].split("\n\n")):
            if number:
                result.append([])
            if part:
                result[-1].append(PromptPiece(part, field, is_new))
    return [paragraph for paragraph in result if paragraph]


def _owners(text: str, context: Mapping[str, Any]) -> Iterator[tuple[int, int, str]]:
    """Yield where the words of each field stand, the longest looked for first, none over another."""
    taken: list[tuple[int, int]] = []
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters are two in lower case
        lowered = text
    wanted = sorted(_wanted(context), key=lambda pair: -len(pair[1]))
    for name, words in wanted:
        low = words.lower() if lowered is not text else words
        at = lowered.find(low)
        while at >= 0:
            end = at + len(low)
            if _whole(text, at, end) and all(end <= start or stop <= at for start, stop in taken):
                taken.append((at, end))
                yield at, end, name
                break
            at = lowered.find(low, at + 1)


def _wanted(context: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in context.items():
        for words in _texts(value):
            if len(words) >= LEAST:
                yield name, words


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, tuple):
        return [text for entry in value for text in _texts(entry)]
    if text := getattr(value, "text", None):
        return [str(text), str(getattr(value, "place", "") or "")]
    return [str(value)] if isinstance(value, str | int | float) and not isinstance(value, bool) else []


def _whole(text: str, start: int, end: int) -> bool:
    """Return whether a passage is no part of a longer word."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() and text[start].isalnum()) and not (after.isalnum() and text[end - 1].isalnum())


def _new(text: str, before: str) -> list[tuple[int, int]]:
    at, new = 0, []
    if before == text:
        return []
    for span in spans(before, text):
        if span.kind == "out":
            continue
        if span.kind == "in" and span.text.strip():
            new.append((at, at + len(span.text)))
        at += len(span.text)
    return new if at == len(text) else []
