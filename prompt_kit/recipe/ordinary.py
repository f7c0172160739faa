"""The short way through a form: a value that was looked at before and was right is right again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydantic import ValidationError

from prompt_kit.recipe.checked import Checking
from prompt_kit.recipe.reading import ALONE
from prompt_kit.recipe.templating import Values
from prompt_kit.recipe.values import UNUSUAL

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping

    from prompt_kit.errors import Problem
    from prompt_kit.recipe.checked import Check
    from prompt_kit.recipe.parameters import Parameter

MOST_KEPT: Final = 1_000
"""How many values of a form are not looked at again: people change one field and look at the prompt."""

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
        needed: frozenset[str],
        empty: Mapping[str, Any],
        checks: tuple[Check, ...],
    ) -> None:
        """Prepare the short way.

        Args:
            parameters: What is asked.
            slots: The names of the slots for pictures.
            needed: The parameters without which nothing can be rendered.
            empty: What a template sees where nothing is given.
            checks: The checks that look at each value alone.
        """
        self._parameters, self._slots, self._needed, self._checks = parameters, slots, needed, checks
        self._empty = Values(empty)
        self._kept: dict[str, dict[Hashable, Any]] = {name: {} for name in parameters}
        self._count = 0
        known = set(checks) <= set(ALONE)
        self._at_once = {name: p.unremarkable if known else _unusual for name, p in parameters.items()}

    def ready(self, values: Mapping[str, Any]) -> Ready | None:
        """Return what a template sees of values; ``None`` when the validator must look at them.

        For everything else this says what the validator and the checks of single values would.
        """
        kept, context, record, remarkable = self._kept, Values(self._empty), dict(values), False
        for name, value in values.items():
            if (known := kept.get(name)) is None:
                if name not in self._slots:
                    return None
                if value is None or (value.__class__ is str and not value):
                    del record[name]
                continue
            key = value if value.__class__ is str else _key(value)
            if (ready := known.get(key)) is None:
                if value is None or key == "":
                    del record[name]
                    continue
                if (ready := self._at_once[name](value)) is not UNUSUAL:
                    self._keep(known, key, ready)
                elif key is None or (ready := self._validated(name, value)) is UNUSUAL:
                    return None
                else:
                    remarkable |= self._is_remarkable(name, value, key, ready)
            context[name] = ready
            if key is not value:
                record[name] = key if value.__class__ is list else value
        # Without the names of the fields, which take as long as looking at two values.
        return _made(Ready, (context, record, remarkable)) if self._needed <= record.keys() else None

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
        self._keep(self._kept[name], key, ready)
        return False

    def _keep(self, known: dict[Hashable, Any], key: Hashable, ready: Any) -> None:
        if len(key if key.__class__ is str else "".join(map(str, key))) > LONGEST_KEPT:  # type: ignore[call-overload]
            return
        if self._count >= MOST_KEPT:
            for several in self._kept.values():
                several.clear()
            self._count = 0
        known[key] = ready
        self._count += 1


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
