"""What is wrong with words, pictures, packs and folders is told before anything is sent or paid."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from planned import plan
from taken_pictures import heic, scene, taken

from prompt_kit.cli.main import run
from prompt_kit.errors import InputError
from prompt_kit.images import open_image
from prompt_kit.project import Project
from prompt_kit.prompt import EarlierWords, Prompt, Reference, Text, Turn
from prompt_kit.recipe.library import Library
from prompt_kit.support.files import put_copy

if TYPE_CHECKING:
    from conftest import MakeTree


def noise(kind: str) -> bytes:
    """Return a picture that has much to lose."""
    kept = io.BytesIO()
    Image.effect_noise((300, 200), 90).convert("RGB").save(kept, kind)
    return kept.getvalue()


def spoilt(data: bytes) -> bytes:
    """Return a picture whose middle was overwritten."""
    middle = len(data) // 2
    return data[:middle] + bytes(400) + data[middle + 400 :]


def about(*pictures: Path | bytes, words: str = "Draw it.") -> Prompt:
    """Return a prompt with pictures."""
    return Prompt((Turn((*(Reference("photo", "base", open_image(one)) for one in pictures), Text(words))),))


def told(prompt: Prompt, tmp_path: Path) -> str:
    """Return what is wrong with a prompt."""
    with pytest.raises(InputError) as caught:
        plan(prompt, generator="gemini", project=Project(root=tmp_path))
    return str(caught.value)


@pytest.mark.parametrize(
    "data",
    [noise("PNG")[:-4000], noise("JPEG")[:-4000], noise("WEBP")[:-4000], spoilt(noise("PNG")), heic((80, 60))[:-100]],
    ids=["half a PNG", "half a JPEG", "half a WebP", "a PNG with a hole", "half a HEIC"],
)
def test_a_picture_that_ends_in_the_middle_is_told(data: bytes, tmp_path: Path) -> None:
    """Its head is fine, so only whoever reads all of it can tell; a model would be paid for half a picture."""
    (tmp_path / "cat.png").write_bytes(data)
    said = told(about(tmp_path / "cat.png"), tmp_path)
    assert said == "photo: cat.png: the picture is damaged or ends in the middle. Get it anew, or save it again."


@pytest.mark.parametrize("data", [noise("PNG"), noise("JPEG"), noise("WEBP"), heic((80, 60)), taken(scene(), 6)])
def test_a_whole_picture_is_taken(data: bytes, tmp_path: Path) -> None:
    """Of every type that models take."""
    assert plan(about(data), generator="gemini", project=Project(root=tmp_path)).warnings == ()


def test_all_damaged_pictures_are_told_at_once(tmp_path: Path) -> None:
    """Someone who mends one must not be sent round again for the next."""
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(noise("PNG")[:-4000] + name.encode())
    prompt = about(tmp_path / "a.png", tmp_path / "b.png")
    (tmp_path / "b.png").unlink()
    said = told(prompt, tmp_path).splitlines()
    assert ["a.png" in said[0], "b.png" in said[1], len(said)] == [True, True, 2]


def test_a_prompt_without_words_is_told(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """A template may put nothing out under some values; a model would draw anything, for money."""
    tree(
        **{
            "recipes/x.yaml": "title: X\nparameters: {x: {type: text}}\nexamples: {a: {values: {}}}\n",
            "templates/x.j2": "{% if x %}Draw {{ x }}.{% endif %}",
        }
    )
    assert run(["generate", "x", "--generator", "proof"]) == 2
    assert "The prompt of 'x' has no words. Fill in more, or look at its template." in capsys.readouterr().err
    assert not Path("runs").exists()


def test_a_turn_may_take_all_its_words_from_another(tmp_path: Path) -> None:
    """Words first: what the first turn settles is what the second one draws."""
    turns = (Turn((Text("Write a poem."),), "words", "words"), Turn((EarlierWords(0),), "picture"))
    assert plan(Prompt(turns), generator="proof", project=Project(root=tmp_path)).warnings == ()


@pytest.mark.parametrize(
    ("made", "message"), [("", "the pack 'inks' is not there"), ("inks/x", "the pack 'inks' has no folder 'recipes'")]
)
def test_a_missing_pack_is_told(tree: MakeTree, made: str, message: str) -> None:
    """Its recipes would be missing without a word, or another pack's of the same name would be used."""
    root = tree(**({f"{made}/a.txt": ""} if made else {}))
    with pytest.raises(InputError) as caught:
        _ = Library(Project(root=root, packs=["inks", "papers"])).roots
    first, second = map(str, caught.value.problems)
    assert first.startswith(f"prompt-kit.yaml: {message}")
    assert second.startswith("prompt-kit.yaml: the pack 'papers' is not there")
    assert "take it out of 'packs'" in first


