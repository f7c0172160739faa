"""The page of one picture: decided on, changed in words, downloaded, compared, and with all its versions."""

from __future__ import annotations

import hashlib
import io
import json
import re
from typing import TYPE_CHECKING

import pytest
from fakes import Painter, encoded, png
from kept_runs import NOON, kept
from PIL import Image as Pillow

from prompt_kit.pixels import channels
from prompt_kit.record.placed import placed_orders

from .test_runs import made

if TYPE_CHECKING:
    from pathlib import Path

    from gemini_server import GeminiServer

    from prompt_kit.kit import Kit

    from .asking import Page


@pytest.fixture
def folder(kit: Kit) -> Path:
    """A run with three pictures."""
    return kept(kit.project.runs_folder, pictures=3)


def address(folder: Path, picture: str = "02.png") -> str:
    """Return the address of the page of a picture."""
    return f"/runs/{folder.parent.name}/{folder.name}/{picture}"


def test_a_picture_leads_to_the_ones_before_and_after_it(page: Page, folder: Path) -> None:
    """All pictures of a run can be looked through without going back."""
    text = page.get(address(folder))
    assert f'rel="prev" href="{address(folder, "01.png")}"' in text
    assert f'rel="next" href="{address(folder, "03.png")}"' in text
    assert "Fox: picture 2 of 3</h1>" in text


def test_what_is_said_of_a_picture_stays_and_the_last_verdict_counts(page: Page, kit: Kit, folder: Path) -> None:
    """Approve, comment, reject: each with person and reason, none of it removed."""
    page.client.cookies["prompt_kit_person"] = "Ann"
    for verdict, reason in (("approve", ""), ("comment", "A <b>little</b> dark."), ("reject", "The tail is cut off.")):
        assert page.post(f"{address(folder)}/review", {"verdict": verdict, "reason": reason}).status_code == 200
    text = page.get(address(folder))
    assert [review.verdict for review in kit.reviews(folder)[1].reviews] == ["approve", "comment", "reject"]
    assert "A &lt;b&gt;little&lt;/b&gt; dark." in text
    assert text.index("The tail is cut off.") < text.index("A &lt;b&gt;")
    assert 'state-rejected"' in text
    assert "Ann" in text
    assert (folder / "02.png").read_bytes() == png((64, 48), "#00aa00")


def test_a_rejection_without_a_reason_asks_for_it_and_keeps_nothing(page: Page, kit: Kit, folder: Path) -> None:
    """The problem stands at the field."""
    answer = page.post(f"{address(folder)}/review", {"verdict": "reject"})
    assert answer.status_code == 422
    assert re.search(r'id="reason-said"><span>Say why the picture is rejected', answer.text)
    assert "aria-invalid" in answer.text
    assert not kit.reviews(folder)[1].reviews


def test_a_change_in_words_becomes_the_next_version(page: Page, kit: Kit) -> None:
    """It is made from this very picture, shown where it was asked for, and stands in the tree of versions."""
    run = made(kit, count=2)
    here = f"/runs/{run}/02.png"
    answer = page.post(f"{here}/change", {"change": "make the light warmer", "order": "x" * 20}, follow=False)
    assert answer.headers["location"] == f"{here}#result"
    text = page.until(here, lambda text: "1 of 1 ready" in text)
    order = next(iter(placed_orders(kit.project.runs_folder, f"{run}/02.png")))
    assert (order.parent, order.parent_picture) == (run, "02.png")
    assert f'href="/runs/{order.run}/01.png"' in text
    child = page.get(f"/runs/{order.run}/01.png")
    assert f'href="{here}"' in child
    assert "make the light warmer" in child
    assert f"/compare?a={run}/02.png&amp;b={order.run}/01.png" in child


def test_the_same_form_sent_twice_is_one_change(page: Page, kit: Kit) -> None:
    """A double click pays once."""
    here = f"/runs/{made(kit)}/01.png"
    for _ in range(2):
        page.post(f"{here}/change", {"change": "warmer", "order": "y" * 20}, follow=False)
    assert len(placed_orders(kit.project.runs_folder, here.removeprefix("/runs/"))) == 1


