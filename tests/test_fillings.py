"""What people type into forms: what is mended, what is told, and what is left alone."""

from __future__ import annotations

import doctest
import io
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from builtin_recipes import LIBRARY, recipe
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Picture

from prompt_kit.errors import InputError
from prompt_kit.images import open_image
from prompt_kit.recipe import languages, mending, reading
from prompt_kit.recipe.assembly import example_recipes, load
from prompt_kit.recipe.codes import CODES
from prompt_kit.recipe.mending import mend
from prompt_kit.recipe.parameters import ListOf, Text

if TYPE_CHECKING:
    from conftest import MakeTree

    from prompt_kit.errors import Problem
    from prompt_kit.images import Image
    from prompt_kit.recipe.library import Library
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.recipe.spec import RecipeSpec
    from prompt_kit.recipe.strategy_spec import StrategySpec

FILLINGS: Final = yaml.safe_load(Path(__file__).with_name("fillings.yaml").read_text(encoding="utf-8"))


def _picture() -> Image:
    file = io.BytesIO()
    Picture.new("RGB", (8, 8)).save(file, "PNG")
    return open_image(file.getvalue())


PICTURE: Final = _picture()
NOTED: Final = {"contradiction", "mended", "own_words", "placeholder", "reads_oddly"}


def named(filling: dict[str, Any]) -> str:
    """Return the recipe and the values of a filling, for the report."""
    return f"{filling['recipe']}-{re.sub(r'[^a-z]+', '-', str(filling['values']).lower())[:50]}"


def form_of(filling: dict[str, Any]) -> tuple[Recipe, dict[str, list[Any]]]:
    """Return the recipe of a filling, and as many pictures as each of its slots needs."""
    made = recipe(filling["recipe"]).using(*filling.get("uses", []))
    return made, {slot: [PICTURE] * max(made.references[slot].min, 1) for slot in filling.get("pictures", [])}


def codes(problems: tuple[Problem, ...]) -> dict[str, set[str]]:
    """Return the codes by parameter."""
    found: dict[str, set[str]] = defaultdict(set)
    for problem in problems:
        found[str(problem.parameter)].add(problem.code)
    return found


@pytest.mark.parametrize("filling", FILLINGS["sloppy"], ids=named)
def test_nothing_sloppy_passes_in_silence(filling: dict[str, Any]) -> None:
    """It is mended, asked about or noted at its field, and the prompt says what was read by a person."""
    form, pictures = form_of(filling)
    checked = form.form.check(filling["values"], pictures)
    assert codes(checked.problems) == {name: set(found) for name, found in filling.get("problems", {}).items()}
    if checked.problems:
        return
    prompt = form.render(filling["values"], references=pictures, settings=filling.get("settings"))
    assert codes(prompt.notes) == {name: set(found) for name, found in filling["notes"].items()}
    assert all(says in prompt.turns[-1].text for says in filling["says"]), prompt.turns[-1].text
    assert {name: prompt.values[name] for name in filling["values"]} == filling["values"]


@pytest.mark.parametrize("filling", FILLINGS["fine"], ids=named)
def test_what_is_fine_is_not_nagged_at(filling: dict[str, Any]) -> None:
    """Whoever writes well never sees a note, so that a note is read when there is one."""
    form, pictures = form_of(filling)
    assert form.render(filling["values"], references=pictures, settings=filling.get("settings")).notes == ()


@pytest.mark.parametrize(
    ("name", "field", "written", "meant"),
    [
        ("social-post", "channel", "Instagram Story", ["story"]),
        ("social-post", "channel", "an Instagram story", ["story"]),
        ("social-post", "channel", "Instagram Stories", ["story"]),
        ("social-post", "channel", "Facebook story", ["story"]),
        ("social-post", "channel", "tiktok", ["reel"]),
        ("social-post", "channel", "Insta", ["instagram"]),
        ("social-post", "channel", "youtube video", ["youtube"]),
        ("social-post", "channel", "9:16", ["story", "reel"]),
        ("sticker", "background", "transparent", ["cutout"]),
    ],
)
def test_words_about_a_choice_that_brings_settings_are_asked_about(
    name: str, field: str, written: str, meant: list[str]
) -> None:
    """Whoever names a channel gets its format, by whatever word for it stands beside the choice."""
    checked = recipe(name).form.check({"subject": "a red kayak", field: written})
    (problem,) = checked.problems
    assert (problem.code, [offer.value for offer in problem.offers]) == ("near_choice", [*meant, f"={written}"])


@pytest.mark.parametrize(
    "written", ["a social media post", "a blog post", "a magazine cover", "a banner for the link list"]
)
def test_words_that_many_channels_share_are_own_words(written: str) -> None:
    """Only what tells one choice from the others is taken for its name."""
    checked = recipe("social-post").form.check({"subject": "a red kayak", "channel": written})
    assert checked.problems == checked.notes == ()


def test_a_place_in_another_language_is_called_that() -> None:
    """What is wrong with it is the language, and not an article."""
    (note,) = recipe("social-post").form.check({"subject": "a kayak", "copy_space": "links oben"}).notes
    assert "it looks German" in note.message
    assert "article" not in note.message


def test_the_table_is_large_enough() -> None:
    """A few cases prove nothing about what people type."""
    assert len(FILLINGS["sloppy"]) >= 60
    assert len(FILLINGS["fine"]) >= 30


@pytest.mark.parametrize("kind", ["recipe", "strategy"])
def test_no_example_gets_a_note(kind: str) -> None:
    """Examples show how to write; a note at one of them would be about the kit, not about a person."""
    notes = {
        f"{name}/{example}: {note}"
        for name in LIBRARY.names(kind)
        for example, made in example_recipes(kind, name, LIBRARY).items()
        for note in made.render_example(example).notes
        if note.code in NOTED
    }
    assert notes == set()


