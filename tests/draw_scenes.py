"""Places for the sample pictures."""

from __future__ import annotations

import random

from flat_canvas import BLUE, CREAM, INK, NIGHT, OCHRE, PAPER, RUST, SAGE, SHADOW, SKIN_SHADE, TEAL, WHITE, Sheet


def living_room() -> Sheet:
    """A bright living room with a blue sofa."""
    s = Sheet(640, 480, "#f4e8d8")
    s.box(0, 372, 640, 480, "#d9b48c")
    for x in range(-40, 700, 90):
        s.line([(x, 480), (320 + (x - 320) * 0.72, 372)], "#c9a277", 2)
    s.box(0, 364, 640, 374, PAPER)
    s.box(62, 54, 214, 262, PAPER)
    s.box(72, 64, 204, 252, "#bcdce2")
    s.shape([(72, 252), (72, 206), (120, 176), (160, 200), (204, 184), (204, 252)], SAGE)
    s.line([(138, 64), (138, 252)], PAPER, 7)
    s.line([(72, 156), (204, 156)], PAPER, 7)
    s.shape([(214, 120), (420, 374), (220, 374)], "#ffffff30", smoothly=False, blur=6)
    for x, fill in ((312, RUST), (398, TEAL)):
        s.box(x, 76, x + 70, 166, INK)
        s.box(x + 5, 81, x + 65, 161, PAPER)
        s.oval(x + 35, 124, 20, fill=fill)
    s.oval(330, 424, 260, 34, fill="#e7d9c4")
    s.oval(330, 424, 236, 27, fill="#efe4d2")
    s.oval(336, 404, 200, 18, fill=SHADOW, blur=6)
    s.box(168, 226, 502, 380, "#345793", round_=26)
    s.box(140, 270, 206, 392, BLUE, round_=24)
    s.box(464, 270, 530, 392, BLUE, round_=24)
    s.box(198, 312, 336, 372, "#5078be", round_=14)
    s.box(334, 312, 472, 372, "#5078be", round_=14)
    s.box(190, 366, 480, 392, BLUE, round_=6)
    for x in (162, 508):
        s.line([(x, 392), (x, 408)], "#6b4a32", 9)
    s.shape([(222, 262), (282, 256), (290, 320), (228, 324)], OCHRE)
    s.shape([(404, 260), (458, 268), (450, 324), (396, 318)], CREAM)
    s.oval(336, 452, 92, 8, fill=SHADOW, blur=5)
    for x in (276, 396):
        s.line([(x, 416), (x + (10 if x > 336 else -10), 456)], "#6b4a32", 6)
    s.oval(336, 416, 88, 14, fill="#8a6142")
    s.oval(336, 412, 88, 14, fill="#a97a54")
    s.oval(312, 408, 20, 5, fill=PAPER)
    s.line([(584, 402), (584, 200)], INK, 5)
    s.oval(584, 404, 30, 6, fill=INK)
    s.shape([(556, 150), (612, 150), (630, 208), (538, 208)], OCHRE, smoothly=False)
    s.oval(584, 250, 92, 70, fill="#fff3c432", blur=16)
    s.box(40, 330, 96, 396, RUST, round_=10)
    for dx, dy in ((-46, -92), (-22, -126), (4, -138), (30, -118), (50, -84)):
        s.shape(
            [
                (68, 332),
                (68 + dx * 0.8 - 12, 332 + dy * 0.7),
                (68 + dx, 332 + dy),
                (68 + dx * 0.5 + 12, 332 + dy * 0.5),
            ],
            TEAL,
        )
    return s


def living_room_sofa_mask() -> Sheet:
    """The place of the sofa in the living room, with its shadow, in white."""
    s = Sheet(640, 480, "#000000")
    s.box(126, 210, 544, 398, WHITE, round_=32)
    for x in (138, 438):
        s.box(x, 370, x + 98, 416, WHITE, round_=14)
    return s


def _shop(s: Sheet, x0: float, x1: float, *, awning: str, glass: str) -> None:
    """Draw a lit shop front with a sign above it and its light on the wet pavement."""
    s.box(x0, 352, x1, 482, "#1a2145")
    s.oval((x0 + x1) / 2, 430, 90, 70, fill=glass + "40", blur=20)
    s.box(x0 + 12, 402, x1 - 52, 466, glass)
    s.box(x1 - 42, 402, x1 - 14, 482, glass + "c8")
    for x in (x0 + 12 + (x1 - x0 - 64) / 2, x1 - 28):
        s.line([(x, 402), (x, 466)], "#1a2145", 3)
    s.box(x0 + 10, 356, x1 - 10, 378, "#f7ead0", round_=3)
    s.line([(x0 + 26, 367), (x1 - 44, 367)], awning, 6)
    s.oval(x1 - 28, 367, 5, fill=awning)
    stripe = (x1 - x0) / 7
    for index in range(7):
        left = x0 + index * stripe
        fill = awning if index % 2 == 0 else CREAM
        s.shape([(left, 382), (left + stripe, 382), (left + stripe, 404), (left, 404)], fill, smoothly=False)
        s.oval(left + stripe / 2, 404, stripe / 2, 5, fill=fill)
    s.oval((x0 + x1) / 2, 520, 60, 30, fill=glass + "48", blur=12)


