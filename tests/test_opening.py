"""Generators while they are used: connections that stay open, and waiting that is told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prompt_kit.generators.gemini import Gemini
from prompt_kit.generators.opening import announcing, opened
from prompt_kit.generators.proof import Proof
from prompt_kit.outcome import Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from prompt_kit.generators import Request


@dataclass(frozen=True)
class _Plain:
    """A plugin with an attribute of that name which cannot be set."""

    name: str = "plain"

    @property
    def on_wait(self) -> Callable[[float, str], None] | None:
        return None

    async def generate(self, request: Request) -> Outcome:
        return Outcome(Status.OK, model=request.model.id)


def test_a_generator_without_a_connection_is_used_as_it_is() -> None:
    """The proof has nothing to open."""

    async def used() -> bool:
        proof = Proof()
        async with opened(proof) as generator:
            return generator is proof

    assert asyncio.run(used())


def test_an_open_connection_is_closed_in_the_end() -> None:
    """One connection serves all requests of a run, and does not outlive it."""

    async def users() -> tuple[int, int]:
        gemini = Gemini(api_key="k")
        async with opened(gemini):
            during = gemini._connection.users
        return during, gemini._connection.users

    assert asyncio.run(users()) == (1, 0)


def test_a_generator_that_can_tells_about_its_waiting() -> None:
    """Someone who watches sees why nothing happens; the generator that was given stays as it was."""
    told: list[str] = []
    gemini = Gemini(api_key="k")
    heard = announcing(gemini, lambda _seconds, sentence: told.append(sentence))
    assert isinstance(heard, Gemini)
    assert heard.on_wait is not None
    heard.on_wait(1.0, "It is asked again.")
    assert (told, gemini.on_wait) == (["It is asked again."], None)


def test_a_generator_that_cannot_is_left_alone() -> None:
    """A plugin need not know about waiting."""
    for generator in (Proof(), _Plain()):
        assert announcing(generator, lambda _seconds, _sentence: None) is generator
