"""Locks a folder, so that no other process works there at the same time."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from prompt_kit.errors import WorkspaceError


def hold(file: Path, *, wait_s: float = 0.0) -> FileLock | None:
    """Return the lock of this name, taken; ``None`` when another process has it.

    It belongs to all threads of this process: several may work in the folder, and an event loop that is stopped from
    outside releases it from another thread than the one that took it.

    Args:
        file: The file of the lock.
        wait_s: How long to wait for another process that has it, in seconds.

    Raises:
        WorkspaceError: When no lock can be made there.
    """
    lock = FileLock(file, thread_local=False)
    try:
        lock.acquire(timeout=wait_s, poll_interval=0.02)
    except Timeout:
        return None
    except OSError as error:
        raise WorkspaceError(f"{file.parent}: this folder cannot be locked ({error.strerror}).") from error
    return lock


def release(lock: FileLock) -> None:
    """Release a lock and remove its file; nothing happens to a lock that was released before."""
    if lock.is_locked:
        with suppress(OSError):
            Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()
