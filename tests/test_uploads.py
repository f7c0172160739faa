"""Pictures of strangers: checked, the right way up, without anything private, and gone when they are deleted."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from fakes import png
from hypothesis import given
from hypothesis import strategies as st
from kept_runs import kept
from PIL import Image, ImageChops, ImageCms, ImageOps, ImageStat
from PIL.PngImagePlugin import PngInfo
from taken_pictures import as_stored, heic, scene, taken

from prompt_kit.errors import InputError, NotFoundError
from prompt_kit.kit import Kit
from prompt_kit.pixels.metadata import stripped
from prompt_kit.project import Project
from prompt_kit.record.uploads.names import shown_name

if TYPE_CHECKING:
    from pathlib import Path

SECRET = b"Grandma's garden 48.8584"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
KINDS = ("JPEG", "PNG", "WEBP")


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """A project in the test's own folder."""
    return Kit(Project(root=tmp_path))


def photo(kind: str, orientation: int = 1, **options: Any) -> bytes:
    """Return a picture as a phone makes it: with the place it was taken, words and a colour profile."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 30.24), 3: "E", 4: (2.0, 17.0, 40.0)})
    more: dict[str, Any] = {"exif": exif, "icc_profile": PROFILE, **options}
    if kind == "PNG":
        more["pnginfo"] = PngInfo()
        more["pnginfo"].add_text("Author", SECRET.decode())
        more["pnginfo"].add_itxt("XML:com.adobe.xmp", SECRET.decode(), zip=True)
    else:
        more |= {"xmp": SECRET, "quality": 90} | ({"comment": SECRET} if kind == "JPEG" else {})
    buffer = io.BytesIO()
    as_stored(scene(), orientation).save(buffer, kind, **more)
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_private_is_kept_or_sent(kit: Kit, kind: str) -> None:
    """The place, the names and the words are gone; pixels and colours are the very same."""
    data = photo(kind) + b"PK\3\4" + SECRET
    upload = kit.uploads.add(data, name="me.jpg")
    sent = kit.uploads.image(upload.id).read()

    assert sent == upload.path.read_bytes()
    assert SECRET not in sent
    after, before = opened(sent), opened(data)
    assert not after.getexif()
    assert set(after.info) <= {
        "icc_profile",
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "progressive",
        "adobe",
        "adobe_transform",
        "loop",
        "background",
        "timestamp",
        "duration",
    }
    assert after.info["icc_profile"] == PROFILE
    assert after.tobytes() == before.tobytes()
    assert any(
        "the camera's data (Exif) with the place it was taken" in sentence and "hidden behind" in sentence
        for sentence in upload.changes
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", range(2, 9))
def test_pictures_are_turned_upright(kit: Kit, kind: str, orientation: int) -> None:
    """Whoever looks at the file sees the same as the person who held the phone."""
    data = photo(kind, orientation)
    upload = kit.uploads.add(data)
    image = opened(upload.path.read_bytes())

    assert image.size == (upload.width, upload.height) == scene().size
    assert "The picture was turned upright." in upload.changes
    assert SECRET not in upload.path.read_bytes()
    assert image.info["icc_profile"] == PROFILE
    seen = ImageOps.exif_transpose(opened(data)).convert("RGB")
    difference = ImageStat.Stat(ImageChops.difference(image.convert("RGB"), seen)).mean
    assert max(difference) < (1 if kind == "JPEG" else 0.001)


def test_a_clean_picture_stays_as_it_is(kit: Kit) -> None:
    """Nothing is saved anew without need."""
    data = png((30, 20))
    upload = kit.uploads.add(data)
    assert upload.path.read_bytes() == data
    assert upload.changes == ()


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it has 20,000 × 20,000 pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'<?xml version="1.0"?><svg onload="x()"/>', "logo.png: this is an SVG drawing, which no model takes."),
        (b"<!DOCTYPE html><script>x()</script>", "logo.png: this is a web page, which no model takes."),
        (b"\n <script>x()</script>", "logo.png: this is a web page, which no model takes."),
        (b"GIF89a" + bytes(50), "logo.png: this is a GIF, which no model takes."),
        (b"%PDF-1.7", "logo.png: this is not a picture."),
        (b"", "logo.png: this is not a picture."),
        (heic((80, 60)), "logo.png: this is a HEIC picture, from which the place it was taken cannot be removed here."),
        (png((300, 200))[:300], "logo.png: the picture is damaged or ends in the middle."),
        (bomb(), "logo.png: 20000 × 20000 pixels are more than"),
        (png() + bytes(30_000_000), "logo.png: the picture has 30 MB; at most 30 MB are taken. Save a smaller copy."),
    ],
    ids=["svg", "html", "script", "gif", "pdf", "nothing", "heic", "cut-short", "bomb", "large"],
)
def test_what_is_no_picture_is_refused(kit: Kit, data: bytes, message: str) -> None:
    """Each says what it is and what to do; nothing of it is kept."""
    with pytest.raises(InputError) as caught:
        kit.uploads.add(data, name="logo.png")
    assert str(caught.value).startswith(message)
    assert not kit.uploads.root.exists()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Urlaub in Köln.JPEG", "Urlaub in Köln.png"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\photos\\me.png", "me.png"),
        ("<script>alert(1)</script>.png", "script.png"),
        ('a" onerror="x.png', "a onerror=x.png"),
        ("photo\u202egnp.exe", "photognp.png"),
        ("\0", "picture.png"),
        ("", "picture.png"),
        (".htaccess", "htaccess.png"),
        ("x" * 300, "x" * 80 + ".png"),
        ("图片.png", "图片.png"),
    ],
)
def test_names_are_safe_to_show(kit: Kit, name: str, shown: str) -> None:
    """A name is somebody else's text: it leads nowhere, and has the ending of what the file is."""
    upload = kit.uploads.add(png(), name=name)
    assert upload.name == shown
    assert kit.uploads.get(upload.id).name == kit.uploads.image(upload.id).name == shown
    assert upload.path.parent.parent == kit.uploads.root


