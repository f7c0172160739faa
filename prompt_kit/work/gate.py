"""Lets so many requests go at a time; persons take turns, so that nobody waits for all of somebody else's."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass
class _Line:
    """Who waits in one event loop."""

    free: int
    waiting: dict[str, deque[asyncio.Future[None]]] = field(default_factory=dict)
    """Requests by person; the person whose turn it is comes first."""


class Gate:
    """One queue for all work of a kit, round robin by person."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line] = WeakKeyDictionary()

    @asynccontextmanager
    async def turn(self, person: str) -> AsyncIterator[None]:
        """Wait for the turn of a person's next request, and hold a place as long as it is on its way."""
        line = self._lines.setdefault(asyncio.get_running_loop(), _Line(self.limit))
        if line.free:
            line.free -= 1
        else:
            await _wait(line, person)
        try:
            yield
        finally:
            _leave(line)


async def _wait(line: _Line, person: str) -> None:
    place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    line.waiting.setdefault(person, deque()).append(place)
    try:
        await place
    except asyncio.CancelledError:
        if place.done() and not place.cancelled():
            _leave(line)  # the place was given just now
        raise


def _leave(line: _Line) -> None:
    """Give the place to the next person who waits."""
    while line.waiting:
        person, places = next(iter(line.waiting.items()))
        del line.waiting[person]
        place = places.popleft()
        if places:
            line.waiting[person] = places
        if not place.done():
            place.set_result(None)
            return
    line.free += 1
