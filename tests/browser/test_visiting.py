"""The browser of the tests sees what people see, and nothing that goes wrong in a page stays unseen."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browser.visiting import View, Visitor, violations

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

    from browser.serving import Command, Server


def test_a_page_is_seen_on_each_screen_in_each_theme(
    sample: Server, visitor: Visitor, view: View, axe: Callable[[Page], None]
) -> None:
    """Width and theme are those of the view; the picture has that width, and axe runs under the page's policy."""
    page = visitor.open(sample, view=view)
    assert page.evaluate("innerWidth") == {"desktop": 1280, "phone": 390}[view.screen]
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") == (view.theme == "dark")
    shot = visitor.shot(page, "sample")
    assert shot.name == f"sample-{view}.png"
    assert shot.read_bytes().startswith(b"\x89PNG")
    axe(page)


def test_what_goes_wrong_in_a_page_is_kept(sample: Server, browser: Browser) -> None:
    """A script against the policy and a request to another host; what a test expects passes."""
    visitor = Visitor(browser)
    visitor.expect("Failed to load resource")
    visitor.open(sample, "/flawed")
    said = visitor.close()
    assert any("http://example.com/a.png" in line for line in said)
    assert any("Content Security Policy" in line for line in said)
    visitor.expect(".")
    assert visitor.close() == []


def test_axe_names_the_elements_it_objects_to(sample: Server, browser: Browser) -> None:
    """An empty list means that it looked."""
    visitor = Visitor(browser)
    found = "\n".join(violations(visitor.open(sample, "/flawed")))
    visitor.close()
    assert "image-alt (critical)" in found
    assert "html-has-lang" in found


def test_a_form_works_without_scripts(sample: Server, visitor: Visitor) -> None:
    """The same page, in a browser that runs none."""
    page = visitor.open(sample, scripts=False)
    page.get_by_label("Name").fill("ann")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#stored")).to_have_text("ann")


def test_a_server_that_does_not_start_is_an_error_with_its_words(
    serve: Callable[[Callable[[int], Command]], Server],
) -> None:
    """Not a test that hangs."""
    with pytest.raises(AssertionError, match="names no address. It says:\nno such luck"):
        serve(lambda _: ["echo", "no such luck"])


@pytest.mark.parametrize(
    ("there", "reason"), [([], "no apt-get to install it"), (["apt-get", "id"], "installing it needs root")]
)
def test_a_machine_without_chromium_that_may_not_install_it_is_told_the_way(
    tmp_path: Path, there: list[str], reason: str
) -> None:
    """`make browser` ends with what to do instead of a list of errors."""
    for name in there:
        (tmp_path / name).write_text("#!/bin/sh\necho 1000\n", "utf-8")
        (tmp_path / name).chmod(0o755)
    script = Path(__file__).with_name("chromium.sh")
    done = subprocess.run(["/bin/sh", script], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert reason in done.stderr
    assert "set CHROMIUM to the path" in done.stderr
