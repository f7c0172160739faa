"""Submits prompts as jobs; runs, ledger and job file are written before anything is sent."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypedDict

from prompt_kit.errors import BudgetError, InputError, Problem, PromptKitError, WorkspaceError
from prompt_kit.generators import BatchGenerator, Generator, Request
from prompt_kit.generators.opening import opened
from prompt_kit.outcome import Outcome, Status
from prompt_kit.project import Project, project_of
from prompt_kit.prompt import Prompt
from prompt_kit.record.ledger import Ledger, Planned
from prompt_kit.record.runs import RunFolder, run_record
from prompt_kit.support import files
from prompt_kit.support.calls import check_kind, check_options, waited
from prompt_kit.support.money import dollars
from prompt_kit.work import planning
from prompt_kit.work.affording import check_limit, limit_of
from prompt_kit.work.booking import Booking
from prompt_kit.work.jobs.records import Job, Row, held, write
from prompt_kit.work.orders import Item, Kept, Order, Plan
from prompt_kit.work.planning import default_generator, generator_for
from prompt_kit.work.resuming import stop_if_claimed, unfinished

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from typing_extensions import Unpack


UNCERTAIN: Final = "It is not known whether the job arrived. 'prompt-kit runs wait' looks for it."


class SubmitOptions(TypedDict, total=False):
    """How jobs are submitted; everything may be left out."""

    generator: str | Generator
    """By name, or the generator itself."""
    project: Project
    """Whose runs, ledger, budget and models; the current folder's when left out."""
    new: bool
    """Make everything anew, even if the same waits in a job or a run of it lacks only some pictures; else such a run
    goes on, and what waits is refused."""
    max_cost: Decimal | float | None
    """What may be paid for all of it, in US dollars; ``None`` is no limit."""
    person: str
    """For whom the prompts are made that are no orders of their own."""
    on_priced: Callable[[Plan], None]
    """Called with what is sent and what it costs, before anything is sent."""
    on_run: Callable[[int, str], None]
    """Called for each order before it is sent, with its number, from 0, and the id of its run."""


def submit(*wanted: Prompt | Order, **options: Unpack[SubmitOptions]) -> tuple[Job, ...]:
    """Submit prompts to be made later, for less, and return at once; `asubmit` is the async twin."""
    return waited("prompt_kit.asubmit", lambda: asubmit(*wanted, **options))


async def asubmit(*wanted: Prompt | Order, **options: Unpack[SubmitOptions]) -> tuple[Job, ...]:
    """Submit prompts to be made later, for less, and return the jobs: one for each model.

    Each prompt gets its run at once; `collect` fills the runs, from this process or any other. Where the last run of
    the same prompt lacks some pictures, only these are submitted, for that run.

    Raises:
        InputError: With everything that cannot go into a job, or waits in one already; nothing was sent.
        BudgetError: When the jobs would cost more than is left; nothing was sent.
        NotFoundError: When there is no such generator.
        WorkspaceError: When runs, jobs or ledger cannot be written.
    """
    check_options("submit", options, SubmitOptions)
    project = project_of(options.get("project"))
    made_by = generator_for(options.get("generator") or default_generator(project), project)
    person = options.get("person", "")
    orders = [order if isinstance(order, Order) else Order(order, person=person) for order in wanted]
    for order in orders:
        check_kind("prompt", order.prompt, Prompt, "what Recipe.render returns")
    plan = await asyncio.to_thread(job_plan, orders, made_by, project, limit_of(options.get("max_cost")))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(opened(made_by))
        booking = await stack.enter_async_context(Booking(project))
        plan = await booking.run(lambda ledger: _narrowed(plan, ledger, new=options.get("new", False)))
        if tell := options.get("on_priced"):
            tell(plan)
        check_limit(plan)
        await booking.run(lambda ledger: _afford(plan, ledger))
        jobs = []
        for model in dict.fromkeys(item.model.id for item in plan.items):
            submitting = _Submitting(
                _taker(made_by), project, booking, options.get("on_run"), options.get("new", False)
            )
            jobs.append(await submitting.through([item for item in plan.items if item.model.id == model]))
        return tuple(jobs)


def job_plan(orders: Sequence[Order], made_by: Generator, project: Project, limit: Decimal | None = None) -> Plan:
    """Return what submitting these orders would mean, as a plan.

    Raises:
        InputError: With everything that cannot go into a job.
    """
    _taker(made_by)
    if not orders:
        raise InputError("There is nothing to submit.")
    plan = planning.plan(orders, project=project, generator=made_by, delivery="job", limit=limit).checked()
    pictures = (image for order in orders for turn in order.prompt.turns for image in turn.images)
    for image in {image.sha256: image for image in pictures}.values():
        image.read()
    return plan


