"""Turns a mask of ours, white where a picture may change, into OpenAI's, transparent where it may."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import InputError, Problem
from prompt_kit.pixels.masks import read_mask

if TYPE_CHECKING:
    from prompt_kit.images import Image

MOST_BYTES: Final = 4_000_000
"""Largest mask, in bytes (openai 3.54.0)."""


def alpha_mask(mask: Image, picture: Image) -> bytes:
    """Return the mask as a PNG of the picture's size, transparent where the mask is white.

    Raises:
        InputError: When the mask has not the picture's size, cannot be read, or marks nothing or everything.
    """
    from PIL import Image as Pillow
    from PIL import ImageChops

    if (mask.width, mask.height) != (picture.width, picture.height):
        raise InputError(
            Problem(
                f"The mask {mask.name} has {mask.width} × {mask.height} pixels and the picture {picture.name} "
                f"{picture.width} × {picture.height}. Save the mask at the picture's size.",
                parameter="mask",
            )
        )
    changing = read_mask(mask.read(), (picture.width, picture.height), f"The mask {mask.name}").image
    sent = Pillow.merge("LA", (Pillow.new("L", changing.size), ImageChops.invert(changing))).convert("RGBA")
    kept = io.BytesIO()
    sent.save(kept, "PNG", optimize=True)
    if kept.tell() > MOST_BYTES:
        raise InputError(
            Problem(
                f"The mask {mask.name} has {kept.tell() / 1e6:.1f} MB as OpenAI wants it; at most "
                f"{MOST_BYTES / 1e6:.0f} MB are taken. Use plain black and white, or a smaller picture.",
                parameter="mask",
            )
        )
    return kept.getvalue()
