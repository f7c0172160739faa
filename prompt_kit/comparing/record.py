"""The folder of a comparison: which runs belong to it, so that it can go on, and its sheet.

``runs/comparisons/2026-11-21-sticker-7f3a/`` holds ``compare.json`` and ``sheet.html``. The pictures are where those of
all runs are; a comparison is none itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict

from prompt_kit.errors import InputError, WorkspaceError
from prompt_kit.record.preparing import new_folder
from prompt_kit.record.runs.reading import parsed, read_record, to_json, tool
from prompt_kit.record.runs.schema import SCHEMA, Dollars, Words, moment
from prompt_kit.support import files, locks
from prompt_kit.support.leftovers import remove_parts
from prompt_kit.support.money import from_record, recorded
from prompt_kit.work.reporting import unreported

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from datetime import datetime
    from decimal import Decimal
    from pathlib import Path

    from prompt_kit.comparing.cells import Cell, Table

FOLDER: Final = "comparisons"
RECORD: Final = "compare.json"
SHEET: Final = "sheet.html"
_LOCK: Final = ".lock"

State: TypeAlias = Literal["started", "waiting", "stopped", "failed", "done"]
"""``started`` is also what a comparison stays whose process was killed; ``waiting`` is one whose cells are in jobs."""


class CellRecord(BaseModel):
    """What a comparison's record says of one cell, as far as going on with it needs."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    runs: tuple[Words, ...]
    """The ids of its runs, in the order in which they began."""
    estimate: Dollars | None = None
    """In US dollars; ``None`` is unknown."""


class ComparisonRecord(BaseModel):
    """What a comparison's record says, as far as going on with it needs."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    key: Words
    """The key of what was compared; equal for equal comparisons."""
    state: State
    cells: tuple[CellRecord, ...]


class ComparisonFolder:
    """The folder of a comparison that is going on; nothing else writes there."""

    def __init__(self, path: Path, record: dict[str, Any]) -> None:
        self.path, self._record = path, record
        lock = locks.hold(path / _LOCK)
        if lock is None:
            raise WorkspaceError(f"{path}: another process makes this comparison. Wait for it.")
        self._lock = lock
        remove_parts(path)

    @classmethod
    def begin(cls, root: Path, table: Table, *, now: datetime) -> Self:
        """Make a new folder below the folder of all runs.

        Raises:
            WorkspaceError: When it cannot be written.
        """
        record = {
            "schema": SCHEMA,
            "tool": tool(),
            "comparison": "",
            "key": table.key,
            "state": "started",
            "started": moment(now),
            "ended": None,
            "recipe": table.given.recipe.name,
            "count": table.given.count,
            "axes": [{"name": axis.name, "values": [value.key for value in axis.values]} for axis in table.axes],
            "estimate": recorded(table.estimate),
            "cells": [_plain(cell) for cell in table.cells],
        }

        def content(path: str) -> bytes:
            record["comparison"] = path.rpartition("/")[2]
            return to_json(record)

        name = f"{FOLDER}/{now:%Y-%m-%d}-{files.token(table.given.recipe.name)}"
        return cls(new_folder(root, name, RECORD, content), record)

    @classmethod
    def reopen(cls, path: Path) -> Self:
        """Go on with a comparison that was left unfinished.

        Raises:
            InputError: When its record is damaged; nothing is changed in it.
            WorkspaceError: When another process works on it.
        """
        record = read_record(path / RECORD)
        parsed(ComparisonRecord, record, path / RECORD)
        return cls(path, record)

    def runs(self, cell: Cell) -> list[str]:
        """Return the ids of a cell's runs, in the order in which they began."""
        return list(self._record["cells"][cell.number]["runs"])

    def note(self, cell: Cell, run: str) -> None:
        """Write down that a run belongs to a cell, and at which price it is made.

        Raises:
            WorkspaceError: When it cannot be written.
        """
        entry = self._record["cells"][cell.number]
        entry["estimate"] = recorded(cell.price)
        if run not in entry["runs"]:
            entry["runs"].append(run)
        self._write()

    def as_priced(self, table: Table, numbers: Container[int]) -> Table:
        """Return the table with some of its cells at the prices at which they were made."""
        return replace(
            table,
            cells=tuple(
                replace(cell, price=self._price(cell)) if cell.number in numbers else cell for cell in table.cells
            ),
        )

    def _price(self, cell: Cell) -> Decimal | None:
        return from_record(self._record["cells"][cell.number].get("estimate"))

    def finish(self, state: State, *, now: datetime) -> None:
        """Write down how it ended, and let others work on it.

        Raises:
            WorkspaceError: When it cannot be written.
        """
        self._record |= {"state": state, "ended": moment(now)}
        try:
            self._write()
        finally:
            self.close()

    def close(self) -> None:
        """Let other processes work on it."""
        locks.release(self._lock)

    def _write(self) -> None:
        files.replace(self.path / RECORD, to_json(self._record))


def unfinished(root: Path, table: Table, warnings: list[str]) -> Path | None:
    """Return the folder of the last comparison that asks the same and was left unfinished.

    Damaged records are passed over, with a warning.
    """
    for path in _folders(root, files.token(table.given.recipe.name)):
        try:
            record = parsed(ComparisonRecord, read_record(path / RECORD), path / RECORD)
        except InputError as error:
            warnings.append(str(error))
        else:
            if record.key == table.key and len(record.cells) == len(table.cells):
                return path if record.state != "done" or unreported(path) else None
    return None


def _folders(root: Path, name: str) -> Iterator[Path]:
    """Yield the folders of a recipe's comparisons, the newest day first."""
    folder = root / FOLDER
    with files.os_errors_as_workspace_errors(folder):
        paths = [path for path in folder.iterdir() if (path / RECORD).is_file()] if folder.is_dir() else []
    wanted = [path for path in paths if path.name[len("2026-11-21-") :].rpartition("-")[0] == name]
    yield from sorted(wanted, key=lambda path: (path / RECORD).stat().st_mtime, reverse=True)


def _plain(cell: Cell) -> dict[str, Any]:
    plan = cell.plan
    return {
        "cell": cell.name,
        "generator": plan.generator if plan else None,
        "model": plan.model.id if plan else None,
        "prompt_fingerprint": plan.prompt.fingerprint if plan else None,
        "estimate": recorded(cell.price),
        "refusals": list(cell.refusals),
        "same_as": cell.same_as,
        "runs": [],
    }
