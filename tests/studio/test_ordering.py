"""Orders of a page: each is made once, whatever is sent twice, stopped, restarted or not written down."""

from __future__ import annotations

import asyncio
import errno
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from gemini_replies import ANSWERS, picture
from gemini_server import GeminiServer
from starlette.testclient import TestClient

from prompt_kit.kit import Kit
from prompt_kit.record.placed import (
    MOST_SHOWN,
    ORDERS,
    PlacedOrder,
    change,
    forget_ended,
    lock_of,
    open_orders,
    place,
    placed,
    placed_orders,
)
from prompt_kit.studio.access import PageAccess
from prompt_kit.studio.app import create_app
from prompt_kit.studio.ordering import OrderRunner
from prompt_kit.support import locks

from .asking import HOST, TOKEN, Page

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from gemini_replies import Asked
    from wire_server import Reply

DRAFT = "0123456789abcdef"


def an_order(kit: Kit, name: str = "a-token-of-16-letters", **more: Any) -> PlacedOrder:
    """Return an order of one proof."""
    prompt = kit.render("sticker", {"subject": "a fox"})
    return PlacedOrder(name, "sticker", prompt.to_dict(), 1, **{"generator": "proof", "draft": DRAFT, **more})


def put(kit: Kit, order: PlacedOrder) -> bool:
    """Place an order without making it."""
    return place(kit.project.runs_folder, order, order.rendered(kit.project.runs_folder))


def made_by(kit: Kit, work: Callable[[OrderRunner], Coroutine[Any, Any, None]]) -> None:
    """Let a studio work, and close it as a person does."""

    async def open_and_close() -> None:
        runner = OrderRunner(kit)
        async with kit:
            await work(runner)
            await runner.close()

    asyncio.run(open_and_close())


async def all_ended(runner: OrderRunner) -> None:
    """Wait until nothing is being made any more."""
    while runner.progress:
        async for _ in runner.changes(DRAFT):
            break
        await asyncio.sleep(0)


def test_forms_sent_twice_at_once_are_one_order(page: Page, kit: Kit) -> None:
    """Eight clicks that arrive together make one run."""
    sent = page.form("/make/sticker?fresh=1") | {"v.subject": "a fox", "make": "one"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: page.post("/make/sticker", sent, follow=False), range(8)))
    assert {answer.status_code for answer in answers} == {303}
    page.until(f"/results/{sent['draft']}", lambda text: "1 of 1 ready" in text)
    assert len(list(kit.runs())) == 1


def test_two_studios_of_one_project_make_an_order_once(kit: Kit, tmp_path: Path) -> None:
    """Both go on with what was left open, and only the first that takes it makes it."""
    order = an_order(kit)
    put(kit, order)

    async def both() -> None:
        other = Kit(tmp_path)
        async with kit, other:
            runners = [OrderRunner(each, ask_again_s=0.01) for each in (kit, other)]
            await asyncio.gather(*(runner.resume() for runner in runners))
            await asyncio.gather(*(all_ended(runner) for runner in runners))

    asyncio.run(both())
    assert (len(list(kit.runs())), placed(kit.project.runs_folder, order.token).state) == (1, "ended")


def test_an_order_of_another_studio_cannot_be_stopped_here(kit: Kit) -> None:
    """The page says where to stop it, and does not write that it was stopped."""
    order = an_order(kit)
    put(kit, order)
    root = kit.project.runs_folder
    lock = locks.hold(lock_of(root, order.token))
    assert lock is not None
    access = PageAccess(TOKEN, frozenset({HOST}))
    with TestClient(create_app(kit, access), base_url=f"http://{HOST}") as client:
        client.get(f"/?token={TOKEN}")
        answer = client.post(f"/orders/{order.token}/cancel", data={"form_token": access.form_token})
        assert (answer.status_code, "Another studio" in answer.text) == (422, True)
    locks.release(lock)
    assert placed(root, order.token).state == "open"


