"""What colours are called, which ones a text names, and which one is far from them."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompt_kit.errors import InputError
from prompt_kit.generators.proof.colours import chips
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.values import color_words
from prompt_kit.review.lint import check
from prompt_kit.support import colours
from prompt_kit.support.colours import KEYS, color_code, color_name, key_away_from, named_in
from prompt_kit.support.yamlfile import YamlFile

if TYPE_CHECKING:
    from conftest import MakeTree

    from prompt_kit.recipe.library import Library

PATCH = {
    "recipes/patch.yaml": """\
        title: Patch
        parameters:
          subject: {type: text, required: true}
          inks: {type: list}
          ground: {type: choice, choices: [plain, key], default: key}
          backing: {type: color, away_from: [subject, inks], show_if: {ground: key}}
        examples:
          frog: {values: {subject: a frog}}
          plain: {values: {subject: a frog, ground: plain}}
        """,
    "templates/patch.j2": "A patch of {{ subject }}{% if inks %} in {{ inks | series }}{% endif %}"
    "{% if backing %} on {{ backing }}{% endif %}, {{ ground }}.",
}


def test_examples_in_the_docstrings_hold() -> None:
    """What the documentation shows is what happens."""
    assert doctest.testmod(colours).failed == 0


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("#fff", "white"),
        ("#ffffff", "white"),
        ("#000", "black"),
        ("#ff0000", "bright red"),
        ("#0f7c80", "teal"),
    ],
)
def test_color_name(value: str, name: str) -> None:
    """Models read names better than numbers."""
    assert color_name(value) == name


def test_a_name_is_one_colour() -> None:
    """What a prompt calls terracotta, the proof draws as the same terracotta, and a key stays away from it.

    Two tables disagreed on ten names.
    """
    told = YamlFile(Path(colours.__file__).with_suffix(".yaml")).data
    assert not told["names"].keys() & told["words"].keys()
    for name, code in told["names"].items():
        assert (color_name(code), color_code(name), list(named_in(name))) == (name, code, [code])
        if len(name.split()) <= 3:
            assert [chip.code for chip in chips([], {"palette": [name, "#123456"]})] == [code, "#123456"]


def test_every_thing_has_a_colour_with_a_name() -> None:
    """And no thing is the name of a colour, which would be two."""
    told = YamlFile(Path(colours.__file__).with_suffix(".yaml")).data
    names = told["names"] | told["words"]
    things = [thing for named in told["things"].values() for thing in named.split()]
    assert told["things"].keys() <= names.keys()
    assert len(set(things)) == len(things)
    assert all(re.fullmatch("#[0-9a-f]{6}", code) for code in names.values())


@given(st.integers(0, 0xFFFFFF))
def test_every_color_has_a_name(value: int) -> None:
    """No hex code is left without words."""
    assert color_name(f"#{value:06x}")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("a rocket", []),
        ("deep navy and #FC0", ["#0a1c3c", "#ffcc00"]),
        ("three tomatoes", ["#c5342c"]),
        ("a MINT-coloured van", ["#bfe3cf"]),
        ("redwood", []),
    ],
)
def test_colours_are_found_by_code_name_and_thing(text: str, found: list[str]) -> None:
    """People write "mint" or "a frog" more often than a code; a word that only begins like a colour is none."""
    assert list(named_in(text)) == found


@pytest.mark.parametrize(
    ("texts", "key"),
    [
        ([], "chroma-key green"),
        (["a friendly robot"], "chroma-key green"),
        (["a flamingo"], "chroma-key green"),
        (["a frog"], "bright magenta"),
        (["leaf green", "cream"], "bright magenta"),
        (["green", "magenta"], "chroma-key blue"),
        (["#00b140", "#ff00ff", "#0047bb"], "bright yellow"),
    ],
)
def test_the_key_is_far_from_what_is_named(texts: list[str], key: str) -> None:
    """Green is what models know best; it gives way as soon as the subject could be cut away with it."""
    assert key_away_from(texts).startswith(key)


@given(st.lists(st.text(), max_size=4))
def test_there_is_always_a_key(texts: list[str]) -> None:
    """Whatever people write, a colour can be cut away."""
    assert key_away_from(texts) in {str(key) for key in KEYS}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"subject": "a frog"}, "A patch of a frog on bright magenta (#ff00ff), key."),
        ({"subject": "a fox", "inks": ["pink", "grey"]}, "on chroma-key green (#00b140), key."),
        ({"subject": "a frog", "backing": "sky blue"}, "A patch of a frog on sky blue, key."),
        ({"subject": "a frog", "ground": "plain"}, "A patch of a frog, plain."),
    ],
)
def test_a_colour_is_found_when_none_is_given(
    tree: MakeTree, library: Library, values: dict[str, Any], expected: str
) -> None:
    """What people give is taken; what is not asked stays away."""
    tree(**PATCH)
    assert str(load("patch", library=library).render(**values)).endswith(expected)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "[subject, inks]",
            "[subjekt]",
            "recipes/patch.yaml:6:37: away_from names 'subjekt', which is no other parameter. Did you mean 'subject'?",
        ),
        ("[subject, inks]", "[backing]", "recipes/patch.yaml:6:37: away_from names 'backing', which is no other"),
        ("[subject, inks]", "[subject], default: red", "away_from finds the colour when none is given"),
        ("type: color, away", "type: text, away", "unknown key 'away_from'"),
    ],
)
def test_mistakes_are_told_with_their_place(tree: MakeTree, library: Library, old: str, new: str, message: str) -> None:
    """A name that is no parameter would silently find the same colour for ever."""
    tree(**PATCH | {"recipes/patch.yaml": PATCH["recipes/patch.yaml"].replace(old, new)})
    with pytest.raises(InputError) as caught:
        load("patch", library=library)
    assert message in str(caught.value)


def test_a_strategy_finds_colours_among_its_own(tree: MakeTree, library: Library) -> None:
    """A strategy does not know the recipe, so it can only stay away from what it asks itself."""
    tree(
        **PATCH,
        **{
            "recipes/strategies/rim.yaml": "parameters: {rim: {type: color, away_from: [subject]}}",
            "templates/strategies/rim.j2": "{{ rim }}",
        },
    )
    with pytest.raises(InputError, match="away_from of 'rim' names 'subject', which is no other parameter"):
        load("patch", library=library).using("rim")


def test_what_a_colour_stays_away_from_is_used(tree: MakeTree, library: Library) -> None:
    """A parameter that only decides the colour is not one that nothing uses."""
    tree(**PATCH | {"templates/patch.j2": "A patch on {{ backing }}, {{ ground }}."})
    assert [str(problem) for problem in check(library).problems if "no template uses" in problem.message] == []


def test_stickers_stand_before_a_colour_they_do_not_have(built_in_library: Library) -> None:
    """A green frog before chroma-key green would lose its legs."""
    prompt = load("sticker", library=built_in_library).render(subject="a frog on a leaf", background="cutout")
    assert "bright magenta (#ff00ff) from edge to edge" in str(prompt)
    assert prompt.settings.background == "keyed"


def test_models_that_draw_transparency_are_asked_for_it(built_in_library: Library) -> None:
    """No flat colour then, for it would be drawn."""
    recipe = load("sticker", library=built_in_library)
    prompt = recipe.render(subject="a frog", background="cutout", settings={"model": "gpt-image-2.5-sunburst"})
    assert "fully transparent" in str(prompt)
    assert "magenta" not in str(prompt)
    assert prompt.settings.background == "transparent"


@pytest.mark.parametrize("written", ["powder blue (#B0E2FF)", "chroma-key green (#0b4)", str(colours.KEYS[0])])
def test_a_colour_is_taken_as_it_is_shown(written: str) -> None:
    """What a prompt, a record or a proof says can be given back."""
    assert color_words(written) == written


@pytest.mark.parametrize(
    "written", ["powder blue (#B0E2F)", "(#B0E2FF)", "powder blue (#B0E2FF) and more", "#12", "a (b)"]
)
def test_what_is_no_colour_is_refused(written: str) -> None:
    """A code with a digit too few is a slip of the pen."""
    with pytest.raises(ValueError, match="must be a colour"):
        color_words(written)
