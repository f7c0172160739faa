"""What no schema can see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prompt_kit.lint import check, targets

if TYPE_CHECKING:
    from conftest import MakeTree

    from prompt_kit.library import Library

GOOD = {
    "recipes/good.yaml": """\
        title: Good
        parameters:
          subject: {type: text, required: true}
          style: {type: choice, choices: [ink, oil], default: ink}
        examples:
          one: {values: {subject: a fox}}
          two: {values: {subject: a bee, style: oil}}
        """,
    "templates/good.j2": "Draw {{ subject }} in {{ style }}.\n{% if style.value == 'oil' %}\nThe strokes are thick.\n{% endif %}\n",
}


def problems(library: Library) -> list[str]:
    """Return what is found, as people read it."""
    return [str(problem) for problem in check(library).problems]


def test_a_good_recipe_has_no_problem(tree: MakeTree, library: Library) -> None:
    """Nothing is found where nothing is wrong."""
    tree(**GOOD)
    assert problems(library) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("in {{ style }}", "in ink", "recipes/good.yaml:4:34: no example tries style"),
        ("Draw {{ subject }}", "Draw a fox", "recipes/good.yaml:3:12: no template uses the parameter 'subject'."),
        ("Draw", "Draw [the thing]:", "templates/good.j2:1: '[the thing]' looks like a placeholder"),
        ("Draw", "Draw a 16:9 picture of", "templates/good.j2:1: '16:9' stands in the words."),
        ("Draw {{ subject }}", "Draw {{ subject }} with no trees", "templates/good.j2:1: 'no trees' names what"),
        ("Draw {{ subject }}", "Draw {{ subject }}  twice", "there are two spaces in a row"),
        ("Draw {{ subject }}", "Draw {{ subject }} , quickly", "there is a space before a comma"),
        ("Draw", "Draw a apple and", "'a' and 'an' are mixed up"),
        (
            "The strokes",
            "The white background is a transparent background. The strokes",
            "white and transparent at once",
        ),
        (
            "== 'oil'",
            "== 'acrylic'",
            "templates/good.j2:2: no example shows the case in which the condition on style is true.",
        ),
        ("{{ subject }}", "{{ subject }}{{ mood }}", "templates/good.j2:1: there is no parameter 'mood'."),
    ],
)
def test_findings(tree: MakeTree, library: Library, old: str, new: str, expected: str) -> None:
    """Each mistake is told with its place."""
    template = GOOD["templates/good.j2"].replace(old, new)
    tree(**GOOD | {"templates/good.j2": template})
    if expected.endswith("style"):
        tree(**{"recipes/good.yaml": GOOD["recipes/good.yaml"].replace(", style: oil", "")})
    assert any(expected in problem for problem in problems(library)), problems(library)


def test_values_are_not_judged_as_the_templates_words(tree: MakeTree, library: Library) -> None:
    """A person may want no trees, and write 16:9 on a sign; the recipe's author is not to blame."""
    tree(
        **GOOD | {"recipes/good.yaml": GOOD["recipes/good.yaml"].replace("a fox", "'a 16:9 sign with no words [sic]'")}
    )
    assert problems(library) == []


def test_yes_and_no_are_no_choices_to_be_tried(tree: MakeTree, library: Library) -> None:
    """A boolean has branches, which are looked at, and nothing else."""
    recipe = GOOD["recipes/good.yaml"].replace("examples:", "  big: {type: boolean}\n        examples:")
    tree(**GOOD | {"recipes/good.yaml": recipe.replace("{subject: a fox}", "{subject: a fox, big: true}")})
    tree(**{"templates/good.j2": GOOD["templates/good.j2"] + "{% if big %}\nIt fills the frame.\n{% endif %}\n"})
    assert problems(library) == []


def test_all_files_are_reported_together(tree: MakeTree, library: Library) -> None:
    """A broken file does not hide the next one."""
    tree(
        **GOOD,
        **{
            "recipes/a.yaml": "titel: A",
            "recipes/b.yaml": "a: [",
            "recipes/strategies/s.yaml": "x: 1",
            "recipes/presets/p.yaml": "extends: nothing",
        },
    )
    found = "\n".join(problems(library))
    for file in ("recipes/a.yaml:1:1", "recipes/b.yaml:", "strategies/s.yaml:1:1", "presets/p.yaml"):
        assert file in found


def test_an_example_that_cannot_be_rendered_is_told_at_its_place(tree: MakeTree, library: Library) -> None:
    """Examples are tests; a bad one is a mistake of the file."""
    tree(**GOOD | {"recipes/good.yaml": GOOD["recipes/good.yaml"].replace("subject: a bee, ", "")})
    assert any("recipes/good.yaml:7:8: example 'two': subject: is missing." in problem for problem in problems(library))


def test_a_path_is_a_file_a_folder_or_a_pack(tree: MakeTree) -> None:
    """Whichever is named, the same file is found."""
    root = tree(**GOOD)
    for path in (root, root / "recipes", root / "recipes" / "good.yaml"):
        found = targets(path)
        assert [file.name for target in found for file in target.files] == ["good.yaml"]
        assert check(found[0].library, found).problems == []


def test_the_built_in_library_has_no_problem(built_in_library: Library) -> None:
    """What we ask of others we keep ourselves."""
    assert problems(built_in_library) == []
