"""The short way through a form: makes ordinary values ready in one loop, and leaves all others to the validator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.recipe.parameters import MAX_TEXT, Text
from prompt_kit.recipe.templating import Values
from prompt_kit.recipe.values import UNUSUAL
from prompt_kit.support.words import EDGES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from prompt_kit.recipe.parameters import Parameter

_NO_LINE: Final = (1, 0)
"""Shortest and longest line of what takes no line of words: nothing is both."""

_UNKNOWN: Final = (lambda _: UNUSUAL, *_NO_LINE)
"""Stands for names that are no parameters."""


@dataclass(frozen=True, slots=True)
class Ordinary:
    """What the short way needs of each parameter, looked up once."""

    shortcuts: Mapping[str, tuple[Callable[[Any], Any], int, int]]
    """What makes a value ready; and how short and how long a line may be that is ready as it is."""
    needed: frozenset[str]
    """The parameters without which nothing can be rendered."""
    empty: Values
    """What a template sees where nothing is given."""

    def ready(self, values: Mapping[str, Any]) -> tuple[Values, dict[str, Any]] | None:
        """Return what a template sees of values, and the values without those that are empty.

        ``None`` when a value is out of the ordinary, or something is missing. For everything else this says what the
        validator would; `words.is_clause` is written out here, for calling it takes longer than what it does.
        """
        shortcuts, context, given = self.shortcuts, Values(self.empty), {}
        for name, value in values.items():
            make, least, most = shortcuts.get(name, _UNKNOWN)
            if (
                value.__class__ is str
                and least <= len(value) <= most
                and value.isprintable()
                and value[-1] not in EDGES
                and value[0] != " "
            ):
                context[name] = given[name] = value
            elif value is not None and (value.__class__ is not str or value):
                ready = make(value)
                if ready is UNUSUAL:
                    return None
                context[name] = ready
                given[name] = value
        return (context, given) if self.needed <= given.keys() else None


def ordinary(parameters: Mapping[str, Parameter], needed: frozenset[str], empty: Mapping[str, Any]) -> Ordinary:
    """Return the short way through a form."""
    return Ordinary({name: (p.shortcut, *_line(p)) for name, p in parameters.items()}, needed, Values(empty))


def _line(parameter: Parameter) -> tuple[int, int]:
    """Return how short and how long a line of words may be that needs nothing but the look of `words.is_clause`."""
    if not isinstance(parameter, Text) or parameter.pattern or parameter.plural:
        return _NO_LINE
    return max(parameter.min_length or 0, 1), parameter.max_length or MAX_TEXT
