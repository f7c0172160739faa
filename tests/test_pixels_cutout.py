"""Cut-outs: how close they come to the true transparency, and what is said when they do not."""

from __future__ import annotations

import hashlib
import io
import time
import xml.etree.ElementTree as ET
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from key_pictures import (
    BLUE,
    GREEN,
    MAGENTA,
    Scene,
    badge,
    blurred,
    hair,
    leafy,
    outlined,
    scene,
    shadowed,
    stored,
)
from limits import AT_ONCE
from PIL import Image, ImageCms

from prompt_kit import pixels
from prompt_kit.errors import GeneratorError, InputError
from prompt_kit.pixels import MISSING, CutOut, available, cut_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from key_pictures import Floats
    from PIL.ImageDraw import ImageDraw


def seen(made: CutOut) -> Floats:
    """Return the pixels of a cut-out: three colours and opacity, in levels."""
    assert made.png is not None
    with Image.open(io.BytesIO(made.png)) as image:
        assert image.mode == "RGBA"
        return np.asarray(image, float)


def over(made: Floats, ground: float) -> Floats:
    """Return a cut-out as it is seen on a grey ground."""
    share = made[..., 3:] / 255
    return made[..., :3] * share + ground * (1 - share)


CASES: dict[str, tuple[Callable[[], Scene], int, float, float, float]] = {
    "a badge": (partial(scene, badge), 92, 2.0, 0.001, 0.06),
    "strong JPEG and grain": (partial(scene, badge), 85, 4.0, 0.001, 0.06),
    "darker corners": (partial(scene, badge, uneven=0.3), 90, 2.0, 0.001, 0.06),
    "no loss at all": (partial(scene, badge), 0, 0.0, 0.0003, 0.03),
    "hair": (partial(scene, hair), 92, 2.0, 0.006, 0.1),
    "hair on magenta": (partial(scene, hair, MAGENTA), 90, 2.0, 0.01, 0.16),
    "a green label on green": (partial(scene, leafy), 92, 2.0, 0.001, 0.06),
    "a thin black outline": (partial(scene, outlined), 88, 2.0, 0.001, 0.07),
    "black on blue": (partial(scene, outlined, BLUE), 88, 2.0, 0.002, 0.13),
    "a soft shadow": (shadowed, 92, 2.0, 0.004, 0.05),
    "a soft shadow on magenta": (partial(shadowed, key=MAGENTA), 92, 2.0, 0.004, 0.05),
    "painted edges": (blurred, 92, 2.0, 0.004, 0.05),
}
"""Each with JPEG quality, grain (in levels), and the most that opacity may be off: on average, and along edges."""


@cache
def truth_of(name: str) -> Scene:
    """Return what one of these cases was mixed from."""
    return CASES[name][0]()


@cache
def cut(name: str) -> CutOut:
    """Return the cut-out of one of these cases."""
    _, quality, noise, *_ = CASES[name]
    return cut_out(truth_of(name).data(quality, noise))


@pytest.mark.parametrize("name", CASES)
def test_cut_outs_come_close_to_the_true_transparency(name: str) -> None:
    """Mean difference of opacity from what the picture was mixed with."""
    *_, whole, edges = CASES[name]
    truth, made = truth_of(name), cut(name)
    off = np.abs(seen(made)[..., 3] / 255 - truth.alpha)
    edge = (truth.alpha > 0.02) & (truth.alpha < 0.98)
    assert off.mean() < whole
    assert off[edge].mean() < edges
    assert off[truth.alpha >= 1].mean() < 0.015
    assert made.warnings == ()


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("ground", [0.0, 255.0])
def test_no_colour_of_the_backdrop_is_left(name: str, ground: float) -> None:
    """On black and on white, it looks as if it had been drawn there; a green seam would be far off."""
    truth, made = truth_of(name), over(seen(cut(name)), ground)
    share = truth.alpha[..., None]
    wanted = truth.own * share + ground * (1 - share)
    edge = (truth.alpha > 0.02) & (truth.alpha < 0.98)
    assert np.abs(made - wanted).mean() < 3
    assert np.abs(made - wanted)[edge].mean() < 30


def test_openings_are_seen_through() -> None:
    """Through the ring of a badge one sees what lies behind, not the key."""
    truth, made = truth_of("a badge"), seen(cut("a badge"))
    assert truth.alpha[80, 320] == 0
    assert made[80, 320, 3] == 0


def test_the_rim_is_wholly_transparent_and_the_middle_wholly_opaque() -> None:
    """Grain of the backdrop must not be left as dust."""
    made = seen(cut_out(scene(badge).data(85, 5)))[..., 3]
    assert made[:20].max() == made[-20:].max() == made[:, :20].max() == 0
    assert made[250:400, 250:400].min() == 255


def test_black_outlines_throw_no_green_shadow() -> None:
    """A shadow of the subject becomes transparent black, whatever it fell on."""
    truth, made = truth_of("a soft shadow"), seen(cut("a soft shadow"))
    shade = (truth.alpha > 0.2) & (truth.alpha < 0.4)
    assert shade.sum() > 1000
    assert made[shade][:, :3].max(axis=1).mean() < 25


def _shapes(draw: ImageDraw, unit: float) -> None:
    draw.rectangle([0, 30 * unit, 60 * unit, 70 * unit], fill="#d8432c")


def _green(draw: ImageDraw, unit: float) -> None:
    draw.ellipse([20 * unit, 20 * unit, 80 * unit, 80 * unit], fill="white")
    draw.ellipse([35 * unit, 35 * unit, 65 * unit, 65 * unit], fill="#12a04a")


