"""The ways of htmx that the studio relies on, in a browser, under a policy without unsafe-eval and unsafe-inline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Route

    from browser.serving import Server
    from browser.visiting import Visitor


def test_nothing_starts_before_all_scripts_are_there(sample: Server, visitor: Visitor) -> None:
    """Deferred, htmx would start as soon as it is loaded, and never connect what an extension that comes later connects."""
    page = visitor.open(sample)
    held: list[Route] = []
    page.route("**/hx-sse.min.js", lambda route: held.append(route))  # noqa: PLW0108  # Playwright marks its handlers
    page.reload(wait_until="commit")
    started = page.evaluate(
        """() => new Promise(done => {
            const look = () => window.htmx
                ? setTimeout(() => done(document.querySelector('[data-htmx-powered]') !== null))
                : setTimeout(look)
            look()
        })"""
    )
    assert not started
    for route in held:
        route.continue_()
    expect(page.locator("#watch[data-htmx-powered]")).to_be_attached()


def test_two_places_follow_the_typing(sample: Server, visitor: Visitor) -> None:
    """The preview and a partial, with the token that the body's element passes on."""
    page = visitor.open(sample)
    page.get_by_label("Name").press_sequentially("Ann")
    expect(page.locator("#preview")).to_have_text("Hello Ann, secret.")
    expect(page.locator("#price")).to_have_text("3 cents")


def test_a_morph_leaves_people_where_they_are(sample: Server, visitor: Visitor, project: Path) -> None:
    """Focus, caret and words of the field, the chosen file, and what was folded out, though the server says otherwise."""
    (project / "a.png").write_bytes(b"a")
    page = visitor.open(sample)
    name = page.get_by_label("Name")
    page.get_by_text("More").click()
    page.get_by_label("Picture").set_input_files(project / "a.png")
    name.fill("ann")
    page.evaluate("document.querySelector('#name').setSelectionRange(1, 1)")
    name.press("Enter")

    expect(page.locator("#name[value='Ann']")).to_be_focused()
    assert name.evaluate("it => [it.value, it.selectionStart, form.file.files.length, more.open]") == [
        "ann",
        1,
        1,
        True,
    ]


def test_only_a_new_form_unchecks_a_box_that_somebody_touched(sample: Server, visitor: Visitor) -> None:
    """A morph changes attributes, which a box no longer follows: examples put a new form in the place of the old."""
    page = visitor.open(sample)
    box = page.get_by_label("Loud")
    box.check()
    box.uncheck()
    page.get_by_role("button", name="Morph an example").click()
    expect(page.locator("#loud[checked]")).not_to_be_checked()
    page.get_by_role("button", name="Use an example").click()
    expect(box).to_be_checked()
    expect(page.get_by_label("Name")).to_have_value("Ann")


def test_a_refusal_is_shown_and_a_crash_is_not(sample: Server, visitor: Visitor) -> None:
    """422 goes to the place for errors; 500 leaves the page alone and is an event."""
    visitor.expect("status of (422|500)|htmx")
    page = visitor.open(sample)
    page.evaluate("addEventListener('htmx:response:error', it => document.title = it.detail.ctx.response.status)")
    for name, status in ("bad", 422), ("crash", 500):
        page.get_by_label("Name").fill(name)
        page.get_by_label("Name").press("Enter")
        expect(page).to_have_title(str(status))
        expect(page.locator("#errors")).to_have_text("bad is no name.")


def test_a_nudge_draws_what_is_stored_also_after_a_restart(sample: Server, visitor: Visitor, project: Path) -> None:
    """Events carry no content: a page whose server was killed shows what was stored meanwhile."""
    visitor.expect("ERR_|htmx:sse:error|htmx: ")
    page = visitor.open(sample)
    (project / "stored.txt").write_text("first", "utf-8")
    expect(page.locator("#stored")).to_have_text("first")
    sample.kill()
    (project / "stored.txt").write_text("second", "utf-8")
    sample.start()
    expect(page.locator("#stored")).to_have_text("second")
