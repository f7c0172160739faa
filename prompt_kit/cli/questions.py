"""Asks for what was not given, one question after the other: the form, on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from pydantic import TypeAdapter, ValidationError

from prompt_kit.cli.output import talk
from prompt_kit.recipe.parameters import MAX_ITEMS
from prompt_kit.support.messages import explain
from prompt_kit.support.text import harmless
from prompt_kit.support.words import sentence, spoken, stopped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.recipe import Recipe


def ask(recipe: Recipe, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers of a person by name; empty ones are left out.

    Questions go to stderr. Advanced parameters are not asked.
    """
    answers: dict[str, Any] = {}
    for name, parameter in recipe.parameters.items():
        answered = {**values, **answers}
        if name in answered or parameter.locked or parameter.advanced or not recipe.form.is_asked(name, answered):
            continue
        answer = _answer(name, parameter)
        if answer not in ("", []):
            answers[name] = answer
    for name, slot in recipe.references.items():
        answered = {**values, **answers}
        if name in answered or not recipe.form.is_asked(name, answered):
            continue
        _explain(slot.help)
        files = _several(slot.title or spoken(name), slot.max)
        if files:
            answers[name] = files
    return answers


def _answer(name: str, parameter: Parameter) -> Any:
    """Ask until the answer can be used."""
    _explain(parameter.help)
    for value, choice in getattr(parameter, "choices", {}).items():
        _explain(f"{value}: {stopped(choice.label)} {choice.help}".rstrip())
    title = (parameter.title or spoken(name)) + (" (yes or no)" if parameter.type == "boolean" else "")
    checked = TypeAdapter(parameter.annotation())
    while True:
        if parameter.type in {"list", "choices", "copies"}:
            answer: Any = _several(title, getattr(parameter, "max", None) or MAX_ITEMS)
        else:
            answer = _asked(title)
        if answer in ("", []) and not parameter.required:
            return answer
        try:
            checked.validate_python(answer)
        except ValidationError as error:
            _explain(sentence(explain(error.errors(include_url=False)[0])))
        else:
            return answer


def _several(title: str, most: int) -> list[str]:
    """Ask for one entry after the other, until one is empty."""
    entries: list[str] = []
    while len(entries) < most and (entry := _asked(title if not entries else "… and")):
        entries.append(entry)
    return entries


def _asked(title: str) -> str:
    answer: str = click.prompt(harmless(title), default="", show_default=False, err=True)
    return answer


def _explain(text: str) -> None:
    if text:
        talk(f"  {text}")
