"""Ends runs whose process was ended before it asked for anything, so that they do not look as if they went on."""

from __future__ import annotations

from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import InputError, WorkspaceError
from prompt_kit.outcome import Outcome, Status
from prompt_kit.record.history import missing_history
from prompt_kit.record.ledger import Ledger
from prompt_kit.record.runs import RunFolder, run_record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from prompt_kit.project import Project

BEGINS: Final = timedelta(minutes=10)
"""So long after its start a run has booked its first request; a job books those of all its runs together."""

UNASKED: Final = Outcome(
    Status.CANCELLED, message="It was stopped before anything was asked.", billable="no", cost=Decimal(0)
)


def begun_long_ago() -> datetime:
    """Return the moment before which a run must have begun to be looked at."""
    return datetime.now(UTC) - BEGINS


def end_unasked(project: Project, folders: Iterable[Path]) -> bool:
    """End those of these runs that were left before their first request was booked; return whether there was any.

    All others stay as they are. Where the ledger is gone, nobody knows what was asked, and nothing is changed. So it is
    where nothing can be written.

    Raises:
        WorkspaceError: When the ledger cannot be read.
    """
    begun = [folder for folder in folders if _asked_nothing(folder)]
    if not begun or not Ledger.exists(project.ledger_url):
        return False
    with Ledger.open(project.ledger_url) as ledger:
        if missing_history(ledger, project.runs_folder):
            return False
        ended = [_ended(folder, ledger) for folder in begun]
    return any(ended)


def _asked_nothing(folder: Path) -> bool:
    """Return whether a run has no request in its record though it began long ago."""
    try:
        record = run_record(folder)
    except (InputError, WorkspaceError):
        return False
    return record.state == "started" and not record.requests and record.started < begun_long_ago()


def _ended(path: Path, ledger: Ledger) -> bool:
    """End a run that nobody works on, unless a request of it was booked; return whether it was ended."""
    with suppress(InputError, WorkspaceError), closing(RunFolder.reopen(path)) as folder:  # else somebody works on it
        if _asked_nothing(path) and not ledger.entries(run=folder.id, limit=1):
            folder.finish(UNASKED, now=datetime.now(UTC))
            return True
    return False
