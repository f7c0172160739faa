"""The strip under the frame, for what it cannot show: changes, words without a place, and pictures that are used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from prompt_kit.generators.proof.canvas import Rect
from prompt_kit.generators.proof.linebreaks import Token, tokens, wrapped
from prompt_kit.layout import GUIDE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prompt_kit.generators.proof.pictures import ProofPicture
    from prompt_kit.layout import Area

SIZE: Final = 0.8
"""Of the letters of a legend, in units."""
STEP: Final = 1.12
"""From line to line, in units."""
GAP: Final = 1.1
"""Between the frame and its legend, in units: the crop marks are there."""
PAD: Final = 0.5
THUMB: Final = 3.1
"""The height of a picture with its role, in units."""

_MOST_WORDS: Final = 30
_NARROW: Final = 0.12
"""In a covered part of less than this share of the frame, no words can be read."""
_SHAPED: Final = re.compile(
    r"\b(circle|round|around|ring|curved?|arc|arched|column|vertically|diagonal(ly)?)\b", re.IGNORECASE
)
"""Words about how words run that the drawing does not follow."""


class LegendLine(NamedTuple):
    """A line of a legend."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Legend:
    """The strip under a frame, before it is drawn."""

    lines: tuple[tuple[Token, ...], ...] = ()
    pictures: tuple[tuple[ProofPicture, Rect], ...] = ()
    """Pictures that the frame does not show, each in its box, from the upper left corner of the strip."""
    height: float = 0.0


def legend_lines(
    areas: Sequence[Area],
    standing: set[str],
    base: ProofPicture | None,
    pictures: Sequence[ProofPicture],
    *,
    masked: bool,
) -> Iterator[LegendLine]:
    """Yield the lines of a turn's legend.

    Args:
        areas: All areas of its layout.
        standing: The names of those that are drawn.
        base: The picture that is changed.
        pictures: The pictures that go along.
        masked: Whether a mask says what may change.
    """
    changes = [area for area in areas if area.kind == "change"]
    if base:
        prompt = "" if changes else "; the prompt says what changes"
        yield LegendLine("Drawn above", f"picture {base.number} as it is now, before the change{prompt}")
    for area in changes:
        yield LegendLine("Changes", _change(area, masked=masked))
    yield from _subjects(areas, standing, base, pictures)
    yield from _lettering(areas, edited=base is not None)
    yield from _surplus(areas)
    for area in areas:
        if area.kind in {"logo", "calm"} and area.name not in standing:
            numbers = [f"picture {shown.number}" for shown in pictures if area.slot and shown.slot == area.slot]
            thing = ", ".join(filter(None, (area.content, *numbers)))
            place = f"place: {area.place or 'left to the model'}"
            yield LegendLine("Logo" if area.kind == "logo" else "Stays calm", f"{thing}; {place}" if thing else place)
    reasons = {area.content for area in areas if area.kind == "covered" and narrow(area)}
    for reason in sorted(reasons):
        yield LegendLine("Hatched at the edge", f"covered: {reason}" if reason else "covered by the app")


def unseen(
    areas: Iterable[Area], standing: set[str], base: ProofPicture | None, pictures: Sequence[ProofPicture]
) -> tuple[ProofPicture, ...]:
    """Return the pictures that the frame does not show."""
    slots = {area.slot for area in areas if area.name in standing and area.slot}
    return tuple(
        shown
        for shown in pictures
        if shown is not base and shown.slot not in slots and (shown.role != "layout" or shown.slot == GUIDE)
    )


def narrow(area: Area) -> bool:
    """Return whether a covered part is too narrow for words."""
    return area.box is not None and area.box.width < _NARROW


