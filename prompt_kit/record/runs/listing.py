"""Lists all runs, and opens one of them by its path or id."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prompt_kit.errors import InputError, NotFoundError
from prompt_kit.images import EXTENSIONS
from prompt_kit.record.runs.reading import id_of, parsed, read_run, run_record
from prompt_kit.record.runs.schema import RECORD, RunRecord, RunState
from prompt_kit.support import files
from prompt_kit.support.text import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_RUN = re.compile(r"(?:\d{4}-\d{2}-\d{2}/)?[a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One line of the list of runs."""

    id: str
    """Day and name, such as ``2026-11-21/sticker-7f3a``."""
    folder: Path
    state: RunState
    recipe: str = ""
    subject: str = ""
    """The beginning of what was filled in first."""
    generator: str = ""
    started: datetime | None = None
    parent: str = ""
    """The id of the run that it refines."""
    pictures: int = 0
    cost: Decimal | None = None
    """In US dollars; ``None`` is unknown."""
    damage: str = ""
    """What is wrong with its record, as a whole sentence."""
    person: str = ""
    """For whom it was made; empty when nobody is named."""
    first: Path | None = None
    """Its first picture."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run, as it is on disk."""

    summary: RunSummary
    record: Mapping[str, Any] = field(repr=False, compare=False)
    """The content of ``run.json`` and its journal as plain data."""
    pictures: tuple[Path, ...]
    sidecars: tuple[Path, ...]
    fields: RunRecord = field(repr=False, compare=False)
    """The same, validated."""


def runs(root: Path) -> Iterator[RunSummary]:
    """Yield every run below ``root``, the newest first; damaged ones have that state, and are not changed.

    Raises:
        WorkspaceError: When the folder cannot be read.
    """
    for day in days_of(root):
        summaries = [summary(folder) for folder in folders_of(day) if _holds_something(folder)]
        never = datetime.min.replace(tzinfo=UTC)
        yield from sorted(summaries, key=lambda run: (run.started or never, run.id), reverse=True)


def folders(root: Path) -> Iterator[Path]:
    """Yield the folder of every run below ``root``, the newest day first.

    Raises:
        WorkspaceError: When the folder cannot be read.
    """
    for day in days_of(root):
        yield from folders_of(day)


def open_run(where: str | Path, root: Path) -> Run:
    """Return the run of a folder, of a picture or sidecar in it, or of an id such as ``sticker-7f3a``.

    Raises:
        NotFoundError: When there is no such run.
        InputError: When its record is damaged, or the id fits several runs.
    """
    folder = folder_of(where, root)
    record = read_run(folder)
    fields = parsed(RunRecord, record, folder / RECORD)
    pictures = pictures_in(folder)
    sidecars = tuple(path.with_suffix(".json") for path in pictures if path.with_suffix(".json").is_file())
    return Run(summary_of(folder, fields), record, pictures, sidecars, fields)


def folder_of(where: str | Path, root: Path) -> Path:
    """Return the folder of a run, by a path or an id, as `open_run` takes them."""
    path, name = Path(where), str(where)
    with files.os_errors_as_workspace_errors(path):
        path = path.parent if path.is_file() else path
        if (path / RECORD).is_file():
            return path.absolute()
        if path.exists() and name != path.name:
            raise InputError(f"{where}: this belongs to no run; there is no {RECORD} beside it.")
    days = days_of(root) if _RUN.fullmatch(name) else []
    wanted = [day / path.name for day in days if name in {path.name, f"{day.name}/{path.name}"}]
    matches = [folder for folder in wanted if folder.is_dir() and not folder.is_symlink()]
    if len(matches) > 1:
        ids = " or ".join(f"'{id_of(folder)}'" for folder in matches)
        raise InputError(f"There are {len(matches)} runs named '{name}'. Use {ids}.")
    if not matches:
        raise NotFoundError("run", name, _names(days), way_out="'prompt-kit runs list -n 100' says which there are.")
    return matches[0]


def _names(days: Sequence[Path]) -> list[str]:
    """Return the names of runs that a message may offer: those of the last seven days."""
    return [folder.name for day in days[:7] for folder in day.iterdir()]


def days_of(root: Path) -> list[Path]:
    """Return the folders of days, the newest first.

    Raises:
        WorkspaceError: When the folder of runs cannot be read.
    """
    with files.os_errors_as_workspace_errors(root):
        entries = list(root.iterdir()) if root.exists() else []
    days = [day for day in entries if _DAY.fullmatch(day.name) and day.is_dir() and not day.is_symlink()]
    return sorted(days, reverse=True)


def folders_of(day: Path) -> list[Path]:
    """Return the folders of a day's runs.

    Raises:
        WorkspaceError: When the folder cannot be read.
    """
    with files.os_errors_as_workspace_errors(day):
        return [folder for folder in day.iterdir() if folder.is_dir() and not folder.is_symlink()]


def _holds_something(folder: Path) -> bool:
    return any(folder.glob("[!.]*"))


def pictures_in(folder: Path) -> tuple[Path, ...]:
    """Return the pictures of a run in the order in which they were made."""
    suffixes = {*EXTENSIONS.values(), ".bin"}
    with files.os_errors_as_workspace_errors(folder):
        paths = [path for path in folder.iterdir() if path.stem.isdecimal() and path.suffix in suffixes]
        paths = [path for path in paths if not path.is_symlink()]
    return tuple(sorted(paths, key=lambda path: int(path.stem)))


def summary(folder: Path) -> RunSummary:
    """Return one line of the list of runs; a damaged run has the state ``damaged`` and the reason."""
    try:
        return summary_of(folder, run_record(folder))
    except InputError as error:
        return RunSummary(id_of(folder), folder, "damaged", damage=str(error))


def summary_of(folder: Path, record: RunRecord) -> RunSummary:
    """Return one line of the list of runs, as a record says it."""
    pictures = pictures_in(folder)
    return RunSummary(
        id=id_of(folder),
        folder=folder,
        state=record.state,
        recipe=record.recipe,
        subject=shortened(subject_of(record)),
        generator=record.generator,
        started=record.started.astimezone(),
        parent=record.parent or "",
        pictures=len(pictures),
        cost=record.cost,
        person=record.person,
        first=pictures[0] if pictures else None,
    )


def subject_of(record: RunRecord) -> str:
    """Return what a run is about, on one line: the change that was asked for, its subject, or the first words in it.

    A value of a single word is as often a choice, such as ``swap``, and says little, as does the name of a language;
    they count where nothing else does.
    """
    slots = {part.get("reference") or part.get("mask") for turn in record.turns for part in turn.get("parts", ())}
    texts = {name: _first_text(value) for name, value in record.values.items() if value and name not in slots}
    refined = record.parent or next(iter(texts), "") == "change"
    named = texts.get("change", "") if refined else ""
    several = {name: text for name, text in texts.items() if " " in text and "language" not in name}
    shown = texts.get("subject") or several.get("new_look")  # what is replaced is no longer there
    return named or shown or next(iter(several.values()), "") or next(iter(texts.values()), "")


def _first_text(value: Any) -> str:
    entry = value[0] if isinstance(value, list | tuple) else value
    return " ".join(str(entry).split())
