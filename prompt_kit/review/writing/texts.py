"""Finds the texts of recipes, strategies, presets and templates, and which of them are a project's own."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from itertools import chain, count
from typing import TYPE_CHECKING, Final, TypeAlias, get_args

from prompt_kit.errors import InputError, NotFoundError, Place, Problem
from prompt_kit.project import FILE
from prompt_kit.recipe.library import FOLDERS
from prompt_kit.recipe.roots import Root
from prompt_kit.recipe.spec import NAME_PATTERN, TemplateName
from prompt_kit.support import files
from prompt_kit.support.yamlfile import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from prompt_kit.recipe.library import Library

KINDS: Final = (*FOLDERS, "template")
"""The kinds of files that people write."""

LONGEST_NAME: Final = 64
"""Longest name of a recipe, in characters, as files may refer to it."""

_NAME: Final = re.compile(NAME_PATTERN)
_TEMPLATE: Final = re.compile(get_args(TemplateName)[1].pattern)
_LONGEST_TEMPLATE: Final = 120

Listed: TypeAlias = tuple[str, str, str]
"""Name, title and summary of a file."""


@dataclass(frozen=True, slots=True)
class WrittenText:
    """The text of a recipe, strategy, preset or template."""

    kind: str
    name: str
    path: Path
    label: str
    """How messages call its file."""
    text: str
    digest: str = ""
    """SHA-256 of the file from which the text was taken; empty when there was none."""
    origin: str = "project"
    """What people call the folder: project, a pack's name, or built in."""

    @property
    def own(self) -> bool:
        """Whether the project may change it."""
        return self.origin == "project"

    @property
    def new(self) -> bool:
        """Whether there was no such file."""
        return not self.digest


def own_root(library: Library) -> Root:
    """Return the folders into which a project's own recipes and templates are saved; they need not be there yet.

    Raises:
        InputError: When they are not in the project.
    """
    project = library.project
    root = Root(project.root / project.recipes, project.root / project.templates, "project", project.root)
    base = project.root.resolve()
    outside = [folder for folder in (root.recipes, root.templates) if not folder.resolve().is_relative_to(base)]
    if outside:
        raise InputError(
            f"{outside[0]} is outside of the project, so nothing is saved there. Name a folder inside it in {FILE}."
        )
    return root


def own_path(library: Library, kind: str, name: str) -> Path:
    """Return the resolved path of a project's own file, which need not be there yet.

    Raises:
        InputError: When it cannot have that name, or would stand outside of the project's folders.
    """
    _check_name(kind, name)
    root, project = own_root(library), library.project
    if kind == "template":
        return files.inside(root.templates, name)
    path = files.inside(root.recipes, f"{FOLDERS[kind]}{name}.yaml")
    others = {(project.root / other).resolve() for other in (FILE, project.brand, project.models)}
    if path in others:
        raise InputError(f"'{name}': {path.name} is another file of the project. Choose another name.")
    return path


def own_text(library: Library, kind: str, name: str, text: str, digest: str = "") -> WrittenText:
    """Return a text for one of the project's own files; raises as `own_path` does.

    Raises:
        InputError: When the text is longer than a file may be, too.
    """
    path = own_path(library, kind, name)
    label = library.label(path)
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise InputError(Problem(f"the text is longer than {MAX_BYTES // 1000:,} kB. Shorten it.", Place(label)))
    return WrittenText(kind, name, path, label, text, digest)


def written_text(library: Library, kind: str, name: str) -> WrittenText:
    """Return the text of the file that has a name, wherever it is.

    Raises:
        NotFoundError: When there is none.
        InputError: When it cannot be read.
    """
    _check_kind(kind)
    for root in library.roots:
        folder = root.templates if kind == "template" else root.recipes
        file = name if kind == "template" else f"{FOLDERS[kind]}{name}.yaml"
        if not _fits(kind, name):
            break
        path = files.inside(folder, file)
        if files.is_there(path):
            label = library.label(path)
            data = files.read_file(path, MAX_BYTES, label)
            digest = hashlib.sha256(data).hexdigest()
            return WrittenText(kind, name, path, label, _decoded(data, label), digest, _origin(library, root))
    raise NotFoundError(kind, name, names(library, kind))


