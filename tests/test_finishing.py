"""What is made here beside a master: transparent cut-outs, and pictures that are exact outside a mask."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw

from prompt_kit.errors import InputError
from prompt_kit.images import open_image
from prompt_kit.outcome import Outcome, Picture, Status
from prompt_kit.project import Project
from prompt_kit.prompt import Mask, Prompt, Reference, Settings, Text, Turn
from prompt_kit.work.session import generate, plan

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.generators import Request

STICKER = Prompt((Turn((Text("Draw a plum."),)),), Settings(background="keyed"), recipe="sticker")


def png(image: Image.Image) -> bytes:
    """Return a picture's bytes."""
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


def plum(ground: str = "#00b140") -> bytes:
    """Return a violet disc before one flat colour."""
    image = Image.new("RGB", (512, 512), ground)
    ImageDraw.Draw(image).ellipse((106, 106, 406, 406), "#7a2a6a")
    return png(image)


@dataclass
class Painter:
    """Answers every request with the same picture."""

    data: bytes
    name: str = "gemini"

    async def generate(self, request: Request) -> Outcome:
        """Answer one request."""
        picture = Picture(self.data, "image/png", 512, 512, hashlib.sha256(self.data).hexdigest())
        return Outcome(Status.OK, (picture,), billable="yes", cost=Decimal("0.04"), model=request.model.id)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A folder of its own."""
    return Project(root=tmp_path)


def test_a_sticker_gets_its_cut_out(project: Project) -> None:
    """The master stays as it came; beside it stands a picture with real transparency, on record with its report."""
    outcome = generate(STICKER, generator=Painter(plum()), project=project)
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


def test_what_cannot_be_cut_out_stays_and_is_told(project: Project) -> None:
    """A picture without a flat ground is no failure: it was made and paid, and why nothing was cut is a warning."""
    noise = Image.effect_noise((512, 512), 90).convert("RGB")
    outcome = generate(STICKER, generator=Painter(png(noise)), project=project)
    assert outcome.ok
    assert outcome.derived == ()
    assert outcome.warnings


def test_a_run_that_goes_on_makes_what_was_not_made(project: Project) -> None:
    """The program ended after the picture was saved and before it was cut out; the next time that is made up for."""
    two = Prompt((*STICKER.turns, Turn((Text("Draw a pear."),), "pear")), STICKER.settings, recipe="sticker")

    @dataclass
    class Fading(Painter):
        async def generate(self, request: Request) -> Outcome:
            if request.turn.name == "pear":
                return Outcome(Status.UNAVAILABLE, billable="no", cost=Decimal(0))
            return await super().generate(request)

    folder = generate(two, generator=Fading(plum()), project=project).folder
    assert folder is not None
    (folder / "01-cutout.png").unlink()
    record = json.loads((folder / "run.json").read_text("utf-8"))
    (folder / "run.json").write_text(json.dumps(record | {"derived": []}), "utf-8")
    outcome = generate(two, generator=Painter(plum()), project=project)
    assert [derived.path.name for derived in outcome.derived] == ["01-cutout.png", "02-cutout.png"]
    assert (folder / "01-cutout.png").exists()


def masked(size: tuple[int, int] = (512, 512)) -> Prompt:
    """Return a prompt that changes the middle of a picture."""
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).rectangle((150, 150, 350, 350), 255)
    room = Image.effect_noise((512, 512), 60).convert("RGB")
    parts = (
        Mask("mask", open_image(png(mask))),
        Reference("picture", "base", open_image(png(room))),
        Text("Put a plum there."),
    )
    return Prompt((Turn(parts),), task="edit", recipe="inpainting")


def test_outside_the_mask_nothing_changes(project: Project) -> None:
    """The model drew the whole picture anew; beside it stands one that is the original outside the mask."""
    prompt = masked()
    base = prompt.turns[0].references[0].image.read()
    outcome = generate(prompt, generator=Painter(plum()), project=project)
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
