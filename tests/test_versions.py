"""The tree of versions of one picture: back to any of them."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from kept_runs import NOON, kept

from prompt_kit.errors import NotFoundError
from prompt_kit.kit import Kit
from prompt_kit.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.record.versions import Version


class Tree:
    """A picture of a first run, refined twice, and each of those again."""

    def __init__(self, root: Path) -> None:
        self.kit = Kit(Project(root=root))
        self.root = root / "runs"
        self._made = 0
        self.first = kept(self.root, recipe="first", pictures=2, at=NOON)
        self.warm = self.refined(self.first, "02.png", "warm", pictures=2)
        self.other = self.refined(self.first, "01.png", "other")
        self.cold = self.refined(self.first, "02.png", "cold")
        self.hat = self.refined(self.warm, "02.png", "hat")
        self.failed = self.refined(self.hat, "01-cutout.png", "failed", pictures=0)

    def refined(self, parent: Path, picture: str, name: str, *, pictures: int = 1) -> Path:
        """Keep a refinement of a picture."""
        self._made += 1
        run = f"{parent.parent.name}/{parent.name}"
        at = NOON + timedelta(minutes=self._made)
        return kept(self.root, recipe=name, pictures=pictures, at=at, parent=run, parent_picture=picture)

    def lines(self, folder: Path, picture: str) -> list[str]:
        """Return the versions of a picture, a line for each."""
        return [self._line(version) for version in self.kit.versions(folder, picture)]

    def _line(self, version: Version) -> str:
        name = version.run.id.rpartition("/")[2].rpartition("-")[0] or version.run.id
        return f"{'  ' * version.depth}{name} {version.picture} {version.side}"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """In the test's own folder."""
    return Tree(tmp_path)


def test_a_picture_has_its_ancestors_and_its_descendants(tree: Tree) -> None:
    """What was made from another picture of the first run is no version of this one."""
    assert tree.lines(tree.warm, "02.png") == [
        "first 02.png before",
        "  warm 01.png beside",
        "  warm 02.png this",
        "    hat 01.png after",
        "      failed  after",
        "  cold 01.png beside",
    ]
    assert tree.lines(tree.first, "01.png") == ["first 01.png this", "  other 01.png after"]


def test_a_cut_out_is_a_version_of_its_master(tree: Tree) -> None:
    """It was made here from it, and what was refined from it stands below that."""
    (tree.hat / "01-cutout.png").write_bytes((tree.hat / "01.png").read_bytes())
    assert tree.lines(tree.hat, "01-cutout.png") == tree.lines(tree.hat, "01.png")
    assert "      failed  after" in tree.lines(tree.hat, "01.png")


def test_each_version_leads_to_its_file(tree: Tree) -> None:
    """A page shows the picture and goes on from it; a run without pictures has none."""
    first, *_, failed = tree.kit.versions(tree.hat, "01.png")[:5]
    assert (first.path, failed.path) == (tree.first / "02.png", None)


def test_a_tree_without_its_root_begins_with_what_is_left(tree: Tree) -> None:
    """The first run was deleted: its refinements still belong together."""
    shutil.rmtree(tree.first)
    lines = tree.lines(tree.hat, "01.png")
    assert lines[-3:] == ["    hat 01.png this", "      failed  after", "  cold 01.png beside"]
    assert lines[0].endswith("02.png before")


def test_there_is_no_tree_of_a_picture_that_is_not_there(tree: Tree) -> None:
    """The name comes from the address of a page."""
    with pytest.raises(NotFoundError):
        tree.kit.versions(tree.first, "../ledger.db")


def test_a_circle_of_parents_ends(tree: Tree) -> None:
    """Somebody changed records by hand so that each of two refines the other."""
    record = tree.first / "run.json"
    loop = f'"parent": "{tree.warm.parent.name}/{tree.warm.name}"'
    record.write_text(record.read_text("utf-8").replace('"parent": null', loop), "utf-8")
    (tree.root / ".lineage.json").unlink(missing_ok=True)
    assert any(line.endswith(" this") for line in tree.lines(tree.warm, "02.png"))
