"""Says who works on this computer."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

PERSON: Final = "PROMPT_KIT_PERSON"
"""The environment variable that names the person who works here."""

LONGEST_NAME: Final = 80
"""Longest name of a person, in characters."""


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
