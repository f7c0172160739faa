"""Side by side: what can be compared, and how whatever cannot be is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from comparing import SHOP
from fakes import png
from hypothesis import given
from hypothesis import strategies as st

from prompt_kit.comparing import parsed, table
from prompt_kit.errors import InputError
from prompt_kit.recipe.assembly import load

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeTree

    from prompt_kit.recipe.library import Library
    from prompt_kit.recipe.recipe import Recipe

FOX: dict[str, Any] = {"subject": "a fox"}


@pytest.fixture
def card(tree: MakeTree, library: Library) -> Recipe:
    """A small recipe in the test's own folder."""
    tree(**SHOP)
    return load("card", library=library)


def problems(card: Recipe, values: dict[str, Any], across: dict[str, Any], **wishes: Any) -> list[str]:
    """Return everything that is wrong with a comparison."""
    with pytest.raises(InputError) as caught:
        table(card, values, across, paths=True, **({"generator": "proof"} | wishes))
    return [str(problem) for problem in caught.value.problems]


@given(st.lists(st.text(min_size=1), min_size=1))
def test_quoted_values_come_back_as_they_are(values: list[str]) -> None:
    """Whatever is in them: commas, quotes, spaces, line breaks."""
    written = ",".join('"' + value.replace('"', '""') + '"' for value in values)
    assert parsed([f"subject={written}"]) == {"subject": values}


@given(st.text())
def test_every_text_is_some_axis(text: str) -> None:
    """Whoever mistypes a quote gets values to look at, never a crash; nothing but space and quotes is lost."""
    for values in parsed([text]).values():
        assert values
        assert all(value is None or value in text.replace('""', '"') or value == "*" for value in values)


@pytest.mark.parametrize(
    ("texts", "across"),
    [
        (["tier"], {"tier": ["*"]}),
        (["style=flat, retro"], {"style": ["flat", "retro"]}),
        (["style=flat", "tier=pro", "style=ink"], {"style": ["flat", "ink"], "tier": ["pro"]}),
        (["aspect-ratio=1:1"], {"aspect_ratio": ["1:1"]}),
        (['subject="asleep, curled up",awake'], {"subject": ["asleep, curled up", "awake"]}),
        (['subject="",a fox'], {"subject": [None, "a fox"]}),
        (["style=flat,,ink"], {"style": ["flat", "", "ink"]}),
        (['subject=5" disc,7" disc'], {"subject": ['5" disc', '7" disc']}),
    ],
)
def test_axes_are_read_as_people_write_them(texts: list[str], across: dict[str, Any]) -> None:
    """Commas part values, quotes hold them together, an axis that comes again adds to it."""
    assert parsed(texts) == across


