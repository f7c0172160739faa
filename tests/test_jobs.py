"""Jobs from submission to saved pictures: restarts, partial results, money, and kill -9."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from badges import BADGE
from gemini_asking import KEY
from gemini_batches import Batches
from gemini_replies import encoded_picture, picture, refused
from gemini_server import GeminiServer

import prompt_kit
from prompt_kit.cli.main import run
from prompt_kit.errors import BudgetError, InputError, NotFoundError, WorkspaceError
from prompt_kit.generators.gemini import Gemini
from prompt_kit.images import open_image
from prompt_kit.kit import generate
from prompt_kit.project import Budget, Project
from prompt_kit.prompt import Earlier, Prompt, Reference, Settings, Text, Turn
from prompt_kit.record.ledger import Ledger
from prompt_kit.record.runs import RunFolder, open_run, runs
from prompt_kit.work.jobs import Job, Order, acollect, cancel, collect, job_of, jobs, submit
from prompt_kit.work.jobs.records import FOLDER, held

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import MakeTree

    from prompt_kit.record.ledger import Entry
    from prompt_kit.work.events import Event

FOX = Prompt((Turn((Text("Draw a fox."),)),), recipe="fox")
OWL = Prompt((Turn((Text("Draw an owl."),)),), recipe="owl")
PETS = Prompt((Turn((Text("Draw a cat."),), "cat"), Turn((Text("Draw a dog."),), "dog")), recipe="pets")
SPIN = Prompt(
    (Turn((Text("Draw the front."),), "front"), Turn((Earlier(0, "identity"), Text("Draw the back.")), "back")),
    recipe="spin",
)


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    """A server of the test's own."""
    with GeminiServer() as running:
        yield running


@pytest.fixture
def batches(server: GeminiServer) -> Iterator[Batches]:
    """Its Batch API; at the end no request may have broken a rule."""
    made = Batches(server)
    yield made
    assert made.broken == []


class Kit:
    """A project and a generator, for tests that say little."""

    def __init__(self, root: Path, server: GeminiServer, **options: Any) -> None:
        self.project = Project(root=root)
        self.gemini = Gemini(api_key=KEY, base_url=server.url, timeout_s=20.0, **options)

    def submit(self, *wanted: Prompt | Order) -> Job:
        [job] = submit(*wanted, generator=self.gemini, project=self.project)
        return job

    def collect(self, *names: Job | str, timeout_s: float | None = 5.0) -> Job:
        found = collect(*names, generator=self.gemini, project=self.project, timeout_s=timeout_s, pause_s=0.01)
        return found[0]

    def cancel(self, job: Job) -> Job:
        return cancel(job, generator=self.gemini, project=self.project)

    def entries(self) -> tuple[Entry, ...]:
        with Ledger.open(self.project.ledger_url) as ledger:
            return ledger.entries()

    def record(self, run_id: str) -> dict[str, Any]:
        return dict(open_run(self.project.runs_folder / run_id, self.project.runs_folder).record)


@pytest.fixture
def kit(tmp_path: Path, server: GeminiServer, batches: Batches) -> Kit:
    """A folder of someone's own, and a generator that speaks to the server."""
    assert batches.server is server
    return Kit(tmp_path, server)


def test_what_is_submitted_waits_and_is_collected(kit: Kit, batches: Batches) -> None:
    """Each prompt has its run at once; the answers come into it, wherever they stood among the results."""
    batches.script("PENDING", "RUNNING", "SUCCEEDED")
    job = kit.submit(Order(FOX, count=3), PETS)

    assert job.state == "waiting"
    assert {one.state for one in runs(kit.project.runs_folder)} == {"waiting"}
    assert [kit.record(name)["job"] for name in job.runs] == [job.id, job.id]
    assert [entry.state for entry in kit.entries()] == ["sent"] * 5

    done = kit.collect(job)

    assert (done.state, done.ok) == ("done", True)
    fox, pets = (kit.record(name) for name in job.runs)
    assert [one["request"]["take"] for one in sorted(fox["requests"], key=lambda r: r["request"]["take"])] == [0, 1, 2]
    assert {one["request"]["name"] for one in pets["requests"]} == {"cat", "dog"}
    assert [one["state"] for one in (fox, pets)] == ["done", "done"]
    for row in done.rows:
        assert [(kit.project.runs_folder / row.run / name).is_file() for name in row.pictures] == [True]


