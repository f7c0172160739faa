"""What a command loads before it starts."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
]


@pytest.mark.parametrize(
    ("arguments", "forbidden"),
    [
        (["--help"], HEAVY),
        (
            ["render", "sticker", "--example", "red-panda"],
            ["google.genai", "sqlalchemy", "PIL", "stamina"],
        ),
        (["list"], ["google.genai", "sqlalchemy", "PIL", "stamina"]),
    ],
    ids=["help", "render", "list"],
)
def test_a_command_loads_only_what_it_needs(arguments: list[str], forbidden: list[str]) -> None:
    """Heavy libraries are loaded where they are used, so that a command answers at once."""
    code = (
        "import sys\nfrom prompt_kit.cli.main import run\n"
        f"code = run({arguments!r})\n"
        f"loaded = [name for name in {forbidden!r} if name in sys.modules]\n"
        "print(code, loaded, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip().splitlines()[-1] == "0 []"


def test_importing_the_kit_loads_nothing_yet() -> None:
    """The public names are loaded when they are first used, and all of them are there."""
    code = (
        "import sys, prompt_kit\n"
        f"assert not [name for name in {HEAVY!r} if name in sys.modules]\n"
        "assert all(getattr(prompt_kit, name) for name in prompt_kit.__all__)\n"
        "try:\n    prompt_kit.nothing\nexcept AttributeError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "no attribute 'nothing'" in done.stdout
