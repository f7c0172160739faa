"""Finds the picture of a run that a file elsewhere is a copy of, by its content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_kit.errors import WorkspaceError
from prompt_kit.images import EXTENSIONS
from prompt_kit.record.index.database import is_kept, opened
from prompt_kit.record.index.scanning import refresh
from prompt_kit.record.runs.listing import folders
from prompt_kit.support import files
from prompt_kit.support.hashing import hash_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def original_of(copy: Path, root: Path) -> Path | None:
    """Return the picture below the folder of all runs with the same content as a file; ``None`` when there is none.

    Where several runs have it, as when one was repeated with the same seed, it is the run that the name of the copy
    begins with, else the newest one. The index of the runs knows the hashes of the pictures; where it cannot be kept
    in a file, every run is looked through.

    Raises:
        WorkspaceError: When the copy or the folder of runs cannot be read.
    """
    with files.os_errors_as_workspace_errors(copy):
        if not copy.is_file():
            return None
        sha256 = hash_of(copy)
    indexed = _indexed(root, sha256) if is_kept(root) else None
    if indexed is None:
        return _same(copy, sha256, (picture for folder in folders(root) for picture in _pictures(folder)))
    recorded, further = indexed
    return _same(copy, sha256, recorded) or _same(copy, sha256, further)


def _indexed(root: Path, sha256: str) -> tuple[list[Path], list[Path]] | None:
    """Return the pictures with this hash, and those whose hash is in no record, the newest first.

    What was made here from a picture has no hash in a record. ``None`` when the index cannot be used now.
    """
    query = "SELECT run, name FROM pictures WHERE sha256 = ? ORDER BY at DESC, run DESC, name"
    try:
        with opened(root) as connection:
            refresh(connection, root)
            rows = [connection.execute(query, (hashed,)).fetchall() for hashed in (sha256, "")]
    except WorkspaceError:
        return None
    recorded, further = ([root / run / name for run, name in several] for several in rows)
    return recorded, further


def _same(copy: Path, sha256: str, pictures: Iterable[Path]) -> Path | None:
    """Return the first of these pictures with the content of a copy; those of the run it is named after come first."""
    with files.os_errors_as_workspace_errors(copy):
        size = copy.stat().st_size
        same_size = [path for path in pictures if _is_plain(path) and path.stat().st_size == size]
        same_size.sort(key=lambda picture: not copy.name.startswith(f"{picture.parent.name}-"))
        return next((path for path in same_size if hash_of(path) == sha256), None)


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _pictures(folder: Path) -> Iterator[Path]:
    """Yield the pictures of a run, and what was made here from them."""
    suffixes = {*EXTENSIONS.values(), ".bin"}
    with files.os_errors_as_workspace_errors(folder):
        for path in folder.iterdir():
            if path.suffix in suffixes and path.stem.partition("-")[0].isdecimal():
                yield path
