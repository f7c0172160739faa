"""Composites: the original, bit for bit, outside the mask, and the model's picture in its right place inside."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw, ImageFilter

from prompt_kit.errors import InputError
from prompt_kit.pixels import composite
from prompt_kit.recipe.library import built_in

if TYPE_CHECKING:
    from typing import Any

PICTURES = built_in()[0] / "pictures"
SIZE = (480, 360)


def data(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Return a picture's bytes."""
    kept = io.BytesIO()
    image.save(kept, kind, **options)
    return kept.getvalue()


@cache
def room() -> Image.Image:
    """Return the picture that is worked on."""
    return Image.open(PICTURES / "living-room.png").convert("RGB").resize(SIZE, Image.Resampling.BICUBIC)


@cache
def sofa() -> Image.Image:
    """Return where the sofa may change."""
    return Image.open(PICTURES / "living-room-sofa-mask.png").convert("L").resize(SIZE)


@cache
def redone(  # noqa: PLR0913 - what models do to a picture
    *,
    shift: tuple[float, float] = (0, 0),
    zoom: float = 1,
    turn: float = 0,
    tone: float = 1,
    size: tuple[int, int] = SIZE,
    quality: int = 92,
) -> bytes:
    """Return a model's answer: the sofa in red, and everything a little off."""
    levels = cv2.cvtColor(np.asarray(room()), cv2.COLOR_RGB2HSV)
    blue = (np.asarray(sofa()) > 127) & (levels[..., 0] > 95) & (levels[..., 0] < 130) & (levels[..., 1] > 90)
    levels[..., 0][blue] = 3
    seen = np.clip(cv2.cvtColor(levels, cv2.COLOR_HSV2RGB).astype(float) * tone, 0, 255).astype(np.uint8)
    matrix = cv2.getRotationMatrix2D((SIZE[0] / 2, SIZE[1] / 2), turn, zoom)
    matrix[:, 2] += np.array(shift)
    moved = cv2.warpAffine(seen, matrix, SIZE, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    image = Image.fromarray(np.asarray(moved, np.uint8)).resize(size, Image.Resampling.LANCZOS)
    return data(image, "JPEG", quality=quality)


def opened(png: bytes) -> Image.Image:
    """Return the picture that was made."""
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    return image


def same_outside(png: bytes, original: Image.Image, mask: Image.Image) -> bool:
    """Return whether the picture is the original, bit for bit, wherever the mask is black."""
    made = opened(png)
    kept = np.asarray(mask) < 128
    return made.size == original.size and np.array_equal(
        np.asarray(made)[kept], np.asarray(original.convert(made.mode))[kept]
    )


ANSWERS: dict[str, dict[str, Any]] = {
    "in place": {},
    "shifted": {"shift": (6, -4)},
    "zoomed": {"zoom": 1.03, "shift": (4, 5)},
    "smaller": {"zoom": 0.97, "size": (320, 240)},
    "larger and darker": {"zoom": 1.05, "shift": (-9, 7), "size": (592, 444), "tone": 0.94},
    "square": {"size": (384, 384)},
    "turned": {"turn": 0.6},
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_the_change_lands_in_its_place(answer: str) -> None:
    """However the model moved the picture, the result is what it would have been in place."""
    made = composite(data(room()), data(sofa()), redone(**ANSWERS[answer]))
    assert same_outside(made.png, room(), sofa())
    assert made.aligned
    wanted = np.asarray(Image.open(io.BytesIO(redone(quality=98))), float)
    inside = np.asarray(sofa().filter(ImageFilter.MinFilter(15))) > 127
    got = np.asarray(opened(made.png), float)
    plain = np.asarray(Image.open(io.BytesIO(redone(**ANSWERS[answer]))).resize(SIZE), float)
    assert np.abs(got - wanted)[inside].mean() < 5
    if "shift" in ANSWERS[answer] or "turn" in ANSWERS[answer]:
        assert np.abs(got - wanted)[inside].mean() < np.abs(plain - wanted)[inside].mean()
        assert made.shift > 3
        assert "was moved back" in made.report


@given(
    mode=st.sampled_from(["RGB", "RGBA", "L", "LA", "P", "1"]),
    boxes=st.lists(
        st.tuples(st.integers(0, 90), st.integers(0, 70), st.integers(1, 60), st.integers(1, 60), st.booleans()),
        min_size=1,
        max_size=5,
    ),
    seed=st.integers(0, 99),
    size=st.sampled_from([(120, 90), (64, 48), (200, 100), (33, 90)]),
)
def test_outside_any_mask_nothing_changes(
    mode: str, boxes: list[tuple[int, int, int, int, bool]], seed: int, size: tuple[int, int]
) -> None:
    """Whatever the picture, the mask and the answer: what may not change does not change by one bit."""
    dice = np.random.default_rng(seed)
    levels = dice.integers(0, 256, (90, 120, 4), dtype=np.uint8)
    original = Image.fromarray(levels).convert(mode) if mode != "RGBA" else Image.fromarray(levels)
    mask = Image.new("L", (120, 90), 0)
    for x, y, wide, high, round_ in boxes:
        draw = ImageDraw.Draw(mask)
        (draw.ellipse if round_ else draw.rectangle)((x, y, x + wide, y + high), fill=255)
    if mask.getextrema() == (255, 255):
        return
    answer = Image.fromarray(dice.integers(0, 256, (size[1], size[0], 3 + seed % 2), dtype=np.uint8))
    made = composite(data(original), data(mask), data(answer))
    assert same_outside(made.png, original, mask)


def test_the_change_fades_in_inside_the_mask() -> None:
    """No seam: at the edge of the mask the picture is still nearly the original, a little way in it is the new one."""
    flat, red = Image.new("RGB", (400, 400), "#808080"), Image.new("RGB", (400, 400), "#c08080")
    mask = Image.new("L", (400, 400), 0)
    ImageDraw.Draw(mask).rectangle((100, 100, 299, 299), fill=255)
    line = np.asarray(opened(composite(data(flat), data(mask), data(red)).png))[200, 98:112, 0].astype(int)
    assert line[:2].tolist() == [128, 128]
    assert 128 < line[2] < 150
    assert (np.diff(line) >= 0).all()
    assert line[-1] == 192


def test_a_hair_wide_mask_still_shows_the_change() -> None:
    """The soft edge is narrower where the mask is; else a thin line would stay as it was."""
    flat, red = Image.new("RGB", (600, 600), "#808080"), Image.new("RGB", (600, 600), "#c08080")
    mask = Image.new("L", (600, 600), 0)
    ImageDraw.Draw(mask).rectangle((100, 300, 500, 304), fill=255)
    made = np.asarray(opened(composite(data(flat), data(mask), data(red)).png))
    assert made[302, 300, 0] == 192


def test_what_the_model_changed_elsewhere_is_told_and_put_back() -> None:
    """Nobody sees in a composite how much else the model had touched; it tells how far the model can be trusted."""
    other = Image.open(io.BytesIO(redone()))
    ImageDraw.Draw(other).rectangle((0, 0, 190, 150), fill="#993333")
    made = composite(data(room()), data(sofa()), data(other))
    assert 0.15 < made.changed < 0.3
    assert made.difference > 5
    assert f"Outside the mask the model had visibly changed {made.changed:.0%} of the picture" in made.report
    assert same_outside(made.png, room(), sofa())


def test_a_model_that_kept_the_rest_is_believed() -> None:
    """JPEG alone is no change."""
    made = composite(data(room()), data(sofa()), redone(quality=85))
    assert made.changed < 0.005
    assert "the model had kept the picture" in made.report
    assert made.warnings == ()


def test_tones_that_shifted_everywhere_leave_no_patch() -> None:
    """A model that made all a little darker would leave a dark patch; the tones outside tell how to bring it back."""
    made = np.asarray(opened(composite(data(room()), data(sofa()), redone(tone=0.9)).png), float)
    wall = np.asarray(room().getpixel((200, 100)), float)
    assert np.abs(made[162, 102] - np.asarray(room())[162, 102]).max() < 6
    assert wall.mean() > 200


@pytest.mark.parametrize(
    ("original", "answer"),
    [
        (Image.new("RGB", SIZE, "#88aacc"), redone()),
        (room(), data(Image.open(PICTURES / "cat.png").convert("RGB").resize(SIZE))),
    ],
)
def test_without_anything_in_common_it_is_only_resized(original: Image.Image, answer: bytes) -> None:
    """A guess would be worse than none, and it is told."""
    made = composite(data(original), data(sofa()), answer)
    assert not made.aligned
    assert any("only resized" in told for told in made.warnings)
    assert same_outside(made.png, original, sofa())


def test_a_change_that_goes_on_beyond_the_mask_is_told() -> None:
    """A shadow that is cut off looks wrong; a larger mask helps."""
    small = Image.new("L", SIZE, 0)
    ImageDraw.Draw(small).rectangle((165, 190, 320, 260), fill=255)
    made = composite(data(room()), data(small), redone())
    assert any("goes on beyond the mask" in told for told in made.warnings)


def test_a_small_answer_for_a_large_original_is_told() -> None:
    """The changed part is less sharp than the rest, which shows in print."""
    large = room().resize((960, 720))
    made = composite(data(large), data(sofa()), redone(size=(320, 240)))
    assert opened(made.png).size == (960, 720)
    assert "It was scaled to the picture's size." in made.report
    assert any("smaller (320 × 240 pixels) than the original (960 × 720)" in told for told in made.warnings)


def test_an_answer_that_shows_only_a_part_is_laid_where_it_belongs() -> None:
    """Models crop to a format of their own; what they do not show stays the original."""
    part = Image.open(io.BytesIO(redone())).crop((0, 45, 480, 315))
    made = composite(data(room()), data(sofa()), data(part))
    assert made.aligned
    assert same_outside(made.png, room(), sofa())
    half = Image.open(io.BytesIO(redone())).crop((0, 0, 270, 360))
    told = composite(data(room()), data(sofa()), data(half)).report
    assert "of the mask; the original was kept there" in told


def test_transparent_parts_of_the_original_stay_transparent() -> None:
    """Outside, opacity is kept; inside, what was drawn is opaque."""
    levels = np.dstack([np.asarray(room()), np.full((SIZE[1], SIZE[0]), 255, np.uint8)])
    levels[:100, :, 3] = 0
    original = Image.fromarray(levels)
    made = composite(data(original), data(sofa()), redone())
    image = opened(made.png)
    assert image.mode == "RGBA"
    assert same_outside(made.png, original, sofa())
    assert image.getpixel((250, 240))[3] == 255  # type: ignore[index]


def test_a_grey_original_stays_grey_until_colour_comes_in() -> None:
    """A black-and-white photograph with a grey change is still one."""
    grey = room().convert("L")
    plain = composite(data(grey), data(sofa()), data(Image.open(io.BytesIO(redone())).convert("L")))
    assert opened(plain.png).mode == "L"
    assert opened(composite(data(grey), data(sofa()), redone()).png).mode == "RGB"


def test_a_phone_picture_is_turned_as_it_is_seen() -> None:
    """The mask is painted on what people see; the turn that the camera stored beside it is applied, once."""
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = room().transpose(Image.Transpose.ROTATE_90)
    made = composite(data(lying, exif=exif), data(sofa()), redone())
    assert same_outside(made.png, room(), sofa())
    assert opened(made.png).getexif().get(0x0112, 1) == 1


def test_the_colour_profile_of_the_original_is_kept() -> None:
    """Its numbers mean other colours than sRGB's, so the answer's are translated before they are put in."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = composite(data(room(), icc_profile=profile), data(sofa()), redone())
    assert opened(made.png).info["icc_profile"] == profile
    assert same_outside(made.png, room(), sofa())
    odd = composite(data(room(), icc_profile=b"no profile"), data(sofa()), redone())
    assert same_outside(odd.png, room(), sofa())


def test_the_file_says_that_it_is_a_composite() -> None:
    """And of which two files."""
    made = composite(data(room()), data(sofa()), redone(), name="01.jpg", original_name="room.png")
    told = opened(made.png).info["xmp"].decode()
    assert "digitalsourcetype/compositeWithTrainedAlgorithmicMedia" in told
    assert "<stRef:filePath>01.jpg</stRef:filePath>" in told
    assert "<dc:source>01.jpg, room.png</dc:source>" in told
    assert told.count("<stRef:documentID>sha256:") == 3


@pytest.mark.parametrize(
    ("original", "mask", "answer", "message"),
    [
        (b"x", data(sofa()), redone(), "The original: this is not a picture"),
        (data(room()), b"x", redone(), "The mask: this is not a picture that can be worked on here."),
        (data(room()), data(sofa().resize((500, 500))), redone(), "The mask has 500 × 500 pixels and the picture 480"),
        (data(room()), data(sofa()), redone()[:4000], "The made picture cannot be read."),
        (data(room().convert("CMYK"), "JPEG"), data(sofa()), redone(), "The original is stored as CMYK"),
        (data(Image.new("I;16", SIZE)), data(sofa()), redone(), "The original is stored as I;16"),
    ],
)
def test_what_cannot_be_put_together_is_told(original: bytes, mask: bytes, answer: bytes, message: str) -> None:
    """One plain sentence for each."""
    with pytest.raises(InputError) as caught:
        composite(original, mask, answer)
    assert str(caught.value).startswith(message)
