"""What people read when something is wrong: which option or key it is about, what is missing, and the way out."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from prompt_kit.cli.main import run
from prompt_kit.errors import InputError
from prompt_kit.recipe.assembly import load

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeTree

    from prompt_kit.recipe.library import Library

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
BADGE = {
    "recipes/badge.yaml": """\
        title: Badge
        summary: A badge.
        parameters:
          subject: {type: text, required: true, help: What it shows.}
          marks: {type: choices, choices: [tears, noise]}
          words: {type: copies, placed: true, was: [headline], help: "Say the place after '::'."}
          colors: {type: choice, choices: [red, green], other: true}
        references:
          photo: {role: identity, was: [picture]}
        examples:
          long: {values: {subject: a fox}}
        """,
    "templates/badge.j2": (
        "A badge of {{ subject }}{% if words %} that says {{ words | series }}{% endif %}"
        "{% if marks %}, {{ marks | series }}{% endif %}{% if colors %}, in {{ colors }}{% endif %}"
        "{% if photo %}, as in {{ photo }}{% endif %}.\n" + "Draw it well. " * 50
    ),
}
PORTRAIT = {
    "recipes/portrait.yaml": """\
        title: Portrait
        references: {photo: {role: identity, min: 1, help: The photo it is drawn from.}}
        """,
    "templates/portrait.j2": "Draw {{ photo }}.",
}


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 2) -> str:
    """Return what a command says on stderr."""
    capsys.readouterr()
    assert run(list(arguments)) == code
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--marks", "tear"], "--marks: 'tear' is not one of tears, noise. Did you mean 'tears'?"),
        (["--marks", "noise", "--marks", "tear"], "--marks, entry 2: 'tear' is not one of tears, noise."),
        (["--words", ""], "--words: is empty; leave it out or write something."),
        (["--words", ":: at the top"], "--words: is empty; leave it out or write something."),
        (["--size", "9K"], "--size: must be '512', '1K', '2K' or '4K'."),
        (["--size", "4k", "--thinking", "hihg"], "--thinking: must be 'minimal', 'low', 'medium' or 'high'. Did you"),
        (["--photo", "a.png", "--picture", "b.png"], "--picture: is now called 'photo', which is given, too."),
    ],
)
def test_a_message_begins_with_the_option_it_is_about(
    options: list[str], message: str, tree: MakeTree, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where it is about an entry, a setting or an older name."""
    tree(**BADGE)
    lines = told(capsys, "render", "badge", "--subject", "a fox", *options).splitlines()
    assert [line for line in lines if line.startswith(message)]


def test_what_the_model_cannot_do_names_the_option(capsys: pytest.CaptureFixture[str]) -> None:
    """Although it is found out only when the request is planned."""
    err = told(capsys, "generate", "sticker", "--subject", "a fox", "--aspect-ratio", "17:3", "--generator", "proof")
    assert err.startswith("--aspect-ratio: ")
    assert "makes no 17:3 pictures" in err


