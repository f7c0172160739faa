"""Turns what pydantic reports into plain sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

_MESSAGES: Final[Mapping[str, str]] = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "decimal_parsing": "must be an amount such as 2.50",
    "dict_type": "must be a mapping of names",
    "finite_number": "must be a number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "is_instance_of": "must be text",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "list_type": "must be a list",
    "missing": "is missing",
    "model_attributes_type": "must be a mapping of names",
    "model_type": "must be a mapping of names",
    "multiple_of": "must be a multiple of {multiple_of}",
    "set_type": "must be a list",
    "string_pattern_mismatch": "must look like {pattern}",
    "string_type": "must be text",
    "string_unicode": "holds characters that are no text",
    "tuple_type": "must be a list",
    "union_tag_not_found": "must say its {discriminator}",
}


def explain(error: ErrorDetails) -> str:  # noqa: PLR0911 - one answer a kind of error
    """Return what is wrong as the rest of a sentence that begins with the name of the key or parameter."""
    context: dict[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "value_error" | "assertion_error":
            return str(context["error"])
        case "string_too_long":
            return f"has {len(error['input']):,} characters; at most {context['max_length']:,} are allowed"
        case "string_too_short" | "too_short" if error["input"] == "":
            return "is empty; leave it out or write something"
        case "string_too_short":
            return _at_least(context["min_length"], "character")
        case "too_long" if isinstance(error["input"], str):
            return f"has {len(error['input']):,} characters; at most {context['max_length']:,} are allowed"
        case "too_long":
            actual = context.get("actual_length") or len(error["input"])
            return f"has {actual} entries; at most {context['max_length']} are allowed"
        case "too_short":
            return _at_least(context["min_length"], "entry", "entries")
        case "union_tag_invalid":
            return _listed(f"must be one of {context['expected_tags']}", context["tag"])
        case "literal_error" | "enum":
            return _listed(f"must be {context['expected']}", error["input"])
        case kind:
            words = _MESSAGES.get(kind)
            return words.format(**context) if words else error["msg"][:1].lower() + error["msg"][1:]


def located(error: ErrorDetails) -> str:
    """Return what is wrong with its place: ``requests[0].answer.cost: is missing``."""
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error["loc"]).lstrip(".")
    return f"{place}: {explain(error)}" if place else explain(error)


def _listed(fact: str, given: Any) -> str:
    """Return the fact with the value that may have been meant, of those that it lists in quotes."""
    hint = did_you_mean(str(given), re.findall("'([^']+)'", fact))
    return f"{fact}. {hint}" if hint else fact


def _at_least(count: int, singular: str, plural: str = "") -> str:
    return f"needs at least {count} {singular if count == 1 else plural or singular + 's'}"
