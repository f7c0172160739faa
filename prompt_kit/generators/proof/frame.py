"""The frame of a proof: the picture as its layout says, area by area."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from prompt_kit.errors import InputError
from prompt_kit.generators.proof.areas import AreaDrawing, DrawnHow
from prompt_kit.generators.proof.canvas import CARD, INK, Rect, mixed
from prompt_kit.generators.proof.lettering import largest_sizes
from prompt_kit.generators.proof.placing import grid, standing
from prompt_kit.generators.proof.symbols import Marks
from prompt_kit.layout import GUIDE
from prompt_kit.pixels.masks import read_mask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL import Image

    from prompt_kit.generators.proof.canvas import Board
    from prompt_kit.generators.proof.content import Brief
    from prompt_kit.generators.proof.pictures import ProofPicture
    from prompt_kit.generators.proof.placing import Standing
    from prompt_kit.layout import AreaKind

_SKETCH: Final = 0.3
"""How strongly a picture shows of which only the layout counts."""


class DrawnArea(NamedTuple):
    """An area as it was drawn."""

    name: str
    kind: AreaKind
    rect: Rect
    """Where it stands, in points of the sheet."""
    extent: Rect
    """What was drawn for it: never more than where it stands."""


class Stage:
    """Draws into the frame."""

    def __init__(
        self, board: Board, frame: Rect, said: Brief, unit: float, thumbs: Mapping[str, Image.Image | None]
    ) -> None:
        self.board, self.frame, self.said, self.unit, self.thumbs = board, frame, said, unit, thumbs
        self.ground = mixed(CARD, said.accent, 0.045)
        self.marks = Marks(board, said.accent, unit, self.ground)

    def draw(self) -> tuple[DrawnArea, ...]:
        """Draw the frame, and return where each area was drawn."""
        self.board.box(self.frame, self.ground)
        where = self._base() if self.said.base else self._sketch()
        mask, masked = self._mask(where)
        placed = standing(self.said.areas, self.frame, masked)
        if not self.said.base:
            self.marks.guides(mixed(self.ground, self.said.accent, 0.2), self.frame)
        if mask and masked:
            self.board.tint(mask, where, self.said.accent, 0.38)
        if self.said.cards:
            self._cards()
        elif not placed and not self.said.base:
            room = self.frame.part(0.15, 0.35, 0.7, 0.3)
            self.marks.label(room, "Where things stand is left to the model", self.unit * 1.4, self.said.accent)
        drawn = tuple(self._areas(placed))
        self.board.box(self.frame, line=mixed(INK, CARD, 0.35), width=1.2)
        self.marks.corners(self.frame)
        return drawn

    def _areas(self, placed: list[Standing]) -> list[DrawnArea]:
        drawn = []
        numbers = {area.area.name: n for n, area in enumerate((a for a in placed if a.area.kind == "panel"), 1)}
        largest = largest_sizes(placed, self.said.areas, self.frame)
        for here in placed:
            pictures = self._pictures(here)
            on_picture = self._on_picture(here, placed)
            speakers = sum(area.on == here.area.name and area.look == "balloon" for area in self.said.areas)
            size = largest.get(here.area.name, 0.0)
            drawing = AreaDrawing(self.board, self.marks, here, DrawnHow(self.frame, on_picture, size, speakers))
            with self.board.measured() as extents:
                drawing.draw([(shown, self.thumbs.get(shown.image.sha256)) for shown in pictures], numbers)
            extent = extents[0] if extents else here.rect
            drawn.append(DrawnArea(here.area.name, here.area.kind, here.rect, extent))
        return drawn

    def _pictures(self, here: Standing) -> list[ProofPicture]:
        """Return the pictures of an area: all of its slot, or one each where several areas share the slot."""
        slot = here.area.slot
        several = [area.name for area in self.said.areas if slot and area.slot == slot]
        pictures = [
            shown for shown in self.said.pictures if slot and shown.slot == slot and shown is not self.said.base
        ]
        if len(several) < 2:  # noqa: PLR2004 - one area takes them all
            return pictures
        at = several.index(here.area.name)
        return pictures[at : at + 1] or pictures[:1]

    def _on_picture(self, here: Standing, placed: list[Standing]) -> bool:
        """Return whether there is a photo under an area, so that its words need a plate."""
        under = next((other for other in placed if other.area.name == here.area.on), None)
        return self.said.base is not None or bool(under and self._pictures(under))

    def _base(self) -> Rect:
        """Draw the picture that is changed: it is the frame, whole, whatever the new format is."""
        base = self.said.base
        picture = self.thumbs.get(base.image.sha256) if base else None
        if base is None or picture is None:
            if base is not None:
                self.marks.missing(self.frame, base)
            return self.frame
        where = self.frame.fitted(picture.width / picture.height)
        if where.area < 0.99 * self.frame.area:
            self.board.hatch(self.frame, mixed(self.ground, self.said.accent, 0.1), step=0.85 * self.unit)
        self.board.picture(picture, where, cover=False)
        return where

    def _sketch(self) -> Rect:
        """Draw a picture that says where things stand, pale and whole, below everything else."""
        shown = next((s for s in self.said.pictures if s.role == "layout" and s.slot != GUIDE), None)
        picture = self.thumbs.get(shown.image.sha256) if shown else None
        if picture is not None:
            return self.board.picture(picture, self.frame, cover=False, opacity=_SKETCH)
        return self.frame

    def _mask(self, where: Rect) -> tuple[Image.Image | None, Rect | None]:
        """Return what may change in the base picture, and the part of the frame it takes."""
        base, mask = self.said.base, self.said.mask
        if base is None or mask is None:
            return None, None
        original = mask.original or base.image
        size = (original.width, original.height)
        try:
            image = read_mask(mask.image.read(), size, orientation=original.orientation).image
        except InputError:
            return None, where
        left, top, right, bottom = image.getbbox() or (0, 0, *size)
        share = (left / size[0], top / size[1], (right - left) / size[0], (bottom - top) / size[1])
        return image, where.part(*share)

    def _cards(self) -> None:
        """Show the pictures that go into the new one as cards with plus signs, when their places are left open."""
        inner = self.frame.inset(0.06 * min(self.frame.w, self.frame.h))
        room, foot = inner.part(0, 0, 1, 0.84), inner.part(0, 0.87, 1, 0.13)
        boxes = grid(room, len(self.said.pictures), gap=0.02 * min(room.w, room.h) + 1.0 * self.unit)
        for at, (box, shown) in enumerate(zip(boxes, self.said.pictures, strict=True)):
            self.marks.card(box, shown, self.thumbs.get(shown.image.sha256))
            before = boxes[at - 1] if at else box
            if before.x < box.x:
                self.marks.plus((before.right + box.x) / 2, box.y + box.h / 2)
        self.marks.label(foot, "Where they stand is left to the model", self.unit, self.said.accent)
