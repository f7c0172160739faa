"""The marks a proof is drawn with: guides, ticks, numbers, signs, and words in a box."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from prompt_kit.generators.proof.canvas import CARD, FAINT, HAIR, INK, SOFT, Box, Type, label, mixed, width
from prompt_kit.generators.proof.fonts import NONE, runs
from prompt_kit.generators.proof.linebreaks import short
from prompt_kit.generators.proof.pictures import why_not

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prompt_kit.generators.proof.canvas import Board
    from prompt_kit.generators.proof.content import ProofPicture


class Marks:
    """Draws marks in one accent colour, in one measure."""

    def __init__(self, board: Board, accent: str, unit: float, ground: str) -> None:
        self.board, self.accent, self.unit, self.tint = board, accent, unit, ground

    def cells(self, area: Box, y: float, line: str, size: float) -> bool:
        """Draw a cell for each character of a line that no face has; return whether it is such a line."""
        pieces = [run for run in runs(line) if not run.text.isspace()]
        if not pieces or any(run.face != NONE for run in pieces):
            return False
        count = sum(len(run.text) for run in pieces)
        side = min(size * 0.92, area.w / count)
        left, top = area.x + (area.w - side * count) / 2, y - size
        for at in range(count):
            cell = Box(left + at * side, top, side, side).inset(0.04 * side)
            self.board.box(cell, CARD, line=mixed(CARD, self.accent, 0.5), r=0.06 * side)
            self.board.line(
                (cell.x + cell.w / 2, cell.y),
                (cell.x + cell.w / 2, cell.bottom),
                color=mixed(CARD, self.accent, 0.16),
            )
            self.board.line(
                (cell.x, cell.y + cell.h / 2),
                (cell.right, cell.y + cell.h / 2),
                color=mixed(CARD, self.accent, 0.16),
            )
        named = f"{label(pieces[0])}: no font here"
        small = min(0.72 * self.unit, 0.2 * size)
        self.board.words(area.x + (area.w - width(named) * small) / 2, y + small * 0.7, named, Type(small, SOFT))
        return True

    def missing(self, box: Box, shown: ProofPicture) -> None:
        """Draw a substitute for a picture that cannot be shown."""
        self.board.box(box, CARD, line=HAIR)
        self.board.line((box.x, box.y), (box.right, box.bottom), color=HAIR)
        self.board.line((box.x, box.bottom), (box.right, box.y), color=HAIR)
        self.board.box(box.part(0.06, 0.36, 0.88, 0.28), CARD)
        self.label(box.part(0.06, 0.36, 0.88, 0.28), why_not(shown.image), largest=self.unit, color=SOFT)

    def guides(self, color: str, box: Box, quiet: Sequence[Box]) -> None:
        """Draw the lines of thirds, and a cross where they meet, outside of quiet areas."""
        reach = 0.03 * min(box.w, box.h)
        across, down = ([start + length * n / 3 for n in (1, 2)] for start, length in ((box.x, box.w), (box.y, box.h)))
        for x, y in zip(across, down, strict=True):
            self.board.line((x, box.y), (x, box.bottom), color=color)
            self.board.line((box.x, y), (box.right, y), color=color)
        for x, y in product(across, down):
            if any(box.x < x + reach and x - reach < box.right and box.y < y < box.bottom for box in quiet):
                continue
            self.board.line((x - reach, y), (x + reach, y), color=self.accent)
            self.board.line((x, y - reach), (x, y + reach), color=self.accent)

    def corners(self, frame: Box) -> None:
        """Draw crop marks around the frame."""
        out, reach = 0.35 * self.unit, 0.95 * self.unit
        for x, way_x in ((frame.x, -1), (frame.right, 1)):
            for y, way_y in ((frame.y, -1), (frame.bottom, 1)):
                self.board.line((x + way_x * out, y), (x + way_x * reach, y), color=FAINT)
                self.board.line((x, y + way_y * out), (x, y + way_y * reach), color=FAINT)

    def ticks(self, box: Box, color: str) -> None:
        """Draw the four corners of an area."""
        reach = min(0.9 * self.unit, box.w / 4, box.h / 4)
        for x, way_x in ((box.x, 1), (box.right, -1)):
            for y, way_y in ((box.y, 1), (box.bottom, -1)):
                self.board.line((x + way_x * reach, y), (x, y), (x, y + way_y * reach), color=color, width=1.4)

    def label(self, box: Box, text: str, *, largest: float, color: str) -> None:
        """Set a text in the middle of a box, in as many lines as it needs and there is room for."""
        size = largest
        while True:
            most = max(1, int(box.h / (size * 1.25)))
            lines = short(text, box.w / size, most)
            if not lines or not lines[-1].endswith("…") or size < max(0.55 * self.unit, largest / 4):
                break
            size *= 0.92
        y = box.y + (box.h - len(lines) * size * 1.25) / 2 + size * 0.92
        for at, line in enumerate(lines):
            self.board.words(box.x + (box.w - width(line) * size) / 2, y + at * size * 1.25, line, Type(size, color))

    def plate(self, box: Box, text: str) -> None:
        """Set a few words on a light plate in the middle of a box, and inside it."""
        size = min(0.92 * self.unit, box.h / 2.2)
        if not text or size <= 0:
            return
        most = max(1, min(2, int((box.h - 0.9 * size) / (1.25 * size))))
        lines = short(text, (box.w - 1.6 * size) / size, most)
        w = max((width(line) for line in lines), default=0) * size + 1.6 * size
        h = len(lines) * size * 1.25 + 0.9 * size
        plate = Box(box.x + (box.w - w) / 2, box.y + (box.h - h) / 2, w, h)
        self.board.box(plate, f"{CARD}f0", r=0.5 * size)
        for at, line in enumerate(lines):
            x = plate.x + (w - width(line) * size) / 2
            self.board.words(x, plate.y + 0.45 * size + (at + 0.86) * size * 1.25, line, Type(size, INK))

    def number(self, x: float, y: float, number: int, *, small: bool = False) -> None:
        """Draw the number of a picture or panel around a point."""
        self.board.disc(x, y, (0.75 if small else 1.0) * self.unit, number, self.accent)

    def plus(self, x: float, y: float) -> None:
        """Draw a plus sign around a point."""
        r, arm = 0.62 * self.unit, 0.34 * self.unit
        self.board.oval(Box(x - r, y - r, 2 * r, 2 * r), self.tint)
        self.board.line((x - arm, y), (x + arm, y), color=self.accent, width=2)
        self.board.line((x, y - arm), (x, y + arm), color=self.accent, width=2)

    def arrow(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Draw an arrow, level or upright."""
        (x0, y0), (x1, y1) = start, end
        gap = 0.5 * self.unit
        head = 0.55 * self.unit
        if x1 - x0 > y1 - y0:
            x0, x1 = x0 + gap, x1 - gap
            self.board.line((x1 - head, y1 - head), (x1, y1), (x1 - head, y1 + head), color=self.accent, width=2)
        else:
            y0, y1 = y0 + gap, y1 - gap
            self.board.line((x1 - head, y1 - head), (x1, y1), (x1 + head, y1 - head), color=self.accent, width=2)
        self.board.line((x0, y0), (x1, y1), color=self.accent, width=2)
