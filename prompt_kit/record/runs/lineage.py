"""Runs that were refined from each other, as a line of parents and as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prompt_kit.errors import InputError
from prompt_kit.record.runs.lineage_index import parent_of, parents_of_all
from prompt_kit.record.runs.listing import Run, RunSummary, open_run, summary
from prompt_kit.record.runs.reading import read_record
from prompt_kit.record.runs.schema import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from prompt_kit.record.runs.schema import RunRecord


@dataclass(frozen=True, slots=True)
class Member:
    """One run of a tree of refinements."""

    run: RunSummary
    """``damaged`` when its record cannot be used; without a folder on disk, when it is gone."""
    parent_picture: str
    """The file name of the picture it refines; empty for the first of the tree."""
    change: str
    """What it was asked to change; empty when it refines nothing."""
    pictures: tuple[str, ...]
    """The file names of its pictures."""
    depth: int
    """How many ancestors it has in this tree."""
    last: bool
    """Whether no other run that refines the same one comes after it."""


def lineage(run: Run, root: Path) -> tuple[Run, ...]:
    """Return a run and those it was refined from, the nearest first.

    It ends where nothing was refined, and where a parent is gone, damaged or in the line already.
    """
    line, visited = [run], {run.summary.folder.resolve()}
    while (parent := parent_of(line[-1].fields.parent)) and (parent_run := _opened(parent, root)):
        folder = parent_run.summary.folder.resolve()
        if folder in visited:
            break
        visited.add(folder)
        line.append(parent_run)
    return tuple(line)


def family(run: Run, root: Path) -> tuple[Member, ...]:
    """Return the tree of refinements a run belongs to, each parent before its children, the oldest first.

    Only records of the tree itself are opened, and the beginnings of those that the index does not have yet.

    Raises:
        WorkspaceError: When the folder of runs cannot be read.
    """
    parents = parents_of_all(root)
    first = run.summary.id
    visited = {first}
    while (parent := parents.get(first, "")) and parent not in visited:
        visited.add(parent)
        first = parent
    children: dict[str, list[str]] = {}
    for run_id, parent in parents.items():
        children.setdefault(parent, []).append(run_id)
    return tuple(_walk(first, children, root))


def _change_of(record: RunRecord) -> str:
    """Return what a refinement was asked to change; empty when the record is of something else."""
    change = record.values.get("change") if record.parent else None
    return change if isinstance(change, str) else ""


def _walk(first: str, children: Mapping[str, list[str]], root: Path) -> Iterator[Member]:
    waiting, visited = [(first, 0, True)], {first}
    while waiting:
        run, depth, last = waiting.pop()
        yield _member(run, depth, root, last=last)
        below = [child for child in children.get(run, ()) if child not in visited]
        visited.update(below)
        below.sort(key=lambda child: _started(child, root), reverse=True)
        waiting += [(child, depth + 1, at == 0) for at, child in enumerate(below)]


def _member(run: str, depth: int, root: Path, *, last: bool) -> Member:
    folder = root / run
    if not folder.is_dir():
        return Member(
            RunSummary(run, folder, "damaged", damage=f"{folder}: this run is gone."), "", "", (), depth, last
        )
    try:
        opened = open_run(folder, root)
    except InputError:
        return Member(summary(folder), "", "", (), depth, last)
    parent_picture = opened.fields.parent_picture or ""
    names = tuple(path.name for path in opened.pictures)
    return Member(opened.summary, parent_picture, _change_of(opened.fields), names, depth, last)


def _started(run: str, root: Path) -> tuple[str, str]:
    try:
        return str(read_record(root / run / RECORD).get("started", "")), run
    except InputError:
        return "", run


def _opened(run: str, root: Path) -> Run | None:
    folder = root / run
    try:
        return open_run(folder, root) if (folder / RECORD).is_file() else None
    except InputError:
        return None
