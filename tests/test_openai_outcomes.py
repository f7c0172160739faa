"""What comes back from OpenAI, or from a server like it, becomes an outcome that people can act on."""

from __future__ import annotations

import asyncio
import base64
import re
import socket
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx2
import openai
import pytest
import stamina
from openai_asking import KEY, ask, base, wish
from openai_replies import blocked, broken, encoded_picture, picture, raw, refused
from openai_server import OpenAIServer

from prompt_kit.generators.openai import OpenAI, verdicts
from prompt_kit.generators.openai.answers import read
from prompt_kit.generators.openai.generator import MEANING_OF_FAILURE
from prompt_kit.outcome import Outcome, Piece, Status, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openai_replies import Answer

PNG = encoded_picture((1024, 1024))

WRONG: list[tuple[Answer, Status, str, str]] = [
    (blocked("input", "sexual"), Status.BLOCKED, "unknown", "safety_violations=[sexual]"),
    (refused(400, reason="content_policy_violation"), Status.BLOCKED, "unknown", "safety rules held back"),
    (refused(451), Status.BLOCKED, "unknown", "may not answer"),
    (refused(400, "Unknown thing."), Status.INVALID, "no", 'does not take the request ("Unknown thing")'),
    (refused(400, reason="billing_hard_limit_reached"), Status.QUOTA, "no", "used up"),
    (refused(400, "Billing hard limit has been reached."), Status.QUOTA, "no", "used up"),
    (refused(400, reason="invalid_image_file"), Status.INVALID, "no", "cannot read one of the pictures"),
    (refused(400, reason="unknown_parameter"), Status.INVALID, "no", "one of the settings"),
    (refused(401, reason="invalid_api_key"), Status.AUTH, "no", "does not accept the key"),
    (refused(402), Status.QUOTA, "no", "no money left"),
    (refused(403, "Your organization must be verified to use it."), Status.AUTH, "no", "to be verified"),
    (refused(403, reason="unsupported_country_region_territory"), Status.AUTH, "no", "the country"),
    (refused(403, reason="model_not_found"), Status.INVALID, "no", "no such model"),
    (refused(404, reason="model_not_found"), Status.INVALID, "no", "no such model"),
    (raw("<html>404</html>", 404), Status.INVALID, "no", "no such model or no such address."),
    (raw({"detail": "Not Found"}, 404), Status.INVALID, "no", '("Not Found")'),
    (raw({"detail": [{"loc": ["body", "size"], "msg": "wrong"}]}, 422), Status.INVALID, "no", "wrong"),
    (raw({"error": "out of memory"}, 500), Status.UNAVAILABLE, "unknown", '("out of memory")'),
    (refused(408), Status.TIMEOUT, "unknown", "gave up waiting"),
    (refused(413), Status.INVALID, "no", "too large"),
    (refused(418), Status.INVALID, "no", "does not take the request"),
    (refused(429, reason="insufficient_quota"), Status.QUOTA, "no", "credit or monthly limit"),
    (refused(429, "You exceeded your current quota, check your plan."), Status.QUOTA, "no", "credit or monthly"),
    (refused(500, "The server had an error."), Status.UNAVAILABLE, "unknown", "broke at the server"),
    (refused(501), Status.INVALID, "no", "cannot do this"),
    (refused(502), Status.UNAVAILABLE, "unknown", "gateway"),
    (refused(504), Status.TIMEOUT, "unknown", "did not finish"),
    (raw("<html>", 524), Status.TIMEOUT, "unknown", "may have been made and charged"),
    (refused(599), Status.UNAVAILABLE, "unknown", "broke at the server"),
    (raw("<html>welcome</html>"), Status.UNAVAILABLE, "unknown", "not an answer of the Images API"),
    (raw({"hello": 1}), Status.UNAVAILABLE, "unknown", "not an answer of the Images API"),
    (raw([1, 2]), Status.UNAVAILABLE, "unknown", "not an answer of the Images API"),
    (raw({"data": []}), Status.NO_IMAGE, "unknown", "no picture and gives no reason"),
    (raw({"data": None}), Status.NO_IMAGE, "unknown", "no picture and gives no reason"),
    (raw({"data": ["x"]}), Status.NO_IMAGE, "unknown", "no picture and gives no reason"),
    (raw({"data": [{"b64_json": PNG[:90] + "!"}]}), Status.NO_IMAGE, "unknown", "damaged"),
    (raw({"data": [{"b64_json": "QUFBQQ=="}]}), Status.NO_IMAGE, "unknown", "damaged"),
    (raw({"error": {"code": "insufficient_quota", "message": "No."}}), Status.QUOTA, "no", "used up"),
    (broken("half"), Status.UNAVAILABLE, "unknown", "may be charged"),
    (broken("reset"), Status.UNAVAILABLE, "unknown", "may be charged"),
]
"""Answers, what they mean, whether they may be charged, and what the message holds."""


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    """A server of the test's own; between tries nobody waits."""
    with OpenAIServer() as running, stamina.set_testing(True, attempts=4, cap=True):
        yield running


