"""How requests end: what an answer changes in a row, and what becomes of those whose process has ended."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from prompt_kit.outcome import Outcome
from prompt_kit.record.ledger import statements
from prompt_kit.record.ledger.processes import alive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    import sqlalchemy as sa

    from prompt_kit.record.ledger.tables import Entry

End: TypeAlias = Outcome | str
"""How a request ended; text says why that will not be known, so that it may have been paid."""

# A request that was given up may still be charged.
_OPEN: Final = frozenset({"planned", "sent", "unknown"})

_NEVER_SENT: Final[Mapping[str, Any]] = {
    "state": "failed",
    "actual": Decimal(),
    "note": "The program ended before it was sent.",
}
_MAY_BE_PAID: Final[Mapping[str, Any]] = {
    "state": "unknown",
    "actual": None,
    "note": "The program ended before the answer came.",
}


def settle(connection: sa.Connection, ends: Sequence[tuple[int, End]], at: datetime) -> list[bool]:
    """Book how requests ended; return for each whether it could be: not if it has ended otherwise before."""
    answers = [{"number": number, "at": at} | _new(_booked(end)) for number, end in ends if isinstance(end, Outcome)]
    # Nearly always all of them are on their way. Where some are not, each is looked at, also those that are booked now.
    if answers and connection.execute(statements.SETTLE_SENT, answers).rowcount == len(ends):
        return [True] * len(ends)
    stored = connection.execute(statements.STATES, {"numbers": [number for number, _ in ends]})
    rows = {row["id"]: dict(row) for row in stored.mappings()}
    booked, changes = [], []
    for number, end in ends:
        row = rows.get(number)
        values = {} if row is None else _values(end, row)
        same = row is not None and all(values[name] == row[name] for name in ("state", "status", "actual"))
        booked.append(row is not None and (same or row["state"] in _OPEN))
        if booked[-1] and row is not None and not same:
            row.update(values)
            changes.append({"number": number, "at": at} | _new(values))
    if changes:
        connection.execute(statements.SETTLE, changes)
    return booked


def abandoned(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the requests whose process is not there any more."""
    there: dict[tuple[int, datetime], bool] = {}
    for entry in entries:
        process = entry.pid, entry.planned_at
        if process not in there:
            there[process] = alive(*process)
        if not there[process]:
            yield entry


def give_up(connection: sa.Connection, entries: Iterable[Entry]) -> Iterator[Entry]:
    """Settle requests whose process is not there any more; yield those that nobody else has settled."""
    for entry in entries:
        values = _MAY_BE_PAID if entry.state == "sent" else _NEVER_SENT
        same = {"number": entry.id, "old_state": entry.state}
        if connection.execute(statements.GIVE_UP, same | _new(values)).rowcount:
            yield replace(entry, **values)


def _values(end: End, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an end changes in a request's row."""
    if isinstance(end, str):
        kept = {name: row[name] for name in ("status", "actual", "response_id")}
        return {**kept, "state": "unknown", "note": end}
    return _booked(end)


def _booked(end: Outcome) -> dict[str, Any]:
    """Return what an answer changes in a request's row."""
    unpaid = end.cost is None and end.billable == "no"
    return {
        "state": "done" if end.ok else "unknown" if end.billable == "unknown" else "failed",
        "status": str(end.status),
        "actual": Decimal() if unpaid else end.cost,
        "response_id": end.response_id,
        "note": end.reason or ("" if end.ok else end.message),
    }


def _new(values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in values.items()}
