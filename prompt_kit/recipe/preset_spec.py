"""What preset files may say."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from prompt_kit.prompt.spec import SettingsSpec
from prompt_kit.recipe.spec import FileKeys, Name, Use


class PresetSpec(FileKeys):
    """A recipe with some values fixed."""

    title: str = ""
    """Name for people."""
    summary: str = ""
    """One sentence: what it is for."""
    used_for: Annotated[list[Use], Field(max_length=40)] = []
    """Everyday words and short phrases by which people look for it, such as ``web shop``; they are never sent."""
    with_photo: Annotated[str, StringConstraints(max_length=120)] = ""
    """What becomes of a photo that somebody brings, in a short line; it is offered first for such a photo."""
    with_photo_place: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Where it stands among what is offered first for such a photo: what more people want has a smaller number."""
    extends: Name
    """The recipe it fills in."""
    uses: list[Name] = []
    """Further strategies to mix in."""
    values: dict[str, Any] = {}
    """Values by parameter."""
    settings: SettingsSpec = SettingsSpec.model_construct()
    """Settings that differ from the recipe's."""
    locked: list[str] | Literal["all"] = []
    """The parameters whose values no form may change."""
