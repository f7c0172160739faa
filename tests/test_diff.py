"""What a change does to every prompt, between two states of real repositories and folders."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import AT_ONCE

from prompt_kit.cli.main import run
from prompt_kit.errors import InputError, NotFoundError
from prompt_kit.review.diff import Changes, changes_between, open_states
from prompt_kit.review.diff.terminal import Terminal
from prompt_kit.support.worddiff import spans

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeTree

# The head of a picture is all that is looked at.
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10"

RECIPE = """\
parameters:
  subject: {type: text, required: true}
references:
  photo: {role: object}
settings: {aspect_ratio: "1:1"}
examples:
  fox: {values: {subject: a fox}}
  bee: {values: {subject: a bee}}
"""
TEMPLATE = 'Draw {{ subject }}.\n{% include "_light.j2" %}\nThe line is bold.\n'
SHOP = {
    "recipes/card.yaml": RECIPE,
    "recipes/poster.yaml": RECIPE,
    "templates/card.j2": TEMPLATE,
    "templates/poster.j2": "A poster. " + TEMPLATE,
    "templates/_light.j2": "The light is soft.\n",
}


class Commit(Protocol):
    """Puts files into the test's repository and returns the hash of the commit."""

    def __call__(self, **files: str) -> str: ...


@pytest.fixture
def commit(tree: MakeTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commit:
    """Commit files by name; what stands in the folder already goes along."""
    for name, value in {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **{f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }.items():
        monkeypatch.setenv(name, value)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")

    def make(**files: str) -> str:
        tree(**files)
        git(tmp_path, "add", "--all")
        git(tmp_path, "commit", "--quiet", "--allow-empty", "--message=A change")
        return git(tmp_path, "rev-parse", "HEAD")

    return make


def git(folder: Path, *arguments: str) -> str:
    """Run git and return what it says."""
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def difference(*states: str, only: tuple[str, ...] = ()) -> Changes:
    """Return what changed between two states, from the current folder."""
    with ExitStack() as stack:
        return changes_between(*open_states(states, stack), only)


def changed(changes: Changes) -> dict[str, list[str]]:
    """Return the examples that are not as they were, each with its status, by recipe."""
    return {
        recipe.name: [f"{example.name} {example.status}" for example in recipe.examples] for recipe in changes.recipes
    }


def shown(old: str, new: str) -> str:
    """Return two texts as one, with what went and what came in brackets."""
    marks = {"same": ("", ""), "out": ("[-", "-]"), "in": ("{+", "+}")}
    return "".join(marks[span.kind][0] + span.text + marks[span.kind][1] for span in spans(old, new))


def test_nothing_changed(commit: Commit, capsys: pytest.CaptureFixture[str]) -> None:
    """A program can tell by the exit code."""
    commit(**SHOP)
    assert run(["diff"]) == 0
    assert capsys.readouterr().out.endswith("All 4 prompts are the same.\n")


def test_a_shared_partial_shows_a_difference_in_every_recipe(
    commit: Commit, tree: MakeTree, capsys: pytest.CaptureFixture[str]
) -> None:
    """That is what nobody sees in the difference of the file itself."""
    six = {f"recipes/r{number}.yaml": RECIPE for number in range(6)}
    commit(**six, **{f"templates/r{n}.j2": TEMPLATE for n in range(6)}, **{"templates/_light.j2": "The light is soft."})
    tree(**{"templates/_light.j2": "The light is hard."})
    assert changed(difference()) == {f"r{number}": ["fox changed", "bee changed"] for number in range(6)}
    assert run(["diff"]) == 1
    out = capsys.readouterr().out
    assert "12 of 12 prompts differ, in 6 recipes." in out
    assert "12 prompts in 6 recipes: [-soft-] {+hard+}" in out
    assert out.count("The light is [-soft-]{+hard+}.\n") == 6
    assert out.count("The same in bee.") == 6


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_a_change_of_the_layout_alone_is_reported(
    commit: Commit, tree: MakeTree, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    """No word of a prompt differs, but proofs and pictures of the layout do: which area, where it was and where it is."""
    layout = "layout: {{subject: {{kind: subject, content: subject, place: {place}}}}}\n"
    commit(**SHOP, **{"recipes/sign.yaml": RECIPE + layout.format(place="left"), "templates/sign.j2": TEMPLATE})
    tree(**{"recipes/sign.yaml": RECIPE + layout.format(place="right")})
    assert changed(difference()) == {"sign": ["fox changed", "bee changed"]}
    assert run(["diff", "--format", form]) == 1
    out = capsys.readouterr().out
    assert "layout, subject" in out
    assert out.index("subject 0 0, 50 × 100") < out.index("subject 50 0, 50 × 100")


def test_other_words_in_an_area_are_no_change_of_the_layout(commit: Commit, tree: MakeTree) -> None:
    """The words of the prompt show them already."""
    layout = "layout: {subject: {kind: subject, content: subject, place: left}}\n"
    commit(**{"recipes/sign.yaml": RECIPE + layout, "templates/sign.j2": TEMPLATE, **SHOP})
    tree(**{"recipes/sign.yaml": (RECIPE + layout).replace("a bee", "an owl")})
    ((change,),) = [recipe.examples for recipe in difference().recipes]
    assert (change.name, change.facts) == ("bee", ())
    assert change.rows


def test_the_checkout_is_not_touched(commit: Commit, tree: MakeTree, tmp_path: Path) -> None:
    """Someone's half-finished work, and what is staged, stay as they are."""
    first = commit(**SHOP)
    commit(**{"templates/_light.j2": "The light is hard."})
    tree(**{"templates/_light.j2": "The light is blue.", "notes.txt": "mine"})
    git(tmp_path, "add", "notes.txt")
    before = git(tmp_path, "status", "--porcelain=v2", "--branch")
    assert len(difference(f"{first}..HEAD").recipes) == 2
    assert git(tmp_path, "status", "--porcelain=v2", "--branch") == before


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((), ("red", "working")),
        (("main",), ("hard", "working")),
        (("main..feature",), ("hard", "red")),
        (("main...feature",), ("soft", "red")),
        (("main...",), ("soft", "red")),
        (("v1", "main"), ("soft", "hard")),
        (("feature", "."), ("red", "working")),
        (("v1", "./other"), ("soft", "other")),
        (("other", "v1"), ("other", "soft")),
    ],
    ids=" ".join,
)
def test_states_are_named_as_git_names_them(
    commit: Commit, tree: MakeTree, states: tuple[str, ...], expected: tuple[str, str]
) -> None:
    """Branches, tags, ranges from where branches went apart, folders and the working tree."""
    here = tree(**SHOP)
    commit()
    git(here, "tag", "v1")
    git(here, "branch", "feature")
    commit(**{"templates/_light.j2": "The light is hard."})
    git(here, "checkout", "--quiet", "feature")
    commit(**{"templates/_light.j2": "The light is red."})
    tree(**{"templates/_light.j2": "The light is working."})
    tree(**{f"other/{name}": text.replace("is soft", "is other") for name, text in SHOP.items()})
    [first, *_] = difference(*states).recipes
    assert first.examples[0].phrases == (expected,)


def test_a_project_in_a_subfolder_of_a_repository(
    commit: Commit, tree: MakeTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A monorepo holds recipes beside much else, and calls their folders as it likes."""
    commit(
        **{
            "shop/prompt-kit.yaml": "recipes: prompts\ntemplates: words\npacks: [vendor/inks]\n",
            "shop/prompts/card.yaml": RECIPE,
            "shop/words/card.j2": TEMPLATE,
            "shop/vendor/inks/recipes/ink.yaml": RECIPE,
            "shop/vendor/inks/templates/ink.j2": "Ink {{ subject }}.",
            "shop/vendor/inks/templates/_light.j2": "The light is soft.",
        }
    )
    tree(**{"shop/vendor/inks/templates/_light.j2": "The light is hard."})
    (tmp_path / "shop/prompts/deeper").mkdir()
    monkeypatch.chdir(tmp_path / "shop/prompts/deeper")
    changes = difference()
    assert changed(changes) == {"card": ["fox changed", "bee changed"]}
    assert changes.prompts == 4


def test_examples_that_came_went_and_were_renamed(commit: Commit, tree: MakeTree) -> None:
    """A new name is no new prompt."""
    commit(**SHOP)
    new = RECIPE.replace("bee: ", "wasp: ").replace(
        "fox: {values: {subject: a fox}}", "owl: {values: {subject: an owl}}"
    )
    tree(**{"recipes/card.yaml": new})
    [recipe] = difference().recipes
    assert [(e.was, e.name, e.status) for e in recipe.examples] == [
        ("", "owl", "added"),
        ("bee", "wasp", "renamed"),
        ("", "fox", "removed"),
    ]
    assert recipe.total == 3


def test_recipes_that_came_went_and_were_renamed(commit: Commit, tree: MakeTree, tmp_path: Path) -> None:
    """A recipe under a new name is known by what its examples ask."""
    other = RECIPE.replace("a fox", "a pear").replace("a bee", "a fig")
    commit(**SHOP, **{"recipes/fruit.yaml": other, "templates/fruit.j2": TEMPLATE})
    for name in ("recipes/card.yaml", "templates/card.j2"):
        (tmp_path / name).rename(tmp_path / name.replace("card", "label"))
    (tmp_path / "recipes/fruit.yaml").unlink()
    tree(
        **{
            "recipes/tree.yaml": other.replace("a fig", "an oak").replace("a pear", "an elm"),
            "templates/tree.j2": "A tree.",
        }
    )
    changes = difference()
    assert [(recipe.was, recipe.name, recipe.status) for recipe in changes.recipes] == [
        ("", "fruit", "removed"),
        ("card", "label", "renamed"),
        ("", "tree", "added"),
    ]
    assert changes.counts == {"added": 2, "removed": 2}
    assert changes.prompts == 2 + 2 + 2 + 2


def test_changed_settings_and_tasks_are_told_apart_from_words(commit: Commit, tree: MakeTree) -> None:
    """The words are the same, and yet another request is sent."""
    commit(**SHOP)
    tree(**{"recipes/card.yaml": "task: edit\n" + RECIPE.replace('"1:1"', '"16:9", size: 2K')})
    [recipe] = difference().recipes
    facts = (("task", "create", "edit"), ("aspect ratio", "1:1", "16:9"), ("size", "", "2K"))
    assert [(example.facts, example.rows) for example in recipe.examples] == [(facts, ())] * 2


def test_other_bytes_under_the_same_name_are_another_picture(
    commit: Commit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pictures are known by their hash; a file that is only renamed sends the same."""
    recipe = RECIPE.replace("subject: a fox", "subject: a fox, photo: pictures/fox.png")
    (tmp_path / "recipes/pictures").mkdir(parents=True)
    (tmp_path / "recipes/pictures/fox.png").write_bytes(PNG)
    commit(**SHOP | {"recipes/card.yaml": recipe})
    (tmp_path / "recipes/pictures/fox.png").rename(tmp_path / "recipes/pictures/vixen.png")
    (tmp_path / "recipes/card.yaml").write_text(recipe.replace("pictures/fox", "pictures/vixen"), "utf-8")
    assert difference().recipes == ()
    (tmp_path / "recipes/pictures/vixen.png").write_bytes(PNG + b"\0")
    assert changed(difference()) == {"card": ["fox changed"]}
    run(["diff"])
    out = capsys.readouterr().out
    assert re.search(r"- photo \(object\): fox.png, 16×16, sha256 \w{12}\n +\+ photo \(object\): vixen.png", out)


def test_pictures_elsewhere_in_the_project_are_found(commit: Commit, tmp_path: Path) -> None:
    """Reference pictures need not stand beside the recipes."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets/red fox.png").write_bytes(PNG)
    (tmp_path / "assets/film.mov").write_bytes(b"\0" * 1000)
    recipe = RECIPE.replace("subject: a fox", 'subject: a fox, photo: "../assets/red fox.png"')
    commit(**SHOP | {"recipes/card.yaml": recipe})
    (tmp_path / "templates/card.j2").write_text("Paint {{ subject }}.", "utf-8")
    [fox, _] = difference().recipes[0].examples
    assert (fox.status, fox.former_problems) == ("changed", ())


def test_turns_are_compared_one_by_one(commit: Commit, tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the turn that changed is shown, and a new one as a whole."""
    recipe = "turns:\n  - {name: front, template: front.j2}\n  - {name: back, template: back.j2}\n" + RECIPE
    commit(
        **SHOP | {"recipes/card.yaml": recipe},
        **{"templates/front.j2": "The front of {{ subject }}.", "templates/back.j2": "The back of {{ subject }}."},
    )
    tree(**{"templates/back.j2": "The far side of {{ subject }}."})
    run(["diff"])
    out = capsys.readouterr().out
    assert "Turn 2: back\n      The [-back-]{+far side+} of a fox.\n" in out
    assert "Turn 1" not in out
    tree(**{"recipes/card.yaml": recipe.replace("turns:\n", "turns:\n  - {name: sketch, template: front.j2}\n")})
    run(["diff"])
    assert "+ Turn 1: sketch" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        ("templates/card.j2", "Draw {{ sbject }}.", "templates/card.j2:1: there is no parameter 'sbject'. Did you"),
        ("recipes/card.yaml", RECIPE + "titel: Card\n", "recipes/card.yaml:9:1: unknown key 'titel'. Did you mean"),
    ],
)
def test_a_recipe_that_can_no_longer_be_rendered_tells_why(
    commit: Commit, tree: MakeTree, file: str, text: str, problem: str
) -> None:
    """The report is whole, whichever recipes are broken; and it says when they are mended."""
    commit(**SHOP)
    tree(**{file: text, "templates/poster.j2": "A placard."})
    changes = difference()
    assert changed(changes)["card"] == ["fox broken", "bee broken"]
    assert len(changed(changes)["poster"]) == 2
    assert problem in Terminal(color=False, width=200).text(changes)
    broken = commit()
    tree(**SHOP)
    assert changed(difference(broken))["card"] == ["fox mended", "bee mended"]


