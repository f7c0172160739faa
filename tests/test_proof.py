"""Proofs are drawn for every request, in the size of the picture, and say what will be asked for."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from taken_pictures import heic

from prompt_kit.catalogue import Catalogue
from prompt_kit.generators import Generator, Request, generator
from prompt_kit.generators.proof.arrangement import Arrangement, arrangement_of
from prompt_kit.generators.proof.fonts import NONE, clean, runs
from prompt_kit.generators.proof.generator import pixels
from prompt_kit.images import open_image
from prompt_kit.layout import Area, Box, Layout
from prompt_kit.prompt import Earlier, Prompt, Reference, Settings, Text, Turn
from prompt_kit.recipe.assembly import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prompt_kit.outcome import Outcome, Picture
    from prompt_kit.prompt import Part, Role, Task
    from prompt_kit.recipe.library import Library

CATALOGUE = Catalogue.load()
STANDARD = CATALOGUE.choose(Settings())
SEA = "A calm sea under a pale sky. One gull stands on a post."


def picture(shade: int = 120, size: tuple[int, int] = (60, 40), kind: str = "PNG") -> bytes:
    """Return a small picture of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", size, (shade, 90, 60)).save(buffer, kind)
    return buffer.getvalue()


def reference(data: bytes | Path, slot: str = "thing", role: Role = "object") -> Reference:
    """Return a picture in its slot."""
    return Reference(slot, role, open_image(data))


def request(
    text: str = SEA,
    pictures: Sequence[Part] = (),
    *,
    task: Task = "create",
    given: tuple[tuple[str, Any], ...] = (),
    **asked: Any,
) -> Request:
    """Return a request of one turn; what is left of the arguments are settings."""
    chosen = Settings(**({"aspect_ratio": "1:1"} | asked))
    turn = Turn((Text(text), *pictures))
    prompt = Prompt((turn,), chosen, task, recipe="sea-piece", given=given)
    return Request(turn, CATALOGUE.choose(chosen), chosen, (), prompt)


def drawn(asked: Request) -> Outcome:
    """Return the outcome of the proof generator, found the way everybody finds it."""
    return asyncio.run(generator("proof").generate(asked))


def laid_out(asked: Request) -> Arrangement:
    """Return where everything stands on the sheet."""
    return arrangement_of(asked, pixels(asked))


def words_in(plan: Arrangement) -> str:
    """Return the prompt as it stands in the columns of a sheet, without spaces."""
    return "".join(token.text for column in plan.columns for line in column.lines for token in line).replace(" ", "")


@pytest.mark.parametrize(
    ("ratio", "size"),
    [
        *((ratio, "1K") for ratio in STANDARD.aspect_ratios),
        *((ratio, "512") for ratio in ("1:1", "9:16", "21:9")),
        *((ratio, "4K") for ratio in ("8:1", "1:8", "4:3")),
    ],
)
def test_a_proof_has_the_pixels_of_the_picture_it_stands_for(ratio: str, size: str) -> None:
    """People lay the proof where the picture will go."""
    asked = request(aspect_ratio=ratio, size=size, model="gemini-3.1-flash-image")

    (sheet,) = drawn(asked).pictures

    assert (sheet.width, sheet.height) == asked.model.pixels(ratio, size)
    with Image.open(io.BytesIO(sheet.data)) as opened:
        assert (opened.format, *opened.size) == ("PNG", sheet.width, sheet.height)


@pytest.mark.parametrize(("ratio", "shape"), [("7:3", 7 / 3), ("1:1", 1), ("2:5", 0.4)])
def test_a_format_nobody_knows_gets_about_a_megapixel(ratio: str, shape: float) -> None:
    """A model outside the catalogue has no table of pixels."""
    width, height = pixels(request(aspect_ratio=ratio, model="somebody-elses-model"))

    assert width / height == pytest.approx(shape, rel=0.01)
    assert width * height == pytest.approx(1024 * 1024, rel=0.01)


def test_without_a_format_a_proof_has_the_shape_of_the_last_picture() -> None:
    """That is what a model does when no aspect ratio is sent."""
    wide = reference(picture(size=(160, 90)))

    assert pixels(request(pictures=[wide], aspect_ratio=None)) == STANDARD.pixels("16:9", None)
    assert pixels(request(aspect_ratio=None)) == STANDARD.pixels("1:1", None)


def test_a_proof_is_free_and_says_that_nothing_was_sent() -> None:
    """Free is a price, unlike an unknown one."""
    outcome = drawn(request())

    assert outcome.ok
    assert (outcome.cost, outcome.billable) == (Decimal(0), "no")
    assert "nothing was sent" in outcome.message


def test_the_proof_is_a_generator_like_any_other() -> None:
    """The session treats all generators alike."""
    assert isinstance(generator("proof"), Generator)
    assert generator("proof").name == "proof"


