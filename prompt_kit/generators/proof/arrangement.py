"""Computes where everything is on a proof sheet: several ways to divide it are tried, and the best one is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from prompt_kit.generators.proof.canvas import Rect
from prompt_kit.generators.proof.content import brief as brief_of
from prompt_kit.generators.proof.legend import GAP, Legend, arranged_legend
from prompt_kit.generators.proof.linebreaks import Token, tokens, wrapped
from prompt_kit.generators.proof.notes import Notes, arranged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.generators import Request
    from prompt_kit.generators.proof.content import Brief

LEADING: Final = 1.48
"""Line height of the prompt, in ems."""

_LARGEST: Final = 1.22
_SMALLEST: Final = 0.52
"""The largest and the smallest size of the prompt, in units."""

_WORDY: Final = 34
"""The measure of a column that is pleasant to read, in ems."""

_HIGHEST: Final = 0.36
"""The most of the body's height that a legend takes."""

_NARROWINGS: Final = 5
"""How often a frame is made smaller for its legend."""

_HALVINGS: Final = 5
"""How often the range of sizes is halved to find the largest that fits."""

_Lines: TypeAlias = list[list[Token]]
"""The lines of the prompt as it was written, with an empty one after each paragraph."""

_NARROW: Final = 34
"""A sheet narrower, or lower, than so many units has no room for a header across."""


