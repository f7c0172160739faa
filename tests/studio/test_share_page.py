"""Links for people without access: they show their pictures and open nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from kept_runs import kept
from starlette.testclient import TestClient

from prompt_kit.record.shares import add_share, shares

from .asking import HOST

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.kit import Kit

    from .asking import Page


@pytest.fixture
def stranger(page: Page) -> TestClient:
    """Somebody who has no access: the same studio, without its token."""
    return TestClient(page.client.app, base_url=f"http://{HOST}")


@pytest.fixture
def fox(tmp_path: Path) -> Path:
    """A run with three pictures."""
    return kept(tmp_path / "runs", recipe="secret-recipe", pictures=3, person="ann")


def shared(page: Page, kit: Kit, folder: Path, *names: str, **more: str) -> str:
    """Make a link by the form, and return the address of its page."""
    chosen = [f"{folder.parent.name}/{folder.name}/{name}" for name in names]
    answer = page.post("/shares", {"pictures": chosen, **more})
    assert "The link is ready" in answer.text
    return f"/share/{shares(kit.project.runs_folder)[0].token}"


def test_a_stranger_sees_the_pictures_and_nothing_about_them(
    page: Page, kit: Kit, stranger: TestClient, fox: Path
) -> None:
    """Neither prompt nor recipe, names of runs, forms, other links or cookies; and no search engine keeps it."""
    link = shared(page, kit, fox, "01.png", "03.png")
    answer = stranger.get(link)
    assert answer.status_code == 200
    assert re.findall(r'<img src="([^"]+)"', answer.text) == [f"{link}/1", f"{link}/2"]
    addresses = set(re.findall(r'(?:href|src|action)="([^"]+)"', answer.text))
    assert all(address.startswith((link, "/static/")) for address in addresses)
    for word in ("Draw a", "secret-recipe", fox.name, page.access.form_token, "<form", "<script"):
        assert word not in answer.text
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    original = stranger.get(f"{link}/2/original")
    assert original.content == (fox / "03.png").read_bytes()
    assert original.headers["content-disposition"] == 'attachment; filename="picture-2.png"'
    small = stranger.get(f"{link}/1")
    assert (small.status_code, small.headers["content-type"]) == (200, "image/webp")
    assert stranger.get(f"{link}/3").status_code == 404


def test_the_prompt_is_shown_only_when_it_was_said(page: Page, kit: Kit, stranger: TestClient, fox: Path) -> None:
    """The same picture without and with its prompt."""
    assert "Draw a" not in stranger.get(shared(page, kit, fox, "01.png")).text
    assert "Draw a secret-recipe." in stranger.get(shared(page, kit, fox, "01.png", with_prompt="yes")).text


def test_a_withdrawn_link_shows_nothing_and_says_so(page: Page, kit: Kit, stranger: TestClient, fox: Path) -> None:
    """Page, small copies and originals close at the same moment; whoever was sent it learns why."""
    link = shared(page, kit, fox, "01.png")
    assert stranger.get(f"{link}/1").status_code == 200
    assert "Withdrawn." in page.post(f"/shares/{link.rpartition('/')[2]}/withdraw", {}).text
    assert_closed(stranger, link, "This link was withdrawn.")


@pytest.mark.parametrize(("days", "ends"), [("7", 7), ("30", 30), ("", None), ("-1", None), ("9999", None)])
def test_a_link_expires_when_its_days_are_over(page: Page, kit: Kit, fox: Path, days: str, ends: int | None) -> None:
    """It can be made for a week or a month; otherwise it stays until it is withdrawn."""
    shared(page, kit, fox, "01.png", days=days)
    (share,) = shares(kit.project.runs_folder)
    assert (share.until and round((share.until - share.at) / timedelta(days=1))) == ends
    assert share.closed(share.at + timedelta(days=(ends or 99) - 1)) is None
    assert share.closed(share.at + timedelta(days=99)) == ("expired" if ends else None)


def test_an_expired_link_shows_nothing_and_says_so(page: Page, kit: Kit, stranger: TestClient, fox: Path) -> None:
    """The list of links says it, too, and nobody has to withdraw it."""
    share = add_share(kit.project.runs_folder, [fox / "01.png"], until=datetime.now(UTC) - timedelta(seconds=1))
    assert_closed(stranger, f"/share/{share.token}", "This link has expired.")
    assert "Expired." in page.get("/shares")
    assert "This link has expired" in page.get(f"/shares/{share.token}")


def assert_closed(stranger: TestClient, link: str, words: str) -> None:
    answer = stranger.get(link)
    assert (answer.status_code, words in answer.text, "<img" in answer.text) == (410, True, False)
    never = stranger.get(f"/share/{'x' * 43}")
    for address in (f"{link}/1", f"{link}/1/original"):
        answer = stranger.get(address)
        assert (answer.status_code, answer.text) == (404, never.text)


@pytest.mark.parametrize(
    "address",
    [
        "/share/",
        "/share/x",
        "/share/../history",
        "/share/..%2fhistory",
        "/share//history",
        "/share/%2e%2e/files/2026-11-28/a/01.png",
        "/share/{token}/../../files",
        "/share/{token}/1/../../../review",
        "/share/{token}/01.png",
        "/share/{token}/1.5",
        "/share/{token}/0",
        "/share/{token}/-1",
        "/share/{token}/1/run.json",
        "/share/{token}/1/original/x",
        "/share/{token}?token=the-wrong-token&x=1",
    ],
)
def test_nothing_else_opens_below_share(page: Page, kit: Kit, stranger: TestClient, fox: Path, address: str) -> None:
    """Whatever is asked there, no page, form token, name or file of the studio comes out."""
    link = shared(page, kit, fox, "01.png")
    answer = stranger.get(address.replace("{token}", link.rpartition("/")[2]), follow_redirects=False)
    if "?" in address:  # a token in the address of a link means nothing
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        return
    assert answer.status_code in {307, 403, 404}, answer.text
    for word in (page.access.form_token, page.access.token, "waiting-count", fox.name):
        assert word not in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_shared_page_can_only_be_read(page: Page, kit: Kit, stranger: TestClient, fox: Path, method: str) -> None:
    """Whoever has a link can change nothing, and without access nobody can make or close links."""
    link = shared(page, kit, fox, "01.png")
    assert stranger.request(method, link).status_code in {404, 405}
    token = link.rpartition("/")[2]
    data = {"form_token": page.access.form_token}
    for address in ("/shares", f"/shares/{token}/withdraw"):
        assert stranger.post(address, data=data).status_code == 403
    assert stranger.get("/shares").status_code == 403
    assert stranger.get(link).status_code == 200


def test_only_pictures_of_runs_can_be_shared(page: Page, kit: Kit, fox: Path) -> None:
    """A record, a path or nothing at all makes no link."""
    for chosen in ("run.json", "../../prompt-kit.yaml", "04.png", "01.json"):
        answer = page.post("/shares", {"pictures": [f"{fox.parent.name}/{fox.name}/{chosen}"]})
        assert answer.status_code == 404, chosen
    assert page.post("/shares", {"pictures": ["/etc/passwd"]}).status_code == 404
    assert "Choose at least one" in page.post("/shares", {}).text
    assert shares(kit.project.runs_folder) == ()
    assert page.client.get(f"/files/{fox.parent.name}/{fox.name}/01.json").status_code == 404


def test_who_shares_proofs_learns_that_prompts_stand_in_them(page: Page, tmp_path: Path) -> None:
    """A proof is a sheet with the words of the prompt, so leaving the prompt out of the page does not hide it."""
    proof = kept(tmp_path / "runs", generator="proof")
    answer = page.post("/shares", {"pictures": [f"{proof.parent.name}/{proof.name}/01.png"]})
    assert "the words of a prompt stand in a proof" in answer.text


def test_pictures_and_runs_have_a_share_button(page: Page, kit: Kit, fox: Path, stranger: TestClient) -> None:
    """From both pages a link is one form away; that of a run shows all of its pictures."""
    run = f"{fox.parent.name}/{fox.name}"
    for address, count in ((f"/runs/{run}", 3), (f"/runs/{run}/02.png", 1)):
        chosen = re.findall(r'name="pictures" value="([^"]+)"', page.get(address))
        page.post("/shares", {"pictures": chosen})
        link = f"/share/{shares(kit.project.runs_folder)[0].token}"
        assert stranger.get(link).text.count("<figure>") == count
