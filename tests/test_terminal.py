"""What reaches a terminal: nothing that commands it, in any encoding, and always the way to what was paid."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from prompt_kit.cli.main import run
from prompt_kit.recipe.assembly import load

if TYPE_CHECKING:
    from conftest import MakeTree

COMMANDS = "\x1b]52;c;cm0gLXJm\x07 \x9b31m \u202egnp.exe\u2066 \u200f"
ESCAPED = r"\e]52;c;cm0gLXJm\a \x9b31m \u202egnp.exe\u2066 \u200f"
STRANGE = f"""\
title: "A title {ESCAPED}"
summary: "A summary {ESCAPED}"
category: "odd {ESCAPED}"
parameters:
  subject: {{type: text, required: true, title: "Subject {ESCAPED}", help: "Help {ESCAPED}"}}
  look:
    type: choice
    choices: {{a: {{label: "Label {ESCAPED}", help: "More {ESCAPED}", words: "words {ESCAPED}"}}}}
references: {{p: {{role: style, title: "Slot {ESCAPED}", help: "Slot help {ESCAPED}"}}}}
examples: {{a: {{values: {{subject: a fox, look: a}}}}}}
"""

COMMANDS_THAT_SHOW = {
    "list": ["list"],
    "list as JSON": ["list", "--json"],
    "show": ["show", "x"],
    "show as JSON": ["show", "x", "--json"],
    "help": ["render", "x", "--help"],
    "all helps": ["render", "--help"],
    "plan": ["generate", "x", "--example", "a", "--dry-run", "--generator", "proof"],
    "proof": ["generate", "x", "--example", "a", "--generator", "proof"],
    "wrong choice": ["render", "x", "--subject", "a", "--look", COMMANDS],
    "wrong option": ["render", "x", f"--{COMMANDS}"],
    "wrong name": ["render", f"y{COMMANDS}"],
    "wrong file": ["render", "x", "--subject", "a", "--p", COMMANDS],
    "check": ["check", "recipes"],
}


@pytest.mark.parametrize("arguments", COMMANDS_THAT_SHOW.values(), ids=COMMANDS_THAT_SHOW)
def test_words_of_strangers_command_no_terminal(
    tree: MakeTree, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """Titles, helps, labels, words, names and what was typed: no escape sequence and no turn of direction is printed."""
    tree(**{"recipes/x.yaml": STRANGE, "templates/x.j2": "Draw {{ subject }} in {{ look }}\x1b[2J {{ p }}."})
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    run(arguments)
    told = capsys.readouterr()
    printed = told.out + told.err

    assert printed
    assert not [one for one in printed if one in COMMANDS + "\x1b" and one not in " ]52;cm0gLXJm31mgnp.exe"]
    if "--json" in arguments:
        assert json.loads(told.out)


PRINTING = ["show sticker", "render sticker --subject x --traits 一,二", "list", "doctor", "render --help", "nothing"]


@pytest.mark.parametrize("encoding", ["cp437", "latin-1", "ascii", "cp1252"])
def test_every_encoding_can_print_everything(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A redirected Windows console has an encoding of 256 characters; what it lacks stands there in other signs."""
    out, err = io.BytesIO(), io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding=encoding))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(err, encoding=encoding))
    for line in PRINTING:
        assert run(line.split()) in {0, 1, 2}
    assert b"Something unexpected" not in err.getvalue()
    assert encoding == "ascii" or b"\\u4e00" in out.getvalue()


@pytest.mark.parametrize(
    "output", ["closed", "full, as JSON", *(pytest.param(name, marks=pytest.mark.soak) for name in ("cp437", "full"))]
)
def test_what_was_made_is_named_whatever_happens_to_the_output(tmp_path: Path, output: str) -> None:
    """The picture may have been paid; a full device, an odd console and a deleted folder must not hide it."""
    arguments = ["generate", "sticker", "--subject", "一 fox → “den”", "--generator", "proof"]
    arguments += ["--json"] if "JSON" in output else []
    if output == "cp437":
        done = started(arguments, PYTHONIOENCODING="cp437")
    elif output == "closed":
        read, write = os.pipe()
        os.close(read)
        done = started(arguments, stdout=write)
    else:
        with Path("/dev/full").open("wb") as device:
            done = started(arguments, stdout=device.fileno())
    said = ((done.stdout or b"") + done.stderr).decode("cp437")

    assert "Something unexpected" not in said
    assert "Traceback" not in said
    assert len(list(tmp_path.glob("runs/*/*/01.png"))) == 1
    assert "01.png" in said


