"""Prints comparisons: the table and its prices, each step, and the result."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from prompt_kit.cli.output import give_json, named, say, talk
from prompt_kit.cli.progress import announce, short
from prompt_kit.support.money import about, dollars, recorded, total
from prompt_kit.support.text import counted
from prompt_kit.support.words import series

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prompt_kit.comparing import Cell, CellResult, Comparison, ComparisonProgress, Table


class ComparisonWatch:
    """Prints to stderr how far a comparison is."""

    def __init__(self) -> None:
        self._made = 0

    def __call__(self, progress: ComparisonProgress) -> None:
        """Print one line about a step, if it needs one."""
        match progress.step:
            case "priced":
                for note in progress.notes:
                    talk(note)
                for maker in progress.table.makers.values():
                    announce(maker)
                for line in _lines(progress.table):
                    talk(line)
                waiting = [result.job for result in progress.kept if result.job]
                self._made = len(progress.kept) - len(waiting)
                if progress.kept:
                    cost = about(total(cell.price for cell in progress.left))
                    there = f"{self._made} of them are there already; " if self._made else ""
                    there += f"{len(waiting)} waiting in {_named(waiting)}; " if waiting else ""
                    talk(f"{there}what is left: {cost}")
                talk("")
            case "made" if progress.result is not None:
                self._made += 1
                talk(f"{self._made}/{len(progress.table.to_make)} {_result_line(progress.result)}")
            case "written":
                talk(f"Sheet: {short(progress.sheet)}")


def _result_line(result: CellResult) -> str:
    name = result.cell.name
    if not result.ok:
        status = f" ({result.status})" if result.status else ""
        return f"{name} did not come{status}. {result.message}"
    took = "" if result.seconds is None else f" after {result.seconds:.1f} s"
    return f"{name} is saved{took} ({dollars(result.cost)})."


def _lines(table: Table) -> Iterator[str]:
    """Yield one line for each cell with its price, and the sum."""
    width = max(len(cell.name) for cell in table.cells)
    models = max((len(cell.plan.model.id) for cell in table.cells if cell.plan), default=0)
    for cell in table.cells:
        yield f"{cell.name:<{width}}  {_priced(table, cell, models)}".rstrip()
    plans = [cell.plan for cell in table.to_send if cell.plan]
    at_once = total(plan.estimate for plan in plans)
    cost, how = about(table.estimate), "to make"
    if table.batch:
        cost = f"{cost} instead of {dollars(at_once)}"
        how = f"for {counted(len({(plan.generator, plan.model.id) for plan in plans}), 'job')}"
    elif all(plan.free for plan in plans):
        cost = f"$0; with the real models {about(at_once)}"
    yield f"{counted(len(table.cells), 'cell')}, {counted(len(plans), 'prompt')} {how}: {cost}"
    yield from dict.fromkeys(warning for plan in plans for warning in plan.warnings)


def _priced(table: Table, cell: Cell, width: int) -> str:
    if cell.plan is None:
        return f"cannot be made: {' '.join(cell.refusals)}"
    if cell.same_as is not None:
        return f"the same request as {table.cells[cell.same_as].name}"
    who = f"{cell.plan.model.id:<{width}}  {cell.plan.generator:<8}"
    if table.batch and not table.takes_jobs(cell):
        return f"{who}  takes no jobs; it is made without --batch"
    return f"{who}{dollars(cell.price):>10}"


def show_table(table: Table, *, as_json: bool) -> None:
    """Print the cells, their prices and how the prompts differ."""
    if as_json:
        give_json(_plain_table(table))
        return
    for line in _lines(table):
        say(line)
    for line in _differences(table):
        say(line)


def _differences(table: Table) -> Iterator[str]:
    """Yield the common words, and below them what only some cells say in the places that have numbers."""
    from prompt_kit.comparing.wording import wording

    cells = [cell for cell in table.cells if cell.plan]
    differences = wording([cell.plan.prompt for cell in cells if cell.plan])
    if not any(differences.own):
        yield "\nAll prompts say the same."
        return
    yield "\nIn all cells"
    yield from (f"  {piece.line.text}" if piece.line else f"  [{piece.place}]" for piece in differences.common)
    groups: dict[Any, list[int]] = {}
    for cell, own in zip(cells, differences.own, strict=True):
        groups.setdefault(own, []).append(cell.number)
    for own, numbers in groups.items():
        if own:
            yield f"\nOnly in {'; '.join(scope.name for scope in table.scopes(numbers))}"
        for piece in own:
            words = "".join(span.text for span in piece.spans).replace("\n", "\n      ")
            yield f"  [{piece.place}] {words}"


def show(comparison: Comparison, *, as_json: bool) -> bool:
    """Print the result, the path of the sheet last; return whether all pictures are there."""
    well = not _tell_unsubmitted(comparison) and comparison.ok
    if as_json:
        with named([comparison.sheet]):
            give_json(_plain(comparison))
        return well
    waiting = [result.job for result in comparison.results if result.job]
    missing = [result for result in comparison.results if result.cell.plan and not result.ok and not result.job]
    if missing:
        again = "the same command without --batch" if comparison.table.batch else "the same command"
        talk(f"{counted(len(missing), 'cell')} without a picture; {again} tries only these again.")
    if waiting:
        cells = counted(len(waiting), "cell")
        talk(f"{cells} waiting in {_named(waiting)}. Collect, then give the same command again:")
        talk(f"  {_collecting(comparison)}")
    talk(f"Cost: {dollars(comparison.cost)} (estimated {dollars(comparison.table.estimate)}).\n")
    if comparison.sheet.is_file():
        with named([comparison.sheet]):
            say(short(comparison.sheet))
    return well


def show_jobs(comparison: Comparison, words: Sequence[str], *, as_json: bool) -> bool:
    """Print in which jobs cells wait, and the next command; return whether all cells were submitted."""
    from prompt_kit.cli.jobs import print_jobs
    from prompt_kit.work.jobs import jobs

    project = comparison.table.given.project
    by_id = {job.id: job for job in jobs(project.runs_folder)[0]}
    submitted = [by_id[name] for name in comparison.jobs if name in by_id]
    all_sent = not _tell_unsubmitted(comparison)
    for job in submitted:
        if job.message:
            talk(f"{job.id}: {job.message}")
    if as_json:
        give_json(_plain(comparison))
    else:
        print_jobs(submitted, project, as_json=False)
        again = [word for word in words if word not in {"--batch", "--new"}]
        talk("Go on, today or tomorrow:")
        talk(f"  {_collecting(comparison)}\n  {shlex.join(['prompt-kit', 'compare', *again])}")
    return all_sent and all(job.state == "waiting" for job in submitted)


def _tell_unsubmitted(comparison: Comparison) -> bool:
    """Print why cells could not be submitted; return whether there are any."""
    sent = {cell.number for cell in comparison.table.to_send} if comparison.table.batch else ()
    failed = [
        result for result in comparison.results if result.cell.number in sent and not result.ok and not result.job
    ]
    for result in failed:
        talk(_result_line(result))
    return bool(failed)


def _collecting(comparison: Comparison) -> str:
    return f"prompt-kit runs wait {' '.join(comparison.jobs)}"


def _named(jobs: Iterable[str]) -> str:
    return series(dict.fromkeys(jobs))


def _plain_table(table: Table) -> dict[str, Any]:
    return {
        "recipe": table.given.recipe.name,
        "axes": [{"name": axis.name, "values": [value.key for value in axis.values]} for axis in table.axes],
        "count": table.given.count,
        "batch": table.batch,
        "estimate_usd": recorded(table.estimate),
        "cells": [_plain_cell(table, cell) for cell in table.cells],
    }


def _plain_cell(table: Table, cell: Cell) -> dict[str, Any]:
    plan = cell.plan
    return {
        "cell": cell.name,
        "values": {axis.name: table.value(cell, axis).key for axis in table.axes},
        "refusals": list(cell.refusals),
        "same_as": None if cell.same_as is None else table.cells[cell.same_as].name,
        "generator": plan.generator if plan else None,
        "model": plan.model.id if plan else None,
        "fingerprint": plan.prompt.fingerprint if plan else None,
        "prompt": str(plan.prompt) if plan else None,
        "estimate_usd": recorded(cell.price),
    }


def _plain(comparison: Comparison) -> dict[str, Any]:
    plain = _plain_table(comparison.table)
    for cell, result in zip(plain["cells"], comparison.results, strict=True):
        cell |= {
            "status": str(result.status) if result.status else None,
            "reason": result.reason,
            "message": result.message,
            "pictures": [str(shown.path) for shown in result.pictures],
            "cost_usd": recorded(result.cost),
            "seconds": result.seconds,
            "warnings": list(result.warnings),
            "runs": list(result.runs),
            "job": result.job or None,
        }
    return plain | {
        "cost_usd": recorded(comparison.cost),
        "folder": str(comparison.folder),
        "sheet": str(comparison.sheet) if comparison.sheet.is_file() else None,
        "jobs": list(comparison.jobs),
        "notes": list(comparison.notes),
    }