def test_words_and_answers_belong_together(kit: Kit, server: GeminiServer) -> None:
    """The results come shuffled; the cat's tokens are booked for the cat."""
    long = Prompt((Turn((Text("Draw a cat. " * 100),), "cat"), Turn((Text("Draw a dog."),), "dog")), recipe="pets")
    server.otherwise = picture()
    job = kit.submit(long)
    kit.collect(job)
    usage = {r["request"]["name"]: r["answer"]["usage"]["input_text"] for r in kit.record(job.runs[0])["requests"]}
    assert usage == {"cat": 300, "dog": 3}


def test_a_job_costs_half(kit: Kit, server: GeminiServer) -> None:
    """Estimate and booking, beside the same picture at once."""
    server.otherwise = picture()
    at_once = generate(FOX, generator=kit.gemini, project=kit.project, new=True)
    job = kit.submit(FOX)
    done = kit.collect(job)
    later, now = kit.entries()[0], kit.entries()[1]
    assert now.estimate
    assert later.estimate == (now.estimate / 2).quantize(Decimal("0.000001"))
    assert at_once.cost
    assert done.cost
    assert abs(done.cost * 2 - at_once.cost) <= Decimal("0.000002")
    assert later.actual == done.cost


def test_a_job_is_booked_on_its_persons(kit: Kit) -> None:
    """Also what is made later is made for somebody."""
    submit(Order(FOX, person="ann"), OWL, generator=kit.gemini, project=kit.project, person="ben")
    assert sorted(entry.person for entry in kit.entries()) == ["ann", "ben"]


def test_reconciling_leaves_a_job_alone(kit: Kit) -> None:
    """The process that submitted it is long gone; that says nothing about its requests."""
    job = kit.submit(FOX)
    with Ledger.open(kit.project.ledger_url) as ledger:
        assert ledger.reconcile() == ()
        [entry] = ledger.entries()
    assert (entry.state, entry.pid, entry.host) == ("sent", 0, "")
    assert kit.collect(job).ok


@pytest.fixture
def badge(tree: MakeTree) -> Path:
    """The folder of a project with a recipe of its own."""
    return tree(**BADGE)


