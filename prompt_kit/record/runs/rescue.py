"""Keeps answers that could not be saved in the folder of their run, as on a full disk: they were paid."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from prompt_kit.errors import WorkspaceError
from prompt_kit.images import EXTENSIONS
from prompt_kit.record.runs.reading import to_json
from prompt_kit.support import files
from prompt_kit.support.heads import sniff

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prompt_kit.outcome import Outcome, Picture
    from prompt_kit.record.runs.answers import Sent


class UnsavedError(WorkspaceError):
    """An answer could not be saved in the folder of its run; it is here, to be saved elsewhere."""

    def __init__(self, message: str, outcome: Outcome, sent: Sent, content: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.outcome, self.sent = outcome, sent
        self.content = content
        """What a sidecar says of the answer, as plain data."""

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


def ending(picture: Picture) -> str:
    """Return the ending that the bytes of a picture show, else that of its type."""
    return EXTENSIONS.get(sniff(picture.data) or picture.media_type, ".bin")


def _kept(picture: Picture, folder: Path) -> Picture:
    data = picture.data
    sha256 = hashlib.sha256(data).hexdigest()
    return picture.saved_as(files.put_copy(folder, f"{sha256[:12]}{ending(picture)}", data), sha256)
