"""A rendered recipe: turns of ordered parts plus settings, frozen and known by its fingerprint."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias, get_args

from prompt_kit.errors import InputError
from prompt_kit.support.plaindata import Taken
from prompt_kit.vocabulary import (
    ROLES,
    SETTINGS,
    SIZES,
    TIERS,
    Answer,
    Background,
    Grounding,
    Output,
    Role,
    Safety,
    Settings,
    Size,
    Task,
    Thinking,
    Tier,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prompt_kit.images import Image

__all__ = [
    "LONGEST_RATIO", "MANY_WORDS", "ROLES", "SETTINGS", "SIZES", "TIERS", "Answer", "Background", "Earlier",
    "EarlierWords", "Exchange", "Grounding", "Mask", "Output", "Part", "Prompt", "Reference", "Role", "Safety",
    "Said", "Settings", "Size", "Task", "Text", "Thinking", "Tier", "Turn", "exchange_to_dict", "part_to_dict",
    "unnamed",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """Words of the prompt."""

    text: str


@dataclass(frozen=True, slots=True)
class Reference:
    """An input picture, in the slot it was given for."""

    slot: str
    role: Role
    image: Image


@dataclass(frozen=True, slots=True)
class Earlier:
    """The picture that an earlier turn of the same prompt made."""

    turn: int
    """Which turn, from 0; always below the number of the turn that takes it."""
    role: Role


@dataclass(frozen=True, slots=True)
class EarlierWords:
    """The words that an earlier turn of the same prompt settled."""

    turn: int
    """Which turn, from 0; always below the number of the turn that takes it."""


@dataclass(frozen=True, slots=True)
class Mask:
    """The part of the base picture that may change; no reference: it is neither counted nor named in the words."""

    slot: str
    image: Image


Part: TypeAlias = Text | Reference | Mask | Earlier | EarlierWords


@dataclass(frozen=True, slots=True)
class Said:
    """One piece of a model's answer, as it goes back in the same conversation."""

    text: str = ""
    image: Image | None = None
    signature: str = field(default="", repr=False)
    """The model's own mark on it, in Base64, verbatim; a conversation is refused without it."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and answered before, in the same conversation."""

    asked: tuple[Part, ...]
    """Text and pictures only: whatever else the request had stands here as what it became."""
    answered: tuple[Said, ...]


MANY_WORDS: Final = 120
"""A prompt up to this length, in words, is short whatever it was made of."""

LONGEST_RATIO: Final = 1.6
"""Above this many times the words of its values, a prompt that has `MANY_WORDS` is called long."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One request to a generator: parts in the order in which they are sent."""

    parts: tuple[Part, ...]
    name: str = ""
    """What this turn makes, where a prompt has several: "front", "panel 2"."""
    output: Answer = "picture"
    """Whether it is to be answered by pictures, or by words alone."""
    history: tuple[Exchange, ...] = ()
    """What was said before, when it continues a conversation."""

    @property
    def text(self) -> str:
        """All words of the turn."""
        return "\n\n".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def references(self) -> tuple[Reference, ...]:
        """The given pictures, in order."""
        return tuple(part for part in self.parts if isinstance(part, Reference))

    @property
    def earlier(self) -> tuple[Earlier, ...]:
        """The pictures of earlier turns, in order."""
        return tuple(part for part in self.parts if isinstance(part, Earlier))

    @property
    def mask(self) -> Mask | None:
        """The part of the base picture that may change, if one was given."""
        return next((part for part in self.parts if isinstance(part, Mask)), None)

    @property
    def images(self) -> tuple[Image, ...]:
        """Every given picture that is needed to send it: references, mask, and those of the conversation before."""
        said = [piece.image for exchange in self.history for piece in exchange.answered if piece.image]
        asked = [part for exchange in self.history for part in exchange.asked]
        return (*(part.image for part in (*asked, *self.parts) if isinstance(part, Reference | Mask)), *said)


