"""What the generator sends to OpenAI and to servers like it, and with which key."""

from __future__ import annotations

import asyncio
import base64
import gc
import io
import logging
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from openai_asking import KEY, ask, base, photo, wish
from openai_replies import encoded_picture, picture, raw, refused
from openai_server import OpenAIServer
from PIL import Image as Pillow

from prompt_kit.catalogue import Catalogue
from prompt_kit.errors import GeneratorError
from prompt_kit.generators import Generator
from prompt_kit.generators import generator as generator_named
from prompt_kit.generators.openai import OpenAI
from prompt_kit.generators.openai.access import at_home
from prompt_kit.generators.openai.requests import Asking, fitting
from prompt_kit.images import open_image
from prompt_kit.outcome import Status
from prompt_kit.prompt import Earlier, Exchange, Mask, Prompt, Reference, Settings, Text, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIVING = [m for m in Catalogue.load().models if m.generator == "openai" and m.status != "retired"]


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    """A server of the test's own."""
    with OpenAIServer() as running:
        yield running


def drawn_mask(width: int, height: int, white: tuple[int, int, int, int]) -> Mask:
    """Return a black mask with a white box."""
    drawn = Pillow.new("L", (width, height), 0)
    drawn.paste(255, white)
    kept = io.BytesIO()
    drawn.save(kept, "PNG")
    return Mask("mask", open_image(kept.getvalue()))


def test_it_is_the_generator_called_openai() -> None:
    """The name leads to it, it keeps the protocol, and a project's file can point it to another server."""
    made = generator_named("openai", {"base_url": "http://localhost:8000/v1"})

    assert isinstance(made, Generator)
    assert made == OpenAI(base_url="http://localhost:8000/v1")
    assert made.name == "openai"


def test_without_the_sdk_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK is an extra; who has not got it reads one command, and no traceback."""
    for name in [name for name in sys.modules if name.startswith("prompt_kit.generators.openai")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "openai", None)

    with pytest.raises(GeneratorError, match=r"pip install 'prompt-kit\[openai\]'"):
        generator_named("openai")


def test_words_alone_are_sent_as_they_are_and_nothing_else(server: OpenAIServer) -> None:
    """What is not set is not sent: servers refuse what they do not know."""
    assert ask(server, wish("A cat", "on a mat.")).ok

    assert server.requests[0].path == "/v1/images/generations"
    assert server.requests[0].fields == {
        "model": "gpt-image-2.5-sunburst",
        "prompt": "A cat\n\non a mat.",
        "n": 1,
        "quality": "medium",
    }


def test_pictures_are_sent_in_the_order_of_the_words(server: OpenAIServer) -> None:
    """Words mention "the second picture": references and earlier pictures go along as they stand there."""
    sizes = [(8, 8), (9, 9), (10, 10)]
    first, second, third = (photo(*size) for size in sizes)
    request = wish(
        "Put", Reference("person", "identity", first), "into", Earlier(0, "scene"), "like", Earlier(1, "style"),
        earlier=(second, third),
    )  # fmt: skip

    assert ask(server, request).ok

    assert server.requests[0].path == "/v1/images/edits"
    assert server.requests[0].files["image"] == [first.read(), second.read(), third.read()]
    assert server.requests[0].fields["prompt"] == "Put\n\ninto\n\nlike"


def test_the_names_of_files_stay_at_home(server: OpenAIServer, tmp_path: Path) -> None:
    """A file's name may tell more than its owner wants; its ending follows the bytes."""
    path = tmp_path / "the secret merger.png"
    path.write_bytes(base64.b64decode(encoded_picture((8, 8), "JPEG")))

    assert ask(server, wish("Change it.", Reference("photo", "base", open_image(path)))).ok

    assert server.requests[0].names == ("picture-1.jpg",)


@pytest.mark.parametrize(
    ("settings", "sent"),
    [
        ({"tier": "draft"}, {"model": "gpt-image-2.5-flare", "quality": "low"}),
        ({"tier": "pro"}, {"model": "gpt-image-2.5-sunburst", "quality": "high"}),
        ({"aspect_ratio": "16:9"}, {"size": "1536x864"}),
        ({"aspect_ratio": "21:9", "size": "2K"}, {"size": "2912x1248"}),
        ({"aspect_ratio": "1:1", "size": "4K"}, {"size": "2880x2880"}),
        ({"size": "2K"}, {"size": "1920x1920"}),
        ({"aspect_ratio": "9:16", "model": "gpt-image-1.5"}, {"size": "1024x1536"}),
        ({"background": "transparent"}, {"background": "transparent", "output_format": "png"}),
        ({"background": "keyed"}, {"background": "opaque"}),
        ({"safety": "block-few"}, {"moderation": "low"}),
        ({"safety": "block-some"}, {"moderation": "auto"}),
        ({"model": "gpt-image-2.6-sunburst", "thinking": "minimal"}, {"complexity": "low"}),
        ({"model": "gpt-image-2.6-flare", "thinking": "high"}, {"complexity": "high"}),
        ({"thinking": "high"}, {}),
    ],
)
def test_each_setting_has_its_place(server: OpenAIServer, settings: dict[str, Any], sent: dict[str, str]) -> None:
    """The server checks each against OpenAI's rules; what a model has no word for is left out."""
    outcome = ask(server, wish("Draw a cat.", **settings))

    assert outcome.ok, outcome.explanation
    assert outcome.warnings == ()
    fields = {"model": "gpt-image-2.5-sunburst", "prompt": "Draw a cat.", "n": 1, "quality": "medium"}
    assert server.requests[0].fields == fields | {k: v for k, v in settings.items() if k == "model"} | sent


