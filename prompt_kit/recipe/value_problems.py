"""Turns what is wrong with a single value into a problem with its code, and with what would repair it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from prompt_kit.errors import Offer, Problem, did_you_mean
from prompt_kit.recipe.conditions import in_words
from prompt_kit.recipe.values import UNUSUAL
from prompt_kit.support.messages import explain
from prompt_kit.support.words import stopped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prompt_kit.recipe.conditions import When
    from prompt_kit.recipe.parameters import Parameter

_CODES: Final[Mapping[str, str]] = {
    "finite_number": "wrong_type",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
    "multiple_of": "not_a_step",
    "string_pattern_mismatch": "no_match",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_long": "too_many",
    "too_short": "too_few",
}
"""The code for each kind of error of pydantic; all others are a wrong type."""

_STRATEGY_WORDS: Final = frozenset({"strategies", "strategy", "use", "uses", "using"})
"""What people write who would mix in a strategy where values stand."""


def missing(name: str, help_text: str) -> Problem:
    """Return the problem that something required is not given."""
    return Problem(f"{name}: is missing. {stopped(help_text)}".rstrip(), parameter=name, code="missing")


def not_asked(name: str, conditions: tuple[When, ...]) -> Problem:
    """Return the problem that something is given under values that do not ask for it."""
    message = f"{name}: is only asked when {in_words(conditions)}. Leave it out."
    return Problem(message, parameter=name, code="not_asked", offers=(Offer("Leave it out", name),))


def unknown(name: str, value: Any, names: Sequence[str], recipe: str, *, kind: str = "parameter") -> Problem:
    """Return the problem that nothing has this name.

    Args:
        name: The name that was given.
        value: What was given under it.
        names: The names of all parameters and slots.
        recipe: The name of the recipe.
        kind: What was meant to have the name.
    """
    hint = did_you_mean(name, names)
    offers = tuple(Offer(f"Take it for '{near}'", near, replaces=name) for near in names if f"'{near}'" in hint)
    if name in _STRATEGY_WORDS:
        hint = f"Strategies are mixed in before: recipe.using({_in_code(value)})."
    message = f"'{recipe}' has no {kind} '{name}'. {hint or 'There are: ' + ', '.join(names) + '.'}"
    return Problem(message, parameter=name, code="unknown", offers=(*offers, Offer("Leave it out", name)))


def of_value(error: Any, value: Any) -> Problem:
    """Return what pydantic reports of a value as a problem.

    Args:
        error: What it reports; the first step of its place is the name of the parameter.
        value: The whole value of the parameter.
    """
    name, *inner = error["loc"]
    at = inner[0] if inner and isinstance(inner[0], int) else None
    several = isinstance(value, list | tuple) and len(value) > 1
    place = f", entry {at + 1}" if several and at is not None else ""
    cause = error.get("ctx", {}).get("error")
    code = getattr(cause, "code", "") or _code(error)
    offers = [Offer(label, name, _with_entry(value, at, repaired)) for label, repaired in getattr(cause, "offers", ())]
    return Problem(stopped(f"{name}{place}: {explain(error)}"), parameter=name, code=code, offers=tuple(offers))


def meant_as_own(error: Any, value: Any) -> Any:
    """Return a value in which words that are nearly a choice are marked as meant; ``None`` when that is not wrong.

    Args:
        error: What pydantic reports of the value alone.
        value: The value, which was taken when choices were other ones.
    """
    cause = error.get("ctx", {}).get("error")
    if getattr(cause, "code", "") != "near_choice":
        return None
    *_, (_, kept) = cause.offers
    at = error["loc"][0] if error["loc"] and isinstance(error["loc"][0], int) else None
    return _with_entry(value, at, kept)


def _code(error: Any) -> str:
    if error["type"] in {"string_too_short", "too_short"} and error["input"] == "":
        return "empty"
    return _CODES.get(error["type"], "wrong_type")


def _with_entry(value: Any, at: int | None, repaired: Any) -> Any:
    """Return a value in which one entry is repaired; all of it when it has no entries."""
    if at is None or not isinstance(value, list | tuple):
        return repaired
    return [*value[:at], repaired, *value[at + 1 :]]


def _in_code(strategies: Any) -> str:
    """Return strategies as the arguments of a call."""
    several = strategies if isinstance(strategies, list | tuple) else [strategies]
    return ", ".join(json.dumps(str(strategy)) for strategy in several)


def locked(name: str, *, by_team: bool) -> Problem:
    """Return what is wrong with a value that differs from what is locked."""
    message = f"{name}: is locked by the {'team' if by_team else 'preset'}. Leave it out."
    return Problem(message, parameter=name, code="locked", offers=(Offer("Leave it out", name),))


def reread(parameter: Parameter, value: Any) -> Any:
    """Return what a value that was taken once means to a template; empty when it no longer fits."""
    value = list(value) if isinstance(value, tuple) else value
    if (ready := parameter.shortcut(value)) is not UNUSUAL:
        return ready
    try:
        return parameter.adapter.validate_python(value)
    except ValidationError as error:
        meant = [meant_as_own(wrong, value) for wrong in error.errors(include_url=False)]
    if meant[0] is None:
        return parameter.empty
    return reread(parameter, meant[0])
