"""The server that stands in for Google keeps Google's published rules."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from gemini_replies import encoded_picture, picture
from gemini_rules import MODELS
from gemini_server import GeminiServer

from prompt_kit.catalogue import Catalogue
from prompt_kit.support.heads import dimensions, sniff

if TYPE_CHECKING:
    from collections.abc import Iterator

JPEG = encoded_picture((8, 8))
NEW, LITE, PRO, OLD = (
    "gemini-nano-banana-2.1",
    "gemini-3.1-flash-lite-image",
    "gemini-3-pro-image",
    "gemini-2.5-flash-image",
)


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    """A server of the test's own; its rules are what is tested, so breaking them is nothing to fail for."""
    with GeminiServer(expects_violations=True) as running:
        yield running


def call(server: GeminiServer, path: str, body: Any = None, key: str = "anything") -> tuple[int, dict[str, Any]]:
    """Return code and content of an answer, without any SDK."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"x-goog-api-key": key} if key else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(server.url + path, data, headers)) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read() or "{}")


def body(**config: Any) -> dict[str, Any]:
    """Return a good request with this configuration."""
    return {"contents": [{"role": "user", "parts": [{"text": "Draw a cat."}]}], "generationConfig": config}


def with_picture(declared: str, data: str = JPEG, count: int = 1) -> dict[str, Any]:
    """Return a request that carries pictures."""
    part = {"inlineData": {"mimeType": declared, "data": data}}
    return {"contents": [{"role": "user", "parts": [{"text": "Change it."}, *[part] * count]}]}


def chat(*roles: str, **more: Any) -> dict[str, Any]:
    """Return a request with a message of words for each of these roles."""
    return {"contents": [{"role": role, "parts": [{"text": "Draw a cat."} | more]} for role in roles]}


def safety(*categories: str, threshold: str = "OFF", **more: str) -> dict[str, Any]:
    """Return a good request with these settings of the filters."""
    settings = [{"category": f"HARM_CATEGORY_{name}", "threshold": threshold} | more for name in categories]
    return body() | {"safetySettings": settings}


@pytest.mark.parametrize("version", ["v1", "v1beta"])
def test_a_good_request_gets_a_real_picture(server: GeminiServer, version: str) -> None:
    """Both versions answer with bytes that are what they say, at the published size."""
    asked = body(imageConfig={"aspectRatio": "16:9", "imageSize": "1K"})

    code, answer = call(server, f"/{version}/models/{NEW}:generateContent", asked)

    data = base64.b64decode(answer["candidates"][0]["content"]["parts"][0]["inlineData"]["data"])
    assert (code, sniff(data), dimensions(data)) == (200, "image/jpeg", (1376, 768))
    assert answer["usageMetadata"]["candidatesTokensDetails"] == [{"modality": "IMAGE", "tokenCount": 1120}]


@pytest.mark.parametrize(
    ("model", "asked", "says"),
    [
        (NEW, body(temperature=1.0), "temperature is not supported"),
        (NEW, body(topP=0.9), "topP is not supported"),
        (NEW, body(seed=7), "seed is not supported"),
        (NEW, body(imageConfig={"imageSize": "512"}), "Invalid value for image_size: 512"),
        (NEW, body(imageConfig={"imageSize": "1k"}), "Invalid value for image_size: 1k"),
        (NEW, body(imageConfig={"aspectRatio": "9:21"}), "Invalid value for aspect_ratio: 9:21"),
        (PRO, body(imageConfig={"aspectRatio": "1:8"}), "Invalid value for aspect_ratio: 1:8"),
        (LITE, body(imageConfig={"imageSize": "2K"}), "Invalid value for image_size: 2K"),
        (LITE, body(imageConfig={"imageSize": "4K"}), "Invalid value for image_size: 4K"),
        (OLD, body(imageConfig={"imageSize": "1K"}), "Image size is not supported"),
        (OLD, body(thinkingConfig={"thinkingLevel": "HIGH"}), "Thinking level is not supported"),
        (OLD, body(thinkingConfig={"includeThoughts": True}), "Thinking is not enabled"),
        (PRO, body(thinkingConfig={"thinkingLevel": "HIGH"}), "Thinking level is not supported"),
        (LITE, body(thinkingConfig={"thinkingLevel": "MEDIUM"}), "Thinking level MEDIUM is not supported"),
        (NEW, body(candidateCount=2), "Multiple candidates is not enabled"),
        (NEW, body(responseModalities=["AUDIO"]), "combination of response modalities"),
        (
            NEW,
            body(imageConfig={"imageOutputOptions": {}}),
            "Unknown name \"imageOutputOptions\" at 'generation_config.image_config'",
        ),
        (NEW, body() | {"quality": "high"}, 'Unknown name "quality": Cannot find field.'),
        (NEW, {"contents": []}, "contents is not specified"),
        (NEW, {"contents": [{"role": "user", "parts": []}]}, "must not be empty"),
        (NEW, {"contents": [{"role": "system", "parts": [{"text": "Draw."}]}]}, "valid role: user, model"),
        (OLD, chat("user", "user"), "alternate between user and model"),
        (OLD, chat("user", "model"), "end with a user role"),
        (OLD, chat("model", "user"), "start with a user role"),
        (
            NEW,
            chat("user", "model", "user"),
            "Text part is missing a thought_signature in content position 2, part position 1",
        ),
        (NEW, chat("user", "model", "user", thoughtSignature="c2ln"), "Corrupted thought signature"),
        (NEW, chat("user", "model", "user", thoughtSignature="%"), "Corrupted thought signature"),
        (NEW, safety("IMAGE_HATE"), "element predicate failed"),
        (NEW, safety("JAILBREAK"), "element predicate failed"),
        (NEW, safety("HARASSMENT", "HARASSMENT"), "more than one setting of HARM_CATEGORY_HARASSMENT"),
        (NEW, safety("HARASSMENT", threshold="LOW"), "Invalid value at 'safety_settings[0].threshold'"),
        (NEW, safety("HARASSMENT", method="SEVERITY"), "Unknown name \"method\" at 'safety_settings[0]'"),
        (NEW, with_picture("image/png"), "Unhandled generated data mime type: image/png"),
        (NEW, with_picture("image/gif"), "Unsupported MIME type: image/gif"),
        (NEW, with_picture("image/jpeg", "%%%"), "Base64 decoding failed"),
        (NEW, with_picture("image/jpeg", count=15), "at most 14 images, got 15"),
        (OLD, body() | {"systemInstruction": {"parts": [{"text": "x"}]}}, "Developer instruction is not enabled"),
        (LITE, body() | {"tools": [{"googleSearch": {}}]}, "webSearch as a tool is not enabled"),
        (
            PRO,
            body() | {"tools": [{"googleSearch": {"searchTypes": {"imageSearch": {}}}}]},
            "imageSearch as a tool is not enabled",
        ),
    ],
)
def test_a_broken_rule_is_refused_as_google_refuses_it(
    server: GeminiServer, model: str, asked: dict[str, Any], says: str
) -> None:
    """What Google answers with 400 must fail here, too, or our tests would pass on requests that cannot work."""
    code, answer = call(server, f"/v1/models/{model}:generateContent", asked)

    assert (code, answer["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert says in answer["error"]["message"]


@pytest.mark.parametrize("model", [NEW, LITE, PRO])
def test_an_answer_that_comes_back_as_it_was_is_taken(server: GeminiServer, model: str) -> None:
    """Thoughts may stay out or come along; each mark is for its own part, and no two are the same."""
    thinking = body(thinkingConfig={"includeThoughts": True})
    path = f"/v1/models/{model}:generateContent"
    said = call(server, path, thinking)[1]["candidates"][0]["content"]
    again = call(server, path, thinking)[1]["candidates"][0]["content"]
    results = [part for part in said["parts"] if not part.get("thought")]
    assert len(said["parts"]) > len(results)
    assert all("thoughtSignature" in part for part in results)
    assert results != [part for part in again["parts"] if not part.get("thought")]

    for parts in (said["parts"], results):
        messages = [*body()["contents"], {"role": "model", "parts": parts}, *body()["contents"]]
        assert call(server, path, {"contents": messages})[0] == 200


def test_a_test_fails_on_a_request_that_google_would_refuse() -> None:
    """A refusal may go unnoticed in a test that looks at something else."""
    with pytest.raises(AssertionError, match="Google would have refused: temperature"), GeminiServer() as careful:
        call(careful, f"/v1/models/{NEW}:generateContent", body(temperature=1.0))
    with GeminiServer(expects_violations=True) as careless:
        call(careless, f"/v1/models/{NEW}:generateContent", body(temperature=1.0))
    assert len(careless.violations) == 1


def test_a_request_without_a_key_is_refused(server: GeminiServer) -> None:
    """Google takes no strangers."""
    assert call(server, f"/v1/models/{NEW}:generateContent", body(), key="")[0] == 403


def test_only_the_servers_key_is_taken_when_it_has_one() -> None:
    """A wrong key is answered with 400, as Google does."""
    with GeminiServer(key="right") as server:
        code, answer = call(server, "/v1/models", key="wrong")
        good = call(server, "/v1/models", key="right")[0]

    assert (code, answer["error"]["details"][0]["reason"], good) == (400, "API_KEY_INVALID", 200)


@pytest.mark.parametrize("path", ["/v1/models/imagen-4.0-generate-001:generateContent", "/v1/models/nobody"])
def test_a_model_that_is_gone_is_not_found(server: GeminiServer, path: str) -> None:
    """Retired ids answer 404."""
    assert call(server, path, body() if ":" in path else None)[0] == 404


def test_models_are_listed_and_described(server: GeminiServer) -> None:
    """The list and one entry of it agree."""
    listed = call(server, "/v1beta/models")[1]["models"]

    assert {entry["name"] for entry in listed} == {f"models/{name}" for name in MODELS}
    assert call(server, f"/v1/models/{PRO}")[1] in listed


def test_tokens_are_counted_by_modality(server: GeminiServer) -> None:
    """Four characters are a token, and a picture is 1,120."""
    answer = call(server, f"/v1/models/{NEW}:countTokens", with_picture("image/jpeg", count=2))[1]

    assert answer["totalTokens"] == 3 + 2240


def test_a_grounded_request_for_pictures_alone_gets_none(server: GeminiServer) -> None:
    """This is why the generator always asks for words as well."""
    asked = body(responseModalities=["IMAGE"]) | {"tools": [{"googleSearch": {}}]}

    answer = call(server, f"/v1/models/{NEW}:generateContent", asked)[1]

    assert answer["candidates"][0]["finishReason"] == "NO_IMAGE"


def test_a_prompt_can_ask_for_its_answer(server: GeminiServer) -> None:
    """So the command line can be tried against every failure without scripting the server."""
    asked = {"contents": [{"role": "user", "parts": [{"text": "Draw. [[answer: 503]]"}]}]}

    assert call(server, f"/v1/models/{NEW}:generateContent", asked)[0] == 503


def test_scripted_answers_come_in_order_and_then_pictures(server: GeminiServer) -> None:
    """The queue is used up once, and what is left in it can be asked."""
    server.next(picture(2), picture(3))
    count = []
    for _ in range(3):
        answer = call(server, f"/v1/models/{NEW}:generateContent", body())[1]
        count.append(len(answer["candidates"][0]["content"]["parts"]))

    assert (count, server.waiting, len(server.requests)) == ([2, 3, 1], 0, 3)


@pytest.mark.parametrize("name", MODELS)
def test_the_kits_catalogue_and_the_server_know_the_same_pixels(name: str) -> None:
    """Two tables written apart from each other agree, so a slip in one of them shows."""
    model, rules = Catalogue.load().model(name), MODELS[name]
    sizes = rules.sizes or ("1K",)

    differing = {
        (ratio, size): (model.pixels(ratio, size), rules.picture_size(ratio, size))
        for ratio in rules.ratios
        for size in sizes
        if model.pixels(ratio, size) != rules.picture_size(ratio, size)
    }

    assert set(model.aspect_ratios) == set(rules.ratios)
    assert set(model.sizes) == set(sizes)
    # Published as 792 × 168, which is not 21:9 and not half of the 1K picture.
    assert set(differing) <= {("21:9", "512")}
