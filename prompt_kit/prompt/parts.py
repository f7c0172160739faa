"""The parts of a prompt in the order in which they are sent, its turns, and both as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from prompt_kit.layout import NO_LAYOUT, Layout

if TYPE_CHECKING:
    from prompt_kit.images import Image
    from prompt_kit.prompt.settings import Answer, Role


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
    """The words that an earlier turn of the same prompt answered."""

    turn: int
    """Which turn, from 0; always below the number of the turn that takes it."""


@dataclass(frozen=True, slots=True)
class Mask:
    """The part of the base picture that may change; no reference: it is neither counted nor named in the words."""

    slot: str
    image: Image
    original: Image | None = None
    """The picture that all the rest is put back from, where that is not the base picture; it is not sent."""


Part: TypeAlias = Text | Reference | Mask | Earlier | EarlierWords


@dataclass(frozen=True, slots=True)
class Said:
    """One piece of a model's answer, as it is sent back in the same conversation."""

    text: str = ""
    image: Image | None = None
    signature: str = field(default="", repr=False)
    """The model's own mark on it, in Base64, verbatim; a conversation is refused without it."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and answered before, in the same conversation."""

    asked: tuple[Part, ...]
    """Text and pictures only; what referred to earlier turns is replaced by what those turns made."""
    answered: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """One request to a generator: parts in the order in which they are sent."""

    parts: tuple[Part, ...]
    name: str = ""
    """What this turn makes, where a prompt has several: "front", "panel 2"."""
    output: Answer = "picture"
    """Whether it is to be answered by pictures, or by words alone."""
    history: tuple[Exchange, ...] = ()
    """The requests and answers before it, when it continues a conversation."""
    layout: Layout = field(default=NO_LAYOUT, compare=False)
    """Where things stand in the picture; it is not sent."""

    @property
    def text(self) -> str:
        """The text of the turn."""
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
    def mask_is_for_first(self) -> bool:
        """Whether a mask would be for the first picture of the turn: it is the one to work on, or the only one."""
        pictures = [part for part in self.parts if isinstance(part, Reference | Earlier)]
        return bool(pictures) and (len(pictures) == 1 or pictures[0].role == "base")

    @property
    def images(self) -> tuple[Image, ...]:
        """Every given picture that is needed: references, the mask with its original, those of the conversation."""
        said = [piece.image for exchange in self.history for piece in exchange.answered if piece.image]
        asked = [part for exchange in self.history for part in exchange.asked]
        originals = [part.original for part in self.parts if isinstance(part, Mask) and part.original]
        given = [part.image for part in (*asked, *self.parts) if isinstance(part, Reference | Mask)]
        return (*given, *originals, *said)


_set_text = Text.__dict__["text"].__set__
_set_parts, _set_name, _set_output, _set_history, _set_layout = (
    Turn.__dict__[name].__set__ for name in ("parts", "name", "output", "history", "layout")
)


def turn_of(pictures: tuple[Part, ...], text: str, layout: Layout) -> Turn:
    """Return ``Turn((*pictures, Text(text)), layout=layout)`` in half the time: frozen classes check what they set."""
    part, turn = object.__new__(Text), object.__new__(Turn)
    _set_text(part, text)
    _set_parts(turn, (*pictures, part) if pictures else (part,))
    _set_name(turn, "")
    _set_output(turn, "picture")
    _set_history(turn, ())
    _set_layout(turn, layout)
    return turn


def turn_to_dict(turn: Turn) -> dict[str, Any]:
    """Return one turn as plain data, with its layout."""
    plain = sent_to_dict(turn)
    if turn.layout.areas:
        plain["layout"] = turn.layout.to_dict()
    return plain


def sent_to_dict(turn: Turn) -> dict[str, Any]:
    """Return what is sent of one turn as plain data."""
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
        case Mask(slot, image, original):
            put_back = {"original": _image_to_dict(original)} if original else {}
            return {"mask": slot, **_image_to_dict(image), **put_back}
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
    """Return a request's plain data without file names: a picture under another name makes no other request."""
    if isinstance(value, dict):
        return {name: unnamed(entry) for name, entry in value.items() if name != "file"}
    return [unnamed(entry) for entry in value] if isinstance(value, list) else value
