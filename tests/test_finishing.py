"""What is made here beside a master: transparent cut-outs, and pictures that are exact outside a mask."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from fakes import OVERLOADED, Painter, encoded
from PIL import Image, ImageDraw
from planned import plan

from prompt_kit.errors import InputError
from prompt_kit.images import open_image
from prompt_kit.kit import Kit, generate
from prompt_kit.project import Project
from prompt_kit.prompt import Mask, Prompt, Reference, Settings, Text, Turn
from prompt_kit.work.finishing import base_of

if TYPE_CHECKING:
    from pathlib import Path

STICKER = Prompt((Turn((Text("Draw a plum."),)),), Settings(background="keyed"), recipe="sticker")


def plum(ground: str = "#00b140") -> bytes:
    """Return a violet disc before one flat colour."""
    image = Image.new("RGB", (512, 512), ground)
    ImageDraw.Draw(image).ellipse((106, 106, 406, 406), "#7a2a6a")
    return encoded(image)


def painter(data: bytes = b"") -> Painter:
    """Return a generator that answers every request with the same picture."""
    return Painter(data=data or plum(), size=(512, 512))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A folder of its own."""
    return Project(root=tmp_path)


def test_a_sticker_gets_its_cut_out(project: Project) -> None:
    """The master stays as it came; beside it stands a picture with real transparency, on record with its report."""
    outcome = generate(STICKER, generator=painter(), project=project)
    (derived,) = outcome.derived
    assert derived.kind == "cutout"
    assert derived.path.name == "01-cutout.png"
    assert derived.source.read_bytes() == plum()
    with Image.open(derived.path) as cut:
        alpha = cut.getchannel("A")
        assert (alpha.getpixel((4, 4)), alpha.getpixel((256, 256))) == (0, 255)
    record = json.loads((derived.path.parent / "run.json").read_text("utf-8"))
    assert record["derived"] == [
        {"file": "01-cutout.png", "source": "01.png", "kind": "cutout", "report": derived.report}
    ]
    assert len(outcome.pictures) == 1


def test_results_know_the_cut_out(project: Project) -> None:
    """Who reads them from the disk, as after a job, shows the cut-out as whoever was there."""
    kit = Kit(project)
    outcome = kit.generate(STICKER, generator=painter())
    [result] = kit.results(kit.plan(STICKER, generator=painter()))
    assert result.outcome is not None
    assert result.outcome.derived == outcome.derived
    assert (result.ok, result.folder, result.cost) == (True, outcome.folder, outcome.cost)


def test_what_cannot_be_cut_out_stays_and_is_told(project: Project) -> None:
    """A picture without a flat ground is no failure: it was made and paid, and why nothing was cut is a warning."""
    noise = Image.effect_noise((512, 512), 90).convert("RGB")
    outcome = generate(STICKER, generator=painter(encoded(noise)), project=project)
    assert outcome.ok
    assert outcome.derived == ()
    assert outcome.warnings


def test_a_run_that_goes_on_makes_what_was_not_made(project: Project) -> None:
    """The program ended after the picture was saved and before it was cut out; the next time that is made up for."""
    two = Prompt((*STICKER.turns, Turn((Text("Draw a pear."),), "pear")), STICKER.settings, recipe="sticker")

    fading = Painter(data=plum(), size=(512, 512), answers={"pear": OVERLOADED})
    folder = generate(two, generator=fading, project=project).folder
    assert folder is not None
    (folder / "01-cutout.png").unlink()
    record = json.loads((folder / "run.json").read_text("utf-8"))
    (folder / "run.json").write_text(json.dumps(record | {"derived": []}), "utf-8")
    outcome = generate(two, generator=painter(), project=project)
    assert [derived.path.name for derived in outcome.derived] == ["01-cutout.png", "02-cutout.png"]
    assert (folder / "01-cutout.png").exists()


def masked(size: tuple[int, int] = (512, 512)) -> Prompt:
    """Return a prompt that changes the middle of a picture."""
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).rectangle((150, 150, 350, 350), 255)
    room = Image.effect_noise((512, 512), 60).convert("RGB")
    parts = (
        Mask("mask", open_image(encoded(mask))),
        Reference("picture", "base", open_image(encoded(room))),
        Text("Put a plum there."),
    )
    return Prompt((Turn(parts),), task="edit", recipe="inpainting")


def test_outside_the_mask_nothing_changes(project: Project) -> None:
    """The model drew the whole picture anew; beside it stands one that is the original outside the mask."""
    prompt = masked()
    base = prompt.turns[0].references[0].image.read()
    outcome = generate(prompt, generator=painter(), project=project)
    (derived,) = outcome.derived
    assert derived.kind == "composite"
    with Image.open(derived.path) as after, Image.open(io.BytesIO(base)) as before:
        for box in ((0, 0, 512, 150), (0, 351, 512, 512), (0, 0, 150, 512), (351, 0, 512, 512)):
            assert after.crop(box).tobytes() == before.crop(box).tobytes()
        assert after.getpixel((250, 250)) != before.getpixel((250, 250))


@pytest.mark.parametrize("generator", ["gemini", "proof"])
def test_a_mask_that_does_not_fit_is_told_before_anything_is_sent(project: Project, generator: str) -> None:
    """The mask has another shape than its picture: that is an error with its slot, and costs nothing."""
    with pytest.raises(InputError, match=r"^mask: the mask .* has 512 × 300 pixels") as caught:
        plan(masked((512, 300)), generator=generator, project=project)
    assert caught.value.problems[0].parameter == "mask"


def test_proofs_are_not_cut_out(project: Project) -> None:
    """A proof is a layout sheet; there is nothing to cut."""
    assert generate(STICKER, generator="proof", project=project).derived == ()


def test_of_several_pictures_to_work_on_the_first_is_meant() -> None:
    """It is image 1 in the words, and what the mask is for."""
    first, second = (Reference("photo", "base", open_image(encoded(Image.new("RGB", (side, side))))) for side in (8, 9))
    other = Reference("lamp", "object", open_image(encoded(Image.new("RGB", (7, 7)))))

    assert base_of(Turn((Text("Mend it."), other, first, second))) is first
    assert base_of(Turn((Text("Mend it."), other))) is None
