"""Filling in a recipe: what is typed is kept, judged, and shown as the prompt that will be sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from builtin_recipes import LIBRARY
from fakes import png

from .asking import prompt_of

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.kit import Kit

    from .asking import Page


def test_what_is_typed_is_there_again_after_a_reload(page: Page) -> None:
    """A draft keeps every kind of answer as it was typed."""
    sent = page.form("/make/sticker?fresh=1") | {
        "v.subject": "a sleepy otter",
        "v.traits": ["a tiny hat", "one closed eye"],
        "v.style": "=own",
        "v.style.own": "cut paper",
        "count": "2",
    }
    page.post("/make/sticker/preview", sent)
    again = page.form(f"/make/sticker?draft={sent['draft']}")
    assert again["v.subject"] == "\na sleepy otter"
    assert again["v.traits"] == ["a tiny hat", "one closed eye", ""]
    assert (again["v.style"], again["v.style.own"], again["count"]) == ("=own", "cut paper", "2")


def test_opening_a_recipe_again_shows_what_was_begun(page: Page) -> None:
    """Leaving a form and coming back by the gallery loses nothing."""
    sent = page.form("/make/sticker?fresh=1") | {"v.subject": "a lost sock"}
    page.post("/make/sticker/preview", sent)
    assert "a lost sock" in page.get("/make/sticker")
    assert "a lost sock" not in page.get("/make/sticker?fresh=1")


def test_the_page_shows_the_very_prompt_that_the_recipe_renders(page: Page, kit: Kit) -> None:
    """What will be sent stands there word for word."""
    values = {"subject": "a fox & a <hen>", "style": "flat"}
    sent = page.form("/make/sticker?fresh=1") | {f"v.{name}": value for name, value in values.items()}
    shown = page.post("/make/sticker/preview", sent).text
    expected = str(kit.render("sticker", values)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert prompt_of(shown) == expected


def test_every_example_fills_the_form_and_shows_its_prompt(page: Page, kit: Kit) -> None:
    """An example of a recipe with words alone comes out as the recipe itself renders it."""
    recipe = kit.recipe("photorealistic")
    for example in recipe.examples.values():
        if example.uses or any(name in recipe.references for name in example.values):
            continue
        text = page.get(f"/make/photorealistic?example={example.name}")
        shown = prompt_of(text).replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&")
        assert shown == str(recipe.render_example(example.name))


def test_each_problem_stands_at_its_field_and_can_be_mended_with_one_click(page: Page) -> None:
    """A near miss is offered as a repair, which is a button of the form."""
    sent = page.form("/make/sticker?fresh=1") | {"v.subject": "a fox", "v.style": "=own", "v.style.own": "kawai"}
    shown = page.post("/make/sticker/preview", sent).text
    assert "“kawai” is nearly the choice “Kawaii”" in shown.replace("&#39;", "'")
    mended = page.post("/make/sticker/draft", sent | {"offer": "0"}).text
    assert '<option value="kawaii" selected>' in mended


def test_what_is_not_asked_is_kept_but_not_sent(page: Page) -> None:
    """A field whose condition no longer holds is no problem, and its words come back with the condition."""
    sent = page.form("/make/social-post?fresh=1") | {"v.subject": "a lighthouse", "v.channel": "story"}
    shown = page.post("/make/social-post/preview", sent).text
    assert "data-prompt" in shown


def test_making_with_something_missing_makes_nothing_and_says_where(page: Page, kit: Kit) -> None:
    """All problems stand in a summary with links, and nothing was ordered."""
    answer = page.post("/make/sticker", page.form("/make/sticker?fresh=1") | {"make": "all"})
    assert answer.status_code == 422
    assert 'href="#field-subject"' in answer.text
    assert not list(kit.runs())


def test_pictures_are_made_and_shown(page: Page, kit: Kit) -> None:
    """The order is one run with as many pictures as were asked for."""
    sent = page.form("/make/sticker?fresh=1") | {"v.subject": "a fox", "count": "2", "make": "all"}
    page.post("/make/sticker", sent)
    text = page.until(f"/results/{sent['draft']}", lambda text: "2 of 2 ready" in text)
    assert text.count("<img") == 2
    (run,) = kit.runs()
    assert (run.recipe, run.pictures, run.state) == ("sticker", 2, "done")


def test_a_double_click_is_one_order(page: Page, kit: Kit) -> None:
    """The same form sent twice is the same order."""
    sent = page.form("/make/sticker?fresh=1") | {"v.subject": "a fox", "make": "one"}
    for _ in range(3):
        page.post("/make/sticker", sent)
    page.until(f"/results/{sent['draft']}", lambda text: "1 of 1 ready" in text)
    assert len(list(kit.runs())) == 1


def test_two_forms_with_the_same_words_are_two_orders(page: Page, kit: Kit) -> None:
    """Asking for the same again on purpose makes it again."""
    for _ in range(2):
        sent = page.form("/make/sticker?fresh=1") | {"v.subject": "a fox", "make": "one"}
        page.post("/make/sticker", sent)
        page.until(f"/results/{sent['draft']}", lambda text: "1 of 1 ready" in text)
    assert len(list(kit.runs())) == 2


@pytest.mark.parametrize("strategy", ["camera", "purpose"])
def test_a_technique_brings_its_fields(page: Page, strategy: str) -> None:
    """Mixing in a strategy keeps what was typed, and asks more."""
    recipe = "photorealistic"
    sent = page.form(f"/make/{recipe}?fresh=1") | {"v.subject": "a heron", "uses": strategy}
    answer = page.post(f"/make/{recipe}/draft", sent)
    assert "a heron" in answer.text
    assert answer.status_code == 200


def test_the_language_at_the_top_mixes_in_its_technique(page: Page) -> None:
    """A recipe that does not ask for a language takes one all the same."""
    sent = page.form("/make/photorealistic?fresh=1")
    sent |= {"v.subject": 'a shop window with the words "Guten Tag"', "v.language": "German"}
    page.post("/make/photorealistic/preview", sent)
    assert "German" in prompt_of(page.get(f"/make/photorealistic?draft={sent['draft']}"))


def test_an_example_brings_its_pictures(page: Page) -> None:
    """They stand in their slots as uploads, and among what will be sent, in order."""
    text = page.get("/make/product-mockup?example=branded-mugs")
    assert text.count('name="r.product_photo"') == 1
    assert text.count('name="r.artwork"') == 1
    assert text.index("Picture 1") < text.index("Picture 2")


def test_a_picture_is_taken_and_can_be_deleted(page: Page) -> None:
    """What was uploaded fills its slot; once it is deleted, the form goes on without it."""
    with (LIBRARY.roots[-1].recipes / "pictures/mug.png").open("rb") as file:
        answer = page.client.post(
            "/uploads",
            data={"slot": "product_photo", "form_token": page.access.form_token},
            files={"file": ("../my mug.png", file, "image/png")},
        )
    (key,) = re.findall(r'name="r.product_photo" value="([^"]+)"', answer.text)
    sent = page.form("/make/product-mockup?fresh=1") | {"v.product": "a mug", "r.product_photo": key}
    assert "Picture 1" in page.post("/make/product-mockup/preview", sent).text
    assert page.client.get(f"/uploads/{key}/160.webp").headers["content-type"] == "image/webp"
    page.post(f"/uploads/{key}/delete", {})
    assert page.client.get(f"/uploads/{key}/160.webp").status_code == 404
    assert "Picture 1" not in page.post("/make/product-mockup/preview", sent).text


def test_giving_a_name_in_the_middle_loses_nothing(page: Page) -> None:
    """Whoever fills in first and then says who they are goes on with the same form."""
    sent = page.form("/make/sticker?fresh=1") | {"v.subject": "a shy newt"}
    page.post("/make/sticker/preview", sent)
    own = {"form_token": page.access.form_token, "person": "Ann"}
    here = {"referer": f"http://127.0.0.1/make/sticker?draft={sent['draft']}"}
    answer = page.client.post("/person", data=own, headers=here)
    assert answer.url.query == f"draft={sent['draft']}".encode()
    assert "a shy newt" in answer.text


def test_nobody_reads_the_draft_of_somebody_else(page: Page) -> None:
    """The address of a draft shows it to nobody but its person."""
    page.post("/person", {"person": "Ann"})
    sent = page.form("/make/sticker?fresh=1") | {"v.subject": "a secret newt"}
    page.post("/make/sticker/preview", sent)
    page.post("/person", {"person": "Bob"})
    here = {"referer": f"http://127.0.0.1/make/sticker?draft={sent['draft']}"}
    page.client.post("/person", data={"form_token": page.access.form_token, "person": "Bob"}, headers=here)
    for address in ("/make/sticker", f"/make/sticker?draft={sent['draft']}", f"/results/{sent['draft']}"):
        assert "a secret newt" not in page.get(address)
    assert page.client.get(f"/make/sticker/proof/{sent['draft']}.webp").status_code == 404


def options(text: str, name: str) -> list[str]:
    """Return what the list of a field or setting shows."""
    shown = re.search(rf'<select id="in-{name}".*?</select>', text, re.DOTALL)
    assert shown is not None, name
    return [option.strip() for option in re.findall(r"<option[^>]*>(.*?)</option>", shown[0], re.DOTALL)]


def test_what_applies_as_usual_stands_once_in_a_list(page: Page) -> None:
    """First, and nothing else is shown as chosen, also where an example says it in so many words."""
    text = page.get("/make/sticker?fresh=1")
    assert [option for option in options(text, "asset") if option.startswith("Sticker")] == [
        "Sticker (as usual) – For laptops, parcels and chats."
    ]
    assert options(text, "s-tier") == ["Standard (as usual)", "Draft: quick and cheap", "Pro: best, slower"]
    mug = page.form("/make/product-mockup?fresh=1") | {"v.product": "a mug", "s.aspect_ratio": "1:1"}
    assert "The model decides (as usual)" in page.post("/make/product-mockup/preview", mug).text
    assert "1:1 (as usual)" not in page.post("/make/product-mockup/preview", mug).text
    sent = page.form("/make/sticker?fresh=1") | {"v.subject": "a fox", "v.asset": "sticker"}
    page.post("/make/sticker/preview", sent)
    assert page.form(f"/make/sticker?draft={sent['draft']}")["v.asset"] == ""


def test_a_choice_that_is_required_asks_for_one(page: Page) -> None:
    """The model decides only where it may."""
    assert options(page.get("/make/background-swap?fresh=1"), "background")[0] == "Please choose"
    assert options(page.get("/make/sticker?fresh=1"), "style")[0] == "The model decides"


def test_own_words_have_one_field_with_a_label_of_its_own(page: Page) -> None:
    """Beside a list that takes them; the field for whatever else there is has another name."""
    text = page.get("/make/background-swap?fresh=1")
    assert options(text, "background")[-1] == "Something else, in your own words"
    assert ">Background, in your own words</label>" in text.replace("New background", "Background")
    assert ">Anything else</label>" in text
    assert text.count("In your own words") == 0


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Access to a model, which is never asked here."""
    monkeypatch.setenv("GEMINI_API_KEY", "a-key")


