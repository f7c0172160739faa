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


LOOK_S: Final = 2.0
"""How long to wait for a process that may only be looking at a run, in seconds; a look takes some thousandths."""


def hold(path: Path, *, wait_s: float = 0.0) -> FileLock:
    """Return the lock of a run's folder, taken.

    Args:
        path: The folder.
        wait_s: How long to wait for another process that has it, in seconds.

    Raises:
        BusyError: When another process has it.
    """
    lock = locks.hold(path / _LOCK, wait_s=wait_s)
    if lock is None:
        raise BusyError(f"{path}: another process works on this run. Wait for it, or start anew.")
    return lock


def is_held(path: Path) -> bool:
    """Return whether a process works on a run, or was ended while it did; nothing is written."""
    return (path / _LOCK).exists()
