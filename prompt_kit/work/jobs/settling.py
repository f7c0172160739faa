"""Saves the answers of a job: pictures into runs and costs into the ledger, each of them once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.catalogue import Catalogue, Model
from prompt_kit.errors import InputError, NotFoundError, WorkspaceError
from prompt_kit.generators import Request
from prompt_kit.images import EXTENSIONS
from prompt_kit.outcome import Outcome, Status
from prompt_kit.prompt import SETTINGS, Prompt, Settings, Text, Turn
from prompt_kit.record.runs import RunFolder, Sent, prompt_from, run_record
from prompt_kit.record.runs.answers import outcome_of
from prompt_kit.record.runs.holding import LOOK_S
from prompt_kit.support import files
from prompt_kit.work import finishing
from prompt_kit.work.jobs.delivering import end_run
from prompt_kit.work.jobs.records import FOLDER, write
from prompt_kit.work.results import merged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prompt_kit.generators import Collected
    from prompt_kit.project import Project
    from prompt_kit.record.runs import RunRecord
    from prompt_kit.record.runs.schema import Done
    from prompt_kit.work.booking import Booking
    from prompt_kit.work.jobs.records import Job, Row

_REST: Final = (
    "The same command without --batch makes what is missing at once, with --batch in another job;"
    " either pays only for that."
)
_OPEN: Final = ("planned", "sent", "unknown")


class Settling:
    """Saves the answers of one job; changes its runs, its file and the ledger."""

    def __init__(self, job: Job, booking: Booking) -> None:
        self.job, self.booking, self.project = job, booking, booking.project
        self.requests = _JobRequests(job, self.project)
        self._rows = {row.key: row for row in job.rows}
        self._steps: dict[str, str] = {}
        self._remarks: list[str] = []
        self._troubles: list[str] = []
        self._run: _OpenRun | None = None

    @cached_property
    def _open(self) -> set[int]:
        """The requests that the ledger does not know the end of."""
        runs = self.job.runs
        return self.booking.now(lambda ledger: {e.id for run in runs for e in ledger.entries(run=run, states=_OPEN)})

    def through(self, answer: Collected) -> Job:
        """Save every answer, end the runs and the job; what could not be saved keeps the job open."""
        strays = 0
        try:
            for key, outcome in answer.outcomes:
                if key in self._rows:
                    self._settle(self._rows[key], outcome)
                else:
                    strays += self._kept(outcome)
        finally:
            self._leave()
        if strays:
            where = self.project.runs_folder / FOLDER
            fact = f"{strays} pictures came without a key that says to which request they belong"
            self._remarks.append(f"{fact}; they are kept in {where}.")
        if self._troubles:
            message = " ".join(dict.fromkeys(self._troubles))
            return self.job.model_copy(update={"message": f"{message} The job stays open until that is solved."})
        return self._ended(answer.state, said=answer.said, message=answer.message)

    def given_up(self, why: Outcome) -> Job:
        """End the job without its answers; each of them may have been paid."""
        try:
            for row in self.job.rows:
                self._settle(row, replace(why, model=self.job.model))
        finally:
            self._leave()
        for row in self.job.rows:
            if row.entry in self._open:
                self.booking.now(lambda ledger, row=row: ledger.unknown(row.entry, note=why.message))  # type: ignore[misc]
        return self._ended("cancelled", said=self.job.said, message=" ".join([why.explanation, *self._troubles]))

    def _leave(self) -> None:
        """Let other processes work on the run whose answers came last."""
        if self._run is not None:
            self._run.close()
            self._run = None

    def _settle(self, row: Row, outcome: Outcome) -> None:
        try:
            self._save(row, outcome)
        except (InputError, WorkspaceError) as error:
            self._troubles.append(str(error))

    def _of(self, row: Row) -> _OpenRun:
        """Return the run of a request; it stays open as long as the answers that come are its own."""
        if self._run is None or self._run.id != row.run:
            self._leave()
            self._run = _OpenRun(row.run, files.inside(self.project.runs_folder, row.run))
        return self._run

    def _save(self, row: Row, outcome: Outcome) -> None:
        """Save and book one answer, unless that was done before."""
        run = self._of(row)
        done = run.answers.get(row.entry)
        if done is None:
            run.clear(outcome)
            outcome = self._settled(run.folder, outcome, self._sent(row))
        else:
            outcome = outcome_of(done, run.path)
            if row.entry in self._open:  # a process was ended between the two
                self.booking.now(lambda ledger: ledger.ended(row.entry, outcome))
                self._open.discard(row.entry)
        if outcome.ok and (done is None or run.record.state == "waiting"):
            self._finish(outcome, self.requests[row.key], run.folder)
        if not outcome.ok:
            self._steps.setdefault(row.run, outcome.next_step)

    def _settled(self, folder: RunFolder, outcome: Outcome, sent: Sent) -> Outcome:
        if sent.entry not in self._open:  # it was booked before, when it could not be saved
            return folder.save(outcome, sent)
        self._open.discard(sent.entry)
        return self.booking.settle_now(folder, outcome, sent)

    def _finish(self, saved: Outcome, request: Request, folder: RunFolder) -> None:
        """Make the cut-out or composite that the prompt asks for, and keep its warnings."""
        finished = finishing.finished(saved, request.turn, request.settings, folder)
        self._remarks += [text for text in finished.warnings if text not in saved.warnings]

    def _sent(self, row: Row) -> Sent:
        return Sent(
            turn=row.turn,
            model=self.job.model,
            fingerprint=row.fingerprint,
            sent_at=self.job.submitted,
            ended_at=datetime.now(UTC),
            estimate=row.estimate,
            take=row.take,
            entry=row.entry,
        )

    def _kept(self, outcome: Outcome) -> int:
        """Save the pictures of an answer to an unknown request, because they may be paid; return how many."""
        for picture in outcome.pictures:
            name = f"{self.job.id}-{picture.sha256[:12]}{EXTENSIONS.get(picture.media_type, '.bin')}"
            files.replace(self.project.runs_folder / FOLDER / name, picture.data)
        return len(outcome.pictures)

    def _ended(self, state: str, *, said: str, message: str) -> Job:
        rows: list[Row] = []
        for run in self.job.runs:
            mine = [row for row in self.job.rows if row.run == run]
            try:
                answers = _answers(run_record(files.inside(self.project.runs_folder, run)))
                if all(row.entry in answers for row in mine):
                    answered = [_with_answer(row, answers[row.entry]) for row in mine]
                    end_run(run, self._run_outcome(run, answered), self.project)
                    rows += answered
                    continue
            except (InputError, WorkspaceError):
                pass
            # Only a job that is given up comes so far.
            rows += [row.model_copy(update={"status": str(Status.CANCELLED)}) for row in mine]
        message = " ".join(filter(None, (message, *dict.fromkeys(self._remarks))))
        changes: dict[str, Any] = {"state": state, "said": said, "message": message, "ended": datetime.now(UTC)}
        return write(self.job.model_copy(update={**changes, "rows": tuple(rows)}), self.project.runs_folder)

    def _run_outcome(self, run: str, rows: list[Row]) -> Outcome:
        """Return how a run ended, in its own words and what to do now."""
        outcome = merged([Outcome(Status(row.status), message=row.message, cost=row.cost) for row in rows])
        good = sum(row.status == Status.OK for row in rows)
        if good == len(rows):
            return outcome
        if good:
            message = f"{good} of {len(rows)} requests were answered well; the first that was not: {outcome.message}"
            return replace(outcome, message=message, next_step=_REST)
        return replace(outcome, next_step=self._steps.get(run, ""))


class _OpenRun:
    """A run while answers are saved into it."""

    def __init__(self, run: str, path: Path) -> None:
        self.id, self.path = run, path
        self.record = run_record(path)
        self.answers = _answers(self.record)
        self._folder: RunFolder | None = None

    @property
    def folder(self) -> RunFolder:
        """Its folder, which no other process writes into until it is closed."""
        if self._folder is None:
            self._folder = RunFolder.reopen(self.path, state="waiting", wait_s=LOOK_S)
        return self._folder

    def close(self) -> None:
        """Let other processes work on it."""
        if self._folder is not None:
            self._folder.close()

    def clear(self, outcome: Outcome) -> None:
        """Delete the files of this answer that an interrupted process had saved without recording them."""
        mine = {picture.sha256 for picture in outcome.pictures}
        with files.os_errors_as_workspace_errors(self.path):
            for path in [path for path, sha256 in self._unrecorded.items() if sha256 in mine]:
                path.with_suffix(".json").unlink(missing_ok=True)
                path.unlink()
                del self._unrecorded[path]

    @cached_property
    def _unrecorded(self) -> dict[Path, str]:
        """The pictures that its record does not have, with their hashes."""
        pictures = [
            path
            for path in self.path.iterdir()
            if path.stem.isdecimal() and path.suffix != ".json" and path.name not in self.record.pictures
        ]
        return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in pictures}


class _JobRequests(Mapping[str, Request]):
    """The requests of a job by key, at its prices; read from the runs when first used."""

    def __init__(self, job: Job, project: Project) -> None:
        self._rows = {row.key: row for row in job.rows}
        self._job, self._project = job, project

    def __getitem__(self, key: str) -> Request:
        row = self._rows[key]
        prompt = self._prompts[row.run]
        if isinstance(prompt, Prompt):
            return Request(prompt.turns[row.turn], self._model, prompt.settings, prompt=prompt)
        # The references are gone; what is left is enough to read the answer by. What was different stays different.
        return Request(Turn((Text(row.fingerprint),), output=row.output), self._model, prompt)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    @cached_property
    def _prompts(self) -> dict[str, Prompt | Settings]:
        return {run: _prompt(files.inside(self._project.runs_folder, run)) for run in self._job.runs}

    @cached_property
    def _model(self) -> Model:
        by_id = {model.id: model for model in Catalogue.load(self._project.models_file).models}
        name = self._job.model
        return (by_id.get(name) or Model(id=name, title=name, known=False)).in_batch


def _prompt(path: Path) -> Prompt | Settings:
    """Return the prompt of a run, or at least its settings."""
    try:
        return prompt_from(path, path.parents[1])
    except (InputError, NotFoundError, WorkspaceError):
        pass
    try:
        recorded = run_record(path).settings
    except (InputError, WorkspaceError):
        return Settings()
    return Settings(**{name: value for name, value in recorded.items() if name in SETTINGS})


def _answers(record: RunRecord) -> dict[int | None, Done]:
    """Return the answers that a run's record knows, by the request's number in the ledger."""
    return {done.request.entry: done for done in record.requests}


def _with_answer(row: Row, done: Done) -> Row:
    answer = done.answer
    message = "" if answer.status is Status.OK else answer.message
    changes = {"status": str(answer.status), "cost": answer.cost, "message": message, "pictures": done.pictures}
    return row.model_copy(update=changes)
