"""Names stay inside their root, and files appear whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompt_kit.errors import InputError, WorkspaceError
from prompt_kit.support.files import (
    MAX_TOKEN,
    inside,
    make_folder,
    os_errors_as_workspace_errors,
    replace,
    token,
    write_new,
)

if TYPE_CHECKING:
    from pathlib import Path

ESCAPES = [
    "..",
    "../secret",
    "a/../../secret",
    "a/..",
    "/etc/passwd",
    "//server/share/file",
    "\\\\server\\share\\file",
    "..\\secret",
    "a\\b",
    "C:secret",
    "C:/secret",
    "c:\\secret",
    "file:///etc/passwd",
    "sticker.j2:stream",
    "%2e%2e/secret",
    "%2E%2E%2Fsecret",
    "%252e%252e%252fsecret",
    "..%5csecret",
    "%2fetc/passwd",
    "a%00.j2",
    "a\0.j2",
    "a\nb",
    "\x1b[2Ja",
    ".. /secret",
    "... /secret",
    "....",
    "NUL",
    "con.j2",
    "a/COM1.txt",
    "lpt¹",
    "",
    " ",
    ".",
    "./",
    "\ud800",
    "a" * 300,
    "a/" * 4000,
    "%25" * 300_000,
]


@pytest.mark.parametrize("name", ESCAPES, ids=lambda name: ascii(name)[:30])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    """A pack must not reach a file that is not its own, whatever the spelling and the system."""
    with pytest.raises(InputError) as caught:
        inside(tmp_path, name)

    assert str(caught.value).isprintable(), "a message must not move the cursor of a terminal"


@pytest.mark.parametrize(
    "name",
    [
        "sticker.j2",
        "partials/_light.j2",
        "./sticker.j2",
        "Übung 50%.yaml",
        "..a",
        "a..b",
        "日本/絵.yaml",
        "console.j2",
    ],
)
def test_a_plain_name_is_the_path_below_the_root(tmp_path: Path, name: str) -> None:
    """People name files in their own language, with dots, spaces and per cent signs."""
    assert inside(tmp_path, name) == (tmp_path / name).resolve()


@pytest.mark.parametrize("target", ["/etc", "../outside", "../../outside"])
def test_a_link_that_points_out_is_refused(tmp_path: Path, target: str) -> None:
    """A link in a pack must not open the rest of the disk, not even for a file that is not there yet."""
    root = tmp_path / "pack"
    root.mkdir()
    (tmp_path / "outside").mkdir()
    (root / "link").symlink_to(target)

    for name in ("link", "link/file", "link/passwd"):
        with pytest.raises(InputError, match="leads out of"):
            inside(root, name)


def test_links_that_chase_each_other_are_refused(tmp_path: Path) -> None:
    """A circle of links ends in one sentence."""
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")

    with pytest.raises(InputError, match="cannot be followed"):
        inside(tmp_path, "a")


def test_a_link_that_stays_inside_is_followed(tmp_path: Path) -> None:
    """Sharing a partial by a link is fine, and so is a root that is itself a link."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.j2").write_text("a")
    (tmp_path / "real" / "b.j2").symlink_to("a.j2")
    (tmp_path / "root").symlink_to("real")

    assert inside(tmp_path / "root", "b.j2") == (tmp_path / "real" / "a.j2").resolve()


@given(st.text() | st.text(alphabet="./\\%25eE cCoO:n0\0a~"))
def test_any_name_is_inside_or_refused(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    """There is no third answer, and nothing else is raised."""
    root = tmp_path_factory.getbasetemp().resolve() / "any"
    try:
        path = inside(root, name)
    except InputError:
        return
    assert root in path.parents


@given(st.text() | st.from_regex(r"(?i)(con|aux|nul|com[0-9]|lpt¹)( |\.|-)*", fullmatch=True))
def test_any_text_becomes_a_safe_token(text: str) -> None:
    """Folder names must work on every system, whatever a recipe is called."""
    word = token(text)

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", word)
    assert len(word) <= MAX_TOKEN
    assert word not in {
        "con",
        "prn",
        "aux",
        "nul",
        *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(10)),
    }
    assert token(word) == word


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Sticker", "sticker"),
        ("Crème brûlée!", "creme-brulee"),
        ("Straße", "strasse"),
        ("../../etc", "etc"),
        ("日本語", "unnamed"),
        ("", "unnamed"),
        ("AUX", "x-aux"),
        ("a" * 60, "a" * 40),
        ("-" * 100 + "a", "a"),
    ],
)
def test_a_token_reads_like_its_text(text: str, word: str) -> None:
    """A person should recognise the folder."""
    assert token(text) == word


