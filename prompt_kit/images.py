"""Opens pictures: reads their type, size and hash, and refuses what no model takes."""

from __future__ import annotations

import hashlib
import re
import stat
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, NamedTuple

from prompt_kit.errors import InputError
from prompt_kit.support.heads import head, sniff
from prompt_kit.support.patterns import pattern

MAX_BYTES: Final = 50_000_000
"""Largest reference picture that is read, in bytes; models take 7 to 100 MB inline (facts of 2026-10)."""

MAX_PIXELS: Final = 120_000_000
"""Largest reference picture, in pixels; a larger one may be a decompression bomb."""

EXTENSIONS: Final = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "image/heif": ".heif",
    "image/gif": ".gif",
    "image/avif": ".avif",
    "image/tiff": ".tiff",
    "image/bmp": ".bmp",
    "image/jxl": ".jxl",
}
"""The file extension for each type of picture."""

SHOWN_EVERYWHERE: Final = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
"""The types that every browser and most programs show."""

_ACCEPTED: Final = "PNG, JPEG, WebP, HEIC or HEIF"
_NOT_TAKEN: Final = {
    "image/gif": "a GIF",
    "image/avif": "an AVIF picture",
    "image/tiff": "a TIFF picture",
    "image/bmp": "a BMP picture",
    "image/jxl": "a JPEG XL picture",
}
_WEB_PAGE = re.compile(rb"<(?:!doctype html|html|head|body|script)\b")
_SCHEME = pattern(r"^[a-z][a-z0-9+.-]+://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Image:
    """A picture on disk or in memory, identified by the hash of its bytes."""

    sha256: str
    """Hash of the bytes, as lower-case hex."""
    media_type: str
    """The type that the bytes show, such as ``image/png``; the file's extension does not count."""
    width: int
    """As people see it, in pixels."""
    height: int
    """As people see it, in pixels."""
    size: int
    """In bytes."""
    origin: Path | bytes = field(compare=False, repr=False)
    """Where the bytes are: a file, or the bytes themselves."""
    label: str = field(default="", compare=False)
    """The name for messages, when the file has another name now."""
    orientation: int = field(default=1, compare=False)
    """How the stored pixels are turned or mirrored to be seen, as Exif counts it: 1 is as they are, up to 8."""

    @property
    def name(self) -> str:
        """The name for messages: its label, else the file's name, else the beginning of the hash."""
        if self.label:
            return self.label
        return self.origin.name if isinstance(self.origin, Path) else self.sha256[:12]

    def read(self) -> bytes:
        """Return the bytes.

        Raises:
            InputError: When the file is gone or has changed since it was opened.
        """
        if isinstance(self.origin, bytes):
            return self.origin
        try:
            data = self.origin.read_bytes()
        except OSError as error:
            raise InputError(f"{self.origin}: the picture cannot be read ({error.strerror}).") from error
        if hashlib.sha256(data).hexdigest() != self.sha256:
            _OPENED.pop(str(self.origin.absolute()), None)
            raise InputError(f"{self.origin}: the picture has changed since it was opened. Render it again.")
        return data


class _State(NamedTuple):
    """The state of a file; where it is the same, so are the bytes."""

    device: int
    inode: int
    size: int
    modified: int
    changed: int


# A file is read and hashed once for each of its states. Bytes are looked at again before they are sent: `Image.read`.
_OPENED: Final[dict[str, tuple[_State, Image]]] = {}
_MOST_OPENED: Final = 512
_SETTLED_NS: Final = 2_000_000_000
"""How old a change must be: file systems count in steps of up to two seconds, within which a second one is not seen."""


def open_image(source: Path | str | bytes, *, label: str = "") -> Image:
    """Return a picture with its type, size and hash; its pixels are not decoded.

    Args:
        source: A file, or the bytes themselves.
        label: What messages call bytes, which have no name.

    Raises:
        InputError: When it is no picture, is too large, or is a web address.
    """
    if isinstance(source, bytes):
        image = _checked(source, source, label or "the picture")
        return replace(image, label=label) if label else image
    if isinstance(source, str) and _SCHEME.match(source):
        raise InputError(f"{source}: pictures are not fetched from the web. Save it and give the file.")
    path = Path(source)
    try:
        state, key = _state(path), str(path.absolute())
        before = _OPENED.get(key)
        if before and before[0] == state:
            return replace(before[1], origin=path)
        data = path.read_bytes()
        unchanged = _state(path) == state
    except ValueError as error:  # a NUL in the name
        raise InputError(f"{source!r}: this is not a file name.") from error
    except OSError as error:
        raise InputError(f"{path}: the picture cannot be read ({error.strerror}).") from error
    image = _checked(data, path, str(path))
    _OPENED.pop(key, None)
    if unchanged and abs(time.time_ns() - max(state.changed, state.modified)) > _SETTLED_NS:
        _OPENED[key] = state, image
        for oldest in list(_OPENED)[:-_MOST_OPENED]:
            _OPENED.pop(oldest, None)
    return image


def _state(path: Path) -> _State:
    """Return the state of a file of pictures; what is no such file is refused."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{path}: this is not a file.")
    if status.st_size > MAX_BYTES:
        raise InputError(
            f"{path}: the picture has {status.st_size / 1e6:,.0f} MB; at most {MAX_BYTES / 1e6:.0f} MB are taken."
            " Save a smaller copy.",
        )
    return _State(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def not_taken(data: bytes) -> str:
    """Return what bytes are that no model takes as a picture, as a sentence goes on; nothing when they are taken."""
    media_type, beginning = sniff(data), data[:1000].lower()
    if media_type:
        kind = _NOT_TAKEN.get(media_type, "")
    elif b"<svg" in beginning:
        kind = "an SVG drawing"
    else:
        kind = "a web page" if _WEB_PAGE.search(beginning) else ""
    if not kind:
        return "" if media_type else "not a picture"
    return f"{kind}, which no model takes"


def _checked(data: bytes, origin: Path | bytes, label: str) -> Image:
    media_type = sniff(data)
    if media_type is None or media_type in _NOT_TAKEN:
        raise InputError(f"{label}: this is {not_taken(data)}. Use {_ACCEPTED}.")
    width, height, orientation = head(data)
    if not (width and height):
        raise InputError(f"{label}: the picture is damaged: its size cannot be read. Save it again.")
    if width * height > MAX_PIXELS:
        raise InputError(
            f"{label}: {width} × {height} pixels are more than {MAX_PIXELS // 1_000_000} million. Save a smaller copy.",
        )
    sha256 = hashlib.sha256(data).hexdigest()
    return Image(sha256, media_type, width, height, len(data), origin, orientation=orientation)
