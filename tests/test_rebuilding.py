"""A ledger that was lost is restored from the records of the runs."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from gemini_asking import KEY
from gemini_batches import Batches
from gemini_server import GeminiServer
from ledgers import request

from prompt_kit.cli.main import cli
from prompt_kit.project import Project
from prompt_kit.recipe.library import built_in
from prompt_kit.record.history import missing_history
from prompt_kit.record.ledger import Ledger
from prompt_kit.work.rebuilding import rebuild_ledger

WRITTEN_BEFORE = Path(__file__).parent / "written_before" / "runs"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with runs and jobs of an earlier version, and their ledger."""
    shutil.copytree(WRITTEN_BEFORE, tmp_path / "runs")
    return Project(root=tmp_path)


def rows(project: Project) -> list[dict[str, Any]]:
    """Return what records can know of the requests in a ledger."""
    unknown = ("pid", "host", "note", "planned_at", "sent_at", "ended_at")
    with Ledger.open(project.ledger_url) as ledger:
        return [{key: value for key, value in asdict(row).items() if key not in unknown} for row in ledger.entries()]


def ledger_file(project: Project) -> Path:
    return project.runs_folder / "ledger.db"


def test_a_ledger_that_was_moved_away_is_restored(project: Project) -> None:
    """Every request is there again, with its number, its price and its state, and to do it again changes nothing."""
    before = rows(project)
    ledger_file(project).unlink()
    rebuilt = rebuild_ledger(project)

    assert rows(project) == before
    assert (rebuilt.runs, rebuilt.requests, rebuilt.uncertain, rebuilt.problems) == (7, 10, 0, ())
    assert rebuilt.cost == sum(
        (row["estimate"] if row["actual"] is None else row["actual"] for row in before), Decimal()
    )
    again = rebuild_ledger(project)
    assert (again.requests, again.totals_were_right) == (0, True)
    assert rows(project) == before


def test_nothing_is_added_to_a_ledger_that_has_everything(project: Project) -> None:
    """Whoever asks for it without need changes nothing."""
    before = rows(project)

    assert rebuild_ledger(project).requests == 0
    assert rows(project) == before


def test_numbers_that_are_taken_by_now_are_left_alone(project: Project) -> None:
    """Work went on with a new ledger: its rows stay, the old ones get numbers of their own, and jobs know them."""
    ledger_file(project).unlink()
    with Ledger.open(project.ledger_url) as ledger:
        mine = ledger.book(request("0.5", run="2027-01-01/new"))
    rebuild_ledger(project)

    with Ledger.open(project.ledger_url) as ledger:
        assert [entry.id for entry in ledger.entries(run="2027-01-01/new")] == [mine]
        assert len(ledger.entries()) == 11
        by_number = {entry.id: entry for entry in ledger.entries()}
    job = json.loads((project.runs_folder / "jobs" / "job-c1353b.json").read_text("utf-8"))
    assert [by_number[row["entry"]].run for row in job["rows"]] == [row["run"] for row in job["rows"]]
    assert rebuild_ledger(project).requests == 0


def test_what_was_on_its_way_may_have_been_paid(project: Project) -> None:
    """A run that was killed had sent something that no record names: it is uncertain, never free."""
    path = project.runs_folder / "2026-11-28" / "pair-ac4f" / "run.json"
    record = json.loads(path.read_text("utf-8"))
    record |= {"state": "started", "ended": None, "totals": None, "requests": record["requests"][:1]}
    path.write_text(json.dumps(record), "utf-8")
    ledger_file(project).unlink()

    assert rebuild_ledger(project).uncertain == 1
    with Ledger.open(project.ledger_url) as ledger:
        lost, done = ledger.entries(run="2026-11-28/pair-ac4f")
        assert ledger.last_run(done.prompt_fingerprint, done.generator, done.model) == (lost, done)
    assert (lost.state, lost.turn, lost.actual) == ("unknown", 1, None)
    assert lost.estimate is not None
    assert lost.estimate > 0


def test_a_record_that_cannot_be_read_is_named_and_the_others_are_restored(project: Project) -> None:
    """One damaged file is no reason to forget what the others cost."""
    (project.runs_folder / "2026-11-28" / "sticker-5744" / "run.json").write_text("{", "utf-8")
    ledger_file(project).unlink()
    rebuilt = rebuild_ledger(project)

    assert rebuilt.requests == 9
    assert len(rebuilt.problems) == 1
    assert "sticker-5744" in rebuilt.problems[0]


def test_a_ledger_that_is_empty_though_runs_are_there_is_noticed(project: Project) -> None:
    """The day's budget would start at nothing spent; the message says how the ledger is restored."""
    with Ledger.open(project.ledger_url) as ledger:
        assert missing_history(ledger, project.runs_folder) == ""
    ledger_file(project).unlink()
    run = CliRunner().invoke(cli, ["runs", "spend"])
    assert "prompt-kit runs rebuild-ledger" in run.stderr

    run = CliRunner().invoke(cli, ["runs", "rebuild-ledger"])
    assert "Restored 10 requests from 7 runs: $" in run.stdout
    assert CliRunner().invoke(cli, ["runs", "spend"]).stderr == ""


MUG = built_in()[0] / "pictures" / "mug.png"
STICKER = ["sticker", "--example", "red-panda"]


@pytest.mark.parametrize(
    "made",
    [
        ["generate", *STICKER, "--generator", "proof"],
        ["generate", *STICKER, "--generator", "gemini", "--batch"],
        ["refine", str(MUG), "make it blue", "--generator", "proof"],
        ["compare", *STICKER, "--across", "style=flat,retro", "--generator", "proof"],
        ["compare", *STICKER, "--across", "style=flat,retro", "--generator", "gemini", "--batch"],
    ],
    ids=" ".join,
)
def test_who_makes_pictures_reads_that_the_ledger_is_new(
    project: Project, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The day's budget would start at nothing spent: it is said before anything is booked, and only then."""
    with GeminiServer() as server:
        Batches(server)
        monkeypatch.setenv("GEMINI_API_KEY", KEY)
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        _reads_that_the_ledger_is_new(project, made)


def _reads_that_the_ledger_is_new(project: Project, made: list[str]) -> None:
    assert "rebuild-ledger" not in CliRunner().invoke(cli, made).stderr
    ledger_file(project).unlink()
    first = CliRunner().invoke(cli, made)
    assert first.exit_code == 0
    assert "prompt-kit runs rebuild-ledger" in first.stderr
