"""What the documentation shows is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from prompt_kit.cli.main import COMMANDS, run
from prompt_kit.library import built_in
from prompt_kit.parameters import Parameter
from prompt_kit.prompt import SETTINGS
from prompt_kit.spec import RecipeSpec
from prompt_kit.templating import FILTERS

ROOT = built_in()[0].parent
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(text: str, language: str) -> list[str]:
    """Return the blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_the_python_of_the_readme_runs() -> None:
    """In an empty folder, without a key."""
    for block in blocks(README, "python"):
        done = subprocess.run([sys.executable, "-W", "error", "-c", block], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "a happy red panda" in done.stdout


def test_the_recipe_of_the_readme_passes_check(capsys: pytest.CaptureFixture[str]) -> None:
    """Both files, as they stand there."""
    [recipe] = [block for block in blocks(README, "yaml") if "title: Mascot" in block]
    [template] = blocks(README, "jinja")
    for name, text in (("recipes/mascot.yaml", recipe), ("templates/mascot.j2", template)):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, "utf-8")
    assert run(["check", "recipes/mascot.yaml"]) == 0, capsys.readouterr().out
    assert run(["render", "mascot", "--example", "otter"]) == 0
    assert "wearing a red scarf and round glasses" in capsys.readouterr().out


def test_the_commands_of_the_readme_exist() -> None:
    """Every command that is shown can be called."""
    shown = set(re.findall(r"^prompt-kit (\w+)", "\n".join(blocks(README, "sh")), re.MULTILINE))
    assert shown <= set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """No page sends people to a place that is not there."""
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / link).exists(), link


def test_the_reference_names_every_key_type_and_filter() -> None:
    """What a recipe file may say is all in the page about recipes."""
    page = (ROOT / "docs" / "recipes.md").read_text("utf-8")
    kinds = [member.model_fields["type"].annotation.__args__[0] for member in Parameter.__args__[0].__args__]
    for word in (*RecipeSpec.model_fields, *kinds, *FILTERS, *SETTINGS):
        assert f"`{word}`" in page, word


def test_examples_of_project_files_are_read() -> None:
    """The YAML of the pages is YAML."""
    for page in PAGES:
        for block in blocks(page.read_text("utf-8"), "yaml"):
            assert yaml.safe_load(block)
