"""Keys that somebody repeats: nothing of them reaches a person, a record or a terminal, in whatever form."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from gemini_replies import raw as gemini_raw
from gemini_server import GeminiServer
from hypothesis import given
from hypothesis import strategies as st
from openai_replies import raw
from openai_server import OpenAIServer

from prompt_kit.cli.main import run
from prompt_kit.generators.attempts import attempt_from
from prompt_kit.generators.redaction import without_key
from prompt_kit.generators.verdicts import Verdict
from prompt_kit.outcome import Status

if TYPE_CHECKING:
    from pathlib import Path

KEY = "sk-proj+A1b2/C3d4=E5f6~G7h8i9J0kLm"


def repeated(form: str, before: int) -> str:
    """Return a key as somebody may repeat it, after so many other bytes."""
    return {
        "plain": KEY,
        "percent": quote(KEY, safe=""),
        "percent, small": quote(KEY, safe="").replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d"),
        "percent, twice": quote(quote(KEY, safe=""), safe=""),
        "percent, three times": quote(quote(quote(KEY, safe=""), safe=""), safe=""),
        "percent, each": "".join(f"%{byte:02x}" for byte in KEY.encode()),
        "escapes": "".join(f"\\x{byte:02X}" for byte in KEY.encode()),
        "entities": KEY.replace("+", "&#x2B;").replace("/", "&#x2f;"),
        "hex": KEY.encode().hex(),
        "hex, large": KEY.encode().hex().upper(),
        "base64": base64.b64encode(b"u" * before + KEY.encode() + b"!" * (before % 4)).decode(),
        "base64 of addresses": base64.urlsafe_b64encode(b"u" * before + KEY.encode()).decode(),
    }[form]


FORMS = [
    "plain",
    "percent",
    "percent, small",
    "percent, twice",
    "percent, three times",
    "percent, each",
    "escapes",
    "entities",
    "hex",
    "hex, large",
    "base64",
    "base64 of addresses",
]


@pytest.mark.parametrize("form", FORMS)
@given(before=st.integers(0, 400))
def test_no_part_of_a_key_survives_wherever_it_stands(form: str, before: int) -> None:
    """A message is shortened, and what is left of a key that was cut in the middle would no longer be known as one."""
    verdict = Verdict(Status.AUTH, "The key was refused{says}.", "Look at it.")
    said = f"{'x ' * (before // 2)}{'y' * (before % 2)} {repeated(form, before)} and more " + "z " * 200
    outcome = without_key(attempt_from(verdict, says=said, details=(("error", {"message": said}),)).outcome, KEY)

    # What stands at the very edges of base64 belongs to the neighbours, too.
    inner = repeated(form, before)[-34:-6]
    assert not [at for at in range(len(inner) - 8) if inner[at : at + 8] in repr(outcome)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", [("openai", 401), ("openai", 429), ("gemini", 401), ("gemini", 429)], ids=str)
def test_a_key_in_an_answer_reaches_nobody(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    case: tuple[str, int],
    form: str,
) -> None:
    """Also while prompt-kit waits to ask again, in the record, and where the message is as long as it may be."""
    name, code = case
    said = "w " * 140 + repeated(form, 7) + " end"
    monkeypatch.setenv({"openai": "OPENAI_API_KEY", "gemini": "GEMINI_API_KEY"}[name], KEY)
    body = {"error": {"code": code, "status": "X", "message": said, "details": [{"retryDelay": "0.01s"}]}}
    if name == "openai":
        with OpenAIServer() as openai:
            openai.next(*[raw(body, code, retry_after="0")] * 4)
            monkeypatch.setenv("OPENAI_BASE_URL", openai.url)
            run(["generate", "sticker", "--subject", "a fox", "--generator", name])
    else:
        with GeminiServer() as gemini:
            gemini.next(*[gemini_raw(body, code)] * 4)
            monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", gemini.url)
            run(["generate", "sticker", "--subject", "a fox", "--generator", name])

    told = capsys.readouterr()
    kept = "".join(path.read_text("utf-8", "replace") for path in tmp_path.rglob("*") if path.is_file())
    inner = repeated(form, 7)[-34:-6]
    for shown in (told.out, told.err, kept):
        assert not [at for at in range(len(inner) - 8) if inner[at : at + 8] in shown]
    assert "w w w" in kept
