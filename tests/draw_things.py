"""Things and swatches for the sample pictures."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

from flat_canvas import BLUE, BLUSH, CREAM, INK, OCHRE, PAPER, RUST, SAGE, SHADOW, TEAL, Sheet, smooth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flat_canvas import Point


def dress() -> Sheet:
    """A blue summer dress with flowers, laid on linen."""
    s = Sheet(640, 640, "#f1e8da", "#e7dac6")
    outline = [
        (222, 84), (238, 82), (252, 140), (320, 168), (388, 140), (402, 82), (418, 84), (432, 190), (416, 262),
        (470, 400), (520, 556), (320, 590), (120, 556), (170, 400), (224, 262), (208, 190),
    ]  # fmt: skip
    s.shape([(x + 8, y + 14) for x, y in outline], SHADOW, smoothly=False, blur=12)
    s.shape(outline, BLUE, smoothly=False)
    dice = random.Random(5)
    with s.within(outline, smoothly=False):
        for row in range(12):
            for column in range(12):
                x, y = 112 + column * 40 + row % 2 * 20 + dice.uniform(-6, 6), 100 + row * 44 + dice.uniform(-7, 7)
                petal, heart = (PAPER, OCHRE) if (row + column) % 3 else (BLUSH, RUST)
                for turn in range(5):
                    angle = math.radians(72 * turn + 37 * column)
                    s.oval(x + 7 * math.cos(angle), y + 7 * math.sin(angle), 5.2, fill=petal)
                s.oval(x, y, 4, fill=heart)
                s.line([(x + 13, y + 10), (x + 20, y + 16)], SAGE, 4)
        for x0, x1 in ((270, 216), (320, 320), (370, 424)):
            s.shape([(x0 - 5, 270), (x0 + 5, 270), (x1 + 16, 600), (x1 - 16, 600)], "#1f3a7a3c", blur=5, smoothly=False)
        s.line([(130, 548), (320, 580), (510, 548)], "#2f508c", 5)
    s.shape([(222, 252), (320, 266), (418, 252), (420, 274), (320, 290), (220, 274)], "#2f508c", smoothly=False)
    s.line([(252, 140), (320, 168), (388, 140)], "#2f508c", 5, smoothly=False)
    return s


def logo() -> Sheet:
    """The mark of an invented outdoor brand."""
    s = Sheet(640, 480, PAPER)
    s.shape([(212, 292), (296, 124), (332, 196), (352, 160), (428, 292)], TEAL, smoothly=False)
    s.shape([(296, 124), (332, 196), (314, 214), (296, 196), (276, 218), (262, 192)], PAPER, smoothly=False)
    s.shape(
        [(262, 192), (276, 218), (296, 196), (314, 214), (332, 196), (320, 172), (296, 124)], "#8fc1be", smoothly=False
    )
    s.oval(396, 128, 26, fill=RUST)
    s.line([(212, 310), (280, 304), (350, 316), (428, 308)], TEAL, 7)
    s.words(320, 376, "Fjell", 84, INK)
    return s


def mug() -> Sheet:
    """A plain cream mug on a wooden table."""
    s = Sheet(640, 560, "#c9d6cc", "#dfe4d6")
    s.box(0, 400, 640, 560, "#c48d5e")
    for y, width in ((432, 2), (478, 3), (528, 4)):
        s.line([(0, y), (210, y + 4), (430, y - 3), (640, y + 2)], "#b27c4f", width)
    s.oval(350, 470, 190, 30, fill="#26303f5a", blur=12)
    s.arc(440, 290, 70, -78, 92, fill="#e5d8c3", width=30)
    sides = [(436, 168), (430, 320), (424, 430), (404, 470), (310, 482), (216, 470), (196, 430), (190, 320), (184, 168)]
    body = smooth(sides, closed=False)
    s.shape(body, CREAM, smoothly=False)
    with s.within(body, smoothly=False):
        s.box(374, 150, 460, 500, "#c9b79a88", blur=26)
        s.box(206, 150, 232, 500, "#ffffff90", blur=12)
    s.oval(310, 168, 126, 27, fill="#fbf5ea")
    s.oval(310, 170, 114, 21, fill="#5b3a29")
    s.oval(300, 167, 84, 12, fill="#77503a")
    for x in (272, 330):
        s.line([(x, 140), (x - 16, 108), (x + 14, 76), (x - 4, 38)], "#ffffff70", 9)
    return s


def style_woodcut() -> Sheet:
    """A swatch of a two-colour woodcut: hills, sun and sea in carved lines."""
    s = Sheet(560, 560, "#f1e4c8")
    s.oval(376, 190, 84, fill=RUST)
    for step in range(24):
        angle = math.radians(15 * step)
        s.line(
            [
                (376 + 100 * math.cos(angle), 190 + 100 * math.sin(angle)),
                (376 + 132 * math.cos(angle), 190 + 132 * math.sin(angle)),
            ],
            RUST,
            5,
        )
    dice = random.Random(11)
    hills = (
        [(-20, 340), (70, 236), (150, 180), (236, 300), (330, 360), (330, 600), (-20, 600)],
        [(180, 420), (300, 330), (392, 262), (480, 330), (600, 380), (600, 600), (180, 600)],
    )
    for hill in hills:
        s.shape(hill, INK, smoothly=False)
        with s.within([(x, y + 12) for x, y in hill], smoothly=False):
            for step in range(46):
                top = hill[0][0] + step * 14
                s.line(
                    [(top, 170 + dice.uniform(0, 30)), (top - 40 + dice.uniform(-8, 8), 430), (top - 70, 560)],
                    "#f1e4c8",
                    dice.uniform(1.5, 4.5),
                )
    s.box(0, 430, 560, 560, INK)
    for row in range(7):
        y = 446 + row * 17
        for step in range(9):
            x = step * 68 - row % 2 * 34 + dice.uniform(-6, 6)
            s.line([(x, y), (x + 18, y - 6), (x + 36, y), (x + 50, y - 3)], "#f1e4c8", 2 + row * 0.4)
    for y, x0, x1 in ((72, 40, 250), (92, 80, 300), (112, 20, 200)):
        s.line([(x0, y), ((x0 + x1) / 2, y - 5), (x1, y)], INK, 5)
    for box in ((0, 0, 560, 14), (0, 546, 560, 560), (0, 0, 14, 560), (546, 0, 560, 560)):
        s.box(*box, "#f1e4c8")
    return s


def watercolor() -> Sheet:
    """A swatch of loose watercolour washes."""
    s = Sheet(560, 560, "#fbf8f1")
    dice = random.Random(21)
    washes = [
        (190, 190, 130, "#3f7fab"),
        (352, 220, 120, "#2f9a95"),
        (250, 350, 140, "#e0976a"),
        (396, 380, 96, "#c9658a"),
    ]
    for x, y, r, fill in washes:
        for layer in range(5):
            points = [
                (x + math.cos(a) * r * w, y + math.sin(a) * r * w)
                for a in (math.tau * step / 18 for step in range(18))
                for w in (dice.uniform(0.78, 1.06) - layer * 0.03,)
            ]
            s.shape(points, fill + "34", blur=1.5 + layer % 2 * 3)
        for _ in range(6):
            angle, far = dice.uniform(0, math.tau), dice.uniform(1.1, 1.4)
            s.oval(x + math.cos(angle) * r * far, y + math.sin(angle) * r * far, dice.uniform(2, 7), fill=fill + "60")
    s.oval(160, 150, 60, 44, fill="#ffffff70", blur=16)
    s.oval(420, 360, 30, fill="#ffffff70", blur=12)
    s.grain(5)
    return s


def sketch_car() -> Sheet:
    """A pencil sketch of a small electric car."""
    s = Sheet(640, 420, "#f6f2e9")
    dice = random.Random(3)
    pencil = "#4a4d55"

    def sketched(points: Sequence[Point], width: float = 2.2, passes: int = 2) -> None:
        for turn in range(passes):
            shaken = [(x + dice.uniform(-1.6, 1.6), y + dice.uniform(-1.6, 1.6)) for x, y in points]
            s.line(shaken, pencil + ("d8" if turn == 0 else "78"), width - turn * 0.6)

    for step in range(34):
        x = 112 + step * 12.5
        s.line([(x, 330 + dice.uniform(0, 3)), (x - 26, 350)], pencil + "50", 1.6)
    body = [
        (88, 292),
        (84, 240),
        (110, 214),
        (196, 194),
        (258, 132),
        (330, 112),
        (420, 120),
        (486, 178),
        (540, 204),
        (562, 250),
        (556, 296),
    ]
    sketched(body, 3)
    sketched([(88, 292), (130, 300)], 3)
    sketched([(222, 304), (320, 306), (420, 304)], 3)
    sketched([(512, 302), (556, 296)], 3)
    sketched([(214, 196), (264, 146), (326, 128), (332, 196), (214, 198)])
    sketched([(344, 128), (412, 134), (468, 184), (470, 194), (346, 196), (344, 128)])
    sketched([(338, 200), (342, 300)], 1.8)
    sketched([(356, 222), (384, 222)], 2.4)
    sketched([(106, 226), (144, 220), (140, 240), (100, 246)], 1.8)
    sketched([(540, 212), (520, 218), (528, 236), (558, 240)], 1.8)
    sketched([(96, 262), (230, 256), (430, 254), (560, 262)], 1.4)
    for step in range(12):
        s.line([(234 + step * 7, 190), (262 + step * 6, 150 - step * 1.4)], pencil + "3c", 1.4)
    for step in range(30):
        s.line([(234 + step * 6, 300), (246 + step * 6, 270 + dice.uniform(-4, 4))], pencil + "38", 1.4)
    for x in (176, 466):
        for r in (46, 44, 28, 26, 7):
            around = [
                (x + r * math.cos(a), 300 + r * math.sin(a)) for a in (math.tau * step / 16 for step in range(17))
            ]
            sketched(around, 2.6 if r > 40 else 1.8, 1)
        for step in range(5):
            a = math.tau * step / 5
            sketched(
                [(x + 7 * math.cos(a), 300 + 7 * math.sin(a)), (x + 26 * math.cos(a), 300 + 26 * math.sin(a))], 1.8, 1
            )
    s.line([(40, 348), (600, 346)], pencil + "78", 1.8)
    return s


def skincare_bottle() -> Sheet:
    """A frosted bottle with a dropper, without a label."""
    s = Sheet(480, 640, "#ead9cc", "#dfc7b6")
    s.oval(240, 300, 190, fill="#f6ebe180", blur=4)
    s.box(0, 520, 480, 640, "#d2b39f")
    s.oval(270, 556, 150, 22, fill="#26303f50", blur=12)
    s.box(212, 92, 268, 176, INK, round_=22)
    s.box(200, 164, 280, 232, "#c79a5b", round_=8)
    for x in range(208, 280, 9):
        s.line([(x, 172), (x, 224)], "#a97e44", 2)
    body = [
        (206, 232),
        (274, 232),
        (284, 250),
        (330, 274),
        (340, 310),
        (340, 520),
        (326, 552),
        (154, 552),
        (140, 520),
        (140, 310),
        (150, 274),
        (196, 250),
    ]
    s.shape(body, "#8fb3a8", smoothly=False)
    with s.within(body, smoothly=False):
        s.box(140, 330, 340, 560, "#6e9a8f")
        s.oval(240, 330, 100, 9, fill="#9fc4b9")
        s.box(286, 220, 350, 560, "#3f6b6260", blur=20)
        s.box(158, 250, 182, 540, "#ffffff88", blur=7)
        s.line([(240, 232), (240, 400)], "#ffffff58", 9)
    s.box(176, 384, 304, 500, "#f6eee2", round_=3)
    s.box(292, 384, 304, 500, "#26303f18", round_=3)
    s.oval(240, 416, 13, fill="#c79a5b")
    s.oval(245, 412, 11, fill="#f6eee2")
    for y, half, width in ((448, 34, 5), (464, 24, 2.4), (476, 28, 2.4)):
        s.line([(240 - half, y), (240 + half, y)], INK if width > 3 else "#8b8578", width)
    for x, y, side in ((86, 470, -1), (110, 430, 1)):
        s.shape([(x, 560), (x + side * 44, y + 30), (x + side * 26, y - 70), (x - side * 14, y)], "#7f9b76")
        s.line([(x, 560), (x + side * 24, y - 50)], "#617d5a", 3)
    return s


def poster() -> Sheet:
    """A poster for a market by the harbour, with words in English."""
    s = Sheet(480, 640, "#f6dfb8", "#f1c7a9")
    s.oval(352, 318, 62, fill="#e9b04c")
    s.box(0, 404, 480, 640, TEAL)
    for y, x0, x1 in ((424, 300, 410), (440, 326, 384), (458, 40, 130), (474, 250, 330)):
        s.line([(x0, y), ((x0 + x1) / 2, y - 4), (x1, y)], "#8fc1be", 4)
    s.shape([(0, 404), (0, 372), (70, 352), (150, 372), (206, 404)], "#4d6b55", smoothly=False)
    s.shape([(84, 380), (92, 236), (128, 236), (136, 380)], PAPER, smoothly=False)
    for top in (262, 318):
        half = 18 + (top - 236) / 18
        s.shape(
            [(110 - half, top), (110 + half, top), (111.5 + half, top + 28), (108.5 - half, top + 28)],
            RUST,
            smoothly=False,
        )
    s.box(88, 224, 132, 238, INK, round_=3)
    s.box(96, 196, 124, 226, OCHRE)
    s.shape([(90, 198), (110, 172), (130, 198)], RUST, smoothly=False)
    s.shape([(262, 430), (390, 430), (366, 462), (286, 462)], INK, smoothly=False)
    s.line([(322, 430), (322, 326)], INK, 4)
    s.shape([(314, 336), (314, 420), (262, 420)], PAPER, smoothly=False)
    s.shape([(330, 330), (330, 420), (392, 420)], RUST, smoothly=False)
    s.words(240, 64, "HARBOUR", 72, INK)
    s.words(240, 130, "MARKET", 72, RUST)
    s.words(240, 512, "Every Saturday, 8 am to 2 pm", 27, PAPER)
    s.words(240, 546, "Quay 4, by the lighthouse", 22, "#f6dfb8")
    s.box(122, 576, 358, 616, OCHRE, round_=20)
    s.words(240, 596, "Bring a basket!", 23, INK)
    return s


def jam_jar() -> Sheet:
    """A glass of jam with a label in English and American measures."""
    s = Sheet(480, 600, "#dfe6d8", "#cfd9c8")
    s.box(0, 480, 480, 600, "#c48d5e")
    s.line([(0, 520), (210, 524), (480, 518)], "#b27c4f", 3)
    s.oval(262, 528, 156, 22, fill="#26303f5a", blur=12)
    body = [(134, 176), (346, 176), (366, 210), (366, 500), (344, 530), (136, 530), (114, 500), (114, 210)]
    s.shape(body, "#e8ece6", smoothly=False)
    with s.within(body, smoothly=False):
        s.box(124, 206, 356, 520, "#9c1f33", round_=18)
        s.box(300, 176, 366, 530, "#5d0f2260", blur=22)
        s.box(130, 190, 150, 510, "#ffffff80", blur=6)
        s.line([(130, 209), (240, 212), (350, 209)], "#c4485a", 5)
    s.box(122, 112, 358, 178, PAPER, round_=10)
    for column in range(10):
        s.box(132 + column * 23, 112, 142 + column * 23, 178, "#cf6a3dc0")
    s.box(122, 164, 358, 178, "#26303f28", round_=4)
    s.box(146, 260, 334, 462, PAPER, round_=6)
    s.box(154, 268, 326, 454, "#9c1f33", round_=4)
    s.box(157, 271, 323, 451, PAPER, round_=3)
    s.shape([(240, 326), (222, 304), (226, 288), (240, 292), (254, 288), (258, 304)], "#c9283e")
    s.line([(228, 287), (240, 292), (252, 287)], "#4d7a45", 5)
    s.words(240, 352, "Strawberry", 29, INK)
    s.words(240, 382, "JAM", 29, "#9c1f33")
    s.words(240, 412, "made with 60% fruit", 15, INK)
    s.words(240, 436, "NET WT 12 oz", 14, INK)
    return s
