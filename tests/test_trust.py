"""Who may say where a key is sent: the user's own files, over connections that nobody else can read."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest
from gemini_server import GeminiServer
from openai_server import OpenAIServer

from prompt_kit.catalogue import Model
from prompt_kit.cli.main import run
from prompt_kit.errors import InputError
from prompt_kit.generators import Request
from prompt_kit.generators.gemini import Gemini
from prompt_kit.generators.openai import OpenAI
from prompt_kit.outcome import Status
from prompt_kit.project import TRUSTED, Project, find_project
from prompt_kit.prompt import Settings, Text, Turn
from prompt_kit.recipe.brand import read_brand

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import MakeTree

as_root = pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give files away")
STRANGER = 65_534
REQUEST = Request(Turn((Text("Draw a fox."),)), Model(id="any"), Settings())


@pytest.fixture(params=["file", "folder", "link"])
def strange(request: pytest.FixtureRequest, tree: MakeTree) -> Path:
    """A folder below one whose project file somebody else could have written."""
    root = tree(**{"prompt-kit.yaml": "generators: {openai: {base_url: 'https://evil.example'}}\n"})
    below = root / "a" / "b"
    below.mkdir(parents=True)
    match request.param:
        case "file":
            os.chown(root / "prompt-kit.yaml", STRANGER, -1)
        case "folder":
            os.chown(root, STRANGER, -1)
        case "link":
            (root / "prompt-kit.yaml").rename(root / "mine.yaml")
            (root / "prompt-kit.yaml").symlink_to("mine.yaml")
            os.chown(root / "prompt-kit.yaml", STRANGER, -1, follow_symlinks=False)
    return below


@as_root
def test_the_project_file_of_another_user_is_refused(strange: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It stands in a folder above, such as /tmp, and would have the key sent anywhere."""
    with pytest.raises(InputError, match="belongs to another user"):
        find_project(strange)
    os.chdir(strange)
    assert run(["generate", "sticker", "--subject", "a fox"]) == 2
    assert f"{TRUSTED}={strange.parents[1]}" in capsys.readouterr().err
    assert run(["doctor"]) == 1
    assert "belongs to another user" in " ".join(capsys.readouterr().out.split())


@as_root
@pytest.mark.parametrize("said", [lambda root: f"/nowhere{os.pathsep}{root}", lambda _: "*"], ids=["folder", "every"])
def test_a_folder_can_be_trusted(strange: Path, monkeypatch: pytest.MonkeyPatch, said: Callable[[Path], str]) -> None:
    """Shared folders and containers have other owners for good reasons; then somebody says so, outside of the folder."""
    monkeypatch.setenv(TRUSTED, said(strange.parents[1]))
    assert find_project(strange).root == strange.parents[1]


@pytest.mark.parametrize(
    "address",
    ["http://api.openai.com/v1", "http://192.168.0.7:8000/v1", "http://localhost.evil.example/v1", "http://127.0.0.1.evil.example"],
)  # fmt: skip
@pytest.mark.parametrize("make", [OpenAI, Gemini])
def test_nothing_is_sent_over_plain_http_to_another_computer(make: type[OpenAI | Gemini], address: str) -> None:
    """Whoever is on the way would read the key, the words and the pictures."""
    maker = make(api_key="key-0123456789", base_url=address)
    outcome = asyncio.run(maker.generate(REQUEST))
    assert (outcome.status, outcome.billable) == (Status.INVALID, "no")
    assert "over plain http" in outcome.message
    assert any("over plain http" in one.fact for one in asyncio.run(maker.check(["any"])))


@pytest.mark.parametrize(
    ("make", "there"),
    [
        (OpenAI(), ""),
        (OpenAI(base_url="https://eu.api.openai.com/v1"), ""),
        (OpenAI(base_url="https://name:word@api.openai.com.evil.example:81/v1"), "api.openai.com.evil.example:81"),
        (Gemini(), ""),
        (Gemini(base_url="https://europe-west1-aiplatform.googleapis.com"), ""),
        (Gemini(base_url="https://googleapis.com.evil.example"), "googleapis.com.evil.example"),
    ],
)
def test_a_computer_that_is_not_the_providers_is_known(make: OpenAI | Gemini, there: str) -> None:
    """Only the provider's own names count as its own."""
    assert make.elsewhere == there


def test_another_computer_is_named_before_the_first_request(
    tree: MakeTree, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever sees the name can stop in time; the doctor says it, too."""
    monkeypatch.setenv("OPENAI_API_KEY", "key-0123456789")
    monkeypatch.setenv("GEMINI_API_KEY", "key-0123456789")
    with OpenAIServer() as openai, GeminiServer() as gemini:
        options = f"openai: {{base_url: '{openai.url}'}}, gemini: {{base_url: '{gemini.url}'}}"
        tree(**{"prompt-kit.yaml": f"generators: {{{options}}}\n"})
        for name, server in (("openai", openai), ("gemini", gemini)):
            run(["generate", "sticker", "--subject", "a fox", "--generator", name])
            said = capsys.readouterr().err.splitlines()
            host = server.url.split("/")[2]
            assert f"{name} is asked at {host}: key, prompts and pictures go there." in said[:2]
        run(["doctor"])
        found = " ".join(capsys.readouterr().out.split())
    assert f"Key, prompts and pictures are sent to {openai.url.split('/')[2]}." in found
    assert f"Key, prompts and pictures are sent to {gemini.url.split('/')[2]}." in found


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "dangling link"])
@pytest.mark.parametrize("name", ["prompt-kit.yaml", "brand.yaml"])
def test_a_file_that_is_no_plain_file_is_refused(tmp_path: Path, name: str, kind: str) -> None:
    """It is never passed over in silence: it may have been meant to hold a budget."""
    path = tmp_path / name
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case _:
            path.symlink_to("gone.yaml")
    if name == "prompt-kit.yaml":
        with pytest.raises(InputError, match="not a plain file|cannot be read"):
            find_project(tmp_path)
    else:
        problems = read_brand(Project(root=tmp_path))[1]
        assert "not a plain file" in str(problems[0]) or "cannot be read" in str(problems[0])
