"""The JSON Schema of a form's values: what it accepts, the form accepts, but for what a schema cannot say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.recipe.conditions import When
from prompt_kit.recipe.fields import PICTURES
from prompt_kit.recipe.parameters import MAX_ITEMS, MAX_TEXT
from prompt_kit.recipe.values import PLACE_MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from prompt_kit.recipe.fields import Field

_TYPES: Final = {"boolean": "boolean", "integer": "integer", "number": "number"}

MAX_COLOR: Final = 80
"""Longest colour, in characters."""


def form_schema(asked: Iterable[Field], default: Callable[[str], Any]) -> dict[str, Any]:
    """Return the JSON Schema of the values of a form: one property for each of its fields.

    A choice is written by its value; another spelling of it counts as own words in a schema. Pictures are there as
    the names of files, which whoever reads them opens.

    Args:
        asked: The fields.
        default: Returns what a template sees where a parameter is asked and left out.
    """
    fields = {field.name: field for field in asked}
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: _property(field) for name, field in fields.items()},
        "additionalProperties": False,
    }
    required = [name for name, field in fields.items() if field.required and not field.conditions]
    conditional = [_Conditions(fields, default).of(field) for field in fields.values() if field.conditions]
    return schema | ({"required": required} if required else {}) | ({"allOf": conditional} if conditional else {})


def _property(field: Field) -> dict[str, Any]:
    """Return what a field takes, with its label, help and default; a default under a condition stands there."""
    schema: dict[str, Any] = {"title": field.label} | ({"description": field.help} if field.help else {})
    if field.locked:
        return schema | {"const": field.default}
    values = _values(field)
    schema |= {"anyOf": [values, {"type": "null"}]} if field.clearable else values
    schema |= {"default": field.default} if field.default is not None and not field.conditions else {}
    return schema | ({"examples": list(field.examples)} if field.examples and "examples" not in schema else {})


def _values(field: Field) -> dict[str, Any]:
    if field.kind == PICTURES:
        entries = {"type": "string", "format": "path", "minLength": 1}
    elif field.choices:
        entries = _choice(field)
    else:
        entries = _entry(field)
    if not field.several and field.kind != PICTURES:
        return entries
    most = int(field.max) if field.max is not None else MAX_ITEMS
    return {"type": "array", "items": entries, "minItems": int(field.min or 0), "maxItems": most}


def _entry(field: Field) -> dict[str, Any]:
    if field.kind in _TYPES:
        limits = {"minimum": field.min, "maximum": field.max, "multipleOf": field.step}
        return {"type": _TYPES[field.kind], **{key: limit for key, limit in limits.items() if limit is not None}}
    if field.kind == "color":
        return {"type": "string", "minLength": 1, "maxLength": MAX_COLOR}
    least = max(field.min_length or 0, 1)
    text = {"type": "string", "minLength": least, "maxLength": field.max_length or MAX_TEXT}
    if field.pattern:
        text["pattern"] = field.pattern
    return {"anyOf": [text, *_with_place(text)]} if field.placed else text


def _with_place(words: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield how exact words and their place are written: on one line, and by name; the place does not count."""
    mark = f" {PLACE_MARK}"
    yield {
        "type": "string",
        "maxLength": MAX_TEXT,
        "pattern": rf"^[\s\S]{{1,{words['maxLength']}}}{mark}(?![\s\S]*{mark})",
    }
    yield {
        "type": "object",
        "properties": {"words": words, "place": {"type": "string", "maxLength": MAX_TEXT // 2}},
        "required": ["words"],
        "additionalProperties": False,
    }


def _choice(field: Field) -> dict[str, Any]:
    choices = {
        "oneOf": [
            {"const": choice.value, "title": choice.label} | ({"description": choice.help} if choice.help else {})
            for choice in field.choices
        ]
    }
    if not field.own_words:
        return choices
    words = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}
    meant = {
        "type": "object",
        "properties": {"own": words | {"maxLength": MAX_TEXT - 1}},
        "required": ["own"],
        "additionalProperties": False,
        "title": "Own words that are nearly a choice",
    }
    return {"anyOf": [choices, words | {"title": "Own words"}, meant]}


@dataclass(frozen=True, slots=True)
class _Conditions:
    """Conditions of fields in the words of JSON Schema."""

    fields: Mapping[str, Field]
    default: Callable[[str], Any]

    def of(self, field: Field) -> dict[str, Any]:
        """Return the condition of a field: what follows where it is asked, and that it is left out elsewhere."""
        then: dict[str, Any] = {"required": [field.name]} if field.required else {}
        if field.default is not None and not field.locked:
            then["properties"] = {field.name: {"default": field.default}}
        conditions = [self._holds(condition) for condition in field.conditions]
        return {
            "if": conditions[0] if len(conditions) == 1 else {"allOf": conditions},
            "then": then or True,
            "else": {"properties": {field.name: False}},
        }

    def _holds(self, condition: When) -> dict[str, Any]:
        """Return the schema of all values that meet a condition, by what is given or what applies when nothing is."""
        if condition.wants is False:
            return {"not": self._holds(When(condition.parameter, (True,)))}
        field = self.fields[condition.parameter]
        given = {"required": [field.name], "properties": {field.name: _meets(field, condition)}}
        if field.default is None or not condition.holds(self.default(field.name)):
            return given
        left_out = [{"not": {"required": [field.name]}}, *(self._holds(own) for own in field.conditions)]
        return {"anyOf": [given, left_out[0] if len(left_out) == 1 else {"allOf": left_out}]}


def _meets(field: Field, condition: When) -> Any:
    """Return the schema of the values of a field that meet a condition."""
    if field.clearable:
        return {"allOf": [{"not": {"type": "null"}}, _meets(field._replace(clearable=False), condition)]}
    if condition.wants is None:
        wanted = {"enum": list(condition.values)}
        return {"contains": wanted} if field.several else wanted
    if field.kind == "boolean":
        return {"const": True}
    if field.several:
        return {"minItems": 1}
    return {"not": {"const": 0}} if field.kind in _TYPES else True
