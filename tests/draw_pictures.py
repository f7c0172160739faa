"""Draws the sample pictures of the recipes' examples: ``python tests/draw_pictures.py [NAME…]``.

Flat shapes in one palette, drawn large and made small for smooth edges; the same bytes every time.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Point = tuple[float, float]

FOLDER = Path(__file__).parents[1] / "recipes" / "pictures"
LARGER = 3
"""How many times larger than the picture everything is drawn."""

PAPER, SAND, CLAY, RUST, OCHRE = "#f5eee3", "#e7d8c1", "#cf6f4c", "#9c432c", "#e2a640"
INK, NAVY, BLUE, SKY, ICE = "#2b2a33", "#1f2b47", "#3f6ea6", "#9dbdd6", "#dfe9ee"
TEAL, SAGE, LEAF, BLUSH, WHITE = "#2f6766", "#a9b8a0", "#5d7f62", "#eab7a2", "#fdfaf4"


def curve(points: Sequence[Point], *, closed: bool = True, steps: int = 14) -> list[Point]:
    """Return a smooth line through the points (Catmull-Rom)."""
    count = len(points)
    ends = list(points) if closed else [points[0], *points, points[-1]]
    spans = range(count) if closed else range(1, count)
    smooth = []
    for at in spans:
        p0, p1, p2, p3 = (ends[(at + k) % len(ends)] for k in (-1, 0, 1, 2)) if closed else ends[at - 1 : at + 3]
        for step in range(steps):
            t = step / steps
            weights = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2)
            smooth.append(
                tuple(
                    sum(w * p[axis] for w, p in zip(weights, (p0, p1, p2, p3), strict=True)) / 2 for axis in (0, 1)
                )
            )
    return smooth if closed else [*smooth, points[-1]]  # type: ignore[return-value]


def mirrored(points: Sequence[Point], middle: float) -> list[Point]:
    """Return a shape whose right half is given, from top to bottom, with its left half added."""
    return [*points, *((2 * middle - x, y) for x, y in reversed(points) if abs(x - middle) > 1)]


class Canvas:
    """A picture while it is drawn; lengths are in its final pixels."""

    def __init__(self, width: int, height: int, ground: str) -> None:
        self.size = (width * LARGER, height * LARGER)
        self.image = Image.new("RGB", self.size, ground)
        self.clip: Image.Image | None = None

    def mask(self, points: Sequence[Point]) -> Image.Image:
        """Return a mask that is white inside the outline."""
        mask = Image.new("L", self.size, 0)
        ImageDraw.Draw(mask).polygon([(x * LARGER, y * LARGER) for x, y in points], fill=255)
        return mask

    def paint(self, mask: Image.Image, color: str, *, shade: float = 0, opacity: float = 1) -> None:
        """Fill a mask; ``shade`` is the length of the soft shadow it throws."""
        if self.clip is not None:
            mask = ImageChops.multiply(mask, self.clip)
        if opacity < 1:
            mask = mask.point(lambda value: int(value * opacity))
        if shade:
            soft = ImageChops.offset(mask, round(shade * LARGER * 0.4), round(shade * LARGER * 0.7))
            soft = soft.filter(ImageFilter.GaussianBlur(shade * LARGER * 0.7)).point(lambda value: value // 4)
            self.image.paste(INK, mask=soft)
        self.image.paste(color, mask=mask)

    def poly(self, points: Sequence[Point], color: str, *, shade: float = 0, opacity: float = 1) -> None:
        """Fill a shape with corners."""
        self.paint(self.mask(points), color, shade=shade, opacity=opacity)

    def blob(self, points: Sequence[Point], color: str, *, shade: float = 0, opacity: float = 1) -> None:
        """Fill a smooth shape through the points."""
        self.poly(curve(points), color, shade=shade, opacity=opacity)

    def oval(self, at: Point, rx: float, ry: float, color: str, *, shade: float = 0, opacity: float = 1) -> None:
        """Fill an ellipse around a point."""
        mask = Image.new("L", self.size, 0)
        box = [(at[0] - rx) * LARGER, (at[1] - ry) * LARGER, (at[0] + rx) * LARGER, (at[1] + ry) * LARGER]
        ImageDraw.Draw(mask).ellipse(box, fill=255)
        self.paint(mask, color, shade=shade, opacity=opacity)

    def box(self, at: Point, to: Point, color: str, r: float = 0, *, shade: float = 0, opacity: float = 1) -> None:
        """Fill a box with corners of radius ``r``."""
        mask = Image.new("L", self.size, 0)
        ImageDraw.Draw(mask).rounded_rectangle([v * LARGER for v in (*at, *to)], r * LARGER, fill=255)
        self.paint(mask, color, shade=shade, opacity=opacity)

    def line(self, points: Sequence[Point], color: str, width: float, *, opacity: float = 1, smooth: bool = True) -> None:
        """Draw a line with round ends through the points."""
        mask = Image.new("L", self.size, 0)
        path = curve(points, closed=False) if smooth and len(points) > 2 else list(points)
        pen, half = ImageDraw.Draw(mask), width * LARGER / 2
        pen.line([(x * LARGER, y * LARGER) for x, y in path], fill=255, width=round(half * 2))
        for x, y in path:
            pen.ellipse([x * LARGER - half, y * LARGER - half, x * LARGER + half, y * LARGER + half], fill=255)
        self.paint(mask, color, opacity=opacity)

    def write(self, at: Point, words: str, size: float, color: str, weight: float = 0) -> None:
        """Write words around a point."""
        font = ImageFont.load_default(size * LARGER)
        mask = Image.new("L", self.size, 0)
        where = (at[0] * LARGER, at[1] * LARGER)
        ImageDraw.Draw(mask).text(where, words, fill=255, font=font, anchor="mm", stroke_width=weight * LARGER)
        self.paint(mask, color)

    def soften(self, radius: float) -> None:
        """Blur what was drawn so far."""
        self.image = self.image.filter(ImageFilter.GaussianBlur(radius * LARGER))

    def finished(self, colors: int) -> Image.Image:
        """Return the picture in its final size, with a palette to keep the file small."""
        small = self.image.resize((self.size[0] // LARGER, self.size[1] // LARGER), Image.Resampling.LANCZOS)
        return small.quantize(colors, dither=Image.Dither.NONE)


def main(names: Sequence[str]) -> None:
    """Draw the named pictures, or all."""
    from sample_pictures import PICTURES

    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (draw, colors) in PICTURES.items():
        if not names or name in names:
            draw_one(draw, FOLDER / f"{name}.png", colors)


def draw_one(draw: Callable[[], Canvas], path: Path, colors: int) -> None:
    """Draw one picture and save it."""
    draw().finished(colors).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")  # noqa: T201 - this is a program


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main(sys.argv[1:])
