"""The photo that a picture was made from: the one that was worked on, or the one of the thing it shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import NotFoundError, PromptKitError
from prompt_kit.images import open_image
from prompt_kit.record.runs import REFERENCES

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.record.runs import RunRecord
    from prompt_kit.studio.studio import Studio

SENT: Final = "sent"
"""Stands in addresses between a run and a picture that was sent with it."""

_SHOWING: Final = ("base", "object", "identity")
"""The roles of photos beside which a picture is judged, the one that counts first in front."""

_HASH: Final = re.compile(r"[0-9a-f]{64}")


def photo_of(record: RunRecord | None) -> str:
    """Return the photo that a run worked on, of a line of refinements its first, else that of what its pictures show.

    It is the id of that run, and the hash of the photo; empty where there is none.
    """
    parts = record.turns[0].get("parts", ()) if record and record.turns else ()
    digests = [part.get("sha256") for role in _SHOWING for part in parts if part.get("role") == role]
    return f"{record.run}/{SENT}/{digests[0]}" if record and digests else ""


def kept_photo(studio: Studio, record: RunRecord | None, sha256: str) -> Path:
    """Return the file of a picture that was sent with a run, whose bytes are still those that were sent.

    Raises:
        NotFoundError: When there is none.
    """
    kept = next((kept for kept in record.references if kept.sha256 == sha256), None) if record else None
    if kept is not None and _HASH.fullmatch(sha256):
        folder = studio.kit.project.runs_folder / REFERENCES
        path = next((path for path in folder.glob(f"{sha256}.*") if _is_whole(path, sha256)), None)
        if path is not None:
            return path
    raise NotFoundError("picture", sha256)


def _is_whole(path: Path, sha256: str) -> bool:
    try:
        return not path.is_symlink() and open_image(path).sha256 == sha256
    except PromptKitError:
        return False
