"""The notes beside the frame: references, colours and the sequence of pictures, and how they share their room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from prompt_kit.generators.proof.canvas import Rect, width
from prompt_kit.generators.proof.content import Unplaced

if TYPE_CHECKING:
    from prompt_kit.generators.proof.colours import Chip
    from prompt_kit.generators.proof.content import Brief
    from prompt_kit.generators.proof.pictures import ProofPicture

Look: TypeAlias = Literal["thumbnail", "row", "chip", "turn", "words"]
"""How a note looks: a picture with words, its words alone, a colour, one of a sequence, or an area without a place."""

KICKER: Final = 1.9
"""The height of a heading with the space under it, in units."""

_NARROWEST: Final = 6.0
"""Notes in less width than this cannot be read, in units."""

_BETWEEN: Final = 1.5
_SIZES: Final = (6.4, 5.2, 4.2, 3.4, 2.7)
"""Heights of a thumbnail, in units, from best to smallest."""


@dataclass(frozen=True, slots=True)
class _Kind:
    heading: str
    items: tuple[ProofPicture | Chip | Unplaced | int, ...]
    look: Look
    width: float
    """Of one note, in units."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One note in its box."""

    box: Rect
    content: ProofPicture | Chip | Unplaced | int
    """A picture, a colour, an area without a place, or the number of a turn."""


@dataclass(frozen=True, slots=True)
class Section:
    """Notes of one kind under their heading."""

    heading: str
    at: Rect
    look: Look
    items: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Notes:
    """All notes of a sheet."""

    sections: tuple[Section, ...]
    height: float
    """How much of the room's height they take."""
    left_out: int
    """How many did not fit."""
    squeezed: float
    """How far thumbnails are from their best size, from 0 to 1."""


def arranged(said: Brief, room: Rect, unit: float) -> Notes:
    """Return the notes in their room: as large as they fit, and as many."""
    kinds = _kinds(said)
    if not kinds:
        return Notes((), 0, 0, 0)
    if room.w < _NARROWEST * unit or room.h < (KICKER + 1) * unit:
        return Notes((), 0, sum(len(kind.items) for kind in kinds), 1)
    best: Notes | None = None
    for step, size in enumerate(_SIZES):
        for side_by_side in (False, True):
            notes = _placed(kinds, room, unit, size, side_by_side=side_by_side)
            if any(section.at.w < _NARROWEST * unit for section in notes.sections):
                continue
            if notes.height <= room.h + 0.5:
                return Notes(notes.sections, notes.height, 0, step / len(_SIZES) if said.pictures else 0)
            best = notes
    kept, left = [], 0
    for section in best.sections if best else ():
        items = tuple(
            item
            for item in section.items
            if item.box.bottom <= room.bottom - 1.2 * unit and item.box.right <= room.right + 1
        )
        left += len(section.items) - len(items)
        if items:
            kept.append(Section(section.heading, section.at, section.look, items))
    return Notes(tuple(kept), max((i.box.bottom for s in kept for i in s.items), default=room.y) - room.y, left, 1)


def _kinds(said: Brief) -> list[_Kind]:
    kinds: list[_Kind] = []
    if said.turns:
        kinds.append(_Kind("Sequence", tuple(range(len(said.turns))), "turn", 3.1))
    if said.pictures:
        heading = "Reference" if len(said.pictures) == 1 else f"{len(said.pictures)} references, in this order"
        # Where the frame shows the pictures already, words are enough here.
        look: Look = "row" if said.cards else "thumbnail"
        kinds.append(_Kind(heading, said.pictures, look, 11 if look == "row" else 13))
    if said.unplaced:
        longest = max(0.86 * width(area.text) for area in said.unplaced)
        kinds.append(_Kind("Left to the model", said.unplaced, "words", min(max(longest + 1, 8.0), 20.0)))
    if said.chips:
        kinds.append(_Kind("Palette", said.chips, "chip", 8.2))
    return kinds


def _placed(kinds: list[_Kind], room: Rect, unit: float, size: float, *, side_by_side: bool) -> Notes:
    sections: list[Section] = []
    gap = 2 * unit
    shares = [max(len(kind.items), 2) * kind.width for kind in kinds]
    x, y, tallest = room.x, room.y, 0.0
    for kind, share in zip(kinds, shares, strict=True):
        w = (room.w - gap * (len(kinds) - 1)) * share / sum(shares) if side_by_side else room.w
        section = _section(kind, Rect(x, y, w, room.bottom - y), unit, size)
        low = max(item.box.bottom for item in section.items)
        sections.append(section)
        tallest = max(tallest, low - room.y)
        if side_by_side:
            x += w + gap
        else:
            y = low + _BETWEEN * unit
    return Notes(tuple(sections), tallest, 0, 0)


def _section(kind: _Kind, box: Rect, unit: float, size: float) -> Section:
    top = box.y + KICKER * unit
    gap = (0.5 if kind.look == "turn" else 0.9) * unit
    heights = {"turn": min(3.6, size), "row": min(2.1, size), "chip": 1.9, "thumbnail": size, "words": 1.2}
    height = heights[kind.look] * unit
    if any(isinstance(item, Unplaced) and item.place for item in kind.items):
        height = 3.1 * unit
    wordy = 2 if kind.look == "row" and size > _SIZES[2] else 1
    least = (size + 7 if kind.look == "thumbnail" else kind.width * wordy) * unit
    across = max(1, min(len(kind.items), int((box.w + gap) / (least + gap))))
    each = (box.w - gap * (across - 1)) / across
    if kind.look != "row":
        each = min(each, least if kind.look == "turn" else (kind.width + 8) * unit)
    placed = []
    for at, item in enumerate(kind.items):
        row, column = divmod(at, across)
        placed.append(Placed(Rect(box.x + column * (each + gap), top + row * (height + gap * 0.8), each, height), item))
    return Section(kind.heading, box, kind.look, tuple(placed))
