"""Submits prompts as jobs; runs, ledger and job file are written before anything is sent."""

from __future__ import annotations

import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypedDict

from prompt_kit.errors import BudgetError, InputError, Problem, WorkspaceError
from prompt_kit.generators import BatchGenerator, Generator, Request
from prompt_kit.generators.opening import opened
from prompt_kit.outcome import Outcome, Status
from prompt_kit.project import Project, project_of
from prompt_kit.prompt import Earlier, EarlierWords, Prompt
from prompt_kit.record.ledger import Ledger, Planned
from prompt_kit.record.runs import RunFolder, run_record
from prompt_kit.support import files
from prompt_kit.support.calls import check_kind, check_options, waited
from prompt_kit.support.money import dollars, total
from prompt_kit.work.jobs.portions import Portion, portions
from prompt_kit.work.jobs.records import Job, Row, held, write
from prompt_kit.work.orders import Item, Order
from prompt_kit.work.session import default_generator, generator_for, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from typing_extensions import Unpack


UNCERTAIN: Final = "It is not known whether the job arrived. 'prompt-kit runs wait' looks for it."


@dataclass(frozen=True, slots=True)
class Submission:
    """What submitting would mean, before anything is sent."""

    plans: tuple[Item, ...]
    """One for each order, at the ordinary price."""
    requests: int
    """How many are sent."""
    jobs: int
    """One job for each model."""
    estimate: Decimal | None
    """At the price of a job, in US dollars; ``None`` is unknown."""
    at_once: Decimal | None
    """At the ordinary price."""
    kept: int = 0
    """How many further requests were answered before, in runs that go on."""


class SubmitOptions(TypedDict, total=False):
    """How jobs are submitted; everything may be left out."""

    generator: str | Generator
    """By name, or the generator itself."""
    project: Project
    """Whose runs, ledger, budget and models; the current folder's when left out."""
    new: bool
    """Make everything anew, even if the same waits in a job or a run of it lacks only some pictures; else such a run
    goes on, and what waits is refused."""
    on_priced: Callable[[Submission], None]
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
    orders = [order if isinstance(order, Order) else Order(order) for order in wanted]
    for order in orders:
        check_kind("prompt", order.prompt, Prompt, "what Recipe.render returns")
    submission = submission_of(orders, made_by, project)
    for image in {
        image.sha256: image for order in orders for turn in order.prompt.turns for image in turn.images
    }.values():
        image.read()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(opened(made_by))
        ledger = stack.enter_context(Ledger.open(project.ledger_url))
        ledger.reconcile()
        needed = portions(orders, submission.plans, ledger, project.runs_folder, new=options.get("new", False))
        submission = _narrowed(submission, needed)
        if tell := options.get("on_priced"):
            tell(submission)
        _afford(submission, ledger, project)
        jobs = []
        for model in dict.fromkeys(plan.model.id for plan in submission.plans):
            submitting = _Submitting(_taker(made_by), project, ledger, options.get("on_run"))
            jobs.append(await submitting.through([portion for portion in needed if portion.plan.model.id == model]))
        return tuple(jobs)


def submission_of(orders: Sequence[Order], made_by: Generator, project: Project) -> Submission:
    """Return what submitting these orders would mean.

    Raises:
        InputError: With everything that cannot go into a job.
    """
    _taker(made_by)
    plans: list[Item] = []
    problems: list[Problem] = []
    for order in orders:
        problems += chained(order.prompt)
        try:
            plans.append(plan(order.prompt, generator=made_by.name, project=project, count=order.count))
        except InputError as error:
            problems += error.problems
    if problems or not orders:
        raise InputError(dict.fromkeys(problems) or "There is nothing to submit.")
    return Submission(
        plans=tuple(plans),
        requests=sum(len(priced.prompt.turns) * priced.count for priced in plans),
        jobs=len({priced.model.id for priced in plans}),
        estimate=total(batch_price(priced) for priced in plans),
        at_once=total(priced.estimate for priced in plans),
    )


def _narrowed(submission: Submission, needed: Sequence[Portion]) -> Submission:
    """Return what submitting means once it is known what is there already."""
    left = [(portion.plan, _alone(portion.order.prompt, turn)) for portion in needed for turn, _ in portion.places]
    if len(left) == submission.requests:
        return submission
    return replace(
        submission,
        requests=len(left),
        estimate=total(_estimate(plan, prompt) for plan, prompt in left),
        at_once=total(plan.model.estimate(prompt) for plan, prompt in left),
        kept=submission.requests - len(left),
    )


