"""Keeps a generator's connection open for several requests, and reports when a generator waits."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from prompt_kit.generators import Generator

G = TypeVar("G", bound="Generator")


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

    Args:
        generator: Takes ``on_wait`` if it is a dataclass with a field of that name.
        on_wait: Called with about how many seconds it waits before it asks again, and why.
    """
    if on_wait is None or not is_dataclass(generator) or isinstance(generator, type):
        return generator
    if not any(field.name == "on_wait" and field.init for field in fields(generator)):
        return generator
    return replace(generator, on_wait=on_wait)
