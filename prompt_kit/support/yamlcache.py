"""Keeps the data of YAML files from one process to the next, in the user's cache folder, by the hash of their text.

Reading JSON is some thirty times as fast as reading YAML. What is kept is plain data, and is validated as ever.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.support.cachefolder import cache_folder

if TYPE_CHECKING:
    from pathlib import Path

MISS: Final = object()
"""Stands for data that is not there; ``None`` is what an empty value means."""

VERSION: Final = "yaml-1"
"""Part of the folder's name; it changes with the data that the loader makes of a text."""

SHORTEST: Final = 300
"""Shorter texts, in characters, are loaded faster than they are looked up."""

MOST_FILES: Final = 4_096
"""Above so many files the oldest half is removed."""

_RARELY: Final = 64
"""The size is looked at for every so-many-th file that is added, by chance of its hash."""


def load(text: str) -> Any:
    """Return the data of a text that was kept before, or `MISS`; a damaged entry is a miss."""
    path = _path(text)
    if path is None:
        return MISS
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return MISS


def keep(text: str, data: Any) -> None:
    """Keep the data of a text for later processes, where JSON says the same; nothing happens where it cannot."""
    path = _path(text)
    if path is None or not _is_plain(data):
        return
    part = path.with_name(f".{os.getpid()}-{path.name}.part")
    with suppress(OSError, ValueError, RecursionError):
        content = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            part.write_bytes(content)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            part.write_bytes(content)
        part.replace(path)
        if int(path.stem[:4], 16) % _RARELY == 0:
            _shrink(path.parent)


def _path(text: str) -> Path | None:
    if len(text) < SHORTEST:
        return None
    try:
        folder = cache_folder()
    except (OSError, RuntimeError):  # nobody's home is known
        return None
    return folder / VERSION / f"{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}.json"


def _shrink(folder: Path) -> None:
    files = list(folder.iterdir())
    if len(files) > MOST_FILES:
        for path in sorted(files, key=lambda path: path.stat().st_mtime)[: len(files) // 2]:
            path.unlink()


def _is_plain(data: Any) -> bool:
    """Return whether JSON gives this back as it is; there is no text for infinity, and keys are texts."""
    if isinstance(data, dict):
        return all(type(key) is str for key in data) and all(map(_is_plain, data.values()))
    if isinstance(data, list):
        return all(map(_is_plain, data))
    if type(data) is float:
        return data - data == 0
    return data is None or type(data) in {str, int, bool}
