"""Names of colours: the nearest to a code, those in a text, and a background colour that no text names."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from prompt_kit.support.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class KeyColour(NamedTuple):
    """A flat colour that is put behind a subject, and cut away afterwards."""

    name: str
    """What it is called in a prompt."""
    code: str
    """As ``#rrggbb``."""

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


KEYS: Final = (
    KeyColour("chroma-key green", "#00b140"),
    KeyColour("bright magenta", "#ff00ff"),
    KeyColour("chroma-key blue", "#0047bb"),
    KeyColour("bright cyan", "#00d5ff"),
    KeyColour("bright yellow", "#ffe600"),
)
"""The colours to choose from; those that models draw best come first."""

_ALWAYS: Final = ("#ffffff", "#101010")
"""White and black, which nearly every drawing has: as paper or highlights, and as ink."""
_WORD: Final = pattern(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b|[a-z]+")
_LONGEST: Final = 3
"""The most words that the name of a colour has."""
_LIGHTNESS: Final = 0.5
"""How much lightness counts beside hue when a colour is cut away: a shadow on the key is still the key."""
_ENOUGH: Final = 60.0
"""Colours at least this far apart (in L*a*b*, with less lightness) are all far enough."""


def color_name(hex_color: str) -> str:
    """Return the everyday name nearest to a colour such as ``#ffcc00``.

    >>> color_name("#ffcc00"), color_name("#0a2342")
    ('golden yellow', 'deep navy')
    """
    wanted, names = _lab(hex_color), _table().names
    return min(names, key=lambda name: _distance(_lab(names[name]), wanted))


def color_code(words: str) -> str | None:
    """Return the colour that has this name as ``#rrggbb``, or ``None`` when no colour is called that.

    >>> color_code("deep navy"), color_code("petrol"), color_code("frog")
    ('#0a1c3c', '#1e5f70', None)
    """
    return _table().codes.get(words.replace("-", " "))


def named_in(text: str) -> Iterator[str]:
    """Yield the colours that a text names as ``#rrggbb``: by code, by name, or by a thing that has one.

    >>> list(named_in("a frog on terracotta, with #0A2342 eyes"))
    ['#5f9a3c', '#c8643c', '#0a2342']
    """
    words = _WORD.findall(text.lower())
    codes = _table().understood
    at = 0
    while at < len(words):
        if words[at].startswith("#"):
            yield _long(words[at])
            at += 1
            continue
        for count in range(_LONGEST, 0, -1):
            name = " ".join(words[at : at + count])
            code = codes.get(name) or codes.get(name.removesuffix("s")) or codes.get(name.removesuffix("es"))
            if code:
                yield code
                break
        at += count


def key_away_from(texts: Iterable[str]) -> str:
    """Return the key colour farthest from every colour these texts name, as words for a prompt.

    Of several that are far enough, the first of `KEYS` is taken.

    >>> key_away_from(["a happy red panda"]), key_away_from(["a frog on a leaf"])
    ('chroma-key green (#00b140)', 'bright magenta (#ff00ff)')
    """
    return _key_away_from(tuple(texts))


@lru_cache(maxsize=512)
def _key_away_from(texts: tuple[str, ...]) -> str:
    taken = [_keying(code) for code in {*_ALWAYS, *(code for text in texts for code in named_in(text))}]
    nearest = {key: min(_distance(_keying(key.code), color) for color in taken) for key in KEYS}
    # The first of equals is taken, so distances above `_ENOUGH` count as that.
    return str(max(KEYS, key=lambda key: min(nearest[key], _ENOUGH**2)))


class _Table(NamedTuple):
    names: Mapping[str, str]
    """The names a colour can get."""
    codes: Mapping[str, str]
    """All names of colours."""
    understood: Mapping[str, str]
    """All names, and the things that have a colour."""


@cache
def _table() -> _Table:
    """Return the content of ``colours.yaml``, which is read at the first call."""
    from prompt_kit.support.yamlfile import YamlFile  # most commands name no colour

    content: dict[str, dict[str, str]] = YamlFile(Path(__file__).with_suffix(".yaml")).data
    # "off-white" is written with a space, too.
    codes = {name.replace("-", " "): code for name, code in (content["names"] | content["words"]).items()}
    things = {thing: codes[color] for color, named in content["things"].items() for thing in named.split()}
    return _Table(content["names"], codes, things | codes)


def _keying(hex_color: str) -> tuple[float, float, float]:
    lightness, a, b = _lab(hex_color)
    return lightness * _LIGHTNESS, a, b


def _long(hex_color: str) -> str:
    return hex_color if len(hex_color) == len("#rrggbb") else "#" + "".join(d * 2 for d in hex_color[1:])


@cache
def _lab(hex_color: str) -> tuple[float, float, float]:
    """Return CIE L*a*b* (D65), in which distances are close to what people see (IEC 61966-2-1, CIE 15)."""
    digits = _long(hex_color)[1:]
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def _distance(first: tuple[float, float, float], second: tuple[float, float, float]) -> float:
    return sum((p - q) ** 2 for p, q in zip(first, second, strict=True))
