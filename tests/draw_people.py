"""People and a cat for the sample pictures."""

from __future__ import annotations

from flat_canvas import HAIR, INK, OCHRE, PAPER, SHADOW, SKIN, SKIN_SHADE, TEAL, WHITE, Sheet, mirrored


def face(s: Sheet, x: float, y: float, k: float, *, brow: str = HAIR, lips: str = "#b4553f") -> None:  # noqa: PLR0913 - plain numbers read best
    """Draw quiet features around the middle of a face; ``k`` is the distance of the eyes from it."""
    for side in (-1, 1):
        ex = x + side * k
        s.line([(ex - k * 0.42, y - k * 0.48), (ex, y - k * 0.64), (ex + k * 0.42, y - k * 0.5)], brow, k * 0.15)
        s.oval(ex, y, k * 0.17, k * 0.22, fill=INK)
        s.oval(ex + k * 0.06, y - k * 0.08, k * 0.05, fill=WHITE)
        s.arc(ex, y + k * 0.08, k * 0.4, 205, 335, fill=INK, width=k * 0.08)
        s.oval(ex + side * k * 0.3, y + k * 1.05, k * 0.42, k * 0.28, fill="#d9704040", blur=k * 0.12)
    s.line([(x - 1, y + k * 0.15), (x - k * 0.2, y + k * 0.86), (x + k * 0.1, y + k * 0.92)], SKIN_SHADE, k * 0.09)
    mouth = y + k * 1.55
    s.shape(
        [
            (x - k * 0.5, mouth),
            (x - k * 0.12, mouth - k * 0.13),
            (x, mouth - k * 0.08),
            (x + k * 0.12, mouth - k * 0.13),
            (x + k * 0.5, mouth),
            (x, mouth + k * 0.26),
        ],
        lips,
    )
    s.line([(x - k * 0.5, mouth), (x, mouth + k * 0.06), (x + k * 0.5, mouth)], "#8f3f2f", k * 0.05)


def woman_portrait() -> Sheet:
    """A woman with a dark bob and an ochre jumper."""
    s = Sheet(480, 640, "#f6dcc6", "#efc6a8")
    s.oval(240, 290, 205, fill="#e98f6240")
    s.shape(
        [(128, 250), (150, 130), (240, 88), (330, 130), (352, 250), (366, 400), (330, 440), (150, 440), (114, 400)],
        HAIR,
    )
    s.shape(mirrored([(240, 440), (186, 452), (104, 488), (60, 560), (44, 680), (240, 690)], 240), OCHRE)
    s.shape([(204, 380), (276, 380), (282, 462), (240, 486), (198, 462)], SKIN_SHADE)
    s.shape([(196, 452), (240, 480), (284, 452), (292, 470), (240, 506), (188, 470)], "#c98f35")
    s.line([(120, 560), (112, 640)], "#c98f35", 4)
    s.line([(360, 560), (368, 640)], "#c98f35", 4)
    s.shape(mirrored([(240, 140), (168, 176), (152, 270), (172, 360), (214, 408), (240, 416)], 240), SKIN)
    for x in (150, 330):
        s.oval(x, 344, 9, fill=TEAL)
    face(s, 240, 282, 40)
    s.shape(
        [
            (150, 300),
            (146, 190),
            (190, 122),
            (262, 112),
            (330, 150),
            (340, 300),
            (324, 232),
            (290, 184),
            (214, 200),
            (166, 236),
        ],
        HAIR,
    )
    s.line([(200, 140), (250, 124), (300, 146)], "#5a4347", 4)
    return s


