"""Knows which work ended well without anybody having the result: its process was killed just then.

What was made has a mark in its folder until whoever asked for it has the result. Where the mark is left and the process
is gone, the same order goes on with that run or comparison, which has everything, and nothing is paid.
"""

from __future__ import annotations

import json
import os
import socket
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from prompt_kit.support import files
from prompt_kit.support.calls import waited

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Iterator
    from pathlib import Path

T = TypeVar("T")

_MARK: Final = ".unreported"

_LATER: ContextVar[list[Path] | None] = ContextVar("prompt_kit_later", default=None)
"""The runs whose marks go when the block ends that is being run; ``None`` outside of any."""


@contextmanager
def reporting() -> Iterator[None]:
    """Say that results are handed on at the end of this block, and not before."""
    if _LATER.get() is not None:
        yield
        return
    folders: list[Path] = []
    token = _LATER.set(folders)
    try:
        yield
    finally:
        _LATER.reset(token)
        _remove_marks(folders)


def waited_for(twin: str, begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Return what an async twin returns; until everything is closed, its results count as handed on to nobody."""
    with reporting():
        return waited(twin, begin)


def mark(folder: Path) -> None:
    """Note that nobody has yet the result of what this process makes in a folder.

    Raises:
        WorkspaceError: When it cannot be written.
    """
    mine = {"pid": os.getpid(), "host": socket.gethostname(), "at": datetime.now(UTC).isoformat()}
    files.replace(folder / _MARK, json.dumps(mine).encode(), durable="nothing")


def reported(folders: Iterable[Path]) -> None:
    """Note that whoever asked for these runs has their results, or will have at the end of the block `reporting`."""
    later = _LATER.get()
    if later is None:
        _remove_marks(folders)
    else:
        later.extend(folders)


def unreported(folder: Path) -> bool:
    """Return whether what was made in a folder ended, and its process did before anybody could have the result."""
    try:
        marked = json.loads((folder / _MARK).read_bytes())
    except OSError:
        return False
    except ValueError:  # after a power cut
        return True
    from prompt_kit.record.ledger.processes import alive  # loads the database's library

    pid, host, at = (marked.get(name) if isinstance(marked, dict) else None for name in ("pid", "host", "at"))
    if not (isinstance(pid, int) and isinstance(host, str) and isinstance(at, str)):
        return True
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return True
    return host != socket.gethostname() or not alive(pid, moment)


def _remove_marks(folders: Iterable[Path]) -> None:
    for folder in folders:
        with suppress(OSError):  # then the same order gets the same pictures once more
            (folder / _MARK).unlink(missing_ok=True)
