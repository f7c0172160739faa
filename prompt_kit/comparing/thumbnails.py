"""Small copies of pictures, for a sheet that holds many; the pictures themselves are only read."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

LONGEST: Final = 640
"""Longest side of a copy, in pixels."""

SHORTEST: Final = 160
"""A side does not become shorter than this, in pixels, so that something is seen of an 8:1 picture."""

_QUALITY: Final = 80


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small copy."""

    data: bytes
    """WebP, which keeps what is transparent."""
    width: int
    height: int
    transparent: bool


def thumbnail(path: Path, longest: int = LONGEST) -> Thumbnail | None:
    """Return a small copy of a picture, or nothing when it is gone or cannot be read here."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # 4K pictures are large, and no bombs
            with Image.open(path) as picture:
                size = _fitted(picture.width, picture.height, longest)
                picture.draft("RGB", size)
                small = ImageOps.exif_transpose(picture)
                transparent = small.has_transparency_data
                small = small.convert("RGBA" if transparent else "RGB")
                small.thumbnail(max(size, size[::-1]) if small.size != picture.size else size)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=_QUALITY, method=4)
    return Thumbnail(buffer.getvalue(), small.width, small.height, transparent)


def _fitted(width: int, height: int, longest: int) -> tuple[int, int]:
    share = min(1.0, max(longest / max(width, height), SHORTEST / min(width, height)))
    return max(1, round(width * share)), max(1, round(height * share))
