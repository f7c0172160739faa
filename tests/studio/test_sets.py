"""The pictures of one form on the pages: numbered through, shown as one set, downloaded, and led back to the form."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fakes import png
from kept_runs import NOON, kept

from prompt_kit.record.placed import PlacedOrder, place, placed_orders

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.kit import Kit

    from .asking import Page

FORM = "0123456789abcdef"


def id_of(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


@pytest.fixture
def runs(kit: Kit) -> tuple[str, str]:
    """A try and two more pictures of one form."""
    root, fox = kit.project.runs_folder, {"subject": "a fox"}
    tried = kept(root, recipe="sticker", draft=FORM, values=fox)
    later = kept(root, recipe="sticker", draft=FORM, values=fox, pictures=2, at=NOON + timedelta(minutes=1))
    return id_of(tried), id_of(later)


def test_a_try_and_what_is_made_after_it_are_one_set(page: Page, kit: Kit) -> None:
    """The panel beside the form counts through, and leads to all of them with the way back to the form."""
    sent = page.form("/make/sticker?fresh=1")
    sent |= {"v.subject": "a sleepy otter", "count": "2"}
    page.post("/make/sticker", {**sent, "make": "one", "order": "x" * 20})
    draft = sent["draft"]
    page.until(f"/results/{draft}", lambda text: "1 of 1 ready" in text)
    page.post("/make/sticker", {**sent, "make": "all", "order": "y" * 20})
    text = page.until(f"/results/{draft}", lambda text: "2 of 2 ready" in text)
    assert re.findall(r'take-number">(Picture \d)<', text) == ["Picture 2", "Picture 3", "Picture 1"]
    orders = placed_orders(kit.project.runs_folder, str(draft))
    assert f'<strong>3 pictures</strong> <a class="small button" href="/sets/{orders[0].run}">Open all</a>' in text
    whole = page.get(f"/sets/{orders[0].run}")
    assert re.findall(r'data-case tabindex="-1" aria-label="([^"]+)"', whole) == [
        f"Picture {number} of A sleepy otter" for number in (1, 2, 3)
    ]
    assert f'href="/make/sticker?draft={draft}">Back to the form' in whole
    picture = page.get(f"/runs/{orders[0].run}/01.png")
    assert "<h1>A sleepy otter: picture 2 of 3</h1>" in picture
    assert f'rel="prev" href="/runs/{orders[1].run}/01.png">← Picture 1<' in picture


def test_a_picture_is_approved_beside_its_form(page: Page, kit: Kit) -> None:
    """The panel says so at once; what somebody else decided meanwhile is shown before it is overruled."""
    sent = page.form("/make/sticker?fresh=1") | {"v.subject": "a sleepy otter", "make": "one"}
    page.post("/make/sticker", sent)
    draft = str(sent["draft"])
    page.until(f"/results/{draft}", lambda text: "1 of 1 ready" in text)
    [order] = placed_orders(kit.project.runs_folder, draft)
    approve = {"form_token": page.form_token, "about": draft, "said": "0", "verdict": "approve"}
    headers = {"HX-Request": "true"}
    address = f"/runs/{order.run}/01.png/review"
    kit.review(kit.project.runs_folder / order.run, "01.png", "reject", reason="too dark", person="Ann")
    refused = page.client.post(address, data=approve, headers=headers)
    assert 'role="alert"' in refused.text
    assert ">Rejected</span>" in refused.text
    approved = page.client.post(address, data=approve | {"said": "1"}, headers=headers)
    assert approved.status_code == 200
    assert ">Approved</span>" in approved.text
    assert 'value="approve"' not in approved.text
    assert re.search(
        r"<summary[^>]*>Take back<.*The picture counts as rejected then.*value=\"reject\"", approved.text, re.DOTALL
    )
    taken_back = page.client.post(
        address, data=approve | {"said": "2", "verdict": "reject", "reason": "the tail"}, headers=headers
    )
    assert re.search(r'class="small quiet" name="verdict" value="approve">Approve after all<', taken_back.text)
    assert 'value="reject"' not in taken_back.text
    assert 'hx-target="#waiting-count"' in taken_back.text
    assert kit.reviews(kit.project.runs_folder / order.run)[0].reviews[-1].reason == "the tail"
    assert re.search(r'class="help decided">[^<]+: the tail<', taken_back.text)


def test_after_a_verdict_the_other_button_is_not_the_loud_one(page: Page, kit: Kit) -> None:
    """At the picture, under Review and in a comparison; the number of pictures to decide follows at once."""
    run = id_of(kept(kit.project.runs_folder, recipe="sticker", pictures=2))
    assert "2 to decide" in page.get("/review")
    for verdict, button in (("approve", ' name="verdict" value="reject">Take back'), ("reject", ">Approve after all")):
        shown = page.post(f"/runs/{run}/01.png/review", {"verdict": verdict, "reason": "x"}).text
        assert "1 to decide" in shown
        for text in (shown, page.get(f"/runs/{run}")):
            assert re.search(rf'class="small"[^>]*{button}', text)
    assert re.search(
        r'class="small" [^>]*>Approve after all<span class="hidden"> A', page.get(f"/compare?a={run}/01.png")
    )


@pytest.mark.parametrize(
    ("recipe", "values", "frame"),
    [
        ("sticker", {"subject": "a fox"}, "9 16"),
        ("inpainting", {"target": "the sofa", "new_look": "red", "change": "swap"}, "64 48"),
        ("product-mockup", {"product": "a jar"}, ""),
    ],
)
def test_a_picture_that_is_waited_for_has_the_format_that_was_asked_for(
    page: Page, kit: Kit, recipe: str, values: dict[str, str], frame: str
) -> None:
    """So that little moves when it comes: the format of the form, or of the photo that is changed."""
    pictures = {"picture": png((64, 48), "#1122cc")} if recipe == "inpainting" else {}
    settings = {"aspect_ratio": "9:16"} if recipe == "sticker" else {}
    prompt = kit.render(recipe, values, references=pictures, settings=settings)
    order = PlacedOrder("a-token-of-16-letters", recipe, prompt.to_dict(), 1, "proof", draft=FORM)
    place(kit.project.runs_folder, order, prompt)
    text = page.get(f"/results/{FORM}")
    assert "Waiting for its turn" in text
    assert re.findall(r'class="frame" viewBox="0 0 ([^"]+)"', text) == ([frame] if frame else [])


def test_review_groups_by_form_and_numbers_through(page: Page, runs: tuple[str, str]) -> None:
    """One heading, and no two first pictures."""
    text = page.get("/review")
    assert re.findall(r'<h2><a href="([^"]+)">([^<]+)<', text) == [(f"/sets/{runs[0]}", "A fox")]
    assert re.findall(r"<strong>(Picture \d)</strong>", text) == ["Picture 1", "Picture 2", "Picture 3"]


def test_what_differs_from_the_rest_of_its_form_is_said_at_the_picture(page: Page, kit: Kit) -> None:
    """A form may be used for something else; the numbers go on, and no owl is taken for a fox."""
    root = kit.project.runs_folder
    kept(root, recipe="sticker", draft=FORM, values={"subject": "a fox"})
    owl = id_of(kept(root, recipe="sticker", draft=FORM, values={"subject": "an owl"}, at=NOON + timedelta(minutes=1)))
    for address in ("/review", f"/sets/{owl}"):
        text = page.get(address)
        assert re.search(r"<h[12]>(<a[^>]+>)?A fox<", text), address
        cards = text.split("data-case ")[1:]
        assert ["An owl</span>" in card for card in cards] == [False, True], address


def test_a_set_is_downloaded_under_its_numbers(page: Page, kit: Kit, runs: tuple[str, str]) -> None:
    """Alone or as a zip, a file is called as on the pages, and has the very bytes."""
    tried, more = runs
    own = [run.rpartition("-")[2] for run in runs]
    one = page.client.get(f"/files/{more}/02.png?download=true")
    assert one.headers["content-disposition"] == f'attachment; filename="a-fox-03-{own[1]}.png"'
    answer = page.client.get(f"/sets/{tried}/all.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = [name.partition("/")[2] for name in archive.namelist() if name.endswith(".png")]
        assert names == [f"a-fox-01-{own[0]}.png", f"a-fox-02-{own[1]}.png", f"a-fox-03-{own[1]}.png"]
        last = archive.read(archive.namelist()[-2])
    assert last == (kit.project.runs_folder / more / "02.png").read_bytes()


def test_a_verdict_on_the_page_of_a_set_leads_back_to_it(page: Page, kit: Kit, runs: tuple[str, str]) -> None:
    """And the part for scripts shows the picture with the number that it has there."""
    tried, more = runs
    text = page.get(f"/sets/{tried}")
    back = re.findall(r'name="back" value="([^"]+)"', text)[0].replace("%2F", "/")
    answer = page.post(f"/review/{more}/02.png", {"verdict": "approve", "back": back}, follow=False)
    assert answer.headers["location"].startswith(f"/sets/{more}#case-")
    assert kit.reviews(more)[1].state == "approved"
    part = page.client.post(
        f"/review/{more}/01.png",
        data={"verdict": "approve", "back": back},
        headers={"HX-Request": "true", "X-Form-Token": page.form_token},
    ).text
    assert "Approved: picture 2 of A fox." in part


def test_an_approved_card_says_it_once_and_is_downloaded_there(page: Page, kit: Kit, runs: tuple[str, str]) -> None:
    """The first button gives the size that was chosen in the form, and the menu beside it every other."""
    values = {"subject": "a pier", "channel": "instagram"}
    run = id_of(kept(kit.project.runs_folder, recipe="social-post", values=values, at=NOON + timedelta(hours=1)))
    kit.review(run, "01.png", "approve", person="Ann")
    card = page.get("/review?state=approved").partition('<div id="cases">')[2].partition("</div>\n<form")[0]
    assert re.sub(r"<[^>]+>", "", card).count("Approved") == 1
    assert f'class="button small primary" href="/wanted/{run}/01.png" download>Download' in card
    answer = page.client.get(f"/wanted/{run}/01.png", follow_redirects=False)
    assert answer.headers["location"] == f"/channel/feed/{run}/01.png"
    menu = page.get(f"/sizes/{run}/01.png")
    assert f'href="/files/{run}/01.png?download=true"' in menu
    assert menu.count('href="/channel/') == 10
    first, original = re.findall(r'<a href="([^"]+)"', menu)[:2]
    assert (first, original) == (f"/channel/feed/{run}/01.png", f"/files/{run}/01.png?download=true")
    assert re.search(r"Instagram or Facebook feed, 4:5 <small>1080 × 1350 · chosen in the form", menu)
    wide = kit.project.runs_folder / runs[0] / "01.png"
    wide.write_bytes(png((160, 90), "#123456"))
    whole = re.findall(r'href="/(channel/\w+|files)/[^"]+"', page.get(f"/sizes/{runs[0]}/01.png"))
    assert whole[:4] == ["channel/x", "channel/youtube", "channel/slide", "files"]
    plain = page.client.get(f"/wanted/{runs[0]}/01.png", follow_redirects=False)
    assert plain.headers["location"] == f"/files/{runs[0]}/01.png?download=true"


def test_what_was_put_into_the_original_is_what_is_downloaded(page: Page, kit: Kit) -> None:
    """Also from the page of the picture as the model sent it, which is offered beside."""
    folder = kept(kit.project.runs_folder, recipe="inpainting")
    (folder / "01-composite.png").write_bytes(png((64, 48), "#123456"))
    run = id_of(folder)
    for picture, called in (
        ("01.png", "Replace one thing, as the model sent it"),
        ("01-composite.png", "Replace one thing"),
    ):
        whole = page.get(f"/runs/{run}/{picture}")
        assert f"<h1>{called}</h1>" in whole
        text = whole.partition('id="download"')[2]
        assert re.findall(r'class="button[^"]*" href="([^"]+)" download>([^<]+)<', text) == [
            (f"/files/{run}/01-composite.png?download=true", "Download"),
            (f"/files/{run}/01.png?download=true", "As the model sent it"),
        ]


def test_a_picture_is_compared_with_the_photo_it_was_made_from(page: Page, kit: Kit) -> None:
    """The photo is a side of its own, named as before, and offered; of one answer only one picture is offered."""
    values = {"target": "the sofa", "new_look": "red", "change": "swap"}
    prompt = kit.render("inpainting", values, references={"picture": png((64, 48), "#1122cc")})
    folder = kit.generate(prompt).folder
    assert folder is not None
    (folder / "01-composite.png").write_bytes(png((64, 48), "#123456"))
    run = id_of(folder)
    picture = page.get(f"/runs/{run}/01-composite.png")
    link = re.search(r'href="([^"]+)">Compare with your picture', picture)
    assert link is not None
    text = page.get(link[1].replace("&amp;", "&"))
    assert re.search(r">A, before: <a[^>]+>The photo it was made from<.*>B, after: <a", text, re.DOTALL)
    offered = re.findall(r'<option value="([^"]+)"', text.partition('id="choose-b"')[0])
    assert sorted(name.rpartition("/")[2][:12] for name in offered if run in name) == sorted(
        ["01-composite", prompt.turns[0].images[0].sha256[:12]]
    )
    shown = re.search(r'src="(/runs/[^"]+/sent/[0-9a-f]{64})"', text)
    assert shown is not None
    assert page.client.get(shown[1]).content == prompt.turns[0].images[0].read()
    assert f'src="/files/{run}/01-composite.png"' in text
    small = page.client.get(f"{shown[1]}.webp?size=160")
    assert small.headers["content-type"] == "image/webp"
    assert "different sizes" not in text
    for address in (f"/compare?a={run}/sent/{'0' * 64}", f"/runs/{run}/sent/{'0' * 64}"):
        assert page.client.get(address).status_code == 404


def test_a_picture_is_compared_with_the_photo_of_what_it_shows(page: Page, kit: Kit) -> None:
    """A product that was photographed anew is judged beside the photo of it, not beside the artwork on it."""
    given = {"artwork": png((64, 48), "#cc2211"), "product_photo": png((64, 48), "#1122cc")}
    prompt = kit.render("product-mockup", {"product": "the mug with the logo on it"}, references=given)
    folder = kit.generate(prompt).folder
    assert folder is not None
    link = re.search(r'href="([^"]+)">Compare with your picture', page.get(f"/runs/{id_of(folder)}/01.png"))
    assert link is not None
    assert prompt.turns[0].references[0].slot == "product_photo"
    assert prompt.turns[0].references[0].image.sha256 in link[1]


def test_a_comparison_says_when_sizes_differ_and_offers_what_comes_next(page: Page, kit: Kit) -> None:
    """The newer picture is changed from there, both lead to their pages also while the slider hides their names."""
    root = kit.project.runs_folder
    old = kept(root, recipe="sticker", values={"subject": "a fox"})
    chosen = {"subject": "an owl", "channel": "instagram"}
    new = kept(root, recipe="social-post", values=chosen, at=NOON + timedelta(minutes=1))
    (new / "01.png").write_bytes(png((64, 80), "#123456"))
    a, b = (f"{id_of(folder)}/01.png" for folder in (old, new))
    text = page.get(f"/compare?a={a}&b={b}")
    assert "different sizes: 64 × 48 and 64 × 80 pixels" in text
    assert re.findall(r'href="/runs/([^"]+)#refine">Change', text) == [b]
    assert re.findall(r'class="while-sliding" href="/runs/([^"]+)"', text) == [a, b]
    label = re.search(r'button primary" href="[^"]+" download>([^<]+)<', page.get(f"/runs/{b}"))
    assert label is not None
    assert label[1] != "Download"
    assert f'href="/wanted/{b}" download>{label[1]}<' in text


def test_versions_are_the_finished_pictures(page: Page, kit: Kit) -> None:
    """The tree shows what was put into the original, with what was decided about that, and leads there."""
    folder = kit.generate(kit.render("sticker", {"subject": "a fox"})).folder
    assert folder is not None
    (folder / "01-composite.png").write_bytes(png((64, 48), "#123456"))
    changed = kit.refine(folder / "01-composite.png", "warmer", generator="proof").folder
    assert changed is not None
    kit.review(folder, "01-composite.png", "approve")
    tree = page.get(f"/runs/{id_of(changed)}/01.png").partition('id="versions"')[2]
    assert f'<a href="/runs/{id_of(folder)}/01-composite.png"><img' in tree
    assert "approved, and counts" in tree
    assert f"/runs/{id_of(folder)}/01.png" not in tree


def test_a_form_that_is_gone_is_filled_in_as_it_was(page: Page, runs: tuple[str, str]) -> None:
    """The way back never leads to an empty form."""
    assert f'href="/make/sticker?run={runs[1]}">Back to the form' in page.get(f"/runs/{runs[1]}/01.png")


def test_a_set_of_one_run_is_the_page_of_that_run(page: Page, kit: Kit) -> None:
    """Nobody is led to two pages of the same."""
    run = id_of(kept(kit.project.runs_folder))
    answer = page.client.get(f"/sets/{run}", follow_redirects=False)
    assert answer.headers["location"] == f"/runs/{run}"
    assert page.client.get("/sets/2026-11-28/gone-0000").status_code == 404
