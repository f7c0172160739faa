"""Pictures are seen the way people see them, however the camera was held; what is sent stays as it is."""

from __future__ import annotations

import ast
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openai_asking import ask, wish
from openai_server import OpenAIServer
from PIL import Image, ImageDraw, ImageOps
from planned import plan
from taken_pictures import ORIENTATION, as_stored, heic, scene, taken

import prompt_kit
from prompt_kit.catalogue import Catalogue
from prompt_kit.catalogue.formats import nearest_format
from prompt_kit.cli.main import run
from prompt_kit.errors import InputError
from prompt_kit.generators import Request
from prompt_kit.generators.proof.generator import pixels
from prompt_kit.generators.proof.pictures import opened
from prompt_kit.images import open_image
from prompt_kit.pixels.decoding import decoded
from prompt_kit.pixels.masks import read_mask
from prompt_kit.pixels.thumbnails import thumbnail
from prompt_kit.project import Project
from prompt_kit.prompt import Mask, Reference, Settings, Text, Turn
from prompt_kit.refining import RefineOptions, prepare
from prompt_kit.support.heads import TURNED, dimensions, head, sniff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import MakeTree

ALL = range(1, 9)
SEEN = (90, 160)
CORNERS = ((10, 10), (80, 10), (10, 150), (80, 150))
COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]
BOX = (10, 20, 39, 59)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    """A server of the test's own."""
    with OpenAIServer() as running:
        yield running


def near(image: Image.Image) -> list[tuple[int, ...]]:
    """Return the colours in the four corners, as far as JPEG leaves them."""
    found = [image.convert("RGB").getpixel(at) for at in CORNERS]
    return [tuple(255 if level > 127 else 0 for level in one) for one in found if isinstance(one, tuple)]


def marked(size: tuple[int, int] = SEEN) -> Image.Image:
    """Return a mask with a white box, the way people see it."""
    image = Image.new("L", size)
    ImageDraw.Draw(image).rectangle(BOX, fill=255)
    return image


def png(image: Image.Image) -> bytes:
    """Return a picture without any mark of how it is turned."""
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", ALL)
def test_size_and_pixels_are_those_that_people_see(orientation: int, kind: str) -> None:
    """Whoever asks for the size or for the pixels sees the same picture as an image viewer shows; bytes stay."""
    data = taken(scene(), orientation, kind)
    image = open_image(data)
    assert (image.width, image.height, image.orientation) == (*SEEN, orientation)
    assert dimensions(data) == SEEN
    assert image.read() == data
    assert ImageOps.exif_transpose(Image.open(io.BytesIO(data))).size == SEEN
    whole = decoded(data, "The picture")
    assert (whole.size, near(whole)) == (SEEN, COLOURS)
    shown = opened(image, 160)
    assert shown is not None
    assert (shown.size, near(shown)) == (SEEN, COLOURS)


@pytest.mark.parametrize("orientation", ALL)
def test_small_copies_are_the_right_way_up(orientation: int, tmp_path: Path) -> None:
    """On the sheet of a comparison, too, also where a JPEG is read in a part of its size."""
    path = tmp_path / "a.jpg"
    path.write_bytes(taken(scene((900, 1600)), orientation, "JPEG"))
    small = thumbnail(path)
    assert small is not None
    assert (small.width, small.height) == (360, 640)
    assert near(Image.open(io.BytesIO(small.data)).resize(SEEN)) == COLOURS


@pytest.mark.parametrize("mark", [0, 9, 65_535])
def test_an_orientation_that_does_not_exist_turns_nothing(mark: int) -> None:
    """Programs write odd numbers there."""
    kept, exif = io.BytesIO(), Image.Exif()
    exif[ORIENTATION] = mark
    scene().save(kept, "JPEG", exif=exif)
    assert head(kept.getvalue()) == (*SEEN, 1)


def test_the_order_of_bytes_in_exif_does_not_matter() -> None:
    """Cameras write it either way."""
    little = taken(scene(), 6, "JPEG")
    block = b"MM\0*" + (8).to_bytes(4, "big") + b"\0\1\1\x12\0\3\0\0\0\1\0\6\0\0" + bytes(4)
    start = little.index(b"Exif\0\0") + 6
    length = int.from_bytes(little[start - 8 : start - 6], "big") - 8
    big = little[: start - 8] + (len(block) + 8).to_bytes(2, "big") + b"Exif\0\0" + block + little[start + length :]
    assert head(big) == head(little) == (*SEEN, 6)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_portrait_is_refined_as_a_portrait(orientation: int, tmp_path: Path) -> None:
    """A phone stores 1600 × 900 pixels and how it was held; the format to ask for is 9:16."""
    path = tmp_path / "portrait.jpg"
    path.write_bytes(taken(scene((900, 1600)), orientation, "JPEG"))
    ready = prepare(
        path, {"change": "make it warmer"}, RefineOptions(project=Project(root=tmp_path), generator="gemini")
    )
    assert ready.prompt.settings.aspect_ratio == "9:16"
    assert not [one for one in ready.warnings if "nearest format" in one]


def test_a_proof_without_a_format_has_the_portraits(tmp_path: Path) -> None:
    """The sheet stands upright, like the picture it is about."""
    path = tmp_path / "portrait.jpg"
    path.write_bytes(taken(scene((900, 1600)), 6, "JPEG"))
    model = Catalogue.load().choose(Settings(), "gemini")
    turn = Turn((Reference("photo", "base", open_image(path)), Text("Make it warmer.")))
    wide, high = pixels(Request(turn, model, Settings()))
    assert nearest_format(wide, high, model.aspect_ratios)[0] == "9:16"


