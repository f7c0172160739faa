"""What Gemini says, draws, thinks and looks up arrives in its order, each kind in its place."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from gemini_asking import ask, wish
from gemini_replies import encoded_picture, finished, inline, interleaved, parts, picture, raw
from gemini_server import GeminiServer
from hypothesis import given
from hypothesis import strategies as st

from prompt_kit.catalogue import Catalogue
from prompt_kit.generators.gemini.answers import read
from prompt_kit.generators.gemini.requests import THRESHOLDS
from prompt_kit.outcome import Outcome, Piece, Status, WebPage
from prompt_kit.prompt import Prompt, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

JPEG = encoded_picture((64, 64))
PRO, LITE, OLD = "gemini-3-pro-image", "gemini-3.1-flash-lite-image", "gemini-2.5-flash-image"


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    """A server of the test's own, which refuses whatever Google would refuse."""
    with GeminiServer() as running:
        yield running


def drawn(shade: int, **more: Any) -> dict[str, Any]:
    """Return a part with a picture of its own colour."""
    return inline((64, 64), "image/jpeg", None, shade=shade) | more


def thought(text: str) -> dict[str, Any]:
    """Return a part with words of the model's thinking."""
    return {"text": text, "thought": True}


def test_words_and_pictures_keep_their_order(server: GeminiServer) -> None:
    """Text, picture, text, picture: each piece says which picture it is."""
    server.next(interleaved("First, whisk.", "Then fold.", "Bake."))

    outcome = ask(server, wish("How do I bake a cake?", output="interleaved"))

    assert [(piece.text, piece.picture) for piece in outcome.pieces] == [
        *(("First, whisk.", None), ("", 0)),
        *(("Then fold.", None), ("", 1)),
        *(("Bake.", None), ("", 2)),
    ]
    shades = [base64.b64decode(encoded_picture((1024, 1024), shade=shade)) for shade in range(3)]
    assert [one.data for one in outcome.pictures] == shades
    assert outcome.text == "First, whisk.\n\nThen fold.\n\nBake."


def test_a_damaged_picture_does_not_move_the_others(server: GeminiServer) -> None:
    """The pieces still point to the pictures they were about."""
    server.next(parts({"text": "A"}, drawn(0), {"text": "B"}, {"inlineData": {"data": "%"}}, {"text": "C"}, drawn(1)))

    outcome = ask(server, wish("Draw three."))

    assert [piece.text or piece.picture for piece in outcome.pieces] == ["A", 0, "B", "C", 1]
    assert outcome.pictures[1].data == base64.b64decode(drawn(1)["inlineData"]["data"])
    assert "1 of 3 pictures came back damaged" in outcome.warnings[0]


@pytest.mark.parametrize("model", [None, PRO, LITE, "gemini-3.1-flash-image"])
def test_thoughts_come_along_when_they_are_asked_for(server: GeminiServer, model: str | None) -> None:
    """Words and drafts, also from a model whose level of thinking cannot be chosen."""
    outcome = ask(server, wish("Draw a cat.", model=model, thoughts=True))

    assert server.requests[0].config["thinkingConfig"] == {"includeThoughts": True}
    assert outcome.thoughts == "The light should be warmer.\n\nThe light should be warmer."
    assert [one.draft for one in outcome.drafts] == [True, True]
    assert [one.draft for one in outcome.pictures] == [False]
    assert (outcome.text, len(outcome.pieces)) == ("", 1)


def test_a_level_of_thinking_and_its_thoughts_go_together(server: GeminiServer) -> None:
    """Both stand in the same field."""
    assert ask(server, wish("Draw a cat.", thinking="high", thoughts=True)).drafts
    assert server.requests[0].config["thinkingConfig"] == {"thinkingLevel": "HIGH", "includeThoughts": True}


def test_thoughts_that_nobody_asked_for_are_left_out(server: GeminiServer) -> None:
    """Some gateways send them all the same."""
    server.next(picture(thoughts=2))

    outcome = ask(server)

    assert (outcome.thoughts, outcome.drafts, len(outcome.pictures)) == ("", (), 1)


