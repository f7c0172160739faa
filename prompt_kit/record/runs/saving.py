"""What is written of an answer beside its pictures: its line, its sidecars' fields, drafts, suggestions and page."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.record.runs.page import page
from prompt_kit.record.runs.reading import ENCODING, one_line
from prompt_kit.record.runs.rescue import ending
from prompt_kit.support import files
from prompt_kit.support.heads import sniff
from prompt_kit.support.pages import POLICY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from prompt_kit.outcome import Outcome, Picture
    from prompt_kit.record.runs.answers import Sent
    from prompt_kit.record.runs.schema import RunRecord

# The suggestions are HTML from the provider; no script in them must run in a browser.
_NO_SCRIPTS: Final = f"""<!doctype html>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>Search suggestions</title>"""


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """An answer whose pictures are in the folder."""

    outcome: Outcome
    sent: Sent
    line: Mapping[str, Any]
    """Its line in the journal, as plain data."""
    number: int
    begin: int = 0
    """Where its line in the journal begins."""

    @property
    def pictures(self) -> tuple[tuple[Picture, str, str], ...]:
        """Its pictures, each with the name of its file and the hash of its bytes."""
        return tuple(zip(self.outcome.pictures, self.line["pictures"], self.line["sha256"], strict=True))


def journal_line(content: Mapping[str, Any]) -> bytes:
    """Return plain data as a line of the journal, without its end."""
    return one_line(content).encode(*ENCODING)


def picture_fields(picture: Picture, name: str, sha256: str) -> dict[str, Any]:
    """Return what a sidecar says of its picture: the fields of `SavedPicture` as plain data."""
    return {
        "file": name,
        "sha256": sha256,
        "media_type": sniff(picture.data) or picture.media_type,
        "width": picture.width,
        "height": picture.height,
        "bytes": len(picture.data),
        "draft": picture.draft,
    }


def with_more(saved: Outcome, names: Sequence[str], number: int, record: RunRecord) -> Outcome:
    """Write the drafts, the suggestions and the page of an answer into its folder; return it with their paths.

    Raises:
        WorkspaceError: When something cannot be written.
    """
    folder = saved.folder
    interleaved = record.settings.get("output") == "interleaved"
    if folder is None or not (saved.drafts or saved.suggestions or interleaved):
        return saved
    drafts = tuple(
        _save_draft(picture, folder / f"draft-{number:02}-{at}{ending(picture)}")
        for at, picture in enumerate(saved.drafts, 1)
    )
    if saved.suggestions:
        shown = f"{_NO_SCRIPTS}\n{saved.suggestions}\n"
        files.replace(folder / f"search-{number:02}.html", shown.encode("utf-8", "replace"))
    return replace(saved, drafts=drafts, page=_save_page(saved, names, folder / f"page-{number:02}.md", record))


def _save_draft(picture: Picture, path: Path) -> Picture:
    files.replace(path, picture.data)
    return picture.saved_as(path, hashlib.sha256(picture.data).hexdigest())


def _save_page(outcome: Outcome, names: Sequence[str], path: Path, record: RunRecord) -> Path | None:
    """Write an interleaved answer as one page and return its path; other answers have none."""
    if record.settings.get("output") != "interleaved" or not outcome.pieces:
        return None
    title = (record.recipe or "Pictures").replace("-", " ").capitalize()
    files.replace(path, page(title, outcome.pieces, names, outcome.sources).encode("utf-8", "replace"))
    return path