@pytest.mark.parametrize("model", LIVING, ids=lambda model: model.id)
def test_every_format_and_size_of_the_catalogue_is_one_that_openai_takes(server: OpenAIServer, model: Any) -> None:
    """The server has the rules from elsewhere: a slip in the table would cost people a refusal."""
    server.otherwise = picture(size=(8, 8))  # large ones take long to draw
    for ratio in model.aspect_ratios:
        for size in model.sizes:
            outcome = ask(server, wish(model=model.id, aspect_ratio=ratio, size=size), attempts=1)
            assert outcome.ok, (ratio, size, outcome.explanation)
            assert server.requests[-1].size == model.pixels(ratio, size)


@pytest.mark.parametrize(
    ("width", "height", "size", "sent"),
    [
        (1500, 1000, None, "1248x832"),
        (1000, 1400, None, "880x1232"),
        (4000, 100, None, "1776x592"),
        (8, 8, "2K", "1920x1920"),
        (1376, 768, "4K", "3840x2144"),
    ],
)
def test_an_edited_picture_keeps_its_format(
    server: OpenAIServer, width: int, height: int, size: str | None, sent: str
) -> None:
    """Without a format the last picture, the one to work on, decides; models with free sizes keep it closely."""
    assert ask(server, wish("Warmer.", base(), base(width, height), size=size)).ok

    assert server.requests[0].fields["size"] == sent


def test_any_format_fits_the_rules() -> None:
    """However odd a picture is, what is asked for is in steps of 16, not too steep, not too large."""
    for width in (1, 99, 500, 1024, 3333, 9999):
        for height in (1, 77, 640, 1024, 2777, 9999):
            for size in ("1K", "2K", "4K"):
                wide, high = fitting(width, height, size)
                assert wide % 16 == high % 16 == 0
                assert max(wide, high) <= 3840
                assert 655_360 <= wide * high <= 8_294_400
                assert 1 / 3 <= wide / high <= 3


def test_a_mask_is_transparent_where_the_picture_may_change(server: OpenAIServer) -> None:
    """Ours is white there; OpenAI's is a PNG with alpha, of the picture's size."""
    request = wish("Make the chair red.", base(40, 30), drawn_mask(40, 30, (10, 5, 20, 15)))

    assert ask(server, request).ok

    sent = Pillow.open(io.BytesIO(server.requests[0].files["mask"][0])).getchannel("A")
    assert sent.size == (40, 30)
    assert sent.getpixel((12, 8)) == 0
    assert sent.getpixel((30, 20)) == 255


def test_a_mask_of_another_size_is_refused_before_anything_is_sent(server: OpenAIServer) -> None:
    """Nobody can tell which part was meant; the message has both sizes and what to do."""
    outcome = ask(server, wish("Make it red.", base(40, 30), drawn_mask(20, 15, (0, 0, 9, 9))))

    assert (outcome.status, outcome.billable, server.requests) == (Status.INVALID, "no", [])
    assert "20 × 15" in outcome.message
    assert "Save the mask at the picture's size." in outcome.message


def test_a_mask_goes_along_with_several_pictures(server: OpenAIServer) -> None:
    """OpenAI lays it over the first of them, and image 1 is the one to work on."""
    lamp = Reference("lamp", "object", photo(8, 8))
    request = wish("Put on the table", base(40, 30), "the lamp", lamp, drawn_mask(40, 30, (10, 5, 20, 15)))

    assert ask(server, request).ok

    assert [len(server.requests[0].files[name]) for name in ("image", "mask")] == [2, 1]
    assert request.model.warnings(Prompt((request.turn,))) == ()


