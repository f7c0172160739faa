"""Turns the answer to one request into fields of a run's record, and fields of a record into an answer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from prompt_kit.errors import InputError
from prompt_kit.outcome import Derived, Outcome, Picture, Piece, Status, Usage, WebPage
from prompt_kit.record.runs.schema import moment
from prompt_kit.support.heads import dimensions, sniff
from prompt_kit.support.money import recorded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from prompt_kit.record.runs.schema import DerivedEntry, Done, RunRecord


@dataclass(frozen=True, slots=True)
class Sent:
    """What was asked in one request, as far as the outcome does not hold it."""

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
    """The cost booked in the ledger, where the answer itself is lost; in US dollars, ``None`` is unknown."""


def unseen_answers(record: RunRecord, folder: Path) -> dict[tuple[int, int], Outcome]:
    """Return what stands in a record for answers that nobody saw and that may have been paid, by turn and repetition.

    Those that were sent again, and came, are left out.
    """
    came = {(done.request.turn, done.request.take) for done in record.requests if done.answer.status is Status.OK}
    lost = [
        done
        for done in record.requests
        if done.answer.status is Status.CANCELLED and done.answer.billable != "no" and done.request.estimate != 0
    ]
    places = {(done.request.turn, done.request.take): done for done in lost}
    return {place: outcome_of(done, folder) for place, done in places.items() if place not in came}


def line_of(
    sent: Sent, turn_name: str, outcome: Outcome, names: Sequence[str] = (), sha256: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what was asked and what came back as the record has it: the fields of `Done` as plain data.

    Args:
        sent: What was asked.
        turn_name: What its turn makes.
        outcome: What came back.
        names: The file names of its pictures, in their order.
        sha256: The hashes of their bytes.
    """
    # Nothing is validated: a picture that was paid must not be without its record because a generator returned
    # something unexpected.
    return {
        "request": _asked(sent, turn_name),
        "answer": _answered(outcome, names),
        "pictures": [*names],
        "sha256": [*sha256],
    }


def _asked(sent: Sent, turn_name: str) -> dict[str, Any]:
    return {
        "turn": sent.turn,
        "name": turn_name,
        "take": sent.take,
        "entry": sent.entry,
        "model": sent.model,
        "fingerprint": sent.fingerprint,
        "earlier": [*sent.earlier],
        "estimate": recorded(sent.estimate),
        "sent": moment(sent.sent_at),
        "ended": moment(sent.ended_at),
    }


def _answered(outcome: Outcome, names: Sequence[str]) -> dict[str, Any]:
    free = outcome.cost is None and outcome.billable == "no"
    return {
        "status": outcome.status,
        "reason": outcome.reason,
        "message": outcome.message,
        "response_id": outcome.response_id,
        "model": outcome.model,
        "billable": outcome.billable,
        "usage": outcome.usage.to_dict() if outcome.usage else None,
        "cost": recorded(Decimal(0) if free else outcome.cost),
        "text": outcome.text,
        "pieces": [_piece(piece, names) for piece in outcome.pieces],
        "thoughts": outcome.thoughts,
        "queries": [*outcome.queries],
        "sources": [{"title": source.title, "uri": source.uri} for source in outcome.sources],
        "warnings": [*outcome.warnings],
        "details": dict(outcome.details),
    }


def outcome_of(done: Done, folder: Path) -> Outcome:
    """Return the outcome of one request of a record, with its pictures read from disk.

    Raises:
        InputError: When a picture is gone, has changed or is no picture any more.
    """
    answer = done.answer
    return Outcome(
        answer.status,
        tuple(picture_of(beside(folder, name), sha256) for name, sha256 in done.hashes),
        text=answer.text,
        pieces=tuple(
            Piece(piece.text, None if piece.picture is None else done.pictures.index(piece.picture), piece.signature)
            for piece in answer.pieces
        ),
        thoughts=answer.thoughts,
        sources=tuple(WebPage(source.title, source.uri) for source in answer.sources),
        queries=answer.queries,
        reason=answer.reason,
        message=answer.message,
        billable=answer.billable,
        usage=Usage(**answer.usage) if answer.usage else None,
        cost=answer.cost,
        model=answer.model,
        response_id=answer.response_id,
        warnings=answer.warnings,
        details=tuple(answer.details.items()),
        folder=folder,
    )


def beside(folder: Path, name: str) -> Path:
    """Return the path of a file that a record names; a symbolic link is refused, because it could lead anywhere.

    Raises:
        InputError: When it is a link.
    """
    path = folder / name
    if path.is_symlink():
        raise InputError(f"{path}: the record is damaged: this is a link, and pictures of a run are none.")
    return path


def picture_of(path: Path, sha256: str = "") -> Picture:
    """Read a saved picture and return it.

    Args:
        path: Where it is.
        sha256: The hash its bytes must have; empty is any.

    Raises:
        InputError: When it is gone or has changed; without a hash also when it is no picture.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: the picture cannot be read ({error.strerror}).") from error
    digest = hashlib.sha256(data).hexdigest()
    if sha256 not in {"", digest}:
        raise InputError(f"{path}: this picture has changed since it was made.")
    # What a provider sent may be of a type that no model takes, or none at all; it was paid all the same.
    media_type, (width, height) = sniff(data), dimensions(data)
    if not sha256 and not (media_type and width and height):
        raise InputError(f"{path}: this is no picture whose size can be read.")
    return Picture.saved(path, media_type or "application/octet-stream", width, height, digest)


def derived_of(entries: Iterable[DerivedEntry], folder: Path) -> tuple[Derived, ...]:
    """Return what was made here from the pictures of a run."""
    return tuple(
        Derived(beside(folder, entry.file), beside(folder, entry.source), entry.kind, entry.report) for entry in entries
    )


def _piece(piece: Piece, names: Sequence[str]) -> dict[str, Any]:
    content: dict[str, Any] = {"text": piece.text} if piece.picture is None else {"picture": names[piece.picture]}
    return content | ({"signature": piece.signature} if piece.signature else {})
