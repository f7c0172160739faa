"""Makes small copies of pictures, for a sheet that holds many."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import InputError
from prompt_kit.support.heads import dimensions

if TYPE_CHECKING:
    from pathlib import Path

LONGEST: Final = 640
"""Longest side of a copy, in pixels."""

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
