"""Which words of a prompt come from which field."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from prompt_kit.studio.tracing import PromptPiece, paragraphs

WORDS = st.text("ab cd.é\n", max_size=30)


def joined(text: str, context: dict[str, Any], before: str | None) -> str:
    """Return a text put together again from its pieces."""
    return "\n\n".join("".join(piece.text for piece in part) for part in paragraphs(text, context, before))


@given(WORDS, st.dictionaries(st.sampled_from("xyz"), WORDS | st.tuples(WORDS, WORDS)), st.none() | WORDS)
def test_the_pieces_are_the_text(text: str, context: dict[str, Any], before: str | None) -> None:
    """Marking changes no letter; only empty paragraphs are left out."""
    assert joined(text, context, before).replace("\n", "") == text.replace("\n\n", "").replace("\n", "")


def test_the_words_of_a_field_are_marked_once_and_whole() -> None:
    """A value is marked where it stands as whole words, a longer one before a shorter one."""
    text = "A catalogue of a cat, drawn as a black cat."
    found = [
        piece for part in paragraphs(text, {"animal": "cat", "look": "a black cat"}) for piece in part if piece.field
    ]
    assert found == [PromptPiece("cat", "animal"), PromptPiece("a black cat", "look")]


def test_what_is_new_is_marked() -> None:
    """Only the words that were not there before count as new."""
    parts = paragraphs("A red hat on a cat.", {}, "A hat on a cat.")
    assert [piece.text for part in parts for piece in part if piece.new] == ["red "] or [
        piece.text.strip() for part in parts for piece in part if piece.new
    ] == ["red"]
