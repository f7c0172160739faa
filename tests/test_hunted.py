"""What broke when somebody tried to break it: records from strangers, full disks, and money at the edges."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from fakes import OVERLOADED, Painter, png, stopping_at
from gemini_replies import picture as pictured
from gemini_server import GeminiServer

import prompt_kit
from prompt_kit.catalogue import Model
from prompt_kit.cli.main import run as command
from prompt_kit.errors import GeneratorError, InputError, WorkspaceError
from prompt_kit.generators import Request, generator
from prompt_kit.generators.redaction import without_key
from prompt_kit.kit import generate
from prompt_kit.outcome import Outcome, Piece, Status
from prompt_kit.project import Project
from prompt_kit.prompt import Earlier, Prompt, Settings, Text, Turn
from prompt_kit.recipe.assembly import load
from prompt_kit.record.ledger import Ledger
from prompt_kit.record.runs import conversation_of, prompt_from, run_record, runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prompt_kit.record.ledger import Entry
    from prompt_kit.work.events import Event

SPIN = Prompt(
    (
        Turn((Text("Draw the front."),), "front"),
        Turn((Earlier(0, "identity"), Text("Draw the back.")), "back"),
    ),
    recipe="spin",
)
CAT = Prompt((Turn((Text("Draw a cat."),)),), recipe="cat")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A folder of its own."""
    return Project(root=tmp_path)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    """A Gemini API, and a key for it."""
    monkeypatch.setenv("GEMINI_API_KEY", "key-0123456789")
    with GeminiServer() as started:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", started.url)
        yield started


def left_unfinished(project: Project) -> Path:
    """Leave a run behind that has its front only, and return its folder."""
    assert not generate(SPIN, generator=Painter(answers={"back": OVERLOADED}), project=project).ok
    return folder(project)


def folder(project: Project) -> Path:
    """Return the folder of the only run."""
    (one,) = runs(project.runs_folder)
    return one.folder


def entries(project: Project) -> tuple[Entry, ...]:
    """Return what the ledger says of every request, the newest first."""
    with Ledger.open(project.ledger_url) as ledger:
        return ledger.entries()


def record_of(path: Path) -> dict[str, Any]:
    """Return what the record of a run says."""
    record: dict[str, Any] = json.loads((path / "run.json").read_text("utf-8"))
    return record


@pytest.mark.parametrize("name", ["../../../secret.png", "{root}/secret.png", "link.png", "02.png", "sub/01.png"])
def test_nothing_outside_a_run_is_read_for_it(project: Project, name: str) -> None:
    """A record from a stranger names a private picture as one of its own: it is refused, not sent."""
    path = left_unfinished(project)
    secret = project.root / "secret.png"
    secret.write_bytes(png() + b"private")
    (path / "link.png").symlink_to(secret)
    (path / "02.png").symlink_to(secret)
    (path / "sub").mkdir()
    (path / "sub" / "01.png").write_bytes(secret.read_bytes())
    record = record_of(path)
    del record["requests"][0]["sha256"]
    named = name.format(root=project.root)
    text = json.dumps(record).replace('"01.png"', json.dumps(named))
    (path / "run.json").write_text(text, "utf-8")

    painter = Painter()
    with pytest.raises(InputError, match="the record is damaged"):
        generate(SPIN, generator=painter, project=project)
    with pytest.raises((InputError, prompt_kit.NotFoundError)):
        conversation_of(path / named, project.runs_folder)
    assert painter.asked == []
    assert (path / "run.json").read_text("utf-8") == text


@pytest.mark.parametrize(
    "change",
    [
        {"state": ["failed"]},
        {"run": "../../elsewhere"},
        {"turns": [{"name": "front"}]},
        {"settings": None},
        {"tool": None},
        {"requests": [{}]},
        {"requests": {}},
        {"derived": [{"file": "../x.png", "source": "01.png", "kind": "cutout", "report": ""}]},
    ],
)
def test_a_record_of_another_shape_is_damaged(project: Project, change: dict[str, Any]) -> None:
    """What going on relies on is looked at before anything is sent, not found out after it is paid."""
    path = left_unfinished(project)
    text = json.dumps(record_of(path) | change)
    (path / "run.json").write_text(text, "utf-8")
    painter = Painter()
    [field] = change
    with pytest.raises(
        InputError, match=rf"the record is damaged: .*{field.rstrip('s')}.*make everything anew with --new"
    ):
        generate(SPIN, generator=painter, project=project)
    assert painter.asked == []
    assert (path / "run.json").read_text("utf-8") == text


