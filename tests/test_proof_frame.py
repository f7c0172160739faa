"""The frame of a proof shows what the values say: where words stand, what stays calm, and nothing over a product."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from prompt_kit.catalogue import Catalogue
from prompt_kit.generators import Request
from prompt_kit.generators.proof.canvas import CARD, PAPER, Board, Box
from prompt_kit.generators.proof.content import ExactWords, brief
from prompt_kit.generators.proof.frame import Stage
from prompt_kit.generators.proof.generator import pixels
from prompt_kit.generators.proof.layout import Layout, layout_of
from prompt_kit.generators.proof.lettering import Zone, set_words, zones
from prompt_kit.generators.proof.linebreaks import joined
from prompt_kit.generators.proof.pictures import opened
from prompt_kit.generators.proof.places import Spot, places, share_of
from prompt_kit.generators.proof.sheet import draw
from prompt_kit.generators.proof.symbols import Marks
from prompt_kit.images import open_image
from prompt_kit.prompt import Prompt, Reference, Settings, Text, Turn
from prompt_kit.recipe.assembly import load

if TYPE_CHECKING:
    from prompt_kit.generators.proof.content import Brief
    from prompt_kit.recipe.library import Library

CATALOGUE = Catalogue.load()
RED = (250, 10, 20)


def asked(prompt: Prompt, ratio: str | None = "1:1") -> Request:
    """Return the request of a prompt's first turn, in a format."""
    prompt = replace(prompt, settings=replace(prompt.settings, aspect_ratio=ratio, size="1K", model=None))
    return Request(prompt.turns[0], CATALOGUE.choose(prompt.settings), prompt.settings, (), prompt)


def laid_out(prompt: Prompt, ratio: str | None = "1:1") -> Layout:
    """Return where everything stands on the sheet."""
    request = asked(prompt, ratio)
    return layout_of(request, pixels(request))


def said_by(prompt: Prompt) -> Brief:
    """Return what the proof of a prompt says."""
    return brief(asked(prompt), (1024, 1024))


def stage(said: Brief, frame: Box) -> tuple[Stage, Board]:
    """Return the frame of a proof, ready to be drawn on a board of its own."""
    board = Board((round(frame.right + 20), round(frame.bottom + 20)))
    thumbs = {shown.image.sha256: opened(shown.image, 900) for shown in said.pictures}
    return Stage(board, frame, said, 14, thumbs), board


def product(subject: str, words: tuple[str, ...] = (), **values: Any) -> Prompt:
    """Return a prompt with a red product, and words that are said to stand somewhere."""
    buffer = io.BytesIO()
    Image.new("RGB", (400, 400), RED).save(buffer, "PNG")
    quoted = " ".join(f'"{entry.partition(" ::")[0]}"' for entry in words)
    turn = Turn((Reference("product", "object", open_image(buffer.getvalue())), Text(f"A thing. {quoted}")))
    return Prompt((turn,), given=(("subject", subject), ("words", words), *values.items()))


@pytest.mark.parametrize(
    ("place", "spot"),
    [
        ("across the upper third in tall white capitals", (0, -1)),
        ("at the top, as wide as the bowl", (0, -1)),
        ("in a round badge at the lower right", (1, 1)),
        ("small, in the lower right corner", (1, 1)),
        ("in the top right-hand corner", (1, -1)),
        ("top left", (-1, -1)),
        ("in a column along the right edge, in red", (1, 0)),
        ("large, in the middle", (0, 0)),
        ("centred", (0, 0)),
        ("at the bottom of the poster", (0, 1)),
        ("right below it, half as large", None),
        ("to the left of the price", None),
        ("across the top of the box, in rounded yellow letters", None),
        ("on the left shoe", None),
        ("above the right side", None),
        ("small, at its right end", None),
        ("in a corner", None),
        ("in the upper corner", None),
        ("from the upper left to the lower right", None),
        ("on the front, in small gilded letters", None),
        ("no terço inferior", None),
    ],
)
def test_words_stand_at_the_side_that_their_place_names(place: str, spot: tuple[int, int] | None) -> None:
    """A place beside something else, or one that cannot be known, is not guessed."""
    assert places({"words": [f"OPEN :: {place}"]})["OPEN"].spot == spot


