"""Copies pictures out of their runs, each with its sidecar."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prompt_kit.errors import PromptKitError
from prompt_kit.record.reviews import reviews_in
from prompt_kit.record.reviews.pictures import with_reviews
from prompt_kit.support import files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from prompt_kit.record.index import PastPicture


@dataclass(frozen=True, slots=True)
class Exported:
    """What was copied."""

    pictures: tuple[Path, ...]
    """The copies of the pictures; that of a sidecar has the same name, with the ending ``.json``."""
    problems: tuple[str, ...]
    """The pictures that were left out, each with the reason."""


def export(pictures: Iterable[PastPicture], folder: Path) -> Exported:
    """Copy approved pictures into a folder, each with its sidecar, under names that begin with those of their runs.

    The bytes are looked at once more, so that no picture that was changed after its approval is handed on. What is in
    the folder already is not copied again.

    Raises:
        WorkspaceError: When the folder cannot be written.
    """
    files.make_folder(folder)
    copies, problems = [], []
    for picture in pictures:
        path = picture.path
        stem = f"{path.parent.parent.name}-{path.parent.name}-{path.stem}"
        try:
            data = path.read_bytes()
            reviewed = with_reviews(path, reviews_in(path.parent))
        except (OSError, PromptKitError) as error:
            problems.append(f"{path}: the picture is left out, because it cannot be read. {error}")
            continue
        if reviewed.state != "approved" or reviewed.sha256 != hashlib.sha256(data).hexdigest():
            problems.append(f"{path}: the picture is left out, because it was changed after its approval.")
            continue
        copies.append(files.put_copy(folder, f"{stem}{path.suffix}", data))
        sidecar = path.with_suffix(".json")
        if sidecar.is_file():
            files.put_copy(folder, f"{stem}.json", sidecar.read_bytes())
    return Exported(tuple(copies), tuple(problems))
