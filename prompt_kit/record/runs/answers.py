"""What one request brought, as a run's record says it, and back again."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import InputError
from prompt_kit.images import open_image
from prompt_kit.outcome import Derived, Outcome, Picture, Piece, Status, Usage, WebPage
from prompt_kit.record.runs.records import Record, moment, odd
from prompt_kit.support.money import from_record, recorded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal
    from pathlib import Path

_MARKS: Final = ("signature",)


@dataclass(frozen=True, slots=True)
class Sent:
    """What was asked in one request, as far as the outcome does not tell."""

    turn: int
    """Which turn of the prompt, from 0."""
    model: str
    fingerprint: str
    """The fingerprint of the request."""
    sent_at: datetime
    ended_at: datetime
    earlier: tuple[str, ...] = ()
    """The hashes of the earlier pictures that went along, in the order of the turn's `Earlier` parts."""
    estimate: Decimal | None = None
    """In US dollars; ``None`` is unknown."""
    take: int = 0
    """Which repetition, from 0, when the same prompt is made several times in one run."""
    entry: int | None = None
    """The request's number in the ledger."""
    paid: Decimal | None = None
    """What the ledger has booked, where the answer itself is lost; in US dollars, ``None`` is unknown."""


def asked(sent: Sent, turn_name: str) -> Record:
    """Return what was asked as plain data."""
    return {
        "turn": sent.turn,
        "name": turn_name,
        "take": sent.take,
        "entry": sent.entry,
        "model": sent.model,
        "fingerprint": sent.fingerprint,
        "earlier": list(sent.earlier),
        "estimate": recorded(sent.estimate),
        "sent": moment(sent.sent_at),
        "ended": moment(sent.ended_at),
    }


def answered(outcome: Outcome, names: Sequence[str]) -> Record:
    """Return what came back as plain data; pictures stand there by the names of their files."""
    free = outcome.cost is None and outcome.billable == "no"
    return {
        "status": str(outcome.status),
        "reason": outcome.reason,
        "message": outcome.message,
        "response_id": outcome.response_id,
        "model": outcome.model,
        "billable": outcome.billable,
        "usage": outcome.usage.to_dict() if outcome.usage else None,
        "cost": "0" if free else recorded(outcome.cost),
        "text": outcome.text,
        "pieces": [_piece(piece, names) for piece in outcome.pieces],
        "thoughts": outcome.thoughts,
        "queries": list(outcome.queries),
        "sources": [{"title": source.title, "uri": source.uri} for source in outcome.sources],
        "warnings": list(outcome.warnings),
        "details": dict(outcome.details),
    }


def unmarked(answer: Record) -> Record:
    """Return an answer without the model's marks, which have megabytes: the run's record alone keeps them."""
    bare = [{name: value for name, value in piece.items() if name not in _MARKS} for piece in answer["pieces"]]
    return answer | {"pieces": bare}


def outcome_of(done: Record, folder: Path) -> Outcome:
    """Return what one request of a record brought, with its pictures.

    Raises:
        InputError: When a picture is gone, has changed or is no picture any more.
    """
    answer = done["answer"]
    names: list[str] = done["pictures"]
    return Outcome(
        Status(answer["status"]),
        tuple(picture_of(beside(folder, name), sha256) for name, sha256 in hashes_of(done)),
        text=answer["text"],
        pieces=tuple(
            Piece(one.get("text", ""), _index(one, names), one.get("signature", "")) for one in answer.get("pieces", ())
        ),
        thoughts=answer.get("thoughts", ""),
        sources=tuple(WebPage(one["title"], one["uri"]) for one in answer.get("sources", ())),
        queries=tuple(answer.get("queries", ())),
        reason=answer["reason"],
        message=answer["message"],
        billable=answer["billable"],
        usage=Usage(**answer["usage"]) if answer["usage"] else None,
        cost=from_record(answer["cost"]),
        model=answer["model"],
        response_id=answer["response_id"],
        warnings=tuple(answer["warnings"]),
        details=tuple(answer["details"].items()),
        folder=folder,
    )


def hashes_of(done: Record) -> list[tuple[str, str]]:
    """Return the name of each picture of a request with the hash of its bytes; empty in records that lack it."""
    names: list[str] = done["pictures"]
    return list(zip_longest(names, done.get("sha256", ())[: len(names)], fillvalue=""))


def beside(folder: Path, name: str) -> Path:
    """Return the path of a file that a record names; it must stand in the run's folder itself, and be no link.

    Raises:
        ValueError: When it does not: the record is not what it should be.
    """
    path = folder / name
    return path if path.name == name and not path.is_symlink() else odd()


def picture_of(path: Path, sha256: str = "") -> Picture:
    """Return a saved picture.

    Args:
        path: Where it is.
        sha256: The hash its bytes must have; empty is any.

    Raises:
        InputError: When it is gone, has changed or is no picture.
    """
    image = open_image(path)
    if sha256 not in {"", image.sha256}:
        raise InputError(f"{path}: this picture has changed since it was made.")
    if not image.width or not image.height:
        raise InputError(f"{path}: the size of this picture cannot be read.")
    return Picture(image.read(), image.media_type, image.width, image.height, image.sha256, path=path)


def derived_of(record: Record, folder: Path) -> tuple[Derived, ...]:
    """Return what was made here from the pictures of a run."""
    return tuple(
        Derived(beside(folder, one["file"]), beside(folder, one["source"]), one["kind"], one["report"])
        for one in record.get("derived", ())
    )


def _piece(piece: Piece, names: Sequence[str]) -> Record:
    said: Record = {"text": piece.text} if piece.picture is None else {"picture": names[piece.picture]}
    return said | ({"signature": piece.signature} if piece.signature else {})


def _index(piece: Record, names: Sequence[str]) -> int | None:
    return None if piece.get("picture") is None else names.index(piece["picture"])
