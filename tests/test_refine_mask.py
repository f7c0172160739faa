"""Refining a picture that was made with a mask: all outside the mask stays the original, however often it is refined."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from fakes import Painter, encoded
from gemini_batches import Batches
from PIL import Image, ImageDraw, ImageOps

import prompt_kit
from prompt_kit.cli.main import run
from prompt_kit.errors import InputError
from prompt_kit.prompt import Reference
from prompt_kit.recipe.assembly import load
from prompt_kit.record.runs import prompt_from

if TYPE_CHECKING:
    from gemini_server import GeminiServer
    from numpy.typing import NDArray

    from prompt_kit.outcome import Outcome
    from prompt_kit.prompt import Prompt

RUNS = Path("runs")
SIZE = (480, 320)
HOLE = (150, 100, 330, 220)
"""What may change, as left, top, right and bottom."""


@pytest.fixture(autouse=True)
def room() -> Path:
    """A photo and a mask, as a designer has them on her disk."""
    Image.effect_noise(SIZE, 60).convert("RGB").save("room.png")
    mask = Image.new("L", SIZE, 0)
    ImageDraw.Draw(mask).rectangle(HOLE, 255)
    mask.save("mask.png")
    return Path("room.png")


def painter(color: str, size: tuple[int, int] = (600, 400)) -> Painter:
    """Return a model that draws the whole picture anew: larger, paler, with something in one colour in it."""
    drawn = Image.open("room.png").convert("RGB").resize(size).point(lambda level: level // 2 + 90)
    wide, high = size[0] / SIZE[0], size[1] / SIZE[1]
    ImageDraw.Draw(drawn).rectangle((170 * wide, 120 * high, 310 * wide, 200 * high), color)
    return Painter(data=encoded(drawn), size=size)


def armchair(**options: Any) -> Outcome:
    """Return the first version: a green armchair for the sofa."""
    values = {"target": "the sofa", "new_look": "a green velvet armchair"}
    prompt = load("inpainting").render(values, references={"picture": Path("room.png"), "mask": Path("mask.png")})
    return prompt_kit.generate(prompt, **{"generator": painter("#207040")} | options)


def finished(outcome: Outcome) -> NDArray[np.uint8]:
    """Return the pixels of the composite."""
    [derived] = outcome.derived
    assert derived.kind == "composite"
    return np.asarray(Image.open(derived.path).convert("RGB"))


def outside() -> NDArray[np.bool_]:
    """Return where nothing may change."""
    return np.asarray(np.asarray(Image.open("mask.png")) == 0, np.bool_)


def sent(outcome: Outcome) -> Prompt:
    """Return the prompt of a run, from its record."""
    assert outcome.folder is not None
    return prompt_from(outcome.folder, RUNS)


def test_outside_the_mask_two_refinements_leave_the_original() -> None:
    """The answers are whole frames of other sizes and tones; what is kept is the photo, at its size, bit for bit."""
    original = np.asarray(Image.open("room.png"))
    second = prompt_kit.refine(armchair(), "make the armchair dark blue", generator=painter("#102060", (768, 512)))
    third = prompt_kit.refine(second, "give it brass feet", generator=painter("#a07020"))
    for outcome, color in ((second, (0x10, 0x20, 0x60)), (third, (0xA0, 0x70, 0x20))):
        pixels = finished(outcome)
        assert pixels.shape == original.shape
        assert np.array_equal(pixels[outside()], original[outside()])
        assert np.abs(pixels[160, 240].astype(int) - color).max() < 60


def test_a_refinement_sends_the_finished_picture_and_records_mask_and_original() -> None:
    """One picture is sent and paid; the original is in the record and the fingerprint, and is no picture of the prompt."""
    first = armchair()
    second = prompt_kit.refine(first, "make the armchair dark blue", generator=painter("#102060"))
    [turn] = sent(second).turns
    [reference] = turn.references
    assert isinstance(reference, Reference)
    assert reference.image.read() == first.derived[0].path.read_bytes()
    assert turn.mask is not None
    assert turn.mask.image.read() == Path("mask.png").read_bytes()
    assert turn.mask.original is not None
    assert turn.mask.original.read() == Path("room.png").read_bytes()
    assert second.folder is not None
    record = json.loads((second.folder / "run.json").read_bytes())
    assert record["parent_picture"] == "01-composite.png"
    assert record["prompt_fingerprint"] == sent(second).fingerprint
    assert {kept["sha256"] for kept in record["references"]} >= {
        turn.mask.original.sha256,
        turn.mask.image.sha256,
        reference.image.sha256,
    }


def test_the_picture_of_the_model_is_refined_as_what_was_made_of_it() -> None:
    """Whoever names the file that the model sent means the same picture, and the person's choice is in both."""
    first = armchair()
    [master] = first.pictures
    assert master.path is not None
    assert first.folder is not None
    for source in (master.path, first.folder.name, f"{first.folder.name}/01-composite.png", first.derived[0].path):
        second = prompt_kit.refine(source, "make it blue", generator=painter("#102060"), new=True)
        assert sent(second).turns[0].references[0].image.read() == first.derived[0].path.read_bytes()


