"""A run that stopped half-way goes on: what is there is kept, and nothing is paid twice unasked."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from contextlib import aclosing
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from fakes import OVERLOADED, Painter, stopping_at

from prompt_kit.errors import InputError
from prompt_kit.kit import Kit, generate
from prompt_kit.outcome import Outcome, Status
from prompt_kit.project import Project
from prompt_kit.prompt import Earlier, Mask, Prompt, Reference, Text, Turn
from prompt_kit.record.ledger import Ledger
from prompt_kit.record.runs import conversation_of, run_record, runs
from prompt_kit.work.events import Event
from prompt_kit.work.orders import Order
from prompt_kit.work.planning import plan
from prompt_kit.work.reporting import mark
from prompt_kit.work.resuming import with_kept

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.generators import Request

SPIN = Prompt(
    (
        Turn((Text("Draw the front."),), "front"),
        Turn((Earlier(0, "identity"), Text("Draw the side.")), "side"),
        Turn((Earlier(0, "identity"), Earlier(1, "identity"), Text("Draw the back.")), "back"),
    ),
    recipe="spin",
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A folder of its own."""
    return Project(root=tmp_path)


def left_unfinished(project: Project, *, dies: bool = False) -> Path:
    """Leave a run behind that has its front and its side, and return its folder."""
    painter = Painter(before=stopping_at("back")) if dies else Painter(answers={"back": OVERLOADED})
    if dies:
        with pytest.raises(asyncio.CancelledError):
            generate(SPIN, generator=painter, project=project)
    else:
        assert not generate(SPIN, generator=painter, project=project).ok
    (run,) = runs(project.runs_folder)
    return run.folder


def test_the_same_command_pays_only_what_is_missing(project: Project) -> None:
    """The third turn failed: the next time it alone is sent, and the run has all three pictures."""
    folder = left_unfinished(project)
    painter, steps = Painter(), list[Event]()
    outcome = generate(SPIN, generator=painter, project=project, on_progress=steps.append)
    assert painter.turns == ["back"]
    assert [step.step for step in steps] == ["started", "kept", "kept", "sent", "saved", "ended"]
    assert outcome.folder == folder
    assert [picture.path.name for picture in outcome.pictures if picture.path] == ["01.png", "02.png", "03.png"]
    assert outcome.cost == Decimal("0.12")
    record = json.loads((folder / "run.json").read_text("utf-8"))
    assert (record["state"], record["totals"]["cost"]) == ("done", "0.12")


def test_a_finished_run_is_made_again(project: Project) -> None:
    """Who gives the same command once more after all went well wants other pictures."""
    for _ in range(2):
        painter = Painter()
        assert generate(SPIN, generator=painter, project=project).ok
        assert len(painter.asked) == 3
    assert len(list(runs(project.runs_folder))) == 2


@pytest.mark.parametrize("other", [{"new": True}, {"count": 2}])
def test_another_wish_is_another_run(project: Project, other: dict[str, int]) -> None:
    """Asked for anew, or for another number of pictures, everything is made."""
    left_unfinished(project)
    painter = Painter()
    generate(SPIN, generator=painter, project=project, **other)  # type: ignore[arg-type]
    assert painter.turns.count("front") == other.get("count", 1)
    assert len(list(runs(project.runs_folder))) == 2


def test_only_the_missing_takes_are_made(project: Project) -> None:
    """Of four repetitions one failed; the next time it alone is sent."""
    cat = Prompt((Turn((Text("Draw a cat."),)),), recipe="cat")

    moody = Painter()
    moody.before = lambda _: Outcome(Status.NO_IMAGE, billable="no") if len(moody.asked) == 2 else None
    assert not generate(cat, generator=moody, project=project, count=4).ok
    painter = Painter()
    outcome = generate(cat, generator=painter, project=project, count=4)
    assert len(painter.asked) == 1
    assert len(outcome.pictures) == 4


def test_what_may_be_paid_is_not_sent_again_unasked(project: Project) -> None:
    """The program ended while an answer was awaited: it is told, with its price; only with consent it goes on."""
    left_unfinished(project, dies=True)
    painter = Painter()
    with pytest.raises(
        InputError, match=r"Nobody saw the answer for 'back' of .*: it may have been made and paid \(about \$0"
    ):
        generate(SPIN, generator=painter, project=project)
    assert painter.asked == []
    assert generate(SPIN, generator=painter, project=project, resend=True).ok
    assert painter.turns == ["back"]
    assert generate(SPIN, generator=painter, project=project).ok, "it was consented to once; it is not asked again"


