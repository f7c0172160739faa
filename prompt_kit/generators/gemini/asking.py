"""Puts a request into the words of ``generateContent``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.genai import types

from prompt_kit.prompt import Text

if TYPE_CHECKING:
    from prompt_kit.generators import Request
    from prompt_kit.prompt import Settings


def contents(request: Request) -> types.Content:
    """Return the parts of a turn in their order.

    Raises:
        InputError: When a picture is gone or has changed.
    """
    earlier = iter(request.earlier)
    parts = []
    for part in request.turn.parts:
        if isinstance(part, Text):
            parts.append(types.Part(text=part.text))
        else:
            image = getattr(part, "image", None) or next(earlier)
            parts.append(types.Part.from_bytes(data=image.read(), mime_type=image.media_type))
    return types.Content(role="user", parts=parts)


def config(request: Request) -> types.GenerateContentConfig:
    """Return the settings; what is not set is not sent, because several models refuse what they do not know."""
    settings = request.settings
    size = settings.size if request.model.send_size else None
    asked: dict[str, Any] = {
        name: value for name in ("temperature", "top_p", "seed") if (value := getattr(settings, name)) is not None
    }
    if (settings.aspect_ratio or size) and request.turn.output == "picture":
        asked["image_config"] = types.ImageConfig(aspect_ratio=settings.aspect_ratio, image_size=size)
    if settings.thinking:
        level = types.ThinkingLevel(settings.thinking.upper())
        asked["thinking_config"] = types.ThinkingConfig(thinking_level=level, include_thoughts=False)
    if settings.grounding:
        asked["tools"] = [_search(settings)]
    return types.GenerateContentConfig(
        # With pictures alone, the model's explanations are lost, and a grounded request gets no picture at all
        # (ai.google.dev, image generation, 2025-11).
        response_modalities=["TEXT", "IMAGE"],
        # Each of these would send further requests, and pay for them, behind our back.
        automatic_continuation=False,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        should_return_http_response=True,
        **asked,
    )


def _search(settings: Settings) -> types.Tool:
    if settings.grounding == "web":
        return types.Tool(google_search=types.GoogleSearch())
    kinds = types.SearchTypes(web_search=types.WebSearch(), image_search=types.ImageSearch())
    return types.Tool(google_search=types.GoogleSearch(search_types=kinds))
