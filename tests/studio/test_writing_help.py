"""What helps those who write recipes: exact comparisons, causes before consequences, and what a template may use."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from .authors import MINE, begun, seen, with_template, with_text

if TYPE_CHECKING:
    from pathlib import Path

    from .asking import Page

pytestmark = pytest.mark.usefixtures("folder")


def problems(text: str) -> tuple[str, str]:
    """Return what the panel of problems shows at once, and what it shows unfolded, as words."""
    panel = text.partition('id="problems"')[2].partition("</section>")[0]
    shown, folded = (unescape(re.sub(r"<[^>]+>", " ", part)).split() for part in panel.split("<details", maxsplit=1))
    return " ".join(shown), " ".join(folded)


def test_a_copy_is_compared_with_its_original_until_it_is_saved(page: Page) -> None:
    """What changed is exact from the first letter on, and the page says with what it is compared."""
    sent = begun(page, "/write/new?kind=recipe&name=ours&way=copy&base=mine")
    assert "No prompt is changed." in page.post("/write/try", sent).text
    changed = with_template(sent, "Paint {{ subject }}.\n")
    text = page.post("/write/try", changed).text
    assert "2 of 2 prompts differ, in 1 recipe." in text
    assert "<del>Draw</del><ins>Paint</ins>" in text
    assert 'Compared with <a href="/write/recipes/mine">mine</a>' in text
    assert page.post("/write/save", seen(page, changed), follow=False).status_code == 303
    again = with_template(begun(page, "/write/recipes/ours"), "Sketch {{ subject }}.\n")
    saved = page.post("/write/try", again).text
    assert "<del>Paint</del><ins>Sketch</ins>" in saved
    assert "Compared with" not in saved


def test_a_recipe_on_top_is_tried_with_all_examples_of_the_one_below(page: Page) -> None:
    """Its first line of words shows at once what it does to every prompt, and hints stand in its file."""
    sent = begun(page, "/write/new?kind=recipe&name=ours&way=extend&base=mine")
    file, template = sent["file.text"]
    assert "template: ours.j2\n" in file
    assert "# parameters:\n" in file
    assert '{% include "mine.j2" %}' in template
    text = page.post("/write/try", with_template(sent, f"{template}It rains.\n")).text
    assert "<p>Draw an otter. It rains.</p>" in re.sub(r"</p>\s*<p>", " ", text)
    assert "Fox (Mine)" in text
    assert "2 of 2 prompts differ, in 1 recipe." in text


def test_a_difference_reads_as_one_sentence(page: Page) -> None:
    """What was struck out and what was put in stand in the sentence itself."""
    text = page.post("/write/try", with_template(begun(page), "Draw {{ subject }} in oil.\n")).text
    assert '<p class="passage">Draw an otter <ins>in oil</ins>.</p>' in text


def test_the_cause_of_problems_stands_first_and_alone(page: Page) -> None:
    """Examples that wait for it are one line, and anything else is folded away."""
    wrong = MINE.replace("a fox", "[a fox]")
    broken = with_text(begun(page), wrong, "Draw {{ subject }}.\n{{ subject + 1 }}\n")
    shown, folded = problems(page.post("/write/try", broken).text)
    assert re.search(r"templates/mine\.j2:2 the template cannot go on: .* Example 'otter' waits for this\.", shown)
    assert "fox" not in shown
    assert "1 further problem" in folded
    both = with_template(begun(page), "{{ subject + 1 }}\n")
    text = page.post("/write/try", both).text
    assert "2 examples wait for this." in text
    assert "Broken: 1 problem keeps it from working." in text  # the other recipe that uses the template waits, too


def test_every_text_that_a_page_shows_of_problems_calls_them_so(page: Page) -> None:
    """One word for what is wrong, whether it works all the same or not."""
    text = page.post(
        "/write/try",
        with_text(begun(page), MINE.replace("title: Mine\n", "title: Mine\nstays: ['a --ar 3:2 frame']\n")),
    ).text
    assert "It works, with 2 problems." in text
    assert "remark" not in text


def test_choices_that_no_example_tries_are_no_problems(page: Page) -> None:
    """They are counted apart, so that a recipe that works looks like it."""
    more = MINE.replace("examples:", "  mood: {type: choice, choices: [calm, wild]}\nexamples:")
    text = page.post("/write/try", with_text(begun(page), more, "Draw {{ subject }}{{ mood }}.\n")).text
    assert "2 branches and choices that no example tries" in text
    assert "All is well." in text


@pytest.mark.parametrize(("way", "base"), [("copy", "mine"), ("copy", "sticker"), ("extend", "sticker")])
def test_a_new_recipe_has_a_title_of_its_own(page: Page, way: str, base: str) -> None:
    """It is that of its name; two forms of one title could not be told apart."""
    text = begun(page, f"/write/new?kind=recipe&name=blue-shadow&way={way}&base={base}")["file.text"][0]
    assert re.findall(r"^title: (.*)$", text, re.MULTILINE) == ['"Blue shadow"']


def test_a_copy_of_any_file_has_a_name_that_is_free(folder: Path, page: Page) -> None:
    """Also templates can be copied from their page, and a second copy gets another name."""
    assert 'name="name" value="our-mine"' in page.get("/write/recipes/mine")
    assert 'name="name" value="our-notes.j2"' in page.get("/write/templates/_notes.j2")
    page.post("/write/save", seen(page, begun(page, "/write/new?kind=recipe&name=our-mine&way=extend&base=mine")))
    assert (folder / "recipes/our-mine.yaml").is_file()
    assert 'name="name" value="our-mine-2"' in page.get("/write/recipes/mine")
    assert 'name="name" value="our-mine-2"' in page.get("/write/recipes/our-mine")


def test_a_page_says_what_its_template_may_use(page: Page) -> None:
    """Parameters with what they print, filters, names and parts, as the unsaved file has them."""
    more = MINE.replace("examples:", "  extras: {type: list, title: Extras, examples: [a hat, a scarf]}\nexamples:")
    text = unescape(page.post("/write/try", with_text(begun(page), more)).text).split('id="reference"')[1]
    assert "<code>{{ subject }}</code> <small>text</small>" in text
    assert "Subject: <samp>an otter</samp>" in text
    assert "<code>{{ extras | series }}</code> <small>list</small>" in text
    assert 'anything else after "Create".' in text
    assert '<code>{% include "_leave-out.j2" %}</code>' in text


def test_the_list_is_sorted_and_searched(page: Page) -> None:
    """By title, the project's own first; a search leaves what has all its words."""
    others = page.get("/write").split('id="others-title"')[1].split("</details>")[0]
    titles = re.findall(r'<a href="/write/recipes/[^"]+">([^<]+)</a>', others)
    assert titles == sorted(titles, key=str.casefold)
    searched = page.get("/write?search=sticker+icon")
    assert 'href="/write/recipes/sticker"' in searched
    assert 'href="/write/recipes/mine"' not in searched
    assert "Nothing fits these words." in page.get("/write?search=xyzzy")


def test_own_recipes_stand_with_the_teams_in_the_gallery_and_lead_to_their_text(page: Page) -> None:
    """Whoever saved one finds it where the presets are, and comes from its form back to its file."""
    team = page.get("/").split("<h2>Made for your team</h2>")[1].split("</section>")[0]
    assert 'href="/make/mine"' in team
    assert 'href="/make/sticker"' not in team
    assert 'href="/write/mine">Change this recipe</a>' in page.get("/make/mine?fresh=1")
