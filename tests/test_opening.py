"""Generators while they are used: connections that stay open, and waiting that is told."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from gemini_asking import KEY, wish
from gemini_server import GeminiServer

from prompt_kit import Kit, Project, Prompt
from prompt_kit.generators.gemini import Gemini
from prompt_kit.generators.opening import announcing, opened
from prompt_kit.generators.proof import Proof
from prompt_kit.outcome import Outcome, Status
from prompt_kit.prompt import Text, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from prompt_kit.generators import Request


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    """A server of the test's own."""
    with GeminiServer() as running:
        yield running


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


def test_many_requests_use_their_connections_again(server: GeminiServer) -> None:
    """Connections that are free for a moment stay open: there are never more than requests at the same time."""

    async def rounds() -> None:
        async with Gemini(api_key=KEY, base_url=server.url) as gemini:
            for _ in range(4):
                made = await asyncio.gather(*(gemini.generate(wish()) for _ in range(30)))
                assert [outcome.explanation for outcome in made if not outcome.ok] == []

    asyncio.run(rounds())

    assert len(server.requests) == 120
    assert server.connections <= 30


def test_works_at_the_same_time_share_the_connections_of_their_generator(server: GeminiServer, tmp_path: Path) -> None:
    """Each work hears by itself that the generator waits; the handshakes are paid once for all of them."""

    async def one_after_the_other() -> None:
        async with Gemini(api_key=KEY, base_url=server.url) as gemini, Kit(Project(root=tmp_path)) as kit:
            for name in ("a fox", "a bee", "an ant"):
                assert (await kit.agenerate(Prompt((Turn((Text(f"Draw {name}."),)),)), generator=gemini)).ok

    asyncio.run(one_after_the_other())

    assert (len(server.requests), server.connections) == (3, 1)


def test_event_loops_may_share_a_generator(server: GeminiServer) -> None:
    """Threads that work at the same time have connections of their own: one cannot be used from two event loops."""
    gemini = Gemini(api_key=KEY, base_url=server.url)
    both_there = threading.Barrier(2, timeout=60)

    async def made() -> bool:
        async with gemini:
            first = await gemini.generate(wish())
            both_there.wait()
            second = await gemini.generate(wish())
            both_there.wait()
        return first.ok and second.ok

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(lambda _: asyncio.run(made()), range(2))) == [True, True]
    assert server.connections == 2
