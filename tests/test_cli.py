"""The command line, as people use it."""

from __future__ import annotations

import io
import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from prompt_kit.cli.check import SCHEMAS, schema_text
from prompt_kit.cli.main import run
from prompt_kit.recipe.library import built_in

if TYPE_CHECKING:
    from conftest import MakeTree

SLOW_GENERATOR = """\
import asyncio
from prompt_kit.outcome import Outcome, Status


class Slow:
    name = "slow"

    async def generate(self, request):
        print("asked", flush=True)
        await asyncio.Event().wait()
        return Outcome(Status.OK)


class Broken:
    name = "broken"

    async def generate(self, request):
        raise RuntimeError("a slip of ours")
"""


def test_render_prints_the_prompt_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    """What is on stdout can be pasted."""
    assert run(["render", "sticker", "--subject", "a happy red panda"]) == 0
    out, err = capsys.readouterr()
    assert "a happy red panda" in out
    assert out.count("\n\n") == out.rstrip().count("\n\n")
    assert err == ""


def test_the_options_of_a_recipe_are_its_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    """With choices, defaults and what is required."""
    assert run(["generate", "sticker", "--help"]) == 0
    out = capsys.readouterr().out
    for part in ("--subject", "[required]", "--style [kawaii|", "--character FILE", "--dry-run", "--aspect-ratio"):
        assert part in out


def test_all_wrong_options_are_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """By the names of the options, with exit code 2, and nothing is written."""
    code = run(
        [
            "generate",
            "sticker",
            "--how-many",
            "many",
            "--character",
            "no.png",
            "--size",
            "9K",
            "--generator",
            "proof",
        ]
    )
    err = capsys.readouterr().err
    assert code == 2
    for part in (
        "--subject: is missing",
        "--how-many: must be a whole number",
        "no.png: the picture cannot be read",
        "--size: must be",
    ):
        assert part in err
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["render", "stikcer"], "Did you mean 'sticker'?"),
        (["rendr"], "There is no command 'rendr'. Did you mean 'render'?"),
        (["render", "sticker", "--subjct", "x"], "No such option"),
        (["render", "sticker", "--example", "red-pand"], "Did you mean 'red-panda'?"),
        (["render", "sticker", "--use", "camra"], "Did you mean 'camera'?"),
        (["render", "sticker", "--preset", "nothing"], "There is no preset 'nothing'"),
        (["render", "sticker", "--values", "no.yaml"], "no.yaml: the file cannot be read"),
        (["generate", "sticker", "--example", "red-panda", "--generator", "prof"], "Did you mean 'proof'?"),
        (["generate", "sticker", "--example", "red-panda", "--model", "imagen-4.0-generate-001"], "is gone. Use 'gemini-nano-banana-2.1'"),
        (["generate", "sticker", "--example", "red-panda", "--tier", "draft", "--size", "4K"], 'makes no 4K pictures. Use 1K, or the tier "standard"'),
        (["generate", "--from", "nowhere"], "There is no run 'nowhere'"),
        (["generate", "--from", "x", "sticker"], "takes no recipe"),
        (["runs", "show", "../../etc"], "etc"),
        (["check", "nowhere"], "there is no such file or folder"),
        (["show", "nothing"], "There is no recipe 'nothing'"),
    ],
)  # fmt: skip
def test_slips_are_answered_with_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    """One clear message, no traceback, nothing written."""
    assert run(arguments) == 2
    err = capsys.readouterr().err
    assert message in err
    assert "Traceback" not in err
    assert list(Path.cwd().iterdir()) == []


