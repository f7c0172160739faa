"""Waits for jobs and saves their answers; any process may do so, any number of times."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Final, TypedDict

from prompt_kit.errors import InputError, NotFoundError
from prompt_kit.generators import BatchGenerator, Generator
from prompt_kit.generators.opening import opened
from prompt_kit.outcome import Outcome, Status
from prompt_kit.project import Project, project_of
from prompt_kit.support.calls import check_kind, check_options, waited
from prompt_kit.work.booking import Booking
from prompt_kit.work.jobs.delivering import dropped
from prompt_kit.work.jobs.records import Job, held, job_of, jobs, write
from prompt_kit.work.jobs.settling import Settling
from prompt_kit.work.planning import generator_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Unpack

FIRST_PAUSE_S: Final = 10.0
"""How long to wait before the second look at a job, in seconds; each further pause is half as long again."""

LONGEST_PAUSE_S: Final = 300.0
"""The longest pause between two looks, in seconds: a job takes minutes at the least, and up to a day."""

_NEVER_LEFT: Final = Outcome(
    Status.CANCELLED,
    message="The program ended before the job was submitted; nothing was sent.",
    next_step="Submit it again.",
    billable="no",
)
_LOST: Final = (
    "{generator} knows no job under this label. With another key than the one it was submitted with that is to be"
    " expected; else it never arrived: 'prompt-kit runs cancel {id}' gives it up."
)
_NEVER_ARRIVED: Final = Outcome(
    Status.CANCELLED,
    message="The job never arrived and was given up; nothing was sent.",
    next_step="Submit it again.",
    billable="no",
)
_GIVEN_UP: Final = Outcome(
    Status.CANCELLED,
    message="The job was given up, and nobody saw what came of it.",
    next_step="It may have been charged: look at the billing page.",
)


class CollectOptions(TypedDict, total=False):
    """How jobs are collected; everything may be left out."""

    generator: Generator
    """The generator to ask; the one that the job names when left out."""
    project: Project
    """Whose runs and ledger; the current folder's when left out."""
    timeout_s: float | None
    """How long to wait, in seconds: ``0`` looks once, ``None`` waits until everything is over."""
    pause_s: float
    """The first pause between two looks, in seconds."""
    on_look: Callable[[Job], None]
    """Called with every job each time it was looked at."""


def collect(*wanted: str | Job, **options: Unpack[CollectOptions]) -> tuple[Job, ...]:
    """Wait for jobs and save what came of them; `acollect` is the async twin."""
    return waited("prompt_kit.acollect", lambda: acollect(*wanted, **options))


async def acollect(*wanted: str | Job, **options: Unpack[CollectOptions]) -> tuple[Job, ...]:
    """Wait for jobs, by id, and save what came of them; all that are not over, when none is named.

    Several processes may do so at once, and each may be ended at any moment: the next one goes on.

    Returns:
        The jobs as they stand then. What is not over yet says why in its `message`, where there is a reason.

    Raises:
        NotFoundError: When there is no such job.
        InputError: When a job's file is damaged.
        WorkspaceError: When runs, jobs or ledger cannot be written.
    """
    check_options("collect", options, CollectOptions)
    for job in wanted:
        check_kind("job", job, (str, Job), "a job or its id")
    project = project_of(options.get("project"))
    root = project.runs_folder
    ids = [job if isinstance(job, str) else job.id for job in wanted] or [j.id for j in jobs(root)[0] if not j.over]
    timeout = options.get("timeout_s")
    end = None if timeout is None else time.monotonic() + timeout
    pause = options.get("pause_s", FIRST_PAUSE_S)
    by_id = {name: job_of(name, root) for name in dict.fromkeys(ids)}
    worth_it = {name for name, job in by_id.items() if not job.over}
    while worth_it:
        for name in sorted(worth_it):
            by_id[name], again = await _Look(project, options.get("generator")).at(name)
            options.get("on_look", _silent)(by_id[name])
            if not again:
                worth_it.discard(name)
        left = pause if end is None else min(pause, end - time.monotonic())
        if not worth_it or left <= 0:
            break
        await asyncio.sleep(left)
        pause = min(pause * 1.5, LONGEST_PAUSE_S)
    return tuple(by_id.values())


def cancel(wanted: str | Job, **options: Unpack[CollectOptions]) -> Job:
    """Ask to stop a job; `acancel` is the async twin."""
    return waited("prompt_kit.work.jobs.acancel", lambda: acancel(wanted, **options))