def test_a_file_that_can_be_made_again_is_kept_as_well(tmp_path: Path) -> None:
    """It need not survive a power cut; one that is there already is never written over."""
    path = tmp_path / "01.json"

    write_new(path, b"first", durable="nothing")
    with pytest.raises(WorkspaceError, match="there is a file of that name already"):
        write_new(path, b"second", durable="nothing")

    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("01.json", b"first")]


def test_a_new_file_is_never_written_over(tmp_path: Path) -> None:
    """A master picture that is there stays what it is, and nothing is left lying about."""
    path = tmp_path / "01.jpg"
    write_new(path, b"first")

    with pytest.raises(WorkspaceError, match="a file of that name already"):
        write_new(path, b"second")

    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_system_without_links_keeps_the_promise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FAT and some network folders have no hard links; there, too, files are whole and are kept."""

    def no_link(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_link)
    path = tmp_path / "01.jpg"
    write_new(path, b"first")

    with pytest.raises(WorkspaceError, match="a file of that name already"):
        write_new(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    """A link that waits for a file to be made elsewhere gets none."""
    (tmp_path / "01.jpg").symlink_to(tmp_path / "elsewhere.jpg")

    with pytest.raises(WorkspaceError):
        write_new(tmp_path / "01.jpg", b"picture")

    assert not (tmp_path / "elsewhere.jpg").exists()


def test_a_replaced_file_is_the_new_one(tmp_path: Path) -> None:
    """The record of a run is brought up to date in place."""
    path = tmp_path / "run.json"
    replace(path, b"old")
    replace(path, b"new")

    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_made_once(tmp_path: Path) -> None:
    """Two runs never share a folder."""
    assert make_folder(tmp_path / "a" / "b")
    assert not make_folder(tmp_path / "a" / "b")


def test_what_the_system_does_not_explain_is_still_a_sentence(tmp_path: Path) -> None:
    """An error without number or words must not end in "None"."""
    with pytest.raises(WorkspaceError, match="the system gives no reason"), os_errors_as_workspace_errors(tmp_path):
        raise OSError


def test_a_path_through_a_file_is_one_sentence(tmp_path: Path) -> None:
    """A file where a folder should be is named, not traced."""
    (tmp_path / "runs").write_text("")

    with pytest.raises(WorkspaceError, match="not a folder"):
        make_folder(tmp_path / "runs" / "day" / "run")
    with pytest.raises(WorkspaceError, match="not a folder"):
        write_new(tmp_path / "runs" / "01.jpg", b"")


@pytest.mark.skipif(sys.platform == "win32", reason="limits on file sizes are POSIX")
def test_a_file_that_may_not_grow_is_not_begun(tmp_path: Path) -> None:
    """The write that breaks off in the middle leaves neither half a file nor its temporary twin."""
    program = """
        import resource, sys
        from pathlib import Path
        from prompt_kit.errors import WorkspaceError
        from prompt_kit.support.files import write_new
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            write_new(Path(sys.argv[1]), b"x" * 100_000)
        except WorkspaceError as error:
            print(error)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(tmp_path / "01.jpg")],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "larger than may be written here" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs a file system of its own (util-linux)")
@pytest.mark.parametrize(
    ("options", "sentence"), [("size=64k", "the disk is full"), ("ro", "the disk can only be read")]
)
def test_a_full_or_locked_disk_is_one_sentence(tmp_path: Path, options: str, sentence: str) -> None:
    """Someone who runs out of space is told so; what is there stays whole."""
    program = """
        import sys
        from pathlib import Path
        from prompt_kit.errors import WorkspaceError
        from prompt_kit.support.files import replace, write_new
        folder = Path(sys.argv[1])
        for write in (write_new, replace):
            try:
                write(folder / "01.jpg", b"x" * 1_000_000)
            except WorkspaceError as error:
                print(error)
        print(len(list(folder.iterdir())), "files")
    """
    mount = f'mount -t tmpfs -o {options} none "$1" || exit 77; shift; exec "$@"'
    own = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh", str(tmp_path)]
    command = [*own, sys.executable, "-c", textwrap.dedent(program), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode in {1, 77} and "Traceback" not in done.stderr:
        pytest.skip(f"this machine lends no file system: {done.stderr.strip()}")

    assert done.returncode == 0, done.stderr
    assert done.stdout.count(sentence) == 2
    assert done.stdout.endswith("0 files\n")
