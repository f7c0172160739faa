"""Counts the pictures of a request against what a model takes of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prompt_kit.prompt import Earlier, Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from prompt_kit.catalogue.facts import Facts, Kind
    from prompt_kit.prompt import Part, Role, Turn

KINDS: Final[Mapping[Role, Kind]] = {"identity": "character", "style": "style"}
"""What a picture in a role is counted as; all other roles are objects."""


def room(facts: Facts, parts: Sequence[Part], role: Role) -> int | None:
    """Return how many more pictures in a role a model takes beside these parts; ``None`` is no limit."""
    pictures = [part for part in parts if isinstance(part, Reference | Earlier)]
    limits = dict(facts.reference_limits)
    kind = kind_of(role, limits)
    rooms = [] if facts.max_references is None else [facts.max_references - len(pictures)]
    if kind in limits:
        rooms.append(limits[kind] - sum(kind_of(part.role, limits) == kind for part in pictures))
    return max(0, min(rooms)) if rooms else None


def exceeded(facts: Facts, turn: Turn) -> Iterator[tuple[str, int, list[Reference | Earlier]]]:
    """Yield each kind of picture there is too much of, with its limit and the pictures."""
    pictures: list[Reference | Earlier] = [*turn.references, *turn.earlier]
    if facts.max_references is not None and len(pictures) > facts.max_references:
        yield "picture", facts.max_references, pictures
    limits = dict(facts.reference_limits)
    by_kind: dict[Kind, list[Reference | Earlier]] = {}
    for picture in pictures:
        by_kind.setdefault(kind_of(picture.role, limits), []).append(picture)
    for kind, several in by_kind.items():
        # A kind that may fill the whole request has been counted above.
        if kind in limits and len(several) > limits[kind] and limits[kind] != facts.max_references:
            yield kind, limits[kind], several


def takes(facts: Facts, kind: str, turn: Turn) -> bool:
    """Return whether a model takes the pictures of a turn that are of one kind."""
    # Where a kind is not counted apart it is taken, but as one object among others.
    return kind in {"picture", *dict(facts.reference_limits)} and not any(exceeded(facts, turn))


def pictures_before(turn: Turn) -> int:
    """Return how many pictures go along because they were sent or drawn earlier in the conversation."""
    asked = sum(isinstance(part, Reference) for exchange in turn.history for part in exchange.asked)
    return asked + sum(said.image is not None for exchange in turn.history for said in exchange.answered)


def kind_of(role: Role, limits: Mapping[Kind, int]) -> Kind:
    """Return what a picture in a role is counted as, by a model with these limits."""
    kind = KINDS.get(role, "object")
    return kind if kind in limits else "object"