def test_a_values_file_is_told_by_its_lines(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """Each wrong value with its place in the file; options win over the file."""
    card = "parameters: {subject: {type: text, required: true}, ground: {type: choice, choices: [plain, dotted]}}\n"
    tree(
        **{
            "recipes/card.yaml": card,
            "templates/card.j2": "A card of {{ subject }}{% if ground %}, {{ ground }}{% endif %}.",
            "v.yaml": "subject: a fox\nground: green\n",
        }
    )
    assert run(["render", "card", "--values", "v.yaml"]) == 2
    assert "v.yaml:2:9: ground: 'green' is not one of" in capsys.readouterr().err
    assert run(["render", "card", "--values", "v.yaml", "--ground", "red"]) == 2
    assert "--ground: 'red' is not one of" in capsys.readouterr().err
    assert run(["render", "card", "--values", "v.yaml", "--ground", "plain", "--subject", "a bee"]) == 0
    out = capsys.readouterr().out
    assert "a bee" in out
    assert "a fox" not in out


def test_generate_makes_a_picture_and_its_record(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a key the proof is drawn, and it says so; the prompt and the path come last."""
    assert run(["generate", "sticker", "--example", "red-panda", "--out", "desk"]) == 0
    out, err = capsys.readouterr()
    assert "Generator: proof (offline; no key is set)" in err
    assert "Cost: $0." in err
    picture = Path(out.strip().splitlines()[-1])
    assert picture.read_bytes().startswith(b"\x89PNG")
    sidecar = json.loads(picture.with_suffix(".json").read_text("utf-8"))
    assert sidecar["values"]["subject"] == "a happy red panda"
    [copy] = Path("desk").iterdir()
    assert copy.read_bytes() == picture.read_bytes()

    assert run(["runs", "list"]) == 0
    assert "proof" in capsys.readouterr().out
    assert run(["runs", "show", str(picture)]) == 0
    assert "a happy red panda" in capsys.readouterr().out
    assert run(["runs", "spend"]) == 0
    assert "$0 booked" in capsys.readouterr().out


def test_a_saved_run_is_made_once_more(capsys: pytest.CaptureFixture[str]) -> None:
    """The same request, by its fingerprint."""
    assert run(["generate", "sticker", "--example", "red-panda", "--json", "--generator", "proof"]) == 0
    first = json.loads(capsys.readouterr().out)
    sidecar = str(Path(first["pictures"][0]).with_suffix(".json"))
    assert run(["generate", "--from", sidecar, "--generator", "proof", "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["fingerprint"] == first["fingerprint"]
    assert again["folder"] != first["folder"]


def test_dry_run_prints_what_would_be_sent_and_its_cost(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written, and no key is needed."""
    assert run(["generate", "sticker", "--example", "red-panda", "--generator", "gemini", "-n", "2", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "a happy red panda" in out
    assert "model        gemini-nano-banana-2.1" in out
    assert "requests     2" in out
    assert "cost         about $0.067" in out
    assert list(Path.cwd().iterdir()) == []


def test_json_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Programs read what people read."""
    for arguments in (
        ["list", "--json"],
        ["show", "sticker", "--json"],
        ["models", "--json"],
        ["render", "sticker", "--example", "red-panda", "--json"],
        ["generate", "sticker", "--example", "red-panda", "--dry-run", "--json"],
        ["runs", "list", "--json"],
        ["runs", "spend", "--json"],
        ["schema"],
    ):
        assert run(arguments) == 0, arguments
        assert json.loads(capsys.readouterr().out) is not None


def test_people_see_tables(capsys: pytest.CaptureFixture[str]) -> None:
    """Recipes by category, models with their price."""
    assert run(["list"]) == 0
    assert "sticker" in capsys.readouterr().out
    assert run(["models", "--all"]) == 0
    out = capsys.readouterr().out
    assert "gemini-nano-banana-2.1" in out
    assert "use gemini-3-pro-image" in out
    assert run(["show", "sticker"]) == 0
    assert "kawaii: " in capsys.readouterr().out


def test_a_preset_is_a_command_of_its_own(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """Its values are filled in, and can be changed unless they are locked."""
    tree(**{"recipes/presets/club.yaml": "extends: sticker\nvalues: {style: retro}\nlocked: [style]\n"})
    assert run(["render", "club", "--subject", "a swan"]) == 0
    own = capsys.readouterr().out
    assert run(["render", "sticker", "--preset", "club", "--subject", "a swan"]) == 0
    assert capsys.readouterr().out == own
    assert run(["render", "club", "--subject", "a swan", "--style", "kawaii"]) == 2
    assert "locked" in capsys.readouterr().err


def test_a_strategy_brings_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    """Mixed in with --use, also when the recipe does not name it."""
    assert run(["render", "freeform", "--help", "--use", "specific"]) == 0
    assert "--exact-material" in capsys.readouterr().out


def test_a_strategy_is_shown_like_a_recipe(capsys: pytest.CaptureFixture[str]) -> None:
    """What it asks, where it fits, and how it is mixed in."""
    assert run(["show", "camera"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Camera\n")
    assert "For recipes that create or compose" in out
    assert "--use camera --" in out
    assert run(["show", "camera", "--json"]) == 0
    assert "lens" in json.loads(capsys.readouterr().out)["parameters"]


def test_what_is_not_given_is_asked_for(
    tree: MakeTree, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One question after the other; a wrong answer is asked again, an empty one stays out, and conditions hold."""
    tree(
        **{
            "recipes/poster.yaml": """\
                parameters:
                  subject: {type: text, required: true, help: What it shows.}
                  style: {type: choice, choices: [ink, oil], default: ink}
                  brush: {type: text, show_if: {style: oil}}
                  pen: {type: text, show_if: {style: ink}}
                  colors: {type: list, max: 3}
                  grain: {type: text, advanced: true}
                  big: {type: boolean}
                """,
            "templates/poster.j2": "Draw {{ subject }} in {{ style }}{% if brush %} with {{ brush }}{% endif %}"
            "{% if colors %} in {{ colors | series }}{% endif %}{% if big %}, large{% endif %}.{{ pen }}{{ grain }}\n",
        }
    )
    answers = "\na fox\ncrayon\noil\na broad brush\nred\nblue\n\nyes\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(answers))
    assert run(["render", "poster", "--ask"]) == 0
    out, err = capsys.readouterr()
    assert out == "Draw a fox in oil with a broad brush in red and blue, large.\n"
    assert "What it shows." in err
    assert "'crayon' is not one of ink, oil." in err
    assert "Pen" not in err
    assert "Grain" not in err


POSTER = {
    "recipes/poster.yaml": """\
        parameters:
          subject: {type: text, required: true, reads_as: noun}
          style: {type: choice, choices: {ink: Black ink, marble: Marble}, other: true, default: ink}
          note: {type: text, advanced: true}
          must: {type: text, advanced: true, required: true}
        references: {photo: {role: object}}
        """,
    "templates/poster.j2": "Draw {{ subject }} in {{ style }}. {{ must }}{{ note }}{% if photo %}{{ photo }}{% endif %}\n",
}


@pytest.mark.parametrize(
    ("typed", "prompt"),
    [
        ("the fox\nmarbel\n\nnow\n\n", "Draw the fox in marble. now"),
        ("the fox\nmarbel\nn\nnow\n\n", "Draw the fox in marbel. now"),
        ("fox\nn\nthe fox\n\nnow\n\n", "Draw the fox in ink. now"),
        ("fox\n\n\n\n\nnow\n\n", "Draw fox in ink. now"),
        ("the fox\n\nnow\nnowhere.png\n\n", "Draw the fox in ink. now"),
    ],
)
def test_each_answer_is_checked_at_once(
    tree: MakeTree, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, typed: str, prompt: str
) -> None:
    """A near miss is offered, what reads oddly is asked back, and a picture that is not there is asked again."""
    tree(**POSTER)
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    assert run(["render", "poster", "--ask"]) == 0
    out, err = capsys.readouterr()
    assert out == f"{prompt}\n"
    assert "Subject (required)" in err
    assert "Style (Enter for Black ink)" in err
    assert "Must (required)" in err
    assert "Note" not in err


CARD = {
    "recipes/card.yaml": """\
        parameters:
          style: {type: choice, choices: {ink: Black ink, oil: Oil}, other: true, reads_as: sentence}
          light: {type: choices, choices: [soft, hard]}
          age: {type: choice, choices: {"5": Five, "1": One}}
        """,
    "templates/card.j2": "Draw {{ style }} {{ light | series }} {{ age }}.\n",
}


@pytest.mark.parametrize(
    ("typed", "prompt"),
    [
        ("2\n2\n1\n1\n", "Draw oil hard and soft 1."),
        ("3\n0\n1\n9\nsoft\n\n5\n", "Draw ink soft 5."),
        ("y\nn\nInk\n\n2\n1\n", "Draw ink  1."),
    ],
)
def test_a_number_picks_the_choice_beside_it(
    tree: MakeTree, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, typed: str, prompt: str
) -> None:
    """A number without a choice and a single letter are asked back; choices that are numbers stay themselves."""
    tree(**CARD)
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    assert run(["render", "card", "--ask"]) == 0
    out, err = capsys.readouterr()
    assert out == f"{prompt}\n"
    assert " 2  oil: Oil." in err
    assert ("There is no choice 3. Write a number from 1 to 2" in err) == typed.startswith("3")


def test_answers_are_kept_when_the_questions_end_too_early(
    tree: MakeTree, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stops in between is told which options hold the answers so far."""
    tree(**POSTER)
    monkeypatch.setattr("sys.stdin", io.StringIO("the fox's den\nMarble\n"))
    assert run(["render", "poster", "--ask"]) == 130
    err = capsys.readouterr().err
    assert "Your answers are not lost" in err
    options = err.rpartition("same command:\n")[2].splitlines()[0]
    assert shlex.split(options) == ["--subject", "the fox's den", "--style", "Marble"]
    assert run(["render", "poster", *shlex.split(options), "--must", "now"]) == 0
    assert capsys.readouterr().out == "Draw the fox's den in marble. now\n"


def test_show_says_when_something_is_required(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """Required under a condition is not required always."""
    tree(
        **{
            "recipes/poster.yaml": """\
                parameters:
                  kind: {type: choice, choices: [plain, signed]}
                  name: {type: text, required: true, show_if: {kind: signed}}
                  place: {type: text, show_if: {name: true}}
                references: {photo: {role: object, min: 1, show_if: {kind: [plain, signed]}}}
                """,
            "templates/poster.j2": "{{ kind }} {{ name }} {{ place }} {{ photo }}",
        }
    )
    assert run(["show", "poster"]) == 0
    out = capsys.readouterr().out
    assert "Name (text, required when kind is signed)" in out
    assert "Place (text, asked when name is given)" in out
    assert "[object, required when kind is plain or signed]" in out


def test_the_shell_completes_recipes_and_choices(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After `st`, `sticker`; after `--style ka`, `kawaii`."""
    monkeypatch.setenv("_PROMPT_KIT_COMPLETE", "bash_complete")
    for typed, expected in (("generate st", "sticker"), ("generate sticker --style ka", "kawaii")):
        words = f"prompt-kit {typed}"
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
        with pytest.raises(SystemExit) as ended:
            run([])
        assert ended.value.code == 0
        assert f"plain,{expected}" in capsys.readouterr().out


def test_check_reports_every_problem_with_exit_code_1(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """File, line, column, and what is meant."""
    tree(
        **{
            "pack/recipes/a.yaml": "titel: A\nsumary: B\n",
            "pack/recipes/b.yaml": "title: B",
            "pack/templates/b.j2": "Draw {{ x }}.",
        }
    )
    assert run(["check", "pack"]) == 1
    out = capsys.readouterr().out
    assert "pack/recipes/a.yaml:1:1: unknown key 'titel'. Did you mean 'title'?" in out
    assert "a.yaml:2:1: unknown key 'sumary'. Did you mean 'summary'?" in out
    assert "there is no parameter 'x'" in out
    assert run(["check", "pack", "--json"]) == 1
    assert {problem["line"] for problem in json.loads(capsys.readouterr().out)["problems"]} >= {1, 2}


def test_schemas_are_written_and_recipes_point_to_them(tree: MakeTree) -> None:
    """Editors find the schema beside the project; built-in files stay as they are."""
    root = tree(**{"recipes/a.yaml": "title: A\n"})
    for _ in range(2):
        assert run(["schema", "--write", "schema"]) == 0
    text = (root / "recipes/a.yaml").read_text("utf-8")
    assert text == "# yaml-language-server: $schema=../schema/recipe.schema.json\ntitle: A\n"


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_schemas_that_are_checked_in_are_current(kind: str) -> None:
    """`make schema` writes them anew."""
    kept = built_in()[0].parent / "docs" / "schema" / f"{kind}.schema.json"
    assert kept.read_text("utf-8") == schema_text(kind)


def test_the_unexpected_leaves_a_report_and_no_traceback(
    tree: MakeTree, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slip of ours is one sentence for the user, and a file for us."""
    root = tree(**{"slow_plugin.py": SLOW_GENERATOR})
    monkeypatch.syspath_prepend(str(root))
    _offer(root, "broken", "slow_plugin:Broken")
    assert run(["generate", "sticker", "--example", "red-panda", "--generator", "broken"]) == 1
    err = capsys.readouterr().err
    assert "Traceback" not in err
    report = Path(err.strip().rpartition(" is in ")[2].rstrip("."))
    assert "a slip of ours" in report.read_text("utf-8")
    report.unlink()


def test_ctrl_c_ends_cleanly_and_the_ledger_knows(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 130, one line, and the request stays on record as one that may have been paid."""
    root = tree(**{"slow_plugin.py": SLOW_GENERATOR})
    _offer(root, "slow", "slow_plugin:Slow")
    command = [
        sys.executable,
        "-m",
        "prompt_kit",
        "generate",
        "sticker",
        "--example",
        "red-panda",
        "--generator",
        "slow",
    ]
    env, pipe = os.environ | {"PYTHONPATH": str(root)}, subprocess.PIPE
    with subprocess.Popen(command, cwd=root, env=env, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "asked\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped." in err
    assert "Traceback" not in err
    assert run(["runs", "spend"]) == 0
    assert "1 requests that may have been paid" in capsys.readouterr().out


def _offer(root: Path, name: str, target: str) -> None:
    """Install a generator the way a package would: as an entry point."""
    folder = root / f"{name}_plugin-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-plugin\nVersion: 1.0\n", "utf-8")
    (folder / "entry_points.txt").write_text(f"[prompt_kit.generators]\n{name} = {target}\n", "utf-8")


def test_a_values_file_with_an_old_name_goes_on_working(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """The prompt on stdout, the note beside it; the picture is found beside the values file, as ever."""
    tree(
        **{
            "recipes/card.yaml": "parameters: {greeting: {type: text, was: [hello]}}\n"
            "references: {photo: {role: identity, was: [portrait]}}\n",
            "templates/card.j2": "A card that says {{ greeting | quoted }}{% if photo %} beside {{ photo }}{% endif %}.",
            "forms/v.yaml": "hello: Ahoy\nportrait: face.png\n",
        }
    )
    Path("forms/face.png").write_bytes((built_in()[0] / "pictures" / "mug.png").read_bytes())
    assert run(["render", "card", "--values", "forms/v.yaml"]) == 0
    said = capsys.readouterr()
    assert said.out == 'A card that says "Ahoy" beside the attached image.\n'
    assert "'hello' is now called 'greeting'" in said.err
    assert "'portrait' is now called 'photo'" in said.err


def test_show_says_how_to_fill_a_form_in_and_what_comes_out(tree: MakeTree, capsys: pytest.CaptureFixture[str]) -> None:
    """A stranger sees where to put what has no field, how words name their place, and an example's prompt."""
    tree(
        **{
            "recipes/wall.yaml": """\
                parameters:
                  subject: {type: text, required: true}
                  notes: {type: long_text}
                  light: {type: text, advanced: true}
                  signs: {type: copies, placed: true, help: Words on the wall}
                references:
                  photo: {role: style}
                examples:
                  plain: {values: {subject: a brick wall}}
                  bar: {values: {subject: a brick wall, signs: ["BAR :: above the door"]}}
                """,
            "templates/wall.j2": "Paint {{ subject }}.\n{% for sign in signs %}\n{{ sign }} stands {{ sign.place }}.\n"
            "{% endfor %}\n{{ notes }} {{ light }} {{ photo }}",
        }
    )
    assert run(["show", "wall"]) == 0
    out = capsys.readouterr().out
    assert "has no place there goes into 'notes'" in out
    assert (
        out.index("signs")
        < out.index("photo")
        < out.index("More, where your words leave it open")
        < out.index("light  ")
    )
    assert "Words on the wall. An entry may say where its words stand and how they look: 'OPEN :: above" in out
    assert "The example 'bar' becomes\n\nPaint a brick wall. \"BAR\" stands above the door." in out
    assert run(["render", "wall", "--help"]) == 0
    assert "'notes'" in capsys.readouterr().out
