"""A project opened for work: the object that programs and every face hold."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from prompt_kit.outcome import Outcome, Status
from prompt_kit.project import Project, find_project, project_of
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.library import Library
from prompt_kit.record.archive import Archive
from prompt_kit.support.calls import check_kind, check_options, waited
from prompt_kit.work import planning
from prompt_kit.work.affording import check_limit, limit_of
from prompt_kit.work.desk import Desk
from prompt_kit.work.options import GenerateOptions, SendOptions
from prompt_kit.work.orders import Order, Plan
from prompt_kit.work.reporting import reporting

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Mapping
    from decimal import Decimal
    from types import TracebackType

    from typing_extensions import Unpack

    from prompt_kit.comparing import CompareOptions, Comparison
    from prompt_kit.comparing.axes import Across
    from prompt_kit.generators import Generator
    from prompt_kit.prompt import Prompt
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.record.ledger import Ledger
    from prompt_kit.record.runs import RunSummary
    from prompt_kit.refining import Refinable, RefineOptions
    from prompt_kit.work.events import Event
    from prompt_kit.work.jobs import Job
    from prompt_kit.work.jobs.submitting import SubmitOptions
    from prompt_kit.work.orders import Delivery, Result

T = TypeVar("T")

_MOST: Final = 16
"""How many projects the functions of this module remember."""

_DESKS: Final[dict[str, Desk]] = {}


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

    async def work(self, plan: Plan, *, new: bool = False, resend: bool = False) -> AsyncGenerator[Event]:
        """Make what a plan holds, and yield each step; `work.sending.work` says more."""
        from prompt_kit.work.sending import work

        async with self:
            steps = work(plan, booking=self.desk.booking, gate=self.desk.gate, new=new, resend=resend)
            async with aclosing(steps):
                async for event in steps:
                    yield event

    def generate(self, prompt: Prompt, **options: Unpack[SendOptions]) -> Outcome:
        """Make the pictures of a prompt and wait for them; `agenerate` is the async twin."""
        return _waited("Kit.agenerate", lambda: self.agenerate(prompt, **options))

    async def agenerate(self, prompt: Prompt, **options: Unpack[SendOptions]) -> Outcome:
        """Make the pictures of a prompt in this kit's project; the function `agenerate` says more."""
        check_options("generate", options, SendOptions)
        return await self._one(_order(prompt, options), options)

    def refine(self, picture: Refinable, change: str, **options: Unpack[RefineOptions]) -> Outcome:
        """Change one thing in a picture and wait for the result; `arefine` is the async twin."""
        return _waited("Kit.arefine", lambda: self.arefine(picture, change, **options))

    async def arefine(self, picture: Refinable, change: str, **options: Unpack[RefineOptions]) -> Outcome:
        """Change one thing in a picture, and keep what is right already; the function `arefine` says more."""
        from prompt_kit.refining import RefineOptions, refinement_of

        check_options("refine", options, RefineOptions)
        own: RefineOptions = {**options, "project": self.project}
        ready = await asyncio.to_thread(refinement_of, picture, change, own)
        order = replace(
            _order(ready.prompt, options),
            generator=options.get("generator") or ready.generator,
            parent=ready.parent,
            parent_picture=ready.parent_picture,
        )
        outcome = await self._one(order, options)
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
        return _waited("Kit.acompare", lambda: self.acompare(recipe, values, across=across, **options))

    async def acompare(
        self,
        recipe: Recipe | str,
        values: Mapping[str, Any] | None = None,
        *,
        across: Across,
        **options: Unpack[CompareOptions],
    ) -> Comparison:
        """Make the same prompt over one or two axes, and write one sheet; the function `acompare` says more."""
        from prompt_kit.comparing import compared
        from prompt_kit.recipe.recipe import Recipe

        own: CompareOptions = {**options, "project": self.project}
        chosen = recipe if isinstance(recipe, Recipe) else self.recipe(recipe)
        return await compared(chosen, values, across, own, self.work)

    def submit(self, *wanted: Prompt | Order, **options: Unpack[SubmitOptions]) -> tuple[Job, ...]:
        """Submit prompts to be made later, for less, and return at once; `asubmit` is the async twin."""
        return waited("Kit.asubmit", lambda: self.asubmit(*wanted, **options))

    async def asubmit(self, *wanted: Prompt | Order, **options: Unpack[SubmitOptions]) -> tuple[Job, ...]:
        """Submit prompts to be made later, for less; the function `asubmit` says more."""
        from prompt_kit.work.jobs import asubmit

        own: SubmitOptions = {**options, "project": self.project}
        return await asubmit(*wanted, **own)

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
        planned = await asyncio.to_thread(self._checked, order, options)
        result: Result | None = None
        tell = options.get("on_progress")
        steps = self.work(planned, new=options.get("new", False), resend=options.get("resend", False))
        async with aclosing(steps):
            async for event in steps:
                result = event.result or result
                if tell and (event.folder or event.step != "ended"):
                    tell(event)
        if result is None or (result.error is None and result.outcome is None):
            raise RuntimeError("the work ended without a result")
        if result.error is not None:
            raise result.error
        return result.outcome or Outcome(Status.CANCELLED)

    def _checked(self, order: Order, options: Mapping[str, Any]) -> Plan:
        """Return the plan of one order, when it can be made and paid."""
        from prompt_kit.work.resuming import with_kept

        limit = limit_of(options.get("max_cost"))
        planned = planning.plan([order], project=self.project, limit=limit).checked()
        for image in {image.sha256: image for turn in order.prompt.turns for image in turn.images}.values():
            image.read()
        if limit is not None and not options.get("new"):
            planned = with_kept(planned)
        check_limit(planned)
        return planned


