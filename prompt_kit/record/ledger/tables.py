"""What the ledger keeps: one row per request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias, get_args

import sqlalchemy as sa

SCHEMA: Final = 2
"""The version of the tables; a higher one was made by a newer prompt-kit."""

_SHOWN: Final = 40
"""How much of a value that does not belong there is shown, in characters."""

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
    person: str = ""
    """For whom it is; empty when nobody is named."""
    order_key: str = ""
    """What makes its order the same as another one; empty in rows of ledgers of version 1."""


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


class OddValueError(ValueError):
    """A row holds a value that prompt-kit has never written."""


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
        # SQLite keeps anything in any column, and makes sums of numbers that are too large floats.
        if type(value) is not int and (dialect.name == "sqlite" or not Decimal(value).is_finite()):
            raise OddValueError(f"{str(value)[:_SHOWN]!a} instead of an amount")
        exact = Decimal(value) * self._unit if dialect.name == "sqlite" else Decimal(value)
        return exact.normalize() + Decimal()


class Moment(sa.TypeDecorator[datetime]):
    """A moment with its time zone, kept in UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Return the column's type in this database."""
        return dialect.type_descriptor(sa.DATETIME() if dialect.name == "sqlite" else sa.DateTime(timezone=True))

    def bind_processor(self, dialect: sa.Dialect) -> Any:
        """Return what makes a moment ready for this database."""
        return _moment_as_text if dialect.name == "sqlite" else _in_utc

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Any:  # noqa: ARG002 - as SQLAlchemy has it
        """Return what makes a moment of what this database keeps."""
        return _moment_of_text if dialect.name == "sqlite" else _in_utc


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("moments need their time zone")
    return value.astimezone(UTC)


def _moment_as_text(value: datetime | None) -> str | None:
    at = _in_utc(value)
    return None if at is None else at.replace(tzinfo=None).isoformat(" ", "microseconds")


def _moment_of_text(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)
    except ValueError:
        raise OddValueError(f"{str(value)[:_SHOWN]!a} instead of a moment") from None


class Whole(sa.TypeDecorator[int]):
    """A whole number."""

    impl = sa.BigInteger
    cache_ok = True

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> int | None:  # noqa: ARG002 - as SQLAlchemy has it
        """Return the number."""
        if value is not None and type(value) is not int:
            raise OddValueError(f"{str(value)[:_SHOWN]!a} instead of a number")
        return value


class Words(sa.TypeDecorator[str]):
    """Text kept without the characters that databases refuse, so that any provider's answer can be recorded."""

    impl = sa.Text
    cache_ok = True

    def bind_processor(self, dialect: sa.Dialect) -> Any:  # noqa: ARG002 - as SQLAlchemy has it
        """Return what takes from a text what no database takes."""
        return _kept_words_or_none


def _kept_words_or_none(value: str | None) -> str | None:
    return None if value is None else kept_words(value)


def kept_words(text: str) -> str:
    """Return text as databases keep it: without the characters that they refuse."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode().replace("\0", "")


OPEN: Final = sa.text("state IN ('planned', 'sent')")
"""Requests whose end is not written down; spelled as in the index, without which SQLite does not use it."""

WAITING: Final = sa.text("state = 'sent' AND pid = 0")
"""Requests that left in jobs and are not answered yet."""

TABLES: Final = sa.MetaData()

# The names are long because a team's database may hold other things.
VERSION: Final = sa.Table("prompt_kit_ledger", TABLES, sa.Column("schema", sa.Integer, nullable=False))
REQUESTS: Final = sa.Table(
    "prompt_kit_requests",
    TABLES,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("run", Words, nullable=False, index=True),
    sa.Column("recipe", Words, nullable=False),
    sa.Column("turn", Whole, nullable=False),
    sa.Column("take", Whole, nullable=False),
    sa.Column("generator", Words, nullable=False),
    sa.Column("model", Words, nullable=False),
    sa.Column("fingerprint", Words, nullable=False),
    sa.Column("prompt_fingerprint", Words, nullable=False),
    sa.Column("state", Words, sa.CheckConstraint(f"state IN {get_args(RequestState)}"), nullable=False),
    sa.Column("status", Words, nullable=False, default=""),
    sa.Column("estimate", Money),
    sa.Column("actual", Money),
    sa.Column("planned_at", Moment, nullable=False, index=True),
    sa.Column("sent_at", Moment),
    sa.Column("ended_at", Moment),
    sa.Column("pid", Whole, nullable=False),
    sa.Column("host", Words, nullable=False),
    sa.Column("response_id", Words, nullable=False, default=""),
    sa.Column("note", Words, nullable=False, default=""),
    sa.Column("person", Words, nullable=False, server_default=""),
    sa.Column("order_key", Words, nullable=False, server_default=""),
    sqlite_autoincrement=True,
)
_c = REQUESTS.c

INDEXES: Final = (
    sa.Index("prompt_kit_by_request", _c.fingerprint, _c.id),
    sa.Index("prompt_kit_by_prompt", _c.prompt_fingerprint, _c.generator, _c.model, _c.planned_at, _c.id),
    sa.Index("prompt_kit_by_order", _c.order_key, _c.planned_at, _c.id),
    sa.Index("prompt_kit_open", _c.host, _c.id, sqlite_where=OPEN, postgresql_where=OPEN),
    sa.Index("prompt_kit_waiting", _c.prompt_fingerprint, _c.id, sqlite_where=WAITING, postgresql_where=WAITING),
)
"""What version 2 added, so that a look-up takes as long in a ledger of a million requests as in a new one."""

TOTALS: Final = sa.Table(
    "prompt_kit_totals",
    TABLES,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("requests", sa.BigInteger, nullable=False),
    sa.Column("held", Money, nullable=False),
    sa.Column("known", Money, nullable=False),
    sa.Column("possible", Money, nullable=False),
    sa.Column("unknown", sa.BigInteger, nullable=False),
    sa.Column("unpriced", sa.BigInteger, nullable=False),
)
"""Sums over the requests of each day, run and person's day; `totals` has the triggers that keep them."""
