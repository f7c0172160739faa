"""Other people's recipes as tests, in a repository of their own."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeTree

RECIPE = {
    "recipes/card.yaml": """\
        title: Card
        parameters: {name: {type: text, required: true}}
        references: {photo: {role: identity}}
        settings: {aspect_ratio: "3:2"}
        examples:
          anna: {values: {name: Anna, photo: anna.png}}
          bert: {values: {name: Bert}}
        """,
    "templates/card.j2": "Draw a birthday card for {{ name }}.\n{% if photo %}The face is that in {{ photo }}.{% endif %}\n",
}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


class Run(Protocol):
    """Runs pytest in the test's own folder, with these arguments."""

    def __call__(self, *arguments: str) -> pytest.RunResult: ...


@pytest.fixture
def run(pytester: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Pytest in somebody's repository, as they would run it; without our own plugins."""
    monkeypatch.chdir(tmp_path)
    ours = [f"-pno:{name}" for name in ("cacheprovider", "xdist", "pytest_cov", "hypothesispytest", "anyio")]
    return lambda *arguments: pytester.runpytest_inprocess(*ours, *arguments)


@pytest.fixture
def repository(tree: MakeTree) -> Path:
    """A folder with one recipe, its template and a picture."""
    root = tree(**RECIPE)
    (root / "recipes" / "anna.png").write_bytes(PNG)
    return root


def test_prompts_are_held_still(repository: Path, run: Run) -> None:
    """First written, then green; a changed comma and a swapped picture are seen, and can be accepted."""
    assert run("--recipes", "recipes", "--force-regen").ret == 1
    kept = (repository / "tests/prompts/card/anna.txt").read_text("utf-8")
    assert kept == (
        "recipe    card 1\n"
        "task      create\n"
        "\n"
        "1. reference photo [identity: who it is: face, build and features]\n"
        "   anna.png, image/png, 1×1, sha256 a35ed9bb1f0d1a0b\n"
        "2. text\n"
        "   Draw a birthday card for Anna.\n"
        "   The face is that in the attached image.\n"
        "\n"
        "settings\n"
        "  aspect_ratio: 3:2\n"
    ).replace("a35ed9bb1f0d1a0b", kept.partition("sha256 ")[2][:16])
    green = run("--recipes", "recipes", "-v")
    assert green.ret == 0
    assert "recipes/card.yaml::anna PASSED" in green.stdout.str()

    template = repository / "templates/card.j2"
    template.write_text(template.read_text("utf-8").replace("card for", "card, for"), "utf-8")
    changed = run("--recipes", "recipes")
    assert changed.ret == 1
    assert "+   Draw a birthday card, for Anna." in changed.stdout.str()
    run("--recipes", "recipes", "--force-regen")
    assert run("--recipes", "recipes").ret == 0

    (repository / "recipes" / "anna.png").write_bytes(PNG + b"\0")
    swapped = run("--recipes", "recipes", "-k", "anna")
    assert swapped.ret == 1
    assert "sha256" in swapped.stdout.str()


def test_a_setting_does_without_the_option(repository: Path, run: Run) -> None:
    """Teams write it down once; the snapshots go where they like."""
    (repository / "pytest.ini").write_text(
        "[pytest]\nprompt_kit_recipes = recipes\nprompt_kit_snapshots = held\ntestpaths = recipes\n", "utf-8"
    )
    run("--force-regen")
    assert (repository / "held/card/bert.txt").is_file()
    assert run().ret == 0


def test_a_first_run_says_what_it_wrote_and_what_comes_next(repository: Path, run: Run) -> None:
    """In a sentence, without the source of a fixture; the same where prompts are written anew."""
    result = run("--recipes", "recipes")
    kept = repository / "tests/prompts/card/anna.txt"
    result.stdout.fnmatch_lines([f"The prompt had no snapshot; it was written: {kept}. Read it, and run again."])
    result.stdout.no_fnmatch_line("*def test(*")
    assert run("--recipes", "recipes").ret == 0
    kept.write_text("another\n", "utf-8")
    result = run("--recipes", "recipes", "--force-regen")
    result.stdout.fnmatch_lines([f"The prompt differs and was written anew: {kept}. Read it, and run again."])


@pytest.mark.usefixtures("repository")
def test_what_is_not_installed_is_named(run: Run) -> None:
    """Snapshots need a plugin that comes with an extra."""
    result = run("-pno:regressions", "--recipes", "recipes")
    result.stderr.fnmatch_lines(["*--recipes needs pytest-regressions. Install it: pip install 'prompt-kit?test?'"])


def test_a_broken_recipe_fails_with_its_place(repository: Path, run: Run) -> None:
    """The message is that of `check`, not a traceback of the kit."""
    (repository / "recipes/bad.yaml").write_text("titel: Bad\n", "utf-8")
    result = run("--recipes", "recipes")
    assert result.ret != 0
    assert "recipes/bad.yaml:1:1: unknown key 'titel'. Did you mean 'title'?" in result.stdout.str()
    assert "Traceback" not in result.stdout.str()


@pytest.mark.usefixtures("repository")
def test_nothing_is_collected_unless_asked(run: Run) -> None:
    """Installing the kit changes nobody's tests."""
    assert run().ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert shutil.which("python")


def test_each_folder_uses_the_project_it_belongs_to(tree: MakeTree, run: Run) -> None:
    """Its packs and its templates' folder, wherever pytest is started, and however many projects there are."""
    files = {
        "prompt-kit.yaml": "recipes: kinds\ntemplates: words\npacks: [house]\n",
        "kinds/card.yaml": "title: Card\nuses: [paper]\nexamples: {plain: {}}\n",
        "house/recipes/strategies/paper.yaml": "examples: {one: {recipe: card}}\n",
        "house/templates/strategies/paper.j2": "It is drawn on paper.\n",
    }
    projects = {f"{name}/{file}": text for name in ("ours", "theirs") for file, text in files.items()}
    root = tree(**projects, **{f"{name}/words/card.j2": f"A card of {name}.\n" for name in ("ours", "theirs")})
    folders = ["--recipes", "ours/kinds", "--recipes", "ours/house/recipes", "--recipes", "theirs/kinds"]
    run(*folders, "--force-regen")
    assert "A card of theirs." in (root / "tests/prompts/card/plain.txt").read_text("utf-8")
    assert "A card of ours." in (root / "tests/prompts/strategies/paper/one.txt").read_text("utf-8")
