"""Delivers plans in jobs; runs, ledger and job file are written before anything is sent."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import BudgetError, InputError, Problem, PromptKitError, WorkspaceError
from prompt_kit.generators import BatchGenerator, Generator, Request
from prompt_kit.generators.opening import opened
from prompt_kit.outcome import Outcome, Status
from prompt_kit.record.preparing import remove_folder
from prompt_kit.record.runs import RunFolder, id_of, run_record
from prompt_kit.record.runs.holding import LOOK_S
from prompt_kit.support import files
from prompt_kit.support.money import dollars
from prompt_kit.work.affording import check_limit
from prompt_kit.work.allowing import check_allowed
from prompt_kit.work.booking import Booking, new_run, row_for
from prompt_kit.work.events import Event
from prompt_kit.work.jobs.records import Job, Row, held, write
from prompt_kit.work.orders import Item, Kept, Plan, Result
from prompt_kit.work.planning import generator_for, no_taker
from prompt_kit.work.results import result_of
from prompt_kit.work.resuming import stop_if_claimed, unfinished

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
    from pathlib import Path

    from prompt_kit.project import Project
    from prompt_kit.record.ledger import Ledger


UNCERTAIN: Final = "It is not known whether the job arrived. 'prompt-kit runs wait' looks for it."

_STOPPED: Final = Outcome(
    Status.CANCELLED, message="It was stopped before anything was sent.", billable="no", cost=Decimal()
)


async def delivered(plan: Plan, booking: Booking, *, new: bool = False) -> AsyncGenerator[Event]:
    """Submit what a plan holds, in a job for each generator and model, and yield each step.

    Every item's run is named, by the event ``started``, before anything leaves for it. Where only some jobs can be
    submitted, the items of the others end with the error.

    Args:
        plan: What is to be submitted; what it refuses is left out.
        booking: The ledger and the folders.
        new: Whether everything is made anew, even if the same waits in a job.

    Raises:
        InputError: With everything that waits in a job already, or cannot go into one; nothing was sent.
        BudgetError: When it would cost more than is left; nothing was sent.
        WorkspaceError: When runs, jobs or ledger cannot be written.
    """
    items: dict[str, Item] = {}
    root = plan.project.runs_folder
    async with aclosing(submitting(plan, booking, new=new)) as steps:
        async for step in steps:
            if not isinstance(step, Job):
                if step.folder:
                    items[id_of(step.folder)] = step.item
                yield step
                continue
            for run in step.runs:
                result = await asyncio.to_thread(result_of, items[run], [run], root)
                if result.job and step.message:
                    result = replace(result, message=step.message)
                yield Event(step="ended", item=items[run], folder=root / run, result=result)


async def submitting(
    plan: Plan, booking: Booking, *, new: bool, tell: Callable[[Plan], None] | None = None
) -> AsyncGenerator[Event | Job]:
    """Submit what a plan holds; yield every run before it is handed over, and every job afterwards."""
    await asyncio.to_thread(check_allowed, plan)
    named = {item.generator: plan.makers.get(item.generator) for item in plan.to_send}
    makers = {name: _taker(maker or generator_for(name, plan.project)) for name, maker in named.items()}
    await asyncio.to_thread(_read_pictures, plan)
    async with AsyncExitStack() as stack:
        for maker in makers.values():
            await stack.enter_async_context(opened(maker))
        plan = await booking.run(lambda ledger, plan=plan: _narrowed(plan, ledger, new=new))  # type: ignore[misc]
        if tell:
            tell(plan)
        check_limit(plan)
        await booking.run(lambda ledger: _afford(plan, ledger))
        groups: dict[tuple[str, str], list[Item]] = {}
        for item in plan.to_send:
            groups.setdefault((item.generator, item.model.id), []).append(item)
        for number, ((name, _), items) in enumerate(groups.items()):
            one_job = _Submitting(makers[name], plan.project, booking, new)
            try:
                async with aclosing(one_job.through(items)) as steps:
                    async for step in steps:
                        yield step
            except PromptKitError as error:
                if not number:
                    raise
                for item in items:
                    yield Event(step="ended", item=item, result=Result(item, message=str(error), error=error))


def _read_pictures(plan: Plan) -> None:
    """Read every picture once, before anything is written.

    Raises:
        InputError: When it is gone or has changed.
    """
    pictures = (image for item in plan.to_send for turn in item.prompt.turns for image in turn.images)
    for image in {image.sha256: image for image in pictures}.values():
        image.read()


def _narrowed(plan: Plan, ledger: Ledger, *, new: bool) -> Plan:
    """Return the plan without what the last run of the same order has brought.

    Raises:
        InputError: With everything that waits in a job already, has all it was to have, or may have been paid though
            nobody saw the answer.
    """
    ledger.reconcile()
    items: list[Item] = []
    problems: list[Problem] = []
    for item in (replace(item, kept=None) for item in plan.to_send):
        if new:
            items.append(item)
            continue
        try:
            narrowed = _rest(item, ledger, plan.project.runs_folder)
        except InputError as error:
            problems += error.problems
            continue
        # The same prompt twice means two orders; an unfinished run can be continued for only one of them.
        taken = narrowed.kept and any(other.kept and other.kept.folder == narrowed.kept.folder for other in items)
        items.append(item if taken else narrowed)
    if problems:
        raise InputError(dict.fromkeys(problems))
    return replace(plan, items=tuple(items))


def _rest(item: Item, ledger: Ledger, root: Path) -> Item:
    """Return what the last run of the same order lacks; the whole order where there is none to go on with."""
    folder = unfinished(item, ledger, root)
    if folder is None:
        return item
    try:
        made = frozenset((turn, take) for take in range(item.count) for turn in folder.made(take))
    finally:
        folder.close()
    narrowed = replace(item, kept=Kept(folder.path, made))
    if not narrowed.places:
        raise InputError(
            f"{folder.id} has everything that was asked for. The same command without --batch ends it and pays"
            " nothing; --new makes everything anew."
        )
    return narrowed


@dataclass
class _Submitting:
    """Submits one job: writes files and ledger first, then asks the provider."""

    made_by: BatchGenerator
    project: Project
    booking: Booking
    new: bool = False

    async def through(self, needed: Sequence[Item]) -> AsyncGenerator[Event | Job]:
        """Begin and book the runs and yield each; write everything down, submit it, and yield the job."""
        root = self.project.runs_folder
        name = f"job-{secrets.token_hex(3)}"
        with held(name, root) as mine:
            if not mine:  # another process chose the same name at the same time
                raise WorkspaceError(f"{root}: the job could not be written down. Submit it again.")
            runs = await self.booking.run(lambda _: {self._run(item, name): item for item in needed})
            drafts, requests = self._rows(runs)
            numbers = await self.booking.run(lambda ledger: self._booked(drafts, runs, ledger))
            try:
                for run, item in runs.items():
                    yield Event(step="started", item=item, folder=files.inside(root, run))
            except BaseException:  # whoever listens wants no more
                await self.booking.run(lambda ledger: self._stopped(numbers, runs, ledger))
                raise
            rows = tuple(row.model_copy(update={"entry": n}) for row, n in zip(drafts, numbers, strict=True))
            job = await self.booking.run(lambda ledger: self._written(name, rows, runs, ledger))
            # From here on the provider may have the job, even if this process ends.
            answer = await self.made_by.submit(requests, job.label)
            if isinstance(answer, str):
                job = job.model_copy(update={"state": "waiting", "name": answer})
            elif answer.billable == "no":
                job = await self.booking.run(lambda ledger, job=job: dropped(job, answer, ledger, self.project))  # type: ignore[misc]
            else:
                job = job.model_copy(update={"message": f"{answer.message} {UNCERTAIN}"})
            if not job.over:
                await asyncio.to_thread(write, job, root)
        yield job

    def _written(self, name: str, rows: tuple[Row, ...], runs: Mapping[str, Item], ledger: Ledger) -> Job:
        """Write down everything that is booked, and return the job; on return it may leave."""
        root, model = self.project.runs_folder, next(iter(runs.values())).model
        job = Job(
            id=name,
            state="submitting",
            generator=self.made_by.name,
            model=model.id,
            label=f"prompt-kit {name} {secrets.token_hex(8)}",
            submitted=datetime.now(UTC),
            rows=rows,
        )
        try:
            write(job, root, new=True)
            for run, item in runs.items():
                folder = RunFolder.reopen(files.inside(root, run), state="waiting", wait_s=LOOK_S)
                try:
                    if item.kept:
                        folder.begin_again(state="waiting", job=name)
                finally:
                    folder.close()
            ledger.handed_over([row.entry for row in rows])
        except PromptKitError as error:
            dropped(job, Outcome(Status.CANCELLED, message=str(error)), ledger, self.project)
            raise
        return job

    def _run(self, item: Item, job: str) -> str:
        """Return the id of an item's run; a new one is made, and one that is there is not touched before it is booked.

        A job may have more runs than a process may have files open.
        """
        if item.kept:
            return id_of(item.kept.folder)
        folder = new_run(item, self.project.runs_folder, job=job)
        folder.close()
        return folder.id

    def _rows(self, runs: Mapping[str, Item]) -> tuple[list[Row], dict[str, Request]]:
        """Return the requests by key, and what is noted of each; the ledger has not numbered them yet."""
        rows: list[Row] = []
        requests: dict[str, Request] = {}
        for run, item in runs.items():
            prompt, model = item.prompt, item.model
            for at, take in item.places:
                key, turn = f"{len(rows) + 1:04}", prompt.turns[at]
                requests[key] = request = Request(turn, model, prompt.settings, prompt=prompt)
                rows.append(
                    Row(
                        key=key,
                        run=run,
                        turn=at,
                        take=take,
                        entry=0,
                        fingerprint=request.fingerprint,
                        output=turn.output,
                        estimate=item.price_of(at, "job"),
                    )
                )
        return rows, requests

    def _booked(self, rows: Sequence[Row], runs: Mapping[str, Item], ledger: Ledger) -> tuple[int, ...]:
        """Book all requests and return their ids, unless the budget or another process forbids it.

        Looking and booking are one step that other processes wait for. On an error nothing is left of the new runs.
        """
        entries = [
            row_for(runs[row.run], row.run, row.turn, row.take, fingerprint=row.fingerprint, estimate=row.estimate)
            for row in rows
        ]
        try:
            with ledger.together():
                for item in () if self.new else {item.key: item for item in runs.values()}.values():
                    stop_if_claimed(item, ledger, self.project.runs_folder)
                return ledger.book_all(entries, budget=self.project.budget)
        except PromptKitError:
            for run, item in runs.items():
                if not item.kept:
                    remove_folder(self.project.runs_folder, files.inside(self.project.runs_folder, run))
            raise

    def _stopped(self, numbers: Sequence[int], runs: Mapping[str, Item], ledger: Ledger) -> None:
        """Book that nothing was sent, and write it into every new run."""
        for number in numbers:
            ledger.ended(number, _STOPPED)
        for run, item in runs.items():
            if not item.kept:
                end_run(run, _STOPPED, self.project)


def dropped(job: Job, why: Outcome, ledger: Ledger, project: Project) -> Job:
    """Mark a job as never submitted: its requests cost nothing, and its runs end with the reason. Return the job."""
    free = replace(why, billable="no", cost=Decimal())
    for run in job.runs:
        still_open = {entry.id for entry in ledger.entries(run=run, states=("planned", "sent", "unknown"))}
        for row in job.rows:
            if row.run == run and row.entry in still_open:
                ledger.ended(row.entry, free)
    for run in job.runs:
        end_run(run, free, project)
    rows = tuple(row.model_copy(update={"status": str(why.status), "cost": Decimal()}) for row in job.rows)
    changes = {"state": "dropped", "message": why.explanation, "ended": datetime.now(UTC), "rows": rows}
    return write(job.model_copy(update=changes), project.runs_folder)


def end_run(run: str, outcome: Outcome, project: Project) -> None:
    """Write how a run ended, unless its record says so already."""
    path = files.inside(project.runs_folder, run)
    if run_record(path).state in {"started", "waiting"}:
        folder = RunFolder.reopen(path, state="waiting", wait_s=LOOK_S)
        try:
            folder.finish(outcome, now=datetime.now(UTC))
        finally:
            folder.close()


def _taker(made_by: Generator) -> BatchGenerator:
    """Return the generator as one that takes jobs.

    Raises:
        InputError: When it takes none.
    """
    if isinstance(made_by, BatchGenerator):
        return made_by
    raise InputError([no_taker(made_by.name)])


def _afford(plan: Plan, ledger: Ledger) -> None:
    """Raise `BudgetError` when the whole plan would cost more than is left, before any run is made."""
    budget = plan.project.budget.model_copy(update={"run": None})
    persons = {item.order.person for item in plan.to_send}
    amounts = (ledger.left(budget, person=person) for person in persons)
    left = min((amount for amount in amounts if amount is not None), default=None)
    if left is not None and plan.estimate is not None and plan.estimate > left:
        cost, rest = (dollars(amount, least=2) for amount in (plan.estimate, max(left, Decimal())))
        raise BudgetError(
            f"This would cost about {cost}, but the budget has {rest} left."
            " Submit less at once, choose a lower tier or size, or raise the budget."
        )