def test_a_record_of_an_earlier_version_goes_on(project: Project) -> None:
    """Before there were conversations, records said less; what they say is enough."""
    path = left_unfinished(project)
    record = record_of(path)
    for name in ("count", "derived", "parent_picture"):
        record.pop(name, None)
    for done in record["requests"]:
        del done["request"]["entry"], done["sha256"]
        for name in ("pieces", "thoughts", "queries", "sources"):
            del done["answer"][name]
    (path / "run.json").write_text(json.dumps(record), "utf-8")
    painter = Painter()
    assert generate(SPIN, generator=painter, project=project).folder == path
    assert [request.turn.name for request in painter.asked] == ["back"]


def test_a_picture_that_was_changed_is_told(project: Project) -> None:
    """Somebody has touched up the front: neither the run nor its conversation goes on as if nothing had happened."""
    path = left_unfinished(project)
    (path / "01.png").write_bytes(png() + b"touched up")
    painter = Painter()
    with pytest.raises(InputError, match=r"01\.png: this picture has changed since it was made.* --new"):
        generate(SPIN, generator=painter, project=project)
    with pytest.raises(InputError, match="has changed since it was made"):
        conversation_of(path / "01.png", project.runs_folder)
    assert painter.asked == []


def test_a_sidecar_that_cannot_be_written_does_not_cost_the_picture(project: Project) -> None:
    """Something has its name, or the disk is full by then: the run's record has all of it, and the run goes on."""
    outcome = generate(CAT, generator=Painter(before=lambda _: (folder(project) / "01.json").mkdir()), project=project)
    assert len(outcome.pictures) == 1
    assert [(entry.state, entry.actual) for entry in entries(project)] == [("done", Decimal("0.04"))]
    assert record_of(folder(project))["totals"]["cost"] == "0.04"
    assert prompt_from(folder(project) / "01.png", project.runs_folder) == CAT


def test_what_was_paid_and_lost_is_not_paid_again_unasked(project: Project) -> None:
    """Nothing of it could be saved: it is told that it was paid; with consent, both count in record and ledger."""
    with pytest.raises(WorkspaceError):
        generate(CAT, generator=Painter(before=lambda _: (folder(project) / "01.png").mkdir()), project=project)
    (folder(project) / "01.png").rmdir()

    painter = Painter()
    with pytest.raises(
        InputError, match=r"A picture of .* was made and paid \(about \$0\.0400\), but could not be sav"
    ):
        generate(CAT, generator=painter, project=project)
    assert painter.asked == []
    outcome = generate(CAT, generator=painter, project=project, resend=True)
    assert outcome.cost == Decimal("0.08")
    assert record_of(folder(project))["totals"]["cost"] == "0.08"
    assert sum(entry.actual or 0 for entry in entries(project)) == Decimal("0.08")


def test_a_full_disk_does_not_throw_away_what_is_on_its_way(project: Project) -> None:
    """One of four repetitions cannot be saved; the others are paid by then, and are saved and booked."""
    tasks: list[Any] = []

    async def in_the_way(_: Request) -> None:
        """Let the first answer fail to be saved before the others arrive."""
        tasks.append(asyncio.current_task())
        if len(tasks) == 1:
            (folder(project) / "01.png").mkdir()
        else:
            await asyncio.wait(tasks[:1], timeout=30)

    painter = Painter(before=in_the_way)
    with pytest.raises(WorkspaceError):
        generate(CAT, generator=painter, project=project, count=4)
    assert {entry.state for entry in entries(project)} == {"done"}
    assert len(run_record(folder(project)).requests) == 3


