"""Draws one area of a layout, as its kind asks: always inside its own rectangle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from prompt_kit.generators.proof.canvas import CARD, INK, SOFT, Rect, Type, mixed
from prompt_kit.generators.proof.content import KINDS
from prompt_kit.generators.proof.legend import narrow
from prompt_kit.generators.proof.placing import grid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PIL import Image

    from prompt_kit.generators.proof.canvas import Board
    from prompt_kit.generators.proof.pictures import ProofPicture
    from prompt_kit.generators.proof.placing import Standing
    from prompt_kit.generators.proof.symbols import Marks

_SIDES: Final = {"left": 1, "right": -1}
_ROWS: Final = 4
"""How often a tile shows its motif along its shorter side."""
_SIDE: Final = 1 / 3
"""Words whose middle is in this share of the frame at a side begin, or end, there."""


class DrawnHow(NamedTuple):
    """What an area is drawn by beside its own rectangle."""

    frame: Rect
    on_picture: bool
    """Whether there is a photo under it, so that its words need a plate."""
    largest: float
    """The largest size of its exact words, in points."""
    speakers: int
    """How many balloons lie on it."""


class AreaDrawing:
    """Draws an area in its rectangle; its label stands where no other area lies on it."""

    def __init__(self, board: Board, marks: Marks, here: Standing, how: DrawnHow) -> None:
        self.board, self.marks, self.here = board, marks, here
        self.area, self.rect, self.clear = here.area, here.rect, here.clear
        self.frame, self.on_picture, self.largest, self.speakers = how
        self.unit, self.accent, self.ground = marks.unit, marks.accent, marks.tint

    def draw(self, pictures: Sequence[tuple[ProofPicture, Image.Image | None]], numbers: Mapping[str, int]) -> None:
        """Draw it.

        Args:
            pictures: The pictures that stand here, with what can be shown of them.
            numbers: The panels' numbers, by the names of their areas.
        """
        match self.area.kind:
            case "subject":
                self._subject(pictures)
            case "words":
                self._in_panel() if self.area.on in numbers else self._words()
            case "logo":
                self._logo(pictures)
            case "panel":
                self._panel(numbers[self.area.name], pictures)
            case "calm":
                self._calm()
            case "covered":
                self._covered()
            case "change":
                self._change(pictures)

    def _subject(self, pictures: Sequence[tuple[ProofPicture, Image.Image | None]]) -> None:
        """Draw what the picture shows: its pictures with its name, or its name on a soft shape."""
        area, marks = self.area, self.marks
        tilt = degrees(area.facing) if area.facing else None
        room = self.clear
        if not pictures and not self.on_picture:
            whole = self.rect.inset(0.03 * min(self.rect.w, self.rect.h))
            self._tile() if area.look == "tile" else self.board.oval(whole, mixed(self.ground, self.accent, 0.16))
        if area.facing:
            below = room.part(0.3, 0.56, 0.4, 0.38)
            if tilt is not None:
                marks.compass(below.part(0, 0, 1, 0.74), tilt)
            self._label(below.part(-0.5, 0.78, 2, 0.2), area.facing.replace("-", " "), 1.1)
            room = room.part(0, 0.06, 1, 0.46)
        if pictures:
            self._cards(room if area.facing else self.rect, pictures)
        else:
            self.marks.ticks(self.rect.inset(self.board.hair), self.accent)
        if not pictures and not self.on_picture:
            share = 0.66 if room == self.rect else 0.8
            inner = room.part((1 - share) / 2, (1 - share) / 2, share, share)
            if area.look == "tile":
                self.marks.plate(inner.part(0, 0.36, 1, 0.28), self._repeated(), Type(1.2 * self.unit, INK))
                return
            self._label(inner, area.content or KINDS["subject"], min(2.3, 0.12 * min(room.w, 2 * room.h) / self.unit))

    def _tile(self) -> None:
        """Draw a motif in rows that go on over the edges, as a tile that repeats shows it."""
        rect, color = self.rect, mixed(self.ground, self.accent, 0.2)
        side = min(rect.w, rect.h) / _ROWS
        across, down = max(1, round(rect.w / side)), max(1, round(rect.h / side))
        w, h = rect.w / across, rect.h / down
        for row in range(down):
            shift = 0.5 if row % 2 else 0.0
            for column in range(across + row % 2):
                dot = Rect(rect.x + (column + 0.2 - shift) * w, rect.y + (row + 0.2) * h, 0.6 * w, 0.6 * h)
                self.board.oval_within(dot, rect, color)

    def _repeated(self) -> str:
        content = self.area.content or "the motif"
        return f"{content}: again and again, and on over every edge; how many and how large is left to the model"

    def _words(self) -> None:
        rect = self.rect
        middle = (rect.x + rect.w / 2 - self.frame.x) / self.frame.w
        wide = rect.w > 0.7 * self.frame.w
        across = 0 if wide or self.area.on else -1 if middle < _SIDE else 1 if middle > 1 - _SIDE else 0
        pad = min(0.06 * rect.h, 0.04 * rect.w, 0.5 * self.unit)
        inner = rect.inset(pad + 2 * self.board.hair)
        largest = min(self.largest, 0.62 * inner.h)
        how = Type(max(largest, min(0.7 * self.unit, inner.h)), mixed(INK, self.accent, 0.1), weight=0.012)
        text = self.area.content or "words"
        if self.on_picture or self.area.on:
            self.marks.plate(inner, text, how, across=across)
        else:
            self.marks.text(inner, text, how, across=across)
        self.marks.ticks(rect.inset(self.board.hair), self.accent)

    def _in_panel(self) -> None:
        """Draw words of a panel, whole and inside its border: in a balloon, as bare letters, or else in a plain box."""
        outer = self.rect
        if self.here.around:
            outer = outer.common(bordered(self.here.around, self.unit).inset(0.3 * self.unit))
        outer = outer.inset(min(0.06 * outer.h, 0.06 * outer.w, 0.5 * self.unit))
        content, color = self.area.content, mixed(INK, self.accent, 0.1)
        if self.area.look == "letters":
            self.marks.text(outer, content, Type(1.7 * self.unit, self.accent, weight=0.03))
            return
        room, fill = outer, CARD
        if self.area.look == "balloon":
            tail = min(0.16 * outer.h, 0.9 * self.unit)
            room, fill = outer._replace(h=outer.h - tail), mixed(CARD, self.accent, 0.12)
            x = room.x + 0.42 * room.w
            self.board.shape((x, room.bottom - 1), (x + 1.4 * tail, room.bottom - 1), (x, outer.bottom), fill=fill)
            self.board.box(room, fill, line=self.accent, r=min(0.9 * self.unit, 0.45 * room.h))
        else:
            self.board.box(room, fill, line=color, width=1.2)
        inner = room.inset(min(0.5 * self.unit, 0.12 * room.h, 0.08 * room.w))
        self.marks.text(inner, content, Type(1.4 * self.unit, INK))

    def _logo(self, pictures: Sequence[tuple[ProofPicture, Image.Image | None]]) -> None:
        if pictures:
            self._cards(self.rect, pictures)
            return
        self.board.box(self.rect, CARD)
        self.board.dashed(self.rect.inset(self.board.hair), self.accent, width=1.4, dash=0.7 * self.unit)
        self._label(self.rect.part(0.08, 0.1, 0.84, 0.8), self.area.content or "logo", 1.1)

    def _panel(self, number: int, pictures: Sequence[tuple[ProofPicture, Image.Image | None]]) -> None:
        """Draw a panel: a figure where something happens or is said, above what it is."""
        rect, unit = bordered(self.rect, self.unit), self.unit
        clear = self.clear.common(rect)
        self.board.box(rect, CARD, line=mixed(INK, CARD, 0.2), width=1.6)
        pad = 0.05 * min(rect.w, rect.h)
        foot = min(0.34 * clear.h, max(0.16 * rect.h, 3.2 * unit)) if self.area.content else pad
        room = Rect(clear.x + pad, clear.y + pad, clear.w - 2 * pad, max(0.0, clear.h - foot - pad))
        happens = self.area.content or self.here.above
        if pictures and min(room.h, room.w) > unit:
            self._cards(room, pictures)
        elif happens and min(room.h, room.w) > unit:
            count = max(1, min(self.speakers, int(room.w / max(0.8 * room.h, 1))))
            for box in grid(room, count, gap=0.0) if count > 1 else [room]:
                self.marks.figure(box, mixed(CARD, self.accent, 0.24))
        if self.area.content:
            self._label(Rect(room.x, clear.bottom - foot, room.w, foot - 0.3 * pad), self.area.content, 0.95)
        elif not happens and not pictures:
            self._label(room.part(0.1, 0.3, 0.8, 0.4), "left to the model", 0.95)
        self.marks.number(clear.inset(0.3 * pad), number)

    def _calm(self) -> None:
        rect = self.rect
        if self.on_picture:
            self.board.box(rect, f"{CARD}8c")
        else:
            self.board.box(rect, mixed(self.ground, self.accent, 0.03))
        self.board.hatch(rect, mixed(self.ground, self.accent, 0.16), step=0.85 * self.unit)
        self.board.dashed(rect.inset(self.board.hair), mixed(self.ground, self.accent, 0.55), dash=0.8 * self.unit)
        why = self.area.content
        self._plate(f"Stays calm: {why}" if why else "Stays calm")

    def _covered(self) -> None:
        rect, dark = self.rect, mixed(INK, CARD, 0.25)
        self.board.box(rect, f"{INK}38" if self.on_picture else mixed(CARD, INK, 0.2))
        self.board.hatch(rect, mixed(CARD, INK, 0.45), step=0.45 * self.unit)
        self.board.box(rect, line=dark, width=1.4)
        why = self.area.content
        if not narrow(self.area):
            self._plate(f"Covered: {why}" if why else "Covered by the app")

    def _change(self, pictures: Sequence[tuple[ProofPicture, Image.Image | None]]) -> None:
        if self.area.box:
            self.board.box(self.rect, f"{self.accent}40")
            self.board.box(self.rect, line=self.accent, width=2)
        if pictures:
            self._cards(self.rect.part(0.1, 0.08, 0.8, 0.6), pictures)
        content = self.area.content
        if self.on_picture:
            # The legend says the rest: what stands on a picture reads as lettering, and covers what is there.
            tag = self.clear.part(0, 0, 1, 0.3)
            h = min(tag.h, 1.9 * self.unit)
            self.marks.plate(
                tag._replace(h=h), "Changes", Type(1.0 * self.unit, self.accent), across=-1, smallest=0.6 * self.unit
            )
        else:
            self._plate(f"Changes: {content}" if content else "What changes", low=bool(pictures))

    def _cards(self, room: Rect, pictures: Sequence[tuple[ProofPicture, Image.Image | None]]) -> None:
        """Draw pictures side by side, each whole."""
        gap = 0.5 * self.unit
        inner = room.inset(min(0.04 * min(room.w, room.h), 0.6 * self.unit))
        for box, (shown, picture) in zip(grid(inner, len(pictures), gap=gap), pictures, strict=True):
            self.marks.card(box, shown, picture)

    def _label(self, box: Rect, text: str, units: float) -> None:
        """Set a label in the middle of a box, on a plate where a photo is under it."""
        largest, color = max(units, 0.62) * self.unit, mixed(INK, self.accent, 0.25)
        if self.on_picture:
            self.marks.plate(box, text, Type(largest, INK), smallest=0.62 * self.unit)
        else:
            self.marks.label(box, text, largest, color)

    def _plate(self, text: str, *, low: bool = False) -> None:
        """Set what an area is for on a plate, in the part of it that nothing else covers."""
        room = self.clear.part(0.04, 0.7, 0.92, 0.28) if low else self.clear.part(0.04, 0.05, 0.92, 0.9)
        self.marks.plate(room, text, Type(1.1 * self.unit, SOFT), smallest=0.6 * self.unit)


def bordered(panel: Rect, unit: float) -> Rect:
    """Return where the border of a panel is: there is a narrow space between panels."""
    return panel.inset(min(0.35 * unit, 0.03 * min(panel.w, panel.h)))


def degrees(facing: str) -> float | None:
    """Return how far a subject is turned away from the camera, to the left edge of the picture; ``None`` if unknown.

    >>> [degrees(side) for side in ("front", "left profile", "three-quarter-right", "rear-left", "from above")]
    [0, 90, -45, 135, None]
    """
    words = set(re.findall(r"[a-z]+", facing.lower()))
    side = next((way for name, way in _SIDES.items() if name in words), 0)
    if words & {"back", "rear", "behind"}:
        return side * 135 if side else 180
    if "quarter" in words:
        return side * 45 if side else None
    if side:
        return side * 90
    return 0 if "front" in words else None
