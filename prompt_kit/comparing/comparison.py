"""Makes the cells of a comparison, keeps every picture, and writes the sheet."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

from prompt_kit.comparing.record import ComparisonFolder, State, unfinished
from prompt_kit.comparing.results import CellResult, Comparison, cell_result, is_done
from prompt_kit.comparing.table import TableOptions, table
from prompt_kit.errors import WorkspaceError
from prompt_kit.record.runs import id_of
from prompt_kit.support import files
from prompt_kit.support.calls import check_kind, check_options
from prompt_kit.work.affording import check_limit, limit_of
from prompt_kit.work.allowing import check_allowed
from prompt_kit.work.reporting import mark, reported
from prompt_kit.work.results import result_of
from prompt_kit.work.resuming import with_kept
from prompt_kit.work.sending import work

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    from prompt_kit.comparing.axes import Across
    from prompt_kit.comparing.cells import Cell, Table
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.work.events import Event
    from prompt_kit.work.orders import Plan

Step: TypeAlias = Literal["priced", "kept", "sent", "made", "written"]

Send: TypeAlias = "Callable[..., AsyncGenerator[Event]]"

MAX_COST: Final = Decimal(2)
"""What a comparison may cost at the most unless more is allowed, in US dollars."""


@dataclass(frozen=True, slots=True)
class ComparisonProgress:
    """One step of a comparison, as `on_progress` gets it."""

    step: Step
    """``kept`` is what a comparison that goes on had already made; ``written`` is the sheet."""
    table: Table
    cell: Cell | None = None
    result: CellResult | None = None
    sheet: Path | None = None
    left: tuple[Cell, ...] = ()
    """With the prices: the cells that are sent now."""
    kept: tuple[CellResult, ...] = ()
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


async def compared(
    recipe: Recipe | str,
    values: Mapping[str, Any] | None,
    across: Across,
    options: CompareOptions,
    send: Send = work,
) -> Comparison:
    """Make the same prompt over one or two axes, and write one sheet with all pictures side by side.

    Args:
        recipe: The recipe, or its name.
        values: What is the same in all cells, as `Recipe.render` takes it.
        across: What differs: for one or two names, the values to compare, or ``*`` for all.
        options: See `CompareOptions`.
        send: Makes what is missing, as `work.sending.work` does.

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
    making = await asyncio.to_thread(_begun, recipe, values or {}, across, options)
    return await making.made(send)


def _begun(recipe: Recipe | str, values: Mapping[str, Any], across: Across, options: CompareOptions) -> _Work:
    """Judge and price everything, look what is there already, and begin or reopen the comparison's folder."""
    given = {name: value for name, value in options.items() if name in TableOptions.__annotations__}
    made = table(recipe, values, across, **cast("TableOptions", given))
    if "out" in options and (why := files.unwritable(options["out"].parent)):
        raise WorkspaceError(f"{options['out']}: the sheet cannot be written here ({why}). Nothing was sent.")
    root = made.given.project.runs_folder
    notes: list[str] = []
    path = None if options.get("new") else unfinished(root, made, notes)
    before = ComparisonFolder.reopen(path) if path else None
    done: dict[int, CellResult] = {}
    try:
        if before:
            results = {cell.number: _recorded(made, cell, before) for cell in made.to_make}
            done = {number: result for number, result in results.items() if is_done(result) or result.job}
            made = before.as_priced(made, done)
        left = tuple(cell for cell in made.to_send if cell.number not in done)
        plan = made.plan(left, limit_of(options.get("max_cost", MAX_COST)))
        if plan.limit is not None and not options.get("new"):
            plan = with_kept(plan)
        check_allowed(plan)
        check_limit(plan, "cell")
    except BaseException:
        if before:
            before.close()
        raise
    started = datetime.now(UTC)
    folder = before or ComparisonFolder.begin(root, made, now=started)
    return _Work(made, folder, started, options, plan, left, done, notes)


def _recorded(made: Table, cell: Cell, folder: ComparisonFolder) -> CellResult:
    """Return what the records say of a cell, or why it cannot be made."""
    if cell.plan is None:
        return CellResult(cell, message=" ".join(cell.refusals))
    return cell_result(cell, result_of(cell.plan, folder.runs(cell), made.given.project.runs_folder))


@dataclass
class _Work:
    """One comparison while it is made."""

    table: Table
    folder: ComparisonFolder
    started: datetime
    options: CompareOptions
    plan: Plan
    left: tuple[Cell, ...]
    """What is sent."""
    done: dict[int, CellResult]
    """What is there, or waits in a job."""
    notes: list[str]
    sent: set[int] = field(default_factory=set)

    async def made(self, send: Send) -> Comparison:
        """Make every cell, or submit it; write the sheet even after an error, unless it comes with the jobs."""
        awaited = any(result.job for result in self.done.values())
        in_jobs = self.table.batch and bool(self.left or awaited)
        self._tell_prices()
        state: State = "stopped"
        new, resend = self.options.get("new", False), self.options.get("resend", False)
        try:
            async with aclosing(send(self.plan, new=new, resend=resend)) as steps:
                async for event in steps:
                    await self._note(event)
            state = self._state()
        finally:
            if in_jobs:
                self.folder.finish(state, now=datetime.now(UTC))
            else:
                self._write(state)
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

    async def _note(self, event: Event) -> None:
        """Write down what belongs to the comparison, and pass on what concerns a whole cell."""
        cell = self.table.cells[event.item.number]
        if event.step == "started" and event.folder is not None:
            await asyncio.to_thread(self.folder.note, cell, id_of(event.folder))
        elif event.step == "sent" and cell.number not in self.sent:
            self.sent.add(cell.number)
            self._tell("sent", cell=cell)
        elif event.step == "waiting" and (tell := self.options.get("on_wait")):
            tell(event.seconds, event.text)
        elif event.result is not None:
            if event.result.error is not None:
                recorded = _recorded(self.table, cell, self.folder)
                self.done[cell.number] = replace(recorded, status=None, message=event.result.message)
            elif not event.result.runs or event.result.job:
                self.done[cell.number] = cell_result(cell, event.result)
            if not self.table.batch:
                self._tell("made", cell=cell, result=await asyncio.to_thread(self._result, cell))

    def _result(self, cell: Cell) -> CellResult:
        if cell.same_as is not None:
            return replace(self._result(self.table.cells[cell.same_as]), cell=cell)
        if cell.number not in self.done:
            result = _recorded(self.table, cell, self.folder)
            if result.status is None and not result.job:
                return result
            self.done[cell.number] = result
        return self.done[cell.number]

    def _write(self, state: State) -> None:
        """Write the sheet and how the comparison ended."""
        from prompt_kit.comparing.sheet import sheet

        comparison = self._comparison()
        places = [comparison.sheet, *([self.options["out"]] if "out" in self.options else [])]
        try:
            for place in places:
                files.replace(place, sheet(comparison, place.parent).encode("utf-8", "replace"))
                self._tell("written", sheet=place)
        finally:
            if state == "done":
                mark(self.folder.path)
            self.folder.finish(state, now=datetime.now(UTC))
        if state == "done":
            runs = [self.folder.path.parents[1] / run for cell in self.table.to_make for run in self.folder.runs(cell)]
            reported([*runs, self.folder.path])

    def _comparison(self) -> Comparison:
        results = tuple(self._result(cell) for cell in self.table.cells)
        return Comparison(self.table, results, self.folder.path, self.started, tuple(self.notes))

    def _tell(self, step: Step, **more: Any) -> None:
        if tell := self.options.get("on_progress"):
            tell(ComparisonProgress(step, self.table, **more))
