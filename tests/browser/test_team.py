"""A team at one studio: each in a browser of their own, at the same time, by name, and by the keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from badges import BADGE
from kept_runs import kept
from playwright.sync_api import expect

from browser import serving
from browser.test_writing import template
from prompt_kit.kit import Kit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import MakeTree
    from gemini_server import GeminiServer
    from playwright.sync_api import Page

    from browser.holding import HeldAnswers
    from browser.serving import Command, Server
    from browser.visiting import View, Visitor

    Start = Callable[[Callable[[int], Command]], Server]

TOKENS: Final = {name: name * 8 for name in ("anna", "cleo", "zora")}
"""What opens the studio for each person: anna writes and approves, zora approves, cleo makes pictures."""

TEAM: Final = """\
    recipes: recipes
    team:
      write: [anna]
      approve: [anna, zora]
      highest_tier: standard
      largest_size: 1K
      budget: {everyone: 5}
      settings: {aspect_ratio: "1:1"}
      values: {style: tin}
    """


def for_a_team(port: int) -> Command:
    """Return the command for a studio with a token for each person, which sends a request when the last is answered."""
    return [*serving.studio(port), "--token-file", "tokens.txt", "--concurrency", "1"]


@pytest.fixture
def project(tree: MakeTree) -> Path:
    """A project with a policy for a team and a recipe of its own."""
    tokens = "".join(f"{name} {token}\n" for name, token in TOKENS.items())
    return tree(**BADGE, **{"prompt-kit.yaml": TEAM, "tokens.txt": tokens, "recipes/mine.yaml": MINE, **TEMPLATE})


MINE: Final = """\
    title: Mine
    parameters:
      subject: {type: text, title: Subject, required: true}
    examples:
      otter: {values: {subject: an otter}}
    """
TEMPLATE: Final = {"templates/mine.j2": "Draw {{ subject }}.\n"}


@pytest.fixture
def opened(serve: Start, visitor: Visitor) -> Callable[..., Page]:
    """Opens a page of the team's studio, which is started for the first of them, in a browser of a person's own."""
    servers: list[Server] = []

    def open_page(name: str, path: str, view: View | None = None) -> Page:
        if not servers:
            servers.append(serve(for_a_team))
        return visitor.open(servers[0], f"{path}{'&' if '?' in path else '?'}token={TOKENS[name]}", view=view)

    return open_page


def words_of(google: GeminiServer) -> list[str]:
    """Return the words of each request for a picture."""
    return [asked.message for asked in google.requests if asked.task == "generateContent"]


def test_a_run_keeps_the_recipe_it_began_with(
    google: GeminiServer, held: HeldAnswers, opened: Callable[..., Page], project: Path
) -> None:
    """The recipe is saved while a colleague's first picture is on its way: the next pictures of that run have its words."""
    cleo = opened("cleo", "/make/mine?fresh=1")
    anna = opened("anna", "/write/recipes/mine")
    cleo.get_by_label("Subject").fill("a lighthouse")
    cleo.get_by_label("Pictures", exact=True).fill("3")
    expect(cleo.locator("#beside")).to_contain_text("Draw a lighthouse.")
    cleo.get_by_role("button", name="Make 3").click()
    held.wait_for(1)
    template(anna).fill("Paint {{ subject }}.")
    expect(anna.locator("#saving")).to_contain_text("1 of 1 prompt differs")
    anna.get_by_role("button", name="Save", exact=True).click()
    expect(anna.get_by_text("Saved.")).to_be_visible()
    assert (project / "templates/mine.j2").read_text("utf-8") == "Paint {{ subject }}."
    held.let_go(100)
    expect(cleo.locator("#result")).to_contain_text("3 of 3 ready")
    assert ["Draw a lighthouse." in words for words in words_of(google)] == [True] * 3
    cleo.reload()
    expect(cleo.locator("#beside")).to_contain_text("Paint a lighthouse.")
    cleo.get_by_role("button", name="Make 1").click()
    expect(cleo.locator("#result article")).to_have_count(2)
    expect(cleo.locator("#result")).to_contain_text("1 of 1 ready")
    assert "Paint a lighthouse." in words_of(google)[-1]


def test_two_reviewers_who_decide_at_once_learn_of_each_other(
    opened: Callable[..., Page], visitor: Visitor, project: Path
) -> None:
    """Both look at it while it waits; the second learns what the first has said, keeps the own words, and may insist."""
    visitor.expect("422")
    kept(project / "runs", recipe="badge", person="cleo")
    anna, zora = opened("anna", "/review"), opened("zora", "/review")
    anna.get_by_role("button", name="Approve").click()
    expect(anna.locator("#said")).to_contain_text("Approved")
    zora.get_by_label("Reason or comment").fill("too dark")
    zora.get_by_role("button", name="Reject").click()
    expect(zora.locator(".case .problem")).to_contain_text("anna has approved it meanwhile, so nothing is kept.")
    expect(zora.get_by_label("Reason or comment")).to_have_value("too dark")
    assert [picture.state for picture in Kit(project).pictures().pictures] == ["approved"]
    zora.get_by_role("button", name="Take back").click()
    expect(zora.locator("#said")).to_contain_text("Rejected")
    (past,) = Kit(project).pictures().pictures
    assert [(said.person, said.verdict) for said in Kit(project).reviews(past.run)[0].reviews] == [
        ("anna", "approve"),
        ("zora", "reject"),
    ]


