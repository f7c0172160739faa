"""Comparisons in jobs: submitted, collected, gone on with; and the same prompt submitted twice."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from comparing import SHOP, Seen
from fakes import Painter
from gemini_asking import KEY
from gemini_batches import Batches
from gemini_replies import bad_key, picture, refused
from gemini_server import GeminiServer

from prompt_kit.cli.main import run
from prompt_kit.comparing import Comparison, table
from prompt_kit.errors import BudgetError, InputError
from prompt_kit.kit import compare, generate
from prompt_kit.outcome import Status
from prompt_kit.recipe.assembly import load
from prompt_kit.record.ledger import Ledger
from prompt_kit.record.runs import open_run, runs
from prompt_kit.work.jobs import Order, collect, jobs, submit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import MakeTree

    from prompt_kit.recipe.library import Library
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.work.jobs import Job

FOX: dict[str, Any] = {"subject": "a fox"}
STYLES: dict[str, Any] = {"style": "*"}
COMMAND = ["compare", "card", "--subject", "a fox", "--across", "style=flat,retro,ink"]
CARD = ["generate", "card", "--subject", "a fox", "-n", "3", "--batch"]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    """A server of the test's own, and a key for it."""
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    with GeminiServer() as running:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", running.url)
        yield running


@pytest.fixture
def batches(server: GeminiServer) -> Iterator[Batches]:
    """Its Batch API; at the end no request may have broken a rule."""
    made = Batches(server)
    yield made
    assert made.broken == []


@pytest.fixture
def card(tree: MakeTree, library: Library, batches: Batches) -> Recipe:
    """A small recipe in the test's own folder, and a server that takes jobs."""
    assert not batches.jobs
    tree(**SHOP)
    return load("card", library=library)


def submitted(card: Recipe, across: dict[str, Any] = STYLES, **options: Any) -> Comparison:
    """Submit a comparison."""
    return compare(card, FOX, across=across, batch=True, **options)


def collected(card: Recipe) -> tuple[Job, ...]:
    """Collect everything that waits."""
    return collect(project=card.library.project, timeout_s=5, pause_s=0.01)


def direct(server: GeminiServer) -> int:
    """Return how many pictures were asked for outside of jobs."""
    return sum(asked.task == "generateContent" for asked in server.requests)


def test_cells_wait_in_a_job_and_are_shown_once_they_came(card: Recipe, server: GeminiServer, batches: Batches) -> None:
    """Half the price, one job, no sheet before; the same comparison finds its runs and pays nothing more."""
    first = submitted(card)
    assert [result.job for result in first.results] == [*first.jobs] * 3
    assert first.cost is None
    assert not first.sheet.exists()
    at_once = table(card, FOX, STYLES).estimate
    assert at_once
    assert first.table.estimate
    assert abs(first.table.estimate * 2 - at_once) < Decimal("0.00001")

    [job] = collected(card)
    second = compare(card, FOX, across=STYLES)

    assert job.ok
    assert second.ok
    assert second.folder == first.folder
    assert second.jobs == ()
    assert second.cost == job.cost
    assert second.table.estimate == first.table.estimate
    assert len(Seen(second.sheet).all("img")) == 3
    assert (len(batches.bill), direct(server)) == (3, 0)
    assert json.loads((second.folder / "compare.json").read_text("utf-8"))["state"] == "done"


def test_what_waits_is_not_paid_again(card: Recipe, server: GeminiServer, batches: Batches) -> None:
    """Neither at once nor in a second job; the sheet says where it is."""
    batches.script("RUNNING")
    first = submitted(card)
    again = compare(card, FOX, across=STYLES)
    twice = submitted(card)

    assert again.folder == twice.folder == first.folder
    assert [result.status for result in again.results] == [None] * 3
    assert not again.ok
    assert f"It waits in {first.jobs[0]}" in again.results[0].message
    assert "Waiting" in Seen(again.sheet).text
    assert twice.jobs == first.jobs
    assert (len(batches.jobs), direct(server)) == (1, 0)
    assert submitted(card, new=True).folder != first.folder
    assert len(batches.jobs) == 2


