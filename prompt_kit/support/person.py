"""Says who works on this computer, and which names are but spellings of each other."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from prompt_kit.support.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

PERSON: Final = "PROMPT_KIT_PERSON"
"""The environment variable that names the person who works here."""

LONGEST_NAME: Final = 80
"""Longest name of a person, in characters."""

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
"""Categories of characters that nobody sees."""

_UNSEEN_LETTERS: Final = pattern("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Characters that nobody sees either, though they count as letters or marks: fillers, and selectors of variants."""


def person_named() -> str:
    """Return the person that the environment names; empty when it names nobody."""
    return " ".join(os.environ.get(PERSON, "").split())[:LONGEST_NAME]


def computer_user() -> str:
    """Return the name of the computer's user; empty when it has none."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no user has this number
        return ""


@lru_cache(4_096)
def sameness(name: str) -> str:
    """Return what all spellings of a name have in common: without case, forms of letters, and what nobody sees.

    It says whether a name is another one, and never who somebody is: whoever may do what goes by the name as it stands.
    """
    import unicodedata  # most work is done for nobody in particular

    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    spaced = "".join(" " if letter.isspace() else letter for letter in _UNSEEN_LETTERS.sub("", text))
    return " ".join("".join(c for c in spaced if unicodedata.category(c) not in _UNSEEN).split())


@contextmanager
def working_as(person: str) -> Iterator[None]:
    """Name the person who works here, as long as the block lasts."""
    before = os.environ.get(PERSON)
    os.environ[PERSON] = person
    try:
        yield
    finally:
        del os.environ[PERSON]
        if before is not None:
            os.environ[PERSON] = before
