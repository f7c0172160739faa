"""The strip under the frame of a proof says what the frame cannot show, so that nobody takes it for forgotten."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from prompt_kit.catalogue import Catalogue
from prompt_kit.generators import Request
from prompt_kit.generators.proof.areas import bordered
from prompt_kit.generators.proof.arrangement import arrangement_of
from prompt_kit.generators.proof.generator import pixels
from prompt_kit.generators.proof.lettering import largest_sizes
from prompt_kit.generators.proof.linebreaks import joined
from prompt_kit.generators.proof.placing import standing
from prompt_kit.generators.proof.sheet import draw
from prompt_kit.images import open_image
from prompt_kit.layout import Area, Box, Layout
from prompt_kit.prompt import Prompt, Reference, Settings, Text, Turn

if TYPE_CHECKING:
    from prompt_kit.generators.proof.arrangement import Arrangement
    from prompt_kit.layout import AreaLook
    from prompt_kit.prompt import Part, Task

WHOLE = Box(0, 0, 1, 1)


def laid_out(*areas: Area, parts: tuple[Part, ...] = (), task: Task = "create", ratio: str = "1:1") -> Arrangement:
    """Return where everything is on the sheet of a turn with these areas."""
    turn = Turn((*parts, Text("Draw it.")), layout=Layout(areas))
    prompt = Prompt((turn,), Settings(aspect_ratio=ratio, size="1K", model="gemini-3.1-flash-image"), task)
    request = Request(turn, Catalogue.load().choose(prompt.settings), prompt.settings, (), prompt)
    return arrangement_of(request, pixels(request))


def given(slot: str, color: str, **more: str) -> Reference:
    """Return a picture of one colour for a slot."""
    buffer = io.BytesIO()
    Image.new("RGB", (60, 80), color).save(buffer, "PNG")
    return Reference(slot, more.get("role", "base"), open_image(buffer.getvalue()))  # type: ignore[arg-type]


def said(plan: Arrangement) -> str:
    """Return the words of a legend."""
    return " ".join(map(joined, plan.legend.lines))


def test_an_edit_says_that_the_old_picture_is_drawn_and_what_changes() -> None:
    """The picture that is given looks like the finished one."""
    plan = laid_out(
        Area("whole", "subject", WHOLE, slot="base"),
        Area("new", "change", content="a round enamel sign", place="above the shop", on="whole"),
        Area("sign", "words", content="Zimmer frei", on="new"),
        parts=(given("base", "red"),),
        task="edit",
    )

    assert "picture 1 as it is now, before the change" in said(plan)
    assert "Changes: a round enamel sign; place: above the shop" in said(plan)
    assert "New words, place: where the change is: “Zimmer frei”" in said(plan)


def test_all_words_without_a_place_are_quoted() -> None:
    """Words that are absent without a sign look forgotten."""
    plan = laid_out(
        Area("subject", "subject", WHOLE, content="a lighthouse"),
        Area("first", "words", content="HARBOUR MARKET"),
        Area("second", "words", content="Every Saturday"),
        Area("third", "words", content="Bring a basket!", place="on a line below, small"),
    )

    assert "place left to the model: “HARBOUR MARKET”, “Every Saturday”" in said(plan)
    assert "as the prompt says: “Bring a basket!” (on a line below, small)" in said(plan)


def test_words_that_are_set_straight_are_said_to_run_otherwise() -> None:
    """Letters in a ring are not drawn in one."""
    badge = Area("badge", "words", Box(0, 0.8, 1, 0.2), content="Free tea", place="in a round badge")

    assert "asked for otherwise: “Free tea” (in a round badge)" in said(laid_out(badge))


def test_pictures_that_the_frame_does_not_show_are_in_the_legend() -> None:
    """A picture that is used and not drawn looks forgotten."""
    parts = (given("cast", "red", role="identity"), given("stage", "blue", role="scene"))
    plan = laid_out(Area("left", "subject", WHOLE, content="a cat", slot="stage"), parts=parts)

    assert [shown.number for shown, _ in plan.legend.pictures] == [1]
    assert "Picture 2 stands for: a cat" in said(plan)


def test_entries_beyond_the_last_panel_are_named() -> None:
    """The fifth of four goes on the last."""
    panels = (Area("box", "panel", Box(0, 0, 0.5, 1)), Area("box-2", "panel", Box(0.5, 0, 0.5, 1)))
    plan = laid_out(
        *panels,
        Area("line-2", "words", content="Two.", on="box-2"),
        Area("line-3", "words", content="Three.", on="box-2"),
    )

    assert "so on panel 2, the last one: “Three.”" in said(plan)


@pytest.mark.parametrize("ratio", ["1:1", "9:16", "16:9", "8:1", "1:8"])
def test_a_legend_stands_between_the_frame_and_everything_else(ratio: str) -> None:
    """It takes its room from the frame, and covers neither the notes nor the settings."""
    words = (Area(f"line-{n}", "words", content=f"Sentence number {n} of a long list") for n in range(1, 12))
    plan = laid_out(Area("subject", "subject", WHOLE, content="a fox"), *words, ratio=ratio)

    assert plan.legend.height
    assert plan.strip.y > plan.frame.bottom
    assert plan.strip.bottom <= max(plan.footer.y, plan.footer.bottom if plan.footer.x < plan.frame.x else 0) + 1
    for column in plan.columns:
        below = column.box.y >= plan.strip.bottom
        assert below or column.box.x >= plan.strip.right or column.box.bottom <= plan.frame.y


def test_small_words_are_small_and_the_heading_is_the_largest() -> None:
    """A source line as large as the heading misleads whoever looks at the proof."""
    areas = (
        Area("a", "words", Box(0, 0, 1, 0.3), content="A heading of a few words", place="across the top"),
        Area("b", "words", Box(0, 0.3, 1, 0.3), content="Date"),
        Area("c", "words", Box(0, 0.6, 1, 0.2), content="Source", place="small, along the lower edge"),
        Area("d", "words", Box(0, 0.8, 1, 0.2), content="Print", place="very small, below it"),
    )
    frame = laid_out(*areas).frame
    sizes = largest_sizes(standing(areas, frame), areas, frame)

    assert sizes["a"] > sizes["b"] > sizes["c"] > sizes["d"]
    assert sizes["d"] < 0.3 * sizes["b"] / 0.7


def test_what_lies_on_a_panel_stays_inside_its_border() -> None:
    """Balloons that stick out over the frame of their panel show what no comic has."""
    looks: tuple[AreaLook, ...] = ("balloon", "letters", "")
    words = (
        Area(f"line-{n}", "words", Box(0, n * 0.2, 1, 0.2), content="Seen him?", on="box", look=look)
        for n, look in enumerate(looks)
    )
    plan = laid_out(Area("box", "panel", WHOLE, content="a diner at night"), *words)
    border = bordered(plan.frame, plan.unit)

    for here in draw(plan).areas:
        if here.kind == "words":
            assert here.extent.common(border) == pytest.approx(here.extent, abs=0.01)


def test_looks_of_words_differ() -> None:
    """Narration, speech and sounds can be told apart."""
    looks: tuple[AreaLook, ...] = ("balloon", "letters", "")
    box = Area("box", "panel", WHOLE)
    sheets = {
        draw(laid_out(box, Area("line", "words", Box(0, 0, 1, 0.2), content="Oh", on="box", look=look))).image.tobytes()
        for look in looks
    }

    assert len(sheets) == len(looks)


def test_a_tile_shows_that_it_repeats() -> None:
    """The rows that are alike on the drawing are alike in the picture."""
    plan = laid_out(Area("motif", "subject", WHOLE, content="poppies", look="tile"))
    frame, sheet = plan.frame, draw(plan).image

    dots = [
        sheet.getpixel((round(frame.x + (at + 0.5) * frame.w / 4), round(frame.y + frame.h / 8))) for at in range(4)
    ]
    gap = sheet.getpixel((round(frame.x + frame.w / 4), round(frame.y + frame.h / 8)))

    assert len(set(dots)) == 1
    assert gap != dots[0]
