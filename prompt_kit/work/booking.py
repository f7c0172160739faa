"""The only place where ledger and run folder change together: book, settle, lose.

The order of writes survives a kill at any point: a request's row is on the disk before it leaves, its pictures are on
the disk before the row says that they came. The ledger has a thread of its own, and so do the answers that are saved,
so that a request need not wait for somebody else's pictures; what waits is written together.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias, TypeVar

from prompt_kit.outcome import Outcome, Status
from prompt_kit.record.ledger import Ledger, Planned
from prompt_kit.record.runs import RunFolder, UnsavedError, rescued
from prompt_kit.work.writer import Writer, deliver, written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import TracebackType

    from prompt_kit.errors import BudgetError, WorkspaceError
    from prompt_kit.project import Project
    from prompt_kit.record.runs import Sent
    from prompt_kit.work.orders import Item
    from prompt_kit.work.writer import Waiter

T = TypeVar("T")

_NEVER_LEFT: Final = Outcome(
    Status.CANCELLED, message="It was stopped before it was sent.", billable="no", cost=Decimal(0)
)


@dataclass(frozen=True, slots=True)
class _Book:
    """A request that is about to be sent."""

    planned: Planned


@dataclass(frozen=True, slots=True)
class _Settle:
    """An answer that is to be saved and booked."""

    folder: RunFolder
    outcome: Outcome
    sent: Sent


@dataclass(frozen=True, slots=True)
class _End:
    """An answer that is saved, or could not be, and is to be booked."""

    number: int
    outcome: Outcome
    answer: Any
    """What whoever waits gets when it could be booked: the answer as it was saved, or why it was not."""


@dataclass(frozen=True, slots=True)
class _Lose:
    """A request whose answer nobody will see."""

    folder: RunFolder
    sent: Sent
    note: str


_Job: TypeAlias = "_Book | _End | _Lose | Callable[[Ledger], Any]"
_Waiting: TypeAlias = "tuple[_Job, Waiter]"


class Booking:
    """Ledger and run folders of a project while work goes on; may be used by several works at once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._ledger: Ledger | None = None
        self._writer: Writer[_Job] = Writer(self._do)
        self._saver: Writer[_Settle] = Writer(self._save)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.shield(asyncio.to_thread(self.close))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Write what waits, and close the ledger."""
        self._saver.close()
        self._writer.close()
        if self._ledger is not None:
            self._ledger.close()

    async def book(self, planned: Planned) -> int:
        """Book a request that leaves now, and return its id; on return this is on the disk.

        Looking at the budget and booking are one step that other processes wait for.

        Raises:
            BudgetError: When the request would cost more than is left; nothing is booked.
            WorkspaceError: When the ledger cannot be written; do not send it.
        """
        waiter = _waiter()
        self._writer.put((_Book(planned), waiter))
        try:
            number: int = await written(waiter)
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                number = waiter.result()
                self._writer.put((lambda ledger: ledger.ended(number, _NEVER_LEFT), Future()))
            raise
        return number

    async def settle(self, folder: RunFolder, outcome: Outcome, sent: Sent) -> Outcome:
        """Save an answer and book it; return the outcome with the paths of its pictures.

        Raises:
            WorkspaceError: When it cannot be saved; it is booked all the same, for it was paid.
        """
        waiter = _waiter()
        self._saver.put((_Settle(folder, _priced(outcome), sent), waiter))
        saved: Outcome = await written(waiter)
        return saved

    def settle_now(self, folder: RunFolder, outcome: Outcome, sent: Sent) -> Outcome:
        """Do the same in a thread that may wait.

        Raises:
            WorkspaceError: When it cannot be saved; it is booked all the same, for it was paid.
        """
        waiter: Future[Outcome] = Future()
        self._saver.put((_Settle(folder, _priced(outcome), sent), waiter))
        return waiter.result()

    async def lose(self, folder: RunFolder, sent: Sent, note: str) -> None:
        """Write down that nobody will see the answer to a request, which may have been paid.

        Raises:
            WorkspaceError: When that cannot be written.
        """
        waiter = _waiter()
        self._writer.put((_Lose(folder, sent, note), waiter))
        await written(waiter)

    async def run(self, do: Callable[[Ledger], T]) -> T:
        """Return what a function returns that reads or writes disk and ledger; it runs in the thread of both."""
        waiter = _waiter()
        self._writer.put((do, waiter))
        result: T = await written(waiter)
        return result

    def now(self, do: Callable[[Ledger], T]) -> T:
        """Return the same, for a thread that may wait."""
        waiter: Future[T] = Future()
        self._writer.put((do, waiter))
        return waiter.result()

    def _open(self) -> Ledger:
        if self._ledger is None:
            self._ledger = Ledger.open(self.project.ledger_url)
        return self._ledger

    def _do(self, jobs: Sequence[_Waiting]) -> None:
        ledger = self._open()
        books = [(job, waiter) for job, waiter in jobs if isinstance(job, _Book)]
        ends = [(job, waiter) for job, waiter in jobs if isinstance(job, _End)]
        if books or ends:
            deliver(self._booked(books, ends, ledger))
        for job, waiter in jobs:
            if isinstance(job, _Lose):
                deliver([(waiter, _tried(lambda job=job: _lose(job, ledger)))])  # type: ignore[misc]
            elif not isinstance(job, _Book | _End):
                deliver([(waiter, _tried(lambda job=job: job(ledger)))])  # type: ignore[misc]

    def _booked(
        self, books: Sequence[tuple[_Book, Waiter]], ends: Sequence[tuple[_End, Waiter]], ledger: Ledger
    ) -> list[tuple[Waiter, Any]]:
        """Book requests that leave now and how others ended, in one step; return who gets which answer."""
        numbers: tuple[int | BudgetError, ...] = ()
        refusals: tuple[WorkspaceError | None, ...] = ()
        with ledger.together():
            if books:
                numbers = ledger.book_each([job.planned for job, _ in books], budget=self.project.budget, sent=True)
            if ends:
                refusals = ledger.settle_each([(job.number, job.outcome) for job, _ in ends])
        sent = [(waiter, number) for (_, waiter), number in zip(books, numbers, strict=True)]
        ended = [(waiter, refusal or job.answer) for (job, waiter), refusal in zip(ends, refusals, strict=True)]
        return [*sent, *ended]

    def _save(self, jobs: Sequence[tuple[_Settle, Waiter]]) -> None:
        """Save answers, then have them booked: also what could not be saved, for it was paid."""
        saved = _saved([job for job, _ in jobs])
        ends = [
            (_End(_number(job.sent), job.outcome, answer), waiter)
            for (job, waiter), answer in zip(jobs, saved, strict=True)
        ]
        self._writer.put(*ends)


def new_run(item: Item, root: Path, **more: Any) -> RunFolder:
    """Return the folder of a new run of an item, locked, with its record.

    Raises:
        InputError: When a reference is gone or has changed.
        WorkspaceError: When nothing can be written.
    """
    order, now, origin = item.order, datetime.now(UTC), item.order.origin
    return RunFolder.create(root, order.prompt, generator=item.generator, now=now, count=order.count, **origin, **more)


def row_for(  # noqa: PLR0913 - a row has as many fields
    item: Item, run: str, turn: int, take: int, *, fingerprint: str, estimate: Decimal | None
) -> Planned:
    """Return a request of an item as it is booked."""
    return Planned(
        run=run,
        recipe=item.prompt.recipe,
        turn=turn,
        take=take,
        generator=item.generator,
        model=item.model.id,
        fingerprint=fingerprint,
        prompt_fingerprint=item.prompt.fingerprint,
        estimate=estimate,
        person=item.order.person,
        order_key=item.key,
    )


def budget_refusal(error: BudgetError, model: str) -> Outcome:
    """Return the outcome of a request that the budget stopped before it was sent."""
    return Outcome(Status.BUDGET, message=str(error), billable="no", cost=Decimal(0), model=model)


def _priced(outcome: Outcome) -> Outcome:
    """Return an outcome that says of itself that it costs nothing, where it is not charged."""
    return replace(outcome, cost=Decimal(0)) if outcome.cost is None and outcome.billable == "no" else outcome


def _lose(job: _Lose, ledger: Ledger) -> None:
    ledger.unknown(_number(job.sent), note=job.note)
    job.folder.lost(job.sent)


def _number(sent: Sent) -> int:
    if sent.entry is None:
        raise ValueError("a request that was sent has a number in the ledger")
    return sent.entry


def _saved(jobs: Sequence[_Settle]) -> list[Any]:
    """Save answers, those of a run together; return each as it is saved, or why it is not.

    What cannot be saved in its run is kept in another folder, which the error names.
    """
    results: dict[int, Any] = {}
    by_folder: dict[int, list[int]] = {}
    for at, job in enumerate(jobs):
        by_folder.setdefault(id(job.folder), []).append(at)
    for places in by_folder.values():
        answers = [(jobs[at].outcome, jobs[at].sent) for at in places]
        saved = _tried(lambda places=places, answers=answers: jobs[places[0]].folder.save_all(answers))  # type: ignore[misc]
        several = [saved] * len(places) if isinstance(saved, BaseException) else saved
        results |= dict(zip(places, several, strict=True))
    every = (results[at] for at in range(len(jobs)))
    return [rescued(answer) if isinstance(answer, UnsavedError) else answer for answer in every]


def _waiter() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()


def _tried(do: Callable[[], Any]) -> Any:
    """Return what a function returns or raises; whoever waits for it gets it."""
    try:
        return do()
    except BaseException as error:  # noqa: BLE001 - see above
        return error
