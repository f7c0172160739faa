"""Takes keys out of what providers say, before anybody sees or keeps it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any, Final

from prompt_kit.outcome import Outcome, Piece, WebPage

_SHORTEST_KEY: Final = 8
"""What is shorter, in characters, may be a word and is no key."""

_DEEPEST: Final = 40
"""Levels of nested details that are kept; real answers have fewer than ten."""


def without_key(outcome: Outcome, key: str) -> Outcome:
    """Return an outcome in which "…" stands wherever a provider or gateway repeated the key."""
    said = ("text", "pieces", "thoughts", "sources", "queries", "suggestions")
    names = (*said, "reason", "message", "next_step", "model", "response_id", "warnings", "details")
    return replace(outcome, **{name: _without(key, getattr(outcome, name), _DEEPEST) for name in names})


def _without(secret: str, value: Any, levels: int) -> Any:
    """Return plain data in which "…" stands for every occurrence of a key.

    What is nested deeper than so many levels is left out: no answer needs it, and a record could not be written.
    """
    match value:
        case str():
            return value.replace(secret, "…") if len(secret) >= _SHORTEST_KEY else value
        case list() | tuple() | dict() if not levels:
            return "…"
        case list() | tuple():
            return type(value)(_without(secret, item, levels - 1) for item in value)
        case Piece() | WebPage():
            words = {name: word for name, word in asdict(value).items() if isinstance(word, str)}
            # A mark goes back verbatim or not at all.
            marked = words.pop("signature", "")
            words |= {"signature": ""} if len(secret) >= _SHORTEST_KEY and secret in marked else {}
            return replace(value, **_without(secret, words, levels))
        case dict():
            return {_without(secret, key, levels): _without(secret, item, levels - 1) for key, item in value.items()}
        case _:
            return value
