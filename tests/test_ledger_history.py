"""A ledger's history costs nothing: totals, indexes, many requests in one step, and ledgers of earlier versions."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from ledgers import NOON, Clock, came, request

from prompt_kit.errors import BudgetError, WorkspaceError
from prompt_kit.outcome import Outcome, Status
from prompt_kit.project import Budget
from prompt_kit.record.ledger import SCHEMA, Ledger, Spending, statements
from prompt_kit.record.ledger.tables import REQUESTS, TOTALS, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

WRITTEN_BEFORE = Path(__file__).parent / "written_before" / "runs" / "ledger.db"

ENDS: tuple[Outcome | str, ...] = (
    came("0.08"),
    came(None),
    Outcome(Status.QUOTA, billable="no"),
    Outcome(Status.TIMEOUT),
    "nobody will know",
)


def test_each_request_is_judged_by_what_those_before_it_cost(ledger: Ledger) -> None:
    """Two of three fit into the budget, and what is free always does."""
    wanted = [request("0.10"), request("0.10"), request("0.10"), request("0"), request(None)]
    first, second, third, free, unpriced = ledger.book_each(wanted, budget=Budget(run=Decimal("0.25")), sent=True)

    assert isinstance(third, BudgetError)
    assert "the budget for this run has $0.05 left" in str(third)
    assert "price of gemini-nano-banana-2.1 is unknown" in str(unpriced)
    assert [(entry.id, entry.state, entry.sent_at) for entry in ledger.entries()] == [
        (free, "sent", NOON),
        (second, "sent", NOON),
        (first, "sent", NOON),
    ]


def test_what_goes_into_a_job_is_handed_over_as_it_is_booked(ledger: Ledger) -> None:
    """There is no moment in which the rows are booked and another process would not see the job."""
    (number,) = ledger.book_each([request()], job=True)

    assert [(entry.id, entry.state, entry.pid) for entry in ledger.waiting("p", "gemini")] == [(number, "sent", 0)]


def test_to_settle_the_same_way_again_changes_nothing(ledger: Ledger, clock: Clock) -> None:
    """Whoever does not know whether an end was booked books it again; another end is refused, the others are booked."""
    numbers = [number for number in ledger.book_each([request()] * 5, sent=True) if isinstance(number, int)]
    ends = list(zip(numbers, ENDS, strict=True))
    assert ledger.settle_each(ends) == (None,) * 5
    before = ledger.entries()
    clock.now += timedelta(hours=1)

    assert ledger.settle_each(ends) == (None,) * 5
    assert ledger.entries() == before
    refused, accepted = ledger.settle_each([(numbers[0], came("0.09")), (numbers[3], came("0.09"))])
    assert isinstance(refused, WorkspaceError)
    assert accepted is None
    assert [entry.actual for entry in ledger.entries()][::-1] == [
        Decimal("0.08"),
        None,
        Decimal(),
        Decimal("0.09"),
        None,
    ]


def test_threads_book_and_settle_at_the_same_time(where: str) -> None:
    """Requests are booked by worker threads, on connections that are kept."""
    with Ledger.open(where) as ledger, ThreadPoolExecutor(8) as threads:

        def work(_: int) -> None:
            (number,) = ledger.book_each([request("0.10")], budget=Budget(day=Decimal(2)), sent=True)
            assert isinstance(number, int)
            ledger.ended(number, came("0.10"))

        list(threads.map(work, range(20)))
        assert {entry.state for entry in ledger.entries()} == {"done"}
        assert ledger.left(Budget(day=Decimal(2))) == 0


def test_of_two_processes_that_want_the_same_one_books(where: str) -> None:
    """To look up and to book are one step: whoever comes second sees the first's job."""
    Ledger.open(where).close()
    program = """
        import sys
        from dataclasses import replace
        sys.path.insert(0, sys.argv[2])
        from ledgers import request
        from prompt_kit.record.ledger import Ledger
        with Ledger.open(sys.argv[1]) as ledger:
            input()
            for number in range(20):
                wanted = replace(request(run=sys.argv[3]), order_key=f"order {number}")
                with ledger.together():
                    waiting = ledger.waiting("p", "gemini", order_key=wanted.order_key)
                    if not waiting:
                        ledger.book_each([wanted], job=True)
                print(waiting[0].run if waiting else sys.argv[3])
    """
    command = [sys.executable, "-c", textwrap.dedent(program), where, str(Path(__file__).parent)]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen([*command, name], stdin=pipe, stdout=pipe, text=True) for name in "ab"]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    answers = [process.communicate()[0].split() for process in processes]

    assert answers[0] == answers[1]
    with Ledger.open(where) as ledger:
        assert [entry.run for entry in ledger.entries()][::-1] == answers[0]