def test_an_axis_alone_is_all_of_it(card: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    """All tiers, choices, examples, both answers, all models of who can be asked, all sizes they make."""

    def names(axis: str, **wishes: Any) -> list[str]:
        return [value.key for value in table(card, FOX, {axis: "*"}, **wishes).axes[0].values]

    assert names("tier") == ["draft", "standard", "pro"]
    assert names("style") == ["flat", "retro", "ink"]
    assert names("gold") == ["true", "false"]
    assert names("example") == ["fox", "bee"]
    assert names("strategy") == ["none", "silent", "soft"]
    assert names("generator") == ["proof"]
    assert names("size", settings={"tier": "draft"}) == ["1K"]
    monkeypatch.setenv("GEMINI_API_KEY", "nobody's")
    assert names("generator") == ["gemini"]
    assert names("model") == [
        model.id for model in card.library.catalogue.models if model.status == "current" and model.generator == "gemini"
    ]


def test_all_problems_of_all_cells_are_told_at_once(card: Recipe) -> None:
    """Those of the axes, the values, the settings and what is the same everywhere; each once, by its name."""
    found = problems(
        card,
        {"photo": "gone.png"},
        {"style": ["falt", "retro", ""], "tier": ["darft", "pro"]},
        settings={"size": "9K"},
    )
    for part in (
        'style: a value is empty. Write "" in quotes',
        "style=falt: 'falt' is not one of flat, retro, ink. Did you mean 'flat'?",
        "tier=darft: must be 'draft', 'standard' or 'pro'. Did you mean 'draft'?",
        "size: must be",
        "subject: is missing.",
        "gone.png",
    ):
        assert len([line for line in found if part in line]) == 1, found
    assert len(found) == 6


@pytest.mark.parametrize(
    ("across", "told"),
    [
        ({}, "There is nothing to compare."),
        ({"stlye": "*"}, "'card' cannot be compared across 'stlye'. Did you mean 'style'?"),
        ({"subject": "*"}, "subject: there is no list of all its values. Say which ones to compare."),
        ({"tier": "*", "style": "*", "gold": "*"}, "3 axes are asked for: 'tier', 'style' and 'gold'."),
        ({"tier": "*", "model": "x"}, "tier: a model decides the tier. Compare one of them."),
        ({"subject": [str(n) for n in range(25)], "gold": "*"}, "25 (subject) × 2 (gold) makes 50 cells; up to 48"),
        ({"stars": [1, 6, "x"]}, "stars=6: must be at most 5."),
        ({"strategy": ["sfot"]}, "There is no strategy 'sfot'. Did you mean 'soft'?"),
        ({"example": ["fxo"]}, "There is no example 'fxo'. Did you mean 'fox'?"),
        ({"generator": ["proof", "gmini"]}, "generator=gmini: There is no generator 'gmini'. Did you mean 'gemini'?"),
    ],
)
def test_what_cannot_be_compared_is_told(card: Recipe, across: dict[str, Any], told: str) -> None:
    """With the nearest there is."""
    found = problems(card, FOX, across, generator=None) if "generator" in across else problems(card, FOX, across)
    assert any(told in line for line in found), found


def test_what_is_refused_stops_everything_or_stays_empty(card: Recipe) -> None:
    """A model that makes no 4K, and a strategy the recipe does without."""
    across = {"tier": ["draft", "standard"], "size": ["1K", "4K"]}
    found = problems(card, FOX, across)
    assert found[0].startswith("tier=draft, size=4K: gemini-3.1-flash-lite-image makes no 4K pictures.")
    assert "--skip-refused" in found[1]
    skipped = table(card, FOX, across, generator="proof", skip_refused=True)
    assert [bool(cell.refusals) for cell in skipped.cells] == [False, True, False, False]
    assert "A card is quiet." in problems(card, FOX, {"strategy": ["soft", "loud"]})[0]
    assert problems(card, FOX, {"strategy": ["loud"]}, skip_refused=True)


def test_what_only_some_combinations_cannot_is_refused_not_wrong(card: Recipe) -> None:
    """A field that is not asked beside another value is no mistake of whoever compares both."""
    across = {"gold": [True, False], "shine": ["matte", "bright"]}
    found = table(card, FOX, across, generator="proof", skip_refused=True)
    assert [bool(cell.refusals) for cell in found.cells] == [False, False, True, True]


def test_the_values_of_a_strategy_only_go_where_it_is(card: Recipe) -> None:
    """Without it nobody knows them; what no cell knows is told."""
    found = table(card, FOX | {"lamp": "above"}, {"strategy": [None, "soft"]}, generator="proof")
    assert ["above" in str(cell.plan and cell.plan.prompt) for cell in found.cells] == [False, True]
    assert "'lmap'" in problems(card, FOX | {"lmap": "above"}, {"strategy": [None, "soft"]})[0]


def test_examples_bring_their_values_and_settings(card: Recipe) -> None:
    """What is given beside them wins."""
    found = table(card, {"style": "ink"}, {"example": "*"}, generator="proof")
    prompts = [cell.plan.prompt for cell in found.cells if cell.plan]
    assert ["a fox" in str(prompts[0]), "a bee" in str(prompts[1])] == [True, True]
    assert all("ink manner" in str(prompt) for prompt in prompts)
    assert [prompt.settings.aspect_ratio for prompt in prompts] == ["1:1", "16:9"]


def test_pictures_can_be_compared(card: Recipe, tmp_path: Path) -> None:
    """A reference slot is an axis like any other, and its pictures are told by the names of their files."""
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(png(color="red" if name == "a.png" else "blue"))
    found = table(card, FOX, {"photo": [tmp_path / "a.png", tmp_path / "b.png"]}, generator="proof")
    assert [value.label for value in found.axes[0].values] == ["a.png", "b.png"]
    assert len(found.to_make) == 2
