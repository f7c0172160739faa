"""The ledger knows what was asked, what it cost and what may have been paid, on both of its databases."""

from __future__ import annotations

import os
import secrets
import socket
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import traceback
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from ledgers import NOON, PASSWORD, Clock, came, free_port, request

from prompt_kit.errors import BudgetError, WorkspaceError
from prompt_kit.outcome import Outcome, Status
from prompt_kit.project import Budget
from prompt_kit.record.ledger import SCHEMA, Entry, Ledger, Spending, databases
from prompt_kit.record.ledger.tables import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable


def run_python(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), *arguments], stdout=subprocess.PIPE, text=True
    )


def test_a_request_is_followed_from_plan_to_price(ledger: Ledger, clock: Clock) -> None:
    """What was planned, sent and answered can be read back exactly, with moments in UTC."""
    number = ledger.book(request("0.101"))
    clock.now += timedelta(seconds=1)
    ledger.sent(number)
    clock.now = (NOON + timedelta(seconds=9)).astimezone()
    ledger.ended(number, came("0.000000075"))

    assert ledger.entries() == (
        Entry(
            **asdict(request("0.101")),
            id=number,
            state="done",
            status="ok",
            actual=Decimal("0.000000075"),
            planned_at=NOON,
            sent_at=NOON + timedelta(seconds=1),
            ended_at=NOON + timedelta(seconds=9),
            pid=os.getpid(),
            host=socket.gethostname(),
            response_id="r-1",
            note="STOP",
        ),
    )
    assert ledger.entries()[0].planned_at.tzinfo is UTC


def test_another_process_sees_it_at_once(where: str, ledger: Ledger) -> None:
    """A row is there for everyone before the request leaves."""
    number = ledger.book(request())

    with Ledger.open(where) as other:
        assert [seen.id for seen in other.entries(states=["planned"])] == [number]


@pytest.mark.parametrize(
    ("outcome", "state", "actual"),
    [
        (Outcome(Status.QUOTA, billable="no"), "failed", Decimal(0)),
        (Outcome(Status.BLOCKED, billable="yes", cost=Decimal("0.01")), "failed", Decimal("0.01")),
        (Outcome(Status.BLOCKED, billable="yes"), "failed", None),
        (Outcome(Status.TIMEOUT, billable="unknown", message="No answer came."), "unknown", None),
    ],
)
def test_a_failure_is_free_paid_or_unknown(
    ledger: Ledger, outcome: Outcome, state: str, actual: Decimal | None
) -> None:
    """What nobody can tell is not written down as free."""
    number = ledger.book(request())
    ledger.sent(number)
    ledger.ended(number, outcome)

    (seen,) = ledger.entries()
    assert (seen.state, seen.actual, seen.status) == (state, actual, outcome.status)
    assert seen.note == outcome.message


def test_what_breaks_off_is_unknown(ledger: Ledger) -> None:
    """Someone who presses Ctrl-C may have to pay all the same."""
    number = ledger.book(request("0.1"))
    ledger.sent(number)
    ledger.unknown(number, note="stopped")

    (seen,) = ledger.entries()
    assert (seen.state, seen.actual, seen.note, seen.ended_at) == ("unknown", None, "stopped", NOON)
    assert ledger.spent(NOON).possible == Decimal("0.1")


def test_a_free_picture_costs_nothing(ledger: Ledger) -> None:
    """A proof has no price to look up; it is not of unknown price."""
    ledger.ended(ledger.book(request("0")), Outcome(Status.OK, billable="no"))

    assert ledger.spent(NOON) == Spending(Decimal(0), Decimal(0), 0, 0)


def test_spending_tells_what_is_known_from_what_is_possible(ledger: Ledger, clock: Clock) -> None:
    """Yesterday does not count, plans have cost nothing yet, and unknown prices are not added as 0."""
    for offset, estimate in ((-1, "5"), (0, "0.10"), (0, "0.20"), (0, None), (0, "0.40"), (0, "0.80")):
        clock.now = NOON + timedelta(days=offset)
        number = ledger.book(request(estimate))
        if estimate != "0.80":
            ledger.sent(number)
        if estimate in {"5", "0.10"}:
            ledger.ended(number, came("0.08"))
        if estimate == "0.20":
            ledger.ended(number, Outcome(Status.TIMEOUT))

    assert ledger.spent(NOON.replace(hour=0)) == Spending(Decimal("0.08"), Decimal("0.60"), 3, 1)
    assert ledger.spent(NOON + timedelta(days=1)) == Spending(Decimal(0), Decimal(0), 0, 0)


