"""Adds rows that were lost with an earlier ledger."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from prompt_kit.record.ledger import statements
from prompt_kit.record.ledger.tables import REQUESTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sqlalchemy as sa

    from prompt_kit.record.ledger.tables import Entry

# PostgreSQL counts numbers that are given by us only when it is asked to.
_COUNT_ON: Final = f"SELECT setval(pg_get_serial_sequence('{REQUESTS.name}', 'id'), max(id)) FROM {REQUESTS.name}"  # noqa: S608


def restore(connection: sa.Connection, there: Sequence[Entry], entries: Sequence[Entry]) -> tuple[int | None, ...]:
    """Insert those of a run's requests that are not there; return for each its id, ``None`` when it is there."""
    numbers = {entry.id for entry in there}
    sendings = {_sending(entry) for entry in there}
    missing = [entry.id not in numbers and _sending(entry) not in sendings for entry in entries]
    wanted = [entry.id for entry, is_missing in zip(entries, missing, strict=True) if is_missing and entry.id]
    taken = set(connection.scalars(statements.NUMBERS, {"numbers": wanted}))
    ids: list[int | None] = []
    for entry, is_missing in zip(entries, missing, strict=True):
        if not is_missing:
            ids.append(None)
            continue
        row = asdict(entry)
        if not entry.id or entry.id in taken:
            del row["id"]
            ids.append(connection.execute(statements.BOOK, [row]).scalar_one())
        else:
            connection.execute(statements.RESTORE, row)
            taken.add(entry.id)
            ids.append(entry.id)
    if any(ids) and connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_COUNT_ON)
    return tuple(ids)


def _sending(entry: Entry) -> tuple[int, int, str, str]:
    """Return what tells a request from the others of its run, as exactly as records have it: to the millisecond."""
    at = entry.sent_at or entry.planned_at
    return entry.turn, entry.take, entry.fingerprint, at.isoformat(timespec="milliseconds")
