"""Measures which branches of a template, and which choices, the examples exercise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prompt_kit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prompt_kit.recipe.library import LibraryFile
    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.spec import RecipeSpec
    from prompt_kit.recipe.strategy_spec import StrategySpec
    from prompt_kit.recipe.templating import TemplatePart


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a recipe or strategy its examples exercise."""

    kind: str
    name: str
    examples: int
    branches: int
    """How many ways there are through the conditions of its templates."""
    choices: int
    """How many values there are to choose from."""
    untried: tuple[Problem, ...]
    """What no example exercises."""

    @property
    def share(self) -> float:
        """The exercised part of all branches and choices, from 0 to 1."""
        total = self.branches + self.choices
        return 1 - len(self.untried) / total if total else 1.0

    @property
    def percent(self) -> int:
        """The exercised part in percent; 100 only when it is all."""
        return math.floor(self.share * 100)


def coverage(
    kind: str,
    parsed: LibraryFile[RecipeSpec] | LibraryFile[StrategySpec],
    parameters: Mapping[str, Parameter],
    parts: Iterable[TemplatePart],
    templates: set[str],
) -> Coverage:
    """Return how much the examples exercised.

    Args:
        kind: ``recipe`` or ``strategy``.
        parsed: What the file says.
        parameters: Its own parameters.
        parts: The watched templates that rendered the examples.
        templates: The names of its own templates.
    """
    by_branch: dict[tuple[str, str], Problem] = {}
    taken: set[tuple[str, str]] = set()
    for part in parts:
        for branch in part.branches:
            if branch.template in templates:
                key = str(branch.place), branch.case
                by_branch[key] = Problem(f"no example shows the case in which {branch.case}.", branch.place)
                if branch in part.taken:
                    taken.add(key)
    untried = sorted((p for key, p in by_branch.items() if key not in taken), key=lambda p: (str(p.place), p.message))
    examples = parsed.spec.examples
    choices = sum(len(parameter.offered) for parameter in parameters.values())
    missing = list(_untried(parsed, parameters))
    return Coverage(kind, parsed.name, len(examples), len(by_branch), choices, (*missing, *untried))


def _untried(
    parsed: LibraryFile[RecipeSpec] | LibraryFile[StrategySpec], parameters: Mapping[str, Parameter]
) -> Iterator[Problem]:
    examples = parsed.spec.examples.values()
    for name, parameter in parameters.items():
        if choices := parameter.offered:
            given = (example.values.get(name, parameter.default) for example in examples)
            tried = {value for several in given for value in _several(several)}
            for value, choice in choices.items():
                if value not in tried and choice.label not in tried:
                    yield parsed.file.problem(
                        f"no example tries {name}: {value}.", "parameters", name, "choices", value
                    )


def _several(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]
