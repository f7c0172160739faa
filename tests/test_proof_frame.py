"""The frame of a proof shows what the layout says and nothing else: each area in its box, and nothing over another."""

from __future__ import annotations

import ast
import io
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from prompt_kit.catalogue import Catalogue
from prompt_kit.generators import Request, proof
from prompt_kit.generators.proof import colours, fonts
from prompt_kit.generators.proof.areas import degrees
from prompt_kit.generators.proof.arrangement import Arrangement, arrangement_of
from prompt_kit.generators.proof.canvas import CARD, PAPER, Board, Rect, Type
from prompt_kit.generators.proof.content import Unplaced, brief
from prompt_kit.generators.proof.frame import Stage
from prompt_kit.generators.proof.generator import pixels, proof_key
from prompt_kit.generators.proof.linebreaks import joined
from prompt_kit.generators.proof.pictures import opened
from prompt_kit.generators.proof.placing import standing
from prompt_kit.generators.proof.sheet import draw
from prompt_kit.generators.proof.symbols import Marks
from prompt_kit.images import open_image
from prompt_kit.layout import Area, AreaKind, Box, Layout
from prompt_kit.prompt import ROLES, Mask, Prompt, Reference, Settings, Text, Turn
from prompt_kit.recipe.assembly import example_recipes, load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.generators.proof.content import Brief
    from prompt_kit.generators.proof.frame import DrawnArea
    from prompt_kit.prompt import Part, Task
    from prompt_kit.recipe.library import Library

CATALOGUE = Catalogue.load()
RED = (250, 10, 20)
OUTSIDE = 1.5
"""So many points a line may be outside its box, for its width and for rounding."""


def asked(turn: Turn, task: Task = "create", ratio: str | None = "1:1", **prompt: Any) -> Request:
    """Return the request of a prompt of one turn, in a format."""
    chosen = Settings(aspect_ratio=ratio, size="512", model="gemini-3.1-flash-image")
    whole = Prompt((turn,), chosen, task, **prompt)
    return Request(turn, CATALOGUE.choose(whole.settings), whole.settings, (), whole)


def area(name: str, kind: AreaKind, box: tuple[float, float, float, float] | None = None, **more: Any) -> Area:
    """Return an area, with its box as four numbers."""
    return Area(name, kind, Box(*box) if box else None, **more)


def laid_out(*areas: Area, parts: tuple[Part, ...] = (), task: Task = "create", ratio: str = "1:1") -> Arrangement:
    """Return where everything is on the sheet of a turn with these areas."""
    request = asked(Turn((*parts, Text("Draw it.")), layout=Layout(areas)), task, ratio)
    return arrangement_of(request, pixels(request))


def picture(size: tuple[int, int] = (400, 400), color: tuple[int, int, int] = RED, orientation: int = 1) -> bytes:
    """Return a picture of one colour."""
    buffer, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", size, color).save(buffer, "PNG", exif=exif)
    return buffer.getvalue()


def red_part(sheet: Image.Image, within: Rect) -> tuple[float, float, float, float]:
    """Return which part of a box is red, in shares of it."""
    crop = sheet.crop((round(within.x), round(within.y), round(within.right), round(within.bottom)))
    shades = [
        channel.point(lambda value, want=want: 255 * (abs(value - want) < 12))
        for channel, want in zip(crop.split(), RED, strict=True)
    ]
    left, top, right, bottom = ImageChops.multiply(ImageChops.multiply(shades[0], shades[1]), shades[2]).getbbox() or (
        0,
        0,
        0,
        0,
    )
    return left / crop.width, top / crop.height, right / crop.width, bottom / crop.height


