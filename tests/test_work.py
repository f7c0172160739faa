"""One loop makes everything: what its answers end, what it keeps, whose turn it is, and what it costs."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fakes import OVERLOADED, Painter, png, stopping_at

import prompt_kit
from prompt_kit import BudgetError, InputError, Kit, Order, Outcome, Project, Prompt, Status
from prompt_kit.cli.main import run
from prompt_kit.project import Budget
from prompt_kit.prompt import Earlier, Settings, Text, Turn
from prompt_kit.record.ledger import Ledger
from prompt_kit.record.runs import prompt_from, run_record, runs
from prompt_kit.work.ends import ENDS
from prompt_kit.work.gate import Gate
from prompt_kit.work.results import results as on_disk

if TYPE_CHECKING:
    from prompt_kit.generators import Request
    from prompt_kit.work.events import Event
    from prompt_kit.work.orders import Plan, Result


def draws(words: str, **settings: str) -> Prompt:
    """Return a prompt of one turn."""
    return Prompt((Turn((Text(f"Draw {words}."),)),), Settings(**settings), recipe="fox")  # type: ignore[arg-type]


FOX, BEE = draws("a fox"), draws("a bee")
SPIN = Prompt(
    (Turn((Text("Draw the front."),), "front"), Turn((Earlier(0, "identity"), Text("Draw the back.")), "back")),
    recipe="spin",
)


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """A kit of a folder of its own that sends one request at a time."""
    return Kit(Project(root=tmp_path), concurrency=1)


async def done(kit: Kit, plan: Plan, **options: bool) -> list[Event]:
    """Make a plan and return every step."""
    return [event async for event in kit.work(plan, **options)]


def results(events: list[Event]) -> list[Result]:
    """Return what came of each item, in the order of the plan."""
    return sorted((event.result for event in events if event.result), key=lambda result: result.item.number)


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (Status.OK, 6),
        (Status.BLOCKED, 6),
        (Status.NO_IMAGE, 6),
        (Status.UNAVAILABLE, 6),
        (Status.TIMEOUT, 6),
        (Status.INVALID, 5),
        (Status.BUDGET, 5),
        (Status.CANCELLED, 5),
        (Status.QUOTA, 3),
        (Status.AUTH, 2),
    ],
)
def test_each_status_ends_what_it_makes_hopeless(kit: Kit, status: Status, sent: int) -> None:
    """The fox, twice; the bee of its model, twice; one of another model, and one of another generator."""
    painter, other = Painter(), Painter("other")
    painter.answers = {"a fox": Outcome(status, billable="no")} if status is not Status.OK else {}
    plan = kit.plan(
        Order(FOX, 2),
        Order(BEE, 2),
        Order(draws("a bee", tier="pro")),
        Order(draws("an ant", model="gpt-image-of-tomorrow"), generator=other),
        generator=painter,
    )
    ended = results(asyncio.run(done(kit, plan)))
    assert len(painter.asked) + len(other.asked) == sent
    assert ended[0].status is status
    assert len(ended) == 4
    assert all(result.ok or "Nothing was sent." in result.message for result in ended[1:])


def test_the_table_of_ends_is_whole() -> None:
    """A status that it does not have would end in a KeyError, after the request was paid."""
    assert set(ENDS) == set(Status)


def test_a_run_that_was_cut_short_by_another_is_not_whole(kit: Kit) -> None:
    """Another item uses the quota up: the run is a failed one, and the same order makes only what is missing."""
    painter = Painter()

    def refuse(_: Request) -> Outcome | None:
        return Outcome(Status.QUOTA, message="Enough.", billable="no") if len(painter.asked) == 2 else None

    painter.before = refuse
    plan = kit.plan(Order(FOX, 3), generator=painter)
    [first] = results(asyncio.run(done(kit, plan)))
    assert (first.status, len(first.pictures)) == (Status.QUOTA, 1)
    painter.before = lambda _: None
    again = kit.plan(Order(FOX, 3), generator=painter)
    assert (len(again.items[0].places), again.items[0].price()) == (2, again.items[0].price_of(0) * 2)  # type: ignore[operator]
    [second] = results(asyncio.run(done(kit, again)))
    assert (second.ok, len(second.pictures), len(painter.asked)) == (True, 3, 4)


def test_results_are_read_from_the_disk(kit: Kit) -> None:
    """A page that was closed, or another process, reads the same as whoever watched."""
    plan = kit.plan(Order(FOX, 2, key="a"), Order(FOX, 2, key="b"), BEE, draws("x", size="512"), generator=Painter())
    assert [result.status for result in on_disk(plan)] == [None] * 4
    watched = results(asyncio.run(done(kit, plan)))
    first, same, second, refused = on_disk(plan)
    assert (first.status, first.cost, first.runs) == (Status.OK, Decimal("0.08"), watched[0].runs)
    assert [picture.sha256 for picture in first.pictures] == [picture.sha256 for picture in watched[0].pictures]
    assert (same.runs, same.item.number) == (first.runs, 1)
    assert second.ok
    assert "512" in refused.message


def test_a_picture_of_a_guide_is_priced_each(kit: Kit) -> None:
    """Four steps are four pictures to pay; steps that are written out count themselves."""
    one, four, three = (
        kit.plan(kit.render("illustrated-guide", {"topic": "baking macarons"} | more), generator="proof").items[0]
        for more in ({}, {"step_count": 4}, {"steps": ["Whisk.", "Pipe.", "Bake."]})
    )
    assert one.estimate is not None
    assert [round(item.estimate / one.estimate) for item in (four, three)] == [4, 3]  # type: ignore[operator]
    assert "each further one" in "".join(one.warnings)
    assert "each further one" not in "".join(four.warnings)
    made = kit.generate(four.prompt, generator="proof")
    assert made.folder is not None
    assert prompt_from(made.folder, kit.project.runs_folder).pictures_asked == 4


def test_persons_take_turns() -> None:
    """Somebody who asks for one picture does not wait for all of somebody else's."""
    order: list[str] = []

    async def one(gate: Gate, person: str) -> None:
        async with gate.turn(person):
            order.append(person)
            await asyncio.sleep(0)

    async def rush() -> None:
        gate = Gate(1)
        wanted = ["ann"] * 4 + ["ben"] * 2 + ["eve"]
        await asyncio.gather(*(one(gate, person) for person in wanted))

    asyncio.run(rush())
    assert order == ["ann", "ann", "ben", "eve", "ann", "ben", "ann"]