def test_a_change_is_shown_with_its_price_before_anything_is_spent(page: Page, kit: Kit) -> None:
    """What will be sent stands there while it is typed, and on a page of its own without scripts."""
    here = f"/runs/{made(kit)}/01.png"
    typed = page.post(f"{here}/change/preview", {"change": "make the light <i>warmer</i>"}).text
    assert "make the light &lt;i&gt;warmer&lt;/i&gt;" in typed
    assert "free" in typed
    assert "make the light" in page.post(f"{here}/change", {"change": "make the light warmer", "see": "yes"}).text
    assert not placed_orders(kit.project.runs_folder, here.removeprefix("/runs/"))


def test_a_change_without_words_is_asked_for(page: Page, kit: Kit) -> None:
    """Nothing is ordered, and the field says what is missing."""
    answer = page.post(f"/runs/{made(kit)}/01.png/change", {"change": "  "})
    assert answer.status_code == 422
    assert "Say what should be different." in answer.text


def test_a_picture_of_a_damaged_run_can_be_changed_like_one_from_elsewhere(page: Page, folder: Path) -> None:
    """The order has a page of its own, because it belongs to no run that can be read."""
    (folder / "run.json").write_text("{", "utf-8")
    answer = page.post(f"{address(folder)}/change", {"change": "warmer", "order": "z" * 20}, follow=False)
    assert answer.headers["location"] == f"/orders/{'z' * 20}"


def test_a_copy_for_a_channel_has_its_size_and_says_what_it_is(page: Page, folder: Path) -> None:
    """The picture itself stays as it is, and the copy names its hash."""
    before = (folder / "02.png").read_bytes()
    answer = page.client.get(f"/channel/story/{folder.parent.name}/{folder.name}/02.png")
    with Pillow.open(io.BytesIO(answer.content)) as copy:
        assert (copy.format, copy.size) == ("JPEG", (1080, 1920))
    assert b"digitalsourcetype/trainedAlgorithmicMedia" in answer.content
    assert hashlib.sha256(before).hexdigest().encode() in answer.content
    assert answer.headers["content-disposition"] == f'attachment; filename="{folder.name}-02-story.jpg"'
    assert (folder / "02.png").read_bytes() == before
    assert page.client.get(f"/channel/fax/{folder.parent.name}/{folder.name}/02.png").status_code == 404


def test_a_proof_for_a_channel_is_no_work_of_a_model(page: Page, kit: Kit) -> None:
    """What a program drew must not be called a model's picture."""
    answer = page.client.get(f"/channel/square/{made(kit)}/01.png")
    assert b"digitalsourcetype/algorithmicMedia" in answer.content


def test_the_page_says_what_a_channel_cuts_off(page: Page, folder: Path) -> None:
    """Nobody should learn only from the post that a head is missing."""
    text = page.get(address(folder))
    for channel in channels.CHANNELS.values():
        assert f"/channel/{channel.name}/{folder.parent.name}/{folder.name}/02.png" in text
    assert "cuts off 25 % in total, left and right together" in text


def test_two_pictures_stand_beside_each_other(page: Page, kit: Kit, folder: Path) -> None:
    """Of any two runs, and both can be exchanged for others."""
    other = kept(kit.project.runs_folder, recipe="owl", at=NOON.replace(hour=13))
    a, b = (address(run, picture).removeprefix("/runs/") for run, picture in ((folder, "02.png"), (other, "01.png")))
    text = page.get(f"/compare?a={a}&b={b}")
    assert text.index(f'src="/files/{a}"') < text.index(f'src="/files/{b}"')
    assert 'type="range"' in text
    assert f'<option value="{address(folder, "03.png").removeprefix("/runs/")}">' in text
    alone = page.get(f"/compare?a={a}")
    assert "Choose the second picture" in alone
    assert re.findall(r'<option value="([^"]+)" selected', alone)[0] == a
    assert re.findall(r'<option value="([^"]+)" selected', alone)[1] not in {"", a}


@pytest.mark.parametrize("asked", ["", "a=x", "a=../../etc/passwd", "a=2026-11-28/gone-0000/01.png"])
def test_a_comparison_of_what_is_not_there_is_refused(page: Page, asked: str) -> None:
    """An address leads to pictures of runs only."""
    assert page.client.get(f"/compare?{asked}").status_code == 404


