"""Masks: which part of a picture may change, however people mark it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw

from prompt_kit.errors import InputError
from prompt_kit.pixels.masks import read_mask

if TYPE_CHECKING:
    from prompt_kit.pixels.masks import Way

SIZE = (80, 60)
BOX = (20, 10, 49, 39)


def stored(image: Image.Image, kind: str = "PNG") -> bytes:
    """Return a picture's bytes."""
    kept = io.BytesIO()
    image.save(kept, kind)
    return kept.getvalue()


def drawn(mode: str, ground: object, paint: object, size: tuple[int, int] = SIZE) -> Image.Image:
    """Return a mask with a box."""
    image = Image.new(mode, size, ground)  # type: ignore[arg-type]
    ImageDraw.Draw(image).rectangle(BOX, fill=paint)  # type: ignore[arg-type]
    return image


@pytest.mark.parametrize(
    ("mask", "way"),
    [
        (drawn("L", 0, 255), "white"),
        (drawn("1", 0, 1), "white"),
        (drawn("RGB", "black", "white"), "white"),
        (drawn("RGB", "#101010", "#e8e8e8"), "white"),
        (drawn("RGBA", (0, 0, 0, 255), (255, 255, 255, 255)), "white"),
        (drawn("RGBA", (0, 0, 0, 255), (0, 0, 0, 0)), "transparent"),
        (drawn("RGBA", (180, 90, 40, 255), (180, 90, 40, 0)), "transparent"),
        (drawn("LA", (0, 255), (255, 0)), "transparent"),
        (drawn("RGBA", (0, 0, 0, 0), (255, 255, 255, 255)), "painted"),
    ],
)
def test_every_usual_mask_is_understood(mask: Image.Image, way: Way) -> None:
    """Black and white, a hole in the picture, or white paint on an empty layer: all mark the same box."""
    read = read_mask(stored(mask), SIZE)
    assert read.way == way
    assert read.image.getbbox() == (BOX[0], BOX[1], BOX[2] + 1, BOX[3] + 1)
    assert read.image.getextrema() == (0, 255)
    assert not read.scaled


def test_jpeg_noise_marks_nothing() -> None:
    """JPEG turns black into almost black; that is no invitation to change it."""
    read = read_mask(stored(drawn("L", 0, 255), "JPEG"), SIZE)
    assert read.image.getpixel((2, 2)) == 0
    assert read.image.getpixel((30, 20)) == 255


def test_a_mask_of_another_size_is_scaled() -> None:
    """Models and drawing programs halve pictures; the shape tells that they belong together."""
    read = read_mask(stored(drawn("L", 0, 255)), (161, 120))
    assert read.scaled
    assert read.image.size == (161, 120)
    assert read.image.getbbox() == pytest.approx((40, 20, 100, 80), abs=2)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (
            stored(drawn("L", 0, 255, (80, 80))),
            "The mask has 80 × 80 pixels and the picture 80 × 60. Save the mask at the picture's size.",
        ),
        (stored(Image.new("L", SIZE, 0)), "The mask lets nothing change: all of it is black."),
        (stored(Image.new("L", SIZE, 255)), "The mask lets everything change: all of it is white."),
        (stored(Image.new("RGBA", SIZE, (9, 9, 9, 0))), "The mask lets everything change: all of it is transparent."),
        (b"nothing", "The mask: this is not a picture"),
        (stored(drawn("L", 0, 255))[:70], "The mask cannot be read. Save it again as PNG or JPEG."),
    ],
)
def test_masks_that_make_no_sense_are_told(mask: bytes, message: str) -> None:
    """Each says what is wrong with it, before anything is paid."""
    with pytest.raises(InputError) as caught:
        read_mask(mask, SIZE)
    assert str(caught.value).startswith(message)


def test_a_mask_is_turned_as_cameras_say() -> None:
    """A phone stores an upright picture lying down, and says so beside it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = io.BytesIO()
    drawn("L", 0, 255).save(kept, "PNG", exif=exif)
    assert read_mask(kept.getvalue(), (60, 80)).image.size == (60, 80)
