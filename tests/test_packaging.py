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
    environment["UV_SYSTEM_CERTS"] = "1"  # as in pyproject.toml, which uv does not read for what is built elsewhere
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, made from the source distribution as for PyPI."""
    if not Path(UV).exists():
        pytest.skip("uv is not on this machine; `make test` brings it")
    folder = tmp_path_factory.mktemp("dist")
    run(UV, "build", "--quiet", "--out-dir", folder, CHECKOUT, cwd=folder)
    [made] = folder.glob("*.whl")
    return made


def test_the_wheel_holds_what_people_need_and_nothing_else(wheel: Path) -> None:
    """Every recipe and template, what the page needs, the marker for types, and none of our tests."""
    inside = set(zipfile.ZipFile(wheel).namelist())
    ours = [path for name in ("recipes", "templates") for path in (CHECKOUT / name).rglob("*") if path.is_file()]
    needed = {f"prompt_kit/{path.relative_to(CHECKOUT).as_posix()}" for path in ours}
    page = [path for path in (CHECKOUT / "prompt_kit/studio").rglob("*") if "__pycache__" not in path.parts]
    needed |= {path.relative_to(CHECKOUT).as_posix() for path in page if path.is_file()}
    assert needed | {"prompt_kit/py.typed", "prompt_kit/studio/static/htmx.min.js"} <= inside
    assert not [name for name in inside if name.startswith(("tests/", "docs/", "recipes/"))]


@pytest.mark.soak
def test_every_example_renders_from_an_installed_wheel(wheel: Path, tmp_path: Path) -> None:
    """In an empty environment in another folder."""
    run(UV, "venv", "--quiet", "--python", sys.executable, tmp_path / "env", cwd=tmp_path)
    python = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(UV, "pip", "install", "--quiet", "--python", python, wheel, cwd=tmp_path)

    printed = run(python, "-c", RENDER_ALL, tmp_path / "env", cwd=tmp_path)
    assert int(printed) == len(list((CHECKOUT / "recipes").glob("*.yaml")))
    shown = run(python.with_name("prompt-kit"), "render", "sticker", "--example", "red-panda", cwd=tmp_path)
    assert "red panda" in shown
