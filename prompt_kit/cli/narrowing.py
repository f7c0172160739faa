"""Options that narrow the history to some runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

F = TypeVar("F", bound="Callable[..., Any]")

STATES: Final = ("started", "waiting", "done", "failed", "cancelled", "damaged")
"""The states of runs."""

REVIEWS: Final = ("waiting", "approved", "rejected")
"""The states of pictures."""

DIVIDED: Final = ("day", "recipe", "person", "model")
"""By what spending is divided."""


def _date(_context: click.Context, _parameter: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


def period(command: F) -> F:
    """Give a command the options for a first and a last day."""
    day = click.DateTime(["%Y-%m-%d"])
    command = click.option("--until", type=day, callback=_date, metavar="DAY", help="Up to this day (UTC).")(command)
    return click.option("--since", type=day, callback=_date, metavar="DAY", help="From this day on (UTC).")(command)


def narrowed(command: F) -> F:
    """Give a command the options that narrow the history, as `record.index.narrowing.Wanted` names them."""
    options = (
        click.option("--recipe", default="", metavar="NAME", help="Those of one recipe."),
        click.option("--person", default=None, metavar="NAME", help="Those that were made for one person."),
        click.option("--state", type=click.Choice(STATES), default=None, help="Those in one state."),
        click.option("--review", type=click.Choice(REVIEWS), default=None, help="Those with such a picture."),
        period,
    )
    for option in reversed(options):
        command = option(command)
    return command
