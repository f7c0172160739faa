"""Answers that no good service gives neither cost a picture that is paid nor book money that nobody asked for."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
import stamina
from gemini_asking import KEY, ask, wish
from gemini_replies import encoded_picture, parts, raw
from gemini_server import GeminiServer
from hypothesis import given
from hypothesis import strategies as st

from prompt_kit.generators.gemini.answers import read
from prompt_kit.generators.gemini.answers import refused as error_outcome
from prompt_kit.outcome import Outcome, Status, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

JPEG = encoded_picture((1024, 1024))


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    """A server of the test's own; between tries nobody waits."""
    with GeminiServer() as running, stamina.set_testing(True, attempts=4, cap=True):
        yield running


def inline(data: Any) -> dict[str, Any]:
    """Return a part that holds a picture."""
    return {"inlineData": {"mimeType": "image/jpeg", "data": data}}


def counted(image: Any, *, total: Any = None) -> dict[str, Any]:
    """Return an answer with a picture and this count of its tokens."""
    usage: dict[str, Any] = {"promptTokensDetails": [{"modality": "TEXT", "tokenCount": 5}]}
    usage["candidatesTokensDetails"] = [{"modality": "IMAGE", "tokenCount": image}]
    if total is not None:
        usage["candidatesTokenCount"] = total
    return {"candidates": [{"content": {"parts": [inline(JPEG)]}}], "usageMetadata": usage}


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
    content = json.dumps({"parts": [inline(JPEG)]})
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


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (JPEG[:1001], base64.b64decode(JPEG[:1000])),
        (JPEG[:200] + "%" + JPEG[200:], base64.b64decode(JPEG)),
        (base64.b64encode(b"no picture").decode(), b"no picture"),
        ("ü", None),
        ("", None),
        (None, None),
        (7, None),
    ],
    ids=["cut", "foreign", "words", "umlaut", "empty", "null", "number"],
)
def test_damaged_bytes_are_kept_and_are_no_picture(server: GeminiServer, data: Any, kept: bytes | None) -> None:
    """They were paid; nothing that cannot be opened counts as a result, though."""
    server.next(parts(inline(data)))

    outcome = ask(server)

    assert (outcome.status, outcome.billable) == (Status.NO_IMAGE, "yes")
    assert [(picture.data, picture.media_type) for picture in outcome.pictures] == (
        [] if kept is None else [(kept, "application/octet-stream")]
    )
    assert "damaged" in outcome.message
    assert len(server.requests) == 1


def test_one_damaged_picture_does_not_cost_the_others(server: GeminiServer) -> None:
    """What is good is kept, and so are the bytes of what is not; the loss is said."""
    server.next(parts(inline(JPEG), inline(JPEG[:1001]), inline("")))

    outcome = ask(server)

    assert (outcome.ok, len(outcome.pictures)) == (True, 2)
    assert outcome.warnings == (
        "1 of 3 pictures cannot be read as a picture; the bytes are kept.",
        "1 of 3 pictures came back damaged and are left out.",
    )


def test_both_alphabets_of_base64_are_read(server: GeminiServer) -> None:
    """Google's libraries write either."""
    other = JPEG.replace("+", "-").replace("/", "_")
    assert other != JPEG
    server.next(parts(inline(other)))

    assert ask(server).pictures[0].data == base64.b64decode(JPEG)


def test_a_good_picture_survives_odd_surroundings(server: GeminiServer) -> None:
    """The picture is paid; nonsense in the fields around it must not lose it."""
    candidate = {"content": {"parts": [inline(JPEG), "odd", {"text": 7}]}, "groundingMetadata": [1]}
    usage = {"thoughtsTokenCount": "many", "candidatesTokenCount": "x", "promptTokensDetails": [3, {"tokenCount": "y"}]}
    server.next(raw({"candidates": [candidate], "usageMetadata": usage, "modelStatus": 5, "new": {"field": KEY}}))

    outcome = ask(server)

    assert (outcome.status, len(outcome.pictures)) == (Status.OK, 1)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("candidates", "content", "parts", "inlineData", "data", "text", "thought", "finishReason"),
                    *("usageMetadata", "promptTokensDetails", "candidatesTokensDetails", "tokenCount", "modality"),
                    *("promptFeedback", "blockReason", "groundingMetadata", "webSearchQueries", "modelStatus"),
                    *("error", "details", "violations", "retryDelay", "message", "candidatesTokenCount"),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(_JSON)
def test_no_answer_of_any_shape_raises(answer: Any) -> None:
    """A paid request must end in an outcome, whatever stands between us and Google."""
    request = wish()

    assert isinstance(read(json.dumps(answer), request).outcome, Outcome)
    assert isinstance(read(json.dumps({"candidates": [answer]}), request).outcome, Outcome)
    assert isinstance(error_outcome(429, answer, request).outcome, Outcome)


@given(st.text())
def test_no_text_of_any_kind_raises(answer: str) -> None:
    """Neither does what is no JSON."""
    assert isinstance(read(answer, wish()).outcome, Outcome)
