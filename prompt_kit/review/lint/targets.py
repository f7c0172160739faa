"""Finds the libraries and files that a path means."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from prompt_kit.catalogue import Catalogue
from prompt_kit.errors import InputError, Place, Problem
from prompt_kit.project import FILE, Project, current_folder, find_project
from prompt_kit.recipe.library import FOLDERS, Library, built_in
from prompt_kit.recipe.roots import Root
from prompt_kit.support.files import is_there

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
    problems: tuple[Problem, ...] = ()
    """Problems outside of these files: files that no name leads to, and those of the project's brand and models."""
    templates: Path | None = None
    """The folder of their templates, when the whole folder of recipes is looked at."""


def targets(path: Path) -> list[Target]:
    """Return what a path means: a file, or every project and every folder of recipes in it.

    A folder of recipes is one that a project or pack names, or one called ``recipes``; where a folder has none below,
    it is taken for one itself. Each belongs to the nearest project upwards, whose packs can be used, too.

    Raises:
        InputError: When there is nothing of that kind, or with every problem of a project's file.
    """
    if not path.exists():
        raise InputError(f"{path}: there is no such file or folder.")
    if not path.is_dir():
        library = Library(find_project(path.resolve().parent), labels_from=current_folder())
        if path.resolve() in {(library.project.root / name).resolve() for name in _of_projects(library.project)}:
            _ = library.roots  # refuses packs that are missing, as the check of the whole project does
            return [Target(library, (), tuple(_beside_recipes(library)))]
        return [Target(library_of(recipes_of(path.parent)), (path,))]
    if path.name in _BELOW:
        return [Target(library_of(path.parent), tuple(_yaml_files(path)))] if any(_yaml_files(path)) else _nothing(path)
    projects, folders = _inside(path)
    libraries = [Library(project, labels_from=current_folder()) for project in projects]
    covered = {root.recipes.resolve() for library in libraries for root in library.roots}
    made = [target for library in libraries for target in _of_project(library)]
    for folder in folders or ([] if projects else [path]):
        if folder.resolve() not in covered:
            library = library_of(folder)
            root = next(root for root in library.roots if root.recipes.resolve() == folder.resolve())
            made.append(_whole(library, root._replace(recipes=folder)))
    if not any(target.files or target.problems for target in made):
        _nothing(path)
    return made


def own(library: Library) -> list[Target]:
    """Return what a project checks: its own files and those of its packs, else what is built in."""
    return _of_project(library) or [_whole(library, root) for root in library.roots]


def library_of(recipes: Path) -> Library:
    """Return the library to which a folder of recipes belongs: that of the nearest project upwards.

    Messages call its files from the current folder. A folder that is neither the project's nor one of its packs is
    searched first.

    Raises:
        InputError: With every problem of the project's file.
    """
    here, folder = current_folder(), recipes.resolve()
    project = find_project(folder)
    root = Root(folder, folder.parent / "templates", folder.parent.name)
    if (project.root / FILE).is_file():
        library = Library(project, labels_from=here)
        if folder in [searched.recipes.resolve() for searched in library.roots]:
            return library
        return Library(project, roots=(root, *library.roots), labels_from=here)
    kit = built_in()
    roots = (root,) if folder == kit[0].resolve() else (root, Root(*kit, "built in"))
    outside = Project.model_construct(root=here if folder.is_relative_to(here) else folder.parent)
    return Library(outside, roots=roots, labels_from=here)


def recipes_of(folder: Path) -> Path:
    """Return the folder of recipes to which a folder belongs: the one above that of strategies or presets."""
    return folder.parent if folder.name in _BELOW else folder


def _of_project(library: Library) -> list[Target]:
    """Return the project's own folder and those of its packs; none when it has only what is built in."""
    made = [_whole(library, root) for root in library.roots if root.origin != "built in"]
    beside = tuple(_beside_recipes(library))
    if made:
        return [replace(made[0], problems=(*beside, *made[0].problems)), *made[1:]]
    return [Target(library, (), beside)] if beside else []


def _of_projects(project: Project) -> tuple[str, ...]:
    """Return the files that are about a whole project: what is wrong with any of them is told together."""
    return FILE, project.brand, project.models


def _beside_recipes(library: Library) -> Iterator[Problem]:
    """Yield the problems of the project's brand and models."""
    project = library.project
    problems = list(library.brand[1]) if is_there(project.root / project.brand) else []
    try:
        Catalogue.load(project.models_file)
    except InputError as error:
        problems += error.problems
    for problem in problems:
        place = problem.place
        file = library.label(project.root / place.file) if place else ""
        yield problem._replace(place=place._replace(file=file)) if place else problem


def _whole(library: Library, root: Root) -> Target:
    files = tuple(file for kind in FOLDERS.values() for file in _yaml_files(root.recipes / kind))
    return Target(library, files, tuple(_lost(library, root.recipes)), root.templates)


def _yaml_files(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("*.yaml"))


def _lost(library: Library, folder: Path) -> Iterator[Problem]:
    """Yield a problem for each YAML file that no name leads to; a folder of another name may hold others."""
    found_in = {folder, *(folder / name for name in _BELOW)}
    deep = folder.name == "recipes" or folder.resolve() == (library.project.root / library.project.recipes).resolve()
    for path in sorted(folder.rglob("*") if deep else folder.glob("*")):
        if path.suffix.lower() not in _YAML or not path.is_file():
            continue
        place = Place(library.label(path))
        if path.suffix != ".yaml":
            yield Problem(f"no name leads to this file. Call it '{path.stem}.yaml'.", place)
        elif path.parent not in found_in:
            yield Problem("no name leads to this file: recipes are directly in their folder. Move it there.", place)


def _inside(path: Path) -> tuple[list[Project], list[Path]]:
    """Return the projects in a folder, and the other folders of recipes; a project's own folder is among them."""
    projects = [find_project(path)] if is_there(path / FILE) else []
    folders = [path] if path.name == "recipes" else []
    for folder in sorted(path.iterdir()) if not folders else ():
        if not folder.is_dir() or folder.is_symlink() or folder.name.startswith(".") or folder.name in _ELSEWHERE:
            continue
        more_projects, more_folders = _inside(folder)
        projects += more_projects
        folders += more_folders
    return projects, folders


def _nothing(path: Path) -> list[Target]:
    raise InputError(f"{path}: there are no recipe files here.")
