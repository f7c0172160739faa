"""Sets the exact words of a picture in the frame: at the sides that are said, or all in one box."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from prompt_kit.generators.proof.canvas import INK, Box, Type, mixed, width
from prompt_kit.generators.proof.linebreaks import fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prompt_kit.generators.proof.canvas import Board
    from prompt_kit.generators.proof.content import ExactWords
    from prompt_kit.generators.proof.symbols import Marks

_LEADING: Final = 1.08
_AFTER: Final = 0.3
"""Space after each of several words, in ems."""

_LARGE: Final = (1.0, 0.46, 0.34)
_SMALL: Final = 0.22
"""How large the first words are beside the next ones, and small ones, as a share."""


class Zone(NamedTuple):
    """A side of the frame with the words that stand there."""

    box: Box
    words: tuple[ExactWords, ...]
    across: int
    """-1 at the left, 1 at the right, 0 centred."""
    down: int


def zones(room: Box, placed: Sequence[ExactWords]) -> tuple[list[Zone], Box]:
    """Return the sides where words stand, and what they leave of the room: bands above and below, columns between."""
    made: list[Zone] = []
    free = room
    for down in (-1, 1):
        rows = [words for words in placed if words.spot and words.spot.down == down]
        if not rows:
            continue
        most = max(sum(words.spot == other.spot for words in rows) for other in rows)
        h = min(0.36, 0.15 + 0.06 * most) * room.h
        band = Box(room.x, room.y if down < 0 else room.bottom - h, room.w, h)
        free = Box(free.x, free.y + h if down < 0 else free.y, free.w, free.h - h)
        sides = sorted({words.spot.across for words in rows if words.spot})
        for across in sides:
            here = tuple(words for words in rows if words.spot and words.spot.across == across)
            made.append(Zone(_cell(band, across, sides), here, across, down))
    middle = free
    for across in (-1, 1):
        here = tuple(words for words in placed if words.spot and words.spot == (across, 0))
        if here:
            w = 0.32 * room.w
            made.append(Zone(Box(middle.x if across < 0 else middle.right - w, middle.y, w, middle.h), here, across, 0))
            free = Box(free.x + w if across < 0 else free.x, free.y, free.w - w, free.h)
    return made, free


def _cell(band: Box, across: int, sides: Sequence[int]) -> Box:
    if len(sides) == 1:
        return band.part({-1: 0.0, 0: 0.0, 1: 0.38}[across], 0, 0.62 if across else 1, 1)
    w = 0.32 if 0 in sides else 0.49
    return band.part({-1: 0.0, 0: 0.5 - w / 2, 1: 1 - w}[across], 0, w, 1)


def set_words(board: Board, marks: Marks, zone: Zone, *, largest: float) -> None:
    """Set the words of a zone, all inside its box, with the corners of the area they take."""
    area = zone.box
    shares = _shares(zone.words)
    sizes: list[tuple[float, list[str]]] = []
    for words, share in zip(zone.words, shares, strict=True):
        h = area.h * share / sum(shares)
        sizes.append(fitted([words.text], area.w, h, largest=min(largest, area.h) * share, leading=_LEADING))
    total = sum(size * (_LEADING * len(lines) + _AFTER) for size, lines in sizes)
    squeeze = min(1.0, area.h / max(total, 1.0))
    total *= squeeze
    at = {-1: 0.0, 0: 0.5, 1: 1.0}
    y = area.y + (area.h - total) * at[zone.down]
    left, right, top, bottom = area.right, area.x, y, y
    for size, lines in ((size * squeeze, lines) for size, lines in sizes):
        for line in lines:
            y += size * _LEADING
            w = width(line) * size
            x = area.x + (area.w - w) * at[zone.across]
            left, right, bottom = min(left, x), max(right, x + w), y
            if not marks.cells(Box(x, area.y, w, area.h), y, line, size):
                board.words(x, y - size * 0.24, line, Type(size, mixed(INK, marks.accent, 0.1), weight=0.012))
        y += size * _AFTER
    marks.ticks(Box(left, top, right - left, bottom - top).inset(-0.4 * marks.unit), marks.accent)


def _shares(several: Sequence[ExactWords]) -> list[float]:
    """Return how large each of several words is: the first largest, small ones small."""
    large = iter((*_LARGE, *[0.3] * len(several)))
    return [_SMALL if words.small else next(large) for words in several]
