"""From a command to a paid picture: the command line, the real SDK and a server that speaks the wire format."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gemini_asking import KEY
from gemini_replies import refused, retry_delay, words

from prompt_kit.cli.main import run
from prompt_kit.record.ledger import Ledger

if TYPE_CHECKING:
    import pytest
    from gemini_server import GeminiServer


def pictures_sent(body: dict[str, Any]) -> list[bytes]:
    """Return the pictures of a request, in order."""
    parts = body["contents"][0]["parts"]
    return [base64.urlsafe_b64decode(part["inlineData"]["data"]) for part in parts if "inlineData" in part]


def test_a_character_is_made_from_every_side(server: GeminiServer, capsys: pytest.CaptureFixture[str]) -> None:
    """One picture per angle; the earlier ones go along, byte for byte, and everything is booked."""
    assert run(["generate", "character-360", "--example", "fencer", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    made = [Path(path).read_bytes() for path in told["pictures"]]
    assert len(made) == 3
    bodies = [asked.body for asked in server.requests]
    assert [len(pictures_sent(body)) for body in bodies] == [2, 3, 4]
    assert pictures_sent(bodies[2])[2:] == made[:2]
    with Ledger.open(Path("runs/ledger.db")) as ledger:
        assert [entry.state for entry in ledger.entries()] == ["done"] * 3
    assert float(told["cost_usd"]) > 0.1


def test_a_saved_run_sends_the_same_request(server: GeminiServer, capsys: pytest.CaptureFixture[str]) -> None:
    """What reaches the provider the second time is what reached it the first."""
    assert run(["generate", "inpainting", "--example", "minimal-chesterfield", "--json"]) == 0
    picture = json.loads(capsys.readouterr().out)["pictures"][0]
    assert run(["generate", "--from", picture]) == 0
    first, second = (asked.body for asked in server.requests)
    assert first == second


def test_waits_are_told_and_the_work_goes_on(server: GeminiServer, capsys: pytest.CaptureFixture[str]) -> None:
    """Google asks for a moment; the person reads so, and gets the picture."""
    server.next(refused(429, retry_delay("0.2s")))
    assert run(["generate", "sticker", "--example", "red-panda"]) == 0
    assert "wait" in capsys.readouterr().err
    assert len(server.requests) == 2


def test_an_answer_in_words_is_shown(server: GeminiServer, capsys: pytest.CaptureFixture[str]) -> None:
    """No picture: what the model said, what to do, exit code 1, and it is on record."""
    server.next(words("Which fox do you mean?"))
    assert run(["generate", "sticker", "--subject", "a fox"]) == 1
    out, err = capsys.readouterr()
    assert "Which fox do you mean?" in out
    assert "no_image" in err
    assert run(["runs", "list"]) == 0
    assert "failed" in capsys.readouterr().out


def test_the_key_is_nowhere_to_be_found(server: GeminiServer, capsys: pytest.CaptureFixture[str]) -> None:
    """Not in what is printed, not in any file of the run, not in the ledger."""
    assert run(["generate", "sticker", "--example", "red-panda", "--json"]) == 0
    server.next(refused(400, message=f"API key {KEY} is odd"))
    assert run(["generate", "sticker", "--example", "red-panda"]) == 1
    out, err = capsys.readouterr()
    assert KEY not in out + err
    for path in Path("runs").rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes()


def test_a_budget_is_kept(server: GeminiServer, capsys: pytest.CaptureFixture[str]) -> None:
    """The second picture would be too much: it is not sent, and the message tells what is left."""
    Path("prompt-kit.yaml").write_text("budget: {day: 0.05}\n", "utf-8")
    assert run(["generate", "sticker", "--example", "red-panda"]) == 0
    assert run(["generate", "sticker", "--example", "red-panda"]) == 1
    assert "day" in capsys.readouterr().err
    assert len(server.requests) == 1
    assert run(["runs", "spend"]) == 0
    assert "left of $0.05" in capsys.readouterr().out


def test_the_project_chooses_generator_and_prices(server: GeminiServer, capsys: pytest.CaptureFixture[str]) -> None:
    """A key is there, but the project prefers proofs; its own price list is believed."""
    Path("prompt-kit.yaml").write_text("generator: proof\n", "utf-8")
    Path("models.yaml").write_text('models:\n  gemini-nano-banana-2.1: {image_price: "60"}\n', "utf-8")
    assert run(["generate", "sticker", "--example", "red-panda"]) == 0
    assert server.requests == []
    assert "it would be about $0.067" in capsys.readouterr().err
