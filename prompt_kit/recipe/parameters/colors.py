"""Parameters that are colours."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AfterValidator, StringConstraints, model_validator

from prompt_kit.recipe.parameters.common import CommonKeys, text_at_once
from prompt_kit.recipe.values import color_words

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST: Final = 80
"""Longest colour in words, in characters."""


class Color(CommonKeys):
    """A colour, in hex or in words."""

    type: Literal["color"]
    away_from: list[str] = []  # noqa: RUF012 - pydantic copies defaults
    """Other parameters; when no colour is given, it is the key colour farthest from all that their values name."""

    @model_validator(mode="after")
    def _is_found_or_fixed(self) -> Color:
        if self.away_from and (self.required or self.default is not None):
            raise ValueError("away_from finds the colour when none is given; leave required and default out")
        return self

    def annotation(self) -> Any:
        """Return the colour in words, with its hex code when that is how it was given."""
        return Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(color_words)]

    @cached_property
    def shortcut(self) -> Callable[[Any], Any]:
        """What makes a hex code or a name ready."""
        return text_at_once(color_words, 0, LONGEST)
