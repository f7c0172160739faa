"""Computes where the panels of a strip are in their frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_kit.generators.proof.canvas import Box

if TYPE_CHECKING:
    from prompt_kit.generators.proof.content import Brief

_SMALL_GRID = 4
"""So many panels make a grid of two columns, more of three."""


def panel_boxes(said: Brief, room: Box) -> list[Box]:
    """Return a box for each panel: as the words say, else as the format suggests."""
    count = len(said.panels)
    gap = 0.02 * max(room.w, room.h)
    if said.stacked == "opening" and count > 1:
        lead = Box(room.x, room.y, room.w, (room.h - gap) * 0.5)
        return [lead, *_rows(Box(room.x, lead.bottom + gap, room.w, (room.h - gap) * 0.5), count - 1, count - 1, gap)]
    across = {"row": count, "column": 1, "grid": 2 if count <= _SMALL_GRID else 3}.get(said.stacked) or _across(
        room, count
    )
    return _rows(room, count, across, gap)


def _rows(room: Box, count: int, across: int, gap: float) -> list[Box]:
    down = -(-count // across)
    h = (room.h - gap * (down - 1)) / down
    boxes = []
    for row in range(down):
        here = min(across, count - row * across)
        w = (room.w - gap * (here - 1)) / here
        boxes += [Box(room.x + at * (w + gap), room.y + row * (h + gap), w, h) for at in range(here)]
    return boxes


def _across(room: Box, count: int) -> int:
    """Return how many panels in a row make them most nearly square."""
    return min(range(1, count + 1), key=lambda n: abs((room.w / n) / (room.h / -(-count // n)) - 1))
