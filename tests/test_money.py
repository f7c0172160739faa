"""The server's bill, the ledger and the files agree after faults and kills, for every kind of work."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from prompt_kit.project import Project
from prompt_kit.record.ledger import Ledger
from prompt_kit.record.runs import runs

if TYPE_CHECKING:
    from collections.abc import Iterator

KILLED = str(-signal.SIGKILL)
"""How `killed_work.py` calls the ending of a process that was killed."""

PRICE = Decimal(30) / 1_000_000
"""What a token of a picture costs with either provider, in US dollars."""


FEW = 20
"""Of so few cases, chance decides how many are killed."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
@pytest.mark.parametrize(
    ("seed", "cases"), [(0, 8), *[pytest.param(seed, 75, marks=pytest.mark.soak) for seed in range(1000, 5000, 1000)]]
)
def test_bill_ledger_and_files_agree(tmp_path: Path, seed: int, cases: int) -> None:
    """Nothing is lost, and nothing is paid twice without consent."""
    script = Path(__file__).with_name("killed_work.py")
    command = [sys.executable, str(script), str(tmp_path), str(seed), str(cases)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) == cases

    wrong = [f"{case}: {fault}" for case in told for fault in faults(case)]
    assert not wrong, "\n".join(wrong)
    if cases > FEW:
        assert sum(case["seen"].get(KILLED, 0) for case in told) > cases / 4  # else it was too easy


def faults(case: dict[str, Any]) -> list[str]:
    """Return everything in which bill, ledger and files of a case disagree."""
    folder, through = Path(case["folder"]), case["end"] == 0
    project = Project(root=folder)
    odd = [path.read_text("utf-8") for path in folder.glob("odd-*.txt")]
    bill = [json.loads(line) for line in _lines(folder / "bill")]
    wrong = [f"an unexpected error: {text}" for text in odd]
    wrong += ["it never came through"] if not (through or odd) else []
    wrong += [f"{run.folder}: {run.damage}" for run in runs(project.runs_folder) if run.damage]
    # Where several processes write, what is younger than an hour may be somebody's.
    shared = {"jobs", "references", ".prepared"}
    left = [path for path in folder.rglob("*.part") if not shared & {*path.parts}]
    wrong += [f"left behind: {path}" for path in left] if through else []
    wrong += _ledger_faults(case, bill, project)
    wrong += _file_faults(case, bill, project)
    return wrong


def _ledger_faults(case: dict[str, Any], bill: list[dict[str, Any]], project: Project) -> Iterator[str]:
    with Ledger.open(project.ledger_url) as ledger:
        ledger.reconcile()
        entries = ledger.entries()
        spent = ledger.spent(datetime(2026, 1, 1, tzinfo=UTC))
    states = Counter(entry.state for entry in entries)
    if len(bill) > states.total():
        yield f"{len(bill)} answers were charged, the ledger has {dict(states)}"
    if len(bill) > case["wanted"] + states["unknown"]:
        yield f"{len(bill)} were charged, {case['wanted']} were wanted, {states['unknown']} may be lost"
    price = PRICE * (Decimal("0.5") if case["kind"] == "batch" else 1) * sum(line["tokens"] for line in bill)
    # Where a request has no estimate, the ledger counts it, and its price may be anything.
    unpriced = spent.unpriced * PRICE * max((line["tokens"] for line in bill), default=0)
    if spent.known + spent.possible + unpriced < price:
        yield f"the ledger knows of ${spent.known} and ${spent.possible}, the bill is ${price}"
    kept = {line["sha256"] for line in bill} & _files(project).keys()
    if len(bill) - len(kept) > states["unknown"]:
        yield f"{len(bill)} were charged, {len(kept)} are on the disk, {states['unknown']} may be lost"


def _file_faults(case: dict[str, Any], bill: list[dict[str, str]], project: Project) -> Iterator[str]:
    files = _files(project)
    if strange := files.keys() - {line["sha256"] for line in bill}:
        yield f"files that nobody charged for: {[str(files[sha]) for sha in strange]}"
    for sidecar in project.runs_folder.glob("*/*/[0-9][0-9].json"):
        if json.loads(sidecar.read_text("utf-8"))["picture"]["sha256"] not in files:
            yield f"{sidecar} describes a picture that is not there"
    recorded = sum(run.pictures for run in runs(project.runs_folder))
    if case["end"] == 0 and not len(files) == recorded >= case["wanted"]:
        yield f"{case['wanted']} were wanted, {len(files)} are there, {recorded} are on record"


def _files(project: Project) -> dict[str, Path]:
    """Return the saved pictures by the hash of their content."""
    pictures = project.runs_folder.glob("*/*/[0-9][0-9].png")
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in pictures}


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines() if path.is_file() else []
