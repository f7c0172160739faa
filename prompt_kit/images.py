"""Reads the head of a picture: its type, size and hash, and refuses what no model would take."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES: Final = 50_000_000
"""Largest reference picture that is read, in bytes; models take 7 to 100 MB inline (facts of 2026-10)."""

MAX_PIXELS: Final = 120_000_000
"""Largest reference picture, in pixels; what is above looks like a decompression bomb."""

EXTENSIONS: Final = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "image/heif": ".heif",
    "image/gif": ".gif",
}
"""The file extension for each type of picture."""

_ACCEPTED: Final = "PNG, JPEG, WebP, HEIC or HEIF"
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]+://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Image:
    """A picture on disk or in memory, known by the hash of its bytes."""

    sha256: str
    """Hash of the bytes, as lower-case hex."""
    media_type: str
    """What the bytes say they are, such as ``image/png``; file names are not asked."""
    width: int
    """In pixels; 0 when the head does not tell (HEIC)."""
    height: int
    """In pixels; 0 when the head does not tell (HEIC)."""
    size: int
    """In bytes."""
    origin: Path | bytes = field(compare=False, repr=False)
    """Where the bytes are: a file, or the bytes themselves."""
    label: str = field(default="", compare=False)
    """What people called it, when its file has been renamed since."""

    @property
    def name(self) -> str:
        """What people call it: its label, else the file's name, else the beginning of the hash."""
        if self.label:
            return self.label
        return self.origin.name if isinstance(self.origin, Path) else self.sha256[:12]

    def read(self) -> bytes:
        """Return the bytes.

        Raises:
            InputError: When the file is gone or is no longer the picture that was looked at.
        """
        if isinstance(self.origin, bytes):
            return self.origin
        try:
            data = self.origin.read_bytes()
        except OSError as error:
            raise InputError(f"{self.origin}: the picture cannot be read ({error.strerror}).") from error
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise InputError(f"{self.origin}: the picture has changed since it was looked at. Render it again.")
        return data


def open_image(source: Path | str | bytes) -> Image:
    """Look at a picture and return what is known of it.

    Raises:
        InputError: When it is no picture, is too large, or is a web address.
    """
    if isinstance(source, bytes):
        return _looked_at(source, source, "the picture")
    if isinstance(source, str) and _SCHEME.match(source):
        raise InputError(f"{source}: pictures are not fetched from the web. Save it and give the file.")
    path = Path(source)
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise InputError(f"{path}: this is not a file.")
        if size > MAX_BYTES:
            raise InputError(
                f"{path}: the picture has {size / 1e6:,.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB are taken."
                " Save a smaller copy.",
            )
        data = path.read_bytes()
    except ValueError as error:  # a NUL in the name
        raise InputError(f"{source!r}: this is not a file name.") from error
    except OSError as error:
        raise InputError(f"{path}: the picture cannot be read ({error.strerror}).") from error
    return _looked_at(data, path, str(path))


def sniff(data: bytes) -> str | None:
    """Return the media type that the first bytes show, or ``None`` when they show no picture.

    Declared types are not believed: providers and browsers send JPEG bytes under the name PNG.
    """
    for signature, media_type in _SIGNATURES:
        if signature(data):
            return media_type
    return None


def dimensions(data: bytes) -> tuple[int, int]:
    """Return width and height in pixels as the head of the picture tells, or (0, 0)."""
    media_type = sniff(data)
    reader = _SIZES.get(media_type or "")
    try:
        return reader(data) if reader else (0, 0)
    except IndexError:
        return 0, 0


def _looked_at(data: bytes, origin: Path | bytes, label: str) -> Image:
    media_type = sniff(data)
    if media_type is None or media_type == "image/gif":
        what = "an SVG drawing" if b"<svg" in data[:1000].lower() else "not a picture the models take"
        raise InputError(f"{label}: this is {what}. Use {_ACCEPTED}.")
    width, height = dimensions(data)
    if media_type not in {"image/heic", "image/heif"} and not (width and height):
        raise InputError(f"{label}: the picture is damaged; its head tells no size. Save it again.")
    if width * height > MAX_PIXELS:
        raise InputError(
            f"{label}: {width} × {height} pixels are more than {MAX_PIXELS // 1_000_000} million. Save a smaller copy.",
        )
    return Image(hashlib.sha256(data).hexdigest(), media_type, width, height, len(data), origin)


def _png_size(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def _gif_size(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xFF:
            return 0, 0
        marker = data[at + 1]
        # SOF0 to SOF15 hold the size; C4, C8 and CC in that range are other tables (ITU T.81, table B.1).
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        standalone = marker == 0xFF or 0xD0 <= marker <= 0xD9
        at += (1 if marker == 0xFF else 2) if standalone else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return 0, 0


def _webp_size(data: bytes) -> tuple[int, int]:
    match data[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            return (
                int.from_bytes(data[26:28], "little") & 0x3FFF,
                int.from_bytes(data[28:30], "little") & 0x3FFF,
            )
        case _:
            return 0, 0


_SIGNATURES: Final[tuple[tuple[Callable[[bytes], bool], str], ...]] = (
    (lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"), "image/png"),
    (lambda data: data.startswith(b"\xff\xd8\xff"), "image/jpeg"),
    (lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP", "image/webp"),
    (
        lambda data: data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"heim", b"heis", b"hevc"},
        "image/heic",
    ),
    (lambda data: data[4:8] == b"ftyp" and data[8:12] in {b"mif1", b"msf1", b"heif"}, "image/heif"),
    (lambda data: data[:6] in {b"GIF87a", b"GIF89a"}, "image/gif"),
)

_SIZES: Final[dict[str, Callable[[bytes], tuple[int, int]]]] = {
    "image/png": _png_size,
    "image/jpeg": _jpeg_size,
    "image/webp": _webp_size,
    "image/gif": _gif_size,
}
