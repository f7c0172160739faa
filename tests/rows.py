"""A small kind of work, as a program of somebody else would have it: a picture for each row of a CSV file."""

from __future__ import annotations

import csv
from contextlib import aclosing
from typing import TYPE_CHECKING

from prompt_kit import InputError, Order, Problem

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from prompt_kit import Kit, Result


def orders_of(sheet: Path, recipe: str, kit: Kit) -> list[Order]:
    """Return the order of each row: ``name`` and ``person`` are about the row, all other columns are values.

    Raises:
        InputError: With every problem of every row.
    """
    orders: list[Order] = []
    problems: list[Problem] = []
    with sheet.open(encoding="utf-8", newline="") as file:
        for line, cells in enumerate(csv.DictReader(file), 2):
            name, person = cells.pop("name"), cells.pop("person", "")
            try:
                prompt = kit.render(recipe, {column: text for column, text in cells.items() if text})
            except InputError as error:
                problems += [Problem(f"{sheet.name}:{line}: {problem.message}") for problem in error.problems]
            else:
                orders.append(Order(prompt, key=name, label=name, person=person))
    if problems:
        raise InputError(problems)
    return orders


async def rows_made(sheet: Path, recipe: str, kit: Kit, **how: Any) -> dict[str, Result]:
    """Make what is missing of a sheet, and return what there is of each row, by its name; ``how`` as `Kit.plan`."""
    plan = kit.plan(*orders_of(sheet, recipe, kit), **how).checked()
    async with aclosing(kit.work(plan.rest(kit.results(plan)))) as steps:
        async for event in steps:
            if event.result is not None:
                print(event.item.order.label, event.result.status or event.result.job or event.result.message)  # noqa: T201
    return {result.item.order.label: result for result in kit.results(plan)}
