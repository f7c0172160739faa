"""What comes back from Google, in all its forms, becomes an outcome that people can act on."""

from __future__ import annotations

import base64
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import stamina
from gemini_asking import ask, wish
from gemini_replies import (
    bad_key,
    because,
    blocked,
    broken,
    encoded_picture,
    finished,
    parts,
    picture,
    quota,
    raw,
    refused,
    words,
)
from gemini_server import GeminiServer
from google.genai import types

from prompt_kit.generators.gemini import verdicts
from prompt_kit.images import open_image
from prompt_kit.outcome import Status, Usage
from prompt_kit.prompt import Reference
from prompt_kit.support.durations import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gemini_replies import Answer

JPEG = encoded_picture((1024, 1024))


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    """A server of the test's own; between tries nobody waits."""
    with GeminiServer() as running, stamina.set_testing(True, attempts=4, cap=True):
        yield running


def inline(data: str, **more: Any) -> dict[str, Any]:
    """Return a part that holds a picture."""
    return {"inlineData": {"mimeType": "image/jpeg", "data": data}} | more


@pytest.mark.parametrize(
    ("enum", "table"),
    [(types.FinishReason, verdicts.MEANING_OF_FINISH), (types.BlockedReason, verdicts.MEANING_OF_BLOCK)],
)
def test_every_reason_the_sdk_knows_has_a_meaning(enum: Any, table: dict[str, Any]) -> None:
    """A reason that the SDK knows and we do not would be shown as something new and unexplained."""
    assert set(enum.__members__) == set(table)


def test_every_meaning_is_said_in_whole_plain_sentences() -> None:
    """These texts are all that people see of Google's codes."""
    said = [*verdicts.MEANING_OF_FINISH.values(), *verdicts.MEANING_OF_BLOCK.values()]
    said += [*verdicts.MEANING_OF_CODE.values(), *(verdict for *_, verdict in verdicts.MEANING_OF_REASON)]
    said += [verdicts.SENT_NOTHING, verdicts.BAD_ADDRESS, verdicts.NO_ANSWER_IN_TIME, verdicts.LOST_ON_THE_WAY]

    for verdict in [*said, verdicts.NOT_GEMINI]:
        for sentence in (verdict.message, verdict.next_step):
            assert sentence[0].isupper()
            assert sentence.endswith(".")
            assert not re.search(r"\b(please|invalid|failed to|error)\b", sentence, re.IGNORECASE)


def test_a_picture_comes_with_everything_that_is_known_of_it(server: GeminiServer) -> None:
    """Bytes untouched, type and size from the bytes, tokens by kind, the cost, who answered."""
    reference = Reference("photo", "base", open_image(base64.b64decode(encoded_picture((8, 8)))))

    outcome = ask(server, wish("Draw a cat just like it.", reference, aspect_ratio="16:9"))

    (only,) = outcome.pictures
    assert (outcome.status, outcome.billable, outcome.warnings) == (Status.OK, "yes", ())
    assert base64.b64encode(only.data).decode() == encoded_picture((1376, 768))
    assert (only.media_type, only.width, only.height, only.draft) == ("image/jpeg", 1376, 768, False)
    assert outcome.usage == Usage(6, 1120, output_text=0, output_image=1120, thinking=210)
    # 1,126 × $1.50 + 210 × $7.50 + 1,120 × $30, for a million each.
    assert outcome.cost == Decimal("0.036864")
    assert (outcome.model, outcome.response_id) == ("gemini-nano-banana-2.1", "r-1")


def test_several_pictures_are_all_kept_in_order(server: GeminiServer) -> None:
    """They are all paid."""
    first, second = encoded_picture((64, 64)), encoded_picture((32, 32))
    server.next(parts({"text": "One:"}, inline(first), {"text": "Two:"}, inline(second)))

    outcome = ask(server)

    assert [base64.b64encode(one.data).decode() for one in outcome.pictures] == [first, second]
    assert outcome.text == "One:\n\nTwo:"


def test_thoughts_are_not_results(server: GeminiServer) -> None:
    """They come first, look finished, and are smaller."""
    server.next(picture(thoughts=2))

    outcome = ask(server, wish(size="2K", aspect_ratio="1:1"))

    assert [(one.width, one.draft) for one in outcome.pictures] == [(2048, False)]
    assert outcome.text == ""


