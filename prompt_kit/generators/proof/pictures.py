"""Opens reference pictures for a proof, scaled down; one that cannot be opened is named on the sheet instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_kit.errors import InputError
from prompt_kit.pixels.decoding import decoded, plain

if TYPE_CHECKING:
    from PIL import Image

    from prompt_kit.images import Image as Given


def opened(given: Given, largest: int) -> Image.Image | None:
    """Return a picture no larger than so many pixels on its long side, or ``None`` when it cannot be shown."""
    try:
        return plain(decoded(given.read(), given.name, within=(largest, largest)))
    except InputError:
        return None


def why_not(given: Given) -> str:
    """Return a few words about a picture that cannot be shown."""
    return "HEIC: sent, but not shown" if given.media_type in {"image/heic", "image/heif"} else "cannot be opened"
