"""Brings what was given together, under the names of today: values and pictures, also under earlier names."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from prompt_kit.errors import Offer, Problem
from prompt_kit.recipe.fields import SEVERAL
from prompt_kit.recipe.slots import entries_of
from prompt_kit.recipe.value_problems import unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from prompt_kit.recipe.parameters import Parameter


def together(
    values: Mapping[str, Any], references: Mapping[str, Any], slots: Collection[str], today: Sequence[str], recipe: str
) -> tuple[dict[str, Any], list[Problem]]:
    """Return values and pictures by name, and the problems: only slots may stand among the pictures.

    Args:
        values: Values by parameter. Pictures may stand here by slot, too.
        references: Pictures by slot.
        slots: The names of the slots, those of earlier versions among them.
        today: Those without the earlier ones, for a message.
        recipe: The name of the recipe, for a message.
    """
    given, problems = dict(values), []
    for name, pictures in references.items():
        if name not in slots:
            problems.append(unknown(str(name), pictures, today, recipe, kind="reference slot"))
        elif name in given:
            message = f"{name}: is given among the values and among the references. Leave one of them out."
            problems.append(Problem(message, parameter=name, code="given_twice"))
        else:
            given[name] = pictures
    return given, problems


def renamed(
    given: Mapping[str, Any],
    former: Mapping[str, str],
    parameters: Mapping[str, Parameter],
    problems: list[Problem],
    notes: list[Problem],
) -> dict[str, Any]:
    """Return values under the names of today, each that came under an older one with a note.

    What came under several names becomes one list where the parameter takes one, in the order of ``was``.

    Args:
        given: Values by parameter, pictures by slot.
        former: Today's names by the names of earlier versions.
        parameters: What is asked.
        problems: A value that came under both names, where only one can be taken, is added here.
        notes: A note for each value that came under an older name is added here.
    """
    values = {name: value for name, value in given.items() if name not in former}
    collected = defaultdict[str, list[Any]](list)
    notes_of_names: list[Problem] = []
    for name in (name for name in former if name in given):
        new = former[name]
        if new in parameters and parameters[new].type in SEVERAL:
            collected[new] += entries_of(given[name])
        elif new in values:
            message = f"{name}: is now called '{new}', which is given, too. Leave '{name}' out."
            offers = (Offer(f"Leave '{name}' out", name),)
            problems.append(Problem(message, parameter=name, code="given_twice", offers=offers))
            continue
        else:
            values[new] = given[name]
        message = f"'{name}' is now called '{new}'; its value counts as before."
        offers = (Offer(f"Call it '{new}'", new, replaces=name),)
        notes_of_names.append(Problem(message, parameter=new, code="former_name", offers=offers))
    for name, entries in collected.items():
        values[name] = [*entries, *entries_of(values.get(name, []))]
    notes += sorted(notes_of_names, key=str)
    return values
