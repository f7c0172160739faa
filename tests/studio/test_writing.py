"""Writing recipes: texts are tried without being saved, and saved only by those who have seen what they change."""

from __future__ import annotations

import re
import time
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from limits import AT_ONCE

from prompt_kit.errors import InputError
from prompt_kit.project import Project
from prompt_kit.recipe.library import Library
from prompt_kit.record.placed import PlacedOrder, place
from prompt_kit.review.writing.texts import own_path

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.kit import Kit

    from .asking import Page

Sent = dict[str, Any]

MINE = """\
title: Mine
task: create
parameters:
  subject: {type: text, title: Subject, required: true}
examples:
  otter: {values: {subject: an otter}}
  fox: {values: {subject: a fox}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a recipe of its own, its template, and a second recipe on top of it."""
    (tmp_path / "recipes").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "prompt-kit.yaml").write_text("recipes: recipes\n", "utf-8")
    (tmp_path / "recipes/mine.yaml").write_text(MINE, "utf-8")
    (tmp_path / "templates/mine.j2").write_text("Draw {{ subject }}.\n", "utf-8")
    below = "title: Below\nextends: mine\nexamples:\n  hen: {values: {subject: a hen}}\n"
    (tmp_path / "recipes/below.yaml").write_text(below, "utf-8")
    return tmp_path


def begun(page: Page, address: str = "/write/recipes/mine") -> Sent:
    """Return what the form of a page sends as it is."""
    sent: Sent = page.form(address, "write")
    texts = sent["file.text"]
    sent["file.text"] = [text.removeprefix("\n") for text in ([texts] if isinstance(texts, str) else texts)]
    return sent


def with_text(sent: Sent, *texts: str) -> Sent:
    """Return a form with other texts: that of the recipe, and that of its template."""
    return sent | {"file.text": [*texts, *sent["file.text"][len(texts) :]]}


def with_template(sent: Sent, text: str) -> Sent:
    """Return a form with another template."""
    return with_text(sent, sent["file.text"][0], text)


def seen(page: Page, sent: Sent) -> Sent:
    """Return a form whose difference was shown."""
    mark = re.search(r'name="seen" value="(\w+)"', page.post("/write/see", sent).text)
    assert mark is not None
    return sent | {"seen": mark[1]}


def test_the_list_has_own_and_built_in_files(folder: Path, page: Page) -> None:
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


def test_the_prompt_of_any_example_follows_the_text(folder: Path, page: Page) -> None:
    """The example that is chosen is rendered with the unsaved texts."""
    sent = with_template(begun(page), "Paint {{ subject }} in oil.\n") | {"example": "recipe/mine/fox"}
    shown = page.post("/write/try", sent).text
    assert "<p>Paint a fox in oil.</p>" in shown
    assert '<option value="recipe/mine/fox" selected>' in shown


def test_the_form_is_shown_as_it_will_be(folder: Path, page: Page) -> None:
    """A new parameter appears in the form before it is saved."""
    more = MINE.replace(
        "examples:", '  mood: {type: choice, title: The mood, choices: {calm: "Calm & <quiet>"}}\nexamples:'
    )
    shown = page.post("/write/try", with_text(begun(page), more)).text
    assert "The mood" in shown
    assert "Calm &amp; &lt;quiet&gt;" in shown


def test_the_difference_in_every_prompt_is_shown_also_of_others(folder: Path, page: Page) -> None:
    """A template that two recipes share changes the prompts of both."""
    text = unescape(page.post("/write/try", with_template(begun(page), "Paint {{ subject }}.\n")).text)
    assert "3 of 3 prompts differ, in 2 recipes." in text
    assert "<del>Draw</del><ins>Paint</ins>" in text
    assert "below <small>1 of 1 prompt differs" in text


def test_what_breaks_elsewhere_counts_as_broken(folder: Path, page: Page) -> None:
    """A recipe that extends the file must not break unseen."""
    text = unescape(page.post("/write/try", with_text(begun(page), MINE.replace("subject", "motif"))).text)
    assert "recipe 'below'" in text
    assert "Save although it is broken" in text