def test_problems_that_stay_are_no_change(commit: Commit, tree: MakeTree) -> None:
    """What was broken already is not told as if this change had done it."""
    commit(**SHOP, **{"recipes/bad.yaml": "titel: Bad\n", "recipes/odd.yaml": "examples: {one: {values: {a: b}}}"})
    tree(**{"templates/_light.j2": "The light is hard.", "templates/odd.j2": "Odd."})
    assert sorted(changed(difference())) == ["card", "poster"]


def test_examples_of_strategies_are_compared_too(commit: Commit, tree: MakeTree) -> None:
    """A strategy's words reach every prompt that mixes it in."""
    commit(
        **SHOP,
        **{
            "recipes/strategies/frost.yaml": "examples: {fox: {recipe: card, values: {subject: a fox}}}\n",
            "templates/strategies/frost.j2": "Everything is frozen.",
        },
    )
    tree(**{"templates/strategies/frost.j2": "Everything is covered in frost."})
    changes = difference()
    assert [(recipe.kind, recipe.name) for recipe in changes.recipes] == [("strategy", "frost")]
    assert changes.recipes[0].examples[0].phrases == (("frozen", "covered in frost"),)


MADE_OF_MUCH = {
    "recipes/base.yaml": "uses: [mood]\n" + RECIPE,
    "recipes/film.yaml": "extends: base\nexamples: {owl: {values: {subject: an owl}, uses: [brand]}}\n",
    "recipes/strategies/mood.yaml": "parameters: {mood: {type: text, default: calm}}\n",
    "recipes/strategies/tint.yaml": "examples: {elk: {recipe: film, values: {subject: an elk}}}\n",
    "recipes/strategies/brand.yaml": "values_from: brand\nparameters: {brand: {type: text}}\n",
    "templates/base.j2": "{% if '%}' %}{%- include '_one.j2' -%}{% endif %}",
    "templates/_one.j2": 'Draw {{ subject }}. {% include "_t" "wo.j2" %}',
    "templates/_two.j2": "It is large.",
    "templates/strategies/mood.j2": "The mood is {{ mood }}.",
    "templates/strategies/tint.j2": "All is blue.",
    "templates/strategies/brand.j2": "{% if brand %}It is for {{ brand }}.{% endif %}",
    "brand.yaml": "name: Acme\n",
}


