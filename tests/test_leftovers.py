"""What killed processes left half written is removed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from badges import BADGE
from fakes import png

import prompt_kit
from prompt_kit.images import open_image
from prompt_kit.project import Project
from prompt_kit.recipe.library import Library
from prompt_kit.record.preparing import PREPARED, new_folder
from prompt_kit.record.runs.references import keep_reference
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
    _older(part, age_s)
    with held("job-000000", tmp_path):
        assert part.exists() == stays


@pytest.mark.parametrize(("age_s", "stays"), [(60, True), (2 * 3600, False)])
def test_kept_references_are_cleared_after_an_hour(tmp_path: Path, age_s: int, *, stays: bool) -> None:
    """A picture that is kept for the first time clears what was left of others; a young file may be somebody's."""
    part = tmp_path / "runs" / "references" / OTHER
    part.parent.mkdir(parents=True)
    part.write_text("half", "utf-8")
    _older(part, age_s)
    (tmp_path / "picture.png").write_bytes(png((8, 8), "red"))
    keep_reference(tmp_path / "runs", open_image(tmp_path / "picture.png"))
    assert part.exists() == stays


@pytest.mark.parametrize(("age_s", "stays"), [(60, True), (2 * 3600, False)])
def test_folders_that_never_appeared_are_removed_after_an_hour(tmp_path: Path, age_s: int, *, stays: bool) -> None:
    """Their process was killed before their record was whole: they are out of sight until somebody clears them."""
    left = tmp_path / PREPARED / "1-0123456789abcdef"
    left.mkdir(parents=True)
    (left / OTHER).write_text("half", "utf-8")
    _older(left, age_s)
    made = new_folder(tmp_path, "2026-11-28/fox", "run.json", str.encode)
    assert [path.name for path in made.iterdir()] == ["run.json"]
    assert (made / "run.json").read_text("utf-8") == f"2026-11-28/{made.name}"
    assert left.exists() == stays


def test_a_folder_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    """Whatever goes wrong while its record is written: neither among the runs nor out of sight is anything left."""

    def full(_: str) -> bytes:
        raise prompt_kit.WorkspaceError("the disk is full")

    with pytest.raises(prompt_kit.WorkspaceError, match="full"):
        new_folder(tmp_path, "2026-11-28/fox", "run.json", full)
    assert [path.name for path in tmp_path.iterdir()] == [PREPARED]
    assert not list((tmp_path / PREPARED).iterdir())


def _older(path: Path, age_s: int) -> None:
    moment = path.stat().st_mtime - age_s
    os.utime(path, (moment, moment))


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
