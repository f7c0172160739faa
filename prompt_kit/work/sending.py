"""Sends the requests of a plan: the only loop that does, for every kind of work."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, aclosing
from contextvars import ContextVar
from typing import TYPE_CHECKING

from prompt_kit.errors import InputError, PromptKitError
from prompt_kit.generators.opening import announcing, opened
from prompt_kit.work.affording import check_limit
from prompt_kit.work.allowing import check_allowed
from prompt_kit.work.booking import Booking
from prompt_kit.work.gate import Gate
from prompt_kit.work.jobs.delivering import delivered
from prompt_kit.work.making import Making, Shared
from prompt_kit.work.planning import generator_for
from prompt_kit.work.reporting import reported

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from prompt_kit.work.events import Event
    from prompt_kit.work.orders import Plan

_WORKING: ContextVar[Making | None] = ContextVar("prompt_kit_working", default=None)
"""What a generator works on; it does not know when it reports that it waits."""


async def work(  # noqa: PLR0913 - all but the plan are options
    plan: Plan,
    *,
    booking: Booking | None = None,
    gate: Gate | None = None,
    new: bool = False,
    resend: bool = False,
    leave: bool = False,
) -> AsyncGenerator[Event]:
    """Make what a plan holds, and yield each step; what is there already is kept, and not paid again.

    What is to be delivered in jobs is submitted, and ends without a status; its result names the job.

    When it is cancelled, what is on its way is written down as lost, the runs end as cancelled, and their events come
    before the `CancelledError`. Every item ends with an event, whatever happened.

    Args:
        plan: What is to be made; what it refuses is left out.
        booking: The ledger and the folders; opened for this work alone when left out.
        gate: How many requests may be on their way, and whose turn it is.
        new: Whether everything is made anew, even where a run of the same order was left unfinished.
        resend: Whether a request may be sent again that may have been paid though nobody saw the answer.
        leave: Whether such a request is left as it is, and everything else is made; the run ends as cancelled then.

    Raises:
        BudgetError: When it would cost more than the plan's limit, or in jobs more than is left; nothing was sent.
        InputError: When something cannot go into a job, waits in one already, or is not allowed, or when ``resend`` or
            ``leave`` is asked of a job; nothing was sent.
        NotFoundError: When there is no such generator.
        WorkspaceError: When the ledger cannot be opened.
    """
    await asyncio.to_thread(check_allowed, plan)
    if plan.delivery == "now":
        check_limit(plan)
    elif resend or leave:
        raise InputError(
            f"{'resend' if resend else 'leave'} is for work that is done now: a job neither sends a lost request again"
            " nor leaves it. Plan it with delivery='now', or make everything anew with new=True."
        )
    async with AsyncExitStack() as stack:
        desk = Booking(plan.project) if booking is None else booking
        if booking is None:
            await stack.enter_async_context(desk)
        sending = _Sending(plan, desk, gate or Gate(plan.project.concurrency), new, resend, leave)
        if plan.delivery == "now":
            await sending.open(stack)
        async with aclosing(sending.events() if plan.delivery == "now" else delivered(plan, desk, new=new)) as events:
            async for event in events:
                yield event
    # Only now: whoever is stopped before the end goes on with all of it.
    await asyncio.to_thread(reported, sending.unreported)


class _Sending(Shared):
    """One plan while it is worked on."""

    async def open(self, stack: AsyncExitStack) -> None:
        """Open the generators of everything that is sent."""
        for name in dict.fromkeys(item.generator for item in self.plan.to_send):
            maker = self.plan.makers.get(name) or generator_for(name, self.plan.project)
            if getattr(maker, "on_wait", None) is None:
                maker = announcing(maker, self._waits)
            self.makers[name] = await stack.enter_async_context(opened(maker))
        await self.booking.run(lambda ledger: ledger.reconcile())

    async def events(self) -> AsyncGenerator[Event]:
        """Start the workers, and yield what they report until all is done."""
        strands = self._strands()
        team = [asyncio.create_task(self._worker(strands)) for _ in range(min(self.gate.limit, self._most()))]
        for worker in team:
            worker.add_done_callback(lambda _: self.queue.put_nowait(None))
        left = len(team)
        last: list[Event] = []
        try:
            while left:
                try:
                    event = await self.queue.get()
                except asyncio.CancelledError:
                    self._halt(team)
                    continue
                if event is None:
                    left -= 1
                else:
                    yield event
                    if handled := self.awaited.pop(id(event), None):
                        handled.set()
        finally:
            # Also when nobody wants to know more.
            self._halt(team if left else [])
            await asyncio.gather(*team, return_exceptions=True)
            last = [await making.cancelled() for making in list(self.running)]
        for event in last:
            yield event
        if self.broken and not isinstance(self.broken, PromptKitError):
            raise self.broken
        if self.halted:
            raise asyncio.CancelledError

    def _most(self) -> int:
        return sum(item.count for item in self.plan.to_send)

    def _halt(self, team: list[asyncio.Task[None]]) -> None:
        self.halted = self.halted or bool(team)
        for worker in team:
            worker.cancel()

    def _strands(self) -> Iterator[tuple[Making, int]]:
        """Yield every repetition of every item, the first item's first."""
        for item in self.plan.to_send:
            making = Making(item, self)
            for take in range(item.count):
                yield making, take

    async def _worker(self, strands: Iterator[tuple[Making, int]]) -> None:
        for making, take in strands:
            _WORKING.set(making)
            try:
                await making.make(take)
            except asyncio.CancelledError:
                self.halted = True
                raise
            except Exception as error:  # noqa: BLE001 - it is reported once all others have ended
                making.fail(error)
            if self.halted:
                return
            making.takes_left -= 1
            if not making.takes_left:
                self.queue.put_nowait(await making.end())

    def _waits(self, seconds: float, sentence: str) -> None:
        if making := _WORKING.get():
            self.report(making.event("waiting", seconds=seconds, text=sentence))
