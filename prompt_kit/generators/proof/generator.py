"""Draws the proof of a request: offline, free, and the same bytes for the same request on one machine."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from prompt_kit.catalogue.formats import nearest_format
from prompt_kit.generators.proof.arrangement import arrangement_of
from prompt_kit.generators.proof.sheet import draw
from prompt_kit.outcome import Outcome, Picture, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image as Pillow

    from prompt_kit.catalogue import Model
    from prompt_kit.generators import Request
    from prompt_kit.images import Image
    from prompt_kit.prompt import Settings

_MEGAPIXELS: Final = {"512": 0.25, "1K": 1.0, "2K": 4.0, "4K": 16.0}
"""About how many megapixels each size has, for formats that the catalogue does not list."""

_LONGEST: Final = 16_384
"""No side of a sheet is longer, in pixels."""

_DRAWN: Final = Outcome(Status.OK, message="The proof is drawn; nothing was sent.", billable="no", cost=Decimal(0))
_WORDS: Final = "(Here stand the words that the model will settle.)"


class Proof:
    """Makes a sheet that shows the layout of a picture before money is spent.

    Latin letters look the same everywhere; other scripts are set in the system's fonts, so that their sheets may
    differ from one machine to another.
    """

    name: Final = "proof"
    free: Final = True
    layouts: Final = True

    async def generate(self, request: Request) -> Outcome:
        """Draw the sheet of one request, in the pixels the picture would have."""
        if request.turn.output == "words":
            return replace(_DRAWN, text=_WORDS, message="Nothing was sent.", model=request.model.id)
        return await asyncio.to_thread(_outcome, request)


def proof_key(request: Request) -> str:
    """Return what identifies the proof of a request: its fingerprint with its layout, which is drawn but never sent."""
    layout = json.dumps(request.turn.layout.to_dict(), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{request.fingerprint} {layout}".encode("utf-8", "surrogatepass")).hexdigest()


def pixels(request: Request) -> tuple[int, int]:
    """Return the size of the picture that is asked for."""
    return pixels_of(request.model, request.settings, [image for _, image in request.pictures])


def pixels_of(model: Model, settings: Settings, pictures: Sequence[Image]) -> tuple[int, int]:
    """Return the size of a picture that a model makes beside these pictures.

    Without an aspect ratio a model takes the shape of the last picture it is given, or a square.
    """
    last = next((image for image in reversed(pictures) if image.width and image.height), None)
    own = min(max(last.width / last.height, 1 / 16), 16) if last else 1.0
    ratio = settings.aspect_ratio or nearest_format(own, 1, model.aspect_ratios)[0] or "1:1"
    known = model.pixels(ratio, settings.size)
    if known is not None:
        return known
    width, _, height = ratio.partition(":")
    shape = min(max(int(width) / max(int(height), 1), 1 / 16), 16) if settings.aspect_ratio else own
    area = _MEGAPIXELS.get(settings.size or "1K", 1.0) * 1024 * 1024
    wide, high = ((area * way) ** 0.5 for way in (shape, 1 / shape))
    return min(_LONGEST, max(96, round(wide))), min(_LONGEST, max(96, round(high)))


def _outcome(request: Request) -> Outcome:
    size = pixels(request)
    data = png(draw(arrangement_of(request, size)).image)
    picture = Picture(data, "image/png", *size, hashlib.sha256(data).hexdigest())
    return replace(_DRAWN, pictures=(picture,), model=request.model.id)


def png(image: Pillow.Image) -> bytes:
    """Return a picture as the bytes of a PNG."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()
