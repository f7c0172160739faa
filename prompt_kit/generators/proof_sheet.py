"""The drawing of a proof: frame, copy, references, prompt and settings on one sheet of paper."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from prompt_kit.errors import InputError
from prompt_kit.generators.proof_type import fitted, leading, lines, put, width
from prompt_kit.prompt import Earlier, Reference

if TYPE_CHECKING:
    from prompt_kit.generators import Request
    from prompt_kit.images import Image as Given

PAPER: Final = "#f7f3ea"
FRAME: Final = "#fffdf7"
INK: Final = "#23282d"
QUIET: Final = "#7d7a72"
RULE: Final = "#d9d2c3"
ACCENTS: Final = ("#c2553d", "#2f6f73", "#8a6d2f", "#4a5d8f", "#7a4a72", "#5a7348")

_QUOTED = re.compile(r"[\"“«]([^\"“”«»]{1,80})[\"”»]")
_HEX = re.compile(r"#[0-9a-fA-F]{6}\b")

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""


@dataclass(frozen=True)
class Layout:
    """Where things stand on a sheet."""

    unit: float
    """A sixtieth of what the sheet offers; all distances are multiples of it."""
    head: Box
    picture: Box
    """Room for the frame in the format of the picture."""
    words: Box
    foot: Box


def draw(request: Request, across: int, down: int) -> Image.Image:
    """Return the sheet of a request at the size of the picture it stands for."""
    sheet = Image.new("RGB", (across, down), PAPER)
    pen = ImageDraw.Draw(sheet)
    where = layout(across, down)
    accent = ACCENTS[hashlib.sha256(_title(request).encode()).digest()[0] % len(ACCENTS)]
    _head(pen, where, request, accent)
    frame = _frame_box(where.picture, across / down)
    _frame(sheet, pen, frame, request, (accent, where.unit))
    _words(sheet, pen, where, request, accent)
    _foot(pen, where, request, (across, down))
    return sheet


def layout(across: int, down: int) -> Layout:
    """Return where things stand: side by side on a wide sheet, one below the other on a tall one."""
    unit = min((across * down) ** 0.5 / 60, min(across, down) / 26)
    margin = 2.2 * unit
    left, right = margin, across - margin
    head = (left, margin, right, margin + 2.6 * unit)
    foot = (left, down - margin - 1.5 * unit, right, down - margin)
    top, bottom = head[3] + 1.2 * unit, foot[1] - 1.4 * unit
    if across >= down * 1.1:
        share = 0.5 if across < down * 2.2 else min(0.5, down / across * 1.0)
        middle = left + (right - left) * share
        return Layout(unit, head, (left, top, middle, bottom), (middle + 2 * unit, top, right, bottom), foot)
    share = 0.5 if down < across * 2.2 else min(0.5, across / down * 1.0)
    middle = top + (bottom - top) * share
    return Layout(unit, head, (left, top, right, middle), (left, middle + 1.6 * unit, right, bottom), foot)


def copy_of(text: str) -> list[str]:
    """Return the exact words that a prompt asks for, in order."""
    return list(dict.fromkeys(_QUOTED.findall(text)))


def _title(request: Request) -> str:
    name = request.prompt.recipe if request.prompt else ""
    return name.replace("-", " ").capitalize() or "Prompt"


def _head(pen: ImageDraw.ImageDraw, where: Layout, request: Request, accent: str) -> None:
    left, top, right, bottom = where.head
    big, small = round(2.0 * where.unit), max(8, round(0.95 * where.unit))
    put(pen, (left, top), _title(request), big, INK)
    start = left + width(_title(request), big) + where.unit
    if request.turn.name and request.prompt and len(request.prompt.turns) > 1:
        number = request.prompt.turns.index(request.turn) + 1
        note = f"{number} of {len(request.prompt.turns)} · {request.turn.name}"
        put(pen, (start, top + big - small), note, small, accent)
    mark = "PROOF · not a generated picture"
    put(pen, (right - width(mark, small), top + big - small), mark, small, accent)
    pen.line([(left, bottom + 0.3 * where.unit), (right, bottom + 0.3 * where.unit)], fill=INK, width=_thin(where.unit))


def _frame_box(room: Box, ratio: float) -> Box:
    left, top, right, bottom = room
    across = min(right - left, (bottom - top) * ratio)
    down = across / ratio
    x, y = left + (right - left - across) / 2, top + (bottom - top - down) / 2
    return x, y, x + across, y + down


def _frame(sheet: Image.Image, pen: ImageDraw.ImageDraw, box: Box, request: Request, look: tuple[str, float]) -> None:
    """Draw the picture-to-be: what stands where, as far as it is known."""
    accent, unit = look
    left, top, right, bottom = box
    pen.rectangle(box, fill=FRAME)
    pictures = _pictures(request)
    task = request.prompt.task if request.prompt else "create"
    if task == "edit" and pictures:
        _paste(sheet, pen, box, pictures[0][1], unit)
    elif task == "compose" and pictures:
        _side_by_side(sheet, pen, box, [image for _, image in pictures], unit)
    else:
        _subject(pen, box, request, accent)
    for k in (1, 2):
        x, y = left + (right - left) * k / 3, top + (bottom - top) * k / 3
        pen.line([(x, top), (x, bottom)], fill=RULE, width=_thin(unit))
        pen.line([(left, y), (right, y)], fill=RULE, width=_thin(unit))
    _copy(pen, box, request, unit)
    pen.rectangle(box, outline=INK, width=_thin(unit) * 2)
    for x, y, dx, dy in ((left, top, -1, -1), (right, top, 1, -1), (left, bottom, -1, 1), (right, bottom, 1, 1)):
        pen.line([(x + dx * 0.35 * unit, y), (x + dx * 0.9 * unit, y)], fill=accent, width=_thin(unit))
        pen.line([(x, y + dy * 0.35 * unit), (x, y + dy * 0.9 * unit)], fill=accent, width=_thin(unit))


def _subject(pen: ImageDraw.ImageDraw, box: Box, request: Request, accent: str) -> None:
    """Draw a soft shape where the subject will stand, and leave the rest for words when that is asked."""
    left, top, right, bottom = box
    across, down = right - left, bottom - top
    values = request.prompt.values if request.prompt else {}
    position = str(values.get("position", "bottom-right" if _title(request) == "Negative space" else "center"))
    x = left + across * (0.74 if "right" in position else 0.26 if "left" in position else 0.5)
    y = top + down * (0.72 if "bottom" in position else 0.28 if "top" in position else 0.5)
    radius = min(across, down) * (0.2 if "position" in values or _title(request) == "Negative space" else 0.3)
    for step, share in enumerate((1.0, 0.72, 0.44)):
        r = radius * share
        pen.ellipse([x - r, y - r, x + r, y + r], fill=_mixed(accent, FRAME, 0.14 + 0.16 * step))
    if not copy_of(request.turn.text):
        subject = str(values.get("subject") or values.get("product") or values.get("character") or "")
        _caption(pen, box, (x, y + radius), subject)
    if "position" in values or "overlay" in values:
        room = (left + across - (x - left), top + down - (y - top))
        _caption(pen, box, room, f"stays empty for {values.get('overlay', 'words')}")


def _caption(pen: ImageDraw.ImageDraw, box: Box, at: tuple[float, float], text: str) -> None:
    """Set a small note around a point of the frame, where there is room for it."""
    size = max(8, round(min(box[2] - box[0], box[3] - box[1]) / 26))
    broken = lines(text, size, (box[2] - box[0]) * 0.4)[:2]
    x, y = at
    for line in broken:
        left = min(max(box[0] + size, x - width(line, size) / 2), box[2] - size - width(line, size))
        if text and y + leading(size) < box[3] and left > box[0]:
            put(pen, (left, y + size * 0.3), line, size, QUIET)
        y += leading(size)


def _copy(pen: ImageDraw.ImageDraw, box: Box, request: Request, unit: float) -> None:
    """Set the exact words in real type, the first ones largest."""
    words = copy_of(request.turn.text)[:4]
    left, top, right, bottom = box
    if not words or bottom - top < 6 * unit or right - left < 6 * unit:
        return
    across, down = (right - left) * 0.86, (bottom - top) * 0.8 / len(words)
    y = top + (bottom - top) * 0.12
    size = max(9, round(min(bottom - top, right - left) / 7))
    for text in words:
        broken, used = fitted(text, (across, down), (max(8, round(unit * 0.7)), size))
        for line in broken:
            put(pen, (left + (right - left - width(line, used)) / 2, y), line, used, INK)
            y += leading(used)
        y += used * 0.3
        size = max(9, round(used * 0.55))


def _words(sheet: Image.Image, pen: ImageDraw.ImageDraw, where: Layout, request: Request, accent: str) -> None:
    """Set the references and then the prompt."""
    left, top, right, bottom = where.words
    top = _references(sheet, pen, where, request, accent)
    top = _swatches(pen, (left, top, right, bottom), request, where.unit)
    largest = round(min(1.55 * where.unit, (bottom - top) / 6))
    smallest = max(7, round(0.55 * where.unit))
    columns = max(1, min(4, round((right - left) / (34 * where.unit))))
    gap = 2 * where.unit
    across = (right - left - gap * (columns - 1)) / columns
    room = (across, (bottom - top) * columns * 0.94 if columns > 1 else bottom - top)
    broken, size = fitted(request.turn.text, room, (smallest, max(smallest, largest)))
    x, y = left, top
    for line in broken:
        if y + leading(size) > bottom + size * 0.5 and x + across + gap < right:
            x, y = x + across + gap, top
        if line:
            put(pen, (x, y), line, size, INK)
        y += leading(size) * (1 if line else 0.55)


def _references(sheet: Image.Image, pen: ImageDraw.ImageDraw, where: Layout, request: Request, accent: str) -> float:
    """Show the pictures that go along, numbered as the words call them; return where the next thing begins."""
    left, top, right, bottom = where.words
    pictures = _pictures(request)
    if not pictures:
        return top
    unit = where.unit
    small = max(7, round(0.7 * unit))
    room = right - left
    side = min(8 * unit, (room + unit) / len(pictures) - unit, (bottom - top) * 0.3)
    for number, (part, image) in enumerate(pictures, 1):
        x = left + (number - 1) * (side + unit)
        box = (x, top, x + side, top + side)
        _paste(sheet, pen, box, image, unit)
        pen.rectangle(box, outline=RULE, width=_thin(unit))
        label = f"{number} {part.slot if isinstance(part, Reference) else 'earlier'} · {part.role}"
        for row, line in enumerate(lines(label, small, side + unit * 0.8)[:2]):
            put(pen, (x, top + side + 0.2 * unit + row * small * 1.25), line, small, accent)
    return top + side + 0.2 * unit + small * 2.5 + unit


def _swatches(pen: ImageDraw.ImageDraw, room: Box, request: Request, unit: float) -> float:
    """Show the colours that the prompt names by code."""
    left, top, right, _ = room
    codes = list(dict.fromkeys(_HEX.findall(request.turn.text)))[:8]
    for number, code in enumerate(codes):
        x = left + number * 6.5 * unit
        if x + 5 * unit > right:
            break
        pen.rectangle([x, top, x + 1.6 * unit, top + 1.6 * unit], fill=code, outline=RULE)
        put(pen, (x + 2 * unit, top + 0.3 * unit), code, max(7, round(0.75 * unit)), QUIET)
    return top + 2.6 * unit if codes else top


def _foot(pen: ImageDraw.ImageDraw, where: Layout, request: Request, size: tuple[int, int]) -> None:
    """Say what would be sent, to whom, and what it would cost."""
    left, top, right, _ = where.foot
    pen.line([(left, top - 0.5 * where.unit), (right, top - 0.5 * where.unit)], fill=RULE, width=_thin(where.unit))
    settings = request.settings
    price = request.model.picture_price(settings.size)
    facts = [
        request.model.title or request.model.id,
        settings.aspect_ratio or "format left to the model",
        f"{size[0]} × {size[1]} px",
        f"tier {settings.tier or 'standard'}" if not settings.model else "",
        f"about ${price:.3f}" if price is not None else "price unknown",
        request.fingerprint[:10],
    ]
    text = "   ·   ".join(filter(None, facts))
    points = max(7, round(0.85 * where.unit))
    while width(text, points) > right - left and points > 6:
        points -= 1
    put(pen, (left, top), text, points, QUIET)


def _pictures(request: Request) -> list[tuple[Reference | Earlier, Given]]:
    earlier = iter(request.earlier)
    found: list[tuple[Reference | Earlier, Given]] = []
    for part in request.turn.parts:
        if isinstance(part, Reference):
            found.append((part, part.image))
        elif isinstance(part, Earlier):
            found.append((part, next(earlier)))
    return found


def _side_by_side(sheet: Image.Image, pen: ImageDraw.ImageDraw, box: Box, images: list[Given], unit: float) -> None:
    """Lay the pictures that are brought together beside each other, with plus signs between them."""
    left, top, right, bottom = box
    count = min(len(images), 6)
    gap = (right - left) * 0.05
    side = min((right - left - gap * (count + 1)) / count, (bottom - top) * 0.7)
    x = left + (right - left - side * count - gap * (count - 1)) / 2
    y = (top + bottom - side) / 2
    for number, image in enumerate(images[:count]):
        _paste(sheet, pen, (x, y, x + side, y + side), image, unit)
        if number < count - 1:
            middle, arm = x + side + gap / 2, gap * 0.28
            pen.line([(middle - arm, y + side / 2), (middle + arm, y + side / 2)], fill=INK, width=_thin(unit) * 2)
            pen.line([(middle, y + side / 2 - arm), (middle, y + side / 2 + arm)], fill=INK, width=_thin(unit) * 2)
        x += side + gap


def _paste(sheet: Image.Image, pen: ImageDraw.ImageDraw, box: Box, image: Given, unit: float) -> None:
    """Put a picture into a box, whole; one that cannot be drawn is named instead."""
    left, top, right, bottom = (round(v) for v in box)
    pen.rectangle(box, fill=FRAME)
    size = (max(1, right - left), max(1, bottom - top))
    try:
        with Image.open(io.BytesIO(image.read())) as opened:
            opened.draft("RGB", size)
            fitting = ImageOps.contain(opened.convert("RGBA"), size)
    except (UnidentifiedImageError, OSError, InputError, ValueError, Image.DecompressionBombError):
        text = image.media_type.partition("/")[2].upper()
        put(pen, (left + unit * 0.4, (top + bottom) / 2), text, max(7, round(0.8 * unit)), QUIET)
        return
    sheet.paste(fitting, (left + (size[0] - fitting.width) // 2, top + (size[1] - fitting.height) // 2), fitting)


def _mixed(color: str, ground: str, share: float) -> str:
    pairs = zip(_channels(color), _channels(ground), strict=True)
    return "#" + "".join(f"{round(c * share + g * (1 - share)):02x}" for c, g in pairs)


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _thin(unit: float) -> int:
    return max(1, round(unit * 0.08))
