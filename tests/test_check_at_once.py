"""A check tells all that is wrong at once, not one layer of mistakes after the other."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from prompt_kit.cli.main import run
from prompt_kit.project import Project
from prompt_kit.recipe.library import Library, built_in
from prompt_kit.review.lint import check, own

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from conftest import MakeTree

RECIPE = """\
title: Badge
parameters:
  subject: {type: text, required: true}
  style: {type: choice, choices: {flat: Flat, oil: {label: Oil, words: a stunning oil painting}}}
examples:
  one: {values: {subject: a fox, style: flat}}
  two: {values: {subject: an owl, style: oil}}
  plain: {values: {subject: a hare}}
"""
TEMPLATE = "Draw {{ subject }}{% if style %} in {{ style }}{% endif %}.\n"


def lines(library: Library) -> list[str]:
    """Return what a check of the library says, line by line."""
    return [str(problem) for problem in check(library).problems]


def test_a_wrong_key_hides_nothing(tree: MakeTree, library: Library) -> None:
    """The template, the words of choices and the examples are looked at as if the key were not there."""
    wrong = RECIPE.replace("required: true", "requird: true").replace("style: oil}", "style: pastel}")
    tree(**{"recipes/badge.yaml": "titel: X\n" + wrong, "templates/badge.j2": "Masterpiece. " + TEMPLATE})
    assert lines(library) == [
        "recipes/badge.yaml:1:1: unknown key 'titel'. Did you mean 'title'?",
        "recipes/badge.yaml:4:25: unknown key 'requird'. Did you mean 'required'?",
        "recipes/badge.yaml:5:52: 'stunning' praises instead of describing. Say what makes it so.",
        "recipes/badge.yaml:8:8: example 'two': style: 'pastel' is not one of flat, oil.",
        "templates/badge.j2:1: 'Masterpiece' is a keyword, not a description. Say what is seen: materials, light, lens, finish.",
    ]


def test_what_a_comment_hides_and_what_stands_twice_come_together(tree: MakeTree, library: Library) -> None:
    """Whoever forgot the quotes of one colour forgot those of others."""
    twice = 'title: A\ntitle: B\nparameters:\n  ink: {type: color, default: "#fff"}\n  rim:\n    type: color\n    help: #ff0000\n'
    tree(**{"recipes/a.yaml": twice + "    nosuch: 1\n", "templates/a.j2": "{{ ink }}, {{ rim }}.\n"})
    assert [line.partition(": ")[0] for line in lines(library)] == [
        "recipes/a.yaml:1:1",  # there are no examples
        "recipes/a.yaml:2:1",
        "recipes/a.yaml:7:11",
        "recipes/a.yaml:8:5",
    ]


def test_all_bare_colours_of_a_file_are_told(tree: MakeTree, library: Library) -> None:
    """Each ends its line, so that the file is no YAML any more."""
    tree(
        **{
            "recipes/a.yaml": "parameters:\n  a: {type: color, default: #ff0000}\n  b: {type: color, default: #00ff00}\n"
        }
    )
    assert [line.partition(" begins")[0] for line in lines(library)] == [
        "recipes/a.yaml:2:29: #ff0000",
        "recipes/a.yaml:3:29: #00ff00",
    ]


def test_what_follows_from_a_mistake_is_not_told(tree: MakeTree, library: Library) -> None:
    """A parameter of an unknown kind is one mistake, not one for each template and example that has it."""
    tree(
        **{"recipes/badge.yaml": RECIPE.replace("type: text", "type: txt"), "templates/badge.j2": TEMPLATE + "Epic.\n"}
    )
    subject, choice, template = lines(library)
    assert "subject.type" in subject
    assert "stunning" in choice
    assert template == "templates/badge.j2:2: 'Epic' praises instead of describing. Say what makes it so."


def test_contradictions_within_a_recipe_hide_no_words(tree: MakeTree, library: Library) -> None:
    """What ``show_if`` and ``uses`` name wrongly comes with what the template says wrongly."""
    wrong = RECIPE.replace("{type: choice", "{type: choice, show_if: {nosuch: a}").replace("a stunning ", "an ")
    tree(**{"recipes/badge.yaml": wrong + "counts: [many]\n", "templates/badge.j2": "Masterpiece. " + TEMPLATE})
    assert [line.partition(": ")[2] for line in lines(library)] == [
        "show_if names 'nosuch', which is no other parameter.",
        "counts names 'many', which is no parameter.",
        "'Masterpiece' is a keyword, not a description. Say what is seen: materials, light, lens, finish.",
    ]


def test_a_broken_template_hides_no_wrong_value(tree: MakeTree, library: Library) -> None:
    """The values of examples are looked at although nothing can be rendered."""
    wrong = RECIPE.replace("a stunning ", "an ").replace("style: oil}", "style: pastel}")
    tree(**{"recipes/badge.yaml": wrong, "templates/badge.j2": "{{ subjct }} {% if style %}{% endif %}\n"})
    assert lines(library) == [
        "templates/badge.j2:1: there is no parameter 'subjct'. Did you mean 'subject'? 3 examples wait for this.",
        "recipes/badge.yaml:7:8: example 'two': style: 'pastel' is not one of flat, oil.",
    ]


def test_the_templates_of_all_turns_are_checked(tree: MakeTree, library: Library) -> None:
    """One broken turn must not hide the next."""
    turns = "parameters: {subject: {type: text}}\nturns: [{template: a.j2, name: x}, {template: b.j2, name: y}]\n"
    tree(**{"recipes/a.yaml": turns, "templates/a.j2": "{{ nosuch }}.\n", "templates/b.j2": "{{ neither }}.\n"})
    assert lines(library)[:2] == [
        "templates/a.j2:1: there is no parameter 'nosuch'.",
        "templates/b.j2:1: there is no parameter 'neither'.",
    ]


def test_a_preset_is_checked_as_a_whole(tree: MakeTree, library: Library) -> None:
    """An unknown key, an unknown name and a value that does not fit come in one go."""
    tree(
        **{
            "recipes/badge.yaml": RECIPE.replace("a stunning ", "an "),
            "templates/badge.j2": TEMPLATE,
            "recipes/presets/mine.yaml": "extends: badge\nlockd: all\nvalues:\n  subjct: a fox\n  style: pastel\n",
        }
    )
    assert lines(library) == [
        "recipes/presets/mine.yaml:2:1: unknown key 'lockd'. Did you mean 'locked'?",
        "recipes/presets/mine.yaml:4:3: 'badge' has no parameter 'subjct'. Did you mean 'subject'?",
        "recipes/presets/mine.yaml:5:10: style: 'pastel' is not one of flat, oil.",
    ]


def test_more_may_follow_is_said_where_something_could_not_be_checked(
    tree: MakeTree, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is surprised by a second round; and an empty table of coverage is not shown."""
    tree(**{"recipes/a.yaml": "title: [\n"})
    assert run(["check", "--coverage"]) == 1
    out, err = capsys.readouterr()
    assert out.count("\n") == 1
    assert err == "1 problem.\nMore may come to light once these are mended.\n"


