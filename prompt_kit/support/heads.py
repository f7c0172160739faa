"""Reads the first bytes of a picture: its type, its size and its orientation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TURNED: Final = frozenset({5, 6, 7, 8})
"""The orientations in which width and height change places."""

ORIENTATION: Final = 0x0112
"""The tag of the orientation in Exif (CIPA DC-008, 4.6.4)."""
GPS: Final = 0x8825
"""The tag of the place in Exif."""
_MOST_TAGS: Final = 200
_MOST_STEPS: Final = 100_000
"""How many parts of a file are read at most; a real file of 50 MB has some thousands."""
_START_OF_SCAN: Final = 0xDA
"""The marker after which a JPEG holds nothing but pixels."""


class PictureHead(NamedTuple):
    """The size and orientation that the first bytes of a picture give."""

    width: int
    """As people see it, in pixels; 0 when the head does not tell."""
    height: int
    """As people see it, in pixels; 0 when the head does not tell."""
    orientation: int = 1
    """How the stored pixels are turned or mirrored to be seen, as Exif counts it: 1 is as they are, up to 8."""


def sniff(data: bytes) -> str | None:
    """Return the media type that the first bytes show, or ``None`` when they show no picture.

    Declared types are ignored: providers and browsers send JPEG bytes with the type PNG.
    """
    return next((media_type for shows, media_type in _SIGNATURES if shows(data)), None)


def head(data: bytes) -> PictureHead:
    """Return the size of a picture as people see it, and its orientation; without a size where there is none to read.

    Cameras store pictures as the sensor saw them, and how they were held beside them.
    """
    reader = _READERS.get(sniff(data) or "")
    try:
        width, height, orientation = reader(data) if reader else (0, 0, 1)
    except (IndexError, ValueError):
        return PictureHead(0, 0)
    orientation = orientation if orientation in range(1, 9) else 1
    return PictureHead(height, width, orientation) if orientation in TURNED else PictureHead(width, height, orientation)


def dimensions(data: bytes) -> tuple[int, int]:
    """Return width and height in pixels as people see the picture, or (0, 0) when the first bytes do not have them."""
    return head(data)[:2]


def cut_short(data: bytes) -> bool:
    """Return whether a HEIC, HEIF or AVIF picture ends in the middle; ``False`` for other types."""
    if data[4:8] != b"ftyp":
        return False
    try:
        return not list(_boxes(data))
    except ValueError:
        return True


def _png(data: bytes) -> tuple[int, int, int]:
    size = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    at = 8
    for _ in range(_MOST_STEPS):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if not kind:
            break
        if kind == b"eXIf":
            return *size, _exif(data[at + 8 : at + 8 + length])
        at += 12 + length
    return *size, 1


def _gif(data: bytes) -> tuple[int, int, int]:
    return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little"), 1


def _bmp(data: bytes) -> tuple[int, int, int]:
    # The height of a picture that is stored from top to bottom is negative.
    width, height = (int.from_bytes(data[at : at + 4], "little", signed=True) for at in (18, 22))
    return abs(width), abs(height), 1


def _tiff(data: bytes) -> tuple[int, int, int]:
    return _tag(data, 256), _tag(data, 257), _exif(data)


def _jpeg(data: bytes) -> tuple[int, int, int]:
    at, size, orientation = 2, (0, 0), 1
    for _ in range(_MOST_STEPS):
        if at + 9 >= len(data) or data[at] != 0xFF or data[at + 1] == _START_OF_SCAN:
            break
        marker = data[at + 1]
        standalone = marker == 0xFF or 0xD0 <= marker <= 0xD9
        length = 0 if standalone else int.from_bytes(data[at + 2 : at + 4], "big")
        # SOF0 to SOF15 hold the size; C4, C8 and CC in that range are other tables (ITU T.81, table B.1).
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            size = int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
            break
        if marker == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
            orientation = _exif(data[at + 10 : at + 2 + length])
        at += (1 if marker == 0xFF else 2) + length
    return *size, orientation


def _webp(data: bytes) -> tuple[int, int, int]:
    match data[12:16]:
        case b"VP8X":
            size = 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
            return *size, _webp_orientation(data)
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF), 1
        case b"VP8 ":
            width, height = (int.from_bytes(data[at : at + 2], "little") & 0x3FFF for at in (26, 28))
            return width, height, 1
        case _:
            return 0, 0, 1


def _webp_orientation(data: bytes) -> int:
    at = 12
    for _ in range(_MOST_STEPS):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"EXIF":
            return _exif(data[at + 8 : at + 8 + length].removeprefix(b"Exif\0\0"))
        at += 8 + length + length % 2
    return 1


def names_place(exif: bytes) -> bool:
    """Return whether a block of Exif says where the picture was taken."""
    return _tag(exif, GPS) > 0


def _exif(data: bytes) -> int:
    """Return the orientation that a block of Exif names; 1 when it names none."""
    return _tag(data, ORIENTATION) or 1


def _tag(data: bytes, wanted: int) -> int:
    """Return the number that a tag of a TIFF file or a block of Exif has; 0 when it is not there."""
    if data[:2] not in {b"II", b"MM"}:
        return 0

    def number(at: int, length: int) -> int:
        return int.from_bytes(data[at : at + length], "little" if data[:2] == b"II" else "big")

    first = number(4, 4)
    for tag in range(min(number(first, 2), _MOST_TAGS)):
        at = first + 2 + 12 * tag
        if number(at, 2) == wanted:
            return number(at + 8, 4 if number(at + 2, 2) == 4 else 2)
    return 0


def _heif(data: bytes) -> tuple[int, int, int]:
    """Return the size of the main picture of a HEIC, HEIF or AVIF file, as people see it.

    Its rotation is one of its own properties; Exif in such files is only for information (ISO 23008-12, 6.5.10).
    """
    meta = next((content[4:] for kind, content in _boxes(data) if kind == b"meta"), b"")
    boxes = dict(_boxes(meta))
    main = boxes.get(b"pitm", b"")
    wanted = int.from_bytes(main[4 : 6 if main[:1] == b"\0" else 8], "big")
    about = dict(_boxes(boxes.get(b"iprp", b"")))
    properties = list(_boxes(about.get(b"ipco", b"")))
    numbers = _associated(about.get(b"ipma", b"\0" * 8), wanted) or range(1, len(properties) + 1)
    size, turned = (0, 0), False
    for kind, content in (properties[number - 1] for number in numbers if 0 < number <= len(properties)):
        if kind == b"ispe":
            size = int.from_bytes(content[4:8], "big"), int.from_bytes(content[8:12], "big")
        elif kind == b"irot":
            turned = bool(content[0] & 1)
    return (size[1], size[0], 1) if turned else (*size, 1)


def _associated(table: bytes, wanted: int) -> list[int]:
    """Return the numbers of the properties of one item, from 1."""
    wide, far = table[0] > 0, table[3] & 1
    at = 8
    for _ in range(int.from_bytes(table[4:8], "big")):
        item = int.from_bytes(table[at : at + (4 if wide else 2)], "big")
        at += 4 if wide else 2
        count, step = table[at], 2 if far else 1
        numbers = [table[start : start + step] for start in range(at + 1, at + 1 + count * step, step)]
        at += 1 + count * step
        if item == wanted:
            return [int.from_bytes(number, "big") & (0x7FFF if far else 0x7F) for number in numbers]
    return []


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the kind and the content of each box (ISO 14496-12, 4.2).

    Raises:
        ValueError: When a box reaches beyond the end.
    """
    at = 0
    for _ in range(_MOST_STEPS):
        if at >= len(data):
            return
        length, kind, start = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], at + 8
        if length == 1:
            length, start = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        end = at + length if length else len(data)
        if not start <= end <= len(data):
            raise ValueError(kind)
        yield kind, data[start:end]
        at = end


