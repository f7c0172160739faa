"""What runs and pictures are called on pages, in files and for those who do not see, and which version counts."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from fakes import png
from kept_runs import COLORS, NOON, kept

from prompt_kit.outcome import Outcome, Picture, Status
from prompt_kit.prompt import Prompt, Text, Turn
from prompt_kit.record.placed import PlacedOrder, change, place
from prompt_kit.record.runs import RunFolder, Sent

from .test_runs import made

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.kit import Kit

    from .asking import Page


@pytest.fixture
def versions(kit: Kit) -> tuple[str, str]:
    """A picture of a mug and a change of it, as addresses."""
    first = made(kit, subject="a ceramic mug")
    folder = kit.refine(
        kit.project.runs_folder / first / "01.png", "make the handle blue", generator="proof", person="Ben"
    ).folder
    assert folder is not None
    return f"{first}/01.png", f"{folder.parent.name}/{folder.name}/01.png"


def approve(kit: Kit, address: str) -> None:
    run, _, name = address.rpartition("/")
    kit.review(run, name, "approve")


def test_a_later_version_is_called_after_its_change(page: Page, versions: tuple[str, str]) -> None:
    """What the first one showed may not be true of it; pages say what it began with, and never "refine" or a file."""
    _, second = versions
    name = "Make the handle blue (version 2)"
    text = page.get(f"/runs/{second}")
    assert f"<h1>{name}</h1>" in text
    assert f"<title>{name} · prompt-kit</title>" in text
    assert "Version 2 of a ceramic mug · Refine a picture</p>" in text
    for address in ("/history", f"/runs/{second.rpartition('/')[0]}", f"/compare?a={second}"):
        assert name in page.get(address), address
    assert 'class="tile-text subject">of a ceramic mug</p>' in page.get("/history")
    assert 'aria-label="Picture 1, version 2 of A ceramic mug"' in page.get("/review?proofs=yes")


def test_the_settings_of_a_change_are_not_offered_again(page: Page, versions: tuple[str, str]) -> None:
    """Its form would know neither the picture's versions nor its mask; "Change something" does."""
    first, second = (f"/runs/{address.rpartition('/')[0]}" for address in versions)
    assert "Use these settings again" in page.get(first)
    assert "Use these settings again" not in page.get(second)
    assert page.get("/history").count("Use these settings again<") == 1


def test_a_download_is_named_after_what_it_shows(page: Page, versions: tuple[str, str]) -> None:
    """Alone, at the size of a channel, and as a zip; a change says which version it is."""
    run, _, name = versions[1].rpartition("/")
    own = run.rpartition("-")[2]
    stem = f"a-ceramic-mug-01-version-2-{own}"
    for address, file in (
        (f"/files/{run}/{name}?download=true", f"{stem}.png"),
        (f"/channel/square/{run}/{name}", f"{stem}-square.jpg"),
        (f"/runs/{run}/all.zip", f"a-ceramic-mug-version-2-{own}.zip"),
    ):
        assert f'filename="{file}"' in page.client.get(address).headers["content-disposition"]


@pytest.mark.parametrize(
    ("recipe", "values", "expected"),
    [
        (
            "social-post",
            {"subject": "a lighthouse", "channel": "x", "words": ["HARBOUR :: in white", "Every Saturday"]},
            "a lighthouse, with the words “HARBOUR”, “Every Saturday”",
        ),
        ("text-rendering", {"subject": "a poster that says Hello", "words": ["Hello"]}, "a poster that says Hello"),
        (
            "relocalize",
            {"language": "European Portuguese", "new_words": ["MERCADO", "-"], "old_words": ["MARKET", "x"]},
            "Picture with the words “MERCADO”",
        ),
        ("relocalize", {"language": "European Portuguese"}, "Another language: European Portuguese"),
        ("gone", {"subject": "a pier", "words": ["X"]}, "a pier"),
    ],
)
def test_the_alternative_text_says_the_words_of_the_picture(
    page: Page, kit: Kit, recipe: str, values: dict[str, object], expected: str
) -> None:
    """Where words matter, a name of a language or a place in the layout describes nothing."""
    folder = kept(kit.project.runs_folder, recipe=recipe, values=values)
    text = page.get(f"/runs/{folder.parent.name}/{folder.name}/01.png")
    assert f'class="alt-text">{expected}</p>' in text


