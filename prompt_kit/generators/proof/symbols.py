"""The marks a proof is drawn with: guides, ticks, numbers, signs, and words in a box."""

from __future__ import annotations

from math import cos, radians, sin
from typing import TYPE_CHECKING, Final

from prompt_kit.generators.proof.canvas import CARD, FAINT, HAIR, INK, SOFT, Board, Rect, Type, mixed
from prompt_kit.generators.proof.linebreaks import fitted, short
from prompt_kit.generators.proof.pictures import why_not

if TYPE_CHECKING:
    from PIL import Image

    from prompt_kit.generators.proof.pictures import ProofPicture

_LEADING: Final = 1.25


class Marks:
    """Draws marks in one accent colour, in one measure."""

    def __init__(self, board: Board, accent: str, unit: float, ground: str) -> None:
        self.board, self.accent, self.unit, self.tint = board, accent, unit, ground

    def missing(self, box: Rect, shown: ProofPicture) -> None:
        """Draw a substitute for a picture that cannot be shown."""
        self.board.box(box, CARD, line=HAIR)
        self.board.line((box.x, box.y), (box.right, box.bottom), color=HAIR)
        self.board.line((box.x, box.bottom), (box.right, box.y), color=HAIR)
        self.board.box(box.part(0.06, 0.36, 0.88, 0.28), CARD)
        self.label(box.part(0.06, 0.36, 0.88, 0.28), why_not(shown.image), self.unit, SOFT)

    def guides(self, color: str, box: Rect) -> None:
        """Draw the lines of thirds."""
        for share in (1 / 3, 2 / 3):
            x, y = box.x + box.w * share, box.y + box.h * share
            self.board.line((x, box.y), (x, box.bottom), color=color)
            self.board.line((box.x, y), (box.right, y), color=color)

    def corners(self, frame: Rect) -> None:
        """Draw crop marks around the frame."""
        out, reach = 0.35 * self.unit, 0.95 * self.unit
        for x, way_x in ((frame.x, -1), (frame.right, 1)):
            for y, way_y in ((frame.y, -1), (frame.bottom, 1)):
                self.board.line((x + way_x * out, y), (x + way_x * reach, y), color=FAINT)
                self.board.line((x, y + way_y * out), (x, y + way_y * reach), color=FAINT)

    def ticks(self, box: Rect, color: str) -> None:
        """Draw the four corners of an area."""
        reach = min(0.9 * self.unit, box.w / 4, box.h / 4)
        for x, way_x in ((box.x, 1), (box.right, -1)):
            for y, way_y in ((box.y, 1), (box.bottom, -1)):
                self.board.line((x + way_x * reach, y), (x, y), (x, y + way_y * reach), color=color, width=1.4)

    def label(self, box: Rect, text: str, largest: float, color: str) -> None:
        """Set a text in the middle of a box, smaller when it is long, and cut only where it could not be read."""
        self.text(box, text, Type(largest, color), smallest=0.62 * self.unit)

    def text(self, box: Rect, text: str, how: Type, *, smallest: float = 1.0, across: int = 0) -> Rect:
        """Set a text inside a box and return what it takes: as large as it fits, up to the size of its type.

        Args:
            box: Where it stands, in the middle of the height.
            text: In as many lines as it needs.
            how: Its colour and weight, and its largest size.
            smallest: Below this size it is cut, with dots at the end.
            across: -1 at the left, 1 at the right, 0 centred.
        """
        if min(box.w, box.h) < 1:
            return box
        size, lines = fitted([text], box.w, box.h / _LEADING, largest=min(how.size, box.h / _LEADING), leading=1.0)
        if size < smallest:
            size = min(smallest, box.h / _LEADING)
            lines = short(text, box.w / size, max(1, int(box.h / (size * _LEADING))))
        # Letters are measured in one size and drawn in another; small ones are as wide as whole pixels.
        while max(lengths := [self.board.length(line, size) for line in lines], default=0.0) > box.w and size > 1:
            size *= 0.96
        w, h = min(max(lengths, default=0.0), box.w), len(lines) * size * _LEADING
        x, y = box.x + (box.w - w) * (across + 1) / 2, box.y + (box.h - h) / 2
        for at, (line, length) in enumerate(zip(lines, lengths, strict=True)):
            top = y + at * size * _LEADING
            left = x + (w - length) * (across + 1) / 2
            self.board.words(left, top + 0.76 * size * _LEADING, line, how._replace(size=size))
        return Rect(x, y, w, h)

    def plate(self, box: Rect, text: str, how: Type, *, across: int = 0, smallest: float = 1.0) -> None:
        """Set a text on a light plate inside a box."""
        pad = min(0.55 * self.unit, 0.12 * box.h, 0.08 * box.w)
        inner = box.inset(pad)
        ghost = Board((1, 1), self.board.k)  # measures where the text will be, before the plate under it is drawn
        at = Marks(ghost, self.accent, self.unit, self.tint).text(inner, text, how, smallest=smallest, across=across)
        self.board.box(at.inset(-pad), f"{CARD}f0", r=0.8 * pad)
        self.text(inner, text, how, smallest=smallest, across=across)

    def card(self, box: Rect, shown: ProofPicture, picture: Image.Image | None) -> None:
        """Draw a picture whole, as a card with its number."""
        if picture is None:
            self.missing(box, shown)
        else:
            box = box.fitted(picture.width / picture.height)
            edge = min(0.35 * self.unit, 0.05 * min(box.w, box.h))
            self.board.box(box, CARD, line=HAIR)
            self.board.picture(picture, box.inset(edge), cover=False)
        self.number(box, shown.number)

    def number(self, box: Rect, number: int) -> None:
        """Draw the number of a picture or panel in the upper left corner of a box."""
        r = min(0.75 * self.unit, 0.2 * box.w, 0.2 * box.h)
        if r < 1:
            return
        self.board.disc(box.x + 1.2 * r, box.y + 1.2 * r, r, number, self.accent)

    def compass(self, box: Rect, degrees: float) -> None:
        """Draw a head from above with an arrow where it looks, and the camera below it."""
        side = min(box.w, box.h)
        x, y, r = box.x + box.w / 2, box.y + box.h / 2, 0.36 * side
        self.board.oval(Rect(x - r, y - r, 2 * r, 2 * r), CARD, line=mixed(CARD, self.accent, 0.4), width=1.2)
        foot = y + 0.5 * side
        self.board.shape((x, foot - 0.12 * side), (x - 0.08 * side, foot), (x + 0.08 * side, foot), fill=INK)
        way = radians(degrees)
        across, down = -sin(way), cos(way)
        head = 0.13 * side
        self.board.line((x, y), (x + across * r * 0.8, y + down * r * 0.8), color=self.accent, width=2)
        tip = (x + across * r, y + down * r)
        back = (x + across * r * 0.66, y + down * r * 0.66)
        wing = 0.07 * side
        self.board.shape(
            tip,
            (back[0] - down * wing, back[1] + across * wing),
            (back[0] + down * wing, back[1] - across * wing),
            fill=self.accent,
        )
        self.board.oval(Rect(x - head, y - head, 2 * head, 2 * head), mixed(CARD, self.accent, 0.45))

    def figure(self, box: Rect, color: str) -> None:
        """Draw a head with shoulders on the lower edge of a box."""
        h = min(0.8 * box.h, 0.9 * box.w)
        x, r, w = box.x + box.w / 2, 0.22 * h, 0.42 * h
        self.board.oval(Rect(x - r, box.bottom - h, 2 * r, 2 * r), color)
        rise = 0.48 * h
        arc = ((x - w * cos(radians(at)), box.bottom - rise * sin(radians(at)) ** 0.7) for at in range(0, 181, 6))
        self.board.shape(*arc, fill=color)

    def plus(self, x: float, y: float) -> None:
        """Draw a plus sign around a point."""
        r, arm = 0.62 * self.unit, 0.34 * self.unit
        self.board.oval(Rect(x - r, y - r, 2 * r, 2 * r), self.tint)
        self.board.line((x - arm, y), (x + arm, y), color=self.accent, width=2)
        self.board.line((x, y - arm), (x, y + arm), color=self.accent, width=2)
