"""Makes copies of pictures at the sizes that channels ask for; the picture they are made from is never changed."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PIL import Image as Pillow
from PIL import ImageCms

from prompt_kit.errors import NotFoundError
from prompt_kit.pixels.decoding import decoded, plain
from prompt_kit.pixels.pictures import source, stored
from prompt_kit.pixels.xmp import packet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.pixels.xmp import SourceType


@dataclass(frozen=True, slots=True)
class Channel:
    """Where a picture is used, and the size that is wanted there."""

    name: str
    """Stands in file names."""
    title: str
    width: int
    """In pixels."""
    height: int


# Sizes as the channels' own help pages and the usual guides to them give them (2026).
CHANNELS: Final[Mapping[str, Channel]] = {
    channel.name: channel
    for channel in (
        Channel("feed", "Instagram or Facebook feed, 4:5", 1080, 1350),
        Channel("square", "Square post, 1:1", 1080, 1080),
        Channel("story", "Story, reel or short, 9:16", 1080, 1920),
        Channel("link", "LinkedIn or link preview, 1.91:1", 1200, 627),
        Channel("x", "X, 16:9", 1600, 900),
        Channel("youtube", "YouTube thumbnail, 16:9", 1280, 720),
        Channel("pinterest", "Pinterest, 2:3", 1000, 1500),
        Channel("slide", "Slide or screen, 16:9", 1920, 1080),
        Channel("shop", "Web shop, square", 1600, 1600),
        Channel("website", "Head of a web page, 3:1", 1800, 600),
    )
}
"""The channels for which copies are made, by name."""

ASKED_AS: Final[Mapping[str, str]] = {
    "instagram": "feed",
    "facebook": "feed",
    "square": "square",
    "story": "story",
    "reel": "story",
    "linkedin": "link",
    "link": "link",
    "x": "x",
    "youtube": "youtube",
    "pinterest": "pinterest",
}
"""The channel whose size is wanted, by what recipes call the channel that a picture is made for."""

_SLIGHT: Final = 0.005
"""A part that is cut off, as a share, below which nobody needs to know."""
_QUALITY: Final = 92
_LEAST_ENLARGED: Final = 1.05
"""From which factor on it is said that a copy is enlarged."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How a picture fits a channel."""

    channel: Channel
    box: tuple[int, int, int, int]
    """What of the picture is kept: left, top, right and bottom, in its pixels."""
    cut: float
    """Part of the picture that is cut off, from 0 to 1."""
    sides: bool
    """Whether it is cut off at the left and right; else at the top and bottom."""
    scale: float
    """Pixels of the copy for each of the picture's; above 1 it is enlarged."""

    @property
    def is_cut(self) -> bool:
        """Whether so much is cut off that people need to know."""
        return self.cut > _SLIGHT

    @property
    def is_enlarged(self) -> bool:
        """Whether the copy is so much larger that it is seen."""
        return self.scale >= _LEAST_ENLARGED

    @property
    def remark(self) -> str:
        """What happens to the picture, as a person reads it; empty when all of it is kept and nothing enlarged."""
        sides = "left and right" if self.sides else "top and bottom"
        cut = f"cuts off {max(1, round(self.cut * 100))} % in total, {sides} together" if self.is_cut else ""
        grown = f"enlarges it {self.scale:.1f} times" if self.is_enlarged else ""
        return " and ".join(filter(None, (cut, grown)))


def fit(width: int, height: int, channel: Channel) -> Fit:
    """Return how a picture of this size fits a channel: the middle of it is kept."""
    sides = width * channel.height > height * channel.width
    if sides:
        kept = max(1, round(height * channel.width / channel.height)), height
    else:
        kept = width, max(1, round(width * channel.height / channel.width))
    left, top = (width - kept[0]) // 2, (height - kept[1]) // 2
    cut = 1 - kept[0] * kept[1] / (width * height)
    return Fit(channel, (left, top, left + kept[0], top + kept[1]), cut, sides, channel.width / kept[0])


def for_channel(data: bytes, channel: str, *, name: str = "", kind: SourceType = "trainedAlgorithmicMedia") -> bytes:
    """Return a copy of a picture for a channel: JPEG, or PNG where it is transparent, in the colours of the web.

    Its XMP says how the picture was made, and from which file the copy was.

    Args:
        data: The bytes of the picture.
        channel: The name of the channel.
        name: The picture's file name, for the record.
        kind: How the picture was made.

    Raises:
        NotFoundError: When there is no such channel.
        InputError: When the picture cannot be read.
    """
    if channel not in CHANNELS:
        raise NotFoundError("channel", channel, CHANNELS)
    wanted = CHANNELS[channel]
    picture = decoded(data, name or "The picture")
    image = _for_the_web(picture)
    kept = image.resize(
        (wanted.width, wanted.height), Pillow.Resampling.LANCZOS, box=fit(image.width, image.height, wanted).box
    )
    sources = [source(data, name)]
    if kept.mode == "RGBA":
        return stored(kept, kind, sources, None)
    buffer = io.BytesIO()
    kept.save(buffer, "JPEG", quality=_QUALITY, subsampling=0, optimize=True, xmp=packet(kind, sources).encode())
    return buffer.getvalue()


def _for_the_web(picture: Pillow.Image) -> Pillow.Image:
    """Return a picture in sRGB, which browsers and apps take a picture without a profile for."""
    profile = picture.info.get("icc_profile")
    image = plain(picture)
    if not profile or picture.mode not in {"RGB", "RGBA"}:
        return image
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        colors = ImageCms.profileToProfile(image.convert("RGB"), own, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError):  # a damaged profile, or one for another kind of colours
        return image
    if colors is None:
        return image
    if image.mode == "RGBA":
        colors.putalpha(image.getchannel("A"))
    return colors
