"""Brings the index up to date: finds the runs that came, changed or went, and reads their records."""

from __future__ import annotations

import os
import time
from contextlib import nullcontext
from datetime import UTC
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from prompt_kit.errors import InputError, WorkspaceError
from prompt_kit.record.index.database import transaction, unless_held
from prompt_kit.record.index.narrowing import SOURCE
from prompt_kit.record.reviews import REVIEWS, reviewed_by, reviews_in
from prompt_kit.record.reviews.pictures import reviewable
from prompt_kit.record.runs.journal import JOURNAL
from prompt_kit.record.runs.listing import days_of, summary_of
from prompt_kit.record.runs.listing import summary as damaged_summary
from prompt_kit.record.runs.reading import id_of, run_record
from prompt_kit.record.runs.schema import moment
from prompt_kit.support import files
from prompt_kit.support.money import recorded

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from prompt_kit.record.reviews import ReviewedPicture
    from prompt_kit.record.runs import RunRecord, RunSummary

_AT_ONCE: Final = 200
"""How many runs are read before they are written into the index."""

_SETTLED_NS: Final = 2_000_000_000
"""How long ago a folder must have changed until its time is trusted: some file systems count whole seconds."""

_MOST_WORDS: Final = 100_000
"""So many characters of what was filled in are searched."""

_LONGEST_NUMBER: Final = 10
"""The numbers of pictures have fewer digits."""

