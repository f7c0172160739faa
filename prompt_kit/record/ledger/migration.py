"""Makes a ledger's tables, and brings those of earlier versions up to date."""

from __future__ import annotations

import sqlalchemy as sa

from prompt_kit.record.ledger import totals
from prompt_kit.record.ledger.tables import INDEXES, REQUESTS, SCHEMA, TABLES, VERSION

_ADDED = ("person", "order_key")
"""The columns that version 2 added."""


def version(connection: sa.Connection) -> int:
    """Return the version of the tables; 0 when there are none."""
    if not sa.inspect(connection).has_table(VERSION.name):
        return 0
    return connection.scalar(sa.select(sa.func.max(VERSION.c.schema))) or 0


def is_ready(connection: sa.Connection) -> bool:
    """Return whether there is nothing to make and to bring up to date."""
    there = version(connection)
    return there > SCHEMA or (there == SCHEMA and not totals.missing(connection))


def make_ready(connection: sa.Connection) -> bool:
    """Make what is missing; return whether the ledger is new."""
    there = version(connection)
    if there > SCHEMA:  # another process was faster
        return False
    if there == 1:
        _add_columns(connection)
    TABLES.create_all(connection)
    for index in INDEXES:
        index.create(connection, checkfirst=True)
    totals.prepare(connection)
    if not there:
        connection.execute(sa.insert(VERSION).values(schema=SCHEMA))
    elif there < SCHEMA:
        connection.execute(sa.update(VERSION).values(schema=SCHEMA))
    return not there


def _add_columns(connection: sa.Connection) -> None:
    there = {column["name"] for column in sa.inspect(connection).get_columns(REQUESTS.name)}
    for name in _ADDED:
        if name not in there:
            connection.exec_driver_sql(f"ALTER TABLE {REQUESTS.name} ADD COLUMN {name} TEXT NOT NULL DEFAULT ''")
    connection.exec_driver_sql(f"DROP INDEX IF EXISTS ix_{REQUESTS.name}_fingerprint")  # prompt_kit_by_request has it
