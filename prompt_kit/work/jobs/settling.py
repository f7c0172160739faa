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
from prompt_kit.support import files
from prompt_kit.work import finishing
from prompt_kit.work.jobs.records import FOLDER, write
from prompt_kit.work.jobs.submitting import end_run
from prompt_kit.work.results import merged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prompt_kit.generators import Collected
    from prompt_kit.project import Project
    from prompt_kit.record.ledger import Ledger
    from prompt_kit.record.runs import RunRecord
    from prompt_kit.record.runs.schema import Done
    from prompt_kit.work.jobs.records import Job, Row

_REST: Final = (
    "The same command without --batch makes what is missing at once, with --batch in another job;"
    " either pays only for that."
)
_OPEN: Final = ("planned", "sent", "unknown")


class Settling:
    """Saves the answers of one job; changes its runs, its file and the ledger."""

    def __init__(self, job: Job, project: Project, ledger: Ledger) -> None:
        self.job, self.project, self.ledger = job, project, ledger
        self.requests = _JobRequests(job, project)
        self._rows = {row.key: row for row in job.rows}
        self._steps: dict[str, str] = {}
        self._remarks: list[str] = []
        self._troubles: list[str] = []

    @cached_property
    def _open(self) -> set[int]:
        """The requests that the ledger does not know the end of."""
        return {entry.id for run in self.job.runs for entry in self.ledger.entries(run=run, states=_OPEN)}

    def through(self, answer: Collected) -> Job:
        """Save every answer, end the runs and the job; what could not be saved keeps the job open."""
        strays = 0
        for key, outcome in answer.outcomes:
            if key in self._rows:
                self._settle(self._rows[key], outcome)
            else:
                strays += self._kept(outcome)
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
        for row in self.job.rows:
            self._settle(row, replace(why, model=self.job.model))
        for entry in self._open & {row.entry for row in self.job.rows}:
            self.ledger.unknown(entry, note=why.message)
        return self._ended("cancelled", said=self.job.said, message=" ".join([why.explanation, *self._troubles]))

    def _settle(self, row: Row, outcome: Outcome) -> None:
        try:
            self._save(row, outcome)
        except (InputError, WorkspaceError) as error:
            self._troubles.append(str(error))

    def _save(self, row: Row, outcome: Outcome) -> None:
        """Save one answer into its run, unless that was done before; then book it, unless that was done before."""
        path = files.inside(self.project.runs_folder, row.run)
        record = run_record(path)
        done = _answers(record).get(row.entry)
        if done is not None:  # a process was ended between this and the booking
            outcome = outcome_of(done, path)
        if done is None or (outcome.ok and record.state == "waiting"):
            if done is None:
                _clear(path, record, outcome)
            folder = RunFolder.reopen(path, state="waiting")
            try:
                saved = folder.save(outcome, self._sent(row)) if done is None else outcome
                self._finish(saved, self.requests[row.key], folder)
            finally:
                folder.close()
        if row.entry in self._open:
            self.ledger.ended(row.entry, outcome)
            self._open.discard(row.entry)
        if not outcome.ok:
            self._steps.setdefault(row.run, outcome.next_step)

    def _finish(self, saved: Outcome, request: Request, folder: RunFolder) -> None:
        """Make the cut-out or composite that the prompt asks for, and keep its warnings."""
        if saved.ok:
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


def _clear(folder: Path, record: RunRecord, outcome: Outcome) -> None:
    """Delete the files of this answer that an interrupted process had saved without recording them."""
    mine = {picture.sha256 for picture in outcome.pictures}
    with files.os_errors_as_workspace_errors(folder):
        for path in folder.iterdir():
            if not path.stem.isdecimal() or path.suffix == ".json" or path.name in record.pictures:
                continue
            if hashlib.sha256(path.read_bytes()).hexdigest() in mine:
                path.with_suffix(".json").unlink(missing_ok=True)
                path.unlink()
