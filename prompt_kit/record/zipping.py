"""Packs files into a zip that is sent while it is made, so that none of it waits in memory or on the disk."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_CHUNK: Final = 1_000_000
"""How much is read at once, in bytes."""


class _Pipe(io.RawIOBase):
    """Takes what is written until it is fetched."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # zipfile writes bytes alone
        self._waiting.append(bytes(data))
        return len(data)

    def fetched(self) -> bytes:
        """Return what was written since the last time."""
        data, self._waiting = b"".join(self._waiting), []
        return data


def zipped(entries: Iterable[tuple[Path, str]]) -> Iterator[bytes]:
    """Yield the pieces of a zip that holds files; pictures do not get smaller, so all are stored as they are.

    A file that goes away meanwhile is left out.

    Args:
        entries: The files, each with its name in the zip.
    """
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for path, name in entries:
            try:
                source = path.open("rb")
            except OSError:
                continue
            about = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
            with source, archive.open(about, "w") as target:
                while piece := source.read(_CHUNK):
                    target.write(piece)
                    yield pipe.fetched()
        yield pipe.fetched()
    yield pipe.fetched()


def zipped_bytes(entries: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Yield the pieces of a zip that holds bytes under names, stored as they are.

    Args:
        entries: The name and the bytes of each file; no more than one of them is held.
    """
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
            yield pipe.fetched()
    yield pipe.fetched()
