"""Keeps answers that could not be saved in the folder of their run, as on a full disk: they were paid."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prompt_kit.errors import WorkspaceError
from prompt_kit.images import EXTENSIONS
from prompt_kit.record.runs.reading import to_json
from prompt_kit.support import files
from prompt_kit.support.heads import sniff
from prompt_kit.support.money import dollars

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.outcome import Outcome, Picture
    from prompt_kit.record.runs.answers import Sent


class UnsavedError(WorkspaceError):
    """An answer could not be saved in the folder of its run; it is here, to be saved elsewhere."""

    def __init__(self, message: str, outcome: Outcome, sent: Sent, content: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.outcome, self.sent = outcome, sent
        self.content = content
        """What a sidecar says of the answer, as plain data."""

    def __reduce__(self) -> tuple[type[UnsavedError], tuple[Any, ...]]:
        return type(self), (str(self), self.outcome, self.sent, self.content)

    def save_in(self, folder: Path) -> Outcome:
        """Save the answer below another folder, in one that is called like the run; return it with the new paths.

        Raises:
            WorkspaceError: When that cannot be done there either.
        """
        where = folder / str(self.content["run"]).rpartition("/")[2]
        files.make_folder(where)
        pictures = tuple(_kept(picture, where) for picture in self.outcome.pictures)
        names = [picture.path.name for picture in pictures if picture.path]
        files.put_copy(where, "answer.json", to_json({**self.content, "pictures": names}))
        return replace(self.outcome, pictures=pictures, folder=where)


def rescued(error: UnsavedError, folder: Path | None = None) -> UnsavedError:
    """Save an answer in another folder; return the error with a sentence that says where it is, or that it is lost.

    Args:
        error: The error with the answer.
        folder: Where it is saved; one of its own below the system's temporary folder when left out.
    """
    if not error.outcome.pictures and not error.outcome.text:
        return error
    try:
        saved = error.save_in(folder or _temporary_folder())
    except WorkspaceError as other:
        paid = "was not charged" if error.outcome.billable == "no" else "was paid" + _price(error.outcome)
        sentence = f"The answer could not be saved elsewhere either, and is lost; it {paid}. {other}"
        return UnsavedError(f"{error} {sentence}", error.outcome, error.sent, error.content)
    sentence = f"What came back was saved in {saved.folder} instead."
    return UnsavedError(f"{error} {sentence}", saved, error.sent, error.content)


@cache
def _temporary_folder() -> Path:
    """Return a folder below the system's temporary one, which only this user can read; each time the same."""
    import tempfile  # only when a disk is full

    with files.os_errors_as_workspace_errors(Path(tempfile.gettempdir())):
        return Path(tempfile.mkdtemp(prefix="prompt-kit-"))


def _price(outcome: Outcome) -> str:
    return "" if outcome.cost is None else f" ({dollars(outcome.cost, least=4)})"


def ending(picture: Picture) -> str:
    """Return the ending that the bytes of a picture show, else that of its type."""
    return EXTENSIONS.get(sniff(picture.data) or picture.media_type, ".bin")


def _kept(picture: Picture, folder: Path) -> Picture:
    data = picture.data
    sha256 = hashlib.sha256(data).hexdigest()
    return picture.saved_as(files.put_copy(folder, f"{sha256[:12]}{ending(picture)}", data), sha256)