@dataclass(frozen=True, slots=True)
class Column:
    """Lines of the prompt below each other; an empty line parts paragraphs."""

    box: Rect
    lines: tuple[tuple[Token, ...], ...]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where everything is on a sheet, before it is drawn; all boxes are in pixels."""

    size: tuple[int, int]
    unit: float
    """What everything else is measured by: the size of comfortable text, in pixels."""
    brief: Brief
    header: Rect
    footer: Rect
    frame: Rect
    legend: Legend
    """The strip under the frame."""
    notes: Notes
    text_size: float
    columns: tuple[Column, ...]
    left_out: int
    """How many words of the prompt did not fit."""

    @property
    def strip(self) -> Rect:
        """Where the legend stands; without one, it has no height."""
        return strip_under(self.frame, self.legend, self.unit)


class _Split(NamedTuple):
    """One way to divide the body of a sheet."""

    frame: Rect
    notes: Rect
    text: Rect
    legend: Legend
    bare: float = 0
    """The area that would be empty."""


@dataclass(frozen=True, slots=True)
class _Try:
    """One way to divide the sheet, and how good it is."""

    frame: Rect
    legend: Legend
    notes: Notes
    text: tuple[float, tuple[Column, ...], int]
    score: float


def arrangement_of(request: Request, size: tuple[int, int]) -> Arrangement:
    """Return where everything is on the sheet of a request."""
    said = brief_of(request, size)
    w, h = size
    unit = max((w * h) ** 0.5 / 64, 9.5)
    sheet = Rect(0, 0, w, h).inset(min(2.6 * unit, 0.07 * min(w, h)))
    if w < _NARROW * unit:
        header, body, footer = _page(sheet, unit, said, (12.0 if said.turn else 8.4) * unit)
    elif h < _NARROW * unit:
        header, body, footer = _panorama(sheet, unit)
    else:
        header, body, footer = _page(sheet, unit, said, (7.7 if said.turn else 6.2) * unit)
    words = [
        [token for sentence in line for token in tokens(sentence.text, sentence.kind)]
        for paragraph in said.paragraphs
        for line in (*paragraph, ())
    ]
    best = max(_tries(said, words, body, unit, w / h), key=lambda attempt: attempt.score)
    size_of_text, columns, left_out = best.text
    return Arrangement(
        size, unit, said, header, footer, best.frame, best.legend, best.notes, size_of_text, columns, left_out
    )


def rows_of_settings(said: Brief, width: float, unit: float, most: float = 99) -> int:
    """Return in how many rows the settings are set, at most so many if that is possible."""
    across = max(1, min(len(said.settings), int(width / (9.4 * unit))))
    return max(1, min(-(-len(said.settings) // across), int(most)))


def _page(sheet: Rect, unit: float, said: Brief, top: float) -> tuple[Rect, Rect, Rect]:
    low = (1.1 + 2.5 * rows_of_settings(said, sheet.w, unit)) * unit
    body = Rect(sheet.x, sheet.y + top, sheet.w, sheet.h - top - low - 1.4 * unit)
    return Rect(sheet.x, sheet.y, sheet.w, top), body, Rect(sheet.x, sheet.bottom - low, sheet.w, low)


def _panorama(sheet: Rect, unit: float) -> tuple[Rect, Rect, Rect]:
    side, gap = 15.5 * unit, 2.2 * unit
    top = min(9 * unit, sheet.h * 0.46)
    body = Rect(sheet.x + side + gap, sheet.y, sheet.w - side - gap, sheet.h)
    return Rect(sheet.x, sheet.y, side, top), body, Rect(sheet.x, sheet.y + top, side, sheet.h - top)


def _tries(said: Brief, words: _Lines, body: Rect, unit: float, ratio: float) -> Iterator[_Try]:
    """Yield the ways to divide the sheet: text or notes beside the frame, the other under it, or both beside it."""
    gap = 2.2 * unit
    for percent in range(72, 24, -4):
        w = min(body.w * percent / 100, body.h * ratio)
        frame = Rect(body.x, body.y, w, w / ratio)
        frame, legend = _with_legend(said, frame, body, unit)
        beside = Rect(frame.right + gap, body.y, body.right - frame.right - gap, body.h)
        low = strip_under(frame, legend, unit).bottom
        top = low + 1.6 * unit
        under = Rect(body.x, top, frame.w, max(0.0, body.bottom - top))
        yield _scored(said, words, body, _Split(frame, under, beside, legend), unit)
        yield _scored(
            said, words, body, _Split(frame, beside._replace(h=low - frame.y), under._replace(w=body.w), legend), unit
        )
        foot = arranged(said, beside._replace(h=beside.h * 0.55), unit).height
        if foot:
            above = beside._replace(h=beside.h - foot - 1.8 * unit)
            below = Rect(beside.x, beside.bottom - foot - 0.5, beside.w, foot + 1)
            yield _scored(said, words, body, _Split(frame, below, above, legend, bare=under.area), unit)


def strip_under(frame: Rect, legend: Legend, unit: float) -> Rect:
    """Return where the legend of a frame stands."""
    gap = GAP * unit if legend.height else 0.0
    return Rect(frame.x, frame.bottom + gap, frame.w, legend.height)


def _with_legend(said: Brief, frame: Rect, body: Rect, unit: float) -> tuple[Rect, Legend]:
    """Return a frame, smaller where that is needed for its legend, and the legend."""
    ratio, gap, h = frame.w / frame.h, GAP * unit, frame.h
    for _ in range(_NARROWINGS):
        # In less width the legend has more lines, so that the frame may have to be smaller still.
        legend = arranged_legend(said.legend, said.unseen, h * ratio, unit, _HIGHEST * body.h)
        if not legend.height or h + gap + legend.height <= body.h + 0.5:
            return Rect(frame.x, frame.y, h * ratio, h), legend
        h = body.h - gap - legend.height
    legend = arranged_legend(said.legend, said.unseen, h * ratio, unit, body.h - gap - h)
    return Rect(frame.x, frame.y, h * ratio, h), legend


def _scored(said: Brief, words: _Lines, body: Rect, split: _Split, unit: float) -> _Try:
    """Return a way to divide the sheet, with its score for frame, size of words, omissions and empty space."""
    frame, room = split.frame, split.text
    notes = arranged(said, split.notes, unit)
    size, columns, left_out = _set(words, room, unit)
    used = size * LEADING * max((sum(map(rise, column.lines)) for column in columns), default=0.0)
    waste = split.bare + max(0.0, split.notes.h - notes.height) * split.notes.w + max(0.0, room.h - used) * room.w
    score = 3 * min(size / unit, 1.0) + 3.2 * (frame.area / body.area) ** 0.5
    score -= 7 * left_out / (sum(map(len, words)) or 1) + 3 * notes.left_out + (4 if not columns else 0)
    score -= 0.9 * waste / body.area + 1.5 * notes.squeezed
    return _Try(frame, split.legend, notes, (size, columns, left_out), score)


def _set(written: _Lines, box: Rect, unit: float) -> tuple[float, tuple[Column, ...], int]:
    """Return the size of the prompt in a box, its columns, and how many words did not fit."""
    top = 1.9 * unit
    room = Rect(box.x, box.y + top, box.w, box.h - top)
    if room.w < 7 * unit or room.h < 2 * unit:
        return _SMALLEST * unit, (), sum(map(len, written))
    largest, smallest = _LARGEST * unit, _SMALLEST * unit
    for size in (largest, smallest):
        best = (size, *_poured(written, room, size, unit))
        if (size == largest) != bool(best[2]):
            return best
    for _ in range(_HALVINGS):
        middle = (largest + smallest) / 2
        columns, left = _poured(written, room, middle, unit)
        if left:
            largest = middle
        else:
            smallest, best = middle, (middle, columns, 0)
    return best


def _poured(written: _Lines, room: Rect, size: float, unit: float) -> tuple[tuple[Column, ...], int]:
    gap = 2 * unit
    count = max(1, round((room.w + gap) / (_WORDY * size + gap)))
    w = (room.w - gap * (count - 1)) / count
    lines: list[tuple[Token, ...]] = []
    for line in written:
        # A small reserve, because letters are measured in one size and drawn in another.
        lines += wrapped(line, w / size * 0.985) or [()]
    most = room.h / (size * LEADING)
    limit = most if count == 1 else min(most, sum(map(rise, lines)) / count)
    while True:
        columns, at = [], 0
        for number in range(count):
            take, at = _filled(lines, at, limit, last=number == count - 1)
            if take:
                columns.append(Column(Rect(room.x + number * (w + gap), room.y, w, room.h), tuple(take)))
        if limit >= most or not any(lines[at:]):
            break
        limit = min(most, limit + 0.5)  # columns of even length, as short as they can be
    left = sum(1 for line in lines[at:] for token in line if token.spaced)
    return tuple(columns), left


def _filled(lines: list[tuple[Token, ...]], at: int, most: float, *, last: bool) -> tuple[list[tuple[Token, ...]], int]:
    """Return the lines from a place on that fill a column, and the place after them."""
    while at < len(lines) and not lines[at]:
        at += 1
    start, used = at, 0.0
    while at < len(lines) and used + rise(lines[at]) <= most:
        used += rise(lines[at])
        at += 1
    if last and any(lines[at:]) and at > start:
        at -= 1  # room for the line that says how many words are left out
    return lines[start:at], at


def rise(line: tuple[Token, ...]) -> float:
    """Return the height of a line, in lines: half a one between paragraphs."""
    return 1.0 if line else 0.55
