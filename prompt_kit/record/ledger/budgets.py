"""What a budget still allows, by the totals of day, month, run and person."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from prompt_kit.errors import BudgetError
from prompt_kit.record.ledger.statements import EVERYBODY
from prompt_kit.record.ledger.tables import TOTALS, Money, kept_words
from prompt_kit.support.money import dollars
from prompt_kit.support.person import sameness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.project import Budget
    from prompt_kit.record.ledger.tables import Planned

_t = TOTALS.c
_SUM = sa.func.sum(_t.held, type_=Money)
_SINCE = sa.select(_SUM).where(_t.kind == "day", _t.name == "", _t.day >= sa.bindparam("key"))
_OF_RUN = sa.select(_SUM).where(_t.kind == "run", _t.name == sa.bindparam("key"), _t.day == "")
_OF_PERSON = sa.select(_SUM).where(
    _t.kind == "person", _t.name.in_(sa.bindparam("names", expanding=True)), _t.day >= sa.bindparam("day")
)
_RUN, _PERSON = "for this run", "for one person and day"


class Limits:
    """What the limits of a budget still allow, as long as one transaction lasts."""

    def __init__(self, connection: sa.Connection, budget: Budget | None, now: datetime) -> None:
        self._connection = connection
        self._budget = budget
        day = now.astimezone(UTC)
        self._day, self._month = f"{day:%Y-%m-%d}", f"{day:%Y-%m}-01"
        self._held: dict[tuple[str, str], Decimal] = {}

    def left(self, run: str, person: str = "") -> Decimal | None:
        """Return what may still be spent under the tightest limit; ``None`` is no limit."""
        return min((limit - self._sum(name, key) for name, limit, key in self._limits(run, person)), default=None)

    def book(self, planned: Planned) -> BudgetError | None:
        """Return why a request may not be sent; what may be counts for those that are asked for after it."""
        refusal = self._refusal(planned)
        if refusal is None and planned.estimate:
            for name, _, key in self._limits(planned.run, planned.person):
                self._held[name, key] = self._sum(name, key) + planned.estimate
        return refusal

    def _refusal(self, planned: Planned) -> BudgetError | None:
        if planned.estimate == 0:
            return None
        for name, limit, key in self._limits(planned.run, planned.person):
            if planned.estimate is None:
                return BudgetError(
                    f"The price of {planned.model} is unknown, and the budget {name} is {dollars(limit, least=2)}."
                    " Use a model with a known price, or remove the budget."
                )
            held = self._sum(name, key)
            if held + planned.estimate > limit:
                left = dollars(max(limit - held, Decimal()), least=2)
                return BudgetError(
                    f"This would cost about {dollars(planned.estimate, least=2)}, but the budget {name} has {left}"
                    f" left: {dollars(held, least=2)} of {dollars(limit, least=2)} is spent or reserved."
                    " Choose a lower tier or size, or raise the budget."
                )
        return None

    def _limits(self, run: str, person: str) -> Iterator[tuple[str, Decimal, str]]:
        """Yield the name of each limit, its amount, and the run, the person or the first day that it is for."""
        if self._budget is None:
            return
        for name, limit, key in (
            (_RUN, self._budget.run, run),
            (_PERSON, self._budget.of_person(person), sameness(kept_words(person))),
            ("for today", self._budget.day, self._day),
            ("for this month", self._budget.month, self._month),
        ):
            if limit is not None:
                yield name, limit, key

    def _sum(self, name: str, key: str) -> Decimal:
        """Return what is spent or may be: the price where it is known, else the estimate."""
        if (name, key) not in self._held:
            query: sa.Select[Any] = {_RUN: _OF_RUN, _PERSON: _OF_PERSON}.get(name, _SINCE)
            values: dict[str, Any] = {"key": key}
            if name == _PERSON:  # who is called the same in another spelling has spent of the same
                everybody = self._connection.scalars(EVERYBODY)
                values = {"day": self._day, "names": [other for other in everybody if sameness(other) == key]}
            held: Decimal | None = self._connection.scalar(query, values)
            self._held[name, key] = held or Decimal()
        return self._held[name, key]
