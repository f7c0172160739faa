"""Copies pictures out of their runs, each with its sidecar: into a folder, or into a zip file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import PromptKitError
from prompt_kit.record.reviews import reviews_in
from prompt_kit.record.reviews.pictures import with_reviews
from prompt_kit.record.zipping import zipped_bytes
from prompt_kit.support import files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from prompt_kit.record.index import PastPicture

LEFT_OUT: Final = "left-out.txt"
"""The file in a zip file that names the pictures that are not in it."""


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
    for checked in map(_checked, pictures):
        if isinstance(checked, str):
            problems.append(checked)
            continue
        copies += [files.put_copy(folder, name, data) for name, data in checked][:1]
    return Exported(tuple(copies), tuple(problems))


def zipped_pictures(pictures: Iterable[PastPicture]) -> Iterator[bytes]:
    """Yield a zip file of approved pictures with their sidecars, piece by piece as it is made.

    The bytes are looked at once more, as by `export`. What is left out is named in ``left-out.txt``, with the reason.
    """
    return zipped_bytes(_entries(pictures))


def _entries(pictures: Iterable[PastPicture]) -> Iterator[tuple[str, bytes]]:
    problems = []
    for checked in map(_checked, pictures):
        if isinstance(checked, str):
            problems.append(checked)
        else:
            yield from checked
    if problems:
        yield LEFT_OUT, ("\n".join(problems) + "\n").encode()


def _checked(picture: PastPicture) -> list[tuple[str, bytes]] | str:
    """Return the picture and its sidecar with the names of their copies, or why it is left out."""
    path = picture.path
    stem = f"{path.parent.parent.name}-{path.parent.name}-{path.stem}"
    sidecar = path.with_suffix(".json")
    try:
        data = path.read_bytes()
        reviewed = with_reviews(path, reviews_in(path.parent))
        beside = [(f"{stem}.json", sidecar.read_bytes())] if sidecar.is_file() else []
    except (OSError, PromptKitError) as error:
        return f"{path}: the picture is left out, because it cannot be read. {error}"
    if reviewed.state != "approved" or reviewed.sha256 != hashlib.sha256(data).hexdigest():
        return f"{path}: the picture is left out, because it was changed after its approval."
    return [(f"{stem}{path.suffix}", data), *beside]
