"""Runs and their pictures as pages show them; a damaged record or a job that waits leaves out only what it must."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from prompt_kit.errors import InputError, NotFoundError, PromptKitError
from prompt_kit.outcome import Status
from prompt_kit.record.reviews import reviewable, reviewed_by, reviews_in
from prompt_kit.record.runs import lineage, open_run
from prompt_kit.record.runs.listing import subject_of, summary
from prompt_kit.studio.asked import asked_of
from prompt_kit.studio.naming import alternative_text, lower_first, name_of, numbered
from prompt_kit.studio.studio import set_of_run
from prompt_kit.studio.watching import answered, number_of
from prompt_kit.support.heads import dimensions
from prompt_kit.support.words import spoken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prompt_kit.record.index import PictureSet
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
    place: int
    """Its number among the pictures of its form; of a refinement, that of the picture it comes from."""
    version: int
    """Its place in its line of refinements, from 1."""
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
    def key(self) -> tuple[int, int, str, int]:
        """By what the pictures of a form are ordered: their numbers, each before its versions."""
        return self.place, self.version, self.run, self.number

    @property
    def title(self) -> str:
        """What it is called among the pictures of its form."""
        return numbered(self.place, self.version)

    @property
    def variant(self) -> str:
        """What it is beside others of the same answer."""
        return self.made or "As the model sent it"

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
    subject: str
    """What it shows, or what its recipe is called."""
    version: int
    """Its place in its line of refinements, from 1."""
    whole: PictureSet
    """The pictures of its form."""
    alt: str
    run: Run | None
    first: RunRecord | None
    """The record of the first run of its line, which is its own where it refines nothing."""
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
    def form_subject(self) -> str:
        """What the first pictures of its form show."""
        return name_of(self.whole.subject, self.subject)

    @property
    def change(self) -> str:
        """What was to be changed, of a later version; else empty."""
        return name_of(self.summary.subject, "") if self.version > 1 else ""

    @property
    def name(self) -> str:
        """What it shows; of a later version, what was changed."""
        return name_of(self.subject, self.title, self.version, self.change)

    @property
    def origin(self) -> str:
        """Which version of what it is, as the beginning of a line; empty of a first version."""
        return f"Version {self.version} of {lower_first(self.subject)} · " if self.version > 1 else ""

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
        return results_among(self.pictures)

    def called(self, picture: PictureView) -> str:
        """Return what one of its pictures is called where it stands without the others."""
        made = f", {picture.variant.lower()}" if picture.name != self.finished(picture).name else ""
        last = self.pictures[-1].number if self.pictures else 1
        several = f", {picture.number} of {last}" if picture.version > 1 and last > 1 else ""
        if self.whole.total > 1:
            place = f"{numbered(picture.place, picture.version, of=self.whole.total)}{several}"
            return f"{self.change} ({place}){made}" if self.change else f"{self.subject}: {place}{made}"
        return f"{self.name}{several}{made}"

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

    def finished(self, picture: PictureView) -> PictureView:
        """Return what was wanted of the answer that brought a picture: it, or what was made here of it last."""
        return self.made_from(picture)[-1]

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
        whole = set_of_run(studio.kit, line.id)
        pictures, problem = _pictures(line.id, folder, title, _Standing(whole))
        return RunView(line, title, title, 1, whole, title, None, None, None, pictures, (), problem)
    line_of_runs = lineage(run, root)
    asked, alt = asked_of(studio, run.fields), alternative_text(studio, line_of_runs)
    first = line_of_runs[-1].fields
    name, version = name_of(subject_of(first), studio.title(first.recipe)), len(line_of_runs)
    whole = set_of_run(studio.kit, run.summary.id)
    standing = _Standing(whole, _origin(line_of_runs), version)
    pictures, problem = _pictures(run.summary.id, folder, alt, standing)
    failed = tuple(_failed(run.fields, folder))
    return RunView(run.summary, asked.title, name, version, whole, alt, run, first, asked, pictures, failed, problem)


class _Standing(NamedTuple):
    """Where the pictures of a run stand among those of its form."""

    whole: PictureSet
    origin: tuple[str, int] | None = None
    """Of a refinement: the first run of its line, and the number there of the picture that it comes from."""
    version: int = 1

    def place(self, run: str, number: int) -> int:
        """Return the number of a picture in the form's."""
        return self.whole.number(*(self.origin or (run, number)))


def _origin(line: Sequence[Run]) -> tuple[str, int] | None:
    """Return the first run of a line, and the number of the picture there that was changed first."""
    if len(line) == 1:
        return None
    first, child = line[-1], line[-2]
    pictures = [path.name for path in first.pictures]
    name = child.fields.parent_picture or next(iter(pictures), "01")
    return first.summary.id, number_of(name)


def pictures_of(whole: PictureSet, folder: Path) -> tuple[PictureView, ...]:
    """Return the results of one of the runs of a form, without words for those who do not see."""
    pictures, _ = _pictures(f"{folder.parent.name}/{folder.name}", folder, "", _Standing(whole))
    return results_among(pictures)


def results_among(pictures: Sequence[PictureView]) -> tuple[PictureView, ...]:
    """Return of each answer what was made here last from its picture, or the picture itself."""
    return tuple({picture.number: picture for picture in pictures}.values())


def size_of(path: Path) -> tuple[int, int]:
    """Return width and height of a picture in pixels; zeros when it cannot be read."""
    try:
        return dimensions(path.read_bytes())  # what proves its origin can be long, and stands before the size
    except OSError:
        return 0, 0


def _pictures(run: str, folder: Path, alt: str, standing: _Standing) -> tuple[tuple[PictureView, ...], str]:
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
        place = standing.place(run, number)
        views.append(PictureView(run, path.name, path, number, place, standing.version, made, state, reviews, alt))
    return tuple(views), problem


def _failed(record: RunRecord, folder: Path) -> list[TakeView]:
    several = len(record.turns) > 1
    return [
        answered(done.request.take + 1, str(done.request.name) if several else "", done, folder)
        for done in record.requests
        if done.answer.status is not Status.OK
    ]
