"""The pictures of one form: of all runs that were ordered from it, numbered through in the order they were made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

# Without the comparisons with '', the indexes of forms and parents, which leave out what has none, are not used.
# A run that was ordered from no form is alone. People with the same name share their forms.
_RUNS: Final = """
    SELECT r.id, r.subject FROM runs AS r JOIN runs AS own ON own.id = :run
    WHERE r.id = :run OR (r.draft <> '' AND r.draft = own.draft AND r.person = own.person AND r.parent = '')
    ORDER BY r.at, r.id"""

_PICTURES: Final = """
    SELECT run, CAST(name AS INTEGER) AS number, min(made) AS first FROM pictures
    WHERE run = ? GROUP BY run, number"""

# A line ends after 500 runs at the latest, also when records of people's own making refine each other in a circle.
_LATER: Final = """
    WITH RECURSIVE later (id, depth) AS (
      SELECT r.id, 1 FROM runs AS r WHERE r.parent = ? AND r.parent <> '' UNION
      SELECT r.id, depth + 1 FROM later JOIN runs AS r ON r.parent = later.id AND r.parent <> '' WHERE depth < 500
    )
    SELECT r.id FROM runs AS r WHERE r.id IN (SELECT id FROM later) ORDER BY r.at, r.id"""


@dataclass(frozen=True, slots=True)
class PictureSet:
    """The pictures of one form."""

    runs: tuple[str, ...]
    """The ids of its runs, the oldest first; that of the only run where there is no form."""
    numbers: Mapping[tuple[str, int], int] = field(repr=False)
    """The number of each picture in the set, from 1, by its run and its number in that run."""
    subject: str = ""
    """What its first run is about; others of the form may be about something else."""
    later: tuple[str, ...] = ()
    """The ids of the runs that changed pictures of these, the oldest first."""

    @property
    def id(self) -> str:
        """Names it: the id of its first run."""
        return self.runs[0]

    @property
    def total(self) -> int:
        """How many pictures it has, without those that were changed."""
        return len(self.numbers)

    def number(self, run: str, number: int) -> int:
        """Return the number of a picture in the set, by that in its run."""
        return self.numbers.get((run, number), number)


def set_of(connection: sqlite3.Connection, run: str) -> PictureSet:
    """Return the set of a run that changes no other one."""
    rows = connection.execute(_RUNS, {"run": run}).fetchall()
    runs = tuple(row[0] for row in rows) or (run,)
    pictures = [tuple(row) for name in runs for row in connection.execute(_PICTURES, (name,))]
    pictures.sort(key=lambda row: (row[2], runs.index(row[0]), row[1]))
    numbers = {(name, number): place for place, (name, number, _) in enumerate(pictures, start=1)}
    return PictureSet(runs, numbers, rows[0][1] if rows else "")


def later_runs(connection: sqlite3.Connection, run: str) -> tuple[str, ...]:
    """Return the ids of the runs that changed pictures of a run, or of such a one, the oldest first."""
    return tuple(name for (name,) in connection.execute(_LATER, (run,)))
