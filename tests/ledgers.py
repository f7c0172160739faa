"""Ledgers for tests, on both of their databases."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from prompt_kit.outcome import Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.record.ledger import Ledger, Planned

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PASSWORD = "pass-word-1"


def request(estimate: str | None = "0.10", *, run: str = "2026-11-21/sticker-7f3a", fingerprint: str = "f") -> Planned:
    from prompt_kit.record.ledger import Planned

    return Planned(
        run=run,
        recipe="sticker",
        turn=0,
        generator="gemini",
        model="gemini-nano-banana-2.1",
        fingerprint=fingerprint,
        prompt_fingerprint="p",
        estimate=None if estimate is None else Decimal(estimate),
    )


def came(cost: str | None = "0.08") -> Outcome:
    price = None if cost is None else Decimal(cost)
    return Outcome(Status.OK, billable="yes", cost=price, response_id="r-1", reason="STOP")


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def postgresql_programs() -> Path | None:
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "postgres").exists()), None)


@contextmanager
def own_server(programs: Path) -> Iterator[str]:
    """Start a PostgreSQL server that nobody else uses; it never runs as root."""
    import psycopg

    folder = Path(tempfile.mkdtemp(prefix="prompt-kit-pg-"))
    user = "postgres" if os.geteuid() == 0 else None
    (folder / "password").write_text(PASSWORD)
    if user:
        for path in (folder, folder / "password"):
            shutil.chown(path, user)
    port = free_port()
    data, password = str(folder / "data"), f"--pwfile={folder / 'password'}"
    init = [str(programs / "initdb"), "-D", data, "-U", "kit", "-A", "scram-sha-256", "-E", "UTF8", "-N"]
    serve = [str(programs / "postgres"), "-D", data, "-F", "-h", "127.0.0.1", "-p", str(port), "-k", ""]
    subprocess.run([*init, password], user=user, cwd="/", check=True, capture_output=True)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(serve, user=user, cwd="/", stdout=log, stderr=log)
    url = f"postgresql://kit:{PASSWORD}@127.0.0.1:{port}/postgres"
    try:
        for _ in range(200):
            try:
                psycopg.connect(url).close()
                break
            except psycopg.OperationalError:
                time.sleep(0.05)
        yield url
    finally:
        server.send_signal(signal.SIGQUIT)  # at once; nothing of it is kept
        server.wait()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own."""
    programs = postgresql_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed here")
    with own_server(programs) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield str(tmp_path / "runs" / "ledger.db")
        return
    url: str = request.getfixturevalue("postgresql")
    yield url
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE IF EXISTS prompt_kit_requests, prompt_kit_ledger, prompt_kit_totals")


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(where: str, clock: Clock) -> Iterator[Ledger]:
    from prompt_kit.record.ledger import Ledger

    with Ledger.open(where, clock=clock) as opened:
        yield opened