@pytest.mark.parametrize(
    ("truth", "noise", "warning"),
    [
        (partial(scene, _shapes), 2, "The subject touches the picture's edge (left) and is cut off there."),
        (partial(scene, _green), 2, "has nearly the background's colour and was kept."),
        (partial(scene, badge, uneven=0.6), 2, "The background was not one flat colour"),
        (partial(scene, badge), 16, "The background was not one flat colour"),
        (
            partial(blurred, reach=0.06),
            1,
            "came out half transparent, because it is blurred or resembles the background.",
        ),
    ],
)
def test_what_is_wrong_is_told(truth: Callable[[], Scene], noise: float, warning: str) -> None:
    """Each check says what it found and what to do; the picture is there all the same."""
    made = cut_out(truth().data(92, noise))
    assert made.png is not None
    assert any(warning in told for told in made.warnings), made.report
    assert all(told in made.report for told in made.warnings)


def test_a_seam_of_the_key_is_found() -> None:
    """A rim of key colour that a model has painted around the subject cannot be removed, so it is told."""
    truth = scene(badge)
    glow = np.clip(truth.alpha * 4, 0, 1)
    image = Image.fromarray((truth.alpha * 255).astype(np.uint8))
    grown = np.asarray(image.resize((672, 672)).crop((16, 16, 656, 656)), float) / 255
    ring = (grown > 0.5) & (truth.alpha < 0.5)
    picture = truth.picture.copy()
    picture[ring & (glow < 1)] = (96, 214, 128)
    made = cut_out(stored(picture))
    assert made.fringe > 0.06
    assert "A trace of the background's colour is left" in made.report


@pytest.mark.parametrize(
    ("picture", "why"),
    [
        (lambda: np.random.default_rng(1).uniform(0, 255, (200, 200, 3)), "There is no flat colour behind the subject"),
        (
            lambda: scene(badge, (250, 250, 248), side=200).picture,
            "The background is white (#fafaf8), which cannot be told from",
        ),
        (
            lambda: np.full((200, 200, 3), GREEN, float),
            "All of the picture is spring green (#00b140): no subject stands out",
        ),
    ],
)
def test_without_a_key_nothing_is_made(picture: Callable[[], Floats], why: str) -> None:
    """A bad cut-out is worse than none: what is there instead is told, and what to do."""
    made = cut_out(stored(picture()))
    assert made.png is None
    assert made.report.startswith("Nothing was cut out.")
    assert why in made.report
    assert made.warnings == (made.report,)


def test_what_is_transparent_already_is_left_alone() -> None:
    """A model that draws transparency has done the work."""
    first = cut_out(scene(badge, side=200).data())
    assert first.png is not None
    again = cut_out(first.png)
    assert again.png is None
    assert again.report == "Nothing was cut out. The picture is transparent already."


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"no picture", "01.jpg: this is not a picture"),
        (scene(badge, side=200).data()[:3000], "01.jpg cannot be read. Save it"),
    ],
)
def test_what_cannot_be_read_is_told(data: bytes, message: str) -> None:
    """A damaged file is named, without a trace of the library behind."""
    with pytest.raises(InputError) as caught:
        cut_out(data, name="01.jpg")
    assert str(caught.value).startswith(message)


def test_a_colour_profile_goes_along() -> None:
    """Without it, colours of a wide space look dull."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    kept = io.BytesIO()
    Image.open(io.BytesIO(scene(badge, side=200).data())).save(kept, "PNG", icc_profile=profile)
    made = cut_out(kept.getvalue())
    assert made.png is not None
    assert Image.open(io.BytesIO(made.png)).info["icc_profile"] == profile


@pytest.mark.parametrize("name", ["01.jpg", 'A & B "<1>" é\x07.jpg', ""])
def test_the_file_says_where_it_comes_from(name: str) -> None:
    """Whoever gets the file can see that a model made it, and from which master it was cut."""
    data = scene(badge, side=200).data()
    made = cut_out(data, name=name)
    assert made.png is not None
    told = Image.open(io.BytesIO(made.png)).info["xmp"]
    root = ET.fromstring(told)  # noqa: S314 - our own words
    spaces = {
        "iptc": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "xmp": "http://ns.adobe.com/xap/1.0/",
        "mm": "http://ns.adobe.com/xap/1.0/mm/",
        "ref": "http://ns.adobe.com/xap/1.0/sType/ResourceRef#",
    }
    kind = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    assert root.findtext(".//iptc:DigitalSourceType", namespaces=spaces) == kind
    assert root.findtext(".//xmp:CreatorTool", namespaces=spaces) == "prompt-kit"
    derived = root.find(".//mm:DerivedFrom", spaces)
    assert derived is not None
    assert derived.findtext("ref:documentID", namespaces=spaces) == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert root.findtext(".//dc:source", "", spaces) == name.replace("\x07", "\ufffd")


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """It can be asked before anything is sent, and is said by whatever needs it."""
    assert available()
    monkeypatch.setattr(pixels, "find_spec", lambda _: None)
    assert not available()
    with pytest.raises(GeneratorError) as caught:
        cut_out(b"")
    assert str(caught.value) == MISSING
    assert "pip install 'prompt-kit[pixels]'" in MISSING


def test_a_picture_is_cut_out_at_once() -> None:
    """One second of work for a picture of 1024 pixels; counted in time of the processor, for machines are shared."""
    data = scene(hair, side=1024).data(92, 2)
    cut_out(scene(hair, side=64).data())
    begun = time.process_time()
    cut_out(data)
    assert time.process_time() - begun < AT_ONCE
