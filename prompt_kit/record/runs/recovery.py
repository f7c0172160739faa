"""Finds what a process had saved of an answer before it was ended in the middle of saving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prompt_kit.errors import InputError
from prompt_kit.outcome import Outcome, Piece, Status
from prompt_kit.record.runs.answers import answered, asked, picture_of
from prompt_kit.record.runs.listing import pictures_in
from prompt_kit.record.runs.reading import parsed, read_record
from prompt_kit.record.runs.schema import Done, Sidecar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prompt_kit.record.runs.answers import Sent
    from prompt_kit.record.runs.schema import RunRecord

_CUT_SHORT: Final = "This was not saved to its end; pictures, words or marks of the answer may be missing."


def adopted(folder: Path, record: RunRecord, unseen: Sequence[Sent]) -> tuple[Done, ...]:
    """Return the answers whose pictures are in a run's folder, but not in its record.

    A picture is saved before its sidecar, and that before the record. A picture with a sidecar tells itself which
    answer it belongs to; one without belongs to the only request whose end nobody saw, if there is only one.

    Args:
        folder: The run's folder.
        record: What its run.json says.
        unseen: Requests that left, and of which the record does not know how they ended.
    """
    lost = [path for path in pictures_in(folder) if path.name not in record.pictures]
    # A record has its answers whole: a file that says it belongs to one of them was put there.
    known = {done.request.entry for done in record.requests if done.answer.status is not Status.CANCELLED}
    found: dict[int, list[tuple[Path, Sidecar]]] = {}
    bare: list[Path] = []
    for path in lost:
        told = _sidecar(path, record)
        if told is None or told.request.entry is None:
            bare.append(path)
        elif told.request.entry not in known:
            found.setdefault(told.request.entry, []).append((path, told))
    left = [sent for sent in unseen if sent.entry not in found]
    answers = tuple(_joined(saved) for saved in found.values())
    return (*answers, _of_bare(bare, left[0], record)) if bare and len(left) == 1 else answers


def _joined(saved: Sequence[tuple[Path, Sidecar]]) -> Done:
    """Return one answer from the pictures of it that were saved."""
    told, names = saved[0][1], tuple(path.name for path, _ in saved)
    answer = told.answer.model_copy(
        update={
            "pieces": tuple(piece for piece in told.answer.pieces if piece.picture in {None, *names}),
            "warnings": (*told.answer.warnings, _CUT_SHORT),
        }
    )
    hashes = tuple(one.picture.sha256 for _, one in saved)
    return Done.model_construct(request=told.request, answer=answer, pictures=names, sha256=hashes)


def _of_bare(bare: Sequence[Path], sent: Sent, record: RunRecord) -> Done:
    """Return the answer whose pictures were saved without a sidecar."""
    names = tuple(path.name for path in bare)
    pictures = tuple(picture_of(path) for path in bare)
    outcome = Outcome(
        Status.OK,
        pictures,
        pieces=tuple(Piece(picture=at) for at in range(len(bare))),
        model=sent.model,
        cost=sent.paid,
        warnings=(_CUT_SHORT,),
    )
    return Done.model_construct(
        request=asked(sent, record.turns[sent.turn]["name"]),
        answer=answered(outcome, names),
        pictures=names,
        sha256=tuple(picture.sha256 for picture in pictures),
    )


def _sidecar(picture: Path, record: RunRecord) -> Sidecar | None:
    """Return what a picture's sidecar says, or nothing when there is none of this run that can be used."""
    path = picture.with_suffix(".json")
    try:
        told = parsed(Sidecar, read_record(path), path)
    except InputError:
        return None
    return told if told.run == record.run and told.request.turn < len(record.turns) else None
