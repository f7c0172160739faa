"""A kind of work of a program's own needs no more than orders, a plan, its work and its results."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import rows
from comparing import SHOP
from fakes import BLOCKED, Painter
from gemini_asking import KEY
from gemini_batches import Batches
from gemini_server import GeminiServer

from prompt_kit import BudgetError, InputError, Kit, Order, Project, Result, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import MakeTree

    from prompt_kit.generators import Request

SHEET = """\
name,person,subject,style
red,ann,a fox,flat
yellow,ben,a bee,retro
again,ann,a fox,flat
black,ann,an ant,
"""


@pytest.fixture
def kit(tree: MakeTree, tmp_path: Path) -> Kit:
    """A kit of a folder with a recipe and a sheet."""
    tree(**SHOP, **{"sheet.csv": SHEET})
    return Kit(Project(root=tmp_path), concurrency=1)


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> Iterator[Batches]:
    """A server that takes jobs."""
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    with GeminiServer() as server:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        yield Batches(server)


def made(kit: Kit, **how: Any) -> dict[str, Result]:
    """Make the sheet."""
    return asyncio.run(rows.rows_made(kit.project.root / "sheet.csv", "card", kit, **how))


def test_a_kind_of_work_is_short() -> None:
    """Whoever needs much more than this has to write again what the core does already."""
    written = Path(rows.__file__).read_text("utf-8").splitlines()
    assert len(written) <= 90


def test_each_row_is_made_and_the_same_only_once(kit: Kit) -> None:
    """Rows that say the same for the same person share a run; each has its result."""
    painter = Painter()
    results = made(kit, generator=painter)
    assert {name: result.status for name, result in results.items()} == dict.fromkeys(
        ("red", "yellow", "again", "black"), Status.OK
    )
    assert len(painter.asked) == 3
    assert results["again"].runs == results["red"].runs
    assert [item.same_as for item in (results["again"].item, results["red"].item)] == [0, None]
    assert all(picture.path and picture.path.is_file() for result in results.values() for picture in result.pictures)


def test_only_what_did_not_come_is_made_again(kit: Kit) -> None:
    """What is there is not paid twice, however often the sheet is made."""
    painter = Painter(answers={"bee": BLOCKED})
    first = made(kit, generator=painter)
    assert (first["yellow"].status, first["yellow"].reason) == (Status.BLOCKED, "IMAGE_SAFETY")
    painter.answers.clear()
    assert all(result.ok for result in made(kit, generator=painter).values())
    assert len(painter.asked) == 4
    assert all(result.ok for result in made(kit, generator=painter).values())
    assert len(painter.asked) == 4


def test_a_sheet_that_was_stopped_goes_on(kit: Kit) -> None:
    """The task is cancelled in the middle; the next one makes the rest."""
    painter = Painter()

    async def stopped() -> None:
        asked = asyncio.Event()

        async def second_waits(request: Request) -> None:
            if "bee" in request.turn.text:
                asked.set()
                await asyncio.Event().wait()

        painter.before = second_waits
        task = asyncio.create_task(rows.rows_made(kit.project.root / "sheet.csv", "card", kit, generator=painter))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(stopped())
    painter.before = lambda _: None
    results = made(kit, generator=painter)
    assert [name for name, result in results.items() if not result.ok] == ["yellow"]
    assert "may have been made and paid" in results["yellow"].message or results["yellow"].status is Status.CANCELLED
    assert len(painter.asked) == 3


def test_what_is_being_made_is_not_made_twice(kit: Kit) -> None:
    """Whoever looks meanwhile sees that it is under way, and leaves it alone."""
    painter, seen, rest = Painter(), list[Result](), list[str]()

    async def look(request: Request) -> None:
        if "bee" in request.turn.text:
            plan = kit.plan(*rows.orders_of(kit.project.root / "sheet.csv", "card", kit), generator=painter)
            seen.extend(await asyncio.to_thread(kit.results, plan))
            rest.extend(item.order.key for item in plan.rest(seen).items)

    painter.before = look
    made(kit, generator=painter)
    assert [(result.ok, result.under_way) for result in seen] == [
        (True, False), (False, True), (True, False), (False, False),
    ]  # fmt: skip
    assert (seen[1].status, seen[1].message) == (None, "It is being made.")
    assert rest == ["black"]


def test_the_limit_counts_what_is_left(kit: Kit) -> None:
    """Too much for the whole sheet, and nothing is sent; enough for what is left of it."""
    painter = Painter(answers={"bee": BLOCKED})
    with pytest.raises(BudgetError, match=r"The 3 pictures would cost about .* Nothing was sent\."):
        made(kit, generator=painter, max_cost=0.05)
    assert painter.asked == []
    assert not kit.project.runs_folder.exists()
    made(kit, generator=painter)
    painter.answers.clear()
    assert made(kit, generator=painter, max_cost=0.05)["yellow"].ok


def test_rows_belong_to_persons(kit: Kit) -> None:
    """The ledger knows who used what, and the same row for another person is another picture."""
    painter = Painter()
    made(kit, generator=painter)
    sheet = kit.project.root / "sheet.csv"
    sheet.write_text(sheet.read_text("utf-8").replace("again,ann", "again,eve"), "utf-8")
    assert made(kit, generator=painter)["again"].ok
    assert len(painter.asked) == 4
    with kit.ledger() as ledger:
        assert sorted(entry.person for entry in ledger.entries()) == ["ann", "ann", "ben", "eve"]


def test_every_problem_of_every_row_is_reported_at_once(kit: Kit) -> None:
    """With its line; nothing is made."""
    sheet = kit.project.root / "sheet.csv"
    sheet.write_text(SHEET.replace("a bee,retro", ",rtro").replace("an ant,", "an ant,falt"), "utf-8")
    painter = Painter()
    with pytest.raises(InputError) as caught:
        made(kit, generator=painter)
    assert [str(problem).partition(": ")[0] for problem in caught.value.problems] == ["sheet.csv:3"] * 2 + [
        "sheet.csv:5"
    ]
    assert painter.asked == []


def test_a_text_in_a_sheet_names_no_file(kit: Kit) -> None:
    """A sheet comes from strangers."""
    sheet = kit.project.root / "sheet.csv"
    sheet.write_text("name,subject,photo\nspy,a fox,/etc/hostname\n", "utf-8")
    with pytest.raises(InputError, match="text is not taken for the path of a file"):
        made(kit, generator=Painter())


def test_a_sheet_is_delivered_in_jobs(kit: Kit, batches: Batches) -> None:
    """Submitted once, collected, and there: at the lower price, and nothing is made twice."""
    waiting = made(kit, generator="gemini", delivery="job")
    [job] = {result.job for result in waiting.values()}
    assert {result.status for result in waiting.values()} == {None}
    assert f"It waits in {job}. Collect it: prompt-kit runs wait {job}." in waiting["red"].message
    assert made(kit, generator="gemini")["red"].job == job
    assert made(kit, generator="gemini", delivery="job")["red"].job == job

    [done] = kit.collect(timeout_s=5, pause_s=0.01)
    assert (done.id, len(done.rows)) == (job, 3)
    results = made(kit, generator="gemini")
    assert all(result.ok and not result.job for result in results.values())
    assert (len(batches.jobs), len(batches.bill)) == (1, 3)


def test_what_cannot_go_into_a_job_is_refused_in_the_plan(kit: Kit) -> None:
    """Before anything is begun; made at once it can be."""
    with pytest.raises(InputError, match="'proof' takes no jobs"):
        made(kit, generator="proof", delivery="job")
    assert not kit.project.runs_folder.exists()
    assert made(kit, generator="proof")["red"].ok


def test_who_leaves_before_a_job_is_submitted_submits_nothing(kit: Kit, batches: Batches) -> None:
    """The generator of steps is closed once the runs are named: they end, and nothing waits."""

    async def leave() -> None:
        plan = kit.plan(
            *rows.orders_of(kit.project.root / "sheet.csv", "card", kit), generator="gemini", delivery="job"
        )
        steps = kit.work(plan)
        assert (await anext(steps)).step == "started"
        await steps.aclose()

    asyncio.run(leave())
    assert batches.jobs == {}
    assert {run.state for run in kit.runs()} == {"cancelled"}
    assert all(result.job for result in made(kit, generator="gemini", delivery="job").values())


def test_one_kit_serves_many_persons(kit: Kit) -> None:
    """Plans are made in threads, works go on side by side, and who goes away stops only what is theirs."""
    painter = Painter()

    async def request(person: str) -> list[str]:
        order = Order(kit.render("card", {"subject": f"a fox for {person}"}), 2, person=person)
        plan = await asyncio.to_thread(kit.plan, order, generator=painter)
        steps = kit.work(plan)
        seen: list[str] = []
        async for event in steps:
            seen.append(event.step)
            if person == "ann" and event.step == "saved":
                break
        await steps.aclose()
        return seen

    async def serve() -> list[list[str]]:
        async with kit:
            return await asyncio.gather(*(request(person) for person in ("ann", "ben", "eve", "joe")))

    ann, *others = asyncio.run(serve())
    assert "ended" not in ann
    assert all(steps.count("saved") == 2 and steps[-1] == "ended" for steps in others)
    assert sorted(run.state for run in kit.runs()) == ["cancelled", "done", "done", "done"]
