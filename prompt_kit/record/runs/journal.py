"""The journal beside ``run.json``: one line for each request that was answered since that was written.

So saving a picture costs the same however many there are. Readers take both files together. A line is written before
the pictures it names and put on the disk after them: if its process is killed in between, the line says to which
request the pictures belong, and which of them are missing.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from prompt_kit.outcome import Status
from prompt_kit.support import files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

JOURNAL: Final = "run.jsonl"

CUT_SHORT: Final = "This was not saved to its end; pictures, words or marks of the answer may be missing."
"""The warning of an answer that is not there as it came."""

Line: TypeAlias = dict[str, Any]
"""A line as plain data: a request with its answer, or ``derived`` with what was made here from a picture."""


class Journal:
    """The journal of a run that is going on, open for adding lines."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / JOURNAL
        self._handle: int | None = None

    def add(self, line: bytes) -> int:
        """Add a line, which is on the disk after the next `sync`; return where it begins.

        Raises:
            WorkspaceError: When it cannot be written; the journal is as it was.
        """
        with files.os_errors_as_workspace_errors(self.path):
            handle = self._opened()
            begin = os.lseek(handle, 0, os.SEEK_END)
            try:
                files.write_all(handle, line + b"\n")
            except OSError:
                with suppress(OSError):
                    os.ftruncate(handle, begin)
                raise
        return begin

    def cut(self, begin: int) -> None:
        """Take away the last line, which begins there; when that is not possible, readers see what it lacks."""
        with suppress(OSError):
            os.ftruncate(self._opened(), begin)

    def sync(self) -> None:
        """Put all lines on the disk.

        Raises:
            WorkspaceError: When the disk reports an error.
        """
        with files.os_errors_as_workspace_errors(self.path):
            os.fsync(self._opened())

    def close(self) -> None:
        """Close the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def remove(self) -> None:
        """Remove the journal, whose lines are in ``run.json`` now; a new one begins with the next line."""
        self.close()
        with files.os_errors_as_workspace_errors(self.path):
            self.path.unlink(missing_ok=True)

    def _opened(self) -> int:
        if self._handle is None:
            is_new = not self.path.exists()
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
            self._handle = os.open(self.path, flags, 0o666)
            if is_new:
                files.sync_folder(self.path.parent)
            else:
                _cut_torn_end(self._handle)
        return self._handle


def lines(data: bytes) -> list[Line]:
    """Return the lines of a journal; an end that was torn, as by a power cut, is left out.

    Raises:
        ValueError: When a line before others is damaged.
    """
    read: list[Line] = []
    torn = 0
    for number, text in enumerate(data.split(b"\n"), 1):
        try:
            line = json.loads(text) if text else None
        except (ValueError, RecursionError):
            line = None
        if not isinstance(line, dict):
            torn = torn or (number if text else 0)
        elif torn:
            raise ValueError(f"line {torn} cannot be read")
        else:
            read.append(line)
    return read


def joined(record: dict[str, Any], added: Sequence[Line], folder: Path) -> dict[str, Any]:
    """Return a record's plain data together with the lines of its journal.

    A request is there once, even if it stands in both; one that was taken for lost is not, where its answer is there.
    """
    requests, derived = record.get("requests"), record.get("derived", [])
    if not added or not isinstance(requests, list) or not isinstance(derived, list):
        return record
    by_key = {_key(request): request for request in requests}
    made = {_name(entry): entry for entry in derived}
    for line in added:
        if "derived" in line:
            made[_name(line["derived"])] = line["derived"]
        elif (whole := _with_what_is_there(line, folder)) is not None:
            by_key.setdefault(_key(whole), whole)
    answered = {_place(request) for request in by_key.values() if not _is_lost(request)}
    kept = [request for request in by_key.values() if not (_is_lost(request) and _place(request) in answered)]
    return record | {"requests": kept, "derived": [*made.values()]}


def lacks_pictures(added: Sequence[Line], folder: Path) -> bool:
    """Return whether a line names a picture that was not saved; a later one may get its name."""
    return any(_with_what_is_there(line, folder) is not line for line in added)


def _with_what_is_there(line: Line, folder: Path) -> Line | None:
    """Return a request with those of its pictures that were saved; ``None`` when it had some and none was."""
    names = line.get("pictures")
    answer = line.get("answer")
    if not isinstance(names, list) or not isinstance(answer, dict):
        return line
    there = [at for at, name in enumerate(names) if isinstance(name, str) and (folder / name).is_file()]
    if len(there) == len(names):
        return line
    if not there:
        return None
    saved = [names[at] for at in there]
    hashes = line.get("sha256", [])
    pieces = [piece for piece in answer.get("pieces", []) if piece.get("picture") in {None, *saved}]
    answer = answer | {"pieces": pieces, "warnings": [*answer.get("warnings", []), CUT_SHORT]}
    return line | {"pictures": saved, "sha256": [hashes[at] for at in there if at < len(hashes)], "answer": answer}


def _key(request: Any) -> str:
    """Return what a request is recognised by: all that was asked, and the names of its pictures."""
    if not isinstance(request, dict):
        return json.dumps(request, default=str)
    return json.dumps([request.get("request"), request.get("pictures")], sort_keys=True, default=str)


def _place(request: Any) -> str:
    """Return which request of which repetition it is, with its number in the ledger."""
    asked = request.get("request") if isinstance(request, dict) else None
    return json.dumps(
        [asked.get(name) for name in ("entry", "turn", "take")] if isinstance(asked, dict) else asked, default=str
    )


def _name(derived: Any) -> object:
    return json.dumps(derived.get("file")) if isinstance(derived, dict) else json.dumps(derived)


def _is_lost(request: Any) -> bool:
    answer = request.get("answer") if isinstance(request, dict) else None
    return isinstance(answer, dict) and answer.get("status") == Status.CANCELLED


def _cut_torn_end(handle: int) -> None:
    """Cut off what a killed process left of a line, so that the next one begins on a line of its own."""
    size = os.lseek(handle, 0, os.SEEK_END)
    data = b""
    at = size
    while at and b"\n" not in data:
        step = min(at, 65_536)
        at -= step
        os.lseek(handle, at, os.SEEK_SET)
        data = os.read(handle, step) + data
    end = at + data.rfind(b"\n") + 1
    if end < size:
        os.ftruncate(handle, end)
