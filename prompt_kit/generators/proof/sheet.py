"""Draws a proof sheet from its arrangement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from prompt_kit.generators.proof.arrangement import LEADING, Arrangement, rise, rows_of_settings
from prompt_kit.generators.proof.canvas import CARD, FAINT, HAIR, INK, SOFT, Board, Rect, Type, mixed, width
from prompt_kit.generators.proof.frame import Stage
from prompt_kit.generators.proof.legend import PAD, STEP
from prompt_kit.generators.proof.legend import SIZE as LEGEND_SIZE
from prompt_kit.generators.proof.linebreaks import SPACE, joined, short
from prompt_kit.generators.proof.notes import Placed
from prompt_kit.generators.proof.pictures import opened, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

    from prompt_kit.generators.proof.colours import Chip
    from prompt_kit.generators.proof.content import Unplaced
    from prompt_kit.generators.proof.frame import DrawnArea
    from prompt_kit.generators.proof.linebreaks import Token
    from prompt_kit.generators.proof.notes import Section
    from prompt_kit.generators.proof.pictures import ProofPicture

MARK: Final = "PROOF"
NOT_A_PICTURE: Final = "not a generated picture"

_TASKS: Final = {"create": "A new picture", "edit": "A picture changed", "compose": "Several pictures into one"}
_SMALLEST_HEADING: Final = 0.85
"""A heading is set smaller down to this share; one that is still too long is cut at its comma."""


class DrawnSheet(NamedTuple):
    """A sheet, and where the areas of its layout were drawn."""

    image: Image.Image
    areas: tuple[DrawnArea, ...]


def draw(plan: Arrangement) -> DrawnSheet:
    """Return the sheet as a picture of exactly the size that was planned."""
    board = Board(plan.size)
    largest = max(64, round(max(plan.frame.w, plan.frame.h) * board.k))
    thumbs = {picture.image.sha256: opened(picture.image, largest) for picture in plan.brief.pictures}
    sheet = _SheetDrawing(board, plan, thumbs)
    sheet.header()
    areas = Stage(board, plan.frame, plan.brief, plan.unit, thumbs).draw()
    sheet.legend()
    for section in plan.notes.sections:
        sheet.section(section)
    sheet.more()
    sheet.prompt()
    sheet.footer()
    return DrawnSheet(board.finished(), areas)


class _SheetDrawing:
    """Draws everything around the frame."""

    def __init__(self, board: Board, plan: Arrangement, thumbs: dict[str, Image.Image | None]) -> None:
        self.board, self.plan, self.thumbs = board, plan, thumbs
        self.said, self.unit, self.accent = plan.brief, plan.unit, plan.brief.accent

    def header(self) -> None:
        """Draw the title, which picture of several it is, and the mark that this is a proof."""
        box, unit = self.plan.header, self.unit
        narrow = box.w < 34 * unit
        mark = self._mark(box, narrow=narrow)
        y = box.y + (3.6 * unit if narrow else 0.85 * unit)
        self._kicker(box.x, y, _TASKS.get(self.said.task, self.said.task), self.accent)
        room = box.w if narrow else box.w - mark - 2 * unit
        size = min(2.3 * unit, 0.97 * room / max(width(self.said.title), 1))
        size = max(size, 1.3 * unit)
        (title,) = short(self.said.title, room / size) or [""]
        y += 0.7 * unit + size
        self.board.words(box.x - 0.04 * size, y, title, Type(size, INK, weight=0.008))
        if self.said.turn:
            for line in short(self.said.turn, room / (1.05 * unit), 2 if narrow else 1):
                y += 1.7 * unit
                self.board.words(box.x, y, line, Type(1.05 * unit, self.accent))
        if box.w > 34 * unit:
            self._rule(box.x, box.bottom - 1.5 * unit, box.w)

    def _mark(self, box: Rect, *, narrow: bool) -> float:
        """Draw the stamp and return how wide it is."""
        unit, board = self.unit, self.board
        size, small = 1.0 * unit, 0.78 * unit
        w = (width(MARK) + 0.16 * len(MARK)) * size + 1.3 * unit
        x = box.x if narrow else box.right - w
        stamp = Rect(x, box.y, w, 1.9 * unit)
        board.box(stamp, line=self.accent, width=1.6, r=0.25 * unit)
        board.words(
            stamp.x + 0.72 * unit, stamp.y + 1.31 * unit, MARK, Type(size, self.accent, weight=0.02, spread=0.16)
        )
        label = width(NOT_A_PICTURE) * small
        if narrow and w + label + unit < box.w:
            board.words(stamp.right + 0.7 * unit, stamp.y + 1.24 * unit, NOT_A_PICTURE, Type(small, SOFT))
        elif not narrow:
            board.words(box.right - label, stamp.bottom + 1.15 * unit, NOT_A_PICTURE, Type(small, SOFT))
        else:
            board.words(stamp.x, stamp.bottom + 1.0 * unit, NOT_A_PICTURE, Type(small, SOFT))
        return max(w, label)

    def section(self, section: Section) -> None:
        """Draw notes of one kind."""
        self._heading(section.at.x, section.at.y + 0.75 * self.unit, section.heading, section.at.w)
        for item in section.items:
            match section.look:
                case "thumbnail" | "row":
                    self._picture(item, thumbnail=section.look == "thumbnail")
                case "chip":
                    self._chip(item)
                case "turn":
                    self._frame(item)
                case "words":
                    self._words(item)

    def legend(self) -> None:
        """Draw the strip under the frame on a plate of its own, so that nobody takes it for lettering."""
        strip, legend, unit = self.plan.strip, self.plan.legend, self.unit
        if not legend.height:
            return
        self.board.box(strip, mixed(CARD, self.accent, 0.1))
        self.board.box(strip._replace(w=0.3 * unit), self.accent)
        for at, line in enumerate(legend.lines):
            y = strip.y + (PAD + STEP * at + 0.82) * unit
            self._line(strip.x + 2 * PAD * unit, y, line, LEGEND_SIZE * unit)
        for shown, box in legend.pictures:
            self._picture(Placed(box._replace(x=strip.x + box.x, y=strip.y + box.y), shown), thumbnail=True)

    def more(self) -> None:
        """Draw how many notes did not fit."""
        notes, unit = self.plan.notes, self.unit
        if notes.left_out and notes.sections:
            last = notes.sections[-1].items[-1].box
            text = f"+ {notes.left_out} more"
            self.board.words(last.x, last.bottom + 1.1 * unit, text, Type(0.8 * unit, self.accent))

    def _picture(self, item: Placed, *, thumbnail: bool) -> None:
        shown: ProofPicture = item.content  # type: ignore[assignment]
        box, unit, board = item.box, self.unit, self.board
        x = box.x
        if thumbnail:
            at = Rect(box.x, box.y, min(box.h, box.w * 0.45), box.h)
            picture = self.thumbs.get(shown.image.sha256)
            if picture is None:
                board.box(at, CARD, line=HAIR)
                board.line((at.x, at.y), (at.right, at.bottom), color=HAIR)
                board.line((at.x, at.bottom), (at.right, at.y), color=HAIR)
            else:
                board.box(at, mixed(CARD, HAIR, 0.35))
                board.picture(picture, at, r=0.2 * unit)
            x = at.right + 0.8 * unit
        radius = 0.62 * unit
        board.disc(x + radius, box.y + radius + 0.1 * unit, radius, shown.number, self.accent)
        left, small = x + 2 * radius + 0.5 * unit, 0.74 * unit
        name = short(shown.name, (box.right - left) / (0.95 * unit))
        board.words(left, box.y + 1.05 * unit, name[0] if name else "", Type(0.95 * unit, INK, weight=0.008))
        missing = self.thumbs.get(shown.image.sha256) is None
        note = why_not(shown.image) if missing else shown.purpose
        if thumbnail:
            most = max(0, int((box.h - 1.4 * unit) / (small * 1.3)))
            for n, line in enumerate(short(note, (box.right - x) / small, most) if most else []):
                board.words(x, box.y + (2.35 * unit) + n * small * 1.3, line, Type(small, SOFT))
        else:
            at_x = left + width(name[0] if name else "") * 0.95 * unit + 0.7 * unit
            for line in short(note, (box.right - at_x) / small) if box.right - at_x > 5 * small else []:
                board.words(at_x, box.y + 1.02 * unit, line, Type(small, SOFT))

    def _chip(self, item: Placed) -> None:
        chip: Chip = item.content  # type: ignore[assignment]
        box, unit = item.box, self.unit
        side = Rect(box.x, box.y, 1.7 * unit, 1.7 * unit)
        self.board.box(side, chip.code, line=mixed(chip.code, INK, 0.22), r=0.3 * unit)
        left = side.right + 0.6 * unit
        (name,) = short(chip.name, (box.right - left) / (0.86 * unit)) or [""]
        self.board.words(left, box.y + (0.78 if chip.exact else 1.12) * unit, name, Type(0.86 * unit, INK))
        if chip.exact and chip.name != chip.code:
            self.board.words(left, box.y + 1.66 * unit, chip.code, Type(0.68 * unit, SOFT))

    def _words(self, item: Placed) -> None:
        area: Unplaced = item.content  # type: ignore[assignment]
        box, unit = item.box, self.unit
        lines = [(line, 0.86, INK) for line in short(area.text, box.w / (0.88 * unit), 2)]
        lines += [(line, 0.68, SOFT) for line in short(area.place, box.w / (0.7 * unit), 3 - len(lines))]
        for at, (line, size, color) in enumerate(lines):
            self.board.words(box.x, box.y + (0.78 + 0.98 * at) * unit, line, Type(size * unit, color))

    def _frame(self, item: Placed) -> None:
        at = item.content
        box, unit = item.box, self.unit
        frame = box.fitted(self.plan.frame.w / self.plan.frame.h)
        here = at == self.said.at
        self.board.box(frame, self.accent if here else CARD, line=self.accent if here else mixed(FAINT, CARD, 0.3))
        text = str(int(at) + 1) if isinstance(at, int) else ""
        size = min(0.95 * unit, frame.h * 0.6, frame.w * 0.6)
        x = frame.x + (frame.w - width(text) * size) / 2
        self.board.words(x, frame.y + frame.h / 2 + size * 0.36, text, Type(size, CARD if here else SOFT))

    def prompt(self) -> None:
        """Set the prompt, the first sentence dark."""
        size, unit = self.plan.text_size, self.unit
        for at, column in enumerate(self.plan.columns):
            if not at:
                self._prompt_heading(column.box)
            y = column.box.y + size * 0.9
            for line in column.lines:
                self._line(column.box.x, y, line, size)
                y += size * LEADING * rise(line)
            if self.plan.left_out and at == len(self.plan.columns) - 1:
                text = f"… continues: {self.plan.left_out:,} more words"
                (fit,) = short(text, column.box.w / size)
                self.board.words(column.box.x, y, fit, Type(size, self.accent))
        if self.plan.left_out and not self.plan.columns:
            text = f"Prompt: {self.plan.left_out:,} words"
            strip = self.plan.strip
            self.board.words(strip.x, strip.bottom + 1.4 * unit, text, Type(unit * 0.8, self.accent))

    def _prompt_heading(self, box: Rect) -> None:
        self._heading(box.x, box.y - 1.15 * self.unit, "Prompt, word for word", box.w)

    def _line(self, x: float, y: float, line: tuple[Token, ...], size: float) -> None:
        for kind, part in _parts(line):
            color = INK if kind == "lead" else SOFT
            text = joined(part)
            end = self.board.words(x, y, text, Type(size, color, weight=0.01 if kind == "lead" else 0))
            x = end + (SPACE * size if part[-1].spaced else 0)

    def footer(self) -> None:
        """Draw the settings in columns."""
        box, unit = self.plan.footer, self.unit
        rows = rows_of_settings(self.said, box.w, unit, (box.h - 0.8 * unit) / (2.3 * unit))
        across = -(-len(self.said.settings) // rows)
        if self.plan.header.w > 34 * unit or self.plan.size[0] < 34 * unit:
            self._rule(box.x, box.y, box.w)
        each = box.w / across
        height = min(2.5 * unit, (box.h - 0.8 * unit) / rows)
        top = max(box.y + 1.1 * unit, box.bottom - rows * height)
        for at, (name, value) in enumerate(self.said.settings):
            row, column = divmod(at, across)
            x, y = box.x + column * each, top + row * height
            self._kicker(x, y + 0.6 * unit, name, size=0.6)
            strong = name == "Would cost"
            for line in short(value, (each - 0.8 * unit) / (0.9 * unit)):
                self.board.words(
                    x,
                    y + 1.75 * unit,
                    line,
                    Type(0.9 * unit, self.accent if strong else INK, weight=0.01 if strong else 0),
                )

    def _heading(self, x: float, y: float, text: str, room: float) -> float:
        """Set a heading in a width: smaller, or cut at its comma, when it would leave it; return where it ends."""
        wide = (width(text.upper()) + 0.1 * len(text)) * 0.68 * self.unit
        if wide * _SMALLEST_HEADING > room:
            text = text.partition(",")[0]
        return self._kicker(x, y, text, size=0.68 * max(_SMALLEST_HEADING, min(1.0, room / wide)))

    def _kicker(self, x: float, y: float, text: str, color: str = FAINT, *, size: float = 0.68) -> float:
        return self.board.words(x, y, text.upper(), Type(size * self.unit, mixed(color, INK, 0.12), spread=0.1))

    def _rule(self, x: float, y: float, w: float) -> None:
        self.board.line((x, y), (x + w, y), color=HAIR, width=1)


def _parts(line: tuple[Token, ...]) -> Iterator[tuple[str, tuple[Token, ...]]]:
    """Yield neighbours of one kind together."""
    start = 0
    for at in range(1, len(line) + 1):
        if at == len(line) or line[at].kind != line[start].kind:
            yield line[start].kind, line[start:at]
            start = at
