"""From the first page to the downloaded picture, for somebody who has never seen it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import expect

from browser.test_uploads import GIVEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from browser.serving import Server
    from browser.visiting import View, Visitor

SCROLLED = """() => [...document.querySelectorAll("main *")].filter(it =>
    !it.matches("textarea, .hidden") && /auto|scroll/.test(getComputedStyle(it).overflowY) && it.scrollHeight > it.clientHeight + 1
).map(it => it.outerHTML.slice(0, 80))"""
"""Returns what has a scrollbar of its own."""


@pytest.fixture
def candle(tmp_path: Path) -> Path:
    """A photo on somebody's disk."""
    path = tmp_path / "My candle.png"
    Image.new("RGB", (400, 500), (200, 160, 90)).save(path)
    return path


def test_from_a_word_to_the_downloaded_picture(studio: Server, visitor: Visitor) -> None:
    """Search, one field, one button, one download: no page in between."""
    page = visitor.open(studio)
    page.get_by_role("searchbox").press_sequentially("candle")
    tiles = page.locator("#groups .tile")
    expect(tiles).to_have_count(1)
    tiles.click()
    page.get_by_label("The whole photograph").fill("a beeswax candle in an amber glass")
    page.get_by_role("button", name="Try one").click()
    with page.expect_download() as download:
        page.locator("#result").get_by_role("link", name="Download").first.click()
    assert download.value.path().stat().st_size > 1_000


def test_a_search_that_nothing_fits_offers_what_is_near(studio: Server, visitor: Visitor) -> None:
    """While typing, and the page says it to screen readers, too."""
    page = visitor.open(studio)
    page.get_by_role("searchbox").press_sequentially("xyzzy")
    expect(page.locator("#groups [role=status]")).to_contain_text("Nothing fits “xyzzy”")
    expect(page.locator("#groups .tile")).to_have_count(3)


def test_a_photo_becomes_what_somebody_chooses(
    studio: Server, visitor: Visitor, candle: Path, view: View, axe: Callable[[Page], None]
) -> None:
    """It stands in the form under its own name."""
    page = visitor.open(studio, view=view)
    page.locator("[data-again] input[type=file]").set_input_files(candle)
    expect(page.get_by_role("heading", level=1)).to_have_text("What shall become of your photo?")
    expect(page.locator(".cards:visible .tile")).to_have_count(6)
    axe(page)
    visitor.shot(page, "own-photo")
    page.get_by_role("link", name=re.compile("Product photograph")).click()
    expect(page.locator("#field-product_photo .picture-name")).to_have_text("My candle.png")


def test_painting_begins_at_the_dropped_photo(studio: Server, visitor: Visitor) -> None:
    """The button is right below it, and once something is painted, nobody is asked how it is marked."""
    page = visitor.open(studio, "/make/inpainting?fresh=1")
    expect(page.locator("#field-mark")).to_be_visible()
    page.evaluate(GIVEN, ["drop", "#field-picture .drop", "room.png"])
    expect(page.locator("#field-picture .picture-name")).to_have_text("room.png")
    assert page.locator("[data-slot]").evaluate_all("all => all.slice(0, 2).map(it => it.dataset.slot)") == [
        "picture",
        "mask",
    ]
    page.get_by_role("button", name="Paint what may change").click()
    page.locator(".mask-box summary").click()
    page.get_by_role("button", name="Paint this rectangle").click()
    page.get_by_role("button", name="Use this mask").click()
    expect(page.locator("#field-mark")).to_be_hidden()
    page.get_by_label("Remove mask.png").click()
    expect(page.locator("#field-mark")).to_be_visible()


def test_the_proof_says_what_it_is_and_opens_large(
    studio: Server, visitor: Visitor, axe: Callable[[Page], None]
) -> None:
    """Words stand where it is still to come; Escape leads back to it."""
    page = visitor.open(studio, "/make/sticker?fresh=1")
    page.locator("#proof summary").click()
    expect(page.locator("#proof .skeleton")).to_have_text(
        "The proof is drawn here once everything required is filled in."
    )
    page.get_by_label("The whole sticker").fill("a fox")
    small = page.get_by_role("button", name="Open it large")
    expect(small).to_be_visible()
    expect(page.locator("#proof .skeleton")).to_be_hidden()
    small.click()
    large = page.locator("#proof-large")
    expect(large.locator("img")).to_have_js_property("complete", value=True)
    axe(page)
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()
    expect(small).to_be_focused()


def test_a_page_has_one_scrollbar(studio: Server, visitor: Visitor) -> None:
    """What stands beside the form scrolls with the page, and its end is reached before that of the form."""
    page = visitor.open(studio, "/make/comic?example=rainbow")
    page.locator("#proof summary").click()
    expect(page.locator(".proof-open")).to_be_visible()
    assert page.evaluate(SCROLLED) == []
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#result")).to_be_in_viewport()
