"""The history as it is handed out: page by page, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prompt_kit.support.money import recorded

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from prompt_kit.record.reviews import ReviewState
    from prompt_kit.record.runs import RunSummary


@dataclass(frozen=True, slots=True)
class PastRun:
    """One run of the history."""

    run: RunSummary
    waiting: int
    """How many of its pictures have no verdict."""
    approved: int
    rejected: int
    subject: str = ""
    """What it is about; of a refinement, what the first run of its line is about."""
    version: int = 1
    """Its place in the line of refinements it comes from: 1 refines nothing."""
    shown: tuple[tuple[str, int], ...] = ()
    """The file names of its first pictures as they were wanted, each with its number among those of its form."""
    set_id: str = ""
    """The id of the first run of its form, or of the form of what it refines."""
    set_total: int = 0
    """How many pictures that form has."""

    def to_dict(self) -> dict[str, Any]:
        """Return what every face says of a run, as plain data."""
        run = self.run
        return {
            "id": run.id,
            "state": run.state,
            "recipe": run.recipe,
            "subject": run.subject,
            "generator": run.generator,
            "started": run.started.isoformat() if run.started else None,
            "parent": run.parent or None,
            "person": run.person or None,
            "pictures": run.pictures,
            "approved": self.approved,
            "rejected": self.rejected,
            "cost_usd": recorded(run.cost),
        }


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some runs of the history."""

    runs: tuple[PastRun, ...]
    """The newest first."""
    total: int
    """How many runs there are on all pages."""
    cursor: str
    """What the next page begins after; empty on the last one."""


@dataclass(frozen=True, slots=True)
class PastPicture:
    """One picture of the history, and the verdict on it."""

    path: Path
    run: str
    """The id of its run."""
    name: str
    sha256: str
    """The hash of its bytes; empty where an early record lacks it."""
    state: ReviewState
    recipe: str
    person: str
    """For whom it was made."""
    started: datetime
    """When its run began."""
    decided_by: str
    decided_at: datetime | None
    reason: str
    subject: str = ""
    """What it shows; of a refinement, what the first run of its line is about."""
    version: int = 1
    """Its place in the line of refinements it comes from: 1 was refined from nothing."""
    replaced_by: str = ""
    """The newest approved picture that was refined from this approved one, as run and file name."""
    number: int = 1
    """Its number among the pictures of its form; of a refinement, that of the picture it comes from."""
    set_id: str = ""
    """The id of the first run of that form."""
    set_total: int = 1
    """How many pictures that form has."""
    set_subject: str = ""
    """What that first run is about."""


@dataclass(frozen=True, slots=True)
class PicturePage:
    """Some pictures of the history."""

    pictures: tuple[PastPicture, ...]
    """Those of the newest run first."""
    total: int
    """How many pictures there are on all pages."""
    cursor: str
    """What the next page begins after; empty on the last one."""


@dataclass(frozen=True, slots=True)
class HistoryChoices:
    """What the history can be narrowed to."""

    recipes: tuple[str, ...]
    persons: tuple[str, ...]
    generators: tuple[str, ...]
    first: date | None
    """The day of the oldest run; ``None`` when there is none."""
    last: date | None