def _waited(twin: str, begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Return what an async twin returns; until everything is closed, its results count as handed on to nobody."""
    with reporting():
        return waited(twin, begin)


def _order(prompt: Prompt, options: Mapping[str, Any]) -> Order:
    return Order(
        prompt,
        options.get("count", 1),
        options.get("parent") or "",
        options.get("parent_picture") or "",
        options.get("generator") or "",
        person=options.get("person", ""),
    )


def kit_of(project: Project | None = None) -> Kit:
    """Return the kit of a project, the current folder's when left out; those of one project share queue and ledger.

    Raises:
        TypeError: When something else is given.
    """
    kit = Kit(project_of(project))
    key = f"{kit.project.root} {kit.project.ledger_url} {kit.project!r}"
    kit.desk = _DESKS.pop(key, kit.desk)
    _DESKS[key] = kit.desk  # the newest is the last
    while len(_DESKS) > _MOST:
        del _DESKS[next(iter(_DESKS))]
    return kit


def generate(prompt: Prompt, **options: Unpack[GenerateOptions]) -> Outcome:
    """Make the pictures of a prompt and wait for them; `agenerate` is the async twin."""
    return _waited("prompt_kit.agenerate", lambda: agenerate(prompt, **options))


async def agenerate(prompt: Prompt, **options: Unpack[GenerateOptions]) -> Outcome:
    """Make the pictures of a prompt, save them with their record, and return what came of it.

    Returns:
        The outcome of the whole run: the pictures of all turns with the paths they were saved under, the cost, and
        the first problem if there was any. Finished pictures are saved in any case.

    Raises:
        InputError: When the model cannot do what is asked, a picture is gone, the same waits in a job, or the prompt
            was left unfinished by a run of which a request may have been paid; nothing was sent.
        BudgetError: When it would cost more than ``max_cost``, or the price is unknown; nothing was sent.
        NotFoundError: When there is no such generator.
        WorkspaceError: When runs or ledger cannot be written.
        TypeError: When an option does not exist, or an argument is of another kind.
    """
    check_options("generate", options, GenerateOptions)
    own: Any = {name: value for name, value in options.items() if name != "project"}
    return await kit_of(options.get("project")).agenerate(prompt, **own)


def refine(picture: Refinable, change: str, **options: Unpack[RefineOptions]) -> Outcome:
    """Change one thing in a picture and wait for the result; `arefine` is the async twin and says more."""
    return _waited("prompt_kit.arefine", lambda: arefine(picture, change, **options))


async def arefine(picture: Refinable, change: str, **options: Unpack[RefineOptions]) -> Outcome:
    """Change one thing in a picture, and keep what is right already.

    A new request is made from the picture, the change and the list of what must stay. With ``chat`` the change is
    sent to the same model, as the next message of the conversation that made the picture.

    Args:
        picture: A picture file, a run with one picture (its id or folder), or the outcome of one.
        change: One change, as an instruction: "make the light warmer".
        **options: ``chat``, ``keep`` (what must stay besides what the picture's recipe lists), ``values``
            (further values of the recipe ``refine``, such as ``{"object": "hat.png"}``), ``settings`` that differ
            from the picture's own, and how it is sent, as for `generate`.

    Returns:
        The outcome of a run of its own, whose record names the picture it came from.

    Raises:
        InputError: When there is not exactly one picture, when something does not fit, or when the conversation
            cannot be continued; nothing was sent.
        NotFoundError: When there is no such run or generator.
        WorkspaceError: When runs or ledger cannot be read or written.
    """
    return await kit_of(options.get("project")).arefine(picture, change, **options)


def compare(
    recipe: Recipe | str, values: Mapping[str, Any] | None = None, *, across: Across, **options: Unpack[CompareOptions]
) -> Comparison:
    """Make the same prompt over one or two axes and wait for it; `acompare` is the async twin."""
    return _waited("prompt_kit.acompare", lambda: acompare(recipe, values, across=across, **options))


async def acompare(
    recipe: Recipe | str, values: Mapping[str, Any] | None = None, *, across: Across, **options: Unpack[CompareOptions]
) -> Comparison:
    """Make the same prompt over one or two axes, and write one sheet with all pictures side by side.

    Every cell is a run of its own, with its record. When the same comparison was left unfinished it goes on, and what
    it has is not paid again. The sheet is written even when it is stopped, and shows what was made.

    With ``batch`` the cells are submitted as jobs, and it returns at once. When `Comparison.jobs` are collected, the
    same without ``batch`` writes the sheet, and makes only what they did not bring.

    Args:
        recipe: The recipe, or its name.
        values: What is the same in all cells, as `Recipe.render` takes it.
        across: What differs: for one or two names, the values to compare, or ``*`` for all; such as
            ``{"style": ["kawaii", "flat"], "tier": "*"}``. Besides the recipe's parameters and pictures there are
            settings, ``generator``, ``strategy`` (``None`` is without) and ``example``.
        options: See `CompareOptions`.

    Raises:
        InputError: With every problem of all cells; nothing was sent.
        NotFoundError: When there is no such recipe.
        BudgetError: When it would cost more than is allowed, or the price is unknown; nothing was sent.
        WorkspaceError: When the runs' folder cannot be written.
    """
    from prompt_kit.recipe.recipe import Recipe

    # A recipe is made in its own project.
    project = options.get("project", recipe.library.project if isinstance(recipe, Recipe) else None)
    return await kit_of(project).acompare(recipe, values, across=across, **options)
