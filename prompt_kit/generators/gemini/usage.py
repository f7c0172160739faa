"""Reads how many tokens of which kind an answer took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prompt_kit.generators.lenient import count, entries, mapping
from prompt_kit.outcome import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping


def usage(metadata: Mapping[str, Any], grounding: Mapping[str, Any], *, empty: bool) -> Usage | None:
    """Return the tokens by kind; nothing is guessed, because words and pictures have different prices.

    Args:
        metadata: The answer's ``usageMetadata``.
        grounding: The candidate's ``groundingMetadata``, for its searches.
        empty: Whether the answer has no content at all.
    """
    if not metadata:
        return None
    given, made = _by_kind(metadata.get("promptTokensDetails")), _by_kind(metadata.get("candidatesTokensDetails"))
    total = count(metadata.get("candidatesTokenCount"))
    text: int | None
    image: int | None
    if made:
        image = made.get("IMAGE", 0)
        # The list may leave the words out, though they are in the total.
        text = max(made.get("TEXT", 0), (total or 0) - image)
    else:
        # Zeroes are left out on the wire: an answer without content and without a count has none.
        image = text = 0 if empty and not total else None
    queries = [q for name in ("webSearchQueries", "imageSearchQueries") for q in entries(grounding.get(name))]
    return Usage(
        input_text=given.get("TEXT", 0) if given else None,
        input_image=given.get("IMAGE", 0) if given else None,
        output_text=text,
        output_image=image,
        thinking=count(metadata.get("thoughtsTokenCount")),
        searches=len(queries) if grounding else None,
    )


def _by_kind(details: Any) -> dict[str, int]:
    """Return tokens by kind, or nothing when one of the counts cannot be read: a part of a sum is a guess."""
    counts: dict[str, int] = {}
    for entry in map(mapping, entries(details)):
        tokens = count(entry.get("tokenCount", 0))  # zeroes are left out on the wire
        if tokens is None:
            return {}
        kind = "IMAGE" if entry.get("modality") == "IMAGE" else "TEXT"
        counts[kind] = counts.get(kind, 0) + tokens
    return counts