@dataclass
class _Submitting:
    """Submits one job: writes files and ledger first, then asks the provider."""

    made_by: BatchGenerator
    project: Project
    ledger: Ledger
    tell: Callable[[int, str], None] | None = None

    async def through(self, needed: Sequence[Portion]) -> Job:
        """Write and book everything, submit it, and return the job with the provider's name for it."""
        root, model = self.project.runs_folder, needed[0].plan.model
        name = f"job-{secrets.token_hex(3)}"
        folders = [self._folder(portion, name) for portion in needed]
        for portion, folder in zip(needed, folders, strict=True):
            if self.tell:
                self.tell(portion.number, folder.id)
        drafts, requests = self._rows(needed, folders)
        with held(name, root) as mine:
            if not mine:  # another process chose the same name at the same time
                raise WorkspaceError(f"{root}: the job could not be written down. Submit it again.")
            numbers = self._booked(drafts, needed, folders)
            job = Job(
                id=name,
                state="submitting",
                generator=self.made_by.name,
                model=model.id,
                label=f"prompt-kit {name} {secrets.token_hex(8)}",
                submitted=datetime.now(UTC),
                rows=tuple(row.model_copy(update={"entry": n}) for row, n in zip(drafts, numbers, strict=True)),
            )
            write(job, root, new=True)
            for folder in folders:
                RunFolder.reopen(folder.path, state="waiting").close()
            # From here on the provider may have the job, even if this process ends.
            self.ledger.handed_over(numbers)
            answer = await self.made_by.submit(requests, job.label)
            if isinstance(answer, str):
                return write(job.model_copy(update={"state": "waiting", "name": answer}), root)
            if answer.billable == "no":
                return dropped(job, answer, self.ledger, self.project)
            return write(job.model_copy(update={"message": f"{answer.message} {UNCERTAIN}"}), root)

    def _folder(self, portion: Portion, job: str) -> RunFolder:
        if portion.folder:
            folder = RunFolder.reopen(portion.folder)
            folder.begin_again(job=job)
        else:
            order = portion.order
            parents = {"parent": order.parent, "parent_picture": order.parent_picture} if order.parent else {}
            folder = RunFolder.create(
                self.project.runs_folder,
                order.prompt,
                generator=self.made_by.name,
                now=datetime.now(UTC),
                count=order.count,
                job=job,
                **parents,
            )
        # A job may have more runs than a process may have files open.
        folder.close()
        return folder

    def _rows(self, needed: Sequence[Portion], folders: Sequence[RunFolder]) -> tuple[list[Row], dict[str, Request]]:
        """Return the requests by key, and what is noted of each; the ledger has not numbered them yet."""
        rows: list[Row] = []
        requests: dict[str, Request] = {}
        for portion, folder in zip(needed, folders, strict=True):
            prompt, model = portion.order.prompt, portion.plan.model
            for at, take in portion.places:
                key, turn = f"{len(rows) + 1:04}", prompt.turns[at]
                requests[key] = request = Request(turn, model, prompt.settings, prompt=prompt)
                rows.append(
                    Row(
                        key=key,
                        run=folder.id,
                        turn=at,
                        take=take,
                        entry=0,
                        fingerprint=request.fingerprint,
                        output=turn.output,
                        estimate=_estimate(portion.plan, _alone(prompt, at)),
                    )
                )
        return rows, requests

    def _booked(self, rows: Sequence[Row], needed: Sequence[Portion], folders: Sequence[RunFolder]) -> tuple[int, ...]:
        """Book all requests within the budget and return their ids; on `BudgetError` every run ends with the reason."""
        prompts = {folder.id: portion.order.prompt for portion, folder in zip(needed, folders, strict=True)}
        entries = [
            Planned(
                run=row.run,
                recipe=prompts[row.run].recipe,
                turn=row.turn,
                take=row.take,
                generator=self.made_by.name,
                model=needed[0].plan.model.id,
                fingerprint=row.fingerprint,
                prompt_fingerprint=prompts[row.run].fingerprint,
                estimate=row.estimate,
            )
            for row in rows
        ]
        try:
            return self.ledger.book_all(entries, budget=self.project.budget)
        except BudgetError as error:
            why = Outcome(Status.BUDGET, message=str(error), billable="no")
            for folder in folders:
                folder.finish(why, now=datetime.now(UTC))
            raise


def dropped(job: Job, why: Outcome, ledger: Ledger, project: Project) -> Job:
    """Mark a job as never submitted: its requests cost nothing, and its runs end with the reason. Return the job."""
    free = replace(why, billable="no", cost=Decimal())
    for run in job.runs:
        still_open = {entry.id for entry in ledger.entries(run=run, states=("planned", "sent", "unknown"))}
        for row in job.rows:
            if row.run == run and row.entry in still_open:
                ledger.ended(row.entry, free)
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


def chained(prompt: Prompt) -> Iterator[Problem]:
    """Yield what needs the answer to something else of the same prompt: a job does everything on its own."""
    name = f"'{prompt.recipe}'" if prompt.recipe else "The prompt"
    for number, turn in enumerate(prompt.turns, 1):
        named = f"'{turn.name}'" if turn.name else f"turn {number}"
        if any(isinstance(part, Earlier | EarlierWords) for part in turn.parts):
            fact = f"{name} makes {named} from what an earlier turn brings, and the requests of a job know nothing"
            yield Problem(f"{fact} of each other. Send it without --batch.", parameter="batch")
            return


def batch_price(planned: Item) -> Decimal | None:
    """Return about what a prompt costs in a job, in US dollars; unknown on a generator that has no prices."""
    return _estimate(planned, planned.prompt, planned.count)


def _estimate(planned: Item, prompt: Prompt, count: int = 1) -> Decimal | None:
    return planned.model.in_batch.estimate(prompt, count) if planned.model.generator == planned.generator else None


def _alone(prompt: Prompt, turn: int) -> Prompt:
    """Return one turn of a prompt as a prompt of its own, to be priced."""
    return replace(prompt, turns=(prompt.turns[turn],))


def _afford(submission: Submission, ledger: Ledger, project: Project) -> None:
    """Raise `BudgetError` when the whole submission would cost more than is left, before any run is made."""
    left = ledger.left(project.budget.model_copy(update={"run": None}))
    if left is not None and submission.estimate is not None and submission.estimate > left:
        cost, rest = (dollars(amount, least=2) for amount in (submission.estimate, max(left, Decimal())))
        raise BudgetError(
            f"This would cost about {cost}, but the budget has {rest} left."
            " Submit less at once, choose a lower tier or size, or raise the budget."
        )
