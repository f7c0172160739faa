"""Parameters that are numbers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from prompt_kit.recipe.parameters.common import CommonKeys, check_range
from prompt_kit.recipe.values import UNUSUAL

if TYPE_CHECKING:
    from collections.abc import Callable

MOST: Final = 10**15
"""Larger numbers, above and below zero, are left to the validator."""


class Number(CommonKeys):
    """A number."""

    type: Literal["number"]
    min: float | None = None
    """Smallest value."""
    max: float | None = None
    """Largest value."""
    step: Annotated[float, Field(gt=0)] | None = None
    """Distance between two values."""

    def check_limits(self) -> None:
        """Check that lower ends are not above upper ones."""
        check_range(self.min, self.max)

    def annotation(self) -> Any:
        """Return a number; a whole one is written without decimals."""
        limits = Field(ge=self.min, le=self.max, multiple_of=self.step, allow_inf_nan=False)
        return Annotated[float, limits, AfterValidator(lambda value: int(value) if value.is_integer() else value)]


class Integer(CommonKeys):
    """A whole number."""

    type: Literal["integer"]
    min: int | None = None
    """Smallest value."""
    max: int | None = None
    """Largest value."""
    step: Annotated[int, Field(gt=0)] | None = None
    """Distance between two values."""

    def check_limits(self) -> None:
        """Check that lower ends are not above upper ones."""
        check_range(self.min, self.max)

    def annotation(self) -> Any:
        """Return a whole number."""
        return Annotated[int, Field(ge=self.min, le=self.max, multiple_of=self.step)]

    @cached_property
    def shortcut(self) -> Callable[[Any], Any]:
        """A whole number itself, where only its size is limited."""
        least, most = -MOST if self.min is None else self.min, MOST if self.max is None else self.max
        if self.step:
            return super().shortcut
        return lambda value: value if value.__class__ is int and least <= value <= most else UNUSUAL
