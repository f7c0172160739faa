"""Looks at values together that were right one by one: what depends on others, pictures, and further checks."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.recipe.checking import Checking
from prompt_kit.recipe.conditions import conditions_of, holds
from prompt_kit.recipe.parameters import Color
from prompt_kit.recipe.slots import check_descriptions
from prompt_kit.recipe.value_problems import missing, not_asked

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from prompt_kit.errors import Problem
    from prompt_kit.images import Image
    from prompt_kit.recipe.checking import Check
    from prompt_kit.recipe.conditions import When
    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.spec import ReferenceSlot

# Without the names of the fields, which take as long as a check.
_made: Final = tuple.__new__


class Dependence:
    """What depends on more than a single value of a form."""

    def __init__(
        self,
        parameters: Mapping[str, Parameter],
        references: Mapping[str, ReferenceSlot],
        value_checks: tuple[Check, ...],
        checks: tuple[Check, ...],
    ) -> None:
        """Prepare it.

        Args:
            parameters: What is asked.
            references: The slots for pictures.
            value_checks: Checks that look at each value alone.
            checks: Further checks.
        """
        self.parameters, self.references, self.value_checks, self.checks = parameters, references, value_checks, checks

    @cached_property
    def is_none(self) -> bool:
        """Whether no value depends on another, and no pictures are asked."""
        return not (self.conditions or self._automatic_colors or self.references or self.checks)

    @cached_property
    def conditions(self) -> dict[str, tuple[When, ...]]:
        """When each parameter is asked that is not always asked."""
        return {name: conditions_of(p.show_if) for name, p in self.parameters.items() if p.show_if}

    @cached_property
    def _described(self) -> dict[str, ReferenceSlot]:
        """The slots whose pictures a list describes."""
        return {name: slot for name, slot in self.references.items() if slot.described_by}

    @cached_property
    def _slot_conditions(self) -> dict[str, tuple[When, ...]]:
        return {name: conditions_of(slot.show_if) for name, slot in self.references.items()}

    @cached_property
    def _opened(self) -> Callable[[str, ReferenceSlot, Any, list[Problem]], tuple[Image, ...]]:
        from prompt_kit.recipe.opening import opened  # most prompts have no pictures

        return opened

    @cached_property
    def _needs_pictures(self) -> bool:
        return any(slot.min for slot in self.references.values())

    @cached_property
    def _automatic_colors(self) -> dict[str, list[str]]:
        """The colours that are chosen when none is given, each with the parameters it stays away from."""
        return {name: p.away_from for name, p in self.parameters.items() if isinstance(p, Color) and p.away_from}

    def check(
        self,
        given: dict[str, Any],
        context: dict[str, Any],
        problems: list[Problem],
        filled: Collection[str],
        *,
        remarkable: bool = True,
    ) -> tuple[dict[str, Any], dict[str, tuple[Image, ...]], list[Problem]]:
        """Return which values count, the pictures by slot, and the notes.

        Args:
            given: The values and pictures that were given or filled in.
            context: What a template sees, which is changed where a value is not asked.
            problems: Every problem is added here.
            filled: The names of what a preset or brand has filled in.
            remarkable: Whether the checks of single values may have something to say.
        """
        notes: list[Problem] = []
        unsure = {problem.parameter for problem in problems}
        if self.conditions:
            self._check_conditions(given, context, problems, filled, unsure)
        if self._automatic_colors:
            self._find_colors(given, context)
        pictures: dict[str, tuple[Image, ...]] = {}
        if self.references:
            pictures = self._pictures(given, context, problems, filled, unsure)
            check_descriptions(self._described, context, pictures, problems)
        unasked = [name for name in filled if name not in pictures and not context.get(name)]
        if unasked:
            given = {name: value for name, value in given.items() if name not in unasked}
        if checks := (*self.value_checks, *self.checks) if remarkable else self.checks:
            checking = _made(Checking, (self.parameters, self.references, given, context, pictures, problems, notes))
            for check in checks:
                check(checking)
        return given, pictures, notes

    def _check_conditions(
        self,
        words: Mapping[str, Any],
        context: dict[str, Any],
        problems: list[Problem],
        filled: Collection[str],
        unsure: set[str | None],
    ) -> None:
        """Remove values that are not asked under these values, and check that required ones are given.

        Nothing is said of what depends on ``unsure`` values: one mistake must not make others of what is right.
        """
        for name, conditions in self.conditions.items():
            if unsure and _depend(conditions, unsure):
                unsure.add(name)
            elif holds(conditions, context):
                if self.parameters[name].required and name not in words:
                    problems.append(missing(name, self.parameters[name].help))
            else:
                if name in words and name not in filled:
                    problems.append(not_asked(name, conditions))
                context[name] = self.parameters[name].empty

    def _find_colors(self, words: Mapping[str, Any], context: dict[str, Any]) -> None:
        """Add the colours that are asked and were not given to the context: each far from what other values name."""
        for name, others in self._automatic_colors.items():
            if name not in words and holds(self.conditions.get(name, ()), context):
                from prompt_kit.support.colours import key_away_from  # few pictures are cut out

                context[name] = key_away_from(text for other in others for text in _texts(context.get(other)))

    def _pictures(
        self,
        given: Mapping[str, Any],
        context: Mapping[str, Any],
        problems: list[Problem],
        filled: Collection[str],
        unsure: set[str | None],
    ) -> dict[str, tuple[Image, ...]]:
        if not self._needs_pictures and self.references.keys().isdisjoint(given):
            return {}
        pictures: dict[str, tuple[Image, ...]] = {}
        for name, slot in self.references.items():
            conditions = self._slot_conditions[name]
            if unsure and _depend(conditions, unsure):
                continue
            if not conditions or holds(conditions, context):
                if several := self._opened(name, slot, given.get(name, ()), problems):
                    pictures[name] = several
            elif name in given and name not in filled:
                problems.append(not_asked(name, conditions))
        return pictures


def _depend(conditions: Iterable[When], unsure: Collection[str | None]) -> bool:
    """Return whether any of the conditions is about one of these parameters."""
    return any(condition.parameter in unsure for condition in conditions)


def _texts(value: Any) -> Iterable[str]:
    return (str(item) for item in value) if isinstance(value, tuple) else (str(value or ""),)
