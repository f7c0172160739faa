"""A prompt from the record of the run it was sent in."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from prompt_kit.errors import InputError, Problem
from prompt_kit.images import EXTENSIONS, Image, open_image
from prompt_kit.prompt import (
    ROLES,
    SETTINGS,
    Answer,
    Earlier,
    EarlierWords,
    Exchange,
    Mask,
    Part,
    Prompt,
    Reference,
    Said,
    Settings,
    Task,
    Text,
    Turn,
)
from prompt_kit.record.runs.listing import folder_of
from prompt_kit.record.runs.records import ODD, RECORD, REFERENCES, Record, damaged, odd, read_record
from prompt_kit.support import files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_HASH = re.compile(r"[0-9a-f]{64}")


def prompt_from(where: str | Path, root: Path) -> Prompt:
    """Rebuild the prompt of a sidecar, a picture or a run, exactly: it has the same fingerprint.

    Raises:
        NotFoundError: When there is no such run.
        InputError: When the record is damaged or was edited, or a reference is gone.
        WorkspaceError: When nobody can look there.
    """
    with files.plainly(Path(where)):
        path = Path(where).with_suffix(".json") if Path(where).is_file() else None
    if path is None or not path.is_file():  # a picture whose sidecar was never written
        path = folder_of(where, root) / RECORD
    record = read_record(path)
    kept = [root / REFERENCES, *(parent / REFERENCES for parent in path.absolute().parents[2:3])]
    try:
        found = _found(record, kept, _originals(path))
        prompt = _prompt(record, found)
        recorded = record["prompt_fingerprint"]
    except ODD as error:
        raise damaged(path) from error
    if prompt.fingerprint != recorded:
        raise InputError(f"{path}: what it says is no longer what was sent. Render the recipe again instead.")
    return prompt


def _prompt(record: Record, images: Mapping[str, Image]) -> Prompt:
    """Build the prompt of a record, whose parts are checked one by one: it may come from anywhere."""
    from pydantic import TypeAdapter

    if set(record["settings"]) - set(SETTINGS) or record["task"] not in get_args(Task) or not record["turns"]:
        odd()
    # Looked at but not taken: a temperature of 1 must not come back as 1.0, which has another fingerprint.
    TypeAdapter(Settings).validate_json(json.dumps(record["settings"]), strict=True)
    turns = tuple(
        Turn(
            tuple(_part(part, index, images) for part in turn["parts"]),
            _text(turn["name"]),
            answer if (answer := turn.get("output", "picture")) in get_args(Answer) else odd(),
            tuple(_exchange(exchange, images) for exchange in turn.get("history", ())),
        )
        for index, turn in enumerate(record["turns"])
    )
    return Prompt(
        turns=turns,
        settings=Settings(**record["settings"]),
        task=record["task"],
        recipe=_text(record["recipe"]),
        version=_text(record["version"]),
        strategies=tuple(map(_text, record["strategies"])),
        given=tuple((name, _frozen(value)) for name, value in record["values"].items()),
    )


def _exchange(exchange: Record, images: Mapping[str, Image]) -> Exchange:
    answered = tuple(
        Said(
            _text(said.get("text", "")),
            images[said["picture"]["sha256"]] if "picture" in said else None,
            _text(said.get("signature", "")),
        )
        for said in exchange["answered"]
    )
    return Exchange(tuple(_part(part, 0, images) for part in exchange["asked"]), answered)


def _part(part: Record, turn: int, images: Mapping[str, Image]) -> Part:
    if "text" in part:
        return Text(_text(part["text"]))
    if "earlier_words" in part:
        return EarlierWords(_before(turn, part["earlier_words"]))
    if "mask" in part:
        return Mask(_text(part["mask"]), images[part["sha256"]])
    role = part["role"] if part["role"] in ROLES else odd()
    if "reference" in part:
        return Reference(_text(part["reference"]), role, images[part["sha256"]])
    return Earlier(_before(turn, part["earlier"]), role)


def _before(turn: int, number: object) -> int:
    return number if type(number) is int and number in range(turn) else odd()


def _found(record: Record, kept: Iterable[Path], originals: Mapping[str, str]) -> dict[str, Image]:
    """Return the references of a record by hash.

    Raises:
        InputError: With every one that is gone.
    """
    parts = [part for turn in record["turns"] for part in _pictured(turn)]
    found: dict[str, Image] = {}
    gone: list[Problem] = []
    for part in parts:
        sha256, slot = _hash(part["sha256"]), _text(part.get("reference") or part.get("mask") or "conversation")
        places = [folder / f"{sha256}{EXTENSIONS[part['media_type']]}" for folder in kept]
        if sha256 in originals:
            places.append(Path(originals[sha256]))
        image = found.get(sha256) or next(filter(None, (_same(place, sha256) for place in places)), None)
        if image:
            # Its size as it was told then, which is part of what the fingerprint covers.
            size = {name: part[name] if type(part[name]) is int else odd() for name in ("width", "height")}
            found[sha256] = replace(image, label=_text(part["file"]), **size)
        else:
            fact = f"The picture {part['file']!a} of {slot!a} is gone or has changed."
            gone.append(Problem(f"{fact} Put it back as {places[0]}.", parameter=slot))
    if gone:
        raise InputError(gone)
    return found


def _pictured(turn: Record) -> Iterator[Record]:
    """Yield every part of a turn that is a picture, those of the conversation before it, too."""
    yield from (part for part in turn["parts"] if "sha256" in part)
    for exchange in turn.get("history", ()):
        yield from (part for part in exchange["asked"] if "sha256" in part)
        yield from (said["picture"] for said in exchange["answered"] if "picture" in said)


def _same(path: Path, sha256: str) -> Image | None:
    try:
        image = open_image(path)
    except InputError:
        return None
    return image if image.sha256 == sha256 else None


def _originals(path: Path) -> dict[str, str]:
    """Return where the references of a run were taken from, by hash; nothing when its record is not there."""
    try:
        references = read_record(path.parent / RECORD)["references"]
        return {reference["sha256"]: reference["original"] for reference in references if reference["original"]}
    except (InputError, *ODD):
        return {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else odd()


def _hash(value: str) -> str:
    return value if _HASH.fullmatch(value) else odd()


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
