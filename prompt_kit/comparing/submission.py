"""Submits the cells of a comparison as jobs, and notes which runs they will fill."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from prompt_kit.errors import PromptKitError
from prompt_kit.work.jobs import Order, asubmit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prompt_kit.comparing.cells import Cell, Table
    from prompt_kit.comparing.record import ComparisonFolder


async def submitted(table: Table, left: Sequence[Cell], folder: ComparisonFolder, *, new: bool) -> dict[int, str]:
    """Submit cells, one job for each model; their runs are in the record of the comparison before anything leaves.

    Returns:
        Why cells were not submitted, by their numbers, where those of another generator were.

    Raises:
        InputError: When something cannot go into a job, or waits in one already; nothing was sent.
        BudgetError: When it would cost more than is left; nothing was sent.
        WorkspaceError: When runs, jobs or ledger cannot be written.
    """
    troubles: dict[int, str] = {}
    sent = False
    for name, maker in table.makers.items():
        planned = [(cell, cell.plan) for cell in left if cell.plan and cell.plan.generator == name]
        if not planned:
            continue
        cells = [cell for cell, _ in planned]
        orders = [Order(plan.prompt, plan.count) for _, plan in planned]
        try:
            await asubmit(
                *orders, generator=maker, project=table.given.project, new=new, on_run=partial(_note, folder, cells)
            )
        except PromptKitError as error:
            if not sent:
                raise
            troubles |= {cell.number: str(error) for cell in cells}
        sent = True
    return troubles


def _note(folder: ComparisonFolder, cells: Sequence[Cell], number: int, run: str) -> None:
    folder.note(cells[number], run)
