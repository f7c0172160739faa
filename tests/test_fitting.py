"""A prompt is written for the model that will draw it: earlier pictures, masks and what lies behind the subject."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from prompt_kit.catalogue import Catalogue
from prompt_kit.errors import InputError
from prompt_kit.prompt import Earlier, Mask, Settings
from prompt_kit.recipe.assembly import load
from prompt_kit.review.snapshots import snapshot

if TYPE_CHECKING:
    from conftest import MakeTree

    from prompt_kit.recipe.library import Library

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
VIEWS = """\
    parameters:
      views: {type: list, required: true}
    references:
      person: {role: identity, max: 4}
    turns: [{for_each: views, earlier: 13, role: identity}]
    examples: {}
    """
WORDS = "Draw {{ item }}{% if earlier %} like {{ earlier }}{% endif %}{% if person %} of {{ person }}{% endif %}.\n"


def earlier(turns: tuple[object, ...]) -> list[list[int]]:
    """Return which earlier turns' pictures go along with each turn."""
    return [[part.turn for part in turn.parts if isinstance(part, Earlier)] for turn in turns]  # type: ignore[attr-defined]


def test_no_more_pictures_go_along_than_the_model_takes(tree: MakeTree, library: Library) -> None:
    """Four of people are the most: the first stays, the latest follow, and the words count them."""
    tree(**{"recipes/spin.yaml": VIEWS, "templates/spin.j2": WORDS})
    prompt = load("spin", library=library).render(views=list("abcdefg"))
    assert earlier(prompt.turns)[-2:] == [[0, 2, 3, 4], [0, 3, 4, 5]]
    assert prompt.turns[-1].text == "Draw g like the four attached images."
    model = Catalogue.load().choose(prompt.settings)
    assert model.refusals(prompt) == ()
    assert any("the first picture and the latest 3 go along from 'f' on" in said for said in model.warnings(prompt))


def test_given_pictures_go_before_earlier_ones(tree: MakeTree, library: Library) -> None:
    """Three portraits leave room for one; four leave none, and then the model is what refuses."""
    tree(**{"recipes/spin.yaml": VIEWS, "templates/spin.j2": WORDS})
    recipe = load("spin", library=library)
    three = recipe.render(views=["a", "b", "c"], person=[PNG] * 3)
    assert earlier(three.turns) == [[], [0], [0]]
    four = recipe.render(views=["a", "b"], person=[PNG] * 4)
    assert earlier(four.turns) == [[], [0]]
    assert Catalogue.load().choose(four.settings).refusals(four)


def test_another_model_has_other_limits(tree: MakeTree, library: Library) -> None:
    """A model that counts all pictures alike takes more of them along."""
    tree(**{"recipes/spin.yaml": VIEWS, "templates/spin.j2": WORDS})
    prompt = load("spin", library=library).render(views=list("abcdefg"), settings={"tier": "draft"})
    assert earlier(prompt.turns)[-1] == [0, 1, 2, 3, 4, 5]


def test_a_mask_has_no_number(tree: MakeTree, library: Library) -> None:
    """The words count the pictures that are sent; the mask is none of them."""
    tree(
        **{
            "recipes/patch.yaml": """\
                task: edit
                references:
                  mask: {role: mask}
                  stuff: {role: object}
                  picture: {role: base, min: 1}
                """,
            "templates/patch.j2": "Put {{ stuff }} into {{ picture }}{% if mask %}, only there{% endif %}.\n",
        }
    )
    recipe = load("patch", library=library)
    prompt = recipe.render(mask=PNG, stuff=PNG, picture=PNG)
    (turn,) = prompt.turns
    assert turn.text == "Put the first image into the second image, only there."
    assert isinstance(turn.mask, Mask)
    assert len(turn.references) == 2
    assert "mask mask [which part may change" in snapshot(prompt)
    assert prompt.fingerprint != recipe.render(stuff=PNG, picture=PNG).fingerprint


def test_a_mask_is_one_picture(tree: MakeTree, library: Library) -> None:
    """Two masks would contradict each other; the file is told so."""
    tree(**{"recipes/patch.yaml": "references: {mask: {role: mask, max: 2}}", "templates/patch.j2": "Patch.\n"})
    with pytest.raises(InputError, match="a mask is one picture"):
        load("patch", library=library)


CUT = """\
    parameters:
      ground: {type: choice, choices: {none: {label: None, settings: {background: transparent}}, white: White}, default: none}
    """


def test_what_lies_behind_depends_on_the_model(tree: MakeTree, library: Library) -> None:
    """Where a model draws no transparency the words ask for a flat colour; where it does, for nothing at all."""
    tree(
        **{
            "recipes/cut.yaml": CUT,
            "templates/cut.j2": "Draw a cat{% if keyed %} on green{% elif ground.value == 'none' %} on nothing{% endif %}.\n",
            "models.yaml": "models: {glass: {generator: studio, transparency: true, tiers: [standard]}}",
        }
    )
    recipe = load("cut", library=library)
    keyed, clear = recipe.render(), recipe.render(generator="studio")
    assert (str(keyed), keyed.settings.background) == ("Draw a cat on green.", "keyed")
    assert (str(clear), clear.settings.background) == ("Draw a cat on nothing.", "transparent")
    plain = recipe.render(ground="white")
    assert (str(plain), plain.settings.background) == ("Draw a cat.", None)
    told = Catalogue.load().choose(Settings()).refusals(clear)
    assert [problem.parameter for problem in told] == ["background"]
