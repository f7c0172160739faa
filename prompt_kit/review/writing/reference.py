"""What a template of a recipe may use: its parameters with what each prints, further names, filters and partials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import PromptKitError
from prompt_kit.recipe.rendering import NAMES
from prompt_kit.recipe.templating.reference import filter_words
from prompt_kit.review.writing.texts import names, written_text
from prompt_kit.support.text import shortened
from prompt_kit.support.words import series

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prompt_kit.recipe.fields import Field
    from prompt_kit.recipe.library import Library
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.recipe.templating.reference import FilterWords

_LONGEST: Final = 120
"""Longest example of what a template prints, in characters."""


@dataclass(frozen=True, slots=True)
class UsableName:
    """A parameter or reference slot as a template uses it."""

    name: str
    kind: str
    """A type of parameter, or ``pictures``."""
    label: str
    """What people call it."""
    used: str
    """How a template uses it, such as ``{{ traits | series }}``."""
    prints: str = ""
    """What that prints with an example's value; empty when no example is there to tell."""


@dataclass(frozen=True, slots=True)
class TemplateReference:
    """What a template may use."""

    inputs: tuple[UsableName, ...]
    others: Mapping[str, str]
    """Names beside the recipe's own, each with what it is."""
    filters: tuple[FilterWords, ...]
    partials: Mapping[str, str]
    """The templates that recipes include, each with the first words that it prints."""


def reference(library: Library, recipe: Recipe | None) -> TemplateReference:
    """Return what the template of a recipe may use; without a recipe, what any template may use."""
    inputs = tuple(_inputs(recipe)) if recipe else ()
    return TemplateReference(inputs, NAMES, filter_words(), dict(_partials(library)))


def _inputs(recipe: Recipe) -> Iterator[UsableName]:
    form = recipe.form
    for field in form.fields:
        value = _value(recipe, field)
        context: Mapping[str, Any] = {}
        if value is not None and not field.is_slot:
            context = form.check({field.name: value}).context
        used, prints = _printed(field, context.get(field.name))
        yield UsableName(field.name, field.kind, field.label, used, shortened(prints, _LONGEST))


def _value(recipe: Recipe, field: Field) -> Any:
    """Return a value to show what a field prints: that of an example, or a proposed one, or a choice."""
    given = [example.values[field.name] for example in recipe.examples.values() if field.name in example.values]
    if given:
        return given[0]
    proposed = [*field.examples, *(choice.value for choice in field.choices)]
    if not proposed:
        return field.default
    return proposed[:1] if field.several else proposed[0]


def _printed(field: Field, value: Any) -> tuple[str, str]:
    """Return how a template uses a field, and what that prints."""
    name = field.name
    if field.is_slot:
        return f"{{{{ {name} }}}}", "the attached image"
    if field.kind == "boolean":
        return f"{{% if {name} %}}…{{% endif %}}", ""
    if field.several:
        return f"{{{{ {name} | series }}}}", series(map(str, value or ()))
    return f"{{{{ {name} }}}}", "" if value is None else str(value)


def _partials(library: Library) -> Iterator[tuple[str, str]]:
    for name in names(library, "template"):
        if name.rpartition("/")[2].startswith("_"):
            try:
                text = written_text(library, "template", name).text
            except PromptKitError:
                continue
            words = (line.strip() for line in text.splitlines())
            yield name, next((line for line in words if line and not line.startswith(("{%", "{#"))), "")