def test_only_what_the_job_did_not_bring_is_made(card: Recipe, server: GeminiServer, batches: Batches) -> None:
    """Row by row: of a cell with three pictures one is missing, another cell came not at all."""
    batches.script("PARTIALLY_SUCCEEDED")
    batches.lose("0002", "0004", "0005", "0006")
    first = submitted(card, count=3)
    collected(card)
    second = compare(card, FOX, across=STYLES, count=3)

    assert second.ok
    assert second.folder == first.folder
    assert direct(server) == 4
    assert [len(result.pictures) for result in second.results] == [3, 3, 3]
    assert second.results[0].runs == first.results[0].runs
    again = Counter(asked.text for asked in server.requests if asked.task == "generateContent")
    assert again == {str(card.render(subject="a fox", style=style)): n for style, n in (("flat", 1), ("retro", 3))}


def test_what_the_job_did_not_bring_can_go_into_another(card: Recipe, server: GeminiServer, batches: Batches) -> None:
    """The same again in a job: only the missing pictures, at the lower price."""
    batches.lose("0002")
    submitted(card, count=2)
    collected(card)
    batches._lost.clear()
    submitted(card, count=2)
    assert [len(job.rows) for job in batches.jobs.values()] == [6, 1]
    collected(card)
    done = compare(card, FOX, across=STYLES, count=2)
    assert done.ok
    assert direct(server) == 0


def test_each_model_has_its_own_job(card: Recipe, batches: Batches) -> None:
    """One record of the comparison names all runs."""
    comparison = submitted(card, {"tier": ["draft", "standard"], "style": ["flat", "ink"]})
    assert Counter(job.model for job in jobs(card.library.project.runs_folder)[0] for _ in job.rows) == {
        "gemini-3.1-flash-lite-image": 2,
        "gemini-nano-banana-2.1": 2,
    }
    assert len(comparison.jobs) == len(batches.jobs) == 2
    assert all(job.ok for job in collected(card))
    assert compare(card, FOX, across={"tier": ["draft", "standard"], "style": ["flat", "ink"]}).ok


