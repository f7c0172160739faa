"""Restores the ledger's rows from the records of runs and jobs, when the ledger was lost or moved away."""

from __future__ import annotations

import socket
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from prompt_kit.catalogue import Catalogue
from prompt_kit.errors import InputError, NotFoundError, PromptKitError
from prompt_kit.generators import is_free
from prompt_kit.outcome import Status
from prompt_kit.record.ledger import Entry, Ledger
from prompt_kit.record.runs import RECORD, RunRecord, prompt_from, run_record
from prompt_kit.record.runs.listing import folders
from prompt_kit.support import locks
from prompt_kit.work.jobs import jobs
from prompt_kit.work.jobs.records import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from prompt_kit.project import Project
    from prompt_kit.record.runs.schema import Done
    from prompt_kit.work.jobs.records import Job

_RESTORED: Final = "Restored from the record of the run."
_LOST: Final = "The ledger was lost; it may have been sent, and nobody saw the answer."


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was restored."""

    runs: int
    """How many runs were looked at."""
    requests: int
    """How many requests were added."""
    cost: Decimal
    """What these have cost, or may have cost, in US dollars."""
    uncertain: int
    """How many of them may have been paid."""
    problems: tuple[str, ...]
    """The records that could not be used, each with the reason."""
    totals_were_right: bool
    """Whether the running totals agreed with the rows."""


def rebuild_ledger(project: Project) -> Rebuilt:
    """Add to the ledger what the records of runs and jobs say and it lacks; to do it again changes nothing.

    Raises:
        WorkspaceError: When runs or ledger cannot be read or written.
    """
    root = project.runs_folder
    all_jobs, problems = jobs(root)
    waiting = {run: job for job in all_jobs if not job.over for run in job.runs}
    added: list[Entry] = []
    failed = [str(problem) for problem in problems]
    paths = [path for path in folders(root) if (path / RECORD).is_file()]
    catalogue = Catalogue.load(project.models_file)
    numbers: dict[tuple[str, int], int] = {}
    with Ledger.open(project.ledger_url) as ledger:
        for path in sorted(paths):
            try:
                record = run_record(path)
                entries = _entries(path, record, waiting.get(record.run), project, catalogue)
            except InputError as error:
                failed.append(str(error))
                continue
            for entry, number in zip(entries, ledger.restore(record.run, entries), strict=True):
                if number is not None:
                    added.append(entry)
                    numbers[entry.run, entry.id] = number
        right = ledger.recount()
    for job in all_jobs:
        _renumber(job, numbers, root)
    return Rebuilt(
        runs=len(paths),
        requests=len(added),
        cost=sum((_price(entry) for entry in added), Decimal()),
        uncertain=sum(entry.state == "unknown" for entry in added),
        problems=tuple(failed),
        totals_were_right=right,
    )


def _entries(
    path: Path, record: RunRecord, job: Job | None, project: Project, catalogue: Catalogue
) -> tuple[Entry, ...]:
    """Return the requests of a run as the ledger would have them."""
    answered = tuple(_answered(done, record) for done in record.requests)
    if job is not None:
        places = {(entry.turn, entry.take) for entry in answered}
        return (*answered, *(entry for entry in _in_job(job, record) if (entry.turn, entry.take) not in places))
    if record.state != "started" or (held := locks.hold(path / ".lock")) is None:
        return answered
    locks.release(held)
    return (*answered, *_on_their_way(path, record, project, catalogue))


def _answered(done: Done, record: RunRecord) -> Entry:
    request, answer = done.request, done.answer
    lost = answer.status is Status.CANCELLED and answer.billable == "unknown"
    unpaid = answer.cost is None and answer.billable == "no"
    entry = _entry(record, at=request.sent, turn=request.turn, take=request.take, model=request.model)
    return replace(
        entry,
        id=request.entry or 0,
        fingerprint=request.fingerprint,
        estimate=request.estimate,
        state="done" if answer.status is Status.OK else "unknown" if answer.billable == "unknown" else "failed",
        status="" if lost else str(answer.status),
        actual=Decimal() if unpaid else answer.cost,
        ended_at=request.ended,
        response_id=answer.response_id,
    )


def _in_job(job: Job, record: RunRecord) -> Iterator[Entry]:
    """Yield the requests of a run that wait in a job."""
    for row in job.rows:
        if row.run == record.run:
            entry = _entry(record, at=job.submitted, turn=row.turn, take=row.take, model=job.model)
            yield replace(
                entry, id=row.entry, fingerprint=row.fingerprint, estimate=row.estimate, state="sent", pid=0, host=""
            )


def _on_their_way(path: Path, record: RunRecord, project: Project, catalogue: Catalogue) -> Iterator[Entry]:
    """Yield the next request of each repetition of a run that was killed: it may have been sent and paid."""
    try:
        prompt = prompt_from(path, project.runs_folder)
        model = catalogue.choose(prompt.settings, record.generator)
        free = is_free(record.generator, project.generators.get(record.generator))
    except (NotFoundError, PromptKitError) as error:
        raise InputError(f"{path / RECORD}: what was on its way is not restored. {error}") from error
    for take in range(record.count):
        made = {done.request.turn for done in record.requests if done.request.take == take and _is_over(done)}
        turn = next((turn for turn in range(len(record.turns)) if turn not in made), None)
        if turn is not None:
            estimate = Decimal() if free else model.estimate(replace(prompt, turns=(prompt.turns[turn],)))
            entry = _entry(record, at=record.started, turn=turn, take=take, model=model.id)
            yield replace(entry, estimate=estimate, note=_LOST)


def _is_over(done: Done) -> bool:
    """Return whether nothing of a request was on its way when its process ended."""
    return done.answer.status is not Status.CANCELLED


def _entry(record: RunRecord, *, at: datetime, turn: int, take: int, model: str) -> Entry:
    """Return a request of a run of which nothing else is known."""
    return Entry(
        id=0,
        run=record.run,
        recipe=record.recipe,
        turn=turn,
        take=take,
        generator=record.generator,
        model=model,
        fingerprint="",
        prompt_fingerprint=record.prompt_fingerprint,
        estimate=None,
        state="unknown",
        status="",
        actual=None,
        planned_at=at,
        sent_at=at,
        ended_at=None,
        pid=-1,
        host=socket.gethostname(),
        response_id="",
        note=_RESTORED,
        person=record.person,
    )


def _renumber(job: Job, numbers: dict[tuple[str, int], int], root: Path) -> None:
    """Write a job's file anew where its requests have other numbers in the ledger now."""
    rows = tuple(row.model_copy(update={"entry": numbers.get((row.run, row.entry), row.entry)}) for row in job.rows)
    if rows != job.rows:
        write(job.model_copy(update={"rows": rows}), root)


def _price(entry: Entry) -> Decimal:
    return (entry.estimate if entry.actual is None else entry.actual) or Decimal()
