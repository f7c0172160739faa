"""Tells which values cannot all be meant, by what recipes and strategies say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prompt_kit.errors import Problem
from prompt_kit.recipe.conditions import conditions_of
from prompt_kit.recipe.reading import quoted
from prompt_kit.support import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prompt_kit.recipe.checking import Check, Checking
    from prompt_kit.recipe.conditions import When
    from prompt_kit.recipe.placing.planning import LayoutPlan
    from prompt_kit.recipe.spec import ContradictionSpec


def contradictions(rules: Iterable[ContradictionSpec]) -> Check:
    """Return the check that adds a note for each of these rules that values meet."""
    conditions = [(rule, tuple(rule.mentions), conditions_of(rule.when)) for rule in rules]

    def check(checking: Checking) -> None:
        context = checking.context
        for rule, mentioning, when in conditions:
            # Most rules are about words that were not given, which this tells soonest.
            if all(map(context.get, mentioning)) and _hold(when, checking) and _meets(rule, context):
                checking.notes.append(Problem(f"{rule.at}: {rule.says}", parameter=rule.at, code="contradiction"))

    return check


def misplaced(plan: LayoutPlan) -> Check:
    """Return the check that adds a note for each pair of values that put things where others keep them away.

    It also gives the template what it may say of covered parts.
    """

    def check(checking: Checking) -> None:
        checking.context["covered"] = plan.covered(checking.context)
        checking.notes.extend(plan.contradictions(checking.context))

    return check


def _hold(when: Iterable[When], checking: Checking) -> bool:
    """Return whether all conditions hold; of a slot, whether it has pictures counts."""
    _, slots, _, context, pictures, _, _ = checking
    for condition in when:
        name = condition.parameter
        if not condition.holds(bool(pictures.get(name)) if name in slots else context.get(name)):
            return False
    return True


def _meets(rule: ContradictionSpec, context: Mapping[str, Any]) -> bool:
    if rule.at not in context:
        return False
    if rule.quoted and not any(quoted(_written(context.get(name))) for name in rule.quoted):
        return False
    return all(words.mentions(_written(context.get(name)), terms) for name, terms in rule.mentions.items())


def _written(value: Any) -> str:
    """Return the words of a value in one text."""
    return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value or "")
