"""Compares aspect ratios and sizes."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from prompt_kit.prompt import SIZES
from prompt_kit.support.words import series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

USES: Final[Mapping[str, str]] = {
    "1:1": "square: web shop, Instagram post, profile",
    "4:5": "Instagram or Facebook feed",
    "3:4": "upright photo, menu",
    "2:3": "poster, book cover, Pinterest",
    "9:16": "story, reel, TikTok, phone",
    "5:4": "print",
    "4:3": "presentation, tablet",
    "3:2": "photo, postcard, blog",
    "16:9": "YouTube thumbnail, slide, website, LinkedIn",
    "21:9": "banner, head of a web page",
}
"""What the formats that most people need are used for, in the words of those who look for them."""


def nearest(asked: str, offered: Sequence[str]) -> str:
    """Return the offer nearest to what is asked for, or all offers as a series when they cannot be compared."""
    wanted = measure(asked)
    if wanted is None:
        return series(offered, "or")
    return _nearest(wanted, offered)


def nearest_format(width: float, height: float, offered: Sequence[str]) -> tuple[str | None, float]:
    """Return the format that is nearest to a picture's own, and how far it is, as a share; none where none is offered.

    >>> nearest_format(900, 1600, ["1:1", "9:16"])
    ('9:16', 0.0)
    """
    wanted = math.log(width / height)
    ratio = _nearest(wanted, offered) if offered else None
    return ratio, abs((measure(ratio or "") or 0) - wanted) if ratio else 0.0


def _nearest(wanted: float, offered: Sequence[str]) -> str:
    return min(offered, key=lambda candidate: abs((measure(candidate) or 0) - wanted))


@lru_cache(maxsize=256)
def measure(format_or_size: str) -> float | None:
    """Return a number by which aspect ratios, or sizes, are compared; ``None`` for anything else."""
    if format_or_size.upper() in SIZES:
        return SIZES.index(format_or_size.upper())
    ratio = re.fullmatch(r"([1-9]\d{0,3}):([1-9]\d{0,3})", format_or_size)
    return math.log(int(ratio[1]) / int(ratio[2])) if ratio else None
