"""The pictures of one form: numbered through over all its runs, whichever page or list they stand in."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from kept_runs import NOON, kept

from prompt_kit.errors import NotFoundError
from prompt_kit.kit import Kit
from prompt_kit.project import Project
from prompt_kit.record.index import database, lines, sets

if TYPE_CHECKING:
    from pathlib import Path

FORM = "0123456789abcdef"


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """A project in the test's own folder."""
    return Kit(Project(root=tmp_path))


def id_of(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


def test_the_pictures_of_a_form_are_numbered_through_as_they_were_made(kit: Kit) -> None:
    """A try and what is made after it are no two first pictures."""
    root = kit.project.runs_folder
    later = id_of(kept(root, pictures=2, at=NOON + timedelta(minutes=2), draft=FORM))
    first = id_of(kept(root, at=NOON, draft=FORM))
    kept(root, at=NOON + timedelta(minutes=1), draft="another-form-0000")
    whole = kit.picture_set(later)
    assert whole.runs == (first, later)
    assert dict(whole.numbers) == {(first, 1): 1, (later, 1): 2, (later, 2): 3}
    assert [(past.set_id, past.number, past.set_total) for past in kit.pictures(run=later).pictures] == [
        (first, 3, 3),
        (first, 2, 3),
    ]


def test_a_picture_that_came_before_those_of_an_earlier_run_has_the_lower_number(kit: Kit) -> None:
    """Numbers that somebody has seen do not change when a slower run brings its picture."""
    root = kit.project.runs_folder
    slow = kept(root, pictures=0, at=NOON, draft=FORM, ended=False)
    quick = id_of(kept(root, at=NOON + timedelta(minutes=1), draft=FORM))
    assert kit.picture_set(quick).number(quick, 1) == 1
    slow_one = kept(root, at=NOON + timedelta(minutes=2), draft=FORM)
    whole = kit.picture_set(id_of(slow))
    assert (whole.number(quick, 1), whole.number(id_of(slow_one), 1)) == (1, 2)


def test_a_changed_picture_keeps_the_number_of_its_original(kit: Kit) -> None:
    """It is a version of that picture, also where a version was changed once more."""
    root = kit.project.runs_folder
    kept(root, at=NOON, draft=FORM)
    made = id_of(kept(root, pictures=2, at=NOON + timedelta(minutes=1), draft=FORM))
    version = id_of(kept(root, at=NOON + timedelta(minutes=2), parent=made, parent_picture="02.png"))
    third = id_of(kept(root, at=NOON + timedelta(minutes=3), parent=version, parent_picture="01.png"))
    (past,) = kit.pictures(run=third).pictures
    assert (past.number, past.version, past.set_total) == (3, 3, 3)
    assert kit.picture_set(third).later == (version, third)
    assert kit.picture_set(third).number(made, 2) == 3


def test_runs_without_a_form_and_of_other_people_stand_alone(kit: Kit) -> None:
    """Nobody's pictures are counted among those of somebody else."""
    root = kit.project.runs_folder
    runs = [id_of(kept(root, person=person, draft=FORM)) for person in ("ann", "ben")]
    runs += [id_of(kept(root, at=NOON + timedelta(minutes=1))) for _ in range(2)]
    assert [kit.picture_set(run).runs for run in runs] == [(run,) for run in runs]


def test_the_set_of_a_run_that_is_not_there_is_refused(kit: Kit) -> None:
    """As everywhere, the message names what was asked for."""
    with pytest.raises(NotFoundError, match="2026-11-28/gone-0000"):
        kit.picture_set("2026-11-28/gone-0000")


def test_a_list_of_runs_names_their_first_pictures(kit: Kit) -> None:
    """Those that pages show in small, no more than four."""
    kept(kit.project.runs_folder, pictures=5)
    (past,) = kit.history().runs
    assert past.shown == (("01.png", 1), ("02.png", 2), ("03.png", 3), ("04.png", 4))


@pytest.mark.parametrize("statement", [sets._RUNS, sets._LATER, lines._FIRST, lines._NEWEST_APPROVED])
def test_no_set_is_looked_for_among_all_runs(statement: str) -> None:
    """A page of a history of a hundred thousand runs reads those that belong together, and no other."""
    values = {"run": "x", "number": 1} if ":run" in statement else ("x", 1)[: statement.count("?")]
    with sqlite3.connect(":memory:") as connection:
        for table in database._TABLES:
            connection.execute(table)
        steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert not [step for step in steps if step.startswith(("SCAN r", "SCAN p", "SCAN own"))]
