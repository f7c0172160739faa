"""Copies for channels: their size, what is cut off, their colours, and what they say of themselves."""

from __future__ import annotations

import hashlib
import io

import pytest
from PIL import Image, ImageCms

from prompt_kit.errors import InputError, NotFoundError
from prompt_kit.pixels.channels import CHANNELS, fit, for_channel
from prompt_kit.pixels.xmp import derived_from


def picture(size: tuple[int, int], *, mode: str = "RGB", **options: object) -> bytes:
    """Return a picture whose left third is red, the middle green and the right blue."""
    image = Image.new(mode, size, "#00ff00")
    third = size[0] // 3
    image.paste("#ff0000", (0, 0, third, size[1]))
    image.paste("#0000ff", (size[0] - third, 0, *size))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    """Return a picture, decoded."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("size", [(1600, 900), (900, 1600), (3, 2000), (2000, 3), (1, 1)])
def test_a_copy_has_the_very_size_of_its_channel(channel: str, size: tuple[int, int]) -> None:
    """Uploads of another size are cut by the channel, at a place that nobody chose."""
    wanted = CHANNELS[channel]
    assert opened(for_channel(picture(size), channel)).size == (wanted.width, wanted.height)


def test_the_middle_is_kept_and_nothing_is_stretched() -> None:
    """Of a wide picture an upright channel shows the middle."""
    story = opened(for_channel(picture((3000, 1000)), "story")).convert("RGB")
    for x in (5, 540, 1075):
        assert story.getpixel((x, 900)) == pytest.approx((0, 255, 0), abs=3)


@pytest.mark.parametrize(
    ("size", "channel", "remark"),
    [
        ((1080, 1080), "square", ""),
        ((1600, 900), "x", ""),
        ((1600, 1200), "x", "cuts off 25 % in total, top and bottom together"),
        ((1200, 400), "square", "cuts off 67 % in total, left and right together and enlarges it 2.7 times"),
        ((512, 512), "square", "enlarges it 2.1 times"),
    ],
)
def test_what_happens_to_a_picture_is_said_before(size: tuple[int, int], channel: str, remark: str) -> None:
    """Only what can be noticed is worth a word."""
    assert fit(*size, CHANNELS[channel]).remark == remark


def test_a_copy_names_what_it_was_made_from_and_how() -> None:
    """The label that a picture is made by a model must not be lost on the way to the channel."""
    data = picture((900, 900))
    for kind in ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia"):
        copy = for_channel(data, "square", name="01.png", kind=kind)
        assert f"digitalsourcetype/{kind}<".encode() in copy
        assert derived_from(copy) == hashlib.sha256(data).hexdigest()
    assert derived_from(data) == ""


def test_what_is_transparent_stays_transparent() -> None:
    """A cut-out on a coloured post must not get a white box."""
    image = Image.new("RGBA", (400, 400), (255, 0, 0, 0))
    image.paste((255, 0, 0, 255), (100, 100, 300, 300))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    copy = opened(for_channel(buffer.getvalue(), "square"))
    assert (copy.format, copy.mode) == ("PNG", "RGBA")
    assert copy.getpixel((5, 5))[3] == 0  # type: ignore[index]  # a pixel of four channels
    assert copy.getpixel((540, 540)) == (255, 0, 0, 255)


def test_colours_are_those_of_the_web() -> None:
    """Channels drop colour profiles, and would then show a picture with another one too pale."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    copy = opened(for_channel(picture((600, 600), icc_profile=profile), "square"))
    assert copy.info.get("icc_profile") is None
    assert copy.convert("RGB").getpixel((540, 540)) == pytest.approx((0, 255, 0), abs=3)
    broken = for_channel(picture((600, 600), icc_profile=b"no profile"), "square")
    assert opened(broken).size == (1080, 1080)


def test_what_cannot_be_made_is_said() -> None:
    """An unknown channel, and bytes that are no picture."""
    with pytest.raises(NotFoundError, match="There is no channel 'stroy'. Did you mean 'story'"):
        for_channel(picture((9, 9)), "stroy")
    with pytest.raises(InputError, match="not a picture"):
        for_channel(b"<svg/>", "story")
