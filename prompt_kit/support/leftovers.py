"""Removes what killed processes left half written."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from prompt_kit.support import files

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST_WRITE_S: Final = 3600.0
"""After so many seconds nobody is still writing a file."""


def remove_parts(folder: Path, *, shared: bool = False) -> None:
    """Remove what killed processes left half written in a folder.

    Args:
        folder: The folder. What belongs to this process is kept, because another of its threads may be writing.
        shared: Whether other processes may write there now: what is younger than an hour may be theirs, and is kept.

    Raises:
        WorkspaceError: When the folder cannot be read.
    """
    for path in files.listed(folder):
        own = path.name.startswith(f".{os.getpid()}-")
        if path.suffix == files.PART and path.name.startswith(".") and not own:
            with suppress(OSError):
                if not shared or _old(path):
                    path.unlink()


def remove_folders(folder: Path) -> None:
    """Remove the folders that killed processes left half made in a folder that is there for nothing else.

    Raises:
        WorkspaceError: When the folder cannot be read.
    """
    for path in files.listed(folder):
        with suppress(OSError):
            if _old(path):
                shutil.rmtree(path)


def _old(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > _LONGEST_WRITE_S
