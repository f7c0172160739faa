"""The page of a run: what was asked, who, when, what it cost, and its pictures."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fakes import png
from kept_runs import kept

from prompt_kit.images import open_image

from .asking import prompt_of

if TYPE_CHECKING:
    from prompt_kit.kit import Kit

    from .asking import Page

BEFORE = Path(__file__).parents[1] / "written_before/runs"


def made(kit: Kit, *, count: int = 1, **values: object) -> str:
    """Make a sticker and return the id of its run."""
    outcome = kit.generate(kit.render("sticker", {"subject": "a fox", **values}), count=count, person="Ann")
    assert outcome.folder is not None
    return f"{outcome.folder.parent.name}/{outcome.folder.name}"


def test_a_run_shows_what_was_asked_in_the_words_of_its_form(page: Page, kit: Kit) -> None:
    """People read labels, not the names and values of recipe files."""
    run = made(kit, style="flat", traits=["a hat", "one <b>eye</b>"])
    text = page.get(f"/runs/{run}")
    style = re.search(r"<dt>Style</dt>(?:<dd>([^<]*)</dd>)", text)
    assert style is not None
    assert style[1] == next(c.label for c in kit.recipe("sticker").form.field("style").choices if c.value == "flat")
    assert "<dd>a hat</dd><dd>one &lt;b&gt;eye&lt;/b&gt;</dd>" in text
    assert "by Ann" in text
    assert "free" in text


def test_a_run_shows_the_prompt_that_was_sent(page: Page, kit: Kit) -> None:
    """What stands in the record is shown word for word."""
    run = made(kit)
    assert prompt_of(page.get(f"/runs/{run}")) == str(kit.render("sticker", {"subject": "a fox"}))


def test_the_settings_of_a_run_fill_in_the_form_again(page: Page, kit: Kit) -> None:
    """The button leads to the form as it was."""
    run = made(kit, style="flat")
    address = f"/make/sticker?run={run}"
    assert f'href="{address}"' in page.get(f"/runs/{run}")
    sent = page.form(address)
    assert (str(sent["v.subject"]).strip(), sent["v.style"]) == ("a fox", "flat")


def test_pictures_that_were_sent_stand_with_their_roles(page: Page, kit: Kit) -> None:
    """A thumbnail comes from what is kept beside the runs, and only for pictures of this run."""
    image = open_image(png((64, 64), "#1122cc"))
    prompt = kit.render("sticker", {"subject": "a fox"}, references={"character": image})
    folder = kit.generate(prompt).folder
    assert folder is not None
    run = f"{folder.parent.name}/{folder.name}"
    text = page.get(f"/runs/{run}")
    address = f"/runs/{run}/sent/{image.sha256}.webp"
    assert address in text
    assert "who it is: face, build and features" in text
    assert page.client.get(address).headers["content-type"] == "image/webp"
    other = made(kit)
    assert page.client.get(f"/runs/{other}/sent/{image.sha256}.webp").status_code == 404


def test_all_pictures_come_in_one_zip_with_their_sidecars(page: Page, kit: Kit) -> None:
    """The masters in it are the very bytes of the run."""
    run = made(kit, count=2)
    answer = page.client.get(f"/runs/{run}/all.zip")
    folder = kit.project.runs_folder / run
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        own = run.rpartition("-")[2]
        names = [name.partition("/")[2] for name in archive.namelist()]
        assert names == [f"a-fox-0{number}-{own}.{kind}" for number in (1, 2) for kind in ("png", "json")]
        assert archive.read(f"a-fox-{own}/a-fox-01-{own}.png") == (folder / "01.png").read_bytes()
    assert f'filename="a-fox-{own}.zip"' in answer.headers["content-disposition"]


@pytest.mark.parametrize("run", sorted(path.name for path in (BEFORE / "2026-11-28").iterdir()))
def test_runs_of_earlier_versions_have_their_pages(page: Page, kit: Kit, run: str) -> None:
    """Jobs that wait, stopped runs, refinements and recipes that are gone: all of them can be looked at."""
    shutil.copytree(BEFORE, kit.project.runs_folder)
    text = page.get(f"/runs/2026-11-28/{run}")
    for picture in set(re.findall(rf'href="(/runs/2026-11-28/{run}/[0-9]+\.[a-z]+)"', text)):
        assert 'id="download-title"' in page.get(picture)


def test_a_run_that_waits_in_a_job_says_so(page: Page, kit: Kit) -> None:
    """Nobody should take a run without pictures for a broken one."""
    shutil.copytree(BEFORE, kit.project.runs_folder)
    assert "once the job is collected" in page.get("/runs/2026-11-28/wren-ebd0")


def test_a_damaged_record_leaves_the_pictures(page: Page, kit: Kit) -> None:
    """What is wrong stands there, and the pictures can still be looked at, decided on and downloaded."""
    folder = kept(kit.project.runs_folder, pictures=2)
    (folder / "run.json").write_text("{", "utf-8")
    run = f"{folder.parent.name}/{folder.name}"
    text = page.get(f"/runs/{run}")
    assert "the record is damaged" in text
    assert f"/runs/{run}/02.png" in text
    page.post(f"/runs/{run}/02.png/review", {"verdict": "approve"})
    assert "Approved" in page.get(f"/runs/{run}/02.png")
    assert page.client.get(f"/runs/{run}/all.zip").status_code == 200


def test_a_refused_request_says_why_on_the_page_of_its_run(page: Page, kit: Kit) -> None:
    """A run without a picture is the one of which people ask why."""
    folder = kit.generate(kit.render("sticker", {"subject": "a fox"}), generator="gemini").folder
    assert folder is not None
    text = page.get(f"/runs/{folder.parent.name}/{folder.name}")
    assert "No access" in text
    assert "There is no key for the Gemini API" in text
    assert "GEMINI_API_KEY" in text.partition("What brought no picture")[2]


@pytest.mark.parametrize(
    "address", ["/runs/2026-11-28/gone-0000", "/runs/2026-11-28/..", "/runs/drafts/x", "/runs/a/b/c"]
)
def test_a_run_that_is_not_there_is_said_to_be_missing(page: Page, address: str) -> None:
    """No other folder can be reached by the address of a run."""
    assert page.client.get(address).status_code == 404


def test_a_run_is_named_by_words_and_not_by_its_pictures(page: Page, kit: Kit) -> None:
    """Of a recipe that begins with pictures and choices, the first words say what it is about."""
    values = {"target": "the blue sofa", "new_look": "a red sofa", "change": "swap"}
    prompt = kit.render("inpainting", values, references={"picture": png((64, 48), "#1122cc")})
    folder = kit.generate(prompt).folder
    assert folder is not None
    assert "<h1>A red sofa</h1>" in page.get(f"/runs/{folder.parent.name}/{folder.name}")
