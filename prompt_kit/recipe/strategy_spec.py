"""What strategy files may say."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from prompt_kit.prompt import Task
from prompt_kit.recipe.parameters import Color
from prompt_kit.recipe.spec import ExampleSpec, Name, SharedKeys, TurnSpec


class StrategyExampleSpec(ExampleSpec):
    """Values that show what a strategy can do with a recipe."""

    recipe: Name
    """The recipe it is mixed into."""


class StrategySpec(SharedKeys):
    """A prompting technique that any recipe can mix in."""

    place: Literal["before", "after"] = "after"
    """Whether its words stand before or after the recipe's own."""
    tasks: list[Task] = ["create", "edit", "compose"]
    """The kinds of recipe it makes sense for."""
    turns: list[TurnSpec] = []
    """Requests that come before the recipe's own; each is asked in the words of its template and the recipe's."""
    values_from: Literal["brand"] | None = None
    """Whether the project's ``brand.yaml`` fills the parameters in."""
    examples: dict[Name, StrategyExampleSpec] = {}
    """Values that show what the strategy can do with a recipe; each one is also a test."""

    @model_validator(mode="after")
    def _conditions_are_its_own(self) -> StrategySpec:
        for name, asked in {**self.parameters, **self.references}.items():
            for other in asked.show_if:
                if other not in self.parameters or other == name:
                    raise ValueError(f"show_if of '{name}' names '{other}', which is no other parameter")
            for other in asked.away_from if isinstance(asked, Color) else ():
                if other not in self.parameters or other == name:
                    raise ValueError(f"away_from of '{name}' names '{other}', which is no other parameter")
        return self
