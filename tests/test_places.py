"""Places in the frame: read from people's words, and put into the words of a prompt."""

from __future__ import annotations

from fractions import Fraction
from typing import get_args

import pytest

from prompt_kit.layout import Box
from prompt_kit.recipe.places import SideName, box_of, named, several_words, words_of
from prompt_kit.recipe.placing.reading import read_place, read_share


@pytest.mark.parametrize(
    ("words", "across", "down", "share"),
    [
        ("the right two thirds of the picture", 1, 0, Fraction(2, 3)),
        ("the right 60 % of the width", 1, 0, Fraction(3, 5)),
        ("right two fifths", 1, 0, Fraction(2, 5)),
        ("the left third, from top to bottom", -1, 0, Fraction(1, 3)),
        ("the sky, from the horizon up to the upper edge", 0, -1, None),
        ("across the top in tall white capitals", 0, -1, None),
        ("at the top, as wide as the bowl", 0, -1, None),
        ("on a plain rounded button at the bottom", 0, 1, None),
        ("in a round badge at the lower right", 1, 1, None),
        ("bottom-left", -1, 1, None),
        ("in the upper left corner", -1, -1, None),
        ("large, in the middle", 0, 0, None),
        ("in the exact centre of the frame", 0, 0, None),
        ("along the lower edge, driving to the right", 0, 1, None),
        ("in the upper half of the poster", 0, -1, Fraction(1, 2)),
        ("in the top right-hand corner", 1, -1, None),
    ],
)
def test_places_are_read_as_people_write_them(words: str, across: int, down: int, share: Fraction | None) -> None:
    """Side, corner and share come from own words as well as from choices."""
    assert read_place(words) == (across, down, share)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "right below it, a third as large",
        "in heavy white letters across the sky",
        "on the left shoe",
        "the dark wall above the walnut",
        "in the lower right corner of the label",
        "in the corner",
        "on the left or the right",
        "above the right side of the door",
        "The photograph fills the left third, the words stand in the right two thirds.",
        "top hat",
        "put the bottle into her right hand, in front of the jumper",
        "quer über den Himmel",
    ],
)
def test_what_is_no_place_in_the_frame_is_left_to_the_model(words: str) -> None:
    """A drawing that guessed would contradict the prompt."""
    assert read_place(words) is None


@pytest.mark.parametrize("side", get_args(SideName))
@pytest.mark.parametrize("share", ["1/3", "2/3", "1/2", "2/5", "40 %"])
def test_the_words_of_a_place_are_read_as_that_place(side: SideName, share: str) -> None:
    """What the prompt says and what is drawn are the same, whichever way one goes."""
    place = named(side, share)
    read = read_place(words_of(place))
    assert read is not None
    assert read[:2] == place[:2]
    if bool(place.across) != bool(place.down):
        assert read.share == place.share


@pytest.mark.parametrize(
    ("words", "share"),
    [
        ("about a tenth of the picture", Fraction(1, 10)),
        ("half the height of the picture", Fraction(1, 2)),
        ("two thirds", Fraction(2, 3)),
        ("15 %", Fraction(3, 20)),
        ("small", None),
    ],
)
def test_shares_are_read_as_people_write_them(words: str, share: Fraction | None) -> None:
    """How large something is comes from own words as well as from choices."""
    assert read_share(words) == share


def test_several_places_are_said_together() -> None:
    """The four corners, not four sentences."""
    assert several_words(("top-left", "top-right", "bottom-left", "bottom-right"), "1/8") == "the four corners"
    assert several_words(("top", "bottom"), "1/20") == (
        "a strip of a twentieth of the height along the upper and the lower edge"
    )
    assert several_words(("bottom-right",), "1/8") == "the lower right corner"


def test_a_side_goes_as_deep_as_it_says() -> None:
    """Two thirds on the right leave the left third free."""
    box = box_of(named("right", "2/3"), "calm")
    assert (round(box.x, 9), box.y, round(box.width, 9), box.height) == (round(1 / 3, 9), 0, round(2 / 3, 9), 1)
    assert box_of(named("top"), "words") == Box(0, 0, 1, 0.2)
