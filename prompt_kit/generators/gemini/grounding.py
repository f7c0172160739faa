"""Reads what the model looked up before it drew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from prompt_kit.generators.lenient import entries, mapping, mappings, text
from prompt_kit.outcome import WebPage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def looked_up(grounding: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outcome's fields about searches, from a candidate's ``groundingMetadata``.

    Google asks to show its search suggestions wherever a grounded result is shown, and to link the page of every
    picture that was used (ai.google.dev, grounding, 2026-10).
    """
    by_address: dict[str, WebPage] = {}
    for source in _sources(grounding):
        by_address.setdefault(source.uri, source)
    asked = [q for name in ("webSearchQueries", "imageSearchQueries") for q in entries(grounding.get(name))]
    return {
        "sources": tuple(by_address.values()),
        "queries": tuple(dict.fromkeys(query for query in asked if isinstance(query, str) and query)),
        "suggestions": text(mapping(grounding.get("searchEntryPoint")).get("renderedContent")),
    }


def _sources(grounding: Mapping[str, Any]) -> Iterator[WebPage]:
    for chunk in mappings(grounding.get("groundingChunks")):
        web, image = mapping(chunk.get("web")), mapping(chunk.get("image"))
        page = web or image
        # The page that shows a picture is its source; people learn nothing from the picture's own address.
        address = text(web.get("uri")) or text(image.get("sourceUri")) or text(image.get("imageUri"))
        host = _host(address)
        if host:
            yield WebPage(text(page.get("title")) or text(page.get("domain")) or host, address)


def _host(address: str) -> str:
    """Return the host of a web address, or nothing for an address that no browser should be led to."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in {"http", "https"} else ""
