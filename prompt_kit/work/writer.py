"""A thread for disk and database, so that the event loop waits for neither; what waits is written together."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
J = TypeVar("J")


class Writer(Generic[J]):
    """Does jobs of one kind after each other in its thread; those that wait at the same time are done at once."""

    def __init__(self, do: Callable[[Sequence[tuple[J, Future[Any]]]], None]) -> None:
        self._do = do
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="prompt-kit-writer")
        self._waiting: deque[tuple[J, Future[Any]]] = deque()
        self._lock = threading.Lock()
        self._awake = False

    def put(self, job: J) -> Future[Any]:
        """Hand over a job and return at once; the future has its result."""
        future: Future[Any] = Future()
        with self._lock:
            self._waiting.append((job, future))
            awake, self._awake = self._awake, True
        if not awake:
            self._pool.submit(self._all)
        return future

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
            ready = [(job, future) for job, future in jobs if future.set_running_or_notify_cancel()]
            if not ready:
                continue
            try:
                self._do(ready)
            except BaseException as error:  # noqa: BLE001 - whoever waits for it gets it
                for _, future in ready:
                    if not future.done():
                        future.set_exception(error)


async def written(future: Future[T]) -> T:
    """Wait until something is written; when this is cancelled meanwhile, it is written all the same.

    Raises:
        CancelledError: Once it is written.
    """
    waiting = asyncio.wrap_future(future)
    try:
        return await asyncio.shield(waiting)
    except asyncio.CancelledError:
        while not waiting.done():
            try:
                await asyncio.wait([waiting])
            except asyncio.CancelledError:  # asked to stop once more: what is being written is soon written
                continue
        raise
