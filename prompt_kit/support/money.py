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
"""Below it, pages show an amount with four decimals."""


def on_pages(amount: Decimal) -> str:
    """Return an amount as pages show it: to the tenth of a cent, and below one cent with one more decimal.

    >>> on_pages(Decimal("4.832")), on_pages(Decimal("0.0336")), on_pages(Decimal("-0.2")), on_pages(Decimal(0))
    ('$4.832', '$0.034', '−$0.20', '$0.00')

    Args:
        amount: In US dollars; it may be below zero.
    """
    return f"{'−' if amount < 0 else ''}{dollars(abs(amount), least=2, most=_decimals(amount))}"


def several_on_pages(amount: Decimal, count: int) -> str:
    """Return what several cost when each costs this, so that it is a multiple of what pages show for one.

    >>> several_on_pages(Decimal("0.0336"), 4), several_on_pages(Decimal("0.00394"), 4)
    ('$0.136', '$0.0156')
    """
    decimals = _decimals(amount)
    return dollars(round(amount, decimals) * count, least=2, most=decimals)


def _decimals(amount: Decimal) -> int:
    return 4 if abs(amount) < CENT else 3


def about(amount: Decimal | None) -> str:
    """Return an estimate as the end of a sentence.

    >>> about(Decimal("0.0390")), about(None)
    ('about $0.039', 'unknown')
    """
    return "unknown" if amount is None else f"about {dollars(amount)}"


def in_tenths(amounts: Sequence[Decimal]) -> list[Decimal]:
    """Return amounts in tenths of a cent that add up to their sum in tenths of a cent.

    >>> [str(amount) for amount in in_tenths([Decimal("0.0004"), Decimal("0.0004"), Decimal("0.0014")])]
    ['0.001', '0.000', '0.001']

    Args:
        amounts: In US dollars, none below zero.
    """
    tenths = [int(amount * 1000) for amount in amounts]
    missing = int((sum(amounts, Decimal()) * 1000).to_integral_value(ROUND_HALF_UP)) - sum(tenths)
    by_rest = sorted(range(len(tenths)), key=lambda at: tenths[at] - amounts[at] * 1000)
    for at in by_rest[:missing]:
        tenths[at] += 1
    return [Decimal(count).scaleb(-3) for count in tenths]


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