def test_the_subject_of_the_first_version_is_proposed_as_alternative_text(page: Page, kit: Kit) -> None:
    """Of a refinement, the change alone would not describe the picture."""
    first = made(kit, subject='a fox "on" a <red> roof')
    page.post(f"/runs/{first}/01.png/change", {"change": "make it warmer", "order": "a" * 20}, follow=False)
    page.until(f"/runs/{first}/01.png", lambda text: "1 of 1 ready" in text)
    run = next(iter(placed_orders(kit.project.runs_folder, f"{first}/01.png"))).run
    assert 'id="alt-text" class="alt-text">a fox &#34;on&#34; a &lt;red&gt; roof</p>' in page.get(f"/runs/{run}/01.png")


@pytest.mark.parametrize("picture", ["01.json", "run.json", "..%2F..%2Fledger.db", "09.png", "01.svg"])
def test_only_pictures_have_pages(page: Page, folder: Path, picture: str) -> None:
    """Records and other files are no pictures."""
    assert page.client.get(address(folder, picture)).status_code == 404


@pytest.mark.parametrize("path", ["review", "change", "change/preview"])
def test_forms_of_other_pages_are_refused(page: Page, folder: Path, path: str) -> None:
    """Without our token nothing is decided, ordered or judged."""
    answer = page.client.post(f"{address(folder)}/{path}", data={"verdict": "approve", "change": "x"})
    assert answer.status_code == 403


def dropped(page: Page, data: bytes, name: str = "picture.png") -> str:
    """Drop a file in the gallery; return where that leads, or what is said."""
    token = {"form_token": page.access.form_token}
    answer = page.client.post("/again", data=token, files={"file": (name, data)}, follow_redirects=False)
    return answer.headers["location"] if answer.status_code == 303 else answer.text


def test_a_dropped_picture_brings_its_settings(page: Page, kit: Kit) -> None:
    """By its bytes, by a copy for a channel, and by its sidecar."""
    run = made(kit, style="flat")
    folder = kit.project.runs_folder / run
    expected = f"/make/sticker?run={run.replace('/', '%2F')}&"
    for data, name in (
        ((folder / "01.png").read_bytes(), "01.png"),
        (page.client.get(f"/channel/feed/{run}/01.png").content, "a copy.png"),
        ((folder / "01.json").read_bytes(), "01.json"),
    ):
        where = dropped(page, data, name)
        assert where.startswith(expected)
        text = page.get(where)
        assert re.search(rf'This picture was made here on \d.* with <a href="/runs/{run}">Sticker or icon</a>', text)
        assert ("Use it as my own photo instead" in text) == (name != "01.json")


def test_a_picture_made_here_is_an_own_photo_where_somebody_wants_that(page: Page, kit: Kit) -> None:
    """Under the name that it has on the person's disk, and what was filled in once stays out of it."""
    run = made(kit, style="flat")
    data = (kit.project.runs_folder / run / "01.png").read_bytes()
    text = page.get(dropped(page, data, "Fox for the door.png"))
    link = re.search(r'href="(/photos/[^"]+)">Use it as my own photo instead', text)
    assert link is not None
    offered = page.get(link[1])
    assert "<figcaption>Fox for the door.png</figcaption>" in offered
    form = re.search(r'href="(/make/background-swap[^"]+)"', offered)
    assert form is not None
    assert "Fox for the door.png" in page.get(form[1].replace("&amp;", "&"))
    assert "This picture was made here" not in page.get(form[1].replace("&amp;", "&"))
    assert page.client.get("/photos/nobody-s").status_code == 404
    draft = page.form("/make/sticker?fresh=1")["draft"]
    assert "This picture was made here" not in page.get(f"/make/sticker?draft={draft}&made_by=2026-11-28/gone-0000")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (png((8, 8), "#123456"), "What shall become of your photo?"),
        (b"", "No file was chosen."),
        (b"<svg onload=alert(1)>", "neither a picture nor"),
        (json.dumps({"run": "../../etc"}).encode(), "neither a picture nor"),
        (json.dumps({"run": "2026-11-28/gone-0000"}).encode(), "not in this project"),
        (b"[" * 100_000, "neither a picture nor"),
    ],
    ids=["unknown", "empty", "script", "elsewhere", "gone", "deep"],
)
def test_a_file_that_is_of_no_run_says_so(page: Page, kit: Kit, data: bytes, said: str) -> None:
    """The sentence says why, and what would work."""
    kept(kit.project.runs_folder)
    assert said in dropped(page, data)