def man_glasses() -> Sheet:
    """A man with white-rimmed glasses, a short beard and a teal shirt."""
    s = Sheet(480, 640, "#d3e0d5", "#a9c4bb")
    s.oval(240, 300, 200, fill="#ffffff38")
    s.shape(mirrored([(240, 452), (180, 462), (92, 500), (46, 570), (34, 690), (240, 690)], 240), TEAL)
    s.shape([(200, 380), (280, 380), (288, 470), (240, 510), (192, 470)], "#b97c55")
    s.shape([(190, 456), (240, 512), (212, 548), (170, 474)], "#256568", smoothly=False)
    s.shape([(290, 456), (240, 512), (268, 548), (310, 474)], "#256568", smoothly=False)
    skin = "#cf9468"
    for x in (146, 334):
        s.oval(x, 296, 20, 30, fill="#b97c55")
    s.shape(mirrored([(240, 138), (166, 166), (150, 270), (164, 350), (204, 414), (240, 426)], 240), skin)
    s.shape(mirrored([(240, 342), (196, 336), (152, 292), (158, 366), (204, 424), (240, 436)], 240), HAIR)
    s.shape(
        [
            (142, 250),
            (136, 160),
            (186, 92),
            (262, 76),
            (334, 112),
            (344, 178),
            (338, 250),
            (320, 190),
            (250, 172),
            (168, 186),
        ],
        HAIR,
    )
    s.line([(190, 130), (250, 106), (312, 132)], "#5a4347", 5)
    face(s, 240, 284, 42, lips="#c77d66")
    for x in (196, 284):
        s.oval(x, 286, 40, 36, fill="#ffffff3c")
        s.arc(x, 286, 38, 0, 360, fill=WHITE, width=9)
    s.line([(233, 280), (240, 276), (247, 280)], WHITE, 8)
    s.line([(158, 278), (140, 272)], WHITE, 8)
    s.line([(322, 278), (340, 272)], WHITE, 8)
    return s


