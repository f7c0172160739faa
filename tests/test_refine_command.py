"""``prompt-kit refine``, and the tree of refinements that ``runs show`` draws."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from badges import BADGE
from gemini_batches import Batches
from gemini_replies import refused
from gemini_server import GeminiServer

import prompt_kit
from prompt_kit.cli.main import run
from prompt_kit.prompt import Prompt, Text, Turn
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.library import built_in
from prompt_kit.record.runs import RunFolder, family, open_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import MakeTree

    from prompt_kit.record.runs import Member

MUG = built_in()[0] / "pictures" / "mug.png"
RUNS = Path("runs")


class Said:
    """What a command printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def out(self, *words: str, code: int = 0) -> str:
        """Run a command and return its results."""
        assert run([*words]) == code
        return self.capsys.readouterr().out

    def err(self, *words: str, code: int = 0) -> str:
        """Run a command and return its talk."""
        assert run([*words]) == code
        return self.capsys.readouterr().err


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Commands, and what they print."""
    return Said(capsys)


@pytest.fixture(autouse=True)
def _own_recipe(tree: MakeTree) -> None:
    """The recipe of the pictures that are refined."""
    tree(**BADGE)


def badge(*, count: int = 1, **settings: Any) -> Path:
    """Return the folder of a badge's run; its proof is of the smallest size there is, which is quickly drawn."""
    small = {"model": "gemini-3.1-flash-image", "size": "512"}
    prompt = load("badge").render(subject="a red panda", settings=settings or small)
    folder = prompt_kit.generate(prompt, generator="proof", count=count, new=True).folder
    assert folder
    return folder


def refined(where: Path, change: str) -> Path:
    """Return the folder of a refinement."""
    folder = prompt_kit.refine(where, change).folder
    assert folder
    return folder


# The command


def test_a_run_is_refined(said: Said) -> None:
    """The prompt and the new picture are the result, as with generate."""
    out = said.out("refine", badge().name, "make the light warmer", "--keep", "the smile", "--keep", "the ears")
    assert "(1) the smile; (2) the ears; (3) the subject, a red panda" in out
    assert re.search(r"^runs/\S+/refine-\w+/01\.png$", out, re.MULTILINE)


def test_a_copy_of_a_picture_is_that_picture(said: Said) -> None:
    """Of two runs with the same pictures it is the named one; under another name it is found by its content."""
    _, folder = badge(), badge()
    copy = Path("copies") / f"{folder.name}-01.png"
    copy.parent.mkdir()
    for name in (copy, copy.with_name("mine.png")):
        shutil.copyfile(folder / "01.png", name)
        out = said.out("refine", str(name), "make the light warmer", "--new")
        assert "the subject, a red panda" in out
        [made] = re.findall(r"^(runs/\S+/refine-\w+)/01\.png$", out, re.MULTILINE)
        record = json.loads((Path(made) / "run.json").read_bytes())
        assert record["parent_picture"] == "01.png"
        assert open_run(record["parent"], RUNS).pictures[0].read_bytes() == copy.read_bytes()
        if name is copy:
            assert record["parent"].endswith(folder.name)


def test_a_picture_that_was_changed_elsewhere_is_of_no_run(said: Said) -> None:
    """A single byte more makes it somebody else's, even under the name of a copy."""
    folder = badge()
    changed = Path(f"{folder.name}-01.png")
    changed.write_bytes((folder / "01.png").read_bytes() + b"\0")
    assert "a red panda" not in said.out("refine", str(changed), "make the light warmer")


def test_every_picture_of_several_runs_is_refined(said: Said) -> None:
    """Each in a run of its own, the same one only once; priced together first."""
    one, two = badge(count=2), badge()
    told = json.loads(said.out("refine", one.name, str(two / "01.png"), two.name, "make it bluer", "--json"))
    assert len({run["folder"] for run in told}) == 3
    parents = [json.loads((Path(run["folder"]) / "run.json").read_bytes()) for run in told]
    assert [(p["parent"].rpartition("/")[2], p["parent_picture"]) for p in parents] == [
        (one.name, "01.png"),
        (one.name, "02.png"),
        (two.name, "01.png"),
    ]
    err = said.err("refine", one.name, "make it redder")
    assert "2 pictures are refined, each in a run of its own. Together: $0; with the real model about $0.0" in err


def test_what_is_wrong_with_any_picture_is_told_before_one_is_sent(said: Said) -> None:
    """All at once."""
    good = badge()
    err = said.err(
        "refine", "nope.jpg", good.name, "bdge-0000", "make it bluer", "--size", "9K", "--object", "no.png", code=2
    )
    assert "nope.jpg: there is no such picture." in err
    assert "There is no run 'bdge-0000'" in err
    assert "size: must be" in err
    assert "object: no.png" in err
    assert len(list(RUNS.glob("*/refine-*"))) == 0


