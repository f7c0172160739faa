"""What run.json and sidecars are made of, and how they are read."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, TypeAlias

from prompt_kit.errors import InputError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

SCHEMA: Final = 1
"""The version of what run.json and sidecars say; a higher one was written by a newer prompt-kit."""

RECORD: Final = "run.json"
REFERENCES: Final = "references"

RunState: TypeAlias = Literal["started", "waiting", "done", "failed", "cancelled", "damaged"]
"""``started`` is also what a run stays that was killed; ``waiting`` is one whose requests went into a
job; ``damaged`` is only ever read, never written."""

MAX_BYTES: Final = 64_000_000
"""Largest record that is read, in bytes."""

Record: TypeAlias = dict[str, Any]

ODD: Final = (KeyError, IndexError, TypeError, ValueError, ArithmeticError, AttributeError)
"""What using a record that is not what it should be can raise."""


def read_record(path: Path) -> dict[str, Any]:
    """Return what a run.json or a sidecar says.

    Raises:
        InputError: When it is missing, damaged or written by a newer prompt-kit.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: this is too large for the record of a run.")
        record = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: the record cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise damaged(path) from error
    if not isinstance(record, dict) or not isinstance(record.get("schema"), int):
        raise damaged(path)
    if record["schema"] > SCHEMA:
        raise InputError(f"{path}: a newer prompt-kit wrote this. Update prompt-kit to use it.")
    return record


def damaged(path: Path) -> InputError:
    """Return the error for a record that cannot be used."""
    return InputError(f"{path}: the record is damaged. Nothing was changed in it; the pictures beside it are kept.")


def odd() -> NoReturn:
    """Give up on a record: something in it is not what it should be."""
    raise ValueError


def moment(at: datetime) -> str:
    """Return a moment as records say it: ISO 8601 with its time zone."""
    if at.tzinfo is None:
        raise ValueError("moments need their time zone")
    return at.isoformat(timespec="milliseconds")


def to_json(record: Record) -> bytes:
    """Return a record as a file holds it."""
    # What a generator says in details should be plain data, but a picture that was paid must not be
    # without its record because something in them is not.
    text = json.dumps(record, indent=2, ensure_ascii=False, default=str)
    try:
        return f"{text}\n".encode()
    except UnicodeEncodeError:  # half a character; JSON can say it in ASCII
        return f"{json.dumps(record, indent=2, default=str)}\n".encode()


@cache
def tool() -> str:
    """Return the name and version of this program, as records say it."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"prompt-kit {version('prompt-kit')}"
    except PackageNotFoundError:  # a plain checkout
        return "prompt-kit"