def test_a_moved_area_is_part_of_the_difference(folder: Path, page: Page) -> None:
    """Where things stand is no part of the words, and is shown all the same."""
    (folder / "recipes/mine.yaml").write_text(
        MINE + "layout: {logo: {kind: logo, content: logo, place: top-left}}\n", "utf-8"
    )
    sent = begun(page)
    text = unescape(
        page.post("/write/try", with_text(sent, sent["file.text"][0].replace("top-left", "bottom-right"))).text
    )
    assert "<dt>layout, logo</dt>" in text


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
    (folder / "recipes/mine.yaml").write_text(theirs + "# more\n", "utf-8")
    assert page.post("/write/save", sent | {"over": over[1]}).status_code == 409
    (folder / "recipes/mine.yaml").write_text(theirs, "utf-8")
    assert page.post("/write/save", sent | {"over": over[1]}, follow=False).status_code == 303
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
    ("kind", "name"),
    [
        ("recipe", "../outside"),
        ("recipe", "/etc/passwd"),
        ("recipe", "strategies/camera"),
        ("recipe", "Mine"),
        ("recipe", "mine.yaml"),
        ("recipe", "mine\n"),
        ("recipe", ""),
        ("recipe", "a" * 65),
        ("template", "../outside.j2"),
        ("template", "mine.yaml"),
        ("template", "a/../../x.j2"),
        ("template", ".j2"),
        ("settings", "mine"),
    ],
)
def test_nothing_is_written_outside_of_the_folders(folder: Path, page: Page, kind: str, name: str) -> None:
    """Names from a form are never a way out, whatever they spell."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    sent = begun(page) | {"file.kind": [kind], "file.name": [name], "file.digest": [""], "file.text": ["x"]}
    answer = page.post("/write/save", sent | {"although": "yes"})
    assert answer.status_code in {404, 422}
    assert {path: path.read_bytes() for path in folder.rglob("*.yaml")} == {
        path: data for path, data in before.items() if path.suffix == ".yaml"
    }
    assert not (folder.parent / "outside.yaml").exists()


def test_a_link_that_leads_out_is_not_followed(folder: Path, page: Page) -> None:
    """A folder of recipes may come with a link to a file elsewhere."""
    outside = folder.parent / "outside.yaml"
    outside.write_text(MINE, "utf-8")
    (folder / "recipes/linked.yaml").symlink_to(outside)
    sent = begun(page) | {"file.kind": ["recipe"], "file.name": ["linked"], "file.digest": [""], "file.text": ["x"]}
    assert page.post("/write/save", sent | {"although": "yes"}).status_code == 422
    assert outside.read_text("utf-8") == MINE


@pytest.mark.parametrize("name", ["prompt-kit", "brand", "models"])
def test_a_recipe_cannot_take_the_place_of_another_file(tmp_path: Path, name: str) -> None:
    """Where recipes stand in the project's own folder, their names could be those of its other files."""
    library = Library(Project(root=tmp_path, recipes="."))
    with pytest.raises(InputError, match="Choose another name"):
        own_path(library, "recipe", name)


def test_folders_outside_of_the_project_are_read_only(tmp_path: Path) -> None:
    """A project may read recipes of elsewhere, but the page writes nothing there."""
    library = Library(Project(root=tmp_path / "project", recipes="../elsewhere"))
    with pytest.raises(InputError, match="outside of the project"):
        own_path(library, "recipe", "mine")


def test_built_in_files_are_read_only(folder: Path, page: Page) -> None:
    """Neither their page nor a form made by hand changes them; a name of theirs is not free."""
    text = page.get("/write/recipes/sticker")
    assert "readonly" in text
    assert 'formaction="/write/see"' not in text
    assert "Make my own copy" in text
    refused = page.client.get("/write/new?kind=recipe&name=sticker")
    assert refused.status_code == 422
    assert "There is a recipe &#39;sticker&#39; already" in refused.text


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


def test_a_new_file_never_replaces_one_that_came_meanwhile(folder: Path, page: Page) -> None:
    """Two people may choose the same name."""
    sent = begun(page, "/write/new?kind=recipe&name=fresh&way=empty")
    (folder / "recipes/fresh.yaml").write_text("title: Theirs\n", "utf-8")
    assert page.post("/write/save", sent).status_code == 409
    assert (folder / "recipes/fresh.yaml").read_text("utf-8") == "title: Theirs\n"


def test_a_template_is_shown_with_all_that_use_it(folder: Path, page: Page) -> None:
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


def test_what_a_run_was_made_of_becomes_an_example(folder: Path, page: Page, kit: Kit) -> None:
    """The page of a run leads to a new file with its values."""
    made = page.form("/make/mine?fresh=1") | {"v.subject": "a lighthouse", "make": "one"}
    page.post("/make/mine", made)
    page.until(f"/results/{made['draft']}", lambda text: "1 of 1" in text)
    run = kit.history().runs[0].run.id
    assert f"/write/new?run={run}" in page.get(f"/runs/{run}")
    sent = begun(page, f"/write/new?run={run}&kind=recipe&name=lighthouse")
    assert 'subject: "a lighthouse"' in sent["file.text"][0]
    assert page.post("/write/save", sent, follow=False).status_code == 303


def test_an_order_that_waits_keeps_the_recipe_it_began_with(folder: Path, page: Page, kit: Kit) -> None:
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


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in range(10 ** 9) %}{{ subject }}{% endfor %}",
        "{% for a in subject %}" * 12 + "x" + "{% endfor %}" * 12,
        "{% include 'mine.j2' %}",
        "{{ subject.__class__.__mro__ }}",
        "{% set x = subject * 10 ** 9 %}{{ x }}",
    ],
)
def test_a_hostile_template_is_a_problem_and_costs_nothing(folder: Path, page: Page, text: str) -> None:
    """Its limits hold while typing, too."""
    sent = with_text(begun(page), MINE.replace("an otter", "o" * 200))
    began = time.process_time()
    answer = page.post("/write/try", with_template(sent, text))
    assert time.process_time() - began < AT_ONCE
    assert answer.status_code == 200
    assert "Broken:" in answer.text


def test_texts_cannot_become_markup(folder: Path, page: Page) -> None:
    """What somebody types, and what the kit says about it, is never taken for HTML."""
    hostile = "</textarea><script>alert(1)</script>"
    sent = with_text(
        begun(page), MINE.replace("an otter", f'"{hostile}"').replace("title: Mine", f'"{hostile}": 1'), hostile
    )
    for address in ("/write/try", "/write/see"):
        assert "<script>alert" not in page.post(address, sent).text


def test_a_form_without_its_parts_is_refused(folder: Path, page: Page) -> None:
    """A form made by hand is a sentence, not a failure."""
    for sent in ({}, {"file.kind": ["recipe"]}, {"file.kind": ["recipe"] * 30, "file.name": ["a"] * 30}):
        assert page.post("/write/save", sent).status_code == 422
