"""Options that limit work: how much is made at once, and for how much money."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.kit import Kit
    from prompt_kit.project import Project
    from prompt_kit.work.orders import Delivery

NO_LIMIT: Final = Decimal("Infinity")


class Amount(click.ParamType[Decimal]):
    """An amount of US dollars, or "none" for no limit."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Return the amount."""
        if isinstance(value, Decimal) or str(value).lower() == "none":
            return value if isinstance(value, Decimal) else NO_LIMIT
        try:
            amount = Decimal(str(value).removeprefix("$"))
        except InvalidOperation:
            amount = Decimal(-1)
        if not amount.is_finite() or amount < 0:
            self.fail(f"'{value}' is no amount such as 2.50, and not 'none'.", param, ctx)
        return amount


LIMITS: Final = [
    click.Option(
        ["--concurrency"],
        type=click.IntRange(1, 256),
        help="How many requests are on their way at once.  [default: the project's, else 4]",
        metavar="NUMBER",
    ),
    click.Option(
        ["--max-cost"],
        type=Amount(),
        metavar="USD",
        help="What may still be paid for all of it; 'none' is no limit.",
    ),
]


def limit(options: Mapping[str, Any]) -> Decimal | None:
    """Return what may still be paid, in US dollars; ``None`` is no limit."""
    return None if options["max_cost"] in (None, NO_LIMIT) else options["max_cost"]


def delivery(options: Mapping[str, Any]) -> Delivery:
    """Return whether it is made now, or in jobs."""
    return "job" if options["batch"] else "now"


def kit_from(project: Project, options: Mapping[str, Any]) -> Kit:
    """Return the kit of a project, with the concurrency that was asked for."""
    from prompt_kit.kit import Kit

    return Kit(project, concurrency=options["concurrency"])
