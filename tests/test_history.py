"""The history of all runs: narrowed, page by page, and without opening each record."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from kept_runs import NOON, kept

from prompt_kit.cli.main import run
from prompt_kit.errors import InputError
from prompt_kit.kit import Kit
from prompt_kit.project import Project
from prompt_kit.record.index import original_of
from prompt_kit.record.runs import RunFolder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

INDEX = ".history.db"


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """A project in the test's own folder."""
    return Kit(Project(root=tmp_path))


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    """Five runs of three days, the oldest first."""
    root = tmp_path / "runs"
    made = [
        kept(root, recipe="fox", person="ann", at=NOON - timedelta(days=2)),
        kept(root, recipe="owl", person="ben", at=NOON - timedelta(days=1), pictures=2),
        kept(root, recipe="fox", person="ben", at=NOON, generator="proof"),
        kept(root, recipe="fox", at=NOON + timedelta(minutes=1), pictures=0, ended=False),
        kept(
            root,
            recipe="owl",
            person="ann",
            at=NOON + timedelta(minutes=2),
            parent="2026-11-27/x-1",
            parent_picture="01.png",
        ),
    ]
    for folder in made:  # it was left alone for long, so that its time is trusted
        os.utime(folder, (1_000_000_000, 1_000_000_000))
    return made


def listed(kit: Kit, **wanted: Any) -> list[Path]:
    return [past.run.folder for past in kit.history(**wanted).runs]


def test_each_run_is_told_as_its_record_has_it(kit: Kit, runs: list[Path]) -> None:
    """A page shows them without a look into any folder."""
    newest = kit.history().runs[0]
    summary = newest.run
    assert (summary.recipe, summary.person, summary.state, summary.parent, summary.pictures) == (
        "owl",
        "ann",
        "done",
        "2026-11-27/x-1",
        1,
    )
    assert summary.first == runs[4] / "01.png"
    assert summary == next(iter(kit.runs()))
    assert (newest.waiting, newest.approved, newest.rejected) == (1, 0, 0)


@pytest.mark.parametrize(
    ("wanted", "which"),
    [
        ({}, [4, 3, 2, 1, 0]),
        ({"recipe": "owl"}, [4, 1]),
        ({"person": "ann"}, [4, 0]),
        ({"person": ""}, [3]),
        ({"generator": "proof"}, [2]),
        ({"without": ("proof",)}, [4, 3, 1, 0]),
        ({"state": "started"}, [3]),
        ({"recipe": "owl", "person": "ben"}, [1]),
        ({"since": date(2026, 11, 28)}, [4, 3, 2]),
        ({"until": date(2026, 11, 27)}, [1, 0]),
        ({"since": date(2026, 11, 27), "until": date(2026, 11, 27)}, [1]),
        ({"review": "waiting"}, [4, 2, 1, 0]),
        ({"review": "approved"}, []),
        ({"words": "owl 11-28"}, [4]),
        ({"limit": 2}, [4, 3]),
    ],
)
def test_the_history_is_narrowed(kit: Kit, runs: list[Path], wanted: dict[str, Any], which: list[int]) -> None:
    """By recipe, person, state, review and day, and by all of them together."""
    assert listed(kit, **wanted) == [runs[number] for number in which]


def test_pages_hold_every_run_once_though_others_come(kit: Kit, runs: list[Path], tmp_path: Path) -> None:
    """While somebody turns the pages, new runs begin at the top."""
    page = kit.history(limit=2)
    seen, totals = [*page.runs], [page.total]
    while page.cursor:
        kept(tmp_path / "runs", at=NOON + timedelta(hours=1))
        page = kit.history(limit=2, cursor=page.cursor)
        seen += page.runs
        totals.append(page.total)
    assert [past.run.folder for past in seen] == runs[::-1]
    assert totals == [5, 6, 7]


