"""What tests of comparisons share: a small recipe, and a painter that does what it is told."""

from __future__ import annotations

import asyncio
import hashlib
import io
from dataclasses import dataclass, field, replace
from decimal import Decimal
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from PIL import Image

from prompt_kit.outcome import Outcome, Picture, Status

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.generators import Request

RECIPE = """\
title: Card
parameters:
  subject: {type: text, required: true, title: Subject}
  style: {type: choice, title: Style, choices: {flat: Flat vector, retro: Retro badge, ink: Ink}, default: flat}
  gold: {type: boolean, title: Golden edge}
  stars: {type: integer, title: Stars, min: 1, max: 5}
  shine: {type: text, title: Shine, show_if: {gold: true}}
references:
  photo: {role: object, title: Photo}
excludes: {loud: A card is quiet.}
settings: {aspect_ratio: "1:1"}
examples:
  fox: {title: The fox, values: {subject: a fox, style: retro}}
  bee: {title: The bee, values: {subject: a bee}, settings: {aspect_ratio: "16:9"}}
"""
TEMPLATE = """\
Draw a card of {{ subject }}.
{% if style %}It is drawn in a {{ style }} manner.{% endif %}
{% if gold %}Its edge is golden{% if shine %} and {{ shine }}{% endif %}.{% endif %}
{% if stars %}It has {{ stars }} stars.{% endif %}
The line is bold.
"""
SHOP = {
    "recipes/card.yaml": RECIPE,
    "templates/card.j2": TEMPLATE,
    "recipes/strategies/soft.yaml": "title: Soft light\nparameters: {lamp: {type: text}}\n",
    "templates/strategies/soft.j2": "The light is soft{% if lamp %}, from {{ lamp }}{% endif %}.\n",
    "recipes/strategies/silent.yaml": "title: Says nothing\n",
    "templates/strategies/silent.j2": "\n",
    "recipes/strategies/loud.yaml": "title: Loud\n",
    "templates/strategies/loud.j2": "Louder.\n",
}

BLOCKED = Outcome(
    Status.BLOCKED,
    message="The rules of safety refused it.",
    next_step="Say it in other words.",
    reason="IMAGE_SAFETY",
    billable="no",
)


@dataclass
class Painter:
    """Paints every request in its own colour, unless its words ask for something else."""

    name: str = "painter"
    answers: dict[str, Outcome] = field(default_factory=dict)
    """Outcomes by a word of the prompt."""
    slow: str = ""
    """A word for which it takes forever."""
    size: tuple[int, int] = (64, 48)
    asked: list[Request] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def generate(self, request: Request) -> Outcome:
        """Note the request and answer it."""
        self.asked.append(request)
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            await asyncio.sleep(30 if self.slow and self.slow in request.turn.text else 0.01)
        finally:
            self.at_once -= 1
        told = next((answer for word, answer in self.answers.items() if word in request.turn.text), None)
        if told is not None:
            return replace(told, model=request.model.id)
        data = png(self.size, "#" + request.fingerprint[:6])
        picture = Picture(data, "image/png", *self.size, hashlib.sha256(data).hexdigest())
        return Outcome(Status.OK, (picture,), billable="yes", cost=Decimal("0.04"), model=request.model.id)


def png(size: tuple[int, int] = (64, 48), color: str = "#336699", mode: str = "RGB") -> bytes:
    """Return a picture in one colour."""
    buffer = io.BytesIO()
    Image.new(mode, size, color).save(buffer, "PNG")
    return buffer.getvalue()


class Seen(HTMLParser):
    """What a browser would see of a page."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.source = page.read_text("utf-8")
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        """Note words."""
        self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of all elements of a kind."""
        return [attrs for name, attrs in self.tags if name == tag]
