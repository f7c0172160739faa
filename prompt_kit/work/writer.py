"""A thread for disk and database, so that the event loop waits for neither; what waits is written together."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

T = TypeVar("T")
J = TypeVar("J")

Waiter: TypeAlias = "asyncio.Future[Any] | Future[Any]"
"""Who waits for a result, in an event loop or in a thread."""


class Writer(Generic[J]):
    """Does jobs of one kind after each other in its thread; those that wait at the same time are done at once."""

    def __init__(self, do: Callable[[Sequence[tuple[J, Waiter]]], None]) -> None:
        self._do = do
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="prompt-kit-writer")
        self._waiting: deque[tuple[J, Waiter]] = deque()
        self._lock = threading.Lock()
        self._awake = False

    def put(self, *jobs: tuple[J, Waiter]) -> None:
        """Hand over jobs, each with who waits for its result, and return at once."""
        with self._lock:
            self._waiting.extend(jobs)
            awake, self._awake = self._awake, True
        if not awake:
            self._pool.submit(self._all)

    def close(self) -> None:
        """Wait until everything is written, and end the thread."""
        self._pool.shutdown()

    def _all(self) -> None:
        while True:
            with self._lock:
                jobs = list(self._waiting)
                self._waiting.clear()
                if not jobs:
                    self._awake = False
                    return
            try:
                self._do(jobs)
            except BaseException as error:  # noqa: BLE001 - whoever waits for it gets it
                deliver((waiter, error) for _, waiter in jobs)


def deliver(answers: Iterable[tuple[Waiter, Any]]) -> None:
    """Hand results, or errors in their places, to those who wait for them; each event loop is woken once."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[Waiter, Any]]] = {}
    for waiter, result in answers:
        if isinstance(waiter, Future):
            _hand_over([(waiter, result)])
        else:
            loops.setdefault(waiter.get_loop(), []).append((waiter, result))
    for loop, several in loops.items():
        with suppress(RuntimeError):  # the loop has ended, and nobody waits any more
            loop.call_soon_threadsafe(_hand_over, several)


async def written(waiting: asyncio.Future[T]) -> T:
    """Wait until something is written; when this is cancelled meanwhile, it is written all the same.

    Raises:
        CancelledError: Once it is written.
    """
    try:
        return await asyncio.shield(waiting)
    except asyncio.CancelledError:
        while not waiting.done():
            try:
                await asyncio.wait([waiting])
            except asyncio.CancelledError:  # asked to stop once more: what is being written is soon written
                continue
        raise


def _hand_over(answers: Sequence[tuple[Waiter, Any]]) -> None:
    for waiter, result in answers:
        if waiter.done():
            continue
        if isinstance(result, BaseException):
            waiter.set_exception(result)
        else:
            waiter.set_result(result)
