"""Puts together the checks that look at several values of a recipe: contradictions, places, brand, languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_kit.recipe.brand_clashes import against_brand
from prompt_kit.recipe.contradictions import contradictions, misplaced
from prompt_kit.recipe.language_clashes import LANGUAGE, in_chosen_language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prompt_kit.project import Project
    from prompt_kit.recipe.checking import Check
    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.placing.planning import LayoutPlan
    from prompt_kit.recipe.spec import RecipeSpec
    from prompt_kit.recipe.strategy_spec import StrategySpec


def further_checks(
    recipe: RecipeSpec,
    strategies: Sequence[StrategySpec],
    parameters: Mapping[str, Parameter],
    plan: LayoutPlan | None,
    project: Project,
) -> tuple[Check, ...]:
    """Return what is checked once values were checked one by one.

    Args:
        recipe: The recipe.
        strategies: What is mixed in.
        parameters: All that is asked.
        plan: Where things stand.
        project: Whose brand counts.
    """
    rules = [rule for spec in (recipe, *strategies) for rule in spec.contradicts]
    checks: list[Check] = [contradictions(rules)] if rules else []
    checks += [misplaced(plan)] if plan else []
    checks += [in_chosen_language] if LANGUAGE in parameters else []
    of_brand = [name for spec in strategies if spec.values_from == "brand" for name in spec.parameters]
    of_avoided = against_brand(project, of_brand) if of_brand else None
    checks += [of_avoided] if of_avoided else []
    return tuple(checks)
