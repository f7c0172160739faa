"""What is sent again: by the generator what was certainly not paid, and by whoever keeps the ledger what came empty."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from contextlib import ExitStack
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import stamina
from gemini_asking import KEY, ask, wish
from gemini_replies import broken, finished, picture, quota, raw, refused, retry_delay
from gemini_server import GeminiServer

from prompt_kit.generators.gemini import Gemini
from prompt_kit.kit import generate
from prompt_kit.outcome import Status
from prompt_kit.project import Budget, Project
from prompt_kit.prompt import Prompt
from prompt_kit.record.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gemini_replies import Answer

    from prompt_kit.outcome import Outcome
    from prompt_kit.record.ledger import Entry


DELAYS = {
    "429 detail": refused(429, retry_delay("0.1s")),
    "429 header": refused(429, retry_after="0"),
    "503 detail": refused(503, retry_delay("0.1s")),
}
PERHAPS_PAID = {
    "500": refused(500),
    "504": refused(504),
    "never": broken("never"),
    "half": broken("half"),
    "reset": broken("reset"),
}
EMPTY = {name: finished(name) for name in ("NO_IMAGE", "IMAGE_OTHER", "OTHER", "STOP")} | {
    "nothing": raw({}),
    "no body": raw(""),
}


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    """A server of the test's own."""
    with GeminiServer() as running:
        yield running


@pytest.fixture
def at_once() -> Iterator[None]:
    """Nobody waits between tries."""
    with stamina.set_testing(True, attempts=10, cap=True):
        yield


@pytest.fixture
def busy_port() -> Iterator[int]:
    """A port whose queue is full, so that no further connection comes about."""
    with ExitStack() as stack:
        busy = stack.enter_context(socket.socket())
        busy.bind(("127.0.0.1", 0))
        busy.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)  # noqa: FBT003 - the standard library's signature
            waiting.connect_ex(busy.getsockname())
        yield busy.getsockname()[1]


@pytest.fixture
def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def test_it_waits_as_long_as_google_asks(server: GeminiServer) -> None:
    """And those who watch are told how long and why."""
    told: list[tuple[float, str]] = []
    server.next(refused(429, retry_delay("0.3s")))
    began = time.monotonic()

    outcome = ask(server, on_wait=lambda seconds, why: told.append((seconds, why)))

    assert (outcome.status, len(server.requests)) == (Status.OK, 2)
    assert time.monotonic() - began >= 0.3
    assert told == [
        (
            0.3,
            "Google allows no more pictures for this key right now. It asks to wait 1 s; prompt-kit waits and goes on.",
        )
    ]


@pytest.mark.parametrize("answer", DELAYS.values(), ids=DELAYS)
def test_both_ways_of_asking_to_wait_are_understood(server: GeminiServer, answer: Answer) -> None:
    """Google's own detail, and the header of HTTP."""
    told: list[float] = []
    server.next(answer)

    assert ask(server, on_wait=lambda seconds, _: told.append(seconds)).ok
    assert max(told) <= 0.1  # without an answer to go by, the back-off takes longer


def test_nobody_is_kept_waiting_for_long(server: GeminiServer) -> None:
    """After a minute and a half people want to decide themselves."""
    server.next(refused(429, retry_delay("240s")))

    outcome = ask(server)

    assert (outcome.status, outcome.retry_after_s, len(server.requests)) == (Status.QUOTA, 240, 1)
    assert outcome.next_step == "Google asks to wait 4 min; try again then."


@pytest.mark.parametrize(
    "name", ["GenerateRequestsPerDayPerProjectPerModel", "RequestsPerMinute-FreeTier", "generate_requests_per_day"]
)
def test_a_quota_that_no_waiting_helps_is_not_asked_again(server: GeminiServer, name: str) -> None:
    """Google sends a delay with these, too."""
    server.next(refused(429, quota(name), retry_delay("0.1s")))

    outcome = ask(server)

    assert (outcome.status, len(server.requests)) == (Status.QUOTA, 1)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("attempts", [1, 2, 4])
def test_attempts_are_counted(server: GeminiServer, attempts: int) -> None:
    """The last refusal is the outcome, and no wait is announced that will not come."""
    told: list[float] = []
    server.next(*[refused(503)] * 5)

    outcome = ask(server, attempts=attempts, on_wait=lambda seconds, _: told.append(seconds))

    assert (outcome.status, outcome.billable) == (Status.UNAVAILABLE, "no")
    assert (len(server.requests), len(told)) == (attempts, attempts - 1)


@pytest.mark.usefixtures("at_once")
def test_a_server_that_cannot_be_reached_is_tried_again(server: GeminiServer, free_port: int) -> None:
    """Nothing was sent, so nothing is paid."""
    told: list[str] = []

    outcome = ask(server, base_url=f"http://127.0.0.1:{free_port}", on_wait=lambda _, why: told.append(why))

    assert (outcome.status, outcome.billable, len(told)) == (Status.UNAVAILABLE, "no", 3)
    assert told[0].startswith("Google could not be reached")