@pytest.mark.parametrize("orientation", ALL)
def test_an_edit_asks_openai_for_the_portrait(server: OpenAIServer, orientation: int) -> None:
    """Size and mask are those of the picture people see; the picture's bytes are the person's own.

    The mask is stored like the picture and says so, whether the server looks at that or not.
    """
    data = taken(scene((900, 1600)), orientation, "JPEG")
    box = Image.new("L", (900, 1600))
    ImageDraw.Draw(box).rectangle((100, 200, 399, 599), fill=255)
    mask = Mask("mask", open_image(png(box)))
    assert ask(server, wish("Make it red.", Reference("photo", "base", open_image(data)), mask)).ok
    request = server.requests[0]
    width, height = map(int, str(request.fields["size"]).split("x"))
    assert height > width
    assert request.files["image"] == [data]
    sent = Image.open(io.BytesIO(request.files["mask"][0]))
    assert sent.size == Image.open(io.BytesIO(data)).size
    clear = ImageOps.exif_transpose(sent).getchannel("A").point(lambda level: 255 - level)
    assert clear.getbbox() == (100, 200, 400, 600)


@pytest.mark.parametrize("orientation", ALL)
def test_a_mask_fits_either_way(orientation: int) -> None:
    """Painted on what people see, turned by the same mark, or painted on what is stored: the same part may change.

    Where what is seen and what is stored have one shape, the mask is for what is seen.
    """
    masks = [png(marked()), taken(marked(), orientation)]
    masks += [png(as_stored(marked(), orientation))] if orientation in TURNED else []
    for data in masks:
        assert read_mask(data, SEEN, orientation=orientation).image.getbbox() == (10, 20, 40, 60)


def test_a_mask_of_another_shape_is_not_turned() -> None:
    """Only a picture that is stored on its side explains a mask that lies on its side."""
    with pytest.raises(InputError, match="160 × 90 pixels and the picture 90 × 160"):
        read_mask(png(marked((160, 90))), SEEN, orientation=1)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("brand", [b"heic", b"mif1"])
def test_a_heic_picture_has_the_size_people_see(turns: int, brand: bytes) -> None:
    """Not that of a tile or of the small copy in it; a phone held upright turns it."""
    image = open_image(heic((4032, 3024), quarter_turns=turns, brand=brand))
    assert (image.width, image.height) == ((3024, 4032) if turns % 2 else (4032, 3024))


@pytest.mark.parametrize("orientation", ALL)
def test_boxes_are_read_as_real_files_have_them(orientation: int) -> None:
    """Pillow writes AVIF, whose head is built like that of HEIC; what turns it is said in its boxes."""
    data = taken(scene(), orientation, "AVIF")
    assert (sniff(data), dimensions(data)) == ("image/avif", SEEN)


def test_a_heic_picture_is_refined(tree: MakeTree, tmp_path: Path) -> None:
    """Its size is read, so the format that fits is asked for."""
    path = tmp_path / "phone.heic"
    path.write_bytes(heic((4032, 3024), quarter_turns=3))
    options = RefineOptions(project=Project(root=tree()), generator="gemini")
    assert prepare(path, {"change": "make it warmer"}, options).prompt.settings.aspect_ratio == "3:4"


def test_what_heic_cannot_do_is_told_before_anything_is_sent() -> None:
    """With a mask it would have to be decoded here, which says why and what to do."""
    parts = (Reference("photo", "base", open_image(heic((90, 160)))), Mask("mask", open_image(png(marked()))))
    prompt = prompt_kit.Prompt((Turn((*parts, Text("Make it red."))),), task="edit")
    with pytest.raises(InputError, match="is HEIC, which can be sent to models but not be worked on here"):
        plan(prompt, generator="gemini")


@pytest.mark.parametrize("wrong", ["photo", "area"])
def test_the_option_of_the_heic_picture_is_named(
    tree: MakeTree, capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    """Of a picture and its mask, whichever is wrong is the option to look at."""
    references = "references: {photo: {role: base, min: 1}, area: {role: mask}}"
    root = tree(**{"recipes/x.yaml": f"title: X\n{references}\n", "templates/x.j2": "Change {{ photo }}."})
    for name in ("photo", "area"):
        (root / name).write_bytes(heic((80, 60)) if name == wrong else png(marked()))
    assert run(["generate", "x", "--photo", "photo", "--area", "area", "--generator", "proof"]) == 2
    err = capsys.readouterr().err
    assert "is HEIC" in err
    assert [f"--{name}:" in err for name in ("photo", "area")] == [wrong == "photo", wrong == "area"]


def test_pictures_are_decoded_in_one_place() -> None:
    """A second opener would forget the orientation or the limit of pixels, as four of them did."""
    openers = set()
    for path in Path(prompt_kit.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in {"exif_transpose", "imdecode", "imread"}:
                openers.add(path.name)
            if isinstance(node, ast.Attribute) and node.attr == "open" and isinstance(node.value, ast.Name):
                openers |= {path.name} if node.value.id in {"Pillow", "Image", "PIL"} else set()
    assert openers == {"decoding.py"}
