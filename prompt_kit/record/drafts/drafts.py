"""Keeps the answers of forms that are not finished."""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypedDict

from pydantic import BaseModel, ConfigDict, ValidationError

from prompt_kit.errors import InputError, NotFoundError
from prompt_kit.record.persons import folder_name
from prompt_kit.record.runs.schema import Moment, Words, now_as_recorded
from prompt_kit.support import files
from prompt_kit.support.calls import check_options
from prompt_kit.support.messages import located

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MAX_BYTES: Final = 500_000
"""Largest draft, in bytes."""

MOST: Final = 200
"""How many drafts of one person are kept; the oldest is removed for a further one."""

_ID = re.compile(r"[a-z0-9-]{8,40}")


class DraftContent(TypedDict, total=False):
    """What is in a form."""

    values: dict[str, Any]
    """Values by parameter: texts, numbers and lists, as they were typed."""
    references: dict[str, list[str]]
    """The ids of uploaded pictures, by slot."""
    settings: dict[str, Any]


class Draft(BaseModel):
    """The answers of a form that is not finished."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    id: Words
    person: Words
    recipe: Words
    saved: Moment
    values: dict[Words, Any] = {}
    references: dict[Words, tuple[Words, ...]] = {}
    settings: dict[Words, Any] = {}


@dataclass(frozen=True, slots=True)
class DraftStore:
    """The drafts of all persons, below a folder."""

    root: Path

    def save(self, person: str, recipe: str, content: DraftContent, *, draft: str = "") -> Draft:
        """Keep what is in a form, in place of what the draft had before, and return it.

        Args:
            person: Whose draft it is.
            recipe: The name of the recipe.
            content: What is in the form.
            draft: The id of the draft; a new one begins when it is left out.

        Raises:
            InputError: When it is too large or no plain data, or the id is none.
            WorkspaceError: When it cannot be written; what was there before is kept.
        """
        check_options("save", content, DraftContent)
        path = self._path(person, draft or secrets.token_hex(8))
        fields = {"id": path.stem, "person": person, "recipe": recipe, "saved": now_as_recorded()}
        try:
            made = Draft.model_validate(fields | dict(content))
            data = json.dumps(made.model_dump(warnings=False), allow_nan=False).encode()
        except ValidationError as error:
            raise InputError("\n".join(map(str, map(located, error.errors(include_url=False))))) from error
        except (TypeError, ValueError, RecursionError) as error:
            raise InputError(
                "The draft holds something else than texts, numbers and lists, so it is not kept."
            ) from error
        if len(data) > MAX_BYTES:
            raise InputError(
                f"The draft has {len(data) / 1000:,.0f} kB; at most {MAX_BYTES // 1000} kB are kept. Shorten its texts."
            )
        if files.make_folder(path.parent) or not path.exists():
            self._make_room(path.parent)
        # The next letters are written soon, and nobody waits for the disk: a power cut costs a few words.
        files.replace(path, data, durable="nothing")
        # The system's own time of files goes on in steps of some milliseconds, in which two drafts would be of one age.
        now = time.time_ns()
        with suppress(OSError):  # it was deleted at this moment
            os.utime(path, ns=(now, now))
        return made

    def load(self, person: str, draft: str) -> Draft:
        """Return a draft.

        Raises:
            NotFoundError: When the person has no such draft.
            InputError: When its file is damaged.
        """
        path = self._path(person, draft)
        if not path.is_file():
            raise NotFoundError("draft", draft)
        try:
            return Draft.model_validate(json.loads(files.read_file(path, MAX_BYTES)))
        except ValueError as error:
            raise InputError(f"{path}: the draft is damaged. Delete it.") from error

    def list(self, person: str, recipe: str = "") -> tuple[Draft, ...]:
        """Return the drafts of a person, the newest first; damaged ones are left out.

        Raises:
            WorkspaceError: When they cannot be read.
        """
        drafts: list[tuple[Draft, int]] = []
        for path in _files(self.root / folder_name(person)):
            try:
                drafts.append((self.load(person, path.stem), path.stat().st_mtime_ns))
            except (InputError, NotFoundError, OSError):  # it was removed at this moment, or is damaged
                continue
        wanted = [pair for pair in drafts if recipe in {"", pair[0].recipe}]
        # Two of the same millisecond are told apart by their files.
        wanted.sort(key=lambda pair: (pair[0].saved, pair[1]), reverse=True)
        return tuple(draft for draft, _ in wanted)

    def delete(self, person: str, draft: str) -> bool:
        """Remove a draft; return ``False`` when there is none.

        Raises:
            InputError: When the id is none.
            WorkspaceError: When it cannot be removed.
        """
        path = self._path(person, draft)
        with files.os_errors_as_workspace_errors(path):
            there = path.is_file()
            path.unlink(missing_ok=True)
        return there

    def _path(self, person: str, draft: str) -> Path:
        if not _ID.fullmatch(draft):
            raise InputError(f"'{draft[:40]}' is not the id of a draft. Begin a new one.")
        return self.root / folder_name(person) / f"{draft}.json"

    def _make_room(self, folder: Path) -> None:
        with files.os_errors_as_workspace_errors(folder):
            drafts = _files(folder)
            if len(drafts) >= MOST:
                newest_first = sorted(drafts, key=lambda path: path.stat().st_mtime_ns, reverse=True)
                for path in newest_first[MOST - 1 :]:
                    path.unlink(missing_ok=True)


def _files(folder: Path) -> Sequence[Path]:
    return [path for path in files.listed(folder) if path.suffix == ".json" and _ID.fullmatch(path.stem)]
