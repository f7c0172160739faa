"""Removes keys from what providers answer and mends its texts, before anything is shown or recorded."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, replace
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
_BROKEN: Final = re.compile("[\0\ud800-\udfff]")
_ESCAPE: Final = re.compile("%[0-9A-F]{2}")


def without_key(outcome: Outcome, *keys: str) -> Outcome:
    """Return an outcome in which "…" replaces these keys, in any encoding in which a provider may repeat them.

    Its texts can be written afterwards: a lone half of a surrogate pair, and NUL, become the replacement character.
    """
    said = ("text", "pieces", "thoughts", "sources", "queries", "suggestions")
    names = (*said, "reason", "message", "next_step", "model", "response_id", "warnings", "details")
    forms = _all_forms(keys)
    filled = {name: value for name in names if (value := getattr(outcome, name))}
    cleaned = {name: _without(forms, value, _DEEPEST) for name, value in filled.items()}
    return replace(outcome, **cleaned) if cleaned != filled else outcome


def attempt_without_key(attempt: Attempt, *keys: str) -> Attempt:
    """Return an attempt without these keys; to be called before anything of it is shown."""
    return replace(attempt, outcome=without_key(attempt.outcome, *keys))


def text_without_key(text: str, *keys: str) -> str:
    """Return a text without these keys."""
    return str(_without(_all_forms(keys), text, _DEEPEST))


@dataclass(frozen=True, slots=True)
class _Forms:
    """In which ways keys may be written."""

    texts: tuple[str, ...] = ()
    patterns: tuple[re.Pattern[str], ...] = ()
    shortest: int = 0
    """The length of the shortest of them, in characters; a shorter text holds none."""


@lru_cache(maxsize=16)
def _all_forms(keys: tuple[str, ...]) -> _Forms:
    long = [key for key in keys if len(key) >= _SHORTEST_KEY]
    texts = tuple(form for key in long for form in _forms(key))
    patterns = tuple(_escaped(key.encode("utf-8", "surrogatepass")) for key in long)
    return _Forms(texts, patterns, min(map(len, (*texts, *long)), default=0))


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
    plain = {key, data.hex(), data.hex().upper()}
    return tuple(sorted(plain | escaped | encoded, key=len, reverse=True))


def _escaped(data: bytes) -> re.Pattern[str]:
    r"""Return a pattern for a key of which any character is escaped, as ``%41``, ``%2541``, ``\x41`` or ``&#x41;``."""
    characters = (rf"(?:{re.escape(chr(byte))}|(?:%(?:25)*|\\x|\\u00|&#x){byte:02x};?)" for byte in data)
    return re.compile("".join(characters), re.IGNORECASE)


def _cleaned(forms: _Forms, text: str) -> str:
    """Return a text without these, and without what neither a file nor a database can hold."""
    if forms.texts and len(text) >= forms.shortest:
        escaped = "%" in text or "\\" in text or "&#" in text
        for form in forms.texts:
            text = text.replace(form, "…")
        for pattern in forms.patterns if escaped else ():
            text = pattern.sub("…", text)
    # Half of a surrogate pair is no character, and PostgreSQL holds no NUL.
    return _BROKEN.sub("\ufffd", text) if not text.isascii() or "\0" in text else text


def _without(forms: _Forms, value: Any, levels: int) -> Any:
    """Return plain data in which "…" replaces every occurrence of these texts.

    What is nested deeper than so many levels is left out: no answer needs it, and a record could not be written.
    """
    match value:
        case str():
            return _cleaned(forms, value)
        case list() | tuple() | dict() if not levels:
            return "…"
        case list() | tuple():
            return type(value)(_without(forms, item, levels - 1) for item in value)
        case Piece() | WebPage():
            return _said_without(forms, value)
        case dict():
            return {_without(forms, key, levels): _without(forms, item, levels - 1) for key, item in value.items()}
        case _:
            return value


def _said_without(forms: _Forms, said: Piece | WebPage) -> Piece | WebPage:
    if isinstance(said, WebPage):
        return WebPage(_cleaned(forms, said.title), _cleaned(forms, said.uri))
    words, mark = _cleaned(forms, said.text), said.signature
    if _cleaned(forms, mark) != mark:  # a mark goes back verbatim or not at all
        mark = ""
    return said if (words, mark) == (said.text, said.signature) else replace(said, text=words, signature=mark)
