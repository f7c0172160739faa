"""Finds the picture of a run that a file elsewhere is a copy of, by its content."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from prompt_kit.images import EXTENSIONS
from prompt_kit.record.runs.listing import folders
from prompt_kit.support import files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def original_of(copy: Path, root: Path) -> Path | None:
    """Return the picture below the folder of all runs with the same content as a file; ``None`` when there is none.

    Where several runs have it, as when one was repeated with the same seed, it is the run that the name of the copy
    begins with, else the newest day's.

    Raises:
        WorkspaceError: When the copy or the folder of runs cannot be read.
    """
    with files.os_errors_as_workspace_errors(copy):
        if not copy.is_file():
            return None
        size = copy.stat().st_size
    same_size = [picture for folder in folders(root) for picture in _pictures(folder) if picture.stat().st_size == size]
    if not same_size:
        return None
    with files.os_errors_as_workspace_errors(copy):
        sha256 = hashlib.sha256(copy.read_bytes()).digest()
        same_size.sort(key=lambda picture: not copy.name.startswith(f"{picture.parent.name}-"))
        return next((path for path in same_size if hashlib.sha256(path.read_bytes()).digest() == sha256), None)


def _pictures(folder: Path) -> Iterator[Path]:
    """Yield the pictures of a run, and what was made here from them."""
    suffixes = {*EXTENSIONS.values(), ".bin"}
    with files.os_errors_as_workspace_errors(folder):
        for path in folder.iterdir():
            if path.suffix in suffixes and path.stem.partition("-")[0].isdecimal() and not path.is_symlink():
                yield path