@pytest.mark.parametrize("pid", [None, 0])
def test_a_request_of_another_computer_is_not_sent_again_unasked(project: Project, pid: int | None) -> None:
    """A container was ended, and the next one has another name: nobody has seen the answer all the same."""
    with pytest.raises(asyncio.CancelledError):
        generate(SPIN, generator=Painter(before=stopping_at("back")), project=project)
    with sqlite3.connect(project.runs_folder / "ledger.db") as book:
        book.execute(
            "UPDATE prompt_kit_requests SET state = 'sent', status = '', actual = NULL, host = 'elsewhere', pid = ?"
            " WHERE turn = 1",
            (1 if pid is None else pid,),
        )
    book.close()
    painter = Painter()
    if pid == 0:  # it left in a job, whose answers are looked after elsewhere
        assert generate(SPIN, generator=painter, project=project).ok
        return
    with pytest.raises(InputError, match="Nobody saw the answer for 'back' of"):
        generate(SPIN, generator=painter, project=project)
    assert painter.asked == []
    assert generate(SPIN, generator=painter, project=project, resend=True).ok
    assert entries(project)[1].state == "unknown"


def test_a_folder_that_cannot_be_written_is_no_reason_to_pay_again(project: Project) -> None:
    """Only a run that another process works on makes room for a new one."""
    path = left_unfinished(project)
    (path / ".lock").mkdir()
    painter = Painter()
    with pytest.raises(WorkspaceError, match="cannot be locked"):
        generate(SPIN, generator=painter, project=project)
    assert painter.asked == []


def test_a_stopped_run_says_that_its_cost_is_unknown(project: Project) -> None:
    """The request on its way may have been paid: neither the record nor the list of runs calls that free."""
    with pytest.raises(asyncio.CancelledError):
        generate(CAT, generator=Painter(before=stopping_at("cat")), project=project)
    assert record_of(folder(project))["totals"]["cost"] is None
    (one,) = runs(project.runs_folder)
    assert (one.state, one.cost) == ("cancelled", None)
    assert generate(CAT, generator=Painter(), project=project, resend=True).cost is None


def test_what_is_not_charged_costs_nothing(project: Project) -> None:
    """A refusal that is free is no unknown price, alone or beside what was paid."""
    assert generate(CAT, generator=Painter(answers={"cat": OVERLOADED}), project=project).cost == 0
    assert generate(SPIN, generator=Painter(answers={"back": OVERLOADED}), project=project).cost == Decimal("0.04")


def test_a_run_goes_on_after_the_same_was_tried_with_another_model(project: Project) -> None:
    """The prompt names a tier, and the project's table gave that to another model for a while."""
    path = left_unfinished(project)
    models = project.root / "models.yaml"
    models.write_text("models: {gemini-3-pro-image: {tiers: [standard, pro]}}\n", "utf-8")
    assert generate(SPIN, generator=Painter(), project=Project(root=project.root)).folder != path
    models.unlink()
    painter = Painter()
    assert generate(SPIN, generator=painter, project=Project(root=project.root)).folder == path
    assert len(painter.asked) == 1


def test_the_proof_asks_no_consent(project: Project) -> None:
    """Who stops a proof that costs nothing gives the same command again."""
    with pytest.raises(asyncio.CancelledError):
        generate(CAT, generator=Painter("proof", before=stopping_at("cat")), project=project)
    assert generate(CAT, generator=Painter("proof"), project=project).ok


def test_a_model_that_leaves_no_marks_holds_conversations(server: GeminiServer) -> None:
    """2.5 does not think, so that there is nothing of its thoughts that could be missing."""
    prompt = load("freeform").render(subject="a red boat", settings={"model": "gemini-2.5-flash-image"})
    first = prompt_kit.generate(prompt, generator="gemini")
    second = prompt_kit.refine(first, "make it blue", chat=True)
    assert second.ok
    assert [message["role"] for message in server.requests[-1].body["contents"]] == ["user", "model", "user"]


@pytest.mark.parametrize(
    ("asked", "level"),
    [({"tier": "pro"}, None), ({"tier": "draft"}, "high"), ({}, "medium"), ({"tier": "pro", "thinking": "low"}, "low")],
)
def test_the_recipes_own_thinking_level_gives_way_to_the_model(asked: dict[str, str], level: str | None) -> None:
    """Nobody can leave out on the command line what the recipe brings; what somebody asks for is left to refusal."""
    recipe = load("background-swap")
    values = recipe.examples["minimal-bottle"].values if "minimal-bottle" in recipe.examples else None
    values = values or next(iter(recipe.examples.values())).values
    assert recipe.render(settings=asked, **values).settings.thinking == level


