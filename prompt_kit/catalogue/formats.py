"""Tells how near aspect ratios and sizes are to each other."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from prompt_kit.prompt import SIZES
from prompt_kit.support.words import series

if TYPE_CHECKING:
    from collections.abc import Sequence


def nearest(asked: str, offered: Sequence[str]) -> str:
    """Return what is offered nearest to what is asked for, or all of it when near and far have no meaning."""
    wanted = measure(asked)
    if wanted is None:
        return series(offered, "or")
    return min(offered, key=lambda candidate: abs((measure(candidate) or 0) - wanted))


def nearest_shape(width: int, height: int, offered: Sequence[str]) -> str:
    """Return the aspect ratio nearest to the shape of a picture; width and height in pixels."""
    shape = math.log(width / height)
    return min(offered, key=lambda ratio: abs((measure(ratio) or 0) - shape))


def measure(format_or_size: str) -> float | None:
    """Return where an aspect ratio or a size stands among its kind."""
    if format_or_size.upper() in SIZES:
        return SIZES.index(format_or_size.upper())
    ratio = re.fullmatch(r"([1-9]\d{0,3}):([1-9]\d{0,3})", format_or_size)
    return math.log(int(ratio[1]) / int(ratio[2])) if ratio else None
