"""Opens the states that names stand for: revisions, folders, the working tree, the installed library."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import InputError
from prompt_kit.images import EXTENSIONS
from prompt_kit.project import FILE, Project, find_project
from prompt_kit.recipe.library import Library, built_in
from prompt_kit.recipe.roots import Root
from prompt_kit.review.diff.git import Checkout
from prompt_kit.support.files import inside, is_there, read_file
from prompt_kit.support.yamlfile import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from contextlib import ExitStack

WORKING_TREE: Final = "."
INSTALLED: Final = "installed"

_PICTURES: Final = (*EXTENSIONS.values(), ".jpeg")
_PICTURE_NAME = re.compile(rf"[^/\n\"']+?(?:{'|'.join(map(re.escape, _PICTURES))})\b", re.IGNORECASE)
_EXPLICIT = re.compile(r"\.{0,2}[/\\]|~|\.\.$|[A-Za-z]:[/\\]")
"""How a name begins that can only be meant as a folder."""
_KIT: Final = "prompt_kit/__init__.py"
"""A folder with this file is a checkout of the kit: its recipes take the place of those built in."""


@dataclass(frozen=True, slots=True)
class State:
    """A library as it is, or was."""

    label: str
    library: Library
    notes: tuple[str, ...] = ()
    """What was left out, in whole sentences."""

    def shortened(self, text: str) -> str:
        """Return a message in which files are named from the project's folder."""
        return text.replace(f"{self.library.project.root}/", "")


def open_states(names: Sequence[str], stack: ExitStack, project: Project | None = None) -> tuple[State, State]:
    """Return the two states that names stand for; revisions are kept in temporary folders until the stack closes.

    Args:
        names: Nothing (the newest commit and the working tree), one state (it and the working tree), a range of
            revisions (``main..feature``, or ``main...feature`` from where they went apart), or two states.
        stack: Removes the temporary folders.
        project: Whose states are meant; that of the current folder when left out.

    Raises:
        InputError: When a name stands for nothing, or a state has no recipes.
    """
    project = project or find_project()
    old, new = _pair(list(names), Checkout(project.root))
    states = _opened(old, project, stack), _opened(new, project, stack)
    asked = [state.library for name, state in zip((old, new), states, strict=True) if name != INSTALLED]
    if asked and all(root.origin == "built in" for library in asked for root in library.roots):
        # Without an error, people in the wrong folder would read "nothing changed".
        raise InputError(f"There is no folder '{project.recipes}' in {project.root}, neither before nor after.")
    return states


def _pair(names: list[str], checkout: Checkout) -> tuple[str, str]:
    match names:
        case []:
            return "HEAD", WORKING_TREE
        case [old, new]:
            return old, new
        case [only] if _EXPLICIT.match(only) or ".." not in only:
            return only, WORKING_TREE
        case [span]:
            old, dots, new = re.split(r"(\.{2,3})", span, maxsplit=1)
            old, new = old or "HEAD", new or "HEAD"
            return (_fork(old, new, checkout) if dots == "..." else old), new
        case _:
            raise InputError(f"{len(names)} states are named; two can be compared.")


def _fork(old: str, new: str, checkout: Checkout) -> str:
    commits = [checkout.commit(name) for name in (old, new)]
    if None in commits:
        raise InputError(checkout.unknown(new if commits[0] else old))
    fork = checkout.fork(str(commits[0]), str(commits[1]))
    if fork is None:
        raise InputError(f"'{old}' and '{new}' have no commit in common. Use '{old}..{new}', or fetch more of them.")
    return fork


