"""What a form says of values: what they mean, every problem, and what is worth knowing."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from prompt_kit.recipe.values import canonical, own_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.errors import Problem
    from prompt_kit.images import Image


@dataclass(frozen=True)
class CheckedValues:
    """What a form says of values; nothing is rendered while there is a problem."""

    problems: tuple[Problem, ...]
    """Everything that is wrong, in the order of the form; each with its parameter and code."""
    notes: tuple[Problem, ...]
    """Everything that is worth knowing; each with its parameter and code."""
    pictures: Mapping[str, tuple[Image, ...]]
    """The pictures by slot."""
    given: Mapping[str, Any]
    """What was given, as it was written, under the names of today and without what is empty; with what a preset or
    brand fills in where it is asked."""
    context: dict[str, Any] = field(repr=False)
    """What a template sees."""
    slots: frozenset[str] = frozenset()
    """The names of the slots for pictures."""
    cleared: tuple[str, ...] = ()
    """What a preset or brand had filled in and an explicit ``None`` or empty text left out."""

    @cached_property
    def values(self) -> dict[str, Any]:
        """The values as plain data in one spelling: choices by value, numbers as numbers, lists as lists.

        They fit the form's JSON Schema, and mean the same when they are given again. What has a problem is left out,
        and so are pictures.
        """
        wrong = {problem.parameter for problem in self.problems}
        cleared = dict.fromkeys((name for name in self.cleared if name not in wrong), None)
        return cleared | {
            name: canonical(value, self.context[name])
            for name, value in self.given.items()
            if name in self.context and name not in wrong and name not in self.slots
        }

    @cached_property
    def own_words(self) -> dict[str, tuple[str, ...]]:
        """The words that stand where choices are offered and are none of them, by parameter."""
        own = {name: own_words(self.context.get(name)) for name in self.given}
        return {name: several for name, several in own.items() if several}
