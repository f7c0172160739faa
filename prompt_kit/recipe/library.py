"""Finds recipes, templates, strategies and presets by name: project, then packs, then built in."""

from __future__ import annotations

import os
from contextlib import suppress
from copy import copy
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar, cast

from prompt_kit.errors import InputError, NotFoundError, Place, Problem, PromptKitError, WorkspaceError
from prompt_kit.project import FILE, Project, find_project
from prompt_kit.recipe.placing.mistakes import choice_mistakes, layout_mistakes
from prompt_kit.recipe.roots import Root
from prompt_kit.recipe.spec import NAME_PATTERN, RecipeSpec
from prompt_kit.recipe.templating import Source, Templates
from prompt_kit.support.files import inside, is_there, listed, read_text
from prompt_kit.support.patterns import pattern
from prompt_kit.support.words import spoken
from prompt_kit.support.yamlfile import MAX_BYTES, YamlFile, in_line_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel

    from prompt_kit.catalogue import Catalogue
    from prompt_kit.recipe.preset_spec import PresetSpec
    from prompt_kit.recipe.strategy_spec import StrategySpec
    from prompt_kit.support.yamlmending import Usable

S = TypeVar("S", bound="BaseModel")

FOLDERS: Final = {"recipe": "", "strategy": "strategies/", "preset": "presets/"}
"""The folder of each kind of file below ``recipes/``."""

ENTRIES: Final[Mapping[str, Mapping[str, Any] | None]] = {
    "examples": None,
    "layout": None,
    "parameters": {"type": "text"},
    "references": None,
}
"""The keys of files under which entries stand by name, and what stands in for one that is wrong in a check."""

_NAME = pattern(NAME_PATTERN)
# A key at the left margin, and the lines that belong to its value; to find a line break is faster than "^".
_HEAD = pattern(
    r"\n(?:title|summary|category|used_for|with_photo(?:_place)?):.*(?:\n(?:(?:[ \t]|-[ \t]).*)?(?=\n|\Z))*"
)


def spec_of(kind: str) -> type[BaseModel]:
    """Return what a kind of file may say; most work needs no strategies and presets."""
    match kind:
        case "strategy":
            from prompt_kit.recipe.strategy_spec import StrategySpec

            return StrategySpec
        case "preset":
            from prompt_kit.recipe.preset_spec import PresetSpec

            return PresetSpec
        case _:
            return RecipeSpec


class LibraryFile(NamedTuple, Generic[S]):
    """A recipe, strategy or preset: the content of its file, validated, and the file itself."""

    name: str
    spec: S
    file: YamlFile
    root: Root


