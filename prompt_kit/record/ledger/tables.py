"""What the ledger keeps: one row per request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias, get_args

import sqlalchemy as sa

SCHEMA: Final = 1
"""The version of the tables; a higher one was made by a newer prompt-kit."""

RequestState: TypeAlias = Literal["planned", "sent", "done", "failed", "unknown"]
"""``unknown`` was sent, and its end was not recorded: it may have been paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One request that is about to be sent."""

    run: str
    """The id of the run it belongs to."""
    recipe: str
    turn: int
    """Which turn of the prompt, from 0."""
    take: int = 0
    """Which repetition of the prompt, from 0."""
    generator: str
    model: str
    fingerprint: str
    """Of the request."""
    prompt_fingerprint: str
    estimate: Decimal | None
    """In US dollars; ``None`` is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Planned):
    """One request as the ledger records it."""

    id: int
    state: RequestState
    status: str
    """How it ended, a value of `outcome.Status`; empty until that is known."""
    actual: Decimal | None
    """In US dollars, as booked; ``None`` is unknown."""
    planned_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    pid: int
    """The process that planned it."""
    host: str
    """The computer that process ran on."""
    response_id: str
    note: str
    """The provider's reason, or ours."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What the requests of a period have cost, in US dollars."""

    known: Decimal
    """Booked."""
    possible: Decimal
    """Estimates of requests that were sent and whose price is not known (yet)."""
    unknown_count: int
    """How many such requests there are."""
    unpriced: int
    """How many of those have no estimate either, so that `possible` does not hold them."""


class Money(sa.TypeDecorator[Decimal]):
    """US dollars, exact to a billionth: one token of the cheapest kind costs about a ten-millionth."""

    impl = sa.Numeric(18, 9)
    cache_ok = True
    _unit = Decimal("1e-9")

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Return the column's type in this database."""
        # SQLite would keep a Numeric as a float; whole billionths stay exact, and can be added up.
        return dialect.type_descriptor(sa.BigInteger() if dialect.name == "sqlite" else sa.Numeric(18, 9))

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> Any:
        """Return the amount as this database keeps it."""
        if value is None:
            return None
        exact = value.quantize(self._unit)
        return int(exact / self._unit) if dialect.name == "sqlite" else exact

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        """Return the amount in US dollars."""
        if value is None:
            return None
        exact = Decimal(value) * self._unit if dialect.name == "sqlite" else Decimal(value)
        return exact.normalize() + Decimal()


class Moment(sa.TypeDecorator[datetime]):
    """A moment with its time zone, kept in UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Return the moment as this database keeps it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("moments need their time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Return the moment, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Words(sa.TypeDecorator[str]):
    """Text kept without the characters that databases refuse, so that any provider's answer can be recorded."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002 - as SQLAlchemy has it
        """Return the text without what no database takes."""
        return None if value is None else value.encode("utf-8", "replace").decode().replace("\0", "")


TABLES: Final = sa.MetaData()

# The names are long because a team's database may hold other things.
VERSION: Final = sa.Table("prompt_kit_ledger", TABLES, sa.Column("schema", sa.Integer, nullable=False))
REQUESTS: Final = sa.Table(
    "prompt_kit_requests",
    TABLES,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("run", Words, nullable=False, index=True),
    sa.Column("recipe", Words, nullable=False),
    sa.Column("turn", sa.Integer, nullable=False),
    sa.Column("take", sa.Integer, nullable=False),
    sa.Column("generator", Words, nullable=False),
    sa.Column("model", Words, nullable=False),
    sa.Column("fingerprint", Words, nullable=False, index=True),
    sa.Column("prompt_fingerprint", Words, nullable=False),
    sa.Column("state", Words, sa.CheckConstraint(f"state IN {get_args(RequestState)}"), nullable=False),
    sa.Column("status", Words, nullable=False, default=""),
    sa.Column("estimate", Money),
    sa.Column("actual", Money),
    sa.Column("planned_at", Moment, nullable=False, index=True),
    sa.Column("sent_at", Moment),
    sa.Column("ended_at", Moment),
    sa.Column("pid", sa.BigInteger, nullable=False),
    sa.Column("host", Words, nullable=False),
    sa.Column("response_id", Words, nullable=False, default=""),
    sa.Column("note", Words, nullable=False, default=""),
    sqlite_autoincrement=True,
)