_ADD_RUN: Final = (
    "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_ADD_PICTURE: Final = "INSERT OR REPLACE INTO pictures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


class _State(NamedTuple):
    """By what it shows that a run changed: a file came, went or was replaced, or something was added to a file."""

    changed: int
    """When the folder changed, in nanoseconds."""
    journal: int
    """The size of the journal in bytes; -1 when there is none."""
    reviews: int
    """The size of the file of reviews in bytes; -1 when there is none."""


def refresh(connection: sqlite3.Connection, root: Path) -> None:
    """Bring the index up to date with the runs on the disk; an index that has runs stays as it is while others do it.

    Raises:
        WorkspaceError: When the folder of runs cannot be read.
    """
    known: dict[str, tuple[int, int, int]] = {
        row[0]: row[1:] for row in connection.execute("SELECT id, changed, journal, reviews FROM runs")
    }
    with unless_held(connection) if known else nullcontext():
        _update(connection, root, known)


def _update(connection: sqlite3.Connection, root: Path, known: Mapping[str, tuple[int, int, int]]) -> None:
    there: set[str] = set()
    changed = _changed(root, known, there)
    while some := list(islice(changed, _AT_ONCE)):
        rows = [row for row in map(_read, some) if row]
        unreadable = {f"{path.parent.name}/{path.name}" for path in some} - {row[0][0] for row in rows}
        there -= unreadable
        _write(connection, rows)
    if gone := [(run,) for run in known.keys() - there]:
        with transaction(connection):
            connection.executemany("DELETE FROM runs WHERE id = ?", gone)
            connection.executemany("DELETE FROM pictures WHERE run = ?", gone)


def _changed(root: Path, known: Mapping[str, tuple[int, int, int]], there: set[str]) -> Iterator[Path]:
    """Yield the folders of runs that are not in the index as they are; add the ids of all to ``there``."""
    for day in days_of(root):
        prefix = f"{day.name}/"
        with files.os_errors_as_workspace_errors(day), os.scandir(day) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    run = prefix + entry.name
                    there.add(run)
                    if not _is_as_before(entry, known.get(run)):
                        yield day / entry.name


def _is_as_before(entry: os.DirEntry[str], before: tuple[int, int, int] | None) -> bool:
    if before is None or _changed_at(entry) != before[0]:
        return False
    # Something is added to these two files without a change of the folder; few runs have them.
    _, journal, reviews = before
    return (journal < 0 or _size(f"{entry.path}/{JOURNAL}") == journal) and (
        reviews < 0 or _size(f"{entry.path}/{REVIEWS}") == reviews
    )


def _changed_at(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_mtime_ns
    except OSError:  # it goes at this moment
        return -1


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - asked for thousands of runs
    except OSError:
        return -1


def _read(folder: Path) -> tuple[tuple[Any, ...], list[tuple[Any, ...]]] | None:
    """Return a run's row and those of its pictures; ``None`` when there is nothing in its folder (yet)."""
    try:
        state = _state(folder)
        if not any(folder.glob("[!.]*")):
            return None
        try:
            record = run_record(folder)
        except InputError:
            summary, hashes, moments, more = damaged_summary(folder), {}, {}, (0, id_of(folder), "")
        else:
            summary = summary_of(folder, record)
            hashes = {name: sha256 for done in record.requests for name, sha256 in done.hashes}
            moments = _moments(record)
            more = _origin(record), _words(summary, record), record.draft
        verdicts = _verdicts(folder)
        names = [path.name for path in reviewable(folder)]
    except (OSError, WorkspaceError):  # it goes at this moment
        return None
    at = moment(summary.started.astimezone(UTC)) if summary.started else f"{folder.parent.name}T00:00:00.000+00:00"
    finished = {name.partition("-")[0] for name in names if "-" in name}
    pictures = [
        (
            *_picture_row(
                summary.id,
                name,
                at,
                hashes.get(name, ""),
                verdicts.get(name),
                is_source=name.partition(".")[0] in finished,
            ),
            moments.get(name.partition(".")[0].partition("-")[0], at),
        )
        for name in [*names, *(name for name in verdicts if name not in names)]
    ]
    return _run_row(summary, state, at, [picture[3] for picture in pictures], more), pictures


def _state(folder: Path) -> _State:
    """Return a run's state before its record is read, so that a change meanwhile is noticed the next time."""
    changed = folder.stat().st_mtime_ns
    settled = time.time_ns() - changed > _SETTLED_NS
    return _State(changed if settled else 0, _size(str(folder / JOURNAL)), _size(str(folder / REVIEWS)))


def _verdicts(folder: Path) -> dict[str, ReviewedPicture]:
    """Return the pictures that were reviewed, by name; none when the file of reviews is damaged."""
    try:
        return {picture.path.name: picture for picture in reviewed_by(folder, reviews_in(folder))}
    except InputError:
        return {}


def _origin(record: RunRecord) -> int:
    """Return the number of the picture that a run refines; 0 when its record does not say which."""
    number = (record.parent_picture or "").partition(".")[0].partition("-")[0]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < _LONGEST_NUMBER else 0


def _moments(record: RunRecord) -> dict[str, str]:
    """Return when each picture came, by the number in its file name; none came before one with a lower number."""
    moments, latest = {}, ""
    numbered = [(name.partition(".")[0], done.request.ended) for done in record.requests for name in done.pictures]
    for number, ended in sorted(numbered, key=lambda pair: int(pair[0])):
        moments[number] = latest = max(latest, moment(ended.astimezone(UTC)))
    return moments


def _words(summary: RunSummary, record: RunRecord) -> str:
    """Return all that a run is looked up by, in small letters."""
    texts = (summary.id, summary.recipe, summary.person, *_texts(record.values))
    return "\n".join(texts).lower()[:_MOST_WORDS]


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts in a value, also in its lists and mappings."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, dict | list | tuple):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from _texts(entry)


def _run_row(
    summary: RunSummary, state: _State, at: str, states: list[str], more: tuple[int, str, str]
) -> tuple[Any, ...]:
    return _storable(
        summary.id,
        *state,
        at,
        summary.state,
        summary.recipe,
        summary.subject,
        summary.generator,
        moment(summary.started) if summary.started else None,
        summary.parent,
        summary.person,
        summary.pictures,
        summary.first.name if summary.first else "",
        recorded(summary.cost),
        summary.damage,
        *(states.count(state) for state in ("waiting", "approved", "rejected")),
        *more,
    )


def _picture_row(  # noqa: PLR0913 - a row has as many columns
    run: str, name: str, at: str, recorded_hash: str, picture: ReviewedPicture | None, *, is_source: bool
) -> tuple[Any, ...]:
    if picture is None:
        return run, name, recorded_hash, SOURCE if is_source else "waiting", at, "", None, ""
    decided = picture.decided
    by, when, why = (decided.person, moment(decided.at), decided.reason) if decided else ("", None, "")
    return _storable(run, name, picture.sha256, picture.state, at, by, when, why)


def _storable(*row: Any) -> tuple[Any, ...]:
    """Return a row without half characters, which SQLite does not take."""
    return tuple(value.encode("utf-8", "replace").decode() if isinstance(value, str) else value for value in row)


def _write(connection: sqlite3.Connection, rows: list[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]) -> None:
    if not rows:
        return
    with transaction(connection):
        connection.executemany("DELETE FROM pictures WHERE run = ?", [(run[0],) for run, _ in rows])
        connection.executemany(_ADD_RUN, [run for run, _ in rows])
        connection.executemany(_ADD_PICTURE, [picture for _, pictures in rows for picture in pictures])