def check_drawn(plan: Arrangement, drawn: tuple[DrawnArea, ...], areas: tuple[Area, ...]) -> None:
    """Check that every area is where the layout says, inside its box, inside the frame, and over no other."""
    by_name = {area.name: area for area in areas}
    frame = plan.frame
    assert {area.name for area in areas if area.box} <= {here.name for here in drawn}
    for here in drawn:
        box = by_name[here.name].box
        if box:
            wanted = frame.part(box.x, box.y, box.width, box.height)
            assert here.rect == pytest.approx(wanted, abs=0.01), here
        for outer in (here.rect, frame):
            assert here.extent.x >= outer.x - OUTSIDE, here
            assert here.extent.y >= outer.y - OUTSIDE, here
            assert here.extent.right <= outer.right + OUTSIDE, here
            assert here.extent.bottom <= outer.bottom + OUTSIDE, here
    for n, here in enumerate(drawn):
        for other in drawn[:n]:
            if other.name in ancestors(here.name, by_name) or here.name in ancestors(other.name, by_name):
                continue
            if {here.kind, other.kind} == {"covered", "calm"}:
                assert here.kind == "covered"  # drawn last, over the calm part
                continue
            wide = min(here.extent.right, other.extent.right) - max(here.extent.x, other.extent.x)
            high = min(here.extent.bottom, other.extent.bottom) - max(here.extent.y, other.extent.y)
            assert min(wide, high) <= 2 * OUTSIDE, (here, other)


def staged(plan: Arrangement) -> tuple[DrawnArea, ...]:
    """Return what is drawn in the frame, without the sheet around it and its smoothing."""
    thumbs = {shown.image.sha256: opened(shown.image, 200) for shown in plan.brief.pictures}
    board = Board(plan.size, 1)
    return Stage(board, plan.frame, plan.brief, plan.unit, thumbs).draw()


def drawn_frame(plan: Arrangement) -> Image.Image:
    """Return a sheet that has the frame alone."""
    thumbs = {shown.image.sha256: opened(shown.image, 200) for shown in plan.brief.pictures}
    board = Board(plan.size)
    Stage(board, plan.frame, plan.brief, plan.unit, thumbs).draw()
    return board.finished()


def ancestors(name: str, by_name: dict[str, Area]) -> set[str]:
    """Return the names of the areas on which an area lies."""
    on: set[str] = set()
    while (name := by_name[name].on if name in by_name else "") and name not in on:
        on.add(name)
    return on


def turns_of_examples(library: Library) -> Iterator[tuple[str, Request]]:
    """Yield the request of every turn of every example, with its name."""
    names = [
        *((("recipe", name)) for name in library.names("recipe")),
        *(("strategy", n) for n in library.names("strategy")),
    ]
    for kind, name in names:
        for example, recipe in example_recipes(kind, name, library).items():
            prompt = recipe.render_example(example)
            chosen = prompt.settings._replace(size="512", model="gemini-3.1-flash-image")
            for number, turn in enumerate(turn for turn in prompt.turns if turn.output == "picture"):
                earlier = tuple(open_image(picture((9, 9))) for _ in turn.earlier)
                request = Request(turn, CATALOGUE.choose(chosen), chosen, earlier, prompt)
                yield f"{name}/{example}/{number}", request


def test_every_example_is_drawn_as_its_layout_says(built_in_library: Library) -> None:
    """A designer who trusts a proof must not be led astray by it."""
    for name, request in turns_of_examples(built_in_library):
        plan = arrangement_of(request, pixels(request))
        try:
            check_drawn(plan, staged(plan), request.turn.layout.areas)
        except AssertionError as error:
            raise AssertionError(name) from error


BANDS: dict[AreaKind, str] = {
    "subject": "a happy red panda that drinks tea from a very large cup",
    "words": "OPENING NIGHT",
    "calm": "room for the headline",
    "logo": "",
    "panel": "Her front wheel lands, sparks flying from the cobbles.",
    "covered": "the name of the profile lies there",
    "change": "a green velvet sofa",
}


