"""What servers, files and people do to a whole command: each ends with a sentence, and what was paid is there."""

from __future__ import annotations

import asyncio
import base64
import json
import time
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from badges import BADGE
from gemini_replies import inline
from gemini_server import GeminiServer
from limits import AT_ONCE
from openai_server import OpenAIServer
from wire_server import Reply

import prompt_kit
from prompt_kit.cli.main import run
from prompt_kit.generators.gemini import Gemini
from prompt_kit.generators.openai import OpenAI
from prompt_kit.project import Project
from prompt_kit.prompt import Prompt, Settings, Text, Turn
from prompt_kit.record.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import MakeTree

Server = GeminiServer | OpenAIServer
OWL = Prompt((Turn((Text("Draw an owl."),)),), Settings(aspect_ratio="1:1"), recipe="owl")


@pytest.fixture(params=[GeminiServer, OpenAIServer], ids=["gemini", "openai"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of each provider."""
    with request.param() as running:
        yield running


def maker(server: Server, **options: Any) -> Gemini | OpenAI:
    """Return the generator of the server."""
    kind = Gemini if isinstance(server, GeminiServer) else OpenAI
    return kind(api_key="a-key-of-nobody", base_url=server.url, **options)


def body(server: Server, data: bytes, words: str = "") -> dict[str, Any]:
    """Return an answer of the provider with these bytes and words."""
    encoded = base64.b64encode(data).decode()
    if isinstance(server, OpenAIServer):
        return {"created": 1, "data": [{"b64_json": encoded, "revised_prompt": words}]}
    parts = [{"inlineData": {"mimeType": "image/png", "data": encoded}}, *([{"text": words}] if words else [])]
    return {"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]}


def test_bytes_that_are_no_picture_are_in_the_folder(server: Server, tmp_path: Path) -> None:
    """They were paid, and are there for whoever can read them; the ledger does not call them free."""
    server.next(lambda _: Reply(body(server, b"no picture at all")))
    project = Project(root=tmp_path)
    outcome = prompt_kit.generate(OWL, generator=maker(server), project=project)
    assert not outcome.ok
    assert outcome.folder
    assert [path.read_bytes() for path in outcome.folder.glob("*.bin")] == [b"no picture at all"]
    with Ledger.open(project.ledger_url) as ledger:
        assert [entry.actual == 0 for entry in ledger.entries()] == [False]


@pytest.mark.parametrize("as_json", [True, False])
def test_half_characters_stop_no_command(
    server: Server,
    tree: MakeTree,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    as_json: bool,
) -> None:
    """The provider's words have half a character: making, showing and listing say what there is."""
    tree(**BADGE)
    png = base64.b64decode(inline((8, 8), "image/png", None)["inlineData"]["data"])
    server.next(lambda _: Reply(json.dumps(body(server, png, "half \ud83d of it"))))
    name = maker(server).name
    address = "GOOGLE_GEMINI_BASE_URL" if name == "gemini" else "OPENAI_BASE_URL"
    monkeypatch.setenv(address, server.url)
    monkeypatch.setenv(f"{name.upper()}_API_KEY", "a-key-of-nobody-0123456789")
    flags = ["--json"] if as_json else []
    assert run(["generate", "badge", "--subject", "an owl", "--generator", name, *flags]) == 0
    [record] = (tree() / "runs").glob("*/*/run.json")
    for command in (["runs", "list"], ["runs", "show", record.parent.name], ["runs", "spend"]):
        assert run([*command, *flags]) == 0, capsys.readouterr().err
    assert "unexpected" not in capsys.readouterr().err
    assert not list((tree() / "runs").rglob(".unreported")), "whoever gave the command has seen the result"


@pytest.mark.parametrize("ending", ["trickle", "never"])
def test_looking_at_a_server_that_never_ends_its_answer_ends(server: Server, ending: Any) -> None:
    """`doctor` asks it for its models."""
    server.next(*[lambda _: Reply({"data": "x" * 100_000}, ending=ending)] * 9)
    assert asyncio.run(maker(server, timeout_s=0.3).check(["gemini-nano-banana-2.1"]))


def test_looking_at_a_server_that_fills_the_memory_ends(server: Server) -> None:
    """What unpacks without end is left, whatever was asked for."""
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1_000_000)
    bomb = b"".join(packer.compress(zeros) for _ in range(600)) + packer.flush()
    server.next(*[lambda _: Reply(bomb, headers=(("Content-Encoding", "gzip"),))] * 9)
    resource = pytest.importorskip("resource")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert asyncio.run(maker(server).check(["gemini-nano-banana-2.1"]))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 450_000


def test_crumbs_of_words_take_no_time(tmp_path: Path) -> None:
    """Two thousand parts of an answer cost about as much work as their bytes."""
    with GeminiServer() as server:
        crumbs = [{"text": "a ", "thoughtSignature": "c2ln"}] * 2_000
        parts = [inline((8, 8), "image/png", None), *crumbs]
        server.next(lambda _: Reply({"candidates": [{"content": {"parts": parts}}]}))
        began = time.process_time()
        outcome = prompt_kit.generate(OWL, generator=maker(server), project=Project(root=tmp_path))
        took = time.process_time() - began
    assert outcome.ok
    assert took < AT_ONCE


@pytest.mark.parametrize("amount", ["1e999999999", "-1", "nan", "inf", '"a lot"', "[1]", "1" * 5000])
def test_a_budget_that_is_none_is_one_sentence(tree: MakeTree, capsys: pytest.CaptureFixture[str], amount: str) -> None:
    """It is told with its place, before anything is made."""
    tree(**BADGE, **{"prompt-kit.yaml": f"budget: {{day: {amount}}}\n"})
    assert run(["generate", "badge", "--subject", "an owl", "--generator", "proof"]) == 2
    said = capsys.readouterr().err
    assert "prompt-kit.yaml:1:" in said
    assert len(said) < 600


@pytest.mark.parametrize("amount", ["1e-999999999", "1e-400", "0"])
def test_a_tiny_budget_is_a_budget(
    tree: MakeTree, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], amount: str
) -> None:
    """Nothing can be paid from it, which is said in a few words."""
    tree(**BADGE, **{"prompt-kit.yaml": f"budget: {{day: {amount}}}\n"})
    monkeypatch.setenv("GEMINI_API_KEY", "a-key-of-nobody-0123456789")
    with GeminiServer() as server:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        assert run(["generate", "badge", "--subject", "an owl", "--generator", "gemini"]) == 1
        assert not server.requests
        for command in (["runs", "spend"], ["doctor"], ["generate", "badge", "--subject", "an owl", "--dry-run"]):
            run(command)
    said = "".join(capsys.readouterr())
    assert "budget" in said
    assert len(said) < 6_000