def _narrowed(plan: Plan, ledger: Ledger, *, new: bool) -> Plan:
    """Return the plan without what the last run of the same order has brought.

    Raises:
        InputError: With everything that waits in a job already, has all it was to have, or may have been paid though
            nobody saw the answer.
    """
    ledger.reconcile()
    if new:
        return plan
    items: list[Item] = []
    problems: list[Problem] = []
    for item in plan.items:
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
    tell: Callable[[int, str], None] | None = None
    new: bool = False

    async def through(self, needed: Sequence[Item]) -> Job:
        """Write and book everything, submit it, and return the job with the provider's name for it."""
        root = self.project.runs_folder
        name = f"job-{secrets.token_hex(3)}"
        with held(name, root) as mine:
            if not mine:  # another process chose the same name at the same time
                raise WorkspaceError(f"{root}: the job could not be written down. Submit it again.")
            job, requests = await self.booking.run(lambda ledger: self._written(name, needed, ledger))
            # From here on the provider may have the job, even if this process ends.
            answer = await self.made_by.submit(requests, job.label)
            if isinstance(answer, str):
                return await asyncio.to_thread(write, job.model_copy(update={"state": "waiting", "name": answer}), root)
            if answer.billable == "no":
                return await self.booking.run(lambda ledger: dropped(job, answer, ledger, self.project))
            message = f"{answer.message} {UNCERTAIN}"
            return await asyncio.to_thread(write, job.model_copy(update={"message": message}), root)

    def _written(self, name: str, needed: Sequence[Item], ledger: Ledger) -> tuple[Job, dict[str, Request]]:
        """Write down and book everything, and return the job and its requests; on return it may leave."""
        root, model = self.project.runs_folder, needed[0].model
        runs = {self._run(item, name): item for item in needed}
        for run, item in runs.items():
            if self.tell:
                self.tell(item.number, run)
        drafts, requests = self._rows(runs)
        numbers = self._booked(drafts, runs, ledger)
        job = Job(
            id=name,
            state="submitting",
            generator=self.made_by.name,
            model=model.id,
            label=f"prompt-kit {name} {secrets.token_hex(8)}",
            submitted=datetime.now(UTC),
            rows=tuple(row.model_copy(update={"entry": n}) for row, n in zip(drafts, numbers, strict=True)),
        )
        try:
            write(job, root, new=True)
            for run, item in runs.items():
                folder = RunFolder.reopen(files.inside(root, run), state="waiting")
                try:
                    if item.kept:
                        folder.begin_again(state="waiting", job=name)
                finally:
                    folder.close()
            ledger.handed_over(numbers)
        except PromptKitError as error:
            dropped(job, Outcome(Status.CANCELLED, message=str(error)), ledger, self.project)
            raise
        return job, requests

    def _run(self, item: Item, job: str) -> str:
        """Return the id of an item's run; a new one is made, and one that is there is not touched before it is booked.

        A job may have more runs than a process may have files open.
        """
        if item.kept:
            return f"{item.kept.folder.parent.name}/{item.kept.folder.name}"
        order = item.order
        folder = RunFolder.create(
            self.project.runs_folder,
            order.prompt,
            generator=self.made_by.name,
            now=datetime.now(UTC),
            count=order.count,
            job=job,
            **order.origin,
        )
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

        Looking and booking are one step that other processes wait for. On an error every new run ends with the reason.
        """
        entries = [
            Planned(
                run=row.run,
                recipe=runs[row.run].prompt.recipe,
                turn=row.turn,
                take=row.take,
                generator=self.made_by.name,
                model=runs[row.run].model.id,
                fingerprint=row.fingerprint,
                prompt_fingerprint=runs[row.run].prompt.fingerprint,
                estimate=row.estimate,
                person=runs[row.run].order.person,
                order_key=runs[row.run].key,
            )
            for row in rows
        ]
        try:
            with ledger.together():
                for item in () if self.new else {item.key: item for item in runs.values()}.values():
                    stop_if_claimed(item, ledger, self.project.runs_folder)
                return ledger.book_all(entries, budget=self.project.budget)
        except (BudgetError, InputError) as error:
            status = Status.BUDGET if isinstance(error, BudgetError) else Status.CANCELLED
            why = Outcome(status, message=str(error), billable="no")
            for run, item in runs.items():
                if not item.kept:
                    end_run(run, why, self.project)
            raise


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
        folder = RunFolder.reopen(path, state="waiting")
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
    raise InputError(f"'{made_by.name}' takes no jobs. Send without --batch, or use the generator 'gemini'.")


def _afford(plan: Plan, ledger: Ledger) -> None:
    """Raise `BudgetError` when the whole plan would cost more than is left, before any run is made."""
    left = ledger.left(plan.project.budget.model_copy(update={"run": None}))
    if left is not None and plan.estimate is not None and plan.estimate > left:
        cost, rest = (dollars(amount, least=2) for amount in (plan.estimate, max(left, Decimal())))
        raise BudgetError(
            f"This would cost about {cost}, but the budget has {rest} left."
            " Submit less at once, choose a lower tier or size, or raise the budget."
        )
