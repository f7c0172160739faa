"""Submits prompts as jobs, for programs that want the jobs themselves."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, TypedDict

from prompt_kit.errors import InputError, PromptKitError
from prompt_kit.project import Project, project_of
from prompt_kit.record.runs import id_of
from prompt_kit.support.calls import check_options, waited
from prompt_kit.work import planning
from prompt_kit.work.affording import limit_of
from prompt_kit.work.booking import Booking
from prompt_kit.work.jobs.delivering import submitting
from prompt_kit.work.jobs.records import Job
from prompt_kit.work.orders import Order, Plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from typing_extensions import Unpack

    from prompt_kit.generators import Generator
    from prompt_kit.prompt import Prompt


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
    person, note = options.get("person", ""), options.get("on_run")
    orders = [order if isinstance(order, Order) else Order(order, person=person) for order in wanted]
    if not orders:
        raise InputError("There is nothing to submit.")
    limit, maker = limit_of(options.get("max_cost")), options.get("generator") or ""
    plan = await asyncio.to_thread(planning.plan, orders, project=project, generator=maker, delivery="job", limit=limit)
    jobs: list[Job] = []
    errors: list[PromptKitError] = []
    async with Booking(project) as booking:
        steps = submitting(plan.checked(), booking, new=options.get("new", False), tell=options.get("on_priced"))
        async with aclosing(steps):
            async for step in steps:
                if isinstance(step, Job):
                    jobs.append(step)
                elif step.result and step.result.error:
                    errors.append(step.result.error)
                elif note and step.folder:
                    note(step.item.number, id_of(step.folder))
    if errors:
        raise errors[0]
    return tuple(jobs)