def test_a_picture_that_is_needed_is_missing(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """With the help of its slot, as a parameter says it."""
    tree(**PORTRAIT)
    assert told(capsys, "render", "portrait") == "--photo: is missing. The photo it is drawn from.\n"


def test_older_names_still_work_as_options(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """Each with a note; the help shows today's names only."""
    root = tree(**BADGE)
    (root / "fox.png").write_bytes(PNG)
    assert run(["render", "badge", "--subject", "a fox", "--headline", "HELLO", "--picture", "fox.png"]) == 0
    out, err = capsys.readouterr()
    assert 'says "HELLO", as in' in out
    assert "--headline is now called --words; its value counts as before." in err
    assert "--picture is now called --photo; its value counts as before." in err
    assert run(["render", "badge", "--help"]) == 0
    assert "--headline" not in capsys.readouterr().out


def test_an_unknown_key_of_a_values_file_has_its_own_place(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """The key is wrong, not its value; a wrong value has the place of the value."""
    tree(**BADGE, **{"v.yaml": "subject: a fox\nsubjcet:   a fox\nmarks:   [tear]\n"})
    lines = told(capsys, "render", "badge", "--values", "v.yaml").splitlines()
    assert [line.partition(": ")[0] for line in sorted(lines)] == ["v.yaml:2:1", "v.yaml:3:10"]


def test_an_unknown_key_of_a_preset_has_its_own_place(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """As one of a values file does."""
    tree(**BADGE, **{"recipes/presets/fox.yaml": "extends: badge\nvalues:\n  subjcet:   a fox\n"})
    assert told(capsys, "render", "fox").startswith("recipes/presets/fox.yaml:3:3: 'badge' has no parameter 'subjcet'.")


def test_an_unknown_price_is_called_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is about unknown; and the models are named that were probably meant."""
    err = told(capsys, "generate", "sticker", "--subject", "x", "--model", "nano", "--generator", "proof", code=0)
    assert "The price of nano is not known." in err
    assert "Did you mean 'gemini-nano-banana-2.1'" in err


def test_all_unknown_options_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with the nearest that is offered; what stands as a value of an option is none."""
    err = told(capsys, *"generate social-post --subject --x --chanel=feed --copyspace left --qqzz --size 2K".split())
    assert [line for line in err.splitlines() if "option" in line.lower()][1:] == [
        "Error: No such option '--chanel'. Did you mean '--channel'?",
        "No such option '--copyspace'. Did you mean '--copy-space'?",
        "No such option '--qqzz'.",
    ]


def test_a_layout_that_is_sent_is_called_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Below the guide, nothing says that the layout is not sent."""
    words = "generate social-post --subject bottle --copy-space left --generator proof --dry-run".split()
    assert run([*words, "--guide"]) == 0
    assert "layout, sent as the guide\n" in capsys.readouterr().out
    assert run(words) == 0
    assert "layout, not sent\n" in capsys.readouterr().out


def test_a_form_is_shown_whole_or_not_at_all(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """A template that is broken is told before, not in the middle."""
    tree(**BADGE | {"templates/badge.j2": "{{ nosuch }}"})
    assert run(["show", "badge"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "there is no parameter 'nosuch'" in err


def test_limits_that_no_value_meets_are_told_before_the_default(tree: MakeTree, library: Library) -> None:
    """Whoever changes the default would be sent from one limit to the other."""
    tree(
        **BADGE
        | {"recipes/badge.yaml": "parameters:\n  n:\n    type: integer\n    min: 5\n    max: 2\n    default: 7\n"}
    )
    with pytest.raises(InputError) as caught:
        library.recipe("badge")
    assert str(caught.value) == "recipes/badge.yaml:2:3: n: min (5) is above max (2)."


def test_all_filters_are_named_where_none_is_near(tree: MakeTree, library: Library) -> None:
    """A guess has nothing to go by else."""
    tree(**BADGE | {"templates/badge.j2": "{{ subject | placed }}"})
    with pytest.raises(InputError, match="there is no filter 'placed'. There are: article, .*, series"):
        _ = load("badge", library=library).turn_templates


def test_a_mistyped_command_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    """As names of recipes do; where nothing is near, all are named."""
    assert "There is no command 'redner'. Did you mean 'render'?" in told(capsys, "redner")
    assert "There are: list, show, render," in told(capsys, "xyzzy")


def test_an_example_is_not_called_too_long(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever looks at it did not write it; values of their own are judged."""
    tree(**BADGE)
    assert told(capsys, "render", "badge", "--example", "long", code=0) == ""
    assert "Short prompts are followed" in told(capsys, "render", "badge", "--subject", "a cat", code=0)
    assert "Short prompts are followed" in told(
        capsys, "render", "badge", "--example", "long", "--subject", "a cat", code=0
    )


def test_show_says_each_thing_once(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """The sign for places, names people can read, and that a choice takes own words."""
    tree(**BADGE)
    assert run(["show", "badge"]) == 0
    out = capsys.readouterr().out
    assert out.count("::") == 1
    assert "Subject (text, required)" in out
    assert "Colors (choice, or own words)" in out
    assert "Marks (choices)" in out


def test_the_list_of_runs_tells_them_apart_and_says_how_many_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    """By what was drawn and when; a list that was cut says so."""
    for animal in ("a fox", "an owl", "a newt"):
        assert run(["generate", "sticker", "--subject", animal, "--generator", "proof"]) == 0
    capsys.readouterr()
    assert run(["runs", "list", "-n", "2"]) == 0
    out, err = capsys.readouterr()
    first, second = out.splitlines()
    assert first.endswith("a newt")
    assert second.endswith("an owl")
    assert ":" in first
    assert err == "2 of 3 runs; the others: prompt-kit runs list -n 3\n"
    assert told(capsys, "runs", "list", "-n", "3", code=0) == ""
    assert told(capsys, "runs", "show", "nope") == (
        "There is no run 'nope'. 'prompt-kit runs list -n 100' says which there are.\n"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("budget: {run: x}", "prompt-kit.yaml:1:15: budget.run: must be an amount such as 2.50."),
        ("packs: [a, {b: c}]", "prompt-kit.yaml:1:12: packs, entry 2: must be text."),
    ],
)
def test_a_message_about_a_key_names_what_it_belongs_to(
    text: str, message: str, tree: MakeTree, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key such as 'run' alone says little."""
    tree(**{"prompt-kit.yaml": text})
    assert told(capsys, "list") == f"{message}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("parameters: {kind: {type: chioce}}", "kind.type: must be one of 'text', "),
        ("parameters: {kind: {type: chioce}}", "Did you mean 'choice'?"),
        ("references: {p: {role: objct}}", "p.role: must be 'base', "),
        ("references: {p: {role: objct}}", "Did you mean 'object'?"),
        ("needed: {Foo bar: why}", "needed: the name 'Foo bar' needs at least 10 characters."),
    ],
)
def test_check_names_slot_and_key(text: str, message: str, tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """And offers the value that may have been meant."""
    tree(**{"recipes/a.yaml": f"title: A\n{text}\n", "templates/a.j2": "A."})
    assert run(["check", "recipes/a.yaml"]) == 1
    assert message in capsys.readouterr().out


def test_check_takes_the_brand_for_the_brand(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """It is no recipe; what is wrong says where in it."""
    tree(**{"brand.yaml": 'fonts: {body: ""}\ncolors: [red, ""]\n'})
    assert run(["check", "brand.yaml"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "brand.yaml:1:15: fonts.body: is empty; leave it out or write something.",
        "brand.yaml:2:15: colors, entry 2: is empty; leave it out or write something.",
    ]
    tree(**{"brand.yaml": "name: Fox & Co\n"})
    assert run(["check", "brand.yaml"]) == 0


def test_a_template_that_is_missing_is_to_be_made(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """A partial is never what a recipe's template was meant to be."""
    tree(**{"recipes/notes.yaml": "title: A\n", "templates/_notes.j2": "A."})
    assert "There is no template 'notes.j2'. Make templates/notes.j2." in told(capsys, "render", "notes")


def test_a_size_in_the_words_is_seen_without_a_setting(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """As a format is."""
    tree(**{"recipes/a.yaml": "title: A\nexamples: {a: {}}\n", "templates/a.j2": "Draw a fox in 4K.\n"})
    assert run(["check", "recipes"]) == 1
    assert "'4K' stands in the words." in capsys.readouterr().out


def test_diff_without_commits_says_so(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """HEAD is a word of git's; nobody typed it."""
    root = tree(**PORTRAIT)
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    assert f"Nothing is committed in {root} yet." in told(capsys, "diff")


def test_diff_writes_only_what_it_can(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A text in a PDF's clothes opens nowhere."""
    assert "--output: nothing can be written as .pdf." in told(capsys, "diff", "installed", ".", "-o", "d.pdf")
    assert not (tmp_path / "d.pdf").exists()
