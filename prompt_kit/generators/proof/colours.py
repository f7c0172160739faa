"""Finds the colours that a prompt names, by code or in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PIL import ImageColor

from prompt_kit.generators.proof.fonts import clean
from prompt_kit.support.colours import color_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST: Final = 8
"""How many colours are shown."""

_CODE: Final = re.compile(r"#[0-9a-fA-F]{6}\b")
_BEFORE: Final = re.compile(r"([\w-]+(?: [\w-]+)?) ?\(?$")
_REACH: Final = 40
"""How many characters before a code its name is looked for."""
_FIELDS: Final = re.compile(r"palette|colou?r|accent")
_LITTLE: Final = frozenset("in on of and the a an with is colour color accent".split())


@dataclass(frozen=True, slots=True)
class Chip:
    """A colour and what the prompt calls it."""

    name: str
    code: str
    """As ``#rrggbb``."""
    exact: bool
    """Whether the prompt gives the code, or only a name that we took for this colour."""


def chips(paragraphs: Sequence[str], values: Mapping[str, Any]) -> tuple[Chip, ...]:
    """Return the colours of a prompt: those with a code first, then those named in the fields for colours."""
    by_code: dict[str, Chip] = {}
    text = "\n".join(paragraphs)
    for match in _CODE.finditer(text):
        named = _BEFORE.search(text[max(0, match.start() - _REACH) : match.start()])
        words = [word for word in (named[1] if named else "").split() if word.lower() not in _LITTLE]
        code = match[0].lower()
        by_code.setdefault(code, Chip(" ".join(words) or code, code, exact=True))
    for name, value in values.items():
        if _FIELDS.search(name):
            for text in _texts(value):
                chip = _chip(text)
                if chip is not None:
                    by_code.setdefault(chip.code, chip)
    return tuple(by_code.values())[:MOST]


def _texts(value: Any) -> Iterator[str]:
    entries = value if isinstance(value, list) else [value]
    for entry in entries:
        if isinstance(entry, str):
            yield from (part.strip() for part in re.split(r",|[ -]and[ -]", clean(entry)) if part.strip())


def _chip(text: str) -> Chip | None:
    """Return the colour that a few words name, or ``None`` when they name none that we know."""
    if re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        return Chip(text.lower(), text.lower(), exact=True)
    words = [word for word in re.findall(r"[a-z]+", text.lower()) if word not in _LITTLE]
    if not words or len(words) > 3:  # noqa: PLR2004 - a longer text describes more than a colour
        return None
    if named := color_code(" ".join(words)):
        return Chip(" ".join(words), named, exact=False)
    css = ImageColor.colormap
    code = color_code(words[0]) or css.get("".join(words)) or color_code(words[-1]) or css.get(words[-1])
    if not isinstance(code, str):
        return None
    if words[0] in {"deep", "dark", "midnight"}:
        code = _toned(code, 0.72, 0)
    elif words[0] in {"pale", "light", "soft"}:
        code = _toned(code, 0.45, 140)
    return Chip(" ".join(words), code.lower(), exact=False)


def _toned(code: str, share: float, white: int) -> str:
    channels = (round(int(code[at : at + 2], 16) * share + white) for at in (1, 3, 5))
    return "#" + "".join(f"{min(255, channel):02x}" for channel in channels)
