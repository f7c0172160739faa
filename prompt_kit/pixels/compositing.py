"""Puts the masked part of a model's picture into the original; the rest of the original stays bit for bit."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageCms

from prompt_kit.errors import InputError
from prompt_kit.pixels.decoding import decoded
from prompt_kit.pixels.masks import READ_AS, read_mask
from prompt_kit.pixels.pictures import source, stored
from prompt_kit.pixels.registration import lay
from prompt_kit.pixels.results import Composite
from prompt_kit.pixels.tones import difference, toned
from prompt_kit.support.heads import head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.pixels.backdrop import Bytes, Flags, Floats
    from prompt_kit.pixels.masks import MaskPixels
    from prompt_kit.pixels.registration import Laid
    from prompt_kit.pixels.tones import Drift

_FEATHER: Final = 0.012
"""Width of the soft edge inside the mask, as part of the picture's shorter side."""
_NARROW: Final = 0.5
"""Widest soft edge, as part of half the width of a narrow mask."""
_MOST_CUT: Final = 0.2
"""Largest part of that ring with visible changes that gives no warning."""
_LEAST_REPORTED: Final = 0.005
"""Smallest part of the picture that the report mentions."""
_MOST_GROWTH: Final = 1.6
"""How much a made picture may be enlarged without a warning, as a factor."""
_COLORS: Final = 3
"""How many channels hold colour; one more holds transparency."""
_GREY: Final = 6
"""Most difference between channels, in levels, of a picture without colour."""


def composite(original: bytes, mask: bytes, made: bytes, name: str, original_name: str) -> Composite:
    """Return the original with the masked part of the made picture; see `prompt_kit.pixels.composite`."""
    first = _usable(decoded(original, original_name or "The original"), original_name or "The original")
    changing = read_mask(mask, first.size, orientation=head(original).orientation)
    second = _in_profile(decoded(made, name or "The made picture"), first)
    before = np.asarray(first.convert("RGBA" if "A" in first.getbands() else "RGB"))
    inside = np.asarray(changing.image) > 0
    laid = lay(np.asarray(second), before, ~inside)
    used = toned(before, laid, inside)
    drift = difference(before, laid, used, inside)
    after = _blended(before, used, _weight(inside) * laid.covered)
    after[~inside] = before[~inside]
    image = _as_before(Pillow.fromarray(after), first)
    _check_untouched(image, first, inside)
    warnings = tuple(_warnings(laid, drift, inside, second.size, first.size))
    sources = [source(made, name), source(original, original_name)]
    return Composite(
        stored(image, "compositeWithTrainedAlgorithmicMedia", sources, first.info.get("icc_profile")),
        " ".join((*_report(changing, laid, drift), *warnings)),
        warnings,
        laid.aligned,
        laid.shift,
        drift.mean,
        drift.changed,
    )


def _usable(image: Pillow.Image, label: str) -> Pillow.Image:
    """Return a picture in a mode whose pixels can be kept.

    Raises:
        InputError: When they cannot.
    """
    if image.mode == "P":
        return _with_info(image.convert("RGBA" if "transparency" in image.info else "RGB"), image)
    if image.mode == "1":
        return _with_info(image.convert("L"), image)
    if image.mode in {"L", "LA", "RGB", "RGBA"}:
        transparent = "transparency" in image.info
        return _with_info(image.convert("RGBA"), image) if transparent else image
    raise InputError(
        f"{label} is stored as {image.mode}, which cannot be kept bit for bit. Save it as RGB with 8 bits."
    )


def _with_info(image: Pillow.Image, of: Pillow.Image) -> Pillow.Image:
    image.info = {key: value for key, value in of.info.items() if key == "icc_profile"}
    return image


def _in_profile(made: Pillow.Image, original: Pillow.Image) -> Pillow.Image:
    """Return the made picture with its colours converted to the original's colour profile."""
    mode = "RGBA" if "A" in made.getbands() or "transparency" in made.info else "RGB"
    theirs, ours = made.info.get("icc_profile"), original.info.get("icc_profile")
    made = made.convert(mode)
    if not ours or ours == theirs or original.mode not in {"RGB", "RGBA"}:
        return made
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(theirs)) if theirs else ImageCms.createProfile("sRGB")
        colors = ImageCms.profileToProfile(made.convert("RGB"), own, ImageCms.ImageCmsProfile(io.BytesIO(ours)))
    except (ImageCms.PyCMSError, OSError):  # a damaged profile, or one for another kind of colours
        return made
    if colors is None or mode == "RGB":
        return colors or made
    colors.putalpha(made.getchannel("A"))
    return colors


