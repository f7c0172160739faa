"""Removes keys from what providers answer, before anything is shown or recorded."""

from __future__ import annotations

import base64
import re
from dataclasses import asdict, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, quote_plus

from prompt_kit.outcome import Outcome, Piece, WebPage

if TYPE_CHECKING:
    from prompt_kit.generators.attempts import Attempt

_SHORTEST_KEY: Final = 8
"""Shortest key that is removed, in characters; anything shorter may be an ordinary word."""

_DEEPEST: Final = 40
"""Levels of nested details that are kept; real answers have fewer than ten."""

_URL_SAFE: Final = str.maketrans("+/", "-_")
_ESCAPE: Final = re.compile("%[0-9A-F]{2}")


def without_key(outcome: Outcome, *keys: str) -> Outcome:
    """Return an outcome in which "…" replaces these keys, in any encoding in which a provider may repeat them."""
    said = ("text", "pieces", "thoughts", "sources", "queries", "suggestions")
    names = (*said, "reason", "message", "next_step", "model", "response_id", "warnings", "details")
    forms = _all_forms(keys)
    return replace(outcome, **{name: _without(forms, getattr(outcome, name), _DEEPEST) for name in names})


def attempt_without_key(attempt: Attempt, *keys: str) -> Attempt:
    """Return an attempt without these keys; to be called before anything of it is shown."""
    return replace(attempt, outcome=without_key(attempt.outcome, *keys))


def text_without_key(text: str, *keys: str) -> str:
    """Return a text without these keys."""
    return str(_without(_all_forms(keys), text, _DEEPEST))


def _all_forms(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(form for key in keys if len(key) >= _SHORTEST_KEY for form in _forms(key))


@lru_cache(maxsize=16)
def _forms(key: str) -> tuple[str, ...]:
    """Return a key as it is, percent-encoded, and within base64, for each position at which it can begin there."""
    data = key.encode("utf-8", "surrogatepass")
    escaped = {quote(data, safe=""), quote(data), quote_plus(data)}
    escaped |= {_ESCAPE.sub(lambda match: match[0].lower(), form) for form in escaped}
    encoded: set[str] = set()
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + data).decode()
        # The outermost characters also encode bits of the bytes beside the key.
        inner = text[-(-offset * 8 // 6) : (offset + len(data)) * 8 // 6]
        encoded |= {inner, inner.translate(_URL_SAFE)}
    return tuple(sorted({key} | escaped | encoded, key=len, reverse=True))


def _without(forms: tuple[str, ...], value: Any, levels: int) -> Any:
    """Return plain data in which "…" replaces every occurrence of these texts.

    What is nested deeper than so many levels is left out: no answer needs it, and a record could not be written.
    """
    match value:
        case str():
            for form in forms:
                value = value.replace(form, "…")
            return value
        case list() | tuple() | dict() if not levels:
            return "…"
        case list() | tuple():
            return type(value)(_without(forms, item, levels - 1) for item in value)
        case Piece() | WebPage():
            words = {name: word for name, word in asdict(value).items() if isinstance(word, str)}
            # A mark goes back verbatim or not at all.
            marked = words.pop("signature", "")
            words |= {"signature": ""} if any(form in marked for form in forms) else {}
            return replace(value, **_without(forms, words, levels))
        case dict():
            return {_without(forms, key, levels): _without(forms, item, levels - 1) for key, item in value.items()}
        case _:
            return value