@pytest.mark.parametrize("kind", BANDS)
@pytest.mark.parametrize("box", [(0, 0, 1, 0.08), (0.7, 0.1, 0.3, 0.9), (0.1, 0.1, 0.12, 0.06), (0, 0, 1, 1)])
@pytest.mark.parametrize("task", ["create", "edit"])
def test_an_area_changes_no_pixel_outside_its_box(
    kind: AreaKind, box: tuple[float, float, float, float], task: Task
) -> None:
    """What is measured here is the picture itself, not what the drawing says of itself."""
    base = (Reference("base", "base", open_image(picture((300, 300)))),)
    other = area("other", "words", (0.4, 0.95, 0.1, 0.02), content="x")
    here = area("here", kind, box, content=BANDS[kind])
    with_it, without = (laid_out(*areas, parts=base, task=task) for areas in ((other, here), (other,)))

    # The legend under the frame says of some areas what they are, so that the frame alone is compared.
    changed = ImageChops.difference(drawn_frame(with_it), drawn_frame(replace(without, frame=with_it.frame)))

    frame = with_it.frame
    left, top, right, bottom = changed.getbbox() or (0, 0, 0, 0)
    wanted = frame.part(*box)
    assert left >= wanted.x - OUTSIDE
    assert top >= wanted.y - OUTSIDE
    assert right <= wanted.right + OUTSIDE + 1
    assert bottom <= wanted.bottom + OUTSIDE + 1
    assert right > left


@pytest.mark.parametrize("ratio", ["1:1", "9:16", "16:9"])
def test_nothing_is_drawn_over_another_unless_it_lies_on_it(ratio: str) -> None:
    """Words over the face that they stand beside would be wrong; a label on the jar is right."""
    areas = (
        area("subject", "subject", (0, 0.3, 0.6, 0.5), content="a jar of honey"),
        area("label", "words", content="MIEL", on="subject"),
        area("mark", "logo", on="subject"),
        area("headline", "words", (0, 0.1, 1, 0.2), content="Fresh at seven o'clock every day"),
        area("calm", "calm", (0.6, 0.3, 0.4, 0.5)),
        area("name", "covered", (0, 0, 1, 0.1), content="the name"),
        area("logo", "logo", (0.8, 0.85, 0.2, 0.15)),
    )
    plan = laid_out(*areas, ratio=ratio)

    drawn = draw(plan).areas

    check_drawn(plan, drawn, areas)
    rects = {here.name: here.rect for here in drawn}
    for name in ("label", "mark"):
        assert rects[name].joined(rects["subject"]) == pytest.approx(rects["subject"])


@settings(max_examples=40)
@given(
    st.text("Éagx pq—消🐼", min_size=1, max_size=90).filter(str.strip),
    st.sampled_from([-1, 0, 1]),
    st.sampled_from([(300, 60), (90, 300), (200, 200), (30, 12)]),
)
def test_words_stay_inside_their_box_and_are_whole(text: str, side: int, size: tuple[int, int]) -> None:
    """The last line of many is no lower than the area that they have."""
    board = Board((size[0] + 80, size[1] + 80))
    box = Rect(40, 40, *size)

    Marks(board, "#b9452b", 10, CARD).text(box, text, Type(90), across=side)

    sheet, paper = board.finished(), Image.new("RGB", board.size, PAPER)
    left, top, right, bottom = ImageChops.difference(sheet, paper).getbbox() or (50, 50, 50, 50)
    assert (left, top) >= (38, 38)
    assert right <= box.right + 2
    assert bottom <= box.bottom + 2


def test_areas_without_a_place_stand_beside_the_frame() -> None:
    """Where something stands that nobody has placed cannot be drawn, and must not be lost."""
    plan = laid_out(
        area("subject", "subject", (0, 0, 1, 1), content="a shop in a walnut"),
        area("calm", "calm", content="room for a title", place="the dark wall above the walnut"),
        area("words", "words", content="NUTS"),
        area("product", "subject", slot="own_product"),
    )

    noted = [item.content for section in plan.notes.sections for item in section.items]

    assert {section.heading for section in plan.notes.sections} == {"Left to the model"}
    assert noted == [
        Unplaced("room for a title", "Stays calm, the dark wall above the walnut"),
        Unplaced("NUTS", "Words"),
        Unplaced("own product", "Subject"),
    ]
    assert [here.name for here in draw(plan).areas] == ["subject"]


