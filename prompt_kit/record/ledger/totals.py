"""Running totals of the requests by day, run and person: the database adds to them whenever a row changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from prompt_kit.record.ledger import statements
from prompt_kit.record.ledger.tables import REQUESTS, TOTALS, Spending

if TYPE_CHECKING:
    from collections.abc import Iterator

# Triggers and no code of ours: whoever changes a row, by whatever statement, the totals change in the same transaction.
_OPEN_PRICE: Final = "{row}.actual IS NULL AND {row}.state <> 'planned'"
_SUMS: Final = {
    "requests": "1",
    "held": "coalesce({row}.actual, {row}.estimate, 0)",
    "known": "coalesce({row}.actual, 0)",
    "possible": f"CASE WHEN {_OPEN_PRICE} THEN coalesce({{row}}.estimate, 0) ELSE 0 END",
    "unknown": f"CASE WHEN {_OPEN_PRICE} THEN 1 ELSE 0 END",
    "unpriced": f"CASE WHEN {_OPEN_PRICE} AND {{row}}.estimate IS NULL THEN 1 ELSE 0 END",
}
"""What each request adds to its totals."""

_DAY: Final = {
    "sqlite": "substr({row}.planned_at, 1, 10)",
    "postgresql": "to_char({row}.planned_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
}
_COLUMNS: Final = ", ".join(_SUMS)
_TRIGGERS: Final = ("prompt_kit_row_added", "prompt_kit_row_changed", "prompt_kit_row_removed")


def prepare(connection: sa.Connection) -> None:
    """Make the table and its triggers where they are missing, and count everything anew."""
    TOTALS.create(connection, checkfirst=True)
    for statement in _statements(connection.dialect.name):
        connection.exec_driver_sql(statement)
    recount(connection)


def missing(connection: sa.Connection) -> bool:
    """Return whether the table or one of its triggers is not there."""
    if connection.dialect.name == "sqlite":
        there = "SELECT count(*) FROM sqlite_master WHERE name = ? OR type = 'trigger' AND name IN (?, ?, ?)"
        return connection.exec_driver_sql(there, (TOTALS.name, *_TRIGGERS)).scalar() != 1 + len(_TRIGGERS)
    there = (
        "SELECT to_regclass(%s) IS NOT NULL AND EXISTS"
        " (SELECT FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND tgname = %s AND tgenabled = 'O')"
    )
    return not connection.exec_driver_sql(there, (TOTALS.name, REQUESTS.name, _TRIGGERS[1])).scalar()


def agree(connection: sa.Connection) -> bool:
    """Return whether the totals are what the rows add up to; this reads all rows."""
    stated = f"SELECT kind, name, day, {_COLUMNS} FROM {TOTALS.name} WHERE requests <> 0"  # noqa: S608 - constants
    counted = f"SELECT * FROM ({_counted(connection.dialect.name)}) AS counted"  # noqa: S608 - constants
    differences = (f"{stated} EXCEPT {counted} LIMIT 1", f"{counted} EXCEPT {stated} LIMIT 1")
    return all(connection.exec_driver_sql(query).first() is None for query in differences)


def recount(connection: sa.Connection) -> None:
    """Count everything anew."""
    connection.execute(sa.delete(TOTALS))
    counted = _counted(connection.dialect.name)
    connection.exec_driver_sql(f"INSERT INTO {TOTALS.name} (kind, name, day, {_COLUMNS}) {counted}")


def spent(connection: sa.Connection, since: datetime, person: str | None) -> Spending:
    """Return what the requests since a moment have cost: by the totals of whole days, and the rows of a part of one."""
    since = since.astimezone(UTC)
    midnight = since.replace(hour=0, minute=0, second=0, microsecond=0)
    until = midnight if since == midnight else midnight + timedelta(days=1)
    days = {"kind": "day" if person is None else "person", "name": person or "", "day": f"{until:%Y-%m-%d}"}
    sums = [connection.execute(statements.SPENT_ON_DAYS, days).one()]
    if since != until:
        part = {"since": since, "until": until}
        if person is None:
            sums.append(connection.execute(statements.SPENT_BETWEEN, part).one())
        else:
            sums.append(connection.execute(statements.SPENT_BETWEEN_BY, part | {"person": person}).one())
    known, possible, unknown, unpriced = (sum(filter(None, column)) for column in zip(*sums, strict=True))
    return Spending(Decimal(known), Decimal(possible), unknown, unpriced)


def _statements(dialect: str) -> Iterator[str]:
    """Yield the statements that make the triggers."""
    added, removed = _added("NEW", "+", dialect), _added("OLD", "-", dialect)
    if dialect == "sqlite":
        for name, when, steps in zip(
            _TRIGGERS, ("INSERT", "UPDATE", "DELETE"), (added, removed + added, removed), strict=True
        ):
            yield f"DROP TRIGGER IF EXISTS {name}"
            yield f"CREATE TRIGGER {name} AFTER {when} ON {REQUESTS.name} BEGIN {steps} END"
        return
    yield (
        "CREATE OR REPLACE FUNCTION prompt_kit_add_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP <> 'INSERT' THEN {removed} END IF;"
        f" IF TG_OP <> 'DELETE' THEN {added} END IF;"
        " RETURN NULL; END $$"
    )
    yield f"DROP TRIGGER IF EXISTS {_TRIGGERS[1]} ON {REQUESTS.name}"
    yield (
        f"CREATE TRIGGER {_TRIGGERS[1]} AFTER INSERT OR UPDATE OR DELETE ON {REQUESTS.name}"
        " FOR EACH ROW EXECUTE FUNCTION prompt_kit_add_up()"
    )


def _added(row: str, sign: str, dialect: str) -> str:
    """Return the statement that adds a row to its totals, or takes it away."""
    amounts = ", ".join(f"{sign}({amount.format(row=row)})" for amount in _SUMS.values())
    keys = (f"{key.format(row=row)}, {amounts}" for key in _keys(dialect))
    values = ", ".join(f"({key})" for key in keys)
    sums = ", ".join(f"{name} = {TOTALS.name}.{name} + excluded.{name}" for name in _SUMS)
    return (
        f"INSERT INTO {TOTALS.name} (kind, name, day, {_COLUMNS}) VALUES {values}"  # noqa: S608 - constants
        f" ON CONFLICT (kind, name, day) DO UPDATE SET {sums};"
    )


def _counted(dialect: str) -> str:
    """Return the query that adds up all rows."""
    amounts = ", ".join(
        f"CAST(sum({amount.format(row='r')}) AS {_kind(name, dialect)})" for name, amount in _SUMS.items()
    )
    queries = (
        f"SELECT {key.format(row='r')}, {amounts} FROM {REQUESTS.name} AS r GROUP BY 1, 2, 3"  # noqa: S608 - constants
        for key in _keys(dialect)
    )
    return " UNION ALL ".join(queries)


def _keys(dialect: str) -> tuple[str, ...]:
    """Return the kind, name and day of each of a row's totals."""
    day = _DAY[dialect]
    return f"'day', '', {day}", "'run', {row}.run, ''", f"'person', {{row}}.person, {day}"


def _kind(name: str, dialect: str) -> str:
    return "BIGINT" if dialect == "sqlite" or name in {"requests", "unknown", "unpriced"} else "NUMERIC(38, 9)"
