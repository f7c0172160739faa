"""Reads places in the frame from values: where words stand, where the subject stands, which part stays calm."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SIDE: Final = r"top|upper|bottom|lower|left|right|centre|center|middle"
_PART: Final = re.compile(
    rf"\b(?:the|its) (?:whole |entire |very )?({_SIDE})"
    r"(?:[ -](left|right|centre|center|middle))?(?: (?:third|half|quarter|corner|part|side)\b| of (?:the|its)\b)",
    re.IGNORECASE,
)
_WHERE: Final = re.compile(
    rf"\b(?:in|on|at|along|across) the ({_SIDE})(?:[ -](left|right|centre|center|middle))?\b", re.IGNORECASE
)
_PLACE: Final = re.compile(
    # Not "above the right side", which is a place beside something else.
    r"(?<!above the )(?<!below the )(?<!under the )(?<!beside the )"
    rf"\b({_SIDE}|centred|centered)(?:-hand)?(?: (?:third|half|quarter|fifth|corner|part|side|edge|margin|area)\b)?"
    # Not "right below it" or "on the left shoe": after the place itself, nothing of that kind goes on.
    rf"(?=[ -]?(?:$|[,.;:()]|(?:of|in|as|and|with|at|across|along|{_SIDE})\b))",
    re.IGNORECASE,
)
_OF_SOMETHING: Final = re.compile(
    r" of (?!(?:the|its) (?:whole |entire )?(?:picture|image|frame|page|poster|design|post|sheet|cover|card)\b)",
    re.IGNORECASE,
)
_SMALL: Final = re.compile(r"\b(?:small|smaller|tiny)\b", re.IGNORECASE)
_SHARES: Final = {"two thirds": 2 / 3, "two fifths": 0.4, "third": 1 / 3, "half": 0.5, "quarter": 0.25, "fifth": 0.2}
_PERCENT: Final = re.compile(r"\b([1-9]\d) ?%")
_ON_THE_PRODUCT: Final = "label"
"""The value whose words are printed on the product: their places are not those of the frame."""


class Spot(NamedTuple):
    """A place in the frame: -1 is left or top, 0 the middle, 1 right or bottom."""

    across: int
    down: int


class PlaceOfWords(NamedTuple):
    """What a value says of the place of some words."""

    text: str
    """As it was written."""
    spot: Spot | None
    """``None`` when it names no side of the frame, or several that exclude each other."""
    small: bool


NOWHERE: Final = PlaceOfWords("", None, small=False)


def places(values: Mapping[str, Any]) -> dict[str, PlaceOfWords]:
    """Return the places of exact words, by the words on one line, from values written as ``WORDS :: place``."""
    said: dict[str, PlaceOfWords] = {}
    for name, value in values.items():
        for entry in _texts(value):
            words, mark, place = entry.rpartition(" ::")
            if mark and place.strip():
                text = " ".join(place.split())
                spot = None if name == _ON_THE_PRODUCT else _place(text)
                said[" ".join(words.split())] = PlaceOfWords(text, spot, bool(_SMALL.search(text)))
    return said


def _place(text: str) -> Spot | None:
    words: set[str] = set()
    for match in _PLACE.finditer(text):
        if _OF_SOMETHING.match(text, match.end()):
            return None
        words.add(match[1].lower())
    across = {side for word, side in (("left", -1), ("right", 1)) if word in words}
    down = {-1 if word in {"top", "upper"} else 1 for word in words & {"top", "upper", "bottom", "lower"}}
    corner = re.search(r"\bcorner\b", text, re.IGNORECASE)
    if not words or len(across) > 1 or len(down) > 1 or (corner and not (across and down)):
        return None
    return Spot(next(iter(across), 0), next(iter(down), 0))


def area_of(value: Any) -> Spot | None:
    """Return the side of the frame that a value names, picked from a list or written in own words."""
    words = value.replace("-", " ") if isinstance(value, str) else ""
    text = f"in {words}" if words.startswith("the ") else f"in the {words}"
    match = _PART.search(text) or _WHERE.search(text)
    if match is None:
        return None
    named = [word.lower() for word in match.groups() if word]
    across = next(({"left": -1, "right": 1}[word] for word in named if word in {"left", "right"}), 0)
    down = -1 if {"top", "upper"} & set(named) else 1 if {"bottom", "lower"} & set(named) else 0
    return Spot(across, down)


def share_of(value: Any, usual: float) -> float:
    """Return how much of the frame's width or height a value names, from 0 to 1."""
    words = str(value or "").replace("-", " ").lower()
    if percent := _PERCENT.search(words):
        return int(percent[1]) / 100
    return next((share for word, share in _SHARES.items() if word in words), usual)


def _texts(value: Any) -> Iterator[str]:
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, str):
            yield entry
