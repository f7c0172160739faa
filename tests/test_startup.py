"""What is loaded when: heavy libraries where they are used, so that a command answers at once."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = [
    "google.genai",
    "sqlalchemy",
    "PIL",
    "pydantic",
    "jinja2",
    "yaml",
    "importlib.metadata",
    "importlib.resources",
    "stamina",
    "asyncio",
    "fastapi",
    "starlette",
    "uvicorn",
]
FOR_PICTURES = ["google.genai", "sqlalchemy", "PIL", "stamina", "fastapi", "starlette", "uvicorn"]

STEPS = """
import json, sys
loaded = {}
def look(step, names):
    loaded[step] = [name for name in names if name in sys.modules]
"""
COMMANDS = """
import prompt_kit
look("importing the kit", HEAVY)
from prompt_kit.cli.main import run
codes = [run(["--help"])]
look("--help", HEAVY)
codes.append(run(["list"]))
look("list", FOR_PICTURES)
codes.append(run(["render", "sticker", "--example", "red-panda"]))
look("render", FOR_PICTURES)
assert codes == [0, 0, 0]
assert all(getattr(prompt_kit, name) for name in prompt_kit.__all__)
import prompt_kit.cli.compare, prompt_kit.cli.refine, prompt_kit.comparing, prompt_kit.refining
assert all(callable(getattr(prompt_kit, name)) for name in ("compare", "acompare", "refine", "arefine"))
try:
    prompt_kit.nothing
except AttributeError as error:
    assert "no attribute 'nothing'" in str(error)
"""
MODELS = """
from prompt_kit.catalogue import Catalogue
Catalogue.load()
look("the catalogue", [*FOR_PICTURES, "jinja2", "click"])
"""


def loaded(code: str) -> dict[str, list[str]]:
    """Run code in a process that has loaded nothing, and return what of the heavy libraries each step had loaded."""
    constants = f"HEAVY, FOR_PICTURES = {HEAVY!r}, {FOR_PICTURES!r}\n"
    program = f"{STEPS}{constants}{code}\nprint(json.dumps(loaded), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    by_step: dict[str, list[str]] = json.loads(done.stderr.strip().splitlines()[-1])
    return by_step


def test_a_command_loads_only_what_it_needs() -> None:
    """The public names are loaded when they are first used, and all of them are there, whatever was imported."""
    assert loaded(COMMANDS) == {"importing the kit": [], "--help": [], "list": [], "render": []}


def test_the_catalogue_is_quick_to_load() -> None:
    """A question about models loads neither the SDK nor the database, nor the drawing, nor templates."""
    assert loaded(MODELS) == {"the catalogue": []}
