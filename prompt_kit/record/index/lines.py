"""The lines of refinements in the index: where a run or picture stands in its line, and what has replaced it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3

# A line ends after 500 runs at the latest, also when records of people's own making refine each other in a circle.
_FIRST: Final = """
    WITH RECURSIVE line (id, depth, origin) AS (
      SELECT ?, 0, ? UNION ALL
      SELECT r.parent, depth + 1, r.origin FROM line JOIN runs AS r ON r.id = line.id
      WHERE r.parent <> '' AND depth < 500
    )
    SELECT r.id, r.subject, depth, CASE line.origin WHEN 0 THEN CAST(r.first AS INTEGER) ELSE line.origin END
    FROM line JOIN runs AS r ON r.id = line.id ORDER BY depth DESC LIMIT 1"""

# Without the comparison with '', the index of parents, which leaves out what has none, is not used.
# A record that does not say which picture it refines means the first one.
_NEWEST_APPROVED: Final = """
    WITH RECURSIVE later (id) AS (
      SELECT r.id FROM runs AS r JOIN runs AS own ON own.id = :run WHERE r.parent = :run AND r.parent <> '' AND
        :number = CASE r.origin WHEN 0 THEN CAST(own.first AS INTEGER) ELSE r.origin END UNION
      SELECT r.id FROM later JOIN runs AS r ON r.parent = later.id AND r.parent <> ''
    )
    SELECT p.run || '/' || p.name FROM pictures AS p JOIN later ON later.id = p.run
    WHERE p.state = 'approved' AND p.run <> :run ORDER BY p.at DESC, p.run DESC, p.name DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class RefinementLine:
    """Where a run or picture stands in the line of refinements it comes from."""

    subject: str
    """What the first run of the line is about."""
    version: int
    """Its place, from 1."""
    run: str
    """The id of the first run of the line."""
    number: int
    """The number in that run of the picture that it comes from, or is."""
    replaced_by: str = ""
    """Of an approved picture: the newest approved one that was refined from it, as run and file name."""


def line_of(connection: sqlite3.Connection, row: sqlite3.Row) -> RefinementLine:
    """Return where a row of runs or pictures stands, by its run, parent, subject, name and state."""
    number = _number(row["name"])
    subject, version, run, first_number = row["subject"], 1, row["run"], number
    if row["parent"]:
        run, first, depth, first_number = connection.execute(_FIRST, (row["run"], number)).fetchone()
        subject, version = first or subject, depth + 1
    if row["state"] != "approved":
        return RefinementLine(subject, version, run, first_number)
    newest = connection.execute(_NEWEST_APPROVED, {"run": row["run"], "number": number}).fetchone()
    return RefinementLine(subject, version, run, first_number, newest[0] if newest else "")


def _number(name: str) -> int:
    """Return the number in the file name of a picture; 0 when there is no picture."""
    number = name.partition(".")[0].partition("-")[0]
    return int(number) if number.isdecimal() else 0