def test_a_dry_run_sends_nothing(said: Said) -> None:
    """The whole request and its price; the tier asked for counts."""
    folder = badge(aspect_ratio="3:2")
    out = said.out("refine", folder.name, "make it bluer", "--dry-run", "--tier", "pro")
    assert "Edit the attached image: make it bluer." in out
    assert "aspect_ratio: 3:2" in out
    assert "model        gemini-3-pro-image" in out
    assert list(RUNS.glob("*/refine-*")) == []
    told = json.loads(said.out("refine", folder.name, "make it bluer", "--dry-run", "--json"))
    assert told["estimate_usd"]


def test_a_picture_is_added(said: Said) -> None:
    """By the options of the recipe, which help lists."""
    folder = badge()
    out = said.out("refine", folder.name, "put it into this mug", "--object", str(MUG), "--out", "copies")
    assert "Edit the first image: put it into this mug." in out
    assert "exactly those in the second image" in out
    assert len(list(Path("copies").iterdir())) == 1
    assert "--style-picture" in said.out("refine", "--help")
    assert "--picture" not in said.out("refine", "--help")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["RUN"], "What changes is missing: 'RUN' is a picture or run."),
        (["RUN", "PICTURE"], "What changes is missing: 'PICTURE' is a picture or run."),
        (["make it bluer"], "Name a run or picture, and what changes last"),
        (["RUN", ""], "What changes is empty. Say it last"),
        (["RUN", "make it bluer", "--chatt"], "No such option"),
        (["RUN", "make it bluer", "--chat", "--generator", "gemini"], "not with 'gemini'"),
    ],
)
def test_a_mistake_is_told_with_the_way_out(said: Said, words: list[str], told: str) -> None:
    """Nobody has to read the manual for a forgotten word."""
    folder = badge()
    names = {"RUN": folder.name, "PICTURE": str(folder / "01.png")}
    err = said.err("refine", *(names.get(word, word) for word in words), code=2)
    for name, real in names.items():
        told = told.replace(name, real)
    assert told in err


def test_a_mistyped_run_finds_its_name(said: Said) -> None:
    """As everywhere."""
    folder = badge()
    assert f"Did you mean '{folder.name}'?" in said.err("refine", f"{folder.name}x", "make it bluer", code=2)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    """A server that the command line is pointed to, with a key."""
    with GeminiServer() as started:
        monkeypatch.setenv("GEMINI_API_KEY", "AIzaSy-a-key-of-nobody-0123456789")
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", started.url)
        yield started


def test_one_picture_that_fails_does_not_stop_the_others(server: GeminiServer, said: Said) -> None:
    """What came is saved and told; the exit code says that not all is well."""
    one, two = badge(), badge()
    server.next(refused(400, message="no"))
    told = json.loads(
        said.out(
            "refine",
            one.name,
            two.name,
            "make it bluer",
            "--json",
            "--generator",
            "gemini",
            "--concurrency",
            "1",
            code=1,
        )
    )
    assert [run["status"] for run in told] == ["invalid", "ok"]


def test_the_conversation_goes_on(server: GeminiServer, said: Said) -> None:
    """From the command line, too."""
    assert run(["generate", "badge", "--subject", "a fox"]) == 0
    [folder] = RUNS.glob("*/badge-*")
    assert "Edit " not in said.out("refine", folder.name, "make it bluer", "--chat")
    assert [m["role"] for m in server.requests[-1].body["contents"]] == ["user", "model", "user"]


def test_a_job_refines_many_pictures(server: GeminiServer, said: Said) -> None:
    """At the lower price; what comes of it later still knows its parent."""
    jobs = Batches(server)
    one, two = badge(), badge()
    job = json.loads(
        said.out("refine", one.name, two.name, "make it bluer", "--batch", "--generator", "gemini", "--json")
    )
    assert said.capsys.readouterr().err == ""
    assert job
    assert run(["runs", "wait"]) == 0
    parents = [json.loads(path.read_bytes())["parent"] for path in sorted(RUNS.glob("*/refine-*/run.json"))]
    assert sorted(parents) == sorted(f"{folder.parent.name}/{folder.name}" for folder in (one, two))
    assert jobs.broken == []


# The tree


def test_the_tree_is_drawn_around_a_run(said: Said) -> None:
    """Ancestors, brothers and descendants, the run itself marked; the same tree from each of them."""
    root = badge()
    left = refined(root, "make the light warmer, as on a late afternoon in a quiet September by the sea")
    right = refined(root, "make it bluer")
    leaf = refined(left, "close its eyes")
    out = said.out("runs", "show", left.name)
    tree = out[out.index("refinements") :].split("\n\n")[0].splitlines()[1:]
    assert tree == [
        f"  {root.name}  → 01.png  $0",
        f"  ├─ {left.name}  01.png: “make the light warmer, as on a late afternoon i…”  → 01.png  $0  ← this one",
        f"  │  └─ {leaf.name}  01.png: “close its eyes”  → 01.png  $0",
        f"  └─ {right.name}  01.png: “make it bluer”  → 01.png  $0",
    ]
    other = said.out("runs", "show", leaf.name)
    assert all(line.replace("  ← this one", "") in other for line in tree)


