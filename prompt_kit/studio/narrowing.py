"""What the pages of runs and pictures are narrowed to, as it stands in their addresses."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from prompt_kit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

NOBODY: Final = " "
"""Stands in addresses for nobody named; nothing stands for everybody, and no name is a space."""

RUN_STATES: Final = {
    "done": "Done",
    "failed": "Ended with a problem",
    "cancelled": "Stopped",
    "started": "Not finished",
    "waiting": "In a batch job",
    "damaged": "Record damaged",
}
"""The states of runs, as pages call them."""

_NO_FILTERS: Final = frozenset({"everybody", "problems"})

REVIEW_STATES: Final = {"waiting": "Waiting", "approved": "Approved", "rejected": "Rejected"}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a person has chosen in the filters of a page, as texts; empty narrows nothing."""

    recipe: str = ""
    person: str = ""
    state: str = ""
    review: str = ""
    since: str = ""
    until: str = ""
    words: str = ""
    everybody: bool = field(default=False, compare=False)
    """Whether a person has chosen to see what everybody made, where the own is shown otherwise."""
    problems: tuple[Problem, ...] = field(default=(), compare=False)
    """What cannot be read of it, each with the field it is about."""

    def __bool__(self) -> bool:
        """Return whether anything is narrowed."""
        return self != Narrowing()

    def beyond(self, person: str) -> bool:
        """Return whether more than words and this person narrow it."""
        own = "" if self.person == person else self.person
        return replace(self, words="", person=own) != Narrowing()

    @property
    def wanted(self) -> dict[str, Any]:
        """The same for `Kit.history` and `Kit.pictures`."""
        person = None if not self.person else self.person.strip()
        named = {"recipe": self.recipe, "state": self.state, "review": self.review, "words": self.words}
        return {**named, "person": person, "since": _day(self.since), "until": _day(self.until)}

    def query(self, **more: str) -> str:
        """Return the part of an address after its question mark, with more in it."""
        own = {name.name: getattr(self, name.name) for name in fields(self) if name.name not in _NO_FILTERS}
        asked = {name: value for name, value in {**own, **more}.items() if value}
        return urlencode(asked if asked.get("person") or not self.everybody else {"person": "", **asked})

    def of(self, person: str) -> Narrowing:
        """Return the same for what one person made, or for everybody where none is named."""
        return replace(self, person=person, everybody=not person)


def narrowing(asked: Mapping[str, str]) -> Narrowing:
    """Return the filters of an address or a form; what cannot be read is left out, and is among its problems."""
    texts = {name: asked.get(name, "").strip() for name in ("recipe", "state", "review", "since", "until", "words")}
    person = asked.get("person", "")
    problems = [
        Problem(f"“{texts[name][:20]}” is no date. Write it as 2026-11-28.", parameter=name)
        for name in ("since", "until")
        if texts[name] and _day(texts[name]) is None
    ]
    known = {"state": RUN_STATES, "review": REVIEW_STATES}
    problems += [
        Problem(f"There is no state “{texts[name][:20]}”. Choose another one.", parameter=name)
        for name, states in known.items()
        if texts[name] and texts[name] not in states
    ]
    wrong = {problem.parameter for problem in problems}
    kept = {name: text for name, text in texts.items() if name not in wrong}
    everybody = "person" in asked and not person
    return Narrowing(**kept, person=person.strip() or person[:1], everybody=everybody, problems=tuple(problems))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
