"""Divides a picture into its backdrop, the subject, and the edge between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from prompt_kit.pixels.backdrop import chroma

if TYPE_CHECKING:
    from prompt_kit.pixels.backdrop import Backdrop, Bytes, Flags, Floats

SIDE: Final = 1024
"""The side of the picture for which widths are given, in pixels; larger ones have softer edges."""
_BAND: Final = 4.0
"""How far edges reach into the subject, in pixels: smoothed steps, and colours that JPEG smears."""
_DEEP: Final = 1.5
"""From how many widths of an edge on a pixel shows the subject alone."""
_SOFT: Final = 0.08
"""How far soft shadows and blurred edges may reach, as part of the shorter side."""
_ONWARD: Final = 1.5
"""How far a blurred edge goes on where the key's hue ends, as part of the way it came."""
_CALM: Final = 44.0
"""Steepest change from pixel to pixel within shadows and blurred edges, in levels; outlines are steeper."""
_CHANGING: Final = 6.0
"""Least change from pixel to pixel that shows a blurred edge, in levels."""
_HUE_LEFT: Final = 0.1
"""Least share of the key's hue in a shadow or blurred edge."""
_HOLE: Final = 20
"""Fewest pixels of an opening through which the backdrop is seen, for a picture of 1024 pixels."""


@dataclass(frozen=True, slots=True)
class Regions:
    """Where in a picture the subject is, and where its backdrop."""

    outside: Flags
    """Where nothing but the backdrop is."""
    edge: Flags
    """Where subject and backdrop may be mixed."""
    depth: Floats
    """How far from the backdrop, and from shadows and blur on it, in pixels."""
    share: Floats
    """How much of the key's hue is there."""
    band: float
    """Width of ordinary edges, in pixels."""

    @property
    def inside(self) -> Flags:
        """Where the subject covers the backdrop."""
        return np.asarray(~self.outside & ~self.edge)

    @property
    def deep(self) -> Flags:
        """Where it does so for certain: between fine strands, every pixel may be mixed."""
        return np.asarray(~self.edge & (self.depth > _DEEP * self.band))


def part(picture: Bytes, backdrop: Backdrop) -> Regions:
    """Return where the subject is, where its backdrop, and where both may be mixed."""
    side = min(picture.shape[:2])
    scale = max(1.0, side / SIDE)
    band = _BAND * (1 + 0.6 * (scale - 1))
    off = _distance(picture, backdrop.field)
    hue = chroma(np.asarray(backdrop.color, np.float32))
    share = cv2.transform(picture.astype(np.float32), (hue / max(float(hue @ hue), 1.0))[None])
    limit = min(max(6 + 4 * backdrop.noise, 10.0), 30.0)
    outside = _outside(off, limit, round(_HOLE * scale * scale))
    depth = _depth(outside)
    slope = cv2.morphologyEx(cv2.blur(off, (3, 3)), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    calm = ~outside & (slope < _CALM / scale) & (depth < _SOFT * side)
    soft = _joined(calm & (share > _HUE_LEFT), outside)
    # A blurred edge goes on into the subject a little farther than it came; a shadow ends at an outline.
    far = _ONWARD * float(np.percentile(depth[soft], 95)) if soft.any() else 0.0
    changing = calm & ~soft & (slope > _CHANGING + 2 * backdrop.noise) & (_depth(outside | soft) <= far)
    depth = _depth(outside | soft | _joined(changing, soft))
    edge = ~outside & (depth <= band)
    return Regions(outside, np.asarray(edge), depth, np.asarray(share, np.float32), band)


def _distance(picture: Bytes, field: Bytes) -> Floats:
    """Return how far each pixel is from what the backdrop would be there, in levels."""
    off = cv2.absdiff(picture, field).astype(np.float32)
    return np.asarray(cv2.sqrt(cv2.transform(cv2.multiply(off, off), np.ones((1, 3), np.float32))), np.float32)


def _joined(more: Flags, to: Flags) -> Flags:
    """Return the pixels of one region that are connected with another."""
    count, labels = cv2.connectedComponents((more | to).astype(np.uint8), connectivity=8)
    reached = np.zeros(count, bool)
    reached[labels[to]] = True
    return np.asarray(more & reached[labels])


def _depth(open_: Flags) -> Floats:
    """Return how far each pixel is from what is open, in pixels."""
    return np.asarray(cv2.distanceTransform((~open_).astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def _outside(off: Floats, limit: float, least: int) -> Flags:
    """Return what is backdrop: what reaches the rim of the picture, and openings in the subject."""
    near = (off < limit).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(near, connectivity=4)
    sums = np.bincount(labels.ravel(), weights=off.ravel(), minlength=count)
    areas = stats[:, cv2.CC_STAT_AREA]
    # An opening shows the backdrop itself; a part of the subject in a similar colour is farther away from it.
    keep = (areas >= least) & (sums / np.maximum(areas, 1) < 0.6 * limit)
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    keep[np.unique(rim)] = True
    keep[0] = False
    return np.asarray(keep[labels])