def test_places_on_a_product_are_none_of_the_frame() -> None:
    """The top of a label is not the top of the picture."""
    assert places({"label": ["OPEN :: at the top"]})["OPEN"].spot is None
    assert places({"lettering": "OPEN :: at the top"})["OPEN"].spot == (0, -1)


def test_words_without_a_side_stand_beside_the_frame(built_in_library: Library) -> None:
    """What is drawn is what the values say; the rest is listed with what is said of it."""
    said = said_by(load("text-rendering", library=built_in_library).render_example("mare-alta"))

    assert [(words.text, words.spot) for words in said.placed] == [
        ("MARÉ ALTA", (0, 1)),
        ("Rua do Cais 12, Porto", (0, 1)),
    ]
    assert [words.text for words in said.listed] == [
        "Peixe fresco à beira do cais",
        "Sextas, das 19h às 23h",
        "Música ao vivo",
    ]
    assert said.listed[0].said == "right below it, half as large"
    assert said.centred == ()


@pytest.mark.parametrize(
    ("prompt", "drawn"),
    [
        (Prompt((Turn((Text('A sign, "OPEN".'),)),)), ["OPEN"]),
        (Prompt((Turn((Text('A sign, "OPEN". At the top.'),)),), given=(("layout", "top"),)), []),
        (Prompt((Turn((Text('A sign, "OPEN".'),)),), given=(("copy_space", "left"),)), []),
        (Prompt((Turn((Text('A sign, "OPEN".'),)),), task="edit"), []),
        (product("a jar", ("OPEN",)), []),
    ],
    ids=["nothing said", "layout", "calm part", "edit", "product"],
)
def test_words_stand_in_the_middle_where_nothing_speaks_against_it(prompt: Prompt, drawn: list[str]) -> None:
    """There they would cover a picture, or contradict where the values put all words; then they are listed."""
    said = said_by(prompt)

    assert [words.text for words in said.centred] == drawn
    assert [words.text for words in said.listed] == ([] if drawn else ["OPEN"])


@given(st.lists(st.tuples(st.integers(-1, 1), st.integers(-1, 1)).filter(any), min_size=1, max_size=9))
def test_words_at_the_sides_leave_the_subject_its_room(spots: list[tuple[int, int]]) -> None:
    """Neither words nor subject cover each other, wherever the words stand."""
    placed = [ExactWords(str(n), "", Spot(*spot)) for n, spot in enumerate(spots)]
    made, free = zones(Box(0, 0, 600, 400), placed)

    assert sorted(words.text for zone in made for words in zone.words) == sorted(words.text for words in placed)
    boxes = [zone.box for zone in made] + [free]
    for n, box in enumerate(boxes):
        assert box.w > 0
        assert box.h > 0
        for other in boxes[:n]:
            apart = box.x >= other.right - 1e-6 or other.x >= box.right - 1e-6
            assert apart or box.y >= other.bottom - 1e-6 or other.y >= box.bottom - 1e-6


@settings(max_examples=30)
@given(
    st.lists(st.text("Éagx pq", min_size=1, max_size=60).filter(str.strip), min_size=1, max_size=6),
    st.sampled_from([-1, 0, 1]),
    st.sampled_from([(300, 60), (90, 300), (200, 200)]),
)
def test_words_stay_inside_their_zone(texts: list[str], side: int, size: tuple[int, int]) -> None:
    """The last line of many is no lower than the area that they have; only the marks of its corners are outside."""
    board = Board((size[0] + 80, size[1] + 80))
    zone = Zone(Box(40, 40, *size), tuple(map(ExactWords, texts)), side, side)

    set_words(board, Marks(board, "#b9452b", 10, CARD), zone, largest=90)

    paper = Image.new("RGB", board.size, PAPER)
    edge = 8  # accents and descenders, and the marks around
    for box in (
        (0, 0, size[0] + 80, 40 - edge),
        (0, size[1] + 40 + edge, size[0] + 80, size[1] + 80),
        (0, 0, 40 - edge, size[1] + 80),
        (size[0] + 40 + edge, 0, size[0] + 80, size[1] + 80),
    ):
        assert board.finished().crop(box).tobytes() == paper.crop(box).tobytes()


