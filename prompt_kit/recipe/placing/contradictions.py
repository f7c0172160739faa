"""Tells which values put things where other values keep them away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_kit.errors import Problem
from prompt_kit.recipe.placing.resolving import resolved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prompt_kit.recipe.placing.resolving import Squeezed, WantedArea


def contradictions(wanted: Sequence[WantedArea]) -> tuple[Problem, ...]:
    """Return what contradicts itself in a layout."""
    logos = [thing for thing in wanted if thing.area.kind == "logo"]
    if len(logos) < 2 and sum(not thing.area.on for thing in wanted) < 2:  # noqa: PLR2004 - two contradict each other
        return ()
    contradicting = [_of(thing) for thing in resolved(wanted)[1]]
    marks = [thing for thing in wanted if thing.area.kind in {"words", "logo"} and thing.place and not thing.area.on]
    empty = [thing for thing in wanted if thing.area.kind in {"calm", "covered"} and thing.place]
    contradicting += [_kept_away(thing, other) for thing in marks for other in empty if _stands_in(thing, other)]
    if len({thing.parameter for thing in logos}) > 1:
        names = " and ".join(f"'{thing.parameter}'" for thing in logos[:2])
        message = f"{names} both put a logo in the picture; leave one of them out unless you want two."
        contradicting.append(Problem(message, parameter=logos[-1].parameter, code="two_logos"))
    return tuple(dict.fromkeys(contradicting))


def _stands_in(thing: WantedArea, empty: WantedArea) -> bool:
    """Return whether a place is in a calm side or corner, or is a corner that is covered."""
    if thing.place is None or empty.place is None:
        return False
    here, there = thing.place[:2], empty.place[:2]
    if empty.area.kind == "covered":
        return here == there and all(there) and not thing.loose
    return here == there or (any(there) and all(side in {0, at} for at, side in zip(here, there, strict=True)))


def _of(squeezed: Squeezed) -> Problem:
    if squeezed.nothing_left:
        return _nothing_left(squeezed)
    return _kept_away(squeezed.wanted, squeezed.by)


def _nothing_left(squeezed: Squeezed) -> Problem:
    by = squeezed.by
    taking = f"{_name(by, first=False)} and the rest take" if by else "other parts take"
    message = f"Nothing is left for the subject: {taking} nearly the whole picture. Choose smaller parts."
    return Problem(message, parameter=by.parameter if by else squeezed.wanted.parameter, code="no_room")


def _kept_away(thing: WantedArea, other: WantedArea | None) -> Problem:
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
