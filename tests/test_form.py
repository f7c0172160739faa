"""The form of a recipe as public data: its fields, its check, and values that come from strangers."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from builtin_recipes import LIBRARY, recipe
from hypothesis import given
from hypothesis import strategies as st

import prompt_kit
from prompt_kit.errors import InputError, Offer, Problem
from prompt_kit.recipe.assembly import load, with_preset
from prompt_kit.recipe.codes import CODES

if TYPE_CHECKING:
    from conftest import MakeTree

    from prompt_kit.recipe.checking import Checking
    from prompt_kit.recipe.library import Library

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
TABLE: dict[str, str] = {
    "recipes/table.yaml": """\
        parameters:
          object: {type: text, title: Object, help: What stands there., required: true, max_length: 30}
          surface:
            type: choice
            choices:
              marble: {label: White marble, help: Fine and fresh., words: a slab of white marble}
              glass: {label: Frosted glass}
              three-quarter-left: {label: Turned left}
              three-quarter-right: {label: Turned right}
            other: true
            group: Place
          light: {type: choices, choices: {softbox: Large softbox, golden-hour: Golden hour}, max: 2, other: true}
          format: {type: choice, choices: [tall, wide], default: tall}
          edge: {type: number, min: 1, max: 9, show_if: {format: wide}, required: true}
        references:
          photo: {role: base, help: A sharp photo., max: 2, was: [image]}
        """,
    "templates/table.j2": (
        "{{ object }} on {{ surface }} in {{ light | series }}, {{ format }}, {{ edge }}{% if photo %}, {{ photo }}"
        "{% endif %}."
    ),
    "recipes/presets/bar.yaml": "extends: table\nvalues: {surface: Frosted Glass, format: Wide}\nlocked: [surface]\n",
}


@pytest.fixture
def table(tree: MakeTree, library: Library) -> prompt_kit.Recipe:
    """Return a small recipe with a field of most kinds."""
    tree(**TABLE)
    return load("table", library=library)


def test_the_form_is_data(table: prompt_kit.Recipe) -> None:
    """Whoever draws a page or a sheet needs no file of the recipe and no second table."""
    fields = {field.name: field for field in table.form.fields}
    assert [*fields] == ["object", "surface", "light", "format", "edge", "photo"]
    assert fields["object"].to_dict() == {
        "name": "object",
        "kind": "text",
        "label": "Object",
        "help": "What stands there.",
        "required": True,
        "max_length": 30,
    }
    marble = fields["surface"].choices[0]
    assert (marble.value, marble.label, marble.help) == ("marble", "White marble", "Fine and fresh.")
    assert (fields["surface"].group, fields["surface"].own_words, fields["format"].own_words) == ("Place", True, False)
    assert (fields["light"].several, fields["light"].takes) == (True, "0 to 2")
    assert (fields["edge"].asked_when, fields["edge"].required) == ("format is wide", True)
    assert (fields["photo"].is_slot, fields["photo"].role, fields["photo"].takes) == (True, "base", "0 to 2")
    assert table.form.field("image") == fields["photo"], "by the name of an earlier version, too"


def test_the_default_of_a_field_is_what_applies(table: prompt_kit.Recipe) -> None:
    """A page shows what the preset says, in the spelling of the choices, and not what the recipe would have said."""
    bar = with_preset(table, "bar").form
    assert (bar.field("surface").default, bar.field("surface").locked) == ("glass", True)
    assert (bar.field("format").default, bar.field("format").clearable) == ("wide", True)
    assert table.form.field("format").default == "tall"
    assert bar.check({"object": "a cup", "surface": "FROSTED GLASS", "edge": 3}).problems == ()
    assert [p.code for p in bar.check({"object": "a cup", "surface": "marble", "edge": 3}).problems] == ["locked"]


def test_every_problem_has_its_parameter_and_code(table: prompt_kit.Recipe) -> None:
    """A page puts each message beside its field, and a program tells them apart without reading them."""
    checked = table.form.check(
        {"object": "x" * 31, "surface": "marbel", "format": "square", "edge": 12, "light": ["a", "b", "c"], "objct": 1},
        {"photo": [b"no picture"]},
    )
    assert {(problem.parameter, problem.code) for problem in checked.problems} == {
        ("object", "too_long"),
        ("surface", "near_choice"),
        ("light", "too_many"),
        ("format", "not_a_choice"),
        ("edge", "too_large"),
        ("objct", "unknown"),
        ("photo", "not_a_picture"),
    }
    assert [p.code for p in table.form.check({"format": "wide"}).problems] == ["missing", "missing"]
    assert [p.code for p in table.form.check({"object": "a cup", "edge": 3}).problems] == ["not_asked"]


def test_an_offer_repairs_its_problem(table: prompt_kit.Recipe) -> None:
    """One click, and the problem is gone."""
    values: dict[str, Any] = {"objct": "a cup", "surface": "marbel", "light": ["candles", "Softbx"], "edge": 3}
    for _ in range(4):
        problem = next(problem for problem in table.form.check(values).problems if problem.offers)
        values = problem.offers[0].applied(values)
    assert table.form.check(values).problems == ()
    assert values == {"object": "a cup", "surface": "marble", "light": ["candles", "softbox"]}


@pytest.mark.parametrize("written", ["marble", "Marble", " MARBLE ", "White Marble", "white-marble", "white_marble."])
def test_the_spelling_of_a_choice_does_not_matter(table: prompt_kit.Recipe, written: str) -> None:
    """Case, spaces, hyphens and underscores are no difference, of the value and of the label."""
    checked = table.form.check({"object": "a cup", "surface": written, "format": "Wide ", "edge": "3"})
    assert checked.problems == ()
    assert checked.values == {"object": "a cup", "surface": "marble", "format": "wide", "edge": 3}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("marbel", ["marble"]),
        ("Marblle", ["marble"]),
        ("white marbel", ["marble"]),
        ("frosted glas", ["glass"]),
        ("three quarter", ["three-quarter-left", "three-quarter-right"]),
        ("three quarter lefft", ["three-quarter-left"]),
    ],
)
def test_a_near_miss_is_asked_about(table: prompt_kit.Recipe, written: str, meant: list[str]) -> None:
    """A slip never goes to the model as own words in silence."""
    (problem,) = table.form.check({"object": "a cup", "surface": written}).problems
    assert (problem.code, problem.parameter) == ("near_choice", "surface")
    assert [offer.value for offer in problem.offers] == [*meant, f"={written}"]
    for meaning in ({"own": written}, f"={written}"):
        kept = table.render({"object": "a cup", "surface": meaning})
        assert f"on {written} in" in str(kept)
        assert str(table.render(kept.values)) == str(kept), "what is recorded means the same again"


@pytest.mark.parametrize(
    "own",
    [
        *("grass", "brass", "gloss", "class", "a glass table", "marble dust", "black marble", "wood", "slate", "oak"),
        *("a white cloth", "frosted window", "three", "quarter left", "turned", "light grey paper", "moss", "linen"),
        *("weißer Marmor", "大理石", "85mm", "glasses on a tray", "turned right side up", "the grass of a meadow"),
    ],
)
def test_own_words_are_not_nagged_at(table: prompt_kit.Recipe, own: str) -> None:
    """Words that only look a little like a choice stay what they are, and are listed as own words."""
    checked = table.form.check({"object": "a cup", "surface": own})
    assert checked.problems == checked.notes == ()
    assert checked.own_words == {"surface": (own,)}


def test_own_words_of_all_examples_are_taken_as_they_are() -> None:
    """The examples of recipes are written with care: none of their own words is a slip."""
    own = 0
    for name in LIBRARY.names("recipe"):
        for example in recipe(name).examples.values():
            checked = recipe(name).using(*example.uses).form.check(example.values)
            assert checked.problems == (), (name, example.name)
            own += sum(map(len, checked.own_words.values()))
    assert own > 50, "there is something to look at"


def test_an_equals_sign_of_ones_own_stays(table: prompt_kit.Recipe) -> None:
    """Only the first one is the mark, and only where choices are offered."""
    checked = table.form.check({"object": "=a cup", "surface": "==marble", "light": ["=golden houre", {"own": "=x"}]})
    assert checked.own_words == {"surface": ("=marble",), "light": ("golden houre", "=x")}
    assert checked.context["object"] == "=a cup"
    assert table.form.check(checked.values).values == checked.values


def test_a_recorded_near_miss_is_still_read(table: prompt_kit.Recipe) -> None:
    """Pictures that were made before a choice existed can be refined."""
    assert table.form.reread({"surface": "marbel", "light": ["candles", "softbx"]})["light"] == ("candles", "softbx")
    assert table.form.reread({"surface": "marbel"})["surface"] == "marbel"


def test_further_checks_add_problems_and_notes(table: prompt_kit.Recipe) -> None:
    """Other rooms say what they know of values at the same place, and the prompt carries the notes along."""

    def looks_dark(checking: Checking) -> None:
        if checking.context["surface"] == "slate":
            checking.notes.append(Problem("surface: slate looks dark.", parameter="surface", code="former_name"))

    form = prompt_kit.Form("table", table.parameters, table.references, checks=(looks_dark,))
    assert [str(note) for note in form.check({"object": "a cup", "surface": "slate"}).notes] == [
        "surface: slate looks dark."
    ]


def test_every_code_is_listed() -> None:
    """A program that looks a code up finds what it means."""
    used = set()
    for path in Path(prompt_kit.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.keyword(arg="code", value=ast.Constant(value=str(code))) if code:
                    used.add((code, path.name))
    assert {(code, file) for code, file in used if code not in CODES} == set()


def test_a_problem_is_plain_data(table: prompt_kit.Recipe) -> None:
    """Pages and agents get it as JSON."""
    (problem,) = table.form.check({"object": "a cup", "surface": "marbel"}).problems
    plain = problem.to_dict()
    assert plain["code"] == "near_choice"
    assert plain["offers"][0] == {
        "label": "Take 'marble'",
        "parameter": "surface",
        "value": "marble",
        "replaces": "",
    }
    assert Offer("", "a", replaces="b").applied({"b": 1, "c": 2}) == {"a": 1, "c": 2}


HOSTILE: list[Any] = [
    "self",
    "values",
    "settings",
    "generator",
    "references",
    "__class__",
    "cls",
    "0",
    "",
    "objct",
    "photo",
    "size",
    5,
    None,
    ("a", 1),
]
HOSTILE_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.binary(max_size=9)
    | st.sampled_from(["/etc/passwd", "../../secret.png", "4K", "pro", "{{ self }}", "file:///etc/passwd", "~/x.png"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["own", "words", "x"]), inner, max_size=2),
    max_leaves=6,
)  # fmt: skip


@given(values=st.dictionaries(st.sampled_from([*HOSTILE, "object", "surface", "light"]), HOSTILE_VALUES, max_size=5))
def test_a_mapping_of_a_stranger_is_data_only(values: dict[Any, Any]) -> None:
    """Whatever a request holds: it opens no file, changes no setting, and what has no field is a problem."""
    sticker = recipe("sticker")
    names = {"object": "subject", "surface": "style", "light": "traits", "photo": "character"}
    values = {names.get(name, name): value for name, value in values.items()}
    checked = sticker.form.check(values)
    known = {field.name for field in sticker.form.fields}
    codes = {problem.parameter: problem.code for problem in checked.problems}
    assert set(codes.values()) <= CODES.keys()
    assert all(codes[str(name)] == "unknown" for name in values if name not in known and values[name] not in ("", None))
    assert all(not isinstance(image.origin, Path) for images in checked.pictures.values() for image in images)
    if not checked.problems:
        assert sticker.render(values).settings == sticker.settings


def test_a_text_is_never_a_path(table: prompt_kit.Recipe, tmp_path: Path) -> None:
    """A picture on the server cannot be had by its name; at a prompt, the name of a file is enough."""
    (tmp_path / "a.png").write_bytes(PNG)
    for values, references in (
        ({"object": "a cup", "photo": str(tmp_path / "a.png")}, None),
        ({"object": "a cup", "photo": [str(tmp_path / "a.png")]}, None),
        ({"object": "a cup", "image": str(tmp_path / "a.png")}, None),
        ({"object": "a cup"}, {"photo": str(tmp_path / "a.png")}),
    ):
        (problem,) = table.form.check(values, references).problems
        assert (problem.code, problem.parameter) == ("not_a_picture", "photo")
    for picture in (tmp_path / "a.png", PNG, prompt_kit.open_image(PNG)):
        assert len(table.render({"object": "a cup"}, references={"photo": [picture]}).turns[0].references) == 1
    assert len(table.render(object="a cup", photo=str(tmp_path / "a.png")).turns[0].references) == 1


def test_a_setting_is_no_value(table: prompt_kit.Recipe) -> None:
    """A stranger's request cannot choose what costs more."""
    with pytest.raises(InputError) as caught:
        table.render({"object": "a cup", "settings": {"size": "4K"}, "generator": "gemini", "self": 1})
    assert [(p.parameter, p.code) for p in caught.value.problems] == [
        ("settings", "unknown"),
        ("generator", "unknown"),
        ("self", "unknown"),
    ]
    assert table.render({"object": "a cup"}, settings={"size": "4K"}).settings.size == "4K"


def test_values_come_in_one_way(table: prompt_kit.Recipe) -> None:
    """A call that mixes both ways is a mistake of the program, and so is a list."""
    with pytest.raises(TypeError, match="not both"):
        table.render({"object": "a cup"}, surface="slate")  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="values must be values by the name of a parameter"):
        table.render(["a cup"])  # type: ignore[call-overload]


def test_references_name_slots_only(table: prompt_kit.Recipe) -> None:
    """A picture for what is no slot, or for one that has its picture among the values, is a problem."""
    checked = table.form.check({"object": "a cup", "photo": PNG}, {"photo": PNG, "surface": PNG, "nothing": PNG})
    assert [(p.parameter, p.code) for p in checked.problems] == [
        ("photo", "given_twice"),
        ("surface", "unknown"),
        ("nothing", "unknown"),
    ]
