"""Turns a mask of ours, white where a picture may change, into OpenAI's, transparent where it may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prompt_kit.errors import InputError, Problem
from prompt_kit.pixels import masks
from prompt_kit.support.heads import TURNED, dimensions

if TYPE_CHECKING:
    from prompt_kit.images import Image

MOST_BYTES: Final = 4_000_000
"""Largest mask, in bytes (openai 3.54.0)."""


def alpha_mask(mask: Image, picture: Image, original: Image | None = None) -> bytes:
    """Return the mask as a PNG of the picture's size, transparent where the mask is white.

    Args:
        mask: The mask.
        picture: The picture it is laid over.
        original: The picture it was painted for, where that is another one of the same size.

    Raises:
        InputError: When the mask has not the picture's size, cannot be read, or marks nothing or everything.
    """
    size = dimensions(picture.read())
    orientation = (original or picture).orientation
    sizes = {size, size[::-1]} if orientation in TURNED else {size}
    if (mask.width, mask.height) not in sizes:
        raise InputError(
            Problem(
                f"The mask {mask.name} has {mask.width} × {mask.height} pixels and the picture {picture.name} "
                f"{size[0]} × {size[1]}. Save the mask at the picture's size.",
                parameter="mask",
            )
        )
    changing = masks.read_mask(mask.read(), size, f"The mask {mask.name}", orientation=orientation)
    sent = masks.alpha_mask(changing, picture.orientation)
    if len(sent) > MOST_BYTES:
        raise InputError(
            Problem(
                f"The mask {mask.name} has {len(sent) / 1e6:.1f} MB as OpenAI wants it; at most "
                f"{MOST_BYTES / 1e6:.0f} MB are taken. Use plain black and white, or a smaller picture.",
                parameter="mask",
            )
        )
    return sent
