"""A run's record has one schema: what is written can be read, and what is damaged is named with its place."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taken_pictures import scene, taken

import prompt_kit
from prompt_kit.cli.main import run
from prompt_kit.errors import InputError
from prompt_kit.outcome import Outcome, Picture, Piece, Status, Usage, WebPage
from prompt_kit.prompt import Earlier, Prompt, Settings, Text, Turn
from prompt_kit.record.runs import RunFolder, RunRecord, Sent, open_run, prompt_from, run_record
from prompt_kit.record.runs.answers import outcome_of
from prompt_kit.record.runs.reading import parsed, upgraded
from prompt_kit.record.runs.schema import Answer, Asked, Done, SavedPicture, Sidecar, plain

if TYPE_CHECKING:
    from pydantic import BaseModel

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
DATA = taken(scene((9, 16)), 1)
SPIN = Prompt(
    (Turn((Text("The front."),), "front"), Turn((Earlier(0, "identity"), Text("The back.")), "back")),
    Settings(size="1K"),
    recipe="spin",
)
ANSWER = Outcome(
    Status.OK,
    (Picture(DATA, "image/png", 9, 16, hashlib.sha256(DATA).hexdigest()),),
    text="Here.",
    pieces=(Piece("Here.", signature="c2ln"), Piece(picture=0, signature="bWFyaw==")),
    thoughts="Hm.",
    sources=(WebPage("A page", "https://example.com"),),
    queries=("foxes",),
    billable="yes",
    usage=Usage(input_text=3, output_image=1120),
    cost=Decimal("0.0672"),
    model="m-1",
    warnings=("It is small.",),
    details=(("finish", "STOP"), ("odd", {"deep": [1, None]})),
)


def sent(turn: int = 0, **more: Any) -> Sent:
    """Return what was asked."""
    return Sent(turn, "m", f"request {turn}", NOON, NOON + timedelta(seconds=8), **more)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run with two answers, the second of which was never seen."""
    made = RunFolder.create(tmp_path / "runs", SPIN, generator="gemini", now=NOON, parent="2026-11-20/fox-0a1b")
    made.save(ANSWER, sent(entry=1, estimate=Decimal("0.07")))
    made.lost(sent(1, entry=2))
    made.derive(made.path / "01.png", "cutout", DATA, "It was cut out.")
    made.finish(ANSWER, now=NOON)
    return made


def test_what_is_written_is_read(folder: RunFolder) -> None:
    """The same answer comes back, to the last mark; only the pictures are files now."""
    record = run_record(folder.path)
    first, second = record.requests
    again = outcome_of(first, folder.path)
    for name in ("status", "text", "pieces", "thoughts", "sources", "queries", "usage", "cost", "warnings", "details"):
        assert getattr(again, name) == getattr(ANSWER, name), name
    assert [made.data for made in again.pictures] == [DATA]
    assert (second.answer.status, second.request.entry, record.cost) == (Status.CANCELLED, 2, None)
    assert (record.started, record.ended, record.state) == (NOON, NOON, "done")
    assert record.totals is not None
    assert (record.totals.pictures, record.totals.estimate) == (1, None)


def test_reading_and_writing_changes_nothing(folder: RunFolder) -> None:
    """A run that goes on keeps what it had, also what only a newer program understands, in the same order."""
    path = folder.path / "run.json"
    told = json.loads(path.read_bytes())
    told["mood"] = "good"
    told["requests"][0]["answer"]["weather"] = {"rain": True}
    assert list(plain(parsed(RunRecord, told, path))) == list(told)
    assert json.loads(json.dumps(plain(parsed(RunRecord, told, path)))) == told
    sidecar = json.loads((folder.path / "01.json").read_bytes())
    assert json.loads(json.dumps(plain(parsed(Sidecar, sidecar, path)))) == sidecar


def test_answers_are_written_with_every_field(folder: RunFolder) -> None:
    """They are written as plain data and read by models: a field of a model that nobody writes would stay empty."""
    line = json.loads((folder.path / "run.json").read_bytes())["requests"][0]
    sidecar = json.loads((folder.path / "01.json").read_bytes())
    written: dict[type[BaseModel], dict[str, Any]] = {
        Done: line,
        Asked: line["request"],
        Answer: line["answer"],
        SavedPicture: sidecar["picture"],
    }
    for model, fields in written.items():
        assert [*fields] == [*model.model_fields], model


words = st.text(st.characters(exclude_categories=[]))


@given(text=words, reason=words, detail=words | st.none() | st.binary(), cost=st.decimals(0, 9, places=4))
def test_whatever_a_generator_says_is_kept(
    tmp_path_factory: pytest.TempPathFactory, text: str, reason: str, detail: object, cost: Decimal
) -> None:
    """Half characters and odd details must not cost a picture its record, nor its record the list."""
    made = RunFolder.create(tmp_path_factory.mktemp("any"), SPIN, generator="x", now=NOON)
    outcome = Outcome(Status.NO_IMAGE, text=text, reason=reason, cost=cost, details=(("odd", detail),))
    made.save(outcome, sent())
    made.close()
    again = outcome_of(run_record(made.path).requests[0], made.path)
    assert (again.text, again.reason, again.cost) == (text, reason, cost)


