"""Every built-in recipe, under any values: clean prose, and values that are nothing but values."""

from __future__ import annotations

import re
from typing import Any

import pytest
from builtin_recipes import LIBRARY, recipe
from hypothesis import given
from hypothesis import strategies as st

from prompt_kit.errors import InputError
from prompt_kit.recipe.library import built_in
from prompt_kit.recipe.mending import mend
from prompt_kit.recipe.parameters import (
    Boolean,
    ChoiceOf,
    ChoicesOf,
    Color,
    CopiesOf,
    CopyText,
    Integer,
    ListOf,
    Number,
)
from prompt_kit.support import words
from prompt_kit.support.words import sentences

NAMES = LIBRARY.names("recipe")
PICTURE = built_in()[0] / "pictures" / "mug.png"

# What people write: noun phrases with and without an article, in the singular and the plural, with commas and stops.
PHRASES = [
    "a happy red panda",
    "an old lighthouse",
    "two friends",
    "the harbour at dawn",
    "an hour-long queue.",
    "copper pans",
    "her grandmother's kitchen, seen from the garden",
    "a 1960s radio",
]
OWN_WORDS = ["deep velvet", "hourly changing", "umbrella", "European", "1920s"]
COPY = ["MAREA ALTA", "Guten Morgen!", "東京の夜", "مرحبا", 'The "best" mug', "TWO\nLINES"]
PLACED = ["Zimmer frei :: above the door, in red", "7 % :: small, at the lower edge.", "東京の夜 :: on the curtain"]
HOSTILE = [
    "{{ 7 * 7 }}",
    "{% raw %}",
    "{# gone #}",
    "{% for i in range(9) %}",
    "{{ self.__init__.__globals__ }}",
    "\"double\" and 'single'",
    "“curly” «angled» 「corner」",
    "[brackets] (round) {curly} <b>bold</b>",
    "a 🦊 fox 👩‍👩‍👧 family",
    "مرحبا بالعالم",
    "富士山の朝",
    "two\nlines",
    "  two  spaces  inside ",
    "back\\slash \\n and %s %(x)s ${y}",
    "None, no, 16:9",
    "x" * 10_000,
]

FLAWS = re.compile(
    r" {2}|\s[,.;:!?](?=\s|$)|,\s*[,.;]|(?<!\.)\.\.(?!\.)|[.!?],|\bNone\b|\(\s*\)|\"\"|\b(\w+) \1\b(?<!that that)"
)


