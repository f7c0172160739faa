"""Opens pages in Chromium as people do, and collects what goes wrong in them."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

    from browser.serving import Server

LIMIT_MS: Final = 30_000
"""Longest wait for something to appear in a page; it appears within milliseconds on a machine that is not busy."""
SHOTS: Final = Path(__file__).parents[2] / "shots"
AXE: Final = Path(__file__).with_name("axe.min.js")


WIDER: Final = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
    [...document.querySelectorAll("body *")]
        .filter(it => it.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
        .map(it => it.cloneNode(false).outerHTML.slice(0, 160))"""
"""Returns the elements that are wider than the screen."""


@dataclass(frozen=True)
class View:
    """How somebody sees a page: on which screen, in which theme."""

    screen: Literal["desktop", "phone"] = "desktop"
    theme: Literal["light", "dark"] = "light"

    def __str__(self) -> str:
        return f"{self.screen}-{self.theme}"

    def options(self) -> dict[str, Any]:
        """Return what makes a browser's context look like this."""
        phone = self.screen == "phone"
        return {
            "viewport": {"width": 390, "height": 844} if phone else {"width": 1280, "height": 800},
            "is_mobile": phone,
            "has_touch": phone,
            "color_scheme": self.theme,
        }


VIEWS: Final = [View("desktop", "light"), View("desktop", "dark"), View("phone", "light"), View("phone", "dark")]


def chromium() -> str:
    """Return the path of Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if path is None:
        raise AssertionError("There is no Chromium. Run: make browser")
    return path


class Visitor:
    """Opens pages, each with a fresh profile, and keeps what goes wrong in any of their tabs."""

    def __init__(self, browser: Browser) -> None:
        self.problems: list[str] = []
        """Errors of scripts, refusals by the content security policy, failed loads, and requests to other hosts."""
        self._browser = browser
        self._contexts: dict[BrowserContext, View] = {}
        self._expected: list[str] = []

    def open(self, server: Server, path: str = "", *, view: View | None = None, scripts: bool = True) -> Page:
        """Open the address that a server printed, or a page of it; further tabs: ``page.context.new_page()``."""
        view = view or View()
        context = self._browser.new_context(
            **view.options(), java_script_enabled=scripts, reduced_motion="reduce", locale="en-GB", timezone_id="UTC"
        )
        self._contexts[context] = view
        context.set_default_timeout(LIMIT_MS)
        context.on("console", lambda said: self._keep(said.text) if said.type == "error" else None)
        context.on("weberror", lambda error: self._keep(str(error.error)))
        context.route(lambda url: not url.startswith(f"{server.origin}/"), self._refuse)
        page = context.new_page()
        page.goto(opening(server, path) if path else server.address)
        return page

    def expect(self, pattern: str) -> None:
        """Let problems that match a pattern pass: the test brings them about."""
        self._expected.append(pattern)

    def shot(self, page: Page, name: str) -> Path:
        """Keep a picture of a whole page as ``shots/NAME-SCREEN-THEME.png``."""
        path = SHOTS / f"{name}-{self._contexts[page.context]}.png"
        page.screenshot(path=path, full_page=True, animations="disabled")
        return path

    def close(self) -> list[str]:
        """Close everything, and return the problems that were not expected."""
        for context in self._contexts:
            context.close()
        return [said for said in self.problems if not any(re.search(pattern, said) for pattern in self._expected)]

    def _keep(self, text: str) -> None:
        self.problems.append(text)

    def _refuse(self, route: Route) -> None:
        self._keep(f"The page asks another host: {route.request.url}")
        route.abort()


def opening(server: Server, path: str) -> str:
    """Return the address of a page with what opens it: the token of the address that a server printed."""
    token = urlsplit(server.address).query
    return urljoin(server.origin, path) + (f"{'&' if '?' in path else '?'}{token}" if token else "")


def violations(page: Page) -> list[str]:
    """Return what axe has to say against a page as it stands, a line for each element, and what axe does not look at."""
    page.evaluate(AXE.read_text("utf-8"))
    # The size of what is clicked or touched, 24 pixels at least, is a rule that axe has to be asked for.
    rules = {"target-size": {"enabled": True}}
    report = page.evaluate("rules => axe.run(document, {resultTypes: ['violations'], rules})", rules)
    objections = [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {node['html']}"
        for rule in report["violations"]
        for node in rule["nodes"]
    ]
    if (headings := page.locator("h1").count()) != 1:
        objections.append(f"The page has {headings} headings of the first level.")
    if wide := page.evaluate(WIDER):
        objections.append(f"The page has to be scrolled sideways because of: {', '.join(wide)}")
    return objections