def test_another_process_collects(
    badge: Path, kit: Kit, server: GeminiServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Submitted by a process that has ended, collected by this one: by the command line, both."""
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
    words = "generate badge --subject fox -n 2 --batch".split()
    command = [sys.executable, "-m", "prompt_kit", *words]
    sent = subprocess.run(command, cwd=badge, text=True, capture_output=True, check=False)
    assert sent.returncode == 0, sent.stderr
    assert "about $0.0336 instead of $0.0672" in sent.stderr
    name = sent.stdout.split()[0]
    assert run(["runs", "wait", name]) == 0
    assert [Path(line).name for line in capsys.readouterr().out.splitlines()] == ["01.jpg", "02.jpg"]
    assert job_of(name, kit.project.runs_folder).ok


def test_the_references_are_needed_no_more(kit: Kit, tmp_path: Path) -> None:
    """What was submitted has left: the file may be deleted, and so may the copy that was kept."""
    path = tmp_path / "cat.png"
    path.write_bytes(base64.b64decode(encoded_picture((8, 8), "image/png")))
    turn = Turn((Reference("cat", "identity", open_image(path)), Text("Draw this cat on a roof.")))
    job = kit.submit(Prompt((turn,), Settings(aspect_ratio="16:9"), recipe="cat"))
    path.unlink()
    for kept in (kit.project.runs_folder / "references").iterdir():
        kept.unlink()
    done = kit.collect(job)
    assert done.ok
    assert kit.record(job.runs[0])["requests"][0]["answer"]["warnings"] == []


def test_partial_success_keeps_the_good_ones(kit: Kit, server: GeminiServer, batches: Batches) -> None:
    """Each row tells what became of it, and the run says how to get the rest for as little as possible."""
    batches.script("PARTIALLY_SUCCEEDED")
    server.next(picture(), refused(429, message="Too many."), picture())
    batches.lose("0004")
    job = kit.collect(kit.submit(Order(FOX, count=4)))

    assert (job.state, job.ok) == ("done", False)
    assert [row.status for row in job.rows] == ["ok", "quota", "ok", "no_image"]
    assert [len(row.pictures) for row in job.rows] == [1, 0, 1, 0]
    record = kit.record(job.runs[0])
    assert record["state"] == "failed"
    assert record["totals"]["message"].startswith("2 of 4 requests were answered well")
    assert "without --batch" in record["totals"]["next_step"]
    assert sorted(entry.state for entry in kit.entries()) == ["done", "done", "failed", "unknown"]


def test_what_a_job_did_not_bring_is_made_at_once(kit: Kit, server: GeminiServer, batches: Batches) -> None:
    """The same prompt without a job goes on in the same run, and pays only for what is missing."""
    batches.script("PARTIALLY_SUCCEEDED")
    batches.lose("0002")
    job = kit.collect(kit.submit(Order(FOX, count=3)))
    server.requests.clear()
    outcome = generate(FOX, generator=kit.gemini, project=kit.project, count=3)
    assert outcome.ok
    assert len(server.requests) == 1
    assert outcome.folder == kit.project.runs_folder / job.runs[0]


@pytest.mark.parametrize(("state", "ours"), [("EXPIRED", "expired"), ("FAILED", "failed"), ("CANCELLED", "cancelled")])
def test_a_job_that_brings_nothing_says_what_to_do(kit: Kit, batches: Batches, state: str, ours: str) -> None:
    """It is over, its requests may have been paid, and the run has a way on."""
    batches.script("RUNNING", state)
    job = kit.collect(kit.submit(FOX, OWL))
    assert job.state == ours
    assert job.message
    assert {entry.state for entry in kit.entries()} == {"unknown"}
    for name in job.runs:
        totals = kit.record(name)["totals"]
        assert totals["message"]
        assert totals["next_step"]


def test_a_job_is_cancelled_and_its_end_collected(kit: Kit, batches: Batches) -> None:
    """Cancelling is a wish; what comes of it is seen when it is collected."""
    batches.script("RUNNING")
    job = kit.submit(FOX)
    assert kit.collect(job, timeout_s=0).state == "waiting"
    assert kit.cancel(job).state == "waiting"
    assert kit.collect(job).state == "cancelled"
    with pytest.raises(InputError, match="over already"):
        kit.cancel(job)


def test_a_job_that_the_provider_forgot_can_be_given_up(kit: Kit, batches: Batches) -> None:
    """Waiting does not end it, for it may be the wrong key; cancelling does, and the money stays in doubt."""
    job = kit.submit(FOX)
    batches.jobs.clear()
    waited = kit.collect(job)
    assert (waited.state, waited.over) == ("waiting", False)
    assert "no such job" in waited.message
    assert kit.cancel(job).state == "cancelled"
    assert [entry.state for entry in kit.entries()] == ["unknown"]
    assert kit.record(job.runs[0])["state"] == "cancelled"


def test_what_needs_an_earlier_picture_cannot_go_into_a_job(kit: Kit) -> None:
    """It is refused before anything is written, with everything else that is wrong."""
    odd = Prompt(OWL.turns, Settings(size="512"), recipe="owl")
    with pytest.raises(InputError) as caught:
        kit.submit(SPIN, FOX, odd)
    told = [problem.message for problem in caught.value.problems]
    assert len(told) == 2
    assert "'spin' makes 'back'" in told[0]
    assert "without --batch" in told[0]
    assert "512" in told[1]
    assert not kit.project.runs_folder.exists()


def test_a_generator_without_jobs_is_refused(kit: Kit) -> None:
    """The proof is free and instant; there is nothing to wait for."""
    with pytest.raises(InputError, match="'proof' takes no jobs"):
        submit(FOX, generator="proof", project=kit.project)


def test_one_job_for_each_model(kit: Kit, batches: Batches) -> None:
    """The Batch API takes one model a job."""
    pro = replace(OWL, settings=Settings(tier="pro"))
    made = submit(FOX, pro, OWL, generator=kit.gemini, project=kit.project)
    assert [(job.model, len(job.rows)) for job in made] == [("gemini-nano-banana-2.1", 2), ("gemini-3-pro-image", 1)]
    assert [job.model for job in batches.jobs.values()] == [job.model for job in made]
    assert all(job.ok for job in collect(generator=kit.gemini, project=kit.project, timeout_s=5))


def test_each_generator_has_its_own_job(kit: Kit, batches: Batches) -> None:
    """A plan may be of several; where only some jobs can be submitted, the others' items end with the error."""

    class Another(Gemini):
        """The same under another name."""

        name: ClassVar[str] = "another"

        async def submit(self, *_: object) -> str:
            """Break off."""
            raise WorkspaceError("The disk is full.")

    orders = Order(FOX, generator=kit.gemini), Order(PETS, generator=Another(api_key=KEY, base_url=kit.gemini.base_url))

    async def work() -> list[Event]:
        whole = prompt_kit.Kit(kit.project)
        return [event async for event in whole.work(whole.plan(*orders, delivery="job", new=True))]

    steps = asyncio.run(work())
    assert [(event.step, event.item.number) for event in steps] == [
        ("started", 0), ("ended", 0), ("started", 1), ("ended", 1),
    ]  # fmt: skip
    fox, pets = (event.result for event in steps if event.result)
    assert (fox.job != "", fox.error) == (True, None)
    assert (pets.message, isinstance(pets.error, WorkspaceError)) == ("The disk is full.", True)
    assert len(batches.jobs) == 1


@pytest.mark.parametrize("consent", ["resend", "leave"])
def test_consent_for_a_lost_request_is_refused_for_a_job(kit: Kit, batches: Batches, consent: str) -> None:
    """A job does neither; nothing is submitted, and the message says what to do."""

    async def work() -> None:
        whole = prompt_kit.Kit(kit.project)
        plan = whole.plan(Order(FOX, generator=kit.gemini), delivery="job")
        async for _ in whole.work(plan, resend=consent == "resend", leave=consent == "leave"):
            pass

    with pytest.raises(InputError, match=f"^{consent} is for work that is done now: .* delivery='now', or"):
        asyncio.run(work())
    assert batches.jobs == {}
    assert not list(runs(kit.project.runs_folder))


def test_a_budget_stops_the_whole_job(kit: Kit, batches: Batches) -> None:
    """Nothing is sent, and nothing of it is held in the ledger."""
    kit.project = kit.project.model_copy(update={"budget": Budget(day=Decimal("0.05"))})
    with pytest.raises(BudgetError, match=r"about \$0\.0\d+, but the budget has \$0\.05"):
        kit.submit(Order(FOX, count=4))
    assert batches.jobs == {}
    assert kit.entries() == ()
    assert kit.submit(Order(FOX, count=2)).state == "waiting"
    with pytest.raises(BudgetError):
        kit.submit(FOX, Order(OWL, count=1))
    assert len(kit.entries()) == 2


def test_a_budget_for_one_run_counts_each_run(kit: Kit, batches: Batches) -> None:
    """The third request of one run would be too much; nobody is charged, and no empty run is left."""
    kit.project = kit.project.model_copy(update={"budget": Budget(run=Decimal("0.04"))})
    with pytest.raises(BudgetError, match="for this run"):
        kit.submit(Order(FOX, count=3))
    assert batches.jobs == {}
    assert kit.entries() == ()
    assert not list(runs(kit.project.runs_folder))
    assert kit.submit(Order(FOX, count=2), Order(OWL, count=2)).state == "waiting"


def test_a_refused_job_is_free(kit: Kit, batches: Batches) -> None:
    """Certainly not submitted: the rows cost nothing, and run and job say why."""
    batches.refusals.append(refused(400, message="The job is odd."))
    job = kit.submit(FOX)
    assert job.state == "dropped"
    assert "The job is odd" in job.message
    assert [(entry.state, entry.actual) for entry in kit.entries()] == [("failed", Decimal(0))]
    assert "The job is odd" in kit.record(job.runs[0])["totals"]["message"]


def test_a_lost_answer_is_found_by_its_label(kit: Kit, batches: Batches) -> None:
    """The job was made though nobody was told; it is not made again."""
    batches.swallowed, batches.lists = 1, False
    job = kit.submit(FOX)
    assert (job.state, job.name) == ("submitting", "")
    batches.lists = True
    assert kit.collect().ok
    assert len(batches.jobs) == 1


def test_a_job_that_never_arrived_is_struck_off_by_hand(kit: Kit, batches: Batches) -> None:
    """Looking for it is not enough to end it, for another key would not find it either."""
    batches.refusals.append(refused(500))
    job = kit.submit(FOX)
    assert job.state == "submitting"
    assert kit.collect(job).state == "lost"
    assert kit.collect(job).state == "lost"
    struck = kit.cancel(job)
    assert struck.state == "dropped"
    assert [(entry.state, entry.actual) for entry in kit.entries()] == [("failed", Decimal(0))]
    assert batches.jobs == {}


def test_an_end_before_the_submission_drops_the_job(kit: Kit, batches: Batches) -> None:
    """Written down, not handed over: that it was not sent is certain, and nobody needs to ask."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "handed_over", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            kit.submit(FOX)
    [job] = jobs(kit.project.runs_folder)[0]
    assert job.state == "submitting"
    assert kit.collect(job).state == "dropped"
    assert batches.jobs == {}


def test_an_end_in_the_middle_of_collecting_saves_nothing_twice(kit: Kit) -> None:
    """Between the saving and the booking of the second answer the power goes; the next look goes on there."""
    job = kit.submit(Order(FOX, count=3))
    settle_each, calls = Ledger.settle_each, []

    def cut(ledger: Ledger, ends: Any) -> Any:
        calls.append(ends)
        if len(calls) == 2:
            _power_cut()
        return settle_each(ledger, ends)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "settle_each", cut)
        with pytest.raises(KeyboardInterrupt):
            kit.collect(job)
    assert kit.record(job.runs[0])["state"] == "waiting"
    assert Counter(entry.state for entry in kit.entries()) == {"done": 1, "sent": 2}

    done = kit.collect(job)

    assert done.ok
    assert sorted(name for row in done.rows for name in row.pictures) == ["01.jpg", "02.jpg", "03.jpg"]
    assert Counter(entry.state for entry in kit.entries()) == {"done": 3}
    assert len(kit.record(job.runs[0])["requests"]) == 3


def test_an_end_while_a_picture_is_saved_leaves_no_copy(kit: Kit) -> None:
    """The picture is there, and the journal is not on the disk for certain: the picture is kept, and saved once."""
    job = kit.submit(Order(FOX, count=2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("prompt_kit.record.runs.journal.Journal.sync", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            kit.collect(job)
    folder = kit.project.runs_folder / job.runs[0]
    assert [path.name for path in folder.glob("*.jpg")] == ["01.jpg"]
    done = kit.collect(job)
    assert done.ok
    assert sorted(path.name for path in folder.glob("*.jpg")) == sorted(n for row in done.rows for n in row.pictures)


def test_a_refinement_in_a_job_knows_its_parent(
    kit: Kit, server: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``refine --batch`` submits the same request as ``refine``, and its run says what it refines."""
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
    first = kit.collect(kit.submit(FOX))
    parent = first.runs[0]
    assert run(["refine", parent, "make it bluer", "--batch"]) == 0
    [job] = [one for one in jobs(kit.project.runs_folder)[0] if not one.over]
    record = kit.record(job.runs[0])
    assert (record["parent"], record["parent_picture"], record["state"]) == (parent, "01.jpg", "waiting")


def test_two_who_wait_at_once_save_once(kit: Kit, batches: Batches) -> None:
    """Both end when the job does; the pictures are there once, and are booked once."""
    batches.script("RUNNING", "RUNNING", "SUCCEEDED")
    job = kit.submit(Order(FOX, count=5), PETS)

    async def both() -> list[tuple[Job, ...]]:
        again = Gemini(api_key=KEY, base_url=kit.gemini.base_url)
        return await asyncio.gather(
            *(acollect(job, generator=who, project=kit.project, pause_s=0.01) for who in (kit.gemini, again))
        )

    assert [found[0].ok for found in asyncio.run(both())] == [True, True]
    assert Counter(entry.state for entry in kit.entries()) == {"done": 7}
    assert [len(kit.record(name)["requests"]) for name in job.runs] == [5, 2]


def test_a_job_that_is_worked_on_is_left_alone(kit: Kit) -> None:
    """Another process holds it: this one looks again later, and cancels nothing under its hands."""
    job = kit.submit(FOX)
    with held(job.id, kit.project.runs_folder) as mine:
        assert mine
        assert kit.collect(job, timeout_s=0).state == "waiting"
        with pytest.raises(InputError, match="Another process"):
            kit.cancel(job)
    assert kit.collect(job).ok


def test_a_run_that_is_damaged_keeps_the_job_open(kit: Kit) -> None:
    """What can be saved is saved; the rest is told, and comes once the record is mended."""
    job = kit.submit(FOX, OWL)
    path = kit.project.runs_folder / job.runs[0] / "run.json"
    good = path.read_bytes()
    path.write_text("{")
    found = kit.collect(job)
    assert not found.over
    assert str(path) in found.message
    assert path.read_text() == "{"
    assert [entry.state for entry in kit.entries()] == ["done", "sent"]
    path.write_bytes(good)
    assert kit.collect(job).ok


def test_a_run_that_somebody_uses_keeps_the_job_open(kit: Kit) -> None:
    """Its folder is written to by one process at a time."""
    job = kit.submit(FOX)
    folder = RunFolder.reopen(kit.project.runs_folder / job.runs[0], state="waiting")
    assert "another process" in kit.collect(job).message
    folder.close()
    assert kit.collect(job).ok


def test_pictures_without_a_key_are_kept(kit: Kit, batches: Batches) -> None:
    """They were made and may be paid; nobody can tell whose they are, so they lie beside the job."""
    batches.keyless = True
    job = kit.collect(kit.submit(FOX, OWL))
    assert [row.status for row in job.rows] == ["no_image", "no_image"]
    assert "came without a key" in job.message
    assert list((kit.project.runs_folder / FOLDER).glob(f"{job.id}-*.jpg"))


def test_a_damaged_file_of_a_job_hides_no_other(kit: Kit) -> None:
    """It is reported and left as it is."""
    job, other = kit.submit(FOX), kit.submit(OWL)
    path = kit.project.runs_folder / FOLDER / f"{job.id}.json"
    path.write_text('{"id": "job-')
    found, problems = jobs(kit.project.runs_folder)
    assert [one.id for one in found] == [other.id]
    assert "damaged" in problems[0].message
    with pytest.raises(InputError, match="damaged"):
        kit.collect(job)
    assert path.read_text() == '{"id": "job-'


@pytest.mark.parametrize("name", ["job-0000", "../run", "job-", "JOB-12AB"])
def test_an_unknown_job_is_told_with_the_known_ones(kit: Kit, name: str) -> None:
    """Whatever is typed leads to no file outside."""
    job = kit.submit(FOX)
    with pytest.raises(NotFoundError, match=job.id):
        kit.collect(name)


def test_the_ledger_books_all_of_a_job_or_nothing(kit: Kit) -> None:
    """One request that is no longer planned keeps the others from leaving."""
    kit.submit(FOX)
    with Ledger.open(kit.project.ledger_url) as ledger:
        [sent] = ledger.entries()
        with pytest.raises(WorkspaceError, match="no longer planned"):
            ledger.handed_over([sent.id])


@pytest.mark.usefixtures("badge")
def test_the_command_line_tells_how_jobs_are(
    kit: Kit,
    server: GeminiServer,
    batches: Batches,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """List, wait, cancel: in words, as JSON, and with exit codes that scripts can use."""
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
    assert run(["runs", "jobs"]) == 0
    assert "There are no jobs" in capsys.readouterr().err
    assert run(["generate", "badge", "--subject", "fox", "--batch", "--dry-run"]) == 0
    assert "1 request in one job: about $0.0168 instead of $0.0336" in capsys.readouterr().out
    assert batches.jobs == {}

    batches.script("RUNNING")
    assert run(["generate", "badge", "--subject", "fox", "--batch", "--json"]) == 0
    [told] = json.loads(capsys.readouterr().out)
    assert (told["state"], told["ok"]) == ("waiting", False)
    assert run(["runs", "wait", "--timeout", "0"]) == 1
    assert f"{told['id']}: running" in capsys.readouterr().err
    assert run(["runs", "jobs"]) == 0
    assert "running" in capsys.readouterr().out
    assert run(["runs", "cancel", told["id"]]) == 0
    assert "being stopped" in capsys.readouterr().err
    batches.set("EXPIRED")
    assert run(["runs", "wait", told["id"]]) == 1
    assert "48 hours" in capsys.readouterr().err
    assert run(["generate", "badge", "--subject", "fox", "--batch", "--out", "there"]) == 2
    assert len(batches.jobs) == 1
    assert kit.entries()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
@pytest.mark.parametrize("times", [3, pytest.param(60, marks=pytest.mark.soak)])
def test_killed_jobs_are_neither_lost_nor_made_twice(
    tmp_path: Path, server: GeminiServer, batches: Batches, times: int
) -> None:
    """Killed at random moments: what the provider has done is saved and booked once, whatever the moment."""
    script = Path(__file__).with_name("killed_jobs.py")
    subprocess.run([sys.executable, script, tmp_path, server.url, str(times)], check=True)
    kit = Kit(tmp_path, server)
    kit.gemini = replace(kit.gemini, api_key="a-key-of-nobody-at-all")
    with Ledger.open(kit.project.ledger_url) as ledger:
        ledger.reconcile()
    collect(generator=kit.gemini, project=kit.project, timeout_s=30, pause_s=0.02)
    root = kit.project.runs_folder
    for job in jobs(root)[0]:
        if job.state == "lost":
            kit.cancel(job)
    found, problems = jobs(root)

    assert problems == ()
    assert len(found) > times / 2
    assert {job.state for job in found} <= {"done", "dropped"}
    made = Counter(job.label for job in batches.jobs.values())
    assert set(made.values()) == {1}, "a job was submitted twice"
    done = {job.label: job for job in found if job.state == "done"}
    assert set(done) == set(made), "a job was lost"
    for job in done.values():
        assert job.ok
        for name in job.runs:
            record = kit.record(name)
            rows = [row for row in job.rows if row.run == name]
            assert record["state"] == "done"
            assert sorted(one["request"]["entry"] for one in record["requests"]) == sorted(row.entry for row in rows)
            pictures = sorted(path.name for path in (root / name).glob("[0-9]*.jpg"))
            assert pictures == sorted(picture for row in rows for picture in row.pictures)
    states = Counter(entry.state for entry in kit.entries())
    assert set(states) <= {"done", "failed"}
    assert states["done"] == sum(len(job.rows) for job in done.values()) == len(set(batches.bill))
    assert not [entry for entry in kit.entries() if entry.state == "failed" and entry.actual]


def _power_cut(*_: object) -> None:
    raise KeyboardInterrupt
