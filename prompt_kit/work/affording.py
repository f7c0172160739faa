"""Checks before anything is sent that a plan costs no more than is allowed, the same for every kind of work."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from prompt_kit.errors import BudgetError, InputError, Problem
from prompt_kit.support.calls import check_kind
from prompt_kit.support.money import dollars, limit_above
from prompt_kit.support.text import counted
from prompt_kit.support.words import capital, series

if TYPE_CHECKING:
    from prompt_kit.work.orders import Plan


def check_limit(plan: Plan, noun: str = "picture") -> None:
    """Check that what is left to pay of a plan is within its limit.

    Args:
        plan: What is going to be made.
        noun: What people call one of its items.

    Raises:
        BudgetError: When it costs more than is allowed, or a price is unknown.
    """
    left = [item for item in plan.to_send if item.places]
    if plan.limit is None or not left:
        return
    these = f"the {noun}" if len(left) == 1 else f"the {counted(len(left), noun)}"
    allowed = dollars(plan.limit, least=2, most=2)
    unpriced = sorted({item.model.id for item in left if item.price(plan.delivery) is None})
    if unpriced:
        raise BudgetError(
            f"The price of {series(unpriced)} is unknown, so nobody can say that {these} will cost less than "
            f"{allowed}. Nothing was sent. Add the price to models.yaml, leave it out, or allow any price "
            "with --max-cost none."
        )
    cost = plan.estimate or Decimal(0)
    if cost > plan.limit:
        raise BudgetError(
            f"{capital(these)} would cost about {dollars(cost, least=2, most=2)}, and {allowed} may be spent."
            " Nothing was sent. Ask for less or a lower tier, or allow more with"
            f" --max-cost {limit_above(cost)}."
        )


def limit_of(most: Decimal | float | None) -> Decimal | None:
    """Return the limit that was asked for as an exact amount; ``None`` is none.

    Raises:
        TypeError: When it is no number.
        InputError: When it is no amount.
    """
    if most is None:
        return None
    check_kind("max_cost", most, (Decimal, float, int), "an amount in US dollars, or None")
    limit = Decimal(str(most)) if not isinstance(most, bool) else Decimal("nan")
    if not limit.is_finite() or limit < 0:
        raise InputError(Problem(f"max_cost: {most} is no amount. Give US dollars, such as 2.5.", parameter="max_cost"))
    return limit
