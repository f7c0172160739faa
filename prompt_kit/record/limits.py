"""Says of each limit of a project's budget what is left under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from prompt_kit.project import Budget, TeamBudget

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


def limits_left(project: Project, person: str = "") -> tuple[LimitLeft, ...]:
    """Return the limits of a project's budget, the tightest first; none when it has no budget.

    Args:
        project: The project.
        person: Whose own budget is a limit, too, where a team has a policy.

    Raises:
        WorkspaceError: When the ledger cannot be read.
    """
    from prompt_kit.record.ledger import Ledger

    person = project.person(person)
    limits = {name: limit for name in _PERIODS if (limit := getattr(project.budget, name)) is not None}
    budgets = [(_PERIODS[name], limit, Budget(**{name: limit})) for name, limit in limits.items()]
    if project.team is not None and (own := project.team.day_budget(person)) is not None:
        budgets.append((f"for {person or 'somebody without a name'} today", own, TeamBudget(policy=project.team)))
    if not budgets:
        return ()
    with Ledger.open(project.ledger_url) as ledger:
        lefts = [(period, limit, ledger.left(budget, person=person)) for period, limit, budget in budgets]
    made = [LimitLeft(period, limit, left) for period, limit, left in lefts if left is not None]
    return tuple(sorted(made, key=lambda limit: limit.left))
