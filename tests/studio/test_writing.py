"""Writing recipes: texts are tried without being saved, and saved only by those who have seen what they change."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from prompt_kit.record.placed import PlacedOrder, place

from .authors import MINE, begun, seen, with_template, with_text

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.kit import Kit

    from .asking import Page


@pytest.mark.usefixtures("folder")
def test_the_list_has_own_and_built_in_files(page: Page) -> None:
    """People find their own files and all that they can copy."""
    text = page.get("/write")
    own, others = text.split('id="others-title"')
    assert 'href="/write/recipes/mine"' in own
    assert 'href="/write/templates/mine.j2"' in own
    assert 'href="/write/recipes/sticker"' in others
    assert 'href="/write/strategies/camera"' in others


def test_every_problem_is_shown_with_its_place_and_nothing_is_saved(folder: Path, page: Page, kit: Kit) -> None:
    """What `check` says of the unsaved texts, of the file and its template alike."""
    sent = with_text(begun(page), MINE.replace("type: text", "type: txt").replace("title: Mine", "titel: Mine"))
    text = unescape(page.post("/write/try", sent).text)
    assert 'data-line="1" data-column="1">recipes/mine.yaml:1:1</a> <span>unknown key' in text
    assert "recipes/mine.yaml:4:19" in text
    text = unescape(page.post("/write/try", with_template(begun(page), "Draw {{ subjekt }}.\n")).text)
    assert 'href="#text-1" data-line="1"' in text
    assert "Did you mean 'subject'?" in text
    assert (folder / "recipes/mine.yaml").read_text("utf-8") == MINE
    assert "Draw an otter." in str(kit.recipe("mine").render_example("otter"))


@pytest.mark.usefixtures("folder")
def test_the_prompt_of_any_example_follows_the_text(page: Page) -> None:
    """The example that is chosen is rendered with the unsaved texts."""
    sent = with_template(begun(page), "Paint {{ subject }} in oil.\n") | {"example": "recipe/mine/fox"}
    shown = page.post("/write/try", sent).text
    assert "<p>Paint a fox in oil.</p>" in shown
    assert '<option value="recipe/mine/fox" selected>' in shown


@pytest.mark.usefixtures("folder")
def test_the_form_is_shown_as_it_will_be(page: Page) -> None:
    """A new parameter appears in the form before it is saved."""
    more = MINE.replace(
        "examples:", '  mood: {type: choice, title: The mood, choices: {calm: "Calm & <quiet>"}}\nexamples:'
    )
    shown = page.post("/write/try", with_text(begun(page), more)).text
    assert "The mood" in shown
    assert "Calm &amp; &lt;quiet&gt;" in shown


@pytest.mark.usefixtures("folder")
def test_the_difference_in_every_prompt_is_shown_also_of_others(page: Page) -> None:
    """A template that two recipes share changes the prompts of both."""
    text = unescape(page.post("/write/try", with_template(begun(page), "Paint {{ subject }}.\n")).text)
    assert "3 of 3 prompts differ, in 2 recipes." in text
    assert "<del>Draw</del><ins>Paint</ins>" in text
    assert "below <small>1 of 1 prompt differs" in text


@pytest.mark.usefixtures("folder")
def test_what_breaks_elsewhere_counts_as_broken(page: Page) -> None:
    """A recipe that extends the file must not break unseen."""
    text = unescape(page.post("/write/try", with_text(begun(page), MINE.replace("subject", "motif"))).text)
    assert "recipe 'below'" in text
    assert "Save although it is broken" in text


def test_a_moved_area_is_part_of_the_difference(folder: Path, page: Page) -> None:
    """Where things stand is no part of the words, and is shown all the same."""
    (folder / "recipes/mine.yaml").write_text(MINE + "layout: {calm: {kind: calm, place: top-left}}\n", "utf-8")
    sent = begun(page)
    text = unescape(
        page.post("/write/try", with_text(sent, sent["file.text"][0].replace("top-left", "bottom-right"))).text
    )
    assert "<dt>layout, calm</dt>" in text


def test_saving_changes_the_file_and_the_form_at_once(folder: Path, page: Page) -> None:
    """The next form and prompt follow the saved text, without a restart and without waiting."""
    page.get("/make/mine?fresh=1")
    sent = seen(page, with_text(begun(page), MINE.replace("title: Subject", "title: Who is in it")))
    answer = page.post("/write/save", sent, follow=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/write/recipes/mine?saved=1")
    assert "title: Who is in it" in (folder / "recipes/mine.yaml").read_text("utf-8")
    assert "Who is in it" in page.get("/make/mine?fresh=1")


def test_nothing_is_saved_before_the_difference_was_seen(folder: Path, page: Page) -> None:
    """The first click shows what the texts change, the second saves them."""
    sent = with_template(begun(page), "Paint {{ subject }}.\n")
    shown = page.post("/write/save", sent)
    assert "Nothing is saved yet" in shown.text
    assert "<del>Draw</del><ins>Paint</ins>" in shown.text
    assert (folder / "templates/mine.j2").read_text("utf-8") == "Draw {{ subject }}.\n"


@pytest.mark.parametrize("text", ["Draw {{ subject.\n", "Draw {{ nothing }}.\n"])
def test_a_broken_recipe_is_saved_only_when_somebody_insists(folder: Path, page: Page, text: str) -> None:
    """Without the tick, the file stays as it was and the texts stay in the form."""
    sent = seen(page, with_template(begun(page), text))
    refused = page.post("/write/save", sent)
    assert refused.status_code == 422
    assert unescape(refused.text).count(text) == 1
    assert (folder / "templates/mine.j2").read_text("utf-8") == "Draw {{ subject }}.\n"
    assert page.post("/write/save", sent | {"although": "yes"}, follow=False).status_code == 303
    assert (folder / "templates/mine.j2").read_text("utf-8") == text
    assert page.client.get("/write/recipes/mine").status_code == 200


def test_a_file_that_changed_meanwhile_is_not_overwritten_unasked(folder: Path, page: Page) -> None:
    """Both texts are shown; the person's wins only when it is said, and only over the text that was shown."""
    sent = seen(page, with_text(begun(page), MINE.replace("an otter", "two otters")))
    theirs = MINE.replace("a fox", "three foxes")
    (folder / "recipes/mine.yaml").write_text(theirs, "utf-8")
    asked = page.post("/write/save", sent)
    assert asked.status_code == 409
    assert "was changed by somebody else meanwhile" in asked.text
    assert "three foxes" in re.sub(r"</?(?:ins|del)>", "", asked.text)
    assert (folder / "recipes/mine.yaml").read_text("utf-8") == theirs
    over = re.search(r'name="over" value="([^"]+)"', asked.text)
    assert over is not None
    mark = re.search(r'name="seen" value="(\w+)"', asked.text)
    assert mark is not None
    insisted = sent | {"over": over[1], "seen": mark[1]}
    (folder / "recipes/mine.yaml").write_text(theirs + "# more\n", "utf-8")
    assert page.post("/write/save", insisted).status_code == 409
    (folder / "recipes/mine.yaml").write_text(theirs, "utf-8")
    assert page.post("/write/save", insisted, follow=False).status_code == 303
    assert "two otters" in (folder / "recipes/mine.yaml").read_text("utf-8")