def test_the_same_request_gives_the_same_bytes() -> None:
    """A changed proof means a changed request."""
    asked = request('A poster with the words "Open late".', [reference(picture())])

    assert drawn(asked).pictures == drawn(asked).pictures


@cache
def plain_sheets() -> tuple[tuple[Picture, ...], ...]:
    """Return the sheets of a plain request and of one with a picture, drawn once for all comparisons."""
    return drawn(request()).pictures, drawn(request(task="edit", pictures=[reference(picture(122))])).pictures


@pytest.mark.parametrize(
    "other",
    [
        request(SEA.replace("calm", "rough")),
        request(tier="pro"),
        request(task="edit", pictures=[reference(picture(120))]),
        request(task="edit", pictures=[reference(picture(121))]),
    ],
    ids=["word", "tier", "picture", "another picture"],
)
def test_what_changes_the_request_changes_the_sheet(other: Request) -> None:
    """A sheet that looks the same for another request would be approved by mistake."""
    assert drawn(other).pictures not in plain_sheets()


def test_a_short_prompt_stands_on_the_sheet_word_for_word() -> None:
    """The proof is read instead of the prompt."""
    layout = laid_out(request(f"{SEA}\n\nThe light comes from the left."))

    assert words_in(layout) == f"{SEA}The light comes from the left.".replace(" ", "")
    assert layout.left_out == 0


@pytest.mark.parametrize(("ratio", "size"), [("1:1", "1K"), ("8:1", "1K"), ("1:8", "1K"), ("9:16", "512")])
def test_a_prompt_of_10_kb_is_cut_and_says_by_how_much(ratio: str, size: str) -> None:
    """Letters nobody can read are no proof either."""
    words = [f"word{number}" for number in range(1200)]
    asked = request(" ".join(words), aspect_ratio=ratio, size=size, model="gemini-3.1-flash-image")

    layout = laid_out(asked)

    shown = words_in(layout).count("word")
    assert shown + layout.left_out == len(words)
    assert layout.text_size >= 4
    assert drawn(asked).ok


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\n \n",
        "{{ subject }} {% raw %} {# no #}",
        "x" * 3000,
        "a\u0000b\u0007c\ud800d",
        "one \u202egnorw\u202c two",
        "A cafe\u0301 with z" + "\u0301" * 500 + "algo letters",
        'Quotes " “ ” « » \' ‘ and "one open',
        "消防署の紺色のコート、赤い襟。" * 40,
        "قهوة الصباح في عمّان " * 40,
        "👩‍👩‍👧‍👦 🇯🇵 🐼 👍🏽 ☀️",
        "हिन्दी ไทย עברית Ελληνικά Кириллица",
        '"' + "W" * 299 + '"',
        "\n\n".join(f"Panel {number}: A door." for number in range(40)),
        " ".join(f"#{number:06x}" for number in range(40)),
    ],
)
@pytest.mark.parametrize("ratio", ["1:1", "8:1", "1:8"])
def test_any_words_are_drawn(text: str, ratio: str) -> None:
    """Values come from anywhere: spreadsheets, forms, other languages."""
    assert drawn(request(text, aspect_ratio=ratio, size="512", model="gemini-3.1-flash-image")).ok


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=400) | st.lists(st.text('abc éß"“”.#—消ش🐼', min_size=1, max_size=60)).map("\n\n".join),
    ratio=st.sampled_from(STANDARD.aspect_ratios),
    count=st.integers(0, 14),
    task=st.sampled_from(["create", "edit", "compose"]),
)
def test_everything_stands_inside_the_sheet(text: str, ratio: str, count: int, task: Task) -> None:
    """A word that runs over the edge is a word that nobody approves."""
    layout = laid_out(
        request(text, [reference(picture(shade)) for shade in range(count)], task=task, aspect_ratio=ratio)
    )

    width, height = layout.size
    notes = [placed.box for section in layout.notes.sections for placed in section.items]
    for box in (layout.header, layout.footer, layout.frame, *(column.box for column in layout.columns), *notes):
        assert box.x >= 0
        assert box.y >= 0
        assert box.w > 0
        assert box.right <= width + 0.5
        assert box.bottom <= height + 0.5
    assert layout.frame.w / layout.frame.h == pytest.approx(width / height, rel=0.01)