def test_a_closed_pipe_does_not_stop_the_work(tmp_path: Path) -> None:
    """Whoever reads only the first line, as `head` does, gets all pictures and copies, and the exit code of the work."""
    read, write = os.pipe()
    os.close(read)
    arguments = ["generate", "sticker", "--subject", "a fox", "--generator", "proof", "-n", "2", "--out", "copies"]
    done = subprocess.run([sys.executable, "-m", "prompt_kit", *arguments], stdout=write, stderr=write, check=False)
    assert done.returncode == 0
    assert len(list(tmp_path.glob("runs/*/*/0?.png"))) == 2
    assert len(list(tmp_path.glob("copies/*.png"))) == 2


@pytest.mark.parametrize("module", ["click", "prompt_kit.cli.output"])
def test_ctrl_c_while_the_command_is_loaded_is_no_traceback(tmp_path: Path, module: str) -> None:
    """The first tenth of a second is spent on imports; somebody who stops it then reads one word."""
    stop = f"import os, signal, sys\nclass Stop:\n    def find_spec(self, name, *_):\n        if name == {module!r}:\n"
    stop += "            os.kill(os.getpid(), signal.SIGINT)\nsys.meta_path.insert(0, Stop())\n"
    (tmp_path / "sitecustomize.py").write_text(stop)
    done = started(["list"], PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"Stopped.\n")


def started(
    arguments: list[str], *, stdout: int = subprocess.PIPE, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "prompt_kit", *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=os.environ | environment,
        check=False,
    )


ODD = ["x" * 5_000, "\udcff", "a\udcffb", "../x", "-1", "9" * 30, COMMANDS, "∞", "", " "]
TAKING = [
    ["render"], ["show"], ["runs", "show"], ["runs", "wait"], ["runs", "cancel"], ["runs", "list", "-n"], ["models"],
    ["check"], ["diff"], ["generate", "--from"], ["refine"], ["compare"], ["schema"], ["doctor"],
    *(["render", "sticker", "--subject", "x", option] for option in (
        "--style", "--traits", "--key-color", "--character", "--values", "--example", "--preset", "--use", "--size",
        "--aspect-ratio", "--tier", "--model", "--thinking", "--grounding", "--safety", "--subject",
    )),
    *(["generate", "sticker", "--subject", "x", "--dry-run", option] for option in ("--generator", "-n", "--out", "--model")),
]  # fmt: skip