def test_a_deleted_file_is_a_change_too(folder: Path, page: Page) -> None:
    """Somebody who deleted a recipe does not get it back by another's save."""
    sent = seen(page, with_template(begun(page), "Paint {{ subject }}.\n"))
    (folder / "templates/mine.j2").unlink()
    assert "The file was deleted." in page.post("/write/save", sent).text


def test_line_ends_of_the_file_stay(folder: Path, page: Page) -> None:
    """Browsers send other line ends than the file has; git must not see every line change."""
    (folder / "templates/mine.j2").write_bytes(b"Draw it.\r\nDraw {{ subject }}.\r\n")
    sent = seen(page, with_template(begun(page), "Draw it.\r\nPaint {{ subject }}.\r\n"))
    page.post("/write/save", sent)
    assert (folder / "templates/mine.j2").read_bytes() == b"Draw it.\r\nPaint {{ subject }}.\r\n"
    (folder / "recipes/mine.yaml").write_text(MINE, "utf-8")
    page.post("/write/save", seen(page, with_text(begun(page), MINE.replace("\n", "\r\n") + "# end\r\n")))
    assert (folder / "recipes/mine.yaml").read_text("utf-8") == MINE + "# end\n"


@pytest.mark.parametrize(
    ("query", "saved"),
    [
        ("kind=recipe&name=fresh&way=empty", ["recipes/fresh.yaml", "templates/fresh.j2"]),
        ("kind=strategy&name=fresh&way=empty", ["recipes/strategies/fresh.yaml", "templates/strategies/fresh.j2"]),
        ("kind=recipe&name=fresh&way=extend&base=sticker", ["recipes/fresh.yaml"]),
        ("kind=recipe&name=fresh&way=copy&base=logo", ["recipes/fresh.yaml", "templates/fresh.j2"]),
        ("kind=recipe&name=fresh&way=preset&base=sticker", ["recipes/presets/fresh.yaml"]),
        ("kind=strategy&name=fresh&way=copy&base=camera", ["recipes/strategies/fresh.yaml"]),
    ],
)
def test_each_way_to_begin_works_at_once(tmp_path: Path, page: Page, query: str, saved: list[str]) -> None:
    """Nothing is saved by looking; what is saved is not broken, also in a project without folders."""
    sent = begun(page, f"/write/new?{query}")
    assert not (tmp_path / "recipes").exists()
    answer = page.post("/write/save", sent, follow=False)
    assert answer.status_code == 303, answer.text
    assert [path for path in saved if not (tmp_path / path).is_file()] == []
    assert "fresh" in page.get("/write").split('id="others-title"')[0]
    assert page.client.get(answer.headers["location"]).status_code == 200


