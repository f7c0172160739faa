"""Recipes are found by the words of people who have never seen their names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from prompt_kit.cli.main import cli
from prompt_kit.errors import NotFoundError
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.library import Head, Library, built_in
from prompt_kit.recipe.roots import Root
from prompt_kit.recipe.searching import fitting, nearest

if TYPE_CHECKING:
    from conftest import MakeTree

BUILT_IN = Library(roots=(Root(*built_in(), "built in"),))

EVERYDAY = {
    "candle": "product-mockup",
    "web shop": "product-mockup",
    "webshop": "product-mockup",
    "mug": "product-mockup",
    "logo": "logo",
    "birthday": "text-rendering",
    "a birthday card for my mother": "text-rendering",
    "sale": "social-post",
    "instagram": "social-post",
    "insta": "social-post",
    "banner": "negative-space",
    "menu": "text-rendering",
    "flyers": "text-rendering",
    "hoodie": "product-mockup",
    "blog": "photorealistic",
    "thumbnail": "social-post",
    "avatar": "headshot",
    "passport photo": "headshot",
    "white background": "background-swap",
    "old photos": "restoration",
    "translate": "relocalize",
}


@pytest.mark.parametrize("search", EVERYDAY)
def test_everyday_words_lead_to_a_fitting_recipe(search: str) -> None:
    """Among the first three, where people look."""
    assert EVERYDAY[search] in fitting(search, BUILT_IN.heads())[:3]


@pytest.mark.parametrize("name", BUILT_IN.names())
def test_every_built_in_recipe_says_what_it_is_used_for(name: str) -> None:
    """In 8 to 20 everyday words, each once, and the search leads from each of them to the recipe."""
    heads = BUILT_IN.heads()
    uses = heads[name].used_for
    assert 8 <= len(uses) <= 20
    assert len({use.casefold() for use in uses}) == len(uses)
    assert [use for use in uses if name not in fitting(use, heads)] == []


def test_the_whole_use_comes_before_its_words() -> None:
    """Two words that mean something together are not two words."""
    heads = {
        "shop": Head("Shop", "Web pages of a shop.", ""),
        "photo": Head("Photo", "A photo.", "", ("catalogue", "web shop")),
    }
    assert fitting("web shop", heads) == ["photo", "shop"]


def test_earlier_uses_count_more() -> None:
    """Whoever writes a recipe puts the likeliest use first."""
    heads = {"a": Head("A", "", "", ("poster", "banner")), "b": Head("B", "", "", ("banner", "poster"))}
    assert (fitting("banner", heads), fitting("poster", heads)) == (["b", "a"], ["a", "b"])


def test_a_slip_of_the_keyboard_is_forgiven() -> None:
    """Letters that are swapped or left out."""
    assert fitting("stiker", BUILT_IN.heads())[0] == "sticker"


def test_what_stands_only_in_a_file_counts_where_nothing_else_fits() -> None:
    """The words of examples lead to a recipe, too, but not past those that say they are for it."""
    heads = {"a": Head("A", "", ""), "b": Head("B", "", "", ("mug",))}
    texts = {"a": "examples: a potter with a mug", "b": ""}
    assert (fitting("potter", heads, texts), fitting("mug", heads, texts)) == (["a"], ["b"])


def test_where_nothing_fits_the_nearest_are_three() -> None:
    """The recipe for anything else comes first."""
    assert fitting("xyzzy", BUILT_IN.heads()) == []
    assert (nearest("xyzzy", BUILT_IN.heads())[0], len(nearest("xyzzy", BUILT_IN.heads()))) == ("freeform", 3)


def test_the_command_line_searches_too(tree: MakeTree, monkeypatch: pytest.MonkeyPatch) -> None:
    """``list`` takes words, and a project's own recipes are found by their uses."""
    text = "title: Tag\nused_for:\n- jam jar\n- market stall\nparameters: {subject: {type: text}}\n"
    monkeypatch.chdir(tree(**{"recipes/tag.yaml": text}))
    rows = json.loads(CliRunner().invoke(cli, ["list", "market", "stall", "--json"]).stdout)
    assert (rows[0]["name"], rows[0]["used_for"]) == ("tag", ["jam jar", "market stall"])
    nothing = CliRunner().invoke(cli, ["list", "xyzzy"])
    assert "Nothing fits 'xyzzy'" in nothing.stderr
    assert nothing.stdout.startswith("freeform")


def test_a_use_in_place_of_a_name_says_which_recipes_are_for_it() -> None:
    """Somebody who asks for the recipe 'candle' learns what it is called."""
    with pytest.raises(NotFoundError, match="For this there is product-mockup"):
        load("candle", library=BUILT_IN)
