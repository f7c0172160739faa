"""The page of all runs: what it shows, how it is narrowed, and how it goes on."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from kept_runs import NOON, kept

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.kit import Kit

    from .asking import Page


def runs_on(text: str) -> list[str]:
    return re.findall(r'href="/runs/([^"/]+/[^"/]+)"', text)


def id_of(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


@pytest.fixture
def made(tmp_path: Path) -> list[str]:
    """Thirty runs, the newest first: those of even numbers by ann, the others by nobody named."""
    root = tmp_path / "runs"
    return [
        id_of(
            kept(
                root, recipe="sticker" if n % 3 else "logo", person="" if n % 2 else "ann", at=NOON - timedelta(hours=n)
            )
        )
        for n in range(30)
    ]


def test_an_empty_project_leads_to_the_recipes(page: Page) -> None:
    """Somebody who comes here first learns where to begin."""
    text = page.get("/history")
    assert "Nothing was made in this project yet" in text
    assert 'href="/">Choose a recipe' in text


def test_runs_come_newest_first_and_the_rest_by_show_more(page: Page, made: list[str]) -> None:
    """Every run is shown once, with and without JavaScript."""
    first = page.get("/history")
    more = re.search(r'href="(/history\?cursor=[^"]+)"', first)
    assert more is not None
    assert "30 runs" in first
    rest = page.get(more[1])
    assert runs_on(first) + runs_on(rest) == made
    part = page.client.get(more[1], headers={"HX-Request": "true"}).text
    assert runs_on(part) == runs_on(rest)
    assert "<h1" not in part


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("recipe=logo", lambda n: n % 3 == 0),
        ("person=ann", lambda n: n % 2 == 0),
        ("person=+", lambda n: n % 2 == 1),
        ("recipe=logo&person=ann", lambda n: n % 6 == 0),
        ("since=2026-11-28", lambda n: n <= 12),
        ("until=2026-11-27", lambda n: n > 12),
        ("state=failed", lambda _: False),
        ("review=waiting&recipe=logo", lambda n: n % 3 == 0),
    ],
)
def test_filters_narrow_and_stay_in_the_form_and_in_show_more(
    page: Page, made: list[str], asked: str, wanted: object
) -> None:
    """What was chosen holds for the next page, too; nobody named differs from everybody."""
    assert callable(wanted)
    text = page.get(f"/history?{asked}&words=&cursor=")
    shown = runs_on(text)
    while more := re.search(r'href="(/history\?[^"]*cursor=[^"]+)"', text):
        text = page.get(more[1].replace("&amp;", "&"))
        shown += runs_on(text)
    assert shown == [run for n, run in enumerate(made) if wanted(n)]


def test_nothing_that_fits_is_said_with_a_way_out(page: Page, made: list[str]) -> None:
    """A filter that is too narrow does not look like an empty history."""
    text = page.get("/history?words=unheard-of")
    assert made
    assert "No run fits" in text
    assert '<option value="owl" selected>Owl</option>' in page.get("/history?recipe=owl")
    assert 'href="/history">show all' in text


def test_a_date_that_is_none_is_said_at_its_field(page: Page, made: list[str]) -> None:
    """The other filters hold, and what was typed wrong is named."""
    answer = page.client.get("/history?since=yesterday&recipe=logo&state=odd")
    assert answer.status_code == 422
    assert 'id="since-problem"' in answer.text
    assert "“yesterday” is no date" in answer.text
    assert "There is no state “odd”" in answer.text
    assert len(runs_on(answer.text)) == sum(n % 3 == 0 for n in range(len(made)))


def test_a_damaged_run_is_shown_with_what_is_wrong(page: Page, tmp_path: Path) -> None:
    """One broken record takes nothing else away."""
    folder = kept(tmp_path / "runs")
    other = kept(tmp_path / "runs", recipe="owl")
    (folder / "run.json").write_text("{")
    text = page.get("/history")
    assert set(runs_on(text)) == {id_of(folder), id_of(other)}
    assert "Record damaged" in text


def test_what_people_typed_is_shown_as_text(page: Page, tmp_path: Path) -> None:
    """A name or a search is never read as HTML."""
    kept(tmp_path / "runs", person="<img src=x onerror=alert(1)>")
    text = page.get("/history?words=<script>alert(2)</script>") + page.get("/history")
    assert "<img src=x" not in text
    assert "<script>alert" not in text
    assert "&lt;img src=x" in text


def own(page: Page, name: str) -> None:
    page.post("/person", {"person": name})


@pytest.fixture
def of_two(tmp_path: Path) -> dict[str, str]:
    """Runs of two persons, with values of several kinds."""
    root = tmp_path / "runs"
    ann = {"style": "flat", "words": ["JAZZ NIGHT :: in gold", "Friday"], "more": {"deep": "Zebra"}}
    return {
        "ann": id_of(kept(root, recipe="sticker", person="Ann Lee", values=ann)),
        "ben": id_of(kept(root, recipe="logo", person="Ben", at=NOON - timedelta(hours=1), values={"name": "Owl"})),
    }


@pytest.mark.parametrize("words", ["jazz", "friday", "zebra", "lee", "STICKER", "jazz+lee"])
def test_the_search_looks_in_everything_that_was_filled_in_and_in_names(
    page: Page, of_two: dict[str, str], words: str
) -> None:
    """Also in lists, exact words and mappings, and not only in the first value."""
    assert runs_on(page.get(f"/history?words={words}")) == [of_two["ann"]]


def test_each_run_shows_its_pictures_and_leads_to_its_settings(page: Page, kit: Kit) -> None:
    """Those of a form say how many there are of it in all."""
    root, fox, form = kit.project.runs_folder, {"subject": "a fox"}, "0123456789abcdef"
    first = kept(root, recipe="sticker", draft=form, values=fox)
    later = kept(root, recipe="sticker", draft=form, values=fox, pictures=5, at=NOON + timedelta(minutes=1))
    text = page.get("/history")
    assert re.findall(r'alt="(Picture \d): A fox"', text) == [f"Picture {number}" for number in (2, 3, 4, 5, 1)]
    for folder in (first, later):
        run = f"{folder.parent.name}/{folder.name}"
        assert f'href="/make/sticker?run={run}">Use these settings again' in text
        assert f'href="/sets/{run}">all 6 of this form' in text


def test_a_person_with_a_name_sees_the_own_runs_first(page: Page, of_two: dict[str, str]) -> None:
    """The switch stands in sight, and everybody's runs stay chosen through a search."""
    assert set(runs_on(page.get("/history"))) == set(of_two.values())
    own(page, "Ben")
    text = page.get("/history")
    assert runs_on(text) == [of_two["ben"]]
    assert 'href="/history?person=Ben" aria-current="page">Mine' in text
    everybody = page.get("/history?person=")
    assert set(runs_on(everybody)) == set(of_two.values())
    assert 'href="/history?person=" aria-current="page">Everybody' in everybody
    nothing = page.get("/history?words=jazz")
    assert not runs_on(nothing)
    assert 'href="/history?person=&amp;words=jazz">Look among everybody' in nothing
    assert "Take away a filter" not in nothing


def test_somebody_without_runs_of_the_own_sees_all(page: Page, of_two: dict[str, str]) -> None:
    """A new colleague does not begin with an empty page."""
    own(page, "Cem")
    assert set(runs_on(page.get("/history"))) == set(of_two.values())
