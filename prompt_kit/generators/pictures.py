"""Reads the pictures that providers send as Base64."""

from __future__ import annotations

import binascii
import hashlib
from typing import Final

from prompt_kit.outcome import Picture
from prompt_kit.support.heads import dimensions, sniff

_STANDARD: Final = str.maketrans("-_", "+/")


def decoded_picture(encoded: str) -> Picture | None:
    """Return the picture that some base64 holds, or ``None`` when it is cut or holds something else.

    What the bytes are is read from the bytes: providers send JPEG under the name PNG.
    """
    try:
        plain = encoded.translate(_STANDARD) if "-" in encoded or "_" in encoded else encoded
        # Unlike base64.b64decode, this makes no second copy of the text, which may have 16 MB.
        data = binascii.a2b_base64(plain, strict_mode=True)
    except ValueError:
        return None
    media_type, (width, height) = sniff(data), dimensions(data)
    if media_type is None or not (width and height):
        return None
    return Picture(data, media_type, width, height, hashlib.sha256(data).hexdigest())
