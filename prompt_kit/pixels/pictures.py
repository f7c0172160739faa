"""Opens pictures the way people see them, and stores what was made of them."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

from PIL import Image as Pillow
from PIL import ImageOps
from PIL.PngImagePlugin import PngInfo

from prompt_kit.errors import InputError
from prompt_kit.images import open_image
from prompt_kit.pixels.xmp import KEYWORD, SourcePicture, packet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prompt_kit.pixels.xmp import SourceType


def opened(data: bytes, label: str) -> Pillow.Image:
    """Return a picture the right way up.

    Args:
        data: Its bytes.
        label: What it is called when it cannot be read, such as ``The mask``.

    Raises:
        InputError: When it is no picture that can be read here.
    """
    try:
        open_image(data)
        with Pillow.open(io.BytesIO(data)) as image:
            # Cameras store pictures as the sensor saw them, and the turn beside them (Exif 2.32, tag 0x0112).
            return ImageOps.exif_transpose(image)
    except InputError as error:
        raise InputError(f"{label}: {str(error).removeprefix('the picture: ')}") from error
    except (OSError, SyntaxError, ValueError, Pillow.DecompressionBombError) as error:
        raise InputError(f"{label} cannot be read. Save it again as PNG or JPEG.") from error


def source(data: bytes, name: str) -> SourcePicture:
    """Return what is written down of a picture that another one is made from."""
    return SourcePicture(name, hashlib.sha256(data).hexdigest())


def stored(image: Pillow.Image, kind: SourceType, sources: Sequence[SourcePicture], profile: bytes | None) -> bytes:
    """Return a picture as PNG, which loses nothing, with its colour profile and where it comes from."""
    told = PngInfo()
    told.add_itxt(KEYWORD, packet(kind, sources))
    kept = io.BytesIO()
    image.save(kept, "PNG", pnginfo=told, icc_profile=profile, compress_level=4)
    return kept.getvalue()