def test_the_examples_of_parameters_fit_what_they_say_of_themselves() -> None:
    """A placeholder in an empty field is what people imitate."""
    specs: list[RecipeSpec | StrategySpec] = [LIBRARY.recipe(name).spec for name in LIBRARY.names("recipe")]
    specs += [LIBRARY.strategy(name).spec for name in LIBRARY.names("strategy")]
    strange: list[tuple[str, str, object]] = []
    for spec in specs:
        for name, parameter in spec.parameters.items():
            if not isinstance(parameter, Text | ListOf):
                continue
            for example in parameter.examples:
                made = mend(example, parameter.reads_as, goes_on=parameter.goes_on)
                strange += [(name, example, made)] if made.changes or made.doubts else []
    assert strange == []


def test_examples_in_the_docstrings_hold() -> None:
    """What the documentation shows is what happens."""
    assert [doctest.testmod(module).failed for module in (mending, languages, reading)] == [0, 0, 0]


def test_every_note_has_a_code_that_is_explained() -> None:
    """Programs tell notes apart by their codes."""
    assert CODES.keys() >= NOTED


@pytest.mark.parametrize(
    "text",
    [
        "Lake Bled",
        "Nordlys",
        "Mina with red hair",
        "Lena, a courier",
        "Art Nouveau",
        "NASA badge",
        "iPhone",
        "Rote Drachen",
    ],
)
def test_names_and_german_nouns_keep_their_capital(text: str) -> None:
    """A name in small letters is another word."""
    assert all(mend(text, fits).text == text for fits in ("noun", "phrase", "exclusion", "clause"))


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.sampled_from([None, "noun", "phrase", "sentence"])
)
def test_mending_is_done_once_and_leaves_something(text: str, fits: Any) -> None:
    """A text that was mended is as it should be, whatever was typed; nothing is ever lost entirely."""
    made = mend(text, fits)
    assert len(made.text) <= len(text) + 1
    assert bool(made.text) == bool(mend(made.text, fits).text)


SPEC = """\
    title: Scene
    parameters:
      subject: {type: text, required: true}
      story: {type: long_text}
      words: {type: copy}
      thing: {type: text, reads_as: noun}
      light: {type: choice, choices: [soft, hard], other: true, reads_as: sentence}
    references: {photo: {role: object}}
    contradicts:
      - {at: light, says: the photo has its own light., when: {photo: true, light: true}}
      - {at: words, says: there are words in the description already., when: {words: true}, quoted: [subject]}
      - {at: thing, says: it stands at night already., mentions: {subject: "night, dark*", thing: "lamp"}}
    """
TEMPLATE = (
    "{{ subject }}. {{ story | sentence if story }} {{ words }} {{ 'With ' ~ thing if thing }}. {{ light | sentence }}"
)


def scene(tree: MakeTree, library: Library, spec: str = SPEC) -> Recipe:
    """Return a recipe of somebody else's."""
    tree(**{"recipes/scene.yaml": spec, "templates/scene.j2": TEMPLATE})
    return load("scene", library=library)


def test_long_texts_and_exact_words_are_never_mended(tree: MakeTree, library: Library) -> None:
    """They are a person's own sentences, or what will be drawn."""
    prompt = scene(tree, library).render({"subject": "a fox", "story": "The End!!!", "words": "The End!!!"})
    assert 'The End!!! "The End!!!"' in str(prompt)
    assert prompt.notes == ()


def test_contradictions_are_data_that_any_recipe_can_have(tree: MakeTree, library: Library) -> None:
    """They look at values, pictures, words in values and words in quotes; each is a note at its field."""
    form = scene(tree, library).form
    assert form.check({"subject": "a fox", "light": "soft", "words": "OPEN", "thing": "a lamp"}).notes == ()
    checked = form.check(
        {"subject": 'a dark shop that says "OPEN"', "light": "soft", "words": "OPEN", "thing": "a lamp"},
        {"photo": PICTURE},
    )
    assert [str(note) for note in checked.notes if note.code == "contradiction"] == [
        "light: the photo has its own light.",
        "words: there are words in the description already.",
        "thing: it stands at night already.",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("when: {photo: true, light: true}", "when: {fotos: true}", "contradicts names 'fotos'"),
        (", when: {photo: true, light: true}", "", "a contradiction needs when, mentions or quoted"),
        ("reads_as: noun", "reads_as: adverb", "thing.reads_as"),
        ("other: true, ", "", "reads_as and goes_on speak of own words"),
    ],
)
def test_mistakes_in_what_a_recipe_says_of_its_slots_are_reported(
    tree: MakeTree, library: Library, old: str, new: str, message: str
) -> None:
    """A rule that can never apply would be silent for ever."""
    with pytest.raises(InputError, match=message):
        _ = scene(tree, library, SPEC.replace(old, new)).form


def test_two_logos_are_told() -> None:
    """The brand's logo and that of the recipe would both be drawn."""
    form = recipe("social-post").using("brand").form
    checked = form.check(
        {"subject": "a red kayak", "brand_logo_place": "in a corner"}, {"logo": PICTURE, "brand_logo": PICTURE}
    )
    assert [(note.parameter, note.code) for note in checked.notes] == [("brand_logo", "contradiction")]


def test_own_words_are_mended_and_recorded_as_they_were_written() -> None:
    """What a person wrote stays on record; the prompt has it as it fits."""
    form = recipe("negative-space").form
    checked = form.check({"subject": "a leaf", "empty_area": "The sky!"})
    assert str(checked.context["empty_area"]) == "the sky"
    assert checked.values["empty_area"] == "The sky!"
