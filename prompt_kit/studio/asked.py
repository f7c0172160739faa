"""What a run was asked, in the words of its form: values, settings, pictures with their roles, and the prompt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import NotFoundError, PromptKitError
from prompt_kit.prompt.settings import ROLES
from prompt_kit.studio.answers import as_answer
from prompt_kit.support.words import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prompt_kit.recipe.fields import Field
    from prompt_kit.record.runs import RunRecord
    from prompt_kit.studio.studio import Studio

_YES_NO: Final = {"true": "yes", "false": "no"}
_SETTINGS: Final = {"aspect_ratio": "Format", "tier": "Quality"}


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One value or setting."""

    label: str
    texts: tuple[str, ...]
    """What was filled in, one text for each entry."""
    name: str = ""
    """The name of its parameter."""


@dataclass(frozen=True, slots=True)
class AskedPicture:
    """One picture that was sent."""

    number: int
    """Its place in the prompt, from 1; 0 is a mask, which has none."""
    sha256: str
    name: str
    label: str
    """What its slot is called."""
    role: str
    """What the model took from it."""


@dataclass(frozen=True, slots=True)
class AskedTurn:
    """The words of one turn."""

    name: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskedRun:
    """All that a run was asked."""

    title: str
    """What its recipe is called."""
    missing: str
    """Why its recipe cannot be used any more; empty when it can."""
    values: tuple[AskedLine, ...]
    settings: tuple[AskedLine, ...]
    techniques: tuple[str, ...]
    pictures: tuple[AskedPicture, ...]
    turns: tuple[AskedTurn, ...]


def asked_of(studio: Studio, record: RunRecord) -> AskedRun:
    """Return what a run was asked; where its recipe is gone, by the names of its record."""
    try:
        recipe = studio.recipe(record.recipe, _kept_strategies(studio, record))
        fields, title, missing = {field.name: field for field in recipe.form.fields}, recipe.title, ""
    except PromptKitError as error:
        gone = f"the recipe '{record.recipe}' is not in this project any more."
        fields, title = {}, spoken(record.recipe)
        missing = gone if isinstance(error, NotFoundError) else str(error)
    return AskedRun(
        title,
        missing,
        tuple(_values(record, fields)),
        tuple(_setting(name, value) for name, value in record.settings.items()),
        tuple(_technique(studio, name) for name in record.strategies),
        tuple(_pictures(record, fields)),
        tuple(_turns(record)),
    )


def _kept_strategies(studio: Studio, record: RunRecord) -> tuple[str, ...]:
    there = studio.library.names("strategy")
    return tuple(name for name in record.strategies if name in there)


def _technique(studio: Studio, name: str) -> str:
    head = studio.library.heads("strategy").get(name)
    return head.title if head else spoken(name)


def _values(record: RunRecord, fields: Mapping[str, Field]) -> list[AskedLine]:
    order = {name: number for number, name in enumerate(fields)}
    values = {name: value for name, value in record.values.items() if value not in (None, "", [], ())}
    slots = {str(part.get("reference") or part.get("mask")) for turn in record.turns for part in turn.get("parts", ())}
    names = sorted((name for name in values if name not in slots), key=lambda name: order.get(name, len(order)))
    return [_line(name, values[name], fields.get(name)) for name in names]


def _line(name: str, value: Any, field: Field | None) -> AskedLine:
    answer = as_answer(value)
    labels = {choice.value: choice.label for choice in field.choices} if field else {}
    if isinstance(value, bool):
        labels = _YES_NO
    texts = [answer] if isinstance(answer, str) else answer
    return AskedLine(
        field.label if field else spoken(name), tuple(labels.get(text, text.removeprefix("=")) for text in texts), name
    )


def _setting(name: str, value: Any) -> AskedLine:
    return AskedLine(_SETTINGS.get(name, spoken(name)), (str(value),))


def _pictures(record: RunRecord, fields: Mapping[str, Field]) -> list[AskedPicture]:
    """Return the pictures that were sent, each once, in the order of the first turn that has it."""
    pictures: dict[tuple[str, str], AskedPicture] = {}
    for turn in record.turns:
        number = 0
        for part in turn.get("parts", ()):
            slot, digest = part.get("reference") or part.get("mask"), part.get("sha256")
            number += "reference" in part or "earlier" in part
            if isinstance(slot, str) and isinstance(digest, str) and (slot, digest) not in pictures:
                field, role = fields.get(slot), "mask" if "mask" in part else str(part.get("role", ""))
                pictures[slot, digest] = AskedPicture(
                    0 if "mask" in part else number,
                    digest,
                    str(part.get("file", "")),
                    field.label if field else spoken(slot),
                    ROLES.get(role, ""),  # type: ignore[call-overload]  # a record may have been edited
                )
                original = part.get("original")
                if role == "mask" and isinstance(original, dict) and isinstance(original.get("sha256"), str):
                    pictures[slot, original["sha256"]] = _original(original)
    return list(pictures.values())


def _original(plain: Mapping[str, Any]) -> AskedPicture:
    """Return the picture that was not sent, but that all outside a mask was put back from."""
    name, role = str(plain.get("file", "")), "all outside the mask is put back from it; it was not sent"
    return AskedPicture(0, str(plain["sha256"]), name, "Original", role)


def _turns(record: RunRecord) -> list[AskedTurn]:
    several = len(record.turns) > 1
    turns = []
    for number, turn in enumerate(record.turns, start=1):
        texts: Sequence[Any] = [part.get("text") for part in turn.get("parts", ())]
        text = "\n\n".join(text for text in texts if isinstance(text, str))
        name = str(turn.get("name") or f"Turn {number}") if several else ""
        turns.append(AskedTurn(name, tuple(filter(None, (part.strip() for part in text.split("\n\n"))))))
    return turns