def test_a_place_that_nobody_takes_goes_to_the_next() -> None:
    """Who is cancelled while waiting, or just as the turn comes, blocks nobody."""

    async def run() -> bool:
        gate = Gate(1)
        async with gate.turn("ann"):
            waiting = asyncio.create_task(_through(gate, "ben"))
            last = asyncio.create_task(_through(gate, "eve"))
            await asyncio.sleep(0)
        waiting.cancel()
        async with asyncio.timeout(30):
            await last
        return waiting.cancelled() or not waiting.done()

    assert asyncio.run(run())


async def _through(gate: Gate, person: str) -> None:
    async with gate.turn(person):
        pass


def test_an_unfinished_run_belongs_to_its_person(kit: Kit) -> None:
    """A request of Ann's that may be paid stands in nobody else's way; for herself it is asked about."""
    with pytest.raises(asyncio.CancelledError):
        kit.generate(FOX, generator=Painter(before=stopping_at("fox")), person="ann")
    assert kit.generate(FOX, generator=Painter(), person="ben").ok
    assert kit.generate(FOX, generator=Painter()).ok
    with pytest.raises(InputError, match="may have been made and paid"):
        kit.generate(FOX, generator=Painter(), person="ann")


def test_the_ledger_knows_for_whom_it_was(kit: Kit) -> None:
    """Each request is booked on its person, and what somebody has spent is asked of the ledger."""
    kit.generate(FOX, generator=Painter(), person="ann")
    asyncio.run(done(kit, kit.plan(Order(BEE, 2, person="ben"), FOX, generator=Painter())))
    since = datetime.now(UTC) - timedelta(days=2)
    with Ledger.open(kit.project.ledger_url) as ledger:
        assert [entry.person for entry in reversed(ledger.entries())] == ["ann", "ben", "ben", ""]
        spent = {person: ledger.spent(since, person=person).known for person in ("ann", "ben", "", "eve", None)}
    each = spent["ann"]
    assert each > 0
    assert spent == {"ann": each, "ben": 2 * each, "": each, "eve": 0, None: 4 * each}


