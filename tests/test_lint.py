"""What no schema can see."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prompt_kit.cli.main import run
from prompt_kit.errors import InputError
from prompt_kit.recipe.library import Library
from prompt_kit.review.lint import check, repair, targets
from prompt_kit.review.lint.repairs import mended_template, mended_yaml
from prompt_kit.review.lint.report import MANY
from prompt_kit.support.yamlfile import YamlFile

if TYPE_CHECKING:
    from conftest import MakeTree

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


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("a (fox:1.3) in the snow", "'(fox:1.3)' is a sign that only other generators read"),
        ("a ((fox)) in the snow", "'((fox))' is a sign that only other generators read"),
        ("a fox --ar 16x9", "'--ar 16x9' is a sign that only other generators read"),
        ("a masterpiece", "'masterpiece' is a keyword, not a description"),
        ("a highly detailed fox", "'highly detailed' is a keyword"),
        ("a stunning fox", "'stunning' praises instead of describing"),
        ("a fox.\nNegative prompt: dogs", "'Negative prompt' is not something these models have"),
        ("a fox.\nred fur, big ears, snow, soft light, blue sky, bokeh, trees", "is a list of keywords"),
        ("a sign that reads Fresh Bread", "'that reads Fresh Bread' looks like exact words"),
        ("a sign that says {{ subject }}", "'subject' is announced as words of the picture but has no quotes"),
    ],
)
def test_words_that_models_read_badly(tree: MakeTree, library: Library, words: str, expected: str) -> None:
    """The author's own words are held to what models understand; each finding has its line."""
    tree(
        **GOOD
        | {"templates/good.j2": GOOD["templates/good.j2"].replace("{{ subject }}", f"{{{{ subject }}}}, {words},")}
    )
    found = problems(library)
    assert any(expected in problem for problem in found), found


@pytest.mark.parametrize(
    "words",
    [
        "the words are {{ subject }}",
        'a sign that reads "Fresh Bread"',
        "the face, hair, build, skin, age and clothes of a fox",
        "a very wide shot of a high, cool and well-made thing",
        "a coffee break",
    ],
)
def test_good_prose_is_left_in_peace(tree: MakeTree, library: Library, words: str) -> None:
    """A check that cries wolf is switched off."""
    tree(
        **GOOD
        | {"templates/good.j2": GOOD["templates/good.j2"].replace("{{ subject }}", f"{{{{ subject }}}}; {words};")}
    )
    assert problems(library) == []


def test_choices_speak_to_the_model_too(tree: MakeTree, library: Library) -> None:
    """Their words reach the prompt like those of the template."""
    choices = "choices: {ink: Ink, oil: {label: Oil, words: breathtaking oil}}"
    tree(**GOOD | {"recipes/good.yaml": GOOD["recipes/good.yaml"].replace("choices: [ink, oil]", choices)})
    assert any("'breathtaking' praises" in problem and "good.yaml:4:" in problem for problem in problems(library))


def test_words_of_a_person_are_not_searched_for_flaws(tree: MakeTree, library: Library) -> None:
    """French puts a space before a colon; on a label it is right."""
    recipe = GOOD["recipes/good.yaml"].replace("examples:", "  words: {type: copy}\n        examples:")
    tree(
        **GOOD | {"recipes/good.yaml": recipe.replace("{subject: a fox}", "{subject: a fox, words: 'Poids net : 5 g'}")}
    )
    tree(**{"templates/good.j2": GOOD["templates/good.j2"] + "{% if words %}\nIt reads {{ words }}.\n{% endif %}\n"})
    assert problems(library) == []


