"""Draws the layout of a turn alone: plain boxes with labels, to be sent along as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prompt_kit.generators.proof.canvas import Board, Rect, Type
from prompt_kit.generators.proof.content import KINDS
from prompt_kit.generators.proof.fonts import clean
from prompt_kit.generators.proof.generator import png
from prompt_kit.generators.proof.placing import standing
from prompt_kit.generators.proof.symbols import Marks

if TYPE_CHECKING:
    from prompt_kit.layout import Area, Layout

_WHITE: Final = "#ffffff"
_BLACK: Final = "#000000"
_FILLS: Final = {"calm": "#eeeeee", "covered": "#bbbbbb", "change": "#ffe9a8"}
_EMPTY: Final = ("calm", "covered")


def drawn_guide(layout: Layout, size: tuple[int, int]) -> bytes:
    """Return a PNG of a layout's areas in a picture of this size; areas without a box are left out."""
    board = Board(size)
    whole = Rect(0, 0, *map(float, size))
    board.box(whole, _WHITE)
    unit = max((size[0] * size[1]) ** 0.5 / 40, 6.0)
    marks = Marks(board, _BLACK, unit, _WHITE)
    for here in standing([area for area in layout.areas if area.box], whole):
        board.box(here.rect, _FILLS.get(here.area.kind, _WHITE), line=_BLACK, width=2)
        pad = min(0.5 * unit, 0.1 * min(here.clear.w, here.clear.h))
        marks.text(here.clear.inset(pad), _label(here.area), Type(1.6 * unit, _BLACK), smallest=0.4 * unit)
    return png(board.finished())


def _label(area: Area) -> str:
    content = " ".join(clean(area.content).split())
    if area.kind == "words" and content:
        return f"words: “{content}”"
    if area.kind in _EMPTY:
        return "empty"
    facing = f", {area.facing.replace('-', ' ')}" if area.facing else ""
    return f"{content or KINDS[area.kind]}{facing}"