@pytest.mark.usefixtures("folder")
def test_a_template_is_shown_with_all_that_use_it(page: Page) -> None:
    """Its page has the examples of every recipe that it is part of, and their prompts follow it."""
    sent = with_text(begun(page, "/write/templates/mine.j2"), "Sketch {{ subject }}.\n") | {
        "example": "recipe/below/hen"
    }
    text = page.post("/write/try", sent).text
    assert "<p>Sketch a hen.</p>" in text
    assert "3 of 3 prompts differ" in text


def test_what_was_filled_in_becomes_a_preset_or_a_recipe(folder: Path, page: Page) -> None:
    """A draft's values are those of the new file, whatever characters they have."""
    words = 'a "fox" & {{ hen }}: 1:1 # no'
    draft = page.form("/make/mine?fresh=1") | {"v.subject": words}
    page.post("/make/mine/preview", draft)
    assert "Make a preset of this" in page.get(f"/make/mine?draft={draft['draft']}")
    assert "What it becomes" in page.get(f"/write/new?draft={draft['draft']}")
    for kind, path in (("preset", "recipes/presets/our-fox.yaml"), ("recipe", "recipes/our-fox2.yaml")):
        name = path.rpartition("/")[2].removesuffix(".yaml")
        sent = begun(page, f"/write/new?draft={draft['draft']}&kind={kind}&name={name}&locked=yes")
        assert page.post("/write/save", sent, follow=False).status_code == 303
        assert (folder / path).is_file()
    shown = page.client.get("/make/our-fox?fresh=1")
    assert "fixed by the preset" in shown.text
    assert words in unescape(page.get("/write/recipes/our-fox2").split("data-prompt")[1])


@pytest.mark.usefixtures("folder")
def test_what_a_run_was_made_of_becomes_an_example(page: Page, kit: Kit) -> None:
    """The page of a run leads to a new file with its values."""
    made = page.form("/make/mine?fresh=1") | {"v.subject": "a lighthouse", "make": "one"}
    page.post("/make/mine", made)
    page.until(f"/results/{made['draft']}", lambda text: "1 of 1" in text)
    run = kit.history().runs[0].run.id
    assert f"/write/new?run={run}" in page.get(f"/runs/{run}")
    sent = begun(page, f"/write/new?run={run}&kind=recipe&name=lighthouse")
    assert 'subject: "a lighthouse"' in sent["file.text"][0]
    assert page.post("/write/save", sent, follow=False).status_code == 303


@pytest.mark.usefixtures("folder")
def test_an_order_that_waits_keeps_the_recipe_it_began_with(page: Page, kit: Kit) -> None:
    """A recipe that changes while pictures of it wait does not change them."""
    prompt = kit.recipe("mine").render_example("otter")
    token = "waits-for-the-studio"
    order = PlacedOrder(token=token, recipe="mine", prompt=prompt.to_dict(), count=1, generator="proof", person="")
    place(kit.project.runs_folder, order, prompt)
    page.post("/write/save", seen(page, with_template(begun(page), "Paint {{ subject }}.\n")))
    assert page.client.portal is not None
    app: Any = page.client.app
    page.client.portal.call(app.app.state.runner.resume)
    page.until("/history", lambda text: "/runs/" in text)
    assert "Draw an otter." in page.get(f"/runs/{kit.history().runs[0].run.id}")
    assert "Paint an otter." in page.get("/write/recipes/mine")


def test_a_preset_is_shown_with_the_examples_of_its_recipe(folder: Path, page: Page) -> None:
    """Its values take the place of theirs, and what does not fit the recipe is a problem with its place."""
    (folder / "recipes/presets").mkdir()
    (folder / "recipes/presets/foxes.yaml").write_text("extends: mine\nvalues: {subject: five foxes}\n", "utf-8")
    sent = begun(page, "/write/presets/foxes")
    assert (
        "<p>Draw six foxes.</p>"
        in page.post("/write/try", with_text(sent, sent["file.text"][0].replace("five", "six"))).text
    )
    wrong = unescape(page.post("/write/try", with_text(sent, sent["file.text"][0].replace("subject", "motif"))).text)
    assert "recipes/presets/foxes.yaml:2:10" in wrong
    assert "Broken:" in wrong


@pytest.mark.usefixtures("folder")
def test_a_recipe_is_reached_by_its_name_alone(page: Page) -> None:
    """Addresses that people type lead to the page of the file; what is not there is a sentence."""
    answer = page.client.get("/write/mine", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/write/recipes/mine")
    missing = page.client.get("/write/recipes/mime")
    assert missing.status_code == 404
    assert "Did you mean &#39;mine&#39;?" in missing.text
    assert page.client.get("/write/elsewhere/mine").status_code == 404