def street_night() -> Sheet:
    """A city street at night, wet from rain."""
    s = Sheet(480, 640, NIGHT, "#4a3a63")
    dice = random.Random(7)
    s.oval(366, 96, 60, fill="#f5e6c030", blur=22)
    s.oval(366, 96, 30, fill="#f6e8c6")
    blocks = [(0, 190, 96), (92, 120, 70), (318, 168, 74), (386, 90, 100), (150, 300, 60), (268, 280, 56)]
    for index, (x, top, width) in enumerate(blocks):
        s.box(x, top, x + width, 470, ("#222a52", "#2b3160", "#252c57")[index % 3])
        for wx in range(x + 11, x + width - 12, 19):
            for wy in range(top + 16, 420, 25):
                if dice.random() < 0.52:
                    s.box(wx, wy, wx + 9, wy + 13, dice.choice(["#f3c566", "#f7dc9a", "#8ec5cf", "#e58f5a"]))
    s.shape(
        [(0, 440), (190, 440), (210, 420), (270, 420), (290, 440), (480, 440), (480, 640), (0, 640)],
        "#232748",
        smoothly=False,
    )
    s.shape([(222, 420), (258, 420), (400, 640), (80, 640)], "#2e3358", smoothly=False)
    for y0, y1, w in ((436, 446, 2), (462, 482, 4), (506, 540, 6), (574, 628, 9)):
        s.line([(240, y0), (240, y1)], "#f0d9a4", w)
    for x, y, fill in ((60, 470, "#f3c566"), (420, 480, "#e5735a"), (130, 460, "#8ec5cf"), (350, 460, "#f3c566")):
        s.oval(x, y + 80, 16, 74, fill=fill + "50", blur=10)
    _shop(s, 0, 140, awning=RUST, glass="#f3c566")
    _shop(s, 346, 480, awning=TEAL, glass="#f0a971")
    for x, coat in ((168, "#5d3550"), (188, "#2f7d80"), (318, "#8c4a3a")):
        s.shape([(x - 8, 462), (x - 6, 432), (x, 426), (x + 6, 432), (x + 8, 462)], coat)
        s.oval(x, 421, 6, fill=SKIN_SHADE)
        s.line([(x - 3, 462), (x - 4, 478)], "#10152c", 4)
        s.line([(x + 3, 462), (x + 4, 478)], "#10152c", 4)
    s.shape([(300, 414), (306, 400), (320, 394), (334, 400), (340, 414)], OCHRE)
    s.line([(320, 396), (320, 440)], "#10152c", 2)
    for x, side in ((132, 1), (356, -1)):
        s.line([(x, 500), (x, 330), (x + side * 24, 314)], "#10152c", 5, smoothly=False)
        s.oval(x + side * 28, 318, 46, fill="#ffe3a04c", blur=16)
        s.oval(x + side * 28, 318, 9, 6, fill="#fff2cf")
    s.shape([(196, 500), (206, 474), (274, 474), (284, 500), (288, 530), (192, 530)], RUST)
    s.shape([(212, 480), (268, 480), (275, 498), (205, 498)], "#1a2142", smoothly=False)
    for x in (206, 274):
        s.oval(x, 514, 7, fill="#fff2cf")
        s.oval(x, 540, 14, 34, fill="#fff2cf55", blur=9)
        s.box(x - 12, 526, x + 8, 538, "#10152c", round_=3)
    return s


def mountain() -> Sheet:
    """A mountain lake in the morning."""
    s = Sheet(640, 480, "#bfd8dd", "#f7dcc0")
    s.oval(470, 150, 90, fill="#fff2d050", blur=18)
    s.oval(470, 150, 36, fill="#fdf0d0")
    s.shape(
        [
            (0, 300),
            (90, 210),
            (170, 252),
            (280, 150),
            (380, 246),
            (470, 196),
            (560, 250),
            (640, 212),
            (640, 330),
            (0, 330),
        ],
        "#9fb9c4",
        smoothly=False,
    )
    peak = [(110, 326), (262, 104), (300, 150), (322, 132), (452, 326)]
    s.shape(peak, "#5f8395", smoothly=False)
    s.shape(
        [(262, 104), (300, 150), (322, 132), (452, 326), (300, 326), (280, 230), (290, 180)], "#4c6f82", smoothly=False
    )
    s.shape(
        [
            (262, 104),
            (300, 150),
            (322, 132),
            (352, 177),
            (330, 184),
            (312, 168),
            (292, 196),
            (268, 172),
            (242, 200),
            (212, 177),
        ],
        PAPER,
        smoothly=False,
    )
    s.shape(
        [(0, 300), (120, 268), (250, 312), (400, 292), (540, 264), (640, 286), (640, 346), (0, 346)],
        "#4f7a6d",
        smoothly=False,
    )
    dice = random.Random(9)
    for x in [*range(4, 210, 15), *range(440, 640, 15)]:
        tall, foot = dice.uniform(34, 62), 340 + dice.uniform(-6, 4)
        s.shape(
            [(x - 11, foot), (x, foot - tall), (x + 11, foot)],
            dice.choice(["#2f5a52", "#386459", "#28504a"]),
            smoothly=False,
        )
    s.box(0, 338, 640, 480, "#8fb7bd")
    with s.within([(0, 338), (640, 338), (640, 480), (0, 480)], smoothly=False):
        s.shape([(x, 664 - y + 14) for x, y in peak], "#6f96a390", smoothly=False, blur=3)
        s.oval(470, 440, 30, 70, fill="#fdf0d070", blur=10)
        for x0, x1, y in ((60, 210, 372), (300, 520, 390), (120, 330, 420), (420, 600, 438), (40, 200, 456)):
            s.line([(x0, y), (x1, y)], "#ffffff55", 2.5)
    s.shape([(0, 480), (0, 440), (70, 428), (150, 452), (210, 480)], "#2f5a52")
    return s
