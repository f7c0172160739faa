"""A project opened for work."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from prompt_kit.project import Project, find_project
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.library import Library
from prompt_kit.record.archive import Archive
from prompt_kit.support.calls import check_kind, check_options
from prompt_kit.work import planning
from prompt_kit.work.affording import limit_of
from prompt_kit.work.desk import Desk
from prompt_kit.work.options import SendOptions, order_of
from prompt_kit.work.orders import Order, Plan
from prompt_kit.work.reporting import waited_for

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping
    from decimal import Decimal
    from types import TracebackType

    from typing_extensions import Unpack

    from prompt_kit.comparing import CompareOptions, Comparison
    from prompt_kit.comparing.axes import Across
    from prompt_kit.generators import Generator
    from prompt_kit.outcome import Outcome
    from prompt_kit.prompt import Prompt
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.record.ledger import Ledger
    from prompt_kit.record.runs import RunSummary
    from prompt_kit.refining import Refinable, RefineOptions
    from prompt_kit.work.events import Event
    from prompt_kit.work.jobs import Job
    from prompt_kit.work.jobs.collecting import CollectOptions
    from prompt_kit.work.jobs.submitting import SubmitOptions
    from prompt_kit.work.orders import Delivery, Result


class Kit(Archive):
    """A project's library, generators, limits, runs and ledger in one object.

    It works as it is; inside ``with`` or ``async with`` the ledger stays open. Whatever is made at the same time shares
    one ledger, one writer and one queue, in which persons take turns.
    """

    def __init__(self, project: Project | Path | str | None = None, *, concurrency: int | None = None) -> None:
        """Take a project, its folder, or that of the current folder.

        Args:
            project: The project, or a folder in it.
            concurrency: How many requests are on their way at the same time; the project's setting when left out.

        Raises:
            InputError: With every problem of the project's file.
            WorkspaceError: When the folder does not exist.
            TypeError: When it is neither a project nor a folder, or the concurrency is no number from 1 on.
        """
        check_kind("project", project, (Project, Path, str, type(None)), "a project or its folder")
        found_in = Path(project) if isinstance(project, str) else project
        super().__init__(found_in if isinstance(found_in, Project) else find_project(found_in))
        limit = self.project.concurrency if concurrency is None else concurrency
        check_kind("concurrency", limit, int, "a whole number")
        if limit < 1:
            raise TypeError(f"concurrency must be 1 or more; this is {limit}.")
        self.desk = Desk(self.project, limit)

    def __repr__(self) -> str:
        return f"Kit({str(self.project.root)!r})"

    def __enter__(self) -> Self:
        self.desk.enter()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if booking := self.desk.leave():
            booking.close()

    async def __aenter__(self) -> Self:
        self.desk.enter()
        return self

    async def __aexit__(self, *_: object) -> None:
        if booking := self.desk.leave():
            await asyncio.shield(asyncio.to_thread(booking.close))

    @cached_property
    def library(self) -> Library:
        """The recipes, strategies and presets of the project and of the kit itself."""
        return Library(self.project)

    def recipe(self, name: str) -> Recipe:
        """Return a recipe or preset by its name.

        Raises:
            NotFoundError: When there is none.
        """
        return load(name, library=self.library)

    def render(
        self,
        recipe: str,
        values: Mapping[str, Any] | None = None,
        *,
        references: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> Prompt:
        """Return the prompt that values make; they are data only, as for `Recipe.render` with a mapping.

        Args:
            recipe: The name of a recipe or preset.
            values: Values by parameter; a text in them never names a file.
            references: Pictures by slot: an `Image`, a ``Path``, bytes, or a list of them.
            settings: Settings that differ from the recipe's.

        Raises:
            InputError: With every problem of values, pictures and settings.
            NotFoundError: When there is no such recipe.
        """
        return self.recipe(recipe).render({} if values is None else values, references=references, settings=settings)

    def plan(
        self,
        *wanted: Prompt | Order,
        generator: str | Generator = "",
        delivery: Delivery = "now",
        max_cost: Decimal | float | None = None,
        new: bool = False,
    ) -> Plan:
        """Return what sending prompts would mean: models, prices, what is there already, and every refusal.

        Args:
            wanted: What is to be made.
            generator: Who makes what names no generator itself.
            delivery: Whether it is made now, or later in jobs for less.
            max_cost: What may still be paid, in US dollars.
            new: Whether everything is made anew.
        """
        orders = [order if isinstance(order, Order) else Order(order) for order in wanted]
        from prompt_kit.work.resuming import with_kept

        limit = limit_of(max_cost)
        planned = planning.plan(orders, project=self.project, generator=generator, delivery=delivery, limit=limit)
        return planned if new else with_kept(planned)

    def results(self, plan: Plan) -> tuple[Result, ...]:
        """Return what has come of each item of a plan so far, also what jobs brought; nothing is made.

        Raises:
            WorkspaceError: When the ledger cannot be read.
        """
        from prompt_kit.work.results import results

        return results(plan)

    async def work(
        self, plan: Plan, *, new: bool = False, resend: bool = False, leave: bool = False
    ) -> AsyncGenerator[Event]:
        """Make what a plan holds, or submit it, and yield each step.

        Whoever wants no more closes the generator: what is on its way is written down as lost, and the same plan goes
        on later. Several works may go on at the same time.

        Args:
            plan: What is to be made; what it refuses is left out.
            new: Whether everything is made anew, even where a run of the same order was left unfinished.
            resend: Whether a request may be sent again that may have been paid though nobody saw the answer; not for
                what is delivered in jobs.
            leave: Whether such a request is left as it is, and everything else is made; not for jobs either.

        Raises:
            BudgetError: When it would cost more than the plan's limit; nothing was sent.
            InputError: When something cannot go into a job, or waits in one already, or when ``resend`` or ``leave``
                is asked of a job; nothing was sent.
            NotFoundError: When there is no such generator.
            WorkspaceError: When the ledger cannot be opened.
        """
        from prompt_kit.work.sending import work

        async with self:
            steps = work(plan, booking=self.desk.booking, gate=self.desk.gate, new=new, resend=resend, leave=leave)
            async with aclosing(steps):
                async for event in steps:
                    yield event

    def generate(self, prompt: Prompt, **options: Unpack[SendOptions]) -> Outcome:
        """Make the pictures of a prompt and wait for them; `agenerate` is the async twin."""
        return waited_for("Kit.agenerate", lambda: self.agenerate(prompt, **options))

    async def agenerate(self, prompt: Prompt, **options: Unpack[SendOptions]) -> Outcome:
        """Make the pictures of a prompt in this kit's project; the function `agenerate` says more."""
        check_options("generate", options, SendOptions)
        return await self._one(order_of(prompt, options), options)

    def refine(self, picture: Refinable, change: str, **options: Unpack[RefineOptions]) -> Outcome:
        """Change one thing in a picture and wait for the result; `arefine` is the async twin."""
        return waited_for("Kit.arefine", lambda: self.arefine(picture, change, **options))

    async def arefine(self, picture: Refinable, change: str, **options: Unpack[RefineOptions]) -> Outcome:
        """Change one thing in a picture, and keep what is right already; the function `arefine` says more.

        Here ``values`` are data only, as for `render`: a text among them never names a file.
        """
        from prompt_kit.refining import RefineOptions, refinement_of

        check_options("refine", options, RefineOptions)
        own: RefineOptions = {**options, "project": self.project}
        ready = await asyncio.to_thread(refinement_of, picture, change, own)
        outcome = await self._one(ready.order, options)
        return replace(outcome, warnings=(*ready.warnings, *outcome.warnings))

    def compare(
        self,
        recipe: Recipe | str,
        values: Mapping[str, Any] | None = None,
        *,
        across: Across,
        **options: Unpack[CompareOptions],
    ) -> Comparison:
        """Make the same prompt over one or two axes and wait for it; `acompare` is the async twin."""
        return waited_for("Kit.acompare", lambda: self.acompare(recipe, values, across=across, **options))

    async def acompare(
        self,
        recipe: Recipe | str,
        values: Mapping[str, Any] | None = None,
        *,
        across: Across,
        **options: Unpack[CompareOptions],
    ) -> Comparison:
        """Make the same prompt over one or two axes, and write one sheet; the function `acompare` says more.

        Here values and axes are data only, as for `render`: a text among them never names a file.
        """
        from prompt_kit.comparing import compared
        from prompt_kit.recipe.recipe import Recipe

        own: CompareOptions = {**options, "project": self.project}
        chosen = recipe if isinstance(recipe, Recipe) else self.recipe(recipe)
        return await compared(chosen, values, across, own, self.work)

    def submit(self, *wanted: Prompt | Order, **options: Unpack[SubmitOptions]) -> tuple[Job, ...]:
        """Submit prompts to be made later, for less, and return at once; `asubmit` is the async twin."""
        return waited_for("Kit.asubmit", lambda: self.asubmit(*wanted, **options))

    async def asubmit(self, *wanted: Prompt | Order, **options: Unpack[SubmitOptions]) -> tuple[Job, ...]:
        """Submit prompts to be made later, for less; the function `asubmit` says more."""
        from prompt_kit.work.jobs import asubmit

        own: SubmitOptions = {**options, "project": self.project}
        return await asubmit(*wanted, **own)

    def collect(self, *jobs: str | Job, **options: Unpack[CollectOptions]) -> tuple[Job, ...]:
        """Wait for jobs and save what came of them; `acollect` is the async twin."""
        return waited_for("Kit.acollect", lambda: self.acollect(*jobs, **options))

    async def acollect(self, *jobs: str | Job, **options: Unpack[CollectOptions]) -> tuple[Job, ...]:
        """Wait for jobs and save what came of them; the function `acollect` says more."""
        from prompt_kit.work.jobs import acollect

        own: CollectOptions = {**options, "project": self.project}
        return await acollect(*jobs, **own)

    def runs(self) -> Iterator[RunSummary]:
        """Yield every run of the project, the newest first."""
        from prompt_kit.record.runs import runs

        return runs(self.project.runs_folder)

    def ledger(self) -> Ledger:
        """Return the ledger, open; it is to be closed, as ``with`` does."""
        from prompt_kit.record.ledger import Ledger

        return Ledger.open(self.project.ledger_url)

    async def _one(self, order: Order, options: Mapping[str, Any]) -> Outcome:
        """Make one order and return what came of it; raise what kept it from being made."""
        # What is there already matters only where there is a limit.
        limit, new = options.get("max_cost"), options.get("new", False)
        planned = await asyncio.to_thread(self.plan, order, max_cost=limit, new=new or limit is None)
        result: Result | None = None
        tell = options.get("on_progress")
        steps = self.work(planned.checked(), new=new, resend=options.get("resend", False))
        async with aclosing(steps):
            async for event in steps:
                result = event.result or result
                if tell and (event.folder or event.step != "ended"):
                    tell(event)
        if result is None:
            raise RuntimeError("the work ended without a result")
        return result.came()