def test_who_asks_what_was_spent_may_name_a_person(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command counts only her requests, leaves out the budget of all, and says who there is."""
    monkeypatch.chdir(kit.project.root)
    kit.generate(FOX, generator=Painter(), person="ann")
    kit.generate(BEE, generator=Painter(), person="ben", count=2)
    spent = {}
    for person in ("ann", "ben"):
        assert run(["runs", "spend", "--person", person, "--json"]) == 0
        spent[person] = Decimal(json.loads(capsys.readouterr().out)["day"]["known_usd"])
    assert spent["ben"] == 2 * spent["ann"] > 0
    assert run(["runs", "spend", "--person", "eve"]) == 2
    assert "There is no person 'eve'. Known: ann, ben." in capsys.readouterr().err


def test_a_generator_that_raises_ends_the_run(kit: Kit) -> None:
    """The error goes through, the run has failed, and as it may be paid, it goes on with consent only."""

    def break_off(_: Request) -> None:
        raise RuntimeError("a mistake of the plugin")

    with pytest.raises(RuntimeError, match="a mistake of the plugin"):
        kit.generate(FOX, generator=Painter(before=break_off))
    [broken] = runs(kit.project.runs_folder)
    assert broken.state == "failed"
    totals = run_record(broken.folder).totals
    assert totals is not None
    assert totals.message == "It was broken off: a mistake of the plugin"
    with pytest.raises(InputError, match="Nobody saw the answer"):
        kit.generate(FOX, generator=Painter())
    assert kit.generate(FOX, generator=Painter(), resend=True).folder == broken.folder


def test_the_cap_counts_what_is_left(kit: Kit) -> None:
    """Two turns cost more than is allowed; once the first is there, the second alone does not."""
    painter = Painter()
    whole = kit.plan(SPIN, generator=painter).estimate
    assert whole is not None
    with pytest.raises(BudgetError, match=r"may be spent\. Nothing was sent\."):
        kit.generate(SPIN, generator=painter, max_cost=whole - Decimal("0.001"))
    assert painter.asked == []
    assert not kit.generate(SPIN, generator=Painter(answers={"back": OVERLOADED})).ok
    assert kit.generate(SPIN, generator=painter, max_cost=whole - Decimal("0.001")).ok
    assert painter.turns == ["back"]


def test_a_budget_that_is_used_up_makes_no_folder(tmp_path: Path) -> None:
    """Nothing was asked, so there is nothing to record."""
    kit = Kit(Project.model_validate({"root": tmp_path, "budget": {"day": "0.01"}}))
    outcome = kit.generate(FOX, generator=Painter())
    assert (outcome.status, outcome.folder) == (Status.BUDGET, None)
    assert list(kit.runs()) == []


def test_the_same_order_under_several_keys_is_made_once(kit: Kit) -> None:
    """Rows that say the same share a picture; without keys, two orders are two wishes."""
    keyed = kit.plan(Order(FOX, key="row 1"), Order(FOX, key="row 2"), generator=Painter())
    assert [item.same_as for item in keyed.items] == [None, 0]
    assert (len(keyed.to_send), keyed.requests) == (1, 1)
    assert len(kit.plan(FOX, FOX, generator=Painter()).to_send) == 2


def test_a_plan_collects_every_refusal(kit: Kit) -> None:
    """Someone who mends one order must not be sent round again for the next."""
    plan = kit.plan(draws("a fox", size="512"), BEE, draws("an ant", thinking="low"), generator=Painter())
    assert {problem.parameter for problem in plan.problems} == {"size", "thinking"}
    assert [item.number for item in plan.to_send] == [1]
    with pytest.raises(InputError):
        plan.checked()


def test_a_run_is_named_before_it_is_paid(kit: Kit) -> None:
    """Whoever iterates has seen `started` before the first request leaves, so that it can be written down."""
    painter = Painter()

    async def watch() -> int:
        asked_before = -1
        async for event in kit.work(kit.plan(FOX, generator=painter)):
            if event.step == "started":
                await asyncio.sleep(0.05)
                asked_before = len(painter.asked)
        return asked_before

    assert asyncio.run(watch()) == 0


def test_who_stops_listening_stops_the_work(kit: Kit) -> None:
    """The run ends as a cancelled one, and what was on its way is on record."""
    painter = Painter()

    async def leave() -> None:
        steps = kit.work(kit.plan(Order(FOX, 3), generator=painter))
        async for event in steps:
            if event.step == "saved":
                break
        await steps.aclose()

    asyncio.run(leave())
    [run] = kit.runs()
    assert run.state == "cancelled"
    assert len(painter.asked) < 3


def test_what_a_kit_renders_is_made_in_its_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder is somebody else's."""
    shop, elsewhere = tmp_path / "shop", tmp_path / "elsewhere"
    for folder in (shop, elsewhere):
        folder.mkdir()
    (shop / "prompt-kit.yaml").write_text("concurrency: 2\n")
    monkeypatch.chdir(elsewhere)
    with Kit(shop) as kit:
        prompt = kit.render("sticker", {"subject": "a fox"})
        outcome = kit.generate(prompt, generator=Painter())
        made = kit.refine(outcome, "make it blue", generator=Painter())
    assert outcome.folder is not None
    assert made.folder is not None
    assert {outcome.folder.parents[2], made.folder.parents[2]} == {shop}
    assert list(elsewhere.iterdir()) == []
    with kit.ledger() as ledger:
        assert len(ledger.entries()) == 2


def test_the_values_of_a_kit_name_no_files(tmp_path: Path) -> None:
    """They come from strangers; a program at whose prompt people type says that texts are paths."""
    (tmp_path / "hat.png").write_bytes(png())
    hat, named = str(tmp_path / "hat.png"), {"generator": Painter(), "max_cost": None}
    kit = Kit(Project(root=tmp_path))
    outcome = kit.generate(kit.render("sticker", {"subject": "a fox"}), generator=Painter())
    with pytest.raises(InputError, match="text is not taken for the path of a file"):
        kit.refine(outcome, "give it the hat", values={"object": hat}, generator=Painter())
    with pytest.raises(InputError, match="text is not taken for the path of a file"):
        kit.compare("sticker", {"subject": "a fox"}, across={"character": [hat]}, **named)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="text is not taken for the path of a file"):
        kit.compare("sticker", {"subject": "a fox", "character": hat}, across={"tier": "*"}, **named)  # type: ignore[arg-type]
    assert len(list(kit.runs())) == 1
    assert kit.refine(outcome, "give it the hat", values={"object": Path(hat)}, generator=Painter()).ok
    assert kit.compare("sticker", {"subject": "a fox"}, across={"character": [Path(hat)]}, **named).ok  # type: ignore[arg-type]
    assert kit.compare("sticker", {"subject": "a fox"}, across={"character": [hat]}, paths=True, **named).ok  # type: ignore[arg-type]


