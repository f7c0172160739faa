"""What was spent, by day, recipe, person or model, and what is left of the budget."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final, cast

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from prompt_kit.record.limits import limits_left
from prompt_kit.studio.access import person_of
from prompt_kit.studio.pages import page
from prompt_kit.studio.roles import sees_others
from prompt_kit.support.money import in_tenths, recorded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prompt_kit.record.ledger import By, SpendingLine
    from prompt_kit.studio.studio import Studio

router = APIRouter()

BYS: Final = {"day": "Day", "recipe": "Recipe", "person": "Person", "model": "Model"}
PERIODS: Final = {"today": "Today", "month": "This month", "30-days": "Last 30 days", "all": "All time"}

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


@dataclass(frozen=True, slots=True)
class SpendingBar:
    """A line of what was spent, with the lengths of its bars in hundredths of the longest."""

    name: str
    line: SpendingLine
    paid: Decimal
    """In tenths of a cent that add up on the page."""
    possible: Decimal
    paid_length: float
    possible_length: float


@dataclass(frozen=True, slots=True)
class OwnSum:
    """What the person at the page has spent, beside what everybody has."""

    paid: Decimal
    possible: Decimal
    requests: int


@router.get("/spending")
def spending(request: Request, by: str = "day", period: str = "today") -> HTMLResponse:
    """Show what was spent in a period."""
    studio: Studio = request.app.state.studio
    by, period = by if by in BYS else "day", period if period in PERIODS else "today"
    by, lines = lines_of(request, cast("By", by), _since(period))
    return page(
        request,
        "spending.html",
        by=by,
        period=period,
        bys=BYS,
        periods=PERIODS,
        bars=bars_of(studio, by, lines),
        paid=_sum(line.spending.known for line in lines),
        possible=_sum(line.spending.possible for line in lines),
        requests=sum(line.requests for line in lines),
        unpriced=sum(line.spending.unpriced for line in lines),
        own=_own(request, period),
        limits=limits_left(studio.kit.project, person_of(request)),
    )


@router.get("/spending/table.csv")
def table(request: Request, by: str = "day", period: str = "today") -> Response:
    """Return the same as a table for spreadsheets."""
    by, period = by if by in BYS else "day", period if period in PERIODS else "today"
    by, lines = lines_of(request, cast("By", by), _since(period))
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow([by, "requests", "booked_usd", "may_be_paid_usd", "without_price"])
    for line in lines:
        spent = line.spending
        name = f"'{line.name}" if line.name.startswith(_FORMULA) else line.name
        rows.writerow([name, line.requests, recorded(spent.known), recorded(spent.possible), spent.unpriced])
    headers = {"Content-Disposition": f'attachment; filename="spending-by-{by}-{period}.csv"'}
    # The mark at the beginning tells spreadsheets that it is UTF-8.
    return Response("\ufeff" + text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def bars_of(studio: Studio, by: str, lines: Sequence[SpendingLine]) -> list[SpendingBar]:
    """Return the lines as the page shows them: days from the newest, else what cost most first."""
    longest = max((line.most for line in lines), default=Decimal()) or Decimal(1)

    def share(amount: Decimal) -> float:
        return round(float(amount / longest * 100), 2)

    paid = in_tenths([line.spending.known for line in lines])
    possible = in_tenths([line.spending.possible for line in lines])
    bars = [
        SpendingBar(
            _name(studio, by, line.name), line, *shown, share(line.spending.known), share(line.spending.possible)
        )
        for line, shown in zip(lines, zip(paid, possible, strict=True), strict=True)
    ]
    return bars[::-1] if by == "day" else bars


def lines_of(
    request: Request, by: By, since: date | None, until: date | None = None
) -> tuple[By, tuple[SpendingLine, ...]]:
    """Return by what spending is divided, and its lines, as far as a person may see it: else the own one alone."""
    studio: Studio = request.app.state.studio
    everything = sees_others(request)
    by = by if everything else "person"
    lines = studio.kit.spending(by=by, since=since, until=until)
    own = person_of(request)
    return by, tuple(line for line in lines if everything or line.name == own)


def _own(request: Request, period: str) -> OwnSum | None:
    """Return what a person with a name has spent; ``None`` where the sums at the top are those already."""
    person = person_of(request)
    if not person or not sees_others(request):
        return None
    own = [line for line in lines_of(request, "person", _since(period))[1] if line.name == person]
    paid, possible = (line.spending.known for line in own), (line.spending.possible for line in own)
    return OwnSum(_sum(paid), _sum(possible), sum(line.requests for line in own))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    """Return a sum in tenths of a cent."""
    return in_tenths([sum(amounts, Decimal())])[0]


def _since(period: str) -> date | None:
    today = datetime.now(UTC).date()
    return {"today": today, "month": today.replace(day=1), "30-days": today - timedelta(days=29)}.get(period)


def _name(studio: Studio, by: str, name: str) -> str:
    if by == "day":
        return f"{date.fromisoformat(name):%a %d %b %Y}"
    if by == "recipe":
        return studio.title(name)
    return name or ("Nobody named" if by == "person" else "No model")
