"""Runs from prompt to record, with a small generator of the test's own."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from fakes import BLOCKED, Painter, png
from planned import plan

from prompt_kit.catalogue import Catalogue
from prompt_kit.errors import InputError, NotFoundError
from prompt_kit.kit import agenerate, generate
from prompt_kit.outcome import Status
from prompt_kit.project import Budget, Project
from prompt_kit.prompt import Earlier, Prompt, Settings, Text, Turn
from prompt_kit.record.ledger import Ledger
from prompt_kit.record.runs import prompt_from

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.generators import Request
    from prompt_kit.work.events import Event

THREE = Prompt(
    (
        Turn((Text("Draw the front."),), "front"),
        Turn(
            (
                Earlier(0, "identity"),
                Text("Draw the left."),
            ),
            "left",
        ),
        Turn((Earlier(0, "identity"), Earlier(1, "identity"), Text("Draw the back.")), "back"),
    ),
    recipe="spin",
)
ONE = Prompt((Turn((Text("Draw a fox."),)),), recipe="fox")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A folder of someone's own."""
    return Project(root=tmp_path)


def test_earlier_pictures_go_into_later_turns(project: Project) -> None:
    """What the first turn made is what the third one is sent, byte for byte."""
    painter = Painter()
    outcome = generate(THREE, generator=painter, project=project)

    assert outcome.ok
    assert [len(request.earlier) for request in painter.asked] == [0, 1, 2]
    assert [image.read() for image in painter.asked[2].earlier] == [
        p.path.read_bytes() for p in outcome.pictures[:2] if p.path
    ]
    assert [p.path.name for p in outcome.pictures if p.path] == ["01.png", "02.png", "03.png"]
    assert outcome.cost == Decimal("0.12")


def test_a_failed_turn_keeps_what_was_finished(project: Project) -> None:
    """The first picture is saved, the third turn is never sent, and the record tells why."""
    painter = Painter(answers={"left": BLOCKED})

    outcome = generate(THREE, generator=painter, project=project)

    assert outcome.status is Status.BLOCKED
    assert outcome.reason == "IMAGE_SAFETY"
    assert len(painter.asked) == 2
    assert [p.path.read_bytes() for p in outcome.pictures if p.path] == [
        png(color=f"#{painter.asked[0].fingerprint[:6]}")
    ]
    assert outcome.folder
    assert json.loads((outcome.folder / "run.json").read_text())["state"] == "failed"


def test_the_ledger_knows_every_request(project: Project) -> None:
    """What was asked and paid can be told afterwards."""
    generate(THREE, generator=Painter(), project=project)
    with Ledger.open(project.ledger_url) as ledger:
        entries = ledger.entries()
    assert [entry.state for entry in entries] == ["done"] * 3
    assert sum(entry.actual or 0 for entry in entries) == Decimal("0.12")


def test_several_takes_make_several_pictures(project: Project) -> None:
    """The same prompt three times: three requests of one fingerprint, three files."""
    painter = Painter()
    outcome = generate(ONE, generator=painter, project=project, count=3)
    assert len({request.fingerprint for request in painter.asked}) == 1
    assert len({p.path for p in outcome.pictures}) == 3


def test_pictures_are_told_in_the_order_of_their_names(project: Project) -> None:
    """Repetitions end in any order; a list that begins with 03 would look as if something were missing."""
    ends: list[asyncio.Event] = []

    async def last_first(_: Request) -> None:
        mine = asyncio.Event()
        ends.append(mine)
        if len(ends) == 3:
            mine.set()
        async with asyncio.timeout(30):
            await mine.wait()
        if mine is not ends[0]:
            ends[ends.index(mine) - 1].set()

    outcome = generate(ONE, generator=Painter(before=last_first), project=project, count=3)
    names = [p.path.name for p in outcome.pictures if p.path]
    assert len(names) == 3
    assert names == sorted(names)


