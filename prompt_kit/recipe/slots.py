"""Opens the pictures of a form's slots and checks them: how many there are, and that each is one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from prompt_kit.errors import Problem
from prompt_kit.recipe.values import is_empty

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from prompt_kit.images import Image
    from prompt_kit.recipe.spec import ReferenceSlot

    Picture: TypeAlias = Image | Path | bytes
    """What can stand in a slot: a picture that is open already, its file, or its bytes. Text never names a file."""


def entries_of(value: Any) -> list[Any]:
    """Return the entries of a value; a single one stands for a list of itself."""
    return list(value) if isinstance(value, list | tuple) else [value]


def as_paths(value: Any) -> Any:
    """Return what a person gave for a slot with each text as the path of a file."""
    if isinstance(value, list | tuple):
        return [as_paths(item) for item in value]
    return Path(value) if isinstance(value, str) and value else value


def with_paths(named: Mapping[str, Any], slots: Collection[str]) -> dict[str, Any]:
    """Return what a person gave by name, with texts in slots for pictures as paths."""
    return {name: as_paths(value) if name in slots else value for name, value in named.items()}


def pictures_in(references: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the pictures that were given, without slots that were left empty."""
    return {name: value for name, value in references.items() if not is_empty(value)} if references else {}


def check_descriptions(
    slots: Mapping[str, ReferenceSlot],
    context: Mapping[str, Any],
    pictures: Mapping[str, tuple[Image, ...]],
    problems: list[Problem],
) -> None:
    """Check that no list describes more pictures than there are."""
    for name, slot in slots.items():
        described = len(context[slot.described_by or ""])
        there = len(pictures.get(name, ()))
        if described > there:
            message = f"{slot.described_by}: describes {described} pictures; '{name}' has {there}."
            problems.append(Problem(message, parameter=slot.described_by, code="undescribed"))