@pytest.mark.parametrize("with_sidecar", [True, False])
def test_a_picture_that_was_saved_is_found(project: Project, tmp_path: Path, *, with_sidecar: bool) -> None:
    """The program ended between the picture and the record: the picture is taken in, and booked as far as known."""
    folder = left_unfinished(project, dies=True)
    whole = generate(SPIN, generator=Painter(), project=Project(root=tmp_path / "elsewhere")).folder
    assert whole is not None
    (folder / "03.png").write_bytes((whole / "03.png").read_bytes())
    with Ledger.open(project.ledger_url) as ledger:
        lost = next(entry for entry in ledger.entries() if entry.state == "unknown")
    if with_sidecar:
        sidecar = json.loads((whole / "03.json").read_text("utf-8"))
        sidecar["request"]["entry"] = lost.id
        sidecar["run"] = lost.run
        (folder / "03.json").write_text(json.dumps(sidecar), "utf-8")

    painter = Painter()
    outcome = generate(SPIN, generator=painter, project=project)
    assert painter.asked == []
    assert len(outcome.pictures) == 3
    with Ledger.open(project.ledger_url) as ledger:
        (entry,) = [entry for entry in ledger.entries() if entry.id == lost.id]
    assert entry.state == "done"
    assert entry.actual == (Decimal("0.04") if with_sidecar else None), "without the sidecar nobody knows the price"


def test_a_picture_that_was_saved_is_found_after_a_second_end(project: Project, tmp_path: Path) -> None:
    """A request was lost, sent again with consent, and the program ended once more while its answer was saved."""
    folder = left_unfinished(project, dies=True)
    with pytest.raises(asyncio.CancelledError):
        generate(SPIN, generator=Painter(before=stopping_at("back")), project=project, resend=True)
    whole = generate(SPIN, generator=Painter(), project=Project(root=tmp_path / "elsewhere")).folder
    assert whole is not None
    (folder / "03.png").write_bytes((whole / "03.png").read_bytes())

    painter = Painter()
    outcome = generate(SPIN, generator=painter, project=project)
    assert painter.asked == []
    assert len(outcome.pictures) == 3


def test_a_damaged_record_is_told_and_kept(project: Project) -> None:
    """Nothing is sent, and not a byte of the folder changes."""
    folder = left_unfinished(project)
    (folder / "run.json").write_text('{"schema": 1, "state": "fai', "utf-8")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    painter = Painter()
    with pytest.raises(InputError, match=r"run\.json: the record is damaged"):
        generate(SPIN, generator=painter, project=project)
    assert painter.asked == []
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_picture_that_is_gone_is_told(project: Project) -> None:
    """A run whose picture was deleted does not go on with a guess."""
    folder = left_unfinished(project)
    (folder / "01.png").unlink()
    painter = Painter()
    with pytest.raises(InputError, match=r"01\.png.*cannot go on from there"):
        generate(SPIN, generator=painter, project=project)
    assert painter.asked == []


def test_two_at_once_do_not_go_on_with_one_run(project: Project) -> None:
    """While one process goes on with a run, the same command elsewhere is refused: it would pay for the rest again."""
    from prompt_kit.record.runs import RunFolder

    folder = left_unfinished(project)
    held = RunFolder.reopen(folder)
    painter = Painter()
    with pytest.raises(InputError, match=r"Another process goes on with .*spin.* --new"):
        generate(SPIN, generator=painter, project=project)
    assert painter.asked == []
    assert generate(SPIN, generator=painter, project=project, new=True).folder != folder
    held.close()


def test_a_run_that_was_finished_since_it_was_looked_at_is_no_second_wish(project: Project) -> None:
    """Two processes find the same unfinished run; the slower one comes when the other is through, and is refused."""
    left_unfinished(project)
    kit, painter = Kit(project), Painter()
    plan = kit.plan(SPIN, generator=painter)
    assert generate(SPIN, generator=Painter(), project=project).ok

    async def results() -> list[str]:
        return [event.result.message async for event in kit.work(plan) if event.result]

    [message] = asyncio.run(results())
    assert "Another process has gone on with" in message
    assert painter.asked == []


def test_what_another_process_makes_is_not_counted_on(project: Project) -> None:
    """A second wish is priced whole, though the first one's run has some of the pictures by then."""
    missing: list[int] = []

    def look(request: Request) -> None:
        if "back" in request.turn.name:
            missing.append(len(Kit(project).plan(SPIN, generator=Painter()).items[0].places))

    assert generate(SPIN, generator=Painter(before=look), project=project).ok
    assert missing == [3]


def test_two_at_once_make_a_run_each(project: Project) -> None:
    """The same command, given a second time while the first is still at work, is a wish of its own."""
    first, second = Painter(), Painter()

    async def meanwhile(_: Request) -> None:
        if len(first.asked) == 1:
            await asyncio.to_thread(generate, SPIN, generator=second, project=project)

    first.before = meanwhile
    assert generate(SPIN, generator=first, project=project).ok
    assert first.turns == second.turns == ["front", "side", "back"]
    assert len(list(runs(project.runs_folder))) == 2


def test_the_conversation_of_a_picture_is_whole(project: Project) -> None:
    """What was asked and answered comes back from the disk, marks and earlier pictures included."""
    folder = generate(SPIN, generator=Painter(), project=project).folder
    assert folder is not None
    (exchange,) = conversation_of(folder / "02.png", project.runs_folder)
    pictures = [part.image.read() for part in exchange.asked if isinstance(part, Reference | Mask)]
    assert pictures == [(folder / "01.png").read_bytes()]
    assert exchange.answered[0].text == "Here it is."
    assert exchange.answered[1].signature == "c2ln"
    assert exchange.answered[1].image is not None
    assert exchange.answered[1].image.read() == (folder / "02.png").read_bytes()