@pytest.fixture
def masked(kit: Kit, server: GeminiServer) -> Path:  # noqa: ARG001 - the changes of it go there
    """A run in which an armchair was put in for a sofa, by a mask."""
    room, mask = Pillow.effect_noise((240, 160), 60).convert("RGB"), Pillow.new("L", (240, 160), 0)
    mask.paste(255, (80, 50, 160, 110))
    pictures = {"picture": encoded(room), "mask": encoded(mask)}
    values = {"target": "the sofa", "new_look": "a green armchair"}
    prompt = kit.recipe("inpainting").render(values, references=pictures)
    folder = kit.generate(prompt, generator=Painter(data=encoded(room.resize((300, 200))), size=(300, 200))).folder
    assert folder is not None
    return folder


def test_a_change_of_a_masked_picture_shows_the_mask_and_what_is_put_back(page: Page, kit: Kit, masked: Path) -> None:
    """Before it is ordered; the order has mask and original, and the run that is made says so."""
    here, run = address(masked, "01-composite.png"), f"{masked.parent.name}/{masked.name}"
    assert re.search(r'<input type="checkbox" id="whole" name="whole" value="yes" aria-describedby', page.get(here))
    typed = page.post(f"{here}/change/preview", {"change": "make the armchair blue"}).text
    assert "all the rest is put back from" in typed
    small = re.findall(rf'src="(/runs/{run}/sent/\w+\.webp)"', typed)
    assert len(small) == 2
    assert all(page.client.get(one).status_code == 200 for one in small)
    page.post(f"{here}/change", {"change": "make the armchair blue", "order": "m" * 20}, follow=False)
    page.until(here, lambda text: "1 of 1 ready" in text)
    [order] = placed_orders(kit.project.runs_folder, f"{run}/01-composite.png")
    [turn] = order.rendered(kit.project.runs_folder).turns
    assert turn.mask is not None
    assert turn.mask.original is not None
    assert (kit.project.runs_folder / order.run / "01-composite.png").is_file()
    assert "Original<small>all outside the mask is put back from it; it was not sent" in page.get(f"/runs/{order.run}")


def test_the_whole_of_a_masked_picture_changes_only_with_a_tick(page: Page, kit: Kit, masked: Path) -> None:
    """What was ticked is in the order, and stays ticked on a page that is shown again."""
    here = address(masked, "01-composite.png")
    sent = {"change": "make it night", "whole": "yes", "order": "w" * 20}
    text = page.post(f"{here}/change", {**sent, "see": "yes"}).text
    assert 'value="yes" checked aria-describedby="whole-help"' in text
    assert "The whole picture may change: what the mask" in text
    page.post(f"{here}/change", sent, follow=False)
    [order] = placed_orders(kit.project.runs_folder, here.removeprefix("/runs/"))
    assert order.rendered(kit.project.runs_folder).turns[0].mask is None


def test_a_change_whose_original_is_gone_is_not_ordered(page: Page, kit: Kit, masked: Path) -> None:
    """The page says it before a word is written, and again where somebody orders all the same."""
    for path in (kit.project.runs_folder / "references").iterdir():
        path.unlink()
    here = address(masked, "01-composite.png")
    assert "Or let the whole picture change." in page.get(here)
    answer = page.post(f"{here}/change", {"change": "make it blue", "order": "g" * 20})
    assert answer.status_code == 422
    assert "what lies outside is put back from the original. The picture" in answer.text
    assert not placed_orders(kit.project.runs_folder, here.removeprefix("/runs/"))


def test_a_picture_without_a_mask_asks_nothing_about_it(page: Page, folder: Path) -> None:
    """A check box that changes nothing would only be in the way."""
    assert 'id="whole"' not in page.get(address(folder))
