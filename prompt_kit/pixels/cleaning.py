"""Makes a stranger's picture ready to be kept and sent: the right way up, with nothing private in its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prompt_kit.pixels.decoding import saved_upright
from prompt_kit.pixels.metadata import stripped

if TYPE_CHECKING:
    from prompt_kit.images import Image


@dataclass(frozen=True, slots=True)
class CleanedPicture:
    """A picture without what is private."""

    data: bytes
    changes: tuple[str, ...]
    """What was done, each as a whole sentence; empty when it was clean."""


def cleaned(image: Image) -> CleanedPicture:
    """Return a PNG, JPEG or WebP picture the right way up, with its colour profile and no other data.

    The pixels stay as they are, unless the picture has to be turned or its file is not built as it should be.

    Raises:
        InputError: When it cannot be read here.
    """
    data = image.read()
    changes = []
    try:
        clean = stripped(data, image.media_type)
    except ValueError:
        clean = stripped(saved_upright(data, image.name), image.media_type)
        changes.append("The picture was saved anew, because its file was not built as it should be.")
    else:
        if image.orientation != 1:
            # What it says of itself is needed to turn it.
            turned = stripped(saved_upright(data, image.name), image.media_type)
            clean = clean._replace(data=turned.data)
            changes.append("The picture was turned upright.")
    if clean.removed:
        changes.append(f"Removed: {', '.join(clean.removed)}.")
    return CleanedPicture(clean.data, tuple(changes))
