"""Reads and adds to the file of a run's reviews."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.record.reviews.schema import Review
from prompt_kit.record.runs.reading import ENCODING, MAX_BYTES, one_line, parsed
from prompt_kit.support import files

if TYPE_CHECKING:
    from pathlib import Path

REVIEWS: Final = "reviews.jsonl"
"""The name of the file, in a run's folder."""


def reviews_in(folder: Path) -> tuple[Review, ...]:
    """Return all reviews of a run's pictures, the oldest first.

    Raises:
        InputError: When the file is damaged or cannot be read.
    """
    path, run = folder / REVIEWS, f"{folder.parent.name}/{folder.name}"
    if not path.exists():
        return ()
    lines = filter(None, map(_plain, files.read_file(path, MAX_BYTES).split(b"\n")))
    return tuple(parsed(Review, line | {"run": run}, path) for line in lines)


def add(folder: Path, review: Review) -> None:
    """Add a review; on return it is on the disk.

    Raises:
        WorkspaceError: When it cannot be written.
    """
    path = folder / REVIEWS
    line = one_line(review.model_dump(mode="json", by_alias=True, exclude={"run"})).encode(*ENCODING)
    with files.os_errors_as_workspace_errors(path):
        # All of it in one call at the end of the file, so that two people can review at the same time.
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        try:
            size = os.fstat(handle).st_size
            if not size:
                files.sync_folder(folder)
            files.write_all(handle, (b"\n" if _is_cut_short(handle, size) else b"") + line + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)


def _is_cut_short(handle: int, size: int) -> bool:
    """Return whether the last line has no end, as after a power cut or on a full disk."""
    if not size:
        return False
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1) != b"\n"


def _plain(line: bytes) -> dict[str, Any] | None:
    """Return a line as plain data; ``None`` when it was not written to its end, and so was never reported as saved."""
    try:
        content = json.loads(line)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
