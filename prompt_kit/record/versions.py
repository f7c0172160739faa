"""The versions of one picture: what it was refined from, and what was refined from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from prompt_kit.record.reviews import picture_of, reviewable
from prompt_kit.record.runs import family, open_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from prompt_kit.record.runs import Member, RunSummary

Side: TypeAlias = Literal["before", "this", "after", "beside"]


@dataclass(frozen=True, slots=True)
class Version:
    """One picture of a tree of refinements."""

    run: RunSummary
    """The run that made it; ``damaged`` when its record cannot be used, or when it is gone."""
    picture: str
    """The file name of the picture; empty when the run has none."""
    parent_picture: str
    """The file name of the picture it was refined from; empty for the first of the tree."""
    change: str
    """What was to be changed; empty for the first of the tree."""
    depth: int
    """How many ancestors it has in this tree."""
    side: Side
    """``before`` are the ancestors of this picture, ``after`` what was refined from it, ``beside`` the others."""

    @property
    def path(self) -> Path | None:
        """The file of the picture."""
        return self.run.folder / self.picture if self.picture else None

    @property
    def finished(self) -> Path | None:
        """The file of what was wanted: what was made here of the picture last, or the picture itself."""
        if not self.picture:
            return None
        number = self.picture.partition(".")[0]
        made = [path for path in reviewable(self.run.folder) if path.stem.partition("-")[0] == number]
        return made[-1] if made else self.path


def versions(where: str | Path, picture: str, root: Path) -> tuple[Version, ...]:
    """Return the tree of refinements from the first ancestor of a picture on, each version before those made from it.

    Only records of the tree are opened.

    Args:
        where: The run, by its id or folder.
        picture: The file name of the picture; it may be left out when the run has a single one.
        root: The folder of all runs.

    Raises:
        InputError: When the record of the run is damaged, or several pictures could be meant.
        NotFoundError: When there is no such run or picture.
        WorkspaceError: When the folder of runs cannot be read.
    """
    run = open_run(where, root)
    name = picture_of(run.summary.folder, picture).name
    members = {member.run.id: member for member in family(run, root)}
    line = _line(run.summary.id, _master(name, members[run.summary.id].pictures), members)
    below: dict[tuple[str, str], list[Member]] = {}
    for member in members.values():
        below.setdefault(_origin(member, members), []).append(member)
    return tuple(_tree(line, below, members))


def _line(run: str, picture: str, members: Mapping[str, Member]) -> Sequence[tuple[str, str]]:
    """Return a picture and those it was refined from, the first ancestor first, each as run and file name."""
    line = [(run, picture)]
    while (origin := _origin(members[line[-1][0]], members))[0] in members and origin not in line:
        line.append(origin)
    return line[::-1]


def _origin(member: Member, members: Mapping[str, Member]) -> tuple[str, str]:
    """Return run and file name of the picture that a run refines; where the name is not there, it is the first one."""
    parent = members.get(member.run.parent)
    pictures = parent.pictures if parent else ()
    name = _master(member.parent_picture, pictures) if member.parent_picture else next(iter(pictures), "")
    return member.run.parent, name


def _tree(
    line: Sequence[tuple[str, str]], below: Mapping[tuple[str, str], list[Member]], members: Mapping[str, Member]
) -> Iterator[Version]:
    waiting: list[tuple[str, str, int, bool]] = [(*line[0], 0, False)]
    visited = set()
    while waiting:
        run, picture, depth, is_after = waiting.pop()
        visited.add((run, picture))
        member, place = members[run], (run, picture)
        side: Side = "this" if place == line[-1] else "before" if place in line else "after" if is_after else "beside"
        origin, change = (member.parent_picture, member.change) if depth else ("", "")
        yield Version(member.run, picture, origin, change, depth, side)
        children = [
            (child.run.id, name, depth + 1, side in {"this", "after"})
            for child in below.get(place, ())
            for name in child.pictures or ("",)
            if (child.run.id, name) not in visited
        ]
        waiting += children[::-1] if picture else []


def _master(name: str, pictures: Sequence[str]) -> str:
    """Return the picture of this name, or that from which it was made here: ``01.png`` for ``01-cutout.png``."""
    number = name.partition(".")[0].partition("-")[0]
    return next((picture for picture in pictures if picture.partition(".")[0] == number), name)
