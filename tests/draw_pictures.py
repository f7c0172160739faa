"""Draws the pictures that the examples of the built-in recipes use: `python tests/draw_pictures.py`.

Flat drawings in one palette, small enough to ship, and the same bytes every time.
"""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).resolve().parent.parent / "recipes" / "pictures"
SCALE = 2

INK, CREAM, SAND, BLUSH = "#22303c", "#f6efe2", "#e3d3b8", "#f0d5c8"
CORAL, RUST, OCHRE, TEAL = "#e2725b", "#a8472c", "#d79a3d", "#2f7f86"
NAVY, SKY, SAGE, SKIN = "#243b5e", "#bcd7e6", "#a9bb9c", "#e9bb98"
DARK_SKIN, HAIR, GINGER, WHITE = "#b97f5a", "#3d2a22", "#dd8b45", "#fffdf8"

Points = list[tuple[float, float]]


class Sheet:
    """A drawing that is made at twice its size and then reduced, so that edges are smooth."""

    def __init__(self, width: int, height: int, ground: str) -> None:
        self.size = (width, height)
        self.image = Image.new("RGB", (width * SCALE, height * SCALE), ground)
        self.draw = ImageDraw.Draw(self.image)

    def oval(self, x: float, y: float, rx: float, ry: float, fill: str) -> None:
        """Draw an ellipse around a middle."""
        self.draw.ellipse([(x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE], fill=fill)

    def box(self, x: float, y: float, width: float, height: float, fill: str, radius: float = 0) -> None:
        """Draw a rectangle, rounded if asked."""
        area = [x * SCALE, y * SCALE, (x + width) * SCALE, (y + height) * SCALE]
        self.draw.rounded_rectangle(area, radius * SCALE, fill=fill)

    def shape(self, points: Points, fill: str) -> None:
        """Draw a polygon."""
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def line(self, points: Points, fill: str, width: float = 3) -> None:
        """Draw a line with round joints."""
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.draw.line(scaled, fill=fill, width=round(width * SCALE), joint="curve")
        for x, y in (points[0], points[-1]):
            self.oval(x, y, width / 2, width / 2, fill)

    def arc(self, area: tuple[float, float, float, float], turn: tuple[float, float], fill: str, width: float = 3) -> None:
        """Draw a part of an ellipse, from one angle to another in degrees."""
        self.draw.arc([v * SCALE for v in area], *turn, fill=fill, width=round(width * SCALE))

    def shadow(self, x: float, y: float, rx: float, ry: float, depth: int = 60) -> None:
        """Lay a soft shadow on what is there."""
        mask = Image.new("L", self.image.size, 0)
        area = [(x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE]
        ImageDraw.Draw(mask).ellipse(area, fill=depth)
        self.image.paste(INK, mask=mask.filter(ImageFilter.GaussianBlur(12 * SCALE / 2)))

    def finished(self) -> Image.Image:
        """Return the drawing at its size, in few colours."""
        small = self.image.resize(self.size, Image.Resampling.LANCZOS)
        return small.quantize(96, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def face(s: Sheet, x: float, y: float, size: float, skin: str, hair: str) -> None:
    """Draw a quiet head with closed, smiling eyes, seen from the front."""
    s.box(x - size * 0.22, y + size * 0.6, size * 0.44, size * 0.7, skin)
    s.oval(x, y, size * 0.72, size * 0.92, skin)
    for side in (-1, 1):
        s.oval(x + side * size * 0.72, y + size * 0.08, size * 0.13, size * 0.2, skin)
        s.arc((x + side * size * 0.3 - size * 0.15, y - size * 0.12, x + side * size * 0.3 + size * 0.15, y + size * 0.14), (200, 340), INK, 3)
        s.arc((x + side * size * 0.3 - size * 0.2, y - size * 0.36, x + side * size * 0.3 + size * 0.2, y - size * 0.1), (215, 325), hair, 4)
        s.oval(x + side * size * 0.42, y + size * 0.28, size * 0.13, size * 0.08, BLUSH if skin == SKIN else CORAL)
    s.line([(x, y), (x - size * 0.06, y + size * 0.24), (x + size * 0.04, y + size * 0.26)], RUST, 2.5)
    s.arc((x - size * 0.26, y + size * 0.26, x + size * 0.26, y + size * 0.56), (25, 155), RUST, 3.5)


def woman_portrait() -> Sheet:
    """A woman with dark hair and a teal jumper."""
    s = Sheet(480, 600, SAND)
    s.oval(240, 250, 165, 200, HAIR)
    s.box(75, 250, 330, 170, HAIR, 40)
    s.shape([(40, 600), (95, 465), (190, 425), (290, 425), (385, 465), (440, 600)], TEAL)
    face(s, 240, 270, 130, SKIN, HAIR)
    s.shape([(145, 235), (160, 150), (240, 118), (320, 150), (335, 235), (290, 178), (215, 170)], HAIR)
    s.arc((190, 395, 290, 470), (0, 180), "#256a70", 10)
    return s


def man_glasses() -> Sheet:
    """A man with white glasses and a short beard."""
    s = Sheet(480, 600, SKY)
    s.shape([(30, 600), (80, 475), (185, 430), (295, 430), (400, 475), (450, 600)], NAVY)
    s.shape([(200, 430), (280, 430), (240, 500)], WHITE)
    s.oval(240, 290, 98, 134, HAIR)
    face(s, 240, 255, 128, DARK_SKIN, HAIR)
    s.shape([(146, 245), (150, 165), (200, 122), (280, 122), (330, 165), (334, 245), (312, 190), (168, 190)], HAIR)
    s.arc((148, 215, 332, 385), (20, 160), HAIR, 20)
    for x in (202, 278):
        s.oval(x, 252, 38, 32, WHITE)
        s.oval(x, 252, 28, 23, "#dfe9ee")
        s.arc((x - 17, 244, x + 17, 268), (200, 340), INK, 3)
    s.line([(238, 248), (242, 248)], WHITE, 8)
    return s


def cat() -> Sheet:
    """A ginger cat on a cushion."""
    s = Sheet(560, 480, SAGE)
    s.shadow(280, 425, 220, 28)
    s.box(70, 370, 420, 70, CREAM, 34)
    s.line([(410, 380), (470, 330), (460, 240), (490, 200)], GINGER, 34)
    s.oval(280, 305, 130, 110, GINGER)
    s.oval(280, 335, 72, 72, CREAM)
    for side in (-1, 1):
        s.shape([(280 + side * 92, 150), (280 + side * 88, 60), (280 + side * 22, 112)], GINGER)
        s.shape([(280 + side * 80, 132), (280 + side * 80, 84), (280 + side * 40, 112)], BLUSH)
        s.oval(280 + side * 55, 402, 36, 20, CREAM)
    s.oval(280, 175, 104, 86, GINGER)
    for x in (-34, 0, 34):
        s.line([(280 + x, 96 + abs(x) / 6), (280 + x * 0.8, 128)], RUST, 9)
    s.oval(280, 212, 50, 34, CREAM)
    for side in (-1, 1):
        s.oval(280 + side * 42, 172, 15, 17, INK)
        s.oval(280 + side * 38, 166, 5, 5, WHITE)
        for dy in (-8, 4, 16):
            s.line([(280 + side * 40, 208 + dy / 2), (280 + side * 118, 200 + dy)], WHITE, 2)
    s.shape([(268, 196), (292, 196), (280, 210)], CORAL)
    s.arc((256, 204, 280, 228), (10, 170), INK, 3)
    s.arc((280, 204, 304, 228), (10, 170), INK, 3)
    return s


def living_room() -> Sheet:
    """A bright room with a blue sofa."""
    s = Sheet(720, 480, CREAM)
    s.box(0, 350, 720, 130, "#cda67c")
    for x in range(-200, 720, 120):
        s.line([(x + 160, 350), (x, 480)], "#c19a70", 2)
    s.box(60, 50, 190, 200, WHITE, 4)
    s.box(72, 62, 166, 176, SKY)
    s.oval(200, 110, 22, 22, "#fbe7a8")
    s.shape([(72, 238), (72, 190), (120, 160), (165, 200), (200, 175), (238, 205), (238, 238)], SAGE)
    s.line([(155, 62), (155, 238)], WHITE, 8)
    s.box(330, 70, 90, 110, INK, 3)
    s.box(338, 78, 74, 94, SAND)
    s.oval(375, 120, 22, 30, CORAL)
    s.shadow(400, 420, 260, 20, 80)
    s.box(190, 240, 420, 130, "#2f5f9e", 26)
    s.box(215, 305, 185, 70, "#3c72b8", 18)
    s.box(402, 305, 185, 70, "#3c72b8", 18)
    s.box(165, 280, 62, 125, "#28548d", 24)
    s.box(575, 280, 62, 125, "#28548d", 24)
    s.box(190, 365, 420, 42, "#28548d", 10)
    for x in (205, 580):
        s.box(x, 405, 14, 22, HAIR)
    s.box(250, 262, 80, 62, OCHRE, 14)
    s.line([(672, 420), (672, 180)], INK, 5)
    s.shape([(630, 185), (714, 185), (698, 110), (646, 110)], "#f2dfb0")
    s.oval(672, 422, 34, 8, INK)
    s.box(40, 330, 54, 60, RUST, 8)
    for angle in (-50, -25, 0, 25, 50):
        tip = (67 + math.sin(math.radians(angle)) * 92, 330 - math.cos(math.radians(angle)) * 100)
        s.line([(67, 332), tip], "#5f7f58", 11)
    return s


def street_night() -> Sheet:
    """A modern street at night, with a small bar."""
    s = Sheet(720, 480, "#1b2340")
    rng = random.Random(7)
    for x in range(0, 720, 90):
        height = rng.randint(190, 360)
        s.box(x, 400 - height, 86, height, rng.choice(["#28335a", "#222c4e", "#303c66"]))
        for wx in range(x + 12, x + 76, 20):
            for wy in range(412 - height, 340, 26):
                if rng.random() < 0.5:
                    s.box(wx, wy, 11, 14, rng.choice(["#f5d48a", "#e9b872", "#8fb4c9"]))
    s.box(0, 395, 720, 85, "#10162b")
    s.box(60, 250, 230, 150, "#3b2530")
    s.box(80, 300, 90, 100, "#f3c277", 4)
    s.box(190, 300, 80, 100, "#5a3642", 4)
    s.box(84, 258, 182, 34, CORAL, 8)
    s.line([(110, 275), (240, 275)], "#ffe7d2", 7)
    s.box(470, 270, 190, 130, "#24424a")
    s.box(488, 300, 154, 100, "#9ad0c6", 4)
    s.shape([(460, 300), (670, 300), (650, 268), (480, 268)], TEAL)
    for x, color in ((125, "#8a6b45"), (175, "#84403a"), (565, "#3d6c6c")):
        s.oval(x, 440, 60, 9, color)
    s.line([(380, 400), (380, 150), (415, 150)], "#0c1122", 7)
    s.oval(420, 158, 16, 12, "#ffedb8")
    s.line([(0, 462), (720, 462)], "#2a3354", 3)
    return s


def dress() -> Sheet:
    """A blue floral dress on a hanger."""
    s = Sheet(480, 640, CREAM)
    s.arc((215, 40, 265, 90), (150, 400), INK, 5)
    s.line([(150, 130), (240, 88), (330, 130)], INK, 6)
    s.shadow(245, 590, 150, 18, 40)
    s.shape([(165, 130), (205, 130), (240, 175), (275, 130), (315, 130), (330, 210), (300, 300), (395, 580), (85, 580), (180, 300), (150, 210)], "#3f6fae")
    s.box(180, 288, 120, 18, NAVY)
    rng = random.Random(3)
    for _ in range(52):
        y = rng.uniform(200, 570)
        half = 60 if y < 300 else 55 + (y - 300) * 0.34
        x = 240 + rng.uniform(-half, half) * 0.9
        for k in range(5):
            a = math.radians(72 * k)
            s.oval(x + math.cos(a) * 6, y + math.sin(a) * 6, 5, 5, rng.choice([WHITE, BLUSH, SKY]))
        s.oval(x, y, 3.5, 3.5, OCHRE)
    return s


def figure(s: Sheet, x: float, skin: str, top: str, bottom: str) -> None:
    """Draw a standing figure seen from the front, without its head."""
    s.shape([(x - 42, 380), (x + 42, 380), (x + 36, 590), (x + 8, 590), (x, 430), (x - 8, 590), (x - 36, 590)], bottom)
    s.shape([(x - 62, 205), (x + 62, 205), (x + 46, 390), (x - 46, 390)], top)
    for side in (-1, 1):
        s.line([(x + side * 58, 222), (x + side * 78, 310), (x + side * 66, 392)], top, 30)
        s.oval(x + side * 65, 402, 15, 18, skin)
        s.oval(x + side * 22, 598, 26, 11, INK)


def model() -> Sheet:
    """A woman with her hair in a bun, in full figure."""
    s = Sheet(420, 640, BLUSH)
    s.shadow(210, 604, 95, 12)
    figure(s, 210, SKIN, WHITE, "#8d99a6")
    s.oval(210, 62, 30, 28, HAIR)
    s.oval(210, 125, 52, 60, HAIR)
    face(s, 210, 132, 58, SKIN, HAIR)
    s.arc((158, 72, 262, 180), (190, 350), HAIR, 14)
    return s


def logo() -> Sheet:
    """The mark of an invented brand: three peaks and the word Fjell."""
    s = Sheet(520, 520, WHITE)
    s.shape([(60, 330), (190, 130), (250, 222), (310, 90), (460, 330)], NAVY)
    s.shape([(310, 90), (352, 157), (318, 172), (296, 150), (283, 150)], WHITE)
    s.shape([(190, 130), (219, 175), (190, 188), (160, 176)], WHITE)
    strokes: list[Points] = [
        [(110, 380), (110, 450)], [(110, 382), (152, 382)], [(110, 415), (145, 415)],
        [(195, 400), (195, 448), (178, 466)], [(240, 426), (284, 426)], [(330, 376), (330, 450)], [(375, 376), (375, 450)],
    ]  # fmt: skip
    for points in strokes:
        s.line(points, NAVY, 11)
    s.oval(195, 378, 7, 7, NAVY)
    s.arc((236, 400, 288, 454), (30, 360), NAVY, 11)
    return s


def mug() -> Sheet:
    """A plain ceramic mug on a table."""
    s = Sheet(560, 480, SAND)
    s.box(0, 340, 560, 140, "#c9a781")
    s.shadow(290, 398, 160, 24, 90)
    s.arc((360, 190, 470, 330), (265, 95), "#3a4650", 26)
    s.box(160, 150, 230, 245, "#46545f", 34)
    s.box(160, 150, 76, 245, "#566673", 34)
    s.oval(275, 155, 115, 26, "#2f3a43")
    s.oval(275, 160, 98, 18, "#5a3520")
    for x in (240, 290):
        s.line([(x, 122), (x + 12, 96), (x - 4, 70), (x + 8, 40)], "#f2e7d3", 6)
    return s


def pose() -> Sheet:
    """A wooden mannequin with crossed arms."""
    s = Sheet(420, 640, "#dfe3df")
    wood, joint = "#d3a873", "#b98a55"
    s.shadow(210, 606, 95, 12)
    for side in (-1, 1):
        s.line([(210 + side * 26, 392), (210 + side * 32, 480), (210 + side * 34, 585)], wood, 34)
        s.oval(210 + side * 32, 485, 19, 19, joint)
        s.oval(210 + side * 42, 598, 30, 12, wood)
    s.shape([(150, 190), (270, 190), (248, 330), (262, 395), (158, 395), (172, 330)], wood)
    s.oval(210, 335, 40, 22, joint)
    s.line([(150, 205), (130, 275), (255, 300)], wood, 30)
    s.line([(270, 205), (292, 282), (165, 262)], "#dcb684", 30)
    for x, y in ((150, 205), (270, 205), (132, 276), (290, 282)):
        s.oval(x, y, 19, 19, joint)
    s.box(195, 150, 30, 45, joint)
    s.oval(210, 110, 42, 55, wood)
    return s


def style_woodcut() -> Sheet:
    """A swatch of woodcut: waves of black lines on cream."""
    s = Sheet(560, 480, CREAM)
    s.oval(400, 130, 74, 74, CORAL)
    for row in range(15):
        y = 200 + row * 19
        points = [(float(x), y + math.sin(x / (46 + row * 3) + row) * (10 + row)) for x in range(-10, 580, 10)]
        s.line(points, INK, 3 + row * 0.55)
    for k in range(34):
        x = 14 + k * 17
        s.line([(x, 16), (x - 10, 44 + (k * 37) % 46)], INK, 3)
    return s


def watercolor() -> Sheet:
    """A swatch of watercolour: washes that run into each other."""
    s = Sheet(560, 480, WHITE)
    rng = random.Random(11)
    for color, x, y in ((SKY, 150, 140), (TEAL, 380, 130), (OCHRE, 180, 340), (CORAL, 410, 330), (SAGE, 285, 235)):
        for _ in range(6):
            mask = Image.new("L", s.image.size, 0)
            blob = [
                ((x + math.cos(a) * r) * SCALE, (y + math.sin(a) * r * 0.8) * SCALE)
                for a, r in ((k * math.tau / 40, 118 + rng.uniform(-26, 26)) for k in range(40))
            ]
            ImageDraw.Draw(mask).polygon(blob, fill=46)
            s.image.paste(color, mask=mask.filter(ImageFilter.GaussianBlur(5)))
    return s


def sketch_car() -> Sheet:
    """A quick pencil sketch of a car."""
    s = Sheet(640, 400, "#f4f1ea")
    rng = random.Random(5)
    lines: list[Points] = [
        [(60, 270), (75, 215), (170, 195), (240, 130), (400, 122), (480, 190), (575, 215), (590, 272)],
        [(60, 270), (120, 278)], [(210, 280), (430, 280)], [(520, 278), (590, 272)],
        [(195, 192), (250, 143), (325, 138), (325, 194), (195, 196)], [(340, 138), (396, 136), (450, 190), (340, 194)],
        [(330, 140), (335, 278)], [(350, 215), (385, 213)], [(75, 232), (110, 228)], [(545, 230), (580, 232)],
    ]  # fmt: skip
    for points in lines:
        for _ in range(3):
            s.line([(x + rng.uniform(-3, 3), y + rng.uniform(-3, 3)) for x, y in points], "#5b5f66", 1.6)
    for x in (165, 475):
        for r in (46, 44, 22):
            s.arc((x - r, 278 - r, x + r, 278 + r), (rng.uniform(0, 20), 350), "#4a4e55", 2)
    for k in range(24):
        s.line([(90 + k * 21, 332 + rng.uniform(-3, 3)), (70 + k * 21, 348)], "#9a9ca0", 1.4)
    return s


def skincare_bottle() -> Sheet:
    """An amber bottle with a pipette."""
    s = Sheet(480, 600, BLUSH)
    s.shadow(245, 528, 120, 18, 80)
    s.box(210, 70, 60, 90, INK, 22)
    s.box(196, 150, 88, 46, "#31404d", 6)
    s.box(150, 195, 180, 335, "#b0682c", 36)
    s.box(162, 215, 26, 290, "#cf8b48", 13)
    s.box(172, 290, 136, 160, CREAM, 4)
    s.line([(200, 330), (280, 330)], INK, 7)
    for y, half in ((360, 34), (378, 28), (396, 32)):
        s.line([(240 - half, y), (240 + half, y)], "#8d8577", 3)
    s.oval(240, 424, 8, 8, OCHRE)
    return s


def mountain() -> Sheet:
    """A mountain lake in the morning."""
    s = Sheet(720, 480, "#f6dcc4")
    s.oval(530, 150, 46, 46, "#fdf0cf")
    s.shape([(0, 300), (120, 170), (230, 250), (360, 90), (500, 250), (600, 190), (720, 300)], "#8aa0b2")
    s.shape([(360, 90), (412, 150), (380, 165), (356, 146), (330, 160), (316, 143)], WHITE)
    s.shape([(0, 310), (90, 250), (230, 300), (420, 262), (560, 306), (720, 258), (720, 330), (0, 330)], "#5f7f78")
    s.box(0, 322, 720, 158, "#9fc3cc")
    for y, x, width in ((345, 90, 220), (365, 360, 240), (392, 150, 180), (420, 420, 200), (448, 60, 260)):
        s.line([(x, y), (x + width, y)], "#c3dde0", 3)
    s.shape([(300, 402), (400, 402), (384, 424), (316, 424)], CORAL)
    for x in range(20, 720, 58):
        s.shape([(x, 326), (x + 16, 272 - (x * 7) % 26), (x + 32, 326)], "#33544c")
    return s


DRAWINGS: dict[str, Callable[[], Sheet]] = {
    "cat": cat,
    "dress": dress,
    "living-room": living_room,
    "logo": logo,
    "man-glasses": man_glasses,
    "model": model,
    "mountain": mountain,
    "mug": mug,
    "pose": pose,
    "sketch-car": sketch_car,
    "skincare-bottle": skincare_bottle,
    "street-night": street_night,
    "style-woodcut": style_woodcut,
    "watercolor": watercolor,
    "woman-portrait": woman_portrait,
}


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, drawing in DRAWINGS.items():
        drawing().finished().save(FOLDER / f"{name}.png", optimize=True)
