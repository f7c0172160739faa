"""Hashes files."""

from __future__ import annotations

import hashlib
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from prompt_kit.support import files

if TYPE_CHECKING:
    from pathlib import Path


_SETTLED_S: Final = 2.0
"""A file that has been as it is for so many seconds has another time of change once somebody changes it."""


def hash_of_settled(path: Path) -> str:
    """Return the same as `hash_of`, without reading a file again that has stayed as it was.

    Raises:
        WorkspaceError: When it cannot be read.
    """
    with files.os_errors_as_workspace_errors(path):
        now = path.stat()
    if time.time() - now.st_ctime < _SETTLED_S:
        return hash_of(path)
    return _settled(path, now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns)


@lru_cache(10_000)
def _settled(path: Path, *state: int) -> str:
    del state
    return hash_of(path)


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as lower-case hex.

    Raises:
        WorkspaceError: When it cannot be read.
    """
    with files.os_errors_as_workspace_errors(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
