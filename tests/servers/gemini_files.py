"""The Files API as published: resumable uploads in chunks, states, an end after two days, and an owner.

Sources: ai.google.dev (files, file input methods; 2026-10) and the resumable upload protocol it names.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from gemini_replies import refused
from wire_server import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gemini_replies import Answer, Asked

GRANULARITY: Final = 262_144
"""All chunks but the last are multiples of this many bytes."""

MAX_FILE_BYTES: Final = 2_000_000_000
LIFE: Final = timedelta(hours=48)

_START: Final = re.compile(r"^/upload/(v1|v1beta)/files$")
_FILE: Final = re.compile(r"^/(?:v1|v1beta)/files(?:/([a-z0-9-]{1,40}))?$")
_DOWNLOAD: Final = re.compile(r"^/(?:download/)?(?:v1|v1beta)/files/([a-z0-9-]{1,40}):download$")


@dataclass
class File:
    """One file."""

    name: str
    owner: str = field(repr=False)
    media_type: str = ""
    label: str = ""
    data: bytes = field(default=b"", repr=False)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    looks: int = 0
    """How many more looks find it being processed."""
    state: str = "ACTIVE"
    made: bool = False
    """Whether Google made it, such as the results of a batch; only such a file can be downloaded."""

    @property
    def ends(self) -> datetime:
        """When it is deleted."""
        return self.created + LIFE


@dataclass
class _Upload:
    """One upload that is under way."""

    file: File
    size: int
    chunks: int = 0


class Files:
    """All files of all accounts."""

    def __init__(self, url: Callable[[], str]) -> None:
        """Hold no file yet; ``url`` tells the server's address."""
        self._url = url
        self._numbers = itertools.count(1)
        self.files: dict[str, File] = {}
        self.uploads: list[File] = []
        """Every file that was uploaded, in order, deleted ones too."""
        self.looks = 0
        """How many looks find a new file being processed."""
        self.state = "ACTIVE"
        """What a new file becomes: ``ACTIVE`` or ``FAILED``."""
        self.refusals: list[Answer] = []
        """What the next uploads are answered with instead."""
        self.broken: list[str] = []
        """Rules of uploading that were broken."""
        self._open: dict[str, _Upload] = {}

    def concerns(self, path: str) -> bool:
        """Return whether a path belongs to files."""
        return bool(_START.match(path) or _FILE.match(path) or _DOWNLOAD.match(path))

    def add(self, data: bytes, media_type: str, *, owner: str, made: bool = True) -> File:
        """Put a file there, as if it had been uploaded or made."""
        file = File(f"files/f{next(self._numbers)}-abc", owner, media_type, data=data, made=made)
        self.files[file.name] = file
        return file

    def answer(self, asked: Asked, query: Mapping[str, str], content: bytes) -> Reply:
        """Return what Google would say."""
        path = asked.path.partition("?")[0]
        if _START.match(path):
            return self._upload(asked, query, content)
        owner = asked.headers.get("x-goog-api-key", "")
        download = _DOWNLOAD.match(path)
        if download:
            return self._download(asked, f"files/{download[1]}", owner, query)
        found = _FILE.match(path)
        name = f"files/{found[1]}" if found and found[1] else ""
        if not name:
            mine = [_described(file, self._url()) for file in self.files.values() if file.owner == owner]
            return Reply({"files": mine} if mine else {})
        file = self._mine(name, owner)
        if file is None:
            return no_access(name)(asked)
        if asked.method == "DELETE":
            del self.files[name]
            return Reply({})
        if file.looks:
            file.looks -= 1
            if not file.looks:
                file.state = self.state
        return Reply(_described(file, self._url()))

    def resolved(self, body: dict[str, Any], asked: Asked) -> Reply | None:
        """Put the bytes beside every mention of a file, so that everyone sees the pictures; refuse strangers'."""
        owner = asked.headers.get("x-goog-api-key", "")
        for content in body.get("contents", []):
            for part in content.get("parts", []):
                mentioned = part.get("fileData")
                if mentioned is None:
                    continue
                name = "files/" + str(mentioned.get("fileUri", "")).rpartition("/files/")[2]
                file = self._mine(name, owner)
                if file is None:
                    return no_access(name)(asked)
                if file.state != "ACTIVE":
                    text = f"The File {name.removeprefix('files/')} is not in an ACTIVE state and usage is not allowed."
                    return refused(400, message=text)(asked)
                data = base64.b64encode(file.data).decode()
                part["inlineData"] = {"mimeType": mentioned.get("mimeType", ""), "data": data}
        return None

    def _mine(self, name: str, owner: str) -> File | None:
        file = self.files.get(name)
        if file and file.ends <= datetime.now(UTC):
            del self.files[name]
            return None
        return file if file and file.owner == owner else None

    def _upload(self, asked: Asked, query: Mapping[str, str], content: bytes) -> Reply:
        headers, size = asked.headers, asked.headers.get("x-goog-upload-header-content-length", "")
        if "upload_id" in query:
            return self._chunk(asked, query["upload_id"], content)
        if self.refusals:
            return self.refusals.pop(0)(asked)
        wrong = [
            (headers.get("x-goog-upload-protocol") == "resumable", "X-Goog-Upload-Protocol is not resumable"),
            (headers.get("x-goog-upload-command") == "start", "X-Goog-Upload-Command is not start"),
            (size.isdigit() and 0 < int(size) <= MAX_FILE_BYTES, "the size is missing, or is above 2 GB"),
            ("/" in headers.get("x-goog-upload-header-content-type", ""), "the media type is missing"),
        ]
        faults = [text for good, text in wrong if not good]
        if faults:
            return self._broken(asked, faults[0])
        told = asked.body.get("file", {})
        number = next(self._numbers)
        media_type = headers["x-goog-upload-header-content-type"]
        file = File(
            f"files/f{number}-abc", headers.get("x-goog-api-key", ""), media_type, str(told.get("displayName", ""))
        )
        self._open[str(number)] = _Upload(file, int(size))
        address = f"{self._url()}{asked.path.partition('?')[0]}?upload_id={number}&upload_protocol=resumable"
        told_back = (("X-Goog-Upload-URL", address), ("X-Goog-Upload-Status", "active"))
        return Reply({}, 200, (*told_back, ("X-Goog-Upload-Chunk-Granularity", str(GRANULARITY))))

    def _chunk(self, asked: Asked, number: str, content: bytes) -> Reply:
        upload, headers = self._open.get(number), asked.headers
        if upload is None:
            return refused(404, message="There is no such upload.")(asked)
        command, file = headers.get("x-goog-upload-command", ""), upload.file
        last = command.replace(" ", "") == "upload,finalize"
        wrong = [
            (last or command == "upload", f"unknown command {command}"),
            (headers.get("x-goog-upload-offset") == str(len(file.data)), "the offset is not where the upload stands"),
            (last or not len(content) % GRANULARITY, "a chunk that is not the last is no multiple of 256 KiB"),
        ]
        if faults := [text for good, text in wrong if not good]:
            return self._broken(asked, faults[0])
        file.data += content
        upload.chunks += 1
        if not last:
            return Reply("", 200, (("X-Goog-Upload-Status", "active"),))
        del self._open[number]
        if len(file.data) != upload.size:
            return self._broken(asked, f"{upload.size} bytes were announced, {len(file.data)} came")
        file.looks, file.state = self.looks, "PROCESSING" if self.looks else self.state
        self.files[file.name] = file
        self.uploads.append(file)
        return Reply({"file": _described(file, self._url())}, 200, (("X-Goog-Upload-Status", "final"),))

    def _download(self, asked: Asked, name: str, owner: str, query: Mapping[str, str]) -> Reply:
        file = self._mine(name, owner)
        if file is None:
            return no_access(name)(asked)
        if not file.made:
            return refused(400, message="Only generated files can be downloaded.")(asked)
        return Reply(file.data) if query.get("alt") == "media" else Reply(_described(file, self._url()))

    def _broken(self, asked: Asked, text: str) -> Reply:
        self.broken.append(text)
        answer = refused(400, message=f"Upload: {text}.")(asked)
        return Reply(answer.body, 400, (("X-Goog-Upload-Status", "cancelled"),))


def no_access(name: str) -> Answer:
    """Refuse a file that is another's, has expired or never was: Google does not tell which (python-genai#1218)."""
    text = f"You do not have permission to access the File {name.removeprefix('files/')} or it may not exist."
    return refused(403, message=text)


def _described(file: File, url: str) -> dict[str, Any]:
    sum_ = base64.b64encode(hashlib.sha256(file.data).hexdigest().encode()).decode()
    described: dict[str, Any] = {
        "name": file.name,
        "displayName": file.label,
        "mimeType": file.media_type,
        "sizeBytes": str(len(file.data)),
        "createTime": _stamp(file.created),
        "updateTime": _stamp(file.created),
        "expirationTime": _stamp(file.ends),
        "sha256Hash": sum_,
        "uri": f"{url}/v1beta/{file.name}",
        "state": file.state,
        "source": "GENERATED" if file.made else "UPLOADED",
    }
    if file.made:
        described["downloadUri"] = f"{url}/download/v1beta/{file.name}:download?alt=media"
    if file.state == "FAILED":
        described["error"] = {"code": 3, "message": "The file could not be processed."}
    return described


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
