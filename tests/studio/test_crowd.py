"""Several people at one studio that runs in a process of its own, against a test server."""

from __future__ import annotations

import asyncio
from collections import Counter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from benchmarks.crowd import Visitor, check_nothing_is_lost, closed, crowd, fields_of, gemini_server, studio
from prompt_kit.studio.watching import MOST_WATCHED, watched

if TYPE_CHECKING:
    from pathlib import Path


def test_ten_people_at_once_lose_nothing(tmp_path: Path) -> None:
    """Each order becomes a run with all of its pictures, which the ledger knows; pages answer without an error."""
    (tmp_path / "prompt-kit.yaml").touch()
    with gemini_server() as gemini, studio(tmp_path, gemini.address) as server:
        visitors = asyncio.run(crowd(server.address, 10, 0.1, greedy=12))
    check_nothing_is_lost(tmp_path, visitors)
    assert sum(len(visitor.orders) for visitor in visitors) >= 10
    assert "Traceback" not in "".join(server.printed)


def test_pages_that_were_closed_hold_no_place(tmp_path: Path) -> None:
    """Whoever opens and closes more pages than may be open at once goes on being told of changes."""

    async def opened_and_closed(address: str) -> None:
        visitor = Visitor(address, "Ann")
        await visitor.enter()
        draft = fields_of((await visitor.ask("/make/sticker?fresh=1")).body)["draft"]
        for _ in range(MOST_WATCHED + 20):
            reader, writer = await visitor.watch(draft)
            await reader.readuntil(b"event: changed")
            await closed(writer)
        await visitor.leave()

    with studio(tmp_path) as server:
        asyncio.run(opened_and_closed(server.address))


def test_a_person_has_so_many_open_pages_and_no_more() -> None:
    """A page that opens itself again and again does not take all connections; others have their own places."""
    app = SimpleNamespace(state=SimpleNamespace(watching=Counter()))

    def asked_by(person: str) -> Request:
        headers = [(b"cookie", f"prompt_kit_person={person}".encode())]
        return Request({"type": "http", "app": app, "headers": headers})

    async def many() -> None:
        places: list[Any] = [watched(asked_by("Ann")) for _ in range(MOST_WATCHED + 1)]
        for place in places[:-1]:
            await anext(place)
        with pytest.raises(HTTPException, match="429"):
            await anext(places[-1])
        await anext(watched(asked_by("Bob")))
        await places[0].aclose()
        await anext(watched(asked_by("Ann")))

    asyncio.run(many())
