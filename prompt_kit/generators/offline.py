"""The offline generator: draws a layout sheet to discuss before money is spent."""

from __future__ import annotations

import asyncio
import hashlib
import io
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from prompt_kit.generators.proof_sheet import draw
from prompt_kit.outcome import Outcome, Picture, Status, Usage

if TYPE_CHECKING:
    from prompt_kit.generators import Request

_PIXELS: Final = 1_050_000
"""How many pixels a sheet has when the model's own size is not known: about those of a 1K picture."""


@dataclass(frozen=True)
class Proof:
    """Draws a sheet with the format, the copy, the references and the prompt; free, and the same every time.

    The bytes depend on the request, and on the fonts of the machine for scripts other than Latin.
    """

    name: str = "proof"

    async def generate(self, request: Request) -> Outcome:
        """Draw the sheet of one request."""
        data, width, height = await asyncio.to_thread(_drawn, request)
        picture = Picture(data, "image/png", width, height, hashlib.sha256(data).hexdigest())
        return Outcome(
            Status.OK,
            (picture,),
            message="The proof is drawn.",
            billable="no",
            usage=Usage(),
            cost=Decimal(0),
            model=request.model.id,
        )


def size_of(request: Request) -> tuple[int, int]:
    """Return width and height of the picture the model would make, in pixels."""
    ratio, size = request.settings.aspect_ratio, request.settings.size
    known = request.model.pixels(ratio or "1:1", size)
    if known:
        return known
    across, _, down = (ratio or "1:1").partition(":")
    quotient = max(1 / 12, min(12, int(across) / int(down)))
    width = round(math.sqrt(_PIXELS * quotient))
    return width, round(width / quotient)


def _drawn(request: Request) -> tuple[bytes, int, int]:
    width, height = size_of(request)
    buffer = io.BytesIO()
    draw(request, width, height).save(buffer, "PNG", compress_level=4)
    return buffer.getvalue(), width, height
