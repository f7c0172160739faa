"""The recipes that come with the kit, read once for all tests."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from prompt_kit.project import Project
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.library import Library, built_in
from prompt_kit.recipe.roots import Root

if TYPE_CHECKING:
    from prompt_kit.recipe.recipe import Recipe

LIBRARY: Final = Library(Project(root=built_in()[0].parent), roots=(Root(*built_in(), "built in"),))


@cache
def recipe(name: str) -> Recipe:
    """Return a recipe that comes with the kit."""
    return load(name, library=LIBRARY)
