"""How tests ask OpenAI for a picture: a request by a few words, and one call of the generator against the server."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any

from openai_replies import encoded_picture

from prompt_kit.catalogue import Catalogue
from prompt_kit.generators import Request
from prompt_kit.generators.openai import OpenAI
from prompt_kit.images import open_image
from prompt_kit.prompt import Reference, Settings, Text, Turn

if TYPE_CHECKING:
    from openai_server import OpenAIServer

    from prompt_kit.images import Image
    from prompt_kit.outcome import Outcome
    from prompt_kit.prompt import Part

KEY = "sk-a-key-of-nobody-0123456789abcdef"


def wish(*parts: Part | str, earlier: tuple[Image, ...] = (), **settings: Any) -> Request:
    """Return a request for these parts; words alone will do."""
    chosen = Settings(**settings)
    given = tuple(Text(part) if isinstance(part, str) else part for part in parts or ("Draw a cat.",))
    return Request(Turn(given), Catalogue.load().choose(chosen, "openai"), chosen, earlier)


def photo(width: int = 8, height: int = 8, kind: str = "PNG") -> Image:
    """Return a picture in memory."""
    return open_image(base64.b64decode(encoded_picture((width, height), kind)))


def base(width: int = 8, height: int = 8, kind: str = "PNG") -> Reference:
    """Return a picture to work on."""
    return Reference("photo", "base", photo(width, height, kind))


def ask(server: OpenAIServer, request: Request | None = None, **options: Any) -> Outcome:
    """Make one request through the generator."""
    chosen: dict[str, Any] = {"api_key": KEY, "base_url": server.url, "timeout_s": 20.0} | options
    return asyncio.run(OpenAI(**chosen).generate(request or wish()))
