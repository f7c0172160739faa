"""The marks that the Gemini API puts on a model's answer, and how it knows them again.

The real ones are encrypted thoughts. Ours are made from the part they stand on, so that the server needs no memory:
it knows each of them again after a restart, too, and only on that very part, unchanged byte for byte.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SECRET: Final = b"only the server knows this"
_NONCE: Final = 16
_MORE: Final = "Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details."


def sealed(parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the parts of an answer with their marks: on the first one that is no thought, and on every picture.

    A part that says something about its mark keeps that (ai.google.dev, thought signatures, 2026-10).
    """
    marked = []
    for position, part in _counted(parts):
        if position is None or "thoughtSignature" in part or not _needs_one(position, part):
            marked.append(part)
        else:
            mark = base64.b64encode(_mark(secrets.token_bytes(_NONCE), position, part)).decode()
            marked.append(part | {"thoughtSignature": mark})
    return marked


def broken_seals(contents: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Say which answers in a conversation come back without their marks, or with others."""
    for at, content in enumerate(contents, 1):
        if content.get("role") != "model":
            continue
        for number, (position, part) in enumerate(_counted(content.get("parts") or []), 1):
            if position is None:
                continue
            mark = part.get("thoughtSignature")
            if mark:
                if not _is_its_own(mark, position, part):
                    yield f"Corrupted thought signature in content position {at}, part position {number}."
            elif _needs_one(position, part):
                kind = "Text" if "text" in part else "Image"
                place = f"content position {at}, part position {number}"
                yield f"{kind} part is missing a thought_signature in {place}. {_MORE}"


def _counted(parts: Sequence[dict[str, Any]]) -> Iterator[tuple[int | None, dict[str, Any]]]:
    """Yield every part with its position among those that are no thoughts; thoughts may be left out on the way back."""
    position = 0
    for part in parts:
        if part.get("thought"):
            yield None, part
        else:
            yield position, part
            position += 1


def _needs_one(position: int, part: dict[str, Any]) -> bool:
    return position == 0 or "text" not in part


def _is_its_own(mark: str, position: int, part: dict[str, Any]) -> bool:
    try:
        given = _decoded(mark)
    except binascii.Error:
        return False
    return hmac.compare_digest(given, _mark(given[:_NONCE], position, part))


def _mark(nonce: bytes, position: int, part: dict[str, Any]) -> bytes:
    """Return what stands on a part; it is as long as no text that anybody would type."""
    said = _decoded(part["inlineData"]["data"]) if "inlineData" in part else part.get("text", "").encode()
    what = b"picture" if "inlineData" in part else b"text"
    seal = hmac.digest(_SECRET, nonce + bytes([position]) + what + hashlib.sha256(said).digest(), "sha256")
    return nonce + seal + hashlib.shake_256(seal).digest(150)


def _decoded(text: str) -> bytes:
    return base64.b64decode(text.translate(str.maketrans("-_", "+/")), validate=True)
