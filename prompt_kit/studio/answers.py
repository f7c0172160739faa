"""What somebody has filled in so far: read from a form, kept as a draft, and given to the recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final, Self

from prompt_kit.recipe.fields import SEVERAL
from prompt_kit.recipe.values import PLACE_MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.datastructures import FormData

    from prompt_kit.errors import Offer
    from prompt_kit.images import Image
    from prompt_kit.recipe.fields import Field
    from prompt_kit.recipe.form import Form

OWN: Final = "=own"
"""The choice that stands for own words."""

SETTINGS: Final = ("aspect_ratio", "size", "tier", "model")
"""The settings that the page asks."""

MOST: Final = 50
"""Most repetitions that are made at once."""

_LONGEST: Final = 20_000
"""Longest text that is kept of one input, in characters; every field of a recipe allows less."""


@dataclass(frozen=True)
class Answers:
    """What somebody has filled in, as it was typed."""

    values: Mapping[str, Any] = field(default_factory=dict)
    """Texts, and lists of texts, by parameter; what is empty is left out."""
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The ids of uploads by slot, in order."""
    settings: Mapping[str, str] = field(default_factory=dict)
    uses: tuple[str, ...] = ()
    """Strategies that are mixed in."""
    count: int = 1
    generator: str = ""

    @classmethod
    def from_form(cls, form: Form, sent: FormData, uses: tuple[str, ...]) -> Self:
        """Return what was sent for the fields of a form; everything else is left out."""
        values = {f.name: value for f in form.fields if not f.is_slot and (value := _value(f, sent)) not in ("", [])}
        slots = {f.name: _texts(sent, f"r.{f.name}") for f in form.fields if f.is_slot}
        settings = {name: text for name in SETTINGS if (text := _text(sent, f"s.{name}"))}
        count = _text(sent, "count")
        return cls(
            values,
            {name: tuple(dict.fromkeys(ids)) for name, ids in slots.items() if ids},
            settings,
            uses,
            min(max(int(count), 1), MOST) if count.isdecimal() and len(count) < LONGEST_NUMBER else 1,
            _text(sent, "generator")[:LONGEST_NAME],
        )

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """Return what `to_dict` returned; whatever has another shape is left out."""
        return cls(
            {str(name): value for name, value in _mapping(plain.get("values")).items() if _is_answer(value)},
            {
                str(name): tuple(map(str, ids))
                for name, ids in _mapping(plain.get("references")).items()
                if isinstance(ids, list | tuple)
            },
            {str(name): str(value) for name, value in _mapping(plain.get("settings")).items() if name in SETTINGS},
            tuple(map(str, uses)) if isinstance(uses := plain.get("uses"), list) else (),
            min(max(count, 1), MOST) if isinstance(count := plain.get("count"), int) else 1,
            str(plain.get("generator") or ""),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return them as plain data."""
        return {
            "values": dict(self.values),
            "references": {name: list(ids) for name, ids in self.references.items()},
            "settings": dict(self.settings),
            "uses": list(self.uses),
            "count": self.count,
            "generator": self.generator,
        }

    def given(self, form: Form) -> dict[str, Any]:
        """Return the values that are asked under these answers; what is not asked stays in the draft."""
        given = {name: value for name, value in self.values.items() if name in form.parameters}
        for _ in form.fields:
            asked = {name: value for name, value in given.items() if form.is_asked(name, given)}
            if len(asked) == len(given):
                break
            given = asked
        return given

    def shown(self, form: Form) -> list[str]:
        """Return the names of the fields that are shown under these answers."""
        given = self.given(form)
        there = {*given, *(slot for slot, ids in self.references.items() if ids)}
        return [f.name for f in form.fields if form.is_asked(f.name, given) and not f.is_spare(there)]

    def pictures(self, form: Form, image: Callable[[str], Image | None]) -> dict[str, list[Image]]:
        """Return the pictures by slot; those that were deleted are left out."""
        given = self.given(form)
        return {
            slot: images
            for slot, ids in self.references.items()
            if slot in form.references and form.is_asked(slot, given)
            if (images := [picture for key in ids if (picture := image(key)) is not None])
        }

    def applied(self, offer: Offer) -> Answers:
        """Return the answers after a repair that was offered."""
        values = offer.applied(dict(self.values))
        kept = {
            name: ids for name, ids in self.references.items() if offer.value is not None or name != offer.parameter
        }
        return replace(self, values={name: _as_answer(value) for name, value in values.items()}, references=kept)


LONGEST_NAME: Final = 60
"""Longest name of a generator, in characters."""

LONGEST_NUMBER: Final = 5
"""A count has fewer digits than that."""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _is_answer(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(entry, str) for entry in value))


def as_answer(value: Any) -> str | list[str]:
    """Return a value of an example, a record or a repair as it is typed."""
    return _as_answer(value)


def _as_answer(value: Any) -> str | list[str]:
    if isinstance(value, list | tuple):
        return [str(_as_answer(entry)) for entry in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        own, words, place = value.get("own"), value.get("words", ""), value.get("place")
        return f"={own}" if own is not None else f"{words} :: {place}" if place else str(words)
    return str(value)


def _value(asked: Field, sent: FormData) -> str | list[str]:
    name = f"v.{asked.name}"
    if asked.placed and asked.kind in SEVERAL:
        return _placed(name, sent)[: int(asked.max or 100) + 1]
    if asked.kind in SEVERAL:
        listed = [*_texts(sent, name), *_texts(sent, f"{name}.own")]
        return listed[: int(asked.max or 100) + 1]
    if asked.kind == "boolean":
        if f"{name}.shown" not in sent or (asked.locked and name not in sent):  # browsers send nothing that is locked
            return ""
        on = "true" if _text(sent, name) else "false"
        return "" if on == _as_answer(bool(asked.default)) else on
    text = _text(sent, name)
    if asked.own_words and text in {OWN, ""}:
        return _text(sent, f"{name}.own")
    return "" if text == OWN else text


def _placed(name: str, sent: FormData) -> list[str]:
    """Return exact words, each with its place, which has an input of its own."""
    words = [_clean(value) for value in sent.getlist(name) if isinstance(value, str)]
    places = [_clean(value) for value in sent.getlist(f"{name}.place") if isinstance(value, str)]
    pairs = zip_longest(words, places[: len(words)], fillvalue="")
    return [f"{text} {PLACE_MARK} {place}" if place else text for text, place in pairs if text]


def _text(sent: FormData, name: str) -> str:
    value = sent.get(name, "")
    return _clean(value) if isinstance(value, str) else ""


def _texts(sent: FormData, name: str) -> list[str]:
    return list(_cleaned(value for value in sent.getlist(name) if isinstance(value, str)))


def _cleaned(values: Iterable[str]) -> Iterable[str]:
    return filter(None, map(_clean, values))


def _clean(text: str) -> str:
    """Return a text as it was typed; browsers end lines with a carriage return, too."""
    return text.replace("\r\n", "\n").strip()[:_LONGEST]
