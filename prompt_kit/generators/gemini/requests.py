"""Builds what ``generateContent`` takes from a request: contents and settings."""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from google.genai import types

from prompt_kit.errors import InputError
from prompt_kit.prompt import Earlier, Reference, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from prompt_kit.generators import Request
    from prompt_kit.images import Image
    from prompt_kit.prompt import Exchange, Part, Safety, Said, Settings

ADJUSTABLE: Final = (
    types.HarmCategory.HARM_CATEGORY_HARASSMENT,
    types.HarmCategory.HARM_CATEGORY_HATE_SPEECH,
    types.HarmCategory.HARM_CATEGORY_SEXUALLY_EXPLICIT,
    types.HarmCategory.HARM_CATEGORY_DANGEROUS_CONTENT,
)
"""What the adjustable filters look for; the rest is always held back (ai.google.dev, safety settings, 2026-10)."""

THRESHOLDS: Final[Mapping[Safety, types.HarmBlockThreshold]] = {
    "block-most": types.HarmBlockThreshold.BLOCK_LOW_AND_ABOVE,
    "block-some": types.HarmBlockThreshold.BLOCK_MEDIUM_AND_ABOVE,
    "block-few": types.HarmBlockThreshold.BLOCK_ONLY_HIGH,
    "block-none": types.HarmBlockThreshold.BLOCK_NONE,
    "off": types.HarmBlockThreshold.OFF,
}
"""Each level of safety, in the API's words (ai.google.dev, safety settings, 2026-10)."""

Attach: TypeAlias = "Callable[[Image], types.Part]"
"""Makes the part of a picture."""


class _Config(types.GenerateContentConfig):
    """Settings in which the SDK finds a field by its name.

    It asks for some forty fields of each request, and in its own class walks through all fields for each of them, which
    is a tenth of what a request takes (google-genai 3.6.1).
    """

    def __contains__(self, name: object) -> bool:
        return name in type(self).model_fields

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)


_STANDARD: Final = str.maketrans("-_", "+/")


def inline(image: Image) -> types.Part:
    """Return a picture as a part that carries its bytes.

    Raises:
        InputError: When it is gone or has changed.
    """
    return types.Part.from_bytes(data=image.read(), mime_type=image.media_type)


def contents(request: Request, attach: Attach = inline) -> list[types.Content]:
    """Return the conversation so far, and the turn's parts in their order as its last message.

    A mask is not sent: no model of Gemini's takes one, and what lies outside is put back afterwards.

    Args:
        request: What is asked.
        attach: Makes the part of a picture.

    Raises:
        InputError: When a picture is gone or has changed, or the model's mark on an answer is damaged.
    """
    messages = [message for exchange in request.turn.history for message in _exchange(exchange, attach)]
    parts = list(_parts(request.parts, attach))
    return [*messages, types.Content(role="user", parts=parts)]


def config(request: Request) -> types.GenerateContentConfig:
    """Return the settings; what is not set is not sent, because several models refuse what they do not know.

    It is made once for many requests; the SDK copies it before it changes anything.
    """
    settings, model = request.settings, request.model
    return _config(
        settings,
        size=settings.size if model.send_size else None,
        picture=request.turn.output == "picture",
        thoughts=settings.thoughts and "thoughts" not in model.leaves_out,
    )


@lru_cache(maxsize=64)
def _config(settings: Settings, *, size: str | None, picture: bool, thoughts: bool) -> types.GenerateContentConfig:
    asked: dict[str, Any] = {
        name: value for name in ("temperature", "top_p", "seed") if (value := getattr(settings, name)) is not None
    }
    if (settings.aspect_ratio or size) and picture:
        asked["image_config"] = types.ImageConfig(aspect_ratio=settings.aspect_ratio, image_size=size)
    if settings.thinking or thoughts:
        level = types.ThinkingLevel(settings.thinking.upper()) if settings.thinking else None
        asked["thinking_config"] = types.ThinkingConfig(thinking_level=level, include_thoughts=thoughts)
    if settings.grounding:
        asked["tools"] = [_search(settings)]
    if settings.safety:
        threshold = THRESHOLDS[settings.safety]
        asked["safety_settings"] = [
            types.SafetySetting(category=category, threshold=threshold) for category in ADJUSTABLE
        ]
    return _Config(
        # With pictures alone, the model's explanations are lost, and a grounded request gets no picture at all
        # (ai.google.dev, image generation, 2025-11).
        response_modalities=["TEXT", "IMAGE"],
        # Each of these would make the SDK send further, paid requests on its own.
        automatic_continuation=False,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        should_return_http_response=True,
        **asked,
    )


def _exchange(exchange: Exchange, attach: Attach) -> Iterator[types.Content]:
    """Yield the two messages of an exchange; what was not answered is left out, because roles must alternate."""
    if exchange.answered:
        asked = [(part, part.image if isinstance(part, Reference) else None) for part in exchange.asked]
        yield types.Content(role="user", parts=list(_parts(asked, attach)))
        yield types.Content(role="model", parts=[_said(piece, attach) for piece in exchange.answered])


def _parts(parts: Iterable[tuple[Part, Image | None]], attach: Attach) -> Iterator[types.Part]:
    for part, image in parts:
        if isinstance(part, Text):
            yield types.Part(text=part.text)
        elif image is not None and isinstance(part, Reference | Earlier):
            yield attach(image)


def _said(piece: Said, attach: Attach) -> types.Part:
    part = attach(piece.image) if piece.image else types.Part(text=piece.text)
    part.thought_signature = _signature(piece.signature)
    return part


def _signature(encoded: str) -> bytes | None:
    """Return the bytes of the model's mark, from Base64 in either alphabet."""
    try:
        return base64.b64decode(encoded.translate(_STANDARD), validate=True) or None
    except (binascii.Error, ValueError) as error:
        raise InputError(
            "The model's mark on an answer of this conversation is damaged. Begin anew from the picture."
        ) from error


def _search(settings: Settings) -> types.Tool:
    if settings.grounding == "web":
        return types.Tool(google_search=types.GoogleSearch())
    kinds = types.SearchTypes(web_search=types.WebSearch(), image_search=types.ImageSearch())
    return types.Tool(google_search=types.GoogleSearch(search_types=kinds))
