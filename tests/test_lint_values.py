"""Values, conditions and names that cannot be what an author means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from prompt_kit.cli.main import run
from prompt_kit.recipe.library import Library
from prompt_kit.review.lint import check

if TYPE_CHECKING:
    from conftest import MakeTree

RECIPE = """\
title: Cup
parameters:
  subject: {type: text, required: true}
  style: {type: choice, choices: {ink: in ink, oil: {label: Oil, words: in thick oil}}, default: ink}
  mood: {type: choice, choices: [calm, wild], other: true}
  colors: {type: list}
  extras: {type: choices, choices: [lid, spoon]}
  handle: {type: boolean}
  copies_made: {type: integer}
references:
  photo: {role: base, max: 2, described_by: colors}
  area: {role: mask}
examples:
  one: {values: {subject: a fox}}
"""
TEMPLATE = """\
Draw {{ subject | article }} {{ style }}{{ ', ' ~ mood if mood }}.
{% if colors or extras or handle or copies_made %}
It has {{ colors | series }}, {{ extras | series }} and {{ copies_made }}.
{% elif photo %}
It stands in {{ photo }}.
{% endif %}
"""


class Findings(Protocol):
    """Writes a recipe, its template and more files, and returns what is found beside untried branches."""

    def __call__(self, template: str = TEMPLATE, recipe: str = RECIPE, **files: str) -> list[str]: ...


@pytest.fixture
def findings(tree: MakeTree, library: Library) -> Findings:
    """Write a recipe, its template and more files, and return what is found beside untried branches."""

    def look(template: str = TEMPLATE, recipe: str = RECIPE, **files: str) -> list[str]:
        tree(**{"recipes/cup.yaml": recipe, "templates/cup.j2": template}, **files)
        fresh = Library(library.project, roots=library.roots)
        return [str(problem) for problem in check(fresh).problems if "no example" not in problem.message]

    return look


def test_a_sound_recipe_has_no_problem(findings: Findings) -> None:
    """Every kind of parameter, used as it is meant; a mask needs no words."""
    assert findings() == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("{style: acrylic}", "1:17: style: 'acrylic' is not one of ink, oil."),
        ("{extras: [lid, straw]}", "1:18: extras, entry 2: 'straw' is not one of lid, spoon."),
        ("{copies_made: many}", "1:23: copies_made: "),
    ],
)
def test_a_preset_is_checked_like_what_a_person_fills_in(findings: Findings, values: str, expected: str) -> None:
    """At its place; a required value that it leaves open is no mistake."""
    (problem,) = findings(**{"recipes/presets/mine.yaml": f"values: {values}\nextends: cup\n"})
    assert problem.startswith(f"recipes/presets/mine.yaml:{expected}")
    assert findings(**{"recipes/presets/mine.yaml": "extends: cup\nvalues: {style: oil, colors: [red]}\n"}) == []


def test_values_that_show_what_is_meant_must_fit(findings: Findings) -> None:
    """The first of them stands in the empty field."""
    recipe = RECIPE.replace("{type: integer}", "{type: integer, max: 9, examples: [3, 12]}")
    (problem,) = findings(recipe=recipe)
    assert problem.startswith("recipes/cup.yaml:9:54: copies_made: ")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("{{ colors }}", "'colors' is a list, which shows in brackets. Write {{ colors | series }}."),
        ("{{ extras or 'nothing' }}", "'extras' is a list"),
        ("{{ 'with ' ~ colors if colors else subject }}", "'colors' is a list"),
        ("{% set things = colors %}{{ things }}", "'colors' is a list"),
        ("{{ photo.each if photo else subject }}", "'photo.each' is a list"),
        ("{{ handle }}", "'handle' is yes or no, which shows as 'True' or 'False'."),
        ("{{ handle and 'with a handle' }}", "'handle' is yes or no"),
        ("{{ style.value == 'ink' }}", "this shows as Python writes it."),
        (
            "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(colors) }}",
            "a macro prints what it is called with: 'colors' is a list, which shows in brackets. Write colors | series.",
        ),
        ("{% macro f(a, b) %}{{ a ~ b }}{% endmacro %}{{ f('x', b=extras) }}", "a macro prints what it is called with"),
        (
            "{% macro f(a) %}{{ a }}{% endmacro %}{% macro g(b) %}{{ f(b) }}{% endmacro %}{{ g(colors) }}",
            "a macro prints what it is called with: 'colors' is a list",
        ),
        ("{% macro f(colors) %}{{ colors }}{% endmacro %}{{ f(colors) }}", "a macro prints what it is called with"),
    ],
)
def test_what_would_show_as_python_writes_it_is_told(findings: Findings, words: str, expected: str) -> None:
    """With its line, and what to write instead."""
    (problem,) = findings(f"{TEMPLATE}Then {words}.\n")
    assert problem.startswith(f"templates/cup.j2:7: {expected}")


def test_copies_are_followed_through_a_macro(findings: Findings) -> None:
    """Exact words are a list, too, and would show as a tuple."""
    recipe = RECIPE.replace("references:", "  p: {type: copies}\nreferences:")
    (problem,) = findings(f"{TEMPLATE}Then {{% macro f(a) %}}{{{{ a }}}}{{% endmacro %}}{{{{ f(p) }}}}.\n", recipe)
    assert problem.startswith("templates/cup.j2:7: a macro prints what it is called with: 'p' is a list")


@pytest.mark.parametrize(
    "words",
    [
        "{% for color in colors %}{{ color }}, {% endfor %}{{ subject }}",
        "{{ colors | first or subject }} and {{ colors | length }}",
        "{{ 'with a handle' if handle else 'with ' ~ subject }}",
        "{% macro said(handle) %}{{ handle }}{% endmacro %}{{ said(subject) }}",
        "{% macro f(a) %}{{ a | series }}{% endmacro %}{{ subject }}{{ f(colors) }}",
        "{% macro f(a) %}{{ a }}{% endmacro %}{{ subject }}{{ f(colors | series) }}",
        "{% macro f(a) %}{% for a in a %}{{ a }}{% endfor %}{% endmacro %}{{ subject }}{{ f(colors) }}",
        "{% macro f(a) %}{{ a }}{% endmacro %}{% macro g(colors) %}{{ f(colors) }}{% endmacro %}{{ g(subject) }}",
        "{{ photo.count ~ (photo.each | series) if photo else subject }}",
    ],
)
def test_what_a_sentence_can_hold_may_be_printed(findings: Findings, words: str) -> None:
    """Single entries, numbers, and names that mean something else in a macro."""
    assert findings(f"{TEMPLATE}Then {words} {{{{ subject }}}}.\n") == []


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("style.value == 'oill'", "'style.value' is never 'oill': there is no such choice. Did you mean 'oil'?"),
        ("style.value in ['ink', 'acrylic']", "'style.value' is never 'acrylic': there is no such choice."),
        ("'acrylic' != style.value", "'style.value' is never 'acrylic'"),
        ("style == 'oil'", "'style' is never 'oil': that is the choice, whose words in the prompt are others."),
        ("mood.value == 'clam'", None),
        ("mood.value == 'sleepy'", None),
        ("mood.value == 'wilds'", "'mood.value' is never 'wilds': there is no such choice. Did you mean 'wild'?"),
        ("style.value == ''", None),
        ("handle == 'yes'", "'handle' is never 'yes': it is yes or no. Compare it with true or false."),
        ("copies_made == 'three'", "'copies_made' is never 'three': it is a number."),
        ("copies_made == 3", None),
    ],
)
def test_comparisons_with_choices_that_do_not_exist_are_told(
    findings: Findings, test: str, expected: str | None
) -> None:
    """Such a branch is never taken; own words may be compared where they are welcome."""
    found = findings(f"{TEMPLATE}{{% if {test} %}}\nIt is {{{{ subject }}}}.\n{{% endif %}}\n")
    assert [problem.startswith(f"templates/cup.j2:7: {expected}") for problem in found] == [True] * bool(expected)


def test_entries_of_a_list_of_choices_are_compared_with_its_choices(findings: Findings) -> None:
    """In a loop, under the loop's own name."""
    loop = "{%% for extra in extras %%}{{ 'On %s.' if extra.value == '%s' }}{%% endfor %%}\n"
    assert findings(TEMPLATE + loop % ("top", "lid")) == []
    (problem,) = findings(TEMPLATE + loop % ("top", "lids"))
    assert "'extra.value' is never 'lids': there is no such choice. Did you mean 'lid'?" in problem


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("{style: oill}", "'style' is never 'oill': there is no such choice. Did you mean 'oil'?"),
        ("{style: [ink, acrylic]}", "'style' is never 'acrylic': there is no such choice."),
        ("{handle: no}", "'handle' is never 'no': it is yes or no. Compare it with true or false."),
        ("{style: oil, handle: true, mood: sleepy, colors: true}", None),
    ],
)
@pytest.mark.parametrize(
    ("line", "place"), [("colors: {type: list", "recipes/cup.yaml:6:"), ("photo: {role: base", "recipes/cup.yaml:11:")]
)
def test_conditions_that_are_never_met_are_told(
    findings: Findings, condition: str, expected: str | None, line: str, place: str
) -> None:
    """Nobody would ever be asked."""
    if "colors" in condition and "colors" in line:
        condition = condition.replace(", colors: true", "")
    found = findings(recipe=RECIPE.replace(line, f"{line}, show_if: {condition}"))
    assert [expected is not None and problem.startswith(place) and expected in problem for problem in found] == (
        [True] * bool(expected)
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("{type: list}", "{type: list, min: 3, max: 2}", "6:11: colors: min (3) is above max (2)."),
        ("{type: integer}", "{type: integer, min: 3, max: 2}", "9:16: copies_made: min (3) is above max (2)."),
        ("{type: integer}", "{type: number, min: 0.5, max: 0.2}", "min (0.5) is above max (0.2)."),
        ("required: true}", "min_length: 9, max_length: 3}", "3:12: subject: min_length (9) is above max_length (3)."),
        ("[lid, spoon]}", "[lid, spoon], min: 2, max: 1}", "extras: min (2) is above max (1)."),
        ("[lid, spoon]}", "[lid, spoon], min: 3}", "extras: min (3) is above the number of choices (2)."),
        ("max: 2,", "min: 3, max: 2,", "11:10: photo: min (3) is above max (2)."),
    ],
)
def test_a_range_without_room_is_told(findings: Findings, old: str, new: str, expected: str) -> None:
    """No value could ever be right."""
    (problem,) = findings(recipe=RECIPE.replace(old, new))
    assert problem.startswith("recipes/cup.yaml:") and expected in problem  # noqa: PT018 - one message


