"""Phrases with values in them: short templates in the recipe's own file."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from prompt_kit.errors import InputError, NotFoundError, Place
from prompt_kit.recipe.templating.loading import KEPT, Templates, compile_templates
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
    try:
        return _phrase(text)
    except InputError as error:
        raise _called(error, label) from error


@lru_cache(maxsize=KEPT)
def _phrase(text: str) -> Program:
    """Return a phrase as a program; many recipes have the same ones."""

    def read(name: str) -> Source:
        if name:
            raise NotFoundError("template", name)
        return Source(name, text, "")

    return compile_templates([""], Templates(read))


def filled_phrase(phrase: Program, context: Mapping[str, Any], label: str) -> str:
    """Return a phrase with its values; an empty string when one of the values it names is empty.

    Args:
        phrase: The phrase.
        context: The values.
        label: How messages call the file it stands in.

    Raises:
        InputError: When the phrase does with a value what cannot be done with it.
    """
    if any(_is_empty(context[name]) for name in phrase.names):
        return ""
    try:
        return phrase.render(dict(context))
    except InputError as error:
        raise _called(error, label) from error


def _called(error: InputError, label: str) -> InputError:
    """Return an error of a phrase with the name of the file it stands in; a phrase may stand in many files."""
    return InputError([p._replace(place=Place(label, p.place.line if p.place else None)) for p in error.problems])


def _is_empty(value: Any) -> bool:
    # A list of exact words may hold nothing but gaps.
    return not any(value) if isinstance(value, tuple) else not value