def test_a_plan_over_its_limit_is_not_worked_on(kit: Kit) -> None:
    """Whoever makes plans of their own is protected like whoever calls `generate`."""
    painter = Painter()
    with pytest.raises(BudgetError, match=r"The 2 pictures would cost about .* Nothing was sent\."):
        asyncio.run(done(kit, kit.plan(FOX, BEE, generator=painter, max_cost=0.05)))
    assert painter.asked == []
    assert list(kit.runs()) == []


@pytest.mark.parametrize("options", [{"cuont": 2}, {"project": 1}])
def test_a_mistyped_option_is_a_type_error(kit: Kit, options: dict[str, int]) -> None:
    """Else it would be left out without a word, and something else would be paid for."""
    with pytest.raises(TypeError, match="has no option"):
        kit.generate(FOX, **options)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Kit(5)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Kit(concurrency=0)


def test_as_many_at_once_as_the_project_says(tmp_path: Path) -> None:
    """Four is the default; a server of one's own takes more."""
    waiting = most = 0
    full = asyncio.Event()

    async def meet(_: Request) -> None:
        nonlocal waiting, most
        waiting += 1
        most = max(waiting, most)
        if waiting == 7:
            full.set()
        async with asyncio.timeout(30):
            await full.wait()
        waiting -= 1

    project = Project.model_validate({"root": tmp_path, "concurrency": 7})
    assert prompt_kit.generate(FOX, generator=Painter(before=meet), project=project, count=14).ok
    assert most == 7


