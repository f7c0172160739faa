"""What was spent in a period, by day, recipe, person or model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias, get_args

import sqlalchemy as sa

from prompt_kit.errors import InputError
from prompt_kit.record.ledger.statements import PRICE_SUMS
from prompt_kit.record.ledger.tables import REQUESTS, TOTALS, Money, Spending

By: TypeAlias = Literal["day", "recipe", "person", "model"]

BYS: Final = get_args(By)

_c, _t = REQUESTS.c, TOTALS.c
_EVER: Final = (date(1970, 1, 1), date(9998, 12, 31))


@dataclass(frozen=True, slots=True)
class SpendingLine:
    """What was spent on one day or for one recipe, person or model."""

    name: str
    """The day as ``2026-11-28``, else the name; that of nobody named is empty."""
    requests: int
    spending: Spending

    @property
    def most(self) -> Decimal:
        """What it has cost at the most, as far as prices are known or estimated."""
        return self.spending.known + self.spending.possible


def spent_by(connection: sa.Connection, by: By, since: date | None, until: date | None) -> tuple[SpendingLine, ...]:
    """Return what was spent: days in their order, else what cost most first.

    Args:
        connection: To the ledger.
        by: By what it is divided.
        since: The first day, in UTC.
        until: The last day, in UTC.

    Raises:
        InputError: When it is divided by something else.
    """
    if by not in BYS:
        raise InputError(f"Spending is not divided by '{str(by)[:40]}'. Use {', '.join(BYS)}.")
    first, last = since or _EVER[0], until or _EVER[1]
    query = _by_totals(by, first, last) if by in {"day", "person"} else _by_rows(by, first, last)
    lines = [
        SpendingLine(
            name,
            int(requests),
            Spending(known or Decimal(), possible or Decimal(), int(unknown or 0), int(unpriced or 0)),
        )
        for name, requests, known, possible, unknown, unpriced in connection.execute(query)
    ]
    return tuple(sorted(lines, key=lambda line: line.name if by == "day" else (-line.most, line.name)))


def _by_totals(by: By, first: date, last: date) -> sa.Select[Any]:
    """Return the query over the running totals, which does not become slower with the number of requests."""
    name = _t.day if by == "day" else _t.name
    sums = (
        sa.cast(sa.func.sum(_t.requests), sa.BigInteger),
        sa.func.sum(_t.known, type_=Money),
        sa.func.sum(_t.possible, type_=Money),
        sa.cast(sa.func.sum(_t.unknown), sa.BigInteger),
        sa.cast(sa.func.sum(_t.unpriced), sa.BigInteger),
    )
    period = _t.day.between(f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}")
    return sa.select(name, *sums).where(_t.kind == by, _t.requests != 0, period).group_by(name)


def _by_rows(by: By, first: date, last: date) -> sa.Select[Any]:
    begin, end = (datetime.combine(day, time(), UTC) for day in (first, last + timedelta(days=1)))
    period = (_c.planned_at >= begin, _c.planned_at < end)
    return sa.select(_c[by], sa.func.count(), *PRICE_SUMS).where(*period).group_by(_c[by])
