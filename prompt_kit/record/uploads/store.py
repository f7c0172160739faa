"""Takes, lists and deletes the pictures that people give."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict

from prompt_kit.errors import InputError, NotFoundError
from prompt_kit.images import EXTENSIONS, not_taken, open_image
from prompt_kit.record.persons import folder_name
from prompt_kit.record.runs.schema import Count, Moment, Words, now_as_recorded
from prompt_kit.record.uploads.names import shown_name
from prompt_kit.support import files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prompt_kit.images import Image

MAX_BYTES: Final = 30_000_000
"""Largest picture that is taken, in bytes."""

MAX_PIXELS: Final = 64_000_000
"""Largest picture that is taken, in pixels: all of them are decoded once."""

MOST: Final = 1_000
"""How many pictures of one person are kept."""

_ID = re.compile(r"([0-9a-f]{12})-([0-9a-f]{32})")
_MAX_RECORD: Final = 100_000


class Upload(BaseModel):
    """A picture that somebody gave."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    id: Words
    name: Words
    """Safe to show and to download as."""
    person: Words
    at: Moment
    path: Path
    sha256: Words
    media_type: Words
    width: Count
    height: Count
    size: Count
    """In bytes."""
    changes: tuple[Words, ...] = ()
    """What was removed or turned, each as a whole sentence."""


@dataclass(frozen=True, slots=True)
class UploadStore:
    """The pictures of all persons, below a folder."""

    root: Path

    def add(self, data: bytes, *, name: str = "", person: str = "") -> Upload:
        """Check a picture, take out what is private, keep it and return it; the same picture is kept once a person.

        Args:
            data: Its bytes, as they came.
            name: What somebody's computer calls it.
            person: Who gave it.

        Raises:
            InputError: When it is no picture that can be taken, or there are too many.
            WorkspaceError: When it cannot be written.
        """
        image = _checked(data, shown_name(name))
        from prompt_kit.pixels.cleaning import cleaned

        clean = cleaned(image)
        image = open_image(clean.data, label=image.name)
        extension = EXTENSIONS[image.media_type]
        owner = folder_name(person)
        stem = image.sha256[:32]
        upload = Upload(
            id=_id_of(image.sha256, person),
            name=shown_name(name, extension),
            person=person,
            at=now_as_recorded(),
            path=self.root / owner / f"{stem}{extension}",
            sha256=image.sha256,
            media_type=image.media_type,
            width=image.width,
            height=image.height,
            size=image.size,
            changes=clean.changes,
        )
        self._keep(upload, clean.data)
        return upload

    def get(self, upload: str) -> Upload:
        """Return a picture that somebody gave, by its id.

        Raises:
            NotFoundError: When there is none.
        """
        record = self._record(upload)
        try:
            content = json.loads(files.read_file(record, _MAX_RECORD))
            return Upload.model_validate(content | {"path": record.parent / content["path"]})
        except (InputError, ValueError, TypeError, KeyError) as error:
            raise _missing(upload) from error

    def of(self, sha256: str, person: str = "") -> Upload | None:
        """Return a picture that a person gave, under the name it had then, by the hash of its bytes as it is kept."""
        try:
            upload = self.get(_id_of(sha256, person))
        except NotFoundError:
            return None
        return upload if upload.sha256 == sha256 and upload.path.is_file() else None

    def image(self, upload: str) -> Image:
        """Return a picture as prompts take it.

        Raises:
            NotFoundError: When there is none.
            InputError: When its file is damaged.
        """
        there = self.get(upload)
        return replace(open_image(there.path), label=there.name)

    def list(self, person: str = "") -> tuple[Upload, ...]:
        """Return the pictures of a person, the newest first.

        Raises:
            WorkspaceError: When they cannot be read.
        """
        owner = folder_name(person)
        uploads = []
        for record in _records(self.root / owner):
            try:
                uploads.append(self.get(f"{owner}-{record.stem}"))
            except NotFoundError:  # it was removed at this moment, or is damaged
                continue
        return tuple(sorted(uploads, key=lambda upload: (upload.at, upload.id), reverse=True))

    def delete(self, upload: str) -> bool:
        """Remove a picture and its small copies; return ``False`` when there is none.

        Raises:
            WorkspaceError: When it cannot be removed.
        """
        try:
            record = self._record(upload)
        except NotFoundError:
            return False
        with files.os_errors_as_workspace_errors(record):
            there = record.is_file()
            for path in record.parent.glob(f"{record.stem}*"):
                path.unlink(missing_ok=True)
        return there

    def thumbnail(self, upload: str, size: int = 320) -> Path | None:
        """Return the file of a small copy (WebP), which is deleted with the picture.

        Raises:
            NotFoundError: When there is no such picture.
            WorkspaceError: When the copy cannot be written.
        """
        from prompt_kit.pixels.thumbnails import kept_thumbnail

        there = self.get(upload)
        return kept_thumbnail(there.path, size, there.path.parent, there.path.stem)

    def _record(self, upload: str) -> Path:
        match = _ID.fullmatch(upload)
        if match is None:
            raise _missing(upload)
        return self.root / match[1] / f"{match[2]}.json"

    def _keep(self, upload: Upload, data: bytes) -> None:
        record = upload.path.with_suffix(".json")
        files.make_folder(record.parent)
        if not record.exists() and len(_records(record.parent)) >= MOST:
            raise InputError(f"You have {MOST:,} pictures here, and no more are kept. Delete some first.")
        files.replace(upload.path, data)
        fields = upload.model_dump(mode="json", warnings=False) | {"path": upload.path.name}
        files.replace(record, json.dumps(fields).encode())


def _id_of(sha256: str, person: str) -> str:
    return f"{folder_name(person)}-{sha256[:32]}"


def _checked(data: bytes, name: str) -> Image:
    """Return a picture that can be taken, whole and not too large.

    Raises:
        InputError: When it is none.
    """
    from prompt_kit.pixels.decoding import READABLE, damage

    if len(data) > MAX_BYTES:
        raise InputError(
            f"{name}: the picture has {len(data) / 1e6:,.0f} MB; at most {MAX_BYTES // 1_000_000} MB are taken."
            " Save a smaller copy."
        )
    if fact := not_taken(data):
        raise InputError(f"{name}: this is {fact}. Use PNG, JPEG or WebP.")
    image = open_image(data, label=name)
    if image.width * image.height > MAX_PIXELS:
        raise InputError(
            f"{name}: {image.width} × {image.height} pixels are more than {MAX_PIXELS // 1_000_000} million."
            " Save a smaller copy."
        )
    if image.media_type not in READABLE:
        raise InputError(
            f"{name}: this is a HEIC picture, from which the place it was taken cannot be removed here."
            " Save it as JPEG or PNG."
        )
    if sentence := damage(image):
        raise InputError(sentence)
    return image


def _records(folder: Path) -> Sequence[Path]:
    return [path for path in files.listed(folder) if path.suffix == ".json"]


def _missing(upload: str) -> NotFoundError:
    return NotFoundError("uploaded picture", upload, way_out="It may have been deleted. Add it again.")
