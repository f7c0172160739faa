"""The page of reviews: what waits, what is said of it, and what is handed on."""

from __future__ import annotations

import io
import json
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from kept_runs import NOON, kept

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.kit import Kit

    from .asking import Page

PART = {"HX-Request": "true"}


def cases_on(text: str) -> list[str]:
    return re.findall(r'<form method="post" action="/review/([^"]+)"', text)


@pytest.fixture
def fox(tmp_path: Path) -> str:
    """The id of a run with two pictures, by ann."""
    folder = kept(tmp_path / "runs", recipe="sticker", pictures=2, person="ann")
    return f"{folder.parent.name}/{folder.name}"


def test_what_waits_is_in_one_place_and_counted_on_every_page(page: Page, tmp_path: Path, fox: str) -> None:
    """Proofs are left out, because nobody has to approve them, and shown when somebody asks."""
    proof = kept(tmp_path / "runs", recipe="logo", generator="proof", at=NOON - timedelta(hours=1))
    text = page.get("/review")
    assert cases_on(text) == [f"{fox}/01.png", f"{fox}/02.png"]
    assert re.search(r'id="waiting-count" class="count">2 to decide<', page.get("/"))
    assert f"{proof.parent.name}/{proof.name}/01.png" in cases_on(page.get("/review?proofs=yes"))


