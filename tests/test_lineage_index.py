"""A tree of refinements is found by an index, which may be deleted or damaged at any time."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from prompt_kit.record.runs.lineage_index import INDEX, parents_of_all

if TYPE_CHECKING:
    from pathlib import Path

DAY = "2026-11-28"
PARENTS = {f"{DAY}/first-aa": "", f"{DAY}/second-bb": f"{DAY}/first-aa"}
LONG_AGO = (1_000_000_000, 1_000_000_000)


def write(root: Path, name: str, parent: str | None, day: str = DAY) -> None:
    folder = root / day / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps({"schema": 1, "parent": parent}, indent=2), "utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two runs of one day, which was left alone for long."""
    write(tmp_path, "first-aa", None)
    write(tmp_path, "second-bb", f"{DAY}/first-aa")
    os.utime(tmp_path / DAY, LONG_AGO)
    return tmp_path


def test_records_that_are_in_the_index_are_not_opened_again(root: Path) -> None:
    """Once the index is there, a tree is found though no record could be read."""
    assert parents_of_all(root) == PARENTS
    for path in root.glob(f"{DAY}/*/run.json"):
        path.unlink()

    assert parents_of_all(root) == PARENTS


def test_runs_that_came_and_went_are_noticed(root: Path) -> None:
    """A new run of the same day is read, one that was removed is forgotten, and another day is found."""
    parents_of_all(root)
    write(root, "third-cc", f"{DAY}/second-bb")
    shutil.rmtree(root / DAY / "first-aa")
    write(root, "fourth-dd", None, "2026-11-29")

    assert parents_of_all(root) == {
        f"{DAY}/second-bb": f"{DAY}/first-aa",
        f"{DAY}/third-cc": f"{DAY}/second-bb",
        "2026-11-29/fourth-dd": "",
    }


def test_a_run_whose_record_is_not_written_yet_is_read_later(root: Path) -> None:
    """A run that was just begun is not taken for one without a parent."""
    (root / DAY / "third-cc").mkdir()
    os.utime(root / DAY, LONG_AGO)
    assert parents_of_all(root) == PARENTS
    write(root, "third-cc", f"{DAY}/second-bb")
    os.utime(root / DAY, LONG_AGO)

    assert parents_of_all(root)[f"{DAY}/third-cc"] == f"{DAY}/second-bb"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"version": 2, "days": {}}',
        '{"version": 1, "days": 7}',
        '{"version": 1, "days": {"2026-11-28": [1000000000000000000, {"../../etc": ""}]}}',
        '{"version": 1, "days": {"2026-11-28": [1000000000000000000, {"first-aa": "/etc"}]}}',
        '{"version": 1, "days": {"2026-11-28": [1000000000000000000, {"first-aa": ["x"]}]}}',
    ],
)
def test_an_index_that_cannot_be_used_is_made_anew(root: Path, content: str) -> None:
    """It is a file that anybody may damage; the records say the same."""
    (root / INDEX).write_text(content, "utf-8")

    assert parents_of_all(root) == PARENTS
    assert parents_of_all(root) == PARENTS