def test_entries_can_be_narrowed(ledger: Ledger, clock: Clock) -> None:
    """A list of thousands is of no use; the newest come first."""
    ledger.book(request(run="a"))
    clock.now += timedelta(hours=1)
    second, third = ledger.book(request(run="b")), ledger.book(request(run="b"))
    ledger.sent(third)

    assert [seen.id for seen in ledger.entries(run="b")] == [third, second]
    assert [seen.id for seen in ledger.entries(since=NOON + timedelta(minutes=1), limit=1)] == [third]
    assert [seen.id for seen in ledger.entries(states=["planned"], run="b")] == [second]


def test_what_was_asked_before_is_found(ledger: Ledger) -> None:
    """The same request again can be answered from what is there; failures are no answer."""
    first = ledger.book(request(fingerprint="same"))
    assert ledger.asked("same") is None
    ledger.sent(first)
    ledger.ended(first, came())
    ledger.ended(ledger.book(request(fingerprint="same")), Outcome(Status.QUOTA, billable="no"))

    found = ledger.asked("same")
    assert found is not None
    assert found.id == first
    assert ledger.asked("other") is None


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        (Budget(run=Decimal("0.25")), "the budget for this run has $0.05 left: $0.20 of $0.25"),
        (Budget(day=Decimal("0.555")), "the budget for today has $0.055 left: $0.50 of $0.555"),
        (Budget(month=Decimal(1)), "the budget for this month has $0.00 left: $1.50 of $1.00"),
        (Budget(run=Decimal(5), day=Decimal("0.5"), month=Decimal(5)), "for today has $0.00 left"),
    ],
)
def test_what_would_break_a_budget_is_not_booked(ledger: Ledger, clock: Clock, budget: Budget, words: str) -> None:
    """The message says which budget, what is spent and what is left; free work goes on."""
    clock.now = NOON - timedelta(days=2)
    ledger.book(request("1.00", run="earlier"))
    clock.now = NOON
    ledger.ended(ledger.book(request("9", run="b")), Outcome(Status.QUOTA, billable="no"))
    ledger.book(request("0.30", run="other"))
    number = ledger.book(request("7"))
    ledger.sent(number)
    ledger.ended(number, came("0.20"))
    before = ledger.entries()

    with pytest.raises(BudgetError) as caught:
        ledger.book(request("0.0551"), budget=budget)

    assert words in str(caught.value)
    assert ledger.entries() == before
    ledger.book(request("0"), budget=budget)


def test_a_budget_can_be_used_to_the_last_cent(ledger: Ledger) -> None:
    """Three times 0.1 is 0.3, also for a computer."""
    budget = Budget(day=Decimal("0.3"))
    for _ in range(3):
        ledger.book(request("0.1"), budget=budget)

    assert ledger.left(budget) == 0
    with pytest.raises(BudgetError):
        ledger.book(request("0.000000001"), budget=budget)


def test_an_unknown_price_is_not_taken_for_free(ledger: Ledger) -> None:
    """Under a budget, a model nobody knows the price of is not used; without one it is."""
    with pytest.raises(BudgetError, match=r"price of gemini-nano-banana-2\.1 is unknown"):
        ledger.book(request(None), budget=Budget(day=Decimal(1)))

    ledger.book(request(None), budget=Budget())


@pytest.mark.parametrize(
    ("moment", "left"),
    [
        (NOON.replace(hour=23, minute=59), "0.75"),
        (NOON.replace(day=22, hour=0), "1"),
        (NOON.replace(day=22, hour=0, minute=30).astimezone(), "1"),
    ],
)
def test_a_day_goes_from_midnight_to_midnight(ledger: Ledger, clock: Clock, moment: datetime, left: str) -> None:
    """A team in several countries shares one day: UTC's."""
    ledger.book(request("0.25"))
    clock.now = moment

    assert ledger.left(Budget(day=Decimal(1))) == Decimal(left)