def test_a_slot_that_no_template_mentions_is_told(findings: Findings) -> None:
    """The model gets the pictures, and nobody tells it what they are for."""
    assert findings(TEMPLATE.replace("{{ photo }}", "a room").replace("photo", "subject")) == [
        "recipes/cup.yaml:11:10: no template mentions the pictures of 'photo'. Say what they are for, or leave the slot out."
    ]


@pytest.mark.parametrize("arguments", [[], ["."], ["recipes"]])
def test_files_whose_name_is_not_allowed_are_told(
    tree: MakeTree, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """However the check is called; they would silently be no recipes."""
    named = {"AA.yaml": RECIPE, "bb.YAML": RECIPE, "presets/Mine.yaml": "extends: cup\n", "strategies/S.YML": "x: 1"}
    tree(**{"recipes/cup.yaml": RECIPE, "templates/cup.j2": TEMPLATE})
    tree(**{f"recipes/{name}": text for name, text in named.items()})
    run(["check", *arguments, "--min-coverage", "0"])
    found = capsys.readouterr().out.splitlines()
    assert sorted(problem.partition(": ")[0] for problem in found) == sorted(f"recipes/{name}" for name in named)


def test_an_error_in_a_shared_template_names_what_it_breaks(findings: Findings) -> None:
    """It is told once, at its place; an error in a recipe's own template speaks for itself."""
    files = {
        "recipes/mug.yaml": RECIPE,
        "templates/mug.j2": f'{TEMPLATE}Then {{% include "_end.j2" %}}',
        "recipes/strategies/shine.yaml": "examples: {one: {recipe: pot, values: {subject: a fox}}}\n",
        "templates/strategies/shine.j2": '{% include "_end.j2" %}\n',
        "recipes/pot.yaml": RECIPE,
        "templates/pot.j2": TEMPLATE,
        "templates/_end.j2": "It ends in {{ subjct }}.\n",
    }
    assert findings(TEMPLATE + '{% include "_end.j2" %}\n', **files) == [
        "templates/_end.j2:1: there is no parameter 'subjct'. Did you mean 'subject'? This breaks 'cup', 'mug' and 'shine'."
    ]
    (own,) = findings(
        TEMPLATE.replace("subject", "subjct"), **{"templates/_end.j2": ""}, **{"recipes/mug.yaml": RECIPE}
    )
    assert own == (
        "templates/cup.j2:1: there is no parameter 'subjct'. Did you mean 'subject'? Example 'one' waits for this."
    )


def test_an_example_that_breaks_in_a_shared_template_is_told_with_its_line(findings: Findings) -> None:
    """Where the template cannot go on, and which example waits for it."""
    (problem,) = findings(TEMPLATE + '{% include "_end.j2" %}\n', **{"templates/_end.j2": "\n{{ subject + 1 }}\n"})
    assert problem.startswith("templates/_end.j2:2: the template cannot go on: ")
    assert problem.endswith(" Example 'one' waits for this.")


def test_a_fault_for_which_many_examples_wait_is_said_once_and_first(findings: Findings) -> None:
    """It is the cause: its examples are counted, over all recipes, and anything else comes after it."""
    examples = "".join(f"  more-{number}: {{values: {{subject: a cup}}}}\n" for number in range(12))
    files = {
        "recipes/mug.yaml": RECIPE + examples,
        "templates/mug.j2": TEMPLATE + '{% include "_end.j2" %}\n',
        "templates/_end.j2": "\n{{ subject + 1 }}\n",
    }
    wrong = RECIPE.replace("title:", "titel:")
    cause, *others = findings(TEMPLATE + '{% include "_end.j2" %}\n', wrong, **files)
    assert cause.startswith("templates/_end.j2:2: the template cannot go on: ")
    assert cause.endswith(" 14 examples in 2 files wait for this.")
    assert any("'titel'" in problem for problem in others)
    assert not any("cannot go on" in problem for problem in others)