@given(st.text())
def test_no_name_leads_to_another_folder_or_is_code(name: str) -> None:
    """Any text makes a plain name."""
    shown = shown_name(name, ".png")
    assert not set(shown) & set("<>\"'&/\\\0\n\r")
    assert shown.endswith(".png")
    assert len(shown) <= 84
    assert not shown.startswith(".")


def test_pictures_belong_to_persons_and_are_deleted_whole(kit: Kit) -> None:
    """The same picture of two persons is kept for each; small copies go with it."""
    ann, ben = kit.uploads.add(png(), person="ann"), kit.uploads.add(png(), person="ben")
    assert kit.uploads.add(png(), person="ann").id == ann.id
    second = kit.uploads.add(png(color="#ff0000"), person="ann")
    small = kit.uploads.thumbnail(ann.id, 200)
    assert small is not None
    assert small.name.endswith("-320.webp")
    assert [upload.id for upload in kit.uploads.list("ann")] == [second.id, ann.id]

    assert kit.uploads.delete(ann.id) is True
    assert kit.uploads.delete(ann.id) is False
    assert not small.exists()
    assert not ann.path.exists()
    assert kit.uploads.list("ben") == (ben,)
    for use in (kit.uploads.get, kit.uploads.image, kit.uploads.thumbnail):
        with pytest.raises(NotFoundError, match="It may have been deleted. Add it again"):
            use(ann.id)


@pytest.mark.parametrize(
    "upload", ["", "../x", f"{'a' * 12}-../../../{'b' * 23}", f"{'A' * 12}-{'b' * 32}", f"{'a' * 12}-{'b' * 32}\n"]
)
def test_an_id_leads_to_no_other_file(kit: Kit, upload: str) -> None:
    """It comes from the address of a page."""
    with pytest.raises(NotFoundError):
        kit.uploads.get(upload)
    assert kit.uploads.delete(upload) is False


def test_a_run_does_not_need_the_upload(kit: Kit, tmp_path: Path) -> None:
    """What was sent is kept with the run; the upload can go."""
    (tmp_path / "recipes").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "recipes/copy.yaml").write_text(
        "title: C\nreferences: {photo: {role: base, min: 1}}\ntask: edit\n", "utf-8"
    )
    (tmp_path / "templates/copy.j2").write_text("Copy {{ photo }}.", "utf-8")
    upload = kit.uploads.add(taken(scene(), 6, "JPEG"), name="me.jpg")
    prompt = kit.render("copy", references={"photo": [kit.uploads.image(upload.id)]})
    outcome = kit.generate(prompt, generator="proof")
    kit.uploads.delete(upload.id)

    assert outcome.folder is not None
    (reference,) = (tmp_path / "runs/references").iterdir()
    assert reference.stem == upload.sha256
    assert not opened(reference.read_bytes()).getexif()


def test_small_copies_of_runs_are_made_once(kit: Kit, tmp_path: Path) -> None:
    """They are named by the picture's bytes, so that a copy never shows another picture."""
    path = kept(tmp_path / "runs") / "01.png"
    small = kit.thumbnail(path, 100)
    assert small is not None
    assert opened(small.read_bytes()).size == (64, 48)
    before = small.stat().st_mtime_ns
    assert kit.thumbnail(path, 160) == small
    assert small.stat().st_mtime_ns == before
    path.write_bytes(png(color="#ffffff"))
    assert kit.thumbnail(path, 160) != small
    assert kit.thumbnail(path.with_name("02.png")) is None


@given(st.sampled_from(KINDS), st.integers(0, 10_000), st.binary(max_size=4))
def test_damaged_files_are_refused_or_cleaned(kind: str, at: int, bytes_: bytes) -> None:
    """Whatever the bytes are, they are either cleaned or refused in our words, and never run on without end."""
    data = photo(kind)
    at %= len(data)
    damaged = data[:at] + bytes_ + data[at + 3 :]
    try:
        clean = stripped(damaged, f"image/{kind.lower()}").data
    except ValueError:
        return
    assert len(clean) <= len(damaged) + 2
