"""Computes where areas stand in a frame, in points, and which part of each stays clear for a label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from prompt_kit.generators.proof.canvas import Rect

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prompt_kit.layout import Area

_IN_PANEL: Final = (0.16, 0.05, 0.79, 0.44)
_ELSEWHERE: Final = (0.2, 0.5, 0.6, 0.3)
"""Where in another area those lie that have no box of their own."""
_ENOUGH: Final = 0.1
"""They have at least so much of it, where others do not leave less."""


class Standing(NamedTuple):
    """An area and where it stands in the frame."""

    area: Area
    rect: Rect
    above: tuple[Rect, ...]
    """Where the areas are that lie on it."""

    around: Rect | None = None
    """Where the area is that it lies on."""

    @property
    def clear(self) -> Rect:
        """The largest part of it on which no other area lies."""
        return clear_of(self.rect, self.above)


def standing(areas: Sequence[Area], frame: Rect, masked: Rect | None = None) -> list[Standing]:
    """Return where areas stand, each after the one that it lies on.

    Args:
        areas: The areas; those without a box lie on others, or are what a mask leaves to be changed.
        frame: The picture.
        masked: What a mask leaves to be changed.
    """
    rects: dict[str, Rect] = {}
    for area in areas:
        if masked and area.kind == "change" and not area.box:
            rects[area.name] = masked
        elif area.box:
            rects[area.name] = frame.part(area.box.x, area.box.y, area.box.width, area.box.height)
    waiting = [area for area in areas if area.name not in rects]
    while ready := [area for area in waiting if area.on in rects]:
        for parent in {area.on: None for area in ready}:
            on_it = [area for area in ready if area.on == parent]
            kind = next((area.kind for area in areas if area.name == parent), "subject")
            beside = [rects[area.name] for area in areas if area.on == parent and area.name in rects]
            room = clear_of(rects[parent].part(*(_IN_PANEL if kind == "panel" else _ELSEWHERE)), beside)
            if room.area < _ENOUGH * rects[parent].area:
                room = clear_of(rects[parent], beside).part(0.1, 0.1, 0.8, 0.4)
            for at, area in enumerate(on_it):
                share = 1 / len(on_it)
                rects[area.name] = room.part(0, at * share, 1, share * (0.92 if len(on_it) > 1 else 1))
        waiting = [area for area in waiting if area.name not in rects]
    placed = [area for area in areas if area.name in rects]
    above = {area.name: tuple(rects[other.name] for other in placed if _lies_on(other, area)) for area in placed}
    ordered = sorted(placed, key=lambda area: (_depth(area, placed), area.kind == "covered"))
    return [Standing(area, rects[area.name], above[area.name], rects.get(area.on)) for area in ordered]


def _lies_on(area: Area, other: Area) -> bool:
    """Return whether one area lies on another: what an app covers lies on a calm part that goes as far."""
    return area.on == other.name or (area.kind == "covered" and other.kind == "calm")


def clear_of(rect: Rect, others: Iterable[Rect]) -> Rect:
    """Return the largest part of a rectangle beside, above or below others."""
    clear = rect
    for other in others:
        left, right = max(clear.x, other.x), min(clear.right, other.right)
        top, bottom = max(clear.y, other.y), min(clear.bottom, other.bottom)
        if left >= right or top >= bottom:
            continue
        clear = max(
            Rect(clear.x, clear.y, clear.w, top - clear.y),
            Rect(clear.x, bottom, clear.w, clear.bottom - bottom),
            Rect(clear.x, clear.y, left - clear.x, clear.h),
            Rect(right, clear.y, clear.right - right, clear.h),
            # A little more for height: a low, wide strip holds a label worse than it seems.
            key=lambda part: part.area * min(part.w, 4 * part.h),
        )
    return clear


def grid(room: Rect, count: int, *, gap: float) -> list[Rect]:
    """Return equal boxes, row by row, as nearly square as the room allows."""

    def least(across: int) -> float:
        down = -(-count // across)
        return min((room.w - gap * (across - 1)) / across, (room.h - gap * (down - 1)) / down)

    across = max(range(1, count + 1), key=least)
    down = -(-count // across)
    w, h = max(1.0, (room.w - gap * (across - 1)) / across), max(1.0, (room.h - gap * (down - 1)) / down)
    return [Rect(room.x + (at % across) * (w + gap), room.y + (at // across) * (h + gap), w, h) for at in range(count)]


def _depth(area: Area, areas: Sequence[Area]) -> int:
    """Return on how many areas this one lies."""
    by_name = {other.name: other for other in areas}
    depth, passed = 0, {area.name}
    while area.on in by_name and area.on not in passed:
        area, depth = by_name[area.on], depth + 1
        passed.add(area.name)
    return depth
