"""Texts that are fine at a glance: the quick look says the same as the full one, and bounded work says it."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
from builtin_recipes import LIBRARY
from hypothesis import given
from hypothesis import strategies as st
from test_fillings import FILLINGS, form_of

from prompt_kit.errors import InputError
from prompt_kit.recipe import common_words, languages
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.fine_texts import fine_as, without_stop
from prompt_kit.recipe.library import built_in
from prompt_kit.recipe.mending import PREPOSITIONS, UNFILLED, ReadsAs, mend
from prompt_kit.recipe.reading import quoted
from prompt_kit.support import words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conftest import MakeTree

    from prompt_kit.recipe.library import Library
    from prompt_kit.recipe.recipe import Recipe

FITS: Final = (None, *get_args(ReadsAs))


class Unusual(str):
    """A text that no quick look is for: values of other classes than `str` are always looked at in full."""

    __slots__ = ()


def _texts(values: Any) -> list[str]:
    """Return every text in values."""
    if isinstance(values, dict | list):
        return [text for value in (values.values() if isinstance(values, dict) else values) for text in _texts(value)]
    return [values] if isinstance(values, str) else []


WRITTEN: Final = [text for kind in FILLINGS.values() for filling in kind for text in _texts(filling["values"])]
"""Every text of the table of fillings."""
TRIGGERS: Final = sorted(
    {
        *common_words.SMALL,
        *common_words.VERBS,
        *common_words.FORBIDDING,
        *common_words.OBJECTS,
        *common_words.KINDS,
        *languages.ARTICLES,
        *languages.SIGNS,
        *languages.NAMES,
        *PREPOSITIONS,
        *UNFILLED,
        *"please can could would i i'd i’d you like is are was keine sans ohne pas aucun café São NASA TBD 3D f/2 1.5 – •".split(),
    }
)
"""Words that mean something to one check or another."""
MARKS: Final = [" "] * 12 + [
    "  ",
    ", ",
    ". ",
    "! ",
    "? ",
    "-",
    "'",
    "’",
    "/",
    ".",
    "; ",
    ' "',
    '" ',
    "“",
    "…",
    " (",
    ") ",
    "\n",
]
STARTS: Final = ["", "", "", "a ", "A ", "an ", "the ", "The ", "two ", "no ", "a big ", "this ", "Draw ", "1. ", "🦊 "]

CHANGES: Final[list[Callable[[str], str]]] = [str, str, str.strip, str.strip, str.upper, str.title, str.capitalize]


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw what people could type: words that mean something to a check, marks between them, and sloppy texts."""
    if draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(WRITTEN))
    every = st.sampled_from(TRIGGERS) | st.sampled_from(sorted({word for text in WRITTEN for word in text.split()}))
    pieces = draw(st.lists(st.tuples(every, st.sampled_from(MARKS)), min_size=1, max_size=6))
    text = draw(st.sampled_from(STARTS)) + "".join(word + mark for word, mark in pieces)
    return draw(st.sampled_from(CHANGES))(text)


def _assert_same(text: str, fits: Any, *, goes_on: bool) -> None:
    """Check that a text is only fine at a glance when the full look leaves it as it is and says nothing."""
    fine = fine_as(fits, goes_on=goes_on)
    if fine is None:
        return
    if bare := text if fine(text) else without_stop(text, fine):
        made = mend(text, fits, goes_on=goes_on)
        assert (made.text, made.changes, made.doubts) == (bare, [], []), (text, fits, goes_on)
        assert words.clause(text) == bare
        assert quoted(text) == []


@given(text=texts(), fits=st.sampled_from(FITS), goes_on=st.booleans())
def test_what_is_fine_at_a_glance_is_fine_when_looked_at_in_full(text: str, fits: Any, *, goes_on: bool) -> None:
    """A quick look that lets something pass would take a note from somebody who needs it."""
    _assert_same(text, fits, goes_on=goes_on)


@pytest.mark.parametrize("fits", FITS)
@pytest.mark.parametrize(
    "pattern",
    [
        "{}",
        "{} sofa",
        "{} is red",
        "{}  sofa",
        "{} sofa in the red room.",
        "{}-red sofa",
        "{} sofa. it is red",
        "a {} com mesa",
        "a cOM {} mesa",
        "a sofa, {} and it",
        "{} SOFA AND CHAIR",
    ],
)
def test_no_word_that_means_something_is_fine_at_a_glance(pattern: str, fits: Any) -> None:
    """Each of them, where a text begins or goes on, small and with a capital."""
    for word in TRIGGERS:
        for written in (word, word.capitalize()):
            _assert_same(pattern.format(written), fits, goes_on=". " in pattern)


@pytest.mark.parametrize(
    ("fits", "text"),
    [
        (None, "A red kayak. It lies on the shore"),
        ("caption", "a weathered fisherman mending a net of 31 meshes"),
        ("caption", "Twelve jars on a shelf, seen from below"),
        ("noun", "the harbour wall of a small northern town"),
        ("noun", "soft side light from a low sun"),
        ("noun", "an 85mm lens at f/2.8"),
        ("bare_noun", "early morning"),
        ("phrase", "tying the last knot with a smile"),
        ("clause", "the fox jumps over a fence"),
        ("sentence", "The light is soft. It comes from the left"),
        ("exact", "OPEN all day"),
    ],
)
def test_ordinary_texts_are_fine_at_a_glance(fits: Any, text: str) -> None:
    """A quick look that lets nothing pass would be a longer way to the full one."""
    fine = fine_as(fits)
    assert fine is not None
    assert fine(text)


