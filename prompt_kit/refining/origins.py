"""Finds where a picture comes from: its run, and those it was refined from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from prompt_kit.errors import InputError, NotFoundError, did_you_mean
from prompt_kit.images import EXTENSIONS
from prompt_kit.outcome import Outcome
from prompt_kit.record.index import original_of
from prompt_kit.record.runs import RECORD, REFERENCES, Run, lineage, open_run
from prompt_kit.support import files
from prompt_kit.support.words import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.project import Project

RECIPE: Final = "refine"
"""The recipe that says how a picture is refined."""

PICTURE: Final = "picture"
"""Its slot for the picture that is refined."""

_KEPT: Final = re.compile(r"[0-9a-f]{64}\.[a-z]+")

Refinable: TypeAlias = str | Path | Outcome
"""A picture, its sidecar, a run's id or folder, or the outcome of a run."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a picture comes from."""

    picture: Path
    root: Path
    """The folder of the runs it belongs to."""
    line: tuple[Run, ...] = ()
    """Its run and those it was refined from, the nearest first; empty when it is from elsewhere."""
    at_home: bool = False
    """Whether its run is one of the project's own."""
    damage: str = ""
    """What is wrong with the record of its run, as a whole sentence."""

    @property
    def refinements(self) -> tuple[Run, ...]:
        """The runs of the line that refined something, the nearest first."""
        return tuple(run for run in self.line if run.summary.recipe == RECIPE)

    @property
    def changes(self) -> list[str]:
        """What earlier rounds changed, the oldest first."""
        changes: list[str] = []
        for run in reversed(self.refinements):
            values = values_of(run)
            changes += [*texts(values.get("done")), *texts([said(values)])]
        return list(dict.fromkeys(changes))

    @property
    def generator(self) -> str:
        """The generator that made the picture; empty when it is not known."""
        return self.line[0].summary.generator if self.line else ""

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the picture's run."""
        return dict(self.line[0].fields.settings) if self.line else {}

    @property
    def master(self) -> str:
        """The name of the picture as the model sent it; the picture itself may have been made here of it."""
        return master_in(self.line[0], self.picture.name) if self.line else self.picture.name

    @property
    def finished(self) -> Path:
        """The picture with all outside its mask put back, where that was made here; else the picture itself."""
        return _put_back(self.picture, self.line[0]) if self.line else self.picture

    @property
    def model(self) -> str:
        """The model that made the picture; empty when it is not known."""
        done = self.line[0].fields.of_picture(self.master) if self.line else None
        return done.request.model if done else ""


def origin_of(picture: Path, project: Project) -> Origin:
    """Find the run of a picture or of what it is a copy of, and those before it.

    A damaged record makes it a picture from elsewhere.

    Raises:
        WorkspaceError: When the runs cannot be read.
    """
    if not (picture.absolute().parent / RECORD).is_file():
        picture = original_of(picture, project.runs_folder) or picture
    folder = picture.absolute().parent
    root = folder.parents[1] if len(folder.parents) > 1 else folder
    if not (folder / RECORD).is_file():
        return Origin(picture, root)
    try:
        run = open_run(folder, root)
    except InputError as error:
        return Origin(picture, root, damage=str(error))
    at_home = root.resolve() == project.runs_folder.resolve()
    return Origin(picture, root, lineage(run, root), at_home)


def pictures_of(source: Refinable, root: Path) -> tuple[Path, ...]:
    """Return the pictures that can be refined: one by its file, or all of a run.

    Of a run, those are the finished ones, in which all outside a mask was put back.

    Raises:
        NotFoundError: When there is no such run.
        InputError: When there is no such picture, or the run's record is damaged.
        WorkspaceError: When the folder cannot be read.
    """
    if isinstance(source, Outcome):
        whole = {derived.source: derived.path for derived in source.derived if derived.kind == "composite"}
        saved = tuple(whole.get(picture.path, picture.path) for picture in source.pictures if picture.path)
        if not saved:
            raise InputError("The outcome has no saved picture, so there is nothing to refine.")
        return saved
    path = Path(source)
    with files.os_errors_as_workspace_errors(path):
        file, there = path.is_file(), path.exists()
    if file and path.suffix != ".json":
        return (path,)
    if path.suffix and not there:
        return (_in_run(path, root) or _no_file(path),)
    run = open_run(source, root)
    if not run.pictures:
        raise InputError(f"The run '{run.summary.id}' has no picture to refine.")
    named = tuple(picture for picture in run.pictures if picture.stem == path.stem and path.suffix)
    return named or tuple(_put_back(picture, run) for picture in run.pictures)