def test_people_without_a_name_take_turns(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody's single picture does not wait for all of somebody else's, though neither gave a name."""
    go_on = Event()

    def answer(asked: Asked) -> Reply:
        go_on.wait()
        return picture()(asked)

    async def two(runner: OrderRunner) -> None:
        for token, subject, count in (
            ("the-one-with-many-pictures", "a fox", 8),
            ("the-one-with-a-picture", "a hen", 1),
        ):
            prompt = kit.render("sticker", {"subject": subject})
            order = PlacedOrder(token, "sticker", prompt.to_dict(), count, "gemini", draft=DRAFT)
            await runner.place(order, prompt)
            async for _ in runner.changes(token):
                if (await asyncio.to_thread(placed, kit.project.runs_folder, token)).run:
                    break
        go_on.set()
        await all_ended(runner)

    with GeminiServer(otherwise=answer) as server:
        monkeypatch.setenv("GEMINI_API_KEY", "a-key")
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        kit = Kit(kit.project, concurrency=1)
        made_by(kit, two)
        subjects = ["a hen" in asked.message for asked in server.requests if asked.task == "generateContent"]
    assert len(subjects) == 9
    assert subjects.index(True) < 5


def test_an_order_is_made_once_though_its_end_was_not_written(kit: Kit) -> None:
    """A studio that dies between the last picture and the note of it does not pay again when it is opened."""
    order = an_order(kit)
    put(kit, order)
    made_by(kit, resumed)
    (run,) = kit.runs()
    root = kit.project.runs_folder
    (root / ORDERS / "open" / order.token).touch()
    change(root, order.token, state="open", run="")
    (root / ORDERS / "open" / order.token).touch()
    made_by(kit, resumed)
    assert [run.id] == [run.id for run in kit.runs()]
    assert (placed(root, order.token).state, placed(root, order.token).run) == ("ended", run.id)


async def resumed(runner: OrderRunner) -> None:
    """Go on with what is open, until it has ended."""
    await runner.resume()
    await all_ended(runner)


def test_an_order_that_is_stopped_at_once_ends_as_stopped(kit: Kit) -> None:
    """Whether nothing has begun, or it is being planned: nothing is made, and the page says so."""
    order = an_order(kit)
    prompt = order.rendered(kit.project.runs_folder)

    async def stopped(runner: OrderRunner) -> None:
        for turns in range(4):
            token = f"{order.token}-{turns}"
            await runner.place(replace(order, token=token), prompt)
            for _ in range(turns):
                await asyncio.sleep(0)
            await runner.cancel(token)
            assert not runner.is_made(token)

    made_by(kit, stopped)
    root = kit.project.runs_folder
    assert {order.state for order in placed_orders(root, DRAFT)} == {"cancelled"}
    assert not open_orders(root)
    assert sum(run.pictures for run in kit.runs()) == 0


def test_a_studio_that_is_closed_goes_on_later(kit: Kit) -> None:
    """What was open when it was closed is made when it is opened again."""
    order = an_order(kit)
    prompt = order.rendered(kit.project.runs_folder)
    made_by(kit, lambda runner: runner.place(order, prompt))
    assert placed(kit.project.runs_folder, order.token).state == "open"
    made_by(kit, resumed)
    assert placed(kit.project.runs_folder, order.token).state == "ended"
    assert sum(run.pictures for run in kit.runs()) == 1


def test_what_was_on_its_way_when_the_studio_closed_is_asked_for(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its picture may be paid: nothing is sent again until somebody allows it, and then the order goes on."""
    order = an_order(kit, generator="gemini")
    root = kit.project.runs_folder

    async def closed_while_it_waits(runner: OrderRunner) -> None:
        await runner.place(order, order.rendered(root))
        await asyncio.to_thread(server.asked.wait)

    async def allowed(runner: OrderRunner) -> None:
        await resumed(runner)
        assert (placed(root, order.token).state, len(server.requests)) == ("asks", 1)
        await runner.allow(order.token)
        await all_ended(runner)

    with GeminiServer() as server:
        monkeypatch.setenv("GEMINI_API_KEY", "a-key")
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        server.next(ANSWERS["hang"])
        made_by(kit, closed_while_it_waits)
        made_by(kit, allowed)
    assert (placed(root, order.token).state, sum(run.pictures for run in kit.runs())) == ("ended", 1)


def test_what_cannot_be_written_of_an_order_is_shown_all_the_same(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full after the work harms no picture, and no page waits for ever."""
    order = an_order(kit)
    root = kit.project.runs_folder
    real = os.replace

    def full(source: Any, target: Any) -> None:
        if Path(target).parent.name == ORDERS:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(source, target)

    async def made(runner: OrderRunner) -> None:
        await runner.place(order, order.rendered(root))
        monkeypatch.setattr(os, "replace", full)
        await all_ended(runner)
        monkeypatch.undo()
        latest = runner.latest(placed(root, order.token))
        assert (latest.state, latest.run) == ("ended", next(kit.runs()).id)

    made_by(kit, made)
    made_by(kit, resumed)
    assert (placed(root, order.token).state, len(list(kit.runs()))) == ("ended", 1)


def test_a_page_reads_only_its_own_orders(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many orders there are, a draft reads its own, and a start reads those that are open."""
    mine = [an_order(kit, f"my-own-token-number-{number}") for number in range(3)]
    others = [an_order(kit, f"token-of-somebody-{number}", draft=f"{number:016}") for number in range(40)]
    root = kit.project.runs_folder
    for order in (*mine, *others):
        put(kit, order)
    for order in others:
        change(root, order.token, state="ended")
    read: list[Path] = []
    real = Path.read_bytes

    def noted(path: Path) -> bytes:
        read.append(path)
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    assert {order.token for order in placed_orders(root, DRAFT)} == {order.token for order in mine}
    assert {order.token for order in open_orders(root)} == {order.token for order in mine}
    assert len(read) == 2 * len(mine)


def test_orders_that_ended_long_ago_are_forgotten(kit: Kit) -> None:
    """What is open or asks stays, and so do all runs."""
    root = kit.project.runs_folder
    for state in ("open", "asks", "ended", "cancelled"):
        order = an_order(kit, f"token-of-an-order-that-{state}", draft=f"draft-{state}")
        put(kit, order)
        change(root, order.token, state=state)
    assert forget_ended(root, datetime.now(UTC) - timedelta(days=1)) == 0
    assert forget_ended(root, datetime.now(UTC) + timedelta(days=1)) == 2
    assert {order.state for order in open_orders(root)} == {"open", "asks"}
    assert len(list((root / ORDERS / "about").iterdir())) == 2
    assert not placed_orders(root, "draft-ended")


@pytest.mark.parametrize("token", ["..", "../../x" * 4, "a" * 65, "short", "with/a/slash/in/the/name", "\0" * 20])
def test_a_token_is_no_path(page: Page, kit: Kit, token: str) -> None:
    """What a form sends as its token names no other file."""
    sent = page.form("/make/sticker?fresh=1") | {"v.subject": "a fox", "order": token, "make": "one"}
    answer = page.post("/make/sticker", sent)
    assert (answer.status_code, list(kit.runs())) == (404, [])


def test_many_orders_of_others_hide_none_of_ones_own(kit: Kit) -> None:
    """Colleagues may change the same picture as often as they like, or send the id of somebody else's draft."""
    order = an_order(kit, person="ann")
    put(kit, order)
    for number in range(MOST_SHOWN + 5):
        put(kit, replace(order, token=f"a-token-of-a-colleague-{number}", person="ben"))
    root = kit.project.runs_folder
    assert [placed_order.token for placed_order in placed_orders(root, DRAFT, "ann")] == [order.token]
    assert {placed_order.person for placed_order in placed_orders(root, DRAFT)} == {"ben"}
    assert len(placed_orders(root, DRAFT, "ben")) == MOST_SHOWN