PLAIN: Final = """\
    title: Boat
    parameters:
      subject: {type: text, required: true, reads_as: caption}
      sail: {type: text, reads_as: noun}
      oars: {type: list, reads_as: phrase}
    """
PRESET: Final = "extends: boat\nvalues: {sail: a white sail, oars: [two oars]}\nlocked: [sail]\n"


def test_a_preset_of_a_plain_recipe_is_taken_at_a_glance(tree: MakeTree, library: Library) -> None:
    """What it fills in is recorded; what is locked is refused; what is empty clears what is not locked."""
    tree(
        **{
            "recipes/boat.yaml": PLAIN,
            "templates/boat.j2": "{{ subject }} with {{ sail }} and {{ oars | series or 'no oars' }}.",
            "recipes/presets/sailing.yaml": PRESET,
        }
    )
    form = load("sailing", library=library)
    for subject in ("a boat", Unusual("a boat")):
        prompt = form.render({"subject": subject})
        assert str(prompt) == "a boat with a white sail and two oars."
        assert prompt.values == {"subject": "a boat", "sail": "a white sail", "oars": ["two oars"]}
        assert [note.code for note in form.form.check({"subject": subject, "sail": "a red sail"}).problems] == [
            "locked"
        ]
        cleared = form.form.check({"subject": subject, "oars": None})
        assert (cleared.cleared, cleared.values["oars"]) == (("oars",), None)
        with pytest.raises(InputError, match="sail: is locked"):
            form.render({"subject": subject, "sail": "a red sail"})


def _unusual(values: Any) -> Any:
    """Return the same values, each text of which is looked at in full."""
    if isinstance(values, dict):
        return {name: _unusual(value) for name, value in values.items()}
    if isinstance(values, list):
        return [_unusual(value) for value in values]
    return Unusual(values) if isinstance(values, str) and values else values


def _said(form: Recipe, values: Mapping[str, Any], pictures: Mapping[str, Any]) -> Any:
    """Return everything that a rendering says of values: prompt and notes, or its problems."""
    try:
        prompt = form.render(values, references=pictures)
    except InputError as error:
        return [(problem.parameter, problem.code, problem.message, problem.offers) for problem in error.problems]
    checked = form.form.check(values, pictures)
    return prompt.to_dict(), prompt.fingerprint, prompt.notes, prompt.values, checked.values, checked.cleared


SUBJECTS: Final = ("subject", "traits", "style", "mood", "brand_tone", "brand", "brand_logo_place")


def _prepared() -> list[Recipe]:
    """Return recipes that a preset, a brand, both, or a brand with a logo have filled in."""
    filled = {"brand": "Nordlys", "brand_tone": "warm and dry-witted", "brand_colors": ["deep navy"]}
    plain, preset = load("sticker", library=LIBRARY), load("shop-sticker", library=LIBRARY)
    branded = [replace(made.using("brand"), fixed=(*made.fixed, *filled.items())) for made in (plain, preset)]
    logo = {"brand_logo": [built_in()[0] / "pictures/logo.png"], "brand_logo_place": "bottom"}
    return [plain, preset, *branded, replace(branded[0], fixed=(*branded[0].fixed, *logo.items()))]


PREPARED: Final = _prepared()


@pytest.mark.parametrize("number", range(5), ids=["plain", "preset", "brand", "both", "logo"])
@given(values=st.dictionaries(st.sampled_from(SUBJECTS), texts() | st.sampled_from(["", None])))
def test_what_a_preset_or_brand_fills_in_is_the_same_at_a_glance_and_in_full(
    number: int, values: dict[str, Any]
) -> None:
    """Locked, cleared and overridden values, too; and what is not asked is left out of the record by either way."""
    full = _said(PREPARED[number], _unusual({"subject": "a red kayak", "asset": "paper boat", **values}), {})
    assert _said(PREPARED[number], {"subject": "a red kayak", "asset": "paper boat", **values}, {}) == full


EVERY: Final = [filling for kind in FILLINGS.values() for filling in kind]


@given(st.sampled_from(EVERY), st.data())
def test_new_values_make_the_same_prompt_at_a_glance_and_in_full(filling: dict[str, Any], data: st.DataObject) -> None:
    """Prompt, fingerprint, notes, problems and record are the same by either way, the first time and the next."""
    form, pictures = form_of(filling)
    values = dict(filling["values"])
    for name, value in filling["values"].items():
        if isinstance(value, str) and data.draw(st.booleans()):
            values[name] = data.draw(texts())
        elif isinstance(value, list) and all(isinstance(entry, str) for entry in value) and data.draw(st.booleans()):
            values[name] = data.draw(st.lists(texts(), min_size=1, max_size=3))
    full = _said(form, _unusual(values), pictures)
    assert _said(form, values, pictures) == full
    assert _said(form, values, pictures) == full


def test_what_is_remembered_of_a_field_is_bounded(tree: MakeTree, library: Library) -> None:
    """A program that renders thousands of values must not grow with each of them, however long they are."""
    tree(**{"recipes/boat.yaml": PLAIN, "templates/boat.j2": "{{ subject }}, {{ sail }}."})
    form = load("boat", library=library).form
    form.check({"subject": "a boat"})
    tracemalloc.start()
    try:
        for number in range(3_000):
            form.check({"subject": f"a boat with the number {number}", "sail": f"the {'long ' * 400}sail {number}"})
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert grown < 5_000_000
