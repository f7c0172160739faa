"""Reads providers' JSON, which may have any shape: what is not as expected counts as missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST_COUNT: Final = 2**31 - 1  # token counts are int32 on the wire (google-genai 3.4.0)


def documents(body: bytes | str) -> list[Any]:
    """Return the JSON documents of an answer: usually one, several in a list or as server-sent events.

    Raises:
        ValueError: When it is no JSON.
        RecursionError: When its brackets are nested too deeply.
    """
    if not body.strip():
        return [{}]
    # From bytes, JSON in UTF-16 is read as well; what is no text at all is read as far as it goes.
    try:
        document = json.loads(body)
    except UnicodeDecodeError:
        return documents(bytes(body).decode("utf-8", "replace"))  # type: ignore[arg-type]  # text cannot raise it
    except ValueError:
        words = body if isinstance(body, str) else body.decode("utf-8", "replace")
        events = [line[5:].strip() for line in words.splitlines() if line.startswith("data:")]
        document = [json.loads(event) for event in events if event != "[DONE]"]
        if not document:
            raise
    return document if isinstance(document, list) and document else [document]


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping as it is, and an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def entries(value: Any) -> list[Any]:
    """Return a list as it is, and an empty one for anything else."""
    return value if isinstance(value, list) else []


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """Return the mappings of a list, without its other entries."""
    return [entry for entry in entries(value) if isinstance(entry, dict)]


def text(value: Any) -> str:
    """Return text as it is, and an empty one for anything else."""
    return value if isinstance(value, str) else ""


def count(value: Any) -> int | None:
    """Return a count; ``None`` for one that is negative or too large, because costs are computed from counts."""
    return value if type(value) is int and 0 <= value <= _LARGEST_COUNT else None


def error_code(*values: Any) -> int:
    """Return the first of these that is the HTTP code of an error; 500 when none is."""
    return next((code for value in values if (code := count(value)) and code in range(400, 600)), 500)