def test_generators_without_jobs_are_left_for_later(
    card: Recipe, server: GeminiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are told with the prices; the command without --batch makes them."""
    across = ["--across", "generator=gemini,proof"]
    assert run(["compare", "card", "--subject", "a fox", *across, "--batch"]) == 0
    err = capsys.readouterr().err
    assert re.search(r"generator=proof .* proof +takes no jobs; it is made without --batch", err)
    assert "2 cells, 1 prompt for 1 job: about $0.0168 instead of $0.0336" in err
    collected(card)
    assert run(["compare", "card", "--subject", "a fox", *across, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(cell["generator"], cell["status"]) for cell in told["cells"]] == [("gemini", "ok"), ("proof", "ok")]
    assert direct(server) == 0


def test_a_comparison_without_any_jobs_is_refused(card: Recipe) -> None:
    """Nothing is begun."""
    with pytest.raises(InputError, match="'proof' takes no jobs"):
        submitted(card, generator="proof")
    with pytest.raises(InputError, match="'proof' and 'painter' take no jobs"):
        submitted(card, {"generator": ["proof", Painter("painter")]}, max_cost=None)
    assert not card.library.project.runs_folder.exists()


@pytest.mark.usefixtures("card", "server")
def test_what_needs_an_earlier_answer_is_refused_with_everything_else(
    capsys: pytest.CaptureFixture[str], batches: Batches
) -> None:
    """The requests of a job know nothing of each other; whoever mends one slip is not sent round for the next."""
    command = ["compare", "card", "--across", "strategy=none,words-first", "--batch", "--resend", "--out", "x.html"]
    assert run([*command, "--subject", "a fox", "--size", "9K"]) == 2
    err = capsys.readouterr().err
    assert "--out: the sheet comes once the jobs are collected." in err
    assert "--resend: " in err
    assert "--size: must" in err
    assert run([*command[:-3], "--subject", "a fox"]) == 2
    err = capsys.readouterr().err
    assert "strategy=words-first: 'card' makes" in err
    assert "without --batch" in err
    assert not batches.jobs
    assert not Path("runs").exists()


def test_the_lower_price_counts_for_the_cap(card: Recipe, batches: Batches) -> None:
    """Three pictures cost $0.10 at once and $0.05 in a job."""
    with pytest.raises(BudgetError, match=r"The 3 cells would cost about \$0\.05, and \$0\.04 may be spent"):
        submitted(card, max_cost=0.04)
    assert not batches.jobs
    assert submitted(card, max_cost=0.06).jobs
    with pytest.raises(BudgetError):
        compare(card, FOX, across=STYLES, max_cost=0.06, new=True)


def test_a_refused_job_is_told_and_submitted_anew(
    card: Recipe, batches: Batches, capsys: pytest.CaptureFixture[str]
) -> None:
    """The comparison stays; nothing of it was paid."""
    batches.refusals.append(bad_key())
    assert run([*COMMAND, "--batch"]) == 1
    assert "style=flat did not come (auth)" in capsys.readouterr().err
    assert run([*COMMAND, "--batch"]) == 0
    assert len(batches.jobs) == 1
    assert len(list((card.library.project.runs_folder / "comparisons").iterdir())) == 1
    with Ledger.open(card.library.project.ledger_url) as ledger:
        assert Counter(entry.state for entry in ledger.entries()) == {"failed": 3, "sent": 3}


def test_an_end_before_the_submission_loses_nothing(card: Recipe, batches: Batches) -> None:
    """The comparison knows its runs before anything leaves, so that what was made for it is found."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "handed_over", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            submitted(card)
    [job] = jobs(card.library.project.runs_folder)[0]
    waiting = compare(card, FOX, across=STYLES)
    assert waiting.jobs == (job.id,)
    assert [result.runs[0] for result in waiting.results] == [*job.runs]
    assert [one.state for one in collected(card)] == ["dropped"]
    assert submitted(card).jobs
    assert len(batches.jobs) == 1


def test_the_command_names_the_job_and_how_to_go_on(
    card: Recipe, server: GeminiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Copied as they stand, its two commands bring the sheet; --new is not among the words, it would pay again."""
    assert run([*COMMAND, "--new", "--batch"]) == 0
    out, err = capsys.readouterr()
    [job] = jobs(card.library.project.runs_folder)[0]
    assert out.split()[:2] == [job.id, "waiting"]
    wait, again = (shlex.split(line)[1:] for line in err.splitlines()[-2:])
    assert wait == ["runs", "wait", job.id]
    assert again == COMMAND

    assert run(again) == 1
    out, err = capsys.readouterr()
    assert f"3 waiting in {job.id}; what is left: about $0" in err
    assert f"  prompt-kit runs wait {job.id}\n" in err
    assert run(wait) == 0
    assert run([*COMMAND, "--batch"]) == 0
    assert capsys.readouterr().out.rstrip().endswith("sheet.html")
    assert direct(server) == 0


@pytest.mark.usefixtures("card")
def test_a_dry_run_tells_the_lower_price(batches: Batches, capsys: pytest.CaptureFixture[str]) -> None:
    """And sends nothing."""
    assert run([*COMMAND, "--batch", "--dry-run"]) == 0
    assert "3 cells, 3 prompts for 1 job: about $0.0504 instead of $0.1009" in capsys.readouterr().out
    assert run([*COMMAND, "--batch", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["batch"] is True
    assert not batches.jobs
    assert not Path("runs").exists()


# The same prompt twice


def test_the_same_prompt_is_not_submitted_twice(
    card: Recipe, server: GeminiServer, batches: Batches, capsys: pytest.CaptureFixture[str]
) -> None:
    """While it waits: not in a second job, not at once, unless somebody says --new; another number is another wish."""
    batches.script("RUNNING")
    assert run(CARD) == 0
    [job] = jobs(card.library.project.runs_folder)[0]
    for command in (CARD, CARD[:-1]):
        capsys.readouterr()
        assert run(command) == 2
        assert f"waits in {job.id}. Collect it: prompt-kit runs wait {job.id}." in capsys.readouterr().err
    assert len(batches.jobs) == 1
    assert run([*CARD, "-n", "1"]) == 0
    assert run(CARD) == 2
    assert run([*CARD, "--new"]) == 0
    assert len(batches.jobs) == 3
    assert direct(server) == 0


def test_everything_that_waits_is_told_at_once(card: Recipe, batches: Batches) -> None:
    """With the prompts that can be submitted, nothing leaves."""
    fox, bee, owl = (card.render(subject=animal) for animal in ("a fox", "a bee", "an owl"))
    project = card.library.project
    submit(fox, bee, generator="gemini", project=project)
    with pytest.raises(InputError) as caught:
        submit(fox, owl, bee, generator="gemini", project=project)
    assert len(caught.value.problems) == 2
    assert len(batches.jobs) == 1
    assert len(list(runs(project.runs_folder))) == 2


def test_a_job_brings_what_the_last_one_did_not(
    card: Recipe, server: GeminiServer, batches: Batches, capsys: pytest.CaptureFixture[str]
) -> None:
    """Into the same run, and only that is priced and paid."""
    server.next(picture(), refused(429, message="Too many."), picture())
    assert run(CARD) == 0
    collected(card)
    capsys.readouterr()
    assert run(CARD) == 0
    err = capsys.readouterr().err
    assert "2 of 3 requests are answered already; the job is for the rest." in err
    assert "1 request in one job: about $0.0168 instead of $0.0336." in err
    assert [len(job.rows) for job in batches.jobs.values()] == [3, 1]

    root = card.library.project.runs_folder
    [job] = [one for one in jobs(root)[0] if not one.over]
    [run_id] = job.runs
    assert [one.id for one in runs(root)] == [run_id]
    record = open_run(run_id, root).record
    assert (record["state"], record["job"]) == ("waiting", job.id)
    collected(card)
    record = open_run(run_id, root).record
    assert (record["state"], record["totals"]["pictures"]) == ("done", 3)
    assert sorted(one["request"]["take"] for one in record["requests"] if one["answer"]["status"] == "ok") == [0, 1, 2]


def test_a_refused_second_job_leaves_the_run_as_it_was(card: Recipe, server: GeminiServer, batches: Batches) -> None:
    """What is there stays, and the rest can be had at once."""
    server.next(picture(), refused(429, message="Too many."))
    prompt, project = card.render(subject="a fox"), card.library.project
    submit(Order(prompt, 2), generator="gemini", project=project)
    collected(card)
    batches.refusals.append(bad_key())
    [job] = submit(Order(prompt, 2), generator="gemini", project=project)
    assert (job.state, len(job.rows)) == ("dropped", 1)
    outcome = generate(prompt, generator="gemini", project=project, count=2)
    assert outcome.ok
    assert outcome.folder == project.runs_folder / job.runs[0]
    assert direct(server) == 1


def test_the_same_prompt_twice_in_one_job_is_two_wishes(card: Recipe, server: GeminiServer) -> None:
    """Only one of them goes on with the run that lacks something."""
    server.next(picture(), refused(429, message="Too many."))
    order, project = Order(card.render(subject="a fox"), 2), card.library.project
    submit(order, generator="gemini", project=project)
    collected(card)
    [job] = submit(order, order, generator="gemini", project=project)
    assert sorted(Counter(row.run for row in job.rows).values()) == [1, 2]


def test_a_job_makes_what_a_killed_run_left(card: Recipe, server: GeminiServer, batches: Batches) -> None:
    """It began at once, and goes on for half the price; what it had is not made again."""
    server.next(picture(), refused(403))
    prompt, project = card.render(subject="a fox"), card.library.project
    broken_off = generate(prompt, generator="gemini", project=project, count=2)
    assert broken_off.status is Status.AUTH
    [job] = submit(Order(prompt, 2), generator="gemini", project=project)
    assert (len(job.rows), job.runs) == (1, (f"{broken_off.folder.parent.name}/{broken_off.folder.name}",))  # type: ignore[union-attr]
    assert [one.ok for one in collected(card)] == [True]
    assert len(batches.bill) == 1


@pytest.mark.usefixtures("card", "server")
def test_resending_is_no_job(capsys: pytest.CaptureFixture[str]) -> None:
    """What was lost on its way is sent again at once, or not at all."""
    assert run([*CARD, "--resend"]) == 2
    assert "Leave out --batch, or take --new." in capsys.readouterr().err


def _power_cut(*_: object) -> None:
    raise KeyboardInterrupt
