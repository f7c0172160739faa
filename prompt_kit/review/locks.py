"""Looks for mistakes in a team's policy: locks that hold nothing, and names in several spellings."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from prompt_kit.errors import PromptKitError, did_you_mean
from prompt_kit.policy import EVERYONE
from prompt_kit.recipe.assembly import load
from prompt_kit.support.person import sameness
from prompt_kit.support.words import series

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.policy import Policy
    from prompt_kit.recipe.library import Library


def doubtful(team: Policy, library: Library) -> Iterator[str]:
    """Yield what is probably meant otherwise in a policy, in whole sentences."""
    yield from _idle_locks(team, library)
    yield from _twins(team)


def _idle_locks(team: Policy, library: Library) -> Iterator[str]:
    """Yield a sentence for each locked value that no recipe has, so that nothing is locked."""
    if not team.values:
        return
    names: set[str] = set()
    for kind in ("recipe", "strategy"):
        for name in library.names(kind):
            try:
                form = load(name, library=library).form if kind == "recipe" else None
                parameters = form.parameters if form else library.strategy(name).spec.parameters
            except PromptKitError:  # it is said of the recipe itself
                continue
            names |= {*parameters, *(form.former if form else ())}
    for name in sorted(team.values.keys() - names):
        fact = f"team: '{name}' is locked, but no recipe has such a parameter."
        yield f"{fact} {did_you_mean(name, sorted(names))}".strip()


def _twins(team: Policy) -> Iterator[str]:
    """Yield a sentence for names that differ in their spelling alone, which are those of different persons here."""
    roles = (*team.make, *team.write, *team.approve, *team.see)
    names = {*roles, *team.budget, *team.groups, *chain.from_iterable(team.groups.values())} - {EVERYONE}
    spellings: dict[str, list[str]] = {}
    for name in sorted(names):
        spellings.setdefault(sameness(name), []).append(name)
    for twins in spellings.values():
        if len(twins) > 1:
            quoted = series([f"'{name}'" for name in twins], "and")
            yield f"team: {quoted} are two spellings of a name; each counts only as it is written. Write one of them."
    for name in spellings.get(EVERYONE, ()):
        yield f"team: '{name}' is taken for a person. Write '{EVERYONE}' to mean all of them."
