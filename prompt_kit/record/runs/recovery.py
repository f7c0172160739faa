"""Finds the answers that a process was saving when it was ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_kit.errors import InputError
from prompt_kit.outcome import Outcome, Piece, Status
from prompt_kit.record.runs.answers import line_of, picture_of
from prompt_kit.record.runs.journal import CUT_SHORT
from prompt_kit.record.runs.listing import pictures_in
from prompt_kit.record.runs.reading import parsed, read_record
from prompt_kit.record.runs.schema import Done, Sidecar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prompt_kit.record.runs.answers import Sent
    from prompt_kit.record.runs.schema import RunRecord


def recovered_answers(folder: Path, record: RunRecord, unseen: Sequence[Sent]) -> tuple[Done, ...]:
    """Return the answers whose pictures are in a run's folder, but not in its record.

    A picture is saved before its sidecar, and the sidecar before the record. The sidecar says to which answer its
    picture belongs. Pictures without one belong to the request whose answer is missing, if it is the only such one.

    Args:
        folder: The run's folder.
        record: What its run.json says.
        unseen: Requests that were sent, and whose end is not in the record.
    """
    unrecorded = [path for path in pictures_in(folder) if path.name not in record.pictures]
    # The answers in a record are complete: a further file that names one of them was not saved by us.
    complete = {done.request.entry for done in record.requests if done.answer.status is not Status.CANCELLED}
    saved: dict[int, list[tuple[Path, Sidecar]]] = {}
    without_sidecar: list[Path] = []
    for path in unrecorded:
        sidecar = _sidecar(path, record)
        if sidecar is None or sidecar.request.entry is None:
            without_sidecar.append(path)
        elif sidecar.request.entry not in complete:
            saved.setdefault(sidecar.request.entry, []).append((path, sidecar))
    left = [sent for sent in unseen if sent.entry not in saved]
    answers = tuple(_joined(pictures) for pictures in saved.values())
    if without_sidecar and len(left) == 1:
        return (*answers, _without_sidecar(without_sidecar, left[0], record))
    return answers


def _joined(saved: Sequence[tuple[Path, Sidecar]]) -> Done:
    """Return one answer with those of its pictures that were saved."""
    sidecar, names = saved[0][1], tuple(path.name for path, _ in saved)
    answer = sidecar.answer.model_copy(
        update={
            "pieces": tuple(piece for piece in sidecar.answer.pieces if piece.picture in {None, *names}),
            "warnings": (*sidecar.answer.warnings, CUT_SHORT),
        }
    )
    hashes = tuple(sidecar.picture.sha256 for _, sidecar in saved)
    return Done.model_construct(request=saved[0][1].request, answer=answer, pictures=names, sha256=hashes)


def _without_sidecar(paths: Sequence[Path], sent: Sent, record: RunRecord) -> Done:
    """Return the answer whose pictures were saved without a sidecar."""
    names = tuple(path.name for path in paths)
    pictures = tuple(picture_of(path) for path in paths)
    outcome = Outcome(
        Status.OK,
        pictures,
        pieces=tuple(Piece(picture=at) for at in range(len(paths))),
        model=sent.model,
        cost=sent.paid,
        warnings=(CUT_SHORT,),
    )
    hashes = [picture.sha256 for picture in pictures]
    return Done.model_validate(line_of(sent, record.turns[sent.turn]["name"], outcome, names, hashes))


def _sidecar(picture: Path, record: RunRecord) -> Sidecar | None:
    """Return the content of a picture's sidecar, or ``None`` when there is none of this run that can be used."""
    path = picture.with_suffix(".json")
    try:
        sidecar = parsed(Sidecar, read_record(path), path)
    except InputError:
        return None
    return sidecar if sidecar.run == record.run and sidecar.request.turn < len(record.turns) else None
