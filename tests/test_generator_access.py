"""A generator says of itself whether it is free and whether there is something to ask it with."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from prompt_kit.generators import BUILT_IN, generator, has_access, is_free
from prompt_kit.generators.standing import with_access
from prompt_kit.outcome import Outcome, Status
from prompt_kit.project import Project
from prompt_kit.work.planning import default_generator

if TYPE_CHECKING:
    from pathlib import Path

    from prompt_kit.generators import Request

VARIABLES = (
    "GOOGLE_API_KEY",
    "GEMINI_API_KEY",
    "OPENAI_API_KEY",
    "GOOGLE_GENAI_USE_ENTERPRISE",
    "GOOGLE_GENAI_USE_VERTEXAI",
    "GOOGLE_CLOUD_PROJECT",
    "GOOGLE_CLOUD_LOCATION",
)
CASES: list[tuple[dict[str, str], dict[str, dict[str, Any]], tuple[str, ...]]] = [
    ({}, {}, ()),
    ({"GOOGLE_API_KEY": "k"}, {}, ("gemini",)),
    ({"GEMINI_API_KEY": "k", "OPENAI_API_KEY": "k"}, {}, ("gemini", "openai")),
    ({"OPENAI_API_KEY": "k"}, {}, ("openai",)),
    ({"OPENAI_API_KEY": "  "}, {}, ()),
    ({"GOOGLE_GENAI_USE_ENTERPRISE": "True"}, {}, ("gemini",)),
    ({"GOOGLE_GENAI_USE_VERTEXAI": "1"}, {}, ("gemini",)),
    ({"GOOGLE_GENAI_USE_VERTEXAI": "no"}, {}, ()),
    ({}, {"gemini": {"project": "my-project-123"}}, ("gemini",)),
    ({}, {"gemini": {"location": "us-central1"}}, ("gemini",)),
    ({}, {"gemini": {"project": "my-project-123", "enterprise": False}}, ()),
    ({}, {"gemini": {"base_url": "http://localhost:1"}, "openai": {"base_url": "http://localhost:2/v1"}}, ()),
]
QUESTIONS = """
import json, sys
from prompt_kit.generators import BUILT_IN, has_access, is_free
said = {name: [is_free(name), has_access(name)] for name in BUILT_IN}
heavy = [name for name in ("google.genai", "openai", "PIL", "httpx2") if name in sys.modules]
print(json.dumps([said, heavy]))
"""


@dataclass(frozen=True)
class Plain:
    """A plugin that says no more of itself than its name."""

    name: str = "plain"

    async def generate(self, request: Request) -> Outcome:
        return Outcome(Status.CANCELLED, model=request.model.id)


@dataclass(frozen=True)
class Locked(Plain):
    """A plugin that is free and lacks what it needs."""

    free: bool = True
    has_access: bool = False


@pytest.mark.parametrize(("environment", "options", "expected"), CASES)
def test_the_generator_with_access_is_the_default(
    environment: dict[str, str],
    options: dict[str, dict[str, Any]],
    expected: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name alone and the generator itself give the same answer; without any access the free one is taken."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    project = Project(root=tmp_path, generators=options)

    made = {name: generator(name, options.get(name)) for name in BUILT_IN}

    assert with_access(project.generators) == expected
    assert default_generator(project) == (*expected, "proof")[0]
    assert tuple(name for name in made if has_access(made[name]) and not is_free(made[name])) == expected


def test_only_the_proof_is_free() -> None:
    """What costs nothing needs no budget and no question, so a generator that says nothing may cost something."""
    assert [name for name in BUILT_IN if is_free(name)] == ["proof"]
    assert [name for name in BUILT_IN if is_free(generator(name))] == ["proof"]


def test_a_plugin_that_says_nothing_has_access_and_is_not_free() -> None:
    """Plugins that were written before these attributes existed go on working."""
    assert (is_free(Plain()), has_access(Plain())) == (False, True)
    assert (is_free(Locked()), has_access(Locked())) == (True, False)


def test_the_answers_need_no_library() -> None:
    """The default is chosen before anything is sent; the SDK would take more than a second."""
    done = subprocess.run([sys.executable, "-c", QUESTIONS], capture_output=True, text=True, check=True)
    said, heavy = json.loads(done.stdout)

    assert heavy == []
    assert said["proof"] == [True, True]
