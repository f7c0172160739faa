"""Prepares text from outside for showing: nothing invisible, no commands to a terminal, not too long."""

from __future__ import annotations

import json
from typing import Any, Final

from prompt_kit.support.patterns import pattern

LONGEST: Final = 80
"""Longest phrase in a list or a message, in characters."""

_BIDI: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_SURROGATES: Final = "\ud800-\udfff"

_UNSEEN: Final = pattern(
    "[\x00-\x09\x0b-\x1f\x7f-\xa0\xad\u061c\u1680\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u2064"
    f"\u2066-\u206f\u3000\ufeff{_SURROGATES}]"
)
"""Characters that show nothing, move the cursor or turn the direction of reading; joiners shape letters and stay."""

_COMMANDS: Final = pattern(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}{_SURROGATES}]")
"""What commands a terminal, turns the direction of reading, or is no character at all."""


def visible(text: str) -> str:
    r"""Return words in which every invisible character is replaced by its number.

    >>> visible("a\u200bb")
    'a‹U+200B›b'
    """
    return _UNSEEN.sub(lambda match: f"‹U+{ord(match[0]):04X}›", text)


def harmless(text: str) -> str:
    r"""Return words without characters that command a terminal or turn the direction of reading.

    >>> harmless("a \x1b]52;c;cm0=\x07 fox")
    'a �]52;c;cm0=� fox'
    """
    # Nearly all text is plain; checking that is faster than the pattern.
    return text if text.isascii() and text.isprintable() else _COMMANDS.sub("\N{REPLACEMENT CHARACTER}", text)


def as_json(data: Any, *, compact: bool = False) -> str:
    """Return plain data as JSON for people and programs; what could command a terminal is escaped, and nothing lost."""
    text = json.dumps(data, indent=None if compact else 2, ensure_ascii=False, default=str)
    return _COMMANDS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return a phrase with at most so many characters.

    >>> shortened("a happy red panda", 8)
    'a happy…'
    """
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def whole_words(text: str, longest: int) -> str:
    """Return the beginning of a text up to a whole word; part of a secret key would not be recognised and masked.

    >>> whole_words("a happy red panda", 9)
    'a happy …'
    """
    return text if len(text) <= longest else " ".join([*text[: longest + 1].split(" ")[:-1], "…"])


def counted(count: int, noun: str) -> str:
    """Return a count with its noun.

    >>> counted(1, "recipe"), counted(1200, "strategy")
    ('1 recipe', '1,200 strategies')
    """
    many = noun[:-1] + "ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else many}"
