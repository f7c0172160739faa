"""Colours and what people call them: the nearest name, the colours a text names, and one to cut away."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


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
"""The colours to choose from, those first that models know best."""

_ALWAYS: Final = ("#ffffff", "#101010")
"""What nearly every drawing has: paper or highlights, and ink."""
_WORD: Final = re.compile(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b|[a-z]+")
_LONGEST: Final = 3
"""Most words of a colour's name."""
_LIGHTNESS: Final = 0.5
"""How much lightness counts beside hue when a colour is cut away: a shadow on the key is still the key."""
_ENOUGH: Final = 60.0
"""From this distance on (in L*a*b*, with less lightness) nothing is won by being farther."""


def color_name(hex_color: str) -> str:
    """Return the everyday name nearest to a colour such as ``#ffcc00``.

    >>> color_name("#ffcc00"), color_name("#0a2342")
    ('golden yellow', 'deep navy')
    """
    wanted = _lab(hex_color)
    return min(_NAMES, key=lambda name: _distance(_lab(_NAMES[name]), wanted))


def named_in(text: str) -> Iterator[str]:
    """Yield the colours that a text names as ``#rrggbb``: by code, by name, or by a thing that has one.

    >>> list(named_in("a frog on terracotta, with #0A2342 eyes"))
    ['#5f9a3c', '#c5694a', '#0a2342']
    """
    found = _WORD.findall(text.lower())
    known = _known()
    at = 0
    while at < len(found):
        if found[at].startswith("#"):
            yield _long(found[at])
            at += 1
            continue
        for count in range(_LONGEST, 0, -1):
            words = " ".join(found[at : at + count])
            code = known.get(words) or known.get(words.removesuffix("s")) or known.get(words.removesuffix("es"))
            if code:
                yield code
                break
        at += count


def key_away_from(texts: Iterable[str]) -> str:
    """Return the key colour farthest from every colour these texts name, as words for a prompt.

    Two that are both far enough count as equal; then the one that models know best is taken.

    >>> key_away_from(["a happy red panda"]), key_away_from(["a frog on a leaf"])
    ('chroma-key green (#00b140)', 'bright magenta (#ff00ff)')
    """
    return _key_away_from(tuple(texts))


@lru_cache(maxsize=512)
def _key_away_from(texts: tuple[str, ...]) -> str:
    taken = [_keying(code) for code in {*_ALWAYS, *(code for text in texts for code in named_in(text))}]
    apart = {key: min(_distance(_keying(key.code), one) for one in taken) for key in KEYS}
    # The first of equals is taken, so whatever is far enough counts the same.
    return str(max(KEYS, key=lambda key: min(apart[key], _ENOUGH**2)))


@cache
def _known() -> dict[str, str]:
    """Return what is known of colours by words; a designer's name goes before a thing that has that colour."""
    return _THINGS | _NAMES | WORDS


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


