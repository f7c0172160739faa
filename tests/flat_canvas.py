"""A canvas for flat pictures in one palette: smooth outlines, soft shadows, few colours."""

from __future__ import annotations

import math
import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

Point: TypeAlias = tuple[float, float]

SCALE: Final = 3
"""Everything is drawn this many times larger and then made smaller, for smooth edges."""

INK, CREAM, PAPER, WHITE = "#26303f", "#f3e9da", "#faf6ee", "#ffffff"
RUST, OCHRE, TEAL, BLUE = "#cf6a3d", "#e9b04c", "#2f7d80", "#3f66ab"
BLUSH, SAGE, NIGHT, PLUM = "#f1c7a9", "#a3bb9c", "#161d3a", "#5d3550"
SKIN, SKIN_SHADE, HAIR = "#e9b48f", "#d6976f", "#3b2a2e"
SHADOW: Final = "#26303f46"


class Sheet:
    """A picture in the making, in points of the finished picture."""

    def __init__(self, width: int, height: int, top: str, bottom: str | None = None) -> None:
        self.size = (width, height)
        large = (width * SCALE, height * SCALE)
        self.image = Image.new("RGB", large, top)
        if bottom is not None:
            ramp = Image.linear_gradient("L").resize(large)
            self.image = Image.composite(Image.new("RGB", large, bottom), self.image, ramp)

    def shape(self, points: Sequence[Point], fill: str, *, smoothly: bool = True, blur: float = 0) -> None:
        """Fill the outline through these points."""
        outline = smooth(points) if smoothly else points
        self._paint(lambda draw: draw.polygon([(x * SCALE, y * SCALE) for x, y in outline], fill=255), fill, blur)

    def oval(self, x: float, y: float, rx: float, ry: float | None = None, *, fill: str, blur: float = 0) -> None:  # noqa: PLR0913 - plain numbers read best
        """Fill an oval around its centre."""
        ry = rx if ry is None else ry
        box = [(x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE]
        self._paint(lambda draw: draw.ellipse(box, fill=255), fill, blur)

    def box(self, x0: float, y0: float, x1: float, y1: float, fill: str, *, round_: float = 0, blur: float = 0) -> None:  # noqa: PLR0913 - plain numbers read best
        """Fill a box, with rounded corners if wished."""
        box = [x0 * SCALE, y0 * SCALE, x1 * SCALE - 1, y1 * SCALE - 1]
        self._paint(lambda draw: draw.rounded_rectangle(box, round_ * SCALE, fill=255), fill, blur)

    def line(self, points: Sequence[Point], fill: str, width: float, *, smoothly: bool = True) -> None:
        """Draw a line with round ends through these points."""
        track = smooth(points, closed=False) if smoothly and len(points) > 2 else list(points)
        dots = [(x * SCALE, y * SCALE) for x, y in track]
        r = width * SCALE / 2

        def stroke(draw: ImageDraw.ImageDraw) -> None:
            draw.line(dots, fill=255, width=round(2 * r), joint="curve")
            for x, y in (dots[0], dots[-1]):
                draw.ellipse([x - r, y - r, x + r, y + r], fill=255)

        self._paint(stroke, fill, 0)

    def arc(self, x: float, y: float, r: float, start: float, end: float, *, fill: str, width: float) -> None:  # noqa: PLR0913 - plain numbers read best
        """Draw a part of a circle; degrees from three o'clock, clockwise."""
        steps = [start + (end - start) * step / 24 for step in range(25)]
        points = [(x + r * math.cos(math.radians(a)), y + r * math.sin(math.radians(a))) for a in steps]
        self.line(points, fill, width, smoothly=False)

    def words(self, x: float, y: float, text: str, size: float, fill: str) -> None:
        """Set words around a centre."""
        font = ImageFont.load_default(size * SCALE)
        self._paint(lambda draw: draw.text((x * SCALE, y * SCALE), text, fill=255, font=font, anchor="mm"), fill, 0)

    @contextmanager
    def within(self, points: Sequence[Point], *, smoothly: bool = True) -> Iterator[None]:
        """Keep what is drawn inside an outline."""
        before = self.image.copy()
        yield
        mask = Image.new("L", before.size, 0)
        outline = smooth(points) if smoothly else points
        ImageDraw.Draw(mask).polygon([(x * SCALE, y * SCALE) for x, y in outline], fill=255)
        self.image = Image.composite(self.image, before, mask)

    def grain(self, strength: int, seed: int = 1) -> None:
        """Lay the grain of paper over everything."""
        dice = random.Random(seed)
        small = Image.frombytes("L", self.size, dice.randbytes(self.size[0] * self.size[1]))
        soft = small.filter(ImageFilter.GaussianBlur(2.2)).point(lambda v: 255 - max(0, (118 - v)) * strength // 10)
        self.image = ImageChops.multiply(self.image, soft.resize(self.image.size).convert("RGB"))

    def save(self, path: Path, colors: int) -> None:
        """Write a small PNG."""
        small = self.image.resize(self.size, Image.Resampling.LANCZOS)
        small.quantize(colors, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE).save(path, optimize=True)

    def _paint(self, draw: Callable[[ImageDraw.ImageDraw], None], fill: str, blur: float) -> None:
        mask = Image.new("L", self.image.size, 0)
        draw(ImageDraw.Draw(mask))
        if blur:
            mask = mask.filter(ImageFilter.GaussianBlur(blur * SCALE))
        alpha = int(fill[7:9], 16) if len(fill) == 9 else 255
        if alpha < 255:
            mask = mask.point(lambda v: v * alpha // 255)
        self.image.paste(fill[:7], (0, 0, *self.image.size), mask)


def smooth(points: Sequence[Point], *, closed: bool = True, steps: int = 14) -> list[Point]:
    """Return a Catmull-Rom curve through the points."""
    around = [points[-1], *points, points[0], points[1]] if closed else [points[0], *points, points[-1]]
    curve = []
    for p0, p1, p2, p3 in zip(around, around[1:], around[2:], around[3:], strict=False):
        for step in range(steps):
            t = step / steps
            curve.append(
                tuple(
                    0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
                    for a, b, c, d in zip(p0, p1, p2, p3, strict=True)
                ),
            )
    return [*((x, y) for x, y in curve), points[0] if closed else points[-1]]


def mirrored(points: Sequence[Point], axis: float) -> list[Point]:
    """Return the outline completed by its mirror image."""
    return [*points, *((2 * axis - x, y) for x, y in reversed(points) if abs(x - axis) > 0.5)]
