"""Pictures as cameras and phones store them: turned, with the turn beside them, or in a format of their own."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, ImageDraw

ORIENTATION: Final = 0x0112
"""The tag of the orientation in Exif."""

_STORED: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def scene(size: tuple[int, int] = (90, 160)) -> Image.Image:
    """Return a picture of four colours: red, green, blue and white, from the top left in reading order."""
    image = Image.new("RGB", size, "white")
    draw, (width, height) = ImageDraw.Draw(image), size
    draw.rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill="red")
    draw.rectangle((width // 2, 0, width, height // 2 - 1), fill="lime")
    draw.rectangle((0, height // 2, width // 2 - 1, height), fill="blue")
    return image


def as_stored(image: Image.Image, orientation: int) -> Image.Image:
    """Return the pixels that a camera held that way stores."""
    return image.transpose(_STORED[orientation]) if orientation in _STORED else image


def taken(image: Image.Image, orientation: int, kind: str = "PNG") -> bytes:
    """Return the file of a camera that was held that way."""
    kept, exif = io.BytesIO(), Image.Exif()
    exif[ORIENTATION] = orientation
    options = {"lossless": True} if kind == "WEBP" else {"quality": 95} if kind == "JPEG" else {}
    as_stored(image, orientation).save(kept, kind, exif=exif, **options)
    return kept.getvalue()


def heic(size: tuple[int, int], *, quarter_turns: int = 0, brand: bytes = b"heic") -> bytes:
    """Return the frame of a phone's HEIC picture, without pixels that anybody could decode.

    Like real ones it has a tile and a small copy beside the picture itself, each with a size of its own.
    """
    sizes = [(512, 512), size, (320, 240)]
    properties = b"".join(_box(b"ispe", bytes(4), *(side.to_bytes(4, "big") for side in one)) for one in sizes)
    properties += _box(b"irot", bytes([quarter_turns]))
    items = [(1, [1]), (2, [2, 4]), (3, [3])]
    table = [number.to_bytes(2, "big") + bytes([len(of), *of]) for number, of in items]
    listed = _box(b"ipma", bytes(4), len(items).to_bytes(4, "big"), *table)
    about = _box(b"iprp", _box(b"ipco", properties), listed)
    meta = _box(b"meta", bytes(4), _box(b"pitm", bytes(4), (2).to_bytes(2, "big")), about)
    return _box(b"ftyp", brand, bytes(4), b"mif1", b"heic") + meta + _box(b"mdat", b"tiles" * 200)


def _box(kind: bytes, *content: bytes) -> bytes:
    return (8 + sum(map(len, content))).to_bytes(4, "big") + kind + b"".join(content)