class Head(NamedTuple):
    """What the top of a file says of it, for lists and the search."""

    title: str
    summary: str
    category: str
    used_for: tuple[str, ...] = ()
    """Everyday words by which people look for it."""
    with_photo: str = ""
    """What becomes of a photo that somebody brings; empty where that is not what it is for."""
    with_photo_place: int = 0
    """Where it stands among what is offered first for a photo, from 1; 0 comes after all others."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        plain = {"title": self.title, "summary": self.summary, "category": self.category}
        return {**plain, "used_for": list(self.used_for), "with_photo": self.with_photo}


class Library:
    """The recipes, strategies, presets and templates that a project can use."""

    def __init__(
        self,
        project: Project | None = None,
        *,
        roots: tuple[Root, ...] | None = None,
        labels_from: Path | None = None,
        unsaved: Mapping[Path, str] | None = None,
    ) -> None:
        """Open the library of a project, or of certain folders only.

        Args:
            project: The project; the current folder's when left out.
            roots: The folders that are searched; the project's, its packs' and the built-in ones when left out.
            labels_from: The folder from which messages call files; the project's when left out.
            unsaved: Texts in place of what the files at these resolved paths hold, if they are there at all.
        """
        self.project = project or find_project()
        self.labels_from = labels_from or self.project.root
        self.unsaved = dict(unsaved or {})
        self._roots = roots
        self._sources: dict[str, Source] = {}
        self.templates = Templates(self.source)
        self._found: dict[tuple[str, str], LibraryFile[Any]] = {}
        self._names: dict[str, list[str]] = {}

    @cached_property
    def roots(self) -> tuple[Root, ...]:
        """The folders, in the order in which they are searched; the first that has a name wins."""
        if self._roots is not None:
            return self._roots
        project = self.project
        problems = [problem for pack in project.packs if (problem := self._pack_problem(pack))]
        if problems:
            raise InputError(problems)
        own = Root(project.root / project.recipes, project.root / project.templates, "project", project.root)
        packs = [(inside(project.root, pack), Path(pack).name) for pack in project.packs]
        others = [Root(folder / "recipes", folder / "templates", name, folder) for folder, name in packs]
        roots = [own, *others, Root(*built_in(), "built in")]
        # In a checkout of prompt-kit itself, the project's folders are the built-in ones.
        folders = {root.recipes.resolve(): root for root in reversed(roots) if self._is_used(root)}
        return tuple(reversed(folders.values()))

    def _is_used(self, root: Root) -> bool:
        return root.recipes.is_dir() or any(path.is_relative_to(root.recipes.resolve()) for path in self.unsaved)

    def has(self, path: Path) -> bool:
        """Return whether there is a file of this resolved path, on the disk or unsaved."""
        return path in self.unsaved or is_there(path)

    def text(self, path: Path, label: str = "") -> str:
        """Return the text of the file of this resolved path, the unsaved one if there is any.

        Raises:
            InputError: When it cannot be read.
        """
        unsaved = self.unsaved.get(path)
        return read_text(path, MAX_BYTES, label) if unsaved is None else unsaved

    def _pack_problem(self, pack: str) -> Problem | None:
        """Return what is wrong with a pack that the project names, or ``None``."""
        folder = inside(self.project.root, pack)
        if (folder / "recipes").is_dir():
            return None
        state = "has no folder 'recipes'" if folder.is_dir() else "is not there"
        fact = f"the pack '{pack}' {state} ({folder})."
        return Problem(f"{fact} Put it back, or take it out of 'packs'.", Place(FILE))

    def names(self, kind: str = "recipe") -> list[str]:
        """Return the names of all recipes, strategies or presets, in alphabetical order."""
        if kind not in self._names:
            self._names[kind] = sorted({path.stem for path in self.paths(kind)})
        return self._names[kind]

    def heads(self, kind: str = "recipe") -> dict[str, Head]:
        """Return what the top of the file of each recipe, strategy or preset says, by name; the rest is not parsed."""
        files = {path.stem: (root, path) for root, path in reversed(list(self._files(kind)))}
        return {name: self._head(*files[name]) for name in sorted(files)}

    @cached_property
    def texts(self) -> dict[str, str]:
        """Everything that the files of recipes and presets say, in lower case, by name; for the search."""
        texts: dict[str, str] = {}
        for path in (path for kind in ("preset", "recipe") for path in self.paths(kind)):
            with suppress(InputError):
                texts.setdefault(path.stem, self.text(path, self.label(path)).lower())
        return texts

    def recipe(self, name: str) -> LibraryFile[RecipeSpec]:
        """Return a recipe with its file.

        Raises:
            NotFoundError: When there is no such recipe.
            InputError: With every problem of the file.
        """
        return self._look_up("recipe", name)

    def strategy(self, name: str) -> LibraryFile[StrategySpec]:
        """Return a strategy with its file; raises as `recipe` does."""
        return self._look_up("strategy", name)

    def preset(self, name: str) -> LibraryFile[PresetSpec]:
        """Return a preset with its file; raises as `recipe` does."""
        return self._look_up("preset", name)

    @cached_property
    def catalogue(self) -> Catalogue:
        """All image models: the built-in ones and the project's own."""
        from prompt_kit.catalogue import Catalogue  # most prompts do not depend on the model

        return Catalogue.load(self.project.models_file)

    @cached_property
    def brand(self) -> tuple[dict[str, Any], tuple[Problem, ...]]:
        """The values that the project's brand gives to strategies, and the problems of its file."""
        from prompt_kit.recipe.brand import read_brand, values_of  # most work goes without a brand

        brand, problems = read_brand(self.project)
        try:
            unwanted = self.strategy("avoid").spec.parameters.get("avoid")
        except PromptKitError:
            unwanted = None
        names = {thing: choice.words for thing, choice in getattr(unwanted, "choices", {}).items()}
        filled = values_of(brand, self.project.root, names)
        return filled, tuple(problems)

    def source(self, name: str) -> Source:
        """Return the text of a template.

        Raises:
            NotFoundError: When no folder has it.
            InputError: When it cannot be read as text, or stands outside its folder.
        """
        if name not in self._sources:
            self._sources[name] = self._read_source(name)
        return self._sources[name]

    def label(self, path: Path) -> str:
        """Return how messages call a file: from `labels_from`, or by its whole path when one is outside the project."""
        if path.is_relative_to(self.labels_from):
            return str(path.relative_to(self.labels_from))
        if path.is_relative_to(self.project.root) and self.labels_from.is_relative_to(self.project.root):
            return os.path.relpath(path, self.labels_from)
        return str(path)

    def paths(self, kind: str) -> Iterator[Path]:
        """Yield the files of all recipes, strategies or presets, those that win first."""
        yield from (path for _, path in self._files(kind))

    def _files(self, kind: str) -> Iterator[tuple[Root, Path]]:
        for root in self.roots:
            folder = root.recipes / FOLDERS[kind]
            there = listed(folder)
            if self.unsaved:
                resolved = folder.resolve()
                added = (folder / path.name for path in self.unsaved if path.parent == resolved)
                there = sorted({*there, *added}, key=lambda path: path.name)
            for path in there:
                if path.suffix == ".yaml" and _NAME.match(path.stem):
                    yield root, path

    def _head(self, root: Root, path: Path) -> Head:
        label = self.label(path)
        try:
            checked = inside(root.recipes, path.relative_to(root.recipes).as_posix())
            text = self.text(checked, label)
            head = "".join([match[0] for match in _HEAD.finditer(f"\n{text}")]).removeprefix("\n")
            content = YamlFile(path, label, head).data
        except InputError as error:
            return Head(spoken(path.stem), f"(cannot be read: {str(error).splitlines()[0]})", "")
        title, summary, category, photo = (
            str(content.get(key) or "") for key in ("title", "summary", "category", "with_photo")
        )
        uses, place = content.get("used_for"), content.get("with_photo_place")
        return Head(
            title or spoken(path.stem),
            summary,
            category,
            tuple(map(str, uses)) if isinstance(uses, list) else (),
            photo,
            place if isinstance(place, int) else 0,
        )

    def _look_up(self, kind: str, name: str) -> LibraryFile[Any]:
        if (kind, name) not in self._found:
            self._found[kind, name] = self._read(kind, name)
        return self._found[kind, name]

    def usable(self, kind: str, name: str) -> tuple[Usable[Any], Library | None]:
        """Return what can be read of a file that is wrong, and a library in which the file is no more than that.

        Raises:
            NotFoundError: When there is no such file.
            InputError: When nothing of it can be read.
        """
        root, path = self._path(kind, name)
        file = YamlFile(path, self.label(path), self.unsaved.get(path), with_mistakes=True)
        from prompt_kit.support.yamlmending import usable  # only files with mistakes need it

        rest: Usable[Any] = usable(file, spec_of(kind), ENTRIES)
        if rest.content is None:
            return rest, None
        library = copy(self)
        parsed = LibraryFile(name, rest.content, file, root)
        library._found = {**self._found, (kind, name): parsed}  # noqa: SLF001 - a copy of its own
        if kind == "strategy":
            problems = [*rest.problems, *_wrong_places(rest.content, file)]
            rest = replace(rest, problems=sorted(problems, key=in_line_order))
        return rest, library

    def _read(self, kind: str, name: str) -> LibraryFile[Any]:
        root, path = self._path(kind, name)
        file = YamlFile(path, self.label(path), self.unsaved.get(path))
        spec = file.parse(spec_of(kind))
        if kind == "strategy" and (wrong := _wrong_places(cast("StrategySpec", spec), file)):
            raise InputError(wrong)
        return LibraryFile(name, spec, file, root)

    def has_named(self, kind: str, name: str) -> bool:
        """Return whether there is a recipe, strategy or preset of this name."""
        return self._root(kind, name) is not None

    def _path(self, kind: str, name: str) -> tuple[Root, Path]:
        root = self._root(kind, name)
        if root is None:
            raise NotFoundError(kind, name, self.names(kind))
        return root, inside(root.recipes, _file(kind, name))

    def _root(self, kind: str, name: str) -> Root | None:
        """Return the first root with a file of this name."""
        if not _NAME.match(name):
            return None
        file = _file(kind, name)
        for root in self.roots:
            if is_there(root.recipes / file) or (self.unsaved and inside(root.recipes, file) in self.unsaved):
                return root
        return None

    def _read_source(self, name: str) -> Source:
        for root in self.roots:
            path = inside(root.templates, name)
            if self.has(path):
                label = self.label(path)
                return Source(name, self.text(path, label), label)
        partial = _is_partial(name)
        similar = (template for template in self._templates() if _is_partial(template) == partial)
        where = self.label(self.roots[0].templates / name)
        raise NotFoundError("template", name, similar, way_out=f"Make {where}.")

    def _templates(self) -> Iterator[str]:
        for root in self.roots:
            yield from (path.relative_to(root.templates).as_posix() for path in root.templates.rglob("*.j2"))