DAMAGES = [
    ("requests/0/answer/cost", "a lot", "requests[0].answer.cost: must be an amount as text, such as '0.0672'"),
    ("requests/0/answer/cost", "NaN", "requests[0].answer.cost: must be an amount"),
    ("requests/0/answer/status", "fine", "requests[0].answer.status: must be 'ok'"),
    ("requests/0/answer/usage", {"gold": 1}, "requests[0].answer.usage: there is no usage of 'gold'"),
    ("requests/0/answer/pieces/1/picture", "09.png", "requests[0]: its answer names the picture 09.png"),
    ("requests/0/request/turn", 2, "requests[0].request.turn: there is no turn 2"),
    ("requests/0/request/sent", "noon", "requests[0].request.sent: must be a moment such as 2026"),
    ("requests/0/request/sent", "2026-11-21T12:00:00", "requests[0].request.sent: must be a moment"),
    ("requests/0/pictures/0", "../01.png", "requests[0].pictures[0]: must look like"),
    ("requests/1/request/model", 7, "requests[1].request.model: must be text"),
    ("derived/0/kind", "collage", "derived[0].kind: must be 'cutout' or 'composite'"),
    ("turns/0/name", None, "turns[0]: name: must be text"),
    ("turns/1/parts", ["x"], "turns[1]: parts: must be mappings of names"),
    ("turns", [], "turns: needs at least 1 entry"),
    ("count", True, "count: must be a whole number"),
    ("state", "damaged", "state: must be 'started', 'waiting', 'done', 'failed' or 'cancelled'"),
    ("started", None, "started: must be a moment"),
    ("totals/status", 1, "totals.status: must be"),
]


@pytest.mark.parametrize(("path", "value", "told"), DAMAGES)
def test_a_damaged_record_says_which_field_is_wrong(folder: RunFolder, path: str, value: object, told: str) -> None:
    """Whoever has edited a file, or got half of it, sees where; nothing is changed, and every reader says the same."""
    file = folder.path / "run.json"
    record: Any = json.loads(file.read_bytes())
    place = record
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    for step in way:
        place = place[step]
    place[last] = value
    text = json.dumps(record)
    file.write_text(text)
    message = rf"^{re.escape(str(file))}: the record is damaged: {re.escape(told)}.*Nothing was changed in it"
    for read in (run_record, lambda path: open_run(path, path.parents[1]), RunFolder.reopen):
        with pytest.raises(InputError, match=message):
            read(folder.path)
    assert file.read_text() == text


def test_several_damages_are_told_together(folder: RunFolder) -> None:
    """The first ones with their places, the others by their number."""
    file = folder.path / "run.json"
    record = json.loads(file.read_bytes())
    for name in ("tool", "state", "turns", "settings", "generator"):
        del record[name]
    file.write_text(json.dumps(record))
    with pytest.raises(
        InputError, match=r"damaged: \w+: is missing; \w+: is missing; \w+: is missing \(and 2 more\)\."
    ):
        run_record(folder.path)


def test_half_a_file_says_where_it_ends(folder: RunFolder) -> None:
    """A disk that was full leaves such files."""
    file = folder.path / "run.json"
    file.write_bytes(file.read_bytes()[:400])
    with pytest.raises(InputError, match=r"the record is damaged: line \d+: "):
        run_record(folder.path)


def test_a_part_of_the_prompt_is_told_with_its_place(folder: RunFolder) -> None:
    """The parts of a turn are looked at when the prompt is wanted."""
    file = folder.path / "run.json"
    file.write_text(file.read_text().replace('"role": "identity"', '"role": "boss"'))
    with pytest.raises(InputError, match=r"the record is damaged: turns\[1\]\.parts\[0\]\.role: 'boss' is not one of"):
        prompt_from(folder.path, folder.path.parents[1])


@pytest.mark.parametrize("room", ["record/runs", "refining", "comparing", "work", "cli"])
def test_our_own_mistakes_are_not_called_damage(room: str) -> None:
    """A bug must look like one: nobody who uses a record catches what only a mistake of ours can raise."""
    ours = {"AttributeError", "TypeError", "KeyError", "IndexError", "LookupError", "NameError"}
    for path in (Path(prompt_kit.__file__).parent / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ExceptHandler) and node.type is not None:
                caught = {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)}
                assert not caught & ours, f"{path}:{node.lineno}"


def test_a_record_is_brought_up_version_by_version() -> None:
    """Each step knows one version only, so that none has to be written anew for the next."""
    steps = {
        1: lambda record: {**record, "makers": [record["generator"]]},
        2: lambda record: {name: value for name, value in record.items() if name != "generator"},
    }
    old = {"schema": 1, "generator": "proof"}
    assert upgraded(old, steps, 3) == {"schema": 3, "makers": ["proof"]}
    assert upgraded(old, steps, 2) == {"schema": 2, "generator": "proof", "makers": ["proof"]}
    assert upgraded({"schema": 3}, steps, 3) == {"schema": 3}
    assert old == {"schema": 1, "generator": "proof"}


def test_a_damaged_run_does_not_hide_the_others(folder: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    """The list tells it in its place."""
    file = folder.path / "run.json"
    RunFolder.create(folder.path.parents[1], SPIN, generator="proof", now=NOON).close()
    file.write_text(file.read_text().replace('"count": 1', '"count": "one"'))
    assert run(["runs", "list"]) == 0
    out, err = capsys.readouterr()
    assert "count: must be a whole number" in out + err
    assert "proof" in out
