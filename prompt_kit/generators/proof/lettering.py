"""How large the exact words in a frame are set, by what is said of their place: the first are the heading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from prompt_kit.generators.proof.linebreaks import fitted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prompt_kit.generators.proof.canvas import Rect
    from prompt_kit.generators.proof.placing import Standing
    from prompt_kit.layout import Area

_VERY_SMALL: Final = re.compile(r"\b(very small|tiny|smallest|fine print)\b", re.IGNORECASE)
_SMALL: Final = re.compile(r"\b(small|smaller|half as (large|big|high|tall))\b", re.IGNORECASE)
_LARGE: Final = re.compile(r"\b(large|larger|largest|big|huge|tall)\b", re.IGNORECASE)
_BELOW_HEADING: Final = 0.72
"""How large words are at the most that nothing makes small or large, beside the heading."""


def share_of_heading(place: str) -> float:
    """Return how large words are beside the heading, by what is said of their place.

    >>> [share_of_heading(place) for place in ("very small, at the foot", "small", "half as large", "tall", "on top")]
    [0.28, 0.45, 0.45, 1.0, 0.72]
    """
    if _VERY_SMALL.search(place):
        return 0.28
    if _SMALL.search(place):
        return 0.45
    return 1.0 if _LARGE.search(place) else _BELOW_HEADING


def largest_sizes(placed: Sequence[Standing], areas: Sequence[Area], frame: Rect) -> Mapping[str, float]:
    """Return the largest size, in points, of the words in each area that is drawn; those of panels have their own."""
    panels = {here.area.name for here in placed if here.area.kind == "panel"}
    order = {area.name: at for at, area in enumerate(areas)}
    lettered = sorted(
        (here for here in placed if here.area.kind == "words" and here.area.on not in panels),
        key=lambda here: order[here.area.name],
    )
    if not lettered:
        return {}
    most = min(frame.h / 5, frame.w / 6)
    first = lettered[0]
    if (small := share_of_heading(first.area.place)) < _BELOW_HEADING:
        return {here.area.name: most / 2 * min(small, share_of_heading(here.area.place)) for here in lettered}
    rect = first.rect
    heading = fitted([first.area.content or "x"], 0.9 * rect.w, 0.72 * rect.h, largest=min(most, 0.62 * rect.h))[0]
    if not first.area.box:
        most = heading = min(heading, most / 2)  # nobody has said where it stands, or that it is large
    return {
        here.area.name: most if here is first else min(most, heading * share_of_heading(here.area.place))
        for here in lettered
    }