def test_a_strategy_is_measured_by_its_own_examples(tree: MakeTree, library: Library) -> None:
    """Its branches and choices count; those of the recipe it is shown with do not."""
    tree(
        **GOOD,
        **{
            "recipes/strategies/mood.yaml": """\
                parameters:
                  mood: {type: choice, choices: [calm, wild]}
                  why: {type: text}
                examples:
                  calm: {recipe: good, values: {subject: a fox, mood: calm}}
                """,
            "templates/strategies/mood.j2": "{% if mood %}It is {{ mood }}{{ ' because of ' if why }}{{ why }}.{% endif %}",
        },
    )
    report = check(library)
    assert [str(problem) for problem in report.problems] == [
        "recipes/strategies/mood.yaml:2:33: no example tries mood: wild.",
        "templates/strategies/mood.j2:1: no example shows the case in which the condition on mood is false.",
        "templates/strategies/mood.j2:1: no example shows the case in which the condition on why is true.",
    ]
    strategy = next(one for one in report.coverage if one.kind == "strategy")
    assert (strategy.branches, strategy.choices, len(strategy.untried), strategy.percent) == (4, 2, 3, 50)


def test_less_coverage_may_be_asked_for(tree: MakeTree, library: Library) -> None:
    """Below the mark everything untried is told; from the mark on nothing is."""
    tree(**GOOD | {"recipes/good.yaml": GOOD["recipes/good.yaml"].replace(", style: oil", "")})
    assert len(check(library).problems) == 2
    assert check(library, min_coverage=0.5).problems == []


def test_branches_in_shared_templates_count_where_they_are_included(tree: MakeTree, library: Library) -> None:
    """A partial has no examples of its own."""
    tree(
        **GOOD
        | {
            "templates/good.j2": '{% include "_style.j2" %}\nDraw {{ subject }}.\n',
            "templates/_style.j2": "{% if style.value == 'oil' %}\nIn oil.\n{% elif subject == 'x' %}\nX.\n{% endif %}\n",
        }
    )
    assert problems(library) == [
        "templates/_style.j2:3: no example shows the case in which the condition on subject is true."
    ]


def test_files_that_nobody_finds_are_told(tree: MakeTree) -> None:
    """A recipe in the wrong place would silently be no recipe; so would a template that nothing uses."""
    root = tree(
        **GOOD,
        **{
            "recipes/animals/cat.yaml": "title: Cat",
            "recipes/dog.yml": "title: Dog",
            "recipes/Bad_Name.yaml": "title: Bad",
            "templates/lonely.j2": "Nobody reads this.",
        },
    )
    found = targets(root)
    told = "\n".join(str(problem) for problem in check(found[0].library, found).problems)
    for words in (
        "animals/cat.yaml: no name leads to this file: recipes are directly in their folder",
        "dog.yml: no name leads to this file. Call it 'dog.yaml'.",
        "Bad_Name.yaml: 'Bad_Name' cannot be a name.",
    ):
        assert words in told
    (root / "recipes/Bad_Name.yaml").unlink()
    told = "\n".join(str(problem) for problem in check(found[0].library, targets(root)).problems)
    assert "lonely.j2: no recipe or strategy uses this template." in told


