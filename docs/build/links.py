"""Follows every link, picture and script of the built site, and finds what leads nowhere or out into the web."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOADED: Final = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}
"""What a browser fetches by itself when a page is opened."""


class _Page(HTMLParser):
    """The links, loads and anchors of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = {""}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where an element leads, what it loads, and how it is called."""
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if found.get("rel") in {"canonical", "next", "prev", "alternate"}:
            return
        if LOADED.get(tag, "") in found:
            self.loads.append(found[LOADED[tag]])


def broken(site: Path) -> list[str]:
    """Return, page by page, what leads nowhere, and what would be fetched from another computer."""
    pages = {path: _Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    return [f"{path.relative_to(site)}: {text}" for path, page in pages.items() for text in _faults(path, page, pages)]


def _faults(path: Path, page: _Page, pages: dict[Path, _Page]) -> Iterator[str]:
    for load in page.loads:
        if urlsplit(load).netloc:
            yield f"'{load}' is fetched from the web"
    # The page for what is not found is shown at any address; its links start from the site's root.
    if path.name == "404.html":
        return
    for link in {*page.links, *page.loads}:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        target = target / "index.html" if target.is_dir() else target
        if not target.is_file():
            yield f"'{link}' leads to no file"
        elif target in pages and unquote(parts.fragment) not in pages[target].anchors:
            yield f"'{link}' leads to no place of that page"