@pytest.mark.usefixtures("runs")
@pytest.mark.parametrize("cursor", ["x", "W10", "WzEsMl0", "!!", "bnVsbA", "é"])
def test_a_cursor_of_somebody_else_is_refused(kit: Kit, cursor: str) -> None:
    """It comes from the address of a page, which anybody can change."""
    with pytest.raises(InputError, match="no such page"):
        kit.history(cursor=cursor)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder, kit: kit.review(folder, "01.png", "reject", reason="No."),
        lambda folder, kit: kit.review(folder, "01.png", "approve"),
        lambda folder, _: (folder / "run.json").rename(folder / "other.json"),
        lambda folder, _: _go_on(folder),
        lambda folder, _: shutil.rmtree(folder),
    ],
    ids=["rejected", "approved", "damaged", "gone on with", "removed"],
)
def test_what_changes_is_noticed_at_once(kit: Kit, runs: list[Path], change: Callable[[Path, Kit], object]) -> None:
    """A run goes on, is reviewed, damaged or removed: the next look shows it."""
    before = kit.history().runs
    kit.review(runs[0], "01.png", "comment", reason="Hm.")
    os.utime(runs[0], (1_100_000_000, 1_100_000_000))
    kit.history()
    change(runs[0], kit)
    assert kit.history().runs != before


def _go_on(folder: Path) -> None:
    again = RunFolder.reopen(folder)
    again.begin_again()
    again.close()


def test_records_are_opened_once(kit: Kit, runs: list[Path]) -> None:
    """Ten thousand runs are listed from the index alone: here nothing could be read any more."""
    before = kit.history()
    for folder in runs:
        for path in folder.iterdir():
            path.write_bytes(b"")  # in place, so that the folder does not change
    assert kit.history() == before


@pytest.mark.parametrize("content", [b"", b"x" * 5000, None])
def test_an_index_that_cannot_be_used_is_made_anew(kit: Kit, runs: list[Path], content: bytes | None) -> None:
    """It is a file that anybody may damage or delete; the records say the same."""
    assert len(listed(kit)) == 5
    path = runs[0].parents[1] / INDEX
    path.unlink() if content is None else path.write_bytes(content)
    assert listed(kit) == runs[::-1]


def test_many_look_while_runs_are_made(kit: Kit, runs: list[Path], tmp_path: Path) -> None:
    """Threads bring the same index up to date at the same time; each sees at least what was there before."""

    def look(number: int) -> int:
        if number % 4 == 0:
            kept(tmp_path / "runs", at=NOON + timedelta(hours=1))
        return kit.history().total

    with ThreadPoolExecutor(8) as threads:
        totals = list(threads.map(look, range(24)))
    assert min(totals) >= len(runs)
    assert kit.history().total == len(runs) + 6


