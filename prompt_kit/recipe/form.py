"""The form of a recipe: its parameters and reference slots, and the check of values with every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Required, cast

from pydantic import TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from prompt_kit.errors import NotFoundError, Offer, Problem
from prompt_kit.recipe.checked import CheckedValues, Checking
from prompt_kit.recipe.conditions import conditions_of, holds
from prompt_kit.recipe.fields import Field, field_of
from prompt_kit.recipe.naming import renamed, together
from prompt_kit.recipe.ordinary import Ordinary
from prompt_kit.recipe.parameters import Color
from prompt_kit.recipe.slots import check_descriptions, entries_of, opened
from prompt_kit.recipe.value_problems import meant_as_own, missing, not_asked, of_value, unknown
from prompt_kit.recipe.values import UNUSUAL, Chosen, canonical, recorded
from prompt_kit.support.calls import check_kind
from prompt_kit.support.colours import key_away_from

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from prompt_kit.images import Image
    from prompt_kit.recipe.checked import Check
    from prompt_kit.recipe.conditions import When
    from prompt_kit.recipe.ordinary import Ready
    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.spec import ReferenceSlot


@dataclass(frozen=True, eq=False)
class Form:
    """What a recipe asks, in order, as data; and the check of what was filled in."""

    name: str
    """The name of the recipe."""
    parameters: Mapping[str, Parameter]
    """What the recipe's file says of each parameter; `fields` has the same for everything that shows a form."""
    references: Mapping[str, ReferenceSlot]
    """What the recipe's file says of each slot for pictures."""
    heeds: tuple[str, ...] = ()
    """Further names that its template may use: empty unless a strategy asks them."""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """What a preset or brand has filled in; what is not locked can be given otherwise."""
    checks: tuple[Check, ...] = ()
    """Further checks, in order, of values that were checked one by one."""
    value_checks: tuple[Check, ...] = ()
    """Checks that look at each value alone; they come before `checks`."""
    of_team: frozenset[str] = frozenset()
    """The parameters that are locked by the team's policy, and not by a preset."""

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Everything that is asked, in order: the parameters, then the slots for pictures."""
        return tuple(
            field_of(name, asked, self._plain_default(name), filled=name in self.fixed)
            for name, asked in self._asked.items()
        )

    def field(self, name: str) -> Field:
        """Return the field of a parameter or slot by its name, also by one of an earlier version.

        Raises:
            NotFoundError: When nothing has that name.
        """
        field = self._fields.get(self.former.get(name, name))
        if field is None:
            raise NotFoundError("field", name, self._fields)
        return field

    def check(self, values: Mapping[str, Any], references: Mapping[str, Any] | None = None) -> CheckedValues:
        """Return what values mean, with every problem and note; nothing is rendered, no template is opened.

        Values are data only: a text never names a file, and whatever a name means elsewhere, here it is the name of
        a parameter or slot, or unknown.

        Args:
            values: Values by parameter. Pictures may stand here by slot, too.
            references: Pictures by slot: an `Image`, a ``Path``, bytes, or a list of them.
        """
        check_kind("values", values, Mapping, "values by the name of a parameter")
        if references is not None:
            check_kind("references", references, Mapping, "pictures by the name of a slot")
        return self.check_further(values, references, self.at_once(values, references))

    def at_once(self, values: Mapping[str, Any], references: Mapping[str, Any] | None = None) -> Ready | None:
        """Return what values mean where each alone is right, in a fraction of the time of `check`; ``None`` else."""
        if references or (self._locked and not self._locked.keys().isdisjoint(values)):
            return None
        if not self.fixed:
            return self._ordinary.ready(values)
        if not self._always_there:
            return None
        given = {**self.fixed, **values}
        ready = self._ordinary.ready(given)
        # An empty value may clear what a preset has filled in.
        return ready if ready and len(ready.record) == len(given) else None

    def check_further(
        self, values: Mapping[str, Any], references: Mapping[str, Any] | None, ready: Ready | None
    ) -> CheckedValues:
        """Return the same as `check`, going on from what `at_once` returned."""
        problems: list[Problem] = []
        filled: Collection[str] = ()
        if ready is not None:
            if self.fixed:
                filled, values = self.fixed.keys() - values.keys(), {**self.fixed, **values}
            right = {name: values[name] for name in ready.record}
            return self._together_checked(right, ready.context, problems, filled, remarkable=ready.remarkable)
        notes: list[Problem] = []
        given = values
        if references:
            given, problems = together(values, references, self.slot_names, list(self.references), self.name)
        given = self.renamed(given, problems, notes)
        empty = {name for name, value in given.items() if value is None or (value.__class__ is str and not value)}
        if self.fixed:
            filled = self.fixed.keys() - given.keys() | self._locked.keys() & empty
            empty -= self._locked.keys()
            given = {**self.fixed, **{name: value for name, value in given.items() if name not in filled}}
        if empty:
            given = {name: value for name, value in given.items() if name not in empty}
        words = self._words(given)
        # Without pictures and a preset, `at_once` has tried it already.
        ready = self._ordinary.ready(words) if references or self.fixed else None
        context = self._context(words, problems) if ready is None else ready.context
        remarkable = ready is None or ready.remarkable
        checked = self._together_checked(given, context, problems, filled, remarkable=remarkable)
        cleared = tuple(name for name in self.fixed if name in empty and self.field(name).is_asked(context))
        return replace(checked, notes=(*notes, *checked.notes), cleared=cleared) if notes or cleared else checked

    def _together_checked(
        self,
        given: Mapping[str, Any],
        context: dict[str, Any],
        problems: list[Problem],
        filled: Collection[str] = (),
        *,
        remarkable: bool = True,
    ) -> CheckedValues:
        """Return what values mean that were looked at one by one: what depends on others, pictures, further checks.

        Without ``remarkable``, the checks of single values have nothing to say and are left out.
        """
        words, unsure = self._words(given), {problem.parameter for problem in problems}
        notes: list[Problem] = []
        self._check_locked(words, context, problems)
        if self._conditions:
            self._check_conditions(words, context, problems, filled, unsure)
        if self._automatic_colors:
            self._find_colors(words, context)
        pictures: dict[str, tuple[Image, ...]] = {}
        if self.references:
            pictures = self._pictures(given, context, problems, filled, unsure)
            check_descriptions(self.references, context, pictures, problems)
        if filled:
            given = {n: v for n, v in given.items() if n not in filled or n in pictures or context.get(n)}
        if checks := (*self.value_checks, *self.checks) if remarkable else self.checks:
            checking = Checking(self.parameters, self.references, given, context, pictures, problems, notes)
            for check in checks:
                check(checking)
        return CheckedValues(tuple(problems), tuple(notes), pictures, given, context, self.slot_names)

    def _words(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what was given for parameters, without the pictures."""
        if self.slot_names.isdisjoint(given):
            return given
        return {name: value for name, value in given.items() if name not in self.slot_names}

    def renamed(self, given: Mapping[str, Any], problems: list[Problem], notes: list[Problem]) -> Mapping[str, Any]:
        """Return values under the names of today; see `naming.renamed`."""
        if self.former.keys().isdisjoint(given):
            return given
        return renamed(given, self.former, self.parameters, problems, notes)

    def reread(self, recorded: Mapping[str, Any]) -> dict[str, Any]:
        """Return what recorded values mean to a template today; what no longer fits is empty.

        The recipe may have changed since they were recorded, so nothing here is a problem.
        """
        context = self._empty.copy()
        recorded = self.renamed(recorded, [], [])
        for name, value in recorded.items():
            if (parameter := self.parameters.get(name)) is not None:
                context[name] = _reread(parameter, value)
        for name, condition in self._conditions.items():
            if not holds(condition, context):
                context[name] = self.parameters[name].empty
        return context

    def is_asked(self, name: str, given: Mapping[str, Any]) -> bool:
        """Return whether a parameter or slot is asked under the values that were given so far."""
        context = self._empty | {other: _raw(value) for other, value in given.items()}
        return self.field(name).is_asked(context)

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the values: one property for each parameter and reference slot.

        `CheckedValues.values` always fits it. Values that fit have no problems but those of `codes.NOT_IN_SCHEMA`.
        """
        from prompt_kit.recipe.form_schema import form_schema  # most commands need none

        return form_schema(self.fields, self.default)

    @cached_property
    def former(self) -> dict[str, str]:
        """Today's names by the names of earlier versions."""
        return {old: n for n, asked in self._asked.items() for old in asked.was if old not in self._asked}

    @cached_property
    def _asked(self) -> dict[str, Any]:
        return {**self.parameters, **self.references}

    @cached_property
    def _fields(self) -> dict[str, Field]:
        return {asked.name: asked for asked in self.fields}

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        fields = {
            name: Required[p.annotation()] if name in self._needed else p.annotation()
            for name, p in self.parameters.items()
        }
        # The functional form takes literal names only, as far as type checkers know; ours come from a file.
        make: Any = TypedDict
        made = make("Values", fields, total=False)
        configured = with_config({"extra": "forbid", "coerce_numbers_to_str": True})(cast("type[Any]", made))
        return TypeAdapter(configured)

    @cached_property
    def _empty(self) -> dict[str, Any]:
        """What the template sees where nothing was given: the default, else what is false and prints nothing."""
        context: dict[str, Any] = dict.fromkeys(self.heeds, Chosen("", "")) | {"covered": ()}
        context |= {name: p.ready for name, p in self.parameters.items()}
        context |= dict.fromkeys(self.references, "")
        return context | {"earlier": "", "item": Chosen("", ""), "turn": "", "keyed": False}

    @cached_property
    def slot_names(self) -> frozenset[str]:
        """The names of all slots for pictures, those of earlier versions among them."""
        return frozenset([*self.references, *(old for old, name in self.former.items() if name in self.references)])

    @cached_property
    def _conditions(self) -> dict[str, tuple[When, ...]]:
        return {name: conditions_of(p.show_if) for name, p in self.parameters.items() if p.show_if}

    @cached_property
    def _slot_conditions(self) -> dict[str, tuple[When, ...]]:
        return {name: conditions_of(slot.show_if) for name, slot in self.references.items()}

    @cached_property
    def _automatic_colors(self) -> dict[str, list[str]]:
        """The colours that are chosen when none is given, each with the parameters it stays away from."""
        return {name: p.away_from for name, p in self.parameters.items() if isinstance(p, Color) and p.away_from}

    @cached_property
    def _ordinary(self) -> Ordinary:
        """The short way for ordinary values, which most calls take."""
        return Ordinary(self.parameters, self.references, self._needed, self._empty, self.value_checks)

    @cached_property
    def independent(self) -> bool:
        """Whether no value that `at_once` takes depends on another, and no pictures are asked."""
        return not (self._conditions or self._automatic_colors or self.references or self.checks)

    @cached_property
    def _always_there(self) -> bool:
        """Whether what a preset or brand fills in is words that a template sees, and no picture."""
        return all(name in self.parameters and self.default(name) for name in self.fixed)

    def default(self, name: str) -> Any:
        """Return what a template sees where a parameter is asked and left out."""
        parameter = self.parameters[name]
        return _reread(parameter, self.fixed[name]) if name in self.fixed else parameter.ready

    def _plain_default(self, name: str) -> Any:
        """Return what applies where a parameter or slot is asked and left out, as plain data."""
        parameter = self.parameters.get(name)
        if parameter is None:
            return [recorded(picture) for picture in entries_of(self.fixed[name])] if name in self.fixed else None
        value = self.fixed.get(name, parameter.default)
        return None if value is None else canonical(value, self.default(name))

    @cached_property
    def _locked(self) -> dict[str, Any]:
        """What is locked, ready for a template."""
        return {name: self.default(name) for name, parameter in self.parameters.items() if parameter.locked}

    @cached_property
    def _needed(self) -> frozenset[str]:
        return frozenset(name for name, p in self.parameters.items() if p.required and not p.show_if)

    def _context(self, words: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
        try:
            checked: dict[str, Any] = self._adapter.validate_python(words)
        except ValidationError as error:
            errors = error.errors(include_url=False)
            value_problems = [self._problem(e, words) for e in errors]
            order = list(self.parameters)
            value_problems.sort(key=lambda p: order.index(p.parameter) if p.parameter in order else len(order))
            problems += value_problems
            wrong = {p.parameter for p in value_problems}
            right = {name: value for name, value in words.items() if name not in wrong and name in self.parameters}
            return self._empty | {name: _reread(self.parameters[name], value) for name, value in right.items()}
        return self._empty | checked

    def _problem(self, error: Any, words: Mapping[str, Any]) -> Problem:
        name = str(error["loc"][0])
        if error["type"] in {"extra_forbidden", "invalid_key"}:
            return unknown(name, error["input"], list(self._asked), self.name)
        if error["type"] == "missing":
            return missing(name, self.parameters[name].help)
        return of_value(error, words[name])

    def _check_locked(self, words: Mapping[str, Any], context: Mapping[str, Any], problems: list[Problem]) -> None:
        """Check that what is locked is left as it is, in whichever spelling."""
        wrong = {problem.parameter for problem in problems}
        for name, ready in self._locked.items():
            if name in words and name not in wrong and context[name] != ready:
                message = f"{name}: is locked by the {'team' if name in self.of_team else 'preset'}. Leave it out."
                offers = (Offer("Leave it out", name),)
                problems.append(Problem(message, parameter=name, code="locked", offers=offers))

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
        for name, conditions in self._conditions.items():
            if not unsure.isdisjoint(condition.parameter for condition in conditions):
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
            if name not in words and holds(self._conditions.get(name, ()), context):
                context[name] = key_away_from(text for other in others for text in _texts(context.get(other)))

    def _pictures(
        self,
        given: Mapping[str, Any],
        context: Mapping[str, Any],
        problems: list[Problem],
        filled: Collection[str],
        unsure: set[str | None],
    ) -> dict[str, tuple[Image, ...]]:
        pictures: dict[str, tuple[Image, ...]] = {}
        for name, slot in self.references.items():
            conditions = self._slot_conditions[name]
            if not unsure.isdisjoint(condition.parameter for condition in conditions):
                continue
            if holds(conditions, context):
                if several := opened(name, slot, given.get(name, ()), problems):
                    pictures[name] = several
            elif name in given and name not in filled:
                problems.append(not_asked(name, conditions))
        return pictures


def _reread(parameter: Parameter, value: Any) -> Any:
    """Return what a value that was taken once means to a template; empty when it no longer fits."""
    value = list(value) if isinstance(value, tuple) else value
    if (ready := parameter.shortcut(value)) is not UNUSUAL:
        return ready
    try:
        return parameter.adapter.validate_python(value)
    except ValidationError as error:
        meant = [meant_as_own(wrong, value) for wrong in error.errors(include_url=False)]
    if meant[0] is None:
        return parameter.empty
    return _reread(parameter, meant[0])


def _raw(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _texts(value: Any) -> Iterable[str]:
    return (str(item) for item in value) if isinstance(value, tuple) else (str(value or ""),)
