"""What an earlier version wrote still works: runs, conversations, jobs and the ledger (see ``written_before``)."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fakes import Painter
from gemini_asking import KEY
from gemini_server import GeminiServer
from PIL import Image

from prompt_kit.cli.main import run
from prompt_kit.generators.gemini import Gemini
from prompt_kit.kit import Kit, generate
from prompt_kit.outcome import Status
from prompt_kit.project import Project
from prompt_kit.record.ledger import Ledger
from prompt_kit.record.runs import RunFolder, conversation_of, family, open_run, prompt_from, runs
from prompt_kit.record.runs.reading import parsed, read_record
from prompt_kit.record.runs.schema import RunRecord, Sidecar, plain
from prompt_kit.refining import RefineOptions, prepare
from prompt_kit.work.jobs import jobs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

BEFORE = Path(__file__).with_name("written_before")
NAMES = sorted(path.parent.name for path in BEFORE.glob("runs/*/*/run.json"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of runs as it was left, in a project of its own."""
    shutil.copytree(BEFORE / "runs", tmp_path / "runs")
    return tmp_path / "runs"


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    """A server of the test's own."""
    with GeminiServer() as running:
        yield running


def folder_of(root: Path, name: str) -> Path:
    """Return the only folder of a recipe's runs."""
    [folder] = root.glob(f"*/{name}-*")
    return folder


def plain_json(path: Path) -> dict[str, Any]:
    """Return what a file says."""
    told: dict[str, Any] = json.loads(path.read_bytes())
    return told


@pytest.mark.parametrize("name", NAMES)
def test_a_run_is_opened(root: Path, name: str) -> None:
    """Its record, sidecars and prompt are read, and written back they say the same."""
    opened = open_run(name, root)
    assert opened.summary.damage == ""
    files: list[tuple[Path, type[BaseModel]]] = [(opened.summary.folder / "run.json", RunRecord)]
    for path, kind in files + [(sidecar, Sidecar) for sidecar in opened.sidecars]:
        told = plain_json(path)
        assert json.loads(json.dumps(plain(parsed(kind, read_record(path), path)))) == told
        assert prompt_from(path, root).fingerprint == told["prompt_fingerprint"]
    assert run(["runs", "show", name]) == 0


def test_all_runs_are_listed(root: Path) -> None:
    """With their states and what they cost."""
    listed = {one.recipe: (one.state, one.pictures, one.cost) for one in runs(root)}
    assert listed["photorealistic"] == ("done", 1, Decimal(0))
    assert listed["spin"] == ("done", 2, Decimal(0))
    assert listed["pair"][:2] == ("failed", 1)
    assert listed["owl"][:2] == ("done", 2)
    assert listed["wren"][:2] == ("waiting", 0)
    assert all(cost is not None for _, _, cost in listed.values())


def test_a_refinement_knows_where_it_came_from(root: Path) -> None:
    """The tree of both, and the conversation that can go on."""
    refined = open_run(folder_of(root, "refine"), root)
    assert [member.run.recipe for member in family(refined, root)] == ["sticker", "refine"]
    exchanges = conversation_of(refined.summary.folder / "01.jpg", root)
    assert [one.asked[-1].text[:15] for one in exchanges] == ["A sticker of a ", "Make one change"]  # type: ignore[union-attr]
    assert all(piece.signature for piece in exchanges[-1].answered)
    ready = prepare(
        refined.pictures[0], {"change": "close its eyes"}, RefineOptions(project=Project(root=root.parent), chat=True)
    )
    assert (len(ready.prompt.turns[0].history), ready.order.parent) == (2, refined.summary.id)


def test_a_run_that_was_left_goes_on(root: Path, server: GeminiServer) -> None:
    """What it had is kept and not paid again: the ledger, the record and the picture fit the prompt of today."""
    folder = folder_of(root, "pair")
    gemini = Gemini(api_key=KEY, base_url=server.url, timeout_s=20.0)
    outcome = generate(prompt_from(folder, root), generator=gemini, project=Project(root=root.parent))
    assert (outcome.ok, outcome.folder, len(server.requests)) == (True, folder, 1)
    assert [one.answer.status for one in open_run(folder, root).fields.requests] == [
        Status.OK,
        Status.INVALID,
        Status.OK,
    ]


def test_a_picture_that_was_stored_on_its_side_is_sent_as_it_was(root: Path) -> None:
    """Its size was noted as the camera stored it, and that is part of what the fingerprint covers."""
    [reference] = prompt_from(folder_of(root, "photorealistic"), root).turns[0].references
    assert (reference.image.width, reference.image.height, reference.image.orientation) == (160, 90, 6)


def test_a_run_is_gone_on_with(root: Path) -> None:
    """Opening it for writing takes nothing away."""
    path = folder_of(root, "owl") / "run.json"
    before = plain_json(path)
    folder = RunFolder.reopen(path.parent)
    folder.begin_again(job="job-0000")
    folder.close()
    assert plain_json(path) == before | {"job": "job-0000", "state": "started", "ended": None}


def test_jobs_are_listed(root: Path) -> None:
    """One is collected, one is waited for; nothing is wrong with either."""
    found, problems = jobs(root)
    assert problems == ()
    assert {(job.state, len(job.rows)) for job in found} == {("done", 2), ("waiting", 1)}
    assert all((root / row.run / name).is_file() for job in found for row in job.rows for name in row.pictures)


def test_the_ledger_is_opened(root: Path) -> None:
    """Every request is there, with what it cost, and its run is found."""
    with Ledger.open(f"sqlite:///{root / 'ledger.db'}") as ledger:
        entries = ledger.entries()
        assert {entry.run.partition("/")[2] for entry in entries} == set(NAMES)
        assert {entry.state for entry in entries} == {"done", "failed", "sent"}
        costs = {run: sum(e.actual or 0 for e in entries if e.run == run) for run in {e.run for e in entries}}
    told = {one.id: one.cost for one in runs(root)}
    assert costs == told


def test_a_picture_with_a_mask_is_refined_within_it(tmp_path: Path) -> None:
    """What an earlier version recorded is enough: outside the mask the new picture is the photo of the first run."""
    root = tmp_path / "runs"
    shutil.copytree(BEFORE / "masked/runs", root)
    first = folder_of(root, "inpainting")
    outcome = Kit(Project(root=tmp_path)).refine(
        first.name, "give it brass feet", generator=Painter(data=(first / "01.png").read_bytes(), size=(120, 80))
    )
    [derived] = outcome.derived
    [turn] = prompt_from(derived.path.parent, root).turns
    assert turn.mask is not None
    assert turn.mask.original is not None
    photo, made = Image.open(turn.mask.original.origin), Image.open(derived.path).convert("RGB")
    free = Image.open(turn.mask.image.origin).point(lambda level: 255 - level)
    black = Image.new("RGB", photo.size)
    assert turn.mask.original.name == "room.png"
    assert Image.composite(photo, black, free).tobytes() == Image.composite(made, black, free).tobytes()


def test_a_whole_picture_that_was_made_of_one_with_a_mask_is_refined_as_a_whole(tmp_path: Path) -> None:
    """Nothing outside the mask is the photo's any more, and putting that back would undo what the person has seen."""
    root = tmp_path / "runs"
    shutil.copytree(BEFORE / "masked/runs", root)
    [picture] = open_run(folder_of(root, "refine"), root).pictures
    ready = prepare(picture, {"change": "give it brass feet"}, RefineOptions(project=Project(root=tmp_path)))
    assert ready.mask is None
    assert any(warning.startswith("The whole picture may change") for warning in ready.warnings)
