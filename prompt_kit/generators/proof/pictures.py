"""Opens reference pictures for a proof, scaled down; one that cannot be opened is named on the sheet instead."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageOps

from prompt_kit.errors import InputError
from prompt_kit.images import MAX_PIXELS

if TYPE_CHECKING:
    from prompt_kit.images import Image as Given

_READABLE: Final = ("PNG", "JPEG", "WEBP")


def opened(given: Given, largest: int) -> Image.Image | None:
    """Return a picture no larger than so many pixels on its long side, or ``None`` when it cannot be shown.

    HEIC cannot: Pillow does not read it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(given.read()), formats=_READABLE) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    return None
                # JPEG can be read in an eighth of its size, which is most of the time saved.
                picture.draft("RGB", (largest, largest))
                turned = ImageOps.exif_transpose(picture)
                turned.thumbnail((largest, largest))
                return turned.convert("RGBA" if "A" in turned.getbands() or "transparency" in turned.info else "RGB")
    except (
        InputError,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        ArithmeticError,
        Image.DecompressionBombError,
        MemoryError,
    ):
        # Pillow's readers raise whatever their format's parser stumbles over.
        return None


def why_not(given: Given) -> str:
    """Return a few words about a picture that cannot be shown."""
    return "HEIC: sent, but not shown" if given.media_type in {"image/heic", "image/heif"} else "cannot be opened"