def answered(body: Any, **settings: Any) -> Outcome:
    """Return what a text that arrived is read as."""
    return read(body, wish(**settings)).outcome


def _is(one: Any, family: type[Exception]) -> bool:
    return isinstance(one, type) and issubclass(one, family)


def test_every_meaning_is_said_in_whole_plain_sentences() -> None:
    """These texts are all that people see of OpenAI's codes."""
    said = [*verdicts.MEANING_OF_CODE.values(), *verdicts.MEANING_OF_REASON.values()]
    said += [verdict for *_, verdict in verdicts.MEANING_OF_WORDS]
    said += [verdicts.SENT_NOTHING, verdicts.BAD_ADDRESS, verdicts.NO_ANSWER_IN_TIME, verdicts.LOST_ON_THE_WAY]
    said += [verdicts.NOT_OPENAI, verdicts.NO_PICTURE, verdicts.DAMAGED, verdicts.ELSEWHERE]

    for verdict in said:
        for sentence in (verdict.message, verdict.next_step):
            assert sentence[0].isupper()
            assert sentence.endswith(".")
            assert not re.search(r"\b(please|invalid|failed to|error)\b", sentence, re.IGNORECASE)
        assert verdict.again == "no" or verdict.billable == "no", "what may be charged is not asked for again"


def test_every_failure_of_the_network_and_the_sdk_has_a_meaning() -> None:
    """A class that is new in one of the libraries would be a traceback."""
    network = [one for one in (getattr(httpx2, name) for name in dir(httpx2)) if _is(one, httpx2.HTTPError)]
    sdk = [one for one in (getattr(openai, name) for name in openai.__all__) if _is(one, openai.OpenAIError)]

    assert min(len(network), len(sdk)) > 10
    for kind in [*network, *sdk, httpx2.InvalidURL, TimeoutError, UnicodeDecodeError]:
        assert any(base in MEANING_OF_FAILURE for base in kind.__mro__), kind


def test_a_picture_comes_with_everything_that_is_known_of_it(server: OpenAIServer) -> None:
    """Bytes untouched, type and size from the bytes, tokens by kind, the cost from the catalogue's three prices."""
    outcome = ask(server, wish("Make it red, and keep the rest.", base(), aspect_ratio="1:1", tier="pro"))

    [made] = outcome.pictures
    assert made.data == base64.b64decode(PNG)
    assert (made.media_type, made.width, made.height) == ("image/png", 1024, 1024)
    assert outcome.pieces == (Piece(picture=0),)
    assert outcome.usage == Usage(input_text=7, input_image=500, output_text=0, output_image=1756)
    assert outcome.cost == Decimal("0.056715"), "7 tokens at $5, 500 at $8 and 1,756 at $30 a million"
    assert (outcome.billable, outcome.model, outcome.response_id) == ("yes", "gpt-image-2.5-sunburst", "req_1")
    assert dict(outcome.details)["quality"] == "high"


def test_several_pictures_and_a_revised_prompt_are_kept(server: OpenAIServer) -> None:
    """Some servers write the prompt anew; what was really drawn belongs into the record."""
    data = [{"b64_json": PNG, "revised_prompt": "A cat, oil on canvas."}, {"b64_json": PNG}, {"b64_json": "AAAA"}]
    server.next(raw({"created": 1, "data": data}))

    outcome = ask(server)

    assert (outcome.ok, len(outcome.pictures)) == (True, 3)
    assert dict(outcome.details)["revised_prompt"] == "A cat, oil on canvas."
    assert outcome.warnings == ("1 of 3 pictures cannot be read as a picture; the bytes are kept.",)


