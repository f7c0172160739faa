"""Which run each run refines, kept in one file so that a tree of refinements is found without opening every record.

The file only saves time: it is made anew when it is missing or damaged, and may be deleted.
"""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import InputError, WorkspaceError
from prompt_kit.record.runs.listing import days_of, folders_of
from prompt_kit.record.runs.reading import read_record
from prompt_kit.record.runs.schema import RECORD
from prompt_kit.support import files

if TYPE_CHECKING:
    from pathlib import Path

INDEX: Final = ".lineage.json"
"""The name of the file, among the runs."""

_VERSION: Final = 1
_LARGEST: Final = 256_000_000
"""Largest index that is read, in bytes."""

_SETTLED_NS: Final = 2_000_000_000
"""How long ago a day's folder must have changed until its time is trusted: some file systems count whole seconds."""

_ID = re.compile(r"\d{4}-\d{2}-\d{2}/[a-z0-9-]+")
_NAME = re.compile(r"(?!\.)[^/\\\0]+")
"""The name of a run's folder; it cannot lead to another place."""

# A record names its parent near its beginning, at the indentation of its top-level keys.
_PARENT = re.compile(rb'^  "parent": (?:null|"([^"\\]*)"),$', re.MULTILINE)
_HEAD: Final = 2_000
"""How much of a record is read to find its parent, in bytes."""


def parents_of_all(root: Path) -> dict[str, str]:
    """Return the id of each run with that of the run it refines; empty for those that refine nothing.

    Only days whose folder has changed are looked through, and of these only the runs that are not in the index.

    Raises:
        WorkspaceError: When the folder of runs cannot be read.
    """
    path = root / INDEX
    before = _read(path)
    after = {day.name: _day(day, before.get(day.name)) for day in days_of(root)}
    if after != before:
        # Whoever may only read the runs reads records each time.
        with suppress(WorkspaceError):
            files.replace(path, json.dumps({"version": _VERSION, "days": after}).encode())
    return {f"{day}/{name}": parent for day, (_, runs) in after.items() for name, parent in runs.items()}


def parent_of(value: object) -> str:
    """Return the value of a record's ``parent`` if it is the id of a run, else an empty string."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _day(day: Path, indexed: Any) -> list[Any]:
    """Return when a day's folder has changed, and its runs with their parents; 0 when it must be looked through."""
    with files.os_errors_as_workspace_errors(day):
        changed = day.stat().st_mtime_ns
    if _fits(indexed):
        if indexed[0] == changed:
            return [changed, indexed[1]]
        there = indexed[1]
    else:
        there = {}
    names = {folder.name: folder for folder in folders_of(day)}
    parents = {name: there[name] if name in there else _parent_in(folder) for name, folder in names.items()}
    readable = {name: parent for name, parent in parents.items() if parent is not None}
    settled = len(readable) == len(parents) and time.time_ns() - changed > _SETTLED_NS
    return [changed if settled else 0, readable]


def _read(path: Path) -> dict[str, Any]:
    """Return the days of the index; none when it cannot be used."""
    try:
        content = json.loads(path.read_bytes()) if path.stat().st_size <= _LARGEST else None
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(content, dict) or content.get("version") != _VERSION:
        return {}
    days = content.get("days")
    return days if isinstance(days, dict) else {}


def _fits(indexed: object) -> bool:
    """Return whether a day of the index is as it was written here."""
    match indexed:
        case [int(), dict(runs)]:
            return all(_NAME.fullmatch(name) and parent in ("", parent_of(parent)) for name, parent in runs.items())
    return False


def _parent_in(folder: Path) -> str | None:
    """Return the parent that a run's record names; ``None`` when it cannot be read (yet)."""
    path = folder / RECORD
    try:
        with path.open("rb") as file:
            match = _PARENT.search(file.read(_HEAD))
        if match:
            return parent_of((match[1] or b"").decode())
        return parent_of(read_record(path).get("parent"))
    except (InputError, OSError, UnicodeDecodeError):
        return None
