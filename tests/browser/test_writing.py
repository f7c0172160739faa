"""Writing recipes as people do it in a browser, while others make pictures with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from browser.serving import Server
    from browser.visiting import View, Visitor

MINE = """\
title: Mine
task: create
parameters:
  subject: {type: text, title: Subject, required: true}
examples:
  otter: {values: {subject: an otter}}
"""

PAGES = {
    "list": "/write",
    "own": "/write/recipes/mine",
    "built-in": "/write/recipes/storyboard",
    "new": "/write/new?kind=recipe&name=fresh&way=copy&base=logo",
    "on-top": "/write/new?kind=recipe&name=fresh&way=extend&base=storyboard",
    "template": "/write/templates/_notes.j2",
    "api": "/api",
}


def template(page: Page) -> Locator:
    """Return the text of the template, once its tab is open."""
    page.get_by_role("tab", name="templates/mine.j2").click()
    return page.locator("#text-1")


@pytest.fixture(autouse=True)
def mine(project: Path) -> None:
    """The project has a recipe of its own."""
    for folder in ("recipes", "templates"):
        (project / folder).mkdir()
    (project / "recipes/mine.yaml").write_text(MINE, "utf-8")
    (project / "templates/mine.j2").write_text("Draw {{ subject }}.\n", "utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fits_each_screen(
    studio: Server, visitor: Visitor, view: View, axe: Callable[[Page], None], name: str
) -> None:
    """Axe has nothing against it, with problems and differences open, and nothing has to be scrolled sideways."""
    page = visitor.open(studio, PAGES[name], view=view)
    if name == "own":
        template(page).fill("Paint {{ subjekt }}.")
        expect(page.locator("#problems")).to_contain_text("Did you mean 'subject'?")
        expect(page.get_by_label("Save although it is broken")).to_be_visible()
    page.evaluate("document.querySelectorAll('main details:not(.menu)').forEach(fold => { fold.open = true; })")
    expect(page.locator("h1")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visitor.shot(page, f"write-{name}")
    axe(page)


def test_a_recipe_is_changed_while_a_colleague_makes_pictures_with_it(studio: Server, visitor: Visitor) -> None:
    """The author sees the difference and saves it; the colleague's pictures keep the words with which they began."""
    colleague = visitor.open(studio, "/make/mine?fresh=1")
    author = visitor.open(studio, "/write/recipes/mine")
    colleague.get_by_label("Subject").fill("a lighthouse")
    template(author).fill("Paint {{ subject }}.")
    expect(author.locator("#changes ins")).to_have_text("Paint")
    tops = author.locator("#changes :is(del, ins)").evaluate_all("all => all.map(it => it.getBoundingClientRect().top)")
    assert tops == [tops[0]] * 2  # they stand in one sentence
    expect(author.locator("#shown-prompt")).to_contain_text("Paint an otter.")
    expect(author.locator("#saving")).to_contain_text("1 of 1 prompt differs")
    colleague.get_by_role("button", name="Make 4").click()
    author.get_by_role("button", name="Save", exact=True).click()
    expect(author.get_by_text("Saved.")).to_be_visible()
    expect(colleague.locator("#result")).to_contain_text("4 of 4 ready")
    colleague.goto(f"{studio.origin}/history")
    colleague.locator('main a[href^="/runs/"]').first.click()
    colleague.get_by_role("link", name="What was asked, with the prompt").click()
    expect(colleague.locator("main")).to_contain_text("Draw a lighthouse.")
    colleague.goto(f"{studio.origin}/make/mine?last=1")
    expect(colleague.locator("#beside")).to_contain_text("Paint a lighthouse.")


