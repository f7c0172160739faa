"""The conversation that led to a picture, from the record of its run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from prompt_kit.errors import InputError
from prompt_kit.images import open_image
from prompt_kit.prompt import Earlier, EarlierWords, Exchange, Mask, Reference, Said, Text
from prompt_kit.record.runs.answers import beside, hashes_of
from prompt_kit.record.runs.listing import folder_of
from prompt_kit.record.runs.records import ODD, RECORD, damaged, odd, read_record
from prompt_kit.record.runs.rerun import prompt_from
from prompt_kit.record.runs.soundness import look_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from prompt_kit.images import Image
    from prompt_kit.prompt import Part, Turn
    from prompt_kit.record.runs.records import Record


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
        look_at(record)
        done = next((one for one in record["requests"] if name in one["pictures"]), None)
        if done is None:
            raise InputError(f"{picture}: the record of its run does not know this picture.")
        pieces = done["answer"].get("pieces", ())
        if not any(piece.get("picture") == name for piece in pieces):
            raise InputError(f"{picture}: the record does not have the whole answer, so the conversation cannot go on.")
        turn = prompt.turns[done["request"]["turn"]]
        asked = tuple(_asked(turn, done, record, folder))
        hashes = dict(hashes_of(done))
        return (*turn.history, Exchange(asked, tuple(_said(piece, hashes, folder) for piece in pieces)))
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
                yield Reference("earlier", role, next(earlier, None) or odd())
            case EarlierWords(number):
                words = next((one["answer"]["text"] for one in _takes(done, record, number)), None)
                yield Text(words if isinstance(words, str) else odd())
            case Mask():
                pass


def _earlier(done: Record, record: Record, folder: Path) -> Sequence[Image]:
    wanted = done["request"]["earlier"]
    if not wanted:
        return ()
    made = [pair for one in record["requests"] for pair in hashes_of(one)]
    there = {image.sha256: image for image in (_same(folder, *pair) for pair in made)}
    return [there[sha256] for sha256 in wanted]


def _takes(done: Record, record: Record, turn: int) -> Iterator[Record]:
    """Yield the answers of another turn in the same repetition, the latest first."""
    same = (turn, done["request"]["take"])
    yield from (one for one in reversed(record["requests"]) if (one["request"]["turn"], one["request"]["take"]) == same)


def _said(piece: Record, hashes: Mapping[str, str], folder: Path) -> Said:
    name = piece.get("picture")
    image = None if name is None else _same(folder, name, hashes[name])
    return Said(piece.get("text", ""), image, piece.get("signature", ""))


def _same(folder: Path, name: str, sha256: str) -> Image:
    """Return a picture of the run, which must be the one that the model has made."""
    image = open_image(beside(folder, name))
    if sha256 not in {"", image.sha256}:
        raise InputError(f"{folder / name}: this picture has changed since it was made.")
    return image
