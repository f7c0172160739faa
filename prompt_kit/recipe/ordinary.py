"""The short way through a form: a value that was looked at before and was right is right again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydantic import ValidationError

from prompt_kit.recipe.checking import Checking
from prompt_kit.recipe.reading import ALONE
from prompt_kit.recipe.templating import Values
from prompt_kit.recipe.values import UNUSUAL, is_empty

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Mapping

    from prompt_kit.errors import Problem
    from prompt_kit.recipe.checking import Check
    from prompt_kit.recipe.parameters import Parameter

MOST_KEPT: Final = 200
"""How many values of a parameter are not looked at again: people change one field and look at the prompt."""

LONGEST_KEPT: Final = 1_000
"""Longest value that is kept, in characters."""


class Ready(NamedTuple):
    """Values that are right, each taken alone."""

    context: Values
    """What a template sees."""
    record: dict[str, Any]
    """The values without those that are empty, lists as tuples."""
    remarkable: bool
    """Whether the checks of single values change one of them, or say something of it."""


_made: Final = tuple.__new__


class Ordinary:
    """Makes values ready in one loop, and leaves those that are wrong or hard to read to the validator.

    What one parameter makes of a text, a list of texts, a number or a switch depends on nothing else, so it is
    remembered where no check has anything to say of it.
    """

    def __init__(
        self,
        parameters: Mapping[str, Parameter],
        slots: Collection[str],
        empty: Mapping[str, Any],
        checks: tuple[Check, ...],
    ) -> None:
        """Prepare the short way.

        Args:
            parameters: What is asked.
            slots: The names of the slots for pictures.
            empty: What a template sees where nothing is given.
            checks: The checks that look at each value alone.
        """
        self._parameters, self._slots, self._checks = parameters, slots, checks
        looks_alike = set(checks) <= set(ALONE)
        self._kept = {name: _Kept(p.unremarkable if looks_alike else _unusual) for name, p in parameters.items()}
        self.nothing = Ready(Values(empty), {}, remarkable=False)

    def filled_in(self, fixed: Mapping[str, Any]) -> Ready | None:
        """Return what a preset or brand has filled in, to add values to.

        That is ``None`` where values have to be looked at together with it: it is wrong, or nothing to a template.
        """
        ready = self.ready(fixed, self.nothing)
        there = ready and all(ready.context[n] if n in self._parameters else n in ready.record for n in fixed)
        return ready if there else None

    def ready(self, values: Mapping[str, Any], start: Ready) -> Ready | None:
        """Return what a template sees of values beside those that are ready; ``None`` for what must be validated.

        For everything else this says what the validator and the checks of single values would, but for values that
        are missing.
        """
        kept, (context, record, remarkable) = self._kept, start
        context, record = Values(context), {**record, **values}
        key: Any
        for name, value in values.items():
            try:
                if value.__class__ is str:
                    context[name] = kept[name][value]
                else:
                    key = _key(value)
                    context[name] = kept[name][key]
                    record[name] = key if value.__class__ is list else value
            except KeyError:
                if is_empty(value) and name not in start.record and (name in kept or name in self._slots):
                    del record[name]
                elif name in kept:
                    key = value if value.__class__ is str else _key(value)
                    if key is None or is_empty(value) or (ready := self._validated(name, value)) is UNUSUAL:
                        return None
                    remarkable |= self._is_remarkable(name, value, key, ready)
                    context[name] = ready
                    record[name] = key if value.__class__ is list else value
                elif name not in self._slots:
                    return None
        # Without the names of the fields, which take as long as looking at two values.
        return _made(Ready, (context, record, remarkable))

    def _validated(self, name: str, value: Any) -> Any:
        parameter = self._parameters[name]
        if (ready := parameter.shortcut(value)) is UNUSUAL:
            try:
                ready = parameter.adapter.validate_python(value)
            except ValidationError:
                return UNUSUAL
        return ready

    def _is_remarkable(self, name: str, value: Any, key: Hashable, ready: Any) -> bool:
        """Return whether the checks of single values change a value or say something of it; keep it when not."""
        context = {name: ready}
        problems: list[Problem] = []
        notes: list[Problem] = []
        checking = Checking(self._parameters, {}, {name: value}, context, {}, problems, notes)
        for check in self._checks:
            check(checking)
        if problems or notes or context[name] != ready:
            return True
        self._kept[name].keep(key, ready)
        return False


class _Kept(dict[Any, Any]):
    """What the values of one parameter mean to a template; ordinary ones are looked at when they come first."""

    __slots__ = ("at_once",)

    def __init__(self, at_once: Callable[[Any], Any]) -> None:
        self.at_once = at_once

    def __missing__(self, key: Any) -> Any:
        ready = self.at_once(key)
        if ready is UNUSUAL:
            raise KeyError(key)
        if key.__class__ is str and len(key) <= LONGEST_KEPT and len(self) < MOST_KEPT:
            self[key] = ready
        else:
            self.keep(key, ready)
        return ready

    def keep(self, key: Any, ready: Any) -> None:
        """Remember a value, unless it is long."""
        if len(key if key.__class__ is str else "".join(map(str, key))) > LONGEST_KEPT:
            return
        if len(self) >= MOST_KEPT:
            self.clear()
        self[key] = ready


def _unusual(_: Any) -> Any:
    return UNUSUAL


def _key(value: Any) -> tuple[Any, ...] | None:
    """Return by what a value is recognised that is no text; ``None`` for what is not remembered.

    ``1``, ``True`` and ``1.0`` are the same to a dictionary, but not to a form.
    """
    kind = value.__class__
    if kind is list or kind is tuple:
        for entry in value:
            if entry.__class__ is not str:
                return None
        return tuple(value)
    return (kind, value) if kind is bool or kind is int else None
