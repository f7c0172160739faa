"""The surface of a proof sheet: boxes, lines, pictures and letters, in points of the finished picture."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache, reduce
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from prompt_kit.generators.proof.fonts import MARKED, MEASURE, NONE, OWN, can_shape, decomposed, font, runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prompt_kit.generators.proof.fonts import FontRun

Color: TypeAlias = str
"""``#rrggbb``, or ``#rrggbbaa`` with opacity."""

PAPER: Final = "#f7f2e8"
CARD: Final = "#fffdf8"
INK: Final = "#23262d"
SOFT: Final = "#5d5c5a"
FAINT: Final = "#98917f"
HAIR: Final = "#d9d0bf"

_SMOOTH: Final = ((4, 400_000), (3, 1_800_000), (2, 5_600_000))
"""How many times larger a sheet is drawn, up to so many pixels: small letters are more even for it."""


class Type(NamedTuple):
    """How words are set."""

    size: float
    """In points."""
    color: Color = INK
    weight: float = 0
    """How much the letters are thickened, in ems."""
    spread: float = 0
    """How far the letters are set apart, in ems."""


class Rect(NamedTuple):
    """A rectangle: left, top, width and height, in points."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """The x of the right edge."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """The y of the lower edge."""
        return self.y + self.h

    @property
    def area(self) -> float:
        """Width times height, 0 when there is nothing left of it."""
        return max(0.0, self.w) * max(0.0, self.h)

    def inset(self, by: float) -> Rect:
        """Return the box with so much less on all sides."""
        return Rect(self.x + by, self.y + by, self.w - 2 * by, self.h - 2 * by)

    def part(self, x: float, y: float, w: float, h: float) -> Rect:
        """Return a part of the box, given in shares of it."""
        return Rect(self.x + x * self.w, self.y + y * self.h, w * self.w, h * self.h)

    def fitted(self, ratio: float) -> Rect:
        """Return the largest box of that ratio of width to height in the middle of this one."""
        w = min(self.w, self.h * ratio)
        return Rect(self.x + (self.w - w) / 2, self.y + (self.h - w / ratio) / 2, w, w / ratio)

    def common(self, other: Rect) -> Rect:
        """Return what two rectangles have in common; its width and height are not below zero."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        return Rect(x, y, max(0.0, min(self.right, other.right) - x), max(0.0, min(self.bottom, other.bottom) - y))

    def joined(self, other: Rect) -> Rect:
        """Return the smallest rectangle that holds both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Rect(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)


def mixed(color: Color, other: Color, share: float) -> Color:
    """Return one colour with a share of another one in it."""
    pairs = ((int(color[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


@lru_cache(maxsize=16384)
def width(text: str) -> float:
    """Return how wide words are, in ems."""
    return sum(_run_width(run) for run in runs(text))


def _run_width(run: FontRun) -> float:
    if run.face == NONE:
        return width(label(run)) * _LABEL + 0.7
    if run.face == MARKED:
        return sum(_letter_width(char) for char in run.text)
    length = font(run.face, MEASURE).getlength(run.text, direction=_direction(run))
    return length / MEASURE * _scale(run.face)


def _letter_width(char: str) -> float:
    base, _ = decomposed(char)
    own = font(OWN, MEASURE).getlength(base) / MEASURE
    return {"–": 0.56, "—": 0.94}.get(char, own)


_LABEL: Final = 0.66
"""The size of the words in a placeholder, beside that of the words around it."""


def label(run: FontRun) -> str:
    """Return the text that replaces characters that no face has."""
    count = len(run.text.strip())
    return f"{count} {run.script} letters" if count > 1 else f"1 {run.script} letter"


def _direction(run: FontRun) -> str | None:
    return "rtl" if run.rtl and can_shape() else None


def _scale(face: str) -> float:
    # DejaVu is larger than its size says, beside the own face.
    return 0.9 if "DejaVu" in face else 1.0


class Board:
    """A sheet while it is drawn."""

    def __init__(self, size: tuple[int, int], k: int = 0) -> None:
        """Prepare a sheet; ``k`` is how many times larger it is drawn, chosen by its size when it is 0."""
        self.size = size
        self.k = k or next((k for k, most in _SMOOTH if size[0] * size[1] <= most), 1)
        self.image = Image.new("RGB", (size[0] * self.k, size[1] * self.k), PAPER)
        self.pen = ImageDraw.Draw(self.image, "RGBA")
        self.hair = max(1.0, (size[0] * size[1]) ** 0.5 / 900)
        """The width of the finest line, in points."""
        self._extents: list[Rect] = []

    @contextmanager
    def measured(self) -> Iterator[list[Rect]]:
        """Collect what is drawn meanwhile: at the end, the list has the smallest rectangle that holds all of it."""
        self._extents = extents = list[Rect]()
        yield extents
        extents[:] = [reduce(Rect.joined, extents)] if extents else []

    def finished(self) -> Image.Image:
        """Return the sheet in its real size."""
        return self.image if self.k == 1 else self.image.reduce(self.k)

    def box(
        self, box: Rect, fill: Color | None = None, *, line: Color | None = None, width: float = 1, r: float = 0
    ) -> None:
        """Draw a box; ``width`` counts hair lines, ``r`` rounds the corners."""
        if box.w <= 0 or box.h <= 0:
            return
        pixels = self._pixels(box)
        self._reach(box)
        thick = max(1, round(width * self.hair * self.k)) if line else 0
        self.pen.rounded_rectangle(pixels, min(r, box.w / 2, box.h / 2) * self.k, fill, line, thick)

    def oval(self, box: Rect, fill: Color | None = None, *, line: Color | None = None, width: float = 1) -> None:
        """Draw an ellipse in a box."""
        if box.w <= 0 or box.h <= 0:
            return
        self._reach(box)
        self.pen.ellipse(self._pixels(box), fill, line, max(1, round(width * self.hair * self.k)) if line else 0)

    def oval_within(self, box: Rect, edge: Rect, fill: Color) -> None:
        """Draw the part of an ellipse that is inside another box."""
        part = box.common(edge)
        if part.area <= 0:
            return
        self._reach(part)
        left, top, right, bottom = map(round, self._pixels(part))
        mask = Image.new("L", (right - left + 1, bottom - top + 1), 0)
        x0, y0, x1, y1 = self._pixels(box)
        ImageDraw.Draw(mask).ellipse((x0 - left, y0 - top, x1 - left, y1 - top), 255)
        self.image.paste(fill[:7], (left, top), mask)

    def line(self, *points: tuple[float, float], color: Color = HAIR, width: float = 1, dash: float = 0) -> None:
        """Draw a line through points; ``dash`` is the length of its dashes, in points."""
        thick = max(1, round(width * self.hair * self.k))
        self._reach_points(points, thick / self.k)
        if not dash:
            self.pen.line([(x * self.k, y * self.k) for x, y in points], color, thick, joint="curve")
            return
        for (x0, y0), (x1, y1) in pairwise(points):
            length = max(1.0, ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5)
            at = 0.0
            while at < length:
                a, b = at / length, min(1.0, (at + dash * 0.6) / length)
                ends = [(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t) for t in (a, b)]
                self.pen.line([(x * self.k, y * self.k) for x, y in ends], color, thick)
                at += dash

    def dashed(self, box: Rect, color: Color, *, width: float = 1, dash: float = 8) -> None:
        """Draw a box with dashed edges."""
        corners = ((box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom), (box.x, box.y))
        self.line(*corners, color=color, width=width, dash=dash)

    def shape(self, *points: tuple[float, float], fill: Color) -> None:
        """Fill a polygon."""
        self._reach_points(points, 0)
        self.pen.polygon([(x * self.k, y * self.k) for x, y in points], fill)

    def hatch(self, box: Rect, color: Color, *, step: float) -> None:
        """Fill a box with slanting lines."""
        self._reach(box)
        mask = Image.new("L", self._size(box), 0)
        pen = ImageDraw.Draw(mask)
        w, h = mask.size
        gap = max(3, round(step * self.k))
        for x in range(-h, w, gap):
            pen.line([(x, h), (x + h, 0)], 255, max(1, round(self.hair * self.k)))
        self.image.paste(color[:7], (round(box.x * self.k), round(box.y * self.k)), mask)

    def picture(self, picture: Image.Image, box: Rect, *, cover: bool = True, r: float = 0, opacity: float = 1) -> Rect:
        """Draw a picture into a box, cut to it or whole, and return where it is."""
        if not cover:
            box = box.fitted(picture.width / picture.height)
        self._reach(box)
        size = self._size(box)
        fitted = (
            ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
            if cover
            else picture.resize(size, Image.Resampling.LANCZOS)
        )
        mask = Image.new("L", size, 0)
        shade = round(255 * opacity)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), min(r * self.k, min(size) / 2), shade)
        if "A" in fitted.getbands():
            mask = ImageChops.multiply(mask, fitted.getchannel("A"))
        self.image.paste(fitted.convert("RGB"), (round(box.x * self.k), round(box.y * self.k)), mask)
        return box

    def tint(self, mask: Image.Image, box: Rect, color: Color, opacity: float) -> None:
        """Lay a colour over a box where a mask is white, and a line of it along the mask's edge."""
        self._reach(box)
        size, corner = self._size(box), (round(box.x * self.k), round(box.y * self.k))
        white = mask.resize(size)
        self.image.paste(color[:7], corner, white.point([round(shade * opacity) for shade in range(256)]))
        wide = 2 * max(1, round(1.2 * self.hair * self.k)) + 1
        self.image.paste(color[:7], corner, ImageChops.subtract(white, white.filter(ImageFilter.MinFilter(wide))))

    def words(self, x: float, y: float, text: str, how: Type) -> float:
        """Set words on a base line and return the x where they end."""
        if how.spread:
            for char in text:
                x = self.words(x, y, char, how._replace(spread=0)) + how.spread * how.size
            return x - how.spread * how.size
        for run in runs(text):
            x += self._run(x, y, run, how)
        return x

    def length(self, text: str, size: float) -> float:
        """Return how long words are when they are drawn in a size: hinting makes small letters wider."""
        drawn = 0.0
        for run in runs(text):
            if run.face in {NONE, MARKED}:
                drawn += _run_width(run) * size
            else:
                face = font(run.face, size * self.k * _scale(run.face))
                drawn += face.getlength(run.text, direction=_direction(run)) / self.k
        return drawn

    def disc(self, x: float, y: float, r: float, number: int, color: Color) -> None:
        """Draw a number on a disc around a point."""
        text = str(number)
        self.oval(Rect(x - r, y - r, 2 * r, 2 * r), color)
        size = r * (1.15 if len(text) == 1 else 0.95)
        self.words(x - width(text) * size / 2, y + size * 0.36, text, Type(size, CARD, weight=0.01))

    def _run(self, x: float, y: float, run: FontRun, how: Type) -> float:
        """Set characters of one face and return how far they reach."""
        if run.face == NONE:
            self._placeholder(x, y, run, how)
            return _run_width(run) * how.size
        if run.face == MARKED:
            start = x
            for char in run.text:
                self._letter(x, y, char, how)
                x += _letter_width(char) * how.size
            return x - start
        face = font(run.face, how.size * self.k * _scale(run.face))
        way = _direction(run)
        if not run.text.isspace():
            thick = how.weight * how.size * self.k
            at = (x * self.k, y * self.k)
            self.pen.text(at, run.text, how.color, face, "ls", direction=way, stroke_width=thick)
            self._reach_letters(at, face.getbbox(run.text, anchor="ls", direction=way), thick)
        return face.getlength(run.text, direction=way) / self.k

    def _placeholder(self, x: float, y: float, run: FontRun, how: Type) -> None:
        size = how.size
        box = Rect(x + 0.08 * size, y - 0.78 * size, (_run_width(run) - 0.16) * size, 0.98 * size)
        self.box(box, f"{how.color[:7]}14", line=f"{how.color[:7]}80", r=0.22 * size)
        self.words(x + 0.35 * size, y - 0.06 * size, label(run), Type(size * _LABEL, how.color))

    def _letter(self, x: float, y: float, char: str, how: Type) -> None:
        """Draw a letter of the own face with what it lacks: a mark, a stroke, or more length."""
        base, marks = decomposed(char)
        size, color = how.size, how.color
        thick = (0.075 + 2 * how.weight) * size
        w = _letter_width(char) * size
        if char in "–—−‐‑":
            gap = 0.04 * size
            self._stroke([(x + gap, y - 0.26 * size), (x + w - gap, y - 0.26 * size)], color, thick)
            return
        if char == "×":
            middle, up, arm = x + w / 2, y - 0.3 * size, 0.16 * size
            self._stroke([(middle - arm, up - arm), (middle + arm, up + arm)], color, thick * 0.85)
            self._stroke([(middle - arm, up + arm), (middle + arm, up - arm)], color, thick * 0.85)
            return
        face = font(OWN, size * self.k)
        self.pen.text((x * self.k, y * self.k), base, color, face, "ls", stroke_width=how.weight * size * self.k)
        self._reach_letters((x * self.k, y * self.k), face.getbbox(base, anchor="ls"), 0)
        left, top, right, bottom = (edge / self.k for edge in face.getbbox(base, anchor="ls"))
        if char in "øØłŁ":
            self._stroke(
                [(x + left, y + bottom * 0.4), (x + right, y + top + (bottom - top) * 0.12)], color, thick * 0.8
            )
        for mark in marks:
            below = mark in "\u0327\u0328"
            over = y if below else y - 0.72 * size if base in "ij" else y + top - 0.07 * size
            for points in _STROKES[mark]:
                line = [(x + (left + right) / 2 + dx * size, over + dy * size) for dx, dy in points]
                self._stroke(line, color, thick)

    def _stroke(self, points: Sequence[tuple[float, float]], color: Color, thick: float) -> None:
        line = [(x * self.k, y * self.k) for x, y in points]
        half = thick * self.k / 2
        self._reach_points(points, thick)
        if len(line) > 1:
            self.pen.line(line, color, max(1, round(half * 2)), joint="curve")
            return
        ((x, y),) = line
        half = max(half * 1.25, 0.8)
        self.pen.ellipse([x - half, y - half, x + half, y + half], color)

    def _reach(self, box: Rect) -> None:
        self._extents.append(box)

    def _reach_points(self, points: Sequence[tuple[float, float]], thick: float) -> None:
        (left, right), (top, bottom) = ((min(along), max(along)) for along in zip(*points, strict=True))
        self._reach(Rect(left, top, right - left, bottom - top).inset(-thick / 2))

    def _reach_letters(self, at: tuple[float, float], edges: tuple[float, ...], thick: float) -> None:
        left, top, right, bottom = (edge / self.k for edge in edges)
        box = Rect(at[0] / self.k + left, at[1] / self.k + top, right - left, bottom - top)
        self._reach(box.inset(-thick / self.k))

    def _pixels(self, box: Rect) -> tuple[float, float, float, float]:
        return (box.x * self.k, box.y * self.k, max(box.x, box.right) * self.k - 1, max(box.y, box.bottom) * self.k - 1)

    def _size(self, box: Rect) -> tuple[int, int]:
        return max(1, round(box.w * self.k)), max(1, round(box.h * self.k))


