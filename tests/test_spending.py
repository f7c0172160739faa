"""What was spent, by day, recipe, person and model, and what is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from ledgers import Clock, came, request

from prompt_kit.cli.main import run
from prompt_kit.errors import InputError
from prompt_kit.kit import Kit
from prompt_kit.project import Budget, Project
from prompt_kit.record.ledger import Ledger

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.record.ledger import By

SATURDAY, SUNDAY = date(2026, 11, 21), date(2026, 11, 22)


@pytest.fixture
def spent(ledger: Ledger, clock: Clock) -> Ledger:
    """Three requests on a Saturday, of which the price of one is unknown, and one on the Sunday."""
    day = [
        replace(request("0.10"), person="ann"),
        replace(request("0.20"), person="ben", recipe="logo"),
        replace(request("0.30"), person="ann", recipe="logo", model="other"),
    ]
    numbers = ledger.book_all(day)
    for number, outcome in zip(numbers, (came("0.08"), came("0.16"), came(None)), strict=True):
        ledger.sent(number)
        ledger.ended(number, outcome)
    clock.now += timedelta(days=1)
    (number,) = ledger.book_all([request("0.10")])
    ledger.sent(number)
    ledger.ended(number, came("0.04"))
    return ledger


@pytest.mark.parametrize(
    ("by", "days", "lines"),
    [
        ("day", {}, [("2026-11-21", 3, "0.24", "0.3"), ("2026-11-22", 1, "0.04", "0")]),
        ("day", {"since": SUNDAY}, [("2026-11-22", 1, "0.04", "0")]),
        ("person", {}, [("ann", 2, "0.08", "0.3"), ("ben", 1, "0.16", "0"), ("", 1, "0.04", "0")]),
        ("person", {"since": SUNDAY}, [("", 1, "0.04", "0")]),
        ("recipe", {}, [("logo", 2, "0.16", "0.3"), ("sticker", 2, "0.12", "0")]),
        ("recipe", {"until": SATURDAY}, [("logo", 2, "0.16", "0.3"), ("sticker", 1, "0.08", "0")]),
        ("model", {}, [("other", 1, "0", "0.3"), ("gemini-nano-banana-2.1", 3, "0.28", "0")]),
        ("model", {"since": SUNDAY, "until": SUNDAY}, [("gemini-nano-banana-2.1", 1, "0.04", "0")]),
    ],
)
def test_spending_is_divided(spent: Ledger, by: By, days: dict[str, Any], lines: list[tuple[Any, ...]]) -> None:
    """On SQLite and PostgreSQL, over whole days; what may have been paid is not lost."""
    assert [
        (line.name, line.requests, line.spending.known, line.spending.possible) for line in spent.spent_by(by, **days)
    ] == [(name, requests, Decimal(known), Decimal(possible)) for name, requests, known, possible in lines]
    assert sum(line.spending.unknown_count for line in spent.spent_by(by)) == 1


def test_spending_by_something_else_is_refused(spent: Ledger) -> None:
    """The word comes from the address of a page."""
    with pytest.raises(InputError, match="Use day, recipe, person, model"):
        spent.spent_by("id; DROP TABLE")  # type: ignore[arg-type]


def test_the_kit_says_what_is_spent_and_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The tightest limit counts, and free requests do not."""
    kit = Kit(Project(root=tmp_path, budget=Budget(day=Decimal(2), month=Decimal(20))))
    assert kit.budget_left() == 2
    assert Kit(Project(root=tmp_path)).budget_left() is None
    with Ledger.open(kit.project.ledger_url) as ledger:
        (number,) = ledger.book_each([replace(request("0.10"), person="ann")], sent=True)
        assert isinstance(number, int)
        ledger.ended(number, came("0.08"))

    assert kit.budget_left() == Decimal("1.92")
    assert [(line.name, line.most) for line in kit.spending(by="recipe")] == [("sticker", Decimal("0.08"))]
    assert run(["runs", "spend", "--by", "person"]) == 0
    assert capsys.readouterr().out == "ann       $0.08 booked for 1 request\n"
    assert run(["runs", "spend", "--since", "2026-11-01"]) == 2
    assert "need --by" in capsys.readouterr().err
