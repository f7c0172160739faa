"""The form of a recipe: its parameters and reference slots, and the check of values with every problem at once."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Required, cast

from pydantic import TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from prompt_kit.errors import InputError, Problem, did_you_mean
from prompt_kit.images import Image, open_image
from prompt_kit.recipe.parameters import Color
from prompt_kit.recipe.values import UNUSUAL, Chosen, holds
from prompt_kit.support.colours import key_away_from
from prompt_kit.support.messages import explain
from prompt_kit.support.words import spoken, stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.spec import ReferenceSlot


_STRATEGY_WORDS: Final = frozenset({"strategies", "strategy", "use", "uses", "using"})
"""What people write who would mix in a strategy where values stand."""


_LISTS: Final = frozenset({"list", "choices", "copies"})


class Form:
    """The parameters and reference slots of a recipe, ready to check values."""

    def __init__(
        self,
        name: str,
        parameters: Mapping[str, Parameter],
        references: Mapping[str, ReferenceSlot],
        heeds: Iterable[str] = (),
    ) -> None:
        """Make the form of the recipe ``name``; parameters in ``heeds`` are empty unless a strategy asks them."""
        self.name, self.parameters, self.references, self.heeds = name, parameters, references, heeds

    def check(
        self, given: Mapping[str, Any], problems: list[Problem], *, filled: Collection[str] = ()
    ) -> tuple[dict[str, Any], dict[str, tuple[Image, ...]]]:
        """Return what was filled in, ready for the template, and the pictures by slot.

        Args:
            given: Values by parameter, pictures by slot; nothing that is empty.
            problems: Every problem is added here.
            filled: The names in ``given`` that a preset or a brand filled in; they go when they are not asked.
        """
        words = given if self._slots.isdisjoint(given) else {n: v for n, v in given.items() if n not in self._slots}
        context = self._context(words, problems)
        if self._conditions:
            self._check_conditions(words, context, problems, filled)
        if self._automatic_colors:
            self._find_colors(words, context)
        if not self.references:
            return context, {}
        pictures = self._pictures(given, context, problems, filled)
        self._check_descriptions(context, pictures, problems)
        return context, pictures

    def renamed(self, given: Mapping[str, Any], problems: list[Problem]) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """Return values under the names of today, and a note for each that came under an older one.

        What came under several names becomes one list where the parameter takes one, in the order of ``was``.

        Args:
            given: Values by parameter, pictures by slot.
            problems: A value that came under both names, where only one can be taken, is added here.
        """
        if self.former.keys().isdisjoint(given):
            return given, ()
        values = {name: value for name, value in given.items() if name not in self.former}
        notes, collected = [], defaultdict[str, list[Any]](list)
        for name in (name for name in self.former if name in given):
            new = self.former[name]
            if new in self.parameters and self.parameters[new].type in _LISTS:
                collected[new] += _entries(given[name])
            elif new in values:
                message = f"{name}: is now called '{new}', which is given, too. Leave '{name}' out."
                problems.append(Problem(message, parameter=name))
                continue
            else:
                values[new] = given[name]
            notes.append(f"'{name}' is now called '{new}'; its value counts as before.")
        for name, entries in collected.items():
            values[name] = [*entries, *_entries(values.get(name, []))]
        return values, tuple(sorted(notes))

    def reread(self, recorded: Mapping[str, Any]) -> dict[str, Any]:
        """Return what recorded values mean to a template today; what no longer fits is empty.

        The recipe may have changed since they were recorded, so nothing here is a problem.
        """
        context = self._empty.copy()
        recorded, _ = self.renamed(recorded, [])
        for name, value in recorded.items():
            if (parameter := self.parameters.get(name)) is not None:
                context[name] = _reread(parameter, value)
        for name, condition in self._conditions.items():
            if not holds(condition, context):
                context[name] = self.parameters[name].empty
        return context

    def is_asked(self, name: str, given: Mapping[str, Any]) -> bool:
        """Return whether a parameter or slot is asked under the values that were given so far."""
        asked = self.parameters.get(name) or self.references[name]
        context = self._empty | {other: _raw(value) for other, value in given.items()}
        return not asked.show_if or holds(asked.show_if, context)

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the values: one property for each parameter and reference slot."""
        schema = self._adapter.json_schema()
        properties = schema.setdefault("properties", {})
        for name, parameter in self.parameters.items():
            properties[name] |= {"title": parameter.title or spoken(name)}
            properties[name] |= {"description": parameter.help} if parameter.help else {}
            properties[name] |= {"default": parameter.default} if parameter.default is not None else {}
            if choices := getattr(parameter, "choices", None):
                target = properties[name].setdefault("items", {}) if parameter.type == "choices" else properties[name]
                target |= {"examples" if getattr(parameter, "other", False) else "enum": list(choices)}
        for name, slot in self.references.items():
            properties[name] = {
                "title": slot.title or spoken(name),
                "type": "array",
                "items": {"type": "string", "format": "path"},
                "minItems": slot.min,
                "maxItems": slot.max,
            }
        required = [name for name, slot in self.references.items() if slot.min and not slot.show_if]
        if required:
            schema["required"] = [*schema.get("required", []), *required]
        return schema

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
    def _slots(self) -> frozenset[str]:
        return frozenset(self.references)

    @cached_property
    def former(self) -> dict[str, str]:
        """Today's names by the names of earlier versions."""
        asked = {**self.parameters, **self.references}
        return {old: name for name, asked_for in asked.items() for old in asked_for.was if old not in asked}

    @cached_property
    def _conditions(self) -> dict[str, Mapping[str, Any]]:
        return {name: p.show_if for name, p in self.parameters.items() if p.show_if}

    @cached_property
    def _automatic_colors(self) -> dict[str, list[str]]:
        """The colours that are chosen when none is given, each with the parameters it stays away from."""
        return {name: p.away_from for name, p in self.parameters.items() if isinstance(p, Color) and p.away_from}

    @cached_property
    def _shortcuts(self) -> dict[str, Callable[[Any], Any]]:
        return {name: parameter.shortcut for name, parameter in self.parameters.items()}

    @cached_property
    def _needed(self) -> frozenset[str]:
        return frozenset(name for name, p in self.parameters.items() if p.required and not p.show_if)

    def _context(self, words: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
        context = self._ordinary(words)
        if context is not None:
            return context
        try:
            checked: dict[str, Any] = self._adapter.validate_python(words)
        except ValidationError as error:
            value_problems = [self._problem(e, words) for e in error.errors(include_url=False)]
            order = list(self.parameters)
            value_problems.sort(key=lambda p: order.index(p.parameter) if p.parameter in order else len(order))
            problems += value_problems
            wrong = {p.parameter for p in value_problems}
            # Conditions are judged by what was given, so that one mistake does not make others of what is right.
            return self._empty | {name: _raw(value) for name, value in words.items() if name not in wrong}
        return self._empty | checked

    def _ordinary(self, words: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the context when every value passes its shortcut, else ``None``; most calls end here."""
        if not self._needed <= words.keys():
            return None
        shortcuts, context = self._shortcuts, self._empty.copy()
        for name, value in words.items():
            shortcut = shortcuts.get(name)
            ready = UNUSUAL if shortcut is None else shortcut(value)
            if ready is UNUSUAL:
                return None
            context[name] = ready
        return context

    def _problem(self, error: Any, words: Mapping[str, Any]) -> Problem:
        name, *inner = error["loc"]
        if error["type"] == "extra_forbidden":
            names = [*self.parameters, *self.references]
            hint = did_you_mean(str(name), names) or f"There are: {', '.join(names)}."
            if name in _STRATEGY_WORDS:
                hint = f"Strategies are mixed in before: recipe.using({_in_code(error['input'])})."
            return Problem(f"'{self.name}' has no parameter '{name}'. {hint}", parameter=str(name))
        if error["type"] == "missing":
            return _missing(str(name), self.parameters[name].help)
        value = words[name]
        several = isinstance(value, list | tuple) and len(value) > 1
        place = f", entry {inner[0] + 1}" if several and inner and isinstance(inner[0], int) else ""
        return Problem(stopped(f"{name}{place}: {explain(error)}"), parameter=str(name))

    def _check_conditions(
        self, words: Mapping[str, Any], context: dict[str, Any], problems: list[Problem], filled: Collection[str]
    ) -> None:
        """Remove values that are not asked under these values, and check that required ones are given."""
        for name, condition in self._conditions.items():
            if holds(condition, context):
                if self.parameters[name].required and name not in words:
                    problems.append(_missing(name, self.parameters[name].help))
            else:
                if name in words and name not in filled:
                    problems.append(_not_asked(name, condition))
                context[name] = self.parameters[name].empty

    def _find_colors(self, words: Mapping[str, Any], context: dict[str, Any]) -> None:
        """Add the colours that are asked and were not given to the context: each far from what other values name."""
        for name, others in self._automatic_colors.items():
            if name not in words and holds(self.parameters[name].show_if, context):
                context[name] = key_away_from(text for other in others for text in _texts(context.get(other)))

    def _pictures(
        self,
        given: Mapping[str, Any],
        context: Mapping[str, Any],
        problems: list[Problem],
        filled: Collection[str],
    ) -> dict[str, tuple[Image, ...]]:
        pictures: dict[str, tuple[Image, ...]] = {}
        for name, slot in self.references.items():
            value = given.get(name, ())
            several = _entries(value)
            if slot.show_if and not holds(slot.show_if, context):
                if name in given and name not in filled:
                    problems.append(_not_asked(name, slot.show_if))
                continue
            if slot.min and not several:
                problems.append(_missing(name, slot.help))
            elif not slot.min <= len(several) <= slot.max:
                noun = "picture" if slot.max == 1 else "pictures"
                problems.append(Problem(f"{name}: takes {slot.takes} {noun}, not {len(several)}.", parameter=name))
            if name in given:
                pictures[name] = tuple(_opened(name, picture, problems) for picture in several)
        return pictures

    def _check_descriptions(
        self,
        context: Mapping[str, Any],
        pictures: Mapping[str, tuple[Image, ...]],
        problems: list[Problem],
    ) -> None:
        for name, slot in self.references.items():
            described = len(context[slot.described_by]) if slot.described_by else 0
            if described > len(pictures.get(name, ())):
                problems.append(
                    Problem(
                        f"{slot.described_by}: describes {described} pictures; '{name}' has"
                        f" {len(pictures.get(name, ()))}.",
                        parameter=slot.described_by,
                    ),
                )


def _missing(name: str, help_text: str) -> Problem:
    return Problem(f"{name}: is missing. {stopped(help_text)}".rstrip(), parameter=name)


def _entries(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _opened(name: str, picture: Any, problems: list[Problem]) -> Any:
    if isinstance(picture, Image):
        return picture
    if not isinstance(picture, str | Path | bytes):
        problems.append(Problem(f"{name}: takes a picture file.", parameter=name))
        return None
    try:
        return open_image(picture)
    except InputError as error:
        problems.append(Problem(f"{name}: {error}", parameter=name))
        return None


def _in_code(strategies: Any) -> str:
    """Return strategies as the arguments of a call."""
    several = strategies if isinstance(strategies, list | tuple) else [strategies]
    return ", ".join(json.dumps(str(strategy)) for strategy in several)


def _reread(parameter: Parameter, value: Any) -> Any:
    adapter: TypeAdapter[Any] = TypeAdapter(parameter.annotation(), config={"coerce_numbers_to_str": True})
    try:
        return adapter.validate_python(list(value) if isinstance(value, tuple) else value)
    except ValidationError:
        return parameter.empty


def _raw(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _texts(value: Any) -> Iterable[str]:
    return (str(item) for item in value) if isinstance(value, tuple) else (str(value or ""),)


def _not_asked(name: str, condition: Mapping[str, Any]) -> Problem:
    when = " and ".join(f"{other} is {_either(wanted)}" for other, wanted in condition.items())
    return Problem(f"{name}: is only asked when {when}. Leave it out.", parameter=name)


def _either(wanted: Any) -> str:
    if isinstance(wanted, bool):
        return "given" if wanted else "left out"
    return " or ".join(str(item) for item in wanted) if isinstance(wanted, list) else str(wanted)