def cat() -> Sheet:
    """A ginger cat that sits on a windowsill."""
    s = Sheet(560, 640, "#cfe0e2", "#f3e3c7")
    s.box(0, 540, 560, 640, "#f7efe2")
    s.box(0, 540, 560, 550, "#e3d2b8")
    s.oval(290, 568, 200, 26, fill=SHADOW, blur=10)
    fur, dark, light = "#e08a42", "#bf6a2b", "#f8e3c8"
    s.line([(410, 540), (490, 520), (500, 440), (462, 400)], fur, 36)
    s.line([(470, 418), (460, 400)], light, 34)
    s.shape([(206, 300), (170, 420), (160, 560), (280, 580), (420, 570), (430, 470), (384, 350), (340, 300)], fur)
    for y in (390, 430, 470):
        s.line([(380 + (y - 390) // 3, y - 12), (404 + (y - 390) // 4, y), (428, y + 10)], dark, 9)
    s.shape([(232, 330), (214, 430), (238, 540), (290, 548), (318, 440), (310, 330)], light)
    s.oval(226, 560, 42, 24, fill=light)
    s.oval(308, 560, 42, 24, fill=light)
    for tip, inner in (((178, 96), (190, 124)), ((352, 96), (340, 124))):
        side = -1 if tip[0] < 265 else 1
        s.shape([tip, (265 + side * 24, 160), (265 + side * 108, 220)], fur, smoothly=False)
        s.shape([inner, (265 + side * 44, 160), (265 + side * 92, 196)], "#eab09a", smoothly=False)
    s.shape(mirrored([(265, 146), (206, 156), (154, 214), (152, 272), (200, 326), (265, 342)], 265), fur)
    s.shape(mirrored([(265, 250), (224, 268), (214, 310), (240, 336), (265, 340)], 265), light)
    for x, top in ((240, 166), (265, 158), (290, 166)):
        s.line([(x, top), (265 + (x - 265) * 0.7, 204)], dark, 9)
    for side in (-1, 1):
        s.oval(265 + side * 50, 246, 19, 21, fill="#f5d774")
        s.oval(265 + side * 50, 246, 8, 19, fill=INK)
        s.oval(265 + side * 50 + 4, 238, 4, fill=WHITE)
        for lift in (-10, 6):
            s.line([(265 + side * 50, 292), (265 + side * 140, 288 + lift * 2)], "#fdf6ea", 2.4)
    s.shape([(252, 276), (278, 276), (265, 292)], "#c9654f")
    s.line([(244, 306), (256, 308), (265, 292), (274, 308), (286, 306)], dark, 4)
    return s


def model() -> Sheet:
    """A woman with her hair in a bun, from head to foot, in plain clothes."""
    s = Sheet(420, 640, "#ece5da", "#ddd2c2")
    s.oval(214, 604, 96, 13, fill=SHADOW, blur=7)
    x = 210
    for side in (-1, 1):
        s.shape(
            [
                (x + side * 4, 350),
                (x + side * 44, 350),
                (x + side * 36, 470),
                (x + side * 30, 582),
                (x + side * 12, 582),
                (x + side * 8, 470),
            ],
            "#4b5a70",
        )
        s.shape([(x + side * 8, 584), (x + side * 30, 578), (x + side * 48, 600), (x + side * 8, 604)], PAPER)
        s.shape(
            [
                (x + side * 52, 178),
                (x + side * 70, 196),
                (x + side * 80, 280),
                (x + side * 78, 362),
                (x + side * 62, 364),
                (x + side * 58, 286),
                (x + side * 42, 220),
            ],
            SKIN,
        )
        s.oval(x + side * 70, 368, 11, 16, fill=SKIN)
    s.shape(
        mirrored(
            [
                (x, 158),
                (x - 34, 164),
                (x - 66, 180),
                (x - 74, 236),
                (x - 50, 240),
                (x - 44, 300),
                (x - 50, 362),
                (x, 368),
            ],
            x,
        ),
        PAPER,
    )
    s.line([(x - 50, 238), (x - 44, 216)], "#d9cfc0", 3)
    s.line([(x + 50, 238), (x + 44, 216)], "#d9cfc0", 3)
    s.shape([(x - 15, 126), (x + 15, 126), (x + 19, 162), (x, 176), (x - 19, 162)], SKIN_SHADE)
    s.oval(x, 34, 21, fill="#6a4532")
    s.shape([(x - 43, 94), (x - 36, 60), (x, 46), (x + 36, 60), (x + 43, 94), (x + 34, 116), (x - 34, 116)], "#6a4532")
    s.shape(mirrored([(x, 62), (x - 30, 74), (x - 36, 104), (x - 22, 138), (x, 148)], x), SKIN)
    s.shape(
        [(x - 40, 96), (x - 30, 60), (x + 4, 54), (x + 34, 64), (x + 40, 96), (x + 22, 76), (x - 8, 74), (x - 28, 80)],
        "#6a4532",
    )
    face(s, x, 104, 14.5, brow="#6a4532")
    return s


def pose() -> Sheet:
    """An artist's mannequin with crossed arms."""
    s = Sheet(440, 640, "#ebe4d8", "#d8cdbb")
    wood, dark, x = "#dfb384", "#b98654", 220
    s.oval(x, 606, 110, 13, fill=SHADOW, blur=7)
    for side in (-1, 1):
        s.shape(
            [
                (x + side * 10, 372),
                (x + side * 50, 366),
                (x + side * 50, 430),
                (x + side * 40, 476),
                (x + side * 18, 476),
            ],
            wood,
        )
        s.shape(
            [
                (x + side * 18, 488),
                (x + side * 44, 488),
                (x + side * 42, 540),
                (x + side * 34, 584),
                (x + side * 22, 584),
            ],
            wood,
        )
        s.oval(x + side * 31, 482, 14, fill=dark)
        s.shape([(x + side * 20, 590), (x + side * 36, 586), (x + side * 56, 604), (x + side * 18, 606)], wood)
    s.shape(mirrored([(x, 322), (x - 44, 328), (x - 52, 372), (x - 24, 392), (x, 388)], x), wood)
    s.oval(x, 312, 32, 20, fill=dark)
    s.shape(mirrored([(x, 158), (x - 44, 164), (x - 66, 186), (x - 58, 250), (x - 36, 304), (x, 310)], x), wood)
    s.box(x - 11, 128, x + 11, 166, dark, round_=8)
    s.oval(x, 88, 40, 52, fill=wood)
    s.line([(x, 40), (x, 136)], "#cb9c6a", 2)
    s.line([(x - 38, 88), (x, 96), (x + 38, 88)], "#cb9c6a", 2)
    for side in (-1, 1):
        s.oval(x + side * 72, 188, 20, fill=dark)
        s.line([(x + side * 76, 200), (x + side * 90, 266)], wood, 32)
        s.oval(x + side * 90, 272, 15, fill=dark)
    for side, lift, shade in ((1, 262, "#a87444"), (-1, 246, "#a87444")):
        s.line([(x + side * 88, 278), (x - side * 40, lift + 4)], shade, 33)
        s.line([(x + side * 88, 275), (x - side * 40, lift)], wood, 28)
        s.oval(x - side * 52, lift - 3, 20, 13, fill=wood)
    return s
