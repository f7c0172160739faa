"""Reads places in the frame from the words that people write: "the right 60 % of the width", "across the top"."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from prompt_kit.recipe.places import FramePlace

_SIDE: Final = r"top|upper|uppermost|bottom|lower|lowest|left|right|centre|center|middle"
_COUNT: Final = r"(?P<count>one|two|three|four|a|[1-9]\d ?(?:%|per ?cent)) ?"
_PART: Final = r"(?P<part>third|half|quarter|fifth|sixth|eighth|tenth)s?\b"
_MENTION: Final = re.compile(
    # Not "above the right side", which is beside something else, nor "driving to the right", a direction.
    r"(?<!above the )(?<!below the )(?<!under the )(?<!beside the )(?<!ing to the )(?<!from )(?<!from the )"
    rf"\b(?P<side>{_SIDE}|centred|centered)"
    rf"(?: {_COUNT}(?:{_PART})?| (?P<one>third|half|quarter|fifth|sixth|eighth|tenth|corner|part|side|edge|margin|area|"
    r"strip|band|row)\b)?"
    # Not "right below it" or "on the left shoe": after the place itself, nothing of that kind goes on.
    rf"(?=[ -]?(?:$|[,.;:()]|(?:of|in|as|and|or|with|at|across|along|{_SIDE})\b))",
    re.IGNORECASE,
)
_OF_SOMETHING: Final = re.compile(
    r" of (?!(?:the|its) (?:whole |entire )?(?:picture|image|frame|page|poster|design|post|sheet|cover|card|photo|"
    r"width|height|space|area)\b)",
    re.IGNORECASE,
)
_HAND: Final = re.compile(r"-hand\b", re.IGNORECASE)
_OF_CENTRE: Final = re.compile(r"\b(?:left|right|top|bottom) of (?:the )?(?:centre|center|middle)\b", re.IGNORECASE)
_RANGE: Final = re.compile(
    r"\bfrom (?:the )?(?:very )?(?:\w+ )?(?:top|bottom|left|right|edge|side|end|horizon)\b"
    r"(?: (?:edge|side|end))? (?:up |down |over )?to (?:the )?(?:very )?(?:top|bottom|left|right|edge|side|end|other)\b"
    r"(?: (?:edge|side|end))?",
    re.IGNORECASE,
)
_PARTS: Final = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_COUNTS: Final = {"one": 1, "a": 1, "two": 2, "three": 3, "four": 4}
_SIZE: Final = re.compile(
    r"\b(?:(?:an?|one|(?P<two>two)|(?P<three>three)) )?"
    r"(?P<part>half|third|quarter|fifth|sixth|eighth|tenth|twelfth|fifteenth|twentieth)s?\b",
    re.IGNORECASE,
)
_ALL_PARTS: Final = _PARTS | {"twelfth": 12, "fifteenth": 15, "twentieth": 20}
_PERCENT: Final = re.compile(r"\b([1-9]\d?) ?(?:%|per ?cent\b)")


def read_place(text: str) -> FramePlace | None:
    """Return the place that words name; ``None`` when they name none, several, or a place on some thing."""
    plain = _OF_CENTRE.sub("", _RANGE.sub("", " ".join(_HAND.sub("", text).replace("-", " ").split())))
    sides: set[str] = set()
    share: Fraction | None = None
    corner = re.search(r"\bcorner\b", plain, re.IGNORECASE)
    for match in _MENTION.finditer(plain):
        if _OF_SOMETHING.match(plain, match.end()):
            return None
        sides.add(match["side"].lower())
        share = share or _share_of(match)
    across = {side for word, side in (("left", -1), ("right", 1)) if word in sides}
    down = {-1 for word in ("top", "upper", "uppermost") if word in sides}
    down |= {1 for word in ("bottom", "lower", "lowest") if word in sides}
    if not sides or len(across) > 1 or len(down) > 1 or (corner and not (across and down)):
        return None
    return FramePlace(next(iter(across), 0), next(iter(down), 0), share)


def read_share(text: str) -> Fraction | None:
    """Return the part of the frame that words name: "about a tenth of the picture" is 1/10."""
    if percent := _PERCENT.search(text):
        return Fraction(int(percent[1]), 100)
    if match := _SIZE.search(text):
        count = 2 if match["two"] else 3 if match["three"] else 1
        size = Fraction(count, _ALL_PARTS[match["part"].lower()])
        return size if size <= 1 else None
    return None


def _share_of(match: re.Match[str]) -> Fraction | None:
    count, part, single = match["count"], match["part"], match["one"]
    if single:
        return Fraction(1, _PARTS[single.lower()]) if single.lower() in _PARTS else None
    if count and count[0].isdigit():
        return Fraction(int(count[:2]), 100)
    if not part:
        return None
    size = Fraction(_COUNTS[count.lower()], _PARTS[part.lower()])
    return size if size <= 1 else None