def test_a_budget_stops_before_anything_is_sent(project: Project) -> None:
    """The third picture would be too much: two are made, nothing is sent for it."""
    budget = Budget(day=Decimal("0.08"))
    painter = Painter()
    limited = project.model_copy(update={"budget": budget})

    outcomes = [generate(ONE, generator=painter, project=limited) for _ in range(3)]

    assert [outcome.status for outcome in outcomes] == [Status.OK, Status.OK, Status.BUDGET]
    assert len(painter.asked) == 2
    assert "day" in outcomes[2].message


def test_a_stopped_run_says_what_may_have_been_paid(project: Project) -> None:
    """Ctrl-C while the answer is awaited: the request stays on record as unknown."""

    async def stopped() -> None:
        asked = asyncio.Event()

        async def never(_: Request) -> None:
            asked.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(agenerate(ONE, generator=Painter(before=never), project=project))
        await asked.wait()
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(stopped())
    with Ledger.open(project.ledger_url) as ledger:
        [entry] = ledger.entries()
    assert entry.state == "unknown"
    assert entry.estimate
    [record] = project.runs_folder.glob("*/*/run.json")
    assert json.loads(record.read_text())["state"] == "cancelled"


def test_what_the_model_cannot_do_is_refused_before_anything_is_written(project: Project, tmp_path: Path) -> None:
    """All of it at once, each with the nearest thing that can be done."""
    prompt = Prompt(ONE.turns, Settings(size="512", seed=1, thinking="low"))
    with pytest.raises(InputError) as caught:
        generate(prompt, generator=Painter(), project=project)
    assert {p.parameter for p in caught.value.problems} == {"size", "seed", "thinking"}
    assert list(tmp_path.iterdir()) == []


def test_a_saved_run_is_sent_once_more_as_it_was(project: Project) -> None:
    """Run, sidecar and picture all lead back to the same request."""
    outcome = generate(THREE, generator=Painter(), project=project)
    assert outcome.folder
    for name in ("", "01.json", "02.png"):
        again = prompt_from(outcome.folder / name, project.runs_folder)
        assert again.fingerprint == THREE.fingerprint


def test_progress_is_told_step_by_step(project: Project) -> None:
    """Whoever watches sees each turn leave and come back."""
    told: list[Event] = []
    generate(THREE, generator=Painter(), project=project, on_progress=told.append)
    steps = [(progress.step, progress.turn) for progress in told]
    assert steps == [
        ("started", 0), ("sent", 1), ("saved", 1), ("sent", 2), ("saved", 2), ("sent", 3), ("saved", 3), ("ended", 0),
    ]  # fmt: skip


def test_an_unknown_generator_is_told_with_the_known_ones(project: Project) -> None:
    """A slip of the finger costs nothing."""
    with pytest.raises(NotFoundError, match="Did you mean 'proof'"):
        generate(ONE, generator="prof", project=project)


def test_an_unknown_model_is_tried_with_a_warning(project: Project) -> None:
    """A model that came out this morning can be used; what it costs is unknown, never nothing."""
    prompt = Prompt(ONE.turns, Settings(model="gemini-next"))
    planned = plan(prompt, generator="gemini", project=project)
    assert planned.estimate is None
    assert "gemini-next" in planned.warnings[0]
    assert generate(prompt, generator=Painter(), project=project).warnings


def test_a_model_of_another_generator_is_refused(project: Project) -> None:
    """A model that Google has never heard of is not sent to Google, though it is in the catalogue."""
    theirs = next(model for model in Catalogue.load().models if model.generator == "openai" and model.tiers)
    prompt = Prompt((Turn((Text("Draw a cat."),)),), Settings(model=theirs.id))
    with pytest.raises(InputError, match=r"belongs to the generator 'openai', not to 'gemini'"):
        plan(prompt, generator="gemini", project=project)
    assert plan(prompt, generator="proof", project=project).model.id == theirs.id