def test_whoever_looks_does_not_wait_for_another_process_that_updates(
    kit: Kit, runs: list[Path], tmp_path: Path
) -> None:
    """It holds the index in the middle of a change: what was written before is shown, and afterwards all."""
    listed(kit)
    later = kept(tmp_path / "runs", at=NOON + timedelta(hours=1))
    with closing(sqlite3.connect(runs[0].parents[1] / INDEX, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM runs")
        assert listed(kit) == runs[::-1]
        assert kit.history_choices().recipes == ("fox", "owl")
        other.execute("ROLLBACK")
    assert listed(kit) == [later, *runs[::-1]]


def test_a_copy_is_traced_by_the_index(kit: Kit, runs: list[Path], tmp_path: Path) -> None:
    """The hash in the record says which picture it is of; other files of the runs are not even opened."""
    listed(kit)
    original = runs[1] / "02.png"
    copy = tmp_path / "mine.png"
    copy.write_bytes(original.read_bytes())
    for other in (runs[4] / "01.png", runs[0] / "01.png"):
        other.write_bytes(copy.read_bytes())  # in place, so that the folder does not change
    assert original_of(copy, tmp_path / "runs") == original
    (tmp_path / "cut.png").write_bytes(b"made here")
    (runs[2] / "01-cutout.png").write_bytes(b"made here")
    assert original_of(tmp_path / "cut.png", tmp_path / "runs") == runs[2] / "01-cutout.png"


def test_a_copy_is_traced_without_an_index(runs: list[Path], tmp_path: Path) -> None:
    """Something stands where the index would be kept: every run is looked through."""
    (tmp_path / "runs" / INDEX).mkdir()
    copy = tmp_path / "mine.png"
    copy.write_bytes((runs[1] / "02.png").read_bytes())
    assert original_of(copy, tmp_path / "runs") == runs[1] / "02.png"
    copy.write_bytes(b"of nobody")
    assert original_of(copy, tmp_path / "runs") is None


def test_a_failed_change_is_not_brought_into_the_next_index(kit: Kit, runs: list[Path]) -> None:
    """A process was killed while it wrote the index, which somebody deleted then: its journal is not taken up."""
    listed(kit)
    path = runs[0].parents[1] / INDEX
    path.write_bytes(b"x" * 5000)
    journal = path.with_name(f"{INDEX}-journal")
    journal.write_bytes(b"x" * 5000)
    assert listed(kit) == runs[::-1]
    assert not journal.exists()


def test_an_index_damaged_inside_is_made_anew(kit: Kit, runs: list[Path]) -> None:
    """Its beginning is whole, so that the damage is noticed while it is used; at the latest the next look is right."""
    listed(kit)
    path = runs[0].parents[1] / INDEX
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with suppress(Exception):
        listed(kit)
    assert listed(kit) == runs[::-1]


def test_a_project_without_runs_has_an_empty_history(kit: Kit, tmp_path: Path) -> None:
    """Looking makes nothing."""
    assert kit.history().runs == ()
    assert kit.history_choices().recipes == ()
    assert not (tmp_path / "runs").exists()


def test_a_damaged_run_is_listed_with_the_reason(kit: Kit, runs: list[Path]) -> None:
    """It is not left out, because its pictures are there."""
    (runs[2] / "run.json").write_text("{", "utf-8")
    damaged = kit.history(state="damaged").runs
    assert [past.run.folder for past in damaged] == [runs[2]]
    assert "the record is damaged" in damaged[0].run.damage


@pytest.mark.usefixtures("runs")
def test_the_choices_are_what_is_there(kit: Kit) -> None:
    """A drop-down offers nothing that brings an empty page."""
    choices = kit.history_choices()
    assert (choices.recipes, choices.persons, choices.generators) == (
        ("fox", "owl"),
        ("ann", "ben"),
        ("gemini", "proof"),
    )
    assert (choices.first, choices.last) == (date(2026, 11, 26), date(2026, 11, 28))


def test_pictures_that_wait_are_in_a_single_place(kit: Kit, runs: list[Path]) -> None:
    """Those of all runs, without the proofs; what is decided leaves the list and comes to the other."""
    waiting = kit.pictures(review="waiting", without=("proof",), limit=2)
    assert [(picture.path, picture.person) for picture in waiting.pictures] == [
        (runs[4] / "01.png", "ann"),
        (runs[1] / "02.png", "ben"),
    ]
    assert waiting.total == 4
    rest = kit.pictures(review="waiting", without=("proof",), cursor=waiting.cursor)
    assert [picture.path for picture in rest.pictures] == [runs[1] / "01.png", runs[0] / "01.png"]

    kit.review(runs[1], "02.png", "reject", person="ann", reason="Too dark.")
    assert kit.pictures(review="waiting", without=("proof",)).total == 3
    (rejected,) = kit.pictures(review="rejected").pictures
    assert (rejected.name, rejected.decided_by, rejected.reason) == ("02.png", "ann", "Too dark.")
    assert listed(kit, review="rejected") == [runs[1]]


def test_the_command_line_narrows_the_list(runs: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    """The same questions as on a page."""
    assert run(["runs", "list", "--recipe", "fox", "--person", "ben", "--since", "2026-11-28"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 1
    assert shown[0].startswith(f"2026-11-28/{runs[2].name}")
    assert shown[0].endswith("(ben)")
    assert run(["runs", "list", "--review", "approved"]) == 0
    assert "There are no such runs." in capsys.readouterr().err


def test_many_runs_are_listed_to_the_last(runs: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    """The list has as many as asked for, though a page is shorter."""
    for number in range(497):
        (runs[0].parent / f"empty-{number:03}").mkdir()
        (runs[0].parent / f"empty-{number:03}" / "run.json").touch()
    assert run(["runs", "list", "-n", "600"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 502


def test_a_picture_is_looked_up_by_its_bytes(kit: Kit, runs: list[Path]) -> None:
    """Somebody who has only the file learns which run has made it."""
    sha256 = hashlib.sha256((runs[1] / "02.png").read_bytes()).hexdigest()
    assert [picture.path for picture in kit.pictures(sha256=sha256).pictures] == [runs[1] / "02.png"]
    assert listed(kit, sha256=sha256) == [runs[1]]
    assert not kit.pictures(sha256="0" * 64).pictures


@pytest.mark.parametrize(
    ("values", "subject"),
    [
        ({"style": "flat", "subject": "otter"}, "otter"),
        ({"target": "the blue sofa", "change": "swap"}, "the blue sofa"),
        ({"style": "flat", "target": "the blue sofa"}, "the blue sofa"),
        ({"change": "warmer", "keep": ["the hat"]}, "warmer"),
        ({"views": ["front", "back"]}, "front"),
        ({}, ""),
    ],
)
def test_a_run_is_named_by_words_rather_than_by_a_choice(
    kit: Kit, runs: list[Path], values: dict[str, Any], subject: str
) -> None:
    """A history full of runs named 'swap' helps nobody."""
    record = runs[0] / "run.json"
    record.write_text(json.dumps(json.loads(record.read_text("utf-8")) | {"values": values}), "utf-8")
    (past,) = kit.history(person="ann", recipe="fox").runs
    assert past.run.subject == subject


def test_words_are_looked_up_in_all_values_in_small_letters(kit: Kit, tmp_path: Path) -> None:
    """Each word must be in some value, the recipe, the person or the id, however deep it stands."""
    values = {"subject": "A Pier", "words": ["ÖFFNET :: oben", "7 pm"], "more": {"tags": ["blue", 12]}, "off": True}
    folder = kept(tmp_path / "runs", recipe="poster", person="Zoë", values=values)
    kept(tmp_path / "runs", recipe="owl", at=NOON - timedelta(hours=1))
    for words in ("öffnet", "OBEN pier", "blue 12", "zoë", "poster pm", folder.name):
        assert listed(kit, words=words) == [folder], words
    assert listed(kit, words="pier owl") == listed(kit, words="true") == []


def test_a_refinement_has_the_subject_and_version_of_its_line(kit: Kit, tmp_path: Path) -> None:
    """Also where its parent is gone; runs that refine each other in a circle are listed all the same."""
    root, at = tmp_path / "runs", NOON
    ids: list[str] = []
    for subject in ("a mug", "warmer", "bluer"):
        at += timedelta(minutes=1)
        key = "change" if ids else "subject"
        folder = kept(root, at=at, values={key: subject}, parent=ids[-1] if ids else None, parent_picture="01.png")
        ids.append(f"{folder.parent.name}/{folder.name}")
    assert [(past.subject, past.version) for past in kit.history().runs] == [("a mug", 3), ("a mug", 2), ("a mug", 1)]
    assert [past.run.id for past in kit.history(run=ids[1]).runs] == [ids[1]]
    record = root / ids[0] / "run.json"
    record.write_text(json.dumps({**json.loads(record.read_text()), "parent": ids[2]}))
    assert len(kit.history().runs) == len(kit.pictures().pictures) == 3
    shutil.rmtree(root / ids[0])
    assert [(past.subject, past.version) for past in kit.history().runs] == [("warmer", 2), ("warmer", 1)]
