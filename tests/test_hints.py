"""What a value or setting brings with it that people want to know before they pay: brand, copies, spare fields."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from prompt_kit.errors import InputError
from prompt_kit.kit import Kit
from prompt_kit.project import find_project
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.library import Library
from prompt_kit.work.orders import Order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import MakeTree

BRAND = {"prompt-kit.yaml": "", "brand.yaml": "name: Acme\navoid: [stock smiles, neon green]\ntone: without clichés\n"}
MASK = "title: T\nparameters: {mark: {type: text, spare_with: hole}}\nreferences: {mask: {role: mask}}\nexamples: {a: {}}\n"


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    """The project of the test's own folder."""
    with Kit(find_project(tmp_path)) as kit:
        yield kit


def notes(kit: Kit, **values: str | list[str]) -> list[tuple[str | None, str]]:
    """Return the parameter and code of each note of a photograph in the brand."""
    checked = kit.recipe("photorealistic").using("brand").form.check(values)
    return [(note.parameter, note.code) for note in checked.notes]


@pytest.mark.parametrize("subject", ["a barista with a stock smile", "two Stock Smiles", "a neon green car"])
def test_what_the_brand_never_shows_is_noted_where_it_is_asked_for(tree: MakeTree, kit: Kit, subject: str) -> None:
    """In the singular and the plural, in any case; the prompt is rendered all the same."""
    tree(**BRAND)
    assert ("subject", "against_brand") in notes(kit, subject=subject)


@pytest.mark.parametrize(
    "values",
    [
        {"subject": "a barista, without stock smiles"},
        {"subject": "a barista", "leave_out": ["stock smiles"]},
        {"subject": "a green car under a neon sign"},
        {"subject": "a barista", "brand_avoid": ["stock smiles"]},
    ],
    ids=["denied", "left out", "apart", "the brand itself"],
)
def test_what_only_names_it_is_not_noted(tree: MakeTree, kit: Kit, values: dict[str, str | list[str]]) -> None:
    """A hint that comes for nothing teaches people to overlook hints."""
    tree(**BRAND)
    assert "against_brand" not in [code for _, code in notes(kit, **values)]


def test_a_brand_that_names_what_stands_instead_is_heeded_too(tree: MakeTree, kit: Kit) -> None:
    """The prompt says only what stands in its place, so that nothing else would tell."""
    tree(**{**BRAND, "brand.yaml": "avoid: {stock smiles: people at work}\n"})
    assert notes(kit, subject="a stock smile") == [("subject", "against_brand")]
    assert kit.recipe("photorealistic").form.check({"subject": "a stock smile"}).notes == ()


def test_a_copy_that_will_be_enlarged_is_said_before_it_is_paid(kit: Kit) -> None:
    """Beside the channel, with the size that helps; with that size, nothing is said."""
    recipe = kit.recipe("social-post")
    values = {"subject": "a kayak", "channel": "story"}
    small, large = (
        kit.plan(recipe.render(values, settings={"size": size}), generator="gemini").items[0] for size in ("1K", "2K")
    )
    (note,) = small.notes
    assert (note.parameter, note.code) == ("channel", "enlarged_copy")
    assert "1080 × 1920 pixels" in note.message
    assert "Choose the size 2K" in note.message
    assert note.message in small.warnings
    assert large.notes == ()


def test_the_price_of_one_is_that_of_all_its_turns(kit: Kit) -> None:
    """Four of them cost four times as much, also where one of them is several pictures."""
    prompt = kit.recipe("storyboard").render_example(next(iter(kit.recipe("storyboard").examples)))
    for wanted in (prompt, kit.render("sticker", {"subject": "a fox"})):
        (item,) = kit.plan(Order(wanted, 4), generator="gemini").items
        once = item.price_once()
        assert once is not None
        assert abs((item.price() or 0) - 4 * once) < Decimal("0.00001")


def test_what_may_come_on_top_of_a_price_is_said(kit: Kit) -> None:
    """Thinking and searches are counted only afterwards; what is free has nothing on top."""
    prompt = kit.render("sticker", {"subject": "a fox"}, settings={"thinking": "high"})
    (item,) = kit.plan(prompt, generator="gemini").items
    assert "Thinking may add a little" in item.besides
    assert kit.plan(prompt, generator="proof").items[0].besides == ""


def test_a_parameter_may_be_spare_beside_a_picture(kit: Kit) -> None:
    """The words for a mark are not needed where a mask is painted, but what was written stays in sight."""
    field = kit.recipe("inpainting").form.field("mark")
    assert field.is_spare({"mask", "target"})
    assert not field.is_spare({"mask", "mark"})
    assert not field.is_spare({"target"})


def test_spare_beside_a_slot_that_is_not_there_is_a_problem(tree: MakeTree) -> None:
    """With the slot that was meant."""
    root = tree(**{"prompt-kit.yaml": "", "recipes/t.yaml": MASK.replace("hole", "maks"), "templates/t.j2": "Draw."})
    with pytest.raises(InputError, match="spare_with names 'maks', which is no reference slot. Did you mean 'mask'?"):
        load("t", library=Library(find_project(root)))


@pytest.mark.parametrize(
    ("language", "words", "noted"),
    [
        ("German", ["The best coffee of the town"], ["words"]),
        ("german", ["The best coffee of the town"], ["words"]),
        ("Italian", ["Freibad und Café mit Blick auf den See"], ["words"]),
        ("German", ["Freibad und Café mit Blick auf den See"], []),
        ("English and German", ["The best coffee of the town"], []),
        ("German", ["Fika & Friends", "La Casa Rosa"], []),
        ("", ["The best coffee of the town"], []),
    ],
)
def test_words_in_another_language_than_the_chosen_one_are_noted(
    kit: Kit, language: str, words: list[str], noted: list[str]
) -> None:
    """Only where small words show it; names and words without any say nothing."""
    values = {"subject": "a poster", "words": words, **({"language": language} if language else {})}
    checked = kit.recipe("social-post").form.check(values)
    assert [note.parameter for note in checked.notes if note.code == "other_language"] == noted
