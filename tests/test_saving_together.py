"""Texts that belong together are saved together: whatever ends the program, and whoever saves at the same moment."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from prompt_kit.errors import PromptKitError
from prompt_kit.project import Project
from prompt_kit.recipe.library import Library
from prompt_kit.review.writing.saving import FOLDER, alone, finish, save
from prompt_kit.review.writing.texts import WrittenText, own_text, written_text

if TYPE_CHECKING:
    from conftest import MakeTree

FILES: Any = {"recipes/mine.yaml": "title: Mine\n", "templates/mine.j2": "Draw it.\n"}


@pytest.fixture
def project(tree: MakeTree) -> Project:
    """A project with a recipe and its template."""
    return Project(root=tree(**FILES))


def pair(project: Project, text: str) -> list[WrittenText]:
    """Return other texts for both files, as somebody has opened them now."""
    library = Library(project)
    names = {"recipe": "mine", "template": "mine.j2"}
    return [
        own_text(library, kind, name, text, written_text(library, kind, name).digest) for kind, name in names.items()
    ]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
def test_a_kill_at_any_step_leaves_both_old_or_both_new(tmp_path: Path) -> None:
    """A recipe whose template is that of another version would be broken, and nobody has insisted."""
    script = Path(__file__).with_name("killed_saving.py")
    ended = subprocess.run([sys.executable, script, tmp_path], check=True, capture_output=True, text=True)
    states = ended.stdout.split()
    assert set(states) == {"subject", "motif"}, states
    assert (states[0], states[-1]) == ("subject", "motif")
    assert len(states) > 10


def test_of_saves_at_the_same_moment_one_wins_whole(project: Project) -> None:
    """The others are shown what was saved, and no file is from one and its neighbour from another."""
    sent = [pair(project, f"title: {number}\n") for number in range(8)]

    def saved(texts: list[WrittenText]) -> bool:
        with alone(project):
            return save(texts, project) == []

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(saved, sent)) == 1
    contents = {(project.root / name).read_text("utf-8") for name in FILES}
    assert len(contents) == 1
    assert contents < {f"title: {number}\n" for number in range(8)}


@pytest.mark.parametrize(
    "note",
    [
        "{",
        "[]",
        "[{}]",
        '[{"kind": "recipe", "name": "../../outside", "was": "", "text": "x"}]',
        '[{"kind": "settings", "name": "prompt-kit", "was": "", "text": "x"}]',
        '[{"kind": "recipe", "name": "mine", "was": "another file by now", "text": "x"}]',
    ],
)
def test_a_note_that_is_damaged_or_out_of_date_changes_nothing(project: Project, note: str) -> None:
    """What was changed since by an editor stays, and no note leads out of the project's folders."""
    folder = project.runs_folder / FOLDER
    folder.mkdir(parents=True)
    (folder / "a.json").write_text(note, "utf-8")
    finish(project)
    there = {path.relative_to(project.root).as_posix() for path in project.root.rglob("*") if path.is_file()}
    assert there - {f"runs/{FOLDER}/lock"} == set(FILES)
    assert {name: (project.root / name).read_text("utf-8") for name in FILES} == FILES


def test_a_text_that_cannot_be_written_is_not_half_saved(project: Project) -> None:
    """The disk refuses the recipe: once it takes it again, recipe and template are those of one save."""
    texts = pair(project, "title: New\n")
    recipe = project.root / "recipes/mine.yaml"
    (project.root / "recipes").chmod(0o500)
    try:
        with alone(project), pytest.raises(PromptKitError) if os.geteuid() else _nothing():
            save(texts, project)
    finally:
        (project.root / "recipes").chmod(0o700)
    finish(project)
    assert recipe.read_text("utf-8") == (project.root / "templates/mine.j2").read_text("utf-8") == "title: New\n"


def _nothing() -> Any:
    """Return a block that expects nothing: a superuser writes wherever it is."""
    from contextlib import nullcontext

    return nullcontext()
