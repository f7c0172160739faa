"""History, spending, review and shared links in a browser: by keyboard, by axe, and without JavaScript."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from kept_runs import NOON, kept
from playwright.sync_api import expect

from prompt_kit.kit import Kit
from prompt_kit.record.shares import add_share

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from browser.serving import Server
    from browser.visiting import View, Visitor


@pytest.fixture
def kit(project: Path) -> Kit:
    """A project with two runs that wait, an approved picture, and a link to it."""
    runs = project / "runs"
    kept(runs, recipe="sticker", pictures=2, person="Ann")
    kept(runs, recipe="logo", at=NOON - timedelta(hours=1))
    old = kept(runs, recipe="sticker", at=NOON - timedelta(days=1), person="Ben")
    kit = Kit(project)
    kit.review(old, "01.png", "comment", person="Ann", reason="A little warmer?")
    kit.review(old, "01.png", "approve", person="Ann")
    add_share(runs, [old / "01.png"], with_prompt=True, person="Ann")
    return kit


INSIDE = """() => {
    const box = document.querySelector(".sizes-menu .card").getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight;
}"""
"""Whether the menu of sizes stands within the window."""


def focused(page: Page) -> str:
    """Return the number and recipe of the picture that has the focus, or the name of the field."""
    return str(page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.name"))


def test_every_page_is_free_of_violations(
    kit: Kit, studio: Server, visitor: Visitor, view: View, axe: Callable[[Page], None]
) -> None:
    """On both screens, in both themes, with everything unfolded but menus, and nothing is wider than the screen."""
    token = next((kit.project.runs_folder / "shares").iterdir()).stem
    addresses = ("/history", "/history?words=nothing", "/spending", "/review", "/review?state=approved", "/shares")
    for address in (*addresses, f"/shares/{token}", f"/share/{token}", "/review?state=rejected"):
        page = visitor.open(studio, address, view=view)
        page.evaluate("document.querySelectorAll('main details:not(.menu)').forEach((part) => { part.open = true; })")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        name = address.strip("/").replace(token, "token").replace("/", "-").replace("?", "-").replace("=", "-")
        visitor.shot(page, f"archive-{name}-{view}")


def test_reviewing_by_the_keyboard_alone(kit: Kit, studio: Server, visitor: Visitor) -> None:
    """Move, approve, reject with a reason; the next picture has the focus each time, and typing is only typing."""
    page = visitor.open(studio, "/review")
    expect(page.locator("#waiting-count")).to_contain_text("3")
    page.keyboard.press("j")
    assert focused(page) == "Picture 1 of Sticker or icon"
    page.keyboard.press("a")
    expect(page.locator("#said")).to_have_text("Approved: picture 1 of Sticker or icon.")
    assert focused(page) == "Picture 2 of Sticker or icon"
    page.keyboard.press("r")
    assert focused(page) == "reason"
    page.keyboard.type("a jar")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#said")).to_have_text("Rejected: picture 2 of Sticker or icon.")
    assert focused(page) == "Picture 1 of Logo"
    page.keyboard.press("k")
    assert focused(page) == "Picture 2 of Sticker or icon"
    expect(page.locator("#waiting-count")).to_contain_text("1")
    said = {(past.name, past.state, past.reason) for past in kit.pictures(recipe="sticker").pictures}
    assert said == {("01.png", "approved", ""), ("02.png", "rejected", "a jar")}


def test_a_rejection_without_a_reason_leads_to_the_reason(kit: Kit, studio: Server, visitor: Visitor) -> None:
    """The sentence stands at the field, and the field has the focus."""
    visitor.expect("422")
    page = visitor.open(studio, "/review")
    page.get_by_role("button", name="Reject").first.click()
    expect(page.get_by_text("Say why the picture is rejected.")).to_be_visible()
    expect(page.get_by_label("Reason or comment").first).to_be_focused()
    assert not kit.pictures(review="rejected").total


def test_a_verdict_on_the_page_of_a_run_stays_in_sight(kit: Kit, studio: Server, visitor: Visitor) -> None:
    """The sentence stands in the card, is read aloud, and the keyboard is where it was."""
    run = kit.pictures(recipe="sticker", review="waiting").pictures[0].run
    page = visitor.open(studio, f"/runs/{run}")
    page.get_by_role("button", name="Approve").first.press("Enter")
    expect(page.locator(".case .case-verdict").first).to_have_text("Approved")
    expect(page.locator("#said")).to_have_text("Approved: picture 1 of Sticker or icon.")
    expect(page.locator("[data-case]").first).to_be_focused()
    assert kit.pictures(review="approved").total == 2


@pytest.mark.usefixtures("kit")
def test_an_approved_picture_is_downloaded_in_the_review(
    studio: Server, visitor: Visitor, view: View, axe: Callable[[Page], None]
) -> None:
    """As it is with one click, and in the size of a channel from the menu, which stays within the window."""
    page = visitor.open(studio, "/review?state=approved", view=view)
    with page.expect_download() as kept:
        page.get_by_role("link", name="Download picture 1 of Sticker or icon").click()
    assert kept.value.suggested_filename.endswith("-01.png")
    expect(page.locator("#saved")).to_have_text(f"Saved as {kept.value.suggested_filename}")
    page.locator("main").evaluate("main => main.append(document.createElement('hr'))")
    page.locator("main hr").evaluate("end => { end.style.marginTop = '200vh'; }")
    button, story = page.locator(".sizes-menu summary"), page.get_by_role("link", name="Story, reel or short")
    for where in ("end", "start"):  # at the lower edge of the window it opens upwards
        button.evaluate(
            "(it, block) => { it.style.scrollMargin = '5rem 0 1rem'; it.scrollIntoView({ block }); }", where
        )
        button.click()
        expect(story).to_be_visible()
        page.wait_for_function(INSIDE)
        if where == "end":
            page.keyboard.press("Escape")
            expect(story).to_be_hidden()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with page.expect_download() as copy:
        story.click()
    assert copy.value.suggested_filename.endswith("-story.jpg")
    expect(page.locator("#saved")).to_have_text(f"Saved as {copy.value.suggested_filename}")
    assert page.locator("#saved").evaluate("it => it.parentElement.getAttribute('role')") == "status"


def test_the_keys_can_be_turned_off_for_good(kit: Kit, studio: Server, visitor: Visitor) -> None:
    """Whoever speaks to the computer or uses other keys is not surprised by ours."""
    page = visitor.open(studio, "/review")
    page.get_by_text("Keys", exact=True).click()
    page.get_by_label("Use these keys").uncheck()
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement === document.body")
    assert kit.pictures(review="approved").total == 1


def test_everything_works_without_javascript(kit: Kit, studio: Server, visitor: Visitor) -> None:
    """Approve, share and withdraw by plain forms."""
    page = visitor.open(studio, "/review", scripts=False)
    page.get_by_role("button", name="Approve").first.click()
    assert page.url.startswith(f"{studio.origin}/review?")
    assert kit.pictures(review="approved").total == 2
    page.get_by_label("Choose picture 2 of Sticker or icon for a link").check()
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The link is ready")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("It shows nothing any more.")).to_be_visible()


@pytest.mark.usefixtures("kit")
def test_show_more_goes_on_at_the_end_and_keeps_the_focus_there(
    project: Path, studio: Server, visitor: Visitor
) -> None:
    """Runs are added below those that are shown, and the keyboard is where it was."""
    for number in range(50):
        kept(project / "runs", recipe="fox", at=NOON - timedelta(hours=number + 30))
    page = visitor.open(studio, "/history")
    expect(page.locator(".runs .tile")).to_have_count(24)
    page.get_by_role("link", name="Show more").press("Enter")
    expect(page.locator(".runs .tile")).to_have_count(48)
    expect(page.get_by_role("link", name="Show more")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".runs .tile")).to_have_count(53)
    expect(page.get_by_role("link", name="Show more")).to_have_count(0)
