"""Sentences that say nothing of the values, contradict the settings, or close a list that a brief leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prompt_kit.prompt import Prompt, Settings, Text, Turn
from prompt_kit.recipe.library import Library
from prompt_kit.recipe.values import Copy
from prompt_kit.review.lint import check, sentences
from prompt_kit.review.lint.closing import closings
from prompt_kit.review.lint.contradictions import contradictions
from prompt_kit.review.lint.sentences import parted

if TYPE_CHECKING:
    from conftest import MakeTree

RECIPE = """\
title: Mug
parameters:
  subject: {type: text, required: true}
  style: {type: choice, choices: {ink: "in ink", oil: "in oil"}, default: ink}
  handle: {type: boolean}
  notes: {type: long_text}
  words: {type: copy}
  colors: {type: list}
  copies_made: {type: integer}
references:
  picture: {role: base, title: Picture}
examples:
  one: {values: {subject: a fox, style: oil, handle: true, words: Hi, colors: [red], copies_made: 3}}
  two: {values: {subject: a bee, picture: cup.png, notes: "It rains. The street shines."}}
  three: {values: {subject: a cat}}
  four: {values: {subject: a dog}}
"""
TEMPLATE = """\
Draw {{ subject }} {{ style }}.
{% if handle %}
The handle points to the right.
{% endif %}
{% if notes %}
{{ notes | sentence }}
{% endif %}
{% if words %}
It reads {{ words }}.
{% endif %}
{% if colors %}
The colours are {{ colors | series }}.
{% endif %}
{% if copies_made %}
There are {{ copies_made | number }} of them.
{% endif %}
{% if picture %}
It stands in {{ picture }}.
{% endif %}
"""
PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU\x00\x00\x00\nIDAT"
    b"x\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)


class Findings(Protocol):
    """Writes a recipe and its template, and returns what is found in them beside untried branches."""

    def __call__(self, template: str = TEMPLATE, recipe: str = RECIPE) -> list[str]: ...


@pytest.fixture
def findings(tree: MakeTree, library: Library) -> Findings:
    """Write a recipe and its template, and return what is found in them beside untried branches."""

    def look(template: str = TEMPLATE, recipe: str = RECIPE) -> list[str]:
        root = tree(**{"recipes/mug.yaml": recipe, "templates/mug.j2": template})
        (root / "recipes" / "cup.png").write_bytes(PIXEL)
        fresh = Library(library.project, roots=library.roots)
        problems = [str(problem) for problem in check(fresh).problems]
        return [problem for problem in problems if "no example" not in problem and "no template " not in problem]

    return look


def test_honest_sentences_are_left_in_peace(findings: Findings) -> None:
    """Each says something of a value, or stands there because a value asks for it."""
    assert findings() == []


def test_a_sentence_that_stands_in_most_prompts_is_a_problem(findings: Findings) -> None:
    """It is told once, with its line and how often it stands there."""
    assert findings(TEMPLATE + "The light is soft and comes from the left.\n") == [
        (
            "templates/mug.j2:20: this sentence stands in 4 of 4 examples and says nothing of their values: "
            "'The light is soft and comes from the left.' Delete it, make a value trigger it, or list it under 'needed' "
            "with the reason."
        )
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{% if not handle %}\nThe cup is round.\n{% endif %}", 3),
        ("{% if subject %}\nIt fills the frame.\n{% endif %}", 4),
        ("The style is chosen {{ style }}.", 3),
        ("{% if style.value == 'ink' %}\nThe lines are thin.\n{% endif %}", 3),
        ("{{ 'Leave all that stands' if handle else 'Leave everything' }} as it is.", 3),
        ("Everything in {{ picture or 'the picture' }} stays.", 3),
    ],
)
def test_what_no_value_asked_for_is_counted(findings: Findings, line: str, expected: int) -> None:
    """The presence of a required value, a default, and what is false by default ask for nothing."""
    assert [f"stands in {expected} of 4" in problem for problem in findings(TEMPLATE + line + "\n")] == [True]


@pytest.mark.parametrize(
    "line",
    [
        "{% if style.value == 'oil' %}\nThe strokes are thick.\n{% endif %}",
        "{% if handle %}\nIt can be held.\n{% endif %}",
        "{{ subject | capital }} fills the frame.",
        "The frame holds {{ subject | article }}, and nothing touches its edges.",
        "{% if picture or words %}\nIt stands on a shelf.\n{% endif %}",
    ],
)
def test_what_a_value_asks_for_is_no_stock_sentence(findings: Findings, line: str) -> None:
    """A value stands in it, or it stands in no more than half of the prompts."""
    assert findings(TEMPLATE + line + "\n") == []


def test_a_choice_that_most_examples_make_is_still_asked_for(findings: Findings) -> None:
    """That examples prefer one choice makes its sentence no stock sentence."""
    recipe = RECIPE.replace("subject: a ", "style: oil, subject: a ").replace("a fox, style: oil", "a fox")
    line = "{% if style.value == 'oil' %}\nThe strokes are thick.\n{% endif %}\n"
    assert findings(TEMPLATE + line, recipe) == []


def test_a_mention_of_a_picture_is_no_value(findings: Findings) -> None:
    """And the same sentence about the second image is the same sentence."""
    recipe = RECIPE.replace("subject: a ", "picture: cup.png, subject: a ").replace("a bee, picture: cup.png", "a bee")
    recipe = recipe.replace("references:\n", "references:\n  other: {role: style}\n").replace(
        "a cat", "a cat, other: cup.png"
    )
    line = "{% if picture %}\nLeave everything else as it is in {{ picture }}.\n{% endif %}\n"
    problems = findings(TEMPLATE.replace("It stands in {{ picture }}.", "It is {{ subject }}.") + line, recipe)
    assert [problem.partition(": ")[2][:44] for problem in problems] == ["this sentence stands in 4 of 4 examples and "]


def test_under_four_examples_nothing_is_said(findings: Findings) -> None:
    """Of three prompts two may be alike by chance."""
    recipe = RECIPE.replace("  four: {values: {subject: a dog}}\n", "")
    assert findings(TEMPLATE + "The light is soft and comes from the left.\n", recipe) == []


def test_a_needed_sentence_is_listed_with_its_reason(findings: Findings) -> None:
    """Its beginning is enough, on whatever lines it stands."""
    recipe = RECIPE + 'needed: {"The light is soft": Without it, models draw hard shadows.}\n'
    recipe = recipe.replace("Without it, models draw hard shadows.", '"Without it, models draw hard shadows."')
    assert findings(TEMPLATE + "The light is\nsoft and comes from the left.\n", recipe) == []


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("The lamp is", "no sentence of any example begins like this."),
        ("The handle points", "the sentence that begins like this is not repeated without a value in most examples."),
        ("Draw a fox", "the sentence that begins like this is not repeated without a value in most examples."),
    ],
)
def test_what_is_listed_but_not_needed_is_a_problem(findings: Findings, start: str, expected: str) -> None:
    """A list of excuses grows unless it is held to what is there; the place is that of the entry."""
    problems = findings(TEMPLATE, RECIPE + f'needed:\n  "{start}": It was once repeated.\n')
    assert [problem.startswith(f"recipes/mug.yaml:18:3: {expected}") for problem in problems] == [True], problems


def test_a_strategy_answers_for_its_own_sentences_only(tree: MakeTree, library: Library) -> None:
    """What the recipe says beside them is judged with the recipe, and a line that most examples share with it."""
    tree(
        **{
            "recipes/mug.yaml": "parameters: {subject: {type: text}}\nexamples: {one: {values: {subject: a fox}}}\n",
            "templates/mug.j2": "Draw {{ subject }}.\nThe mug stands on oak.\n",
            "recipes/strategies/calm.yaml": "parameters: {why: {type: text}}\nexamples:\n"
            + "".join(
                f"  {name}: {{recipe: mug, values: {{subject: a {name}, why: rest}}}}\n"
                for name in ("fox", "bee", "cat", "dog")
            ),
            "templates/strategies/calm.j2": "It is made for {{ why }}.\nAll is quiet and still.\n",
        }
    )
    problems = [str(problem) for problem in check(library).problems]
    assert [problem.partition(" this")[0] for problem in problems] == ["templates/strategies/calm.j2:2:"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.text(alphabet="abcXYZ éß.,!?'\"“”()-0123456789", min_size=3, max_size=40).filter(
        lambda v: any(c.isalpha() for c in v)
    )
)
def test_a_sentence_with_a_value_is_never_a_stock_sentence(findings: Findings, value: str) -> None:
    """Whatever the value, in whatever form it stands there; stops inside it begin no sentence of their own."""
    quoted_value = "'" + value.replace("'", "''") + "'"
    recipe = RECIPE.replace("a fox,", f"{quoted_value},")
    for animal in ("a bee", "a cat", "a dog"):
        recipe = recipe.replace(f"subject: {animal}", f"subject: {quoted_value}")
    recipe = recipe.replace(
        "  words: {type: copy}\n", "  words: {type: copy}\n  label: {type: copy}\n  sure: {type: long_text}\n"
    )
    for name in ("one", "two", "three", "four"):
        recipe = recipe.replace(
            f"  {name}: {{values: {{", f"  {name}: {{values: {{label: {quoted_value}, sure: {quoted_value}, "
        )
    line = "It reads {{ label }} in gold.\nIts name is {{ subject | quoted }} here.\nIt holds {{ subject | article }} up.\n{{ sure | sentence }}\n"
    assert [problem for problem in findings(TEMPLATE + line, recipe) if ": example '" not in problem] == []


@given(st.text(alphabet='abc .!?A"”', min_size=1, max_size=30).filter(str.strip))
def test_sentences_are_parted_outside_of_values_only(value: str) -> None:
    """Nothing of the paragraph is lost, and a value lies in one sentence."""
    value = " ".join(value.split())
    paragraph = f"It shows {value} there. The light is soft."
    parts = list(parted(paragraph, [value]))
    assert " ".join(part.text for part in parts) == paragraph
    assert any(value in part.text for part in parts)


@pytest.mark.parametrize("name", ["capital", "sentence", "quoted", "article"])
def test_the_filters_of_templates_leave_a_value_to_be_seen(findings: Findings, name: str) -> None:
    """Each form of a value is known as the value."""
    assert findings(TEMPLATE + f"There it is: {{{{ subject | {name} }}}}\n") == []


def test_the_place_of_exact_words_is_a_value() -> None:
    """A person wrote it, so it contradicts nothing and makes a sentence theirs."""
    looks = list(sentences._looks(Copy("OPEN", place="on a square picture")))
    assert {"OPEN", '"OPEN"', "on a square picture"} <= set(looks)


def prompt(text: str, **chosen: str) -> Prompt:
    """Return a prompt of one turn."""
    return Prompt((Turn((Text(text),)),), Settings(**chosen))  # type: ignore[arg-type] # settings are given by name


@pytest.mark.parametrize(
    ("text", "ratio", "expected"),
    [
        ("A square picture of a fox.", "16:9", "the words say 'square picture', the settings 16:9"),
        ("It has a square format.", "9:16", "the words say 'square format', the settings 9:16"),
        ("Use a square, flat format.", "4:3", "the words say 'square, flat format', the settings 4:3"),
        ("A vertical image of a fox.", "1:1", "the words say 'vertical image', the settings 1:1"),
        ("Made in portrait format.", "16:9", "the words say 'portrait format', the settings 16:9"),
        ("Made in landscape orientation.", "2:3", "the words say 'landscape orientation', the settings 2:3"),
        ("A wide format shows it all.", "4:5", "the words say 'wide format', the settings 4:5"),
        ("A 9:16 poster.", "16:9", "the words say 9:16, the settings 16:9"),
        ("Draw it at 1024x1024.", "16:9", "the words say 1024x1024, the settings 16:9"),
    ],
)
def test_words_that_name_another_format_are_told(text: str, ratio: str, expected: str) -> None:
    """The model is told one format in words and another by the settings."""
    assert list(contradictions(prompt(text, aspect_ratio=ratio), ())) == [expected]


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("A square picture of a fox.", "1:1"),
        ("A vertical image of a fox.", "9:16"),
        ("Made in landscape format.", "16:9"),
        ("Draw it at 1376x768.", "16:9"),
        ("The score is 3:2.", "16:9"),
        ("A portrait of a potter in a wide landscape.", "1:1"),
        ("It is set on an even grid of square pixels.", "16:9"),
        ("A square picture frame hangs on the wall.", "16:9"),
        ("Four square pictures stand side by side.", "16:9"),
        ("A wide shot of a tall tower with upright lines.", "1:1"),
        ("Turn the portrait format into a landscape format.", "16:9"),
        ("Extend the portrait format of the attached image on both sides.", "16:9"),
        ("Show a banner instead of a square picture.", "16:9"),
        ("A landscape photograph, seen from a portrait painter's window.", "9:16"),
    ],
)
def test_words_that_agree_or_speak_of_something_else_are_left_in_peace(text: str, ratio: str) -> None:
    """A portrait is a picture of a person, and a square thing may stand in any format."""
    assert list(contradictions(prompt(text, aspect_ratio=ratio), ())) == []


def test_without_a_ratio_any_format_may_be_named() -> None:
    """Nothing is contradicted."""
    assert list(contradictions(prompt("A square picture of a fox."), ())) == []


def test_a_size_that_differs_from_the_settings_is_told() -> None:
    """A screen of 4K on a desk is no size of the picture."""
    assert list(contradictions(prompt("Give it 4K resolution.", size="2K"), ())) == [
        "the words say 4K, the settings 2K"
    ]
    assert list(contradictions(prompt("Give it 2K resolution.", size="2K"), ())) == []
    assert list(contradictions(prompt("A 4K screen stands there.", size="2K"), ())) == []


@pytest.mark.parametrize("value", ["a square picture of a fox", "a 9:16 poster", "a 4K image of a fox, 1024x1024"])
def test_a_person_may_name_any_format(findings: Findings, value: str) -> None:
    """What stands in values is what the picture shows."""
    assert (
        findings(TEMPLATE, RECIPE.replace("a cat", f"'{value}'") + "settings: {aspect_ratio: '16:9', size: 2K}\n") == []
    )


def test_words_of_a_choice_are_the_author_s(findings: Findings) -> None:
    """A choice that says another format than the settings is a mistake of the recipe."""
    recipe = RECIPE.replace('oil: "in oil"', 'oil: {label: Oil, words: "in oil, in portrait format"}')
    problems = findings(TEMPLATE, recipe + "settings: {aspect_ratio: '16:9'}\n")
    assert [
        "example 'one': the words say 'portrait format', the settings 16:9." in problem for problem in problems
    ] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "There are no other words.",
        "These are all the words.",
        "The strip is wordless.",
        "Nothing else is written.",
        "There are no words in it.",
        "The label carries no lettering.",
        "It is free of text.",
        "The words are spelled so, and there are no others.",
        "Show it without any text.",
        "It carries the only words.",
    ],
)
def test_what_closes_the_list_of_words_is_known(text: str) -> None:
    """In the ways in which authors say it."""
    assert [match for match in closings(text) if match[0]]


@pytest.mark.parametrize(
    "text",
    [
        "Copy all the words letter for letter.",
        "Translate all the text in the image.",
        "There are three foxes, and there are no others.",
        "Nothing else changes: pictures, colours and layout stay.",
        "The word stands alone on its line.",
        "Other words follow below in smaller letters.",
        "Say it in no more than six words.",
        "Use no text-like scribbles.",
    ],
)
def test_what_speaks_of_words_without_closing_the_list_is_left_in_peace(text: str) -> None:
    """How words look, and how many there are at the most, leaves others open."""
    assert list(closings(text)) == []


ASKED = RECIPE.replace(
    "  words: {type: copy}\n", "  words: {type: copy}\n  only: {type: choice, choices: [all, more]}\n"
)
ALWAYS = ASKED.replace("choices: [all, more]", "choices: [all, more], default: all")

USUAL = ASKED.replace("handle: {type: boolean}", "handle: {type: boolean, default: true}")


@pytest.mark.parametrize(
    ("recipe", "line"),
    [
        (ASKED, "{% if only.value == 'all' %}\nThere are no other words.\n{% endif %}"),
        (
            ASKED,
            "{% if words %}\nIts words are final{% if only.value == 'all' %}, and there are no others{% endif %}.\n{% endif %}",
        ),
        (
            ASKED,
            "{% if words %}\nIt says {{ words }}{{ ', and there are no other words' if only.value == 'all' }}.\n{% endif %}",
        ),
        (ASKED, "{% if handle %}\nNothing else is written.\n{% endif %}"),
        (ASKED, "{% if handle and words %}\nThere are no other words.\n{% endif %}"),
        (ASKED, "{% set closed = only.value == 'all' %}\n{% if closed %}\nThere are no other words.\n{% endif %}"),
        (ASKED, "{% if only.value in ['all', 'none'] %}\nThere are no other words.\n{% endif %}"),
        (USUAL, "{% if not handle %}\nThere are no other words.\n{% endif %}"),
        (ALWAYS, "{% if only.value != 'all' %}\nThe page is wordless.\n{% endif %}"),
        (
            ASKED,
            "{% macro end() %}There are no other words.{% endmacro %}\n{% if only.value == 'all' %}\n{{ end() }}\n{% endif %}",
        ),
    ],
)
def test_a_list_may_be_closed_on_request(findings: Findings, recipe: str, line: str) -> None:
    """A choice or a boolean that somebody sets closes it."""
    assert "closes the list" not in "".join(findings(TEMPLATE + line + "\n", recipe))


@pytest.mark.parametrize(
    ("recipe", "line"),
    [
        (ASKED, "There are no other words."),
        (ASKED, "{% if words %}\nThere are no other words.\n{% endif %}"),
        (ASKED, "{% if not words %}\nThe page is wordless.\n{% endif %}"),
        (ASKED, "{% if not handle %}\nNothing else is written.\n{% endif %}"),
        (
            ASKED,
            "{% if only.value == 'more' %}\nOthers may follow.\n{% else %}\nThere are no other words.\n{% endif %}",
        ),
        (
            ASKED,
            "{% if words %}\nIts words are final{% if subject %}, and there are no others{% endif %}.\n{% endif %}",
        ),
        (USUAL, "{% if handle %}\nThere are no other words.\n{% endif %}"),
        (ALWAYS, "{% if only.value == 'all' %}\nThere are no other words.\n{% endif %}"),
        (ASKED, "{% if handle or words %}\nThere are no other words.\n{% endif %}"),
        (ASKED, "{% if words %}\nIt says {{ words }}{{ ', and there are no other words' if subject }}.\n{% endif %}"),
        (ASKED, "{% macro end() %}There are no other words.{% endmacro %}\n{% if words %}\n{{ end() }}\n{% endif %}"),
    ],
)
def test_a_list_that_nobody_asked_to_close_is_a_problem(findings: Findings, recipe: str, line: str) -> None:
    """The presence of words, a default, and what is left over when nothing was chosen ask for nothing."""
    closed = [problem for problem in findings(TEMPLATE + line + "\n", recipe) if "closes the list of words" in problem]
    assert [problem.startswith("templates/mug.j2:") for problem in closed] == [True]


def test_a_default_choice_does_not_close_the_list(findings: Findings) -> None:
    """Its words reach the prompt although nobody chose it."""
    recipe = RECIPE.replace('ink: "in ink"', 'ink: {label: Ink, words: "in ink, wordless"}')
    (problem,) = findings(TEMPLATE, recipe)
    assert problem.startswith("recipes/mug.yaml:4:") and "'wordless' closes the list of words" in problem  # noqa: PT018
    assert "closes the list" not in "".join(findings(TEMPLATE, recipe.replace(", default: ink", "")))


@pytest.mark.parametrize("words", ["no other words", "wordless", "nothing else is written", "no people, no cars"])
def test_a_person_may_exclude_and_close_what_they_like(findings: Findings, words: str) -> None:
    """Values are not judged."""
    assert findings(TEMPLATE, RECIPE.replace("a cat", f"'a cat, {words}'")) == []


@pytest.mark.parametrize(
    "line",
    [
        "{% if colors %}\nNo {{ colors | series }}.\n{% endif %}",
        "{% if colors %}\nDo not show any of these: {{ colors | series }}.\n{% endif %}",
        "{% if colors %}\nIt is drawn without {{ colors | series }}.\n{% endif %}",
        "{% for thing in colors %}{% if loop.first %}No {% else %}, no {% endif %}{{ thing }}{% endfor %}{{ '.' if colors }}",
    ],
)
def test_the_words_around_what_a_person_excludes_are_no_mistake(findings: Findings, line: str) -> None:
    """The author names nothing that should not be seen; the person does."""
    assert findings(TEMPLATE + line + "\n") == []


@pytest.mark.parametrize(
    "line", ["No trees, {{ subject }}.", "It shows {{ subject }} without trees.", "Do not show trees or {{ subject }}."]
)
def test_what_the_author_excludes_is_named_as_a_mistake(findings: Findings, line: str) -> None:
    """Also beside a value."""
    assert ["names what should not be seen" in problem for problem in findings(TEMPLATE + line + "\n")] == [True]
