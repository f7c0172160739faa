"""Parameters that are colours."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, StringConstraints, model_validator

from prompt_kit.recipe.parameters.common import CommonKeys
from prompt_kit.recipe.values import color_words


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
        return Annotated[str, StringConstraints(max_length=80), AfterValidator(color_words)]
