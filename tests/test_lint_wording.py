"""Words that image models read badly, and honest words that look like them."""

from __future__ import annotations

import pytest

from prompt_kit.prompt import Prompt, Settings, Text, Turn
from prompt_kit.review.lint.flaws import flaws
from prompt_kit.review.lint.wording import in_words


def flaws_of(text: str, **settings: str) -> list[str]:
    """Return the flaws of a prompt of one turn."""
    chosen = Settings(**settings)  # type: ignore[arg-type] # settings are given by name
    return list(flaws(Prompt((Turn((Text(text),)),), chosen)))


@pytest.mark.parametrize(
    "text",
    [
        "Small things, e.g., a spoon, a cup, etc., lie about.",
        "The office of Acme Inc., a shop of J. B., and St. Paul's, i.e., three doors.",
        "It opens at 9 a.m., and the cups hold 8 oz., as they did.",
        "One cup, two cups, ... and so on; waiting..., it sits.",
        "A screen, .5 mm thick.",
        "None other than the fox is here. None of them looks up.",
        "A map of Frankfurt an der Oder with the river.",
        "Das Bild hängt an der Wand und an einem Nagel : so ist es.",
        "Le chat est sur la table : il y a une tasse.",
        "Panel a is above panel b, and a or b is red.",
        "An herb garden, a herb garden, an historic house.",
        "The sign reads \"a apple , now\" and 'None , here'.",
        "The list:\n  - one\n  - two",
        "A mixture of 2 : 1 on the scale.",
        "Replace the white background by a transparent background.",
    ],
)
def test_honest_prompts_have_no_flaw(text: str) -> None:
    """Abbreviations, other languages, exact words and letters are no slips."""
    assert flaws_of(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A fox., and a bee.", "two stops or commas meet: 'A fox., and a bee.'"),
        ("A fox,, and a bee.", "two stops or commas meet: 'A fox,, and a bee.'"),
        ("A fox, . A bee.", "two stops or commas meet: 'A fox, . A bee.'"),
        ("What a day!, he says.", "two stops or commas meet: 'What a day!, he says.'"),
        ("A fox in None.", "a value that was left out shows as 'None': 'A fox in None.'"),
        ("None sits there.", "a value that was left out shows as 'None': 'None sits there.'"),
        ("It is a apple.", "'a' and 'an' are mixed up: 'It is a apple.'"),
        ("An owl on an branch.", "'a' and 'an' are mixed up: 'An owl on an branch.'"),
        ('It reads "x" , now.', "there is a space before a comma or stop: 'It reads \"x\" , now.'"),
        ("A fox  sits.", "there are two spaces in a row: 'A fox  sits.'"),
    ],
)
def test_flaws_are_shown_with_the_words_around_them(text: str, expected: str) -> None:
    """So that they can be found."""
    assert flaws_of(text)[-1:] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "The clock shows 10:10, and the shop opens at 9:16; the match ended 2:3 p.m.",
        "A 1:4 scale model, drawn to a scale of 1:1.",
        "The score is 3:2.",
        "Syrup, mixed 1:1 with water, stands in a jug.",
        "The picture shows a scoreboard with 2:3 on it.",
        "The home team won 3:2, and the odds were 4:1.",
        "<scene>A fox.</scene>",
        "A first line.<br>A second line.",
        "The board says [sic] at its end.",
        'The sign reads "NO SMOKING", the other one "Beautiful Nice 16:9 (a: 2.50) --ar".',
        "A poster: 'NO ENTRY WITHOUT SHOES'.",
        "It must not change, and the fox never fades. Do not restyle or crop it.",
        "Do not add anything new, and do not use the attached image for the rest.",
        "It is no longer than a hand, no larger than a cup, and no two leaves are alike.",
        "Turn it without cropping or changing the edges.",
        "With or without glasses, whether or no.",
        "A bottle of Chanel No 5 and no 5 beside it.",
        "A beach near Nice, a Wonderful Life, the Incredible Machine.",
        "A high-end hotel of an award-winning chef, with high-quality linen full of intricate details.",
        "Espresso (single: 2.50), a lens (f: 1.4).",
        "A fox --red and small-- sits there.",
        "A todo list on a TODO list board.",
        "A sign of the BREAK ROOM.",
        "Keep the light, camera, people, faces, pose, signs, number, and weather.",
        "Moods of a fox:\nhappy, sad, angry, calm, sleepy, proud, shy, bold,\nin rows.",
    ],
)
def test_honest_words_are_left_in_peace(text: str) -> None:
    """Clocks, tags, exact words, verbs, names and series are none of what is looked for."""
    assert list(in_words(text, creates=True)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Make it 16:9.", "'16:9' stands in the words."),
        ("A 5:7 picture.", "'5:7' stands in the words."),
        ("Use the format 5:7.", "'5:7' stands in the words."),
        ("The score is high. Make it 3:2.", "'3:2' stands in the words."),
        ("A scoreboard in a 16:9 picture.", "'16:9' stands in the words."),
        ("A mixed-media collage in 4:5.", "'4:5' stands in the words."),
        ("<name> sits there.", "'<name>' looks like a placeholder"),
        ('It reads "[shop name]".', "'[shop name]' looks like a placeholder"),
        ("TODO: the rest.", "'TODO' looks like a placeholder"),
        ("Do not add a neon sign.", "'Do not add a neon' names what should not be seen"),
        ("It must not show trees.", "'must not show trees' names what should not be seen"),
        ("It is lit without lighting.", "'without lighting' names what should not be seen"),
        ("Stunning, it sits there.", "'Stunning' praises"),
        ("A high-quality photo.", "'high-quality' is a keyword"),
        ("A fox, award-winning.", "'award-winning' is a keyword"),
        ("A (fox:1.3).", "'(fox:1.3)' is a sign that only other generators read"),
        ("A fox --seed 4", "'--seed 4' is a sign that only other generators read"),
        ("Fur, ears, snow, soft light, blue sky, trees, rocks", "is a list of keywords"),
    ],
)
def test_what_works_against_the_picture_is_told(text: str, expected: str) -> None:
    """The words themselves, and what to do about them."""
    assert [expected in message for message, _ in in_words(text, creates=True)] == [True]
