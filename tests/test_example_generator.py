"""The example of a generator as a package: installed as it stands, found by its name, and shown in the guide."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from prompt_kit.cli.main import run
from prompt_kit.recipe.library import built_in
from prompt_kit.record.ledger import Ledger

CHECKOUT = built_in()[0].parent
EXAMPLE = CHECKOUT / "docs" / "example-generator"
UV = shutil.which("uv") or str(CHECKOUT / ".tools" / "bin" / "uv")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package in it, as people would install it."""
    if not Path(UV).exists():
        pytest.skip("uv is not on this machine; `make test` brings it")
    source, target = tmp_path_factory.mktemp("source") / "swatch", tmp_path_factory.mktemp("target")
    shutil.copytree(EXAMPLE, source)
    options = ["--quiet", "--no-deps", "--python", sys.executable, "--target", str(target)]
    done = subprocess.run([UV, "pip", "install", *options, str(source)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


def test_it_is_found_by_its_name_and_paints_for_nothing(installed: Path) -> None:
    """The size of the format, the same bytes for the same words, booked as free, and not estimated at another's price."""
    env = os.environ | {"PYTHONPATH": f"{installed}{os.pathsep}{CHECKOUT}"}
    words = ["generate", "sticker", "--example", "red-panda", "--generator", "swatch", "--count", "2", "--json"]
    command = [sys.executable, "-W", "error", "-m", "prompt_kit", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["generator"], told["estimate_usd"], told["cost_usd"]) == ("swatch", None, "0")
    first, second = (Path(path) for path in told["pictures"])
    with Image.open(first) as opened:
        assert opened.size == (1024, 1024)
        assert len(opened.convert("RGB").getcolors() or []) == 5
    assert first.read_bytes() == second.read_bytes()
    with Ledger.open(Path("runs/ledger.db")) as ledger:
        assert [(entry.state, entry.actual) for entry in ledger.entries()] == [("done", Decimal(0))] * 2


def test_a_project_says_how_it_is_made(
    installed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its options stand in the project's file, and a slip is told."""
    monkeypatch.syspath_prepend(str(installed))
    project = Path("prompt-kit.yaml")
    project.write_text("generator: swatch\ngenerators: {swatch: {bands: 3}}\n", "utf-8")
    assert run(["generate", "sticker", "--example", "red-panda", "--out", "here"]) == 0
    with Image.open(next(Path("here").glob("*.png"))) as opened:
        assert len(opened.convert("RGB").getcolors() or []) == 3

    project.write_text("generator: swatch\ngenerators: {swatch: {band: 3}}\n", "utf-8")
    assert run(["generate", "sticker", "--example", "red-panda"]) == 1
    assert "The generator 'swatch' has no option 'band'. Did you mean 'bands'?" in capsys.readouterr().err


def test_where_it_is_not_installed_the_names_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A typing mistake and a package that is missing look the same: the message says which ones there are."""
    assert run(["generate", "sticker", "--example", "red-panda", "--generator", "swatch"]) == 2

    assert "There is no generator 'swatch'. Known: gemini, openai, proof." in capsys.readouterr().err


def test_the_guide_shows_the_files_as_they_are() -> None:
    """What people copy from the page is what is tested here."""
    guide = (CHECKOUT / "docs" / "guides" / "generators.md").read_text("utf-8")
    for name in ("swatch.py", "pyproject.toml"):
        assert (EXAMPLE / name).read_text("utf-8") in guide, name