def test_a_thought_is_kept_when_nothing_else_came(server: GeminiServer) -> None:
    """It is the last one, it is marked, and it is said."""
    first, last = encoded_picture((64, 64)), encoded_picture((32, 32))
    server.next(parts(inline(first, thought=True), inline(last, thought=True)))

    outcome = ask(server)

    assert [(one.width, one.draft) for one in outcome.pictures] == [(32, True)]
    assert "Only a draft" in outcome.warnings[0]


def test_a_thought_of_a_blocked_picture_is_not_kept(server: GeminiServer) -> None:
    """What the safety rules held back does not come in by the back door."""
    server.next(parts(inline(JPEG, thought=True), finish="IMAGE_SAFETY"))

    outcome = ask(server)

    assert (outcome.status, outcome.pictures) == (Status.BLOCKED, ())


def test_the_type_is_read_from_the_bytes(server: GeminiServer) -> None:
    """JPEG bytes come under the name PNG."""
    server.next(picture(declared="image/png"))

    assert ask(server).pictures[0].media_type == "image/jpeg"


def test_another_size_than_asked_for_is_said(server: GeminiServer) -> None:
    """Gateways drop the format silently; the picture is kept all the same."""
    server.next(picture(size=(1024, 1024)))

    outcome = ask(server, wish(aspect_ratio="16:9"))

    assert outcome.ok
    assert outcome.warnings == ("The picture has 1024 × 1024 pixels; 1376 × 768 were asked for.",)


def test_words_alone_are_shown(server: GeminiServer) -> None:
    """The model asks back or explains; the next step depends on what it says."""
    server.next(words("Which cat do you mean?"))

    outcome = ask(server)

    assert (outcome.status, outcome.text) == (Status.NO_IMAGE, "Which cat do you mean?")
    assert (outcome.cost, len(server.requests)) == (Decimal("0.00167"), 1)


@pytest.mark.parametrize("reason", verdicts.MEANING_OF_FINISH)
def test_every_finish_reason_is_explained(server: GeminiServer, reason: str) -> None:
    """Without a picture, the outcome has the table's status, Google's own word, and a next step."""
    server.next(*[finished(reason, "Why it stopped.")] * 2)

    outcome = ask(server)

    meaning = verdicts.MEANING_OF_FINISH[reason]
    if reason == "STOP":
        meaning = verdicts.MEANING_OF_FINISH["FINISH_REASON_UNSPECIFIED"]
    assert (outcome.status, outcome.reason, outcome.billable) == (meaning.status, reason, "unknown")
    assert '("Why it stopped")' in outcome.message
    assert outcome.next_step
    assert dict(outcome.details)["finish_message"] == "Why it stopped."


@pytest.mark.parametrize("reason", ["MAX_TOKENS", "IMAGE_SAFETY", "CONTINUATION", "TOO_PURPLE"])
def test_pictures_that_came_before_an_early_end_are_kept(server: GeminiServer, reason: str) -> None:
    """They are there and paid; that more was to come is a warning, and nothing more is sent for it."""
    server.next(picture(finish=reason, continuationToken="bW9yZQ=="))

    outcome = ask(server)

    assert (outcome.status, len(outcome.pictures), len(server.requests)) == (Status.OK, 1, 1)
    assert f"({reason})" in outcome.warnings[0]


@pytest.mark.parametrize("answer", [finished("TOO_PURPLE"), blocked("TOO_LOUD")], ids=["finish", "block"])
def test_a_reason_from_the_future_is_passed_on(server: GeminiServer, answer: Answer) -> None:
    """New reasons come with every release of the service; the SDK would warn."""
    server.next(answer)

    outcome = ask(server)

    assert outcome.reason in {"TOO_PURPLE", "TOO_LOUD"}
    assert outcome.reason in outcome.message
    assert outcome.status in {Status.NO_IMAGE, Status.BLOCKED}


@pytest.mark.parametrize("reason", verdicts.MEANING_OF_BLOCK)
def test_every_blocked_prompt_is_explained(server: GeminiServer, reason: str) -> None:
    """Nothing is asked again, and what the look at the prompt costs is counted."""
    server.next(blocked(reason))

    outcome = ask(server)

    assert (outcome.status, outcome.reason, len(server.requests)) == (Status.BLOCKED, reason, 1)
    assert outcome.usage == Usage(3, 0, output_text=0, output_image=0, thinking=210)
    assert outcome.billable == "unknown"


