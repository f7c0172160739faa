"""Makes the orders that people placed, also those that an earlier process left open, and tells of each step."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import InputError, PromptKitError
from prompt_kit.outcome import Status
from prompt_kit.record.placed import ENDED, change, forget_ended, lock_of, open_orders, place, placed
from prompt_kit.record.runs.answers import unseen_answers
from prompt_kit.record.runs.reading import own_record
from prompt_kit.support import files, locks
from prompt_kit.work.orders import Order
from prompt_kit.work.resuming import MayBePaidError, last_folder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from filelock import FileLock

    from prompt_kit.kit import Kit
    from prompt_kit.prompt import Prompt
    from prompt_kit.record.placed import PlacedOrder
    from prompt_kit.work.events import Event
    from prompt_kit.work.orders import Plan

REMEMBERED: Final = timedelta(days=30)
"""An order that ended is forgotten after so long; its run stays."""

ASK_AGAIN: Final = 2.0

_LOG: Final = logging.getLogger("prompt_kit.studio")


@dataclass
class Progress:
    """What is known of an order only while it is made."""

    waiting: str = ""
    """Why its generator waits before it asks again."""
    sent: int = 0
    """How many requests are on their way."""
    run: str = ""
    """The id of its run."""


@dataclass
class OrderRunner:
    """Everything that is being made for the pages of one studio."""

    kit: Kit
    ask_again_s: float = ASK_AGAIN
    """After so many seconds it is looked again whether another process still makes an order."""
    progress: dict[str, Progress] = field(default_factory=dict)
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _watchers: dict[str, set[asyncio.Event]] = field(default_factory=lambda: defaultdict(set))
    _unsaved: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Changes of orders that could not be written."""

    @property
    def root(self) -> Path:
        """The folder of all runs."""
        return self.kit.project.runs_folder

    async def place(self, order: PlacedOrder, prompt: Prompt) -> None:
        """Put an order on the disk and begin with it; the same token again changes nothing.

        Raises:
            InputError: When a picture of the prompt is gone.
            WorkspaceError: When it cannot be written.
        """
        if await asyncio.to_thread(place, self.root, order, prompt):
            self._begin(order)

    async def resume(self) -> None:
        """Go on with every order that an earlier process left open, and forget those that ended long ago."""
        for order in await asyncio.to_thread(open_orders, self.root):
            if order.state == "open":
                self._begin(order, resumed=True)
        await asyncio.to_thread(forget_ended, self.root, datetime.now(UTC) - REMEMBERED)

    async def allow(self, token: str) -> None:
        """Go on with an order that asks, though something may be paid twice.

        Raises:
            NotFoundError: When there is no such order.
        """
        order = await asyncio.to_thread(placed, self.root, token)
        if order.state == "asks" and token not in self._tasks:
            self._begin(await asyncio.to_thread(change, self.root, token, state="open", message="", resend=True))

    async def cancel(self, token: str) -> None:
        """Stop an order; what is finished stays, and what is on its way may have been paid.

        Raises:
            NotFoundError: When there is no such order.
            InputError: When another process makes it.
        """
        task = self._tasks.get(token)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        order = self.latest(await asyncio.to_thread(placed, self.root, token))
        if order.state not in ENDED:
            lock = self._held(token)
            if lock is None:
                raise InputError("Another studio of this project is making this order. Stop it there.")
            try:
                await self._write(token, state="cancelled")
            finally:
                locks.release(lock)
        self.nudge(order)

    def is_made(self, token: str) -> bool:
        """Return whether an order is being made right now."""
        return token in self._tasks

    def latest(self, order: PlacedOrder) -> PlacedOrder:
        """Return an order with the changes that could not be written."""
        return replace(order, **self._unsaved.get(order.token, {}))

    async def close(self) -> None:
        """Stop everything; what is open goes on when the studio is opened again."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def changes(self, *about: str) -> AsyncIterator[None]:
        """Yield at once, and then whenever something of these orders, drafts or refined pictures has changed."""
        changed = asyncio.Event()
        changed.set()
        for name in about:
            self._watchers[name].add(changed)
        try:
            while True:
                await changed.wait()
                changed.clear()
                yield
        finally:
            for name in about:
                self._watchers[name].discard(changed)
                if not self._watchers[name]:
                    del self._watchers[name]

    def nudge(self, order: PlacedOrder) -> None:
        """Tell everybody who watches that an order has changed."""
        for name in (order.token, order.draft, order.refines):
            for changed in self._watchers.get(name, ()):
                changed.set()

    def _begin(self, order: PlacedOrder, *, resumed: bool = False) -> None:
        if order.token not in self._tasks:
            self.progress[order.token] = Progress()
            task = asyncio.create_task(self._make(order, resumed=resumed))
            self._tasks[order.token] = task
            task.add_done_callback(lambda _: self._forget(order))

    def _forget(self, order: PlacedOrder) -> None:
        self._tasks.pop(order.token, None)
        self.progress.pop(order.token, None)
        self.nudge(order)

    async def _make(self, order: PlacedOrder, *, resumed: bool) -> None:
        """Make an order as soon as no other process does, unless that one has ended it."""
        try:
            while (lock := self._held(order.token)) is None:
                await asyncio.sleep(self.ask_again_s)
                self.nudge(order)
            try:
                now = await asyncio.to_thread(placed, self.root, order.token)
                if now.state == "open":
                    await self._write(order.token, **await self._ending(now, resumed=resumed))
            finally:
                locks.release(lock)
        except PromptKitError as error:
            _LOG.exception("An order could not be begun.")
            self._unsaved[order.token] = {"state": "ended", "message": str(error)}

    def _held(self, token: str) -> FileLock | None:
        """Return an order's lock, taken at once; ``None`` when another process makes the order."""
        return locks.hold(lock_of(self.root, token))

    async def _ending(self, order: PlacedOrder, *, resumed: bool) -> dict[str, str]:
        """Make an order, and return what is to be written down of its end."""
        why = ""
        try:
            plan = await asyncio.to_thread(self._plan, order)
            if resumed and not order.resend and (run := await self._run_of(plan)):
                return {"state": "ended", "run": run}
            async with aclosing(self.kit.work(plan, resend=order.resend, leave=not order.resend)) as steps:
                async for event in steps:
                    await self._note(order, event)
                    _raise_error(event)
                    why = _why_unsent(event) or why
            if resumed and (fact := await self._unseen(order)):
                return {"state": "asks", "message": fact}
        except MayBePaidError as error:
            return {"state": "asks", "message": error.fact}
        except PromptKitError as error:
            return {"state": "ended", "message": str(error)}
        except Exception:  # noqa: BLE001 - the last net: whatever happens, the order must not look as if it went on
            _LOG.exception("An order could not be made.")
            wrong = "Something unexpected happened in prompt-kit itself. What was finished is saved."
            return {"state": "ended", "message": wrong}
        return {"state": "ended", "message": why} if why else {"state": "ended"}

    def _plan(self, order: PlacedOrder) -> Plan:
        wanted = Order(
            order.rendered(self.root),
            order.count,
            order.parent,
            order.parent_picture,
            person=order.person,
            token=order.token,
            draft=order.draft,
        )
        return self.kit.plan(wanted, generator=order.generator).checked()

    async def _run_of(self, plan: Plan) -> str:
        """Return the run of an order that came to its end before that could be written; empty when there is none."""
        booking = self.kit.desk.booking
        if booking is None:
            raise RuntimeError("the studio works outside of its kit")
        folder, _ = await booking.run(lambda ledger: last_folder(plan.items[0], ledger, self.root))
        ended = folder and (await asyncio.to_thread(own_record, folder)).state in {"done", "failed"}
        return _id_of(folder) if folder and ended else ""

    async def _unseen(self, order: PlacedOrder) -> str:
        """Return what may have been paid though nobody saw it, as a sentence; empty when there is nothing."""
        run = self.progress[order.token].run or order.run
        if not run:
            return ""
        folder = files.inside(self.root, run)
        unseen = await asyncio.to_thread(lambda: unseen_answers(own_record(folder), folder))
        if not unseen:
            return ""
        pictures, them = ("A picture was", "it") if len(unseen) == 1 else (f"{len(unseen)} pictures were", "them")
        return (
            f"{pictures} on the way when the studio ended, and we do not know whether the provider made and counted "
            f"{them}. Everything else is here."
        )

    async def _note(self, order: PlacedOrder, event: Event) -> None:
        """Note a step for those who watch."""
        progress = self.progress[order.token]
        progress.waiting = event.text if event.step == "waiting" else ""
        progress.sent += {"sent": 1, "saved": -1}.get(event.step, 0)
        if event.folder is not None and (run := _id_of(event.folder)) not in {order.run, progress.run}:
            progress.run = run
            await self._write(order.token, run=run)
        self.nudge(order)

    async def _write(self, token: str, **changes: str) -> None:
        """Write down what became of an order; what cannot be written is remembered as long as the studio is open."""
        changes = {**self._unsaved.get(token, {}), **changes}
        writing = asyncio.ensure_future(asyncio.to_thread(change, self.root, token, **changes))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await asyncio.wait([writing])  # nobody writes it at the same time
            raise
        except PromptKitError:
            _LOG.exception("What became of an order could not be written.")
            self._unsaved[token] = changes
        else:
            self._unsaved.pop(token, None)


def _id_of(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


def _why_unsent(event: Event) -> str:
    """Return why an order that has ended, or a part of it, was not sent; what was sent has answers that say it."""
    result = event.result
    unsent = result is not None and (event.folder is None or result.status is Status.BUDGET)
    return result.message if result is not None and unsent else ""


def _raise_error(event: Event) -> None:
    """Raise what kept an order from being made, if anything did."""
    if event.result is not None and event.result.error is not None:
        raise event.result.error