@dataclass(frozen=True)
class Prompt:
    """Everything that is sent: one or more turns, and the settings."""

    turns: tuple[Turn, ...]
    settings: Settings = field(default_factory=Settings)
    task: Task = "create"
    recipe: str = field(default="", compare=False)
    """The name of the recipe it was rendered from."""
    version: str = field(default="", compare=False)
    """The recipe's version."""
    strategies: tuple[str, ...] = field(default=(), compare=False)
    """The strategies that were mixed in, by name."""
    given: tuple[tuple[str, Any], ...] = field(default=(), compare=False)
    """The values that filled the recipe, as pairs of name and plain data; pictures stand there by file name."""
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What a person should know about the values before anything is sent, in whole sentences; never sent itself."""

    def __str__(self) -> str:
        return "\n\n".join(turn.text for turn in self.turns)

    @property
    def values(self) -> dict[str, Any]:
        """The values that filled the recipe, by name, as plain data."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in self.given}

    @property
    def length_note(self) -> str:
        """A sentence when the words are many and most of them are not the person's own; empty else.

        Of several turns, the longest counts. Blind readers of prompts put the useful length at 1.0 to 1.6 times what
        the person wrote (2026-11).
        """
        said = max(len(turn.text.split()) for turn in self.turns)
        own = sum(len(str(entry).split()) for _, value in self.given for entry in _entries(value))
        if said <= MANY_WORDS or said <= LONGEST_RATIO * own:
            return ""
        return (
            f"The prompt has {said} words, your values {own}. Short prompts are followed more closely: leave out what"
            " this picture does not need."
        )

    @cached_property
    def fingerprint(self) -> str:
        """Hash of everything that is sent, pictures by their content: equal fingerprints, same request."""
        sent = self.to_dict()
        for name in ("recipe", "version", "strategies", "values"):
            del sent[name]
        sent["turns"] = unnamed(sent["turns"])
        canonical = json.dumps(sent, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return the whole ordered request as plain data; pictures stand there by hash."""
        return {
            "recipe": self.recipe,
            "version": self.version,
            "strategies": list(self.strategies),
            "values": self.values,
            "task": self.task,
            "turns": [_turn_to_dict(turn) for turn in self.turns],
            "settings": self.settings.to_dict(),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any], images: Iterable[Image] = ()) -> Prompt:
        """Return the prompt of which `to_dict` returned this; what else stands there is passed over.

        Args:
            plain: What `to_dict` returned, as it is or by way of JSON.
            images: The pictures of the prompt in any order; they are known by their hashes.

        Raises:
            InputError: With everything that is wrong, each with its place such as ``turns[0].parts[1].role``.
        """
        reading = _Reading(images)
        prompt = reading.prompt(dict(plain))
        if reading.problems:
            raise InputError(reading.problems)
        return prompt


class _Reading(Taken):
    """Plain data on its way to a prompt."""

    def __init__(self, images: Iterable[Image]) -> None:
        super().__init__()
        self.images = {image.sha256: image for image in images}

    def prompt(self, plain: dict[str, Any]) -> Prompt:
        turns = tuple(self.turn(turn, f"{at}.", number) for number, (at, turn) in enumerate(self.each(plain, "turns")))
        if not turns:
            self.wrong("turns", "needs at least one turn")
        return Prompt(
            turns,
            self.settings(self.one(dict, plain, "settings")),
            self.choice(plain, "task", "", get_args(Task)),
            self.one(str, plain, "recipe"),
            self.one(str, plain, "version"),
            tuple(self.one(str, {at: name}, at) for at, name in self.each(plain, "strategies")),
            tuple((name, _frozen(value)) for name, value in self.one(dict, plain, "values").items()),
        )

    def settings(self, plain: dict[str, Any]) -> Settings:
        from pydantic import TypeAdapter, ValidationError  # only records are read this way

        from prompt_kit.support.messages import explain

        for name in plain.keys() - set(SETTINGS):
            self.wrong(f"settings.{name}", "there is no such setting")
        known = {name: value for name, value in plain.items() if name in SETTINGS}
        try:
            # Looked at but not taken: a temperature of 1 must not come back as 1.0, which has another fingerprint.
            TypeAdapter(Settings).validate_json(json.dumps(known), strict=True)
        except ValidationError as error:
            for one in error.errors():
                self.wrong(f"settings.{one['loc'][0]}", explain(one))
        return Settings(**known)

    def turn(self, plain: Any, at: str, number: int) -> Turn:
        return Turn(
            tuple(self.part(part, f"{place}.", number) for place, part in self.each(plain, "parts", at)),
            self.one(str, plain, "name", at),
            self.choice(plain, "output", at, get_args(Answer), "picture"),
            tuple(self.exchange(one, f"{place}.") for place, one in self.each(plain, "history", at, [])),
        )

    def exchange(self, plain: Any, at: str) -> Exchange:
        return Exchange(
            tuple(self.part(part, f"{place}.", 0) for place, part in self.each(plain, "asked", at)),
            tuple(self.said(piece, f"{place}.") for place, piece in self.each(plain, "answered", at)),
        )

    def said(self, plain: Any, at: str) -> Said:
        drawn = isinstance(plain, dict) and "picture" in plain
        image = self.image(self.one(dict, plain, "picture", at), f"{at}picture.") if drawn else None
        return Said(self.one(str, plain, "text", at, ""), image, self.one(str, plain, "signature", at, ""))

    def part(self, plain: Any, at: str, turn: int) -> Part:
        kinds = ("text", "reference", "mask", "earlier", "earlier_words")
        kind = next((kind for kind in kinds if isinstance(plain, dict) and kind in plain), "")
        if kind in {"earlier", "earlier_words"}:
            number = self.one(int, plain, kind, at)
            if number not in range(turn):
                self.wrong(f"{at}{kind}", "must be the number of an earlier turn")
            return Earlier(number, self.role(plain, at)) if kind == "earlier" else EarlierWords(number)
        if kind in {"reference", "mask"}:
            slot, image = self.one(str, plain, kind, at), self.image(plain, at)
            return Reference(slot, self.role(plain, at), image) if kind == "reference" else Mask(slot, image)
        return Text(self.one(str, plain, "text", at))

    def role(self, plain: Any, at: str) -> Any:
        return self.choice(plain, "role", at, tuple(ROLES))

    def image(self, plain: Any, at: str) -> Any:
        """Return the picture that is meant, with the name and the size that were told of it."""
        sha256, name = self.one(str, plain, "sha256", at), self.one(str, plain, "file", at)
        width, height = self.one(int, plain, "width", at), self.one(int, plain, "height", at)
        if sha256 not in self.images:
            return self.wrong(f"{at}sha256", f"the picture {name!a} is not among those that are given")
        image = self.images[sha256]
        for fact, value in (("media_type", image.media_type), ("size", image.size)):
            if isinstance(plain, dict) and plain.get(fact) != value:
                self.wrong(f"{at}{fact}", f"the picture that is given has {value}")
        return replace(image, label=name, width=width, height=height)


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _entries(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _turn_to_dict(turn: Turn) -> dict[str, Any]:
    plain: dict[str, Any] = {"name": turn.name, "parts": [part_to_dict(part) for part in turn.parts]}
    if turn.output != "picture":
        plain["output"] = turn.output
    if turn.history:
        plain["history"] = [exchange_to_dict(exchange) for exchange in turn.history]
    return plain


def exchange_to_dict(exchange: Exchange) -> dict[str, Any]:
    """Return what was asked and answered as plain data."""
    return {
        "asked": [part_to_dict(part) for part in exchange.asked],
        "answered": [_said_to_dict(piece) for piece in exchange.answered],
    }


def part_to_dict(part: Part) -> dict[str, Any]:
    """Return one part as plain data."""
    match part:
        case Text(text):
            return {"text": text}
        case Reference(slot, role, image):
            return {"reference": slot, "role": role, **_image_to_dict(image)}
        case Mask(slot, image):
            return {"mask": slot, **_image_to_dict(image)}
        case Earlier(turn, role):
            return {"earlier": turn, "role": role}
        case EarlierWords(turn):
            return {"earlier_words": turn}


def _said_to_dict(piece: Said) -> dict[str, Any]:
    said: dict[str, Any] = {"picture": _image_to_dict(piece.image)} if piece.image else {"text": piece.text}
    return said | ({"signature": piece.signature} if piece.signature else {})


def _image_to_dict(image: Image) -> dict[str, Any]:
    return {
        "sha256": image.sha256,
        "media_type": image.media_type,
        "width": image.width,
        "height": image.height,
        "size": image.size,
        "file": image.name,
    }


def unnamed(value: Any) -> Any:
    """Take the file names out of a request as plain data: the same picture is the same request under any name."""
    if isinstance(value, dict):
        return {name: unnamed(one) for name, one in value.items() if name != "file"}
    return [unnamed(one) for one in value] if isinstance(value, list) else value
