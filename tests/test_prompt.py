"""A prompt as plain data, and back."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taken_pictures import heic, scene, taken

from prompt_kit.errors import InputError
from prompt_kit.images import open_image
from prompt_kit.prompt import (
    ROLES,
    Earlier,
    EarlierWords,
    Exchange,
    Mask,
    Part,
    Prompt,
    Reference,
    Said,
    Settings,
    Text,
    Turn,
)

PICTURES = [open_image(data) for data in (taken(scene(), 1), taken(scene(), 6, "JPEG"), heic((40, 30)))]

words = st.text(st.characters(exclude_categories=[]))
pictures = st.sampled_from(PICTURES)
roles = st.sampled_from(list(ROLES))
given_parts = st.builds(Text, words) | st.builds(Reference, words, roles, pictures)
said = st.builds(Said, words, signature=words) | st.builds(Said, image=pictures, signature=words)
exchanges = st.builds(
    Exchange, st.lists(given_parts, max_size=3).map(tuple), st.lists(said, min_size=1, max_size=3).map(tuple)
)
plain_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=5,
)
settings = st.builds(
    Settings,
    aspect_ratio=st.sampled_from([None, "16:9"]),
    size=st.sampled_from([None, "2K"]),
    tier=st.sampled_from([None, "draft"]),
    output=st.sampled_from(["picture", "interleaved"]),
    thoughts=st.booleans(),
    temperature=st.sampled_from([None, 1, 0.5]),
    top_p=st.sampled_from([None, 0.5]),
    seed=st.none() | st.integers(0, 9),
)


@st.composite
def prompts(draw: st.DrawFn) -> Prompt:
    """Return any prompt there can be."""
    turns = []
    for number in range(draw(st.integers(1, 3))):
        parts: st.SearchStrategy[Part] = given_parts | st.builds(Mask, words, pictures)
        if number:
            before = st.integers(0, number - 1)
            parts = parts | st.builds(Earlier, before, roles) | st.builds(EarlierWords, before)
        turns.append(
            Turn(
                tuple(draw(st.lists(parts, max_size=4))),
                draw(words),
                draw(st.sampled_from(["picture", "words"])),
                tuple(draw(st.lists(exchanges, max_size=2))),
            )
        )
    return Prompt(
        tuple(turns),
        draw(settings),
        draw(st.sampled_from(["create", "edit", "compose"])),
        draw(words),
        draw(words),
        tuple(draw(st.lists(words, max_size=2))),
        tuple(draw(st.dictionaries(words, plain_values, max_size=3)).items()),
    )


@given(prompts())
def test_a_prompt_comes_back_from_its_plain_data(prompt: Prompt) -> None:
    """Also by way of JSON: the same parts in the same order, the same values, the same fingerprint."""
    for plain in (prompt.to_dict(), json.loads(json.dumps(prompt.to_dict()))):
        again = Prompt.from_dict(plain, PICTURES)
        assert again == prompt
        assert (again.fingerprint, again.given) == (prompt.fingerprint, prompt.given)
        assert again.to_dict() == prompt.to_dict()


def example() -> dict[str, Any]:
    """Return a prompt with most of what there is, as JSON has it."""
    first = Turn((Text("A fox."), Reference("photo", "base", PICTURES[0])), "front")
    second = Turn((Earlier(0, "identity"), EarlierWords(0), Mask("mask", PICTURES[1]), Text("The back.")), "back")
    plain: dict[str, Any] = json.loads(
        json.dumps(Prompt((first, second), Settings(size="1K"), recipe="spin").to_dict())
    )
    return plain


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("turns/0/parts/0/text", 5, "turns[0].parts[0].text: must be text."),
        ("turns/0/parts/1/role", "boss", "turns[0].parts[1].role: 'boss' is not one of base, identity,"),
        ("turns/0/parts/1/file", None, "turns[0].parts[1].file: must be text."),
        ("turns/0/parts/1/sha256", "0" * 64, "turns[0].parts[1].sha256: the picture '"),
        ("turns/0/parts/0", {"poem": "x"}, "turns[0].parts[0].text: is missing."),
        ("turns/1/parts/0/earlier", 1, "turns[1].parts[0].earlier: must be the number of an earlier turn."),
        ("turns/1/parts/1/earlier_words", True, "turns[1].parts[1].earlier_words: must be a whole number."),
        ("turns/1", [], "turns[1].parts: must be a list."),
        ("turns", [], "turns: needs at least one turn."),
        ("turns/0/output", "song", "turns[0].output: 'song' is not one of picture, words."),
        ("turns/0/history", [{"asked": [{}], "answered": [{"picture": 7}]}], "turns[0].history[0].asked[0].text"),
        ("settings/size", "9K", "settings.size: must be '512', '1K', '2K' or '4K'."),
        ("settings/surprise", 1, "settings.surprise: there is no such setting."),
        ("task", "steal", "task: 'steal' is not one of create, edit, compose."),
        ("values", [], "values: must be a mapping of names."),
        ("strategies", [1], "strategies[0]: must be text."),
    ],
)
def test_what_is_wrong_is_told_with_its_place(path: str, value: object, told: str) -> None:
    """Whoever edits JSON by hand needs to know which of two hundred lines is meant."""
    plain = example()
    place: Any = plain
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    for step in way:
        place = place[step]
    place[last] = value
    with pytest.raises(InputError, match=f"^{re.escape(told)}"):
        Prompt.from_dict(plain, PICTURES)


def test_everything_wrong_is_told_at_once() -> None:
    """Nobody is sent round again for the next mistake."""
    plain = example() | {"task": "steal", "recipe": None}
    del plain["turns"][0]["name"], plain["turns"][1]["parts"][2]["sha256"]
    with pytest.raises(InputError) as caught:
        Prompt.from_dict(plain, PICTURES)
    places = [str(problem).partition(":")[0] for problem in caught.value.problems]
    assert places[:2] == ["turns[0].name", "turns[1].parts[2].sha256"]
    assert places[-2:] == ["task", "recipe"]
