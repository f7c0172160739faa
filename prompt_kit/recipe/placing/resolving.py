"""Gives every area its part of the frame, so that none covers another unless it lies on it, or both stay empty."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from prompt_kit.layout import Area, Box
from prompt_kit.recipe.places import FramePlace, box_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FRAME: Final = Box(0.0, 0.0, 1.0, 1.0)

_LEAST: Final = 0.02
"""Shares of the frame narrower than this are none."""

_GRID_OF_TWO: Final = 4
"""So many panels make a grid of two columns, more of three."""


@dataclass(frozen=True, slots=True)
class WantedArea:
    """An area before it has its part of the frame."""

    area: Area
    place: FramePlace | None = None
    """``None`` leaves the place to the model, or to what is left."""
    size: float = 0.0
    """How much of the frame a subject takes; 0 when nothing says it."""
    stack: str = ""
    """How panels share their room."""
    parameter: str = ""
    """The parameter that places it, or fills it."""
    loose: bool = False
    """Whether a choice places it, which means the side of what is free rather than the very edge."""


@dataclass(frozen=True, slots=True)
class Squeezed:
    """An area that got less than half of what it was meant to have, and the area that took it."""

    wanted: WantedArea
    by: WantedArea | None
    nothing_left: bool = False
    """Whether the rest of the frame is too small for it, too."""


def resolved(wanted: Sequence[WantedArea]) -> tuple[tuple[Area, ...], tuple[Squeezed, ...]]:
    """Return the areas with their parts of the frame, in their order, and those that lost most of theirs.

    What is covered comes first, then calm parts, which keep their place and share, also below what is covered. Then
    areas at one place share it, stacked in their order, and smaller ones come before larger ones; what has lost its
    place takes its size of what is left. The subject takes its place as far as it is free, or what is left. Areas on
    another lie inside it.
    """
    boxes: dict[str, Box] = {}
    taken: list[tuple[Box, WantedArea]] = []
    free_standing = [thing for thing in wanted if not thing.area.on]
    for thing in (thing for thing in free_standing if thing.area.kind == "covered" and thing.place):
        _settle(thing, _box(thing), boxes, taken)
    squeezed = _settle_sides(free_standing, boxes, taken)
    _settle_panels([thing for thing in free_standing if thing.area.kind == "panel"], boxes, taken)
    for thing in (thing for thing in free_standing if thing.area.kind in _WHOLE):
        part, lost = _subject(thing, taken)
        if lost:
            squeezed.append(lost)
        _settle(thing, part, boxes, taken)
    areas = tuple(thing.area._replace(box=boxes.get(thing.area.name)) for thing in wanted)
    return _with_those_on_others(wanted, areas), tuple(squeezed)


def _settle_sides(
    wanted: Sequence[WantedArea], boxes: dict[str, Box], taken: list[tuple[Box, WantedArea]]
) -> list[Squeezed]:
    """Settle words, calm parts and logos; return those that lost most of what they want."""
    uncovered = _uncovered([box for box, _ in taken])
    squeezed: list[Squeezed] = []
    placeless: list[tuple[WantedArea, Box]] = []
    for thing, box in _at_sides(wanted):
        others = [other for other, _ in taken]
        inner, part = _inside(box, uncovered), cut(box, others)
        if thing.loose and thing.area.kind != "calm":
            part = cut(inner, others)
        elif part is None or _size(part) < _size(box) / 2:
            squeezed.append(Squeezed(thing, _greatest(box, taken)))
            part = max(filter(None, (part, cut(inner, others))), key=_size, default=None)
            if part and _size(part) < _size(box) / 4:
                part = None
        if thing.area.kind == "calm":
            part = cut(box, [other for other, by in taken if by.area.kind == "calm"])
        elif part is None:
            placeless.append((thing, box))
        _settle(thing, part, boxes, taken)
    for thing, box in placeless:
        rest = largest_free([other for other, _ in taken])
        _settle(thing, rest and _towards(rest, box, thing.place or FramePlace(0, 0)), boxes, taken)
    _keep_order(wanted, {thing.place[:2] for thing, _ in placeless if thing.place}, boxes)
    return squeezed


def _keep_order(wanted: Sequence[WantedArea], places: Iterable[tuple[int, int]], boxes: dict[str, Box]) -> None:
    """Put words of one place, of which some had to move, back into their order from above."""
    for place in places:
        there = (thing for thing in wanted if thing.area.kind == "words" and thing.place and thing.place[:2] == place)
        names = [thing.area.name for thing in there if thing.area.name in boxes]
        in_order = sorted((boxes[name] for name in names), key=lambda box: (box.y, box.x))
        boxes.update(zip(names, in_order, strict=True))


def _towards(rest: Box, box: Box, at: FramePlace) -> Box:
    """Return a box of about the size of another at a side of the room that is left, of which the subject keeps most."""
    width, height = min(box.width, rest.width), min(box.height, rest.height / 3)
    x = rest.x + (rest.width - width) * (at.across + 1) / 2
    y = rest.y + (rest.height - height) * (at.down + 1) / 2
    return Box(x, y, width, height)


def _uncovered(covered: Sequence[Box]) -> Box:
    """Return the frame without the strips that are covered along its whole edges."""
    left = max((box.width for box in covered if box.x == 0 and box.height == 1), default=0.0)
    right = max((box.width for box in covered if box.x > 0 and box.height == 1), default=0.0)
    top = max((box.height for box in covered if box.y == 0 and box.width == 1), default=0.0)
    bottom = max((box.height for box in covered if box.y > 0 and box.width == 1), default=0.0)
    if left + right >= 1 or top + bottom >= 1:
        return FRAME
    return Box(left, top, 1 - left - right, 1 - top - bottom)


_WHOLE: Final = frozenset({"subject", "change"})
"""The kinds that take what is left of the frame."""


def cut(box: Box, taken: Iterable[Box]) -> Box | None:
    """Return the largest part of a box that overlaps none of these, slab by slab; ``None`` when there is none."""
    part: Box | None = box
    for other in taken:
        if part is None:
            return None
        if overlap(part, other):
            part = max(_around(part, other), key=_size, default=None)
    return part


def overlap(thing: Box, other: Box) -> bool:
    """Return whether two boxes have more than an edge in common."""
    return (
        min(thing.x + thing.width, other.x + other.width) - max(thing.x, other.x) > _ROUNDING
        and min(thing.y + thing.height, other.y + other.height) - max(thing.y, other.y) > _ROUNDING
    )


_ROUNDING: Final = 1e-9


def _around(box: Box, other: Box) -> list[Box]:
    """Return what is left of a box at the four sides of another, without what is too narrow."""
    right, bottom = box.x + box.width, box.y + box.height
    other_right, other_bottom = other.x + other.width, other.y + other.height
    slabs = (
        Box(box.x, box.y, other.x - box.x, box.height),
        Box(other_right, box.y, right - other_right, box.height),
        Box(box.x, box.y, box.width, other.y - box.y),
        Box(box.x, other_bottom, box.width, bottom - other_bottom),
    )
    return [slab for slab in slabs if slab.width >= _LEAST and slab.height >= _LEAST]


def _at_sides(wanted: Sequence[WantedArea]) -> list[tuple[WantedArea, Box]]:
    """Return words, calm parts and logos with what they want, calm parts first, then the smallest.

    Those at one place share it.
    """
    at: dict[tuple[int, int, bool], list[WantedArea]] = defaultdict(list)
    for thing in wanted:
        if thing.place and thing.area.kind in {"words", "calm", "logo"}:
            at[*thing.place[:2], thing.area.kind == "calm"].append(thing)
    shared: list[tuple[WantedArea, Box]] = []
    for group in at.values():
        boxes = [_box(thing) for thing in group]
        if len(group) == 1:
            shared.append((group[0], boxes[0]))
            continue
        total = sum(box.height for box in boxes)
        largest = FramePlace(*group[0].place[:2]) if group[0].place else FramePlace(0, 0)
        width, most = max(box.width for box in boxes), max(box.height for box in boxes)
        height = min(max(total, most), max(most, _MOST_STACKED))
        y = {-1: 0.0, 0: (1 - height) / 2, 1: 1 - height}[largest.down]
        x = {-1: 0.0, 0: (1 - width) / 2, 1: 1 - width}[largest.across]
        for thing, box in zip(group, boxes, strict=True):
            part = height * box.height / total
            shared.append((thing, Box(x, y, width, part)))
            y += part
    return sorted(shared, key=lambda pair: (pair[0].area.kind != "calm", _size(pair[1])))


_MOST_STACKED: Final = 0.5
"""How much of the height several things at one place take at the most, unless one of them takes more."""


def _settle_panels(panels: Sequence[WantedArea], boxes: dict[str, Box], taken: list[tuple[Box, WantedArea]]) -> None:
    if not panels:
        return
    room = largest_free([box for box, _ in taken])
    if room is None:
        return
    for thing, box in zip(panels, _panel_boxes(len(panels), panels[0].stack, room), strict=True):
        _settle(thing, box, boxes, taken)


def _panel_boxes(count: int, stack: str, room: Box) -> list[Box]:
    if stack == "opening" and count > 1:
        half = room.height / 2
        return [
            Box(room.x, room.y, room.width, half),
            *_rows(count - 1, count - 1, Box(room.x, room.y + half, room.width, half)),
        ]
    across = {"row": count, "column": 1}.get(stack, min(count, 2 if count <= _GRID_OF_TWO else 3))
    return _rows(count, across, room)


def _rows(count: int, across: int, room: Box) -> list[Box]:
    down = -(-count // across)
    height = room.height / down
    boxes = []
    for row in range(down):
        here = min(across, count - row * across)
        width = room.width / here
        boxes += [Box(room.x + at * width, room.y + row * height, width, height) for at in range(here)]
    return boxes


def _subject(thing: WantedArea, taken: list[tuple[Box, WantedArea]]) -> tuple[Box | None, Squeezed | None]:
    others = [box for box, _ in taken]
    rest = largest_free(others)
    shares = any(other.area.kind in _WHOLE or other.area.kind == "panel" for _, other in taken)
    if thing.area.kind == "subject" and not shares and (rest is None or min(rest.width, rest.height) < _LEAST_SUBJECT):
        part = _shrunk(rest, thing.size, thing.place or FramePlace(0, 0)) if rest else None
        return part, Squeezed(thing, _greatest(FRAME, taken), nothing_left=True)
    if thing.place is None:
        return (_shrunk(rest, thing.size, FramePlace(0, 0)) if rest else None), None
    box = _box(thing)
    part = cut(box, others)
    if part is not None and _size(part) >= _size(box) / 2:
        return _shrunk(part, thing.size, thing.place), None
    return (_shrunk(rest, thing.size, thing.place) if rest else None), Squeezed(thing, _greatest(box, taken))


_LEAST_SUBJECT: Final = 0.15
"""A subject that has less than this share of the width or height has no room."""


def largest_free(taken: Sequence[Box]) -> Box | None:
    """Return the largest part of the frame that is free; a frame has few areas, so all are tried."""
    free = [FRAME]
    for other in taken:
        kept = [box for box in free if not overlap(box, other)]
        kept += [slab for box in free if overlap(box, other) for slab in _around(box, other)]
        free = sorted(kept, key=_size, reverse=True)[:_MOST_FREE]
    return max(free, key=_size, default=None)


_MOST_FREE: Final = 24
"""How many free parts are followed at once."""


def _shrunk(box: Box, size: float, at: FramePlace) -> Box:
    """Return a box that takes about ``size`` of the frame, inside another, towards its place."""
    if not size or size >= _size(box):
        return box
    scale = (size / _size(box)) ** 0.5
    width, height = max(box.width * scale, _LEAST / 2), max(box.height * scale, _LEAST / 2)
    x = box.x + (box.width - width) * (at.across + 1) / 2
    y = box.y + (box.height - height) * (at.down + 1) / 2
    return Box(x, y, width, height)


def _with_those_on_others(wanted: Sequence[WantedArea], areas: tuple[Area, ...]) -> tuple[Area, ...]:
    """Return the areas, each of those that lie on another with its part of it."""
    boxes, kinds = {area.name: area.box for area in areas}, {area.name: area.kind for area in areas}
    on: dict[str, list[WantedArea]] = defaultdict(list)
    for thing in wanted:
        if thing.area.on:
            on[thing.area.on].append(thing)
    for name, above in on.items():
        below = boxes.get(name)
        if below is None:
            continue
        # Where on a product or in a given picture something stands that nobody has placed is not known.
        placed = [_alone(thing) for thing in above if thing.place or kinds[name] == "panel"]
        parts = resolved(placed)[0]
        if kinds[name] == "panel" and not all(area.box for area in parts):
            parts = _in_turn(parts)
        boxes |= {area.name: area.box and _inside(area.box, below) for area in parts}
    return tuple(area._replace(box=boxes[area.name]) if area.on else area for area in areas)


def _in_turn(areas: Sequence[Area]) -> tuple[Area, ...]:
    """Return areas below each other in their order, where there was no room for all of them at their places."""
    high = min(_MOST_IN_PANEL / len(areas), 0.12)
    return tuple(area._replace(box=Box(0.0, at * high, 1.0, high)) for at, area in enumerate(areas))


_MOST_IN_PANEL: Final = 0.55
"""How much of a panel's height the things on it take that have no room at their places."""


