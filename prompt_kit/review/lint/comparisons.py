"""Finds conditions that can never be met: comparisons with choices that do not exist."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from jinja2 import nodes

from prompt_kit.errors import Problem, did_you_mean
from prompt_kit.recipe.parameters import Boolean, ChoiceOf, ChoicesOf, Integer, Number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.placing.spec import AreaSpec
    from prompt_kit.recipe.spec import ReferenceSlot
    from prompt_kit.recipe.templating import TemplatePart


_MEANT: Final = 0.85
"""How like a choice words must be, from 0 to 1, to be taken for a misspelt one."""


def impossible_conditions(
    asked: Mapping[str, Parameter] | Mapping[str, ReferenceSlot] | Mapping[str, AreaSpec],
    parameters: Mapping[str, Parameter],
) -> Iterator[tuple[str, str, str]]:
    """Yield what ``show_if`` compares with though it cannot be: who asks, the parameter compared, the message."""
    for name, input_ in asked.items():
        for other, wanted in input_.show_if.items():
            if (parameter := parameters.get(other)) is not None:
                for value in wanted if isinstance(wanted, list) else [wanted]:
                    if reason := _impossible(parameter, value):
                        yield name, other, f"'{other}' is never '{_written(value)}': {reason}"


def impossible_comparisons(
    part: TemplatePart, parameters: Mapping[str, Parameter], *, items: Iterable[str], templates: set[str]
) -> Iterator[Problem]:
    """Yield the comparisons of templates with choices that do not exist.

    Args:
        part: The templates.
        parameters: The parameters whose choices are compared.
        items: The parameters through which turns go, entry by entry, as ``item``.
        templates: The names of the templates that are looked at, with what they include.
    """
    by_name: dict[str, list[Parameter]] = {name: [parameter] for name, parameter in parameters.items()}
    by_name["item"] = [parameters[name] for name in items if name in parameters]
    for macro in part.every(nodes.Macro):
        by_name |= {argument.name: [] for argument in macro.args}
    for loop in part.every(nodes.For):
        if isinstance(loop.target, nodes.Name) and isinstance(loop.iter, nodes.Name):
            by_name.setdefault(loop.target.name, []).extend(by_name.get(loop.iter.name, ()))
    for comparison in part.every(nodes.Compare):
        if part.origin(comparison.lineno) in templates:
            for message in _in_comparison(comparison, by_name):
                yield Problem(message, part.place(comparison.lineno))


def _in_comparison(comparison: nodes.Compare, by_name: Mapping[str, list[Parameter]]) -> Iterator[str]:
    sides = [comparison.expr, *(operand.expr for operand in comparison.ops)]
    values = [value for side in sides for value in _constants(side)]
    for side in sides:
        by_value = isinstance(side, nodes.Getattr) and side.attr == "value"
        name = side.node if isinstance(side, nodes.Getattr) and by_value else side
        if not isinstance(name, nodes.Name) or not (candidates := by_name.get(name.name)):
            continue
        for value in values:
            reasons = [_impossible(parameter, value, words=not by_value) for parameter in candidates]
            if all(reasons):
                yield f"'{name.name}{'.value' * by_value}' is never '{_written(value)}': {reasons[0]}"


def _constants(node: nodes.Expr) -> list[Any]:
    if isinstance(node, nodes.Const):
        return [node.value]
    if isinstance(node, nodes.List | nodes.Tuple):
        return [item.value for item in node.items if isinstance(item, nodes.Const)]
    return []


def _impossible(parameter: Parameter, value: Any, *, words: bool = False) -> str:
    """Return why a parameter never has a value, as a sentence; empty when it can.

    Args:
        parameter: The parameter.
        value: What it is compared with.
        words: Whether the words for the prompt are compared, rather than the stable value.
    """
    if value == "" or (isinstance(value, bool) and not words):
        return ""
    match parameter:
        case ChoiceOf() | ChoicesOf():
            return _no_choice(parameter, str(value), words=words)
        case Boolean() if not isinstance(value, bool):
            return "it is yes or no. Compare it with true or false."
        case Number() | Integer() if not isinstance(value, int | float):
            return "it is a number."
    return ""


def _no_choice(parameter: ChoiceOf | ChoicesOf, value: str, *, words: bool) -> str:
    possible = [str(choice) for choice in parameter.known.values()] if words else list(parameter.choices)
    if value in possible:
        return ""
    if words and value in parameter.choices:
        return "that is the choice, whose words in the prompt are others. Compare '.value'."
    if parameter.other and not get_close_matches(value, possible, n=1, cutoff=_MEANT):
        return ""  # own words are welcome, so anything may be compared
    return f"there is no such choice. {did_you_mean(value, possible)}".strip()


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
