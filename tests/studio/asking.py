"""Reads pages as a browser does, and sends their forms."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from limits import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from httpx2 import Response
    from starlette.testclient import TestClient

    from prompt_kit.studio.access import PageAccess

HOST: Final = "127.0.0.1"
TOKEN: Final = "the-token-of-the-tests"


@dataclass(frozen=True)
class Page:
    """Somebody who has opened the studio."""

    client: TestClient
    access: PageAccess
    person: str = ""
    """Who that is, where the page is sure of it."""

    @property
    def form_token(self) -> str:
        """What the person's forms send along."""
        return self.access.form_token_of(self.person)

    def get(self, address: str) -> str:
        """Return a page's text; it must be there."""
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, address: str, sent: Mapping[str, str | list[str]], *, follow: bool = True) -> Response:
        """Send a form of ours."""
        own = {"form_token": self.form_token}
        return self.client.post(address, data={**own, **sent}, follow_redirects=follow)

    def form(self, address: str, name: str = "form") -> dict[str, str | list[str]]:
        """Return what the form of a page would send as it is."""
        reader = FormReader(name)
        reader.feed(self.get(address))
        return dict(reader.sent)

    def until(self, address: str, is_there: Callable[[str], bool]) -> str:
        """Return a page once it shows something that is being made meanwhile."""
        end = time.monotonic() + AT_ONCE
        while not is_there(text := self.get(address)):
            assert time.monotonic() < end, text
            time.sleep(0.02)
        return text


@dataclass
class FormReader(HTMLParser):
    """Collects the fields of a form."""

    name: str = "form"
    """Its id."""
    sent: dict[str, str | list[str]] = field(default_factory=dict)
    inside: bool = False
    select: str = ""
    area: str = ""
    words: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a field that a browser would send."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("id") == self.name
        if not self.inside or "disabled" in given:
            return
        if tag == "input" and given.get("type") not in {"file", "color"}:
            if given.get("type") != "checkbox" or "checked" in given:
                self.add(given.get("name", ""), given.get("value", ""))
        elif tag == "select":
            self.select = given.get("name", "")
            self.sent.setdefault(self.select, "")
        elif tag == "option" and self.select and "selected" in given:
            self.sent[self.select] = given.get("value", "")
        elif tag == "textarea":
            self.area = given.get("name", "")
            self.words = ""

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a field."""
        self.inside = self.inside and tag != "form"
        self.select = "" if tag == "select" else self.select
        if tag == "textarea":
            self.add(self.area, self.words)
            self.area = ""

    def handle_data(self, data: str) -> None:
        """Note the text of a text area; the first line break after its tag is none of it."""
        if self.area:
            self.words += data

    def add(self, name: str, value: str) -> None:
        """Note one value of a field."""
        if name in self.sent and name:
            before = self.sent[name]
            self.sent[name] = [*(before if isinstance(before, list) else [before]), value]
        elif name:
            self.sent[name] = value


def prompt_of(text: str) -> str:
    """Return the prompt that a page shows, without its marks."""
    shown = re.search(r'<div class="prompt"[^>]*>(.*?)</div>', text, re.DOTALL)
    paragraphs = re.findall(r"<p>(.*?)</p>", shown[1], re.DOTALL) if shown else []
    return "\n\n".join(re.sub(r"<[^>]+>", "", paragraph) for paragraph in paragraphs)
