"""What a refinement keeps does not contradict what it changes."""

from __future__ import annotations

import pytest

from prompt_kit.refining.untouched import untouched

PRODUCT = "the product, a plain coffee mug with a matte black glaze, in shape, material, colour and size"


@pytest.mark.parametrize(
    ("phrase", "change", "kept"),
    [
        ("a green velvet armchair, which was put in for the sofa", "make the armchair dark blue", "armchair"),
        ("the subject, one thin maple leaf, scarlet with dry edges", "make the leaf yellow", "leaf"),
        ("the blue dresses with white flowers, in cut and colour", "make each dress red", "dresses"),
        ("the motifs, wild poppies", "fewer poppies", "poppies"),
        ("ein grüner Sessel", "mach den Sessel blau", "Sessel"),
        (PRODUCT, "make the mug white", "mug"),
        ("the subject, a green velvet armchair", "make it dark blue", "armchair"),
    ],
)
def test_of_a_thing_that_changes_only_everything_else_stays(phrase: str, change: str, kept: str) -> None:
    """How it looked before would contradict the change; shape and place, which nobody named, stay all the same."""
    assert list(untouched([phrase], [change])) == [f"everything else about the {kept}"]


@pytest.mark.parametrize(
    ("phrase", "change"),
    [
        ("a blue vase on the table", "make the table darker"),
        ("a blue vase", "paint the wall blue"),
        ("the hand of the artist from edge to edge", "make the edge of the table rounder"),
        ("the look of one picture made in one go", "make the picture warmer"),
        ('the heading "HALLO"', "make the heading larger"),
        ("the smile", "make it warmer"),
        ("a green velvet armchair", "make it larger"),
        ("the subject, a red panda", "give it a blue scarf"),
    ],
)
def test_what_no_change_is_about_stays_word_for_word(phrase: str, change: str) -> None:
    """A word that only describes, a place, or what every change could speak of, is not the thing that changes."""
    assert list(untouched([phrase], [change])) == [phrase]


def test_of_several_things_the_others_stay() -> None:
    """A list of things loses the one that changes, and reads well without it."""
    listed = "the clothes, the background, the light and the crop"
    assert list(untouched([listed], ["make the background lighter"])) == ["the clothes, the light and the crop"]


@pytest.mark.parametrize("change", ['replace "hallo" by a heart', 'replace the heading: "MOIN"'])
def test_exact_words_that_change_are_not_asked_for(change: str) -> None:
    """Neither when they are named, nor when the thing that has them gets others."""
    assert 'the heading "HALLO"' not in list(untouched(['the heading "HALLO"'], [change]))
