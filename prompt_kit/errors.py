"""One family of errors: the class says who must act, the text says what, where and what now.

PromptKitError
├── InputError       a file, a value or a picture is wrong; carries every problem found    exit 2
├── NotFoundError    there is no recipe, preset, strategy, model or generator of that name exit 2
├── BudgetError      the work would cost more than the project allows                      exit 1
├── ForbiddenError   the team's policy does not let this person do it                      exit 1
├── GeneratorError   a generator could not be loaded or made                               exit 1
└── WorkspaceError   the folder of runs or the ledger cannot be read or written            exit 1
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


_LONGEST: Final = 80
"""How much of a name that nothing has is repeated, in characters."""


class Place(NamedTuple):
    """A place in a file, with its line and column where they are known (both from 1)."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


class Offer(NamedTuple):
    """A change of the values that repairs a problem at once, for forms to offer beside the field."""

    label: str
    """What the change does, in a few words such as ``Take 'marble'``."""
    parameter: str
    """The parameter or reference slot that is set."""
    value: Any = None
    """Its new value, as plain data; ``None`` leaves it out."""
    replaces: str = ""
    """Another name that is left out, because its value was meant for ``parameter``."""

    def applied(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return values after the change."""
        changed = {name: value for name, value in values.items() if name not in {self.replaces, self.parameter}}
        moved = values.get(self.replaces) if self.replaces else self.value
        return changed if moved is None else {**changed, self.parameter: moved}


class Problem(NamedTuple):
    """One thing that is wrong, or as a note one thing to know: the fact, and its place when that is in a file."""

    message: str
    """A whole sentence: what is wrong, and what to do about it."""
    place: Place | None = None
    parameter: str | None = None
    """The parameter, setting or reference slot the problem is about, for forms to show it beside the field."""
    code: str = ""
    """The stable word for this kind of problem, one of `recipe.codes.CODES`; empty for problems of files."""
    offers: tuple[Offer, ...] = ()
    """Changes of the values, each of which repairs it; the best one first."""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message

    def to_dict(self) -> dict[str, Any]:
        """Return the problem as plain data, without what is empty."""
        plain = {
            "code": self.code,
            "parameter": self.parameter,
            "message": self.message,
            "place": str(self.place or ""),
            "offers": [offer._asdict() for offer in self.offers],
        }
        return {name: value for name, value in plain.items() if value}


class PromptKitError(Exception):
    """Something a person can act on; its text is complete and ready to be shown."""

    exit_code = 1

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong; for most errors that is one thing."""
        return (Problem(str(self)),)


class InputError(PromptKitError):
    """A file, a value or a picture is wrong; every problem that was found is in `problems`."""

    exit_code = 2

    def __init__(self, problems: Problem | str | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        self._problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(map(str, self._problems)))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem that was found."""
        return self._problems

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class NotFoundError(PromptKitError):
    """Nothing of that kind has that name."""

    exit_code = 2

    def __init__(self, kind: str, name: str, known: Iterable[str] = (), *, way_out: str = "") -> None:
        self.kind, self.name, self.known, self.way_out = kind, name, tuple(sorted(known)), way_out
        listed = f"Known: {', '.join(self.known)}." if self.known else ""
        hint = did_you_mean(name, self.known) or way_out or listed
        shown = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"
        super().__init__(f"There is no {kind} '{shown}'. {hint}".strip())

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), way_out=self.way_out), (self.kind, self.name, self.known)


class BudgetError(PromptKitError):
    """The work would cost more than the project's budget allows; nothing was sent."""


class ForbiddenError(PromptKitError):
    """The team's policy does not let this person do it; nothing was done."""


class GeneratorError(PromptKitError):
    """A generator could not be loaded or made."""


class WorkspaceError(PromptKitError):
    """The folder of runs or the ledger cannot be read or written."""


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return "Did you mean 'x'?" for the nearest known word, or an empty string."""
    from difflib import get_close_matches  # only on the way to an error message

    if len(word) > _LONGEST:
        return ""
    folded = {name.lower().replace("-", "_"): name for name in known}
    near = get_close_matches(word.lower().replace("-", "_"), folded, n=1, cutoff=0.6)
    return f"Did you mean '{folded[near[0]]}'?" if near else ""
