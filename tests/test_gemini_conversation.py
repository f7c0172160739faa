"""A conversation with Gemini goes on: what was said and drawn goes back as it came, with the model's own marks."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from gemini_asking import KEY, ask, wish
from gemini_replies import encoded_picture, interleaved, parts, picture, words
from gemini_server import GeminiServer

from prompt_kit.images import open_image
from prompt_kit.outcome import Status
from prompt_kit.prompt import Exchange, Mask, Prompt, Reference, Said, Text, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.generators import Request
    from prompt_kit.outcome import Outcome

CAT = open_image(base64.b64decode(encoded_picture((8, 8))))
OLD = "gemini-2.5-flash-image"


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    """A server of the test's own, which refuses whatever Google would refuse."""
    with GeminiServer() as running:
        yield running


def answered(outcome: Outcome) -> tuple[Said, ...]:
    """Return an answer as it goes back."""
    return tuple(
        Said(
            piece.text,
            None if piece.picture is None else open_image(outcome.pictures[piece.picture].data),
            piece.signature,
        )
        for piece in outcome.pieces
    )


def going_on(request: Request, outcome: Outcome, *said: Any, **settings: Any) -> Request:
    """Return the request that goes on after an answer."""
    exchange = Exchange(request.turn.parts, answered(outcome))
    following = wish(*said, **settings)
    return replace(following, turn=following.turn._replace(history=(*request.turn.history, exchange)))


def with_history(*exchanges: Exchange, **settings: Any) -> Request:
    """Return a request after these exchanges."""
    request = wish("Make the light warmer.", **settings)
    return replace(request, turn=request.turn._replace(history=exchanges))


def marks(message: dict[str, Any]) -> list[bytes]:
    """Return the marks of a message as bytes; the SDK writes them in another alphabet than Google."""
    return [
        base64.urlsafe_b64decode(part["thoughtSignature"].replace("+", "-").replace("/", "_"))
        for part in message["parts"]
        if "thoughtSignature" in part
    ]


def test_a_conversation_goes_on_over_several_rounds(server: GeminiServer) -> None:
    """Every answer goes back byte for byte; the server checks each mark on each part."""
    request = wish("Draw a cat.", Reference("cat", "identity", CAT))
    for change in ("Make the light warmer.", "Give it a hat.", "Zoom out."):
        outcome = ask(server, request)
        assert outcome.ok
        request = going_on(request, outcome, change)
    last = ask(server, request)

    sent = server.requests[-1].body["contents"]
    assert [message["role"] for message in sent] == ["user", "model"] * 3 + ["user"]
    assert [message["parts"][0].get("text") for message in sent[::2]] == [
        *("Draw a cat.", "Make the light warmer.", "Give it a hat.", "Zoom out.")
    ]
    assert "inlineData" in sent[0]["parts"][1]
    assert len({mark for message in sent[1::2] for mark in marks(message)}) == 3
    assert last.usage
    assert last.usage.input_image == 4 * 1120


def test_words_and_pictures_go_back_in_their_order(server: GeminiServer) -> None:
    """Each mark belongs to its part: the first words, and every picture."""
    server.next(interleaved("First, whisk.", "Then bake."))
    request = wish("Show me how to bake a cake.", output="interleaved")

    outcome = ask(server, going_on(request, ask(server, request), "Now with chocolate."))

    message = server.requests[-1].body["contents"][1]
    assert [sorted(set(part) - {"thoughtSignature"}) for part in message["parts"]] == [["text"], ["inlineData"]] * 2
    assert ["thoughtSignature" in part for part in message["parts"]] == [True, True, False, True]
    assert outcome.ok


def test_an_answer_in_words_is_part_of_the_conversation(server: GeminiServer) -> None:
    """The model asked back, and gets its question together with the reply."""
    server.next(words("Which animal?"))
    request = wish("Draw an animal.")

    outcome = ask(server, going_on(request, ask(server, request), "A cat."))

    assert server.requests[-1].body["contents"][1]["parts"][0]["text"] == "Which animal?"
    assert outcome.ok


def test_a_mark_without_words_is_kept(server: GeminiServer) -> None:
    """It comes on a part of its own; left out, the next request would be refused."""
    server.next(parts({"text": "", "thoughtSignature": "bWFyaw=="}, {"text": "Here:"}))

    outcome = ask(server)

    assert [(piece.text, piece.signature) for piece in outcome.pieces] == [("", "bWFyaw=="), ("Here:", "")]
    assert outcome.text == "Here:"


def test_thoughts_do_not_go_back(server: GeminiServer) -> None:
    """Drafts weigh megabytes, carry no mark, and are not wanted."""
    request = wish("Draw a cat.", thoughts=True)
    outcome = ask(server, request)
    assert outcome.drafts

    assert ask(server, going_on(request, outcome, "A hat.")).ok
    assert len(server.requests[-1].body["contents"][1]["parts"]) == 1