def made_here(run: Run) -> tuple[Path, ...]:
    """Return the pictures that were made here of those of a run."""
    paths = (run.summary.folder / made.file for made in run.fields.derived)
    return tuple(path for path in paths if path.is_file() and not path.is_symlink())


def only(pictures: tuple[Path, ...], source: Refinable) -> Path:
    """Return the one picture.

    Raises:
        InputError: When there are several.
    """
    if len(pictures) > 1:
        name = source.folder.name if isinstance(source, Outcome) and source.folder else source
        names = ", ".join(map(short, pictures))
        raise InputError(f"'{name}' has {len(pictures)} pictures. Name the one to refine: {names}.")
    return pictures[0]


def sent_with(run: Run, root: Path) -> list[tuple[str, Path]]:
    """Return the pictures that went along with a run, by slot, as far as they are kept beside the runs."""
    parts = [part for part in run.fields.turns[0].get("parts", ()) if "reference" in part]
    kept = [(str(part["reference"]), _kept_name(part)) for part in parts]
    return [(slot, root / REFERENCES / name) for slot, name in kept if name and (root / REFERENCES / name).is_file()]


def _kept_name(part: Mapping[str, Any]) -> str:
    """Return the name of the file that keeps a picture; empty when its recorded path leads elsewhere.

    A record that came with somebody else's pictures must not make the suggested command send another file.
    """
    name = f"{part.get('sha256')}{EXTENSIONS.get(str(part.get('media_type')), '')}"
    return name if _KEPT.fullmatch(name) else ""


def master_in(run: Run, picture: str) -> str:
    """Return the picture as the model sent it, of one that was made here of it."""
    return next((made.source for made in run.fields.derived if made.file == picture), picture)


def said(values: Mapping[str, Any]) -> str:
    """Return what a refinement was asked to change, with the exact words it was to set."""
    change, lettering = values.get("change"), values.get("lettering")
    return f"{change}: {quoted(lettering)}" if change and isinstance(lettering, str) else str(change or "")


def values_of(run: Run) -> dict[str, Any]:
    """Return the values that made a run's pictures."""
    return dict(run.fields.values)


def texts(value: Any) -> list[str]:
    """Return the words of a recorded list; a record may have been edited."""
    return [text for text in value if isinstance(text, str) and text.strip()] if isinstance(value, list) else []


def short(path: Path) -> str:
    """Return a path as people type it here."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _in_run(path: Path, root: Path) -> Path | None:
    """Return the picture that is named by its run and file name, such as ``sticker-7f3a/02.jpg``."""
    try:
        run = open_run(path.parent, root) if path.parent.name else None
    except (InputError, NotFoundError):
        return None
    if run is None:
        return None
    return next((picture for picture in (*run.pictures, *made_here(run)) if picture.name == path.name), None)


def _put_back(picture: Path, run: Run) -> Path:
    """Return the composite that was made here of a picture, or the picture where there is none."""
    made = [made.file for made in run.fields.derived if made.source == picture.name and made.kind == "composite"]
    return next((path for path in made_here(run) if path.name in made), picture)


def _no_file(path: Path) -> NoReturn:
    near = sorted(file.name for file in path.parent.iterdir()) if path.parent.is_dir() else []
    raise InputError(f"{path}: there is no such picture. {did_you_mean(path.name, near)}".strip())
