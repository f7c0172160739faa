"""Which runs of the history are wanted, and the conditions that this makes."""

from __future__ import annotations

import base64
import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, get_args

from prompt_kit.errors import InputError, Problem
from prompt_kit.record.reviews import ReviewState

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from prompt_kit.record.runs import RunState

MOST: Final = 500
"""Longest page."""

PAGE: Final = 50
"""How long a page is when nothing else is said."""

_STATES: Final = get_args(ReviewState)


class Wanted(TypedDict, total=False):
    """Which runs or pictures of the history are wanted; what is left out or empty narrows nothing."""

    recipe: str
    person: str | None
    """For whom they were made; empty is nobody named, ``None`` is anybody."""
    generator: str
    without: Collection[str]
    """Generators whose runs are left out."""
    state: RunState | Literal[""]
    """The state of the run."""
    review: ReviewState | Literal[""]
    """The state of the picture; of runs, that of at least one of their pictures."""
    since: date | None
    """The first day, in UTC."""
    until: date | None
    """The last day, in UTC."""
    sha256: str
    """The hash of a picture's bytes; of runs, of at least one of their pictures."""
    run: str
    """The id of the only run that is wanted."""
    words: str
    """Words in the run's id, its recipe, its person, or anything that was filled in; each must be there."""
    limit: int
    """How many are on a page, 500 at the most."""
    cursor: str
    """The page's beginning, as the page before has it."""


SOURCE: Final = "source"
"""The state of a picture from which the finished one was made here: that one is decided about instead."""


class Conditions:
    """The conditions of a query, and the values in them."""

    def __init__(self, wanted: Wanted) -> None:
        self._texts: list[str] = []
        self.values: list[Any] = []
        for name in ("recipe", "generator", "state"):
            if value := wanted.get(name):
                self.add(f"r.{name} = ?", value)
        if (person := wanted.get("person")) is not None:
            self.add("r.person = ?", person)
        if without := tuple(wanted.get("without", ())):
            self.add(f"r.generator NOT IN ({', '.join('?' * len(without))})", *without)
        if since := wanted.get("since"):
            self.add("r.at >= ?", f"{since:%Y-%m-%d}")
        if until := wanted.get("until"):
            self.add("r.at < ?", f"{until + timedelta(days=1):%Y-%m-%d}")
        if run := wanted.get("run"):
            self.add("r.id = ?", run)
        if sha256 := wanted.get("sha256"):
            self.add("r.id IN (SELECT run FROM pictures WHERE sha256 = ?)", sha256)
        for word in wanted.get("words", "").split():
            self.add("instr(r.words, ?)", word.lower())

    def __str__(self) -> str:
        return f"WHERE {' AND '.join(self._texts)}" if self._texts else ""

    def add(self, text: str, *values: Any) -> None:
        """Add a condition with the values of its question marks."""
        self._texts.append(text)
        self.values.extend(values)

    def begin_after(self, columns: Sequence[str], cursor: str) -> None:
        """Leave out what is on the pages before, which ends with the entry of this cursor.

        Raises:
            InputError: When it is none that `cursor_of` made.
        """
        if cursor:
            marks = ", ".join("?" * len(columns))
            self.add(f"({', '.join(columns)}) < ({marks})", *_key_of(cursor, len(columns)))


def review_in(wanted: Wanted) -> str:
    """Return the wanted state of review, or nothing.

    Raises:
        InputError: When there is no such state.
    """
    review = wanted.get("review") or ""
    if review and review not in _STATES:
        listed = ", ".join(_STATES)
        raise InputError(Problem(f"'{review[:40]}' is no state of a picture. Use {listed}.", parameter="review"))
    return review


def limit_in(wanted: Wanted) -> int:
    """Return how many entries a page has."""
    return max(1, min(wanted.get("limit", PAGE), MOST))


def cursor_of(*key: str) -> str:
    """Return the cursor of the entry with this key, the last of a page."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _key_of(cursor: str, length: int) -> list[str]:
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        key = None
    if not (isinstance(key, list) and len(key) == length and all(isinstance(part, str) for part in key)):
        raise InputError(Problem("There is no such page of the history. Begin with the first one.", parameter="cursor"))
    return key