def test_an_error_undoes_everything_that_belongs_together(ledger: Ledger) -> None:
    """Half of a decision is never written down."""

    def break_off() -> None:
        with ledger.together(), ledger.together():  # one inside the other
            ledger.book(request())
            assert len(ledger.entries()) == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()

    assert ledger.entries() == ()
    ledger.book(request())
    assert len(ledger.entries()) == 1


def test_an_order_is_looked_up_by_its_key(ledger: Ledger) -> None:
    """A person's order is never in the way of somebody else's; runs without a key are theirs who are not named."""
    old = request(run="old")
    ann = replace(request(run="ann's"), person="ann", order_key="k-ann")
    ben = replace(request(run="ben's"), person="ben", order_key="k-ben")
    ledger.book_each([old, ann, ben], job=True)
    asked = ("p", "gemini", "gemini-nano-banana-2.1")

    def runs(**order: str) -> tuple[list[str], list[str]]:
        last, waiting = ledger.last_run(*asked, **order), ledger.waiting("p", "gemini", **order)
        return [entry.run for entry in last], [entry.run for entry in waiting]

    assert runs(order_key="k-ann", person="ann") == (["ann's"], ["ann's"])
    assert runs(order_key="k-cas", person="cas") == ([], [])
    assert runs(order_key="k-nobody") == (["old"], ["old"])
    assert runs() == (["ben's"], ["ben's", "ann's", "old"])


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["0.1", "0.25", "0", None]),
            st.sampled_from("ab"),
            st.sampled_from(["", "ann"]),
            st.integers(0, 40),
            st.sampled_from([None, *ENDS]),
        ),
        max_size=12,
    )
)
def test_totals_are_what_the_rows_add_up_to(rows: list[tuple[str | None, str, str, int, Outcome | str | None]]) -> None:
    """Whatever is booked, settled, corrected by hand and deleted."""
    clock = Clock()
    with Ledger.open("sqlite:///:memory:", clock=clock) as ledger:
        for estimate, run, person, days, end in rows:
            clock.now = NOON + timedelta(days=days)
            (number,) = ledger.book_each([replace(request(estimate, run=run), person=person)], sent=end is not None)
            assert isinstance(number, int)
            if end is not None:
                ledger.settle_each([(number, end)])
        with ledger._database.writing() as connection:
            connection.execute(sa.delete(REQUESTS).where(REQUESTS.c.id == 2))
            connection.execute(sa.update(REQUESTS).where(REQUESTS.c.id == 3).values(run="c", actual=Decimal(7)))
        entries = ledger.entries()

        assert ledger.recount()
        for since in (NOON, NOON + timedelta(days=3), NOON.replace(hour=0)):
            for whose in ("ann", None):
                mine = [e for e in entries if e.planned_at >= since and whose in {e.person, None}]
                possible = [e for e in mine if e.actual is None and e.state != "planned"]
                assert ledger.spent(since, person=whose) == Spending(
                    sum((e.actual for e in mine if e.actual is not None), Decimal()),
                    sum((e.estimate for e in possible if e.estimate is not None), Decimal()),
                    len(possible),
                    len([e for e in possible if e.estimate is None]),
                )


def drop(connection: sa.Connection) -> None:
    connection.execute(sa.text(f"DROP TABLE {TOTALS.name}"))


def falsify(connection: sa.Connection) -> None:
    connection.execute(sa.update(TOTALS).values(held=Decimal(99)))


def forget(connection: sa.Connection) -> None:
    connection.execute(sa.delete(TOTALS))


@pytest.mark.parametrize("spoil", [drop, falsify, forget])
def test_totals_that_are_missing_or_wrong_are_counted_anew(where: str, spoil: Callable[[sa.Connection], None]) -> None:
    """Missing ones when the ledger is opened, wrong ones when they are compared with the rows."""
    with Ledger.open(where, clock=Clock()) as ledger:
        ledger.book_each([request("0.10")] * 3)
        assert ledger.recount()
        with ledger._database.writing() as connection:
            spoil(connection)
    with Ledger.open(where, clock=Clock()) as ledger:
        assert ledger.recount() == (spoil is drop)
        assert ledger.recount()
        assert ledger.left(Budget(day=Decimal(1))) == Decimal("0.70")
        ledger.book(request("0.10"))
        assert ledger.left(Budget(day=Decimal(1), run=Decimal(1)), request().run) == Decimal("0.60")


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (statements.LEFT_OPEN, "prompt_kit_open"),
        (statements.IN_JOBS, "prompt_kit_waiting"),
        (statements.NEWEST_OF_ORDER, "prompt_kit_by_order"),
        (statements.NEWEST_OF_PROMPT, "prompt_kit_by_prompt"),
        (statements.OF_REQUEST, "prompt_kit_by_request"),
        (statements.OF_RUN, "ix_prompt_kit_requests_run"),
        (statements.SPENT_BETWEEN, "ix_prompt_kit_requests_planned_at"),
        (statements.SPENT_ON_DAYS, "prompt_kit_totals"),
    ],
)
def test_no_look_up_reads_all_rows(tmp_path: Path, query: sa.Select[Any], index: str) -> None:
    """SQLite's plan names the index; without it each picture would wait for the whole history."""
    with Ledger.open(tmp_path / "ledger.db") as ledger, ledger._database.reading() as connection:
        compiled = query.compile(connection)
        values = ("1",) * len(compiled.positiontup or ())
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values).all()

    plan = " ".join(str(row[3]) for row in rows)
    assert index in plan
    assert "SEARCH" in plan
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan


