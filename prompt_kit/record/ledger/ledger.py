"""The ledger: records each request when it is planned, when it is sent and how it ended."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from prompt_kit.errors import BudgetError, WorkspaceError
from prompt_kit.record.ledger import breakdown, restoring, settling, statements, totals
from prompt_kit.record.ledger.budgets import Limits
from prompt_kit.record.ledger.databases import connect
from prompt_kit.record.ledger.tables import Entry, Planned, RequestState, Spending
from prompt_kit.record.ledger.transactions import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from decimal import Decimal

    import sqlalchemy as sa

    from prompt_kit.outcome import Outcome
    from prompt_kit.project import Budget
    from prompt_kit.record.ledger.breakdown import By, SpendingLine
    from prompt_kit.record.ledger.settling import End

_PLANNED: Final = tuple(field.name for field in fields(Planned))


class Ledger:
    """One row per request, on the disk before the request leaves. It may be used by several threads."""

    def __init__(self, engine: sa.Engine, label: str, clock: Callable[[], datetime]) -> None:
        self._database = Database(engine, label)
        self._clock = clock
        self._mine: set[int] = set()
        self.is_new = False
        """Whether opening it made it."""

    def __repr__(self) -> str:
        return f"Ledger({self._database.label})"

    @staticmethod
    def exists(url: str) -> bool:
        """Return whether there is a ledger; one on a server may be new."""
        return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()

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
            ledger.is_new = ledger._database.make_ready()
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
        self._database.engine.dispose()

    def book(self, planned: Planned, *, budget: Budget | None = None) -> int:
        """Book a request that is about to be sent; return its id.

        Looking at the budget and booking are one step that other processes wait for.

        Raises:
            BudgetError: When the request would cost more than is left; nothing is booked.
            WorkspaceError: When the ledger cannot be written.
        """
        return self.book_all([planned], budget=budget)[0]

    def book_all(self, planned: Sequence[Planned], *, budget: Budget | None = None) -> tuple[int, ...]:
        """Book several requests that are about to be sent, all of them or none; return their ids.

        Raises:
            BudgetError: When one of them would cost more than is left; nothing is booked.
            WorkspaceError: When the ledger cannot be written.
        """
        with self._database.writing() as connection:
            limits = Limits(connection, budget, self._clock())
            for request in planned:
                if refusal := limits.book(request):
                    raise refusal
            return self._insert(connection, planned, {"state": "planned"})

    def book_each(
        self, planned: Sequence[Planned], *, budget: Budget | None = None, sent: bool = False, job: bool = False
    ) -> tuple[int | BudgetError, ...]:
        """Book those of several requests that the budget allows; return for each its id, or why it may not be sent.

        Each is judged as if those before it had been booked alone. All of it is one step that other processes wait
        for, and on the disk on return.

        Args:
            planned: The requests.
            budget: What may be spent.
            sent: Whether they leave now; without it, call `sent` before they do.
            job: Whether they leave in a job that outlives this process, as `handed_over` notes it.

        Raises:
            WorkspaceError: When the ledger cannot be written; do not send any.
        """
        state: dict[str, Any] = {"state": "sent", "sent_at": self._clock()} if sent or job else {"state": "planned"}
        with self._database.writing() as connection:
            limits = Limits(connection, budget, self._clock())
            judged = [limits.book(request) for request in planned]
            allowed = [request for request, refusal in zip(planned, judged, strict=True) if refusal is None]
            numbers = iter(self._insert(connection, allowed, state | ({"pid": 0, "host": ""} if job else {})))
        return tuple(refusal or next(numbers) for refusal in judged)

    def allow(self, planned: Planned, budget: Budget) -> None:
        """Check that the budget has enough for a request; nothing is booked.

        Raises:
            BudgetError: When it would cost more than is left.
            WorkspaceError: When the ledger cannot be read.
        """
        with self._database.reading() as connection:
            if refusal := Limits(connection, budget, self._clock()).book(planned):
                raise refusal

    def _insert(
        self, connection: sa.Connection, planned: Sequence[Planned], state: Mapping[str, Any]
    ) -> tuple[int, ...]:
        common = {"pid": os.getpid(), "host": socket.gethostname(), "planned_at": self._clock(), **state}
        rows = [{name: getattr(request, name) for name in _PLANNED} | common for request in planned]
        numbers = tuple(connection.execute(statements.BOOK, rows).scalars()) if rows else ()
        if common["pid"]:
            self._mine.update(numbers)
        return numbers

    def sent(self, number: int) -> None:
        """Note that a planned request leaves now; on return this is on the disk.

        Raises:
            WorkspaceError: When the ledger cannot be written, or the request is not planned; do not send it.
        """
        with self._database.writing() as connection:
            sent = connection.execute(statements.SEND, {"numbers": [number], "at": self._clock()})
        if not sent.rowcount:
            raise self._no_longer_open(number)

    def handed_over(self, numbers: Sequence[int]) -> None:
        """Note that planned requests leave now in a job that outlives this process; on return this is on the disk.

        They belong to no process from here on, and `reconcile` leaves them alone.

        Raises:
            WorkspaceError: When the ledger cannot be written, or one of them is not planned; do not send any.
        """
        with self._database.writing() as connection:
            sent = connection.execute(statements.HAND_OVER, {"numbers": list(numbers), "at": self._clock()})
            if sent.rowcount != len(numbers):
                raise WorkspaceError(
                    f"{self._database.label}: a request of the job is no longer planned. Submit it again."
                )
        self._mine.difference_update(numbers)

    def ended(self, number: int, outcome: Outcome) -> None:
        """Book how a request ended and what it cost; ``unknown`` when it cannot be known whether it was paid.

        To book the same end again changes nothing.

        Raises:
            WorkspaceError: When the ledger cannot be written, or the request has ended otherwise before.
        """
        self._settle(number, outcome)

    def unknown(self, number: int, *, note: str) -> None:
        """Note that the end of a request will not be known, so that it may have been paid.

        Raises:
            WorkspaceError: When the ledger cannot be written, or the request has ended before.
        """
        self._settle(number, note)

    def settle_each(self, ends: Sequence[tuple[int, End]]) -> tuple[WorkspaceError | None, ...]:
        """Book how several requests ended, in one step; return for each ``None``, or why it could not be booked.

        To book the same end again changes nothing.

        Args:
            ends: The id of each request with how it ended, or with why that will not be known.

        Raises:
            WorkspaceError: When the ledger cannot be written; nothing is booked.
        """
        with self._database.writing() as connection:
            booked = settling.settle(connection, ends, self._clock())
        self._mine.difference_update(number for number, _ in ends)
        return tuple(
            None if done else self._no_longer_open(number) for (number, _), done in zip(ends, booked, strict=True)
        )

    def _settle(self, number: int, end: End) -> None:
        if refusal := self.settle_each([(number, end)])[0]:
            raise refusal

    def _no_longer_open(self, number: int) -> WorkspaceError:
        return WorkspaceError(
            f"{self._database.label}: request {number} is no longer open in the ledger. Start it again."
        )

    def reconcile(self) -> tuple[Entry, ...]:
        """Settle what processes of this computer left open when they were ended; return the changed entries.

        What was only planned never left and is free; what was sent may have been paid.

        Raises:
            WorkspaceError: When the ledger cannot be written.
        """
        left_open = self._read(statements.LEFT_OPEN, host=socket.gethostname())
        left = tuple(settling.abandoned(entry for entry in left_open if entry.id not in self._mine))
        if not left:
            return ()
        with self._database.writing() as connection:
            return tuple(settling.give_up(connection, left))

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
        return self._read(statements.entries(since=since, run=run, states=states, limit=limit))

    def last_run(
        self, prompt_fingerprint: str, generator: str, model: str, *, order_key: str = "", person: str = ""
    ) -> tuple[Entry, ...]:
        """Return the requests of the newest run of a prompt with a model, the newest first; none is an empty tuple.

        Args:
            prompt_fingerprint: Of the prompt.
            generator: The name of the generator.
            model: The id of the model.
            order_key: Leaves out the runs of other orders. Runs of ledgers of version 1 have none; they are anybody's
                who is not named.
            person: For whom it is asked.

        Raises:
            WorkspaceError: When the ledger cannot be read.
        """
        asked = {"prompt_fingerprint": prompt_fingerprint, "generator": generator, "model": model}
        with self._database.reading() as connection:
            queries: list[tuple[sa.Select[Any], dict[str, str]]] = [(statements.NEWEST_OF_PROMPT, asked)]
            if order_key:
                queries = [(statements.NEWEST_OF_ORDER, {"order_key": order_key})]
                queries += [] if person else [(statements.NEWEST_WITHOUT_ORDER, asked)]
            rows = [row for query, values in queries if (row := connection.execute(query, values).first())]
            return self._read(statements.OF_RUN, run=max(rows)[-1]) if rows else ()

    def waiting(
        self, prompt_fingerprint: str, generator: str, *, order_key: str = "", person: str = ""
    ) -> tuple[Entry, ...]:
        """Return the requests of a prompt that left in jobs and are not answered yet, the newest first.

        Args:
            prompt_fingerprint: Of the prompt.
            generator: The name of the generator.
            order_key: Leaves out those of other orders, as with `last_run`.
            person: For whom it is asked.

        Raises:
            WorkspaceError: When the ledger cannot be read.
        """
        entries = self._read(statements.IN_JOBS, prompt_fingerprint=prompt_fingerprint, generator=generator)
        keys = {order_key} if person else {order_key, ""}
        return tuple(entry for entry in entries if entry.order_key in keys) if order_key else entries

    def asked(self, fingerprint: str) -> Entry | None:
        """Return the last request of this fingerprint that brought pictures.

        Raises:
            WorkspaceError: When the ledger cannot be read.
        """
        entries = self._read(statements.OF_REQUEST, fingerprint=fingerprint)
        return entries[0] if entries else None

    def spent(self, since: datetime, *, person: str | None = None) -> Spending:
        """Return what the requests since a moment have cost; those that are only planned cost nothing yet.

        Args:
            since: The moment.
            person: Leaves out the requests of others.

        Raises:
            WorkspaceError: When the ledger cannot be read.
        """
        with self._database.reading() as connection:
            return totals.spent(connection, since, person)

    def persons(self) -> tuple[str, ...]:
        """Return for whom anything was ever asked, by name; requests for nobody by name are left out.

        Raises:
            WorkspaceError: When the ledger cannot be read.
        """
        with self._database.reading() as connection:
            return tuple(connection.execute(statements.PERSONS).scalars())

    def spent_by(self, by: By, *, since: date | None = None, until: date | None = None) -> tuple[SpendingLine, ...]:
        """Return what was spent from a day to a day, both included: days in their order, else what cost most first.

        Raises:
            InputError: When it is divided by something else.
            WorkspaceError: When the ledger cannot be read.
        """
        with self._database.reading() as connection:
            return breakdown.spent_by(connection, by, since, until)

    def left(self, budget: Budget, run: str = "", person: str = "") -> Decimal | None:
        """Return what may still be spent under the tightest limit, in US dollars; ``None`` is no limit.

        It is below zero when more was spent than the limit allows now.

        Raises:
            WorkspaceError: When the ledger cannot be read.
        """
        with self._database.reading() as connection:
            return Limits(connection, budget, self._clock()).left(run, person)

    def recount(self) -> bool:
        """Compare the running totals with the rows, and correct them; return whether they were right.

        This reads all rows.

        Raises:
            WorkspaceError: When the ledger cannot be read or written.
        """
        with self._database.writing() as connection:
            right = totals.agree(connection)
            if not right:
                totals.recount(connection)
        return right

    def is_empty(self) -> bool:
        """Return whether nothing was ever booked.

        Raises:
            WorkspaceError: When the ledger cannot be read.
        """
        return not self.entries(limit=1)

    def restore(self, run: str, entries: Sequence[Entry]) -> tuple[int | None, ...]:
        """Add requests of a run that are not in the ledger, as its record has them.

        Returns:
            For each its id, which is another one where its own is taken by now; ``None`` when it is there already.

        Raises:
            WorkspaceError: When the ledger cannot be written.
        """
        with self._database.writing() as connection:
            return restoring.restore(connection, self.entries(run=run), entries)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make all calls of this thread one step that other processes wait for; an error undoes all of them.

        Keep it short: look up what is there, decide, book.

        Raises:
            WorkspaceError: When the ledger cannot be written.
        """
        with self._database.together():
            yield

    def _read(self, query: sa.Select[Any], **values: Any) -> tuple[Entry, ...]:
        with self._database.reading() as connection:
            return tuple(Entry(**row) for row in connection.execute(query, values).mappings())
