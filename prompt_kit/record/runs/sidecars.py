"""Writes the sidecar beside each picture, which is complete without the record of its run.

A sidecar can be made again from the record, so nothing waits until it is on the disk.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from prompt_kit.errors import InputError, WorkspaceError
from prompt_kit.record.runs.answers import beside
from prompt_kit.record.runs.reading import ENCODING, is_whole, one_line, spread
from prompt_kit.record.runs.schema import COMMON_FIELDS, CommonRecord, plain
from prompt_kit.support import files
from prompt_kit.support.heads import head, sniff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from prompt_kit.record.runs.schema import RunRecord

Fields: TypeAlias = "Mapping[str, Any]"
"""A part of a record as plain data."""


class Sidecars:
    """The sidecars of a run; what they have in common is put into words once."""

    def __init__(self, folder: Path, record: RunRecord) -> None:
        self._folder, self._record = folder, record

    def write(self, pictures: Sequence[Fields], request: Fields, answer: Fields) -> None:
        """Write the sidecars of an answer, unless there are files of their names; a full disk leaves them out.

        Args:
            pictures: Those pictures of the answer whose sidecars are wanted, as plain data.
            request: What was asked, as plain data.
            answer: What came back, as plain data; of several pictures each sidecar has the part that led to its own.
        """
        before, after = self._common
        parts = _parts(answer)
        asked = one_line(request)
        for picture in pictures:
            part = parts.get(picture["file"], parts[""])
            own = f'  "picture": {one_line(picture)},\n  "request": {asked},\n  "answer": {one_line(part)}'
            text = f"{{\n{before},\n{own},\n{after}\n}}\n"
            # The record of the run has all of it, and makes it again when the run goes on.
            with suppress(WorkspaceError):
                path = self._folder / f"{picture['file'].partition('.')[0]}.json"
                files.write_new(path, text.encode(*ENCODING), durable="nothing")

    def write_missing(self, requests: Sequence[Fields]) -> None:
        """Write those that are not there, for requests as plain data with their answers and pictures."""
        for request in requests:
            hashes = (*request.get("sha256", ()), *("" for _ in request["pictures"]))
            without = (self._without(name, sha256) for name, sha256 in zip(request["pictures"], hashes, strict=False))
            pictures = [picture for picture in without if picture]
            if pictures:
                self.write(pictures, request["request"], request["answer"])

    def _without(self, name: str, sha256: str) -> Fields | None:
        """Return a picture that lacks its sidecar, else ``None``; what is left of one is removed."""
        try:
            path = beside(self._folder, name)
            if is_whole(path.with_suffix(".json")):
                return None
            picture = _saved_picture(path, sha256)
            path.with_suffix(".json").unlink(missing_ok=True)
        except (InputError, OSError):  # without its picture nobody needs it
            return None
        return picture

    @cached_property
    def _common(self) -> tuple[str, str]:
        """The fields of all sidecars, as text: those before what is its own, and those after."""
        fields = {name: getattr(self._record, name) for name in COMMON_FIELDS}
        content = plain(CommonRecord.model_construct(**fields))
        names = [*content]
        cut = names.index("prompt_fingerprint") + 1
        return (
            spread({name: content[name] for name in names[:cut]}),
            spread({name: content[name] for name in names[cut:]}),
        )


def _parts(answer: Fields) -> dict[str, dict[str, Any]]:
    """Return the part of an answer that led to each of its pictures, by name; the first also under an empty name.

    It is without the model's signatures, which can have megabytes; only the record of the run keeps them. Of words
    and pictures in turn it has what came after the picture before, so that all sidecars together are not longer than
    the answer; the words of the thinking stand with the first picture.
    """
    pieces: list[dict[str, Any]] = [
        {key: value for key, value in piece.items() if key != "signature"} for piece in answer.get("pieces", ())
    ]
    groups: list[list[dict[str, Any]]] = [[]]
    for piece in pieces:
        groups[-1].append(piece)
        if "picture" in piece:
            groups.append([])
    rest = groups.pop()
    if len(groups) < 2:  # noqa: PLR2004 - there is one picture at most
        return {"": {**answer, "pieces": pieces}}
    groups[-1] += rest
    worded = any(piece.get("text") for piece in pieces)
    parts: dict[str, dict[str, Any]] = {}
    for group in groups:
        text = "".join(piece.get("text", "") for piece in group) if worded else answer["text"]
        name = next(piece["picture"] for piece in group if "picture" in piece)
        parts[name] = {**answer, "pieces": group, "text": text, "thoughts": "" if parts else answer["thoughts"]}
    return {"": next(iter(parts.values()))} | parts


def _saved_picture(path: Path, sha256: str) -> Fields:
    """Return what a sidecar says of a picture in the folder."""
    data = path.read_bytes()
    width, height, _ = head(data)
    return {
        "file": path.name,
        "sha256": sha256 or hashlib.sha256(data).hexdigest(),
        "media_type": sniff(data) or "application/octet-stream",
        "width": width,
        "height": height,
        "bytes": len(data),
        "draft": False,
    }