SEEDED = (
    "Masterpiece, highly detailed.",
    "{{ nosuch }}",
    "{% if subject == 1 %}Never.{% endif %}",
    "There is  a owl, and None of that .",
    "No other text appears.",
    "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(subject) }}",
    "{% set notes = subject %}{{ notes }}",
    "A wide image in 16:9 format.",
    "{% if %}",
    "This sentence says nothing of any value at all.",
)
"""Mistakes for the ends of templates, each of another kind."""


def test_files_are_judged_alike_alone_and_together(tmp_path: Path) -> None:
    """Templates, phrases and words are kept from file to file; nothing of what was seen in others may stay with them."""
    recipes, templates = built_in()
    names = [path.stem for path in sorted(recipes.glob("*.yaml")) if (templates / f"{path.stem}.j2").is_file()][:14]
    for folder in ("recipes", "templates"):
        shutil.copytree(recipes.parent / folder, tmp_path / folder, ignore=shutil.ignore_patterns("presets"))
    (tmp_path / "prompt-kit.yaml").touch()
    for number, name in enumerate(names):
        template = tmp_path / f"templates/{name}.j2"
        template.write_text(f"{template.read_text('utf-8')}\n{SEEDED[number % len(SEEDED)]}\n", "utf-8")

    def problems(names: list[str], library: Library) -> list[str]:
        target = replace(next(iter(own(library))), files=tuple(tmp_path / f"recipes/{name}.yaml" for name in names))
        report = check(library, [replace(target, templates=None)])
        return [str(problem) for problem in report.problems]

    roots = Library(Project(root=tmp_path)).roots
    alone = [problems([name], Library(Project(root=tmp_path), roots=roots)) for name in names]
    together = problems(names, Library(Project(root=tmp_path), roots=roots))
    assert len(together) > len(SEEDED)
    assert sorted(together) == sorted(problem for several in alone for problem in several)
