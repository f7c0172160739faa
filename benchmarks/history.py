"""A million requests of history: what the ledger does on the way of one picture, in CPU time and by the clock."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from prompt_kit.outcome import Outcome, Status
from prompt_kit.project import Budget
from prompt_kit.record.ledger import Ledger, Planned, totals
from prompt_kit.record.ledger.databases import connect
from prompt_kit.record.ledger.transactions import Database

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = 1_000_000
BUDGET = Budget(run=Decimal(1000), day=Decimal(10**9), month=Decimal(10**9))

_COLUMNS = """run, recipe, turn, take, generator, model, fingerprint, prompt_fingerprint, state, status,
estimate, actual, planned_at, sent_at, pid, host, response_id, note, person, order_key"""
_SQLITE = f"""
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS} - 1)
INSERT INTO prompt_kit_requests ({_COLUMNS})
SELECT 'run-' || (i / 10), 'sticker', 0, i % 10, 'gemini', 'nano', 'f' || i, 'p' || (i % 1000), 'done', 'ok',
40000000, 39000000, datetime('now', '-' || (i / 2000) || ' minutes'), datetime('now'), 1, 'elsewhere', '', '',
'person-' || (i % 50), 'k' || (i % 1000) FROM n"""  # noqa: S608 - constants
_POSTGRESQL = f"""
INSERT INTO prompt_kit_requests ({_COLUMNS})
SELECT 'run-' || (i / 10), 'sticker', 0, mod(i, 10), 'gemini', 'nano', 'f' || i, 'p' || (mod(i, 1000)), 'done', 'ok',
0.04, 0.039, now() - i / 2000 * interval '1 minute', now(), 1, 'elsewhere', '', '',
'person-' || (mod(i, 50)), 'k' || (mod(i, 1000)) FROM generate_series(0, {ROWS} - 1) AS i"""  # noqa: S608 - constants


def history() -> None:
    """Print the milliseconds of each step, beside its goal, for SQLite and, where it is installed, PostgreSQL."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        places = {"SQLite": str(Path(folder) / "ledger.db")}
        sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
        from ledgers import own_server, postgresql_programs

        if programs := postgresql_programs():
            places["PostgreSQL"] = stack.enter_context(own_server(programs))
        for name, where in places.items():
            with Ledger.open(where) as ledger:
                _fill(where)
                _measure(name, ledger)


def _fill(where: str) -> None:
    """Make the rows, without a trigger for each: the totals are counted once, at the end."""
    engine, label = connect(where)
    with Database(engine, label).writing() as connection:
        if connection.dialect.name == "sqlite":
            for name in ("added", "changed", "removed"):
                connection.exec_driver_sql(f"DROP TRIGGER prompt_kit_row_{name}")
            connection.exec_driver_sql(_SQLITE)
        else:
            connection.exec_driver_sql("ALTER TABLE prompt_kit_requests DISABLE TRIGGER USER")
            connection.exec_driver_sql(_POSTGRESQL)
            connection.exec_driver_sql("ALTER TABLE prompt_kit_requests ENABLE TRIGGER USER")
        totals.prepare(connection)
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def _measure(name: str, ledger: Ledger) -> None:
    asked = ("p500", "gemini", "nano")
    wanted = Planned(
        run="run-7",
        recipe="sticker",
        turn=0,
        generator="gemini",
        model="nano",
        fingerprint="f7",
        prompt_fingerprint="p500",
        estimate=Decimal("0.04"),
        person="person-7",
        order_key="k500",
    )
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    outcome = Outcome(Status.OK, billable="yes", cost=Decimal("0.039"))

    def picture() -> None:
        (number,) = ledger.book_each([wanted], budget=BUDGET, sent=True)
        assert isinstance(number, int)
        ledger.settle_each([(number, outcome)])

    def pictures() -> None:
        numbers = ledger.book_each([wanted] * 64, budget=BUDGET, sent=True)
        ledger.settle_each([(number, outcome) for number in numbers if isinstance(number, int)])

    for what, step, share in (
        ("reconcile", ledger.reconcile, 1),
        ("last_run", lambda: ledger.last_run(*asked, order_key="k500", person="person-7"), 1),
        ("waiting", lambda: ledger.waiting("p500", "gemini", order_key="k500"), 1),
        ("budgets", lambda: ledger.left(BUDGET, "run-7"), 1),
        ("spending of the month", lambda: ledger.spent(today.replace(day=1)), 1),
        ("book and settle 1 picture", picture, 1),
        ("book and settle 64 together, each", pictures, 64),
    ):
        taken, waited = _each(step)
        line = f"{name}, {ROWS:,} rows: {what}, ms of CPU (and by the clock)"
        print(f"{line:<86}{taken / share:>7.2f}  ≤ 5    ({waited / share:.2f})")


def _each(step: Callable[[], object], rounds: int = 30) -> tuple[float, float]:
    """Return the median milliseconds of CPU and of the clock."""
    step()
    cpu, clock = [], []
    for _ in range(rounds):
        began, began_clock = time.process_time(), time.perf_counter()
        step()
        cpu.append((time.process_time() - began) * 1000)
        clock.append((time.perf_counter() - began_clock) * 1000)
    return statistics.median(cpu), statistics.median(clock)


if __name__ == "__main__":
    os.environ.pop("PROMPT_KIT_LEDGER", None)
    history()
