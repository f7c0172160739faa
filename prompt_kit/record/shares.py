"""Links that show pictures to people without access: on the disk for good, and closed as soon as they are withdrawn.

``runs/shares/<token>.jsonl`` has one line that says what the link shows, and until when. Whatever line follows
withdraws it, so that a line that was cut short by a power cut closes a link and never opens one.
"""

from __future__ import annotations

import hmac
import json
import os
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from prompt_kit.errors import InputError, NotFoundError, PromptKitError
from prompt_kit.record.reviews import picture_of
from prompt_kit.record.runs.reading import ENCODING, MAX_BYTES, one_line
from prompt_kit.support import files
from prompt_kit.support.hashing import hash_of, hash_of_settled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SHARES: Final = "shares"

MOST: Final = 200
"""Most pictures behind one link."""

_BYTES: Final = 32
"""How much chance is in a token: 256 bits."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


Closed: TypeAlias = Literal["withdrawn", "expired"]
"""Why a link shows nothing any more."""


@dataclass(frozen=True, slots=True)
class SharedPicture:
    """One picture behind a link."""

    run: str
    """The id of its run."""
    name: str
    """Its file name."""
    sha256: str
    """The hash of the bytes that were shared; others are not shown."""


@dataclass(frozen=True, slots=True)
class Share:
    """A link that shows some pictures to whoever has it."""

    token: str
    """The secret part of the link."""
    pictures: tuple[SharedPicture, ...]
    with_prompt: bool
    """Whether the prompts are shown, too."""
    person: str
    """Who made it; empty when nobody is named."""
    at: datetime
    withdrawn: bool = False
    until: datetime | None = None
    """When it closes by itself; ``None`` is never."""

    def closed(self, now: datetime | None = None) -> Closed | None:
        """Return why it shows nothing at a moment, which is now unless another one is given; ``None`` when it does."""
        if self.withdrawn:
            return "withdrawn"
        return "expired" if self.until is not None and (now or datetime.now(UTC)) >= self.until else None


def add_share(
    root: Path,
    pictures: Sequence[Path],
    *,
    with_prompt: bool = False,
    person: str = "",
    until: datetime | None = None,
) -> Share:
    """Make a link that shows some pictures of runs; on return it is on the disk.

    Args:
        root: The folder of all runs.
        pictures: The files of the pictures, in the folders of their runs.
        with_prompt: Whether their prompts are shown, too.
        person: Who makes it.
        until: When it closes by itself, with the time's zone; left out, it does not.

    Raises:
        InputError: When there are no pictures, or too many.
        NotFoundError: When a file is no picture of a run.
        WorkspaceError: When a picture cannot be read, or the link cannot be written.
    """
    chosen = list(dict.fromkeys(pictures))
    if not chosen:
        raise InputError("No picture is chosen. Choose at least one of them, then share.")
    if len(chosen) > MOST:
        raise InputError(f"{len(chosen)} pictures are chosen; a link shows at most {MOST}. Make several links.")
    # A sidecar beside a picture holds its prompt; by this look-up nothing but a picture comes behind a link.
    files_of_runs = [picture_of(path.parent, path.name) for path in chosen]
    shared = tuple(SharedPicture(_run_of(path), path.name, hash_of(path)) for path in files_of_runs)
    share = Share(secrets.token_urlsafe(_BYTES), shared, with_prompt, person, datetime.now(UTC), until=until)
    files.make_folder(root / SHARES)
    plain = {
        "schema": 1,
        "token": share.token,
        "pictures": [{"run": shown.run, "picture": shown.name, "sha256": shown.sha256} for shown in shared],
        "with_prompt": with_prompt,
        "person": person,
        "at": share.at.isoformat(),
    } | ({"until": until.isoformat()} if until else {})
    files.write_new(_path(root, share.token), _line(plain))
    return share


def share_of(root: Path, token: str) -> Share:
    """Return what a link shows.

    Raises:
        NotFoundError: When there is no such link, or its file is damaged.
    """
    path = _path(root, token)
    share = _read(path)
    # Some file systems do not tell capitals from small letters; the token does.
    if share is None or not hmac.compare_digest(share.token, token):
        raise _no_share(token)
    return share


def shares(root: Path) -> tuple[Share, ...]:
    """Return all links, the newest first; damaged files are passed over, as they open nothing.

    Raises:
        WorkspaceError: When the folder cannot be read.
    """
    made = [share for path in files.listed(root / SHARES) if (share := _read(path))]
    return tuple(sorted(made, key=lambda share: share.at, reverse=True))


def withdraw(root: Path, token: str, *, person: str = "") -> None:
    """Close a link for good; on return that is on the disk.

    Raises:
        NotFoundError: When there is no such link.
        WorkspaceError: When it cannot be written.
    """
    if share_of(root, token).withdrawn:
        return
    path = _path(root, token)
    line = _line({"withdrawn": True, "person": person, "at": datetime.now(UTC).isoformat()})
    with files.os_errors_as_workspace_errors(path):
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
        try:
            files.write_all(handle, line)
            os.fsync(handle)
        finally:
            os.close(handle)


def shared_file(root: Path, share: Share, number: int) -> Path:
    """Return the file of one picture behind a link.

    Args:
        root: The folder of all runs.
        share: The link.
        number: Which of its pictures, from 1.

    Raises:
        NotFoundError: When the link is closed, has no such picture, or the picture is gone or has other bytes now.
    """
    if share.closed() or not 1 <= number <= len(share.pictures):
        raise _no_share(share.token)
    picture = share.pictures[number - 1]
    try:
        path = files.inside(root, f"{picture.run}/{picture.name}")
        if path.is_file() and hash_of_settled(path) == picture.sha256:
            return path
    except PromptKitError as error:
        raise _no_share(share.token) from error
    raise _no_share(share.token)


def _no_share(token: str) -> NotFoundError:
    return NotFoundError("shared link", token, way_out="Perhaps it was withdrawn, or its pictures are gone.")


def _path(root: Path, token: str) -> Path:
    if not _TOKEN.fullmatch(token):
        raise _no_share(token)
    return root / SHARES / f"{token}.jsonl"


def _read(path: Path) -> Share | None:
    try:
        first, _, rest = files.read_file(path, MAX_BYTES).partition(b"\n")
        plain = json.loads(first)
        return Share(
            str(plain["token"]),
            tuple(_pictures(plain)),
            with_prompt=plain["with_prompt"] is True,
            person=str(plain["person"]),
            at=datetime.fromisoformat(plain["at"]),
            withdrawn=bool(rest),
            until=datetime.fromisoformat(plain["until"]).astimezone(UTC) if "until" in plain else None,
        )
    except (PromptKitError, ValueError, TypeError, KeyError):
        return None


def _pictures(plain: dict[str, Any]) -> Iterator[SharedPicture]:
    for picture in plain["pictures"]:
        yield SharedPicture(str(picture["run"]), str(picture["picture"]), str(picture["sha256"]))


def _line(plain: dict[str, Any]) -> bytes:
    return one_line(plain).encode(*ENCODING) + b"\n"


def _run_of(path: Path) -> str:
    return f"{path.parent.parent.name}/{path.parent.name}"
