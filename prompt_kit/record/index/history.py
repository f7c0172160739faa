"""Answers questions about all runs and their pictures, page by page."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from prompt_kit.errors import NotFoundError
from prompt_kit.record.index.database import opened
from prompt_kit.record.index.lines import RefinementLine, line_of
from prompt_kit.record.index.narrowing import SOURCE, Conditions, cursor_of, limit_in, review_in
from prompt_kit.record.index.pages import HistoryChoices, HistoryPage, PastPicture, PastRun, PicturePage
from prompt_kit.record.index.scanning import refresh
from prompt_kit.record.index.sets import PictureSet, later_runs, set_of
from prompt_kit.record.runs.listing import RunSummary
from prompt_kit.record.runs.listing import summary as summary_in
from prompt_kit.record.runs.schema import moment
from prompt_kit.support.money import from_record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prompt_kit.record.index.narrowing import Wanted

_RUN_KEY = ("r.at", "r.id")
_PICTURE_KEY = ("p.at", "p.run", "p.name")

MOST_SHOWN: Final = 4
"""So many pictures of each run are named in a list of runs."""

_SHOWN: Final = """
    SELECT name, CAST(name AS INTEGER) AS number FROM pictures WHERE run = ? AND state <> ? ORDER BY number LIMIT ?"""


class _Placed(NamedTuple):
    """A row with where it stands: in its line of refinements, and in the set of pictures that this line begins in."""

    row: sqlite3.Row
    line: RefinementLine
    set: PictureSet
    shown: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class History:
    """The history of the runs below a folder."""

    root: Path

    def runs(self, wanted: Wanted) -> HistoryPage:
        """Return a page of runs, the newest first.

        Raises:
            InputError: When the cursor or the state of review is none.
            WorkspaceError: When the runs cannot be read.
        """
        conditions = Conditions(wanted)
        if review := review_in(wanted):
            conditions.add(f"r.{review} > 0")
        rows, total, cursor = self._page("r.*, r.id AS run, r.first AS name", "runs AS r", _RUN_KEY, conditions, wanted)
        return HistoryPage(tuple(map(self._run, rows)), total, cursor)

    def pictures(self, wanted: Wanted) -> PicturePage:
        """Return a page of pictures, those of the newest run first.

        Raises:
            InputError: When the cursor or the state of review is none.
            WorkspaceError: When the runs cannot be read.
        """
        conditions = Conditions(wanted)
        if review := review_in(wanted):
            conditions.add("p.state = ?", review)
        elif not wanted.get("sha256"):
            conditions.add("p.state <> ?", SOURCE)
        if sha256 := wanted.get("sha256"):
            conditions.add("p.sha256 = ?", sha256)
        source = "pictures AS p JOIN runs AS r ON r.id = p.run"
        columns = "p.*, r.recipe, r.person, r.subject, r.parent"
        rows, total, cursor = self._page(columns, source, _PICTURE_KEY, conditions, wanted)
        return PicturePage(tuple(map(self._picture, rows)), total, cursor)

    def picture_set(self, run: str) -> PictureSet:
        """Return the pictures of the form that a run was ordered from, or that what it refines was ordered from.

        Raises:
            NotFoundError: When there is no such run.
            WorkspaceError: When the runs cannot be read.
        """
        rows, _, _ = self._page(
            "r.*, r.id AS run, r.first AS name", "runs AS r", _RUN_KEY, Conditions({"run": run}), {}
        )
        if not rows:
            raise NotFoundError("run", run)
        with opened(self.root) as connection:
            later = {name: None for own in rows[0].set.runs for name in later_runs(connection, own)}
        return replace(rows[0].set, later=tuple(later))

    def _page(
        self, columns: str, source: str, key: Sequence[str], conditions: Conditions, wanted: Wanted
    ) -> tuple[list[_Placed], int, str]:
        """Return the rows of a page, how many there are on all pages, and the cursor of the next."""
        limit = limit_in(wanted)
        with opened(self.root) as connection:
            refresh(connection, self.root)
            connection.row_factory = sqlite3.Row
            # Texts of queries are made of constants alone; values are bound.
            count = f"SELECT count(*) FROM {source} {conditions}"  # noqa: S608
            total = connection.execute(count, conditions.values).fetchone()[0]
            conditions.begin_after(key, wanted.get("cursor", ""))
            order = ", ".join(f"{column} DESC" for column in key)
            query = f"SELECT {columns} FROM {source} {conditions} ORDER BY {order} LIMIT ?"  # noqa: S608
            rows = connection.execute(query, [*conditions.values, limit + 1]).fetchall()
            shown = rows[:limit]
            placed = _placed(connection, shown)
        last = [shown[-1][column[2:]] for column in key] if len(rows) > limit else []
        return placed, total, cursor_of(*last) if last else ""

    def begun(self, before: datetime) -> tuple[Path, ...]:
        """Return the folders of all runs that began before a moment and at the last look had no end and no picture.

        Raises:
            WorkspaceError: When the runs cannot be read.
        """
        with opened(self.root) as connection:
            query = "SELECT id FROM runs WHERE state = 'started' AND pictures = 0 AND at < ?"
            rows = connection.execute(query, (moment(before.astimezone(UTC)),)).fetchall()
        return tuple(self.root / run for (run,) in rows)

    def choices(self) -> HistoryChoices:
        """Return what the history can be narrowed to.

        Raises:
            WorkspaceError: When the runs cannot be read.
        """
        with opened(self.root) as connection:
            refresh(connection, self.root)
            recipes, persons, generators = (_names(connection, name) for name in ("recipe", "person", "generator"))
            first, last = connection.execute("SELECT min(at), max(at) FROM runs").fetchone()
        return HistoryChoices(recipes, persons, generators, _day(first), _day(last))

    def _run(self, placed: _Placed) -> PastRun:
        row, line = placed.row, placed.line
        folder = self.root / row["id"]
        if row["damage"]:  # the sentence holds the path, which may be another one by now
            return PastRun(summary_in(folder), row["waiting"], row["approved"], row["rejected"])
        summary = RunSummary(
            id=row["id"],
            folder=folder,
            state=row["state"],
            recipe=row["recipe"],
            subject=row["subject"],
            generator=row["generator"],
            started=datetime.fromisoformat(row["started"]).astimezone() if row["started"] else None,
            parent=row["parent"],
            pictures=row["pictures"],
            cost=from_record(row["cost"]),
            damage=row["damage"],
            person=row["person"],
            first=folder / row["first"] if row["first"] else None,
        )
        return PastRun(
            summary,
            row["waiting"],
            row["approved"],
            row["rejected"],
            line.subject,
            line.version,
            placed.shown,
            placed.set.id,
            placed.set.total,
        )

    def _picture(self, placed: _Placed) -> PastPicture:
        row, line = placed.row, placed.line
        return PastPicture(
            path=self.root / row["run"] / row["name"],
            run=row["run"],
            name=row["name"],
            sha256=row["sha256"],
            state=row["state"],
            recipe=row["recipe"],
            person=row["person"],
            started=datetime.fromisoformat(row["at"]),
            decided_by=row["decided_by"],
            decided_at=datetime.fromisoformat(row["decided_at"]) if row["decided_at"] else None,
            reason=row["reason"],
            subject=line.subject,
            version=line.version,
            replaced_by=line.replaced_by,
            number=placed.set.number(line.run, line.number),
            set_id=placed.set.id,
            set_total=placed.set.total,
            set_subject=placed.set.subject,
        )


def _placed(connection: sqlite3.Connection, rows: Sequence[sqlite3.Row]) -> list[_Placed]:
    """Return rows with their places; each set is read once."""
    sets: dict[str, PictureSet] = {}
    placed = []
    for row in rows:
        line = line_of(connection, row)
        if line.run not in sets:
            whole = set_of(connection, line.run)
            sets |= dict.fromkeys(whole.runs, whole)
        whole, refined = sets[line.run], line.run != row["run"]
        shown = connection.execute(_SHOWN, (row["run"], SOURCE, MOST_SHOWN))
        numbers = ((name, line.number if refined else number) for name, number in shown)
        placed.append(_Placed(row, line, whole, tuple((name, whole.number(line.run, at)) for name, at in numbers)))
    return placed


def _names(connection: sqlite3.Connection, column: str) -> tuple[str, ...]:
    rows = connection.execute(f"SELECT DISTINCT {column} FROM runs WHERE {column} <> '' ORDER BY 1")  # noqa: S608
    return tuple(name for (name,) in rows)


def _day(at: str | None) -> date | None:
    return datetime.fromisoformat(at).date() if at else None