def _alone(thing: WantedArea) -> WantedArea:
    """Return an area as if what it lies on were the frame; without a place, it is in the middle."""
    place = thing.place or FramePlace(0, 0)
    kind = "words" if thing.area.kind in _WHOLE else thing.area.kind
    return replace(thing, area=thing.area._replace(on="", kind=kind), place=place)


def _inside(box: Box, frame: Box) -> Box:
    return Box(
        frame.x + box.x * frame.width,
        frame.y + box.y * frame.height,
        box.width * frame.width,
        box.height * frame.height,
    )


def _settle(thing: WantedArea, box: Box | None, boxes: dict[str, Box], taken: list[tuple[Box, WantedArea]]) -> None:
    if box is not None:
        boxes[thing.area.name] = box
        taken.append((box, thing))


def _greatest(box: Box, taken: Iterable[tuple[Box, WantedArea]]) -> WantedArea | None:
    """Return the area that takes most of a box."""
    taking = [(_common(box, other), at, thing) for at, (other, thing) in enumerate(taken) if overlap(box, other)]
    return max(taking, key=lambda entry: entry[:2], default=(0, 0, None))[2]


def _common(thing: Box, other: Box) -> float:
    width = min(thing.x + thing.width, other.x + other.width) - max(thing.x, other.x)
    return width * (min(thing.y + thing.height, other.y + other.height) - max(thing.y, other.y))


def _size(box: Box) -> float:
    return box.width * box.height


def _box(thing: WantedArea) -> Box:
    return box_of(thing.place or FramePlace(0, 0), thing.area.kind)
