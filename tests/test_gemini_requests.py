"""What the generator sends to Google, and with which key."""

from __future__ import annotations

import asyncio
import base64
import gc
import logging
from typing import TYPE_CHECKING, Any

import pytest
from gemini_asking import KEY, ask, wish
from gemini_replies import broken, encoded_picture, finished, raw, refused, words
from gemini_server import GeminiServer
from wire_server import Reply

from prompt_kit.catalogue import Catalogue
from prompt_kit.generators import Generator
from prompt_kit.generators import generator as generator_named
from prompt_kit.generators.gemini import Gemini
from prompt_kit.images import open_image
from prompt_kit.outcome import Status
from prompt_kit.prompt import Earlier, Reference

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

JPEG = base64.b64decode(encoded_picture((8, 8)))
PNG = base64.b64decode(encoded_picture((9, 9), "image/png"))
CURRENT = [
    model
    for model in Catalogue.load().models
    if model.generator == "gemini" and model.status != "retired" and "preview" not in model.id
]


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    """A server of the test's own."""
    with GeminiServer() as running:
        yield running


def test_it_is_the_generator_called_gemini() -> None:
    """The name leads to it, and it keeps the protocol."""
    made = generator_named("gemini")

    assert isinstance(made, Generator)
    assert made.name == "gemini"


def test_parts_are_sent_in_their_order(server: GeminiServer) -> None:
    """Words mention "the second picture": the order is part of the meaning."""
    request = wish(
        "Put",
        Reference("person", "identity", open_image(JPEG)),
        "into",
        Earlier(0, "scene"),
        "like",
        Earlier(1, "style"),
        earlier=(open_image(PNG), open_image(JPEG)),
    )

    assert ask(server, request).ok

    def sent(data: bytes, media_type: str) -> dict[str, Any]:
        # The SDK writes base64 in the alphabet for addresses.
        return {"inlineData": {"data": base64.urlsafe_b64encode(data).decode(), "mimeType": media_type}}

    assert server.requests[0].body["contents"] == [
        {
            "role": "user",
            "parts": [
                {"text": "Put"},
                sent(JPEG, "image/jpeg"),
                {"text": "into"},
                sent(PNG, "image/png"),
                {"text": "like"},
                sent(JPEG, "image/jpeg"),
            ],
        }
    ]


def test_a_picture_is_declared_as_what_its_bytes_are(server: GeminiServer, tmp_path: Path) -> None:
    """A JPEG that is called .png is refused by Google when it is declared by its name."""
    path = tmp_path / "photo.png"
    path.write_bytes(JPEG)

    outcome = ask(server, wish("Change it.", Reference("photo", "base", open_image(path))))

    assert outcome.ok
    assert server.requests[0].parts[1]["inlineData"]["mimeType"] == "image/jpeg"


def test_what_is_not_set_is_not_sent(server: GeminiServer) -> None:
    """2.1 refuses every request that names a sampling parameter, even at its default."""
    ask(server, wish("Draw a cat."))

    assert server.requests[0].body == {
        "contents": [{"role": "user", "parts": [{"text": "Draw a cat."}]}],
        "generationConfig": {"responseModalities": ["TEXT", "IMAGE"]},
    }


@pytest.mark.parametrize(
    ("settings", "sent"),
    [
        ({"aspect_ratio": "21:9"}, {"imageConfig": {"aspectRatio": "21:9"}}),
        ({"size": "2K"}, {"imageConfig": {"imageSize": "2K"}}),
        ({"thinking": "high"}, {"thinkingConfig": {"thinkingLevel": "HIGH", "includeThoughts": False}}),
        ({"tier": "draft", "temperature": 0.5}, {"temperature": 0.5}),
        ({"model": "gemini-3.1-flash-image", "top_p": 0.9}, {"topP": 0.9}),
        ({"model": "gemini-2.5-flash-image", "size": "1K"}, {}),
        ({"output": "interleaved"}, {}),
    ],
)
def test_each_setting_has_its_place(server: GeminiServer, settings: dict[str, Any], sent: dict[str, Any]) -> None:
    """Settings go into the fields of the wire format, and only there; 2.5 takes no size at all."""
    assert ask(server, wish(**settings)).ok
    assert server.requests[0].config == {"responseModalities": ["TEXT", "IMAGE"]} | sent