EXAMPLE = ["generate", "sticker", "--example", "red-panda", "--generator", "proof", "--out"]


@pytest.mark.parametrize(
    "command", [EXAMPLE, ["compare", "sticker", "--subject", "a fox", "--across", "style=kawaii,flat", "--out"]]
)
def test_a_folder_that_cannot_be_written_is_told_first(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is paid for pictures that cannot be put where they are wanted."""
    Path("desk").write_text("a file")
    assert run([*command, "desk/pictures/all.html"]) == 1
    assert "Nothing was sent." in capsys.readouterr().err
    assert not Path("runs").exists()


def test_a_link_that_leads_nowhere_is_no_folder(capsys: pytest.CaptureFixture[str]) -> None:
    """As of a disk that is not there today."""
    Path("desk").symlink_to("gone")
    assert run([*EXAMPLE, "desk"]) == 1
    assert "Nothing was sent." in capsys.readouterr().err


def test_copies_never_take_each_others_name(tmp_path: Path) -> None:
    """Two runs may have one name on two days; a copy that is there already is not made twice."""
    names = [put_copy(tmp_path, "fox-7f3a-01.jpg", data).name for data in (b"one", b"two", b"one", b"three", b"two")]
    assert names == [
        "fox-7f3a-01.jpg",
        "fox-7f3a-01 (2).jpg",
        "fox-7f3a-01.jpg",
        "fox-7f3a-01 (3).jpg",
        "fox-7f3a-01 (2).jpg",
    ]
    assert [(tmp_path / name).read_bytes() for name in names] == [b"one", b"two", b"one", b"three", b"two"]


def test_a_file_of_that_name_is_kept_beside_the_copy() -> None:
    """What was paid is copied and named, and what somebody else put there stays."""
    assert run([*EXAMPLE, "first"]) == 0
    [copy] = Path("first").iterdir()
    Path("second").mkdir()
    for number in ("", " (2)"):
        (Path("second") / f"{copy.stem}{number}.png").write_text("mine")
    put_copy(Path("second"), copy.name, copy.read_bytes())
    assert sorted(path.name for path in Path("second").iterdir()) == [
        f"{copy.stem} (2).png",
        f"{copy.stem} (3).png",
        copy.name,
    ]
    assert (Path("second") / copy.name).read_text() == "mine"


PLUGIN = """\
from pathlib import Path

from prompt_kit.errors import WorkspaceError
from prompt_kit.generators.proof import Proof


class Meanwhile:
    name = "meanwhile"

    async def generate(self, request):
        Path("desk").write_text("a file")
        return await Proof().generate(request)


class Full:
    name = "full"

    async def generate(self, request):
        raise WorkspaceError("the disk is full")
"""
POINTS = "[prompt_kit.generators]\nmeanwhile = trouble:Meanwhile\nfull = trouble:Full\n"


@pytest.fixture
def trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install two generators: one during whose work the folder for copies goes, and one that breaks off."""
    site = tmp_path / "site"
    (site / "trouble-1.dist-info").mkdir(parents=True)
    (site / "trouble-1.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: trouble\nVersion: 1\n")
    (site / "trouble-1.dist-info/entry_points.txt").write_text(POINTS)
    (site / "trouble.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(site)


@pytest.mark.usefixtures("trouble")
def test_the_run_is_named_when_its_copies_cannot_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    """The folder could be made before the pictures were, and cannot by now: the pictures are shown all the same."""
    assert run(["generate", "sticker", "--example", "red-panda", "--generator", "meanwhile", "--out", "desk"]) == 1
    out, err = capsys.readouterr()
    assert Path(out.strip().splitlines()[-1]).is_file()
    [record] = Path("runs").glob("*/*/run.json")
    assert f"Record: {record.parent}" in err
    assert f"the pictures are in {record.parent.absolute()}" in err


@pytest.mark.usefixtures("trouble")
def test_the_run_is_named_when_the_work_breaks_off(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever happens in between, people learn where to look for what was paid."""
    assert run(["generate", "sticker", "--example", "red-panda", "--generator", "full"]) == 1
    [record] = Path("runs").glob("*/*/run.json")
    assert f"Record: {record.parent}" in capsys.readouterr().err
