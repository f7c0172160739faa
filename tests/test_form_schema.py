"""The JSON Schema of a form, its check and its rendering say the same of any values."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from builtin_recipes import LIBRARY, recipe
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from prompt_kit.images import open_image
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.codes import CODES, NOT_IN_SCHEMA
from prompt_kit.recipe.fields import PICTURES

if TYPE_CHECKING:
    from conftest import MakeTree

    from prompt_kit.recipe.fields import Field
    from prompt_kit.recipe.library import Library
    from prompt_kit.recipe.recipe import Recipe

PICTURE = open_image(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
)
TEXTS = ["a fox", "A fox. It runs!", "  ", "two\nlines", "ß" * 130, "x" * 210, "=a fox", "{{ 7 }}", "東京", "…", "5"]
ODD: list[Any] = [None, True, 0, -3, 2.5, 1e9, "", [], [[]], {}, {"own": 4}, ["a", None], {"words": "A", "on": "B"}]
NAMES = [*LIBRARY.names("recipe"), *LIBRARY.names("preset")]
for_every_form = pytest.mark.parametrize("name", NAMES)


@cache
def validator(name: str) -> Draft202012Validator:
    """Return the validator of a recipe's values, the schema of which is checked itself."""
    schema = recipe(name).json_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def entry_of(field: Field) -> st.SearchStrategy[Any]:
    """Return what may stand in a field that takes one entry: what fits, and texts of all kinds."""
    match field.kind:
        case "boolean":
            return st.booleans()
        case "number" | "integer":
            return st.integers(int(field.min or 0) - 1, int(field.max or 40) + 1) | st.sampled_from([0.5, 1.5])
        case "color":
            return st.sampled_from(["#ffcc00", "deep teal", "#12", "  "])
        case _ if field.choices:
            return st.sampled_from([*(choice.value for choice in field.choices), "an umbrella", {"own": "umbrella"}])
        case "copies":
            return st.sampled_from([*TEXTS, "OPEN :: above the door", {"words": "OPEN", "place": "above"}, "-"])
    return st.sampled_from(TEXTS)


def value_of(field: Field) -> st.SearchStrategy[Any]:
    """Return anything that somebody may give for a field."""
    if field.kind == PICTURES:
        return st.lists(st.just("picture.png"), max_size=int(field.max or 1) + 1)
    entry = entry_of(field)
    if field.several:
        return st.lists(entry, max_size=min(int(field.max or 4), 4) + 1)
    return entry


