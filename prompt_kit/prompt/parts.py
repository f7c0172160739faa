"""The parts of a prompt in the order in which they are sent, its turns, and both as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from prompt_kit.layout import NO_LAYOUT, Layout

if TYPE_CHECKING:
    from prompt_kit.images import Image
    from prompt_kit.prompt.settings import Answer, Role


class Text(NamedTuple):
    """Words of the prompt."""

    text: str


class Reference(NamedTuple):
    """An input picture, in the slot it was given for."""

    slot: str
    role: Role
    image: Image


class Earlier(NamedTuple):
    """The picture that an earlier turn of the same prompt made."""

    turn: int
    """Which turn, from 0; always below the number of the turn that takes it."""
    role: Role


class EarlierWords(NamedTuple):
    """The words that an earlier turn of the same prompt answered."""

    turn: int
    """Which turn, from 0; always below the number of the turn that takes it."""


class Mask(NamedTuple):
    """The part of the base picture that may change; no reference: it is neither counted nor named in the words."""

    slot: str
    image: Image
    original: Image | None = None
    """The picture that all the rest is put back from, where that is not the base picture; it is not sent."""


Part: TypeAlias = Text | Reference | Mask | Earlier | EarlierWords


class Said(NamedTuple):
    """One piece of a model's answer, as it is sent back in the same conversation."""

    text: str = ""
    image: Image | None = None
    signature: str = ""
    """The model's own mark on it, in Base64, verbatim; a conversation is refused without it."""

    def __repr__(self) -> str:
        """Show it without the mark, which nobody can read."""
        return f"Said(text={self.text!r}, image={self.image!r})"


class Exchange(NamedTuple):
    """What was asked and answered before, in the same conversation."""

    asked: tuple[Part, ...]
    """Text and pictures only; what referred to earlier turns is replaced by what those turns made."""
    answered: tuple[Said, ...]


class Turn(NamedTuple):
    """One request to a generator: parts in the order in which they are sent; it equals others by what is sent."""

    parts: tuple[Part, ...]
    name: str = ""
    """What this turn makes, where a prompt has several: "front", "panel 2"."""
    output: Answer = "picture"
    """Whether it is to be answered by pictures, or by words alone."""
    history: tuple[Exchange, ...] = ()
    """The requests and answers before it, when it continues a conversation."""
    layout: Layout = NO_LAYOUT
    """Where things stand in the picture; it is not sent."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Turn) and self._sent == other._sent

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._sent)

    @property
    def _sent(self) -> tuple[Any, ...]:
        return self.parts, self.name, self.output, self.history

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
