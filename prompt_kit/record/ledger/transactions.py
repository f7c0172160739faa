"""A ledger's database: transactions for reading and writing, and errors as sentences."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from prompt_kit.errors import WorkspaceError
from prompt_kit.record.ledger import migration
from prompt_kit.record.ledger.databases import trouble
from prompt_kit.record.ledger.tables import SCHEMA, OddValueError

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK: Final = 0x70726F6D70746B  # "promptk"; makes writers of one PostgreSQL database wait for each other
_TAKE_LOCK: Final = sa.select(sa.func.pg_advisory_xact_lock(_LOCK))


class Database:
    """The database of one ledger; several threads may use it."""

    def __init__(self, engine: sa.Engine, label: str) -> None:
        self.engine = engine
        self.label = label
        """How messages call it."""
        self._thread = threading.local()

    def make_ready(self) -> bool:
        """Make the tables, or bring them up to date; return whether the ledger is new.

        Raises:
            WorkspaceError: When that cannot be done, or a newer prompt-kit made them.
        """
        is_new = False
        with self.reading() as connection:
            ready = migration.is_ready(connection)
        if not ready:
            with self.writing() as connection:
                is_new = migration.make_ready(connection)
        with self.reading() as connection:
            if migration.version(connection) > SCHEMA:
                raise WorkspaceError(f"{self.label}: a newer prompt-kit made this ledger. Update prompt-kit to use it.")
        return is_new

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Begin to read; inside `together`, in its transaction."""
        if joined := getattr(self._thread, "connection", None):
            yield joined
            return
        with self._errors_as_workspace_errors(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Begin a transaction that other writers wait for; inside `together`, go on with its transaction."""
        if joined := getattr(self._thread, "connection", None):
            yield joined
            return
        with (
            self._errors_as_workspace_errors(),
            self.engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            if connection.dialect.name == "postgresql":
                connection.execute(_TAKE_LOCK)
            yield connection

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make everything that this thread reads and writes one transaction."""
        with self.writing() as connection:
            if getattr(self._thread, "connection", None):  # it is inside another one
                yield
                return
            self._thread.connection = connection
            try:
                yield
            finally:
                self._thread.connection = None

    @contextmanager
    def _errors_as_workspace_errors(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, OddValueError) as error:
            raise trouble(self.label, error) from None