def test_a_mark_that_repeats_the_key_is_not_kept() -> None:
    """A gateway may send back anything; a mark goes back verbatim or not at all."""
    answer = Outcome(Status.OK, pieces=(Piece("a", signature="key-0123456789"), Piece("b", signature="c2ln")))
    assert [piece.signature for piece in without_key(answer, "key-0123456789").pieces] == ["", "c2ln"]


@pytest.mark.parametrize(
    ("name", "options", "fact"),
    [
        ("gemini", {"base_url": 5}, "base_url is 5; it takes text."),
        ("gemini", {"enterprise": 7}, "enterprise is 7; it takes true or false."),
        ("openai", {"timeout_s": "abc"}, "timeout_s is abc; it takes seconds, above 0 and up to 86400."),
        ("openai", {"attempts": []}, "attempts is []; it takes a whole number, such as 4."),
    ],
)
def test_an_odd_option_is_told(name: str, options: dict[str, Any], fact: str) -> None:
    """Options come from a file, as anything; none of it is left to the SDK to fall over."""
    request = Request(Turn((Text("A boat."),)), Model(id="m"), Settings())
    outcome = asyncio.run(generator(name, options).generate(request))
    assert (outcome.status, outcome.message, outcome.billable) == (Status.INVALID, fact, "no")


def test_a_function_is_no_option_of_a_file() -> None:
    """What is told of waiting is a function; a file holds words."""
    with pytest.raises(GeneratorError, match="no option 'on_wait'"):
        generator("gemini", {"on_wait": "loudly"})


@pytest.mark.parametrize("name", ["gemini", "openai"])
def test_certificates_that_are_not_there_are_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names a file that is gone: nothing can be sent, and that is said with what to look at."""
    from prompt_kit.generators.network import certificates

    monkeypatch.setenv("SSL_CERT_FILE", "gone.pem")
    monkeypatch.setenv("GEMINI_API_KEY", "key-0123456789")
    monkeypatch.setenv("OPENAI_API_KEY", "key-0123456789")
    certificates.cache_clear()
    request = Request(Turn((Text("A boat."),)), Model(id="m"), Settings())
    outcome = asyncio.run(generator(name).generate(request))
    certificates.cache_clear()
    assert (outcome.status, outcome.billable) == (Status.UNAVAILABLE, "no")
    assert "SSL_CERT_FILE" in outcome.next_step


def test_a_long_change_is_no_file_name(server: GeminiServer, capsys: pytest.CaptureFixture[str]) -> None:
    """What changes may take more letters than a file's name; a picture's name may not."""
    made = prompt_kit.generate(load("freeform").render(subject="a red boat"), generator="gemini")
    assert made.folder is not None
    assert command(["refine", made.folder.name, "make it warmer and " * 30, "--dry-run"]) == 0
    assert command(["refine", made.folder.name, "w" * 600, "--dry-run"]) == 0
    assert command(["refine", "w" * 600, "warmer"]) == 2
    with pytest.raises(WorkspaceError, match="the name is too long"):
        prompt_from("w" * 600, made.folder.parents[1])
    assert len(server.requests) == 1
    assert "unexpected" not in capsys.readouterr().err


def test_copies_of_a_run_that_goes_on_are_completed(server: GeminiServer) -> None:
    """The first part was copied before the run broke off; a file of somebody else's is still kept."""
    from gemini_replies import refused

    server.next(pictured(), refused(400))
    storyboard = ["generate", "storyboard", "--example", "lost-glove", "--generator", "gemini", "--out", "copies"]
    assert command(storyboard) == 1
    assert command(storyboard) == 0
    made = folder(Project())
    names = [f"{made.name}-{number:02}.jpg" for number in (1, 2, 3)]
    assert sorted(path.name for path in (made.parents[2] / "copies").iterdir()) == names


def test_what_was_stopped_while_it_was_saved_did_not_leave(project: Project) -> None:
    """Ctrl-C while the front is written down: the back is not sent, and nobody has to say that it may be."""
    tasks: list[Any] = []
    painter = Painter(before=lambda _: tasks.append(asyncio.current_task()))

    def stop(step: Event) -> None:
        if step.step == "saved":
            tasks[0].cancel()

    with pytest.raises(asyncio.CancelledError):
        generate(SPIN, generator=painter, project=project, on_progress=stop)
    assert len(painter.asked) == 1
    assert [entry.state for entry in entries(project)] == ["done"]
    assert generate(SPIN, generator=Painter(), project=project).ok
