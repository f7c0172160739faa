"""Lets one process at a time work on a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prompt_kit.errors import WorkspaceError
from prompt_kit.support import locks

if TYPE_CHECKING:
    from pathlib import Path

    from filelock import FileLock

_LOCK: Final = ".lock"


class BusyError(WorkspaceError):
    """Another process works on the run."""


def hold(path: Path) -> FileLock:
    """Return the lock of a run's folder, taken.

    Raises:
        BusyError: When another process has it.
    """
    lock = locks.hold(path / _LOCK)
    if lock is None:
        raise BusyError(f"{path}: another process works on this run. Wait for it, or start anew.")
    return lock


def is_held(path: Path) -> bool:
    """Return whether a process works on a run, or was ended while it did; nothing is written."""
    return (path / _LOCK).exists()
