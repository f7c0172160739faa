"""Makes the orders that people placed, also those that an earlier process left open, and tells of each step."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import PromptKitError
from prompt_kit.record.placed import change, place, placed, placed_orders
from prompt_kit.work.orders import Order
from prompt_kit.work.resuming import MayBePaidError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from prompt_kit.kit import Kit
    from prompt_kit.prompt import Prompt
    from prompt_kit.record.placed import PlacedOrder
    from prompt_kit.work.events import Event
    from prompt_kit.work.orders import Plan

_LOG: Final = logging.getLogger("prompt_kit.studio")


@dataclass
class Progress:
    """What is known of an order only while it is made."""

    waiting: str = ""
    """Why its generator waits before it asks again."""
    sent: int = 0
    """How many requests are on their way."""


@dataclass
class OrderRunner:
    """Everything that is being made for the pages of one studio."""

    kit: Kit
    progress: dict[str, Progress] = field(default_factory=dict)
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _watchers: dict[str, set[asyncio.Event]] = field(default_factory=lambda: defaultdict(set))
    _cancelled: set[str] = field(default_factory=set)

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
        """Go on with every order that an earlier process left open."""
        for order in await asyncio.to_thread(lambda: list(placed_orders(self.root))):
            if order.state == "open":
                self._begin(order)

    async def allow(self, token: str) -> None:
        """Go on with an order that asks, though something may be paid twice.

        Raises:
            NotFoundError: When there is no such order.
        """
        order = await asyncio.to_thread(placed, self.root, token)
        if order.state == "asks":
            self._begin(await asyncio.to_thread(change, self.root, token, state="open", message="", resend=True))

    async def cancel(self, token: str) -> None:
        """Stop an order; what is finished stays, and what is on its way may have been paid.

        Raises:
            NotFoundError: When there is no such order.
        """
        order = await asyncio.to_thread(placed, self.root, token)
        task = self._tasks.get(token)
        if task is not None:
            self._cancelled.add(token)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.shield(asyncio.wait([task]))
        elif order.state in {"open", "asks"}:
            await asyncio.to_thread(change, self.root, token, state="cancelled")
        self.nudge(order)

    def is_made(self, token: str) -> bool:
        """Return whether an order is being made right now."""
        return token in self._tasks

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

    def _begin(self, order: PlacedOrder) -> None:
        if order.token not in self._tasks:
            self.progress[order.token] = Progress()
            task = asyncio.create_task(self._make(order))
            self._tasks[order.token] = task
            task.add_done_callback(lambda _: self._forget(order))

    def _forget(self, order: PlacedOrder) -> None:
        self._tasks.pop(order.token, None)
        self.progress.pop(order.token, None)
        self.nudge(order)

    async def _make(self, order: PlacedOrder) -> None:
        """Make an order, and write down how it ended."""
        ended: dict[str, str] = {"state": "ended"}
        try:
            plan = await asyncio.to_thread(self._plan, order)
            async with aclosing(self.kit.work(plan, resend=order.resend)) as steps:
                async for event in steps:
                    await self._note(order, event)
                    _raise_error(event)
        except MayBePaidError as error:
            ended = {"state": "asks", "message": error.fact}
        except PromptKitError as error:
            ended["message"] = str(error)
        except asyncio.CancelledError:
            if order.token not in self._cancelled:
                raise  # the studio is closed: the order stays open
            self._cancelled.discard(order.token)
            ended = {"state": "cancelled"}
        except Exception:  # noqa: BLE001 - the last net: whatever happens, the order must not look as if it went on
            _LOG.exception("An order could not be made.")
            ended["message"] = "Something unexpected happened in prompt-kit itself. What was finished is saved."
        await asyncio.shield(asyncio.to_thread(change, self.root, order.token, **ended))

    def _plan(self, order: PlacedOrder) -> Plan:
        wanted = Order(
            order.rendered(self.root),
            order.count,
            order.parent,
            order.parent_picture,
            person=order.person,
            token=order.token,
        )
        return self.kit.plan(wanted, generator=order.generator).checked()

    async def _note(self, order: PlacedOrder, event: Event) -> None:
        """Note a step for those who watch."""
        progress = self.progress[order.token]
        progress.waiting = event.text if event.step == "waiting" else ""
        progress.sent += {"sent": 1, "saved": -1}.get(event.step, 0)
        if event.folder is not None and not order.run:
            run = f"{event.folder.parent.name}/{event.folder.name}"
            order.__dict__["run"] = run
            await asyncio.to_thread(change, self.root, order.token, run=run)
        self.nudge(order)


def _raise_error(event: Event) -> None:
    """Raise what kept an order from being made, if anything did."""
    if event.result is not None and event.result.error is not None:
        raise event.result.error
