"""Working with pictures in a real browser: masks, zoom, changes in words, comparisons and dropped pictures."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from builtin_recipes import LIBRARY
from playwright.sync_api import expect

from prompt_kit.kit import Kit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from browser.serving import Server
    from browser.visiting import View, Visitor

MASKED = "/make/inpainting?example=minimal-chesterfield"


@pytest.fixture
def run(project: Path) -> str:
    """A run with two pictures, which somebody made at the command line."""
    command = [sys.executable, "-m", "prompt_kit", "generate", "sticker", "--subject", "a fox", "-n", "2"]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    (folder,) = (project / "runs").glob("????-??-??/sticker-*")
    return f"{folder.parent.name}/{folder.name}"


def stroke(page: Page, *, across: float) -> None:
    """Draw from the middle of the canvas to the right, for a share of its width."""
    box = page.locator("#mask-canvas").bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + box["width"] * across, middle[1], steps=6)
    page.mouse.up()


def test_a_mask_is_painted_and_goes_along(studio: Server, visitor: Visitor) -> None:
    """Brush, undo, invert and eraser; what is painted is white in the file, and can be painted further."""
    page = visitor.open(studio, MASKED)
    page.get_by_role("button", name="Paint what may change").click()
    said = page.locator("#mask-said")
    expect(said).to_have_text("Nothing is painted yet.")
    stroke(page, across=0.3)
    expect(said).to_have_text(re.compile(r"^[1-9] % of the picture may change\.$"))
    page.get_by_role("button", name="Undo").click()
    expect(said).to_have_text("Nothing is painted yet.")
    page.get_by_role("button", name="Use this mask").click()
    expect(said).to_have_text(re.compile("paint what may change"))
    stroke(page, across=0.3)
    page.get_by_role("button", name="Invert").click()
    expect(said).to_have_text(re.compile(r"^9\d % of"))
    page.get_by_role("button", name="Eraser").click()
    stroke(page, across=-0.3)
    page.get_by_role("button", name="Use this mask").click()
    expect(page.locator("#field-mask [data-upload-id]")).to_have_count(1)
    again = page.get_by_role("button", name="Change the mask")
    expect(again).to_be_focused()
    again.click()
    expect(said).to_have_text(re.compile(r"^[89]\d % of"))


def test_the_brush_shows_its_size_before_it_paints(studio: Server, visitor: Visitor) -> None:
    """A ring follows the pointer, and the keys of other picture programs make it larger and smaller."""
    page = visitor.open(studio, MASKED)
    page.get_by_role("button", name="Paint what may change").click()
    page.locator("#mask-canvas").hover()
    ring = page.locator("#mask-ring")
    expect(ring).to_be_visible()
    wide = ring.evaluate("ring => ring.offsetWidth")
    page.keyboard.press("]")
    page.keyboard.press("]")
    expect(page.locator("#mask-size-said")).to_have_text("12 %")
    assert ring.evaluate("ring => ring.offsetWidth") > wide
    page.keyboard.press("[")
    expect(page.locator("#mask-size-said")).to_have_text("10 %")


def test_a_mask_is_made_by_the_keyboard_alone(studio: Server, visitor: Visitor, project: Path) -> None:
    """A rectangle in numbers does what the brush does, and the file has it where it was said."""
    page = visitor.open(studio, MASKED)
    page.get_by_role("button", name="Paint what may change").press("Enter")
    expect(page.locator("#mask")).to_be_visible()
    page.locator(".mask-box summary").press("Enter")
    for name, value in (("From the left, %", "10"), ("From the top, %", "20"), ("Width, %", "30"), ("Height, %", "40")):
        page.get_by_label(name).fill(value)
    page.get_by_role("button", name="Paint this rectangle").press("Enter")
    expect(page.locator("#mask-said")).to_have_text("12 % of the picture may change.")
    page.get_by_role("button", name="Use this mask").press("Enter")
    kept = page.locator("#field-mask [data-upload-id]")
    expect(kept).to_have_count(1)
    with Kit(project) as kit:
        mask = kit.uploads.image(str(kept.get_attribute("data-upload-id")))
    colours = _pixels(
        page, str(kept.get_attribute("data-upload-id")), [(0.25, 0.4), (0.05, 0.4), (0.45, 0.4), (0.25, 0.7)]
    )
    assert colours == [255, 0, 0, 0]
    assert abs(mask.width / mask.height - 4 / 3) < 0.01


def _pixels(page: Page, upload: str, places: list[tuple[float, float]]) -> list[int]:
    """Return how light an upload is at some places, as the browser sees it."""
    lightness: list[int] = page.evaluate(
        """async ([address, places]) => {
            const image = new Image();
            image.src = address;
            await image.decode();
            const sheet = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext("2d");
            sheet.drawImage(image, 0, 0);
            return places.map(([x, y]) => sheet.getImageData(x * image.naturalWidth, y * image.naturalHeight, 1, 1).data[0]);
        }""",
        [f"/uploads/{upload}/1280.webp", places],
    )
    return lightness


def test_a_mask_without_its_picture_says_what_is_missing(studio: Server, visitor: Visitor) -> None:
    """The focus goes to where the picture is added."""
    page = visitor.open(studio, "/make/inpainting?fresh=1")
    page.get_by_role("button", name="Paint what may change").click()
    expect(page.locator("#said-mask")).to_contain_text("Add the picture that is to be changed first")
    expect(page.locator("#field-picture input[type=file]")).to_be_focused()


def test_a_picture_is_zoomed_by_buttons_and_keys(studio: Server, visitor: Visitor, run: str) -> None:
    """At 100 % every pixel is shown, from the file itself."""
    page = visitor.open(studio, f"/runs/{run}/01.png")
    image = page.locator("[data-large]")
    width = int(str(image.get_attribute("width")))
    page.get_by_role("button", name="100 %").click()
    assert image.evaluate("image => image.getBoundingClientRect().width") == width
    assert str(image.get_attribute("src")) == f"/files/{run}/01.png"
    stage = page.locator("[data-stage]")
    stage.press("+")
    assert image.evaluate("image => image.getBoundingClientRect().width") == pytest.approx(width * 1.25, abs=1)
    stage.press("0")
    assert stage.evaluate("stage => stage.scrollWidth <= stage.clientWidth")
    expect(page.get_by_role("button", name="Fit")).to_have_attribute("aria-pressed", "true")


def test_a_change_in_words_is_watched_and_becomes_a_version(studio: Server, visitor: Visitor, run: str) -> None:
    """Price first, then the picture, then the tree, without a reload."""
    page = visitor.open(studio, f"/runs/{run}/01.png")
    page.get_by_label("What should be different?").fill("make the light warmer")
    expect(page.locator("#change-price")).to_contain_text("free")
    page.get_by_role("button", name="Make this change").click()
    expect(page.locator("#result-list")).to_contain_text("1 of 1 ready")
    expect(page.locator("#versions img")).to_have_count(2)
    page.locator("#versions").get_by_role("link", name="make the light warmer").first.click()
    expect(page.locator("#versions [aria-current]")).to_contain_text("make the light warmer")
    page.get_by_role("link", name=re.compile("^Compare with version 1")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare two pictures")


def test_two_pictures_are_compared_with_a_slider(studio: Server, visitor: Visitor, run: str) -> None:
    """The slider works by keyboard; without scripts both stand beside each other."""
    address = f"/compare?a={run}/01.png&b={run}/02.png"
    page = visitor.open(studio, address)
    page.get_by_label("One over the other, with a slider").check()
    slider = page.get_by_label("How much of A is seen over B")
    slider.press("Home")
    first = page.locator(".side-a")
    assert first.evaluate("side => getComputedStyle(side).clipPath") == "inset(0px 100% 0px 0px)"
    slider.press("ArrowRight")
    assert "99%" in first.evaluate("side => getComputedStyle(side).clipPath")
    plain = visitor.open(studio, address, scripts=False)
    expect(plain.locator(".pair img")).to_have_count(2)
    expect(plain.get_by_label("How much of A is seen over B")).to_be_hidden()


def test_both_sides_of_the_slider_are_named(studio: Server, visitor: Visitor, run: str) -> None:
    """Which picture is which is seen on the picture and at the ends of the slider, and not while they stand apart."""
    page = visitor.open(studio, f"/compare?a={run}/01.png&b={run}/02.png")
    badges = page.locator(".badge")
    expect(badges.first).to_be_hidden()
    page.get_by_label("One over the other, with a slider").check()
    expect(badges).to_have_text([re.compile("^A.*picture 1 of 2$"), re.compile("^B.*picture 2 of 2$")])
    expect(badges.first).to_be_visible()
    boxes = [badges.nth(number).bounding_box() for number in range(2)]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    expect(page.locator(".slider-ends")).to_have_text("B aloneA alone")


def test_an_original_is_compared_with_what_was_made_of_it(studio: Server, visitor: Visitor, project: Path) -> None:
    """From the page of the picture in one click."""
    page = visitor.open(studio, MASKED)
    page.get_by_role("button", name="Make 1").click()
    expect(page.locator("#result")).to_contain_text("1 of 1 ready")
    page.locator("#result .take > a").click()
    page.get_by_role("link", name="Compare with your picture").click()
    expect(page.locator(".pair figcaption")).to_have_text(
        [re.compile("^A, before: The photo it was made from"), re.compile("^B, after:")]
    )
    assert page.locator(".pair img").first.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert (project / "runs/references").is_dir()


def test_a_form_is_one_set_from_the_try_to_the_file(studio: Server, visitor: Visitor, project: Path) -> None:
    """A try and two more are three pictures, seen together, downloaded in one action, and one click from the form."""
    page = visitor.open(studio, "/make/sticker?fresh=1")
    page.locator('[name="v.subject"]').fill("a sleepy otter")
    expect(page.locator("[data-prompt]")).to_contain_text("a sleepy otter")
    page.get_by_role("button", name="Make 1").click()
    expect(page.locator("#result")).to_contain_text("1 of 1 ready")
    with page.expect_download() as kept:
        page.locator("#result").get_by_role("link", name="Download picture 1").click()
    (tried,) = (project / "runs").glob("????-??-??/sticker-*")
    assert kept.value.suggested_filename == f"a-sleepy-otter-01-{tried.name.rpartition('-')[2]}.png"
    page.get_by_label("Pictures", exact=True).fill("2")
    page.get_by_role("button", name="Make 2").click()
    expect(page.locator("#result")).to_contain_text("2 of 2 ready")
    page.get_by_role("link", name="Open all").click()
    expect(page.locator("[data-case] .case-state > strong")).to_have_text(["Picture 1", "Picture 2", "Picture 3"])
    page.get_by_role("link", name="Back to the form").first.click()
    expect(page.locator('[name="v.subject"]')).to_have_value("a sleepy otter")


def test_a_dropped_picture_opens_the_form_with_its_settings(
    studio: Server, visitor: Visitor, run: str, project: Path
) -> None:
    """Choosing it is enough; a picture from elsewhere says that it is not known."""
    page = visitor.open(studio, "/")
    page.locator("[data-again] input[type=file]").set_input_files(project / "runs" / run / "01.png")
    expect(page).to_have_url(re.compile(r"/make/sticker\?draft="))
    expect(page.locator('[name="v.subject"]')).to_have_value("a fox")
    page.get_by_role("link", name="Use it as my own photo instead").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What shall become of your photo?")
    visitor.expect("422")
    page.goto(studio.origin)
    page.locator("[data-again] input[type=file]").set_input_files(
        LIBRARY.roots[-1].recipes / "pictures/living-room.png"
    )
    expect(page.locator("main")).to_contain_text("What shall become of your photo?")


def test_the_pages_of_pictures_are_for_everybody(
    studio: Server, visitor: Visitor, run: str, view: View, axe: Callable[[Page], None]
) -> None:
    """On each screen and in each theme axe has nothing to say, and nothing is wider than the screen."""
    for address in (f"/runs/{run}", f"/runs/{run}/01.png", f"/compare?a={run}/01.png&b={run}/02.png", MASKED):
        page = visitor.open(studio, address, view=view)
        if address == MASKED:
            page.get_by_role("button", name="Paint what may change").click()
            expect(page.locator("#mask")).to_be_visible()
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
