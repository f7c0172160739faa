"""Choosing a recipe, filling it in, and making pictures, as people do it in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Route

    from browser.serving import Server
    from browser.visiting import View, Visitor

PAGES = {"gallery": "/", "form": "/make/product-mockup?example=branded-mugs", "empty-form": "/make/sticker?fresh=1"}

UNSEEN = """() => {
    const it = document.activeElement, drawn = it.closest(".drop") ?? it;
    const style = getComputedStyle(drawn), box = drawn.getBoundingClientRect();
    const seen = [[.5, .5], [.1, .1], [.9, .9], [.1, .9], [.9, .1]].some(([across, down]) => {
        const top = document.elementFromPoint(box.left + box.width * across, box.top + box.height * down);
        return top !== null && (drawn.contains(top) || top.contains(drawn));
    });
    const name = it.cloneNode(false).outerHTML.slice(0, 160);
    return [
        ...(parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none" ? [] : [`no outline: ${name}`]),
        ...(seen ? [] : [`covered: ${name}`]),
    ];
}"""
"""Returns why the element that has the focus is not seen, if it is not."""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits_each_screen(
    studio: Server, visitor: Visitor, view: View, axe: Callable[[Page], None], name: str
) -> None:
    """Axe has nothing against it, and nothing has to be scrolled sideways."""
    page = visitor.open(studio, PAGES[name], view=view)
    for fold in page.locator("details.fold > summary").all():
        if not fold.locator("..").get_attribute("open"):
            fold.click()
    visitor.shot(page, name)
    axe(page)


def test_what_is_typed_becomes_the_prompt_and_then_pictures(studio: Server, visitor: Visitor) -> None:
    """The prompt follows the words, their field is marked in it, and the pictures appear on the same page."""
    page = visitor.open(studio, "/make/sticker?fresh=1")
    page.get_by_label("The whole sticker").press_sequentially("a sleepy otter")
    expect(page.locator("#beside")).to_contain_text("Create a sticker of a sleepy otter.")
    expect(page.locator('#beside [data-from="subject"]')).to_have_text("a sleepy otter")
    page.get_by_label("Pictures", exact=True).fill("2")
    page.get_by_role("button", name="Make 2").click()
    expect(page.locator("#result")).to_contain_text("2 of 2 ready")
    expect(page.locator("#result .take img")).to_have_count(2)


def test_a_near_miss_is_mended_with_one_click(studio: Server, visitor: Visitor) -> None:
    """The problem stands at its field, and the repair is a button beside it."""
    page = visitor.open(studio, "/make/sticker?fresh=1")
    page.get_by_label("The whole sticker").fill("a fox")
    page.get_by_label("Style", exact=True).select_option("Something else, in your own words")
    page.get_by_label("Style, in your own words").fill("kawai")
    expect(page.locator("#said-style")).to_contain_text("is nearly the choice “Kawaii”")
    page.get_by_role("button", name="Take “kawaii”").or_(page.get_by_role("button", name="Take “Kawaii”")).click()
    expect(page.get_by_label("Style", exact=True)).to_have_value("kawaii")
    expect(page.locator("#beside")).to_contain_text("a fox")


def test_what_is_missing_gets_the_focus(studio: Server, visitor: Visitor) -> None:
    """Making an empty form makes nothing, and the summary leads to the field."""
    visitor.expect("422")
    page = visitor.open(studio, "/make/sticker?fresh=1")
    page.get_by_role("button", name="Make 4").click()
    expect(page.locator(".summary")).to_be_focused()
    page.locator(".summary a").click()
    expect(page.get_by_label("The whole sticker")).to_be_focused()


def test_a_link_followed_while_the_page_still_loads_leads_to_the_field(studio: Server, visitor: Visitor) -> None:
    """Who is faster than the script ends in the field all the same."""
    visitor.expect("422")
    page = visitor.open(studio, "/make/sticker?fresh=1")
    held: list[Route] = []
    page.route("**/studio.js*", lambda route: held.append(route))  # noqa: PLW0108 -- Playwright takes no built-in method
    page.get_by_role("button", name="Make 4").click(no_wait_after=True)
    page.locator(".summary a").click()
    page.wait_for_url("**#field-subject", wait_until="commit")
    held[0].continue_()
    page.wait_for_load_state("load")
    expect(page.get_by_label("The whole sticker")).to_be_focused()


def test_the_basic_job_works_without_scripts(studio: Server, visitor: Visitor) -> None:
    """A plain form post makes the pictures, and the page shows them once it is asked again."""
    page = visitor.open(studio, "/make/sticker?fresh=1", scripts=False)
    page.get_by_label("The whole sticker").fill("a sleepy otter")
    page.get_by_role("button", name="Make 1").click()
    expect(page.locator("#result article")).to_have_count(1)
    expect(page.locator("#beside")).to_contain_text("a sleepy otter")


@pytest.mark.parametrize("path", ["/", "/make/product-mockup?example=branded-mugs", "/history"])
def test_the_focus_is_always_seen(studio: Server, visitor: Visitor, path: str) -> None:
    """Whatever the Tab key leads to has an outline and lies under nothing."""
    page = visitor.open(studio, path)
    page.keyboard.press("Tab")
    hidden = []
    while not page.evaluate("document.activeElement === document.body"):
        hidden += page.evaluate(UNSEEN)
        page.keyboard.press("Tab")
    assert hidden == []