REFUSALS: dict[str, tuple[Answer, str, str, str, int]] = {
    "400": (refused(400, message="Image size 512?"), "invalid", "no", "INVALID_ARGUMENT", 1),
    "400 key": (bad_key(), "auth", "no", "API_KEY_INVALID", 1),
    "400 place": (
        refused(400, message="User location is not supported for the API use."),
        *("auth", "no", "INVALID_ARGUMENT", 1),
    ),
    "400 billing": (
        raw({"error": {"code": 400, "status": "FAILED_PRECONDITION"}}, 400),
        *("auth", "no", "FAILED_PRECONDITION", 1),
    ),
    "400 picture": (
        refused(400, message="Unhandled generated data mime type"),
        *("invalid", "no", "INVALID_ARGUMENT", 1),
    ),
    "400 odd": (raw({"error": "no"}, 400), "invalid", "no", "400", 1),
    "401": (refused(401), "auth", "no", "UNAUTHENTICATED", 1),
    "403": (refused(403), "auth", "no", "PERMISSION_DENIED", 1),
    "403 off": (refused(403, because("SERVICE_DISABLED")), "auth", "no", "SERVICE_DISABLED", 1),
    "403 file": (
        refused(403, message="You do not have permission to access the File abc or it may not exist."),
        *("invalid", "no", "PERMISSION_DENIED", 1),
    ),
    "404": (refused(404), "invalid", "no", "NOT_FOUND", 1),
    "408": (refused(408), "timeout", "unknown", "UNKNOWN", 1),
    "409": (refused(409), "invalid", "no", "UNKNOWN", 1),
    "413": (refused(413), "invalid", "no", "INVALID_ARGUMENT", 1),
    "413 page": (raw("<html>Too large</html>", 413), "invalid", "no", "Request Entity Too Large", 1),
    "429": (refused(429), "quota", "no", "RESOURCE_EXHAUSTED", 4),
    "429 day": (
        refused(429, quota("GenerateRequestsPerDayPerProjectPerModel")),
        *("quota", "no", "GenerateRequestsPerDay", 1),
    ),
    "429 free": (
        refused(429, quota("GenerateRequestsPerMinute-FreeTier")),
        *("quota", "no", "GenerateRequestsPerMinute-FreeTier", 1),
    ),
    "500": (refused(500), "unavailable", "unknown", "INTERNAL", 1),
    "500 odd": (raw([1, 2], 500), "unavailable", "unknown", "500", 1),
    "502": (refused(502), "unavailable", "unknown", "UNKNOWN", 1),
    "503": (refused(503), "unavailable", "no", "UNAVAILABLE", 4),
    "504": (refused(504), "timeout", "unknown", "DEADLINE_EXCEEDED", 1),
    "599": (refused(599), "unavailable", "unknown", "UNKNOWN", 1),
    "200 page": (raw("<html>Log in to the hotel's network</html>"), "unavailable", "unknown", "", 1),
    "200 cut": (raw('{"candidates": [{"content"'), "unavailable", "unknown", "", 1),
    "200 list": (raw([]), "unavailable", "unknown", "", 1),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_every_refusal_has_its_status(server: GeminiServer, name: str) -> None:
    """Who must act, whether it is paid, and how often it is sent follow from Google's code and reason."""
    answer, status, billable, reason, asked = REFUSALS[name]
    server.otherwise = answer

    outcome = ask(server)

    assert (outcome.status, outcome.billable, len(server.requests)) == (status, billable, asked)
    assert outcome.reason.startswith(reason)
    assert outcome.message
    assert outcome.next_step
    assert "<html" not in outcome.explanation


def test_googles_own_words_are_passed_on(server: GeminiServer) -> None:
    """They name the field that is wrong; the whole error is kept for the record."""
    server.expects_violations = True
    outcome = ask(server, wish(model="gemini-3.1-flash-lite-image", size="2K"))

    assert outcome.message == (
        "Google does not take the request"
        ' ("Invalid value for image_size: 2K. Supported by gemini-3.1-flash-lite-image: 1K").'
    )
    assert dict(outcome.details)["error"]["code"] == 400


def test_long_words_of_googles_are_cut(server: GeminiServer) -> None:
    """A message stays readable; the record has all of it."""
    server.next(refused(400, message="No. " * 200))

    outcome = ask(server)

    assert len(outcome.message) < 400
    assert dict(outcome.details)["error"]["message"] == "No. " * 200


@pytest.mark.parametrize(
    ("ending", "status"),
    [("never", "timeout"), ("trickle", "timeout"), ("half", "unavailable"), ("reset", "unavailable")],
)
def test_an_answer_that_does_not_arrive_may_be_paid(server: GeminiServer, ending: Any, status: str) -> None:
    """The picture may have been made, so nothing is sent a second time."""
    server.next(broken(ending))

    outcome = ask(server, timeout_s=2)

    assert (outcome.status, outcome.billable, len(server.requests)) == (status, "unknown", 1)
    assert outcome.cost is None


@pytest.mark.parametrize("url", ["foo://nowhere", "http://[::1", "nowhere", "http://exa mple:port"])
def test_an_address_that_is_none_is_said(server: GeminiServer, url: str) -> None:
    """Nothing can have been sent."""
    outcome = ask(server, base_url=url)

    assert (outcome.status, outcome.billable) == (Status.INVALID, "no")
    assert "base URL" in outcome.next_step


def test_search_results_are_kept_for_those_who_must_show_them(server: GeminiServer) -> None:
    """Google asks to show its search suggestions beside a grounded picture."""
    grounding = {
        "webSearchQueries": ["weather Berlin"],
        "imageSearchQueries": ["Berlin", "Spree"],
        "groundingChunks": [{"web": {"uri": "https://example.org", "title": "Weather"}}],
        "searchEntryPoint": {"renderedContent": "<div>weather Berlin</div>"},
    }
    server.next(picture(groundingMetadata=grounding))

    outcome = ask(server, wish(grounding="web+images"))

    details = dict(outcome.details)
    assert outcome.suggestions == "<div>weather Berlin</div>"
    assert details["grounding"]["groundingChunks"] == grounding["groundingChunks"]
    assert outcome.usage
    assert outcome.usage.searches == 3


@pytest.mark.parametrize(
    ("status", "warning"),
    [
        ({"message": "It ends soon."}, "Google says about gemini-nano-banana-2.1: It ends soon."),
        (
            {"modelStage": "DEPRECATED", "retirementTime": "2027-03-15T00:00:00Z"},
            "Google is phasing out gemini-nano-banana-2.1; it ends on 2027-03-15. Choose another model.",
        ),
        ({"modelStage": "LEGACY"}, "Google is phasing out gemini-nano-banana-2.1. Choose another model."),
        ({"modelStage": "STABLE"}, None),
    ],
)
def test_the_end_of_a_model_is_a_warning(server: GeminiServer, status: dict[str, str], warning: str | None) -> None:
    """Live answers know it earlier than any catalogue."""
    server.next(picture(modelStatus=status))

    assert ask(server).warnings == ((warning,) if warning else ())


def test_tokens_that_are_not_told_are_not_guessed(server: GeminiServer) -> None:
    """Words and pictures have different prices; an unknown cost is unknown, never free."""
    answer = {"candidates": [{"content": {"parts": [inline(JPEG)]}}], "usageMetadata": {"candidatesTokenCount": 1300}}
    server.next(raw(answer))

    outcome = ask(server)

    assert (outcome.ok, outcome.usage, outcome.cost) == (True, Usage(), None)


def test_words_beside_a_picture_are_counted_as_words(server: GeminiServer) -> None:
    """The list by kind may leave them out, though they are in the total."""
    usage = {
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 10}],
        "candidatesTokenCount": 1200,
        "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
    }
    server.next(raw({"candidates": [{"content": {"parts": [inline(JPEG)]}}], "usageMetadata": usage}))

    assert ask(server).usage == Usage(10, 0, output_text=80, output_image=1120)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "1 s"), (38.4, "38 s"), (99, "99 s"), (240, "4 min"), (20_000, "6 h")]
)
def test_times_are_said_as_people_say_them(seconds: float, said: str) -> None:
    """Nobody counts 20,000 seconds."""
    assert duration(seconds) == said