def test_both_versions_say_which_approved_one_counts(page: Page, kit: Kit, versions: tuple[str, str]) -> None:
    """An approved change stands in the place of the approved picture that it was made from."""
    first, second = versions
    approve(kit, first)
    assert "Replaced by" not in page.get(f"/runs/{first}")
    approve(kit, second)
    text = page.get(f"/runs/{first}")
    assert f'Replaced by <a href="/runs/{second}">version 2</a>' in text
    assert "approved, but replaced by a later version" in text
    newer = page.get(f"/runs/{second}")
    assert "Replaced by" not in newer
    assert "approved, and counts" in newer
    assert f'<a href="/runs/{second}">approved, and counts</a> instead' in page.get("/review?state=approved&proofs=yes")


def test_the_zip_of_what_is_approved_has_the_newest_version_of_each(
    page: Page, kit: Kit, versions: tuple[str, str]
) -> None:
    """Older ones come along only when somebody asks for them; a picture beside them is no version of them."""
    other = f"{made(kit, subject='an owl')}/01.png"
    for address in (*versions, other):
        approve(kit, address)

    def names(query: str) -> set[str]:
        with zipfile.ZipFile(io.BytesIO(page.client.get(f"/review/approved.zip{query}").content)) as archive:
            return {name for name in archive.namelist() if name.endswith(".png")}

    files = [address.replace("/", "-") for address in (*versions, other)]
    assert names("") == set(files[1:])
    assert names("?older=yes") == set(files)
    assert 'name="older" value="yes">' in page.get("/review")


def test_of_several_pictures_only_the_changed_one_is_replaced(page: Page, kit: Kit) -> None:
    """A change of the second picture leaves the approval of the first as it is."""
    run = made(kit, count=2)
    folder = kit.refine(kit.project.runs_folder / run / "02.png", "warmer", generator="proof").folder
    assert folder is not None
    for address in (f"{run}/01.png", f"{run}/02.png", f"{folder.parent.name}/{folder.name}/01.png"):
        approve(kit, address)
    replaced = {past.name: past.replaced_by for past in kit.pictures(run=run).pictures}
    assert replaced == {"01.png": "", "02.png": f"{folder.parent.name}/{folder.name}/01.png"}
    assert "A later version is" in page.get(f"/runs/{run}")


def test_results_stand_in_the_order_and_with_the_numbers_of_the_pictures(page: Page, kit: Kit) -> None:
    """Which answer comes first is chance: the panel, the run and the picture call each picture the same."""
    root = kit.project.runs_folder
    prompt = Prompt((Turn((Text("Draw a fox."),)),), recipe="sticker", given=(("subject", "a fox"),))
    run = RunFolder.create(root, prompt, generator="gemini", now=NOON, count=3)
    for entry, take in enumerate((2, 0), start=1):
        data = png((64, 48), COLORS[take])
        answer = Outcome(Status.OK, pictures=(Picture(data, "image/png", 64, 48, ""),), billable="yes")
        run.save(answer, Sent(turn=0, take=take, entry=entry, model="m", fingerprint="f", sent_at=NOON, ended_at=NOON))
    run.finish(Outcome(Status.OK), now=NOON)
    order = PlacedOrder(
        "t" * 20, "sticker", prompt.to_dict(), 3, "gemini", draft="d" * 20, at=datetime.now(UTC), state="ended"
    )
    place(root, order, prompt)
    change(root, order.token, run=f"{run.path.parent.name}/{run.path.name}", state="ended")
    text = page.get(f"/orders/{order.token}")
    assert re.findall(r'alt="(Picture \d: [^"]+)"', text) == [
        "Picture 1: A fox, open it",
        "Picture 2: A fox, open it",
    ]
    assert text.index("/02.png") < text.index("Not sent")


