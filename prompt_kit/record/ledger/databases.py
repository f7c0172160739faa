"""The databases a ledger can be in, and what they report."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DisconnectionError

from prompt_kit.errors import WorkspaceError
from prompt_kit.record.ledger.tables import OddValueError
from prompt_kit.support import files

if TYPE_CHECKING:
    import sqlite3

    import psycopg
    from sqlalchemy.pool import ConnectionPoolEntry

BUSY_S: Final = 10
"""How long another process may hold the SQLite file, or a server may take to answer, in seconds."""

IDLE_S: Final = 60
"""How long a session of ours on a server may hang in its transaction before the server ends it, in seconds."""

_UNEXPLAINED: Final = "the ledger's database reports an error. Check that it can be read and written."

_TROUBLE: Final = {
    r"not a database|malformed|no such (table|column)": "the ledger is damaged or is another program's file."
    " Move it away; the next run makes a new one; every run keeps its own record of what it cost.",
    r"lock timeout": f"another session has held the ledger's database for {BUSY_S} s; perhaps it hangs in its"
    " transaction. Try again, or end that session on the server (pg_stat_activity lists it).",
    r"idle-in-transaction": f"the server ended a session that did nothing for {IDLE_S} s. Try again.",
    r"database is locked|table is locked": f"another process has held the ledger for {BUSY_S} s."
    " Try again when it is done.",
    r"readonly|read-only": "the ledger cannot be written. Change its rights or use another one.",
    r"disk is full|no space left": "the disk is full. Free some space and try again.",
    r"unable to open database|disk i/o": "the ledger cannot be opened. Check the folder and its rights.",
    r"connection refused|no such file": "no database server answers there. Start it, or check host and port.",
    r"resolve|name or service|nodename": "there is no such host. Check the ledger's URL.",
    r"password|authentication|no pg_hba": "the server does not accept this name and password. Check the ledger's URL.",
    r"(database|role) \S+ does not exist": "the server has no such database or user."
    " Make it, or check the ledger's URL.",
    r"permission denied": "this user may not do that. Ask for the rights to make and change tables.",
    r"timeout|timed out|terminat|shut ?down|starting up|connection": "the connection to the server broke off."
    " Try again; what was booked before is kept.",
}
"""A pattern in the error message of a database, and how our message goes on."""


def connect(where: str | Path) -> tuple[sa.Engine, str]:
    """Return the engine for a SQLite file or a URL, and how messages call it.

    Raises:
        WorkspaceError: When it is neither, or its driver is missing.
    """
    text = str(where)
    if re.match(r"postgres(?:ql)?(?:\+psycopg)?://", text):
        return _postgresql(text)
    if "://" in text and not text.startswith("sqlite:///"):
        kind = text.partition("://")[0]
        raise WorkspaceError(f"The ledger's URL starts with '{kind}'. Use sqlite:/// or postgresql://.")
    return _sqlite(Path(text.removeprefix("sqlite:///")))


def trouble(label: str, error: Exception) -> WorkspaceError:
    """Return what a database reports as a sentence, with nothing of the URL but the host."""
    # The driver's own words are left out: a password that was not encoded ends up in them.
    if isinstance(error, OddValueError):
        return WorkspaceError(
            f"{label}: a row of the ledger holds {error}. Correct that row, or move the ledger away and"
            " restore the rows from the runs: prompt-kit runs rebuild-ledger"
        )
    reported = str(getattr(error, "orig", None) or error).lower()
    sentence = next((then for pattern, then in _TROUBLE.items() if re.search(pattern, reported)), _UNEXPLAINED)
    return WorkspaceError(f"{label}: {sentence}")


def _sqlite(path: Path) -> tuple[sa.Engine, str]:
    files.make_folder(path.absolute().parent)
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        poolclass=sa.QueuePool,
        connect_args={"timeout": BUSY_S, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # transactions are begun below, by `_begin`
        # A rollback journal and not a write-ahead log: before SQLite 3.51.3, the log's reset can damage the file
        # when several processes write (sqlite.org/wal.html, 2026-03), it does not work on network folders, and the
        # ledger would be three files to copy. EXTRA also puts the end of the journal on the disk, so that a commit
        # is not lost in a power cut. It costs 1.1 ms a commit against 0.4 ms with a log (measured 2026-11).
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA synchronous=EXTRA")
        record.info["file"] = _identity(path)

    @event.listens_for(engine, "checkout")
    def _check(_connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
        file = _identity(path)
        # A kept connection would go on writing to a file that was moved away, and SQLite forbids its use after a fork.
        if record.info["file"] not in {file, None}:
            raise DisconnectionError
        record.info["file"] = file

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine, str(path)


def _identity(path: Path) -> tuple[int, int, int] | None:
    """Return which file this is, for this process."""
    try:
        status = path.stat()
    except OSError:
        return None
    return os.getpid(), status.st_dev, status.st_ino


def _postgresql(text: str) -> tuple[sa.Engine, str]:
    try:
        url = sa.make_url(text).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        raise WorkspaceError(
            "The ledger's URL cannot be read. It looks like postgresql://name:password@host:5432/database,"
            " with the special characters of the password in per cent form (@ is %40)."
        ) from None
    try:
        engine = sa.create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": BUSY_S} | dict(url.query))
    except ImportError as error:
        raise WorkspaceError(
            "A ledger in PostgreSQL needs psycopg. Install it: pip install 'prompt-kit[postgresql]'."
        ) from error

    @event.listens_for(engine, "connect")
    def _connect(connection: psycopg.Connection, _record: object) -> None:
        connection.autocommit = True
        connection.execute(f"SET lock_timeout = '{BUSY_S}s'")
        connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_S}s'")
        connection.autocommit = False

    # What looks like no host may hold a part of a password that was not encoded.
    named = url.host and re.fullmatch(r"[\w.:-]+", url.host)
    return engine, f"PostgreSQL at {url.host}" if named else "PostgreSQL"
