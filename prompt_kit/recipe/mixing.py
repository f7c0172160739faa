"""What keeps a strategy from being mixed into a recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_kit.errors import InputError
from prompt_kit.support.words import stopped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prompt_kit.prompt import Task
    from prompt_kit.recipe.library import LibraryFile
    from prompt_kit.recipe.spec import RecipeSpec
    from prompt_kit.recipe.strategy_spec import StrategySpec


def task_of(spec: RecipeSpec) -> Task:
    """Return what the model is asked to do with the references."""
    return spec.task or "create"


def objection(strategy: LibraryFile[StrategySpec], spec: RecipeSpec) -> str:
    """Return why a strategy makes no sense for a recipe, as a sentence; empty when it does."""
    task = task_of(spec)
    if task not in strategy.spec.tasks:
        return f"it is for recipes that {' or '.join(strategy.spec.tasks)}, and this one's task is to {task}."
    return stopped(spec.excludes.get(strategy.name, ""))


def check_clashes(spec: RecipeSpec, strategies: Sequence[LibraryFile[StrategySpec]]) -> None:
    """Check that no name means two things; a parameter that a strategy shares with the recipe is the recipe's.

    Raises:
        InputError: When a name does.
    """
    owner = dict.fromkeys([*spec.parameters, *spec.references], "the recipe")
    for strategy in strategies:
        for name in (*strategy.spec.parameters, *strategy.spec.references):
            shared = name in spec.parameters and name in strategy.spec.parameters
            if name in owner and not shared:
                raise InputError(
                    f"'{name}' is a name of the strategy '{strategy.name}' and of {owner[name]}. Use one of them.",
                )
            owner.setdefault(name, f"the strategy '{strategy.name}'")
