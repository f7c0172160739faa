"""Breaks words into lines and finds the size at which they fit; all lengths are in ems or in points, as named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from prompt_kit.generators.proof.canvas import width
from prompt_kit.generators.proof.fonts import NONE, east_asian, runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SPACE: Final = width(" ")
MORE: Final = "…"

_LONGEST: Final = 40
"""A word longer than so many characters is none, and may be broken there."""


@dataclass(frozen=True, slots=True)
class Token:
    """Letters that stay on one line."""

    text: str
    width: float
    """In ems."""
    kind: str = ""
    """How they are set."""
    spaced: bool = True
    """Whether a space follows."""


def tokens(text: str, kind: str = "") -> Iterator[Token]:
    """Yield the words of a text; where a script has no spaces, its characters."""
    for word in text.split():
        pieces = list(_pieces(word))
        for at, piece in enumerate(pieces):
            yield Token(piece, width(piece), kind, spaced=at == len(pieces) - 1)


def _pieces(word: str) -> Iterator[str]:
    """Yield a word in the parts between which a line may break."""
    if not any(east_asian(char) for char in word):
        yield from (word[at : at + _LONGEST] for at in range(0, len(word), _LONGEST))
        return
    held = ""
    for run in runs(word):
        if run.face == NONE or not east_asian(run.text[0]):
            held += run.text
            continue
        for char in run.text:
            if held and char not in "、。，．！？）」』":  # noqa: RUF001 - signs that no line begins with
                yield held
                held = ""
            held += char
    if held:
        yield held


def wrapped(words: Sequence[Token], measure: float) -> list[tuple[Token, ...]]:
    """Return words in lines no longer than a measure, in ems; a longer word is cut."""
    lines: list[tuple[Token, ...]] = []
    line: list[Token] = []
    at = 0.0
    for token in (piece for word in words for piece in _cut(word, measure)):
        if line and at + token.width > measure:
            lines.append(tuple(line))
            line, at = [], 0.0
        line.append(token)
        at += token.width + (SPACE if token.spaced else 0)
    return [*lines, tuple(line)] if line else lines


def _cut(token: Token, measure: float) -> Iterator[Token]:
    if token.width <= measure or len(token.text) == 1 or runs(token.text)[0].face == NONE:
        yield token
        return
    start, used = 0, 0.0
    for at, char in enumerate(token.text):
        wide = width(char)
        if at > start and used + wide > measure:
            yield Token(token.text[start:at], used, token.kind, spaced=False)
            start, used = at, 0.0
        used += wide
    yield Token(token.text[start:], used, token.kind, token.spaced)


def joined(line: Sequence[Token]) -> str:
    """Return a line as text."""
    return "".join(token.text + (" " if token.spaced else "") for token in line).rstrip()


def short(text: str, measure: float, most: int = 1) -> list[str]:
    """Return a text in at most so many lines, with dots at the end when there is more of it."""
    lines = [joined(line) for line in wrapped(list(tokens(text)), measure)]
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and width(last + MORE) > measure:
        last = last[:-1].rstrip()
    return [*lines[: most - 1], last.rstrip(" ,.;:") + MORE]


def fitted(
    texts: Sequence[str], w: float, h: float, *, largest: float, leading: float = 1.12
) -> tuple[float, list[str]]:
    """Return the largest size, in points, at which short texts fit a box, and their lines.

    Words are not cut, unless one alone is too long for the smallest size.
    """
    words = [list(tokens(text)) for text in texts]
    longest = max((token.width for line in words for token in line), default=1.0)
    size = min(largest, w / max(longest, 0.1), h)
    smallest = max(largest / 16, 1.0)
    while True:
        lines = [joined(line) for word in words for line in wrapped(word, w / size)]
        if len(lines) * size * leading <= h or size <= smallest:
            return size, lines[: max(1, int(h / (size * leading)))]
        size *= 0.93
