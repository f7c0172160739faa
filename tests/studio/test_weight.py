"""How much a browser loads: counted, so that nobody makes the first page heavy without noticing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .asking import Page

MOST = 60_000
"""Largest page with its style sheet and scripts, in bytes as they are sent."""


def sent(page: Page, address: str) -> tuple[int, str]:
    """Return how many bytes an answer has on its way, and its text."""
    with page.client.stream("GET", address, headers={"accept-encoding": "gzip"}) as answer:
        assert answer.status_code == 200, address
        data = b"".join(answer.iter_raw())
    return len(data), page.get(address)


@pytest.mark.parametrize("address", ["/", "/make/sticker?fresh=1", "/history", "/review", "/spending"])
def test_a_page_is_light(page: Page, address: str) -> None:
    """HTML, style sheet and scripts of a page are less than 60 kB, compressed."""
    total, text = sent(page, address)
    for own in sorted(set(re.findall(r'(?:src|href)="(/static/[^"]+)"', text))):
        size, _ = sent(page, own)
        total += size
    assert total < MOST, f"{address} and its files have {total:,} bytes"


def test_pictures_are_loaded_when_they_come_into_view(page: Page) -> None:
    """The first page has a picture for each recipe, and asks for those alone that are seen."""
    pictures = re.findall(r"<img[^>]*>", page.get("/"))
    assert len(pictures) > 20
    assert all('loading="lazy"' in picture for picture in pictures)


def test_a_preview_is_compressed_and_pictures_are_not(page: Page) -> None:
    """Text becomes a fraction on its way; pictures are compressed already, and are sent as they are."""
    form = page.form("/make/sticker?fresh=1") | {"v.subject": "a fox"}
    assert page.post("/make/sticker/preview", form).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in page.client.get("/recipes/sticker/proof.webp").headers
