"""Reads plain data, such as JSON gives it, and collects all its problems, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from prompt_kit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T", str, int, list[Any], dict[str, Any])

_KINDS: Final = {str: "text", int: "a whole number", list: "a list", dict: "a mapping of names"}


class PlainReader:
    """Reads values from plain data; `problems` holds what was wrong so far."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, place: str, fact: str) -> None:
        """Add a problem with its place."""
        self.problems.append(Problem(f"{place}: {fact}."))

    def value(self, kind: type[T], plain: Any, name: str, at: str = "", default: T | None = None) -> T:
        """Return the value of a name. Where it is of another kind, add a problem and return an empty value of this one.

        Args:
            kind: The type it must have; text may hold half a character, which JSON can say.
            plain: The mapping it stands in.
            name: Its name there.
            at: The place of the mapping, with the dot behind it: ``turns[0].``.
            default: What is meant where it is missing.
        """
        value = plain.get(name, default) if isinstance(plain, dict) else None
        if type(value) is kind:
            return value
        missing = isinstance(plain, dict) and name not in plain
        self.wrong(f"{at}{name}", "is missing" if missing else f"must be {_KINDS[kind]}")
        return kind()

    def choice(self, plain: Any, name: str, at: str, choices: Sequence[str], default: str | None = None) -> Any:
        """Return the value of a name; where it is none of these words, add a problem."""
        before = len(self.problems)
        value = self.value(str, plain, name, at, default)
        if len(self.problems) == before and value not in choices:
            self.wrong(f"{at}{name}", f"{value[:40]!a} is not one of {', '.join(choices)}")
        return value

    def each(self, plain: Any, name: str, at: str = "", default: list[Any] | None = None) -> Iterator[tuple[str, Any]]:
        """Yield the entries of a list, each with its place."""
        for number, entry in enumerate(self.value(list, plain, name, at, default)):
            yield f"{at}{name}[{number}]", entry