def test_what_is_left_is_what_the_tightest_limit_leaves(ledger: Ledger) -> None:
    """No limit is not the same as nothing left."""
    ledger.book(request("0.25", run="a"))

    assert ledger.left(Budget()) is None
    assert ledger.left(Budget(run=Decimal("0.5"), month=Decimal(9)), "a") == Decimal("0.25")
    assert ledger.left(Budget(day=Decimal("0.1"))) == Decimal("-0.15")


def test_processes_that_meet_never_break_a_budget(where: str) -> None:
    """Two processes look at the same budget at the same time; together they stay below it."""
    Ledger.open(where).close()
    program = """
        import sys
        from decimal import Decimal
        from prompt_kit.errors import BudgetError
        from prompt_kit.record.ledger import Ledger, Planned
        from prompt_kit.project import Budget
        ledger = Ledger.open(sys.argv[1])
        booked = 0
        try:
            while True:
                ledger.book(
                    Planned(run="r", recipe="r", turn=0, generator="g", model="m", fingerprint="f",
                          prompt_fingerprint="p", estimate=Decimal("0.03")),
                    budget=Budget(day=Decimal("2.00"), month=Decimal("3.00")),
                )
                booked += 1
        except BudgetError:
            print(booked)
        ledger.close()
    """
    both = [run_python(program, where) for _ in range(2)]
    booked = [int(process.communicate()[0]) for process in both]

    with Ledger.open(where) as ledger:
        held = sum(seen.estimate or 0 for seen in ledger.entries())
        assert sum(booked) == len(ledger.entries()) == 66
        assert held == Decimal("1.98")


def test_what_a_killed_process_sent_may_have_been_paid(where: str) -> None:
    """After kill -9 the ledger still knows: what left may be paid, what did not leave is free."""
    program = """
        import os, signal, sys
        from decimal import Decimal
        from prompt_kit.record.ledger import Ledger, Planned
        ledger = Ledger.open(sys.argv[1])
        one = Planned(run="r", recipe="r", turn=0, generator="g", model="m", fingerprint="f",
                    prompt_fingerprint="p", estimate=Decimal("0.03"))
        ledger.book(one)
        ledger.sent(ledger.book(one))
        os.kill(os.getpid(), signal.SIGKILL)
    """
    run_python(program, where).communicate()

    with Ledger.open(where) as ledger:
        mine = ledger.book(request("0.5"))
        assert [seen.state for seen in ledger.reconcile()] == ["failed", "unknown"]
        assert [seen.state for seen in ledger.entries()] == ["planned", "unknown", "failed"]
        assert ledger.reconcile() == ()
        assert ledger.spent(datetime.now(UTC) - timedelta(hours=1)) == Spending(Decimal(0), Decimal("0.03"), 1, 0)
        ledger.sent(mine)


def test_a_process_number_that_was_given_again_does_not_keep_a_request_open(where: str) -> None:
    """After a restart of the computer another program may have the number; this one is too young."""
    if not Path("/proc/stat").exists():
        pytest.skip("this system does not tell when a process began")
    with Ledger.open(where, clock=lambda: datetime(2020, 1, 1, tzinfo=UTC)) as old:
        old.sent(old.book(request()))

    with Ledger.open(where) as alive, Ledger.open(where) as ledger:
        alive.book(request())
        assert [seen.state for seen in ledger.reconcile()] == ["unknown"]
        assert [seen.state for seen in ledger.entries()] == ["planned", "unknown"]