def test_what_is_declared_is_not_believed(server: OpenAIServer) -> None:
    """A JPEG under the name PNG is saved as the JPEG it is."""
    server.next(picture(kind="JPEG"))

    assert ask(server).pictures[0].media_type == "image/jpeg"


def test_another_size_than_asked_for_is_told(server: OpenAIServer) -> None:
    """Compatible servers have sizes of their own, and drop the wish silently."""
    server.next(picture(size=(512, 512)))

    outcome = ask(server, wish(aspect_ratio="1:1"))

    assert outcome.ok
    assert outcome.warnings == ("The picture has 512 × 512 pixels; 1024 × 1024 were asked for.",)


def test_a_background_that_is_not_transparent_is_told(server: OpenAIServer) -> None:
    """A sticker that was to be cut out and is not would be noticed in print."""
    assert ask(server, wish(background="transparent")).warnings == ()
    server.next(raw({"data": [{"b64_json": PNG}]}))

    outcome = ask(server, wish(background="transparent"))

    assert outcome.warnings == ("A transparent background was asked for, and the picture came without one.",)


@pytest.mark.parametrize(
    ("kind", "alpha", "told"),
    [("WEBP", True, False), ("WEBP", False, True), ("JPEG", False, True), ("PNG", True, False)],
)
def test_transparency_is_seen_in_every_type(kind: str, alpha: bool, told: bool) -> None:  # noqa: FBT001
    """The head of the file says whether it can be transparent."""
    body = f'{{"data": [{{"b64_json": "{encoded_picture((1024, 1024), kind, alpha=alpha)}"}}]}}'

    assert bool(answered(body, background="transparent").warnings) == told


@pytest.mark.parametrize(
    ("told", "usage", "cost"),
    [
        (None, None, None),
        ({}, None, None),
        ({"input_tokens": 5, "output_tokens": 100}, Usage(output_image=100), None),
        (
            {"input_tokens_details": {"text_tokens": 10, "image_tokens": 0}, "output_tokens": 100},
            Usage(input_text=10, input_image=0, output_image=100),
            Decimal("0.003050"),
        ),
        ({"input_tokens_details": {"text_tokens": -4}, "output_tokens": 1e9}, Usage(), None),
        ({"input_tokens_details": [1], "output_tokens": "many"}, Usage(), None),
    ],
)
def test_no_cost_is_made_up(
    server: OpenAIServer, told: dict[str, Any] | None, usage: Usage | None, cost: Decimal | None
) -> None:
    """Tokens that are not told, or that nobody can have counted, make the cost unknown, never 0."""
    server.next(raw({"data": [{"b64_json": PNG}]} | ({} if told is None else {"usage": told})))

    outcome = ask(server)

    assert (outcome.ok, outcome.usage, outcome.cost) == (True, usage, cost)


def test_a_server_that_costs_nothing_is_booked_as_nothing(server: OpenAIServer) -> None:
    """A project's row with prices of 0 is believed, where the server counts tokens."""
    request = wish()
    free = {"input_price": Decimal(0), "input_image_price": None, "image_price": Decimal(0)}
    own = replace(request, model=request.model.model_copy(update=free))

    assert ask(server, own).cost == 0


@pytest.mark.parametrize(
    ("answer", "status", "billable", "says"), WRONG, ids=[f"{n}: {row[3]}" for n, row in enumerate(WRONG)]
)
def test_what_goes_wrong_is_said_once_and_not_paid_twice(
    server: OpenAIServer, answer: Answer, status: Status, billable: str, says: str
) -> None:
    """The right status, plain words with OpenAI's own in them, and no second try where one may cost."""
    server.next(answer)

    outcome = ask(server)

    assert (outcome.status, outcome.billable) == (status, billable), outcome
    assert says in outcome.message
    assert outcome.next_step.endswith(".")
    assert outcome.cost is None
    assert len(server.requests) == 1


def test_an_address_instead_of_a_picture_is_not_fetched(server: OpenAIServer) -> None:
    """A server could send us anywhere; the message says what to set, the record keeps the address."""
    server.next(raw({"data": [{"url": "http://169.254.169.254/latest"}]}))

    outcome = ask(server)

    assert outcome.status is Status.NO_IMAGE
    assert "b64_json" in outcome.next_step
    assert dict(outcome.details)["addresses"] == ["http://169.254.169.254/latest"]
    assert len(server.requests) == 1