def _brands(data: bytes) -> frozenset[bytes]:
    """Return the main brand and the compatible brands of an ISO base media file (ISO 14496-12, 4.3)."""
    listed = data[16 : min(int.from_bytes(data[:4], "big"), 256)]
    return frozenset({data[8:12], *(listed[at : at + 4] for at in range(0, len(listed), 4))})


_AVIF: Final = frozenset({b"avif", b"avis"})
_HEIC: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_HEIF: Final = frozenset({b"mif1", b"msf1", b"heif"})

_SIGNATURES: Final[tuple[tuple[Callable[[bytes], bool], str], ...]] = (
    (lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"), "image/png"),
    (lambda data: data.startswith(b"\xff\xd8\xff"), "image/jpeg"),
    (lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP", "image/webp"),
    (lambda data: data[4:8] == b"ftyp" and data[8:12] in _HEIC, "image/heic"),
    # A file for any reader names AVIF among what it can be read as.
    (lambda data: data[4:8] == b"ftyp" and (data[8:12] in _AVIF or _is_avif(data)), "image/avif"),
    (lambda data: data[4:8] == b"ftyp" and data[8:12] in _HEIF, "image/heif"),
    (lambda data: data[:6] in {b"GIF87a", b"GIF89a"}, "image/gif"),
    (lambda data: data[:4] in {b"II*\0", b"MM\0*"}, "image/tiff"),
    (lambda data: data[:2] == b"BM" and data[6:10] == b"\0\0\0\0" and data[15:18] == b"\0\0\0", "image/bmp"),
    (lambda data: data[:2] == b"\xff\n" or data[:12] == b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
)


def _is_avif(data: bytes) -> bool:
    return data[8:12] in _HEIF and not _AVIF.isdisjoint(_brands(data))


_READERS: Final[dict[str, Callable[[bytes], tuple[int, int, int]]]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/webp": _webp,
    "image/gif": _gif,
    "image/heic": _heif,
    "image/heif": _heif,
    "image/avif": _heif,
    "image/tiff": _tiff,
    "image/bmp": _bmp,
}
