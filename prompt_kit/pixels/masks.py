"""Reads a mask: a picture that shows which part of another picture may change."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from prompt_kit.errors import InputError
from prompt_kit.support.heads import ORIENTATION, TURNED

if TYPE_CHECKING:
    from PIL import Image as Pillow

Way: TypeAlias = Literal["white", "transparent", "painted"]
"""How a mask marks what may change: in white, by transparency, or in white on a transparent layer."""

READ_AS: Final[dict[Way, str]] = {
    "white": "In the mask, white is what may change.",
    "transparent": "In the mask, what is transparent may change.",
    "painted": "In the mask, what is painted white may change.",
}
"""How each kind of mask was read, as a sentence for the report."""

_RATIO: Final = 0.01
"""Largest difference in shape between a mask and its picture; the mask is then scaled."""
_OPAQUE, _PALE = 128, 200
"""From where on a pixel counts as opaque, and its paint as white."""


@dataclass(frozen=True, slots=True)
class MaskPixels:
    """Which part of a picture may change."""

    image: Pillow.Image
    """Black and white (mode ``L``), at the picture's size: white is what may change."""
    way: Way
    """How the file marked it."""
    scaled: bool
    """Whether the file had another size than the picture."""


def read_mask(data: bytes, size: tuple[int, int], label: str = "The mask", *, orientation: int = 1) -> MaskPixels:
    """Return which part of a picture may change.

    A mask with transparent parts is read by them: transparent may change, as OpenAI has it; but where all that is
    painted is white, the paint is what may change, as layers of drawing programs have it. A mask without
    transparent parts is read by its lightness: white may change. Grey counts as the nearer of black and white.

    Args:
        data: The bytes of the mask.
        size: Width and height of the picture as people see it, in pixels.
        label: What the mask is called in messages.
        orientation: How the picture's stored pixels are turned to be seen, as Exif counts it. A mask that fits only
            those is turned with them: some programs paint on what is stored.

    Raises:
        InputError: When it cannot be read, does not fit the picture, or leaves nothing or everything to be changed.
    """
    from prompt_kit.pixels.decoding import decoded, upright  # most prompts have no mask

    picture = decoded(data, label).convert("RGBA")
    width, height = size
    if not _fits(picture.size, size) and _fits(picture.size, size[::-1]) and orientation in TURNED:
        picture = upright(picture, orientation)
    if not _fits(picture.size, size):
        raise InputError(
            f"{label} has {picture.width} × {picture.height} pixels and the picture {width} × {height}."
            " Save the mask at the picture's size."
        )
    changing, way = _changing(picture)
    scaled = picture.size != size
    if scaled:
        changing = changing.resize(size)
    image = changing.point([0] * _OPAQUE + [255] * (256 - _OPAQUE))
    lowest, highest = image.getextrema()
    if not highest:
        raise InputError(f"{label} lets nothing change: {_NOTHING[way]}. Mark the part that may change.")
    if lowest:
        raise InputError(f"{label} lets everything change: {_ALL[way]}. Mark a part of the picture, or leave it out.")
    return MaskPixels(image, way, scaled)


def alpha_mask(mask: MaskPixels, orientation: int) -> bytes:
    """Return a mask as a PNG that is transparent where it may change, for a picture of this orientation.

    It is stored like the picture, turned and with the same mark in its Exif: whether somebody looks at that mark or
    not, the two fit each other.
    """
    from PIL import Image as Pillow
    from PIL import ImageChops

    from prompt_kit.pixels.decoding import as_stored

    opaque = as_stored(ImageChops.invert(mask.image), orientation)
    sent = Pillow.merge("LA", (Pillow.new("L", opaque.size), opaque)).convert("RGBA")
    kept, exif = io.BytesIO(), Pillow.Exif()
    exif[ORIENTATION] = orientation
    sent.save(kept, "PNG", optimize=True, exif=exif if orientation != 1 else None)
    return kept.getvalue()


def _fits(mask: tuple[int, int], picture: tuple[int, int]) -> bool:
    return abs(mask[0] * picture[1] / (mask[1] * picture[0]) - 1) <= _RATIO


_NOTHING: Final[dict[Way, str]] = {
    "white": "all of it is black",
    "transparent": "none of it is transparent",
    "painted": "nothing is painted on it",
}
_ALL: Final[dict[Way, str]] = {
    "white": "all of it is white",
    "transparent": "all of it is transparent",
    "painted": "all of it is painted white",
}


def _changing(picture: Pillow.Image) -> tuple[Pillow.Image, Way]:
    """Return how much each pixel may change, and how the mask says so."""
    from PIL import ImageChops

    alpha, light = picture.getchannel("A"), picture.convert("RGB").convert("L")
    lowest, highest = alpha.getextrema()
    if not isinstance(lowest, int) or lowest >= _OPAQUE:
        return light, "white"
    # Transparent pixels count as white here, so that only painted ones decide.
    paint = ImageChops.lighter(light, alpha.point([255] * _OPAQUE + [0] * (256 - _OPAQUE)))
    darkest, _ = paint.getextrema()
    if highest >= _OPAQUE and isinstance(darkest, int) and darkest >= _PALE:
        return alpha, "painted"
    return ImageChops.invert(alpha), "transparent"
