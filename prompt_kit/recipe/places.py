"""Places in the frame: their names in files, their words in a prompt, and the part of the frame they take."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple, TypeAlias, get_args

from pydantic import BeforeValidator, StringConstraints

from prompt_kit.layout import Box

if TYPE_CHECKING:
    from prompt_kit.layout import AreaKind

SideName: TypeAlias = Literal[
    "left", "right", "top", "bottom", "center", "top-left", "top-right", "bottom-left", "bottom-right"
]
"""A part of the frame."""

StackName: TypeAlias = Literal["row", "column", "grid", "opening"]
"""How several panels share their room; ``opening`` gives the first one its whole width."""

SIDES: Final = frozenset(get_args(SideName))
STACKS: Final = frozenset(get_args(StackName))

SHARE_PATTERN: Final = r"^(?:[1-9][0-9]?/[1-9][0-9]?|[1-9][0-9]? ?%)$"
"""What a share looks like: ``2/3`` or ``60 %``."""

_USUAL: Final[dict[str, Fraction]] = {
    "calm": Fraction(1, 3),
    "words": Fraction(1, 5),
    "logo": Fraction(1, 6),
    "covered": Fraction(1, 6),
    "panel": Fraction(1, 2),
    "subject": Fraction(1, 2),
    "change": Fraction(1, 2),
}
_WIDE_WORDS: Final = Fraction(2, 5)
"""How wide words in a corner or beside something are, when nothing says it."""

_PARTS: Final = {
    2: "half",
    3: "third",
    4: "quarter",
    5: "fifth",
    6: "sixth",
    8: "eighth",
    10: "tenth",
    12: "twelfth",
    15: "fifteenth",
    20: "twentieth",
}
_NUMBERS: Final = {2: "two", 3: "three", 4: "four", 5: "five"}


class FramePlace(NamedTuple):
    """A place in the frame, and how much of it."""

    across: int
    """-1 is left, 0 the middle, 1 right."""
    down: int
    """-1 is above, 0 the middle, 1 below."""
    share: Fraction | None = None
    """How deep it goes from its side, or how large a corner is; ``None`` when nothing says it."""


def share_number(value: str) -> Fraction:
    """Return a share as a number; it must match `SHARE_PATTERN`.

    Raises:
        ValueError: When it is more than all.
    """
    number = Fraction(int(value.rstrip(" %")), 100) if value.endswith("%") else Fraction(value)
    if number > 1:
        raise ValueError(f"'{value}' is more than the whole frame")
    return number


def share_text(value: object) -> object:
    """Return a share as text, from the number 0.5 as well as from the text 1/2.

    Raises:
        ValueError: When it is another number.
    """
    if isinstance(value, float) and 0 < value < 1:
        return f"{round(value * 100)} %"
    if isinstance(value, int | float):
        raise ValueError(f"{value} is no part of the frame; write a share of the frame such as '1/3' or '40 %'")  # noqa: TRY004 - pydantic reads no TypeError
    return value


def _share(value: object) -> object:
    """Accept what names a share, and nothing else."""
    value = share_text(value)
    if isinstance(value, str) and value:
        import re

        if not re.fullmatch(SHARE_PATTERN, value):
            raise ValueError(f"'{value}' is no share; write a share of the frame such as '1/3' or '40 %'")
        share_number(value)
    return value


Share = Annotated[str, StringConstraints(pattern=f"^$|{SHARE_PATTERN}"), BeforeValidator(_share)]
"""A part of the frame's width or height, such as ``2/3`` or ``60 %``; empty when nothing says it."""


def named(name: str, share: str = "") -> FramePlace:
    """Return the place of a name in a file."""
    across = -1 if name.endswith("left") else 1 if name.endswith("right") else 0
    down = -1 if name.startswith("top") else 1 if name.startswith("bottom") else 0
    return FramePlace(across, down, share_number(share) if share else None)


def words_of(place: FramePlace, of: str = " of the frame") -> str:
    """Return a place in the words of a prompt: "the left two thirds of the frame"."""
    down = {-1: "upper", 1: "lower"}.get(place.down, "")
    across = {-1: "left", 1: "right"}.get(place.across, "")
    if down and across:
        return f"the {down} {across} corner{of}"
    if not (down or across):
        return f"the middle{of}"
    return f"the {down or across} {_share_words(place.share or _USUAL['calm'])}{of}"


def several_words(names: tuple[str, ...], share: str = "") -> str:
    """Return several places of one kind in the words of a prompt: "the four corners"."""
    places = [named(name, share) for name in names]
    if len(places) == 1:
        return words_of(places[0], "")
    if len(places) == 4 and all(place.across and place.down for place in places):  # noqa: PLR2004 - a frame has four
        return "the four corners"
    if {(place.across, place.down) for place in places} == {(0, -1), (0, 1)} and share:
        return f"a strip of {_a(_share_words(share_number(share)))} of the height along the upper and the lower edge"
    return " and ".join(words_of(place, "") for place in places)


def box_of(place: FramePlace, kind: AreaKind) -> Box:
    """Return the part of the frame that a place means for a kind of area."""
    depth = float(place.share or _USUAL[kind])
    width = height = 1.0
    if place.across and place.down:
        width, height = depth, depth
        if kind == "words" and place.share is None:
            width = float(_WIDE_WORDS)
    elif place.across:
        width = float(place.share or (_WIDE_WORDS if kind == "words" else _USUAL[kind]))
    elif place.down:
        height = depth
    elif kind == "words" and place.share is None:
        width, height = 0.8, depth
    else:
        width, height = depth, depth
    return Box(_start(place.across, width), _start(place.down, height), width, height)


def _start(side: int, length: float) -> float:
    return {-1: 0.0, 0: (1 - length) / 2, 1: 1 - length}[side]


def _share_words(share: Fraction) -> str:
    part = _PARTS.get(share.denominator)
    if part is None or (share.numerator > 1 and share.numerator not in _NUMBERS):
        return f"{round(float(share) * 100)} %"
    return part if share.numerator == 1 else f"{_NUMBERS[share.numerator]} {part}s"


def _a(part: str) -> str:
    return f"an {part}" if part == "eighth" else part if part[0].isdigit() or " " in part else f"a {part}"
