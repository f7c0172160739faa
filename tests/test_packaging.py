"""The built wheel is what people get: recipes and templates are in it and render from anywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from prompt_kit.recipe.library import built_in

CHECKOUT = built_in()[0].parent
UV = shutil.which("uv") or str(CHECKOUT / ".tools" / "bin" / "uv")

RENDER_ALL = """
import pathlib, sys
import prompt_kit
from prompt_kit.recipe.library import Library
assert pathlib.Path(prompt_kit.__file__).is_relative_to(sys.argv[1]), prompt_kit.__file__
names = Library().names()
for name in names:
    recipe = prompt_kit.load(name)
    for example in recipe.examples.values():
        recipe.using(*example.uses).render(settings=example.settings, **example.values)
print(len(names))
"""


def run(*command: str | Path, cwd: Path) -> str:
    """Run a program in a clean environment and return what it prints."""
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(not Path(UV).exists(), reason="uv is not on this machine; `make test` brings it")
def test_every_example_renders_from_an_installed_wheel(tmp_path: Path) -> None:
    """Source distribution, wheel from it, an empty environment in another folder: all examples render there."""
    run(UV, "build", "--quiet", "--out-dir", tmp_path / "dist", CHECKOUT, cwd=tmp_path)
    [wheel] = (tmp_path / "dist").glob("*.whl")
    inside = zipfile.ZipFile(wheel).namelist()
    assert "prompt_kit/recipes/sticker.yaml" in inside
    assert "prompt_kit/templates/sticker.j2" in inside
    assert "prompt_kit/py.typed" in inside
    assert not [name for name in inside if name.startswith(("tests/", "docs/", "recipes/"))]

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run(UV, "venv", "--quiet", "--python", sys.executable, elsewhere / "env", cwd=elsewhere)
    python = elsewhere / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(UV, "pip", "install", "--quiet", "--python", python, wheel, cwd=elsewhere)

    printed = run(python, "-c", RENDER_ALL, elsewhere / "env", cwd=elsewhere)
    assert int(printed) == len(list((CHECKOUT / "recipes").glob("*.yaml")))
    shown = run(python.with_name("prompt-kit"), "render", "sticker", "--example", "red-panda", cwd=elsewhere)
    assert "red panda" in shown