def test_a_picture_that_is_written_as_an_address_is_taken(server: OpenAIServer) -> None:
    """A data: address holds the picture itself."""
    server.next(
        raw({"data": [{"url": f"data:image/png;base64,{PNG}"}]}), raw({"data": [{"b64_json": f"data:;,{PNG}"}]})
    )

    assert ask(server).ok
    assert ask(server).ok


@pytest.mark.parametrize(
    ("answer", "waits"),
    [
        (refused(429, reason="rate_limit_exceeded", retry_after="2"), 2.0),
        (refused(429, reason="rate_limit_exceeded", retry_after_ms="1500"), 1.5),
        (
            refused(429, "Rate limit reached for images. Please try again in 1m2.5s.", reason="rate_limit_exceeded"),
            62.5,
        ),
        (refused(429, "Limit 5, Used 5. Please try again in 600ms."), 0.6),
        (refused(503, "Slow down."), None),
    ],
    ids=["header", "header in ms", "words", "words in ms", "overload"],
)
def test_what_is_certainly_not_charged_is_asked_again(
    server: OpenAIServer, answer: Answer, waits: float | None
) -> None:
    """Rate limits and overload: the server's own time is kept, and who waits is told why."""
    told: list[tuple[float, str]] = []
    server.next(answer, picture())

    outcome = ask(server, on_wait=lambda seconds, why: told.append((seconds, why)))

    assert (outcome.ok, len(server.requests)) == (True, 2)
    [(seconds, why)] = told
    assert waits is None or seconds == waits
    assert "prompt-kit waits and goes on." in why if waits else "asked again" in why


def test_a_wait_that_is_too_long_is_left_to_the_person(server: OpenAIServer) -> None:
    """Nobody is kept at a terminal for an hour; the outcome says how long, for a later try."""
    server.next(refused(429, "Please try again in 1h5m.", reason="rate_limit_exceeded"))

    outcome = ask(server)

    assert (outcome.status, outcome.retry_after_s, len(server.requests)) == (Status.QUOTA, 3900.0, 1)
    assert outcome.next_step == "The server asks to wait 65 min; try again then."


def test_it_gives_up_after_so_many_tries(server: OpenAIServer) -> None:
    """The last answer is the one that counts."""
    server.next(*[refused(503)] * 5)

    outcome = ask(server, attempts=3)

    assert (outcome.status, len(server.requests)) == (Status.UNAVAILABLE, 3)


def test_a_timeout_is_not_asked_again(server: OpenAIServer) -> None:
    """The picture may have been made and charged, and the message says so."""
    server.next(broken("never"))

    outcome = ask(server, timeout_s=2)

    assert (outcome.status, outcome.billable, len(server.requests)) == (Status.TIMEOUT, "unknown", 1)
    assert "may have been made and charged" in outcome.message


def test_a_trickle_ends_too(server: OpenAIServer) -> None:
    """The SDK's own limit starts anew with every byte."""
    server.next(broken("trickle"))

    assert ask(server, timeout_s=2).status is Status.TIMEOUT


def test_a_server_that_is_not_there_costs_nothing() -> None:
    """No connection came about, so it is tried again, and then said."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    waits: list[float] = []

    with stamina.set_testing(True, attempts=4, cap=True):
        maker = OpenAI(base_url=nowhere, attempts=3, on_wait=lambda seconds, _: waits.append(seconds))
        outcome = asyncio.run(maker.generate(wish()))

    assert (outcome.status, outcome.billable, len(waits)) == (Status.UNAVAILABLE, "no", 2)
    assert "could not be reached" in outcome.message


@pytest.mark.parametrize(
    "address", ["localhost:8000", "ftp://localhost/v1", "http://[broken", "http://a b/v1", "http://localhost:99999/v1"]
)
def test_an_address_that_is_none_is_said(address: str) -> None:
    """No traceback, whatever stands in the environment."""
    outcome = asyncio.run(OpenAI(api_key=KEY, base_url=address, attempts=1).generate(wish()))

    assert outcome.status in {Status.INVALID, Status.UNAVAILABLE}
    assert outcome.billable == "no"
    assert "base URL" in outcome.next_step


@pytest.mark.parametrize("text", ["", "null", "{", "[" * 100_000, '{"data": {}}', '{"data": [[]]}', '{"error": [1]}'])
def test_no_answer_is_a_traceback(text: str) -> None:
    """Whatever arrives is read as something."""
    assert not answered(text).ok
