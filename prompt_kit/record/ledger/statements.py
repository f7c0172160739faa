"""The ledger's statements, built once: building one takes longer than the database needs for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from prompt_kit.record.ledger.tables import OPEN, REQUESTS, TOTALS, WAITING, Money

if TYPE_CHECKING:
    from datetime import datetime

_c = REQUESTS.c
_t = TOTALS.c
_ROWS: Final = sa.select(REQUESTS).order_by(_c.id.desc())
_ASKED: Final = (
    (_c.prompt_fingerprint == sa.bindparam("prompt_fingerprint"))
    & (_c.generator == sa.bindparam("generator"))
    & (_c.model == sa.bindparam("model"))
)
# By its moment and not by its number: rows that are restored from records may have got new numbers.
_NEWEST: Final = sa.select(_c.planned_at, _c.id, _c.run).order_by(_c.planned_at.desc(), _c.id.desc()).limit(1)

BOOK: Final = sa.insert(REQUESTS).returning(_c.id, sort_by_parameter_order=True)
STATES: Final = sa.select(_c.id, _c.state, _c.status, _c.actual, _c.response_id).where(
    _c.id.in_(sa.bindparam("numbers", expanding=True))
)
SEND: Final = (
    sa.update(REQUESTS)
    .where(_c.id.in_(sa.bindparam("numbers", expanding=True)), _c.state == "planned")
    .values(state="sent", sent_at=sa.bindparam("at"))
)
HAND_OVER: Final = SEND.values(pid=0, host="")
SETTLE: Final = (
    sa.update(REQUESTS)
    .where(_c.id == sa.bindparam("number"))
    .values({name: sa.bindparam(f"new_{name}") for name in ("state", "status", "actual", "response_id", "note")})
    .values(ended_at=sa.bindparam("at"))
)
SETTLE_SENT: Final = SETTLE.where(_c.state == "sent")
GIVE_UP: Final = (
    sa.update(REQUESTS)
    .where(_c.id == sa.bindparam("number"), _c.state == sa.bindparam("old_state"))
    .values({name: sa.bindparam(f"new_{name}") for name in ("state", "actual", "note")})
)

RESTORE: Final = sa.insert(REQUESTS)
NUMBERS: Final = sa.select(_c.id).where(_c.id.in_(sa.bindparam("numbers", expanding=True)))

LEFT_OPEN: Final = sa.select(REQUESTS).where(OPEN, _c.host == sa.bindparam("host")).order_by(_c.id)
OF_RUN: Final = _ROWS.where(_c.run == sa.bindparam("run"))
NEWEST_OF_ORDER: Final = _NEWEST.where(_c.order_key == sa.bindparam("order_key"))
NEWEST_OF_PROMPT: Final = _NEWEST.where(_ASKED)
NEWEST_WITHOUT_ORDER: Final = NEWEST_OF_PROMPT.where(_c.order_key == "")
IN_JOBS: Final = _ROWS.where(
    WAITING,
    _c.prompt_fingerprint == sa.bindparam("prompt_fingerprint"),
    _c.generator == sa.bindparam("generator"),
)
OF_REQUEST: Final = _ROWS.where(_c.fingerprint == sa.bindparam("fingerprint"), _c.state == "done").limit(1)

_OPEN_PRICE: Final = _c.actual.is_(None) & (_c.state != "planned")
PRICE_SUMS: Final = (
    sa.func.sum(_c.actual),
    sa.func.sum(_c.estimate).filter(_OPEN_PRICE),
    sa.func.count().filter(_OPEN_PRICE),
    sa.func.count().filter(_OPEN_PRICE & _c.estimate.is_(None)),
)
"""What rows add up to: booked, estimated without a price, how many of these, and how many without an estimate."""
SPENT_BETWEEN: Final = sa.select(*PRICE_SUMS).where(
    _c.planned_at >= sa.bindparam("since"), _c.planned_at < sa.bindparam("until")
)
SPENT_BETWEEN_BY: Final = SPENT_BETWEEN.where(_c.person == sa.bindparam("person"))
SPENT_ON_DAYS: Final = sa.select(
    sa.func.sum(_t.known, type_=Money),
    sa.func.sum(_t.possible, type_=Money),
    sa.cast(sa.func.sum(_t.unknown), sa.BigInteger),
    sa.cast(sa.func.sum(_t.unpriced), sa.BigInteger),
).where(_t.kind == sa.bindparam("kind"), _t.name == sa.bindparam("name"), _t.day >= sa.bindparam("day"))

_first = sa.select(sa.func.min(_t.name).label("name")).where(_t.kind == "person").cte("persons", recursive=True)
_next = sa.select(sa.func.min(_t.name)).where(_t.kind == "person", _t.name > _first.c.name).scalar_subquery()
_all = _first.union_all(sa.select(_next).where(_first.c.name.is_not(None)))
EVERYBODY: Final = sa.select(_all.c.name).where(_all.c.name.is_not(None))
"""Every person, also nobody by name: from name to name by the index, so that only their number counts."""
PERSONS: Final = EVERYBODY.where(_all.c.name != "").order_by(_all.c.name)


def entries(*, since: datetime | None, run: str | None, states: Any, limit: int | None) -> sa.Select[Any]:
    """Return the query for requests, the newest first."""
    query = _ROWS.limit(limit)
    if since is not None:
        query = query.where(_c.planned_at >= since)
    if run is not None:
        query = query.where(_c.run == run)
    return query.where(_c.state.in_(states)) if states else query