def test_problems_lead_to_their_lines_by_keyboard_alone(studio: Server, visitor: Visitor) -> None:
    """Tab inserts spaces, Escape and Tab leaves the text, and a problem's place brings the cursor to it."""
    page = visitor.open(studio, "/write/recipes/mine")
    area = page.locator("#text-0")
    area.focus()
    page.keyboard.press("Control+End")
    page.keyboard.press("Tab")
    page.keyboard.type("fox: {valu: {}}")
    page.keyboard.press("Enter")
    expect(area).to_have_value(f"{MINE}  fox: {{valu: {{}}}}\n  ")
    place = page.get_by_role("link", name="recipes/mine.yaml:7:9")
    expect(place).to_be_visible()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(area).not_to_be_focused()
    page.get_by_role("tab").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#text-1")).to_be_visible()
    place.focus()
    page.keyboard.press("Enter")
    expect(area).to_be_focused()
    assert area.evaluate("area => area.value.slice(area.selectionStart)").startswith("valu:")
    expect(page.locator("#panel-0 .lines .at")).to_have_text("7")
    expect(page.locator("#panel-0 .lines .breaks")).to_have_text("7")


def test_a_recipe_is_changed_and_saved_by_keyboard_alone(studio: Server, visitor: Visitor, project: Path) -> None:
    """What is saved says so, until the next change."""
    page = visitor.open(studio, "/write/recipes/mine")
    page.locator("#text-0").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("  hen: {values: {subject: a hen}}")
    expect(page.locator("#state")).to_have_text("Not saved yet.")
    expect(page.locator("#saving")).to_contain_text("1 of 2 prompts differs")
    page.keyboard.press("Control+s")
    expect(page.locator("#state")).to_contain_text("Saved.")
    assert (project / "recipes/mine.yaml").read_text("utf-8") == f"{MINE}  hen: {{values: {{subject: a hen}}}}"
    expect(page.locator("#text-0")).to_be_focused()
    page.keyboard.type(" ")
    expect(page.locator("#state")).to_have_text("Not saved yet.")
    assert page.locator("#text-0").input_value().endswith("{subject: a hen}} ")


def test_nothing_is_saved_before_its_difference_is_shown(studio: Server, visitor: Visitor, project: Path) -> None:
    """Whoever saves while the difference is on its way stays where they are, and saves again."""
    page = visitor.open(studio, "/write/recipes/mine")
    text = template(page)
    text.evaluate(
        """text => {
            text.value = "Paint {{ subject }}.";
            text.dispatchEvent(new Event("input", {bubbles: true}));
            text.form.requestSubmit(text.form.querySelector(".primary"));
        }"""
    )
    expect(page.locator("#state")).to_have_text("Not saved yet: look at what changes, and save again.")
    expect(page.locator("#changes ins")).to_have_text("Paint")
    assert (project / "templates/mine.j2").read_text("utf-8") == "Draw {{ subject }}.\n"
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#state")).to_contain_text("Saved.")
    expect(page.locator("#text-1")).to_be_visible()
    assert (project / "templates/mine.j2").read_text("utf-8") == "Paint {{ subject }}."


def test_text_problems_and_prompt_are_in_view_together(studio: Server, visitor: Visitor) -> None:
    """On a window of 1280×800, nothing of them has to be scrolled to, and long lines wrap."""
    page = visitor.open(studio, "/write/recipes/mine")
    template(page).fill("Paint {{ subjekt }}.\n" + "{# a long line #}" * 40)
    expect(page.locator("#problems")).to_contain_text("Did you mean 'subject'?")
    for part in ("#text-1", "#problems .breaks", "#shown-prompt [data-prompt]", "#write .primary"):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800, part
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert page.locator("#text-1").evaluate("area => area.scrollWidth <= area.clientWidth")
    first, second = page.locator("#panel-1 .lines span").evaluate_all("all => all.map(line => line.offsetHeight)")
    assert second >= 2 * first


