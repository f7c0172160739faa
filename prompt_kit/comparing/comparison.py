"""Makes the cells of a comparison, keeps every picture, and writes the sheet."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

from prompt_kit.comparing.record import ComparisonFolder, State, unfinished
from prompt_kit.comparing.results import Comparison, Result, is_done, result_of
from prompt_kit.comparing.submission import submitted
from prompt_kit.comparing.table import TableOptions, table
from prompt_kit.errors import BudgetError, PromptKitError, WorkspaceError
from prompt_kit.generators.opening import announcing, opened
from prompt_kit.outcome import Status
from prompt_kit.support import files
from prompt_kit.support.calls import check_kind, check_options, waited
from prompt_kit.support.money import dollars, limit_above, total
from prompt_kit.support.words import series
from prompt_kit.work.session import AT_ONCE, agenerate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from typing_extensions import Unpack

    from prompt_kit.comparing.axes import Across
    from prompt_kit.comparing.cells import Cell, Table
    from prompt_kit.generators import Generator
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.work.events import Event

Step: TypeAlias = Literal["priced", "kept", "sent", "made", "written"]

MAX_COST: Final = Decimal(2)
"""What a comparison may cost at the most unless more is allowed, in US dollars."""


@dataclass(frozen=True, slots=True)
class ComparisonProgress:
    """One step of a comparison, as `on_progress` gets it."""

    step: Step
    """``kept`` is what a comparison that goes on had already made; ``written`` is the sheet."""
    table: Table
    cell: Cell | None = None
    result: Result | None = None
    sheet: Path | None = None
    left: tuple[Cell, ...] = ()
    """With the prices: the cells that are sent now."""
    kept: tuple[Result, ...] = ()
    """With the prices: what is there already, or waits in a job."""
    notes: tuple[str, ...] = ()
    """With the prices: warnings, in whole sentences."""


class CompareOptions(TableOptions, total=False):
    """How a comparison is made; everything may be left out."""

    max_cost: Decimal | float | None
    """What is still to be paid may be so much at the most, in US dollars; `MAX_COST` when left out, ``None`` for no
    limit. The project's budget counts in any case."""
    new: bool
    """Make everything anew, even if the same comparison was left unfinished; else that one goes on."""
    resend: bool
    """When an unfinished run goes on: send again what may have been paid though nobody saw the answer."""
    out: Path
    """Also write the sheet into this file."""
    on_progress: Callable[[ComparisonProgress], None]
    """Called with every step."""
    on_wait: Callable[[float, str], None]
    """Called with about how many seconds a generator waits before it asks again, and why."""


def compare(
    recipe: Recipe | str, values: Mapping[str, Any] | None = None, *, across: Across, **options: Unpack[CompareOptions]
) -> Comparison:
    """Make the same prompt over one or two axes and wait for it; `acompare` is the async twin."""
    return waited("prompt_kit.acompare", lambda: acompare(recipe, values, across=across, **options))


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
    check_options("compare", options, CompareOptions)
    check_kind("count", options.get("count", 1), int, "a whole number")
    check_kind("values", values or {}, Mapping, "values by name, such as {'subject': 'a red panda'}")
    check_kind("across", across, Mapping, "values by name, such as {'style': ['kawaii', 'flat']}")
    check_kind("settings", options.get("settings", {}), Mapping, "settings by name, such as {'size': '2K'}")
    given = {name: value for name, value in options.items() if name in TableOptions.__annotations__}
    made = table(recipe, values or {}, across, **cast("TableOptions", given))
    if "out" in options and (why := files.unwritable(options["out"].parent)):
        raise WorkspaceError(f"{options['out']}: the sheet cannot be written here ({why}). Nothing was sent.")
    root = made.given.project.runs_folder
    notes: list[str] = []
    path = None if options.get("new") else unfinished(root, made, notes)
    before = ComparisonFolder.reopen(path) if path else None
    done: dict[int, Result] = {}
    try:
        if before:
            results = {cell.number: _recorded_result(made, cell, before) for cell in made.to_make}
            done = {number: result for number, result in results.items() if is_done(result) or result.job}
            made = before.as_priced(made, done)
        left = tuple(cell for cell in made.to_send if cell.number not in done)
        _afford(left, options.get("max_cost", MAX_COST))
    except BaseException:
        if before:
            before.close()
        raise
    started = datetime.now(UTC)
    folder = before or ComparisonFolder.begin(root, made, now=started)
    work = _Work(made, folder, started, options, left, done, notes)
    awaited = any(result.job for result in done.values())
    return await (work.in_jobs() if made.batch and (left or awaited) else work.all_cells())


def _recorded_result(made: Table, cell: Cell, folder: ComparisonFolder) -> Result:
    return result_of(cell, folder.runs(cell), made.given.project.runs_folder, made.given.count)


def _afford(left: Sequence[Cell], most: Decimal | float | None) -> None:
    """Check that what is still to be made costs no more than is allowed.

    Raises:
        BudgetError: When it costs more than is allowed, or the price is unknown.
    """
    if most is None or not left:
        return
    limit = Decimal(str(most))
    allowed = dollars(limit, least=2, most=2)
    unpriced = sorted({cell.plan.model.id for cell in left if cell.plan and cell.price is None})
    if unpriced:
        raise BudgetError(
            f"The price of {series(unpriced)} is unknown, so nobody can say that {_cells(left)} will cost less than "
            f"{allowed}. Nothing was sent. Add the price to models.yaml, leave it out, or allow any price "
            "with --max-cost none."
        )
    cost = total(cell.price for cell in left) or Decimal(0)
    if cost > limit:
        raise BudgetError(
            f"{_cells(left).capitalize()} would cost about {dollars(cost, least=2, most=2)}, and {allowed} may be "
            "spent. Nothing was sent. Compare fewer values or a lower tier, or allow more with "
            f"--max-cost {limit_above(cost)}."
        )