@pytest.mark.usefixtures("key")
def test_the_prices_of_a_form_agree(page: Page) -> None:
    """One picture, several of them and each quality, before something is filled in and after; sums are multiples."""
    sent = page.form("/make/sticker?fresh=1") | {"count": "4"}
    text = page.get("/make/sticker?fresh=1")
    assert "about $0.034 a picture" in text
    assert options(text, "s-tier")[0] == "Standard, about $0.034 a picture (as usual)"
    shown = page.post("/make/sticker/preview", sent | {"v.subject": "a fox"}).text
    assert "About $0.034 a picture<" in shown
    assert re.search(r'hx-target="#price-one"[^>]*>[^<]*\$0\.034\s*<', shown)
    assert re.search(r'hx-target="#price-all"[^>]*>[^<]*\$0\.136\s*<', shown)
    assert re.search(r'hx-target="#tier-pro"[^>]*>Pro: best, slower, about \$0\.\d+ a picture<', shown)


@pytest.mark.usefixtures("key")
def test_a_price_says_that_pictures_go_along(page: Page, kit: Kit) -> None:
    """They are paid, too, which is why it is higher than before they were there."""
    photo = kit.uploads.add(png((64, 48), "#1122cc"), name="photo.png").id
    sent = page.form("/make/product-mockup?fresh=1") | {"v.product": "a jar", "r.product_photo": photo}
    shown = page.post("/make/product-mockup/preview", sent).text
    assert "About $0.035 a picture, with the picture that goes along" in shown