@pytest.mark.parametrize(
    ("grounding", "tool"),
    [("web", {}), ("web+images", {"searchTypes": {"webSearch": {}, "imageSearch": {}}})],
)
def test_grounding_is_a_search_tool(server: GeminiServer, grounding: str, tool: dict[str, Any]) -> None:
    """And a grounded request still asks for words, or no picture would come back."""
    assert ask(server, wish(grounding=grounding)).ok
    assert server.requests[0].body["tools"] == [{"googleSearch": tool}]


@pytest.mark.parametrize("model", CURRENT, ids=lambda model: model.id)
def test_what_the_catalogue_allows_google_takes(server: GeminiServer, model: Any) -> None:
    """Every format and size of a model goes through the real SDK, and comes back in the pixels we promise."""
    chosen = [{"aspect_ratio": ratio} for ratio in model.aspect_ratios]
    chosen += [{"aspect_ratio": "3:2", "size": size} for size in model.sizes]
    chosen += [{"thinking": level} for level in model.thinking] + [{"grounding": kind} for kind in model.grounding]
    values = {"temperature": 0.7, "top_p": 0.9, "seed": 3}
    chosen += [{name: values[name]} for name in model.sampling]

    async def every() -> list[tuple[dict[str, Any], str, tuple[str, ...]]]:
        async with Gemini(api_key=KEY, base_url=server.url) as gemini:
            outcomes = [await gemini.generate(wish(model=model.id, **settings)) for settings in chosen]
        return [(s, o.message, o.warnings) for s, o in zip(chosen, outcomes, strict=True) if not o.ok or o.warnings]

    assert asyncio.run(every()) == []
    assert len(server.requests) == len(chosen)


@pytest.mark.parametrize(
    ("option", "environment", "version"),
    [(None, None, "v1"), ("v1beta", None, "v1beta"), (None, "v1beta", "v1beta"), ("v1", "v1beta", "v1")],
)
def test_the_api_version_can_be_chosen(
    server: GeminiServer,
    monkeypatch: pytest.MonkeyPatch,
    option: str | None,
    environment: str | None,
    version: str,
) -> None:
    """The option wins over the environment, and the SDK's own default is v1."""
    if environment:
        monkeypatch.setenv("GOOGLE_GENAI_API_VERSION", environment)

    ask(server, api_version=option)

    assert server.requests[0].version == version


def test_the_address_can_stand_in_the_environment(server: GeminiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gateways are set up outside of the program."""
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)

    assert ask(server, base_url=None).ok


def test_a_project_of_other_programs_changes_nothing(server: GeminiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key belongs to the Gemini API, until the environment says that the Agent Platform is meant."""
    monkeypatch.setenv("GOOGLE_GENAI_USE_ENTERPRISE", "false")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "somebody-elses")

    assert ask(server).ok
    assert server.requests[0].path == "/v1/models/gemini-nano-banana-2.1:generateContent"


@pytest.mark.parametrize(
    ("google", "gemini", "used"),
    [("g-key-0001", "", "g-key-0001"), ("", "m-key-0002", "m-key-0002"), ("g-key-0001", "m-key-0002", "g-key-0001")],
)
def test_the_key_is_looked_for_where_the_sdk_looks(
    server: GeminiServer, monkeypatch: pytest.MonkeyPatch, google: str, gemini: str, used: str
) -> None:
    """GOOGLE_API_KEY goes first, and an empty variable is none."""
    monkeypatch.setenv("GOOGLE_API_KEY", google)
    monkeypatch.setenv("GEMINI_API_KEY", gemini)

    assert ask(server, api_key=None).ok
    assert server.requests[0].headers["x-goog-api-key"] == used


@pytest.mark.parametrize("given", [None, "", "  "])
def test_without_a_key_nothing_is_sent(
    server: GeminiServer, monkeypatch: pytest.MonkeyPatch, given: str | None
) -> None:
    """A missing key is an outcome with a next step, not an exception."""
    monkeypatch.setenv("GEMINI_API_KEY", "")

    outcome = ask(server, api_key=given)

    assert (outcome.status, outcome.billable, server.requests) == (Status.AUTH, "no", [])
    assert "GEMINI_API_KEY" in outcome.next_step


@pytest.mark.parametrize("key", ["Schlüssel-0001", "two words-0001", "line\nbreak-0001", "auth_tokens/abc-0001"])
def test_what_cannot_be_a_key_is_not_sent(server: GeminiServer, key: str) -> None:
    """Such a key would break the request's head, and the SDK's message would repeat it."""
    outcome = ask(server, api_key=key)

    assert (outcome.ok, outcome.billable, server.requests) == (False, "no", [])
    assert key not in repr(outcome)