@pytest.mark.parametrize("command", TAKING, ids=" ".join)
def test_odd_values_get_plain_answers(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever stands after a command is either taken or answered in a sentence of readable length."""
    for odd in ODD:
        code = run([*command, odd])
        told = capsys.readouterr()
        assert code in {0, 1, 2}, odd
        assert "Something unexpected" not in told.err, odd
        if len(odd) == 5_000 and code:
            assert len(told.err) < 6_000


@pytest.mark.parametrize("command", [["list"], ["render", "sticker", "--subject", "x"], ["generate", "sticker", "--subject", "x", "--generator", "proof"], ["doctor"], ["check"], ["runs", "list"]], ids=" ".join)  # fmt: skip
def test_a_deleted_current_folder_is_told(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is ordinary trouble: somebody cleaned up in another window."""
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    try:
        code = run(command)
    finally:
        os.chdir(tmp_path)
    told = capsys.readouterr()
    assert code in {1, 2}
    assert "the current folder is gone" in (told.err + told.out).lower()


AS_NOBODY = """\
import contextlib, difflib, email.parser, io, os, platform, sys, tempfile, traceback
from prompt_kit.cli.main import run
commands = [line.split() for line in sys.argv[1:]]
# The modules may stand where nobody else can read, so that all are loaded first.
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    for command in commands:
        run(command)
for folder in os.environ["FOLDERS"].split(os.pathsep):
    rights = os.stat(folder).st_mode
    os.chmod(folder, 0)
    if os.fork():
        os.wait()
        os.chmod(folder, rights)
        continue
    os.setresuid(65534, 65534, 65534)
    for command in commands:
        with contextlib.redirect_stdout(io.StringIO()) as told, contextlib.redirect_stderr(told):
            code = run(command)
        well = code == 0 or "not allowed" in told.getvalue() or "rights" in told.getvalue()
        well = well and ("HERE" not in os.environ or os.environ["HERE"] in told.getvalue())
        well = "well" if well and "Something unexpected" not in told.getvalue() else told.getvalue()
        print(folder, command, well, flush=True)
    os._exit(0)
"""
READING = ["list", "render x", "doctor", "runs list", "generate x --generator proof"]
FOLDERS = ["recipes", "recipes/presets", "templates", "runs", "."]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_that_cannot_be_read_is_told() -> None:
    """Rights are ordinary trouble: the folder is named, and nobody is asked to write to the makers."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for path in ("recipes/presets", "templates", "runs"):
            (root / path).mkdir(parents=True)
        (root / "recipes/x.yaml").write_text("title: X\nexamples: {a: {values: {}}}", "utf-8")
        (root / "templates/x.j2").write_text("Draw a fox.", "utf-8")
        root.chmod(0o755)
        environment = os.environ | {"FOLDERS": os.pathsep.join(FOLDERS)}
        script = [sys.executable, "-c", AS_NOBODY, *READING]
        done = subprocess.run(script, cwd=root, capture_output=True, text=True, env=environment, check=False)
    expected = [f"{folder} {line.split()} well" for folder in FOLDERS for line in READING]
    assert done.stdout.splitlines() == expected, done.stderr


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can become somebody else")
def test_the_folder_that_cannot_be_read_is_named() -> None:
    """Of a closed folder nothing below is seen, so that no folder is named that may not exist."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve()
        (root / "recipes").mkdir()
        (root / "recipes/x.yaml").write_text("title: X", "utf-8")
        (root / "templates").mkdir()
        (root / "templates/x.j2").write_text("Draw a fox.", "utf-8")
        root.chmod(0o755)
        environment = os.environ | {"FOLDERS": "recipes", "HERE": f"{root / 'recipes'}: "}
        commands = ["list", "show x", "render x"]
        script = [sys.executable, "-c", AS_NOBODY, *commands]
        done = subprocess.run(script, cwd=root, capture_output=True, text=True, env=environment, check=False)
    assert done.stdout.splitlines() == [f"recipes {line.split()} well" for line in commands], done.stderr


def test_a_list_of_no_runs_or_of_all_there_ever_will_be(capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers that make no sense are answered by the option's name; those that are only large show all."""
    for count in ("0", "-5"):
        assert run(["runs", "list", "-n", count]) == 2
        assert "'-n'" in capsys.readouterr().err
    assert run(["runs", "list", "-n", "9" * 23]) == 0


def test_a_schema_is_written_behind_a_byte_order_mark(tree: MakeTree) -> None:
    """Editors on Windows begin files with it; the recipe must read as before, with the line ends it had."""
    root = tree(**{"recipes/x.yaml": "", "templates/x.j2": "", "templates/_part.j2": ""})
    (root / "recipes/x.yaml").write_bytes(b"\xef\xbb\xbftitle: X\r\nsummary: y\r\n")
    (root / "templates/x.j2").write_bytes(b'\xef\xbb\xbfDraw a fox.\r\n{% include "_part.j2" %}')
    (root / "templates/_part.j2").write_bytes(b"\xef\xbb\xbfDraw a den.")
    for _ in range(2):
        assert run(["schema", "--write", "schemas"]) == 0
        written = (root / "recipes/x.yaml").read_bytes()
        assert written.startswith(b"\xef\xbb\xbf# yaml-language-server: $schema=../schemas/recipe.schema.json\n")
        assert written.endswith(b"\ntitle: X\r\nsummary: y\r\n")
        assert written.count(b"yaml-language-server") == 1
    assert str(load("x").render()) == "Draw a fox. Draw a den."
