"""Answers questions about all runs and their pictures, page by page."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from prompt_kit.record.index.database import opened
from prompt_kit.record.index.lines import line_of
from prompt_kit.record.index.narrowing import SOURCE, Conditions, cursor_of, limit_in, review_in
from prompt_kit.record.index.pages import HistoryChoices, HistoryPage, PastPicture, PastRun, PicturePage
from prompt_kit.record.index.scanning import refresh
from prompt_kit.record.runs.listing import RunSummary
from prompt_kit.record.runs.listing import summary as summary_in
from prompt_kit.record.runs.schema import moment
from prompt_kit.support.money import from_record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prompt_kit.record.index.lines import RefinementLine
    from prompt_kit.record.index.narrowing import Wanted

_RUN_KEY = ("r.at", "r.id")
_PICTURE_KEY = ("p.at", "p.run", "p.name")


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
        rows, total, cursor = self._page("r.*, r.id AS run", "runs AS r", _RUN_KEY, conditions, wanted)
        return HistoryPage(tuple(self._run(row, line) for row, line in rows), total, cursor)

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
        return PicturePage(tuple(self._picture(row, line) for row, line in rows), total, cursor)

    def _page(
        self, columns: str, source: str, key: Sequence[str], conditions: Conditions, wanted: Wanted
    ) -> tuple[list[tuple[sqlite3.Row, RefinementLine]], int, str]:
        """Return the rows of a page with their lines, how many there are on all pages, and the cursor of the next."""
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
            lines = [line_of(connection, row) for row in shown]
        last = [shown[-1][column[2:]] for column in key] if len(rows) > limit else []
        return list(zip(shown, lines, strict=True)), total, cursor_of(*last) if last else ""

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

    def _run(self, row: sqlite3.Row, line: RefinementLine) -> PastRun:
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
        return PastRun(summary, row["waiting"], row["approved"], row["rejected"], line.subject, line.version)

    def _picture(self, row: sqlite3.Row, line: RefinementLine) -> PastPicture:
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
        )


def _names(connection: sqlite3.Connection, column: str) -> tuple[str, ...]:
    rows = connection.execute(f"SELECT DISTINCT {column} FROM runs WHERE {column} <> '' ORDER BY 1")  # noqa: S608
    return tuple(name for (name,) in rows)


def _day(at: str | None) -> date | None:
    return datetime.fromisoformat(at).date() if at else None