def test_a_ledger_of_version_1_is_brought_up_to_date(tmp_path: Path) -> None:
    """Its rows are as they were, its totals are counted, and it goes on."""
    path = tmp_path / "ledger.db"
    shutil.copy(WRITTEN_BEFORE, path)
    with closing(sqlite3.connect(path)) as connection:
        before = connection.execute("SELECT * FROM prompt_kit_requests").fetchall()
        held = connection.execute("SELECT sum(coalesce(actual, estimate, 0)) FROM prompt_kit_requests").fetchone()[0]

    with Ledger.open(path) as ledger:
        assert not ledger.is_new
        assert ledger.recount()
        assert ledger.spent(NOON - timedelta(days=9)).known + ledger.spent(NOON).possible <= Decimal(held) / 10**9
        assert {(entry.person, entry.order_key) for entry in ledger.entries()} == {("", "")}
        ledger.book(replace(request(), person="ann"))
    with closing(sqlite3.connect(path)) as connection:
        after = connection.execute("SELECT * FROM prompt_kit_requests").fetchall()
        assert [row[:-2] for row in after[:-1]] == before
        assert connection.execute("SELECT schema FROM prompt_kit_ledger").fetchall() == [(SCHEMA,)]


def test_columns_indexes_and_totals_are_added_to_tables_of_version_1(where: str) -> None:
    """On both databases, with what was booked then."""
    with Ledger.open(where) as ledger:
        ledger.book(request("0.5"))
        with ledger._database.writing() as connection:
            of = " ON prompt_kit_requests" if connection.dialect.name == "postgresql" else ""
            names = [f"INDEX prompt_kit_{name}" for name in ("by_request", "by_order", "by_prompt", "open", "waiting")]
            names += [f"TRIGGER IF EXISTS prompt_kit_row_{name}{of}" for name in ("added", "changed", "removed")]
            for name in (f"TABLE {TOTALS.name}", *names):
                connection.exec_driver_sql(f"DROP {name}")
            for column in ("person", "order_key"):
                connection.exec_driver_sql(f"ALTER TABLE {REQUESTS.name} DROP COLUMN {column}")
            connection.execute(sa.update(VERSION).values(schema=1))

    with Ledger.open(where) as ledger:
        (entry,) = ledger.entries()
        assert (entry.estimate, entry.person, entry.order_key) == (Decimal("0.5"), "", "")
        assert ledger.recount()
        ledger.book(request("0.5"))
        assert ledger.left(Budget(run=Decimal(2)), request().run) == 1


def test_a_session_that_hangs_in_its_transaction_is_one_sentence(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever for a program that was stopped while it held the ledger."""
    monkeypatch.setattr("prompt_kit.record.ledger.databases.BUSY_S", 0.1)
    sentence = "perhaps it hangs in its transaction|another process has held the ledger"
    with Ledger.open(where) as hanging, Ledger.open(where) as ledger:
        with hanging.together(), pytest.raises(WorkspaceError, match=sentence):
            ledger.book(request())
        ledger.book(request())


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("actual", "'a lot'", "'a lot' instead of an amount"),
        ("estimate", "1.5", "'1.5' instead of an amount"),
        ("estimate", "9e999", "'inf' instead of an amount"),
        ("planned_at", "'yesterday'", "'yesterday' instead of a moment"),
        ("sent_at", "'2026-13-45 00:00:00'", "instead of a moment"),
        ("pid", "'me'", "'me' instead of a number"),
        ("turn", "x'00ff'", "instead of a number"),
    ],
)
def test_a_value_that_does_not_belong_there_is_one_sentence(
    tmp_path: Path, column: str, value: str, words: str
) -> None:
    """SQLite keeps anything in any column; whoever edits rows learns which value is wrong and what to do."""
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        ledger.book(request())
        with ledger._database.writing() as connection:
            connection.execute(sa.update(REQUESTS).values({column: sa.text(value)}))

        with pytest.raises(WorkspaceError, match="rebuild-ledger") as caught:
            ledger.entries()
        assert words in str(caught.value)
