"""The server that stands in for OpenAI keeps OpenAI's published rules."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import openai
import pytest
from openai_asking import KEY
from openai_replies import broken, encoded_picture, refused
from openai_rules import MODELS
from openai_server import OpenAIServer

from prompt_kit.support.heads import dimensions

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = "gpt-image-2.5-sunburst"


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    """A server of the test's own; its rules are what is tested, so breaking them is nothing to fail for."""
    with OpenAIServer(expects_violations=True) as running:
        yield running


def sdk(server: OpenAIServer) -> openai.OpenAI:
    """Return the SDK as it is, without anything of ours."""
    return openai.OpenAI(api_key=KEY, base_url=server.url, max_retries=0)


def draw(server: OpenAIServer, **fields: Any) -> tuple[int, int]:
    """Ask for a picture, and return its width and height."""
    asked: dict[str, Any] = {"model": MODEL, "prompt": "Draw a cat."} | fields
    with sdk(server) as client:
        [made] = client.images.generate(**asked).data or []
    return dimensions(base64.b64decode(made.b64_json or ""))


def test_a_good_request_gets_a_real_picture(server: OpenAIServer) -> None:
    """The bytes have the size that was asked for."""
    assert draw(server, size="1536x864", quality="low") == (1536, 864)
    assert server.violations == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"size": "1000x1000"}, "divisible by 16"),
        ({"quality": "hd"}, "Supported values are: low"),
        ({"response_format": "b64_json"}, "Unknown parameter: 'response_format'"),
        ({"background": "transparent", "output_format": "jpeg"}, "not supported for JPEG"),
        ({"prompt": "x" * 32_001}, "string too long"),
    ],
)
def test_a_broken_rule_is_refused_as_openai_refuses_it(server: OpenAIServer, fields: dict[str, Any], says: str) -> None:
    """What OpenAI answers with 400 must fail here, too, or our tests would pass on requests that cannot work."""
    with pytest.raises(openai.BadRequestError, match=says):
        draw(server, **fields)


def test_a_test_fails_on_a_request_that_openai_would_refuse() -> None:
    """A refusal may go unnoticed in a test that looks at something else."""
    with pytest.raises(AssertionError, match="OpenAI would have refused: Unknown parameter: 'style'"):  # noqa: SIM117
        with OpenAIServer() as careful, pytest.raises(openai.BadRequestError):
            draw(careful, style="vivid")
    with OpenAIServer(expects_violations=True) as careless, pytest.raises(openai.BadRequestError):
        draw(careless, style="vivid")
    assert len(careless.violations) == 1


def test_a_test_that_fails_already_fails_with_its_own_words() -> None:
    """The first thing that went wrong is the one to read."""
    with pytest.raises(openai.BadRequestError), OpenAIServer() as server:
        draw(server, style="vivid")


def test_scripted_refusals_break_no_rule() -> None:
    """What the test asked for is not held against it."""
    with OpenAIServer() as server:
        server.next(refused(400, "No."))
        with pytest.raises(openai.BadRequestError):
            draw(server)


def test_models_are_listed_and_described(server: OpenAIServer) -> None:
    """The list and one entry of it agree."""
    server.ends["gpt-image-1.5"] = "2027-02-01"
    with sdk(server) as client:
        listed = {model.id: model for model in client.models.list()}
        assert client.models.retrieve(MODEL) == listed[MODEL]

    assert tuple(listed) == MODELS
    assert {model.object for model in listed.values()} == {"model"}
    assert listed["gpt-image-1.5"].shutdown_date == "2027-02-01"


def test_a_model_that_is_withdrawn_is_not_found(server: OpenAIServer) -> None:
    """Not in the list, not by its id, and it draws nothing; asking for it breaks no rule."""
    server.withdrawn.add(MODEL)
    with sdk(server) as client:
        assert MODEL not in {model.id for model in client.models.list()}
        with pytest.raises(openai.NotFoundError):
            client.models.retrieve(MODEL)
    with pytest.raises(openai.NotFoundError, match="do not have access"):
        draw(server)
    assert server.violations == []


@pytest.mark.parametrize("shown", ["Bearer wrong", openai.Omit()], ids=["wrong", "none"])
def test_only_the_servers_key_is_taken_when_it_has_one(shown: Any) -> None:
    """For pictures and for the list, and also where there are no other rules."""
    for strict in (True, False):
        with OpenAIServer(key=KEY, strict=strict) as server, sdk(server) as client:
            assert list(client.models.list())
            with pytest.raises(openai.AuthenticationError):
                client.models.list(extra_headers={"Authorization": shown})
            with pytest.raises(openai.AuthenticationError):
                client.images.generate(model=MODEL, prompt="Draw a cat.", extra_headers={"Authorization": shown})


@pytest.mark.parametrize("path", ["/chat/completions", "/images/variations"])
def test_there_is_nothing_else_at_this_address(server: OpenAIServer, path: str) -> None:
    """A wrong path would else be answered with a picture."""
    with sdk(server) as client, pytest.raises(openai.NotFoundError, match="Invalid URL"):
        client.post(path, cast_to=object, body={"model": MODEL, "prompt": "Draw a cat."})


def test_a_server_of_ones_own_has_its_own_models_and_no_rules() -> None:
    """It knows no key, and what it does not know does not matter."""
    with OpenAIServer(strict=False) as server, sdk(server) as client:
        server.models = ("flux-local",)
        assert [model.id for model in client.models.list()] == ["flux-local"]
        assert draw(server, model="flux-local", size="512x512", response_format="b64_json") == (512, 512)


@pytest.mark.parametrize("ending", ["half", "reset"])
def test_an_answer_may_break_off(server: OpenAIServer, ending: Any) -> None:
    """And the next one is whole again."""
    server.next(broken(ending))

    with pytest.raises(openai.APIConnectionError):
        draw(server)
    assert draw(server) == dimensions(base64.b64decode(encoded_picture((1024, 1024))))
