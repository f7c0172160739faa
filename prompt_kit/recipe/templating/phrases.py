"""Phrases with values in them: short templates in the recipe's own file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prompt_kit.errors import NotFoundError
from prompt_kit.recipe.templating.loading import compile_templates
from prompt_kit.recipe.templating.program import Program, Source

if TYPE_CHECKING:
    from collections.abc import Mapping


def compile_phrase(text: str, label: str) -> Program:
    """Return a phrase as a program, checked by the same rules as a template.

    Args:
        text: The phrase, such as ``the {{ style }} style``.
        label: How messages call the file it stands in.

    Raises:
        InputError: With every problem of the phrase.
    """

    def read(name: str) -> Source:
        if name:
            raise NotFoundError("template", name)
        return Source(name, text, label)

    return compile_templates([""], read)


def filled_phrase(phrase: Program, context: Mapping[str, Any]) -> str:
    """Return a phrase with its values; an empty string when one of the values it names is empty.

    Raises:
        InputError: When the phrase does with a value what cannot be done with it.
    """
    if any(_is_empty(context[name]) for name in phrase.names):
        return ""
    return phrase.render(dict(context))


def _is_empty(value: Any) -> bool:
    # A list of exact words may hold nothing but gaps.
    return not any(value) if isinstance(value, tuple) else not value