@pytest.mark.parametrize(("size", "goes_along"), [((40, 30), True), ((48, 36), False)])
def test_the_mask_of_a_refinement_goes_along_where_it_fits(
    server: OpenAIServer, size: tuple[int, int], *, goes_along: bool
) -> None:
    """It was painted for the original; over a picture of another size it would lie wrong, and the words say it."""
    original = base(40, 30).image
    mask = drawn_mask(40, 30, (10, 5, 20, 15))._replace(original=original)

    assert ask(server, wish("Make the chair red.", base(*size), mask)).ok

    assert ("mask" in server.requests[0].files) is goes_along
    assert len(server.requests[0].files["image"]) == 1


def test_a_mask_is_not_laid_over_the_wrong_picture(server: OpenAIServer) -> None:
    """Where another picture comes first it stays here, and that is said."""
    lamp = Reference("lamp", "object", photo(8, 8))
    request = wish("Put the lamp", lamp, "on the table", base(40, 30), drawn_mask(40, 30, (0, 0, 9, 9)))

    assert ask(server, request).ok

    assert len(server.requests[0].files["image"]) == 2
    assert "mask" not in server.requests[0].files
    said = "lays a mask over the first picture, which is not the one to work on; it is not sent"
    assert said in request.model.warnings(Prompt((request.turn,)))[0]


def test_the_quality_is_part_of_what_makes_two_requests_the_same() -> None:
    """Standard and pro are one model at two qualities: what was made at one is not an answer to the other."""
    assert wish(tier="standard").fingerprint == wish().fingerprint
    assert wish(tier="standard").fingerprint != wish(tier="pro").fingerprint


@pytest.mark.parametrize(
    ("settings", "turn", "said"),
    [
        ({"grounding": "web"}, {}, "gpt-image-2.5-sunburst does not look up 'web'. Leave it out."),
        ({"output": "interleaved"}, {}, "gpt-image-2.5-sunburst does not answer with words and pictures in turn. Ask for a picture."),
        ({"seed": 7}, {}, "gpt-image-2.5-sunburst takes no seed. Leave it out."),
        ({"safety": "off"}, {}, "gpt-image-2.5-sunburst takes no safety level 'off'. Use block-some or block-few."),
        ({"aspect_ratio": "8:1"}, {}, "gpt-image-2.5-sunburst makes no 8:1 pictures. Use 3:1."),
        ({"aspect_ratio": "21:9", "model": "gpt-image-1.5"}, {}, 'gpt-image-1.5 makes no 21:9 pictures. Use 3:2, or the tier "standard".'),
        ({}, {"history": (Exchange((), ()),)}, "gpt-image-2.5-sunburst holds no conversation. Refine with a new request."),
        ({}, {"output": "words"}, "gpt-image-2.5-sunburst only draws, and words are asked for in 'words'. Leave them out, or take another generator."),
    ],
)  # fmt: skip
def test_what_openai_cannot_do_is_said_before_sending(
    settings: dict[str, Any], turn: dict[str, Any], said: str
) -> None:
    """One sentence with what to do instead, and no money spent."""
    made = Prompt((Turn((Text("Draw a cat."),), "words", **turn),), Settings(**settings))
    model = Catalogue.load().choose(made.settings, "openai")

    assert [problem.message for problem in model.refusals(made)] == [said]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"thinking": "high"}, "'gpt-image-2.5-sunburst' takes no thinking level 'high'; it is left out."),
        ({"thoughts": True}, "'gpt-image-2.5-sunburst' does not show its thinking."),
        ({"size": "4K"}, "Pictures of 4K are experimental with 'gpt-image-2.5-sunburst', says its provider."),
        ({"aspect_ratio": "7:5"}, "'gpt-image-2.5-sunburst' makes no 7:5 pictures; the nearest is 4:3, 1152 × 864 pixels."),
        ({"aspect_ratio": "16:9", "model": "gpt-image-1.5"}, "'gpt-image-1.5' makes no 16:9 pictures; the nearest is 3:2, 1536 × 1024 pixels."),
    ],
)  # fmt: skip
def test_what_comes_otherwise_is_said_before_sending(settings: dict[str, Any], said: str) -> None:
    """Recipes stay as they are: what a model does without, or makes a little differently, is a warning."""
    made = Prompt((Turn((Text("Draw a cat."),)),), Settings(**settings))
    model = Catalogue.load().choose(made.settings, "openai")

    assert model.refusals(made) == ()
    assert said in model.warnings(made)


def test_a_prompt_that_is_too_long_is_not_sent(server: OpenAIServer) -> None:
    """Words of an earlier turn may make it so only when it is sent; the plan refuses what is known before."""
    request = wish("x" * 32_001)

    outcome = ask(server, request)

    assert (outcome.status, server.requests) == (Status.INVALID, [])
    assert outcome.message == "The prompt has 32,001 characters; gpt-image-2.5-sunburst takes 32,000. Shorten it."
    assert [p.parameter for p in request.model.refusals(Prompt((request.turn,)))] == ["prompt"]


