"""Takes plain data apart, such as JSON has it: everything that is wrong is noted with its place, and told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from prompt_kit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T", str, int, list[Any], dict[str, Any])

_KINDS: Final = {str: "text", int: "a whole number", list: "a list", dict: "a mapping of names"}


class Taken:
    """What is wrong with some plain data, as far as it was taken apart."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, where: str, what: str) -> None:
        """Note what is wrong in a place."""
        self.problems.append(Problem(f"{where}: {what}."))

    def one(self, kind: type[T], plain: Any, name: str, at: str = "", default: T | None = None) -> T:
        """Return what stands under a name, if it is of this kind; else something empty, and the problem is noted.

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
        """Return what stands under a name, if it is one of these words."""
        before = len(self.problems)
        value = self.one(str, plain, name, at, default)
        if len(self.problems) == before and value not in choices:
            self.wrong(f"{at}{name}", f"{value[:40]!a} is not one of {', '.join(choices)}")
        return value

    def each(self, plain: Any, name: str, at: str = "", default: list[Any] | None = None) -> Iterator[tuple[str, Any]]:
        """Yield the entries of a list, each with its place."""
        for number, entry in enumerate(self.one(list, plain, name, at, default)):
            yield f"{at}{name}[{number}]", entry