def test_a_refused_key_is_named_by_its_place(server: GeminiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """With two variables set, people must learn which of them is wrong."""
    monkeypatch.setenv("GOOGLE_API_KEY", "old-key-00001")
    monkeypatch.setenv("GEMINI_API_KEY", "new-key-00002")
    server.next(refused(401))

    outcome = ask(server, api_key=None)

    assert outcome.status is Status.AUTH
    assert "The key in use is in GOOGLE_API_KEY." in outcome.next_step


TELLTALES = {
    "error": refused(403, message=f"The key {KEY} was reported as leaked."),
    "words": words(f"Your key is {KEY}."),
    "finish": finished("IMAGE_SAFETY", f"Filtered for {KEY}."),
    "page": raw(f"Bad request: {KEY}", 500),
    "details": raw({"error": {"code": 400, "message": "no", "details": [{"key": KEY, KEY: [KEY]}]}}, 400),
}


@pytest.mark.parametrize("answer", TELLTALES.values(), ids=TELLTALES)
def test_the_key_is_nowhere_to_be_read(server: GeminiServer, caplog: pytest.LogCaptureFixture, answer: Any) -> None:
    """Not in an outcome, though somebody repeats it, not in a log, and not in the generator's repr."""
    caplog.set_level(logging.DEBUG)
    server.next(answer)

    outcome = ask(server)

    assert KEY not in repr(outcome)
    assert KEY not in caplog.text
    assert KEY not in repr(Gemini(api_key=KEY))


def test_a_word_that_is_used_as_a_key_is_left_in_peace(server: GeminiServer) -> None:
    """Local gateways take any key; redacting "cat" everywhere would only hide what happened."""
    server.next(words("Which cat?"))

    assert ask(server, api_key="cat").text == "Which cat?"


def test_a_redirect_does_not_carry_the_key_away(server: GeminiServer) -> None:
    """Only the address that was chosen gets the key."""
    with GeminiServer() as other:
        server.next(lambda _: Reply("", 307, (("Location", f"{other.url}/v1/models"),)))

        outcome = ask(server)

        assert (outcome.status, other.requests) == (Status.UNAVAILABLE, [])


def test_a_picture_that_is_gone_is_said_before_sending(server: GeminiServer, tmp_path: Path) -> None:
    """The file was there when the prompt was rendered."""
    path = tmp_path / "cat.jpg"
    path.write_bytes(JPEG)
    image = open_image(path)
    path.unlink()

    outcome = ask(server, wish("Change it.", Reference("photo", "base", image)))

    assert (outcome.status, outcome.billable, server.requests) == (Status.INVALID, "no", [])
    assert "cat.jpg" in outcome.message


def test_google_is_told_how_long_we_wait(server: GeminiServer) -> None:
    """The time is sent in whole seconds, so that Google does not draw for nobody."""
    ask(server, timeout_s=240.5)

    assert server.requests[0].headers["x-server-timeout"] == "241"


def test_one_connection_serves_everybody_inside(server: GeminiServer) -> None:
    """Entered twice at the same time, it stays open until the last one leaves."""

    async def two_users() -> list[bool]:
        gemini = Gemini(api_key=KEY, base_url=server.url)
        async with gemini:
            async with gemini:
                first = await gemini.generate(wish())
            second = await gemini.generate(wish())
        third = await gemini.generate(wish())
        return [first.ok, second.ok, third.ok]

    assert asyncio.run(two_users()) == [True, True, True]
    assert server.connections == 2


def test_requests_at_the_same_time_do_not_mix(server: GeminiServer) -> None:
    """Each answer belongs to its request."""

    async def together() -> list[tuple[int, int]]:
        async with Gemini(api_key=KEY, base_url=server.url) as gemini:
            ratios = ["1:1", "16:9", "9:16", "1:1"]
            outcomes = await asyncio.gather(*(gemini.generate(wish(aspect_ratio=ratio)) for ratio in ratios))
        return [(outcome.pictures[0].width, outcome.pictures[0].height) for outcome in outcomes]

    assert asyncio.run(together()) == [(1024, 1024), (1376, 768), (768, 1376), (1024, 1024)]


def test_stopping_passes_through_and_leaves_nothing_open(server: GeminiServer) -> None:
    """Ctrl-C is not an outcome of Google's; whoever runs the task decides what it means."""
    server.next(broken("never"))

    async def stopped() -> None:
        task = asyncio.create_task(Gemini(api_key=KEY, base_url=server.url).generate(wish()))
        await asyncio.to_thread(server.asked.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(stopped())
    gc.collect()  # an open socket would warn here, and warnings fail the test