@pytest.mark.parametrize(
    ("file", "change", "expected"),
    [
        ("recipes/base.yaml", ("uses: [mood]", "uses: [mood, tint]"), ["base.fox", "base.bee", "film.owl"]),
        ("recipes/strategies/mood.yaml", ("calm", "warm"), ["base.fox", "base.bee", "film.owl", "tint.elk"]),
        ("templates/_two.j2", ("large", "small"), ["base.fox", "base.bee", "film.owl", "tint.elk"]),
        ("templates/strategies/mood.j2", ("mood is", "air is"), ["base.fox", "base.bee", "film.owl", "tint.elk"]),
        ("templates/strategies/tint.j2", ("blue", "red"), ["tint.elk"]),
        ("brand.yaml", ("Acme", "Apex"), ["film.owl"]),
    ],
)
def test_a_change_in_whatever_a_prompt_is_made_of_is_seen(
    commit: Commit, tree: MakeTree, file: str, change: tuple[str, str], expected: list[str]
) -> None:
    """Only what can differ is rendered, and nothing that does is missed."""
    commit(**MADE_OF_MUCH)
    tree(**{file: MADE_OF_MUCH[file].replace(*change)})
    found = [f"{recipe.name}.{example.name}" for recipe in difference().recipes for example in recipe.examples]
    assert found == expected


