"""What killed processes left half written is removed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from badges import BADGE

import prompt_kit
from prompt_kit.project import Project
from prompt_kit.recipe.library import Library
from prompt_kit.support.leftovers import remove_parts
from prompt_kit.work.jobs.records import held

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeTree

OTHER = ".1-0123456789abcdef.part"
"""A file of a process that is not this one."""


def test_only_what_others_left_is_removed(tmp_path: Path) -> None:
    """A thread of this process may be writing its own; what has another name is no leftover."""
    own = f".{os.getpid()}-0123456789abcdef.part"
    for name in (OTHER, own, "a.part", ".hidden"):
        (tmp_path / name).write_text("half", "utf-8")
    remove_parts(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {own, "a.part", ".hidden"}


@pytest.mark.parametrize(("age_s", "stays"), [(60, True), (2 * 3600, False)])
def test_files_of_jobs_are_removed_after_an_hour(tmp_path: Path, age_s: int, *, stays: bool) -> None:
    """Several processes write there at the same time, so that a young file may be somebody's."""
    part = tmp_path / "jobs" / OTHER
    part.parent.mkdir()
    part.write_text("half", "utf-8")
    moment = part.stat().st_mtime - age_s
    os.utime(part, (moment, moment))
    with held("job-000000", tmp_path):
        assert part.exists() == stays


def test_a_comparison_that_goes_on_removes_them(tree: MakeTree, tmp_path: Path) -> None:
    """Its process was killed while it wrote down a cell."""
    tree(**BADGE)
    project = Project(root=tmp_path)
    recipe = prompt_kit.load("badge", library=Library(project))
    across = {"style": ["felt", "tin"]}
    made = prompt_kit.compare(recipe, {"subject": "an owl"}, across=across, project=project, generator="proof")
    record = made.folder / "compare.json"
    record.write_text(record.read_text("utf-8").replace('"state": "done"', '"state": "started"'), "utf-8")
    (record.parent / OTHER).write_text("half", "utf-8")
    again = prompt_kit.compare(recipe, {"subject": "an owl"}, across=across, project=project, generator="proof")
    assert again.folder == made.folder
    assert not (record.parent / OTHER).exists()
