"""Separates a subject from its backdrop: how opaque each pixel is, and its colour without that of the backdrop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import cv2
import numpy as np

from prompt_kit.pixels.backdrop import chroma, key_share
from prompt_kit.pixels.regions import SIDE, part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from prompt_kit.pixels.backdrop import Backdrop, Bytes, Flags, Floats
    from prompt_kit.pixels.regions import Regions

Places: TypeAlias = "NDArray[np.intp]"

SOLID, VISIBLE = 0.9, 0.1
"""From which opacity on a pixel looks opaque, and from which on it can be seen at all."""
_FLOOR, _CEILING = 0.03, 0.95
"""Opacity below which noise alone is left, and above which noise alone is missing."""
_SLACK: Final = 12.0
"""How far noise and JPEG push colours beyond what they can be, in levels."""
_MISS: Final = 14.0
"""Farthest from the line between two colours that a mixture of them may be, in weighed levels."""
_DOUBT: Final = 0.25
"""How much transparency is removed near the edge inside the subject, where texture looks like a mixture."""
_LIKE_KEY: Final = 0.75
"""From which share of the key's hue on a part of the subject looks like the backdrop."""
_FAINT, _SPECK = 0.2, 12
"""Greatest opacity, and size in pixels for a picture of 1024 pixels, of what noise leaves over."""
_LIGHT: Final = np.array([0.299, 0.587, 0.114], np.float32)
_HUE: Final = np.float32(0.3)
"""Weight of hue beside lightness: JPEG keeps hue at half the resolution, so that it is smeared along edges."""
_WEIGHTS: Final = np.stack([_LIGHT, *(_HUE * (np.eye(3, dtype=np.float32)[channel] - _LIGHT) for channel in (0, 2))])


@dataclass(frozen=True, slots=True)
class Matte:
    """A subject without its backdrop."""

    alpha: Floats
    """How opaque each pixel is, from 0 to 1."""
    colors: Bytes
    """The subject's own colours; black where nothing of it is left."""
    kept: float
    """Part of the picture, from 0 to 1, that has nearly the key's colour inside the subject and was kept."""


@dataclass(frozen=True, slots=True)
class _Mixture:
    """The pixels in which subject and backdrop may be mixed, one a row."""

    rows: Places
    columns: Places
    mixed: Floats
    """Their colours in the picture."""
    behind: Floats
    """The backdrop there."""
    inside: Floats
    """The colour of the subject where it is nearest and pure."""
    hue: Floats
    """How much of the key's hue that has."""


def matte(picture: Bytes, backdrop: Backdrop) -> Matte:
    """Return the subject's colours and how opaque each pixel is."""
    regions = part(picture, backdrop)
    alpha = np.where(regions.outside, np.float32(0), np.float32(1))
    colors = picture.copy()
    if regions.edge.any():
        mixture = _mixture(picture, backdrop, regions)
        at = mixture.rows, mixture.columns
        colors[at], alpha[at] = _unmixed(mixture, _purest(picture, regions, mixture, backdrop.noise), regions)
    _drop_specks(alpha)
    colors *= (alpha > 0)[..., None]
    return Matte(alpha, colors, float((regions.inside & (regions.share > _LIKE_KEY)).mean()))


