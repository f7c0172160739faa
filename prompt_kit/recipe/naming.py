"""Brings what was given under names of earlier versions under those of today."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from prompt_kit.errors import Offer, Problem
from prompt_kit.recipe.slots import entries_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def renamed(
    given: Mapping[str, Any],
    former: Mapping[str, str],
    lists: Collection[str],
    problems: list[Problem],
    notes: list[Problem],
) -> dict[str, Any]:
    """Return values under the names of today, each that came under an older one with a note.

    What came under several names becomes one list where the parameter takes one, in the order of ``was``.

    Args:
        given: Values by parameter, pictures by slot.
        former: Today's names by the names of earlier versions.
        lists: The parameters that take several entries.
        problems: A value that came under both names, where only one can be taken, is added here.
        notes: A note for each value that came under an older name is added here.
    """
    values = {name: value for name, value in given.items() if name not in former}
    collected = defaultdict[str, list[Any]](list)
    notes_of_names: list[Problem] = []
    for name in (name for name in former if name in given):
        new = former[name]
        if new in lists:
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
