"""Remembers which pictures Google holds as files, across processes."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.support.cachefolder import cache_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE: Final = "uploads.db"

_BUSY_S: Final = 2.0
"""How long another process may hold the file, in seconds."""

_REPETITION_S: Final = 48 * 3600.0
"""How long it is remembered that a picture was sent; as long as Google would keep it."""

# The number is the version of the columns; tables of other versions may be in the same file.
_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS pictures_1 (
        account TEXT NOT NULL, sha256 TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0, sent_at REAL NOT NULL DEFAULT 0,
        name TEXT, uri TEXT, media_type TEXT, expires REAL, PRIMARY KEY (account, sha256)
    )
"""

_TIDY: Final = "DELETE FROM pictures_1 WHERE sent_at < ? AND coalesce(expires, 0) < ?"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A picture that Google holds as a file."""

    name: str
    """Google's own name for it, such as ``files/abc-123``."""
    uri: str
    media_type: str
    expires: float
    """When Google deletes it, in seconds since 1970."""


class Memory:
    """The uploads of one account. Without its file, or with a damaged one, pictures are uploaded again."""

    def __init__(self, account: str, *, folder: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        """Prepare the cache; its file is opened at the first use.

        Args:
            account: A name for the owner of the files, from which the key cannot be derived.
            folder: Where the file is; `cache_folder` when left out.
            clock: Tells the time, in seconds since 1970.
        """
        self._account = account
        self._path = (folder or cache_folder()) / FILE
        self._clock = clock
        # Even when the file cannot be written, a picture is uploaded only once.
        self._here: dict[str, Uploaded] = {}
        self._sent: dict[str, int] = {}

    def find(self, sha256: str, *, good_for_s: float) -> Uploaded | None:
        """Return the file of a picture, if it will be there for so many seconds more."""
        query = "SELECT name, uri, media_type, expires FROM pictures_1 WHERE account = ? AND sha256 = ? AND uri <> ''"
        rows = self._run(query, self._account, sha256)
        uploaded = Uploaded(*rows[0]) if rows else self._here.get(sha256)
        return uploaded if uploaded and uploaded.expires > self._clock() + good_for_s else None

    def keep(self, sha256: str, uploaded: Uploaded) -> None:
        """Remember the file of a picture."""
        self._here[sha256] = uploaded
        self._run(
            "INSERT INTO pictures_1 (account, sha256, name, uri, media_type, expires) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET name = excluded.name, uri = excluded.uri,"
            " media_type = excluded.media_type, expires = excluded.expires",
            *(self._account, sha256, uploaded.name, uploaded.uri, uploaded.media_type, uploaded.expires),
        )

    def forget(self, sha256: str, uploaded: Uploaded) -> None:
        """Forget the file of a picture, unless another process has uploaded it anew meanwhile."""
        if self._here.get(sha256) == uploaded:
            del self._here[sha256]
        self._run(
            "UPDATE pictures_1 SET uri = NULL WHERE account = ? AND sha256 = ? AND name = ?",
            *(self._account, sha256, uploaded.name),
        )

    def sent(self, sha256: str) -> int:
        """Return how often a picture was sent in the last two days, and count it once more."""
        before = self._sent.get(sha256, 0)
        self._sent[sha256] = before + 1
        now = self._clock()
        rows = self._run(
            "INSERT INTO pictures_1 (account, sha256, sent, sent_at) VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE SET"
            " sent = CASE WHEN sent_at > ? THEN sent + 1 ELSE 1 END, sent_at = excluded.sent_at RETURNING sent",
            *(self._account, sha256, now, now - _REPETITION_S),
        )
        return max(before, int(rows[0][0]) - 1 if rows else 0)

    def count(self) -> int:
        """Return how many files are remembered that are still there, of all accounts."""
        rows = self._run("SELECT count(*) FROM pictures_1 WHERE uri <> '' AND expires > ?", self._clock())
        return int(rows[0][0]) if rows else 0

    def _run(self, statement: str, *values: Any) -> list[Any]:
        """Run one statement and return its rows: none when the file cannot be read. A damaged file is replaced."""
        for _ in range(2):
            try:
                return self._once(statement, values)
            except (sqlite3.OperationalError, OSError):
                break  # no table yet, locked for too long, read only, full: all of it passes
            except sqlite3.Error:
                with suppress(OSError):
                    self._path.unlink(missing_ok=True)
        return []

    def _once(self, statement: str, values: tuple[Any, ...]) -> list[Any]:
        reads = statement.startswith("SELECT")
        if reads and not self._path.is_file():
            return []
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path, timeout=_BUSY_S)) as connection, connection:
            if not reads:
                # A power cut may damage the file, which is only a cache.
                connection.execute("PRAGMA synchronous = OFF")
                connection.execute(_TABLE)
                connection.execute(_TIDY, (self._clock() - _REPETITION_S, self._clock()))
            return connection.execute(statement, values).fetchall()
