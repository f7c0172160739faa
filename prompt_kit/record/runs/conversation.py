"""The conversation that led to a picture, from the record of its run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from prompt_kit.errors import InputError
from prompt_kit.images import open_image
from prompt_kit.prompt import Earlier, EarlierWords, Exchange, Mask, Reference, Said, Text
from prompt_kit.record.runs.answers import beside
from prompt_kit.record.runs.listing import folder_of
from prompt_kit.record.runs.reading import damaged, run_record
from prompt_kit.record.runs.rerun import prompt_from
from prompt_kit.record.runs.schema import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prompt_kit.images import Image
    from prompt_kit.prompt import Part, Turn
    from prompt_kit.record.runs.schema import AnswerPiece, Done, RunRecord


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
    prompt, record = prompt_from(folder, root), run_record(folder)
    done = record.of_picture(name)
    if done is None:
        raise InputError(f"{picture}: the record of its run does not know this picture.")
    if not any(piece.picture == name for piece in done.answer.pieces):
        raise InputError(f"{picture}: the record does not have the whole answer, so the conversation cannot go on.")
    turn = prompt.turns[done.request.turn]
    asked = tuple(_asked(turn, done, record, folder))
    hashes = dict(done.hashes)
    return (*turn.history, Exchange(asked, tuple(_said(piece, hashes, folder) for piece in done.answer.pieces)))


def _asked(turn: Turn, done: Done, record: RunRecord, folder: Path) -> Iterator[Part]:
    """Yield the parts of a turn; where one refers to an earlier turn, it is replaced by what that turn made."""
    earlier = iter(_earlier(turn, done, record, folder))
    for part in turn.parts:
        match part:
            case Text() | Reference():
                yield part
            case Earlier(_, role):
                yield Reference("earlier", role, next(earlier))
            case EarlierWords(number):
                yield Text(_settled(number, done, record, folder))
            case Mask():
                pass


def _earlier(turn: Turn, done: Done, record: RunRecord, folder: Path) -> list[Image]:
    """Return the pictures of earlier turns that went along, in the order of the turn's parts."""
    wanted = done.request.earlier
    names = [pair for request in record.requests for pair in request.hashes] if wanted else []
    images = {image.sha256: image for image in (_unchanged(folder, *pair) for pair in names)}
    missing = [sha256 for sha256 in wanted if sha256 not in images]
    if missing or len(wanted) != len(turn.earlier):
        fact = f"no request made {missing[0][:12]!a}" if missing else "their number is not that of the turn"
        raise damaged(folder / RECORD, [f"earlier pictures: {fact}"])
    return [images[sha256] for sha256 in wanted]


def _settled(turn: int, done: Done, record: RunRecord, folder: Path) -> str:
    """Return the words that another turn answered in the same repetition; of several answers, the last."""
    wanted = (turn, done.request.take)
    answers = [other.answer for other in record.requests if (other.request.turn, other.request.take) == wanted]
    if not answers:
        raise damaged(folder / RECORD, [f"requests: the words of turn {turn} are missing"])
    return answers[-1].text


def _said(piece: AnswerPiece, hashes: Mapping[str, str], folder: Path) -> Said:
    image = None if piece.picture is None else _unchanged(folder, piece.picture, hashes[piece.picture])
    return Said(piece.text, image, piece.signature)


def _unchanged(folder: Path, name: str, sha256: str) -> Image:
    """Return a picture of the run; its bytes must still have this hash (an empty one is not compared)."""
    image = open_image(beside(folder, name))
    if sha256 not in {"", image.sha256}:
        raise InputError(f"{folder / name}: this picture has changed since it was made.")
    return image