_STROKES: Final = {
    "\u0300": (((-0.09, -0.13), (0.05, 0.0)),),
    "\u0301": (((0.09, -0.13), (-0.05, 0.0)),),
    "\u0302": (((-0.12, 0.0), (0.0, -0.12), (0.12, 0.0)),),
    "\u0303": (((-0.14, 0.0), (-0.07, -0.07), (0.05, -0.01), (0.13, -0.08)),),
    "\u0304": (((-0.13, -0.05), (0.13, -0.05)),),
    "\u0306": (((-0.12, -0.11), (-0.06, -0.02), (0.06, -0.02), (0.12, -0.11)),),
    "\u0307": (((0.0, -0.05),),),
    "\u0308": (((-0.1, -0.05),), ((0.1, -0.05),)),
    "\u030a": (((-0.08, -0.09), (0.0, -0.17), (0.08, -0.09), (0.0, -0.01), (-0.08, -0.09)),),
    "\u030b": (((0.0, -0.13), (-0.1, 0.0)), ((0.15, -0.13), (0.05, 0.0))),
    "\u030c": (((-0.12, -0.12), (0.0, 0.0), (0.12, -0.12)),),
    "\u0327": (((0.0, 0.0), (0.03, 0.08), (-0.03, 0.15), (-0.09, 0.16)),),
    "\u0328": (((0.08, 0.0), (0.02, 0.09), (0.06, 0.16), (0.12, 0.15)),),
}
"""Each mark as lines around the middle of its letter, in ems: up from the letter's top, or down from the base line."""