def test_colour_codes_become_chips() -> None:
    """A code says nothing to the eye."""
    layout = laid_out(request("The palette is teal (#2f7d80) and rust (#cf6a3d). The wall is #2f7d80, too."))

    assert [chip.code.lower() for chip in layout.brief.chips] == ["#2f7d80", "#cf6a3d"]


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"anything": ["deep navy", "coral", "cream"]}, ["deep navy", "coral", "cream"]),
        (
            {"motifs": ["thyme and sage leaves, in sage green, dusty lilac and cream"]},
            ["sage green", "dusty lilac", "cream"],
        ),
        ({"ground": "#1F5A32"}, ["#1f5a32"]),
        ({"subject": "an orange on a plate"}, []),
        ({"subject": "a rose", "coat": "pale blue"}, ["pale blue"]),
        ({"headline": "OPEN AT red o'clock"}, []),
    ],
)
def test_colours_that_values_name_become_chips(values: dict[str, Any], names: list[str]) -> None:
    """Most people name colours, wherever they are asked; but a fruit is none, and neither is a word on a sign."""
    layout = Layout((Area("words", "words", Box(0, 0, 1, 0.2), "OPEN AT red o'clock"),))
    asked = request("Draw.", given=tuple((name, tuple(v) if isinstance(v, list) else v) for name, v in values.items()))
    asked = replace(asked, turn=asked.turn._replace(layout=layout))

    assert [chip.name for chip in laid_out(asked).brief.chips] == names
    assert drawn(asked).ok


def test_every_recipe_has_a_proof(built_in_library: Library) -> None:
    """The proof is the default without a key: it is the first picture anybody sees."""
    for name in built_in_library.names():
        recipe = load(name, library=built_in_library)
        for example in list(recipe.examples.values())[-1:]:
            prompt = recipe.using(*example.uses).render(settings=example.settings, **example.values)
            chosen = prompt.settings._replace(size="512", model="gemini-3.1-flash-image")
            turn = prompt.turns[-1]
            earlier = tuple(open_image(picture(n)) for n, _ in enumerate(turn.earlier))

            assert drawn(Request(turn, CATALOGUE.choose(chosen), chosen, earlier, prompt)).ok, (name, example.name)


def test_pictures_are_shown_in_the_order_in_which_they_are_sent() -> None:
    """The words call them first, second and third."""
    turn = Turn((
        reference(picture(1), "person", "identity"),
        Text("Turn the first image; keep the second."),
        Earlier(0, "identity"),
        reference(picture(2), "pose", "pose"),
    ))  # fmt: skip
    prompt = Prompt((Turn((Text("First."),), "front"), turn), Settings(aspect_ratio="1:1"), recipe="turns")
    asked = Request(turn, STANDARD, prompt.settings, (open_image(picture(3)),), prompt)

    layout = laid_out(asked)

    assert [(one.number, one.role, one.image) for one in layout.brief.pictures] == [
        (1, "identity", open_image(picture(1))),
        (2, "identity", open_image(picture(3))),
        (3, "pose", open_image(picture(2))),
    ]
    assert layout.brief.turn.startswith("Picture 2 of 2")
    assert drawn(asked).ok


@pytest.mark.parametrize("task", ["create", "edit", "compose"])
def test_fourteen_references_are_all_on_the_sheet(task: Task) -> None:
    """Fourteen is the most a model takes (ai.google.dev, 2026-10)."""
    asked = request(SEA, [reference(picture(n), f"thing_{n}") for n in range(14)], task=task)

    layout = laid_out(asked)

    listed = {
        placed.content.number for s in layout.notes.sections for placed in s.items if hasattr(placed.content, "number")
    }
    assert listed == set(range(1, 15))
    assert layout.notes.left_out == 0
    assert drawn(asked).ok


@pytest.mark.parametrize("task", ["create", "edit", "compose"])
@pytest.mark.parametrize(
    "data",
    [picture(size=(400, 300))[:120], picture(kind="JPEG", size=(400, 300))[:400], heic((400, 300))],
    ids=["half a PNG", "half a JPEG", "HEIC"],
)
def test_a_picture_that_cannot_be_shown_does_not_stop_the_proof(data: bytes, task: Task) -> None:
    """The model may well read what Pillow does not."""
    assert drawn(request(SEA, [reference(data), reference(picture())], task=task)).ok


def test_a_picture_that_is_gone_does_not_stop_the_proof(tmp_path: Path) -> None:
    """It was there when the prompt was rendered."""
    file = tmp_path / "gone.png"
    file.write_bytes(picture())
    asked = request(SEA, [reference(file)], task="edit")
    file.unlink()

    assert drawn(asked).ok


@pytest.mark.parametrize(("model", "price"), [(None, "about $0.034"), ("somebody-elses-model", "not known")])
def test_the_strip_says_what_the_real_picture_would_cost(model: str | None, price: str) -> None:
    """An unknown price is unknown, never nothing."""
    strip = dict(laid_out(request(model=model)).brief.settings)

    assert strip["Would cost"] == price


@pytest.mark.parametrize("text", ["消防署", "𒀀𒀁", "🐼", "قهوة"])
def test_letters_no_face_has_are_named(text: str) -> None:
    """Empty boxes tell nobody what stands there."""
    for run in runs(text):
        assert Path(run.face).is_file() or (run.face == NONE and run.script)


@given(st.text(max_size=80))
def test_setting_type_loses_no_letter(text: str) -> None:
    """What is cleaned is what is drawn, in the same order."""
    cleaned = clean(text)

    assert "".join(run.text for run in runs(cleaned)) == cleaned