def test_a_run_alone_has_no_tree(said: Said) -> None:
    """Nothing was refined, so there is nothing to draw."""
    assert "refinements" not in said.out("runs", "show", badge().name)


def test_the_list_marks_children(said: Said) -> None:
    """With the name of their parent, in words and as data."""
    root = badge()
    child = refined(root, "make it bluer")
    lines = said.out("runs", "list").splitlines()
    assert [line.partition("  ← ")[2] for line in lines] == [root.name, ""]
    told = {Path(one["folder"]).name: one["parent"] for one in json.loads(said.out("runs", "list", "--json"))}
    assert told == {root.name: None, child.name: f"{root.parent.name}/{root.name}"}


def test_what_is_gone_or_damaged_keeps_its_place(said: Said) -> None:
    """A parent that was deleted, a sister that cannot be read: the rest of the tree is still there."""
    root = badge()
    left, right = refined(root, "make it bluer"), refined(root, "make it redder")
    text = (right / "run.json").read_text("utf-8")
    (right / "run.json").write_text(text.replace('"state": "done"', '"state": "odd"'), "utf-8")
    for path in root.iterdir():
        path.unlink()
    root.rmdir()
    out = said.out("runs", "show", left.name)
    assert f"{root.name}  (gone)" in out
    assert f"{right.name}  (its record is damaged)" in out
    assert f"{left.name}  01.png: “make it bluer”" in out


def tampered(folder: Path, **keys: Any) -> None:
    """Change a record."""
    path = folder / "run.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | keys, indent=2), "utf-8")


def names(tree: tuple[Member, ...]) -> list[str]:
    """Return the names of a tree's runs in order."""
    return [member.run.id.rpartition("/")[2] for member in tree]


def test_a_circle_of_parents_is_drawn_once() -> None:
    """Two records that name each other, and one that names itself."""
    root = badge()
    child = refined(root, "make it bluer")
    tampered(root, parent=f"{child.parent.name}/{child.name}")
    assert sorted(names(family(open_run(root, RUNS), RUNS))) == sorted([root.name, child.name])
    tampered(root, parent=f"{root.parent.name}/{root.name}")
    assert names(family(open_run(child, RUNS), RUNS)) == [root.name, child.name]


def test_a_parent_outside_of_the_runs_is_none() -> None:
    """A record that was edited leads nowhere else."""
    child = refined(badge(), "make it bluer")
    for parent in ("../../elsewhere", "/etc", "2026-11-21/../../x", "x" * 10_000):
        tampered(child, parent=parent)
        assert names(family(open_run(child, RUNS), RUNS)) == [child.name]


def test_a_record_written_by_hand_is_found() -> None:
    """In any layout: what cannot be seen at a glance is read whole."""
    root = badge()
    child = refined(root, "make it bluer")
    (child / "run.json").write_text(json.dumps(json.loads((child / "run.json").read_bytes())), "utf-8")
    assert names(family(open_run(root, RUNS), RUNS)) == [root.name, child.name]


def test_a_deep_tree_among_many_runs_is_walked() -> None:
    """Hundreds of generations are no reason to stop; other runs are not read."""
    prompt = Prompt((Turn((Text("Draw."),)),), recipe="deep")
    parent: str | None = None
    start = datetime(2026, 11, 21, tzinfo=UTC)
    made = []
    for number in range(300):
        now = start + timedelta(seconds=number)
        folder = RunFolder.create(RUNS, prompt, generator="proof", now=now, parent=parent)
        folder.close()
        made.append(folder.path.name)
        parent = folder.id
    assert names(family(open_run(RUNS / (parent or ""), RUNS), RUNS)) == made


def test_who_makes_it_is_named_and_a_proof_is_no_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --generator the picture's own is asked; money for the drawing of a layout is warned of before."""
    (tmp_path / "prompt-kit.yaml").write_text("budget: {day: 3}\n")
    assert run(["generate", "sticker", "--subject", "a fox", "--generator", "proof"]) == 0
    [record] = tmp_path.glob("runs/*/*/run.json")
    capsys.readouterr()
    assert run(["refine", record.parent.name, "make it red", "--dry-run"]) == 0
    out, err = capsys.readouterr()
    assert "Generator: proof" in err
    assert "this is a proof" not in err
    assert "budget       $3.00 left" in out
    monkeypatch.setenv("GEMINI_API_KEY", "nobody's")
    assert run(["refine", record.parent.name, "make it red", "--dry-run", "--generator", "gemini"]) == 0
    assert "this is a proof, a drawing of the layout" in capsys.readouterr().err
