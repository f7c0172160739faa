"""Tells which values put things where other values keep them away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_kit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prompt_kit.recipe.placing.resolving import Squeezed, WantedArea


def contradictions(wanted: Sequence[WantedArea], squeezed: Sequence[Squeezed]) -> tuple[Problem, ...]:
    """Return what contradicts itself in a layout."""
    contradicting = [_of(thing) for thing in squeezed]
    calm = {thing.place[:2]: thing for thing in wanted if thing.area.kind == "calm" and thing.place}
    contradicting += [
        _in_calm(thing, calm[thing.place[:2]])
        for thing in wanted
        if thing.area.kind in {"words", "logo"} and thing.place and not thing.area.on and thing.place[:2] in calm
    ]
    logos = [thing for thing in wanted if thing.area.kind == "logo"]
    if len({thing.parameter for thing in logos}) > 1:
        names = " and ".join(f"'{thing.parameter}'" for thing in logos[:2])
        message = f"{names} both put a logo in the picture; leave one of them out unless you want two."
        contradicting.append(Problem(message, parameter=logos[-1].parameter, code="two_logos"))
    return tuple(dict.fromkeys(contradicting))


def _of(squeezed: Squeezed) -> Problem:
    thing, other = squeezed.wanted, squeezed.by
    if other is None or other.area.kind == "covered":
        reason = f": {other.area.content}" if other and other.area.content else ""
        message = f"{_name(thing)} would stand in a part that is covered or trimmed{reason}. Choose another place."
        return Problem(message, parameter=thing.parameter, code="covered_part")
    if other.area.kind == "calm":
        return _in_calm(thing, other)
    if thing.area.kind == "calm":
        return _in_calm(other, thing)
    message = f"{_name(thing)} and {_name(other, first=False)} want the same part of the picture. Move one of them."
    return Problem(message, parameter=thing.parameter, code="no_room")


def _in_calm(thing: WantedArea, calm: WantedArea) -> Problem:
    message = (
        f"{_name(thing)} would stand in the part that '{calm.parameter}' keeps calm and empty."
        f" Move {'it' if thing.area.kind != 'words' else 'the words'}, or choose another part to stay empty."
    )
    return Problem(message, parameter=thing.parameter, code="in_calm_room")


def _name(thing: WantedArea, *, first: bool = True) -> str:
    kind = {"subject": "the subject", "logo": "the logo", "calm": "the calm part", "change": "the change"}.get(
        thing.area.kind
    )
    text = kind or (f'"{thing.area.content}"' if thing.area.content else "a part of the picture")
    return text[0].upper() + text[1:] if first else text
