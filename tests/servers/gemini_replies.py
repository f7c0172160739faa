"""What the Gemini API answers to requests of pictures: good answers, every kind of bad one, and HTTP errors."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from gemini_rules import MODELS, ModelRules, pictures_in
from gemini_seals import sealed
from PIL import Image
from wire_server import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wire_server import Ending

_STATUS: Final[Mapping[int, str]] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    """By lower-case name."""
    body: dict[str, Any] = field(repr=False)
    version: str = ""
    model: str = ""
    task: str = ""
    """What stands behind the colon: ``generateContent``, ``countTokens``, or nothing."""

    @property
    def rules(self) -> ModelRules:
        """What the model takes and makes."""
        return MODELS[self.model]

    @property
    def config(self) -> dict[str, Any]:
        """The ``generationConfig``."""
        config: dict[str, Any] = self.body.get("generationConfig", {})
        return config

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The parts of all contents, in order."""
        return [part for content in self.body.get("contents", []) for part in content.get("parts", [])]

    @property
    def text(self) -> str:
        """The words of the prompt, with all of the conversation."""
        return "\n".join(part["text"] for part in self.parts if "text" in part)

    @property
    def message(self) -> str:
        """The words of the last message."""
        last = self.body["contents"][-1] if self.body.get("contents") else {}
        return "\n".join(part["text"] for part in last.get("parts", []) if "text" in part)

    @property
    def shows_thoughts(self) -> bool:
        """Whether the thinking is to come along."""
        return bool(self.config.get("thinkingConfig", {}).get("includeThoughts"))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height the picture must have, in pixels."""
        image = self.config.get("imageConfig", {})
        return self.rules.picture_size(image.get("aspectRatio"), image.get("imageSize"))


Answer: TypeAlias = Callable[[Asked], Reply]
"""Makes the reply to a request."""


def picture(
    count: int = 1,
    *,
    size: tuple[int, int] | None = None,
    declared: str | None = None,
    thoughts: int | None = None,
    **more: Any,
) -> Answer:
    """Answer with pictures of the size that was asked for, and with what was looked up if that was asked for.

    Args:
        count: How many pictures; 0 leaves the thoughts alone.
        size: Another width and height, in pixels.
        declared: Another media type than the bytes have.
        thoughts: How many drafts come before, at 1K; two when thoughts are asked for, and else none.
        more: Further fields: ``finish``, the candidate's ``groundingMetadata``, or the answer's ``modelStatus``.
    """

    def answer(asked: Asked) -> Reply:
        if _grounded_without_words(asked):
            return answered(asked, None, finish="NO_IMAGE")
        result = inline(size or asked.size, asked.rules.media_type, declared)
        given = [*_thinking(asked, thoughts, declared), *_marked(asked, [result] * count)]
        found = {"groundingMetadata": searched(asked)} if asked.body.get("tools") else {}
        return answered(asked, given, pictures=count, **found | more)

    return answer


def interleaved(*said: str, pictures: int | None = None) -> Answer:
    """Answer with words and pictures in turn; each picture has another colour.

    Args:
        said: The words before each picture.
        pictures: How many pictures; one after each of the words when left out.
    """

    def answer(asked: Asked) -> Reply:
        drawn = len(said) if pictures is None else pictures
        given: list[dict[str, Any]] = []
        for number in range(max(len(said), drawn)):
            given += [{"text": said[number]}] if number < len(said) else []
            given += [inline(asked.size, asked.rules.media_type, None, shade=number)] if number < drawn else []
        return answered(asked, [*_thinking(asked, None, None), *_marked(asked, given)], pictures=drawn)

    return answer


def words(text: str = "Which animal do you mean?") -> Answer:
    """Answer with words and no picture."""
    return lambda asked: answered(asked, [*_thinking(asked, 0, None), *_marked(asked, [{"text": text}])])


def parts(*given: dict[str, Any], finish: str = "STOP") -> Answer:
    """Answer with exactly these parts."""
    return lambda asked: answered(asked, list(given), finish=finish, pictures=1)


def finished(reason: str, message: str = "") -> Answer:
    """Answer without content, for this finish reason."""
    told: dict[str, Any] = {"finishMessage": message} if message else {}
    return lambda asked: answered(asked, None, finish=reason, **told)


def blocked(reason: str = "SAFETY") -> Answer:
    """Do not answer the prompt at all, for this reason."""

    def answer(asked: Asked) -> Reply:
        told = answered(asked, None).body
        del told["candidates"]
        return Reply(told | {"promptFeedback": {"blockReason": reason}})

    return answer


def refused(code: int, *details: dict[str, Any], message: str = "", retry_after: str = "") -> Answer:
    """Answer with an HTTP error, as Google words it.

    Args:
        code: The HTTP code.
        details: What `because`, `quota` and `retry_delay` return.
        message: Google's sentence.
        retry_after: The value of the HTTP header.
    """
    status = _STATUS.get(code, "UNKNOWN")
    error = {"code": code, "message": message or f"The server was told to say {code}.", "status": status}
    headers = (("Retry-After", retry_after),) if retry_after else ()
    return lambda _: Reply({"error": error | ({"details": list(details)} if details else {})}, code, headers)


def because(reason: str) -> dict[str, Any]:
    """Return the detail of an error that names its reason, such as ``API_KEY_INVALID``."""
    return {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}


def quota(name: str) -> dict[str, Any]:
    """Return the detail of an error that names the quota that is used up."""
    return {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": name}]}


def retry_delay(delay: str) -> dict[str, Any]:
    """Return the detail of an error that asks to wait, such as ``38s``."""
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


def raw(body: Any, code: int = 200) -> Answer:
    """Answer with this body: plain data, or text as it is."""
    return lambda _: Reply(body, code)


def broken(ending: Ending) -> Answer:
    """Begin to answer with a picture, and do not end it."""
    return lambda asked: Reply(picture()(asked).body, ending=ending)


def bad_key() -> Answer:
    """Refuse the key, as Google does: with 400."""
    return refused(400, because("API_KEY_INVALID"), message="API key not valid. Please pass a valid API key.")


def searched(asked: Asked) -> dict[str, Any]:
    """Return what a model says it looked up, as its search tool was asked for."""
    kinds = next((t["googleSearch"].get("searchTypes") for t in asked.body["tools"] if "googleSearch" in t), None)
    pages = [("Weather in Berlin", "weather.example.org"), ("Berlin", "city.example.org")]
    chunks: list[dict[str, Any]] = [
        {"web": {"title": title, "uri": f"https://{host}/page", "domain": host}} for title, host in pages
    ]
    told: dict[str, Any] = {
        "webSearchQueries": ["weather Berlin today"],
        "groundingSupports": [{"segment": {"endIndex": 12, "text": "Sun at noon."}, "groundingChunkIndices": [0]}],
        "searchEntryPoint": {"renderedContent": '<div class="container"><a href="https://www.google.com">…</a></div>'},
    }
    if "imageSearch" in (kinds or {}):
        host = "photos.example.org"
        seen = {"sourceUri": f"https://{host}/tower", "imageUri": f"https://{host}/tower.jpg", "domain": host}
        chunks.append({"image": seen | {"title": "The tower at noon"}})
        told["imageSearchQueries"] = ["Berlin tower"]
    return told | {"groundingChunks": chunks}


ANSWERS: Final[Mapping[str, Answer]] = {
    "picture": picture(),
    "two-pictures": picture(2),
    "thoughts": picture(thoughts=2),
    "interleaved": interleaved("First, whisk the eggs.", "Then fold in the flour.", "Bake it."),
    "only-thoughts": picture(0, thoughts=2),
    "wrong-type": picture(declared="image/png"),
    "wrong-size": picture(size=(512, 512)),
    "words": words(),
    "blocked": blocked(),
    "image-safety": finished("IMAGE_SAFETY", "The picture was filtered."),
    "no-image": finished("NO_IMAGE"),
    "new-reason": finished("TOO_PURPLE"),
    "empty": raw({}),
    "bad-key": bad_key(),
    "401": refused(401),
    "403": refused(403),
    "404": refused(404),
    "413": refused(413),
    "429": refused(429, retry_delay("3s")),
    "day-quota": refused(429, quota("GenerateRequestsPerDayPerProjectPerModel"), retry_delay("20s")),
    "500": refused(500),
    "503": refused(503),
    "hang": broken("never"),
    "half": broken("half"),
    "reset": broken("reset"),
    "trickle": broken("trickle"),
}
"""Answers by name, for prompts and the command line."""


def answered(
    asked: Asked,
    parts: list[dict[str, Any]] | None,
    *,
    finish: str = "STOP",
    pictures: int = 0,
    **more: Any,
) -> Reply:
    """Return an answer with one candidate, the usage, and further fields where they belong."""
    candidate: dict[str, Any] = {"finishReason": finish, "index": 0}
    if parts is not None:
        candidate["content"] = {"role": "model", "parts": parts}
    for name in ("groundingMetadata", "finishMessage", "safetyRatings"):
        if name in more:
            candidate[name] = more.pop(name)
    given = input_tokens(asked)
    size = asked.config.get("imageConfig", {}).get("imageSize", "1K")
    usage: dict[str, Any] = {
        "promptTokenCount": sum(n["tokenCount"] for n in given),
        "promptTokensDetails": given,
    }
    if asked.model != "gemini-2.5-flash-image":
        usage["thoughtsTokenCount"] = 210
    if pictures:
        usage["candidatesTokenCount"] = asked.rules.tokens[size] * pictures
        usage["candidatesTokensDetails"] = [{"modality": "IMAGE", "tokenCount": usage["candidatesTokenCount"]}]
    elif parts:
        usage["candidatesTokenCount"] = 12
        usage["candidatesTokensDetails"] = [{"modality": "TEXT", "tokenCount": 12}]
    names = ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount")
    usage["totalTokenCount"] = sum(usage.get(name, 0) for name in names)
    answer = {"candidates": [candidate], "usageMetadata": usage, "modelVersion": asked.model, "responseId": "r-1"}
    return Reply(answer | more)


def input_tokens(asked: Asked) -> list[dict[str, Any]]:
    """Return the input tokens by modality: four characters a token, 1,120 a picture."""
    counts = {"TEXT": -(-len(asked.text) // 4), "IMAGE": 1120 * pictures_in(asked.body)}
    return [{"modality": kind, "tokenCount": count} for kind, count in counts.items() if count]


def inline(size: tuple[int, int], media_type: str, declared: str | None, shade: int = 0) -> dict[str, Any]:
    data = encoded_picture(size, media_type, shade)
    return {"inlineData": {"mimeType": declared or media_type, "data": data}}


def _marked(asked: Asked, parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the parts as this model marks them."""
    return sealed(parts) if asked.rules.thinks else parts


def _thinking(asked: Asked, drafts: int | None, declared: str | None) -> list[dict[str, Any]]:
    """Return the thoughts that come before an answer: words and a draft, at 1K, as often as it takes."""
    count = 2 * asked.shows_thoughts if drafts is None else drafts
    words: dict[str, Any] = {"text": "The light should be warmer.", "thought": True}
    draft = inline(asked.rules.picture_size("1:1", "1K"), asked.rules.media_type, declared, shade=9)
    return [words, draft | {"thought": True}] * count or [words] * asked.shows_thoughts


def _grounded_without_words(asked: Asked) -> bool:
    """Return whether a grounded answer was asked for in pictures alone: it gets none (ai.google.dev, 2025-11)."""
    return bool(asked.body.get("tools")) and asked.config.get("responseModalities") == ["IMAGE"]


@cache
def encoded_picture(size: tuple[int, int], media_type: str = "image/jpeg", shade: int = 0) -> str:
    """Return a real picture of one colour, in base64."""
    file = io.BytesIO()
    kind = media_type.removeprefix("image/").upper()
    Image.new("RGB", size, (214, 120 + 12 * shade, 60)).save(file, kind, quality=30, compress_level=1)
    return base64.b64encode(file.getvalue()).decode()
