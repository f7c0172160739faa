"""Which libraries and files a path means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import InputError, Place, Problem
from prompt_kit.project import FILE, find_project
from prompt_kit.recipe.library import FOLDERS, Library, Root, built_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ELSEWHERE: Final = frozenset({"build", "dist", "node_modules", "site-packages", "venv"})
_BELOW: Final = frozenset(folder.rstrip("/") for folder in FOLDERS.values() if folder)
"""The folders below one of recipes."""
_YAML: Final = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True)
class Target:
    """A library, and the files in it that are looked at."""

    library: Library
    files: tuple[Path, ...]
    lost: tuple[Problem, ...] = ()
    """Files that stand where nobody finds them."""
    folder: Path | None = None
    """The folder of recipes, when all of it is looked at."""


def targets(path: Path) -> list[Target]:
    """Return what a path means: a file, or every folder of recipes in it.

    A folder of recipes is one called ``recipes``; where a folder has none below, it is taken for one itself.

    Raises:
        InputError: When there is nothing of that kind.
    """
    if not path.exists():
        raise InputError(f"{path}: there is no such file or folder.")
    if path.is_file():
        folder = path.parent
        return [Target(_library(_recipes_of(folder)), (path,))]
    if path.name in _BELOW:
        files = tuple(sorted(path.glob("*.yaml")))
        return [Target(_library(path.parent), files)] if files else _nothing(path)
    folders = [path] if path.name == "recipes" else sorted(_folders(path)) or [path]
    found = [_whole(folder) for folder in folders]
    if not any(target.files or target.lost for target in found):
        _nothing(path)
    return found


def own(library: Library) -> list[Target]:
    """Return what a project checks: its own files and those of its packs, else what is built in."""
    roots = [root for root in library.roots if root.origin != "built in"] or list(library.roots)
    files = [path for kind in FOLDERS for path in library.paths(kind)]
    return [
        Target(
            library,
            tuple(path for path in files if path.is_relative_to(root.recipes)),
            tuple(_lost(root.recipes)),
            root.recipes,
        )
        for root in roots
    ]


def _whole(folder: Path) -> Target:
    files = tuple(file for kind in FOLDERS.values() for file in sorted((folder / kind).glob("*.yaml")))
    lost = tuple(_lost(folder)) if folder.name == "recipes" else ()
    return Target(_library(folder), files, lost, folder)


def _lost(folder: Path) -> Iterator[Problem]:
    """Yield the YAML files that stand where no name leads to."""
    seen = {folder, *(folder / name for name in _BELOW)}
    for path in sorted(folder.rglob("*")):
        if path.suffix not in _YAML or not path.is_file():
            continue
        place = Place(str(path))
        if path.suffix == ".yml":
            yield Problem("nobody finds this file. Call it .yaml.", place)
        elif path.parent not in seen:
            yield Problem("nobody finds this file: recipes stand directly in their folder. Move it there.", place)


def _folders(path: Path) -> Iterator[Path]:
    for folder in path.iterdir():
        if not folder.is_dir() or folder.is_symlink() or folder.name.startswith(".") or folder.name in _ELSEWHERE:
            continue
        if folder.name == "recipes":
            yield folder
        else:
            yield from _folders(folder)


def _recipes_of(folder: Path) -> Path:
    return folder.parent if folder.name in _BELOW else folder


def _library(recipes: Path) -> Library:
    root = Root(recipes, recipes.parent / "templates", recipes.resolve().parent.name)
    kit = built_in()
    roots = (root,) if recipes.resolve() == kit[0].resolve() else (root, Root(*kit, "built in"))
    project = find_project(recipes.resolve())
    return Library(project if (project.root / FILE).is_file() else find_project(), roots=roots)


def _nothing(path: Path) -> list[Target]:
    raise InputError(f"{path}: there are no recipe files here.")
