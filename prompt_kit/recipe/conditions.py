"""The conditions under which a parameter or slot is asked: whether they hold, and how a sentence says them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.recipe.parameters import Given


class When(NamedTuple):
    """What one other parameter must be for a field to be asked."""

    parameter: str
    values: tuple[Given, ...]
    """The values of which it must have one; ``(True,)`` means any value, ``(False,)`` none."""

    @property
    def wants(self) -> bool | None:
        """Whether it asks for any value (true) or for none (false); ``None`` when it asks for certain values."""
        first = self.values[0] if len(self.values) == 1 else None
        return first if isinstance(first, bool) else None

    def __str__(self) -> str:
        if self.wants is True:
            return f"{self.parameter} is given"
        if self.wants is False:
            return f"{self.parameter} is left out"
        return f"{self.parameter} is {' or '.join(map(str, self.values))}"

    def holds(self, value: Any) -> bool:
        """Return whether a value that is ready for a template meets it."""
        wants = self.values[0] if len(self.values) == 1 else None
        if wants is True or wants is False:
            return bool(getattr(value, "value", value)) is wants
        if isinstance(value, tuple):
            return any(getattr(item, "value", item) in self.values for item in value)
        return getattr(value, "value", value) in self.values


def conditions_of(show_if: Mapping[str, Any]) -> tuple[When, ...]:
    """Return what must be true of other parameters, all of it, as data."""
    return tuple(
        When(name, tuple(wanted) if isinstance(wanted, list) else (wanted,)) for name, wanted in show_if.items()
    )


def in_words(conditions: tuple[When, ...]) -> str:
    """Return conditions as the end of a sentence with "when"; empty when there are none."""
    return " and ".join(map(str, conditions))


def holds(conditions: tuple[When, ...], context: Mapping[str, Any]) -> bool:
    """Return whether values that are ready for a template meet all conditions."""
    for condition in conditions:  # noqa: SIM110 - a generator takes twice as long, and every rendering asks often
        if not condition.holds(context.get(condition.parameter)):
            return False
    return True
