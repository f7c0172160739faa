"""Reads as much of a YAML file as can be used although some of it is wrong, so that the rest can be checked."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from prompt_kit.support.yamlfile import in_line_order

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pydantic_core import ErrorDetails

    from prompt_kit.errors import Problem
    from prompt_kit.support.yamlfile import YamlFile

M = TypeVar("M", bound=BaseModel)

ROUNDS: Final = 5
"""How often what is wrong is taken out: only then some checks of pydantic run that find more."""


@dataclass(frozen=True)
class Usable(Generic[M]):
    """What can be read of a file."""

    content: M | None
    """The content without what is wrong; ``None`` when too little is left."""
    problems: list[Problem]
    """Everything that is wrong, in the order of the lines."""
    lost: frozenset[str]
    """The entries that were taken out as a whole, such as parameters, and the keys of the file itself."""


def usable(file: YamlFile, model: type[M], entries: Mapping[str, Mapping[str, Any] | None]) -> Usable[M]:
    """Return what can be read of a file as ``model``.

    Args:
        file: The file.
        model: What it should be.
        entries: The keys whose values are mappings of entries by name, each with what stands in for an entry that is
            wrong as a whole, if anything can.
    """
    data, removed, lost, content = deepcopy(file.data), list[tuple[str | int, ...]](), set[str](), None
    problems = list(file.mistakes)
    hidden = {problem.place.line for problem in problems if problem.place}
    for _ in range(ROUNDS):
        try:
            content = model.model_validate(data)
            break
        except ValidationError as error:
            errors = error.errors(include_url=False)
        follows = removed.copy()
        further = [(file.problem_of(model, e), e) for e in errors if not _follows(file.keys(e["loc"]), e, follows)]
        problems += [p for p, e in further if e["input"] is not None or not p.place or p.place.line not in hidden]
        places = {place: e["type"] for e in errors if (place := _wrong(file, e))}
        if not places:
            break
        for place, kind in places.items():
            _take_out(data, place, entries.get(str(place[0])) if len(place) == 2 and place not in removed else None)  # noqa: PLR2004 - a key, and the name of an entry
            lost |= _meant(place, model) if kind == "extra_forbidden" else _lost(place, entries)
        removed += places
    return Usable(content, sorted(dict.fromkeys(problems), key=in_line_order), frozenset(lost))


def _follows(keys: list[str | int], error: ErrorDetails, removed: list[tuple[str | int, ...]]) -> bool:
    """Return whether something is wrong only because something else was taken out."""
    around = [place[:-1] for place in removed]
    return bool(removed) and (error["type"] == "missing" or any(p and tuple(keys[: len(p)]) == p for p in around))


def _wrong(file: YamlFile, error: ErrorDetails) -> tuple[str | int, ...]:
    """Return the keys of what is wrong: a list or the entry around it where it cannot be taken out alone."""
    keys = file.keys(error["loc"])
    if error["type"] == "extra_forbidden":
        return tuple(keys)
    while keys and isinstance(keys[-1], int):
        keys.pop()
    return tuple(keys)


def _take_out(data: Any, place: tuple[str | int, ...], stand_in: Mapping[str, Any] | None) -> None:
    for key in place[:-1]:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return  # what is around it was taken out before
    if isinstance(data, dict) and stand_in:
        data[place[-1]] = dict(stand_in)
    elif isinstance(data, dict):
        data.pop(place[-1], None)


def _meant(place: tuple[str | int, ...], model: type[BaseModel]) -> set[str]:
    """Return the key of the file itself that an unknown one probably stands for."""
    return set(get_close_matches(str(place[0]), model.model_fields, n=1)) if len(place) == 1 else set()


def _lost(place: tuple[str | int, ...], entries: Collection[str]) -> set[str]:
    match place:
        case [str(key)]:
            return {key}
        case [str(key), name] if key in entries:
            return {str(name)}
    return set()
