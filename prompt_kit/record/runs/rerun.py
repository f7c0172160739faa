"""Rebuilds a prompt from the record of the run in which it was sent."""

from __future__ import annotations

import re
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from prompt_kit.errors import InputError, Problem
from prompt_kit.images import EXTENSIONS, Image, open_image
from prompt_kit.prompt import Prompt
from prompt_kit.record.runs.listing import folder_of
from prompt_kit.record.runs.reading import damaged, is_whole, parsed, read_record, run_record
from prompt_kit.record.runs.schema import RECORD, REFERENCES, CommonRecord
from prompt_kit.support import files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_HASH = re.compile(r"[0-9a-f]{64}")


def prompt_from(where: str | Path, root: Path) -> Prompt:
    """Rebuild the prompt of a sidecar, a picture or a run, exactly: it has the same fingerprint.

    Raises:
        NotFoundError: When there is no such run.
        InputError: When the record is damaged or was edited, or a reference is gone.
        WorkspaceError: When its folder cannot be read.
    """
    with files.os_errors_as_workspace_errors(Path(where)):
        path = Path(where).with_suffix(".json") if Path(where).is_file() else None
    if path is None or not is_whole(path):  # a picture whose sidecar was never written, or not to its end
        path = folder_of(where, root) / RECORD
    plain = read_record(path)
    record = parsed(CommonRecord, plain, path)
    kept = [root / REFERENCES, *(parent / REFERENCES for parent in path.absolute().parents[2:3])]
    images = _references(record.turns, kept, _originals(path))
    try:
        prompt = Prompt.from_dict(plain, images.values())
    except InputError as error:
        raise damaged(path, error.problems) from error
    if prompt.fingerprint != record.prompt_fingerprint:
        raise InputError(f"{path}: what it says is no longer what was sent. Render the recipe again instead.")
    return prompt


def kept_references(
    plain: Mapping[str, Any], root: Path, originals: Mapping[str, str] = MappingProxyType({})
) -> tuple[Image, ...]:
    """Return the pictures of a prompt, given as `Prompt.to_dict` has it, from those that are kept for all runs.

    Args:
        plain: The prompt.
        root: The folder of all runs.
        originals: Where pictures were taken from, by hash; a picture that is no longer kept is looked for there.

    Raises:
        InputError: With every picture that is gone.
    """
    return tuple(_references(plain.get("turns") or (), [root / REFERENCES], originals).values())


def _references(
    turns: Iterable[Mapping[str, Any]], kept: Iterable[Path], originals: Mapping[str, str]
) -> dict[str, Image]:
    """Return the references of a record's turns by hash.

    Raises:
        InputError: With every reference that is gone.
    """
    images: dict[str, Image] = {}
    problems: dict[str, Problem] = {}
    for slot, part in _pictured(turns):
        sha256, name = part["sha256"], part.get("file", "")
        if sha256 in images or sha256 in problems or not _HASH.fullmatch(sha256):
            continue
        endings = [ending for kind, ending in EXTENSIONS.items() if kind == part.get("media_type")]
        places = [folder / f"{sha256}{ending}" for folder in kept for ending in endings]
        if sha256 in originals:
            places.append(Path(originals[sha256]))
        image = next(filter(None, (_with_hash(place, sha256) for place in places)), None)
        if image:
            images[sha256] = image
        elif places:
            fact = f"The picture {name!a} of {slot!a} is gone or has changed."
            problems[sha256] = Problem(f"{fact} Put it back as {places[0]}.", parameter=slot)
    if problems:
        raise InputError(problems.values())
    return images


def _pictured(turns: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield everything in turns that is a picture with its slot, including those of the conversation before them.

    Nothing has validated the parts yet, so values of any kind are expected.
    """
    left: list[tuple[str, Any]] = [("conversation", turn) for turn in turns]
    while left:
        slot, value = left.pop(0)
        if isinstance(value, dict):
            slot = str(value.get("reference") or value.get("mask") or slot)
            if isinstance(value.get("sha256"), str):
                yield slot, value
            left += ((slot, entry) for entry in value.values())
        elif isinstance(value, list):
            left += ((slot, entry) for entry in value)


def _with_hash(path: Path, sha256: str) -> Image | None:
    try:
        image = open_image(path)
    except InputError:
        return None
    return image if image.sha256 == sha256 else None


def _originals(path: Path) -> dict[str, str]:
    """Return the original paths of a run's references by hash; none when its record is missing."""
    try:
        references = run_record(path.parent).references
    except InputError:
        return {}
    return {reference.sha256: reference.original for reference in references if reference.original}