def test_a_partial_of_the_project_in_place_of_a_built_in_one_shows_what_it_does(commit: Commit, tree: MakeTree) -> None:
    """The built-in recipes beside it change, though no recipe of the project does."""
    commit(**SHOP)
    assert difference().prompts == 4
    tree(**{"templates/sticker.j2": "A sticker of {{ subject }}."})
    changes = difference(only=("sticker",))
    assert {example.status for example in changes.recipes[0].examples} == {"changed"}


def test_the_installed_library_against_itself() -> None:
    """Every example of every recipe and strategy is counted."""
    changes = difference("installed", "installed")
    assert changes.recipes == ()
    assert changes.prompts > 300


def test_only_the_recipes_that_are_named(commit: Commit, tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """In a large library one is worked on at a time."""
    commit(**SHOP)
    tree(**{"templates/_light.j2": "The light is hard."})
    assert run(["diff", "--recipe", "card"]) == 1
    assert "2 of 2 prompts differ, in 1 recipe." in capsys.readouterr().out
    with pytest.raises(NotFoundError, match="There is no recipe 'crad'. Did you mean 'card'?"):
        difference(only=("crad",))


@pytest.mark.parametrize(
    ("states", "message"),
    [
        (("mian",), "There is no revision or folder 'mian'. Did you mean 'main'?"),
        (("main..nowhere",), "There is no revision or folder 'nowhere'. Name a branch, a tag, a commit or a folder."),
        (("main...nowhere",), "There is no revision or folder 'nowhere'."),
        (("./nowhere", "."), "./nowhere: there is no such folder."),
        (("templates", "."), "templates: there is no folder 'recipes' in it. Name the folder above the recipes."),
        (("--output=x", "."), "There is no revision or folder '--output=x'."),
        (("a", "b", "c"), "3 states are named; two can be compared."),
    ],
    ids=str,
)
def test_names_that_stand_for_nothing(commit: Commit, states: tuple[str, ...], message: str) -> None:
    """The message says what was meant, or what can be."""
    commit(**SHOP)
    with pytest.raises(InputError) as caught:
        difference(*states)
    assert str(caught.value).startswith(message)


def test_a_folder_that_is_no_repository(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """Two folders can be compared without git, and the message says so."""
    tree(**{f"{state}/{name}": text for state in ("old", "new") for name, text in SHOP.items()})
    tree(**{"new/templates/_light.j2": "The light is hard."})
    assert run(["diff"]) == 2
    assert "is in no git repository, so it has no revisions. Name two folders to compare." in capsys.readouterr().err
    assert run(["diff", "old", "new"]) == 1
    assert "old → new\n4 of 4 prompts differ, in 2 recipes.\n" in capsys.readouterr().out


def test_a_computer_without_git(tree: MakeTree, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2, not 1: nobody may take it for a change."""
    tree(**SHOP)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="git is not installed here") as caught:
        difference()
    assert caught.value.exit_code == 2


def test_the_wrong_folder_is_not_taken_for_no_change(
    commit: Commit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a pipeline, silence would be green for ever."""
    commit(**SHOP)
    monkeypatch.chdir(tmp_path / "templates")
    with pytest.raises(InputError, match="There is no folder 'recipes' in .*, neither before nor after"):
        difference()


def test_a_shallow_clone_says_how_to_get_the_rest(
    commit: Commit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pipelines clone the newest commit only."""
    commit(**SHOP)
    commit(**{"templates/_light.j2": "The light is hard."})
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{tmp_path}", "clone")
    monkeypatch.chdir(tmp_path / "clone")
    with pytest.raises(InputError, match="'git fetch --unshallow' gets the others"):
        difference("HEAD~1")


def test_a_hook_of_git_can_call_it(
    commit: Commit, tree: MakeTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git tells its hooks where the repository is, from a folder that is not ours."""
    commit(**{f"shop/{name}": text for name, text in SHOP.items()})
    tree(**{"shop/templates/_light.j2": "The light is hard."})
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    monkeypatch.chdir(tmp_path / "shop")
    assert len(difference().recipes) == 2


@pytest.mark.parametrize("target", ["/etc", "../../..", "../../../../etc"])
def test_a_link_out_of_a_revision_is_not_followed(commit: Commit, tree: MakeTree, tmp_path: Path, target: str) -> None:
    """A revision may come from anyone; it must not show files of the computer that looks at it."""
    (tmp_path / "templates/deep").mkdir(parents=True)
    (tmp_path / "templates/deep/out").symlink_to(target)
    hostile = commit(**SHOP | {"templates/card.j2": '{% include "deep/out/hostname.j2" %}'})
    (tmp_path / "templates/deep/out").unlink()
    tree(**SHOP)
    changes = difference(hostile)
    assert changes.notes == ("templates/deep/out: this link leads out of the project and was not followed.",)
    assert changed(changes)["card"] == ["fox mended", "bee mended"]


@pytest.mark.parametrize("key", ["recipes", "templates", "brand"])
def test_a_project_file_of_a_revision_cannot_lead_out(commit: Commit, tree: MakeTree, key: str) -> None:
    """Nor can the folders that it names."""
    hostile = commit(**SHOP, **{"prompt-kit.yaml": f"{key}: ../../etc\n"})
    tree(**{"prompt-kit.yaml": ""})
    with pytest.raises(InputError, match="the name goes up to another folder"):
        difference(hostile)


def test_nothing_in_a_prompt_acts(commit: Commit, tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a terminal, nor a browser, nor the host of a pull request does what a prompt's words say."""
    commit(**SHOP)
    tree(
        **{
            "templates/_light.j2": "\x1b[2J<img src=x onerror=alert(1)> ![x](http://x.example) @team #12 `code` | a\u202eb."
        }
    )
    run(["diff"])
    run(["diff", "--format", "markdown"])
    run(["diff", "--format", "html"])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "‹U+202E›" in out
    run(["diff", "--format", "html"])
    page = capsys.readouterr().out
    assert "<img" not in page
    assert "default-src 'none'" in page
    run(["diff", "--format", "markdown"])
    text = capsys.readouterr().out
    assert "<img" not in text
    assert not re.search(r"@team|(?<!&)#12|!\[x\]|`code`", text)


def test_the_page_needs_nothing_else(commit: Commit, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It can be sent by mail: pictures are inside, and nothing is loaded from anywhere."""
    recipe = RECIPE.replace("subject: a fox", "subject: a fox, photo: fox.png")
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes/fox.png").write_bytes(PNG)
    commit(**SHOP | {"recipes/card.yaml": recipe})
    (tmp_path / "recipes/fox.png").write_bytes(PNG + b"\0")
    assert run(["diff", "--output", "diff.html"]) == 1
    assert capsys.readouterr().err == "1 of 4 prompts differs, in 1 recipe. See diff.html.\n"
    page = (tmp_path / "diff.html").read_text("utf-8")
    assert page.count('src="data:image/png;base64,') == 2
    assert not re.search(r"(?:src|href)=\"(?!data:|#)|@import|url\(|<script", page)


def test_a_terminal_shows_colours_instead_of_brackets(commit: Commit, tree: MakeTree) -> None:
    """The width is kept, and no colour runs over the end of a line."""
    commit(**SHOP)
    tree(**{"templates/_light.j2": "The light is " + "very " * 30 + "hard."})
    lines = Terminal(color=True, width=60).text(difference()).splitlines()
    plain = [re.sub(r"\x1b\[\d+m", "", line) for line in lines]
    assert max(map(len, plain)) <= 60
    assert "[-" not in "".join(plain)
    assert all(line.endswith("\x1b[0m") for line in lines if line.rfind("\x1b[3") > line.rfind("\x1b[0m"))
    assert any(re.search(r"\x1b\[31m\x1b\[9m.*soft", line) for line in lines)


def test_json_for_programs(commit: Commit, tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything the other reports show, as data."""
    commit(**SHOP)
    tree(**{"templates/card.j2": "Paint {{ subject }}."})
    run(["diff", "--format", "json"])
    made = json.loads(capsys.readouterr().out)
    assert (made["new"], made["prompts"], made["counts"]) == ("working tree", 4, {"changed": 2})
    assert made["recipes"][0]["examples"][0]["rows"][0]["spans"][:2] == [["out", "Draw"], ["in", "Paint"]]


def test_a_file_that_cannot_be_written(commit: Commit, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, for 1 means that something changed."""
    commit(**SHOP)
    assert run(["diff", "-o", "nowhere/diff.md"]) == 2
    assert "nowhere/diff.md: the folder is gone." in capsys.readouterr().err


def test_many_recipes_are_rendered_by_several_processes_alike(commit: Commit, tree: MakeTree) -> None:
    """The order is that of the names, whoever is ready first."""
    names = [f"r{number:02}" for number in range(12)]
    commit(
        **{f"recipes/{name}.yaml": RECIPE for name in names},
        **{f"templates/{name}.j2": TEMPLATE for name in names},
        **{"templates/_light.j2": "The light is soft."},
    )
    tree(**{"templates/_light.j2": "The light is hard.", "templates/r03.j2": "{{ oops }}"})
    changes = difference()
    assert [recipe.name for recipe in changes.recipes] == names
    assert changes.counts == {"changed": 22, "broken": 2}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("A red panda in a kawaii style.", "A happy red panda in a flat style.", "A {+happy+} red panda in a [-kawaii-]{+flat+} style."),
        ("The soft light of dawn.", "The warm light at dawn.", "The [-soft light of-]{+warm light at+} dawn."),
        ("It sees as at f/2.8, up close.", "It sees as at f/1.4, up close.", "It sees as at [-f/2.8-]{+f/1.4+}, up close."),
        ("看板には「東京」と書く。", "看板には「大阪」と書く。", "看板には「[-東京-]{+大阪+}」と書く。"),
        ("Draw a cat.", "Draw a cat. It sits.", "Draw a cat. {+It sits.+}"),
        ("a\u00a0b", "a b", "a[-\u00a0b-]{+ b+}"),
    ],
)  # fmt: skip
def test_differences_are_told_in_phrases(old: str, new: str, expected: str) -> None:
    """A reader sees what was said and what is said now, not which letters moved."""
    assert shown(old, new) == expected


def test_very_long_prompts_are_compared_in_time(commit: Commit, tree: MakeTree) -> None:
    """A pack of someone else cannot keep a pipeline busy for hours."""
    words = ["{{ subject }} " + "a b. C d. " * 3_000, "a b. C d. " * 3_000 + " {{ subject }}"]
    commit(**SHOP | {"templates/card.j2": words[0]})
    tree(**{"templates/card.j2": words[1]})
    started = time.process_time()
    assert list(changed(difference())) == ["card"]
    assert time.process_time() - started < AT_ONCE


@given(st.text(alphabet="ab .,\n\u00a0東f2", max_size=30), st.text(alphabet="ab .,\n\u00a0東f2", max_size=30))
def test_nothing_is_lost_between_two_texts(old: str, new: str) -> None:
    """What stayed and what came make the new text; what stayed and what went have the words of the old one."""
    found = spans(old, new)
    assert "".join(span.text for span in found if span.kind != "out") == new
    assert "".join(span.text for span in found if span.kind != "in").replace(" ", "") == old.replace(" ", "")
    assert (old == new) == all(span.kind == "same" for span in found)
