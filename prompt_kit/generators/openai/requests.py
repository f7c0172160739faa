"""Builds what the Images API takes from a request: endpoint, fields and pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import InputError
from prompt_kit.generators.openai.masks import alpha_mask
from prompt_kit.images import EXTENSIONS

if TYPE_CHECKING:
    from openai.resources.images import AsyncImagesWithRawResponse

    from prompt_kit.generators import Request
    from prompt_kit.images import Image

STEP: Final = 16
LONGEST_EDGE: Final = 3840
FEWEST_PIXELS: Final = 655_360
MOST_PIXELS: Final = 8_294_400
"""What a width and a height that are chosen freely must keep to: multiples of 16, an edge, and all pixels together
(openai 3.54.0 for step and edge; docs.comfy.org and fal.ai for the pixels, 2026-11)."""

AREA: Final = {"512": FEWEST_PIXELS, "1K": 1024 * 1024, "2K": 2560 * 1440, "4K": MOST_PIXELS}
"""About how many pixels a picture of a size has; above those of 2K, sizes are experimental (openai 3.54.0)."""

STEEPEST: Final = 3.0
"""The widest and the narrowest format, as width to height or height to width (openai 3.54.0)."""

COMPLEXITY: Final = {"minimal": "low", "low": "low", "medium": "medium", "high": "high"}
"""What the models that plan a picture first call their thinking levels (openai 3.54.0)."""

MODERATION: Final = {"block-few": "low", "block-some": "auto"}
"""The two levels OpenAI has (openai 3.54.0); edits know no level at all."""


@dataclass(frozen=True)
class Asking:
    """One request, ready for the SDK."""

    request: Request
    fields: dict[str, Any]
    """What is sent besides pictures."""
    files: tuple[tuple[str, bytes, str], ...] = ()
    """Every picture in the order of the words, as name, bytes and media type; without any, a picture is created."""
    mask: bytes | None = None
    """A PNG of the first picture's size that is transparent where it may change."""
    pixels: tuple[int, int] | None = None
    """The width and height that are asked for; ``None`` leaves them to the model."""

    @classmethod
    def of(cls, request: Request, *, home: bool = True) -> Asking:
        """Return a request as the Images API takes it.

        Args:
            request: What is asked.
            home: Whether it goes to OpenAI itself; other servers may need to be told to answer with base64.

        Raises:
            InputError: When a picture or the mask is gone, or they do not fit each other.
        """
        images = tuple(image for _, image in request.pictures)
        pixels = _pixels(request, images)
        fields = _fields(request, pixels, edit=bool(images))
        if not home and not _is_openais(request.model.id):
            fields["response_format"] = "b64_json"
        files = tuple(_file(number, image) for number, image in enumerate(images, start=1))
        return cls(request, fields, files, _mask(request, images), pixels)

    async def send(self, images: AsyncImagesWithRawResponse, **how: Any) -> Any:
        """Send it, and return the SDK's raw answer."""
        if not self.files:
            return await images.generate(**self.fields, **how)
        sent: dict[str, Any] = {"image": self.files[0] if len(self.files) == 1 else list(self.files)}
        if self.mask:
            sent["mask"] = ("mask.png", self.mask, "image/png")
        return await images.edit(**sent, **self.fields, **how)


def fitting(width: float, height: float, size: str | None) -> tuple[int, int]:
    """Return the width and height nearest to a format that a model with free sizes makes at a size."""
    slope = min(max(width / height, 1 / STEEPEST), STEEPEST)
    area = AREA.get(size or "1K", AREA["1K"])
    wide = min(math.sqrt(area * slope), LONGEST_EDGE, LONGEST_EDGE * slope)
    across = range(_down(wide) - 4 * STEP, _down(wide) + 5 * STEP, STEP)
    pairs = [(w, max(STEP, round(w / slope / STEP) * STEP)) for w in across if w > 0]
    allowed = [pair for pair in pairs if _allowed(*pair)]
    # A format that is off by a hundredth is worse than a picture that is a tenth smaller.
    return min(allowed, key=lambda p: (round(abs(math.log(p[0] / p[1] / slope)), 2), abs(p[0] * p[1] - area)))


def _allowed(width: int, height: int) -> bool:
    return (
        max(width, height) <= LONGEST_EDGE
        and FEWEST_PIXELS <= width * height <= MOST_PIXELS
        and max(width, height) <= STEEPEST * min(width, height)
    )


def _down(length: float) -> int:
    return int(length // STEP * STEP)


def _pixels(request: Request, images: tuple[Image, ...]) -> tuple[int, int] | None:
    """Return width and height: of the format that is asked for, else of the last picture, else the model's choice.

    A recipe asks for the format of the picture to work on when others are sent after it, so only the last one counts.
    """
    settings, model = request.settings, request.model
    if settings.aspect_ratio:
        pixels = model.pixels(settings.aspect_ratio, settings.size)
        if pixels or model.pixel_table:
            return pixels
        width, _, height = settings.aspect_ratio.partition(":")
        return fitting(int(width), int(height), settings.size)
    if images and images[-1].width and images[-1].height:
        if model.free_sizes or not model.known:
            return fitting(images[-1].width, images[-1].height, settings.size)
        return model.pixels(f"{images[-1].width}:{images[-1].height}", settings.size)
    return model.pixels("1:1", settings.size) if settings.size not in {None, "1K"} else None


def _fields(request: Request, pixels: tuple[int, int] | None, *, edit: bool) -> dict[str, Any]:
    """Return what is set; what is not set is not sent, because servers refuse what they do not know."""
    settings, model = request.settings, request.model
    fields: dict[str, Any] = {"model": model.id, "prompt": request.turn.text, "n": 1}
    if model.max_characters is not None and len(request.turn.text) > model.max_characters:
        raise InputError(
            f"The prompt has {len(request.turn.text):,} characters; {model.id} takes {model.max_characters:,}. "
            "Shorten it."
        )
    if pixels:
        fields["size"] = "{}x{}".format(*pixels)
    if quality := model.quality(settings.tier):
        fields["quality"] = quality
    if settings.thinking in model.thinking:
        fields["complexity"] = COMPLEXITY[settings.thinking]
    if settings.background == "transparent":
        fields |= {"background": "transparent", "output_format": "png"}
    elif settings.background == "keyed":
        fields["background"] = "opaque"
    if settings.safety in MODERATION and not edit:
        fields["moderation"] = MODERATION[settings.safety]
    return fields


def _mask(request: Request, images: tuple[Image, ...]) -> bytes | None:
    """Return the mask as OpenAI wants it.

    The API lays it over the first of several pictures (openai 3.54.0); it is sent when that is the one to work on.
    """
    mask = request.turn.mask
    if mask is None or not request.model.masks or not request.turn.mask_is_for_first:
        return None
    original, first = mask.original, images[0]
    if original and (original.width, original.height) != (first.width, first.height):
        return None  # it fits the original alone; what lies outside is put back from that in any case
    return alpha_mask(mask.image, first, original)


def _file(number: int, image: Image) -> tuple[str, bytes, str]:
    # Own names: a file's name may be private.
    return f"picture-{number}{EXTENSIONS.get(image.media_type, '')}", image.read(), image.media_type


def _is_openais(model_id: str) -> bool:
    """Return whether a model is one of OpenAI's, which take no ``response_format``, on any server."""
    return model_id.rpartition("/")[2].startswith(("gpt-image-", "chatgpt-image-"))