def _opened(name: str, project: Project, stack: ExitStack) -> State:
    if name == WORKING_TREE:
        return State("working tree", _library(project, whole=(project.root / _KIT).is_file()))
    if name == INSTALLED:
        recipes, templates = built_in()
        library = Library(Project(root=recipes.parent), roots=(Root(recipes, templates, "built in"),))
        return State("installed library", library)
    folder = Path(name).expanduser()
    if _EXPLICIT.match(name):
        return _folder(folder, name)
    checkout = Checkout(project.root)
    try:
        commit = checkout.commit(name)
    except InputError:
        if folder.is_dir():
            return _folder(folder, name)
        raise
    if commit:
        return _revision(name, commit, checkout, stack)
    if folder.is_dir():
        return _folder(folder, name)
    raise InputError(checkout.unknown(name))


def _folder(folder: Path, name: str) -> State:
    if not folder.is_dir():
        raise InputError(f"{name}: there is no such folder.")
    project = _project(folder.resolve(), name)
    if not (project.root / project.recipes).is_dir():
        raise InputError(f"{name}: there is no folder '{project.recipes}' in it. Name the folder above the recipes.")
    return State(name, _library(project, whole=(project.root / _KIT).is_file()))


def _revision(name: str, commit: str, checkout: Checkout, stack: ExitStack) -> State:
    root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="prompt-kit-"))).resolve()
    names = checkout.names(commit)
    checkout.extract(commit, [FILE] if FILE in names else [], root)
    project = _project(root, name)
    for folder in (project.recipes, project.templates, project.brand):
        if folder.rstrip("/") != ".":
            inside(root, folder)  # the project's file came with the revision, and may say anything
    gone = [pack for pack in project.packs if not any(name.startswith(f"{pack.rstrip('/')}/") for name in names)]
    project = project.model_copy(update={"packs": [pack for pack in project.packs if pack not in gone]})
    wanted = [project.recipes, project.templates, project.brand, *project.packs]
    left_out = checkout.extract(commit, _there(wanted, names), root)
    left_out += checkout.extract(commit, _mentioned(project, names), root)
    short = commit[:7]
    label = short if commit.startswith(name) else f"{name} ({short})"
    notes = tuple(f"{link}: this link leads out of the project and was not followed." for link in left_out)
    notes += tuple(f"{label} has no pack '{pack}'." for pack in gone)
    return State(label, _library(project, whole=_KIT in names), notes)


def _project(root: Path, name: str) -> Project:
    """Return the project of a folder; project files in folders above are not used."""
    try:
        return find_project(root) if is_there(root / FILE) else Project(root=root)
    except InputError as error:
        raise InputError(f"{name}: {error}") from error


def _library(project: Project, *, whole: bool) -> Library:
    library = Library(project)
    if not whole:
        return library
    return Library(project, roots=tuple(root for root in library.roots if root.origin != "built in"))


def _there(wanted: Sequence[str], names: Collection[str]) -> list[str]:
    """Return the files and folders out of these that a commit has."""
    paths = dict.fromkeys(str(Path(file)).replace("\\", "/") for file in wanted)
    return [path for path in paths if path == "." or any(f"{name}/".startswith(f"{path}/") for name in names)]


def _mentioned(project: Project, names: Collection[str]) -> list[str]:
    """Return the pictures elsewhere in the project that its recipes or its brand name."""
    mentioned = {match for text in _texts(project) for match in _PICTURE_NAME.findall(text)}
    mentioned |= {match.split()[-1] for match in mentioned if match.strip()}
    pictures = [name for name in names if name.lower().endswith(_PICTURES) and name.rpartition("/")[2] in mentioned]
    return [name for name in pictures if not (project.root / name).exists()]


def _texts(project: Project) -> Iterator[str]:
    """Yield the text of files that can name pictures elsewhere: recipes with a way up, and the brand."""
    for folder in (project.recipes, *project.packs):
        for path in (project.root / folder).rglob("*.yaml"):
            text = _text(path)
            if "../" in text:
                yield text
    yield _text(project.root / project.brand)


def _text(path: Path) -> str:
    """Return the text of a file; nothing when it is none that the kit would read."""
    try:
        return read_file(path, MAX_BYTES).decode("utf-8", "replace")
    except InputError:
        return ""