def _wrong_places(spec: StrategySpec, file: YamlFile) -> list[Problem]:
    """Return what is wrong with the places of a strategy; those of a recipe are checked with all that it mixes in."""
    mistakes = [
        *choice_mistakes(spec.parameters),
        *layout_mistakes(spec.layout, {*spec.layout, "subject"}, spec.parameters, spec.references),
    ]
    return [file.problem(message, *keys) for message, keys in mistakes]


def _file(kind: str, name: str) -> str:
    """Return the path of a file from the folder of recipes."""
    return f"{FOLDERS[kind]}{name}.yaml"


def _is_partial(template: str) -> bool:
    """Return whether a template is only there to be included by others."""
    return template.rpartition("/")[2].startswith("_")


def kind_of(path: Path) -> str:
    """Return whether a file is a recipe, a strategy or a preset: it depends on the folder."""
    return next((kind for kind, folder in FOLDERS.items() if folder.rstrip("/") == path.parent.name), "recipe")


def built_in() -> tuple[Path, Path]:
    """Return the folders of the recipes and templates that come with the kit.

    Raises:
        WorkspaceError: When the installation does not have them.
    """
    package = Path(__file__).resolve().parents[1]
    if (package / "recipes").is_dir():
        return package / "recipes", package / "templates"
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "recipes").is_dir():
        return checkout / "recipes", checkout / "templates"
    raise WorkspaceError(f"The built-in recipes are missing beside {package}. Install prompt-kit again.")
