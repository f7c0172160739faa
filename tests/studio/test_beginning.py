"""The first page and what leads on from it: the search, and what becomes of somebody's own photo."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from fakes import png
from test_recipe import PNG

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.kit import Kit

    from .asking import Page


def tiles(text: str) -> list[str]:
    """Return the names of the recipes that a page offers, in order."""
    return re.findall(r'class="tile" href="/make/([\w-]+)', text)


def own_photo(page: Page, name: str = "My candle.png", data: bytes = PNG) -> str:
    """Give a photo of somebody's own to the first page, and return what it says."""
    answer = page.client.post("/again", data={"form_token": page.form_token}, files={"file": (name, data)})
    return answer.text


def test_the_search_knows_what_recipes_are_used_for(page: Page) -> None:
    """The words of somebody who wants a picture lead to the recipe; nothing else stands there."""
    assert tiles(page.get("/?search=candle")) == ["product-mockup"]
    assert tiles(page.get("/?search=web+shop"))[0] == "product-mockup"


def test_where_nothing_fits_the_page_says_what_to_do(page: Page) -> None:
    """The nearest three, the recipe for anything, and a recipe of one's own."""
    text = page.get("/?search=xyzzy")
    assert len(tiles(text)) == 3
    assert "Nothing fits “xyzzy”" in text
    assert re.search(r"A recipe of your own asks for.*href=\"/write\"", text, re.DOTALL)


def test_programs_search_too(page: Page) -> None:
    """The API has the same search, and says what recipes are used for."""
    rows = page.client.get("/api/recipes?search=candle").json()
    assert [row["name"] for row in rows] == ["product-mockup"]
    assert "candle" in rows[0]["used_for"]


def test_six_things_at_the_most_are_offered_for_a_photo(page: Page) -> None:
    """Each with one line of what one gets; everything else that takes a photo is there behind one click."""
    text = own_photo(page)
    first, more = text.split("<details")[-2:] if text.count("<details") > 1 else text.split("<details")
    assert tiles(first) == [
        "background-swap",
        "inpainting",
        "element-edit",
        "product-mockup",
        "headshot",
        "style-transfer",
    ]
    assert "Your product, photographed anew for a shop or an advert." in first
    assert tiles(more)[0] == "restoration"
    assert "sticker" in tiles(more)
    assert not {*tiles(first)} & {*tiles(more)}


def test_what_somebody_used_last_comes_first_for_a_photo(page: Page) -> None:
    """People do the same to many photos."""
    page.get("/make/restoration?fresh=1")
    assert tiles(own_photo(page))[0] == "restoration"


@pytest.fixture
def own_presets(folder: Path) -> None:
    """Two presets of the project's own that say what becomes of a photo."""
    presets = folder / "recipes/presets"
    presets.mkdir()
    for name, place in (("ours", "with_photo_place: 5\n"), ("theirs", "")):
        preset = f"title: A {name}\nwith_photo: Like {name}.\n{place}extends: inpainting\n"
        (presets / f"{name}.yaml").write_text(preset, "utf-8")


@pytest.mark.usefixtures("own_presets")
def test_the_order_of_what_is_offered_for_a_photo_stands_in_the_files(page: Page) -> None:
    """What more people want has a smaller number; a file without a number comes after those that have one."""
    first, more = own_photo(page).split("<details")[-2:]
    assert tiles(first)[:3] == ["ours", "background-swap", "inpainting"]
    assert tiles(more)[:3] == ["style-transfer", "restoration", "theirs"]


def test_a_photo_keeps_its_name(page: Page, kit: Kit) -> None:
    """On the page, in the form, and among the uploads."""
    text = own_photo(page, "Grandma 1961.png")
    assert "<figcaption>Grandma 1961.png</figcaption>" in text
    (key,) = {*re.findall(r"picture=([\w-]+)&", text)}
    assert kit.uploads.get(key).name == "Grandma 1961.png"
    assert "Grandma 1961.png" in page.get(f"/make/restoration?picture={key}&slot=picture")


def test_the_settings_of_a_run_bring_a_photo_under_the_name_that_its_owner_knows(page: Page, kit: Kit) -> None:
    """A program may have sent the same photo under a name of its own."""
    data = png((64, 48), "#1122cc")
    own_photo(page, "Grandma 1961.png", data)
    values = {"target": "the sofa", "new_look": "red", "change": "swap"}
    folder = kit.generate(kit.render("inpainting", values, references={"picture": data})).folder
    assert folder is not None
    text = page.get(f"/make/inpainting?run={folder.parent.name}/{folder.name}")
    assert 'class="picture-name">Grandma 1961.png<' in text
    assert [upload.name for upload in kit.uploads.list()] == ["Grandma 1961.png"]


def test_the_words_for_a_mark_are_hidden_beside_a_mask(page: Page) -> None:
    """The mask stands right after its picture, and painting is the first thing there."""
    plain, masked = (page.get(f"/make/inpainting?{asked}") for asked in ("fresh=1", "example=exact-sofa"))
    assert not re.search(r'id="field-mark"[^>]*data-unasked', plain)
    assert re.search(r'id="field-mark"[^>]*data-unasked', masked)
    assert re.findall(r'data-slot="(\w+)"', masked)[:2] == ["picture", "mask"]


def test_formats_say_what_they_are_used_for(page: Page) -> None:
    """Somebody who makes a picture for a web shop need not know its ratio."""
    assert re.search(r'<option value="1:1">1:1 – square: web shop', page.get("/make/product-mockup?fresh=1"))
