"""Pictures on a key colour whose true transparency is known: drawn large, made small, mixed, stored as JPEG."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Painter: TypeAlias = "Callable[[ImageDraw.ImageDraw, float], None]"

GREEN, MAGENTA, BLUE = (0, 177, 64), (255, 0, 255), (0, 71, 187)


@dataclass
class Scene:
    """A picture before a key colour, and what is known of it."""

    picture: Floats
    """As it is seen, in levels."""
    alpha: Floats
    """How opaque the subject is, from 0 to 1."""
    own: Floats
    """The subject's own colours, in levels."""

    def data(self, quality: int = 92, noise: float = 0, seed: int = 0) -> bytes:
        """Return the picture as JPEG (or as PNG with quality 0), with grain."""
        dice = np.random.default_rng(seed)
        seen = self.picture + dice.normal(0, noise, self.picture.shape) if noise else self.picture
        return stored(seen, quality)


def stored(picture: Floats, quality: int = 0) -> bytes:
    """Return levels as the bytes of a JPEG, or of a PNG with quality 0."""
    kept = io.BytesIO()
    image = Image.fromarray(np.clip(np.rint(picture), 0, 255).astype(np.uint8))
    image.save(kept, "JPEG", quality=quality) if quality else image.save(kept, "PNG")
    return kept.getvalue()


def scene(paint: Painter, key: tuple[int, int, int] = GREEN, *, side: int = 640, uneven: float = 0) -> Scene:
    """Draw a subject before a key colour.

    Args:
        paint: Draws on a canvas of 100 × 100 units; the number is the size of a unit in pixels.
        key: The colour behind it.
        side: Width and height, in pixels.
        uneven: How much darker the backdrop is in the corners, from 0 to 1.
    """
    times = 4
    large = Image.new("RGBA", (side * times, side * times))
    paint(ImageDraw.Draw(large), side * times / 100)
    # An average of straight colours would darken edges, so they are weighed by their opacity first.
    weighed = np.asarray(large.convert("RGBa").reduce(times), float)
    alpha = weighed[..., 3] / 255
    own = weighed[..., :3] / np.maximum(alpha[..., None], 1e-6)
    return mixed(own, alpha, key, uneven=uneven)


def mixed(own: Floats, alpha: Floats, key: tuple[int, int, int], *, uneven: float = 0) -> Scene:
    """Lay a subject over a key colour that darkens towards the corners."""
    side = alpha.shape[0]
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    behind = np.asarray(key, float) * (1 - uneven * (x**2 + y**2) / 2)[..., None]
    return Scene(own * alpha[..., None] + behind * (1 - alpha[..., None]), alpha, own)


def badge(draw: ImageDraw.ImageDraw, unit: float) -> None:
    """Draw a red face in a white die-cut border, with an opening in its handle."""
    draw.ellipse(_box(18, 18, 82, 82, unit), fill="white")
    draw.ellipse(_box(22, 22, 78, 78, unit), fill="#d8432c")
    draw.ellipse(_box(34, 38, 44, 48, unit), fill="#181818")
    draw.ellipse(_box(56, 38, 66, 48, unit), fill="#181818")
    draw.arc(_box(36, 44, 64, 68, unit), 20, 160, fill="#ffe9c9", width=round(2.5 * unit))
    draw.ellipse(_box(43, 6, 57, 20, unit), fill="#ffcc00")
    draw.ellipse(_box(47, 9.5, 53, 15.5, unit), fill=(0, 0, 0, 0))


def hair(draw: ImageDraw.ImageDraw, unit: float) -> None:
    """Draw a dark head with thin strands that stand out."""
    for step in range(60):
        turn = step * math.tau / 60
        start = (50 + 20 * math.cos(turn), 55 + 24 * math.sin(turn))
        end = (50 + 33 * math.cos(turn + 0.12), 50 + 37 * math.sin(turn + 0.12))
        draw.line([(a * unit, b * unit) for a, b in (start, end)], fill="#4a2f22", width=max(1, round(0.22 * unit)))
    draw.ellipse(_box(28, 28, 72, 80, unit), fill="#4a2f22")
    draw.ellipse(_box(34, 36, 66, 76, unit), fill="#e9b48f")


def leafy(draw: ImageDraw.ImageDraw, unit: float) -> None:
    """Draw a jar whose label has nearly, but clearly not, the colour of the key; it touches the outside."""
    draw.rounded_rectangle(_box(25, 25, 75, 85, unit), 6 * unit, fill="#f6f1e4", outline="#222222", width=round(unit))
    draw.rectangle(_box(35, 40, 65, 70, unit), fill="#2f6b3a")
    draw.ellipse(_box(60, 8, 80, 28, unit), fill="#7cae3a")


def outlined(draw: ImageDraw.ImageDraw, unit: float) -> None:
    """Draw a yellow star with a thin black outline."""
    points = [
        (50 + radius * math.sin(turn * math.pi / 5), 50 - radius * math.cos(turn * math.pi / 5))
        for turn, radius in enumerate([38, 17] * 5)
    ]
    corners = [(x * unit, y * unit) for x, y in points]
    draw.polygon(corners, fill="#ffd23f")
    draw.line([*corners, corners[0], corners[1]], fill="#111111", width=round(0.7 * unit), joint="curve")


def shadowed(side: int = 640, key: tuple[int, int, int] = GREEN) -> Scene:
    """Return a white disc with a red middle that throws a soft black shadow."""
    flat = scene(_disc, key, side=side)
    shape = Image.fromarray((flat.alpha * 255).astype(np.uint8))
    moved = Image.new("L", shape.size)
    moved.paste(shape, (side // 40, side // 30))
    shadow = np.asarray(moved.filter(ImageFilter.GaussianBlur(side / 60)), float) / 255 * 0.5
    alpha = flat.alpha + shadow * (1 - flat.alpha)
    own = flat.own * (flat.alpha / np.maximum(alpha, 1e-6))[..., None]
    return mixed(own, alpha, key)


def blurred(side: int = 640, key: tuple[int, int, int] = GREEN, *, reach: float = 0.011) -> Scene:
    """Return a subject with soft, painted edges that reach over such a part of the picture."""
    flat = scene(_disc, key, side=side)
    soft = np.asarray(
        Image.fromarray((flat.alpha * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(side * reach)), float
    )
    return mixed(np.broadcast_to(np.array([214.0, 90, 120]), flat.own.shape), soft / 255, key)


def _disc(draw: ImageDraw.ImageDraw, unit: float) -> None:
    draw.ellipse(_box(22, 20, 74, 72, unit), fill="white")
    draw.ellipse(_box(27, 25, 69, 67, unit), fill="#d8432c")


def _box(x0: float, y0: float, x1: float, y1: float, unit: float) -> tuple[float, float, float, float]:
    return x0 * unit, y0 * unit, x1 * unit, y1 * unit
