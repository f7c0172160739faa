"""Says of each limit of a project's budget what is left under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from prompt_kit.project import Budget

if TYPE_CHECKING:
    from decimal import Decimal

    from prompt_kit.project import Project

_PERIODS: Final = {"run": "for each run", "day": "for today", "month": "for this month"}


@dataclass(frozen=True, slots=True)
class LimitLeft:
    """One limit of the budget, and what is left under it, in US dollars."""

    period: str
    """For what it is, as words: ``for today``."""
    limit: Decimal
    left: Decimal
    """Below zero when more was spent than the limit allows now."""


def limits_left(project: Project) -> tuple[LimitLeft, ...]:
    """Return the limits of a project's budget, the tightest first; none when it has no budget.

    Raises:
        WorkspaceError: When the ledger cannot be read.
    """
    from prompt_kit.record.ledger import Ledger

    limits = {name: limit for name in _PERIODS if (limit := getattr(project.budget, name)) is not None}
    if not limits:
        return ()
    with Ledger.open(project.ledger_url) as ledger:
        lefts = {name: ledger.left(Budget(**{name: limit})) for name, limit in limits.items()}
    made = [LimitLeft(_PERIODS[name], limits[name], left) for name, left in lefts.items() if left is not None]
    return tuple(sorted(made, key=lambda limit: limit.left))
