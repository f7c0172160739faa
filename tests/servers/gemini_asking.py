"""How tests ask for a picture: a request by a few words, and one call of the generator against the server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from prompt_kit.catalogue import Catalogue
from prompt_kit.generators import Request
from prompt_kit.generators.gemini import Gemini
from prompt_kit.prompt import Settings, Text, Turn

if TYPE_CHECKING:
    from gemini_server import GeminiServer

    from prompt_kit.images import Image
    from prompt_kit.outcome import Outcome
    from prompt_kit.prompt import Part

KEY = "AIzaSy-a-key-of-nobody-0123456789"


def wish(*parts: Part | str, earlier: tuple[Image, ...] = (), **settings: Any) -> Request:
    """Return a request for these parts; words alone will do."""
    chosen = Settings(**settings)
    given = tuple(Text(part) if isinstance(part, str) else part for part in parts or ("Draw a cat.",))
    return Request(Turn(given), Catalogue.load().choose(chosen), chosen, earlier)


def ask(server: GeminiServer, request: Request | None = None, **options: Any) -> Outcome:
    """Make one request through the generator."""
    chosen: dict[str, Any] = {"api_key": KEY, "base_url": server.url, "timeout_s": 20.0} | options
    return asyncio.run(Gemini(**chosen).generate(request or wish()))