def values_for(form: Recipe, *, odd: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Return values for a recipe, mostly with what is required; ``odd`` ones may be of a wrong kind or name."""
    fields = {field.name: value_of(field) for field in form.form.fields}
    if odd:
        fields = {name: value | st.sampled_from(ODD) for name, value in fields.items()}
    needed = {f.name: fields.pop(f.name) for f in form.form.fields if f.required and not f.conditions}
    more = {"unheard_of": st.just("a fox")} if odd else {}
    return st.fixed_dictionaries(needed, optional=fields | more)


def pictures_in(form: Recipe, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the values alone, and the pictures opened."""
    slots = {name: value for name, value in values.items() if name in form.references}
    opened = {
        name: [PICTURE if isinstance(item, str) and item else item for item in value]
        if isinstance(value, list)
        else value
        for name, value in slots.items()
    }
    return {name: value for name, value in values.items() if name not in slots}, opened


@for_every_form
@given(data=st.data())
def test_what_the_schema_accepts_is_rendered(name: str, data: st.DataObject) -> None:
    """A program that keeps to the schema meets no problem but those that are listed."""
    form = recipe(name)
    values = data.draw(values_for(form, odd=False))
    if not validator(name).is_valid(values):
        # Most are wrong in a field or two; what is left of them mostly fits.
        wrong = {error.path[0] for error in validator(name).iter_errors(values) if error.path}
        values = {key: value for key, value in values.items() if key not in wrong}
    if not validator(name).is_valid(values):
        return
    plain, pictures = pictures_in(form, values)
    checked = form.form.check(plain, pictures)
    assert {problem.code for problem in checked.problems} <= NOT_IN_SCHEMA, checked.problems
    if not checked.problems:
        assert form.render(plain, references=pictures).turns


@for_every_form
@given(data=st.data())
def test_what_the_form_returns_fits_the_schema(name: str, data: st.DataObject) -> None:
    """Whatever is typed: what a page or sheet keeps of it can go to any program that has the schema, and comes back."""
    form = recipe(name)
    plain, pictures = pictures_in(form, data.draw(values_for(form, odd=True)))
    checked = form.form.check(plain, pictures)
    assert {problem.code for problem in checked.problems} <= CODES.keys()
    assert all(problem.parameter for problem in checked.problems)
    if checked.problems:
        wrong = {problem.parameter for problem in checked.problems}
        plain = {key: value for key, value in plain.items() if key not in wrong}
        pictures = {key: value for key, value in pictures.items() if key not in wrong}
        checked = form.form.check(plain, pictures)
    if checked.problems:
        return
    files = {slot: ["picture.png"] * len(several) for slot, several in checked.pictures.items()}
    validator(name).validate(checked.values | files)
    again = form.form.check(checked.values, checked.pictures)
    assert again.values == checked.values
    assert again.context == checked.context


@for_every_form
def test_defaults_and_examples_fit_the_schema(name: str) -> None:
    """A form that is sent off as it is shown is accepted."""
    form = recipe(name)
    asked = {field.name: field.default for field in form.form.fields if field.default is not None and not field.locked}
    checked = form.form.check({})
    applying = {key: value for key, value in asked.items() if form.form.field(key).is_asked(checked.context)}
    missing = {"required"}
    assert {error.validator for error in validator(name).iter_errors(applying)} <= missing
    for example in form.examples.values():
        mixed = form.using(*example.uses)
        values = mixed.form.check(example.values)
        files = {slot: ["picture.png"] * len(several) for slot, several in values.pictures.items()}
        Draft202012Validator(mixed.json_schema()).validate(values.values | files)


def test_a_preset_is_its_own_form(tree: MakeTree, library: Library) -> None:
    """What it locks is constant, what it fills in is a default and no longer required."""
    tree(
        **{
            "recipes/card.yaml": """\
                parameters:
                  words: {type: copy, required: true}
                  paper: {type: choice, choices: {linen: Linen, kraft: {label: Kraft board}}, required: true}
                  gloss: {type: choice, choices: [matte, shiny], show_if: {paper: linen}, default: matte}
                  inks: {type: list, max: 2, max_length: 9}
                """,
            "templates/card.j2": "A {{ gloss }} card of {{ paper }} with {{ words }} in {{ inks | series }}.",
            "recipes/presets/house-card.yaml": """\
                extends: card
                values: {words: Moin, paper: Kraft board, inks: red}
                locked: [paper]
                """,
        }
    )
    schema = load("house-card", library=library).json_schema()
    assert schema["properties"]["paper"]["const"] == "kraft"
    assert schema["properties"]["words"]["default"] == "Moin"
    assert schema["properties"]["inks"]["default"] == ["red"]
    inks, left_out = schema["properties"]["inks"]["anyOf"]
    assert (inks["maxItems"], inks["items"]["maxLength"], left_out) == (2, 9, {"type": "null"})
    assert "required" not in schema
    check = Draft202012Validator(schema)
    assert check.is_valid({})
    assert not check.is_valid({"paper": "linen"})
    assert not check.is_valid({"gloss": "matte"}), "it is not asked: the paper is kraft"
    plain = Draft202012Validator(load("card", library=library).json_schema())
    assert plain.is_valid({"words": "Moin", "paper": "linen", "gloss": "shiny"})
    assert [error.validator for error in plain.iter_errors({"paper": "linen"})] == ["required"]