async def acancel(wanted: str | Job, **options: Unpack[CollectOptions]) -> Job:
    """Ask to stop a job; what was done of it by then is still there to be collected.

    A job that never arrived is marked as never submitted, and one that the provider no longer knows is given up.

    Raises:
        NotFoundError: When there is no such job.
        InputError: When it is over already, or another process works on it.
        WorkspaceError: When runs, jobs or ledger cannot be written.
    """
    check_options("cancel", options, CollectOptions)
    check_kind("job", wanted, (str, Job), "a job or its id")
    project = project_of(options.get("project"))
    name = wanted if isinstance(wanted, str) else wanted.id
    return await _Look(project, options.get("generator")).stop(name)


class _Look:
    """One look at a job, while no other process works on it."""

    def __init__(self, project: Project, made_by: Generator | None) -> None:
        self.project, self.root, self._given = project, project.runs_folder, made_by

    async def at(self, name: str) -> tuple[Job, bool]:
        """Return a job as it is now, and whether to look at it again soon."""
        with held(name, self.root) as mine:
            job = job_of(name, self.root)
            if not mine or job.over:
                return job, not job.over
            async with AsyncExitStack() as stack:
                booking = await stack.enter_async_context(Booking(self.project))
                made_by = await self._maker(job, stack)
                if not job.name:
                    job = await self._looked_for(job, made_by, booking)
                    if not job.name:
                        return job, job.state == "submitting"
                settling = Settling(job, booking)
                answer = await made_by.collect(job.name, settling.requests)
                if isinstance(answer, Outcome):
                    # Waiting helps when the network fails, but not when the key is wrong.
                    return _with(job, message=answer.explanation), answer.status is Status.UNAVAILABLE
                if answer.state == "waiting":
                    return self._noted(job, said=answer.said, message=""), True
                job = await asyncio.to_thread(settling.through, answer)
                return job, False

    async def stop(self, name: str) -> Job:
        """Ask the provider to stop a job, or mark it as never submitted where there is nothing to stop."""
        with held(name, self.root) as mine:
            job = job_of(name, self.root)
            if job.over:
                raise InputError(f"{name} is over already: {job.state}.")
            if not mine:
                raise InputError(f"Another process works on {name} right now. Try again in a moment.")
            async with AsyncExitStack() as stack:
                booking = await stack.enter_async_context(Booking(self.project))
                made_by = await self._maker(job, stack)
                if not job.name:
                    job = await self._looked_for(job, made_by, booking)
                    if job.over:
                        return job
                    if job.state == "lost":
                        return await self._dropped(job, _NEVER_ARRIVED, booking)
                    if not job.name:
                        return job
                refusal = await made_by.cancel(job.name)
                if refusal is None:
                    return self._noted(job, message="It is being stopped; collect it to see what had been done.")
                if refusal.status is Status.INVALID:
                    return await asyncio.to_thread(Settling(job, booking).given_up, _GIVEN_UP)
                return _with(job, message=refusal.explanation)

    async def _looked_for(self, job: Job, made_by: BatchGenerator, booking: Booking) -> Job:
        """Return a job whose submission was interrupted, as far as it can be known what came of that."""
        entries = await booking.run(lambda ledger: [entry for run in job.runs for entry in ledger.entries(run=run)])
        states = {entry.id: entry.state for entry in entries}
        # They are handed over all at once, and only then submitted.
        if any(states.get(row.entry) in {"planned", "failed"} for row in job.rows):
            return await self._dropped(job, _NEVER_LEFT, booking)
        answer = await made_by.find(job.label)
        if isinstance(answer, Outcome):
            return _with(job, message=answer.explanation)
        if answer is None:
            return self._noted(job, state="lost", message=_LOST.format(generator=job.generator, id=job.id))
        return self._noted(job, state="waiting", name=answer, message="")

    async def _dropped(self, job: Job, why: Outcome, booking: Booking) -> Job:
        return await booking.run(lambda ledger: dropped(job, why, ledger, self.project))

    async def _maker(self, job: Job, stack: AsyncExitStack) -> BatchGenerator:
        made_by = generator_for(self._given or job.generator, self.project)
        if not isinstance(made_by, BatchGenerator):
            raise NotFoundError("generator that takes jobs", made_by.name)
        return await stack.enter_async_context(opened(made_by))

    def _noted(self, job: Job, **changes: Any) -> Job:
        """Write down what is new, if anything is."""
        changed = _with(job, **changes)
        return job if changed == job else write(changed, self.root)


def _with(job: Job, **changes: Any) -> Job:
    return job.model_copy(update=changes)


def _silent(job: Job) -> None:
    """Do nothing; used when there is no `on_look`."""
