"""Draws the proof of a request: offline, free, and the same bytes for the same request on one machine."""

from __future__ import annotations

import asyncio
import hashlib
import io
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from prompt_kit.catalogue.formats import nearest_format
from prompt_kit.generators.proof.layout import layout_of
from prompt_kit.generators.proof.sheet import draw
from prompt_kit.outcome import Outcome, Picture, Status

if TYPE_CHECKING:
    from prompt_kit.generators import Request
    from prompt_kit.generators.proof.layout import Layout

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


def pixels(request: Request) -> tuple[int, int]:
    """Return the size of the picture that is asked for.

    Without an aspect ratio a model takes the shape of the last picture it is given, or a square.
    """
    model, settings = request.model, request.settings
    ratio = settings.aspect_ratio or nearest_format(_shape(request), 1, model.aspect_ratios)[0] or "1:1"
    known = model.pixels(ratio, settings.size)
    if known is not None:
        return known
    width, _, height = ratio.partition(":")
    shape = min(max(int(width) / max(int(height), 1), 1 / 16), 16) if settings.aspect_ratio else _shape(request)
    area = _MEGAPIXELS.get(settings.size or "1K", 1.0) * 1024 * 1024
    wide, high = ((area * way) ** 0.5 for way in (shape, 1 / shape))
    return min(_LONGEST, max(96, round(wide))), min(_LONGEST, max(96, round(high)))


def _shape(request: Request) -> float:
    image = next((image for _, image in reversed(request.pictures) if image.width and image.height), None)
    return min(max(image.width / image.height, 1 / 16), 16) if image else 1.0


def _outcome(request: Request) -> Outcome:
    size = pixels(request)
    layout = layout_of(request, size)
    data = _png(layout)
    picture = Picture(data, "image/png", *size, hashlib.sha256(data).hexdigest())
    return replace(_DRAWN, pictures=(picture,), model=request.model.id)


def _png(layout: Layout) -> bytes:
    buffer = io.BytesIO()
    draw(layout).save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()
