"""The brand file: what it fills in, and what it tells about fields that cannot be used."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from test_recipe import PNG

from prompt_kit.cli.main import run
from prompt_kit.errors import InputError
from prompt_kit.project import Project
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.library import Library
from prompt_kit.recipe.roots import Root
from prompt_kit.review.lint import check

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeTree

FILES = {
    "prompt-kit.yaml": "",
    "recipes/scene.yaml": """\
        title: Scene
        parameters: {subject: {type: text, required: true}}
        examples: {fox: {values: {subject: a fox}}}
        """,
    "templates/scene.j2": "Draw {{ subject }}.",
    "recipes/strategies/house.yaml": """\
        title: House style
        values_from: brand
        parameters:
          brand: {type: text}
          brand_colors: {type: list}
          brand_fonts: {type: list}
          brand_tone: {type: text}
          brand_instead: {type: list}
          brand_avoid: {type: list}
          logo_place: {type: text}
        references:
          brand_logo: {role: logo, show_if: {logo_place: true}}
        examples:
          plain: {recipe: scene, values: {subject: a fox}}
          full:
            recipe: scene
            values:
              subject: a fox
              brand: Acme
              brand_colors: [red]
              brand_fonts: [headlines in a grotesque]
              brand_tone: calm
              brand_instead: [calm]
              brand_avoid: [sunsets]
              logo_place: below
              brand_logo: pictures/logo.png
        """,
    "templates/strategies/house.j2": """\
        {% if brand %}It is for {{ brand }}.{% endif %}
        {% if brand_colors %}Colours: {{ brand_colors | series }}.{% endif %}
        {% if brand_fonts %}Type: {{ brand_fonts | series }}.{% endif %}
        {% if brand_tone %}The tone is {{ brand_tone }}.{% endif %}
        {% if brand_instead %}There is {{ brand_instead | series }}.{% endif %}
        {% if brand_avoid %}No {{ brand_avoid | series }}.{% endif %}
        {% if brand_logo %}The logo of {{ brand_logo }} stands {{ logo_place }}.{% endif %}
        """,
    "recipes/strategies/avoid.yaml": """\
        title: Avoid
        parameters: {avoid: {type: choices, choices: {stock-smiles: {label: Stock smiles, words: posed smiles}}}}
        examples: {one: {recipe: scene, values: {subject: a fox, avoid: [stock-smiles]}}}
        """,
    "templates/strategies/avoid.j2": "{% for thing in avoid %}No {{ thing }}.{% endfor %}",
    "brand.yaml": """\
        name: Acme
        colors: {primary: "#0a2342", accent: "#ffcc00"}
        fonts: {headlines: a sturdy grotesque.}
        avoid: [stock smiles]
        logo: recipes/pictures/logo.png
        """,
}


@pytest.fixture
def project(tree: MakeTree) -> Path:
    """A project with a brand, a recipe and a strategy that takes its values from the brand."""
    root = tree(**FILES)
    (root / "recipes/pictures").mkdir()
    (root / "recipes/pictures/logo.png").write_bytes(PNG)
    return root


def library(root: Path) -> Library:
    return Library(Project(root=root), roots=(Root(root / "recipes", root / "templates", "project"),))


def test_a_brand_fills_in_what_a_strategy_asks(project: Path) -> None:
    """Colours say what they are for, known unwanted things are named as the prompt names them, and all is on record."""
    prompt = load("scene", library=library(project)).using("house").render(subject="a fox")
    assert str(prompt) == (
        "Draw a fox. It is for Acme. Colours: deep navy (#0a2342) as the primary colour and golden yellow (#ffcc00) as"
        " the accent colour. Type: headlines in a sturdy grotesque. No posed smiles."
    )
    assert prompt.values["brand"] == "Acme"
    assert "brand_logo" not in prompt.values
    assert not prompt.turns[0].references


def test_the_logo_goes_along_where_a_place_is_given_for_it(project: Path) -> None:
    """Nobody wants the logo on every picture; whoever says where gets it, as a reference."""
    recipe = load("scene", library=library(project)).using("house")
    prompt = recipe.render(subject="a fox", logo_place="below")
    assert str(prompt).endswith("The logo of the attached image stands below.")
    assert [reference.slot for reference in prompt.turns[0].references] == ["brand_logo"]
    with pytest.raises(InputError, match="brand_logo: is only asked when logo_place is given"):
        recipe.render(subject="a fox", brand_logo=PNG)


def test_what_is_given_wins_over_the_brand(project: Path) -> None:
    """A brand is a default, not a rule."""
    prompt = load("scene", library=library(project)).using("house").render(subject="a fox", brand="Bolt")
    assert "It is for Bolt." in str(prompt)
    assert "Acme" not in str(prompt)


@pytest.mark.parametrize(
    ("text", "told", "kept"),
    [
        ("name: Acme\ncolours: {}\n", "brand.yaml:2:1: unknown key 'colours'. Did you mean 'colors'?", "Acme"),
        ("name: Acme\ncolors: {main: '#12'}\n", "brand.yaml:2:16: colors: #12 must be a colour", "Acme"),
        ("name: Acme\ntone: [a, b]\n", "brand.yaml:2:7: tone: must be text", "Acme"),
        ("name: Acme\nlogo: ../../secret.png\n", "brand.yaml:2:7: logo: '../../secret.png': ", "Acme"),
        ("name: Acme\nlogo: gone.png\n", "brand.yaml:2:7: logo: there is no file gone.png", "Acme"),
        ("name: Acme\navoid: [balloons]\n", "", "No balloons."),
        ("name: Acme\navoid: {balloons: paper kites}\n", "", "paper kites"),
        ("name: Acme\ncolors: {main: deep teal}\n", "", "Colours: deep teal."),
        ("name: [\n", "brand.yaml:2:1: this is not YAML", "Draw a fox."),
        ("- a\n", "brand.yaml:1:1: must be a mapping", "Draw a fox."),
    ],
)
def test_a_field_that_cannot_be_used_does_not_spoil_the_others(project: Path, text: str, told: str, kept: str) -> None:
    """Rendering goes on with a note; the check calls it a problem."""
    (project / "brand.yaml").write_text(text, "utf-8")
    recipe = load("scene", library=library(project)).using("house")
    assert kept in str(recipe.render(subject="a fox"))
    notes = [str(note) for note in recipe.notes]
    found = [str(problem) for problem in check(library(project)).problems]
    assert [note.startswith(told) for note in notes] == ([True] if told else [])
    assert [problem.startswith(told) for problem in found] == ([True] if told else [])


def test_a_brand_that_is_not_there_is_told(project: Path) -> None:
    """Asking for the brand's look and silently not getting it would be the worst."""
    (project / "brand.yaml").unlink()
    recipe = load("scene", library=library(project)).using("house")
    assert "There is no brand.yaml" in str(recipe.notes[0])
    assert str(recipe.render(subject="a fox")) == "Draw a fox."


