"""Keeps a generator's connection open for several requests, and reports when a generator waits."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from copy import copy
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from prompt_kit.generators import Generator

G = TypeVar("G", bound="Generator")
T = TypeVar("T")


class PerLoop(Generic[T]):
    """What every event loop has of its own, because it cannot be used from another one."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._of: WeakKeyDictionary[asyncio.AbstractEventLoop, T] = WeakKeyDictionary()

    def here(self) -> T:
        """Return that of the event loop that runs."""
        loop = asyncio.get_running_loop()
        if (there := self._of.get(loop)) is None:
            there = self._of[loop] = self._make()
        return there


@asynccontextmanager
async def opened(generator: G) -> AsyncIterator[G]:
    """Keep a generator's connection open, if it has one, and close it in the end."""
    if isinstance(generator, AbstractAsyncContextManager):
        async with generator:
            yield generator
    else:
        yield generator


def announcing(generator: Generator, on_wait: Callable[[float, str], None] | None) -> Generator:
    """Return a copy of a generator that reports when it waits; the generator itself when it cannot.

    Both share what they keep open, so that all who use one generator at the same time use its connections.

    Args:
        generator: Takes ``on_wait`` if it is a dataclass with a field of that name.
        on_wait: Called with about how many seconds it waits before it asks again, and why.
    """
    if on_wait is None or not is_dataclass(generator) or isinstance(generator, type):
        return generator
    if not any(field.name == "on_wait" and field.init for field in fields(generator)):
        return generator
    heard = copy(generator)
    object.__setattr__(heard, "on_wait", on_wait)  # it may be frozen
    return heard
