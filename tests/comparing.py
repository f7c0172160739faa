"""What tests of comparisons share: a small recipe, and a page as a browser sees it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

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
