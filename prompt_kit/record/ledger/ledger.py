"""The ledger: records each request when it is planned, when it is sent and how it ended."""

from __future__ import annotations

import os
import socket
import sqlite3
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Self

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from prompt_kit.errors import BudgetError, WorkspaceError
from prompt_kit.record.ledger.databases import connect, trouble
from prompt_kit.record.ledger.processes import alive
from prompt_kit.record.ledger.tables import (
    REQUESTS,
    SCHEMA,
    TABLES,
    VERSION,
    Entry,
    Money,
    Planned,
    RequestState,
    Spending,
)
from prompt_kit.support.money import dollars

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from prompt_kit.outcome import Outcome
    from prompt_kit.project import Budget

_LOCK: Final = 0x70726F6D70746B  # "promptk"; makes writers of one PostgreSQL database wait for each other

_c = REQUESTS.c

# A request that was given up may still be charged.
_OPEN: Final[tuple[RequestState, ...]] = ("planned", "sent", "unknown")


class Ledger:
    """One row per request, on the disk before the request leaves."""

    def __init__(self, engine: sa.Engine, label: str, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._label = label
        self._clock = clock
        self._mine: set[int] = set()

    def __repr__(self) -> str:
        return f"Ledger({self._label})"

    @classmethod
    def open(cls, where: str | Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Ledger:
        """Open a ledger, and make it if it is not there.

        Args:
            where: A SQLite file, or a URL: ``sqlite:///ledger.db``, ``postgresql://name:password@host/database``.
            clock: Tells the time, with its zone.

        Raises:
            WorkspaceError: When it is damaged, cannot be reached or was made by a newer prompt-kit.
        """
        engine, label = connect(where)
        ledger = cls(engine, label, clock)
        try:
            ledger._make_tables()
        except BaseException:
            ledger.close()
            raise
        return ledger

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections to the database."""
        self._engine.dispose()

    def book(self, planned: Planned, *, budget: Budget | None = None) -> int:
        """Book a request that is about to be sent; return its id.

        Looking at the budget and booking are one step that other processes wait for.

        Raises:
            BudgetError: When the request would cost more than is left; nothing is booked.
            WorkspaceError: When the ledger cannot be written.
        """
        return self.book_all([planned], budget=budget)[0]

    def allow(self, planned: Planned, budget: Budget) -> None:
        """Check that the budget has enough for a request; nothing is booked.

        Raises:
            BudgetError: When it would cost more than is left.
            WorkspaceError: When the ledger cannot be read.
        """
        with self._reading() as connection:
            _allow(connection, planned, budget, self._clock())

    def book_all(self, planned: Sequence[Planned], *, budget: Budget | None = None) -> tuple[int, ...]:
        """Book several requests that are about to be sent, all of them or none; return their ids.

        Raises:
            BudgetError: When one of them would cost more than is left; nothing is booked.
            WorkspaceError: When the ledger cannot be written.
        """
        now = self._clock()
        common = {"pid": os.getpid(), "host": socket.gethostname(), "state": "planned", "planned_at": now}
        numbers = []
        with self._writing() as connection:
            for request in planned:
                if budget:
                    _allow(connection, request, budget, now)
                insert = sa.insert(REQUESTS).values(asdict(request) | common).returning(_c.id)
                numbers.append(connection.execute(insert).scalar_one())
        self._mine.update(numbers)
        return tuple(numbers)

    def sent(self, number: int) -> None:
        """Note that a planned request leaves now; on return this is on the disk.

        Raises:
            WorkspaceError: When the ledger cannot be written, or the request is not planned; do not send it.
        """
        self._change(number, ("planned",), state="sent", sent_at=self._clock())

    def handed_over(self, numbers: Sequence[int]) -> None:
        """Note that planned requests leave now in a job that outlives this process; on return this is on the disk.

        They belong to no process from here on, and `reconcile` leaves them alone.

        Raises:
            WorkspaceError: When the ledger cannot be written, or one of them is not planned; do not send any.
        """
        values = {"state": "sent", "sent_at": self._clock(), "pid": 0, "host": ""}
        planned = _c.id.in_(numbers) & (_c.state == "planned")
        with self._writing() as connection:
            if connection.execute(sa.update(REQUESTS).where(planned).values(values)).rowcount != len(numbers):
                raise WorkspaceError(f"{self._label}: a request of the job is no longer planned. Submit it again.")
        self._mine.difference_update(numbers)

    def ended(self, number: int, outcome: Outcome) -> None:
        """Book how a request ended and what it cost; ``unknown`` when it cannot be known whether it was paid.

        Raises:
            WorkspaceError: When the ledger cannot be written, or the request has ended before.
        """
        unpaid = outcome.cost is None and outcome.billable == "no"
        self._change(
            number,
            _OPEN,
            state="done" if outcome.ok else "unknown" if outcome.billable == "unknown" else "failed",
            status=str(outcome.status),
            actual=Decimal() if unpaid else outcome.cost,
            ended_at=self._clock(),
            response_id=outcome.response_id,
            note=outcome.reason or ("" if outcome.ok else outcome.message),
        )
        self._mine.discard(number)

    def unknown(self, number: int, *, note: str) -> None:
        """Note that the end of a request will not be known, so that it may have been paid.

        Raises:
            WorkspaceError: When the ledger cannot be written, or the request has ended before.
        """
        self._change(number, _OPEN, state="unknown", ended_at=self._clock(), note=note)
        self._mine.discard(number)

    def reconcile(self) -> tuple[Entry, ...]:
        """Settle what processes of this computer left open when they were ended; return the changed entries.

        What was only planned never left and is free; what was sent may have been paid.

        Raises:
            WorkspaceError: When the ledger cannot be written.
        """
        still_open = _c.state.in_(("planned", "sent")) & (_c.host == socket.gethostname())
        left = [
            entry
            for entry in self._read(sa.select(REQUESTS).where(still_open).order_by(_c.id))
            if entry.id not in self._mine and not alive(entry.pid, entry.planned_at)
        ]
        never_sent = {"state": "failed", "actual": Decimal(), "note": "The program ended before it was sent."}
        may_be_paid = {"state": "unknown", "note": "The program ended before the answer came."}
        settled = []
        for entry in left:
            values = may_be_paid if entry.state == "sent" else never_sent
            same = (_c.id == entry.id) & (_c.state == entry.state)
            with self._writing() as connection:
                if connection.execute(sa.update(REQUESTS).where(same).values(values)).rowcount:
                    settled.append(replace(entry, **values))
        return tuple(settled)

    def entries(
        self,
        *,
        since: datetime | None = None,
        run: str | None = None,
        states: Sequence[RequestState] = (),
        limit: int | None = None,
    ) -> tuple[Entry, ...]:
        """Return requests, the newest first.

        Raises:
            WorkspaceError: When the ledger cannot be read.
        """
        query = sa.select(REQUESTS).order_by(_c.id.desc()).limit(limit)
        if since is not None:
            query = query.where(_c.planned_at >= since)
        if run is not None:
            query = query.where(_c.run == run)
        if states:
            query = query.where(_c.state.in_(states))
        return self._read(query)

    def last_run(self, prompt_fingerprint: str, generator: str, model: str) -> tuple[Entry, ...]:
        """Return the requests of the newest run of a prompt with a model, the newest first; none is an empty tuple.

        Raises:
            WorkspaceError: When the ledger cannot be read.
        """
        asked = (_c.prompt_fingerprint == prompt_fingerprint) & (_c.generator == generator)
        same = asked & (_c.model == model)
        newest = sa.select(_c.run).where(same).order_by(_c.id.desc()).limit(1).scalar_subquery()
        return self._read(sa.select(REQUESTS).where(_c.run == newest).order_by(_c.id.desc()))

    def waiting(self, prompt_fingerprint: str, generator: str) -> tuple[Entry, ...]:
        """Return the requests of a prompt that left in jobs and are not answered yet, the newest first.

        Raises:
            WorkspaceError: When the ledger cannot be read.
        """
        same = (_c.prompt_fingerprint == prompt_fingerprint) & (_c.generator == generator)
        handed_over = (_c.state == "sent") & (_c.pid == 0)
        return self._read(sa.select(REQUESTS).where(same, handed_over).order_by(_c.id.desc()))

    def asked(self, fingerprint: str) -> Entry | None:
        """Return the last request of this fingerprint that brought pictures.

        Raises:
            WorkspaceError: When the ledger cannot be read.
        """
        same = (_c.fingerprint == fingerprint) & (_c.state == "done")
        entries = self._read(sa.select(REQUESTS).where(same).order_by(_c.id.desc()).limit(1))
        return entries[0] if entries else None

    def spent(self, since: datetime) -> Spending:
        """Return what the requests since a moment have cost; those that are only planned cost nothing yet.

        Raises:
            WorkspaceError: When the ledger cannot be read.
        """
        open_price = _c.actual.is_(None) & (_c.state != "planned")
        query = sa.select(
            sa.func.sum(_c.actual),
            sa.func.sum(_c.estimate).filter(open_price),
            sa.func.count().filter(open_price),
            sa.func.count().filter(open_price & _c.estimate.is_(None)),
        ).where(_c.planned_at >= since)
        with self._reading() as connection:
            known, possible, unknown, unpriced = connection.execute(query).one()
        return Spending(known or Decimal(), possible or Decimal(), unknown, unpriced)

    def left(self, budget: Budget, run: str = "") -> Decimal | None:
        """Return what may still be spent under the tightest limit, in US dollars; ``None`` is no limit.

        It is below zero when more was spent than the limit allows now.

        Raises:
            WorkspaceError: When the ledger cannot be read.
        """
        with self._reading() as connection:
            limits = _limits(budget, run, self._clock())
            return min((limit - _held(connection, where) for _, limit, where in limits), default=None)

    def _change(self, number: int, states: tuple[RequestState, ...], **values: Any) -> None:
        with self._writing() as connection:
            update = sa.update(REQUESTS).where(_c.id == number, _c.state.in_(states)).values(values)
            changed = connection.execute(update).rowcount
        if not changed:
            raise WorkspaceError(f"{self._label}: request {number} is no longer open in the ledger. Start it again.")

    def _read(self, query: sa.Select[Any]) -> tuple[Entry, ...]:
        with self._reading() as connection:
            return tuple(Entry(**row) for row in connection.execute(query).mappings())

    def _make_tables(self) -> None:
        with self._reading() as connection:
            there = sa.inspect(connection).has_table(VERSION.name)
        if not there:
            with self._writing() as connection:
                TABLES.create_all(connection)
                if connection.scalar(sa.select(VERSION.c.schema)) is None:
                    connection.execute(sa.insert(VERSION).values(schema=SCHEMA))
        with self._reading() as connection:
            schema = connection.scalar(sa.select(sa.func.max(VERSION.c.schema)))
        if (schema or 0) > SCHEMA:
            raise WorkspaceError(f"{self._label}: a newer prompt-kit made this ledger. Update prompt-kit to use it.")

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with self._errors_as_workspace_errors(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with (
            self._errors_as_workspace_errors(),
            self._engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            yield connection

    @contextmanager
    def _errors_as_workspace_errors(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise trouble(self._label, error) from None


def _limits(budget: Budget, run: str, now: datetime) -> list[tuple[str, Decimal, sa.ColumnElement[bool]]]:
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    limits = [
        ("for this run", budget.run, _c.run == run),
        ("for today", budget.day, _c.planned_at >= day),
        ("for this month", budget.month, _c.planned_at >= day.replace(day=1)),
    ]
    return [(name, limit, where) for name, limit, where in limits if limit is not None]


def _held(connection: sa.Connection, where: sa.ColumnElement[bool]) -> Decimal:
    """Return what is spent or may be: the price where it is known, else the estimate."""
    price = sa.func.coalesce(_c.actual, _c.estimate, type_=Money)
    held: Decimal | None = connection.scalar(sa.select(sa.func.sum(price, type_=Money)).where(where))
    return held or Decimal()


def _allow(connection: sa.Connection, planned: Planned, budget: Budget, now: datetime) -> None:
    if planned.estimate == 0:
        return
    for name, limit, where in _limits(budget, planned.run, now):
        if planned.estimate is None:
            raise BudgetError(
                f"The price of {planned.model} is unknown, and the budget {name} is {dollars(limit, least=2)}."
                " Use a model with a known price, or remove the budget."
            )
        held = _held(connection, where)
        if held + planned.estimate > limit:
            left = dollars(max(limit - held, Decimal()), least=2)
            raise BudgetError(
                f"This would cost about {dollars(planned.estimate, least=2)}, but the budget {name} has {left} left:"
                f" {dollars(held, least=2)} of {dollars(limit, least=2)} is spent or reserved."
                " Choose a lower tier or size, or raise the budget."
            )
