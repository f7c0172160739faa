"""The reference pictures of a proof, opened and scaled down; what cannot be opened is named on the sheet instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prompt_kit.errors import InputError
from prompt_kit.pixels.decoding import decoded, plain
from prompt_kit.prompt import ROLES

if TYPE_CHECKING:
    from PIL import Image

    from prompt_kit.images import Image as Given
    from prompt_kit.prompt import Role


@dataclass(frozen=True, slots=True)
class ProofPicture:
    """A picture that goes along."""

    number: int
    """Its place among the pictures that are sent, from 1."""
    name: str
    """Its slot, or its file where several share one."""
    role: Role
    image: Given
    slot: str = ""
    """The slot it was given for; empty for one of an earlier turn."""

    @property
    def purpose(self) -> str:
        """What the model takes from it."""
        return ROLES[self.role]


def opened(given: Given, largest: int) -> Image.Image | None:
    """Return a picture no larger than so many pixels on its long side, or ``None`` when it cannot be shown."""
    try:
        return plain(decoded(given.read(), given.name, within=(largest, largest)))
    except InputError:
        return None


def why_not(given: Given) -> str:
    """Return a few words about a picture that cannot be shown."""
    return "HEIC: sent, but not shown" if given.media_type in {"image/heic", "image/heif"} else "cannot be opened"