@pytest.mark.parametrize("frame", [Box(20, 20, 600, 600), Box(20, 20, 340, 600), Box(20, 20, 800, 450)])
@pytest.mark.parametrize(
    "words", [(), ("OPEN :: at the top", "Late :: at the bottom"), ("OPEN",)], ids=["none", "sides", "listed"]
)
def test_words_never_cover_the_product(frame: Box, words: tuple[str, ...]) -> None:
    """The client looks at the product; the round photo of it is whole but for its number."""
    drawing, board = stage(said_by(product("a jar of honey with a very long description " * 4, words)), frame)

    drawing.draw()

    sheet = board.finished()
    red = Image.frombytes(
        "L",
        sheet.size,
        bytes(
            255 * (abs(r - 250) < 4 and g < 20 and b < 30) for r, g, b in zip(*[iter(sheet.tobytes())] * 3, strict=True)
        ),
    )
    left, top, right, bottom = red.getbbox() or (0, 0, 0, 0)
    assert abs((right - left) - (bottom - top)) <= 2
    assert red.histogram()[255] > 0.93 * math.pi / 4 * (right - left) * (bottom - top)


@pytest.mark.parametrize(
    ("value", "share"),
    [("left", 1 / 3), ("the right two thirds", 2 / 3), ("the upper half", 0.5), ("the right 60 % of the width", 0.6)],
)
def test_a_calm_part_is_as_large_as_it_is_said(value: str, share: float, built_in_library: Library) -> None:
    """A third is a third of the frame, not half of it."""
    said = said_by(load("social-post", library=built_in_library).render(subject="a red kayak", copy_space=value))
    drawing, _ = stage(said, Box(0, 0, 900, 600))

    empty, rest = drawing.areas()

    assert empty
    assert said.empty == "Kept calm"
    assert empty.area == pytest.approx(share * 900 * 600)
    assert empty.area + rest.area == pytest.approx(900 * 600)


def test_half_is_what_is_left_empty_unless_more_is_said() -> None:
    """The recipe for empty space speaks of halves where the others speak of thirds."""
    assert share_of("bottom", 0.5) == 0.5
    assert share_of("left-two-thirds", 0.5) == pytest.approx(2 / 3)


def test_a_calm_part_without_a_side_is_named_and_not_drawn() -> None:
    """Nobody knows where the wall above the walnut is."""
    prompt = Prompt((Turn((Text("A shop in a walnut."),)),), given=(("copy_space", "the dark wall above the walnut"),))
    layout = laid_out(prompt)

    assert stage(layout.brief, layout.frame)[0].areas() == (None, layout.frame)
    noted = {section.heading: section.items[0].content for section in layout.notes.sections}
    assert noted == {"Kept calm": ExactWords("the dark wall above the walnut")}


def test_the_prompt_keeps_its_line_breaks() -> None:
    """Word for word is line by line, too."""
    layout = laid_out(Prompt((Turn((Text('It reads:\n"One"\n"Two"\n\nThe end.'),)),)))

    assert [joined(line) for column in layout.columns for line in column.lines] == [
        "It reads:",
        '"One"',
        '"Two"',
        "",
        "The end.",
        "",
    ]


@pytest.mark.parametrize(
    ("count", "said"), [(0, "the model chooses"), (1, "like the picture"), (2, "like the last picture")]
)
def test_a_format_that_is_not_asked_for_is_that_of_a_picture(count: int, said: str) -> None:
    """Of one picture there is no last one."""
    pictures = product("a jar").turns[0].references * count
    prompt = Prompt((Turn((*pictures, Text("Draw."))),), Settings())

    assert dict(laid_out(prompt, None).brief.settings)["Format"] == said


def test_the_title_is_that_of_the_recipe(built_in_library: Library) -> None:
    """The name of a file is for those who write recipes."""
    recipe = load("text-rendering", library=built_in_library)

    assert said_by(recipe.render(subject="a sign")).title == recipe.title
    assert said_by(Prompt((Turn((Text("A sea."),)),), recipe="sea-piece")).title == "Sea piece"


@pytest.mark.parametrize("ratio", ["9:16", "2:3", "16:9", "1:1"])
def test_nothing_stands_in_the_right_margin(ratio: str, built_in_library: Library) -> None:
    """Headings over a narrow column must not run out of it."""
    layout = laid_out(load("text-rendering", library=built_in_library).render_example("mare-alta"), ratio)

    sheet = draw(layout)

    margin = sheet.crop((math.ceil(layout.header.right) + 1, 0, *layout.size))
    assert margin.getcolors() == [(margin.width * margin.height, tuple(bytes.fromhex(PAPER[1:])))]
