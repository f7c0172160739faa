"""Makes tests of recipes' examples: each prompt is compared with its snapshot, one readable file."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prompt_kit.recipe.library import Library
    from prompt_kit.recipe.recipe import Recipe

SNAPSHOTS: Final = "tests/prompts"
"""Where the snapshots are kept, from pytest's root folder, unless ``prompt_kit_snapshots`` says otherwise."""

STRATEGIES: Final = "strategies"
"""The folder of strategies in a folder of recipes, and that of their snapshots."""

_LIBRARIES: Final = pytest.StashKey["dict[Path, Library]"]()
"""The libraries that were opened, by folder of recipes."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--recipes``, and the settings of the same meaning."""
    group = parser.getgroup("prompt-kit")
    group.addoption(
        "--recipes",
        metavar="DIR",
        action="append",
        default=[],
        help="Folder whose recipes' examples are tests (may be given several times).",
    )
    parser.addini("prompt_kit_recipes", "Folders whose recipes' examples are tests.", type="args", default=[])
    parser.addini("prompt_kit_snapshots", "Folder of the snapshots of prompts.", default=SNAPSHOTS)


def pytest_configure(config: pytest.Config) -> None:
    """Have pytest look into the folders that ``--recipes`` names, besides those it was asked for."""
    if config.getoption("recipes") and not config.pluginmanager.hasplugin("regressions"):
        raise pytest.UsageError("--recipes needs pytest-regressions. Install it: pip install 'prompt-kit[test]'")
    config.args[:] = list(dict.fromkeys([*config.args, *config.getoption("recipes")]))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the files of recipes and strategies in the folders of recipes."""
    folders = _folders(parent.config)
    if file_path.suffix == ".yaml" and (
        file_path.parent in folders or (file_path.parent.name == STRATEGIES and file_path.parent.parent in folders)
    ):
        return RecipeFile.from_parent(parent, path=file_path)
    return None


class RecipeFile(pytest.Module):
    """One file of a recipe or strategy; each of its examples is a test."""

    def collect(self) -> Iterable[pytest.Item]:
        """Yield a test for each example; a recipe that cannot be read is a failing test of its own."""
        from prompt_kit.errors import PromptKitError
        from prompt_kit.recipe.assembly import example_recipes
        from prompt_kit.recipe.library import kind_of

        # An empty module stands in for the file, so that fixtures of every scope (and with them
        # pytest-regressions) work as in any test module.
        self.obj = ModuleType(self.path.stem)
        kind = kind_of(self.path)
        try:
            recipes = example_recipes(kind, self.path.stem, _library(self.config, self.path))
        except PromptKitError as error:
            raise self.CollectError(str(error)) from error
        folder = _snapshots(self.config) / (STRATEGIES if kind == "strategy" else "") / self.path.stem
        for name, recipe in recipes.items():
            test = _example_test(recipe, name, folder / f"{name}.txt")
            yield pytest.Function.from_parent(self, name=name, callobj=test)


def _example_test(recipe: Recipe, example: str, file: Path) -> Callable[..., None]:
    def test(file_regression: Any) -> None:
        from prompt_kit.errors import PromptKitError
        from prompt_kit.review.snapshots import snapshot

        try:
            prompt = recipe.render_example(example)
        except PromptKitError as error:
            pytest.fail(f"{recipe.name}, example {example}:\n{error}", pytrace=False)
        known, written = file.is_file(), False
        try:
            file_regression.check(snapshot(prompt), fullpath=file, encoding="utf-8", newline="\n")
        except pytest.fail.Exception:
            written = True
        if written:
            fact = "differs and was written anew" if known else "had no snapshot; it was written"
            pytest.fail(f"The prompt {fact}: {file}. Read it, and run again.", pytrace=False)

    test.__doc__ = f"The prompt of the example '{example}' is what it was."
    return test


def _folders(config: pytest.Config) -> list[Path]:
    asked = [Path(config.invocation_params.dir, name) for name in config.getoption("recipes")]
    settled = [Path(config.rootpath, name) for name in config.getini("prompt_kit_recipes")]
    return [folder.resolve() for folder in (*asked, *settled)]


def _snapshots(config: pytest.Config) -> Path:
    return config.rootpath / str(config.getini("prompt_kit_snapshots"))


def _library(config: pytest.Config, path: Path) -> Library:
    """Return the library to which a file belongs, opened once for each folder of recipes."""
    from prompt_kit.review.lint.targets import library_of, recipes_of

    folder = recipes_of(path.parent.resolve())
    libraries = config.stash.setdefault(_LIBRARIES, {})
    if folder not in libraries:
        libraries[folder] = library_of(folder)
    return libraries[folder]
