"""The published rules of OpenAI's Images API, as a server checks them.

Source: the types and docstrings of openai 3.54.0, and the limits of freely chosen sizes as docs.comfy.org has them
(2026-11). Nothing here is taken from the kit's own catalogue, so that a mistake there shows.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MODELS: Final = (
    "gpt-image-1.5",
    "gpt-image-1-mini",
    "gpt-image-2",
    "gpt-image-2-2026-04-21",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.5-sunburst-2026-09-08",
    "gpt-image-2.5-flare",
    "gpt-image-2.5-flare-2026-09-08",
    "gpt-image-2.6-sunburst",
    "gpt-image-2.6-flare",
    "chatgpt-image-latest",
)
"""The models that answer; gpt-image-1 and the DALL·E models are gone, as with OpenAI."""

STANDARD: Final = ("1024x1024", "1536x1024", "1024x1536")
TOKENS: Final = {"low": 196, "medium": 439, "high": 1756, "xhigh": 3122, "max": 7024}
MOST_IMAGES: Final = 16
LONGEST_PROMPT: Final = 32_000
MOST_IMAGE_BYTES: Final = 50_000_000
MOST_MASK_BYTES: Final = 4_000_000

_SHARED: Final = {
    *("model", "prompt", "background", "complexity", "frame_count", "frame_duration_ms", "n", "output_compression"),
    *("output_format", "partial_images", "quality", "safety_identifier", "size", "stream", "svg", "user"),
}
FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "generations": frozenset(_SHARED | {"moderation"}),
    "edits": frozenset(_SHARED | {"image", "mask", "markup", "input_fidelity"}),
}
"""What each endpoint takes; ``response_format`` and ``style`` are gone with the DALL·E models."""


@dataclass(frozen=True)
class Broken:
    """One rule that a request breaks."""

    message: str
    param: str | None = None
    code: str | None = "invalid_value"
    status: int = 400


def broken_rules(task: str, fields: Mapping[str, Any], files: Mapping[str, list[bytes]]) -> Iterator[Broken]:
    """Say what OpenAI would refuse a request for, the first thing first."""
    for name in [*fields, *files]:
        if name not in FIELDS[task]:
            yield Broken(f"Unknown parameter: '{name}'.", name, "unknown_parameter")
    model, prompt = str(fields.get("model", "")), str(fields.get("prompt", ""))
    if model not in MODELS:
        yield Broken(f"The model '{model}' does not exist.", "model", "model_not_found", 404)
    if not prompt:
        yield Broken("Missing required parameter: 'prompt'.", "prompt", "missing_required_parameter")
    if len(prompt) > LONGEST_PROMPT:
        text = f"Invalid 'prompt': string too long. Expected a string with maximum length {LONGEST_PROMPT}."
        yield Broken(text, "prompt", "string_above_max_length")
    yield from _choices(model, fields)
    yield from _size(model, str(fields.get("size", "auto")))
    if task == "edits":
        yield from _files(files)


def _choices(model: str, fields: Mapping[str, Any]) -> Iterator[Broken]:
    newest = model.startswith(("gpt-image-2.5", "gpt-image-2.6"))
    offered = {
        "quality": ("low", "medium", "high", "auto", *(("xhigh", "max") if newest else ())),
        "background": ("opaque", "auto", *(() if model.startswith("gpt-image-2-") else ("transparent",))),
        "output_format": ("png", "jpeg", "webp"),
        "moderation": ("low", "auto"),
        "n": tuple(str(count) for count in range(1, 11)),
        "complexity": ("low", "medium", "high") if model.startswith("gpt-image-2.6") else (),
    }
    for name, values in offered.items():
        if name in fields and str(fields[name]) not in values:
            yield Broken(f"Invalid value: '{fields[name]}'. Supported values are: {', '.join(values)}.", name)
    if fields.get("background") == "transparent" and fields.get("output_format", "png") == "jpeg":
        yield Broken("Transparent background is not supported for JPEG output format.", "background")


def _size(model: str, size: str) -> Iterator[Broken]:
    if size == "auto" or size in STANDARD:
        return
    if not model.startswith("gpt-image-2"):
        yield Broken(f"Invalid value: '{size}'. Supported values are: {', '.join(STANDARD)}, and 'auto'.", "size")
        return
    width, _, height = size.partition("x")
    if not (width.isdigit() and height.isdigit()):
        yield Broken(f"Invalid size '{size}'.", "size")
        return
    wide, high = int(width), int(height)
    if wide % 16 or high % 16:
        yield Broken(f"Invalid size '{size}'. Width and height must both be divisible by 16.", "size")
    if max(wide, high) > 3840 or not 655_360 <= wide * high <= 8_294_400:
        yield Broken(f"Invalid size '{size}'. Requested resolution is outside the current pixel budget.", "size")
    if max(wide, high) > 3 * min(wide, high):
        yield Broken(f"Invalid size '{size}'. The aspect ratio must be between 1:3 and 3:1.", "size")


def _files(files: Mapping[str, list[bytes]]) -> Iterator[Broken]:
    images = files.get("image", [])
    if not images:
        yield Broken("Missing required parameter: 'image'.", "image", "missing_required_parameter")
    if len(images) > MOST_IMAGES:
        yield Broken(f"Invalid 'image': array too long. Expected at most {MOST_IMAGES}.", "image")
    sizes = [_measured(data, ("PNG", "JPEG", "WEBP")) for data in images]
    if None in sizes or any(len(data) > MOST_IMAGE_BYTES for data in images):
        yield Broken("Invalid image file or mode for image 1, please check your image file.", "image", None)
    for mask in files.get("mask", []):
        measured = _measured(mask, ("PNG",))
        if measured is None or "A" not in measured[1] or len(mask) > MOST_MASK_BYTES:
            yield Broken("Invalid mask image format - mask should be in png format with alpha.", "mask")
        elif sizes and sizes[0] and measured[0] != sizes[0][0]:
            yield Broken("Invalid mask image size - mask size must match the image size.", "mask")


def _measured(data: bytes, formats: tuple[str, ...]) -> tuple[tuple[int, int], str] | None:
    try:
        with Image.open(io.BytesIO(data), formats=formats) as opened:
            return opened.size, opened.mode
    except OSError:
        return None