def test_a_folded_group_names_what_is_inside(page: Page) -> None:
    """The first fields, and how many more there are; those that are not asked now are left out."""
    inside = re.findall(r'<small class="inside">([^<]+)</small>', page.get("/make/sticker?fresh=1"))
    assert inside
    assert all(1 <= len(names.split(", ")) <= 4 for names in inside)
    whole = [re.fullmatch(r"[^,]+, [^,]+, [^,]+, [^,]+ and (\d+) more", names) for names in inside]
    assert any(whole)


def test_only_what_a_person_wrote_or_chose_is_underlined(page: Page, tmp_path: Path) -> None:
    """The brand's words and what applies as usual lead to their fields, too, but are no words of the person's."""
    (tmp_path / "brand.yaml").write_text("name: Long Road Coffee\ntone: warm and never loud\n", "utf-8")
    sent = page.form("/make/social-post?fresh=1") | {
        "v.subject": "a paper cup",
        "v.channel": "instagram",
        "uses": "brand",
    }
    shown = page.post("/make/social-post/preview", sent).text
    underlined = re.findall(r'<a class="from[^>]*data-from="(\w+)"', shown)
    assert {"subject", "channel"} <= {*underlined}
    assert not any(name.startswith("brand") for name in underlined)
    assert re.search(r'<span class="usual[^>]*data-from="brand_tone"[^>]*>warm and never loud<', shown)
    chosen = page.post("/make/social-post/preview", sent | {"v.brand_tone": "dry"}).text
    assert re.search(r'<a class="from[^>]*data-from="brand_tone"[^>]*>dry<', chosen)
    assert "Underlined: what you wrote or chose." in shown
