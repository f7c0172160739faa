"""Reads a mask: a picture that shows which part of another picture may change."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from prompt_kit.errors import InputError

if TYPE_CHECKING:
    from PIL import Image as Pillow

Way: TypeAlias = Literal["white", "transparent", "painted"]
"""How a mask marks what may change: in white, by transparency, or in white on a transparent layer."""

SAID: Final[dict[Way, str]] = {
    "white": "In the mask, white is what may change.",
    "transparent": "In the mask, what is transparent may change.",
    "painted": "In the mask, what is painted white may change.",
}
"""How each kind of mask was read, as a sentence."""

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


def read_mask(data: bytes, size: tuple[int, int], label: str = "The mask") -> MaskPixels:
    """Return which part of a picture may change.

    A mask with transparent parts is read by them: transparent may change, as OpenAI has it; but where all that is
    painted is white, the paint is what may change, as layers of drawing programs have it. A mask without
    transparent parts is read by its lightness: white may change. Grey counts as the nearer of black and white.

    Args:
        data: The bytes of the mask.
        size: Width and height of the picture, in pixels.
        label: What the mask is called in messages.

    Raises:
        InputError: When it cannot be read, does not fit the picture, or leaves nothing or everything to be changed.
    """
    seen = _opened(data, label)
    width, height = size
    if abs(seen.width * height / (seen.height * width) - 1) > _RATIO:
        raise InputError(
            f"{label} has {seen.width} × {seen.height} pixels and the picture {width} × {height}."
            " Save the mask at the picture's size."
        )
    changing, way = _changing(seen)
    scaled = seen.size != size
    if scaled:
        changing = changing.resize(size)
    image = changing.point([0] * _OPAQUE + [255] * (256 - _OPAQUE))
    lowest, highest = image.getextrema()
    if not highest:
        raise InputError(f"{label} lets nothing change: {_NOTHING[way]}. Mark the part that may change.")
    if lowest:
        raise InputError(f"{label} lets everything change: {_ALL[way]}. Mark a part of the picture, or leave it out.")
    return MaskPixels(image, way, scaled)


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


def _opened(data: bytes, label: str) -> Pillow.Image:
    from PIL import Image as Pillow
    from PIL import ImageOps

    try:
        with Pillow.open(io.BytesIO(data)) as image:
            return ImageOps.exif_transpose(image).convert("RGBA")
    except (OSError, SyntaxError, ValueError, Pillow.DecompressionBombError) as error:
        raise InputError(f"{label} cannot be read. Save it again as PNG.") from error


def _changing(seen: Pillow.Image) -> tuple[Pillow.Image, Way]:
    """Return how much each pixel may change, and how the mask says so."""
    from PIL import ImageChops

    alpha, light = seen.getchannel("A"), seen.convert("RGB").convert("L")
    lowest, highest = alpha.getextrema()
    if not isinstance(lowest, int) or lowest >= _OPAQUE:
        return light, "white"
    # Wherever the layer is transparent, it is taken for white here, so that only paint decides.
    paint = ImageChops.lighter(light, alpha.point([255] * _OPAQUE + [0] * (256 - _OPAQUE)))
    darkest, _ = paint.getextrema()
    if highest >= _OPAQUE and isinstance(darkest, int) and darkest >= _PALE:
        return alpha, "painted"
    return ImageChops.invert(alpha), "transparent"