def _cells(left: Sequence[Cell]) -> str:
    return "the cell" if len(left) == 1 else f"the {len(left)} cells"


@dataclass
class _Work:
    """One comparison while it is made."""

    table: Table
    folder: ComparisonFolder
    started: datetime
    options: CompareOptions
    left: tuple[Cell, ...]
    """What is sent."""
    done: dict[int, Result]
    """What is there, or waits in a job."""
    notes: list[str]
    hopeless: dict[tuple[str, str], str] = field(default_factory=dict)
    """Generators (and models, or "" for all of them) that refuse all further requests, with the reason."""

    async def all_cells(self) -> Comparison:
        """Make every cell, and write the sheet even after an error."""
        self._tell_prices()
        state: State = "stopped"
        try:
            async with AsyncExitStack() as stack:
                on_wait = self.options.get("on_wait")
                makers = {
                    name: await stack.enter_async_context(opened(announcing(maker, on_wait)))
                    for name, maker in self.table.makers.items()
                }
                # Each cell may send its repetitions at the same time.
                gate = asyncio.Semaphore(max(1, AT_ONCE // self.table.given.count))
                async with asyncio.TaskGroup() as group:
                    for cell in self.left:
                        group.create_task(self._make(cell, makers, gate))
            state = self._state()
        finally:
            comparison = self._written(state)
        return comparison

    async def in_jobs(self) -> Comparison:
        """Submit the cells; their pictures come later, and so does the sheet."""
        self._tell_prices()
        state: State = "stopped"
        try:
            troubles = await submitted(self.table, self.left, self.folder, new=self.options.get("new", False))
            self.done |= {n: Result(self.table.cells[n], message=why, cost=Decimal(0)) for n, why in troubles.items()}
            state = self._state()
        finally:
            self.folder.finish(state, now=datetime.now(UTC))
        return self._comparison()

    def _tell_prices(self) -> None:
        kept = tuple(self.done.values())
        self._tell("priced", left=self.left, kept=kept, notes=tuple(self.notes))
        for result in kept:
            if not result.job:
                self._tell("kept", cell=result.cell, result=result)

    def _state(self) -> State:
        results = [self._result(cell) for cell in self.table.to_make]
        if all(is_done(result) for result in results):
            return "done"
        return "waiting" if any(result.job for result in results) else "failed"

    async def _make(self, cell: Cell, makers: Mapping[str, Generator], gate: asyncio.Semaphore) -> None:
        plan = cell.plan
        if plan is None:
            return
        async with gate:
            why = self.hopeless.get((plan.generator, "")) or self.hopeless.get((plan.generator, plan.model.id))
            if why:
                self.done[cell.number] = Result(cell, message=f"Nothing was sent. {why}", cost=Decimal(0))
                self._tell("made", cell=cell, result=self.done[cell.number])
                return
            self._tell("sent", cell=cell)
            try:
                outcome = await agenerate(
                    plan.prompt,
                    generator=makers[plan.generator],
                    project=self.table.given.project,
                    count=plan.count,
                    new=self.options.get("new", False),
                    resend=self.options.get("resend", False),
                    on_progress=lambda step: self._note(cell, step),
                )
            except PromptKitError as error:
                # Of a run that could not even begin there is no record.
                self.done[cell.number] = replace(
                    _recorded_result(self.table, cell, self.folder), status=None, message=str(error)
                )
            else:
                if outcome.status is Status.AUTH:
                    self.hopeless[plan.generator, ""] = outcome.explanation
                elif outcome.status is Status.QUOTA:
                    self.hopeless[plan.generator, plan.model.id] = outcome.explanation
        self._tell("made", cell=cell, result=self._result(cell))

    def _note(self, cell: Cell, step: Event) -> None:
        if step.step == "started" and step.folder is not None:
            self.folder.note(cell, f"{step.folder.parent.name}/{step.folder.name}")

    def _result(self, cell: Cell) -> Result:
        if cell.plan is None:
            return Result(cell, message=" ".join(cell.refusals), cost=Decimal(0))
        if cell.same_as is not None:
            return replace(self._result(self.table.cells[cell.same_as]), cell=cell)
        if cell.number not in self.done:
            result = _recorded_result(self.table, cell, self.folder)
            if result.status is None and not result.job:
                return result
            self.done[cell.number] = result
        return self.done[cell.number]

    def _written(self, state: State) -> Comparison:
        """Write the sheet and how the comparison ended."""
        from prompt_kit.comparing.sheet import sheet

        comparison = self._comparison()
        places = [comparison.sheet, *([self.options["out"]] if "out" in self.options else [])]
        try:
            for place in places:
                files.replace(place, sheet(comparison, place.parent).encode("utf-8", "replace"))
                self._tell("written", sheet=place)
        finally:
            self.folder.finish(state, now=datetime.now(UTC))
        return comparison

    def _comparison(self) -> Comparison:
        results = tuple(self._result(cell) for cell in self.table.cells)
        return Comparison(self.table, results, self.folder.path, self.started, tuple(self.notes))

    def _tell(self, step: Step, **more: Any) -> None:
        if tell := self.options.get("on_progress"):
            tell(ComparisonProgress(step, self.table, **more))