def test_a_verdict_on_the_page_of_a_run_leads_back_to_it(page: Page, kit: Kit, tmp_path: Path) -> None:
    """Each picture can be approved, rejected and commented on where all are seen; what was said stands there."""
    folder = kept(tmp_path / "runs", pictures=2)
    run = f"{folder.parent.name}/{folder.name}"
    sent = {"verdict": "comment", "reason": "A little dark.", "back": f"run={run}"}
    answer = page.post(f"/review/{run}/02.png", sent, follow=False)
    assert answer.headers["location"] == f"/runs/{run}#case-{run.replace('/', '-')}-02-png"
    text = page.get(f"/runs/{run}")
    assert "A little dark." in text
    assert text.count('value="approve"') == 2
    assert [text.index(f'id="case-{run.replace("/", "-")}-0{number}-png"') for number in (1, 2)] == sorted(
        text.index(f'id="case-{run.replace("/", "-")}-0{number}-png"') for number in (1, 2)
    )
    part = page.client.post(
        f"/review/{run}/01.png",
        data={"verdict": "approve", "back": f"run={run}"},
        headers={"HX-Request": "true", "X-Form-Token": page.form_token},
    ).text
    assert re.search(r'hx-target="#said"[^>]*>Approved: picture 1 of Fox.<', part)
    assert "for a link" not in part
    assert 'value="approve"' not in part
    assert kit.reviews(run)[0].state == "approved"


def test_download_stands_before_decide_with_the_channel_that_was_chosen(page: Page, kit: Kit) -> None:
    """The size that was asked for is the first button, with how much is cut off and a preview of it."""
    values = {"subject": "a pier", "channel": "instagram"}
    folder = kept(kit.project.runs_folder, recipe="social-post", values=values, pictures=2)
    address = f"{folder.parent.name}/{folder.name}/02.png"
    text = page.get(f"/runs/{address}")
    chosen = text.index(f'href="/channel/feed/{address}" download>Download for Instagram feed, 1080 × 1350</a>')
    original = f'href="/files/{address}?download=true" download>The original'
    assert chosen < text.index(original) < text.index('id="review-title"') < text.index('id="refine-title"')
    assert "cuts off 41 % in total, left and right together" in text[chosen:]
    assert 'd="M0 0H64V48H0ZM13 0V48H51V0Z"' in text[:chosen]
    assert "style=" not in text
    assert re.findall(r'<li><a href="[^"]+/(0\d\.png)"(?: aria-current="page")?><img', text) == ["01.png", "02.png"]
    plain = kept(kit.project.runs_folder, recipe="sticker", values={"subject": "a fox"})
    assert "Download for" not in page.get(f"/runs/{plain.parent.name}/{plain.name}/01.png")


def test_a_comparison_says_which_came_first_and_lets_decide(page: Page, kit: Kit, versions: tuple[str, str]) -> None:
    """Versions are before and after, other pictures older and newer; a verdict leads back to the comparison."""
    first, second = versions
    text = page.get(f"/compare?a={second}&b={first}")
    assert ">A, after: <a" in text
    assert ">B, before: <a" in text
    old, new = (kept(kit.project.runs_folder, recipe="owl", at=NOON.replace(hour=hour)) for hour in (9, 10))
    a, b = (f"{folder.parent.name}/{folder.name}/01.png" for folder in (old, new))
    assert re.search(r">A, older: <a.*>B, newer: <a", page.get(f"/compare?a={a}&b={b}"), re.DOTALL)
    back = page.post(f"/review/{b}", {"verdict": "approve", "back": f"a={a}&b={b}"}, follow=False)
    assert back.headers["location"] == f"/compare?a={a.replace('/', '%2F')}&b={b.replace('/', '%2F')}"
    assert f'href="/wanted/{b}" download' in page.get(f"/compare?a={a}&b={b}")


def test_the_count_of_the_tab_follows_each_verdict_and_mine_narrows(page: Page, tmp_path: Path) -> None:
    """The number beside "Waiting" and the badge say the same after a verdict."""
    ann = kept(tmp_path / "runs", pictures=2, person="Ann")
    kept(tmp_path / "runs", recipe="owl", person="Ben", at=NOON.replace(hour=11))
    page.post("/person", {"person": "Ann"})
    run = f"{ann.parent.name}/{ann.name}"
    assert '<span id="tab-count">(3)</span>' in page.get("/review")
    mine = page.get("/review?person=Ann")
    assert '<span id="tab-count">(2)</span>' in mine
    assert re.search(r'href="/review\?person=Ann[^"]*" aria-current="page">Mine', mine)
    part = page.client.post(
        f"/review/{run}/01.png",
        data={"verdict": "approve", "back": "state=waiting&by=form"},
        headers={"HX-Request": "true", "X-Form-Token": page.form_token},
    ).text
    assert '<hx-partial hx-target="#tab-count" hx-swap="textContent">(2)</hx-partial>' in part
    assert '<hx-partial hx-target="#waiting-count" hx-swap="innerHTML">2 to decide<' in part
