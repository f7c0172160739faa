"""The same command in two processes at once: it is paid once, and whoever comes second reads why nothing was sent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest
from badges import BADGE
from gemini_asking import KEY
from gemini_batches import Batches
from gemini_replies import blocked, picture
from gemini_server import GeminiServer
from racing import Races

from prompt_kit.cli.main import run
from prompt_kit.record.ledger import Ledger
from prompt_kit.record.runs import runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import MakeTree
    from gemini_replies import Asked
    from racing import Ended
    from wire_server import Reply

    from prompt_kit.record.runs import RunSummary

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes are forked")

OWL = ["generate", "badge", "--subject", "an owl", "-n", "2"]


@pytest.fixture
def server(tree: MakeTree, monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    """A server that every process of the test is pointed to, with a key and a recipe."""
    tree(**BADGE)
    with GeminiServer() as started:
        monkeypatch.setenv("GEMINI_API_KEY", KEY)
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", started.url)
        yield started


@pytest.fixture
def races(server: GeminiServer) -> Iterator[Races]:
    """Processes in the folder of the test that ask the server."""
    assert server.url
    with Races() as started:
        yield started


def said(ended: Ended) -> str:
    """Return the sentence of a refused command."""
    assert ended.code == 2, ended
    assert "Traceback" not in ended.err
    [line] = [line for line in ended.err.splitlines() if "very same" in line]
    return line


def states() -> list[str]:
    """Return the state of every request in the ledger, the oldest first."""
    with Ledger.open("sqlite:///runs/ledger.db") as ledger:
        return [entry.state for entry in reversed(ledger.entries())]


def made() -> list[RunSummary]:
    """Return every run there is."""
    return list(runs(Path("runs")))


@pytest.mark.parametrize("rounds", [2, pytest.param(30, marks=pytest.mark.soak)])
def test_a_job_that_is_submitted_twice_at_once_is_made_once(server: GeminiServer, races: Races, rounds: int) -> None:
    """The second says which run or job there is; the first's run is not disturbed, and brings its pictures."""
    batches = Batches(server)
    for number in range(1, rounds + 1):
        first, second = races.at_once(["generate", "badge", "--subject", f"owl {number}", "-n", "2", "--batch"])
        assert first.code == 0, first
        sentence = said(second)
        assert len(batches.jobs) == number
        [waiting] = [run for run in runs(Path("runs")) if run.state == "waiting"]
        assert waiting.id in sentence
        assert run(["runs", "wait"]) == 0
    assert states() == ["done"] * 2 * rounds
    assert [(run.state, run.pictures) for run in made()] == [("done", 2)] * rounds


def test_the_rest_of_a_run_is_submitted_once(server: GeminiServer, races: Races) -> None:
    """A run lacks a picture, and two processes submit it at once: one job of one request, and the run is whole."""
    batches = Batches(server)
    server.next(picture(), blocked())
    assert run([*OWL, "--concurrency", "1"]) == 1
    first, second = races.at_once([*OWL, "--batch"])
    assert first.code == 0, first
    [unfinished] = made()
    assert unfinished.id in said(second)
    assert [len(job.rows) for job in batches.jobs.values()] == [1]
    assert run(["runs", "wait"]) == 0
    [whole] = made()
    assert (whole.state, whole.pictures) == ("done", 2)


def test_a_killed_run_is_gone_on_with_once(server: GeminiServer, races: Races) -> None:
    """One goes on and pays for what was lost, with consent; the other is refused, and is no second wish."""
    killed, refused = Event(), Event()

    def silent(asked: Asked) -> Reply:
        killed.wait()
        return picture()(asked)

    def late(asked: Asked) -> Reply:
        refused.wait()
        return picture()(asked)

    server.next(picture(), silent)
    command = [sys.executable, "-m", "prompt_kit", *OWL, "--concurrency", "1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while len(server.requests) < 2:
            server.asked.wait()
            server.asked.clear()
        process.kill()
    killed.set()
    server.otherwise = late
    first, second = races.at_once([*OWL, "--resend"], first_end=refused.set)
    assert first.code == 0, first
    [whole] = runs(Path("runs"))
    assert whole.id in said(second)
    assert (whole.state, whole.pictures) == ("done", 2)
    assert len(server.requests) == 3
    assert states() == ["done", "unknown", "done"]