@pytest.mark.parametrize("size", [(300, 100), (100, 300), (200, 200)])
def test_a_logo_is_whole(size: tuple[int, int]) -> None:
    """A cropped mark is another mark."""
    logo = Reference("mark", "logo", open_image(picture(size)))
    plan = laid_out(area("logo", "logo", (0.5, 0.5, 0.4, 0.4), slot="mark"), parts=(logo,))

    left, top, right, bottom = red_part(draw(plan).image, plan.frame)

    # The number on its corner covers a little of it.
    assert (right - left) / (bottom - top) == pytest.approx(size[0] / size[1], rel=0.12)
    assert (left + right) / 2 == pytest.approx(0.7, abs=0.02)
    assert (top + bottom) / 2 == pytest.approx(0.7, abs=0.02)


@pytest.mark.parametrize("orientation", [1, 6, 8])
def test_an_edit_shows_the_picture_and_its_mask_as_people_see_them(orientation: int) -> None:
    """A portrait taken with a phone is stored lying down; the part that may change is where it is seen."""
    stored = (200, 300) if orientation == 1 else (300, 200)
    mask = Image.new("L", (200, 300), 0)
    mask.paste(255, (0, 0, 100, 60))
    buffer = io.BytesIO()
    mask.save(buffer, "PNG")
    parts = (
        Reference("base", "base", open_image(picture(stored, orientation=orientation))),
        Mask("mask", open_image(buffer.getvalue())),
    )
    plan = laid_out(area("change", "change", content="a hat"), parts=parts, task="edit", ratio="2:3")

    (drawn,) = draw(plan).areas

    frame = plan.frame
    assert drawn.rect == pytest.approx(frame.part(0, 0, 0.5, 0.2), rel=0.03, abs=2)
    left, top, right, bottom = red_part(draw(plan).image, frame.part(0, 0.25, 1, 0.75))
    assert right - left > 0.98
    assert bottom - top > 0.98


@pytest.mark.parametrize("ratio", ["1:1", "16:9", "9:16"])
def test_a_picture_that_is_changed_is_whole_in_any_format(ratio: str) -> None:
    """What the new format adds is beside it."""
    base = Reference("base", "base", open_image(picture((300, 200))))

    plan = laid_out(parts=(base,), task="edit", ratio=ratio)
    left, top, right, bottom = red_part(draw(plan).image, plan.frame)

    wide, high = (right - left) * plan.frame.w, (bottom - top) * plan.frame.h
    assert wide / high == pytest.approx(1.5, rel=0.02)


@pytest.mark.parametrize(
    ("facing", "turned"),
    [
        ("front", 0),
        ("back", 180),
        ("left profile", 90),
        ("profile-right", -90),
        ("three-quarter-left", 45),
        ("rear-right", -135),
        ("from high above", None),
    ],
)
def test_the_direction_of_a_view_is_an_arrow_where_it_can_be(facing: str, turned: float | None) -> None:
    """Left and right are those of the picture."""
    plan = laid_out(area("view", "subject", (0, 0, 1, 1), content="a captain", facing=facing))

    assert degrees(facing) == turned
    assert draw(plan).areas[0].name == "view"


def test_a_panel_shows_all_that_is_said_in_it() -> None:
    """Balloons stand in their panel, one for each speech."""
    speeches = ["Wirklich? Das glaube ich erst, wenn ich es sehe.", "Schau!", "Oh."]
    areas = (
        area("panel-1", "panel", (0, 0, 0.5, 1), content="Two neighbours talk over a hedge."),
        area("panel-2", "panel", (0.5, 0, 0.5, 1), content="Silence."),
        *(area(f"words-{n}", "words", content=text, on="panel-1") for n, text in enumerate(speeches)),
    )
    plan = laid_out(*areas, ratio="16:9")

    drawn = {here.name: here for here in draw(plan).areas}

    check_drawn(plan, tuple(drawn.values()), areas)
    panel = drawn["panel-1"].rect
    assert all(drawn[f"words-{n}"].rect.joined(panel) == pytest.approx(panel) for n in range(3))