def test_another_computers_requests_are_left_alone(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can tell from here whether a process over there still lives."""
    monkeypatch.setattr(socket, "gethostname", lambda: "elsewhere")
    with Ledger.open(where, clock=lambda: datetime(2020, 1, 1, tzinfo=UTC)) as old:
        old.sent(old.book(request()))
    monkeypatch.undo()

    with Ledger.open(where) as ledger:
        assert ledger.reconcile() == ()


def test_what_went_into_a_job_belongs_to_no_process(ledger: Ledger) -> None:
    """It is answered long after the process that sent it has ended; all of it leaves, or nothing."""
    first, second, third = ledger.book_all([request(), request(), request()])
    ledger.handed_over([first, second])
    assert [(e.state, e.pid, e.host, e.sent_at is None) for e in ledger.entries()] == [
        ("planned", os.getpid(), socket.gethostname(), True),
        ("sent", 0, "", False),
        ("sent", 0, "", False),
    ]
    with pytest.raises(WorkspaceError, match="no longer planned"):
        ledger.handed_over([third, first])
    assert ledger.entries()[0].state == "planned"
    assert ledger.reconcile() == ()
    ledger.ended(first, came())
    assert [entry.state for entry in ledger.entries(states=("done",))] == ["done"]


def test_a_job_beyond_the_budget_is_not_booked_at_all(ledger: Ledger) -> None:
    """Two of the three would fit; none is booked."""
    with pytest.raises(BudgetError):
        ledger.book_all([request(), request(), request()], budget=Budget(run=Decimal("0.25")))
    assert ledger.entries() == ()


def test_an_answer_that_comes_after_all_is_booked(where: str, clock: Clock) -> None:
    """A request that was given up by mistake may still be answered with its price, but only with one."""
    with Ledger.open(where, clock=clock) as ledger:
        number = ledger.book(request())
        ledger.sent(number)
        ledger.ended(number, Outcome(Status.TIMEOUT))
        ledger.ended(number, came())
        ledger.ended(number, came())
        with pytest.raises(WorkspaceError, match="no longer open"):
            ledger.ended(number, came("0.09"))
        with pytest.raises(WorkspaceError, match="no longer open"):
            ledger.sent(number)

        assert ledger.entries()[0].actual == Decimal("0.08")


def test_odd_characters_do_not_cost_us_the_price(ledger: Ledger) -> None:
    """Half a character or a NUL in a provider's answer is no reason to forget what was paid."""
    number = ledger.book(request())
    ledger.sent(number)
    ledger.ended(number, replace(came(), response_id="a\0b\ud800", reason="🎈"))

    (seen,) = ledger.entries()
    assert (seen.response_id, seen.note, seen.actual) == ("ab?", "🎈", Decimal("0.08"))


@given(st.lists(st.decimals(0, 1_000_000, places=9), min_size=1, max_size=5))
def test_any_amount_is_kept_and_added_exactly(amounts: list[Decimal]) -> None:
    """Money is not a float, not even in SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.open(Path(folder) / "ledger.db", clock=Clock())
        for amount in amounts:
            ledger.book(replace(request(), estimate=amount))

        assert [seen.estimate for seen in ledger.entries()] == amounts[::-1]
        assert ledger.left(Budget(day=Decimal(0))) == -sum(amounts)


def test_a_committed_row_is_on_the_disk(tmp_path: Path) -> None:
    """The file survives the power cut that follows the request: synced, its folder too, in one file."""
    ledger = Ledger.open(tmp_path / "ledger.db")
    ledger.book(request())

    with ledger._database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 3
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.db"]


def test_a_sqlite_url_and_a_path_mean_the_same_file(tmp_path: Path) -> None:
    """Spaces, per cent and question marks are characters like others."""
    path = tmp_path / "my runs? 100%" / "ledger.db"
    Ledger.open(path).book(request())

    assert len(Ledger.open(f"sqlite:///{path}").entries()) == 1


def broken(path: Path) -> None:
    path.write_bytes(b"no database at all " * 500)


def torn(path: Path) -> None:
    ledger = Ledger.open(path)
    for _ in range(50):
        ledger.book(request())
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE prompt_kit_ledger (something)")


@pytest.mark.parametrize("spoil", [broken, torn, foreign])
def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    """A ledger that cannot be read is not begun anew over the old one."""
    path = tmp_path / "ledger.db"
    spoil(path)
    before = path.read_bytes()

    with pytest.raises(WorkspaceError, match=r"ledger\.db: the ledger is damaged"):
        Ledger.open(path).entries()
    assert path.read_bytes() == before


def test_a_ledger_of_the_future_is_not_touched(where: str, ledger: Ledger) -> None:
    """Someone with an older prompt-kit is told to update."""
    with ledger._database.writing() as connection:
        connection.execute(sa.update(VERSION).values(schema=SCHEMA + 1))

    with pytest.raises(WorkspaceError, match=r"a newer prompt-kit made this ledger\. Update"):
        Ledger.open(where)


def test_a_file_that_another_process_holds_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever copies the file with a lock on it does not get a traceback out of us."""
    monkeypatch.setattr(databases, "BUSY_S", 0.1)
    ledger = Ledger.open(tmp_path / "ledger.db")

    with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(WorkspaceError, match="another process has held the ledger"):
            ledger.book(request())


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "postgresql://kit:{secret}@127.0.0.1:{port}/kit",
            "PostgreSQL at 127.0.0.1: no database server answers",
        ),
        ("postgres://kit:{secret}@no-such-host.invalid/kit", "there is no such host"),
        ("postgresql://kit:{secret}@{secret}@127.0.0.1:{port}/kit", "PostgreSQL: "),
        ("postgresql://kit:pw@127.0.0.1:{secret}/kit", "URL cannot be read"),
        ("postgresql://kit:{secret}/1@127.0.0.1:{port}/kit", "no database server answers"),
        ("postgresql:///kit?host=127.0.0.1&port={port}&password={secret}", "no database server answers"),
        ("mysql://kit:{secret}@localhost/kit", "starts with 'mysql'. Use sqlite:/// or postgresql://"),
    ],
)
def test_a_url_that_leads_nowhere_is_one_sentence_without_the_password(url: str, sentence: str) -> None:
    """Passwords must not end up on screens and in logs, not even those that were written wrongly."""
    secret = secrets.token_hex(8)
    with pytest.raises(WorkspaceError) as caught:
        Ledger.open(url.format(port=free_port(), secret=secret))

    assert sentence in str(caught.value)
    assert secret not in "".join(traceback.format_exception(caught.value))


