"""The form of a recipe: its parameters and reference slots, and the check of values with every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Required, cast

from pydantic import TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from prompt_kit.errors import NotFoundError
from prompt_kit.recipe.checking import Settled
from prompt_kit.recipe.conditions import holds
from prompt_kit.recipe.dependence import Dependence
from prompt_kit.recipe.fields import Field, field_of
from prompt_kit.recipe.naming import renamed, together
from prompt_kit.recipe.ordinary import Ordinary
from prompt_kit.recipe.slots import entries_of, pictures_in
from prompt_kit.recipe.templating import Values
from prompt_kit.recipe.value_problems import locked, missing, of_value, reread, unknown
from prompt_kit.recipe.values import Chosen, canonical, is_empty, recorded
from prompt_kit.support.calls import check_kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from prompt_kit.errors import Problem
    from prompt_kit.recipe.checked import CheckedValues
    from prompt_kit.recipe.checking import Check
    from prompt_kit.recipe.ordinary import Ready
    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.spec import ReferenceSlot

# Without the names of the fields, which take as long as looking at two values.
_made: Final = tuple.__new__


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
        return self._checked(values, references, self.at_once(values, references))

    def at_once(self, values: Mapping[str, Any], references: Mapping[str, Any] | None = None) -> Ready | None:
        """Return what values mean where each alone is right, in a fraction of the time of `check`; ``None`` else."""
        if self._locked and not self._locked.keys().isdisjoint(values):
            return None
        if references and not (references.keys() <= self.references.keys() and references.keys().isdisjoint(values)):
            return None
        if (start := self._filled_in) is None or (ready := self._ordinary.ready(values, start)) is None:
            return None
        return ready if self._needed <= ready.record.keys() else None

    def settled(self, values: Mapping[str, Any], references: Mapping[str, Any] | None = None) -> Settled:
        """Return what values come to: the same as `check` says, ready to be rendered."""
        ready = self.at_once(values, references)
        if ready is None or ready.remarkable:
            checked = self._checked(values, references, ready)
            written = {} if checked.problems else checked.given
            record = {name: value if value.__class__ is str else recorded(value) for name, value in written.items()}
            return Settled(Values(checked.context), record, checked.pictures, [*checked.problems], checked.notes)
        context, record, _ = ready
        if self._dependence.is_none:
            return _made(Settled, (context, record, {}, [], ()))
        problems: list[Problem] = []
        given, pictures, notes = self._dependence.check(
            {**record, **pictures_in(references)}, context, problems, self._filled(values), remarkable=False
        )
        for name in self.references:
            if name in given:
                given[name] = recorded(given[name])
        return _made(Settled, (context, given, pictures, problems, tuple(notes)))

    def _checked(
        self, values: Mapping[str, Any], references: Mapping[str, Any] | None, ready: Ready | None
    ) -> CheckedValues:
        """Return the same as `check`, going on from what `at_once` returned."""
        if ready is None:
            return self._checked_in_full(values, references)
        problems: list[Problem] = []
        written = {**self.fixed, **values}
        given, pictures, notes = self._dependence.check(
            {name: written[name] for name in ready.record} | pictures_in(references),
            ready.context,
            problems,
            self._filled(values),
            remarkable=ready.remarkable,
        )
        from prompt_kit.recipe.checked import CheckedValues  # rendering does without

        return CheckedValues(tuple(problems), tuple(notes), pictures, given, ready.context, self.slot_names)

    def _checked_in_full(self, values: Mapping[str, Any], references: Mapping[str, Any] | None) -> CheckedValues:
        problems: list[Problem] = []
        notes: list[Problem] = []
        given = values
        if references:
            given, problems = together(values, references, self.slot_names, list(self.references), self.name)
        given = self.renamed(given, problems, notes)
        empty = {name for name, value in given.items() if is_empty(value)}
        filled: Collection[str] = ()
        if self.fixed:
            filled = self.fixed.keys() - given.keys() | self._locked.keys() & empty
            empty -= self._locked.keys()
            given = {**self.fixed, **{name: value for name, value in given.items() if name not in filled}}
        given = {name: value for name, value in given.items() if name not in empty}
        words = {name: value for name, value in given.items() if name not in self.slot_names}
        ready = None
        if self.fixed and self._needed <= given.keys():  # else `at_once` has tried it already
            ready = self._ordinary.ready(words, self._ordinary.nothing)
        context = self._context(words, problems) if ready is None else ready.context
        remarkable = ready is None or ready.remarkable
        unlocked, before = self._unlocked(given, context, problems), len(problems)
        given, pictures, more = self._dependence.check(given, context, problems, filled, remarkable=remarkable)
        problems[before:before] = unlocked
        cleared = tuple(name for name in self.fixed if name in empty and self.field(name).is_asked(context))
        said = (*notes, *more)
        from prompt_kit.recipe.checked import CheckedValues  # rendering does without

        return CheckedValues(tuple(problems), said, pictures, given, context, self.slot_names, cleared)

    def _unlocked(
        self, given: Mapping[str, Any], context: Mapping[str, Any], problems: Iterable[Problem]
    ) -> list[Problem]:
        """Return what is wrong with values that differ from what is locked, in whichever spelling."""
        right = given.keys() - {problem.parameter for problem in problems}
        return [
            locked(name, by_team=name in self.of_team)
            for name, ready in self._locked.items()
            if name in right and context[name] != ready
        ]

    def _filled(self, values: Mapping[str, Any]) -> Collection[str]:
        """Return what a preset or brand has filled in and nobody has given otherwise."""
        return self.fixed.keys() - values.keys() if self.fixed else ()

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
                context[name] = reread(parameter, value)
        for name, condition in self._dependence.conditions.items():
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
        return context | {"earlier": "", "item": Chosen("", ""), "turn": "", "task": "", "keyed": False}

    @cached_property
    def slot_names(self) -> frozenset[str]:
        """The names of all slots for pictures, those of earlier versions among them."""
        return frozenset([*self.references, *(old for old, name in self.former.items() if name in self.references)])

    @cached_property
    def _ordinary(self) -> Ordinary:
        """The short way for ordinary values, which most calls take."""
        return Ordinary(self.parameters, self.references, self._empty, self.value_checks)

    @cached_property
    def _dependence(self) -> Dependence:
        return Dependence(self.parameters, self.references, self.value_checks, self.checks)

    @cached_property
    def _filled_in(self) -> Ready | None:
        return self._ordinary.filled_in(self.fixed)

    def default(self, name: str) -> Any:
        """Return what a template sees where a parameter is asked and left out."""
        parameter = self.parameters[name]
        return reread(parameter, self.fixed[name]) if name in self.fixed else parameter.ready

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
            return self._empty | {name: reread(self.parameters[name], value) for name, value in right.items()}
        return self._empty | checked

    def _problem(self, error: Any, words: Mapping[str, Any]) -> Problem:
        name = str(error["loc"][0])
        if error["type"] in {"extra_forbidden", "invalid_key"}:
            return unknown(name, error["input"], list(self._asked), self.name)
        if error["type"] == "missing":
            return missing(name, self.parameters[name].help)
        return of_value(error, words[name])


def _raw(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
