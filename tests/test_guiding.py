"""The layout of a prompt goes along as a picture when it is asked for, and is a part of the request like any other."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

import prompt_kit
from prompt_kit.catalogue import Catalogue
from prompt_kit.cli.main import run
from prompt_kit.errors import InputError
from prompt_kit.generators.proof.guide import drawn_guide
from prompt_kit.images import open_image
from prompt_kit.layout import Area, Box, Layout
from prompt_kit.prompt import Earlier, Prompt, Reference, Settings, Text, Turn
from prompt_kit.record.runs import prompt_from
from prompt_kit.review.snapshots import snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeTree

    from prompt_kit.prompt import Part

LAYOUT = Layout((
    Area("subject", "subject", Box(0, 0.25, 1, 0.75), "a red panda"),
    Area("words", "words", Box(0, 0, 1, 0.25), "OPENING NIGHT"),
    Area("open", "words", None, "left to the model"),
))  # fmt: skip


def picture(shade: int = 9) -> Reference:
    """Return a small picture of a thing."""
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 90, 60)).save(buffer, "PNG")
    return Reference("thing", "object", open_image(buffer.getvalue()))


def prompt(*parts: Part, layout: Layout = LAYOUT, **chosen: Any) -> Prompt:
    """Return a prompt of one turn with a layout."""
    turn = Turn((*parts, Text("A poster of a red panda.")), layout=layout)
    return Prompt((turn,), Settings(**({"aspect_ratio": "2:3", "size": "1K"} | chosen)), recipe="poster")


def test_the_layout_is_the_last_picture_and_the_words_say_what_it_is_for() -> None:
    """What the words call the first image stays the first."""
    guided = prompt_kit.with_guide(prompt(picture(1), picture(2)))

    (turn,) = guided.turns
    assert [(part.slot, part.role) for part in turn.references] == [
        ("thing", "object"),
        ("thing", "object"),
        ("guide", "layout"),
    ]
    assert turn.text == (
        "A poster of a red panda.\n\nThe third image is a plan, not a picture: each thing stands where its labelled box"
        " is, and its boxes, lines and labels are not drawn."
    )
    assert turn.layout == LAYOUT


@pytest.mark.parametrize(
    ("before", "called"),
    [
        ((), "The attached image"),
        ((picture(),), "The second image"),
        ((picture(), Earlier(0, "identity")), "The third"),
    ],
)
def test_the_layout_is_called_by_its_place_among_the_pictures(before: tuple[Part, ...], called: str) -> None:
    """Earlier pictures count, too."""
    whole = prompt(*before)
    first = Turn((Text("First."),))
    guided = prompt_kit.with_guide(replace(whole, turns=(first, *whole.turns)))

    assert guided.turns[0] == first
    assert f"{called}" in guided.turns[1].text


def test_the_layout_has_the_pixels_of_the_model_and_its_areas() -> None:
    """A box that is elsewhere in the picture than in the plan would move things."""
    guide = prompt_kit.with_guide(prompt()).turns[0].references[-1].image

    assert (guide.width, guide.height) == Catalogue.load().choose(Settings()).pixels("2:3", "1K")
    with Image.open(io.BytesIO(guide.read())) as drawn:
        edge = round(0.25 * drawn.height)
        around = drawn.convert("L").crop((drawn.width // 10, edge - 6, drawn.width // 10 + 1, edge + 7))
    assert around.getextrema()[0] < 60  # type: ignore[operator] # of one channel


def test_areas_without_a_place_are_not_drawn() -> None:
    """The model places them."""
    placed = Layout(tuple(area for area in LAYOUT.areas if area.box))

    assert drawn_guide(LAYOUT, (200, 300)) == drawn_guide(placed, (200, 300))


def test_a_guided_prompt_is_another_request_and_costs_what_its_picture_costs() -> None:
    """It is shown, compared and priced like any other."""
    plain = prompt()
    guided = prompt_kit.with_guide(plain)
    model = Catalogue.load().choose(plain.settings)

    assert guided.fingerprint != plain.fingerprint
    assert guided.fingerprint == prompt_kit.with_guide(plain).fingerprint
    assert (model.estimate(guided) or 0) > (model.estimate(plain) or 0)
    assert "reference guide [layout: where things stand in the frame]" in snapshot(guided)


def test_a_guided_prompt_is_recorded_with_its_picture(tmp_path: Path) -> None:
    """A saved run sends the same again, without drawing the layout anew."""
    guided = prompt_kit.with_guide(prompt())
    outcome = prompt_kit.generate(guided, generator="proof")

    again = prompt_from(str(outcome.folder), tmp_path / "runs")

    assert again.fingerprint == guided.fingerprint
    assert again.turns[0].references[-1].image.read() == guided.turns[0].references[-1].image.read()


def test_without_a_layout_there_is_nothing_to_send() -> None:
    """The message says where it could be said."""
    with pytest.raises(InputError, match=r"'poster' does not say where things stand.*'layout:'"):
        prompt_kit.with_guide(prompt(layout=Layout(LAYOUT.areas[2:])))


def test_a_layout_of_the_whole_frame_is_not_sent() -> None:
    """A picture of an empty frame costs money and says nothing."""
    whole = Layout((Area("subject", "subject", Box(0, 0, 1, 1), "a bottle"), LAYOUT.areas[2]))

    with pytest.raises(InputError, match=r"'poster' says nothing about places yet.*leave the guide out"):
        prompt_kit.with_guide(prompt(layout=whole))
    half = Layout((Area("subject", "subject", Box(0, 0, 1, 0.5), "a bottle"),))
    both = replace(prompt(layout=half), turns=(*prompt(layout=half).turns, *prompt(layout=whole).turns))
    assert [len(turn.references) for turn in prompt_kit.with_guide(both).turns] == [1, 0]


def test_a_model_that_takes_no_more_pictures_refuses_the_layout() -> None:
    """It is said before anything is paid, with what could be left out."""
    model = Catalogue.load().choose(Settings())
    full = [picture(shade) for shade in range(model.max_references or 0)]

    with pytest.raises(InputError, match=rf"'{model.id}' takes no more pictures than the {len(full)} that go along"):
        prompt_kit.with_guide(prompt(*full))


@pytest.mark.parametrize("command", ["render", "generate"])
def test_the_command_line_sends_the_layout_along_when_it_is_asked_to(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is shown before anything is sent has the picture and its sentence."""
    dry = ["--dry-run"] if command == "generate" else []
    asked = [command, "negative-space", "--subject", "a walnut", "--empty-area", "left", *dry]

    assert run(asked) == 0
    plain = capsys.readouterr().out
    assert run([*asked, "--guide"]) == 0
    guided = capsys.readouterr().out

    assert "is a plan, not a picture" not in plain
    assert "The attached image is a plan, not a picture" in guided
    assert ("reference guide" in guided) == (command == "generate")


def test_the_command_line_says_when_there_is_no_layout(capsys: pytest.CaptureFixture[str], tree: MakeTree) -> None:
    """Nothing is rendered without what was asked for."""
    tree(**{
        "recipes/plain.yaml": "title: Plain\nparameters: {subject: {type: text}}\n",
        "templates/plain.j2": "A picture of {{ subject }}.",
    })  # fmt: skip

    assert run(["render", "plain", "--subject", "a walnut", "--guide"]) == 2
    assert "'plain' does not say where things stand" in capsys.readouterr().err
