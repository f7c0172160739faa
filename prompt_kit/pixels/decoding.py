"""Decodes pictures to pixels, the right way up and within a limit of size; no other module decodes any."""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from PIL import Image as Pillow

from prompt_kit.errors import InputError
from prompt_kit.images import MAX_PIXELS
from prompt_kit.support.heads import TURNED, cut_short, head, sniff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.images import Image

READABLE: Final = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
"""The types of pictures that can be decoded here, and how Pillow calls them."""

_TRANSPOSITIONS: Final = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_270,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_90,
}
"""How stored pixels become what people see, by their orientation in Exif (CIPA DC-008, 4.6.4)."""

# What decoders raise for bytes that are no whole picture.
_DECODER_ERRORS: Final = (OSError, SyntaxError, ValueError, EOFError, ArithmeticError, MemoryError, LookupError)


def decoded(data: bytes, label: str, *, within: tuple[int, int] | None = None) -> Pillow.Image:
    """Return a picture the right way up.

    Args:
        data: Its bytes.
        label: What it is called when it cannot be read, such as ``The mask``.
        within: The width and height it is made to fit, when a small copy is enough.

    Raises:
        InputError: When it cannot be read here, or has too many pixels.
    """
    kind = _kind(data, label)
    orientation = head(data).orientation
    with _decoder_errors_as_input_errors(label), Pillow.open(io.BytesIO(data), formats=(kind,)) as image:
        _refuse_too_many_pixels(image, label)
        if within is not None:
            # JPEG can be decoded at an eighth of its size, which saves most of the time.
            image.draft("RGB", within[::-1] if orientation in TURNED else within)
        turned = upright(image, orientation)
        turned.load()
        if within is not None:
            turned.thumbnail(within)
        return turned


def saved_upright(data: bytes, label: str) -> bytes:
    """Return a picture whose pixels are stored as people see them, in the same format and with its colour profile.

    PNG and WebP lose nothing; JPEG is saved with its own tables, and so nearly as it was.

    Raises:
        InputError: When it cannot be read here, or has too many pixels.
    """
    kind = _kind(data, label)
    buffer = io.BytesIO()
    with _decoder_errors_as_input_errors(label), Pillow.open(io.BytesIO(data), formats=(kind,)) as image:
        _refuse_too_many_pixels(image, label)
        like = _tables(image) if kind == "JPEG" else {"lossless": True, "exact": True} if kind == "WEBP" else {}
        turned = upright(image, head(data).orientation)
        turned.save(buffer, kind, icc_profile=image.info.get("icc_profile"), **like)
    return buffer.getvalue()


def _tables(image: Pillow.Image) -> dict[str, Any]:
    """Return how a JPEG is saved with the tables it was made with, and its colours at the full resolution."""
    return {"qtables": getattr(image, "quantization", None), "subsampling": 0}


def _refuse_too_many_pixels(image: Pillow.Image, label: str) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise InputError(f"{label} has more than {MAX_PIXELS // 1_000_000} million pixels. Save a smaller copy.")


def plain(image: Pillow.Image) -> Pillow.Image:
    """Return a picture in colours alone, with transparency if it has any."""
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def upright(image: Pillow.Image, orientation: int) -> Pillow.Image:
    """Return stored pixels as people see them, by their orientation in Exif."""
    return image.transpose(_TRANSPOSITIONS[orientation]) if orientation in _TRANSPOSITIONS else image.copy()


def as_stored(image: Pillow.Image, orientation: int) -> Pillow.Image:
    """Return a picture that people see upright as a camera would have stored it: what `upright` undoes."""
    return upright(image, {6: 8, 8: 6}.get(orientation, orientation))


def damage(image: Image) -> str:
    """Return what is wrong with a picture that ends in the middle or is damaged, as a whole sentence; else nothing.

    HEIC cannot be decoded here: for it, only a missing end is noticed.
    """
    data = image.read()
    sentence = f"{image.name}: the picture is damaged or ends in the middle. Get it anew, or save it again."
    if image.media_type not in READABLE:
        return sentence if cut_short(data) else ""
    try:
        with (
            _decoder_errors_as_input_errors(image.name),
            Pillow.open(io.BytesIO(data), formats=(READABLE[image.media_type],)) as opened,
        ):
            opened.draft("L", (1, 1))
            opened.load()
    except InputError:
        return sentence
    return ""


def _kind(data: bytes, label: str) -> str:
    media_type = sniff(data) or ""
    if media_type in {"image/heic", "image/heif"}:
        raise InputError(f"{label} is HEIC, which can be sent to models but not be worked on here. Save it as JPEG.")
    if media_type not in READABLE:
        raise InputError(f"{label}: this is not a picture that can be worked on here. Save it as PNG or JPEG.")
    return READABLE[media_type]


@contextmanager
def _decoder_errors_as_input_errors(label: str) -> Iterator[None]:
    """Turn any error of a decoder into one sentence.

    Raises:
        InputError: In place of any error of a decoder.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about large pictures: our own limit is enough
            yield
    except (*_DECODER_ERRORS, Pillow.DecompressionBombError) as error:
        raise InputError(f"{label} cannot be read. Save it again as PNG or JPEG.") from error