def test_the_key_comes_from_the_environment(server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else is needed to begin."""
    monkeypatch.setenv("OPENAI_API_KEY", f"  {KEY}\n")
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)

    assert ask(server, api_key=None, base_url=None).ok

    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_without_a_key_nothing_is_sent_to_openai() -> None:
    """The message says which variable is missing and where keys are made."""
    outcome = asyncio.run(OpenAI().generate(wish()))

    assert (outcome.status, outcome.billable) == (Status.AUTH, "no")
    assert "OPENAI_API_KEY" in outcome.next_step


def test_a_server_of_ones_own_needs_no_key() -> None:
    """Local servers ask for none, and none is made up for them."""
    with OpenAIServer(strict=False) as local:
        assert ask(local, api_key=None).ok

    assert "authorization" not in local.requests[0].headers


def test_a_model_of_ones_own_is_asked_for_base64_in_a_fitting_size() -> None:
    """Such servers answer with addresses when they are not told otherwise, and the catalogue has no sizes for them."""
    with OpenAIServer(strict=False) as local:
        outcome = ask(local, wish(model="flux-local", aspect_ratio="16:9", size="2K"), api_key=None)

    assert local.requests[0].fields == {
        "model": "flux-local",
        "prompt": "Draw a cat.",
        "n": 1,
        "size": "2560x1440",
        "response_format": "b64_json",
    }
    assert (outcome.ok, outcome.cost) == (True, None), "what it costs is not known"


def test_only_openais_own_hosts_are_home() -> None:
    """A host that merely looks like it gets no benefit of the doubt, and a broken address is none."""
    assert at_home("https://api.openai.com/v1")
    assert at_home("https://eu.api.openai.com/v1")
    assert not at_home("https://api.openai.com.example.org/v1")
    assert not at_home("http://[broken")


@pytest.mark.parametrize("key", ["sk-with space", "sk-ümlaut", "sk-line\nbreak"])
def test_a_key_that_cannot_be_one_is_not_sent(server: OpenAIServer, key: str) -> None:
    """It would end in an error of the network that nobody understands."""
    outcome = ask(server, api_key=key)

    assert (outcome.status, server.requests) == (Status.AUTH, [])
    assert key not in outcome.explanation


def test_the_key_is_not_shown_whoever_repeats_it(server: OpenAIServer) -> None:
    """OpenAI repeats a part of a wrong key, gateways all of it."""
    server.next(refused(401, f"Incorrect API key provided: {KEY}.", reason="invalid_api_key"))

    outcome = ask(server)

    assert outcome.status is Status.AUTH
    assert KEY not in repr(outcome)
    assert KEY not in repr(OpenAI(api_key=KEY))


def test_redirects_are_not_followed(server: OpenAIServer) -> None:
    """Pictures and key would go to another address."""
    server.next(raw("moved", 307, location=f"{server.url}/images/generations"))

    outcome = ask(server)

    assert (outcome.status, outcome.billable, len(server.requests)) == (Status.UNAVAILABLE, "no", 1)


def test_one_connection_serves_many_requests(server: OpenAIServer) -> None:
    """Inside ``async with`` the handshakes are paid once."""

    async def three() -> None:
        async with OpenAI(api_key=KEY, base_url=server.url) as maker:
            for _ in range(3):
                assert (await maker.generate(wish())).ok

    asyncio.run(three())

    assert (len(server.requests), server.connections) == (3, 1)


def test_nothing_is_left_open_and_nothing_is_printed(
    server: OpenAIServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Warnings are errors in these tests: an open socket would be one. Log and terminal stay clean."""
    with caplog.at_level(logging.WARNING):
        server.next(refused(429, retry_after="0.01"), picture())
        assert ask(server).ok
        gc.collect()

    assert [record for record in caplog.records if KEY in record.getMessage()] == []
    assert capfd.readouterr() == ("", "")


def test_a_picture_that_has_changed_is_not_sent(server: OpenAIServer, tmp_path: Path) -> None:
    """What was looked at, priced and fingerprinted is what must leave."""
    path = tmp_path / "photo.png"
    path.write_bytes(base64.b64decode(encoded_picture((8, 8))))
    reference = Reference("photo", "base", open_image(path))
    path.write_bytes(base64.b64decode(encoded_picture((9, 9))))

    outcome = ask(server, wish("Change it.", reference))

    assert (outcome.status, server.requests) == (Status.INVALID, [])
    assert "has changed" in outcome.message


def test_models_that_are_not_openais_own_may_have_any_format() -> None:
    """A project's row without a pixel table is asked for in the sizes that fit."""
    request = wish(model="flux-local", aspect_ratio="5:1")
    model = replace(request, model=request.model.model_copy(update={"known": True}))

    assert Asking.of(model, home=False).fields["size"] == "1776x592"