def test_a_wrong_password_is_one_sentence(postgresql: str) -> None:
    """The server says no, and we say what to look at."""
    secret = secrets.token_hex(8)
    with pytest.raises(WorkspaceError, match="does not accept this name and password") as caught:
        Ledger.open(postgresql.replace(PASSWORD, secret))

    assert secret not in "".join(traceback.format_exception(caught.value))


def test_a_missing_database_is_one_sentence(postgresql: str) -> None:
    """The server is there, the database is not."""
    with pytest.raises(WorkspaceError, match="no such database or user"):
        Ledger.open(postgresql.replace("/postgres", "/kit"))


def test_a_server_that_restarts_is_found_again(postgresql: str, clock: Clock) -> None:
    """A connection that the server has ended is not used for the next request."""
    with Ledger.open(postgresql, clock=clock) as ledger:
        with psycopg.connect(postgresql) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )

        ledger.book(request())
        assert len(ledger.entries()) == 1
    with psycopg.connect(postgresql) as connection:
        connection.execute("DROP TABLE prompt_kit_requests, prompt_kit_ledger, prompt_kit_totals")


def test_a_missing_driver_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL is an extra; whoever needs it is told how to get it."""
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(WorkspaceError, match=r"Install it: pip install 'prompt-kit\[postgresql\]'"):
        Ledger.open("postgresql://kit@localhost/kit")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("attempt to write a readonly database", "cannot be written"),
        ("database or disk is full", "the disk is full"),
        ("unable to open database file", "cannot be opened"),
        ("permission denied for schema public", "this user may not do that"),
        ("terminating connection due to administrator command", "the connection to the server broke off"),
        ("something new", "reports an error"),
    ],
)
def test_what_a_database_reports_becomes_a_sentence(said: str, sentence: str) -> None:
    """Each kind of trouble has its own next step."""
    assert sentence in str(databases.trouble("ledger.db", sqlite3.OperationalError(said)))


def test_the_ledger_does_not_show_its_url() -> None:
    """A ledger in a traceback or a log tells no password."""
    engine, label = databases.connect("postgresql://kit:s3cret@localhost/kit")

    assert "s3cret" not in repr(Ledger(engine, label, Clock()))