def test_a_draft_that_must_do_is_no_draft_beside_it(server: GeminiServer) -> None:
    """When nothing but thoughts came, the last one is the picture, and the others stay drafts."""
    server.next(parts(drawn(0, thought=True), drawn(1, thought=True)))

    outcome = ask(server, wish("Draw a cat.", thoughts=True))

    assert [one.draft for one in (*outcome.pictures, *outcome.drafts)] == [True, True]
    assert outcome.pictures[0].data != outcome.drafts[0].data
    assert outcome.pieces == (Piece(picture=0),)
    assert "Only a draft" in outcome.warnings[0]


def test_the_drafts_of_a_blocked_picture_are_not_kept(server: GeminiServer) -> None:
    """What the safety rules held back does not come in by the back door; why it was is worth knowing."""
    server.next(parts(thought("This is too violent."), drawn(0, thought=True), finish="IMAGE_SAFETY"))

    outcome = ask(server, wish("Draw a battle.", thoughts=True))

    assert (outcome.status, outcome.pictures, outcome.drafts) == (Status.BLOCKED, (), ())
    assert outcome.thoughts == "This is too violent."


def test_a_model_that_does_not_think_is_not_asked_for_thoughts(server: GeminiServer) -> None:
    """Google refuses the field; the person is told before."""
    request = wish("Draw a cat.", model=OLD, thoughts=True)

    assert request.model.warnings(Prompt((request.turn,), request.settings))[-1] == (
        "'gemini-2.5-flash-image' does not show its thinking."
    )
    assert ask(server, request).ok
    assert "thinkingConfig" not in server.requests[0].config


@pytest.mark.parametrize("grounding", ["web", "web+images"])
def test_what_was_looked_up_is_told(server: GeminiServer, grounding: str) -> None:
    """Pages with their titles, the searches, and what Google wants to be shown beside the picture."""
    outcome = ask(server, wish("Draw today's weather in Berlin.", grounding=grounding))

    pages = (
        WebPage("Weather in Berlin", "https://weather.example.org/page"),
        WebPage("Berlin", "https://city.example.org/page"),
    )
    photo = (WebPage("The tower at noon", "https://photos.example.org/tower"),)
    with_photos = grounding == "web+images"
    assert outcome.sources == pages + photo * with_photos
    assert outcome.queries == ("weather Berlin today", *["Berlin tower"] * with_photos)
    assert outcome.suggestions.startswith('<div class="container">')
    details = dict(outcome.details)["grounding"]
    assert details["groundingSupports"]
    assert "searchEntryPoint" not in details


def test_a_source_stands_there_once_and_under_its_name(server: GeminiServer) -> None:
    """A page is cited for several sentences; without a title its host says most."""
    chunks = [
        {"web": {"uri": "https://a.example.org/x", "title": "A"}},
        {"web": {"uri": "https://a.example.org/x", "title": "A again"}},
        {"web": {"uri": "https://b.example.org/y"}},
        {"image": {"imageUri": "https://c.example.org/z.jpg", "domain": "c.example.org"}},
    ]
    server.next(picture(groundingMetadata={"groundingChunks": chunks, "webSearchQueries": ["a", "a", ""]}))

    outcome = ask(server, wish("Draw it.", grounding="web"))

    assert outcome.sources == (
        WebPage("A", "https://a.example.org/x"),
        WebPage("b.example.org", "https://b.example.org/y"),
        WebPage("c.example.org", "https://c.example.org/z.jpg"),
    )
    assert outcome.queries == ("a",)


@pytest.mark.parametrize(
    "uri", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//a.org", "http://[", "", 7]
)
def test_an_address_that_no_browser_should_follow_is_no_source(server: GeminiServer, uri: Any) -> None:
    """Sources become links."""
    server.next(picture(groundingMetadata={"groundingChunks": [{"web": {"uri": uri, "title": "T"}}, {"web": 3}, 4]}))

    assert ask(server, wish("Draw it.", grounding="web")).sources == ()


def test_what_was_looked_up_in_vain_is_told_too(server: GeminiServer) -> None:
    """Searches without a picture are charged all the same."""
    server.next(raw(grounded_words()))

    outcome = ask(server, wish("Draw it.", grounding="web"))

    assert (outcome.status, outcome.queries, outcome.suggestions) == (Status.NO_IMAGE, ("q",), "<b>q</b>")


def grounded_words() -> dict[str, Any]:
    """Return an answer in words after a search."""
    found = {"webSearchQueries": ["q"], "searchEntryPoint": {"renderedContent": "<b>q</b>"}}
    return {
        "candidates": [{"content": {"parts": [{"text": "No."}]}, "finishReason": "STOP", "groundingMetadata": found}]
    }


