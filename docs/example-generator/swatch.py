"""Paints bands of colour in the size that is asked for: a generator to start from, with nothing to install."""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from prompt_kit import Outcome, Picture, Status

if TYPE_CHECKING:
    from prompt_kit.generators import Request


@dataclass(frozen=True)
class Swatch:
    """Paints the same bands for the same words."""

    name: ClassVar[str] = "swatch"
    bands: int = 5
    """How many bands there are; a project can say so in its file."""

    async def generate(self, request: Request) -> Outcome:
        """Make one picture; whatever goes wrong is an outcome, too, and never an exception."""
        if request.turn.output == "words":
            return Outcome(Status.INVALID, message="swatch only paints.", next_step="Ask for a picture.", billable="no")
        settings = request.settings
        width, height = request.model.pixels(settings.aspect_ratio or "1:1", settings.size) or (1024, 1024)
        colours = hashlib.sha512(request.turn.text.encode()).digest()
        shades = [colours[3 * band % 60 : 3 * band % 60 + 3] for band in range(self.bands)]
        data = _png(width, height, shades)
        picture = Picture(data, "image/png", width, height, hashlib.sha256(data).hexdigest())
        return Outcome(Status.OK, pictures=(picture,), billable="no", cost=Decimal(0), model=self.name)


def _png(width: int, height: int, shades: list[bytes]) -> bytes:
    rows = b"".join(b"\0" + shades[row * len(shades) // height] * width for row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