@pytest.mark.parametrize("signature", ["", base64.b64encode(b"somebody else's mark").decode()], ids=["lost", "another"])
def test_a_lost_mark_is_explained(server: GeminiServer, signature: str) -> None:
    """A conversation cannot be mended; a new one can begin from the picture."""
    server.expects_violations = True
    request = wish("Draw a cat.")
    (piece,) = answered(ask(server, request))

    outcome = ask(server, with_history(Exchange(request.turn.parts, (piece._replace(signature=signature),))))

    assert (outcome.status, outcome.billable) == (Status.INVALID, "no")
    assert "the model's own marks" in outcome.message
    assert "Begin anew from the picture" in outcome.next_step
    assert len(server.violations) == 1


def test_another_picture_under_the_same_mark_is_noticed(server: GeminiServer) -> None:
    """Saved again, resized or stripped, it is no longer what the model drew."""
    server.expects_violations = True
    request = wish("Draw a cat.")
    (piece,) = answered(ask(server, request))

    outcome = ask(server, with_history(Exchange(request.turn.parts, (piece._replace(image=CAT),))))

    assert outcome.status is Status.INVALID
    assert server.violations == ["Corrupted thought signature in content position 2, part position 1."]


def test_a_damaged_mark_is_said_before_sending(server: GeminiServer) -> None:
    """A run's record may have been edited by hand."""
    outcome = ask(server, with_history(Exchange((Text("Draw."),), (Said("Yes.", signature="%%%"),))))

    assert (outcome.status, outcome.billable, server.requests) == (Status.INVALID, "no", [])
    assert "mark" in outcome.message


def test_both_alphabets_of_a_mark_are_the_same_bytes(server: GeminiServer) -> None:
    """Gateways write Base64 in either."""
    request = wish("Draw a cat.")
    (piece,) = answered(ask(server, request))
    other = piece.signature.replace("+", "-").replace("/", "_")

    assert ask(server, with_history(Exchange(request.turn.parts, (piece._replace(signature=other),)))).ok
    assert marks(server.requests[-1].body["contents"][1]) == [base64.b64decode(piece.signature)]


def test_a_model_without_thoughts_needs_no_marks(server: GeminiServer) -> None:
    """2.5 gives none out."""
    request = wish("Draw a cat.", model=OLD)
    first = ask(server, request)
    assert [piece.signature for piece in first.pieces] == [""]

    assert ask(server, going_on(request, first, "A hat.", model=OLD)).ok


def test_what_was_not_answered_is_left_out(server: GeminiServer) -> None:
    """Two messages of a person's in a row are refused."""
    assert ask(server, with_history(Exchange((Text("Draw a dog."),), ()))).ok
    assert len(server.requests[0].body["contents"]) == 1


def test_a_mask_stays_here(server: GeminiServer) -> None:
    """No model of Gemini's takes one; as a picture it would be taken for something to show."""
    base = Reference("photo", "base", CAT)

    assert ask(server, wish("Change the wall.", base, Mask("area", CAT))).ok
    assert [sorted(part) for part in server.requests[0].parts] == [["text"], ["inlineData"]]


def test_a_key_in_an_answer_is_redacted_but_the_mark_stays(server: GeminiServer) -> None:
    """The pieces are saved, too; a mark that is changed is none."""
    server.next(words(f"Your key is {KEY}."))

    (piece,) = ask(server).pieces

    assert piece.text == "Your key is …."
    assert len(base64.b64decode(piece.signature)) > 100


def test_pictures_of_the_conversation_count() -> None:
    """They are sent again each time; what is too much is said before, with the way out."""
    drawn = Exchange((Text("Draw."), Reference("cat", "identity", CAT)), (Said(image=CAT, signature="bWFyaw=="),))
    request = with_history(*[drawn] * 8)

    (refusal,) = request.model.refusals(Prompt((request.turn,)))

    assert str(refusal) == (
        "gemini-nano-banana-2.1 takes at most 14 pictures, and with those of this conversation there are 16."
        " Begin anew from the picture."
    )
    assert with_history(*[drawn] * 7).model.refusals(Prompt((with_history(*[drawn] * 7).turn,))) == ()


def test_what_goes_back_is_in_the_estimate() -> None:
    """Each round sends all rounds before it."""
    request = with_history(Exchange((Text("x" * 4000), Reference("cat", "identity", CAT)), (Said(image=CAT),)))
    alone = Prompt((Turn(request.turn.parts),))
    before, after = request.model.estimate(alone), request.model.estimate(Prompt((request.turn,)))

    assert before is not None
    assert after is not None
    # 1,000 tokens of words and 2 × 1,120 of pictures, at $1.50 for a million.
    assert float(after - before) == pytest.approx(0.00486, abs=1e-5)


def test_a_prompt_that_asks_for_its_answer_does_so_once(server: GeminiServer) -> None:
    """The wish of an earlier message is not the wish of this one."""
    request = wish("Draw. [[answer: words]]")
    outcome = ask(server, request)
    assert outcome.status is Status.NO_IMAGE
    server.next(picture())

    assert ask(server, going_on(request, outcome, "A cat.")).ok
