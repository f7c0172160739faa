"""A generator that does what a test says, and pictures in one colour."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import io
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from PIL import Image

from prompt_kit.outcome import Outcome, Picture, Piece, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from prompt_kit.generators import Request

BLOCKED = Outcome(
    Status.BLOCKED,
    message="The rules of safety refused it.",
    next_step="Say it in other words.",
    reason="IMAGE_SAFETY",
    billable="no",
)
OVERLOADED = Outcome(Status.UNAVAILABLE, message="Overloaded.", billable="no", cost=Decimal(0))


@dataclass
class Painter:
    """Paints a picture for every request, unless the test says otherwise, and keeps what it was asked."""

    name: str = "gemini"
    before: Callable[[Request], Any] = lambda _: None
    """Called for each request before it is answered, and awaited; an outcome that it returns is the answer."""
    answers: dict[str, Outcome] = field(default_factory=dict)
    """Answers other than a picture, by words of the turn's text."""
    data: bytes = b""
    """What every picture is; left out, each prompt has its own colour."""
    size: tuple[int, int] = (64, 48)
    more: dict[str, Any] = field(default_factory=dict)
    """What else the outcome of a picture says."""
    asked: list[Request] = field(default_factory=list)

    async def generate(self, request: Request) -> Outcome:
        """Note the request and answer it."""
        self.asked.append(request)
        answer = self.before(request)
        # Others have their turn, too, as during every answer that comes over a network.
        answer = await answer if inspect.isawaitable(answer) else await asyncio.sleep(0, answer)
        answer = answer or next((answer for words, answer in self.answers.items() if words in request.turn.text), None)
        if isinstance(answer, Outcome):
            return replace(answer, model=request.model.id)
        data = self.data or png(self.size, f"#{request.fingerprint[:6]}")
        facts: dict[str, Any] = {
            "pictures": (Picture(data, "image/png", *self.size, hashlib.sha256(data).hexdigest()),),
            "pieces": (Piece("Here it is."), Piece(picture=0, signature="c2ln")),
            "billable": "yes",
            "cost": Decimal("0.04"),
            "model": request.model.id,
        }
        return Outcome(Status.OK, **facts | self.more)

    @property
    def free(self) -> bool:
        """Whether it costs nothing, as the proof does."""
        return self.name == "proof"

    @property
    def layouts(self) -> bool:
        """Whether it draws what another one is going to be asked, as the proof does."""
        return self.name == "proof"

    @property
    def turns(self) -> list[str]:
        """The names of the turns it was asked for."""
        return [request.turn.name for request in self.asked]


def stopping_at(words: str) -> Callable[[Request], None]:
    """Return what happens before an answer when somebody stops the program at the turn with these words."""

    def stop(request: Request) -> None:
        if words in request.turn.text:
            raise asyncio.CancelledError

    return stop


def png(size: tuple[int, int] = (64, 48), color: str = "#336699", mode: str = "RGB") -> bytes:
    """Return a picture in one colour."""
    return encoded(Image.new(mode, size, color))


def encoded(image: Image.Image) -> bytes:
    """Return a picture as PNG."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
