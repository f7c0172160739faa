"""Keeps the pictures that prompts refer to: each of them once for all runs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from prompt_kit.images import EXTENSIONS
from prompt_kit.record.runs.schema import REFERENCES, KeptReference
from prompt_kit.support import files
from prompt_kit.support.leftovers import remove_parts

if TYPE_CHECKING:
    from prompt_kit.images import Image


def keep_reference(root: Path, image: Image) -> KeptReference:
    """Keep the picture below the folder of all runs, unless it is there; return what a record says of it.

    Raises:
        InputError: When the picture is gone or has changed.
        WorkspaceError: When it cannot be written.
    """
    data = image.read()
    path = files.inside(root, f"{REFERENCES}/{image.sha256}{EXTENSIONS[image.media_type]}")
    files.make_folder(path.parent)
    with files.os_errors_as_workspace_errors(path):
        kept = path.is_file() and path.stat().st_size == len(data)
    if not kept:
        _clear(path.parent)
        # If another run keeps the same picture at this moment, its bytes are the same.
        files.replace(path, data)
    original = str(image.origin.absolute()) if isinstance(image.origin, Path) else None
    return KeptReference.model_construct(sha256=image.sha256, stored=f"{REFERENCES}/{path.name}", original=original)


@cache
def _clear(folder: Path) -> None:
    """Remove what killed processes left half written, once for each process: there may be many pictures."""
    remove_parts(folder, shared=True)
