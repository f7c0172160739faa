"""Pictures that people bring: chosen, dropped, pasted, put in order and taken out, and everything by the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from browser.serving import Server
    from browser.visiting import Visitor

FORM = "/make/product-mockup?fresh=1"

GIVEN = """async ([kind, place, name]) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 320;
    canvas.getContext("2d").fillRect(40, 40, 200, 200);
    const content = await new Promise(done => canvas.toBlob(done, "image/png"));
    const given = new DataTransfer();
    given.items.add(new File([content], name, { type: "image/png" }));
    const both = { bubbles: true, cancelable: true };
    document.querySelector(place).dispatchEvent(kind === "drop"
        ? new DragEvent("drop", { ...both, dataTransfer: given })
        : new ClipboardEvent("paste", { ...both, clipboardData: given }));
}"""


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Two pictures on somebody's disk."""
    paths = [tmp_path / "front.png", tmp_path / "back.png"]
    for number, path in enumerate(paths):
        Image.new("RGB", (320, 320), (200, 60 * number, 40)).save(path)
    return paths


def names(slot: Locator) -> Locator:
    """Return the names of the pictures in a slot."""
    return slot.locator("[data-upload-id] .picture-name")


def tab_to(page: Page, place: Locator) -> None:
    """Press the Tab key until a place has the focus."""
    element = place.element_handle()
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("it => it === document.activeElement", element):
            return
    raise AssertionError(f"The Tab key does not lead to {place}.")


def test_pictures_are_chosen_and_put_in_order(studio: Server, visitor: Visitor, pictures: list[Path]) -> None:
    """The prompt has them in the order of the slot; what is taken out is not sent, and a reload changes nothing."""
    page = visitor.open(studio, FORM)
    page.get_by_label("The whole photograph").fill("a stoneware mug")
    slot = page.locator('[data-slot="product_photo"]')
    slot.locator("input[type=file]").set_input_files(pictures)
    expect(names(slot)).to_have_text(["front.png", "back.png"])
    slot.get_by_label("Move back.png one place earlier").click()
    expect(page.get_by_label("Remove back.png")).to_be_focused()
    expect(names(slot)).to_have_text(["back.png", "front.png"])
    expect(page.locator("#beside .sent-pictures li")).to_have_count(2)
    page.get_by_label("Remove back.png").click()
    expect(slot.locator("input[type=file]")).to_be_focused()
    expect(page.locator("#beside .sent-pictures li")).to_have_count(1)
    page.reload()
    expect(names(slot)).to_have_text(["front.png"])


def test_pictures_are_dropped_and_pasted(studio: Server, visitor: Visitor) -> None:
    """Into the slot that they are dropped on, or that has the focus."""
    page = visitor.open(studio, FORM)
    page.evaluate(GIVEN, ["drop", "#field-product_photo .drop", "dropped.png"])
    expect(names(page.locator("#field-product_photo"))).to_have_text(["dropped.png"])
    page.locator("#field-artwork input[type=file]").focus()
    page.evaluate(GIVEN, ["paste", "#field-artwork input[type=file]", "pasted.png"])
    expect(names(page.locator("#field-artwork"))).to_have_text(["pasted.png"])
    page.evaluate(GIVEN, ["drop", "#field-artwork .drop", "other.png"])
    expect(names(page.locator("#field-artwork"))).to_have_text(["other.png"])


def test_what_is_no_picture_is_refused_at_its_slot(studio: Server, visitor: Visitor, tmp_path: Path) -> None:
    """In a sentence, while the rest of the form stays as it is."""
    (tmp_path / "page.png").write_text("<html><script>alert(1)</script>", "utf-8")
    visitor.expect("422")
    page = visitor.open(studio, FORM)
    slot = page.locator('[data-slot="product_photo"]')
    slot.locator("input[type=file]").set_input_files(tmp_path / "page.png")
    expect(slot.get_by_role("alert")).to_contain_text("page.png")
    expect(names(slot)).to_have_count(0)


def test_the_keyboard_alone_suffices(studio: Server, visitor: Visitor, pictures: list[Path]) -> None:
    """From the gallery to an approved picture with Tab, Enter, Space and letters."""
    page = visitor.open(studio)
    page.on("filechooser", lambda _: None)  # from now on, no window of the system opens
    search = page.get_by_role("searchbox")
    tab_to(page, search)
    page.keyboard.type("product photograph")
    tab_to(page, page.locator('.tile[href^="/make/product-mockup"]').first)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Product photograph")
    tab_to(page, page.get_by_label("The whole photograph"))
    page.keyboard.type("a stoneware mug")
    chosen = page.locator('[data-slot="product_photo"] input[type=file]')
    tab_to(page, chosen)
    expect(chosen).to_be_focused()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(pictures[0])
    expect(names(page.locator('[data-slot="product_photo"]'))).to_have_text(["front.png"])
    expect(page.locator("#beside")).to_contain_text("a stoneware mug")
    tab_to(page, page.get_by_role("button", name="Make 1"))
    page.keyboard.press("Space")
    picture = page.locator("#result .take a").first
    expect(picture).to_be_visible()
    tab_to(page, picture)
    page.keyboard.press("Enter")
    approve = page.get_by_role("button", name="Approve")
    tab_to(page, approve)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Approved")
