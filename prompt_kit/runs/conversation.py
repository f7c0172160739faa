"""The conversation that led to a picture, from the record of its run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from prompt_kit.errors import InputError
from prompt_kit.images import open_image
from prompt_kit.prompt import Earlier, EarlierWords, Exchange, Mask, Reference, Said, Text
from prompt_kit.runs.records import ODD, RECORD, damaged, read_record
from prompt_kit.runs.rerun import prompt_from
from prompt_kit.runs.shelf import folder_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prompt_kit.images import Image
    from prompt_kit.prompt import Part, Turn
    from prompt_kit.runs.records import Record


def conversation_of(picture: str | Path, root: Path) -> tuple[Exchange, ...]:
    """Return what was asked and answered up to a picture, so that the conversation can go on from there.

    Args:
        picture: The path of a picture in the folder of its run.
        root: The folder of all runs.

    Raises:
        NotFoundError: When there is no such run.
        InputError: When the picture or its record is damaged or gone, or the record does not have the answer whole.
    """
    folder, name = folder_of(picture, root), Path(picture).name
    prompt = prompt_from(folder, root)
    record = read_record(folder / RECORD)
    try:
        done = next((one for one in record["requests"] if name in one["pictures"]), None)
        if done is None:
            raise InputError(f"{picture}: the record of its run does not know this picture.")
        pieces = done["answer"].get("pieces", ())
        if not any(piece.get("picture") == name for piece in pieces):
            raise InputError(f"{picture}: the record does not have the whole answer, so the conversation cannot go on.")
        turn = prompt.turns[done["request"]["turn"]]
        asked = tuple(_asked(turn, done, record, folder))
        return (*turn.history, Exchange(asked, tuple(_said(piece, folder) for piece in pieces)))
    except ODD as error:
        raise damaged(folder / RECORD) from error


def _asked(turn: Turn, done: Record, record: Record, folder: Path) -> Iterator[Part]:
    """Yield the parts of a turn, with what earlier turns had made in the places where it went along."""
    earlier = iter(_earlier(done, record, folder))
    for part in turn.parts:
        match part:
            case Text() | Reference():
                yield part
            case Earlier(_, role):
                yield Reference("earlier", role, next(earlier))
            case EarlierWords(number):
                yield Text(next(one["answer"]["text"] for one in _takes(done, record, number)))
            case Mask():
                pass


def _earlier(done: Record, record: Record, folder: Path) -> Sequence[Image]:
    wanted = done["request"]["earlier"]
    if not wanted:
        return ()
    names = [name for one in record["requests"] for name in one["pictures"]]
    there = {image.sha256: image for image in (open_image(folder / name) for name in names)}
    return [there[sha256] for sha256 in wanted]


def _takes(done: Record, record: Record, turn: int) -> Iterator[Record]:
    """Yield the answers of another turn in the same repetition, the latest first."""
    same = (turn, done["request"]["take"])
    yield from (one for one in reversed(record["requests"]) if (one["request"]["turn"], one["request"]["take"]) == same)


def _said(piece: Record, folder: Path) -> Said:
    image = open_image(folder / piece["picture"]) if "picture" in piece else None
    return Said(piece.get("text", ""), image, piece.get("signature", ""))
