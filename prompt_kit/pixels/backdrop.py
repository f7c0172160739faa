"""Finds the flat colour behind a subject, though it is noisy, and lighter or darker towards the edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float32]"
Bytes: TypeAlias = "NDArray[np.uint8]"
Flags: TypeAlias = "NDArray[np.bool_]"

SMALL: Final = 320
"""Longest side, in pixels, of the copy on which the backdrop is looked for."""
_RIM: Final = 0.03
"""How much of the shorter side counts as the rim of the picture."""
_BIN: Final = 24
"""Width of the boxes in which colours of the rim are counted, in levels."""
_OFF_HUE: Final = 34.0
"""Farthest that a pixel of the backdrop may be from all shades of its colour, in levels."""
_SHADES: Final = (0.55, 1.5)
"""How dark and how light a shade of the backdrop may be."""
_LEAST_CHROMA: Final = 40.0
"""Least difference from grey, in levels, for a colour that can be told from white, grey and black."""


@dataclass(frozen=True, slots=True)
class Backdrop:
    """The flat colour behind a subject."""

    color: tuple[int, int, int]
    """The usual one along the rim."""
    field: Bytes
    """What it would be at every pixel if there were no subject, in levels."""
    share: float
    """Part of the rim that has this colour, from 0 to 1."""
    drift: float
    """Largest difference between two places of the rim, in levels; smooth changes only."""
    noise: float
    """Usual deviation from the field, in levels."""

    @property
    def code(self) -> str:
        """The colour as ``#rrggbb``."""
        return "#{:02x}{:02x}{:02x}".format(*self.color)

    @property
    def colorful(self) -> bool:
        """Whether it can be told from white, grey and black."""
        return float(np.linalg.norm(chroma(np.asarray(self.color, np.float32)))) >= _LEAST_CHROMA


def find_backdrop(picture: Bytes) -> Backdrop:
    """Return the colour that most of the picture's rim has."""
    height, width = picture.shape[:2]
    scale = min(1.0, SMALL / max(height, width))
    copy = cv2.resize(
        picture, (max(8, round(width * scale)), max(8, round(height * scale))), interpolation=cv2.INTER_AREA
    )
    small = np.asarray(cv2.medianBlur(np.asarray(copy, np.uint8), 3), np.float32)
    rim = _rim(small.shape[0], small.shape[1])
    color = _usual(small[rim])
    alike = _alike(small, color)
    field = _field(small, _reached(alike, rim))
    levels = np.rint(field).astype(np.uint8)
    full = np.asarray(cv2.resize(levels, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    red, green, blue = (round(float(channel)) for channel in color)
    return Backdrop(
        (red, green, blue),
        full,
        float(alike[rim].mean()),
        float(np.linalg.norm(np.ptp(field[rim], axis=0))),
        _noise(picture, full),
    )


def chroma(colors: Floats) -> Floats:
    """Return the difference of colours from their grey, per channel; it mixes as colours do."""
    return np.asarray(colors - colors.mean(axis=-1, keepdims=True), np.float32)


def key_share(colors: Floats, key: Floats) -> Floats:
    """Return how much of the key's hue is in colours: 1 in the key itself, 0 in grey, below 0 opposite to it."""
    hue = chroma(key)
    strength = np.maximum((hue * hue).sum(axis=-1), 1.0)
    return np.asarray((chroma(colors) * hue).sum(axis=-1) / strength, np.float32)


def _rim(height: int, width: int) -> Flags:
    wide = max(2, round(min(height, width) * _RIM))
    rim = np.ones((height, width), bool)
    rim[wide:-wide, wide:-wide] = False
    return rim


def _noise(picture: Bytes, field: Bytes) -> float:
    """Return how far the rim usually is from the field, in levels, without what else touches the rim."""
    wide = max(2, round(min(picture.shape[:2]) * _RIM))
    strips = (np.s_[:wide], np.s_[-wide:], np.s_[:, :wide], np.s_[:, -wide:])
    off = np.concatenate([cv2.absdiff(picture[at], field[at]).reshape(-1, 3) for at in strips])
    calm = off.max(axis=1) < _OFF_HUE
    # The mean deviation of a normal distribution is 0.8 of its standard deviation.
    return float(off[calm].mean() / 0.8) if calm.any() else _OFF_HUE


def _usual(colors: Floats) -> Floats:
    """Return the middle of the commonest colours."""
    boxes = (colors // _BIN).astype(np.int32)
    numbers = (boxes[:, 0] * 64 + boxes[:, 1]) * 64 + boxes[:, 2]
    values, counts = np.unique(numbers, return_counts=True)
    middle = np.asarray(colors[numbers == values[counts.argmax()]].mean(axis=0), np.float32)
    for _ in range(3):
        near = np.linalg.norm(colors - middle, axis=1) < 2 * _BIN
        middle = np.asarray(np.median(colors[near], axis=0), np.float32) if near.any() else middle
    return middle


def _alike(colors: Floats, key: Floats) -> Flags:
    """Return where a colour is the key, or a lighter or darker shade of it."""
    shade = np.clip((colors @ key) / max(float(key @ key), 1.0), *_SHADES)
    return np.asarray(np.linalg.norm(colors - shade[..., None] * key, axis=-1) < _OFF_HUE)


def _reached(alike: Flags, rim: Flags) -> Flags:
    """Return the pixels in the backdrop's colour that are connected with the rim."""
    _, labels = cv2.connectedComponents(alike.astype(np.uint8), connectivity=4)
    outside = np.unique(labels[rim & alike])
    return np.isin(labels, outside[outside > 0])


def _field(picture: Floats, backdrop: Flags) -> Floats:
    """Return the smooth surface (of third degree) that lies closest to the backdrop."""
    height, width = backdrop.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    terms = np.stack([x**i * y**j for i in range(4) for j in range(4 - i)], axis=-1)
    rows, colors = terms[backdrop], picture[backdrop]
    if len(rows) < 4 * terms.shape[-1]:
        return np.broadcast_to(np.median(picture.reshape(-1, 3), axis=0), picture.shape).astype(np.float32)
    good = np.ones(len(rows), bool)
    surface = np.zeros((terms.shape[-1], 3), np.float32)
    for _ in range(4):
        used = rows[good]
        surface = np.linalg.solve(used.T @ used + 1e-3 * np.eye(used.shape[1]), used.T @ colors[good]).astype(
            np.float32
        )
        off = np.abs(colors - rows @ surface).max(axis=1)
        # Shadows and glows are not part of the surface; what is left of them would bend it.
        good = off <= max(3.0, 2.5 * 1.4826 * float(np.median(off)))
    field = terms @ surface
    return np.asarray(np.clip(field, colors[good].min(axis=0), colors[good].max(axis=0)), np.float32)