def _mixture(picture: Bytes, backdrop: Backdrop, regions: Regions) -> _Mixture:
    rows, columns = np.nonzero(regions.edge)
    mixed, behind = (levels[rows, columns].astype(np.float32) for levels in (picture, backdrop.field))
    # Only the rough place of the inside matters here, so a small copy of a large picture is enough.
    times = max(1, min(picture.shape[:2]) // SIDE)
    deep = regions.deep[::times, ::times]
    if not deep.any():
        return _Mixture(rows, columns, mixed, behind, mixed, np.zeros(len(rows), np.float32))
    _, labels = cv2.distanceTransformWithLabels(
        (~deep).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    place = np.zeros(int(labels.max()) + 1, np.int64)
    place[labels[deep]] = np.flatnonzero(deep)
    nearest = place[labels[rows // times, columns // times]]
    inside = cv2.blur(picture, (3, 3))[::times, ::times].reshape(-1, 3)[nearest].astype(np.float32)
    least = cv2.erode(regions.share[::times, ::times], np.ones((5, 5), np.uint8)).ravel()[nearest]
    return _Mixture(rows, columns, mixed, behind, inside, np.asarray(np.clip(least, 0, 0.9), np.float32))


def _purest(picture: Bytes, regions: Regions, mixture: _Mixture, noise: float) -> Floats:
    """Return, for each pixel, the colour near it that lies farthest from the backdrop in the same direction."""
    height, width = picture.shape[:2]
    here = mixture.rows * width + mixture.columns
    weighed = cv2.transform(picture.astype(np.float32), _WEIGHTS).reshape(-1, 3)
    behind = _weighed(mixture.behind)
    ahead = weighed[here] - behind
    length = _squared(ahead)
    tolerance = (_MISS + 1.5 * noise + 0.05 * np.sqrt(length)) ** 2
    best, chosen = length.copy(), here.copy()
    subject = ~regions.outside.ravel()

    def farther(other: Floats) -> Flags:
        toward = other - behind
        far = _squared(toward)
        along = np.einsum("ij,ij->i", ahead, toward)
        miss = length - along * along / np.maximum(far, 1.0)
        better = np.asarray((far > best) & (along > 0) & (miss < tolerance), bool)
        best[better] = far[better]
        return better

    for dy, dx in _around(regions.band):
        rows, columns = np.clip(mixture.rows + dy, 0, height - 1), np.clip(mixture.columns + dx, 0, width - 1)
        at = rows * width + columns
        at = np.where(subject[at], at, here)
        better = farther(weighed[at])
        chosen[better] = at[better]
    pure = picture.reshape(-1, 3)[chosen].astype(np.float32)
    better = farther(_weighed(mixture.inside))
    pure[better] = mixture.inside[better]
    return _beyond(pure, mixture.behind, mixture.hue)


def _unmixed(mixture: _Mixture, pure: Floats, regions: Regions) -> tuple[Bytes, Floats]:
    """Return the subject's own colours, and how opaque it is."""
    behind = mixture.behind
    ahead, mixed = _weighed(pure - behind), _weighed(mixture.mixed - behind)
    opaque = np.einsum("ij,ij->i", mixed, ahead) / np.maximum(_squared(ahead), 1.0)
    depth = regions.depth[mixture.rows, mixture.columns]
    certain = np.clip((depth - 2.0) / regions.band, 0, 1)
    opaque = opaque + np.clip(1 - opaque, 0, _DOUBT) * certain
    opaque = np.asarray(np.clip((opaque - _FLOOR) / (_CEILING - _FLOOR), 0, 1), np.float32)
    share = opaque[:, None]
    own = (mixture.mixed - (1 - share) * behind) / np.maximum(share, 0.02)
    # The less of the subject a pixel holds, the less certain the subject's colour in it is.
    own = np.clip(own * share + pure * (1 - share), 0, 255)
    own = _despilled(own, behind, np.minimum(key_share(pure, behind), 0), mixture.hue)
    return np.rint(own).astype(np.uint8), opaque


def _squared(colors: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", colors, colors), np.float32)


def _around(reach: float) -> list[tuple[int, int]]:
    """Return the steps to look at, in eight directions."""
    steps = sorted({round(reach * part) for part in (0.25, 0.5, 0.75, 1)})
    return [(step * dy, step * dx) for step in steps for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]


def _beyond(pure: Floats, behind: Floats, inner: Floats) -> Floats:
    """Return colours that are still mixed without what they have of the backdrop: hair is nowhere pure."""
    share = key_share(pure, behind)
    longer = np.where(share > inner + 0.05, (1 - inner) / np.maximum(1 - share, 1e-3), 1.0)
    ahead = pure - behind
    room = np.where(ahead > 0, 255 + _SLACK - behind, behind + _SLACK) / np.maximum(np.abs(ahead), 1e-3)
    stretch = np.minimum(longer, np.maximum(room.min(axis=1), 1.0))
    return np.asarray(np.clip(behind + stretch[:, None] * ahead, 0, 255), np.float32)


def _weighed(colors: Floats) -> Floats:
    """Return colours with less weight on their hue, which JPEG stores at half the resolution."""
    return np.asarray(cv2.transform(colors[None], _WEIGHTS)[0], np.float32)


def _despilled(colors: Floats, behind: Floats, least: Floats, most: Floats) -> Floats:
    """Return colours with no more of the key's hue than the subject has inside, and no more of the opposite hue."""
    share = key_share(colors, behind)
    return np.asarray(
        np.clip(colors + (np.clip(share, least, most) - share)[:, None] * chroma(behind), 0, 255), np.float32
    )


def _drop_specks(alpha: Floats) -> None:
    """Make small separate groups of faint pixels transparent, which noise leaves; ``alpha`` is changed."""
    least = max(4, round(_SPECK * (min(alpha.shape) / SIDE) ** 2))
    visible = (alpha > 0).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(visible, connectivity=8)
    strong = np.zeros(count, bool)
    strong[labels[alpha > _FAINT]] = True
    specks = (stats[:, cv2.CC_STAT_AREA] < least) | ~strong
    specks[0] = False
    if specks.any():
        alpha[specks[labels]] = 0
