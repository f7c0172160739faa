"""The frame of a proof: the picture as it is asked for, as far as words and references show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prompt_kit.generators.proof.canvas import CARD, HAIR, INK, SOFT, Box, Type, mixed, width
from prompt_kit.generators.proof.content import Spot
from prompt_kit.generators.proof.linebreaks import fitted, short
from prompt_kit.generators.proof.panels import panel_boxes
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

_PORTRAYED: Final = ("identity", "object")
"""The roles of references that show the picture's subject; without one, the subject is drawn as words."""


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
        empty = self.empty_area()
        words = self.copy_area(empty) if said.copy else None
        self.marks.guides(mixed(self.tint, said.accent, 0.2), self.frame, [area for area in (empty, words) if area])
        if empty is not None:
            self._empty(empty)
        if said.subject or self._portrait():
            self._subject(self.subject_area())
        if words is not None:
            self._copy(words)

    def subject_area(self) -> Box:
        """Return where the subject is."""
        said, frame = self.said, self.frame
        share = said.share or (0.0 if said.spot == Spot(0, 0) else 0.22)
        reach = min(frame.w, frame.h)
        if share:
            side = min((frame.area * share) ** 0.5, reach * 0.86)
            if said.empty_spot is not None:
                room = frame.h if said.empty_spot.down else frame.w
                side = min(side, 0.46 * room)
            side = max(side, 0.24 * reach)
            x = {-1: 0.0, 0: 0.5, 1: 1.0}[said.spot.across]
            y = {-1: 0.0, 0: 0.5, 1: 1.0}[said.spot.down]
            edge = 0.05 * reach
            return Box(
                frame.x + edge + (frame.w - side - 2 * edge) * x,
                frame.y + edge + (frame.h - side - 2 * edge) * y,
                side,
                side,
            )
        return frame.inset(0.13 * reach).fitted(1)

    def empty_area(self) -> Box | None:
        """Return the largest area that the subject leaves empty, or the one that the words name."""
        said, frame = self.said, self.frame
        if not said.empty:
            return None
        it = self.subject_area()
        edge = 0.05 * min(frame.w, frame.h)
        inner = frame.inset(edge)
        if said.empty_spot is not None:
            across, down = said.empty_spot
            w = 0.5 if across else 1.0 if down else 0.56
            h = 0.5 if down else 1.0
            area = inner.part(
                {-1: 0.0, 0: 0.5 - w / 2, 1: 1 - w}[across], {-1: 0.0, 0: 0.5 - h / 2, 1: 1 - h}[down], w, h
            )
            return _beside(area, it, across, down, edge)
        sides = (
            Box(inner.x, inner.y, it.x - inner.x - edge, inner.h),
            Box(it.right + edge, inner.y, inner.right - it.right - edge, inner.h),
            Box(inner.x, inner.y, inner.w, it.y - inner.y - edge),
            Box(inner.x, it.bottom + edge, inner.w, inner.bottom - it.bottom - edge),
        )
        return max(sides, key=lambda side: side.area)

    def _portrait(self) -> tuple[ProofPicture, Image.Image] | None:
        """Return the picture that shows the subject, if one does and can be opened."""
        shown = next((picture for picture in self.said.pictures if picture.role in _PORTRAYED), None)
        thumb = self.thumbs.get(shown.image.sha256) if shown else None
        return (shown, thumb) if shown and thumb else None

    def copy_area(self, empty: Box | None) -> Box:
        """Return where the exact words are."""
        if empty is not None:
            return empty.inset(0.08 * min(empty.w, empty.h))
        it = self.subject_area()
        return it.part(0.14, 0.72, 0.72, 0.2) if self._portrait() else it.part(0.14, 0.56, 0.72, 0.26)

    def _empty(self, area: Box) -> None:
        unit, accent = self.unit, self.said.accent
        self.board.box(area, mixed(self.tint, accent, 0.03))
        self.board.hatch(area, mixed(self.tint, accent, 0.16), step=0.85 * unit)
        self.board.dashed(area, mixed(self.tint, accent, 0.55), dash=0.8 * unit)
        if not self.said.copy:
            self.marks.label(area.part(0.08, 0.3, 0.84, 0.4), "Left empty", largest=1.5 * unit, color=accent)

    def _subject(self, area: Box) -> None:
        said, board, unit = self.said, self.board, self.unit
        portrait = self._portrait()
        board.oval(area, self.deep)
        inner = area.inset(area.w * 0.028)
        if portrait is not None:
            shown, thumb = portrait
            side = area.fitted(1)
            board.picture(thumb, side.inset(side.w * 0.028), r=side.w)
            self.marks.number(side.right - side.w * 0.16, side.y + side.h * 0.16, shown.number)
        else:
            board.oval(inner, line=mixed(self.tint, said.accent, 0.5), width=1)
        if not said.subject:
            return
        if portrait is not None:
            pill = Box(
                area.x - 0.04 * area.w, area.bottom - 0.24 * area.h, area.w * 1.08, min(0.2 * area.h, 4.6 * unit)
            )
            if not said.copy:
                self.marks.plate(pill, said.subject)
            return
        words = area.part(0.15, 0.2, 0.7, 0.34) if said.copy else area.part(0.14, 0.2, 0.72, 0.6)
        self.marks.label(words, said.subject, largest=min(2.3 * unit, area.w / 8), color=mixed(INK, said.accent, 0.25))

    def _copy(self, area: Box) -> None:
        said = self.said
        if self._portrait() and not said.empty:
            self.board.box(area.inset(-0.4 * self.unit), f"{CARD}ee", r=0.4 * self.unit)
        shares = [1.0, 0.46, 0.34, *[0.3] * len(said.copy)][: len(said.copy)]
        largest = min(area.h / max(1.0, sum(shares)) * 0.86, self.frame.w / 5, self.frame.h / 2)
        sizes, total = [], 0.0
        for text, share in zip(said.copy, shares, strict=True):
            size, lines = fitted([text], area.w, area.h * share / sum(shares), largest=largest * share, leading=1.08)
            sizes.append((size, lines))
            total += size * 1.08 * len(lines) + size * 0.3
        y = area.y + max(0.0, (area.h - total) / 2)
        color = mixed(INK, said.accent, 0.1)
        for size, lines in sizes:
            for line in lines:
                y += size * 1.08
                if self.marks.cells(area, y, line, size):
                    continue
                x = area.x + (area.w - width(line) * size) / 2
                self.board.words(x, y - size * 0.24, line, Type(size, color, weight=0.012))
            y += size * 0.3
        marks = area.inset(-0.5 * self.unit)
        self.marks.ticks(marks, said.accent)

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
        self.marks.number(where.x + 1.7 * self.unit, where.y + 1.7 * self.unit, base.number)
        if self.said.copy:
            size, lines = fitted([" · ".join(self.said.copy)], where.w * 0.7, 0.2 * where.h, largest=1.6 * self.unit)
            h = len(lines) * size * 1.15 + size
            w = max(width(line) for line in lines) * size + 1.6 * size
            plate = Box(where.x + (where.w - w) / 2, where.bottom - h - 1.4 * self.unit, w, h)
            self.board.box(plate, f"{CARD}ee", line=HAIR, r=0.5 * size)
            for n, line in enumerate(lines):
                self.board.words(
                    plate.x + (w - width(line) * size) / 2,
                    plate.y + 0.5 * size + (n + 0.8) * size * 1.15,
                    line,
                    Type(size, INK, weight=0.01),
                )

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
        if said.copy:
            size, lines = fitted([" · ".join(said.copy)], room.w, room.h * 0.3, largest=2.2 * unit)
            y = room.y
            for at, line in enumerate(lines):
                x = room.x + (room.w - width(line) * size) / 2
                self.board.words(x, y + (at + 0.86) * size * 1.12, line, Type(size, INK, weight=0.012))
            room = room.part(0, 0.36, 1, 0.64)
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


def _beside(area: Box, subject: Box, across: int, down: int, gap: float) -> Box:
    """Return the part of an area, named by its side of the frame, that a subject leaves."""
    left, top, right, bottom = area.x, area.y, area.right, area.bottom
    if left >= subject.right or right <= subject.x or top >= subject.bottom or bottom <= subject.y:
        return area
    if down < 0 and subject.y - gap > top:
        bottom = min(bottom, subject.y - gap)
    elif down > 0 and subject.bottom + gap < bottom:
        top = max(top, subject.bottom + gap)
    elif across < 0:
        right = min(right, max(left, subject.x - gap))
    elif across > 0:
        left = max(left, min(right, subject.right + gap))
    return Box(left, top, right - left, bottom - top)
