"""Opens the pictures that were given for a slot, and says which are none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from prompt_kit.errors import InputError, Offer, Problem
from prompt_kit.images import Image, open_image
from prompt_kit.recipe.slots import entries_of
from prompt_kit.recipe.value_problems import missing

if TYPE_CHECKING:
    from prompt_kit.recipe.spec import ReferenceSlot


def opened(name: str, slot: ReferenceSlot, value: Any, problems: list[Problem]) -> tuple[Image, ...]:
    """Return the pictures that were given for a slot; every problem of them is added to ``problems``."""
    if value.__class__ is Image and slot.min <= 1:
        return (value,)
    several = entries_of(value)
    if slot.min and not several:
        problems.append(missing(name, slot.help))
    elif not slot.min <= len(several) <= slot.max:
        noun = "picture" if slot.max == 1 else "pictures"
        code = "too_few" if len(several) < slot.min else "too_many"
        message = f"{name}: takes {slot.takes} {noun}, not {len(several)}."
        problems.append(Problem(message, parameter=name, code=code))
    pictures = (_opened(name, picture, problems) for picture in several)
    return tuple(picture for picture in pictures if picture is not None)


def _opened(name: str, picture: Any, problems: list[Problem]) -> Image | None:
    if isinstance(picture, Image):
        return picture
    if not isinstance(picture, Path | bytes):
        message = f"{name}: takes a picture file."
        if isinstance(picture, str):
            message = f"{name}: text is not taken for the path of a file here. Give an Image, a Path or bytes."
        problems.append(Problem(message, parameter=name, code="not_a_picture", offers=(Offer("Leave it out", name),)))
        return None
    try:
        return open_image(picture)
    except InputError as error:
        problems.append(Problem(f"{name}: {error}", parameter=name, code="not_a_picture"))
        return None