def test_lines_keep_their_numbers_where_they_wrap(studio: Server, visitor: Visitor) -> None:
    """What stands beside a text is as high as the text, and a problem far below is still brought into view."""
    page = visitor.open(studio, "/write/recipes/mine")
    lines = [*["{# " + "several words " * number + "#}" for number in range(60)], "Paint {{ subjekt }}."]
    text = template(page)
    text.fill("\n".join(lines))
    heights = "area => [area.scrollHeight, area.previousElementSibling.scrollHeight]"
    whole, beside = text.evaluate(heights)
    assert abs(whole - beside) <= 2
    text.evaluate("area => { area.scrollTop = 0; }")
    page.get_by_role("link", name="mine.j2:61").first.click()
    line = page.locator("#panel-1 .lines .at").bounding_box()
    box = text.bounding_box()
    assert line
    assert box
    assert box["y"] <= line["y"] <= box["y"] + box["height"]


def test_a_new_file_begins_with_one_of_its_kind(studio: Server, visitor: Visitor) -> None:
    """The list has only what the chosen kind can stand on; without scripts, it says which is which."""
    page = visitor.open(studio, "/write")
    groups = page.locator("#new-base optgroup")
    assert groups.evaluate_all("all => all.map(it => it.label)") == ["Recipes"]
    page.get_by_label("What", exact=True).select_option("strategy")
    assert groups.evaluate_all("all => all.map(it => it.label)") == ["Strategies"]
    assert page.get_by_label("Which other one").input_value() == ""
    plain = visitor.open(studio, "/write", scripts=False)
    assert plain.locator("#new-base optgroup").count() == 3


def test_the_last_prompt_that_worked_stays_and_says_that_it_is_old(studio: Server, visitor: Visitor) -> None:
    """Whoever breaks the template still sees of what; once it is mended, the prompt is the new one."""
    page = visitor.open(studio, "/write/recipes/mine")
    template(page).fill("Paint {{ subject }}.")
    expect(page.locator("#shown-prompt")).to_contain_text("Paint an otter.")
    template(page).fill("Paint {{ subject }")
    expect(page.locator("#shown-prompt")).to_contain_text("Old: the last prompt that worked.")
    expect(page.locator("#shown-prompt [data-prompt]")).to_have_text("Paint an otter.")
    template(page).fill("Paint {{ subject }} in oil.")
    expect(page.locator("#shown-prompt")).to_contain_text("Paint an otter in oil.")
    expect(page.locator("#shown-prompt")).not_to_contain_text("Old:")


def test_a_recipe_is_changed_without_scripts(studio: Server, visitor: Visitor, project: Path) -> None:
    """The first Save shows the difference, the second keeps it."""
    page = visitor.open(studio, "/write/recipes/mine", scripts=False)
    page.get_by_label("templates/mine.j2").fill("Paint {{ subject }}.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#changes ins")).to_have_text("Paint")
    assert (project / "templates/mine.j2").read_text("utf-8") == "Draw {{ subject }}.\n"
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert (project / "templates/mine.j2").read_text("utf-8") == "Paint {{ subject }}."


def test_the_example_that_is_chosen_stays_while_typing(studio: Server, visitor: Visitor) -> None:
    """A new example can be chosen as soon as it is typed, and its prompt follows the template."""
    page = visitor.open(studio, "/write/recipes/mine")
    page.locator("#text-0").fill(f"{MINE}  hen: {{values: {{subject: a hen}}}}\n")
    expect(page.locator("#example option")).to_have_count(2)
    page.get_by_label("Example", exact=True).select_option("Hen")
    expect(page.locator("#shown-prompt")).to_contain_text("Draw a hen.")
    template(page).fill("Paint {{ subject }}.")
    expect(page.locator("#shown-prompt")).to_contain_text("Paint a hen.")
    expect(page.get_by_label("Example", exact=True)).to_have_value("recipe/mine/hen")
    page.get_by_label("Example", exact=True).select_option("Otter")
    expect(page.locator("#shown-prompt")).to_contain_text("Paint an otter.")
    template(page).fill("Paint {{ subject }}{{ ' on eggs' if subject == 'a hen' }}.")
    page.get_by_role("button", name="Its prompt of hen").click()
    expect(page.locator("#shown-prompt")).to_contain_text("Paint a hen on eggs.")