def test_a_verdict_is_kept_and_the_page_comes_back_as_it_was(page: Page, kit: Kit, fox: str) -> None:
    """Without JavaScript a person is led back to the same list, and never to another site."""
    answer = page.post(
        f"/review/{fox}/01.png", {"verdict": "approve", "back": "by=recipe&state=waiting&recipe=sticker"}, follow=False
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == "/review?recipe=sticker&state=waiting&by=recipe"
    assert [picture.state for picture in kit.reviews(fox)] == ["approved", "waiting"]
    away = page.post(f"/review/{fox}/02.png", {"verdict": "approve", "back": "//evil.example/?a"}, follow=False)
    assert away.headers["location"].startswith("/review?")


def test_a_part_shows_the_new_state_and_the_new_count(page: Page, fox: str) -> None:
    """The picture stays in its place, so that a mistake can be put right at once."""
    page.get("/review")
    answer = page.client.post(
        f"/review/{fox}/01.png",
        data={"verdict": "reject", "reason": "The <tail> is cut."},
        headers={**PART, "X-Form-Token": page.access.form_token},
    )
    assert answer.status_code == 200
    assert cases_on(answer.text) == [f"{fox}/01.png"]
    assert "Rejected" in answer.text
    assert "The &lt;tail&gt; is cut." in answer.text
    assert '<hx-partial hx-target="#waiting-count" hx-swap="innerHTML">1 to decide<' in answer.text
    assert "<h1" not in answer.text


@pytest.mark.parametrize("headers", [{}, PART], ids=["page", "part"])
def test_a_rejection_without_a_reason_asks_for_it(page: Page, kit: Kit, fox: str, headers: dict[str, str]) -> None:
    """Nothing is kept, and the sentence stands at the field."""
    data = {"verdict": "reject", "reason": "  ", "form_token": page.access.form_token}
    answer = page.client.post(f"/review/{fox}/01.png", data=data, headers=headers)
    assert answer.status_code == 422
    assert "Say why the picture is rejected." in answer.text
    assert 'aria-invalid="true" aria-describedby="problem-' in answer.text
    assert {picture.state for picture in kit.reviews(fox)} == {"waiting"}


def test_what_was_typed_survives_a_refusal(page: Page, fox: str) -> None:
    """A reason that is too long comes back, to be shortened."""
    reason = "x" * 2_001
    answer = page.post(f"/review/{fox}/01.png", {"verdict": "reject", "reason": reason})
    assert answer.status_code == 422
    assert f">{reason}</textarea>" in answer.text


def test_a_verdict_needs_our_form(page: Page, kit: Kit, fox: str) -> None:
    """Another page cannot decide in somebody's name."""
    answer = page.client.post(f"/review/{fox}/01.png", data={"verdict": "approve"})
    assert answer.status_code == 403
    assert kit.reviews(fox)[0].state == "waiting"


def test_the_person_stands_beside_the_verdict(page: Page, kit: Kit, fox: str) -> None:
    """Whoever has given a name is named, and comments change no state."""
    page.post("/person", {"person": "Ben"})
    page.post(f"/review/{fox}/01.png", {"verdict": "comment", "reason": "Nice."})
    (said,) = kit.reviews(fox)[0].reviews
    assert (said.person, said.verdict) == ("Ben", "comment")
    assert "Nice." in page.get("/review")


def test_pictures_are_grouped_and_compared_with_the_last_approved(
    page: Page, kit: Kit, tmp_path: Path, fox: str
) -> None:
    """Beside a new picture stands the way to what was approved of the same recipe."""
    later = kept(tmp_path / "runs", recipe="sticker", at=NOON + timedelta(hours=1))
    kept(tmp_path / "runs", recipe="logo", at=NOON - timedelta(hours=1))
    kit.review(fox, "01.png", "approve")
    text = page.get("/review")
    assert f'href="/compare?a={fox}/01.png&amp;b={later.parent.name}/{later.name}/01.png"' in text
    by_recipe = page.get("/review?by=recipe")
    assert re.findall(r"<h2>([^<]+)</h2>", by_recipe) == ["Logo", "Sticker or icon"]
    assert cases_on(page.get("/review?state=approved")) == [f"{fox}/01.png"]
    assert "/compare" not in page.get("/review?state=approved")


def test_a_damaged_file_of_reviews_is_said_at_its_pictures(page: Page, tmp_path: Path, fox: str) -> None:
    """The other pictures can be decided about all the same."""
    kept(tmp_path / "runs", recipe="logo")
    (tmp_path / "runs" / fox / "reviews.jsonl").write_text('{"id": 1}\n{"id": 2}\n')
    text = page.get("/review")
    assert len(cases_on(text)) == 3
    assert "reviews.jsonl" in text


def test_what_is_approved_comes_as_a_zip_with_sidecars(page: Page, kit: Kit, tmp_path: Path, fox: str) -> None:
    """Only approved bytes are handed on, and what was changed since is not."""
    other = kept(tmp_path / "runs", recipe="logo", at=NOON - timedelta(hours=1))
    kit.review(fox, "02.png", "approve")
    kit.review(other, "01.png", "approve")
    (other / "01.png").write_bytes((tmp_path / "runs" / fox / "02.png").read_bytes())
    answer = page.client.get("/review/approved.zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="approved.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        stem = f"{fox.replace('/', '-')}-02"
        names = archive.namelist()
        assert names[:2] == [f"{stem}.png", f"{stem}.json"]
        assert archive.read(f"{stem}.png") == (tmp_path / "runs" / fox / "02.png").read_bytes()
        assert json.loads(archive.read(f"{stem}.json"))["recipe"] == "sticker"
        assert names[2:] == []
    narrowed = page.client.get("/review/approved.zip?person=nobody-here")
    with zipfile.ZipFile(io.BytesIO(narrowed.content)) as archive:
        assert archive.namelist() == []


@pytest.mark.parametrize("where", ["2026-11-28/..%2f..%2fx/01.png", "2026-11-28/nothing/01.png", "a/b/run.json"])
def test_a_verdict_reaches_pictures_of_runs_alone(page: Page, where: str) -> None:
    """An address that leads elsewhere is no picture."""
    assert page.post(f"/review/{where}", {"verdict": "approve"}).status_code == 404


@pytest.mark.parametrize("address", ["/review/{fox}/01.png", "/runs/{fox}/01.png/review"])
def test_a_verdict_against_one_that_was_not_seen_is_asked_once_more(
    page: Page, kit: Kit, fox: str, address: str
) -> None:
    """Whoever looked at the picture before a colleague decided learns of it, loses no word, and may insist."""
    kit.review(fox, "01.png", "comment", person="ann", reason="nice")
    place, mine = address.format(fox=fox), {"verdict": "reject", "reason": "too dark", "said": "1"}
    kit.review(fox, "01.png", "approve", person="ann")
    asked = page.post(place, mine)
    assert asked.status_code == 422
    assert "ann has approved it meanwhile, so nothing is kept." in asked.text
    assert "too dark" in asked.text
    assert kit.reviews(fox)[0].state == "approved"
    (said,) = set(re.findall(r'name="said" value="(\d+)"', asked.text))
    assert page.post(place, mine | {"said": said}).status_code == 200
    assert [review.verdict for review in kit.reviews(fox)[0].reviews] == ["comment", "approve", "reject"]


def test_two_who_decide_at_the_same_moment_do_not_overrule_each_other_unseen(page: Page, kit: Kit, fox: str) -> None:
    """Of those who disagree, the first one's word counts; the others are told. Those who agree are all kept."""
    with ThreadPoolExecutor(8) as pool:
        words = [{"verdict": verdict, "reason": "x", "said": "0"} for verdict in ("approve", "reject") * 4]
        answers = list(pool.map(lambda sent: page.post(f"/review/{fox}/01.png", sent).status_code, words))
    assert sorted(answers) == [200] * 4 + [422] * 4
    assert len({review.verdict for review in kit.reviews(fox)[0].reviews}) == 1
    assert len(kit.reviews(fox)[0].reviews) == 4
