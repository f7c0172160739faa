"""Amounts in US dollars: their sum, and how they are written for people and in records."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of some amounts; one that is unknown makes it unknown."""
    summed = Decimal()
    for amount in amounts:
        if amount is None:
            return None
        summed += amount
    return summed


def dollars(amount: Decimal | None, *, least: int = 0, most: int = 4) -> str:
    """Return an amount as people read it; ``None`` is unknown, never free.

    >>> dollars(Decimal("0.0390")), dollars(Decimal(2), least=2), dollars(None)
    ('$0.039', '$2.00', 'unknown')

    Args:
        amount: In US dollars.
        least: How many decimals it has at least.
        most: To how many decimals it is rounded.
    """
    if amount is None:
        return "unknown"
    whole, _, decimals = f"{amount:.{most}f}".partition(".")
    decimals = decimals.rstrip("0").ljust(least, "0")
    return f"${whole}.{decimals}" if decimals else f"${whole}"


CENT: Final = Decimal("0.01")
"""From here on, pages show an amount in whole cents."""


def on_pages(amount: Decimal) -> str:
    """Return an amount as pages show it: in cents, and below one cent with two more decimals.

    >>> on_pages(Decimal("4.832")), on_pages(Decimal("0.0039")), on_pages(Decimal("-0.2")), on_pages(Decimal(0))
    ('$4.83', '$0.0039', '−$0.20', '$0.00')

    Args:
        amount: In US dollars; it may be below zero.
    """
    decimals = 4 if 0 < abs(amount) < CENT else 2
    return f"{'−' if amount < 0 else ''}${abs(amount):.{decimals}f}"


def about(amount: Decimal | None) -> str:
    """Return an estimate as the end of a sentence.

    >>> about(Decimal("0.0390")), about(None)
    ('about $0.039', 'unknown')
    """
    return "unknown" if amount is None else f"about {dollars(amount)}"


def in_cents(amounts: Sequence[Decimal]) -> list[Decimal]:
    """Return amounts in whole cents that add up to their sum in whole cents.

    >>> [str(amount) for amount in in_cents([Decimal("0.004"), Decimal("0.004"), Decimal("0.014")])]
    ['0.01', '0.00', '0.01']

    Args:
        amounts: In US dollars, none below zero.
    """
    cents = [int(amount * 100) for amount in amounts]
    missing = int((sum(amounts, Decimal()) * 100).to_integral_value(ROUND_HALF_UP)) - sum(cents)
    by_rest = sorted(range(len(cents)), key=lambda at: cents[at] - amounts[at] * 100)
    for at in by_rest[:missing]:
        cents[at] += 1
    return [Decimal(count).scaleb(-2) for count in cents]


def limit_above(amount: Decimal) -> str:
    """Return a limit in whole cents that an amount stays within, as an option takes it.

    >>> limit_above(Decimal("0.134")), limit_above(Decimal(2))
    ('0.14', '2.01')
    """
    return f"{amount + Decimal('0.01'):.2f}"


def recorded(amount: Decimal | None) -> str | None:
    """Return an amount as records and JSON hold it: a plain number as text; ``None`` stays unknown."""
    return None if amount is None else f"{amount:f}"


def from_record(text: str | None) -> Decimal | None:
    """Return an amount that a record holds.

    Raises:
        ArithmeticError: When the text is no number.
    """
    return None if text is None else Decimal(text)
