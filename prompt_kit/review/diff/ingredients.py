"""Decides by comparing files whether prompts can differ: the same files make the same prompts."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from prompt_kit.errors import PromptKitError
from prompt_kit.recipe.assembly import example_recipes
from prompt_kit.recipe.library import FOLDERS
from prompt_kit.support.files import inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.recipe.library import Library
    from prompt_kit.recipe.recipe import Recipe

Ingredient: TypeAlias = tuple[str, str]
"""What it is (recipe, strategy, preset, template, brand or file), and its name."""


class Ingredients:
    """What the prompts of a library are made of."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._hashes: dict[Ingredient, str] = {}

    def of(self, kind: str, name: str) -> dict[str, frozenset[Ingredient]] | None:
        """Return what the prompts of a recipe's or strategy's examples are made of, by example.

        ``None`` when only rendering can show it: no change may be missed.
        """
        try:
            recipes = example_recipes(kind, name, self.library)
            own = set(self._files(kind, name))
            return {example: frozenset(own.union(self._of(recipe, example))) for example, recipe in recipes.items()}
        except (PromptKitError, OSError):
            return None

    def equal(self, other: Ingredients, ingredients: frozenset[Ingredient]) -> bool:
        """Return whether another library has the same under these names.

        Rendering is a pure function of files, so equal ingredients make equal prompts.
        """
        try:
            return all(self.hash(ingredient) == other.hash(ingredient) for ingredient in ingredients)
        except (PromptKitError, OSError):
            return False

    def hash(self, ingredient: Ingredient) -> str:
        """Return the hash of an ingredient's bytes.

        Raises:
            PromptKitError: When it is not there, or leads out of its folder.
            OSError: When it cannot be read.
        """
        if ingredient not in self._hashes:
            kind, name = ingredient
            self._hashes[ingredient] = hashlib.sha256(self._bytes(kind, name)).hexdigest()
        return self._hashes[ingredient]

    def _bytes(self, kind: str, name: str) -> bytes:
        if kind == "template":
            return self.library.source(name).text.encode()
        path = self._path(kind, name)
        unsaved = self.library.unsaved.get(path)
        return path.read_bytes() if unsaved is None else unsaved.encode()

    def _path(self, kind: str, name: str) -> Path:
        if kind not in FOLDERS:
            project = self.library.project
            return project.root / (project.brand if kind == "brand" else name)
        file = f"{FOLDERS[kind]}{name}.yaml"
        paths = (inside(root.recipes, file) for root in self.library.roots)
        path = next(filter(self.library.has, paths), None)
        hidden = kind == "preset" and name in self.library.names("recipe")
        if path is None or hidden:
            raise FileNotFoundError(file)
        return path

    def _of(self, recipe: Recipe, example: str) -> Iterator[Ingredient]:
        mixed = recipe.using(*recipe.examples[example].uses)
        yield from self._files("recipe" if recipe.name in self.library.names("recipe") else "preset", recipe.name)
        for strategy in mixed.strategies:
            yield from self._files("strategy", strategy.name)
            if strategy.spec.values_from == "brand":
                yield from self._brand()
        for plan in mixed.turn_templates:
            yield from (("template", source.name) for source in plan.program.sources)
        for value in mixed.examples[example].values.values():
            yield from self._pictures(value)

    def _files(self, kind: str, name: str) -> Iterator[Ingredient]:
        """Yield a file and those that it extends."""
        visited: set[str] = set()
        while name not in visited:
            visited.add(name)
            yield kind, name
            extends = getattr(getattr(self.library, kind)(name).spec, "extends", None)
            kind = "recipe" if kind == "preset" else kind
            name = extends or name

    def _brand(self) -> Iterator[Ingredient]:
        yield "brand", ""
        yield "strategy", "avoid"
        for value in self.library.brand[0].values():
            yield from self._pictures(value)

    def _pictures(self, value: Any) -> Iterator[Ingredient]:
        root = self.library.project.root
        for path in value if isinstance(value, list | tuple) else [value]:
            if isinstance(path, Path):
                yield "file", str(path.relative_to(root) if path.is_relative_to(root) else path)


def shadowing(library: Library) -> bool:
    """Return whether a project's own files replace built-in ones, which may change how other recipes render."""
    own = [root for root in library.roots if root.origin != "built in"]
    kit = [root for root in library.roots if root.origin == "built in"]
    return any(
        (theirs.recipes / folder / path.name).is_file()
        for root in own
        for theirs in kit
        for folder in FOLDERS.values()
        for path in (root.recipes / folder).glob("*.yaml")
    ) or any(
        (theirs.templates / path.relative_to(root.templates)).is_file()
        for root in own
        for theirs in kit
        for path in root.templates.rglob("*.j2")
    )
