"""When the generator asks again: only what was certainly not paid, and once what came back empty."""

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
from prompt_kit.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gemini_replies import Answer


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
def test_an_unexplained_empty_answer_is_asked_again_once(server: GeminiServer, answer: Answer) -> None:
    """It often works the second time, and hardly ever the third."""
    server.next(answer, answer, picture())

    outcome = ask(server)

    assert (outcome.status, len(server.requests), server.waiting) == (Status.NO_IMAGE, 2, 1)


@pytest.mark.usefixtures("at_once")
def test_what_an_empty_answer_may_cost_is_added(server: GeminiServer) -> None:
    """Both answers have their usage; the sum is what will be on the bill."""
    server.next(finished("NO_IMAGE"), picture())
    single = ask(server, wish())
    assert single.usage
    server.next(picture())
    plain = ask(server, wish())
    assert plain.usage

    assert single.usage.to_dict() == {
        **plain.usage.to_dict(),
        "input_text": 2 * plain.usage.to_dict()["input_text"],
        "thinking": 420,
    }
    assert plain.cost
    # 3 × $1.50 + 210 × $7.50, for a million each.
    assert single.cost == plain.cost + Decimal("0.00158")
    assert "asked again; both answers may be charged" in single.warnings[0]


@pytest.mark.usefixtures("at_once")
def test_after_an_empty_answer_nothing_is_certainly_free(server: GeminiServer) -> None:
    """The second request was refused, but the first one may be charged."""
    server.next(finished("NO_IMAGE"), refused(400))

    outcome = ask(server)

    assert (outcome.status, outcome.billable, outcome.cost) == (Status.INVALID, "unknown", None)


def test_a_program_may_turn_retries_off(server: GeminiServer) -> None:
    """Then an empty answer is counted once, and nobody is told that it was asked again."""
    server.next(finished("NO_IMAGE"))
    stamina.set_active(False)
    try:
        outcome = ask(server)
    finally:
        stamina.set_active(True)

    assert (outcome.status, len(server.requests), outcome.warnings) == (Status.NO_IMAGE, 1, ())
    assert outcome.usage
    assert outcome.usage.thinking == 210


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