def test_the_whole_picture_changes_where_a_person_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is put back then, and refinements of that picture are whole pictures, too; each says so."""
    first = armchair()
    second = prompt_kit.refine(first, "make it night", whole=True, generator=painter("#102060"))
    assert (second.derived, sent(second).turns[0].mask) == ((), None)
    assert second.folder is not None
    assert run(["refine", second.folder.name, "make it foggy", "--dry-run", "--generator", "proof"]) == 0
    out, err = capsys.readouterr()
    assert "mask" not in out
    assert "The whole picture may change" in err


def test_a_dry_run_shows_the_mask_and_what_is_put_back(capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is paid, with the way to have it otherwise."""
    first = armchair()
    assert first.folder is not None
    assert run(["refine", first.folder.name, "make it blue", "--dry-run", "--generator", "proof"]) == 0
    out, err = capsys.readouterr()
    assert "mask mask [which part may change" in out
    assert "room.png, image/png, 480×320" in out
    assert "all the rest is put back from room.png, exact to the pixel." in err
    assert "--whole" in err
    assert run(["refine", first.folder.name, "make it blue", "--dry-run", "--whole", "--generator", "proof"]) == 0
    assert "mask mask" not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["room.png", "mask.png"])
def test_an_original_or_a_mask_that_is_gone_is_reported_with_both_ways_out(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is sent, and the frame is not silently changed: put it back, or say that all of it may change."""
    first = armchair()
    where = Path(name)
    [kept] = [path for path in (RUNS / "references").iterdir() if path.read_bytes() == where.read_bytes()]
    kept.write_bytes(kept.read_bytes() + b"\0")
    assert prompt_kit.refine(first, "make it red", generator=painter("#a02020")).ok  # it is still on her disk
    kept.unlink()
    where.rename("elsewhere.png")
    blue = painter("#102060") if name != "room.png" else Painter()
    with pytest.raises(InputError) as caught:
        prompt_kit.refine(first, "make it blue", generator=blue)
    assert f"The picture '{name}' of" in str(caught.value)
    assert f"Put it back as {kept.absolute().relative_to(Path.cwd())}." in str(caught.value).replace(
        f"{Path.cwd()}/", ""
    )
    assert "Or let the whole picture change." in str(caught.value)
    assert first.folder is not None
    assert run(["refine", first.folder.name, "make it blue", "--dry-run", "--generator", "proof"]) == 2
    assert "Say so with --whole." in capsys.readouterr().err
    assert blue.asked == []
    assert prompt_kit.refine(first, "make it blue", generator=blue, whole=True).ok


def test_a_photo_that_the_camera_stored_on_its_side_stays_as_people_see_it() -> None:
    """What is refined is upright, the photo is not: mask and photo still lie on it as they did in the first run."""
    turned = Image.Exif()
    turned[274] = 6
    Image.open("room.png").rotate(90, expand=True).save("room.jpg", exif=turned, quality=95, subsampling=0)
    prompt = load("inpainting").render(
        {"target": "the sofa", "new_look": "a green velvet armchair"},
        references={"picture": Path("room.jpg"), "mask": Path("mask.png")},
    )
    first = prompt_kit.generate(prompt, generator=painter("#207040"))
    second = prompt_kit.refine(first, "make the armchair dark blue", generator=painter("#102060"))
    seen = np.asarray(ImageOps.exif_transpose(Image.open("room.jpg")))
    assert finished(second).shape == seen.shape
    assert np.array_equal(finished(second)[outside()], seen[outside()])


def test_a_proof_of_a_refinement_shows_what_may_change() -> None:
    """The layout is drawn on the picture that is refined, and nothing is composed of it."""
    second = prompt_kit.refine(armchair(), "make the armchair dark blue", generator="proof")
    assert second.ok
    assert second.derived == ()
    assert sent(second).turns[0].mask is not None


def test_a_job_puts_what_comes_into_the_photo(server: GeminiServer) -> None:
    """Another process collects it, and has all it needs from the record of the run."""
    jobs, first = Batches(server), armchair()
    assert first.folder is not None
    assert run(["refine", first.folder.name, "make it dark blue", "--batch", "--generator", "gemini"]) == 0
    assert run(["runs", "wait"]) == 0
    [made] = RUNS.glob("*/refine-*/01-composite.png")
    original = np.asarray(Image.open("room.png"))
    assert np.array_equal(np.asarray(Image.open(made).convert("RGB"))[outside()], original[outside()])
    assert jobs.broken == []


def test_a_conversation_keeps_what_the_mask_keeps(server: GeminiServer) -> None:
    """The model gets its own picture back and words alone; what it answers is put into the photo all the same."""
    second = prompt_kit.refine(armchair(generator="gemini"), "make it dark blue", chat=True)
    original = np.asarray(Image.open("room.png"))
    assert np.array_equal(finished(second)[outside()], original[outside()])
    [turn] = sent(second).turns
    assert (len(turn.history), turn.references) == (1, ())
    assert server.requests[-1].body["contents"][-1]["parts"] == [{"text": turn.text}]


@pytest.mark.parametrize("edited", ["a text", {"sha256": 7}, {"sha256": "0" * 64, "file": "../secret.png"}])
def test_a_record_whose_original_was_edited_changes_no_whole_picture(edited: Any) -> None:
    """What a person may not have written is no reason to send a whole picture, or another file."""
    second = prompt_kit.refine(armchair(), "make it blue", generator=painter("#102060"))
    assert second.folder is not None
    record = json.loads((second.folder / "run.json").read_bytes())
    [mask] = [part for part in record["turns"][0]["parts"] if "mask" in part]
    mask["original"] = edited
    (second.folder / "run.json").write_text(json.dumps(record), "utf-8")
    with pytest.raises(InputError, match="Or let the whole picture change"):
        prompt_kit.refine(second.folder, "make it red", generator=painter("#a02020"))
