"""Sums of money and how they are written."""

from __future__ import annotations

import doctest
from decimal import Decimal

import pytest

from prompt_kit.support import money
from prompt_kit.support.money import dollars, from_record, recorded, total


def test_examples_in_docstrings_are_true() -> None:
    """They are what people read first."""
    assert doctest.testmod(money).failed == 0


@pytest.mark.parametrize(
    ("amount", "decimals", "text"),
    [
        ("0", {}, "$0"),
        ("10", {}, "$10"),
        ("0.03911", {}, "$0.0391"),
        ("0.5", {"least": 2}, "$0.50"),
        ("1234.5", {"least": 4}, "$1234.5000"),
        ("2.138", {"least": 2, "most": 2}, "$2.14"),
        ("-0.5", {}, "$-0.5"),
    ],
)
def test_an_amount_has_as_many_decimals_as_it_needs(amount: str, decimals: dict[str, int], text: str) -> None:
    """A picture costs parts of a cent, and a budget is whole dollars."""
    assert dollars(Decimal(amount), **decimals) == text


def test_one_unknown_amount_makes_the_sum_unknown() -> None:
    """Unknown taken for nothing would tell people that they have paid less than they have."""
    assert total([Decimal(1), None]) is None
    assert total([Decimal("0.1"), Decimal("0.2")]) == Decimal("0.3")
    assert total([]) == 0


def test_a_recorded_amount_is_read_back_exactly() -> None:
    """Records are summed up later; a float or an exponent would not stay exact for every reader."""
    for amount in (Decimal("1E-7"), Decimal("0.067200"), None):
        assert from_record(recorded(amount)) == amount
    assert recorded(Decimal("1E-7")) == "0.0000001"
