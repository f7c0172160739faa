"""Answers that no good service gives neither cost a picture that is paid nor book money that nobody asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import stamina
from gemini_asking import KEY, ask
from gemini_replies import encoded_picture, raw
from gemini_server import GeminiServer

from prompt_kit.outcome import Status, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

PICTURE = {"inlineData": {"mimeType": "image/jpeg", "data": encoded_picture((1024, 1024))}}


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    """A server of the test's own; between tries nobody waits."""
    with GeminiServer() as running, stamina.set_testing(True, attempts=4, cap=True):
        yield running


def counted(image: Any, *, total: Any = None) -> dict[str, Any]:
    """Return an answer with a picture and this count of its tokens."""
    usage: dict[str, Any] = {"promptTokensDetails": [{"modality": "TEXT", "tokenCount": 5}]}
    usage["candidatesTokensDetails"] = [{"modality": "IMAGE", "tokenCount": image}]
    if total is not None:
        usage["candidatesTokenCount"] = total
    return {"candidates": [{"content": {"parts": [PICTURE]}}], "usageMetadata": usage}


@pytest.mark.parametrize("count", [-5_000_000, 10**60, True, "1120", 11.2, None])
def test_a_count_that_cannot_be_one_is_unknown(server: GeminiServer, count: Any) -> None:
    """It would be booked: below nothing, for nothing, or beyond all money; and the picture would be lost."""
    server.next(raw(counted(count)))

    outcome = ask(server)

    assert (outcome.status, len(outcome.pictures)) == (Status.OK, 1)
    assert outcome.usage == Usage(5, 0)
    assert outcome.cost is None


def test_a_total_below_its_parts_takes_nothing_off(server: GeminiServer) -> None:
    """Words that were not counted are none, not fewer than none."""
    server.next(raw(counted(1120, total=100)))

    assert ask(server).usage == Usage(5, 0, output_text=0, output_image=1120)


@pytest.mark.parametrize("depth", [60, 600, 900])
def test_deep_surroundings_do_not_cost_the_picture(server: GeminiServer, depth: int) -> None:
    """What is kept for the record has levels that can be written, and the key is in none of them."""
    nested = "[" * depth + f'"{KEY}"' + "]" * depth
    content = json.dumps({"parts": [PICTURE]})
    server.next(raw(f'{{"candidates": [{{"groundingMetadata": {{"x": {nested}}}, "content": {content}}}]}}'))

    outcome = ask(server)

    assert (outcome.status, len(outcome.pictures)) == (Status.OK, 1)
    assert json.dumps(outcome.details, indent=2).count("[") < 60
    assert KEY not in repr(outcome)


@pytest.mark.parametrize("depth", [600, 100_000])
@pytest.mark.parametrize("code", [400, 500])
def test_a_deep_refusal_is_an_outcome(server: GeminiServer, code: int, depth: int) -> None:
    """The SDK itself cannot read such an error."""
    server.next(raw(f'{{"error": {{"code": {code}, "details": [{"[" * depth + "]" * depth}]}}}}', code))

    assert ask(server).status in {Status.INVALID, Status.UNAVAILABLE}


@pytest.mark.parametrize(
    ("code", "status", "billable"),
    [(400, "invalid", "no"), (401, "auth", "no"), (500, "unavailable", "unknown"), ("odd", "unavailable", "unknown")],
)
def test_a_refusal_under_code_200_is_a_refusal(server: GeminiServer, code: Any, status: str, billable: str) -> None:
    """Gateways do so; asking again as after an empty answer would hide what they say."""
    server.next(raw({"error": {"code": code, "message": "The upstream says no."}}))

    outcome = ask(server)

    assert (outcome.status, outcome.billable, len(server.requests)) == (status, billable, 1)
    assert '("The upstream says no")' in outcome.message