def test_the_command_line_tells_the_notes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr; stdout is the prompt and nothing else."""
    (project / "brand.yaml").write_text("name: Acme\nnmae: x\n", "utf-8")
    assert run(["render", "scene", "--use", "house", "--subject", "a fox"]) == 0
    out, err = capsys.readouterr()
    assert out == "Draw a fox. It is for Acme.\n"
    assert "brand.yaml:2:1: unknown key 'nmae'." in err


def test_a_file_that_is_whole_has_no_problem(project: Path) -> None:
    """The check of the project above finds nothing."""
    assert [str(problem) for problem in check(library(project)).problems] == []


def spoil(path: Path, thing: str) -> None:
    """Put something that is no plain file in the place of a file."""
    path.unlink(missing_ok=True)
    match thing:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case _:
            path.symlink_to({"device": "/dev/null", "dangling link": "gone", "endless link": path.name}[thing])


THINGS = ["pipe", "folder", "device", "dangling link", "endless link"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes and devices of that kind")
@pytest.mark.parametrize("thing", THINGS)
def test_a_brand_that_is_no_plain_file_is_told(project: Path, thing: str) -> None:
    """It is there, so that nobody must read that there is none; the check calls it a problem."""
    spoil(project / "brand.yaml", thing)
    told = "brand.yaml: this is not a plain file"
    assert [str(note).startswith(told) for note in load("scene", library=library(project)).using("house").notes] == [
        True
    ]
    assert [str(problem).startswith(told) for problem in check(library(project)).problems] == [True]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes and devices of that kind")
@pytest.mark.parametrize("name", ["prompt-kit.yaml", "models.yaml"])
@pytest.mark.parametrize("thing", THINGS)
def test_a_file_of_the_project_that_is_no_plain_file_is_told(
    project: Path, capsys: pytest.CaptureFixture[str], name: str, thing: str
) -> None:
    """Without its file, a project's budget and its own prices would not apply, and nobody would notice."""
    spoil(project / name, thing)
    assert run(["generate", "scene", "--subject", "a fox", "--generator", "proof"]) == 2
    err = capsys.readouterr().err
    assert f"{name}: this is not a plain file" in err
    assert len(err.splitlines()) == 1
    assert run(["check", "."]) > 0
    assert f"{name}: this is not a plain file" in "".join(capsys.readouterr())
