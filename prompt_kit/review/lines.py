"""Splits a prompt into lines that can be read and compared: sentences, pictures, and the heads of its turns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from prompt_kit.prompt import Earlier, EarlierWords, Mask, Reference, Text
from prompt_kit.review.snapshots import paragraphs, turn_head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.images import Image
    from prompt_kit.prompt import Part, Turn

LineKind: TypeAlias = Literal["text", "break", "picture", "turn"]


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of a prompt, or one picture, or the head of a turn; equal when the same is sent."""

    kind: LineKind
    key: str
    """What is sent: the words themselves, or the hash of the picture and its place."""
    text: str = field(compare=False)
    """How people see it."""
    image: Image | None = field(default=None, compare=False)


def lines(turn: Turn, number: int) -> Iterator[Line]:
    """Yield the sentences and pictures of a turn, under its head when it has a ``number`` (from 1)."""
    if number:
        head = f"T{turn_head(turn, number)[1:]}"
        yield Line("turn", head, head)
    for part in turn.parts:
        yield from _of_part(part)


def _of_part(part: Part) -> Iterator[Line]:
    match part:
        case Reference(slot, role, image):
            size = f", {image.width}×{image.height}" if image.width else ""
            text = f"{slot} ({role}): {image.name}{size}, sha256 {image.sha256[:12]}"
            yield Line("picture", f"{slot} {role} {image.sha256}", text, image)
        case Mask(slot, image, original):
            text = f"{slot} (mask): {image.name}, sha256 {image.sha256[:12]}"
            yield Line("picture", f"{slot} mask {image.sha256}", text, image)
            if original:
                text = f"{slot} (all the rest is put back from): {original.name}, sha256 {original.sha256[:12]}"
                yield Line("picture", f"{slot} original {original.sha256}", text, original)
        case Earlier(turn, role):
            text = f"the picture of turn {turn + 1} ({role})"
            yield Line("picture", text, text)
        case EarlierWords(turn):
            text = f"the words of turn {turn + 1}"
            yield Line("picture", text, text)
        case Text(text):
            for number, paragraph in enumerate(paragraphs(text)):
                if number:
                    yield Line("break", "", "")
                yield from (Line("text", sentence, sentence) for sentence in paragraph)
