"""Runs and their pictures as pages show them; a damaged record or a job that waits leaves out only what it must."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import InputError, NotFoundError, PromptKitError
from prompt_kit.outcome import Status
from prompt_kit.record.reviews import reviewable, reviewed_by, reviews_in
from prompt_kit.record.runs import lineage, open_run
from prompt_kit.record.runs.listing import subject_of, summary
from prompt_kit.studio.asked import asked_of
from prompt_kit.studio.naming import alternative_text, name_of
from prompt_kit.studio.watching import answered, number_of
from prompt_kit.support.heads import dimensions
from prompt_kit.support.words import spoken

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.record.reviews import Review, ReviewedPicture, ReviewState
    from prompt_kit.record.runs import Run, RunRecord, RunSummary
    from prompt_kit.record.runs.schema import Done
    from prompt_kit.studio.asked import AskedRun
    from prompt_kit.studio.studio import Studio
    from prompt_kit.studio.watching import TakeView

STATES: Final = {"waiting": "Not decided yet", "approved": "Approved", "rejected": "Rejected"}
"""What pages call the states of a picture."""

RUN_STATES: Final = {
    "started": "Unfinished",
    "waiting": "Waits in a job of the provider",
    "done": "Done",
    "failed": "Ended with a problem",
    "cancelled": "Stopped",
    "damaged": "Record is damaged",
}
"""What pages call the states of a run."""

_KINDS: Final = {"cutout": "Cut out", "composite": "Put into the original"}


@dataclass(frozen=True, slots=True)
class PictureView:
    """One picture of a run."""

    run: str
    name: str
    path: Path
    number: int
    """The number in its file name; what was made here from one has the same."""
    made: str
    """What was made here from a picture, such as ``Cut out``; empty for what the model sent."""
    state: ReviewState
    reviews: tuple[Review, ...]
    alt: str
    """A proposal for its alternative text."""

    @property
    def address(self) -> str:
        """The run and the file name, as addresses have them."""
        return f"{self.run}/{self.name}"

    @property
    def title(self) -> str:
        """What it is called within its run."""
        return f"Picture {self.number}" + (f", {self.made.lower()}" if self.made else "")

    @property
    def said(self) -> str:
        """Its state in words."""
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class RunView:
    """One run, as far as its record can be read."""

    summary: RunSummary
    title: str
    """What its recipe is called."""
    name: str
    """What it shows, and its version."""
    alt: str
    run: Run | None
    asked: AskedRun | None
    pictures: tuple[PictureView, ...]
    failed: tuple[TakeView, ...]
    """The requests that brought no picture."""
    problem: str = ""
    """What is wrong with its reviews."""

    @property
    def id(self) -> str:
        """Day and name."""
        return self.summary.id

    @property
    def record(self) -> RunRecord | None:
        """Its record; ``None`` when that is damaged."""
        return self.run.fields if self.run else None

    @property
    def masters(self) -> tuple[PictureView, ...]:
        """The pictures that the model sent."""
        return tuple(picture for picture in self.pictures if not picture.made)

    @property
    def results(self) -> tuple[PictureView, ...]:
        """What was wanted: of each answer what was made here last from its picture, or the picture itself."""
        return tuple({picture.number: picture for picture in self.pictures}.values())

    def called(self, picture: PictureView) -> str:
        """Return what one of its pictures is called where it stands without the others."""
        made = f", {picture.made.lower()}" if picture.made else ""
        last = self.pictures[-1].number if self.pictures else 1
        return f"{self.name}{made}" if last == 1 else f"{self.name}: picture {picture.number} of {last}{made}"

    @property
    def state(self) -> str:
        """Its state in words."""
        return RUN_STATES[self.summary.state]

    def picture(self, name: str) -> PictureView:
        """Return one of its pictures by its file name.

        Raises:
            NotFoundError: When the file is none of them.
        """
        pictures = {picture.name: picture for picture in self.pictures}
        if name not in pictures:
            raise NotFoundError("picture", name, pictures)
        return pictures[name]

    def done(self, picture: PictureView) -> Done | None:
        """Return the request that brought a picture, or that from which it was made here."""
        stem = picture.path.stem.partition("-")[0]
        names = [name for name in (self.record.pictures if self.record else ()) if name.partition(".")[0] == stem]
        return self.record.of_picture(names[0]) if self.record and names else None

    def made_from(self, picture: PictureView) -> tuple[PictureView, ...]:
        """Return what was made here from the same answer: the picture, its cut-out, its composite."""
        return tuple(other for other in self.pictures if other.number == picture.number)


def run_view(studio: Studio, folder: Path) -> RunView:
    """Return a run as pages show it."""
    root = studio.kit.project.runs_folder
    try:
        run = open_run(folder, root)
    except InputError:
        line = summary(folder)
        title = spoken(folder.name.rpartition("-")[0] or folder.name)
        pictures, problem = _pictures(line.id, folder, title)
        return RunView(line, title, title, title, None, None, pictures, (), problem)
    line_of_runs = lineage(run, root)
    asked, alt = asked_of(studio, run.fields), alternative_text(studio, line_of_runs)
    first = line_of_runs[-1].fields
    name = name_of(subject_of(first), studio.title(first.recipe), len(line_of_runs))
    pictures, problem = _pictures(run.summary.id, folder, alt)
    return RunView(
        run.summary, asked.title, name, alt, run, asked, pictures, tuple(_failed(run.fields, folder)), problem
    )


def size_of(path: Path) -> tuple[int, int]:
    """Return width and height of a picture in pixels; zeros when it cannot be read."""
    try:
        return dimensions(path.read_bytes())  # what proves its origin can be long, and stands before the size
    except OSError:
        return 0, 0


def _pictures(run: str, folder: Path, alt: str) -> tuple[tuple[PictureView, ...], str]:
    """Return the pictures of a run, and what is wrong with the file of their reviews."""
    paths, problem = reviewable(folder), ""
    reviewed: dict[str, ReviewedPicture] = {}
    try:
        # Only pictures of which something was said are read whole, to see that it was of these bytes.
        reviewed = {picture.path.name: picture for picture in reviewed_by(folder, reviews_in(folder))}
    except PromptKitError as error:
        problem = str(error)
    views = []
    for path in paths:
        said, kind = reviewed.get(path.name), path.stem.partition("-")[2]
        made = _KINDS.get(kind, spoken(kind)) if kind else ""
        number = number_of(path.name)
        state, reviews = (said.state, said.reviews) if said else ("waiting", ())
        views.append(PictureView(run, path.name, path, number, made, state, reviews, alt))
    return tuple(views), problem


def _failed(record: RunRecord, folder: Path) -> list[TakeView]:
    several = len(record.turns) > 1
    return [
        answered(done.request.take + 1, str(done.request.name) if several else "", done, folder)
        for done in record.requests
        if done.answer.status is not Status.OK
    ]