def test_many_runs_at_once_do_not_block_the_loop(tmp_path: Path) -> None:
    """Nothing waits for the disk in the loop: no file is opened and no database asked in its thread."""
    import sys
    import threading

    loop_thread = threading.get_ident()
    opened: list[str] = []
    watching = [True]

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event in {"open", "sqlite3.connect", "os.rename"} and threading.get_ident() == loop_thread:
            opened.append(str(arguments[0]))

    async def many() -> None:
        painter = Painter()
        kit = Kit(Project(root=tmp_path), concurrency=8)
        async with kit:
            await kit.agenerate(FOX, generator=painter)  # what is loaded once is loaded by now
            sys.addaudithook(watch)
            await asyncio.gather(*(kit.agenerate(draws(f"fox {n}"), generator=painter) for n in range(8)))
            watching.clear()

    asyncio.run(many())
    assert [path for path in opened if str(tmp_path) in path] == []


def test_many_requests_at_once_keep_ledger_budget_and_files_in_step(where: str, tmp_path: Path) -> None:
    """Requests are booked and settled together by threads; each database has every row, and not one above the budget."""
    price = Kit(Project(root=tmp_path)).plan(FOX, generator=Painter()).items[0].price()
    assert price
    project = Project(root=tmp_path, ledger=where, budget=Budget(day=price * 50), concurrency=16)

    async def many() -> list[Outcome]:
        painter = Painter(more={"cost": price})
        async with Kit(project) as kit:
            runs = (kit.agenerate(draws(f"fox {n}"), generator=painter, count=20) for n in range(3))
            return await asyncio.gather(*runs)

    outcomes = asyncio.run(many())

    with Ledger.open(where) as ledger:
        entries = ledger.entries()
        assert {entry.state for entry in entries} == {"done"}
        assert ledger.recount()
    pictures = [picture.path for outcome in outcomes for picture in outcome.pictures]
    assert len(entries) == len(pictures) == 50
    assert sum(entry.actual or 0 for entry in entries) == price * 50
    assert all(path and path.is_file() and path.with_suffix(".json").is_file() for path in pictures)
    assert Status.BUDGET in {outcome.status for outcome in outcomes}


def test_an_order_of_today_is_an_order_of_before() -> None:
    """Programs give it a prompt, a count and a parent, in this order."""
    order = Order(FOX, 2, "2026-11-21/fox-1234", "01.png")
    assert (order.prompt, order.count, order.parent, order.parent_picture) == (FOX, 2, "2026-11-21/fox-1234", "01.png")
    assert replace(order, person="ann").person == "ann"
