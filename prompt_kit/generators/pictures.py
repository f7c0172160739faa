"""Reads the pictures that providers send, and keeps the bytes of what cannot be read: they were paid."""

from __future__ import annotations

import binascii
import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.generators.attempts import Attempt, attempt_from
from prompt_kit.images import SHOWN_EVERYWHERE
from prompt_kit.outcome import Outcome, Picture, Piece, Status
from prompt_kit.support.heads import dimensions, sniff

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prompt_kit.generators.verdicts import Verdict

MOST_PICTURES: Final = 64
"""Most pictures of one answer that are kept; the models make up to ten, and at the smallest size some forty."""

UNKNOWN: Final = "application/octet-stream"
"""The type of bytes that came as a picture and show none."""

_LONGEST_ANSWER: Final = 20_000
"""How much is kept of an answer that cannot be read, in characters."""

_FOREIGN: Final = re.compile("[^A-Za-z0-9+/]")
_STANDARD: Final = str.maketrans("-_", "+/")


def decoded_picture(encoded: str) -> Picture | None:
    """Return the picture that some Base64 holds, or its bytes when they show none; ``None`` when there are none.

    What the bytes are is read from the bytes: providers send JPEG under the name PNG.
    """
    if encoded.startswith("data:"):
        encoded = encoded.partition(",")[2]
    if not encoded:
        return None
    plain = encoded.translate(_STANDARD) if "-" in encoded or "_" in encoded else encoded
    try:
        # Unlike base64.b64decode, this makes no second copy of the text, which may have 16 MB.
        return picture_of(binascii.a2b_base64(plain, strict_mode=True))
    except ValueError:
        return _rest(plain)


def picture_of(data: bytes) -> Picture:
    """Return bytes as a picture; of the type `UNKNOWN` where they show none."""
    media_type, (width, height) = sniff(data), dimensions(data)
    return Picture(data, media_type or UNKNOWN, width, height, hashlib.sha256(data).hexdigest())


def is_picture(picture: Picture) -> bool:
    """Return whether something that came as a picture is one."""
    return picture.media_type != UNKNOWN


def unread_attempt(verdict: Verdict, body: bytes | str, **fields: Any) -> Attempt:
    """Return the attempt whose answer is not the provider's: what came is kept, because it may be paid.

    Args:
        verdict: What such an answer means.
        body: The answer.
        fields: Further fields of the `Outcome`.
    """
    data = body if isinstance(body, bytes) else body.encode("utf-8", "replace")
    whole = picture_of(data)
    if is_picture(whole):
        warning = "The answer was the picture itself, without a word about what it cost."
        pieces = (Piece(picture=0),)
        return Attempt(
            Outcome(Status.OK, pictures=(whole,), pieces=pieces, billable="yes", warnings=(warning,), **fields)
        )
    try:
        said = data.decode()
    except UnicodeDecodeError:
        said, kept = "", f"{verdict.message} Its bytes are kept."
        return attempt_from(replace(verdict, message=kept), pictures=(whole,), **fields)
    details = (("answer", said[:_LONGEST_ANSWER]),) if said else ()
    return attempt_from(verdict, details=details, **fields)


def oddities(came: int, pictures: Iterable[Picture], *, left_out: int = 0) -> Iterator[str]:
    """Yield a sentence for what is odd about the pictures of an answer that holds at least one.

    Args:
        came: How many things came as pictures.
        pictures: Those that were kept.
        left_out: How many more there were than are kept of one answer.
    """
    kept = list(pictures)
    unknown = sum(not is_picture(picture) for picture in kept)
    if unknown:
        yield f"{unknown} of {came} pictures cannot be read as a picture; the bytes are kept."
    if missing := came - len(kept) - left_out:
        yield f"{missing} of {came} pictures came back damaged and are left out."
    if left_out:
        yield f"The answer holds {came} pictures; the first {MOST_PICTURES} are kept."
    for kind in dict.fromkeys(picture.media_type for picture in kept if is_picture(picture)):
        if kind not in SHOWN_EVERYWHERE:
            name = kind.partition("/")[2].upper()
            yield f"The picture came as {name}, which many programs do not show; it is kept as it came."


def _rest(encoded: str) -> Picture | None:
    """Return the bytes of Base64 that is cut or damaged, as far as they can be read."""
    try:
        letters = _FOREIGN.sub("", encoded)
        if len(letters) % 4 == 1:  # six bits are no byte
            letters = letters[:-1]
        data = binascii.a2b_base64(letters + "=" * (-len(letters) % 4))
    except ValueError:
        return None
    return Picture(data, UNKNOWN, 0, 0, hashlib.sha256(data).hexdigest()) if data else None
