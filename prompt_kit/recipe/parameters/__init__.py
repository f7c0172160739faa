"""The kinds of parameter: what each accepts, and what of it reaches the template."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from prompt_kit.recipe.parameters.choices import Boolean, Choice, ChoiceOf, ChoicesOf
from prompt_kit.recipe.parameters.colors import Color
from prompt_kit.recipe.parameters.common import MAX_ITEMS, MAX_TEXT, Condition, Given
from prompt_kit.recipe.parameters.lists import CopiesOf, ListOf
from prompt_kit.recipe.parameters.numbers import Integer, Number
from prompt_kit.recipe.parameters.texts import CopyText, LongText, Text

__all__ = [
    "MAX_ITEMS",
    "MAX_TEXT",
    "Boolean",
    "Choice",
    "ChoiceOf",
    "ChoicesOf",
    "Color",
    "Condition",
    "CopiesOf",
    "CopyText",
    "Given",
    "Integer",
    "ListOf",
    "LongText",
    "Number",
    "Parameter",
    "Text",
]

Parameter: TypeAlias = Annotated[
    Text | LongText | CopyText | CopiesOf | ChoiceOf | ChoicesOf | ListOf | Number | Integer | Boolean | Color,
    Field(discriminator="type"),
]
"""One named, typed input of a recipe."""