@pytest.mark.parametrize(("level", "threshold"), [(level, threshold.value) for level, threshold in THRESHOLDS.items()])
def test_the_four_adjustable_filters_are_set_together(server: GeminiServer, level: str, threshold: str) -> None:
    """One word says how much is held back; the API's filters that cannot be adjusted are left alone."""
    assert ask(server, wish("Draw a duel.", safety=level)).ok
    settings = server.requests[0].body["safetySettings"]
    assert {setting["threshold"] for setting in settings} == {threshold}
    assert sorted(setting["category"].removeprefix("HARM_CATEGORY_") for setting in settings) == [
        *("DANGEROUS_CONTENT", "HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT")
    ]


def test_filters_are_left_alone_when_nothing_is_said(server: GeminiServer) -> None:
    """Google's own choice is the default."""
    ask(server)

    assert "safetySettings" not in server.requests[0].body


def test_every_level_of_safety_has_a_threshold() -> None:
    """And every model of Gemini's takes it."""
    own = [model for model in Catalogue.load().models if model.generator == "gemini" and model.status != "retired"]

    assert {level for model in own for level in model.safety} == set(THRESHOLDS)


def test_an_unexplained_empty_answer_keeps_its_thoughts(server: GeminiServer) -> None:
    """They may be the only hint."""
    server.next(finished("IMAGE_SAFETY"), parts(thought("No.")))

    assert ask(server, wish(thoughts=True)).thoughts == ""
    assert ask(server, wish(thoughts=True), attempts=1).thoughts == "No."


_KEYS = [
    *("candidates", "content", "parts", "inlineData", "data", "text", "thought", "thoughtSignature", "finishReason"),
    *("groundingMetadata", "groundingChunks", "web", "image", "uri", "sourceUri", "title", "webSearchQueries"),
    *("searchEntryPoint", "renderedContent", "imageSearchQueries", "usageMetadata", "promptFeedback"),
]
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from([JPEG, "STOP", "http://[x"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4),
    max_leaves=25,
)
_PARTS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "text": st.text(max_size=5) | _JSON,
            "inlineData": st.sampled_from([{"data": JPEG}, {"data": JPEG[:-9]}, {}, None, {"data": 5}]),
            "thought": st.booleans() | _JSON,
            "thoughtSignature": st.text(max_size=5) | _JSON,
        },
    )
    | _JSON,
    max_size=6,
)


@given(
    st.builds(
        lambda parts, grounding, finish: (parts, grounding, finish),
        _PARTS,
        _JSON,
        st.sampled_from(["STOP", "IMAGE_SAFETY", "?", None]) | _JSON,
    ),
    st.booleans(),
)
def test_no_answer_raises_and_every_piece_points_to_its_picture(answer: tuple[Any, Any, Any], thoughts: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    """A paid answer ends in an outcome, and whoever follows a piece finds its picture."""
    said, grounding, finish = answer
    candidate = {"content": {"parts": said}, "groundingMetadata": grounding, "finishReason": finish}

    outcome = read(json.dumps({"candidates": [candidate]}), wish("Draw.", thoughts=thoughts)).outcome

    assert isinstance(outcome, Outcome)
    pointed = [piece.picture for piece in outcome.pieces if piece.picture is not None]
    assert pointed == list(range(len(outcome.pictures)))
    assert {type(word) for piece in outcome.pieces for word in (piece.text, piece.signature)} <= {str}
    assert all(one.draft for one in outcome.drafts)
    assert thoughts or not (outcome.drafts or outcome.thoughts)
    assert all(source.uri.startswith(("http://", "https://")) for source in outcome.sources)


@given(_JSON)
def test_no_json_raises(answer: Any) -> None:
    """Whatever stands between us and Google."""
    assert isinstance(read(json.dumps(answer), wish("Draw.", thoughts=True)).outcome, Outcome)


def test_settings_of_thoughts_and_safety_are_part_of_what_is_sent() -> None:
    """Two requests that differ in them are two requests."""
    plain, other = Settings(), Settings(thoughts=True, safety="off")

    assert (plain.to_dict(), other.to_dict()) == ({}, {"thoughts": True, "safety": "off"})
