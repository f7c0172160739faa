"""Work on pixels that models cannot do: cutting out a subject, and putting a change into a picture.

Both make a new file beside the untouched master. They need OpenCV and NumPy, which come with the extra ``pixels``.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from prompt_kit.errors import GeneratorError
from prompt_kit.pixels.results import Composite, CutOut

__all__ = ["MISSING", "Composite", "CutOut", "available", "composite", "cut_out"]

MISSING: Final = (
    "Cutting out and masks need a package that is not installed. Install it with: pip install 'prompt-kit[pixels]'"
)
"""The message when the extra is missing."""


def available() -> bool:
    """Return whether the extra ``pixels`` is installed, without importing it."""
    return find_spec("cv2") is not None and find_spec("numpy") is not None


def cut_out(data: bytes, *, name: str = "") -> CutOut:
    """Cut the subject out of the one flat colour behind it.

    The colour is read from the picture itself. Edges, hair, shadows and openings become as transparent as they are,
    and lose the colour's tinge. The new picture says in its XMP that a model made it, and from which file it comes.

    Args:
        data: The bytes of the master picture.
        name: The master's file name, for the record.

    Raises:
        InputError: When the picture cannot be read.
        GeneratorError: When the extra ``pixels`` is not installed.
    """
    _require_extra()
    from prompt_kit.pixels import cutout

    return cutout.cut_out(data, name)


def composite(original: bytes, mask: bytes, made: bytes, *, name: str = "", original_name: str = "") -> Composite:
    """Put what a model made into the masked part of the original; all the rest stays the original, bit for bit.

    The made picture is laid onto the original by what both show outside the mask, and fades in inside the mask.
    The new picture says in its XMP that it is a composite, and from which files.

    Args:
        original: The bytes of the picture that was to be changed.
        mask: The bytes of a picture that shows which part may change: white, or transparent (see
            `prompt_kit.pixels.masks`).
        made: The bytes of the model's answer, of any size.
        name: The file name of the model's answer, for the record.
        original_name: The original's file name, for the record.

    Raises:
        InputError: When a picture cannot be read, or the mask does not fit the original.
        GeneratorError: When the extra ``pixels`` is not installed.
    """
    _require_extra()
    from prompt_kit.pixels import compositing

    return compositing.composite(original, mask, made, name, original_name)


def _require_extra() -> None:
    if not available():
        raise GeneratorError(MISSING)
