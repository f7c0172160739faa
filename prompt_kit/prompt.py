"""A rendered recipe: turns of ordered parts plus settings, frozen and known by its fingerprint."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from prompt_kit.images import Image

Role: TypeAlias = Literal["base", "identity", "object", "style", "pose", "scene", "layout", "logo", "mask"]
"""What the model should take from a reference picture."""

Task: TypeAlias = Literal["create", "edit", "compose"]
"""What the model is asked to do with the references: nothing, change one, or bring several together."""

Tier: TypeAlias = Literal["draft", "standard", "pro"]
Size: TypeAlias = Literal["512", "1K", "2K", "4K"]
Thinking: TypeAlias = Literal["minimal", "low", "medium", "high"]
Grounding: TypeAlias = Literal["web", "web+images"]
Output: TypeAlias = Literal["picture", "interleaved"]
Answer: TypeAlias = Literal["picture", "words"]
"""What one turn makes: pictures, or words alone that later turns set."""
Background: TypeAlias = Literal["transparent", "keyed"]
"""What lies behind the subject: nothing, or one flat colour that is removed afterwards."""
Safety: TypeAlias = Literal["block-most", "block-some", "block-few", "block-none", "off"]
"""How much the provider's adjustable safety filters hold back, in the words of AI Studio (2026-10)."""

ROLES: Final[dict[Role, str]] = {
    "base": "the picture to work on",
    "identity": "who it is: face, build and features",
    "object": "a thing to show as it is",
    "style": "how it looks: technique, palette and texture",
    "pose": "how the body stands or moves",
    "scene": "the place and its light",
    "layout": "where things stand in the frame",
    "logo": "a mark to reproduce exactly",
    "mask": "which part may change: white where it may, black where it may not",
}
"""Each role, and what the model should take from a picture in it."""

TIERS: Final[tuple[str, ...]] = get_args(Tier)
SIZES: Final[tuple[str, ...]] = get_args(Size)


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


@dataclass(frozen=True, slots=True)
class Settings:
    """What is asked besides words and pictures; ``None`` leaves the choice to the model."""

    aspect_ratio: str | None = None
    """Width to height, such as ``16:9``."""
    size: Size | None = None
    """How large the picture is made."""
    tier: Tier | None = None
    """How good it must be; the catalogue finds the model. ``None`` means standard."""
    model: str | None = None
    """A certain model, by id, instead of a tier."""
    thinking: Thinking | None = None
    """How long the model may think before it draws."""
    grounding: Grounding | None = None
    """Whether the model looks things up before it draws, and whether it may look at pictures, too."""
    output: Output = "picture"
    """``interleaved`` asks for words and pictures in turn, such as an illustrated guide."""
    background: Background | None = None
    """What lies behind the subject; a recipe asks for ``transparent``, and gets ``keyed`` where a model cannot."""
    thoughts: bool = False
    """Whether the model's thinking comes along: its words, and its drafts, which are no results."""
    safety: Safety | None = None
    """How much the provider's adjustable filters hold back; ``None`` leaves it to the provider."""
    temperature: float | None = None
    """Sampling temperature, for the models that still take one."""
    top_p: float | None = None
    """Nucleus sampling, for the models that still take it."""
    seed: int | None = None
    """Best effort at the same picture again, for the models that take one."""

    def to_dict(self) -> dict[str, Any]:
        """Return what is set, without what is left to the model."""
        return {key: value for key, value in asdict(self).items() if value is not None and (key, value) not in _PLAIN}


_PLAIN: Final = {("output", "picture"), ("thoughts", False)}

MANY_WORDS: Final = 120
"""A prompt up to this length, in words, is short whatever it was made of."""

LONGEST_RATIO: Final = 1.6
"""Above this many times the words of its values, a prompt that has `MANY_WORDS` is called long."""

SETTINGS: Final[tuple[str, ...]] = tuple(f.name for f in fields(Settings))
"""The names of all settings."""


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