def test_areas_on_each_other_in_a_circle_do_not_hang_the_drawing() -> None:
    """A recipe of a stranger may say anything."""
    circle = [area("a", "words", on="b"), area("b", "words", on="a"), area("c", "calm", (0, 0, 1, 1), on="c")]

    assert [here.area.name for here in standing(circle, Rect(0, 0, 100, 100))] == ["c"]


def test_a_layout_that_is_empty_says_so() -> None:
    """A recipe without a layout leaves all places to the model, and its proof does not guess."""
    assert draw(laid_out()).areas == ()


def test_the_proof_names_no_recipe_and_no_parameter(built_in_library: Library) -> None:
    """What a stranger's recipe says of its layout is drawn as well as ours."""
    recipes = [load(name, library=built_in_library) for name in built_in_library.names("recipe")]
    parameters = {name for recipe in recipes for name in (*recipe.parameters, *recipe.references)}
    # Kinds of areas and roles of pictures, by which parameters may be called as well, and words of the sheet.
    ours = {*get_args(AreaKind), *ROLES, "picture", "text", "title"}
    names = ({recipe.name for recipe in recipes} | parameters) - ours
    # Letters are called "light", and so are colours.
    files = set(Path(proof.__file__).parent.glob("*.py")) - {Path(fonts.__file__), Path(colours.__file__)}
    for path in sorted(files):
        strings = {
            node.value
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert strings & names == set(), path.name
        assert not re.search(r"values(?:\.get\(|\[)", path.read_text("utf-8")), path.name


def test_a_proof_is_known_by_its_layout_too() -> None:
    """The layout is not sent, so that the fingerprint of the request does not have it."""
    turn = Turn((Text("Draw it."),), layout=Layout((area("subject", "subject", (0, 0, 1, 1)),)))
    moved = turn._replace(layout=Layout((area("subject", "subject", (0, 0, 0.5, 1)),)))
    first, second = asked(turn), asked(moved)

    assert first.fingerprint == second.fingerprint
    assert proof_key(first) == proof_key(asked(turn)) != proof_key(second)
    assert (
        draw(arrangement_of(first, (512, 512))).image.tobytes()
        != draw(arrangement_of(second, (512, 512))).image.tobytes()
    )


def said_by(prompt: Prompt) -> Brief:
    """Return what the proof of a prompt's first turn says."""
    return brief(Request(prompt.turns[0], CATALOGUE.choose(prompt.settings), prompt.settings, (), prompt), (1024, 1024))


def test_the_prompt_keeps_its_line_breaks() -> None:
    """Word for word is line by line, too."""
    request = asked(Turn((Text('It reads:\n"One"\n"Two"\n\nThe end.'),)))
    plan = arrangement_of(request, pixels(request))

    assert [joined(line) for column in plan.columns for line in column.lines] == [
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
    pictures = (Reference("product", "object", open_image(picture())),) * count
    request = asked(Turn((*pictures, Text("Draw."))), ratio=None)

    assert dict(arrangement_of(request, pixels(request)).brief.settings)["Format"] == said


def test_the_title_is_that_of_the_recipe(built_in_library: Library) -> None:
    """The name of a file is for those who write recipes."""
    recipe = load("text-rendering", library=built_in_library)

    assert said_by(recipe.render(subject="a sign")).title == recipe.title
    assert said_by(Prompt((Turn((Text("A sea."),)),), recipe="sea-piece")).title == "Sea piece"


@pytest.mark.parametrize("ratio", ["9:16", "2:3", "16:9", "1:1"])
def test_nothing_stands_in_the_right_margin(ratio: str) -> None:
    """Headings over a narrow column must not run out of it."""
    unplaced = [area(f"words-{n}", "words", content=f"Words {n}", place="right below it") for n in range(3)]
    plan = laid_out(*unplaced, ratio=ratio)

    sheet = draw(plan).image

    margin = sheet.crop((math.ceil(plan.header.right) + 1, 0, *plan.size))
    assert margin.getcolors() == [(margin.width * margin.height, tuple(bytes.fromhex(PAPER[1:])))]
