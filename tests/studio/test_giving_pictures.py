"""Pictures that people give to a page: what is refused, what is taken out, and what is deleted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from gemini_server import GeminiServer
from test_uploads import SECRET, bomb, photo

from prompt_kit.studio.access import MAX_BODY

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.kit import Kit

    from .asking import Page


def given(page: Page, name: str, data: bytes, kind: str = "image/png") -> tuple[int, str]:
    """Give a file to the page, and return what it says."""
    own = {"form_token": page.access.form_token, "slot": "product_photo"}
    answer = page.client.post("/uploads", data=own, files={"file": (name, data, kind)})
    return answer.status_code, answer.text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("page.png", b"<!doctype html><script>alert(1)</script>"),
        ("bomb.png", bomb()),
        ("half.png", photo("PNG")[:200]),
        ("nothing.png", b""),
        ("large.png", photo("PNG") + bytes(30_000_001)),
    ],
    ids=["svg", "html", "bomb", "half", "nothing", "large"],
)
def test_what_is_no_picture_is_refused_and_not_kept(page: Page, kit: Kit, name: str, data: bytes) -> None:
    """The slot says why, in a sentence, and nothing of it is on the disk."""
    status, text = given(page, name, data)
    assert status == 422
    assert 'role="alert"' in text
    assert "<script" not in text
    assert not list((kit.project.runs_folder / "uploads").rglob("*.*"))


def test_a_hundred_megabytes_are_refused_before_they_are_read(page: Page) -> None:
    """The browser is answered at once, in plain words."""
    headers = {"content-type": "multipart/form-data; boundary=b", "content-length": "100000000"}
    answer = page.client.post("/uploads", content=iter([b"--b"]), headers=headers)
    assert (answer.status_code, f"{MAX_BODY // 1_000_000} MB" in answer.text) == (413, True)


def test_where_a_picture_was_taken_is_neither_shown_nor_kept_nor_sent(
    page: Page, kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The place, the names and the words in a photo stay at home."""
    _, text = given(page, "holiday.jpg", photo("JPEG"), "image/jpeg")
    key = re.findall(r"/uploads/([^/]+)/", text)[0]
    sent = page.form("/make/product-mockup?fresh=1")
    sent |= {"v.product": "a mug", "r.product_photo": key, "generator": "gemini", "make": "one", "count": "1"}
    with GeminiServer() as server:
        monkeypatch.setenv("GEMINI_API_KEY", "a-key")
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        page.post("/make/product-mockup", sent)
        shown = page.until(f"/results/{sent['draft']}", lambda text: "1 of 1 ready" in text)
        asked = str([request.body for request in server.requests])
    assert "inlineData" in asked
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for content in (kept, page.client.get(f"/uploads/{key}/640.webp").content, (shown + text + asked).encode()):
        assert SECRET not in content
        assert b"GPS" not in content
    assert kit.uploads.get(key).changes  # and the page says so


def test_a_deleted_picture_is_gone_from_disk_and_form(page: Page, kit: Kit) -> None:
    """Its small copies, too; what is deleted twice or was never there is no error."""
    _, text = given(page, "mug.png", photo("PNG"))
    key = re.findall(r"/uploads/([^/]+)/", text)[0]
    assert page.client.get(f"/uploads/{key}/320.webp").status_code == 200
    for _ in range(2):
        assert page.post(f"/uploads/{key}/delete", {}, follow=False).status_code == 303
    assert not list((kit.project.runs_folder / "uploads").rglob("*.*"))
    assert page.client.get(f"/uploads/{key}/320.webp").status_code == 404
