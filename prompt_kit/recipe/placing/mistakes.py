"""Finds what cannot be right in the layout of a recipe file: unknown names, places that overlap, wrong words."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from prompt_kit.errors import did_you_mean
from prompt_kit.recipe.places import SIDES, STACKS, box_of, named, share_number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from prompt_kit.recipe.placing.spec import AreaSpec

Mistake: TypeAlias = "tuple[str, tuple[str, ...]]"
"""A message, and the keys of its place in the file."""

ITEM: Final = "item"
"""The entry of a turn that is repeated."""

_PLACING: Final = frozenset({"choice", "choices", "text", "copies", "list"})
"""The kinds of parameter that can say a place."""


def layout_mistakes(
    areas: Mapping[str, AreaSpec],
    every: Collection[str],
    parameters: Mapping[str, Any],
    references: Collection[str],
    heeds: Collection[str] = (),
) -> Iterator[Mistake]:
    """Yield what is wrong with the areas of a file.

    Args:
        areas: The areas of the file itself.
        every: The names of all areas, with those that it inherits.
        parameters: All parameters.
        references: All reference slots.
        heeds: Names of parameters of strategies that may be named in conditions.
    """
    for name, area in areas.items():
        yield from _names(name, area, parameters, references, heeds)
        if area.on and (area.on not in every or area.on == name):
            hint = did_you_mean(area.on, [other for other in every if other != name])
            yield f"there is no other area '{area.on}' that it could lie on. {hint}".strip(), ("layout", name, "on")
        elif area.on and name in _below(name, areas):
            yield f"'{name}' lies on itself by way of '{area.on}'.", ("layout", name, "on")
    yield from _overlaps(areas)
    if "covered" in parameters and any(area.kind == "covered" for area in areas.values()):
        yield "a recipe with covered parts cannot have a parameter 'covered'; rename it.", ("parameters", "covered")


def choice_mistakes(parameters: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield the choices whose words name another place than their data, so that a drawing would contradict them."""
    for name, parameter in parameters.items():
        for value, choice in parameter.offered.items():
            if choice.words and _disagree(choice):
                message = f"the words '{choice.words}' name another place or share than 'place' and 'share'."
                keys = ("parameters", name, "choices", value, "words")
                yield f"{message} Leave the words out, or make them agree.", keys


def _disagree(choice: Any) -> bool:
    if choice.place in STACKS or not (choice.place or choice.share):
        return False
    from prompt_kit.recipe.placing.reading import read_place, read_share  # few recipes need it

    if choice.place:
        said, meant = read_place(choice.words), named(choice.place, choice.share)
        sides = said is not None and said[:2] != meant[:2]
        return sides or bool(said and said.share and meant.share and said.share != meant.share)
    said_share = read_share(choice.words)
    return bool(said_share and said_share != share_number(choice.share))


def _names(
    name: str,
    area: AreaSpec,
    parameters: Mapping[str, Any],
    references: Collection[str],
    heeds: Collection[str],
) -> Iterator[Mistake]:
    known = [*parameters, *references]
    yield from _places(name, area, parameters)
    if area.shared_by and area.shared_by not in parameters:
        hint = did_you_mean(area.shared_by, list(parameters))
        message = f"'{area.shared_by}' is neither a share such as '1/3' or '40 %' nor a parameter."
        yield f"{message} {hint}".strip(), ("layout", name, "share")
    for key, names in (("content", area.content), ("facing", [area.facing] if area.facing else [])):
        for other in names:
            if other not in known and other != ITEM:
                hint = did_you_mean(other, known)
                yield f"there is no parameter or reference slot '{other}'. {hint}".strip(), ("layout", name, key)
    if area.slot and area.slot not in references:
        hint = did_you_mean(area.slot, list(references))
        yield f"there is no reference slot '{area.slot}'. {hint}".strip(), ("layout", name, "slot")
    for other in area.show_if:
        if other not in known and other not in heeds:
            hint = did_you_mean(other, known)
            yield f"show_if names '{other}', which is no parameter. {hint}".strip(), ("layout", name, "show_if")


def _places(name: str, area: AreaSpec, parameters: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield the names under ``place`` that are no place and can say none."""
    for other in area.placed_by:
        kind = getattr(parameters.get(other), "type", "")
        if kind in _PLACING:
            continue
        if kind:
            message = (
                f"'{other}' cannot say a place: its type is '{kind}'. Name a parameter of choices or text, or a side."
            )
            yield message, ("layout", name, "place")
            continue
        placing = [thing for thing, parameter in parameters.items() if parameter.type in _PLACING]
        hint = did_you_mean(other, [*sorted(SIDES), *placing])
        message = f"'{other}' names neither a place ({', '.join(sorted(SIDES))}) nor a parameter."
        yield f"{message} {hint}".strip(), ("layout", name, "place")


def _below(name: str, areas: Mapping[str, AreaSpec]) -> set[str]:
    """Return the areas on which an area lies, one after the other."""
    below: set[str] = set()
    at = areas[name].on
    while at in areas and at not in below:
        below.add(at)
        at = areas[at].on
    return below


def _overlaps(areas: Mapping[str, AreaSpec]) -> Iterator[Mistake]:
    """Yield areas that the file itself puts over others under the same conditions, without saying so."""
    fixed = [(name, area) for name, area in areas.items() if area.fixed and not area.on and not area.shared_by]
    if len(fixed) < 2:  # noqa: PLR2004 - one overlaps nothing
        return
    from prompt_kit.recipe.placing.resolving import overlap  # few recipes need it

    for (name, area), (other_name, other) in combinations(fixed, 2):
        if area.show_if and other.show_if and area.show_if != other.show_if:
            continue
        boxes = [[box_of(named(place, thing.share), thing.kind) for place in thing.fixed] for thing in (area, other)]
        if any(overlap(box, other_box) for box in boxes[0] for other_box in boxes[1]):
            way_out = f"Choose another place or share, or say 'on: {other_name}' or 'on: {name}'."
            yield f"'{other_name}' and '{name}' overlap. {way_out}", ("layout", other_name, "place")
