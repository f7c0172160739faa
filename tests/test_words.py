"""The small words between values."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompt_kit.support import text, words

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def test_examples_in_the_docstrings_hold() -> None:
    """What the documentation shows is what happens."""
    assert doctest.testmod(words).failed == 0
    assert doctest.testmod(text).failed == 0


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("kawaii", "a kawaii"),
        ("Art Deco poster", "an Art Deco poster"),
        ("hour-long walk", "an hour-long walk"),
        ("honest face", "an honest face"),
        ("university", "a university"),
        ("uninteresting wall", "an uninteresting wall"),
        ("umbrella", "an umbrella"),
        ("ukulele", "a ukulele"),
        ("Ukrainian dish", "a Ukrainian dish"),
        ("urban scene", "an urban scene"),
        ("European street", "a European street"),
        ("one-way street", "a one-way street"),
        ("8-bit icon", "an 8-bit icon"),
        ("85mm lens", "an 85mm lens"),
        ("11-inch plate", "an 11-inch plate"),
        ("18th-century map", "an 18th-century map"),
        ("110-year-old inn", "a 110-year-old inn"),
        ("35mm lens", "a 35mm lens"),
        ("SLR photo", "an SLR photo"),
        ("UFO", "a UFO"),
        ("NASA badge", "a NASA badge"),
        ("X-ray", "an X-ray"),
        ("f/2.8 lens", "an f/2.8 lens"),
        ("Élysée façade", "an Élysée façade"),
        ("a cat", "a cat"),
        ("the sea", "the sea"),
        ("two cats", "two cats"),
        ("12 cats", "12 cats"),
        ("my grandmother's kitchen", "my grandmother's kitchen"),
        ("Anna's kitchen", "Anna's kitchen"),
        ("thematic park", "a thematic park"),
        ("anchor", "an anchor"),
        ("", ""),
    ],
)
def test_article_follows_the_sound(phrase: str, expected: str) -> None:
    """English takes "an" before a vowel sound, whatever the letter, and nothing before a determiner."""
    assert words.article(phrase) == expected


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([], ""),
        (["red"], "red"),
        (["red", "white"], "red and white"),
        (["red", "white", "blue"], "red, white and blue"),
        (["a cat, asleep", "a dog", "a bird"], "a cat, asleep; a dog; and a bird"),
    ],
)
def test_series_reads_as_english(items: list[str], expected: str) -> None:
    """Entries are told apart, even when they have commas of their own."""
    assert words.series(items) == expected


@given(ANY_TEXT)
def test_clause_keeps_every_word(value: str) -> None:
    """A value loses at its edges at the most: white space, and the stop or comma that a sentence has of its own."""
    kept = words.clause(value)
    assert kept.rstrip(".,;: ") in words.plain(value)
    assert words.plain(value).startswith(kept)
    assert "\n" not in kept


@given(ANY_TEXT)
def test_clause_done_twice_changes_nothing_more(value: str) -> None:
    """What has been made ready stays as it is, for presets and records pass values on."""
    once = words.plain(value)
    assert words.plain(once) == once


@given(ANY_TEXT.filter(lambda text: "『" not in text))
def test_quotes_do_not_occur_in_what_they_hold(text: str) -> None:
    """The model can tell where the exact words end."""
    quoted = words.quoted(text)
    assert quoted[1:-1] == text
    if not all(mark in text for mark in '"“«「‹'):
        assert quoted[0] not in text
        assert quoted[-1] not in text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a panda.", "a panda"),
        ("Acme Inc.", "Acme Inc."),
        ("the work of J.", "the work of J."),
        ("waiting...", "waiting..."),
        ("red, white,", "red, white"),
        ("Stop!", "Stop!"),
        ("two\nlines\r\nhere", "two lines here"),
        ("a\x00b\x1bc", "abc"),
    ],
)
def test_clause(value: str, expected: str) -> None:
    """A value fits into the middle of a sentence."""
    assert words.clause(value) == expected
