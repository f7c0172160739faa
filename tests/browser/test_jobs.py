"""The main jobs in a browser, with a provider's server: pictures come by and by, fail, are stopped, and outlive the studio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gemini_replies import blocked, picture
from playwright.sync_api import expect

from browser import serving
from browser.visiting import View, opening

if TYPE_CHECKING:
    from collections.abc import Callable

    from gemini_server import GeminiServer
    from playwright.sync_api import Page

    from browser.holding import HeldAnswers
    from browser.serving import Command, Server
    from browser.visiting import Visitor

FORM = "/make/sticker?fresh=1"


def one_at_a_time(port: int) -> Command:
    """Return the command for a studio that sends a request only when the last is answered."""
    return [*serving.studio(port), "--concurrency", "1"]


def fill(page: Page, count: int, subject: str = "a sleepy otter") -> None:
    """Fill in the form, and wait until the page shows the prompt."""
    page.get_by_label("The whole sticker").fill(subject)
    page.get_by_label("Pictures", exact=True).fill(str(count))
    expect(page.locator("#beside")).to_contain_text(f"Create a sticker of {subject}.")


def make(page: Page, count: int, subject: str = "a sleepy otter") -> None:
    """Fill in the form, and order the pictures."""
    fill(page, count, subject)
    page.get_by_role("button", name=f"Make {count}").click()


def paid(google: GeminiServer) -> int:
    """Return how many pictures the provider was asked for."""
    return sum(asked.task == "generateContent" for asked in google.requests)


def test_pictures_appear_one_by_one(held: HeldAnswers, studio: Server, visitor: Visitor) -> None:
    """Each as soon as it is there, without anything being clicked; whoever reloads meanwhile sees the same."""
    page = visitor.open(studio, FORM)
    make(page, 2)
    pictures = page.locator("#result .take img")
    expect(page.locator("#result")).to_contain_text("Being made: 0 of 2")
    held.let_go()
    expect(pictures).to_have_count(1)
    page.reload()
    expect(page.locator("#result")).to_contain_text("Being made: 1 of 2")
    expect(pictures).to_have_count(1)
    held.let_go()
    expect(pictures).to_have_count(2)
    expect(page.locator("#result")).to_contain_text("2 of 2 ready")


def test_a_refusal_stands_beside_the_finished_pictures(google: GeminiServer, studio: Server, visitor: Visitor) -> None:
    """It says why there is no picture; the others are there."""
    google.next(picture(), blocked())
    page = visitor.open(studio, FORM)
    make(page, 2)
    expect(page.locator("#result")).to_contain_text("1 of 2 ready")
    expect(page.locator("#result .take img")).to_have_count(1)
    expect(page.locator("#result .take-failed")).to_contain_text("Refused by the provider")
    expect(page.locator("#result .take-failed .help")).to_contain_text("safety rules stopped it")
    expect(page.locator("#result .note")).to_contain_text("try again")


def test_a_double_click_is_one_order(google: GeminiServer, studio: Server, visitor: Visitor) -> None:
    """Whoever is not sure that the button was hit pays once."""
    page = visitor.open(studio, FORM)
    fill(page, 1)
    page.get_by_role("button", name="Make 1").dblclick()
    expect(page.locator("#result")).to_contain_text("1 of 1 ready")
    page.reload()
    expect(page.locator("#result article")).to_have_count(1)
    assert paid(google) == 1


def test_what_is_stopped_keeps_what_is_there(
    google: GeminiServer, held: HeldAnswers, serve: Callable[[Callable[[int], Command]], Server], visitor: Visitor
) -> None:
    """What was on its way may be paid, what was not sent costs nothing, and each says so."""
    page = visitor.open(serve(one_at_a_time), FORM)
    make(page, 3)
    held.let_go()
    held.wait_for(2)
    expect(page.locator("#result .take img")).to_have_count(1)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#result")).to_contain_text("Stopped: 1 of 3 ready")
    expect(page.locator("#result .take-lost")).to_contain_text("We do not know whether the provider counted it")
    expect(page.locator("#result .take-stopped")).to_contain_text("Nothing was sent for this one.")
    assert paid(google) == 2


def test_an_order_outlives_the_studio(
    google: GeminiServer, held: HeldAnswers, serve: Callable[[Callable[[int], Command]], Server], visitor: Visitor
) -> None:
    """Killed with a request on its way: what is there stays, what was not sent goes on, what may be paid is asked for."""
    visitor.expect("ERR_|403|htmx")
    studio = serve(one_at_a_time)
    page = visitor.open(studio, FORM)
    make(page, 3)
    held.let_go()
    held.wait_for(2)
    expect(page.locator("#result .take img")).to_have_count(1)
    studio.kill()
    expect(page.locator("#offline")).to_be_visible()
    studio.start()
    page.goto(opening(studio, "/make/sticker"))
    held.let_go(2)  # that of the killed studio, and the one that had not been sent
    held.wait_for(1)
    expect(page.locator("#result")).to_contain_text("Please decide")
    expect(page.locator("#result .take img")).to_have_count(2)
    expect(page.locator("#result .take-lost")).to_contain_text("We do not know whether the provider counted it")
    assert paid(google) == 3
    held.let_go()
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("#result")).to_contain_text("3 of 3 ready")
    assert paid(google) == 4


def test_what_is_typed_outlives_a_lost_connection(studio: Server, visitor: Visitor) -> None:
    """The browser keeps all of it until the studio has it, and says so."""
    visitor.expect("ERR_|403|htmx")
    page = visitor.open(studio, FORM)
    fill(page, 1)
    studio.kill()
    page.get_by_label("The whole sticker").fill("a brave otter")
    for number, words in enumerate(("asleep", "waving"), 1):
        page.get_by_label(f"Several on one sheet {number}").fill(words)
    expect(page.locator("#offline")).to_contain_text("What you typed is kept")
    studio.start()
    page.goto(opening(studio, page.url))
    expect(page.get_by_label("The whole sticker")).to_have_value("a brave otter")
    expect(page.get_by_label("Several on one sheet 2")).to_have_value("waving")
    expect(page.locator("#beside")).to_contain_text("waving")


def test_a_form_of_before_a_restart_says_how_to_go_on(studio: Server, visitor: Visitor) -> None:
    """The studio was opened anew in another tab; the old tab loses nothing."""
    visitor.expect("ERR_|403|htmx")
    page = visitor.open(studio, FORM)
    studio.kill()
    studio.start()
    page.context.new_page().goto(studio.address)
    page.get_by_label("The whole sticker").fill("a brave otter")
    expect(page.locator("#offline")).to_contain_text("reload this page")
    page.reload()
    expect(page.get_by_label("The whole sticker")).to_have_value("a brave otter")
    expect(page.locator("#beside")).to_contain_text("Create a sticker of a brave otter.")


def test_a_second_tab_shows_the_same(held: HeldAnswers, studio: Server, visitor: Visitor) -> None:
    """It follows the order that was placed in the first."""
    page = visitor.open(studio, FORM)
    fill(page, 1)
    second = page.context.new_page()
    second.goto(page.url)
    page.get_by_role("button", name="Make 1").click()
    expect(second.locator("#result")).to_contain_text("Being made: 0 of 1")
    held.let_go()
    for tab in (page, second):
        expect(tab.locator("#result .take img")).to_have_count(1)


def test_two_people_keep_out_of_each_others_way(studio: Server, visitor: Visitor) -> None:
    """Each has a name, a form and pictures of their own."""
    pages = {}
    for name, subject in (("Ann", "a sleepy otter"), ("Bo", "a brave fox")):
        pages[name] = page = visitor.open(studio, FORM)
        page.locator(".who summary").click()
        page.get_by_label("Who are you?").fill(name)
        page.get_by_role("button", name="Keep", exact=True).click()
        expect(page.locator(".who summary")).to_have_text(name)
        page.goto(f"{studio.origin}{FORM}")
        make(page, 1, subject)
    for name, subject in (("Ann", "a sleepy otter"), ("Bo", "a brave fox")):
        expect(pages[name].locator("#result")).to_contain_text("1 of 1 ready")
        pages[name].goto(f"{studio.origin}/make/sticker")
        expect(pages[name].get_by_label("The whole sticker")).to_have_value(subject)
        expect(pages[name].locator("#result article")).to_have_count(1)


def test_the_basic_job_works_on_a_phone(studio: Server, visitor: Visitor) -> None:
    """By touch, in one column."""
    page = visitor.open(studio, FORM, view=View("phone"))
    fill(page, 1)
    page.get_by_role("button", name="Make 1").tap()
    expect(page.locator("#result .take img")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
