"""Locks a folder, so that no other process works there at the same time."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from prompt_kit.errors import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Iterator


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


@contextmanager
def waited(file: Path, seconds: float = 10) -> Iterator[None]:
    """Hold the lock of this name for a short step, after those who have it; its file stays.

    Raises:
        WorkspaceError: When somebody holds it for longer than that, or no lock can be made there.
    """
    try:
        with FileLock(file, timeout=seconds, thread_local=False):
            yield
    except Timeout as error:
        raise WorkspaceError(f"{file}: another process has held this for {seconds:.0f} s. Try again.") from error
    except OSError as error:
        raise WorkspaceError(f"{file.parent}: this folder cannot be locked ({error.strerror}).") from error


def release(lock: FileLock) -> None:
    """Release a lock and remove its file; nothing happens to a lock that was released before."""
    if lock.is_locked:
        with suppress(OSError):
            Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()
