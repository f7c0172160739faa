"""Reads and writes records as JSON; a damaged one is never changed, and the error names each problem's place."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from prompt_kit.errors import InputError
from prompt_kit.record.runs.journal import JOURNAL, joined, lines
from prompt_kit.record.runs.schema import RECORD, SCHEMA, RunRecord, plain
from prompt_kit.support.messages import located

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from prompt_kit.record.runs.journal import Line

M = TypeVar("M", bound=BaseModel)

MAX_BYTES: Final = 64_000_000
"""Largest record that is read, in bytes."""

_MOST: Final = 3
"""How many problems of a record an error names; a file that is no record has hundreds."""

ENCODING: Final = ("utf-8", "backslashreplace")
"""Half a character, as models and people send them, becomes its number, which is what JSON calls it."""

# A generator's details should be plain data. Where they are not, they become text: a picture that was paid must never
# be without its record.
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, default=str)

_ON_ONE_LINE: Final = frozenset({"picture", "request", "answer"})
_ONE_A_LINE: Final = frozenset({"requests", "derived"})

Step: TypeAlias = "Callable[[dict[str, Any]], dict[str, Any]]"
"""Changes a record's plain data to that of the next version."""

STEPS: Final[Mapping[int, Step]] = {}
"""The step from each earlier version to the next. Fields were added to version 1, but all of them are optional."""


def read_record(path: Path) -> dict[str, Any]:
    """Return what a run.json, a sidecar or a comparison's record says, as plain data of today's version.

    Raises:
        InputError: When it is missing, no JSON, or written by a newer prompt-kit.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: this is too large for the record of a run.")
        record = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: the record cannot be read ({error.strerror}).") from error
    except json.JSONDecodeError as error:
        raise damaged(path, [f"line {error.lineno}: {error.msg[:1].lower()}{error.msg[1:]}"]) from error
    except UnicodeDecodeError as error:
        raise damaged(path, ["it is no UTF-8 text"]) from error
    except RecursionError as error:
        raise damaged(path, ["its brackets are nested too deeply"]) from error
    if not isinstance(record, dict) or type(record.get("schema")) is not int:
        raise damaged(path, ["schema: is missing"])
    if record["schema"] > SCHEMA:
        raise InputError(f"{path}: a newer prompt-kit wrote this. Update prompt-kit to use it.")
    return upgraded(record, STEPS, SCHEMA)


def upgraded(record: dict[str, Any], steps: Mapping[int, Step], version: int) -> dict[str, Any]:
    """Return a record's plain data as a later version says it, one version after the other."""
    while record["schema"] < version and record["schema"] in steps:
        record = steps[record["schema"]](record) | {"schema": record["schema"] + 1}
    return record


def run_record(folder: Path) -> RunRecord:
    """Return the record of the run in a folder, with the lines of its journal.

    Raises:
        InputError: When it is missing, damaged or written by a newer prompt-kit.
    """
    return parsed(RunRecord, read_run(folder), folder / RECORD)


def read_run(folder: Path) -> dict[str, Any]:
    """Return the same as plain data of today's version.

    Raises:
        InputError: When it is missing, no JSON, or written by a newer prompt-kit.
    """
    # The journal first: when its lines move into run.json meanwhile, they are in both, never in neither.
    added = read_journal(folder)
    return joined(read_record(folder / RECORD), added, folder)


def read_journal(folder: Path) -> list[Line]:
    """Return the lines of a run's journal; none when there is no journal.

    Raises:
        InputError: When it is damaged or cannot be read.
    """
    path = folder / JOURNAL
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(f"{path}: the record cannot be read ({error.strerror}).") from error
    if len(data) > MAX_BYTES:
        raise InputError(f"{path}: this is too large for the record of a run.")
    try:
        return lines(data)
    except ValueError as error:
        raise damaged(path, [str(error)]) from error


def id_of(folder: Path) -> str:
    """Return the id of the run in a folder: that of its day, and its own name."""
    return f"{folder.parent.name}/{folder.name}"


def own_record(folder: Path) -> RunRecord:
    """Return the record of the run in a folder, to go on with it: it must not have come there from another run.

    Raises:
        InputError: When it has, or is missing, damaged or written by a newer prompt-kit.
    """
    record = run_record(folder)
    if record.run != id_of(folder):
        raise damaged(folder / RECORD, [f"run: it is the record of {record.run[:80]!a}"])
    return record


def parsed(kind: type[M], record: Mapping[str, Any], path: Path) -> M:
    """Return what a record says.

    Args:
        kind: What it is a record of.
        record: Its plain data.
        path: Its file, for messages.

    Raises:
        InputError: With the fields that are wrong and their places.
    """
    try:
        return kind.model_validate(record)
    except ValidationError as error:
        raise damaged(path, map(located, error.errors(include_url=False))) from error


def damaged(path: Path, problems: Iterable[object]) -> InputError:
    """Return the error for a record that cannot be used.

    Args:
        path: Its file.
        problems: What is wrong with it, each with its place.
    """
    sentences = [str(problem).rstrip(".") for problem in problems]
    more = f" (and {len(sentences) - _MOST} more)" if len(sentences) > _MOST else ""
    facts = "; ".join(sentences[:_MOST]) + more
    return InputError(
        f"{path}: the record is damaged: {facts}. Nothing was changed in it; the pictures beside it are kept."
    )


def is_whole(path: Path) -> bool:
    """Return whether a sidecar was written to its end; after a power cut one can be empty or cut off."""
    try:
        return path.read_bytes().rstrip().endswith(b"}")
    except OSError:
        return False


def to_json(record: BaseModel | Mapping[str, Any]) -> bytes:
    """Return a record as a file holds it: what was asked spread out for people, each answer on a line."""
    return f"{{\n{spread(plain(record) if isinstance(record, BaseModel) else record)}\n}}\n".encode(*ENCODING)


def spread(content: Mapping[str, Any]) -> str:
    """Return the fields of a record as a file holds them, without the brackets around them."""
    return ",\n".join(f"  {one_line(name)}: {_spread(name, value)}" for name, value in content.items())


def one_line(value: Any) -> str:
    """Return a value as JSON on one line; with line breaks Python writes it, which takes ten times as long."""
    return _ENCODER.encode(value)


def _spread(name: str, value: Any) -> str:
    if name in _ON_ONE_LINE:
        return one_line(value)
    if name in _ONE_A_LINE and isinstance(value, list | tuple) and value:
        return "[\n" + ",\n".join(f"    {one_line(entry)}" for entry in value) + "\n  ]"
    return json.dumps(value, indent=2, ensure_ascii=False, default=str).replace("\n", "\n  ")


@cache
def tool() -> str:
    """Return the name and version of this program, as records say it."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"prompt-kit {version('prompt-kit')}"
    except PackageNotFoundError:  # a plain checkout
        return "prompt-kit"
