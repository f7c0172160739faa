"""Power cuts and kill -9: whatever the moment, nothing half-written is left and the ledger knows what was asked."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from killed_runs import PANDA

from prompt_kit.project import Project
from prompt_kit.record.ledger import Ledger
from prompt_kit.record.runs import prompt_from, runs

TURNS = 12


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
@pytest.mark.parametrize("times", [6, pytest.param(100, marks=pytest.mark.soak)])
def test_killed_runs_leave_whole_files_and_a_ledger_that_knows(tmp_path: Path, times: int) -> None:
    """Runs killed at random moments: pictures and sidecars are whole, every bill has its row."""
    script = Path(__file__).with_name("killed_runs.py")
    subprocess.run([sys.executable, script, tmp_path, str(times)], check=True)
    project = Project(root=tmp_path)

    found = list(runs(project.runs_folder))
    assert len(found) > times / 2
    pictures = [path for path in project.runs_folder.glob("*/*/*.png") if not path.name.startswith(".")]
    assert len(pictures) > times / 2
    for sidecar in project.runs_folder.glob("*/*/[0-9][0-9].json"):
        picture = json.loads(sidecar.read_text("utf-8"))["picture"]
        data = (sidecar.parent / picture["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == picture["sha256"]
    for path in pictures:
        assert len(path.read_bytes()) > 400_000
    for run in found:
        assert not run.damage or not (run.folder / "run.json").exists(), run.damage
        if not run.damage:
            again = prompt_from(run.folder, project.runs_folder)
            assert again.turns[0].references[0].image.read() == PANDA

    billed = (tmp_path / "bill").read_text("utf-8").splitlines()
    with Ledger.open(project.ledger_url) as ledger:
        ledger.reconcile()
        entries = ledger.entries()
    assert {entry.state for entry in entries} <= {"done", "failed", "unknown"}
    kept = [entry.fingerprint for entry in entries if entry.state in {"done", "unknown"}]
    for fingerprint in set(billed):
        assert kept.count(fingerprint) >= billed.count(fingerprint), "something was paid that the ledger does not know"
    assert times < 20 or any(entry.state == "unknown" for entry in entries), "no blow fell while a request was away"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
@pytest.mark.parametrize("kills", [4, pytest.param(60, marks=pytest.mark.soak)])
def test_a_killed_session_goes_on_and_pays_no_turn_twice(tmp_path: Path, kills: int) -> None:
    """Kills in sessions of twelve turns: the same command goes on; only with consent is a turn paid again."""
    script = Path(__file__).with_name("killed_session.py")
    done = subprocess.run([sys.executable, script, tmp_path, str(kills)], check=True, stdout=subprocess.PIPE)
    told = json.loads(done.stdout)
    assert told["kills"] == kills
    assert not told["odd"]

    project = Project(root=tmp_path)
    # Who was killed before the first request was on record has left a folder with nothing in it.
    found = [run for run in runs(project.runs_folder) if run.pictures or run.state != "started"]
    assert len(found) == told["sessions"], "every session went on in its own folder"
    assert [run.state for run in found] == ["done"] * len(found)
    assert [run.pictures for run in found] == [TURNS] * len(found), "none is lost, none is made twice"

    billed = (tmp_path / "bill").read_text("utf-8").splitlines()
    assert len(billed) - len(set(billed)) <= told["consents"]
    with Ledger.open(project.ledger_url) as ledger:
        entries = ledger.entries()
    states = [entry.state for entry in entries]
    assert states.count("done") + states.count("unknown") >= len(billed), "something was paid that nobody knows of"
    assert states.count("unknown") <= told["consents"] + sum(
        not entry.status for entry in entries if entry.state == "unknown"
    )
    assert len(billed) <= TURNS * len(found) + told["consents"]
