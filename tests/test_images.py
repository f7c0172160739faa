"""Pictures are known by their bytes, and what is no picture is refused."""

from __future__ import annotations

import io
import os
import struct
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from taken_pictures import heic

from prompt_kit.errors import InputError
from prompt_kit.images import MAX_BYTES, open_image
from prompt_kit.support.heads import cut_short, dimensions, sniff

HEIC = heic((4032, 3024), quarter_turns=3)


def picture(kind: str, size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    """Return the bytes of a real picture."""
    buffer = io.BytesIO()
    Pillow.new("RGB", size, "teal").save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("JPEG", progressive=True), "image/jpeg"),
        (picture("WEBP"), "image/webp"),
        (picture("WEBP", lossless=True), "image/webp"),
        (picture("WEBP", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0"), "image/webp"),
    ],
)
def test_type_and_size_come_from_the_bytes(tmp_path: Path, data: bytes, media_type: str) -> None:
    """A wrong extension does not matter."""
    (tmp_path / "x.txt").write_bytes(data)
    image = open_image(tmp_path / "x.txt")
    assert (image.media_type, image.width, image.height, image.size) == (media_type, 40, 30, len(data))
    assert image.read() == data


def test_a_picture_from_the_phone_is_taken(tmp_path: Path) -> None:
    """HEIC is what phones store; its size stands deep in its head."""
    (tmp_path / "x.heic").write_bytes(heic((4032, 3024)))
    image = open_image(tmp_path / "x.heic")
    assert (image.media_type, image.width, image.height) == ("image/heic", 4032, 3024)


def test_a_picture_that_changed_is_not_sent(tmp_path: Path) -> None:
    """The prompt speaks of the picture that was looked at."""
    path = tmp_path / "x.png"
    path.write_bytes(picture("PNG"))
    image = open_image(path)
    path.write_bytes(picture("PNG", (41, 30)))
    with pytest.raises(InputError, match="has changed"):
        image.read()


def _png_head(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x02\0\0\0" + b"\0" * 20


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a picture"),
        (b"hello", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"GIF89a" + b"\x10\0\x10\0" + b"\0" * 10, "a GIF, which no model takes. Use PNG"),
        (picture("AVIF"), "an AVIF picture, which no model takes. Use PNG"),
        (heic((40, 30))[:24], "damaged"),
        (_png_head(100_000, 100_000), "more than 120 million"),
        (_png_head(0, 0), "damaged"),
        (b"\xff\xd8\xff\xe0\0\x10", "damaged"),
    ],
    ids=["empty", "text", "svg", "gif", "avif", "heic without a size", "bomb", "no size", "half a head"],
)
def test_what_no_model_takes_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    """Before anything is sent, with what it is."""
    (tmp_path / "x.png").write_bytes(data)
    with pytest.raises(InputError, match=message):
        open_image(tmp_path / "x.png")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files whose bytes are read, an hour after they were written."""
    read: list[Path] = []
    read_bytes, now = Path.read_bytes, time.time_ns()

    def noted(path: Path) -> bytes:
        read.append(path)
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    monkeypatch.setattr("time.time_ns", lambda: now + 3_600_000_000_000)
    return read


def test_a_file_is_read_once_for_each_of_its_states(tmp_path: Path, opened: list[Path]) -> None:
    """A hundred renders with the same reference do not read and hash it a hundred times."""
    path = tmp_path / "x.png"
    path.write_bytes(picture("PNG"))
    images = [open_image(path) for _ in range(100)]
    assert set(images) == {images[0]}
    assert opened == [path]


def test_a_changed_file_is_read_again(tmp_path: Path, opened: list[Path]) -> None:
    """Even if its size and the time of its change are as before."""
    path = tmp_path / "x.bmp"
    path.write_bytes(picture("PNG") + b"one")
    before, times = open_image(path), path.stat()
    path.write_bytes(picture("PNG") + b"two")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert open_image(path).sha256 != before.sha256
    assert open_image(path).read().endswith(b"two")
    assert len(opened) == 3


def test_what_was_just_written_is_read_again(tmp_path: Path) -> None:
    """A second change within the step of the file system's clock shows in no state of the file."""
    path = tmp_path / "x.png"
    hashes = set()
    for number in range(20):
        path.write_bytes(picture("PNG") + bytes([number]))
        hashes.add(open_image(path).sha256)
    assert len(hashes) == 20


def test_a_gigabyte_is_refused_at_once(tmp_path: Path) -> None:
    """The size is asked before anything is read."""
    with (tmp_path / "x.png").open("wb") as file:
        file.write(picture("PNG"))
        file.truncate(1_000_000_000)
    tracemalloc.start()
    with pytest.raises(InputError, match=f"at most {MAX_BYTES // 1_000_000} MB"):
        open_image(tmp_path / "x.png")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1_000_000


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff" + b"\xff" * 5_000_000 + picture("JPEG")[2:],
        b"\0\0\0\x10ftypheic\0\0\0\0" + b"\0\0\0\x08free" * 600_000 + heic((40, 30))[24:],
    ],
    ids=["padding of a JPEG", "empty boxes of a HEIC"],
)
def test_a_head_without_end_is_not_followed(data: bytes) -> None:
    """A file may be made to keep its reader busy; real ones come to the point."""
    assert dimensions(data) == (0, 0)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("https://example.com/x.png", "not fetched from the web"),
        ("file:///etc/passwd", "not fetched from the web"),
        ("nowhere.png", "cannot be read"),
        (".", "not a file"),
        ("a\0b.png", "not a file name"),
    ],
)
def test_what_is_no_file_is_refused(source: str, message: str) -> None:
    """Addresses are never fetched."""
    with pytest.raises(InputError, match=message):
        open_image(source)


@given(
    st.binary(max_size=200)
    | st.sampled_from([picture(k)[:n] for k in ("PNG", "JPEG", "WEBP") for n in range(3, 60)])
    | st.builds(lambda at, odd: HEIC[:at] + odd + HEIC[at + len(odd) :], st.integers(0, 300), st.binary(max_size=9))
)
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Whatever a head says, there is a size or none."""
    width, height = dimensions(data)
    assert width >= 0
    assert height >= 0
    assert sniff(data) is None or "/" in str(sniff(data))
    assert cut_short(data) in {True, False}
