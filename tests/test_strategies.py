"""Strategies: where they fit, what they bring, and the turns they ask for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from gemini_replies import picture, words
from gemini_server import GeminiServer

from prompt_kit.cli.main import run
from prompt_kit.errors import InputError
from prompt_kit.prompt import EarlierWords, Text
from prompt_kit.recipe.assembly import example_recipes, load
from prompt_kit.recipe.library import Library
from prompt_kit.record.runs import prompt_from
from prompt_kit.review.lint import check
from prompt_kit.review.snapshots import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import MakeTree

FILES = {
    "recipes/poster.yaml": """\
        title: Poster
        excludes: {frost: A poster is never cold}
        parameters: {subject: {type: text, required: true}}
        """,
    "templates/poster.j2": "Draw a poster of {{ subject }}.",
    "recipes/strategies/copywriter.yaml": """\
        title: Words first
        parameters: {message: {type: text}}
        turns: [{name: words, output: words}]
        examples: {fair: {recipe: poster, values: {subject: a fair, message: come}}}
        """,
    "templates/strategies/copywriter-words.j2": "Before drawing, settle the words{% if message %} that say {{ message }}{% endif %}.",
    "templates/strategies/copywriter.j2": "Set the words that follow letter for letter.",
    "recipes/strategies/frost.yaml": "title: Frost\n",
    "templates/strategies/frost.j2": "Everything is frozen.",
    "recipes/strategies/retouch.yaml": "title: Retouch\ntasks: [edit]\n",
    "templates/strategies/retouch.j2": "Keep the rest.",
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    """A server that the command line is pointed to, with a key."""
    with GeminiServer() as started:
        monkeypatch.setenv("GEMINI_API_KEY", "AIzaSy-a-key-of-nobody-0123456789")
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", started.url)
        yield started


@pytest.mark.parametrize(
    ("strategy", "reason"),
    [
        ("frost", "'poster' does without the strategy 'frost': A poster is never cold."),
        ("retouch", "'poster' does without the strategy 'retouch': it is for recipes that edit, and this one's"),
    ],
)
def test_a_strategy_that_makes_no_sense_is_refused_with_the_reason(
    tree: MakeTree, library: Library, strategy: str, reason: str
) -> None:
    """The recipe's author declares it, or the strategy's."""
    tree(**FILES)
    with pytest.raises(InputError) as caught:
        load("poster", library=library).using(strategy)
    assert str(caught.value).startswith(reason)


def test_an_inherited_recipe_excludes_what_its_parent_does(tree: MakeTree, library: Library) -> None:
    """What makes no sense on a poster makes none on a film poster."""
    tree(**FILES, **{"recipes/film.yaml": "extends: poster\n"})
    with pytest.raises(InputError, match="A poster is never cold"):
        load("film", library=library).using("frost")


def test_a_recipe_may_heed_what_a_strategy_asks(tree: MakeTree, library: Library) -> None:
    """Its own default gives way to the strategy's words, and stands while the strategy is away."""
    tree(
        **{
            "recipes/sign.yaml": "heeds: [font]\nparameters: {subject: {type: text, required: true}}\n",
            "templates/sign.j2": "Draw a sign for {{ subject }}.\n{% if not font %}\nThe letters are plain.\n{% endif %}\n",
            "recipes/strategies/type.yaml": "parameters: {font: {type: text}}\n",
            "templates/strategies/type.j2": "{% if font %}The letters are {{ font }}.{% endif %}",
        }
    )
    sign = load("sign", library=library)
    assert str(sign.render(subject="a bakery")) == "Draw a sign for a bakery. The letters are plain."
    assert str(sign.using("type").render(subject="a bakery", font="round")) == (
        "Draw a sign for a bakery. The letters are round."
    )
    tree(**{"recipes/sign.yaml": "heeds: [font, fnot]\nparameters: {subject: {type: text, required: true}}\n"})
    fresh = Library(library.project, roots=library.roots)
    assert "recipes/sign.yaml:1:15: no strategy has a parameter 'fnot'." in map(str, check(fresh).problems)


