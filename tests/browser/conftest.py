"""A browser, servers and a project for the tests of pages.

Playwright's own browsers are not downloaded, and its pytest plugin is not used. While its loop runs in a process,
``asyncio.run`` cannot be called in a test; servers have processes of their own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from gemini_server import GeminiServer

from browser import serving
from browser.holding import HeldAnswers
from browser.serving import Server
from browser.visiting import LIMIT_MS, VIEWS, View, Visitor, chromium, violations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window, started once for all tests."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=LIMIT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium())
        yield browser
        browser.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Opens pages; a problem in a page that the test does not expect fails the test."""
    visitor = Visitor(browser)
    yield visitor
    assert visitor.close() == []


@pytest.fixture(params=VIEWS, ids=str)
def view(request: pytest.FixtureRequest) -> View:
    """Each screen in each theme: a test with this fixture runs four times."""
    view: View = request.param
    return view


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of its own, without recipes and runs."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "prompt-kit.yaml").write_text("recipes: recipes\n", "utf-8")
    return folder


@pytest.fixture
def serve(project: Path) -> Iterator[Callable[[Callable[[int], serving.Command]], Server]]:
    """Start programs that serve pages of the project; they are ended with the test."""
    servers: list[Server] = []

    def start(command: Callable[[int], serving.Command]) -> Server:
        servers.append(Server(command, project))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


@pytest.fixture
def studio(serve: Callable[[Callable[[int], serving.Command]], Server]) -> Server:
    """The studio of the project."""
    return serve(serving.studio)


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    """A server that speaks as Google's does; a studio that is started after it makes its pictures there."""
    with GeminiServer() as server:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        monkeypatch.setenv("GEMINI_API_KEY", "AIzaSy-a-key-of-nobody-0123456789")
        yield server


@pytest.fixture
def held(google: GeminiServer) -> Iterator[HeldAnswers]:
    """The same server, which keeps every answer back until a test lets it go."""
    google.otherwise = answers = HeldAnswers(google.otherwise)
    yield answers
    answers.let_go(100)


@pytest.fixture
def sample(serve: Callable[[Callable[[int], serving.Command]], Server]) -> Server:
    """A small page that tries the fixtures and htmx."""
    return serve(serving.sample)


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Fail when axe finds a violation in a page as it stands."""

    def check(page: Page) -> None:
        assert violations(page) == []

    return check