def _origin(library: Library, root: Root) -> str:
    """Return what people call a folder; a pack may be called ``project``, too, and is none of the project's own."""
    project = library.project
    if root.recipes.resolve() == (project.root / project.recipes).resolve():
        return "project"
    return "a pack" if root.origin == "project" else root.origin


def names(library: Library, kind: str) -> list[str]:
    """Return the names of all files of a kind."""
    if kind != "template":
        return library.names(kind)
    return sorted(
        {path.relative_to(root.templates).as_posix() for root in library.roots for path in root.templates.rglob("*.j2")}
    )


def copy_name(library: Library, kind: str, name: str) -> str:
    """Return a name that a copy of a file could have: none that anything else has."""
    folder, slash, last = name.rpartition("/")
    stem, dot, ending = last.partition(".")
    plain = stem.lstrip("_")
    first = plain if plain.startswith("our-") else f"our-{plain}"
    kinds = ("template",) if kind == "template" else ("recipe", "preset", kind)
    taken = {other for of in kinds for other in names(library, of)}
    made = (f"{folder}{slash}{first}{f'-{number}' if number > 1 else ''}{dot}{ending}" for number in count(1))
    return next(other for other in made if other not in taken)


def check_new(library: Library, kind: str, name: str) -> None:
    """Check that a new file can have a name: nothing else of the library is called so.

    Raises:
        InputError: When it cannot.
    """
    path = own_path(library, kind, name)
    taken = [other for other in ("recipe", "preset") if kind != "template" and name in library.names(other)]
    if kind in {"strategy", "template"} and name in names(library, kind):
        taken.append(kind)
    if taken or files.is_there(path):
        raise InputError(f"There is a {taken[0] if taken else 'file'} '{name}' already. Choose another name.")


def _decoded(data: bytes, label: str) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InputError(Problem("the file is not UTF-8 text. Save it as UTF-8.", Place(label))) from error


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise NotFoundError("kind of file", kind, KINDS)


def _fits(kind: str, name: str) -> bool:
    if kind == "template":
        return bool(_TEMPLATE.fullmatch(name)) and len(name) <= _LONGEST_TEMPLATE
    return bool(_NAME.fullmatch(name)) and len(name) <= LONGEST_NAME


def _check_name(kind: str, name: str) -> None:
    _check_kind(kind)
    if not _fits(kind, name):
        example = "red-panda.j2" if kind == "template" else "red-panda"
        raise InputError(
            f"'{name[:LONGEST_NAME]}' cannot be a name. Use small letters, figures and hyphens, such as '{example}'."
        )


def own_names(library: Library, kind: str) -> set[str]:
    """Return the names of the files of a kind that are the project's own; none when its folders lead out of it."""
    try:
        root = own_root(library)
    except InputError:
        return set()
    folder = root.templates if kind == "template" else root.recipes
    ending = "" if kind == "template" else ".yaml"
    start = "" if kind == "template" else FOLDERS[kind]
    return {name for name in names(library, kind) if (folder / f"{start}{name}{ending}").is_file()}


def listed(library: Library, words: Sequence[str] = ()) -> tuple[dict[str, list[Listed]], dict[str, list[Listed]]]:
    """Return the project's own files by kind, and all others, each sorted by title.

    Args:
        library: Where they are.
        words: In lower case: only files that have all of them in name, title or summary.
    """
    own: dict[str, list[Listed]] = {}
    others: dict[str, list[Listed]] = {}
    for kind in KINDS:
        heads = library.heads(kind) if kind != "template" else {}
        of_project = own_names(library, kind)
        entries = [
            (name, heads[name].title, heads[name].summary) if name in heads else (name, name, "")
            for name in names(library, kind)
        ]
        for entry in sorted(entries, key=lambda entry: (entry[1].casefold(), entry[0])):
            text = " ".join(entry).lower()
            if all(word in text for word in words):
                (own if entry[0] in of_project else others).setdefault(kind, []).append(entry)
    return own, others


def own_subjects(library: Library) -> Iterator[tuple[str, str]]:
    """Yield kind and name of the recipes and strategies in the project's own folders."""
    folder = own_root(library).recipes.resolve()
    paths = chain.from_iterable(((kind, path) for path in library.paths(kind)) for kind in ("recipe", "strategy"))
    yield from ((kind, path.stem) for kind, path in paths if path.resolve().is_relative_to(folder))
