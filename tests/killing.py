"""Ends this process at a counted step of its work, so that no kill depends on the machine's speed.

A step is a file that is opened for writing, named, renamed or removed, a folder that is made, bytes that are written to
a file, a transaction of the ledger, or a part of a request that leaves. Between two steps nothing changes outside of the
process, so that a kill at each of them is a kill anywhere.
"""

from __future__ import annotations

import asyncio.selector_events
import os
import signal
import sys
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CHANGES: Final = frozenset({"os.mkdir", "os.link", "os.rename", "os.remove", "os.rmdir", "os.truncate"})
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Steps:
    """Counts the steps of this process from here on, and ends it at one of them."""

    def __init__(self, last: int) -> None:
        """Begin to count; 0 as the last step is none."""
        self._last, self._count, self._paused = last, count(1), False
        self.taken = 0
        sys.dont_write_bytecode = True  # neither is that a step of the work, nor must it be left half done
        sys.addaudithook(self._audited)
        sqlalchemy.event.listen(sqlalchemy.Engine, "commit", lambda _: self._step())
        os.write = self._writing(os.write)
        transport: Any = asyncio.selector_events._SelectorSocketTransport  # type: ignore[attr-defined]
        transport.write = self._sending(transport.write)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Count nothing in this block; no other thread may be working."""
        self._paused = True
        try:
            yield
        finally:
            self._paused = False

    def _step(self, before: Callable[[], object] | None = None) -> None:
        """Count a step, and end the process at the last one; that may leave something half done before."""
        if self._paused:
            return
        self.taken = next(self._count)
        if self.taken == self._last:
            if before:
                before()
            os.kill(os.getpid(), signal.SIGKILL)

    def _audited(self, event: str, details: tuple[Any, ...]) -> None:
        opened = event == "open" and isinstance(details[2], int) and details[2] & _WRITES
        if event in _CHANGES or opened:
            self._step()

    def _writing(self, write: Callable[[int, Any], int]) -> Callable[[int, Any], int]:
        def counted(handle: int, data: Any) -> int:
            self._step(lambda: write(handle, data[: len(data) // 2]))
            return write(handle, data)

        return counted

    def _sending(self, send: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def counted(transport: Any, data: Any) -> None:
            send(transport, data)
            self._step()

        return counted
