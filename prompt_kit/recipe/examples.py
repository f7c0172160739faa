"""Values that show what a recipe can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from prompt_kit.recipe.settings import merged
from prompt_kit.support.words import spoken

if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from pathlib import Path

    from prompt_kit.prompt import Settings
    from prompt_kit.recipe.spec import RecipeSpec


class Example(NamedTuple):
    """Values that show what a recipe can do."""

    name: str
    title: str
    values: Mapping[str, Any]
    """Ready for `Recipe.render`; pictures are paths."""
    settings: Settings
    uses: tuple[str, ...] = ()
    """Further strategies it mixes in."""


def examples_of(spec: RecipeSpec, slots: Container[str], folder: Path) -> dict[str, Example]:
    """Return the examples of a recipe by name; their pictures are relative to its folder."""
    return {
        name: Example(
            name,
            example.title or spoken(name),
            {key: _in(folder, value) if key in slots else value for key, value in example.values.items()},
            merged(example.settings),
            tuple(example.uses),
        )
        for name, example in spec.examples.items()
    }


def _in(folder: Path, value: Any) -> Any:
    if isinstance(value, list):
        return [_in(folder, item) for item in value]
    return folder / value if isinstance(value, str) else value
