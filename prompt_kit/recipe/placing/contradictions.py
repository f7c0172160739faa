"""Tells which values put things where other values keep them away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prompt_kit.recipe.placing.resolving import Squeezed, Wanted

ContradictionCode: TypeAlias = Literal["covered", "in_calm_room", "no_room", "two_logos"]
"""What is wrong: in a covered part, in a part that stays calm, no room beside something else, more than one logo."""


class Contradiction(NamedTuple):
    """Two values that cannot both be followed."""

    code: ContradictionCode
    parameter: str
    message: str
    """A whole sentence, with the way out."""


def contradictions(wanted: Sequence[Wanted], squeezed: Sequence[Squeezed]) -> tuple[Contradiction, ...]:
    """Return what contradicts itself in a layout."""
    found = [_of(one) for one in squeezed]
    calm = {one.place[:2]: one for one in wanted if one.area.kind == "calm" and one.place}
    found += [
        _in_calm(one, calm[one.place[:2]])
        for one in wanted
        if one.area.kind in {"words", "logo"} and one.place and not one.area.on and one.place[:2] in calm
    ]
    logos = [one for one in wanted if one.area.kind == "logo"]
    if len({one.parameter for one in logos}) > 1:
        names = " and ".join(f"'{one.parameter}'" for one in logos[:2])
        message = f"{names} both put a logo in the picture; leave one of them out unless you want two."
        found.append(Contradiction("two_logos", logos[-1].parameter, message))
    return tuple(dict.fromkeys(found))


def _of(squeezed: Squeezed) -> Contradiction:
    one, other = squeezed.wanted, squeezed.by
    if other is None or other.area.kind == "covered":
        reason = f": {other.area.content}" if other and other.area.content else ""
        message = f"{_name(one)} would stand in a part that is covered or trimmed{reason}. Choose another place."
        return Contradiction("covered", one.parameter, message)
    if other.area.kind == "calm":
        return _in_calm(one, other)
    if one.area.kind == "calm":
        return _in_calm(other, one)
    message = f"{_name(one)} and {_name(other, first=False)} want the same part of the picture. Move one of them."
    return Contradiction("no_room", one.parameter, message)


def _in_calm(one: Wanted, calm: Wanted) -> Contradiction:
    message = (
        f"{_name(one)} would stand in the part that '{calm.parameter}' keeps calm and empty."
        f" Move {'it' if one.area.kind != 'words' else 'the words'}, or choose another part to stay empty."
    )
    return Contradiction("in_calm_room", one.parameter, message)


def _name(one: Wanted, *, first: bool = True) -> str:
    kind = {"subject": "the subject", "logo": "the logo", "calm": "the calm part", "change": "the change"}.get(
        one.area.kind
    )
    text = kind or (f'"{one.area.content}"' if one.area.content else "a part of the picture")
    return text[0].upper() + text[1:] if first else text
