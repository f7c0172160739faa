"""Stores pictures that were made of others, and says of which."""

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
    """Return what is written down of a picture that another one is made from."""
    return SourcePicture(name, hashlib.sha256(data).hexdigest())


def stored(image: Pillow.Image, kind: SourceType, sources: Sequence[SourcePicture], profile: bytes | None) -> bytes:
    """Return a picture as PNG, which loses nothing, with its colour profile and where it comes from."""
    told = PngInfo()
    told.add_itxt(KEYWORD, packet(kind, sources))
    kept = io.BytesIO()
    image.save(kept, "PNG", pnginfo=told, icc_profile=profile, compress_level=4)
    return kept.getvalue()