def test_words_are_settled_in_a_turn_of_their_own(tree: MakeTree, library: Library) -> None:
    """The turn of words knows the picture, and the picture's turn has a place for the words."""
    tree(**FILES)
    prompt = load("poster", library=library).using("copywriter").render(subject="a fair", message="come and see")
    first, second = prompt.turns
    assert (first.output, second.output) == ("words", "picture")
    assert first.text == "Before drawing, settle the words that say come and see. Draw a poster of a fair."
    assert second.parts == (
        Text("Draw a poster of a fair. Set the words that follow letter for letter."),
        EarlierWords(0),
    )
    assert snapshot(prompt).splitlines()[4:] == [
        "turn 1: words, to be answered in words alone",
        "1. text",
        "   Before drawing, settle the words that say come and see.",
        "   Draw a poster of a fair.",
        "",
        "turn 2",
        "1. text",
        "   Draw a poster of a fair.",
        "   Set the words that follow letter for letter.",
        "2. words of turn 1",
        "",
        "settings",
        "  (all left to the model)",
    ]


def test_the_settled_words_reach_the_model_with_the_picture(
    tree: MakeTree, server: GeminiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two requests: words without a format, then the picture with exactly those words; the run can be repeated."""
    tree(**FILES)
    server.next(words("Top: COME AND SEE"), picture())
    assert (
        run(["generate", "poster", "--use", "copywriter", "--subject", "a fair", "--aspect-ratio", "1:1", "--json"])
        == 0
    )
    told = json.loads(capsys.readouterr().out)
    first, second = (asked.body for asked in server.requests)
    assert "imageConfig" not in first["generationConfig"]
    assert second["generationConfig"]["imageConfig"]["aspectRatio"] == "1:1"
    assert [part["text"] for part in second["contents"][0]["parts"]] == [
        "Draw a poster of a fair. Set the words that follow letter for letter.",
        "Top: COME AND SEE",
    ]
    assert len(told["pictures"]) == 1
    assert "COME AND SEE" in told["text"]
    assert float(told["estimate_usd"]) == pytest.approx(float(told["cost_usd"]), rel=0.2)
    again = prompt_from(told["folder"], load("poster").library.project.runs_folder)
    assert again.turns[0].output == "words"


def test_a_picture_in_place_of_the_words_ends_the_run(
    tree: MakeTree, server: GeminiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without words there is nothing to set, and nothing more is paid."""
    tree(**FILES)
    server.next(picture())
    assert run(["generate", "poster", "--use", "copywriter", "--subject", "a fair"]) == 1
    assert "drew a picture where it was asked for the words" in capsys.readouterr().err
    assert len(server.requests) == 1


def test_the_proof_shows_where_the_words_will_stand(
    tree: MakeTree, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Offline nobody writes copy; the sheet is drawn all the same."""
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    tree(**FILES)
    assert run(["generate", "poster", "--use", "copywriter", "--subject", "a fair", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["pictures"]) == 1
    assert told["cost_usd"] == "0"


def test_examples_of_a_strategy_name_their_recipe(tree: MakeTree, library: Library) -> None:
    """Each is rendered by the recipe it is mixed into."""
    tree(**FILES)
    recipes = example_recipes("strategy", "copywriter", library)
    assert list(recipes) == ["fair"]
    assert recipes["fair"].render_example("fair").strategies == ("copywriter",)


def test_every_built_in_pair_of_recipe_and_strategy_fits_or_says_why(built_in_library: Library) -> None:
    """Declared, not guessed: each pair renders its example, or the recipe has a reason of its own."""
    library = built_in_library
    for name in library.names("recipe"):
        recipe = load(name, library=library)
        example = next(iter(recipe.examples.values()))
        for strategy in library.names("strategy"):
            reason = recipe.objection(library.strategy(strategy))
            if not reason:
                prompt = recipe.using(strategy).render(settings=example.settings, **example.values)
                assert strategy in prompt.strategies
            else:
                assert len(reason) > 20, (name, strategy)
