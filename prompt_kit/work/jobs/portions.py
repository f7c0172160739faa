"""Computes what each order still needs, so that nothing is asked and paid twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prompt_kit.errors import InputError, Problem
from prompt_kit.work.resuming import unfinished

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prompt_kit.record.ledger import Ledger
    from prompt_kit.work.orders import Item, Order


@dataclass(frozen=True, slots=True)
class Portion:
    """What of an order goes into a job."""

    number: int
    """Which of the orders it is, from 0."""
    order: Order
    plan: Item
    places: tuple[tuple[int, int], ...]
    """Turn and repetition of each request that is made, from 0."""
    folder: Path | None = None
    """The folder of the run that goes on; ``None`` is a new run."""


def portions(
    orders: Sequence[Order], plans: Sequence[Item], ledger: Ledger, root: Path, *, new: bool
) -> tuple[Portion, ...]:
    """Return what each order still needs: everything, or what the last run of the same prompt has not brought.

    Args:
        orders: What is wanted.
        plans: What it would mean, one for each order.
        ledger: Knows what was asked before.
        root: The folder of all runs.
        new: Whether everything is made anew.

    Raises:
        InputError: With everything that waits in a job already, has all it was to have, or may have been paid though
            nobody saw the answer.
    """
    parts: list[Portion] = []
    problems: list[Problem] = []
    for number, (order, plan) in enumerate(zip(orders, plans, strict=True)):
        whole = Portion(number, order, plan, _places(order))
        try:
            portion = whole if new else _rest(whole, ledger, root)
        except InputError as error:
            problems += error.problems
            continue
        # The same prompt twice means two orders; an unfinished run can be continued for only one of them.
        taken = portion.folder is not None and any(earlier.folder == portion.folder for earlier in parts)
        parts.append(whole if taken else portion)
    if problems:
        raise InputError(dict.fromkeys(problems))
    return tuple(parts)


def _places(order: Order) -> tuple[tuple[int, int], ...]:
    return tuple((turn, take) for take in range(order.count) for turn in range(len(order.prompt.turns)))


def _rest(whole: Portion, ledger: Ledger, root: Path) -> Portion:
    """Return what the last run of the same prompt lacks; the whole order where there is none to go on with."""
    order, plan = whole.order, whole.plan
    folder = unfinished(plan, ledger, root)
    if folder is None:
        return whole
    try:
        made = {take: folder.made(take) for take in range(order.count)}
    finally:
        folder.close()
    left = tuple((turn, take) for turn, take in whole.places if turn not in made[take])
    if not left:
        raise InputError(
            f"{folder.id} has everything that was asked for. The same command without --batch ends it and pays"
            " nothing; --new makes everything anew."
        )
    return Portion(whole.number, order, plan, left, folder.path)
