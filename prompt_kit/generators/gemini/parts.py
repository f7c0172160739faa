"""Separates the parts of an answer: words and pictures in order, and the model's thoughts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.generators.lenient import mapping, text
from prompt_kit.generators.pictures import MOST_PICTURES, decoded_picture, is_picture, oddities
from prompt_kit.outcome import Picture, Piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_PARTS: Final = 1000
"""Most parts of one answer that are kept; an illustrated guide has some dozens."""

_DRAFT_ONLY: Final = "Only a draft of the model's thinking came back; it may be smaller or unfinished."


@dataclass(frozen=True, slots=True)
class Contents:
    """What the parts of an answer hold."""

    pieces: tuple[Piece, ...]
    """Words and pictures in their order, each with the model's mark."""
    pictures: tuple[Picture, ...]
    thoughts: str
    drafts: tuple[Picture, ...]
    damaged: bool
    """Whether something came back as a picture that cannot be opened."""
    warnings: tuple[str, ...]

    @property
    def text(self) -> str:
        """All words, without the thoughts."""
        return "\n\n".join(piece.text for piece in self.pieces if piece.text)


def taken_apart(parts: Sequence[Mapping[str, Any]], *, finish: str, thoughts: bool) -> Contents:
    """Return what an answer holds.

    Thoughts come first and look finished, but are drafts, often at another size. When nothing else came although
    the model ended as it should, the last one is better than nothing (ai.google.dev, thinking, 2026-10).

    Args:
        parts: The candidate's parts.
        finish: Why the model ended.
        thoughts: Whether the thinking was asked for; else it is left out.
    """
    few, left_out = _bounded(parts)
    thought = [part for part in few if part.get("thought")]
    said = [part for part in few if not part.get("thought")]
    drawn = [part for part in said if "inlineData" in part]
    drafts = [part for part in thought if "inlineData" in part]
    instead = drafts[-1:] if not drawn and finish == "STOP" else []
    pieces, pictures = _pieces([*said, *instead])
    if instead:
        pictures = tuple(replace(picture, draft=True) for picture in pictures)
    # Pictures that the safety rules held back are not returned as drafts either.
    shown = drafts[: len(drafts) - len(instead)] if thoughts and (pictures or finish == "STOP") else []
    return Contents(
        pieces=pieces,
        pictures=pictures,
        thoughts="\n\n".join(words for part in thought if (words := text(part.get("text")))) if thoughts else "",
        drafts=tuple(replace(picture, draft=True) for part in shown if (picture := _picture(part))),
        damaged=bool(drawn) and not any(map(is_picture, pictures)),
        warnings=tuple(_warnings(pictures, came=len(drawn) or len(instead), draft=bool(instead), left_out=left_out)),
    )


def _bounded(parts: Sequence[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], int]:
    """Return as many parts of an answer as are kept, and how many pictures are left out."""
    few: list[Mapping[str, Any]] = []
    pictures = left_out = 0
    for part in parts:
        drawn = "inlineData" in part
        pictures += drawn
        if len(few) < MOST_PARTS and (not drawn or pictures <= MOST_PICTURES):
            few.append(part)
        else:
            left_out += drawn
    return few, left_out


def _pieces(parts: Iterable[Mapping[str, Any]]) -> tuple[tuple[Piece, ...], tuple[Picture, ...]]:
    """Return words and pictures in order, and the pictures alone; what cannot be read as a picture is kept as bytes."""
    pieces: list[Piece] = []
    pictures: list[Picture] = []
    for part in parts:
        signature = text(part.get("thoughtSignature"))
        if "inlineData" in part:
            picture = _picture(part)
            if picture is not None:
                pieces.append(Piece(picture=len(pictures), signature=signature))
                pictures.append(picture)
        elif (words := text(part.get("text"))) or signature:
            # A signature may come on a part of its own, without words, and must be sent back as well.
            pieces.append(Piece(words, signature=signature))
    return tuple(pieces), tuple(pictures)


def _picture(part: Mapping[str, Any]) -> Picture | None:
    # The declared type is ignored: JPEG bytes come under the name PNG (googleapis/python-genai#1824).
    encoded = mapping(part["inlineData"]).get("data")
    return decoded_picture(encoded) if isinstance(encoded, str) else None


def _warnings(pictures: Sequence[Picture], *, came: int, draft: bool, left_out: int) -> Iterable[str]:
    if pictures and draft:
        yield _DRAFT_ONLY
    if pictures:
        yield from oddities(came + left_out, pictures, left_out=left_out)