@pytest.mark.usefixtures("at_once")
def test_a_connection_that_takes_too_long_is_tried_again(busy_port: int, server: GeminiServer) -> None:
    """Unlike an answer that takes too long: nothing was sent, so nothing is paid."""
    told: list[str] = []
    address = f"http://127.0.0.1:{busy_port}"

    outcome = ask(server, base_url=address, timeout_s=2, attempts=2, on_wait=lambda _, why: told.append(why))

    assert (outcome.status, outcome.billable, len(told)) == (Status.UNAVAILABLE, "no", 1)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("answer", PERHAPS_PAID.values(), ids=PERHAPS_PAID)
def test_what_may_be_paid_is_never_asked_again(server: GeminiServer, answer: Answer) -> None:
    """A second picture for the price of two is not what anybody asked for."""
    server.next(answer)

    outcome = ask(server, timeout_s=2)

    assert (outcome.billable, len(server.requests)) == ("unknown", 1)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("answer", EMPTY.values(), ids=EMPTY)
def test_an_unexplained_empty_answer_may_be_asked_for_again_by_whoever_pays(
    server: GeminiServer, answer: Answer
) -> None:
    """It may be charged, so the generator sends it once; that a second try is worth it, the outcome says."""
    server.next(answer, picture())

    outcome = ask(server)

    assert (outcome.status, outcome.repeatable, len(server.requests)) == (Status.NO_IMAGE, True, 1)


@pytest.mark.parametrize(
    "answer", [picture(), finished("IMAGE_SAFETY"), refused(400)], ids=["picture", "held back", "refused"]
)
def test_nothing_else_may_be_asked_for_again(server: GeminiServer, answer: Answer) -> None:
    """An answer that was explained would be the same the second time."""
    server.next(answer)

    assert not ask(server, attempts=1).repeatable


def made(server: GeminiServer, tmp_path: Path, *answers: Answer, day: str) -> tuple[Outcome, tuple[Entry, ...]]:
    """Make a picture with these answers and this budget for the day; return what came of it, and the ledger."""
    server.next(*answers)
    project = Project(root=tmp_path, budget=Budget(day=Decimal(day)))
    prompt = Prompt((wish().turn,), wish().settings)
    outcome = generate(prompt, generator=Gemini(api_key=KEY, base_url=server.url), project=project)
    with Ledger.open(project.ledger_url) as ledger:
        return outcome, ledger.entries()


def test_an_empty_answer_is_asked_for_once_more_as_a_request_of_its_own(server: GeminiServer, tmp_path: Path) -> None:
    """It often works the second time; both answers have their row, and the sum is what will be on the bill."""
    outcome, rows = made(server, tmp_path, finished("NO_IMAGE"), picture(), day="10")

    assert (outcome.ok, len(server.requests)) == (True, 2)
    assert [row.state for row in rows] == ["done", "unknown"]
    assert outcome.cost == sum(row.actual or 0 for row in rows)
    assert outcome.usage
    assert outcome.usage.thinking == 420
    assert "asked again; both answers may be charged" in outcome.warnings[0]


def test_an_empty_answer_is_hardly_ever_followed_by_a_picture_the_third_time(
    server: GeminiServer, tmp_path: Path
) -> None:
    """So it is asked for twice at most."""
    outcome, rows = made(server, tmp_path, finished("NO_IMAGE"), raw({}), picture(), day="10")

    assert (outcome.status, len(rows), server.waiting) == (Status.NO_IMAGE, 2, 1)


def test_after_an_empty_answer_nothing_is_certainly_free(server: GeminiServer, tmp_path: Path) -> None:
    """The second request was refused, but the first one may be charged."""
    outcome, _ = made(server, tmp_path, raw({}), refused(400), day="10")

    assert (outcome.status, outcome.billable, outcome.cost) == (Status.INVALID, "unknown", None)


def test_an_empty_answer_that_used_up_the_budget_is_the_last(server: GeminiServer, tmp_path: Path) -> None:
    """Its tokens are paid, so the budget is asked before anything is sent once more."""
    costly = raw(
        {
            "candidates": [{"finishReason": "NO_IMAGE"}],
            "usageMetadata": {"candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}]},
        }
    )
    outcome, rows = made(server, tmp_path, costly, picture(), day="0.04")

    assert (outcome.status, len(server.requests), len(rows)) == (Status.NO_IMAGE, 1, 1)
    assert "budget" in outcome.next_step


def test_waiting_can_be_stopped(server: GeminiServer) -> None:
    """Ctrl-C does not wait for Google's delay."""
    server.next(refused(429, retry_delay("60s")))

    async def stopped() -> None:
        waiting = asyncio.Event()
        gemini = Gemini(api_key=KEY, base_url=server.url, on_wait=lambda *_: waiting.set())
        task = asyncio.create_task(gemini.generate(wish()))
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(stopped())


def test_nothing_is_printed_while_waiting(server: GeminiServer, capfd: pytest.CaptureFixture[str]) -> None:
    """The faces talk; libraries that log a retry would otherwise write into the terminal."""
    server.next(refused(429, retry_delay("0.05s")))
    root = logging.getLogger()
    handlers, root.handlers = root.handlers, []
    try:
        assert ask(server).ok
    finally:
        root.handlers = handlers

    assert capfd.readouterr() == ("", "")