def _distance(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    return sum((p - q) ** 2 for p, q in zip(one, other, strict=True))


WORDS: Final = {
    "amber": "#f2b01e",
    "blue": "#2f62b3",
    "blush": "#ecc5b8",
    "brick": "#a4452f",
    "brown": "#7a5236",
    "burgundy": "#6d1f33",
    "celadon": "#aecbb0",
    "charcoal": "#3a3d42",
    "cobalt": "#1f4fa8",
    "copper": "#b4693f",
    "coral": "#ef7d64",
    "cream": "#f3e8cf",
    "emerald": "#14805a",
    "forest": "#27543b",
    "gold": "#c9a14a",
    "green": "#3d7d4b",
    "grey": "#8e9092",
    "leaf": "#5f9a3c",
    "lemon": "#f4dc3c",
    "mint": "#bfe3cf",
    "mustard": "#cf9f2a",
    "navy": "#1f2c52",
    "ochre": "#c8892b",
    "orange": "#e6853a",
    "petrol": "#1e5f70",
    "pink": "#e7a1b5",
    "purple": "#6d4a92",
    "red": "#c5342c",
    "rose": "#d98a97",
    "rust": "#a9502c",
    "sage": "#a5b595",
    "sand": "#e0cda9",
    "signal": "#d62b1f",
    "sky": "#8fc1e3",
    "slate": "#5a6672",
    "teal": "#2a7f80",
    "terracotta": "#c5694a",
    "turquoise": "#45b3aa",
    "yellow": "#efc93c",
}
"""Colours by the one word designers use, where CSS has no such word, or means another colour by it."""

_NAMES: Final = {
    "black": "#000000",
    "near-black": "#141414",
    "charcoal grey": "#36393d",
    "slate grey": "#5b6770",
    "mid grey": "#808080",
    "silver grey": "#b4b8bc",
    "light grey": "#d9dbdd",
    "off-white": "#f7f5ef",
    "white": "#ffffff",
    "cream": "#fff3d6",
    "ivory": "#fffbe8",
    "sand": "#dcc8a0",
    "beige": "#e8dcc4",
    "tan": "#c9a67a",
    "caramel brown": "#a86a32",
    "chestnut brown": "#7a4423",
    "dark chocolate brown": "#3d2314",
    "terracotta": "#c8643c",
    "rust": "#a8431c",
    "burnt orange": "#cc5500",
    "orange": "#ff8000",
    "apricot": "#fbb978",
    "peach": "#ffcfb0",
    "amber": "#ffb000",
    "golden yellow": "#ffcc00",
    "lemon yellow": "#fff04a",
    "pale yellow": "#fff7b0",
    "mustard yellow": "#d6a520",
    "olive green": "#6b7030",
    "lime green": "#a4d82a",
    "spring green": "#5fd66a",
    "leaf green": "#3f9b3a",
    "pure green": "#00ff00",
    "emerald green": "#0f9d63",
    "forest green": "#1f5a32",
    "deep bottle green": "#0d3524",
    "sage green": "#a5b59a",
    "mint green": "#b5ecd0",
    "turquoise": "#2ec8c0",
    "teal": "#0f7c80",
    "deep petrol blue": "#0c4252",
    "cyan": "#00c8ee",
    "sky blue": "#7cc4f0",
    "pale blue": "#cfe6f7",
    "bright blue": "#1a75ff",
    "royal blue": "#2348c8",
    "cobalt blue": "#0b3fa0",
    "navy blue": "#14285a",
    "deep navy": "#0a1c3c",
    "denim blue": "#4a6a94",
    "indigo": "#3a2a8c",
    "violet": "#7a3cd0",
    "deep purple": "#4a1a68",
    "lavender": "#c8b8ec",
    "lilac": "#d8a8dc",
    "plum": "#7a2c62",
    "bright magenta": "#ff00ff",
    "magenta": "#e0189c",
    "hot pink": "#ff4da0",
    "rose pink": "#f090a8",
    "blush pink": "#f8d0d4",
    "coral": "#ff7860",
    "salmon": "#f79a84",
    "bright red": "#ff0000",
    "signal red": "#e3202c",
    "crimson": "#b8102c",
    "burgundy": "#701428",
    "deep oxblood": "#420a14",
}
"""The everyday names a colour can get."""

_GREEN, _ROSE, _RED, _BLUE, _VIOLET, _YELLOW, _ORANGE = (
    WORDS[word] for word in ("leaf", "pink", "red", "blue", "purple", "yellow", "orange")
)
_THINGS: Final = {
    **dict.fromkeys(
        """alligator artichoke avocado bamboo basil broccoli cabbage cactus caterpillar christmas clover crocodile
        cucumber dinosaur dragon fern fir foliage frog garden gecko grass grasshopper herb iguana ivy jade jungle
        kale kiwi leaves lettuce lime lizard meadow moss olive palm parrot parsley pea pickle pine pistachio plant
        shamrock spinach sprout succulent toad tree turtle""".split(),
        _GREEN,
    ),
    **dict.fromkeys(
        "axolotl blossom bubblegum candyfloss flamingo fuchsia lipstick orchid peony pig piglet raspberry".split(),
        _ROSE,
    ),
    **dict.fromkeys(
        """apple beetroot blood chilli cherry crab devil heart ketchup ladybird ladybug lobster poppy ruby strawberry
        tomato watermelon""".split(),
        _RED,
    ),
    **dict.fromkeys(
        "blueberry denim dolphin fjord glacier ice jeans lake ocean rain river sapphire sea water wave whale".split(),
        _BLUE,
    ),
    **dict.fromkeys("amethyst aubergine eggplant grape iris lavender octopus unicorn wizard".split(), _VIOLET),
    **dict.fromkeys(
        "banana bee canary cheese chick corn duckling honey lightning moon pineapple star sun sunflower taxi".split(),
        _YELLOW,
    ),
    **dict.fromkeys("carrot clementine fire flame fox goldfish pumpkin tangerine tiger".split(), _ORANGE),
}
"""Things that have one colour in most people's minds."""