def _weight(inside: Flags) -> Floats:
    """Return the weight of the made picture at each pixel: 0 outside the mask, 1 inside, rising along its edge."""
    wide = max(2.0, _FEATHER * min(inside.shape))
    depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5)
    # A narrow part of the mask gets a narrow edge, so that the change is visible there, too.
    size = 2 * round(wide) + 1
    half = cv2.dilate(depth, np.ones((size, size), np.uint8))
    edge = np.minimum(wide, np.maximum(half * _NARROW, 1.0))
    rising = np.clip(depth / edge, 0, 1)
    return np.asarray(rising * rising * (3 - 2 * rising), np.float32)


def _blended(before: Bytes, made: Bytes, weight: Floats) -> Bytes:
    """Return both pictures mixed by weight; the more transparent a pixel is, the less its colour counts."""
    after = before.copy()
    rows, columns = np.nonzero(weight > 0)
    share = weight[rows, columns][:, None]
    old, new = before[rows, columns].astype(np.float32), made[rows, columns].astype(np.float32)
    opaque = new[:, _COLORS:] / 255 if new.shape[1] > _COLORS else np.ones_like(share)
    if old.shape[1] == _COLORS:
        mixed = old + share * opaque * (new[:, :_COLORS] - old)
    else:
        behind, ahead = (1 - share) * old[:, _COLORS:] / 255, share * opaque
        both = behind + ahead
        colors = (behind * old[:, :_COLORS] + ahead * new[:, :_COLORS]) / np.maximum(both, 1e-6)
        mixed = np.concatenate([colors, both * 255], axis=1)
    after[rows, columns] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    return after


def _as_before(image: Pillow.Image, original: Pillow.Image) -> Pillow.Image:
    """Return the result in the original's mode; a grey one stays grey as long as no colour came in."""
    if original.mode in {"RGB", "RGBA"}:
        return image
    colors = np.asarray(image.convert("RGB")).astype(np.int16)
    grey = int((colors.max(axis=-1) - colors.min(axis=-1)).max()) <= _GREY
    return image.convert(original.mode) if grey else image


def _check_untouched(image: Pillow.Image, original: Pillow.Image, inside: Flags) -> None:
    """Check that all outside the mask is the original, bit for bit.

    Raises:
        AssertionError: When it is not.
    """
    after, before = np.asarray(image), np.asarray(original.convert(image.mode))
    if image.size != original.size or not np.array_equal(after[~inside], before[~inside]):
        raise AssertionError("the composite differs from the original outside the mask")  # pragma: no cover


def _report(mask: MaskPixels, laid: Laid, drift: Drift) -> Iterator[str]:
    scaled = " It was scaled to the picture's size." if mask.scaled else ""
    yield f"{READ_AS[mask.way]}{scaled}"
    if laid.aligned and laid.shift >= 1:
        yield f"The model's picture was out of place by up to {laid.shift:.0f} pixels and was moved back."
    if drift.changed < _LEAST_REPORTED:
        yield (
            f"Outside the mask the model had kept the picture (mean colour difference {drift.mean:.1f});"
            " the original was kept there, bit for bit."
        )
    else:
        yield (
            f"Outside the mask the model had visibly changed {drift.changed:.0%} of the picture"
            f" (mean colour difference {drift.mean:.1f}); the original was put back there, bit for bit."
        )


def _warnings(
    laid: Laid, drift: Drift, inside: Flags, made: tuple[int, int], original: tuple[int, int]
) -> Iterator[str]:
    if not laid.aligned:
        yield (
            "Outside the mask there was too little in common to find the exact place, so the model's picture was only"
            " resized. Look at the edge of the mask; a smaller mask leaves more to compare."
        )
    missing = float((inside & ~laid.covered).sum() / inside.sum())
    if missing > _LEAST_REPORTED:
        yield f"The model's picture misses {missing:.0%} of the mask; the original was kept there. Ask once more."
    if drift.cut > _MOST_CUT:
        yield (
            f"The change goes on beyond the mask along {drift.cut:.0%} of its edge and is cut off there."
            " Use a larger mask that leaves room for shadows and reflections."
        )
    growth = min(original[0] / made[0], original[1] / made[1])
    if growth > _MOST_GROWTH:
        yield (
            f"The model's picture is smaller ({made[0]} × {made[1]} pixels) than the original"
            f" ({original[0]} × {original[1]}), so the changed part is less sharp. Ask for a larger size."
        )
