"""Makes small copies of pictures, for a sheet that holds many."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import InputError
from prompt_kit.support import files
from prompt_kit.support.heads import dimensions

if TYPE_CHECKING:
    from pathlib import Path

LONGEST: Final = 640
"""Longest side of a copy, in pixels."""

SIZES: Final = (160, 320, 640, 1280)
"""The sizes in which copies are kept: longest side in pixels."""

SHORTEST: Final = 160
"""A side does not become shorter than this, in pixels, so that an 8:1 picture can still be recognised."""

_QUALITY: Final = 80


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small copy."""

    data: bytes
    """WebP, which keeps what is transparent."""
    width: int
    height: int
    transparent: bool


def kept_thumbnail(path: Path, longest: int, folder: Path, name: str) -> Path | None:
    """Return the file of a small copy, which is made unless it is there; ``None`` when the picture cannot be read here.

    Args:
        path: The picture.
        longest: Longest side of the copy, in pixels; the next one of `SIZES` is taken.
        folder: Where copies are kept.
        name: What names the picture's bytes, such as their hash.

    Raises:
        WorkspaceError: When the copy cannot be written.
    """
    size = next((size for size in SIZES if size >= longest), SIZES[-1])
    kept = folder / f"{name}-{size}.webp"
    if not kept.is_file():
        small = thumbnail(path, size)
        if small is None:
            return None
        files.make_folder(folder)
        files.replace(kept, small.data, durable="nothing")
    return kept


def thumbnail(path: Path, longest: int = LONGEST) -> Thumbnail | None:
    """Return a small copy of a picture, or ``None`` when it is gone or cannot be read here."""
    from prompt_kit.pixels.decoding import decoded, plain  # a comparison without pictures needs no Pillow

    try:
        data = path.read_bytes()
        small = plain(decoded(data, path.name, within=_fitted(*dimensions(data), longest)))
    except (OSError, InputError):
        return None
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=_QUALITY, method=4)
    return Thumbnail(buffer.getvalue(), small.width, small.height, small.mode == "RGBA")


def _fitted(width: int, height: int, longest: int) -> tuple[int, int]:
    share = min(1.0, max(longest / max(width, height, 1), SHORTEST / max(min(width, height), 1)))
    return max(1, round(width * share)), max(1, round(height * share))
