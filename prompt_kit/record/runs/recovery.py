"""Finds what a process had saved of an answer before it was ended in the middle of saving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prompt_kit.errors import InputError
from prompt_kit.outcome import Outcome, Piece, Status
from prompt_kit.record.runs.answers import answered, asked, picture_of
from prompt_kit.record.runs.listing import pictures_in
from prompt_kit.record.runs.records import ODD, Record, read_record
from prompt_kit.record.runs.soundness import look_at_answer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prompt_kit.record.runs.answers import Sent

_CUT_SHORT: Final = "This was not saved to its end; pictures, words or marks of the answer may be missing."


def adopted(folder: Path, record: Record, unseen: Sequence[Sent]) -> list[Record]:
    """Return the answers whose pictures are in a run's folder, but not in its record.

    A picture is saved before its sidecar, and that before the record. A picture with a sidecar tells itself which
    answer it belongs to; one without belongs to the only request whose end nobody saw, if there is only one.

    Args:
        folder: The run's folder.
        record: What its run.json says.
        unseen: Requests that left, and of which the record does not know how they ended.
    """
    listed = {name for done in record["requests"] for name in done["pictures"]}
    lost = [path for path in pictures_in(folder) if path.name not in listed]
    seen = [done for done in record["requests"] if done["answer"]["status"] != Status.CANCELLED]
    known = {done["request"].get("entry") for done in seen}
    found: dict[int, Record] = {}
    bare: list[Path] = []
    for path in lost:
        told = _sidecar(path, record)
        if told is None:
            bare.append(path)
            continue
        if told["request"]["entry"] in known:  # a record has its answers whole: this file was put there
            continue
        done = found.setdefault(told["request"]["entry"], told | {"pictures": [], "sha256": []})
        done["pictures"].append(path.name)
        done["sha256"].append(told["sha256"])
    for done in found.values():
        done["answer"]["pieces"] = [
            p for p in done["answer"]["pieces"] if p.get("picture") in {None, *done["pictures"]}
        ]
        done["answer"]["warnings"].append(_CUT_SHORT)
    left = [sent for sent in unseen if sent.entry not in found]
    if bare and len(left) == 1:
        names = [path.name for path in bare]
        pictures = tuple(picture_of(path) for path in bare)
        outcome = Outcome(
            Status.OK,
            pictures,
            pieces=tuple(Piece(picture=at) for at in range(len(bare))),
            model=left[0].model,
            cost=left[0].paid,
            warnings=(_CUT_SHORT,),
        )
        name = record["turns"][left[0].turn]["name"]
        return [
            *found.values(),
            {
                "request": asked(left[0], name),
                "answer": answered(outcome, names),
                "pictures": names,
                "sha256": [picture.sha256 for picture in pictures],
            },
        ]
    return [*found.values()]


def _sidecar(picture: Path, record: Record) -> Record | None:
    """Return what a picture's sidecar says of its request, or nothing when there is none that can be used."""
    try:
        told = read_record(picture.with_suffix(".json"))
        done = {"request": told["request"], "answer": told["answer"], "sha256": str(told["picture"]["sha256"])}
        look_at_answer(done | {"pictures": [], "sha256": []}, len(record["turns"]))
        return done if told["run"] == record["run"] and done["request"]["entry"] is not None else None
    except (InputError, *ODD):
        return None
