"""Writing recipes: nobody gets out of the project's folders, and no text harms the server or another page."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from limits import AT_ONCE

from prompt_kit.errors import InputError
from prompt_kit.project import Project
from prompt_kit.recipe.library import Library
from prompt_kit.review.writing.saving import save
from prompt_kit.review.writing.texts import own_path, written_text

from .authors import BELOW, MINE, begun, seen, with_template, with_text

if TYPE_CHECKING:
    from pathlib import Path

    from .asking import Page


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


@pytest.mark.usefixtures("folder")
def test_built_in_files_are_read_only(page: Page) -> None:
    """Neither their page nor a form made by hand changes them; a name of theirs is not free."""
    text = page.get("/write/recipes/sticker")
    assert "readonly" in text
    assert 'formaction="/write/see"' not in text
    assert "Make my own copy" in text
    refused = page.client.get("/write/new?kind=recipe&name=sticker")
    assert refused.status_code == 422
    assert "There is a recipe &#39;sticker&#39; already" in refused.text


def test_a_new_file_never_replaces_one_that_came_meanwhile(folder: Path, page: Page) -> None:
    """Two people may choose the same name."""
    sent = begun(page, "/write/new?kind=recipe&name=fresh&way=empty")
    (folder / "recipes/fresh.yaml").write_text("title: Theirs\n", "utf-8")
    assert page.post("/write/save", sent).status_code == 409
    assert (folder / "recipes/fresh.yaml").read_text("utf-8") == "title: Theirs\n"


@pytest.mark.usefixtures("folder")
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
def test_a_hostile_template_is_a_problem_and_costs_nothing(page: Page, text: str) -> None:
    """Its limits hold while typing, too."""
    sent = with_text(begun(page), MINE.replace("an otter", "o" * 200))
    began = time.process_time()
    answer = page.post("/write/try", with_template(sent, text))
    assert time.process_time() - began < AT_ONCE
    assert answer.status_code == 200
    assert "Broken:" in answer.text


@pytest.mark.usefixtures("folder")
def test_texts_cannot_become_markup(page: Page) -> None:
    """What somebody types, and what the kit says about it, is never taken for HTML."""
    hostile = "</textarea><script>alert(1)</script>"
    sent = with_text(
        begun(page), MINE.replace("an otter", f'"{hostile}"').replace("title: Mine", f'"{hostile}": 1'), hostile
    )
    for address in ("/write/try", "/write/see"):
        assert "<script>alert" not in page.post(address, sent).text


@pytest.mark.usefixtures("folder")
def test_a_form_without_its_parts_is_refused(page: Page) -> None:
    """A form made by hand is a sentence, not a failure."""
    for sent in ({}, {"file.kind": ["recipe"]}, {"file.kind": ["recipe"] * 30, "file.name": ["a"] * 30}):
        assert page.post("/write/save", sent).status_code == 422


def test_a_text_that_is_too_long_is_refused_in_a_sentence(folder: Path, page: Page) -> None:
    """What no file may hold is not tried, and the page stays as it is."""
    sent = with_template(begun(page), "x" * 1_000_001)
    assert "the text is longer than 1,000 kB" in page.post("/write/try", sent).text
    assert page.post("/write/save", sent).status_code == 422
    assert (folder / "templates/mine.j2").read_text("utf-8") == "Draw {{ subject }}.\n"


def test_files_of_packs_are_read_only_whatever_the_pack_is_called(tmp_path: Path) -> None:
    """A pack with the name of the project's own folder is a pack all the same."""
    recipes = tmp_path / "packs/project/recipes"
    recipes.mkdir(parents=True)
    (recipes / "theirs.yaml").write_text(MINE, "utf-8")
    library = Library(Project(root=tmp_path, packs=["packs/project"]))
    text = written_text(library, "recipe", "theirs")
    assert not text.own
    with pytest.raises(InputError, match="not the project's own"):
        save([text], library.project)


@pytest.mark.parametrize(
    ("base", "template"),
    [
        (MINE.replace("subject", "motif"), "Draw {{ motif }}.\n"),
        (MINE.replace("required: true", "required: true, max_length: 5").replace("an otter", "otter"), ""),
    ],
)
def test_a_broken_preset_on_top_counts_as_broken(folder: Path, page: Page, base: str, template: str) -> None:
    """Presets have no examples, and are used all the same; what was broken before is nobody's fault."""
    (folder / "recipes/presets").mkdir()
    preset = "title: Soft\nextends: mine\nvalues: {subject: a small seal}\n"
    (folder / "recipes/presets/soft.yaml").write_text(preset, "utf-8")
    (folder / "recipes/presets/lost.yaml").write_text(preset.replace("subject", "nothing"), "utf-8")
    (folder / "recipes/below.yaml").unlink()
    sent = begun(page)
    refused = page.post("/write/save", seen(page, with_text(sent, base, template or sent["file.text"][1])))
    assert refused.status_code == 422
    assert "preset &#39;soft&#39;" in refused.text
    assert "preset &#39;lost&#39;" not in refused.text
    assert (folder / "recipes/mine.yaml").read_text("utf-8") == MINE


def test_saves_that_are_whole_only_singly_are_not_both_kept(folder: Path, page: Page) -> None:
    """A colleague changes the base after somebody has looked at a change of what extends it."""
    below = seen(page, with_text(begun(page, "/write/recipes/below"), BELOW + "  cow: {values: {subject: a cow}}\n"))
    base = with_text(begun(page), MINE + "  cow: {values: {subject: a cow, tone: calm}}\n")
    base["file.text"][0] = base["file.text"][0].replace("examples:", "  tone: {type: text, required: true}\nexamples:")
    base["file.text"][0] = (
        base["file.text"][0].replace("otter}", "otter, tone: wild}").replace("a fox}", "a fox, tone: wild}")
    )
    assert page.post("/write/save", seen(page, base) | {"although": "yes"}, follow=False).status_code == 303
    asked = page.post("/write/save", below)
    assert "Nothing is saved" in asked.text
    assert (folder / "recipes/below.yaml").read_text("utf-8") == BELOW


def test_two_people_who_save_at_the_same_moment_keep_one_text_whole(folder: Path, page: Page) -> None:
    """Whoever comes second is shown the first one's, in both files."""
    sent = [
        seen(
            page, with_text(begun(page), MINE.replace("title: Mine", f"title: {word}"), f"{word} {{{{ subject }}}}.\n")
        )
        for word in ("Draw", "Paint", "Carve", "Sew")
    ]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda form: page.post("/write/save", form, follow=False).status_code, sent))
    assert sorted(answers) == [303, 409, 409, 409]
    (word,) = re.findall(r"title: (\w+)\n", (folder / "recipes/mine.yaml").read_text("utf-8"))[:1]
    assert (folder / "templates/mine.j2").read_text("utf-8") == f"{word} {{{{ subject }}}}.\n"
