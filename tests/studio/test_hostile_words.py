"""Words of strangers on every page: recipes, values, file names, names of people, and what providers say."""

from __future__ import annotations

import io
import json
import re
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from gemini_replies import interleaved, refused
from gemini_server import GeminiServer
from PIL import Image
from starlette.testclient import TestClient

from prompt_kit.kit import Kit
from prompt_kit.project import find_project
from prompt_kit.studio.access import PageAccess
from prompt_kit.studio.app import create_app

from .asking import HOST, TOKEN, Page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARK = """<img src=x onerror=1>"' onfocus=1 x='{{ 7 * 7 }}"""
KEY = "AIzaSy-the-key-that-nobody-may-see-0123456"
RECIPE = f"""
title: &mark {json.dumps(MARK)}
summary: *mark
category: *mark
parameters:
  subject: {{type: text, required: true, title: *mark, help: *mark, examples: [*mark], group: *mark}}
  look:
    type: choice
    title: *mark
    help: *mark
    choices: {{plain: {{label: *mark, help: *mark, words: plain}}}}
references:
  product: {{title: *mark, help: *mark, role: object, max: 3}}
examples:
  first: {{title: *mark, values: {{subject: *mark}}}}
"""
LINK = re.compile(r'(?:href|src|hx-get|action|formaction|data-proof)="(/[^"]*)"')
MOST_PAGES = 400
"""More would mean that links lead to ever new pages."""


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    """A provider that answers with the mark and with the key that it was sent."""
    with GeminiServer() as server:
        yield server


@pytest.fixture
def page(tmp_path: Path, server: GeminiServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A studio with a recipe of strangers and with a key in the environment."""
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
    (tmp_path / "recipes").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "prompt-kit.yaml").touch()
    (tmp_path / "recipes" / "strange.yaml").write_text(RECIPE)
    (tmp_path / "templates" / "strange.j2").write_text("{{ subject }} {{ look }} " + MARK.replace("{{ 7 * 7 }}", ""))
    access = PageAccess(TOKEN, frozenset({HOST}))
    with TestClient(create_app(Kit(find_project(tmp_path)), access), base_url=f"http://{HOST}") as client:
        client.get(f"/?token={TOKEN}")
        yield Page(client, access)


def test_no_word_of_anybody_becomes_part_of_a_page(page: Page, server: GeminiServer) -> None:
    """Whatever stands in recipes, values, names and answers is shown as words, on every page there is."""
    server.next(interleaved(f"{MARK} {KEY}"), refused(400, message=f"{MARK} {KEY}"))
    page.post("/person", {"person": MARK})
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(buffer, "PNG")
    files = {"file": (f"{MARK}.png", buffer.getvalue(), "image/png")}
    own = {"form_token": page.access.form_token, "slot": f"r.{MARK}"}
    added = page.client.post("/uploads", data=own, files=files).text
    upload = re.search(r"/uploads/([^/]+)/", added)
    assert upload is not None
    sent = page.form("/make/strange?fresh=1")
    sent |= {"v.subject": MARK, "v.look": "=own", "v.look.own": MARK, "r.product": upload[1], "count": "2"}
    shown = [added, page.post("/make/strange/preview", sent).text]
    page.post("/make/strange", sent)
    results = page.until(f"/results/{sent['draft']}", lambda text: "Being made" not in text and "take-" in text)
    assert "&lt;img src=x" in results  # both answers of the provider are shown
    run = re.findall(r'"/runs/([^"]+/[^"]+/[^"]+)"', results)[0]
    page.post(f"/runs/{run}/review", {"verdict": "rejected", "reason": MARK})
    page.post(f"/runs/{run}/review", {"verdict": "comment", "reason": MARK})
    share = page.post("/shares", {"pictures": run, "with_prompt": "yes"})
    assert share.status_code == 200, share.text
    shown += [
        share.text,
        page.get(f"/compare?a={run}&b={run}"),
        page.get(f"/make/strange?run={run.rpartition('/')[0]}"),
    ]
    shown += [results, page.post("/make/strange", sent | {"v.subject": "", "order": "1" * 16}).text]
    shown += [page.client.get(address).text for address in (f"/make/{MARK}", f"/?search={MARK}", f"/orders/{MARK}")]
    pages = dict(pages_from(page, "/", f"/make/strange?draft={sent['draft']}"))
    for text in (*shown, *pages.values()):
        check(text)
        assert KEY not in text
    visited = {address.partition("?")[0].split("/")[1] for address in pages}
    assert {"", "make", "runs", "history", "review", "shares", "spending", "compare"} <= visited


def check(text: str) -> None:
    """Check that a page has no tag and no attribute that runs something, and that nothing is a template twice."""
    reader = _Attributes()
    reader.feed(text)
    assert not [name for name in reader.names if name.startswith("on")]
    assert "<img src=x" not in text
    assert not [value for value in reader.addresses if re.match(r"\s*(javascript|data):", value, re.IGNORECASE)]


def pages_from(page: Page, *first: str) -> Iterator[tuple[str, str]]:
    """Yield the address and text of every page to which links lead, from some on; of drafts and recipes of the kit itself, one is enough."""
    waiting, seen = list(first), set(map(_kind, first))
    while waiting:
        address = waiting.pop()
        assert len(seen) < MOST_PAGES
        answer = page.client.get(address)
        kind = answer.headers.get("content-type", "")
        assert not kind.startswith(("image/svg", "application/xml")), address
        if kind.startswith("text/html"):
            yield address, answer.text
            for link in (unescape(link).partition("#")[0] for link in LINK.findall(answer.text)):
                if _kind(link) not in seen and not link.startswith(("/events/", "/static/")):
                    seen.add(_kind(link))
                    waiting.append(link)


def _kind(address: str) -> str:
    """Return an address without what makes no other page."""
    other = re.sub(r"^(/make|/recipes)/(?!strange)[^/?]+", r"\1/other", address)
    return re.sub(r"draft=[^&]*|(?<=/)[0-9a-f]{16}(?=[./])", "", other)


class _Attributes(HTMLParser):
    """Collects the names of all tags and attributes, and all addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its attributes."""
        self.names += [tag, *(name for name, _ in attrs)]
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "action", "formaction"}]
