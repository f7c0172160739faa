"""The page of spending: what it adds up, and its table for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from ledgers import came, request

from prompt_kit.kit import Kit
from prompt_kit.record.ledger import Ledger

if TYPE_CHECKING:
    from pathlib import Path

    from .asking import Page


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """A project with a budget, in which three requests were sent today; the price of one never came."""
    (tmp_path / "prompt-kit.yaml").write_text("budget: {day: 1.00, month: 20}\n")
    kit = Kit(tmp_path)
    asked = [
        replace(request("0.10"), person="ann", recipe="sticker"),
        replace(request("0.20"), person="=HYPERLINK(1)", recipe="sticker"),
        replace(request("0.30"), person="", recipe="logo"),
    ]
    with Ledger.open(kit.project.ledger_url) as ledger:
        numbers = ledger.book_all(asked)
        for number, cost in zip(numbers, ("0.08", "0.16", None), strict=True):
            ledger.sent(number)
            ledger.ended(number, came(cost))
    return kit


def test_totals_what_may_be_paid_and_the_tightest_limit_stand_at_the_top(page: Page) -> None:
    """A person sees what was spent, what may still come, and which limit is reached first."""
    text = page.get("/spending")
    for shown in (
        "$0.24",
        "$0.30",
        "of $1.00 for today; of all limits, this one is reached first",
        "$0.46",
        "3 requests",
    ):
        assert shown in text


@pytest.mark.parametrize(
    ("by", "names"),
    [("recipe", ["Sticker or icon", "Logo"]), ("person", ["ann", "=HYPERLINK(1)", "Nobody named"]), ("model", [])],
)
def test_each_tab_divides_the_same_sum(page: Page, by: str, names: list[str]) -> None:
    """Recipes have their titles, and nobody named is said in words."""
    text = page.get(f"/spending?by={by}&period=all")
    assert "$0.24" in text
    for name in names:
        assert name in text


def test_an_unknown_tab_or_period_is_the_first_one(page: Page) -> None:
    """An old bookmark leads to a page that works."""
    text = page.get("/spending?by=moon&period=never")
    assert 'href="/spending?by=day&amp;period=today" aria-current="page"' in text


def test_the_table_adds_up_and_holds_no_formulas(page: Page) -> None:
    """A name that begins like a formula stays a text in a spreadsheet; amounts are exact."""
    answer = page.client.get("/spending/table.csv?by=person&period=all")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert {row["person"] for row in rows} == {"ann", "'=HYPERLINK(1)", ""}
    assert sum(Decimal(row["booked_usd"]) for row in rows) == Decimal("0.24")
    assert sum(Decimal(row["may_be_paid_usd"]) for row in rows) == Decimal("0.30")


def test_bars_are_as_long_as_their_amounts_and_styled_by_no_attribute(page: Page) -> None:
    """The policy of the page allows no inline styles, so bars are drawn by numbers of their own."""
    text = page.get("/spending?by=recipe&period=all")
    assert '<rect class="bar-possible" x="0.0" y="2.500" width="100.0"' in text
    assert '<rect class="bar-paid" width="80.0"' in text
    assert "style=" not in text


def test_a_person_with_a_name_sees_the_own_sum_beside_everybodys(page: Page) -> None:
    """Also when the page is divided by person; somebody without a name is shown none."""
    assert "You spent" not in page.get("/spending")
    page.post("/person", {"person": "ann"})
    text = page.get("/spending?by=person")
    assert re.search(r"<dt>Today</dt><dd>\$0\.24</dd>.*<dt>You spent</dt><dd>\$0\.08</dd>", text, re.DOTALL)
    assert text.index(">Today</a>") < text.index(">This month</a>")


def test_the_amounts_of_a_page_add_up_to_its_sum(page: Page, kit: Kit) -> None:
    """Fractions of a cent are not lost in one place and shown in another."""
    with Ledger.open(kit.project.ledger_url) as ledger:
        number = ledger.book_all([replace(request("0.01"), person="cem", recipe="logo")])[0]
        ledger.sent(number)
        ledger.ended(number, came("0.0056"))
    text = page.get("/spending?by=person")
    sums = [Decimal(amount) for amount in re.findall(r"<td>\$([0-9.]+)</td>\s*<td>[^<]", text)]
    assert sum(sums) == Decimal(re.findall(r"<dd>\$([0-9.]+)</dd>", text)[0]) == Decimal("0.246")