def test_a_prompt_that_continues_a_conversation_can_be_repeated(project: Project) -> None:
    """Its record holds the whole conversation, so that the same request can be made from the folder alone."""
    from prompt_kit.record.runs import prompt_from

    folder = generate(SPIN, generator=Painter(), project=project).folder
    assert folder is not None
    talk = Prompt((Turn((Text("Warmer."),), history=conversation_of(folder / "03.png", project.runs_folder)),))
    after = generate(talk, generator=Painter(), project=project).folder
    assert after is not None
    again = prompt_from(after / "01.png", project.runs_folder)
    assert again == talk
    assert again.fingerprint == talk.fingerprint


def test_a_run_with_nothing_to_keep_stays_as_it_ended(project: Project) -> None:
    """Its only picture was refused: the same command makes a run of its own, and the old one is still a failed one."""
    cat = Prompt((Turn((Text("Draw a cat."),), "cat"),), recipe="cat")
    assert not generate(cat, generator=Painter(answers={"cat": OVERLOADED}), project=project).ok
    assert generate(cat, generator=Painter(), project=project).ok
    assert sorted(run.state for run in runs(project.runs_folder)) == ["done", "failed"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process ends in the middle")
@pytest.mark.parametrize("step", ["saved", "ended"])
def test_a_result_that_nobody_got_is_not_paid_again(project: Project, step: str) -> None:
    """Killed after the last picture, before or after the run has its end: the same command has all for nothing."""
    cat = Prompt((Turn((Text("Draw a cat."),)),), recipe="cat")

    def end(event: Event) -> None:
        if event.step == step:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            generate(cat, generator=Painter(), project=project, on_progress=end)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    (run,) = runs(project.runs_folder)
    [item] = with_kept(plan([Order(cat)], project=project, generator=Painter())).items
    assert item.price() == 0

    painter = Painter()
    outcome = generate(cat, generator=painter, project=project)
    assert outcome.ok
    assert outcome.folder == run.folder
    assert not painter.asked
    assert generate(cat, generator=painter, project=project).folder != run.folder
    assert len(painter.asked) == 1, "who has the result, and asks once more, wants another picture"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process ends in the middle")
@pytest.mark.parametrize(
    ("step", "long_ago", "state"),
    [("started", True, "cancelled"), ("started", False, "started"), ("asked", True, "started")],
)
def test_a_run_that_asked_nothing_ends_at_a_later_look(
    project: Project, step: str, state: str, *, long_ago: bool
) -> None:
    """Killed between its folder and its first request: the history ends it; what may have been sent is left alone."""
    cat = Prompt((Turn((Text("Draw a cat."),)),), recipe="cat")

    def end(told: Event | Request) -> None:
        if step == getattr(told, "step", "asked"):
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            generate(cat, generator=Painter(before=end), project=project, on_progress=end)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    (run,) = runs(project.runs_folder)
    assert run.state == "started"
    if long_ago:
        path = run.folder / "run.json"
        record = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps(record | {"started": "2026-01-02T03:04:05.000+00:00"}, indent=2), "utf-8")
    assert [past.run.state for past in Kit(project).history().runs] == [state]
    if state == "cancelled":
        totals = run_record(run.folder).totals
        assert totals is not None
        assert totals.message == "It was stopped before anything was asked."
        assert generate(cat, generator=Painter(), project=project).ok


def test_who_wants_all_anew_does_not_get_what_nobody_got(project: Project) -> None:
    """The mark of an end that was not reported stands behind --new."""
    outcome = generate(SPIN, generator=Painter(), project=project)
    assert outcome.folder is not None
    mark(outcome.folder)
    painter = Painter()
    assert generate(SPIN, generator=painter, project=project, new=True).ok
    assert len(painter.asked) == 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process ends in the middle")
def test_what_a_stopped_plan_had_is_kept(project: Project) -> None:
    """Of three pictures one is made when the process ends: the same three once more cost two."""
    orders = [Order(Prompt((Turn((Text(f"Draw {name}."),)),), recipe=name)) for name in ("cat", "fox", "bee")]
    kit = Kit(project, concurrency=1)

    async def first(painter: Painter) -> None:
        steps = kit.work(kit.plan(*orders, generator=painter))
        async with aclosing(steps):
            async for event in steps:
                if event.step == "ended":
                    return

    child = os.fork()
    if child == 0:
        try:
            asyncio.run(first(Painter()))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    painter = Painter()

    async def all_of_them() -> list[Event]:
        return [event async for event in kit.work(kit.plan(*orders, generator=painter)) if event.step == "ended"]

    ended = asyncio.run(all_of_them())
    assert all(event.result and event.result.ok for event in ended)
    assert len(painter.asked) == 2
