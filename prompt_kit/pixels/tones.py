"""Compares the tones of a model's picture with the original's, and corrects a shift that all of them have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from prompt_kit.pixels.backdrop import Bytes, Flags, Floats
    from prompt_kit.pixels.registration import Laid

Doubles: TypeAlias = "NDArray[np.float64]"

_COMPARED: Final = 1024
"""Longest side, in pixels, of the copies that are compared."""
_VISIBLE: Final = 8.0
"""Colour difference (CIE76) that people see at once; 2.3 can just be seen side by side."""
_RING: Final = 0.015
"""Width of the ring around the mask in which a cut-off change shows, as part of the shorter side."""
_GAINS, _OFFSET = (0.8, 1.25), 30.0
"""How far tones of the made picture may be brought back to the original's: factor, and levels."""
_ENOUGH: Final = 200
"""Fewest pixels from which a shift of tones is measured."""
_SPREAD: Final = 25.0
"""Least variance of tones from which a factor is measured; below it, only an offset is."""


@dataclass(frozen=True, slots=True)
class Drift:
    """What the model had changed outside the mask."""

    mean: float
    """Mean colour difference (CIE76)."""
    changed: float
    """Part of it, from 0 to 1, that has changed visibly."""
    cut: float
    """Part of the ring around the mask that has changed visibly."""


def toned(before: Bytes, laid: Laid, inside: Flags) -> Bytes:
    """Return the made picture with tones as the original has them, as far as the model shifted all of them."""
    shrink = max(1, max(inside.shape) // 512)
    kept = (laid.covered & ~inside)[::shrink, ::shrink]
    colors = laid.picture[..., :3]
    x, y = (np.asarray(levels[::shrink, ::shrink, :3][kept], np.float64) for levels in (colors, before))
    if len(x) < _ENOUGH:
        return laid.picture
    curves = [_curve(x[:, channel], y[:, channel]) for channel in range(3)]
    steps = np.arange(256)
    table = np.stack([np.clip(np.rint(gain * steps + level), 0, 255) for gain, level in curves], axis=-1)
    matched = np.abs(np.take_along_axis(table, x.astype(np.intp), axis=0) - y)
    if np.median(matched) >= np.median(np.abs(x - y)):
        return laid.picture
    brought = cv2.LUT(np.ascontiguousarray(colors), table.astype(np.uint8)[None])
    return np.asarray(np.dstack([brought, laid.picture[..., 3:]]), np.uint8)


def _curve(x: Doubles, y: Doubles) -> tuple[float, float]:
    """Return factor and levels that bring one channel back, from the pixels that changed least."""
    gain, level = 1.0, 0.0
    good = np.ones(len(x), bool)
    for _ in range(4):
        spread = float(x[good].var())
        if spread > _SPREAD:
            slope = float(np.mean((x[good] - x[good].mean()) * (y[good] - y[good].mean()))) / spread
            gain = min(max(slope, _GAINS[0]), _GAINS[1])
        level = min(max(float(np.median(y[good] - gain * x[good])), -_OFFSET), _OFFSET)
        off = np.abs(gain * x + level - y)
        good = off <= max(4.0, 2 * float(np.median(off)))
    return gain, level


def difference(before: Bytes, laid: Laid, toned: Bytes, inside: Flags) -> Drift:
    """Return how the made picture differs from the original outside the mask."""
    height, width = inside.shape
    scale = min(1.0, _COMPARED / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    own, theirs, used = (_lab(picture, size) for picture in (before, laid.picture, toned))
    apart = np.linalg.norm(own - theirs, axis=-1)
    kept = (laid.covered & ~inside).astype(np.float32)
    wholly = cv2.resize(kept, size, interpolation=cv2.INTER_AREA) >= 1
    if not wholly.any():
        return Drift(0, 0, 0)
    reach = 2 * max(2, round(_RING * min(size))) + 1
    masked = cv2.resize(inside.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    ring = (cv2.dilate(masked, np.ones((reach, reach), np.uint8)) > 0) & wholly
    cut = float((np.linalg.norm(own[ring] - used[ring], axis=-1) > _VISIBLE).mean()) if ring.any() else 0.0
    return Drift(float(apart[wholly].mean()), float((apart[wholly] > _VISIBLE).mean()), cut)


def _lab(picture: Bytes, size: tuple[int, int]) -> Floats:
    small = cv2.resize(np.ascontiguousarray(picture[..., :3]), size, interpolation=cv2.INTER_AREA)
    # A slight blur takes out what resampling and JPEG do to single pixels.
    soft = cv2.GaussianBlur(small, (5, 5), 1.0).astype(np.float32) / 255
    return np.asarray(cv2.cvtColor(soft, cv2.COLOR_RGB2LAB), np.float32)
