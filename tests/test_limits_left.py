"""What is left under each limit of a budget."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from ledgers import came, request

from prompt_kit.project import Budget, Project
from prompt_kit.record.ledger import Ledger
from prompt_kit.record.limits import limits_left

if TYPE_CHECKING:
    from pathlib import Path


def spend(project: Project, amount: str) -> None:
    with Ledger.open(project.ledger_url) as ledger:
        (number,) = ledger.book_all([request(amount)])
        ledger.sent(number)
        ledger.ended(number, came(amount))


def test_each_limit_says_what_is_left_the_tightest_first(tmp_path: Path) -> None:
    """A person sees which limit stops the work, and by how much it is passed."""
    project = Project(root=tmp_path, budget=Budget(day=Decimal("0.20"), month=Decimal(3)))
    spend(project, "0.50")
    lefts = [(limit.period, limit.limit, limit.left) for limit in limits_left(project)]
    assert lefts == [
        ("for today", Decimal("0.20"), Decimal("-0.30")),
        ("for this month", Decimal(3), Decimal("2.50")),
    ]


def test_without_a_budget_there_are_no_limits(tmp_path: Path) -> None:
    """Nothing is said of limits that nobody has set, and no ledger is made for it."""
    project = Project(root=tmp_path)
    assert limits_left(project) == ()
    assert not any(tmp_path.iterdir())