def test_the_current_folder_is_a_path_like_any_other(tree: MakeTree, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dot has no name of its own, and must not be taken for a folder of strategies."""
    monkeypatch.chdir(tree(**{f"pack/{name}": text for name, text in GOOD.items()}))
    assert [file.as_posix() for target in targets(Path()) for file in target.files] == ["pack/recipes/good.yaml"]


def test_every_folder_of_recipes_below_a_path_is_looked_at(tree: MakeTree) -> None:
    """A repository of packs is checked in one go."""
    root = tree(
        **{f"packs/one/{name}": text for name, text in GOOD.items()},
        **{"packs/two/recipes/x.yaml": "titel: X", ".venv/recipes/y.yaml": "titel: Y"},
    )
    found = targets(root)
    assert [file.name for target in found for file in target.files] == ["good.yaml", "x.yaml"]
    problems = check(found[0].library, found).problems
    assert [str(problem).partition(": ")[2] for problem in problems] == [
        "unknown key 'titel'. Did you mean 'title'?",
        "There is no template 'x.j2'. Make packs/two/templates/x.j2.",
    ]


def test_what_needs_no_understanding_is_mended(tree: MakeTree) -> None:
    """Spaces, line ends, colours that YAML takes for comments; what is right stays byte for byte."""
    root = tree(
        **{
            "recipes/a.yaml": "title: A  \r\nsettings: {size: 2k}\nparameters:\n  ink:\n    type: color\n    default: #ffcc00\n",
            "templates/a.j2": "Draw  a fox in  {{ ink }} .\n\n\n\n{% if ink  == 'x' %}\nStop.\n{% endif %}",
            **{f"b/{name}": text for name, text in GOOD.items()},
        }
    )
    before = {path: path.read_bytes() for path in (root / "b").rglob("*.*")}
    assert {path.name for target in targets(root) for path in repair(target)} == {"a.yaml", "a.j2"}
    assert (root / "recipes/a.yaml").read_bytes() == (
        b'title: A\nsettings: {size: 2k}\nparameters:\n  ink:\n    type: color\n    default: "#ffcc00"\n'
    )
    assert (root / "templates/a.j2").read_bytes() == (
        b"Draw a fox in {{ ink }}.\n\n{% if ink  == 'x' %}\nStop.\n{% endif %}\n"
    )
    assert before == {path: path.read_bytes() for path in before}
    assert [path for target in targets(root) for path in repair(target)] == []


@pytest.mark.parametrize(
    "line",
    [
        'A card with "Espresso (single: 2.50)" on it.',
        "Espresso (single: 2.50), ((closed)) on Mondays.",
        'The label reads "POIDS NET : 5 g" and “two  spaces”.',
        'The words are "{{ first }}  {{ second }}".',
        "{{ 'a  b , c' if first else \"}}  .\" }}",
        "{# two  spaces , and a stop . #}",
    ],
)
def test_exact_words_and_tags_of_a_template_are_not_mended(line: str) -> None:
    """Nobody gets them back."""
    assert mended_template(f"{line}\n") == f"{line}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: #ffcc00\n", 'a: "#ffcc00"\n'),
        ("a: {b: #fc0, c: d}\n", 'a: {b: "#fc0", c: d}\n'),
        ("a: [#ffcc00, #000]\n", 'a: ["#ffcc00", "#000"]\n'),
        ("- #ffcc00\n", '- "#ffcc00"\n'),
        ("a: b  # fff\n", "a: b  # fff\n"),
        ("a: [\n  #ffcc00\n]\n", 'a: [\n  "#ffcc00"\n]\n'),
        ("# abc\n#fff\na: 'x #fff'\n", "# abc\n#fff\na: 'x #fff'\n"),
        ("# ink: #ffcc00\na: b, #ffcc00\n", "# ink: #ffcc00\na: b, #ffcc00\n"),
        ("inks: #ffcc00\n  a: b\n", "inks: #ffcc00\n  a: b\n"),
        ("a: 'ink: #ffcc00, #fff'\n", "a: 'ink: #ffcc00, #fff'\n"),
        ("a: |\n  - #ffcc00\n  ink: #fff\n", "a: |\n  - #ffcc00\n  ink: #fff\n"),
    ],
)
def test_colours_that_yaml_takes_for_comments_get_quotes(before: str, after: str) -> None:
    """In blocks and between brackets; comments and words stay as they are."""
    assert mended_yaml(before) == after


@given(st.text(alphabet="ab {}%#.,:()1\n\r\t\"'", max_size=80))
def test_mending_twice_changes_nothing_more(text: str) -> None:
    """Whatever the file, one run is enough."""
    assert mended_template(mended_template(text)) == mended_template(text)
    assert mended_yaml(mended_yaml(text)) == mended_yaml(text)


@given(st.text(alphabet="ab:|>-+{}[],\"'\\ \t\r\n", max_size=60))
@example("a: |\n  b  \n\n\n")
@example("a: |+\n  b\n\n\n")
@example("a: >-\n  b")
@example('a: "b\\  \n  c"\n')
def test_mending_keeps_what_a_file_says(text: str) -> None:
    """Spaces in a block of text and line breaks at its end are part of the value."""
    try:
        said = YamlFile(Path("a.yaml"), text=text).data
    except InputError:
        return
    assert YamlFile(Path("a.yaml"), text=mended_yaml(text)).data == said


def test_annotations_are_those_of_github(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """The line shows beside the code in a pull request."""
    tree(**{"recipes/a.yaml": "titel: 100 %\n"})
    assert run(["check", "recipes", "--format", "github"]) == 1
    out, err = capsys.readouterr()
    assert out == (
        "::error file=recipes/a.yaml,line=1,col=1::unknown key 'titel'. Did you mean 'title'?\n"
        "::error file=recipes/a.yaml,line=1,col=1::There is no template 'a.j2'. Make templates/a.j2.\n"
    )
    assert err == "2 problems.\nMore may come to light once these are mended.\n"


def test_coverage_is_shown_as_a_table(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each file: examples, branches, choices, what is untried."""
    tree(**GOOD | {"recipes/good.yaml": GOOD["recipes/good.yaml"].replace(", style: oil", "")})
    assert run(["check", "--coverage", "--min-coverage", "40"]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["examples", "branches", "choices", "untried", "exercised"]
    assert row.split() == ["good", "2", "2", "2", "2", "50%"]


def test_many_files_are_shared_among_processes(tree: MakeTree, library: Library) -> None:
    """What is found is the same, in the same order, and nothing is told twice."""
    recipe, template = GOOD["recipes/good.yaml"], GOOD["templates/good.j2"]
    tree(**{f"recipes/good-{n:03}.yaml": recipe for n in range(MANY)})
    tree(**{f"templates/good-{n:03}.j2": template for n in range(MANY)})
    tree(**{"recipes/bad-one.yaml": "titel: Bad", "templates/good-050.j2": template.replace("Draw", "Draw a stunning")})
    report = check(library)
    assert [str(problem) for problem in report.problems] == [
        "recipes/bad-one.yaml:1:1: unknown key 'titel'. Did you mean 'title'?",
        "recipes/bad-one.yaml:1:1: There is no template 'bad-one.j2'. Make templates/bad-one.j2.",
        "templates/good-050.j2:1: 'stunning' praises instead of describing. Say what makes it so.",
    ]
    assert len(report.coverage) == MANY


def test_what_a_recipe_inherits_is_measured_where_it_comes_from(tree: MakeTree, library: Library) -> None:
    """Whoever extends a recipe answers for what is new."""
    tree(**GOOD, **{"recipes/child.yaml": "extends: good\nexamples: {one: {values: {subject: an owl}}}\n"})
    assert problems(library) == []
    more = "extends: good\nparameters: {ink: {type: choice, choices: [red, blue]}}\ntemplate: child.j2\n"
    tree(
        **{
            "recipes/child.yaml": more + "examples: {one: {values: {subject: an owl, ink: red}}}\n",
            "templates/child.j2": "Draw {{ subject }} in {{ style }}{% if ink %}, in {{ ink }} ink{% endif %}.\n",
        }
    )
    fresh = Library(library.project, roots=library.roots)
    assert problems(fresh) == [
        "recipes/child.yaml:2:43: no example tries ink: blue.",
        "templates/child.j2:1: no example shows the case in which the condition on ink is false.",
    ]


PROJECT = {
    "ours/prompt-kit.yaml": "recipes: kinds\ntemplates: words\npacks: [packs/house]\n",
    "ours/brand.yaml": "name: Ours\n",
    "ours/kinds/good.yaml": GOOD["recipes/good.yaml"].replace("title: Good", "title: Good\n        uses: [paper]"),
    "ours/words/good.j2": '{% include "_medium.j2" %}\n' + GOOD["templates/good.j2"],
    "ours/packs/house/recipes/strategies/paper.yaml": "examples: {one: {recipe: good, values: {subject: a fox}}}\n",
    "ours/packs/house/templates/strategies/paper.j2": "It is drawn on paper.\n",
    "ours/packs/house/templates/_medium.j2": "It is a drawing.\n",
}


@pytest.mark.parametrize("path", ["ours", ".", "ours/kinds", "ours/packs/house", "ours/kinds/good.yaml"])
def test_a_path_is_checked_as_part_of_its_project(
    tree: MakeTree, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    """From outside, too: its folders, its packs, and templates that only another folder's recipes use."""
    tree(**PROJECT)
    assert run(["check", path]) == 0, capsys.readouterr().out


@pytest.mark.parametrize(("start", "path"), [(".", "ours"), ("ours", "."), ("ours/kinds", ".."), ("other", "../ours")])
def test_places_exist_from_where_the_check_is_called(
    tree: MakeTree, monkeypatch: pytest.MonkeyPatch, start: str, path: str
) -> None:
    """They can be opened by whoever reads them."""
    root = tree(
        **PROJECT
        | {
            "ours/kinds/good.yaml": GOOD["recipes/good.yaml"] + "stays: [a stunning fox]\n",
            "ours/words/good.j2": GOOD["templates/good.j2"].replace("Draw", "Draw a 16:9 picture of"),
            "ours/brand.yaml": "nome: Ours\n",
            "other/x": "",
        }
    )
    monkeypatch.chdir(root / start)
    found = targets(Path(path))
    files = {problem.place.file for problem in check(found[0].library, found).problems if problem.place}
    expected = {root / "ours" / file for file in ("kinds/good.yaml", "brand.yaml", "words/good.j2")}
    assert {Path(file).resolve() for file in files} >= expected
    assert all(Path(file).is_absolute() for file in files) is (start == "other")


def test_a_template_that_other_recipes_use_is_in_use(tree: MakeTree) -> None:
    """A project may lay its own template over that of a recipe it did not write; what nothing uses is told."""
    root = tree(
        **{f"pack/{name}": text for name, text in GOOD.items()},
        **{
            "ours/prompt-kit.yaml": "packs: [pack]",
            "ours/recipes/presets/oil.yaml": "extends: good\nvalues: {style: oil}\n",
            "ours/templates/good.j2": GOOD["templates/good.j2"],
            "ours/templates/lonely.j2": "Nobody reads this.",
        },
    )
    (root / "pack").rename(root / "ours/pack")
    found = [target for target in targets(root / "ours") if "pack" not in str(target.templates)]
    assert [str(problem) for problem in check(found[0].library, found).problems] == [
        "ours/templates/lonely.j2: no recipe or strategy uses this template. Use it or delete it."
    ]


def test_a_broken_project_file_is_told_where_it_stands(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """Its path leads there from the current folder."""
    root = tree(**PROJECT | {"ours/prompt-kit.yaml": "recipe: kinds\n"})
    assert run(["check", "ours"]) == 2
    assert f"{root}/ours/prompt-kit.yaml:1:1: unknown key 'recipe'." in capsys.readouterr().err


@pytest.mark.parametrize("pack", ["nopack", "../outside"])
@pytest.mark.parametrize("path", ["prompt-kit.yaml", "../ours/prompt-kit.yaml"])
def test_packs_are_checked_with_the_project_file(
    tree: MakeTree, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pack: str, path: str
) -> None:
    """A pack that is missing or leads out of the project is told as by the check of the whole project."""
    root = tree(**{"ours/prompt-kit.yaml": f"packs: [{pack}]\n", "other/x": ""})
    monkeypatch.chdir(root / "ours")
    assert run(["check"]) == 2
    expected = capsys.readouterr().err
    assert pack in expected
    monkeypatch.chdir(root / ("other" if path.startswith("..") else "ours"))
    assert run(["check", path]) == 2
    assert capsys.readouterr().err == expected