def arranged_legend(
    lines: Sequence[LegendLine], pictures: Sequence[ProofPicture], w: float, unit: float, most: float
) -> Legend:
    """Return a legend in a width, no higher than ``most``; lines that do not fit are counted."""
    if not lines and not pictures:
        return Legend()
    inner = w - 3 * PAD * unit
    across = max(1, min(len(pictures), int(inner / (15 * unit))))
    down = -(-len(pictures) // across) if pictures else 0
    room = most - 2 * PAD * unit - down * THUMB * unit
    made = [
        line
        for entry in lines
        for line in wrapped(
            [*tokens(f"{entry.label}:", "lead"), *tokens(_cut(entry.text))], inner / (SIZE * unit) * 0.985
        )
    ]
    fits = max(0, int(room / (STEP * unit)))
    if len(made) > fits:
        left = len(made) - max(0, fits - 1)
        made = [*made[: max(0, fits - 1)], *[tuple(tokens(f"+ {left} more lines"))][:fits]]
    top = (PAD + len(made) * STEP) * unit
    each = inner / across
    boxes = [
        Rect(
            2 * PAD * unit + at % across * each,
            top + at // across * THUMB * unit,
            each - 0.5 * unit,
            (THUMB - 0.3) * unit,
        )
        for at in range(len(pictures))
    ]
    kept = [(shown, box) for shown, box in zip(pictures, boxes, strict=True) if box.bottom <= most]
    height = max([top, *(box.bottom for _, box in kept)]) + PAD * unit
    return Legend(tuple(made), tuple(kept), min(height, most))


def _change(area: Area, *, masked: bool) -> str:
    content = area.content or "what the prompt says"
    if area.box or masked:
        return f"{content}; place: tinted in the picture"
    if area.place and area.place != area.content:
        return f"{content}; place: {area.place}"
    return f"{content}; place: as in the picture, or left to the model"


def _subjects(
    areas: Sequence[Area], standing: set[str], base: ProofPicture | None, pictures: Sequence[ProofPicture]
) -> Iterator[LegendLine]:
    """Yield what pictures in the frame stand for, which would read as lettering on them."""
    for area in areas:
        if area.kind != "subject" or not area.content:
            continue
        numbers = [str(shown.number) for shown in pictures if area.slot and shown.slot == area.slot]
        if area.name not in standing:
            yield LegendLine("Subject", f"{area.content}; place: {area.place or 'left to the model'}")
        elif base:
            yield LegendLine("Subject", area.content)
        elif numbers:
            yield LegendLine(f"Picture {numbers[0]} stands for", area.content)


def _lettering(areas: Sequence[Area], *, edited: bool) -> Iterator[LegendLine]:
    """Yield the exact words that have no box of their own, by what is said of their place, and how others run."""
    kinds = {area.name: area.kind for area in areas}
    groups: dict[str, list[str]] = {}
    for area in areas:
        if area.kind != "words" or not area.content or kinds.get(area.on) == "panel":
            continue
        quoted = f"“{area.content}”"
        if area.box:
            if _SHAPED.search(area.place):
                groups.setdefault("Set straight here, but asked for otherwise", []).append(f"{quoted} ({area.place})")
        elif area.place:
            groups.setdefault("Also in the picture, placed as the prompt says", []).append(f"{quoted} ({area.place})")
        else:
            groups.setdefault(_where(kinds.get(area.on, ""), edited=edited), []).append(quoted)
    for label, quotes in groups.items():
        yield LegendLine(label, ", ".join(quotes))


def _where(under: str, *, edited: bool) -> str:
    if under == "change":
        return "New words, place: where the change is"
    if edited:
        return "Exact words, place: as in the picture, or left to the model"
    return "On the subject, exact place left to the model" if under else "Also in the picture, place left to the model"


def _surplus(areas: Sequence[Area]) -> Iterator[LegendLine]:
    """Yield the entries for which there was no panel, so that they are on the last one."""
    panels = [area.name for area in areas if area.kind == "panel"]
    last = [area for area in areas if area.kind == "words" and panels and area.on == panels[-1]]
    more = [f"“{area.content}”" for area in last if _number(area.name) > len(panels)]
    if more:
        held = "the only panel" if len(panels) == 1 else f"panel {len(panels)}, the last one"
        yield LegendLine(f"More entries than panels, so on {held}", ", ".join(more))


def _number(name: str) -> int:
    """Return the number of an entry, which ends the name of its area.

    >>> [_number(name) for name in ("speech", "speech-5")]
    [1, 5]
    """
    end = name.rpartition("-")[2]
    return int(end) if end.isdecimal() else 1


def _cut(text: str) -> str:
    # The lists of exact words are whole; a description may be long.
    words = text.split()
    if "“" in text or len(words) <= _MOST_WORDS:
        return text
    return " ".join(words[:_MOST_WORDS]).rstrip(" ,.;:") + "…"