def test_the_draft_of_one_is_not_that_of_the_other(opened: Callable[..., Page]) -> None:
    """Two fill in the same recipe at once; the address of the one's form opens an own form for the other."""
    pages = {name: opened(name, "/make/badge?fresh=1") for name in ("anna", "cleo")}
    for name, page in pages.items():
        page.get_by_label("Subject").fill(f"an owl of {name}")
        expect(page.locator("#beside")).to_contain_text(f"an owl of {name}")
    own = pages["cleo"].url
    pages["cleo"].goto(pages["anna"].url)
    expect(pages["cleo"].get_by_label("Subject")).not_to_have_value("an owl of anna")
    expect(pages["cleo"].locator("main")).not_to_contain_text("an owl of anna")
    pages["anna"].reload()
    expect(pages["anna"].get_by_label("Subject")).to_have_value("an owl of anna")
    pages["cleo"].goto(own)
    expect(pages["cleo"].get_by_label("Subject")).to_have_value("an owl of cleo")


def test_two_who_save_the_same_recipe_see_each_others_text(
    opened: Callable[..., Page], visitor: Visitor, project: Path
) -> None:
    """The second is shown the difference to the first one's text, and nothing is lost unseen."""
    visitor.expect("409")
    first, second = opened("anna", "/write/recipes/mine"), opened("anna", "/write/recipes/mine")
    for page, word in ((first, "Paint"), (second, "Carve")):
        template(page).fill(f"{word} {{{{ subject }}}}.")
        expect(page.locator("#shown-prompt")).to_contain_text(f"{word} an otter.")
        expect(page.locator("#saving")).to_contain_text("1 of 1 prompt differs")
    first.get_by_role("button", name="Save", exact=True).click()
    expect(first.get_by_text("Saved.")).to_be_visible()
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.locator("main")).to_contain_text("was changed by somebody else meanwhile")
    assert (project / "templates/mine.j2").read_text("utf-8") == "Paint {{ subject }}."


def test_a_recipe_is_edited_and_saved_by_the_keyboard_alone(opened: Callable[..., Page], project: Path) -> None:
    """From the list to the saved text without a pointer."""
    page = opened("anna", "/write")
    tab_to(page, "Mine")
    page.keyboard.press("Enter")
    expect(page.locator("#text-0")).to_be_visible()
    tab_to(page, "recipes/mine.yaml")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#text-1")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("#text-1")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Paint {{ subject }}.")
    expect(page.locator("#saving")).to_contain_text("1 of 1 prompt differs")
    page.keyboard.press("Escape")
    tab_to(page, "Save")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert (project / "templates/mine.j2").read_text("utf-8") == "Paint {{ subject }}."


def test_pictures_are_decided_by_the_tab_key_alone(opened: Callable[..., Page], project: Path) -> None:
    """Approve one and reject the other with a reason, without the keys that the page adds and without a pointer."""
    kept(project / "runs", recipe="badge", pictures=2, person="cleo")
    page = opened("zora", "/review")
    tab_to(page, "Approve")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("Approved: picture 1")
    page.locator("[data-case]").nth(1).focus()
    tab_to(page, "Reason or comment")
    page.keyboard.type("too dark")
    tab_to(page, "Reject")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("Rejected: picture 2")
    states = {past.name: past.state for past in Kit(project).pictures().pictures}
    assert states == {"01.png": "approved", "02.png": "rejected"}


MOST_TABS: Final = 120

NAMED: Final = """name => {
    const it = document.activeElement;
    const named = it.labels && it.labels[0] ? it.labels[0].textContent : it.getAttribute('aria-label') || it.textContent;
    return named.trim().replace(/\\s+/g, ' ') === name;
}"""


def tab_to(page: Page, name: str) -> None:
    """Go from field to field until the focus is on what is called so."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(NAMED, name):
            return
    raise AssertionError(f"The Tab key does not reach {name!r}.")


def test_pages_of_a_team_are_free_of_violations(
    opened: Callable[..., Page], project: Path, visitor: Visitor, view: View, axe: Callable[[Page], None]
) -> None:
    """On both screens, in both themes: with fields that are locked, for whoever may do everything or little of it."""
    folder = kept(project / "runs", recipe="badge", pictures=2, person="cleo", values={"subject": "an owl"})
    run = f"{folder.parent.name}/{folder.name}"
    Kit(project).review(run, "01.png", "approve", person="anna")
    both = ["/make/badge?fresh=1", f"/runs/{run}/01.png", "/spending"]
    annas = ["/api", f"/write/new?kind=recipe&run={run}", f"/compare?a={run}/01.png&b={run}/02.png"]
    for name, addresses in (("anna", [*both, *annas]), ("cleo", [*both, "/review"])):
        for address in addresses:
            page = opened(name, address, view)
            page.evaluate("document.querySelectorAll('main details:not(.menu)').forEach(it => { it.open = true; })")
            axe(page)
            visitor.shot(
                page, f"team-{name}-{address.replace(run, 'run').strip('/').replace('/', '-').partition('?')[0]}"
            )
