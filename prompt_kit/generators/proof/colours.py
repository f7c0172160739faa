"""Finds the colours that a prompt gives as codes and that its values name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PIL import ImageColor

from prompt_kit.generators.proof.fonts import clean
from prompt_kit.support.colours import color_code

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

MOST: Final = 8
"""How many colours are shown."""

_CODE: Final = re.compile(r"#[0-9a-fA-F]{6}\b")
_BEFORE: Final = re.compile(r"([\w-]+(?: [\w-]+)?) ?\(?$")
_REACH: Final = 40
"""How many characters before a code its name is looked for."""
_LITTLE: Final = frozenset("in on of and the a an with is colour color accent".split())
_WORD: Final = re.compile(r"#[0-9a-f]{6}\b|[^\W\d_]+(?:-[^\W\d_]+)*|[^\w\s]")
_LONGEST: Final = 3
"""The most words that the name of a colour has."""
_DARK: Final = frozenset("deep dark midnight".split())
_PALE: Final = frozenset("dusty light muted pale pastel soft".split())
_THINGS: Final = frozenset(
    "amber apricot blush brick butter charcoal chocolate clay cobalt copper coral cream emerald forest gold honey ivory"
    " lavender leaf lemon lilac lime linen mint mustard olive orange orchid peach peru petrol plum rose ruby rust sage"
    " salmon sand signal silver sky slate snow steel stone tan terracotta thistle tomato violet wheat".split()
)
"""Colours that are things as well: alone in a value, or before a noun, such a word is taken for the thing."""
_AFTER: Final = frozenset("and as at for in on or over to under with".split())


@dataclass(frozen=True, slots=True)
class Chip:
    """A colour and what the prompt calls it."""

    name: str
    code: str
    """As ``#rrggbb``."""
    exact: bool
    """Whether the prompt gives the code, or only a name that we took for this colour."""


def chips(paragraphs: Sequence[str], values: Mapping[str, Any], lettered: Collection[str] = ()) -> tuple[Chip, ...]:
    """Return the colours of a prompt: those with a code first, then those that values name.

    Args:
        paragraphs: The prompt, for codes.
        values: The values; every one of them may name colours.
        lettered: Exact words of the picture, in which a colour is but a word.
    """
    by_code: dict[str, Chip] = {}
    text = "\n".join(paragraphs)
    for match in _CODE.finditer(text):
        named = _BEFORE.search(text[max(0, match.start() - _REACH) : match.start()])
        words = [word for word in (named[1] if named else "").split() if word.lower() not in _LITTLE]
        code = match[0].lower()
        by_code.setdefault(code, Chip(" ".join(words) or code, code, exact=True))
    for value in values.values():
        named_here = [chip for entry in _texts(value) for chip in _named(_without(entry, lettered))]
        if len(named_here) > 1 or not {chip.name for chip in named_here} <= _THINGS:
            for chip in named_here:
                by_code.setdefault(chip.code, chip)
    return tuple(by_code.values())[:MOST]


def _texts(value: Any) -> Iterator[str]:
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, str):
            yield clean(entry)


def _without(text: str, lettered: Collection[str]) -> str:
    for words in lettered:
        text = text.replace(words, "; ")
    return text


def _named(text: str) -> Iterator[Chip]:
    """Yield the colours that a text names, in order; what a name belongs to is left to the reader."""
    words = _WORD.findall(text.lower())
    at = 0
    while at < len(words):
        for count in range(min(_LONGEST, len(words) - at), 0, -1):
            name = " ".join(words[at : at + count])
            after = words[at + count] if at + count < len(words) else ","
            if (code := _code(name)) and not (name in _THINGS and after.isalpha() and after not in _AFTER):
                yield Chip(name, code, exact=name == code)
                break
        at += count


def _code(name: str) -> str | None:
    """Return the colour that is called so, or ``None`` when no colour is."""
    if name.startswith("#"):
        return name if _CODE.fullmatch(name) else None
    if code := color_code(name):
        return code
    first, _, rest = name.partition(" ")
    if rest and first in _DARK | _PALE and " " not in rest:
        code = color_code(rest) or _css(rest)
        return code and (_toned(code, 0.72, 0) if first in _DARK else _toned(code, 0.45, 140))
    return _css(name.replace(" ", ""))


def _css(name: str) -> str | None:
    code = ImageColor.colormap.get(name)
    return code.lower() if isinstance(code, str) else None


def _toned(code: str, share: float, white: int) -> str:
    channels = (round(int(code[at : at + 2], 16) * share + white) for at in (1, 3, 5))
    return "#" + "".join(f"{min(255, channel):02x}" for channel in channels)