def value_of(parameter: Any, text: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one a kind
    """Return what somebody may fill in for a parameter."""
    match parameter:
        case ChoiceOf():
            return st.sampled_from([*parameter.choices]) | (
                st.sampled_from(OWN_WORDS) if parameter.other else st.nothing()
            )
        case ChoicesOf():
            most = min(parameter.max or 4, len(parameter.choices))
            return st.lists(
                st.sampled_from([*parameter.choices]), min_size=parameter.min or 1, max_size=most, unique=True
            )
        case ListOf():
            least = max(parameter.min or 1, 1)
            return st.lists(text, min_size=least, max_size=max(least, min(parameter.max or 4, 4)), unique=True)
        case Number() | Integer():
            low, high = int(parameter.min or 1), int(parameter.max or 9)
            return st.integers(low, high)
        case Boolean():
            return st.booleans()
        case Color():
            return st.sampled_from(["#ffcc00", "deep teal", "#0a2342"])
        case CopyText():
            return st.sampled_from(COPY)
        case CopiesOf():
            least = max(parameter.min or 1, 1)
            entries = [*COPY, "-"] if parameter.gaps else [*COPY, *PLACED] if parameter.placed else COPY
            return st.lists(st.sampled_from(entries), min_size=least, max_size=max(least, parameter.max or 4))
    return text


def filled(name: str, text: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Return values for a recipe: what is required, and any of the rest."""
    made = recipe(name)
    needed = {n: value_of(p, text) for n, p in made.parameters.items() if p.required and not p.show_if}
    rest = {n: value_of(p, text) for n, p in made.parameters.items() if n not in needed}
    slots = {
        n: st.integers(s.min, s.max).map(lambda count: [PICTURE] * count) for n, s in made.references.items() if s.min
    }
    more = {n: st.just([PICTURE] * s.max) for n, s in made.references.items() if not s.min}
    return st.fixed_dictionaries(needed | slots, optional=rest | more)


def rendered(name: str, values: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return the prompt and the values that made it; what is not asked, or too long, is left out as people would."""
    made = recipe(name)
    for _ in range(len(values)):
        try:
            return "\n\n".join(turn.text for turn in made.render(**values).turns[:1]), values
        except InputError as error:
            wrong = {p.parameter for p in error.problems}
            odd = [p for p in error.problems if not re.search(r"only asked|at most|describes|is missing", p.message)]
            if odd or None in wrong:
                raise
            if any("is missing" in p.message for p in error.problems):
                return None
            values = {n: v for n, v in values.items() if n not in wrong}
            if any(p.required and not p.show_if and n not in values for n, p in made.parameters.items()):
                return None
    return None


for_every_recipe = pytest.mark.parametrize("name", NAMES)


@for_every_recipe
@given(data=st.data())
def test_any_values_make_clean_prose(name: str, data: st.DataObject) -> None:
    """No gap, no stray comma, no "None", the right article, capitals and stops: whatever is left out."""
    result = rendered(name, data.draw(filled(name, st.sampled_from(PHRASES))))
    if result is None:
        return
    text, _ = result
    assert not (flaw := FLAWS.search(text)), f"{flaw[0]!r} in: {text}"
    for found in re.finditer(r"\b(an?) ([\w'’/-]+)", text, re.IGNORECASE):
        assert words.article(found[2]) in {f"{found[1].lower()} {found[2]}", found[2]}, f"{found[0]!r} in: {text}"
    for paragraph in text.split("\n\n"):
        # A list ends with its last entry.
        assert "\n" in paragraph or re.search(r"[.!?…][\"”’»)]?$", paragraph), f"no stop at the end of: {paragraph}"
        for sentence in sentences(paragraph):
            assert re.match(r"[\"“«(‘]?(?:[A-Z0-9]|[^\x00-\x7f])", sentence), f"no capital at the start of: {sentence}"


@for_every_recipe
@given(data=st.data())
def test_hostile_values_stay_values(name: str, data: st.DataObject) -> None:
    """Whatever stands in a value arrives as it is, and nothing of it is evaluated."""
    result = rendered(name, data.draw(filled(name, st.sampled_from(HOSTILE))))
    if result is None:
        return
    text, values = result
    parameters = recipe(name).parameters
    for parameter_name, value in values.items():
        parameter = parameters.get(parameter_name)
        if parameter is None or not parameter.required or parameter.type not in {"text", "long_text", "copy"}:
            continue
        ready = (
            value
            if parameter.type == "copy"
            else mend(value, parameter.reads_as).text
            if parameter.type == "text"
            else words.plain(value)
        )
        assert ready in text
    assert "49" not in text.replace("1949", "")


@for_every_recipe
@pytest.mark.parametrize("value", HOSTILE)
def test_a_required_value_appears_once_and_verbatim(name: str, value: str) -> None:
    """Each required text, hostile or not, stands in the prompt once; or is refused because it is too long."""
    made = recipe(name)
    example = next(iter(made.examples.values()))
    for parameter_name, parameter in made.parameters.items():
        if not (parameter.required and parameter.type == "text") or parameter.show_if:
            continue
        marked = f"⟦{value}⟧"
        try:
            prompt = made.render(**{**example.values, parameter_name: marked})
        except InputError as error:
            if len(marked) <= (parameter.max_length or 20_000):
                raise
            assert "at most" in str(error)  # noqa: PT017 - short values are not refused at all
            continue
        assert all(turn.text.count(mend(marked, parameter.reads_as).text) == 1 for turn in prompt.turns)


@for_every_recipe
def test_every_recipe_has_three_examples_and_one_with_the_least(name: str) -> None:
    """A minimal one, a rich one, and what else shows what it can do."""
    made = recipe(name)
    assert len(made.examples) >= 3
    needed = {n for n, p in made.parameters.items() if p.required} | {n for n, s in made.references.items() if s.min}
    fewest = min(len(example.values) for example in made.examples.values())
    assert fewest <= len(needed) + 1


@pytest.mark.parametrize("name", NAMES)
def test_what_is_required_alone_makes_a_short_prompt(name: str) -> None:
    """Nothing that nobody asked for: at most 60 words around a phrase or two of the person's own."""
    asked = {**recipe(name).parameters, **recipe(name).references}
    required = {key for key, field in asked.items() if getattr(field, "required", False) or getattr(field, "min", 0)}
    for example in recipe(name).examples.values():
        own = sum(len(str(value).split()) for value in example.values.values())
        if not (example.values.keys() - required or example.uses) and own <= 20:
            for turn in recipe(name).render(settings=example.settings, **example.values).turns:
                assert len(turn.text.split()) <= 60, example.name
