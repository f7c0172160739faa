"""Sets type on a proof: finds fonts for every script, breaks lines, fits text into a box."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from PIL import ImageFont

if TYPE_CHECKING:
    from PIL import ImageDraw

Font: TypeAlias = ImageFont.FreeTypeFont

# Where systems keep fonts with many scripts; Pillow's own has Latin letters only.
_PLACES: Final = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansDevanagari-Regular.ttf",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
    "C:/Windows/Fonts/arial.ttf",
    "C:/Windows/Fonts/msgothic.ttc",
    "C:/Windows/Fonts/malgun.ttf",
)


@dataclass(frozen=True, slots=True)
class Run:
    """Letters that are set in one font; letters no font has are named instead."""

    text: str
    face: str
    """File of the font; empty for Pillow's own."""


@cache
def font(face: str, size: int) -> Font:
    """Return a font at a size in pixels."""
    made = ImageFont.truetype(face, size) if face else ImageFont.load_default(max(size, 6))
    assert isinstance(made, ImageFont.FreeTypeFont), "Pillow was built without FreeType"  # noqa: S101 - wheels have it
    return made


def width(text: str, size: int) -> float:
    """Return how wide a line is, in pixels."""
    return sum(font(run.face, size).getlength(run.text) for run in runs(text))


def put(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, fill: str) -> None:
    """Set one line with its baseline box beginning at this point."""
    x, y = at
    for run in runs(text):
        face = font(run.face, size)
        draw.text((x, y + size), run.text, font=face, fill=fill, anchor="ls")
        x += face.getlength(run.text)


def lines(text: str, size: int, room: float) -> list[str]:
    """Return a text broken into lines of this width; empty lines stand between paragraphs."""
    broken: list[str] = []
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            broken.append("")
        for part in paragraph.split("\n"):
            broken += _wrapped(part, size, room)
    return broken


def leading(size: int) -> float:
    """Return the distance of two baselines, in pixels."""
    return size * 1.42


def fitted(text: str, room: tuple[float, float], sizes: tuple[int, int]) -> tuple[list[str], int]:
    """Return the lines of a text and the largest size at which they fit into the room.

    What does not fit even at the smallest size is cut, and says so.
    """
    across, down = room
    low, high = sizes
    best: tuple[list[str], int] | None = None
    while low <= high:
        size = (low + high) // 2
        broken = lines(text, size, across)
        if _height(broken, size) <= down:
            best, low = (broken, size), size + 1
        else:
            high = size - 1
    if best:
        return best
    broken = lines(text, sizes[0], across)
    kept = max(1, int(down / leading(sizes[0])) - 1)
    return [*broken[:kept], "… continues in the record"], sizes[0]


def runs(text: str) -> list[Run]:
    """Return a line as runs of one font each."""
    if text.isascii():
        return [Run(text, "")]
    return [Run(_shown("".join(group), face), face or "") for face, group in groupby(text, _face)]


def _height(broken: list[str], size: int) -> float:
    return sum(leading(size) * (1 if line else 0.55) for line in broken)


def _wrapped(text: str, size: int, room: float) -> list[str]:
    done: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer, size) <= room:
            line = longer
            continue
        if line:
            done.append(line)
        line = word
        while width(line, size) > room and len(line) > 1:
            cut = max(1, int(len(line) * room / width(line, size)))
            done.append(line[:cut])
            line = line[cut:]
    return [*done, line]


@cache
def _face(letter: str) -> str | None:
    """Return the font that has a letter, or ``None``."""
    if letter.isascii() or letter.isspace():
        return ""
    for face in ("", *_installed()):
        if _has(face, letter):
            return face
    return None


@cache
def _installed() -> tuple[str, ...]:
    return tuple(place for place in _PLACES if Path(place).is_file())


def _has(face: str, letter: str) -> bool:
    """Tell whether a font has a letter: what it draws differs from what it draws for a letter that nobody has."""
    made = font(face, 24)
    return bytes(made.getmask(letter)) != bytes(made.getmask("\U0010fffe"))


def _shown(text: str, face: str | None) -> str:
    """Return what is set for a run: itself, or the name of its script where no font has it."""
    if face is not None:
        return text
    script = unicodedata.name(text[0], "symbol").partition(" ")[0].lower()
    script = {"cjk": "CJK", "hiragana": "Japanese", "katakana": "Japanese", "hangul": "Korean"}.get(script, script)
    return f"[{len(text)} letters, {script.capitalize() if script.islower() else script}]"
