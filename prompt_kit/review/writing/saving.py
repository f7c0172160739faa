"""Saves texts that belong together: all of them or none, whoever saves at the same moment, whatever ends it.

Before the first file of several is replaced, all are noted in ``saving/`` among the runs. Whoever saves next, or opens
the studio, does the rest of a note that is left.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import InputError, PromptKitError
from prompt_kit.recipe.library import Library
from prompt_kit.review.writing.texts import own_path
from prompt_kit.support import files, locks
from prompt_kit.support.yamlfile import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from prompt_kit.project import Project
    from prompt_kit.review.writing.texts import WrittenText

FOLDER: Final = "saving"
NOTE: Final = ".json"

WAIT_S: Final = 60.0
"""So long somebody who saves waits for the others, in seconds; trying a recipe takes a second or two."""


@contextmanager
def alone(project: Project) -> Iterator[None]:
    """Let nobody else save texts of a project, from trying them to having saved them.

    Raises:
        WorkspaceError: When somebody else takes too long, or the folder of the runs cannot be written.
    """
    folder = project.runs_folder / FOLDER
    files.make_folder(folder)
    with locks.waited(folder / "lock", WAIT_S):
        _finish(folder, project)
        yield


def finish(project: Project) -> None:
    """Do the rest of what was being saved when a program was ended.

    Raises:
        WorkspaceError: When it cannot be written.
    """
    if any(path.suffix == NOTE for path in files.listed(project.runs_folder / FOLDER)):
        with alone(project):
            pass


def changed(texts: Sequence[WrittenText]) -> list[WrittenText]:
    """Return the texts whose files are others than they were, as they are now."""
    return [on_disk for text in texts if (on_disk := _on_disk(text)).digest != text.digest]


def save(texts: Sequence[WrittenText], project: Project) -> list[WrittenText]:
    """Save texts, unless a file is another one than it was; return the files that are. Use it in `alone`.

    Each file is replaced at once: readers see the old text or the new one. Nothing is saved when any has changed.

    Raises:
        InputError: When a text is not the project's own.
        WorkspaceError: When it cannot be written.
    """
    for text in texts:
        if not text.own:
            raise InputError(f"{text.label} is not the project's own. Make a copy of it.")
    others = changed(texts)
    if others:
        return others
    contents = {text.path: data for text in texts if (data := _content(text)) is not None}
    note = _noted(texts, contents, project) if len(contents) > 1 else None
    for text in sorted(texts, key=lambda text: text.kind != "template"):
        if text.path in contents:
            _write(text, contents[text.path])
    if note is not None:
        note.unlink(missing_ok=True)
    return []


def _content(text: WrittenText) -> bytes | None:
    """Return what a text's file will hold, with the line ends that it has; ``None`` when nothing changes."""
    data = text.text.encode("utf-8", "replace")
    if text.new:
        return data
    before = files.read_file(text.path, MAX_BYTES, text.label)
    if b"\r\n" in before and b"\n" not in before.replace(b"\r\n", b""):
        data = data.replace(b"\n", b"\r\n")
    return data if data != before else None


def _write(text: WrittenText, data: bytes) -> None:
    if text.new:
        files.make_folder(text.path.parent)
        files.write_new(text.path, data)
    else:
        files.replace(text.path, data)


def _noted(texts: Sequence[WrittenText], contents: dict[Path, bytes], project: Project) -> Path:
    """Note what is going to be saved, and return the file that says so."""
    plain = [
        {"kind": text.kind, "name": text.name, "was": text.digest, "text": contents[text.path].decode()}
        for text in texts
        if text.path in contents
    ]
    note = project.runs_folder / FOLDER / f"{secrets.token_hex(8)}{NOTE}"
    files.write_new(note, json.dumps(plain).encode())
    return note


def _finish(folder: Path, project: Project) -> None:
    """Do the rest of every note that is not damaged; a file that was changed since stays as it is."""
    library = Library(project)
    for note in files.listed(folder):
        if note.suffix != NOTE:
            continue
        with suppress(ValueError, TypeError, KeyError, PromptKitError):
            for entry in json.loads(note.read_bytes()):
                path = own_path(library, entry["kind"], entry["name"])
                if _digest(path) == entry["was"]:
                    files.make_folder(path.parent)
                    files.replace(path, entry["text"].encode())
        note.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    """Return the hash of a file; empty when there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if files.is_there(path) else ""


def _on_disk(text: WrittenText) -> WrittenText:
    """Return a text as its file has it now."""
    if not files.is_there(text.path):
        return replace(text, text="", digest="")
    data = files.read_file(text.path, MAX_BYTES, text.label)
    return replace(text, text=data.decode("utf-8-sig", "replace"), digest=hashlib.sha256(data).hexdigest())
