"""Stores pictures that were made from others as PNG, with the names and hashes of those others."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

from PIL.PngImagePlugin import PngInfo

from prompt_kit.pixels.xmp import KEYWORD, SourcePicture, packet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image as Pillow

    from prompt_kit.pixels.xmp import SourceType


def source(data: bytes, name: str) -> SourcePicture:
    """Return the name and hash of a picture that another one is made from."""
    return SourcePicture(name, hashlib.sha256(data).hexdigest())


def stored(image: Pillow.Image, kind: SourceType, sources: Sequence[SourcePicture], profile: bytes | None) -> bytes:
    """Return a picture as PNG (lossless), with its colour profile and, in XMP, the pictures it was made from."""
    info = PngInfo()
    info.add_itxt(KEYWORD, packet(kind, sources))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=info, icc_profile=profile, compress_level=4)
    return buffer.getvalue()
