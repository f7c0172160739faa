"""The frame of a proof: the picture as it is asked for, as far as words and references show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prompt_kit.generators.proof.canvas import CARD, INK, SOFT, Box, Type, mixed, width
from prompt_kit.generators.proof.content import PORTRAYED
from prompt_kit.generators.proof.lettering import Zone, set_words, zones
from prompt_kit.generators.proof.linebreaks import fitted, short
from prompt_kit.generators.proof.panels import panel_boxes
from prompt_kit.generators.proof.places import Spot
from prompt_kit.generators.proof.symbols import Marks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL import Image

    from prompt_kit.generators.proof.canvas import Board
    from prompt_kit.generators.proof.content import Brief, Panel, ProofPicture

_FEW: Final = 4

_BALLOONS: Final = 4

_LEGIBLE: Final = 4
"""No words are set in less width than this, in units."""


_SMALL_MARK: Final = 10
"""On a mark smaller than this, in units, numbers are small, too."""


class Stage:
    """Draws into the frame."""

    def __init__(
        self, board: Board, frame: Box, said: Brief, unit: float, thumbs: Mapping[str, Image.Image | None]
    ) -> None:
        self.board, self.frame, self.said, self.unit, self.thumbs = board, frame, said, unit, thumbs
        self.tint = mixed(CARD, said.accent, 0.045)
        self.marks = Marks(board, said.accent, unit, self.tint)
        self.deep = mixed(CARD, said.accent, 0.17)

    def draw(self) -> None:
        """Draw the frame as its task asks."""
        self.board.box(self.frame, self.tint)
        if self.said.task == "compose" and self.said.pictures:
            self._compose()
        elif self.said.task == "edit" and self.said.pictures:
            self._edit()
        elif self.said.panels:
            self._strip()
        else:
            self._create()
        self.board.box(self.frame, line=mixed(INK, CARD, 0.35), width=1.2)
        self.marks.corners(self.frame)

    def _create(self) -> None:
        said, frame = self.said, self.frame
        scene = next((picture for picture in said.pictures if picture.role == "scene"), None)
        if scene is not None and (picture := self.thumbs.get(scene.image.sha256)) is not None:
            self.board.picture(picture, frame, opacity=0.42)
        empty, rest = self.areas()
        sides, free = zones(rest.inset(0.045 * min(frame.w, frame.h)), said.placed)
        quiet = [*(zone.box.inset(-self.unit) for zone in sides), *([empty] if empty else []), self.subject_area(free)]
        self.marks.guides(mixed(self.tint, said.accent, 0.2), frame, quiet)
        if empty is not None:
            self._empty(empty)
        if said.subject or self._portrait():
            self._subject(free)
        for zone in sides:
            # The words that are read first are the largest.
            share = 1.0 if zone.words[0] == said.placed[0] or zone.words[0].small else 0.5
            set_words(self.board, self.marks, zone, largest=share * min(frame.w / 7, frame.h / 5))

    def areas(self) -> tuple[Box | None, Box]:
        """Return the part that stays free for later words, if its side is said, and what it leaves."""
        said, frame = self.said, self.frame
        if not said.empty or said.empty_spot is None:
            return None, frame
        across, down = said.empty_spot
        share = said.empty_share
        w = share if across or not down else 1.0
        h = share if down else 1.0
        empty = frame.part({-1: 0.0, 0: 0.5 - w / 2, 1: 1 - w}[across], {-1: 0.0, 0: 0.5 - h / 2, 1: 1 - h}[down], w, h)
        if down:
            return empty, frame.part(0, h if down < 0 else 0, 1, 1 - h)
        if across:
            return empty, frame.part(w if across < 0 else 0, 0, 1 - w, 1)
        return empty, frame

    def subject_area(self, free: Box) -> Box:
        """Return where the subject stands in what words and empty parts leave."""
        said, frame = self.said, self.frame
        reach = min(free.w, free.h)
        opposite = said.empty_spot is not None and said.spot == (-said.empty_spot.across, -said.empty_spot.down)
        if not said.share and (opposite or said.spot == Spot(0, 0)):
            return free.inset(0.07 * reach).fitted(1)
        side = min((frame.area * (said.share or 0.22)) ** 0.5, 0.86 * reach)
        side = max(side, min(0.24 * min(frame.w, frame.h), reach))
        x, y = (0.5 + side_of / 2 for side_of in said.spot)
        edge = min(0.04 * reach, (reach - side) / 2)
        return Box(
            free.x + edge + (free.w - side - 2 * edge) * x, free.y + edge + (free.h - side - 2 * edge) * y, side, side
        )

    def _portrait(self) -> tuple[ProofPicture, Image.Image] | None:
        """Return the picture that shows the subject, if one does and can be opened."""
        shown = next((picture for picture in self.said.pictures if picture.role in PORTRAYED), None)
        thumb = self.thumbs.get(shown.image.sha256) if shown else None
        return (shown, thumb) if shown and thumb else None

    def _empty(self, area: Box) -> None:
        unit, accent = self.unit, self.said.accent
        self.board.box(area, mixed(self.tint, accent, 0.03))
        self.board.hatch(area, mixed(self.tint, accent, 0.16), step=0.85 * unit)
        self.board.dashed(area, mixed(self.tint, accent, 0.55), dash=0.8 * unit)
        self.marks.label(area.part(0.08, 0.3, 0.84, 0.4), self.said.empty, largest=1.5 * unit, color=accent)

    def _subject(self, free: Box) -> None:
        """Draw what the picture shows: its photo with the words under it, or the words on a mark."""
        said, board, unit = self.said, self.board, self.unit
        portrait = self._portrait()
        if portrait is not None:
            # The words stand under the photo, which shows something that they would cover.
            foot = min(3.6 * unit, 0.3 * free.h) if said.subject else 0.0
            area = self.subject_area(Box(free.x, free.y, free.w, free.h - foot))
            board.oval(area, self.deep)
            shown, thumb = portrait
            board.picture(thumb, area.inset(area.w * 0.028), r=area.w)
            tight = area.w < _SMALL_MARK * unit
            self.marks.number(area.right - area.w * 0.16, area.y + area.h * 0.16, shown.number, small=tight)
            w = min(free.w, 36 * unit)
            plate = Box(free.x + (free.w - w) / 2, min(area.bottom, free.bottom - foot), w, foot)
            self.marks.plate(plate, said.subject)
            return
        area = self.subject_area(free)
        board.oval(area, self.deep)
        board.oval(area.inset(area.w * 0.028), line=mixed(self.tint, said.accent, 0.5), width=1)
        words = area.part(0.15, 0.2, 0.7, 0.34) if said.centred else area.part(0.14, 0.2, 0.72, 0.6)
        self.marks.label(words, said.subject, largest=min(2.3 * unit, area.w / 8), color=mixed(INK, said.accent, 0.25))
        if said.centred:
            zone = Zone(area.part(0.14, 0.58, 0.72, 0.26), said.centred, 0, 0)
            set_words(board, self.marks, zone, largest=min(self.frame.w / 5, self.frame.h / 2))

    def _strip(self) -> None:
        said, frame = self.said, self.frame
        top = 0.1 * frame.h if said.copy else 0.0
        if said.copy:
            head = Box(frame.x, frame.y, frame.w, top).inset(0.012 * min(frame.w, frame.h))
            size, lines = fitted(said.copy[:1], head.w * 0.9, head.h, largest=head.h * 0.62)
            self.board.words(
                head.x + (head.w - width(lines[0]) * size) / 2,
                head.y + head.h / 2 + size * 0.34,
                lines[0],
                Type(size, INK, weight=0.012),
            )
        room = Box(frame.x, frame.y + top, frame.w, frame.h - top).inset(0.025 * min(frame.w, frame.h))
        for at, (box, panel) in enumerate(zip(panel_boxes(said, room), said.panels, strict=True)):
            self._panel(box, panel, at + 1)

    def _panel(self, box: Box, panel: Panel, number: int) -> None:
        board, unit, accent = self.board, self.unit, self.said.accent
        board.box(box, CARD)
        # The circles differ in size and place, because the proof does not know what the panels will show.
        reach = (0.18, 0.3, 0.24, 0.27)[number % 4] * min(box.w, box.h)
        x, y = box.x + box.w * (0.5, 0.36, 0.62)[number % 3], box.y + box.h * 0.46
        board.oval(Box(x - reach, y - reach, 2 * reach, 2 * reach), mixed(CARD, accent, 0.13))
        board.box(box, line=mixed(INK, CARD, 0.2), width=1.6)
        pad = 0.07 * min(box.w, box.h)
        top = box.y + pad
        room = box.h - 2 * pad
        for words in panel.copy[:_BALLOONS]:
            size, lines = fitted([words], box.w * 0.74, room * 0.26, largest=1.35 * unit)
            w = max(width(line) for line in lines) * size + 1.4 * size
            h = len(lines) * size * 1.12 + 0.9 * size
            balloon = Box(box.right - pad - w, top, w, h)
            board.box(balloon, mixed(CARD, accent, 0.12), line=accent, r=0.9 * size)
            for n, line in enumerate(lines):
                board.words(
                    balloon.x + 0.7 * size, balloon.y + 0.45 * size + (n + 0.82) * size * 1.12, line, Type(size, INK)
                )
            top += h + 0.5 * unit
        size = max(min(unit * 0.95, box.w / 14), unit * 0.6)
        free = box.bottom - pad - top - 0.4 * size
        most = max(0, int(free / (size * 1.35)))
        lines = short(panel.action, (box.w - 2 * pad) / size * 0.98, most) if most else []
        y = box.bottom - pad - (len(lines) - 1) * size * 1.35 - 0.2 * size
        for n, line in enumerate(lines):
            board.words(box.x + pad, y + n * size * 1.35, line, Type(size, SOFT))
        self.marks.number(box.x + pad + 0.75 * unit, box.y + pad + 0.75 * unit, number, small=True)

    def _edit(self) -> None:
        base = next((picture for picture in self.said.pictures if picture.role == "base"), self.said.pictures[0])
        picture = self.thumbs.get(base.image.sha256)
        if picture is None:
            self.marks.missing(self.frame, base)
            return
        ratio = picture.width / picture.height / (self.frame.w / self.frame.h)
        whole = 0.88 < ratio < 1.14  # noqa: PLR2004 - so little may be cut off
        if not whole:
            self.board.hatch(self.frame, mixed(self.tint, self.said.accent, 0.1), step=0.85 * self.unit)
        where = self.board.picture(picture, self.frame if whole else self.frame.inset(0.03 * self.frame.h), cover=whole)
        for share in (1 / 3, 2 / 3):
            for color, shift in (("#00000030", 1), ("#ffffff70", 0)):
                off = shift * self.board.hair
                x, y = where.x + where.w * share + off, where.y + where.h * share + off
                self.board.line((x, where.y), (x, where.bottom), color=color)
                self.board.line((where.x, y), (where.right, y), color=color)
        self.marks.number(where.x + 1.2 * self.unit, where.y + 1.2 * self.unit, base.number)
        empty, _ = self.areas()
        if empty is not None:
            self.board.dashed(empty.inset(0.4 * self.unit), self.said.accent, width=1.6, dash=0.8 * self.unit)
            self.marks.plate(empty.part(0, 0.4, 1, 0.2), self.said.empty)

    def _compose(self) -> None:
        """Show the pictures as cards with plus signs, and the new picture they go into."""
        said, frame, unit = self.said, self.frame, self.unit
        wide = frame.w >= frame.h * 0.8
        pad = 0.05 * min(frame.w, frame.h)
        inner = frame.inset(pad)
        # The more pictures there are, the more of the frame they need.
        split = 0.4 if len(said.pictures) <= _FEW else 0.52
        cards = inner.part(0, 0, split, 1) if wide else inner.part(0, 0, 1, split)
        goal = inner.part(split + 0.1, 0, 0.9 - split, 1) if wide else inner.part(0, split + 0.1, 1, 0.9 - split)
        goal = goal.fitted(frame.w / frame.h)
        boxes = grid(cards, len(said.pictures), gap=0.02 * min(cards.w, cards.h) + 1.0 * unit)
        for at, (box, shown) in enumerate(zip(boxes, said.pictures, strict=True)):
            self._card(box, shown)
            before = boxes[at - 1] if at else box
            if before.x < box.x:
                self.marks.plus((before.right + box.x) / 2, box.y + box.h / 2)
            elif before.y < box.y and before.x == box.x:
                self.marks.plus(box.x + box.w / 2, (before.bottom + box.y) / 2)
        start = (cards.right, inner.y + inner.h / 2) if wide else (inner.x + inner.w / 2, cards.bottom)
        end = (goal.x, start[1]) if wide else (start[0], goal.y)
        self.marks.arrow(start, end)
        self.board.box(goal, CARD, line=said.accent, width=1.6)
        self.marks.guides(mixed(CARD, said.accent, 0.14), goal, [goal])
        room = goal.part(0.1, 0.1, 0.8, 0.8)
        if room.w < _LEGIBLE * unit:
            return
        self.marks.label(room, said.subject, largest=1.6 * unit, color=mixed(INK, said.accent, 0.25))

    def _card(self, box: Box, shown: ProofPicture) -> None:
        unit = self.unit
        picture = self.thumbs.get(shown.image.sha256)
        if picture is None:
            self.marks.missing(box, shown)
        else:
            at = box.fitted(picture.width / picture.height)
            edge = min(0.35 * unit, 0.05 * min(at.w, at.h))
            self.board.box(Box(at.x + edge, at.y + 1.6 * edge, at.w, at.h), f"{INK}1c", r=2)
            self.board.box(at, CARD)
            self.board.picture(picture, at.inset(edge))
            box = at
        self.marks.number(box.x + 0.2 * unit, box.y + 0.2 * unit, shown.number, small=True)


def grid(room: Box, count: int, *, gap: float) -> list[Box]:
    """Return equal boxes, row by row, as nearly square as the room allows."""

    def least(across: int) -> float:
        down = -(-count // across)
        return min((room.w - gap * (across - 1)) / across, (room.h - gap * (down - 1)) / down)

    across = max(range(1, count + 1), key=least)
    down = -(-count // across)
    w, h = max(1.0, (room.w - gap * (across - 1)) / across), max(1.0, (room.h - gap * (down - 1)) / down)
    return [Box(room.x + (at % across) * (w + gap), room.y + (at // across) * (h + gap), w, h) for at in range(count)]
