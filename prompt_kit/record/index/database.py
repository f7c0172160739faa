"""The file of the index: a small SQLite database among the runs."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INDEX: Final = ".history.db"
"""The name of the file, among the runs."""

_VERSION: Final = 5
"""Of the tables; a file with another one is made anew."""

_BUSY_S: Final = 10
"""How long another process may hold the file, in seconds."""

_UPDATE_S: Final = 0.5
"""How long to wait for another process that brings the index up to date, in seconds."""

_TABLES: Final = (
    """CREATE TABLE runs (
      id TEXT PRIMARY KEY, changed INTEGER NOT NULL, journal INTEGER NOT NULL, reviews INTEGER NOT NULL,
      at TEXT NOT NULL, state TEXT NOT NULL, recipe TEXT NOT NULL, subject TEXT NOT NULL, generator TEXT NOT NULL,
      started TEXT, parent TEXT NOT NULL, person TEXT NOT NULL, pictures INTEGER NOT NULL, first TEXT NOT NULL,
      cost TEXT, damage TEXT NOT NULL, waiting INTEGER NOT NULL, approved INTEGER NOT NULL, rejected INTEGER NOT NULL,
      origin INTEGER NOT NULL, words TEXT NOT NULL, draft TEXT NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX runs_by_time ON runs (at, id)",
    "CREATE INDEX runs_by_parent ON runs (parent) WHERE parent <> ''",
    "CREATE INDEX runs_by_draft ON runs (draft) WHERE draft <> ''",
    """CREATE TABLE pictures (
      run TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL, state TEXT NOT NULL, at TEXT NOT NULL,
      decided_by TEXT NOT NULL, decided_at TEXT, reason TEXT NOT NULL, made TEXT NOT NULL, PRIMARY KEY (run, name)
    ) WITHOUT ROWID""",
    "CREATE INDEX pictures_by_state ON pictures (state, at, run, name)",
    "CREATE INDEX pictures_by_hash ON pictures (sha256)",
    f"PRAGMA user_version = {_VERSION}",
)


@contextmanager
def opened(root: Path) -> Iterator[sqlite3.Connection]:
    """Open the index of the runs below a folder; it is in memory alone where nothing can be written.

    Raises:
        WorkspaceError: When another process holds it for too long, or it cannot be used.
    """
    path = root / INDEX
    try:
        with _connected(path) as connection:
            yield connection
    except sqlite3.OperationalError as error:
        if not _is_held(error):
            raise WorkspaceError(
                f"{path}: the index of the runs cannot be used. Delete it; it is made anew."
            ) from error
        raise WorkspaceError(
            f"{path}: another process has held the index of the runs for {_BUSY_S} s. Try again when it is done."
        ) from error
    except sqlite3.DatabaseError as error:
        with suppress(OSError):
            _remove(path)
        raise WorkspaceError(f"{path}: the index of the runs was damaged and is made anew. Try again.") from error


def is_kept(root: Path) -> bool:
    """Return whether the index of the runs below a folder is in a file, so that it has to be made only once."""
    path = root / INDEX
    return os.access(root, os.W_OK) and (os.access(path, os.W_OK) or not path.exists())


@contextmanager
def unless_held(connection: sqlite3.Connection) -> Iterator[None]:
    """Bring the index up to date, unless another process does just that: then what it has written so far is read."""
    connection.execute(f"PRAGMA busy_timeout = {round(_UPDATE_S * 1000)}")
    try:
        yield
    except sqlite3.OperationalError as error:
        if not _is_held(error):
            raise
    finally:
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_S * 1000}")


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    writable = is_kept(path.parent)
    connection = sqlite3.connect(path if writable else ":memory:", timeout=_BUSY_S, isolation_level=None)
    try:
        if writable and not _is_usable(connection):
            connection.close()
            _remove(path)
            connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
        connection.execute("PRAGMA synchronous=NORMAL")
        if not _version(connection):
            _make_tables(connection)
        yield connection
    finally:
        connection.close()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Make several changes one step that other processes wait for; an error undoes all of them."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _remove(path: Path) -> None:
    # What a killed process had begun to change would be undone in the next file of this name.
    for name in (f"{path.name}-journal", path.name):
        path.with_name(name).unlink(missing_ok=True)


def _is_usable(connection: sqlite3.Connection) -> bool:
    """Return whether the file is empty, or an index of this version."""
    try:
        version = _version(connection)
        if version:
            connection.execute("SELECT 1 FROM runs, pictures LIMIT 1").fetchone()
    except sqlite3.DatabaseError as error:
        return _is_held(error)
    return version in {0, _VERSION}


def _is_held(error: sqlite3.DatabaseError) -> bool:
    return "locked" in str(error)


def _make_tables(connection: sqlite3.Connection) -> None:
    with transaction(connection):
        if not _version(connection):  # another process may have been faster
            for statement in _TABLES:
                connection.execute(statement)


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version
