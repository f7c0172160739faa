"""Takes out of a picture's file what is not needed to show it, without a change of any pixel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from prompt_kit.support.heads import names_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_EXIF: Final = "the camera's data (Exif)"
_CREDENTIALS: Final = "content credentials (C2PA)"
_WORDS: Final = "texts"
_EDITING: Final = "the editing program's data"
_BEHIND: Final = "what was hidden behind the picture"
_OTHER: Final = "other data"

_SOI, _EOI = b"\xff\xd8", b"\xff\xd9"
_START_OF_SCAN: Final = 0xDA
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length."""
_TABLES: Final = frozenset({*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF}) - {0xC8}
"""Markers of what a decoder needs (ITU T.81, table B.1)."""
_ABOUT_COLOURS: Final = {0xE2: (b"ICC_PROFILE\0",), 0xEE: (b"Adobe",)}
_JFIF: Final = 16
"""The length of the segment of JFIF without a thumbnail, in bytes, behind the marker."""
_NEXT_MARKER: Final = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")

_PNG_KEPT: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT pHYs bKGD hIST sPLT".split()
)
_PNG_NAMES: Final = {
    b"tEXt": _WORDS,
    b"zTXt": _WORDS,
    b"iTXt": _WORDS,
    b"tIME": "the time of the last change",
    b"caBX": _CREDENTIALS,
    b"acTL": "the animation",
    b"fcTL": "the animation",
    b"fdAT": "the animation",
}
_WEBP_KEPT: Final = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP"})
_WEBP_NAMES: Final = {b"XMP ": _EDITING, b"C2PA": _CREDENTIALS}
_WEBP_ANIMATED: Final = frozenset({b"ANIM", b"ANMF"})
_WEBP_FLAGS: Final = 0x20 | 0x10
"""Of the flags in VP8X: the colour profile and transparency (RFC 9649, 2.7)."""


class Stripped(NamedTuple):
    """A picture's file, and what was taken out of it."""

    data: bytes
    removed: tuple[str, ...]
    """In words, such as ``texts``."""


def stripped(data: bytes, media_type: str) -> Stripped:
    """Return a PNG, JPEG or WebP file with nothing but its pixels, their colours and their resolution.

    Raises:
        ValueError: When the file is not built as it should be.
    """
    removed: dict[str, None] = {}
    try:
        cleaned = b"".join(_STRIPPERS[media_type](data, removed))
    except IndexError as error:
        raise ValueError("it ends in the middle") from error
    return Stripped(_with_size(cleaned) if media_type == "image/webp" else cleaned, tuple(removed))


def _jpeg(data: bytes, removed: dict[str, None]) -> Iterator[bytes]:
    yield _SOI
    at = 2
    while data[at : at + 2] != _EOI:
        marker = data[at + 1]
        if data[at] != 0xFF:
            raise ValueError("there is no marker where there should be")
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 2 or at + 2 + length > len(data):
            raise ValueError("a part has no length")
        yield from _jpeg_segment(marker, data[at : at + 2 + length], removed)
        at += 2 + length
        if marker == _START_OF_SCAN:
            following = _NEXT_MARKER.search(data, at)
            if following is None:
                raise ValueError("it ends in the middle")
            yield data[at : following.start()]
            at = following.start()
    yield _EOI
    if data[at + 2 :].strip(b"\0"):
        removed[_BEHIND] = None


def _jpeg_segment(marker: int, segment: bytes, removed: dict[str, None]) -> Iterator[bytes]:
    content = segment[4:]
    if marker in _TABLES or content.startswith(_ABOUT_COLOURS.get(marker, ())):
        yield segment
    elif marker == 0xE0 and content.startswith(b"JFIF\0") and len(segment) >= 2 + _JFIF:
        yield segment[:2] + _JFIF.to_bytes(2, "big") + segment[4:16] + b"\0\0"  # without its own small picture
    else:
        removed[_jpeg_name(marker, content)] = None


def _jpeg_name(marker: int, content: bytes) -> str:
    if marker == 0xE1:
        return _exif_name(content[6:]) if content.startswith(b"Exif\0\0") else _EDITING
    return {0xEB: _CREDENTIALS, 0xED: _EDITING, 0xFE: _WORDS}.get(marker, _OTHER)


def _exif_name(exif: bytes) -> str:
    return f"{_EXIF} with the place it was taken" if names_place(exif) else _EXIF


def _png(data: bytes, removed: dict[str, None]) -> Iterator[bytes]:
    yield data[:8]
    at, kind = 8, b""
    while kind != b"IEND":
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data):
            raise ValueError("it ends in the middle")
        if kind in _PNG_KEPT:
            yield data[at:end]
        else:
            content = data[at + 8 : end - 4]
            removed[_exif_name(content) if kind == b"eXIf" else _PNG_NAMES.get(kind, _OTHER)] = None
        at = end
    if data[at:]:
        removed[_BEHIND] = None


def _webp(data: bytes, removed: dict[str, None]) -> Iterator[bytes]:
    yield data[:12]
    at, end = 12, 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise ValueError("it ends in the middle")
    while at + 8 <= end:
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        following = at + 8 + length + length % 2
        chunk = data[at:following]
        if kind in _WEBP_ANIMATED:
            raise ValueError("it is an animation")
        if kind == b"VP8X":
            yield chunk[:8] + bytes([chunk[8] & _WEBP_FLAGS]) + chunk[9:]
        elif kind in _WEBP_KEPT:
            yield chunk
        else:
            content = chunk[8:].removeprefix(b"Exif\0\0")
            removed[_exif_name(content) if kind == b"EXIF" else _WEBP_NAMES.get(kind, _OTHER)] = None
        at = following
    if data[end + end % 2 :]:
        removed[_BEHIND] = None


def _with_size(webp: bytes) -> bytes:
    return webp[:4] + (len(webp) - 8).to_bytes(4, "little") + webp[8:]


_STRIPPERS: Final[dict[str, Callable[[bytes, dict[str, None]], Iterator[bytes]]]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
}
