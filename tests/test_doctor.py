"""The command that tells whether all is ready, without spending money."""

from __future__ import annotations

import io
import json
import re
import socket
import sys
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from gemini_asking import KEY
from gemini_replies import because, refused
from gemini_server import GeminiServer
from untrusted_server import Untrusted
from wire_server import Reply

from prompt_kit.cli.main import run
from prompt_kit.generators import Checkable, generator
from prompt_kit.generators.gemini.upload_cache import Memory, Uploaded
from prompt_kit.generators.network import unreachable
from prompt_kit.record.ledger import Ledger
from prompt_kit.review.doctor import examine
from prompt_kit.support.yamlcache import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import MakeTree

    from prompt_kit.generators import Checked

MODELS = ("gemini-3.1-flash-lite-image", "gemini-nano-banana-2.1", "gemini-3-pro-image")


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    """A server of the test's own."""
    with GeminiServer() as running:
        yield running


@pytest.fixture
def signed_in(server: GeminiServer, monkeypatch: pytest.MonkeyPatch) -> GeminiServer:
    """The same, with a key in the environment."""
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
    return server


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPT_KIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def found(**options: Any) -> dict[str, Checked]:
    """Return what an examination says, by what it is about."""
    return {one.about: one for one in examine(**options)}


class Doctor:
    """The command, run in the test's own folder, and what it printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys
        self.out = self.err = ""

    def __call__(self, *arguments: str) -> int:
        """Run it and return its exit code."""
        code = run(["doctor", *arguments])
        self.out, self.err = self.capsys.readouterr()
        return code


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str]) -> Doctor:
    """The command, ready to run."""
    return Doctor(capsys)


def test_everything_is_looked_at_and_nothing_is_charged(signed_in: GeminiServer, doctor: Doctor) -> None:
    """Only descriptions of models are asked for, and each thing has its line and sign."""
    assert (doctor(), doctor.err) == (0, "")
    for about in ("versions", "project", "recipes", "runs", "ledger", "catalogue", "extras", "uploads", "fonts"):
        assert re.search(rf"^✓  {about} ", doctor.out, re.MULTILINE), about
    for model in MODELS:
        assert re.search(rf"^✓  gemini: model {re.escape(model)} +It is available\.", doctor.out, re.MULTILINE)
    assert {(one.method, one.task) for one in signed_in.requests} == {("GET", "")}


@pytest.mark.usefixtures("signed_in")
def test_nothing_is_written_by_looking(tmp_path: Path) -> None:
    """A doctor leaves no runs and no ledger behind; in the cache is only what it read of recipe files."""
    before = sorted(tmp_path.rglob("*"))

    examine(tmp_path)

    cache = tmp_path / "cache"
    assert sorted(path for path in tmp_path.rglob("*") if not path.is_relative_to(cache)) == before
    assert [path.name for path in cache.iterdir()] == [VERSION]


def test_without_a_key_it_works_offline(doctor: Doctor) -> None:
    """The proof needs no key, and what is needed for real pictures is said."""
    assert doctor() == 0
    assert re.search(r"^!  gemini: key +There is no key for the Gemini API\.", doctor.out, re.MULTILINE)
    assert "'proof' works without. For real pictures set GEMINI_API_KEY" in " ".join(doctor.out.split())


def test_without_a_key_a_project_that_wants_gemini_is_not_ready(tree: MakeTree) -> None:
    """Whoever has chosen the generator cannot work without the key."""
    folder = tree(**{"prompt-kit.yaml": "generator: gemini\n"})

    assert found(start=folder)["gemini: key"].state == "wrong"


@pytest.mark.usefixtures("signed_in")
def test_the_json_says_the_same(doctor: Doctor) -> None:
    """For scripts, with the same exit code."""
    assert doctor("--json") == 0

    rows = json.loads(doctor.out)
    assert {"about", "state", "fact", "next_step"} == set(rows[0])
    assert {row["state"] for row in rows} <= {"good", "odd", "wrong"}
    assert {f"gemini: model {model}" for model in MODELS} < {row["about"] for row in rows}


def test_a_key_google_does_not_take_is_wrong_and_never_shown(monkeypatch: pytest.MonkeyPatch, doctor: Doctor) -> None:
    """It says where the key stands, which is all one needs to mend it."""
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    with GeminiServer(key="another") as server:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        code = doctor()
        asked = len(server.requests)

    text = " ".join(doctor.out.split())
    assert code == 1
    assert "✗ gemini: key Google does not accept the key" in text
    assert "The key in use is in GOOGLE_API_KEY." in text
    assert text.endswith("One thing is wrong.")
    assert KEY not in doctor.out + doctor.err
    assert asked == 1


@pytest.mark.parametrize("key", ["has a space", "café-key", "k\x07ey"])
def test_a_key_that_is_none_is_not_sent(
    signed_in: GeminiServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str
) -> None:
    """It was copied with something else."""
    monkeypatch.setenv("GEMINI_API_KEY", key)

    one = found(start=tmp_path)["gemini: key"]

    assert (one.state, signed_in.requests) == ("wrong", [])
    assert key not in f"{one.fact} {one.next_step}"


@pytest.mark.usefixtures("signed_in")
def test_two_different_keys_are_worth_knowing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The other one would have been meant, perhaps."""
    monkeypatch.setenv("GOOGLE_API_KEY", "another-key-0123456789")

    one = found(start=tmp_path)["gemini: key"]

    assert (one.state, one.fact) == (
        "odd",
        "GOOGLE_API_KEY and GEMINI_API_KEY hold different keys; GOOGLE_API_KEY is used.",
    )


def test_a_model_the_key_does_not_have_is_named(signed_in: GeminiServer, tmp_path: Path) -> None:
    """The others are there all the same."""
    signed_in.withdrawn.add(MODELS[2])

    one = found(start=tmp_path)

    assert one[f"gemini: model {MODELS[2]}"].state == "wrong"
    assert "no such model for this key" in one[f"gemini: model {MODELS[2]}"].fact
    assert one[f"gemini: model {MODELS[1]}"].state == "good"


@pytest.mark.parametrize(("minutes", "way"), [(9, "behind"), (-200, "ahead of")])
def test_a_clock_that_is_off_is_worth_knowing(signed_in: GeminiServer, tmp_path: Path, minutes: int, way: str) -> None:
    """Google tells the time with every answer."""
    signed_in.clock_ahead = timedelta(minutes=minutes)

    one = found(start=tmp_path)["gemini: clock"]

    assert one.state == "odd"
    assert one.fact == f"This computer's clock is {'9 min' if minutes > 0 else '3 h'} {way} Google's."


def test_a_server_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody listens there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", f"http://127.0.0.1:{port}")

    one = found(start=tmp_path)

    assert one["gemini: network"].fact == f"127.0.0.1:{port} does not answer."
    assert (one["gemini: network"].state, one["gemini: key"].state) == ("wrong", "good")


def test_a_name_that_nobody_knows_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The network is down, or its DNS is."""
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "https://nobody.invalid")

    assert "nobody.invalid cannot be reached: the name is not found." in found(start=tmp_path)["gemini: network"].fact


def test_a_certificate_that_is_not_trusted_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A company's proxy that reads along shows a certificate of its own."""
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    with Untrusted(tmp_path) as address:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", address)
        one = found(start=tmp_path)["gemini: network"]

    assert one.state == "wrong"
    assert "is not trusted: its certificate is not valid" in one.fact
    assert "clock" in one.next_step


def test_a_proxy_that_refuses_is_told_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy's address may hold a password, so only the variable is named."""
    monkeypatch.setenv("HTTPS_PROXY", "http://name:password@proxy.example.org:3128")

    told = " ".join(unreachable(httpx2.ProxyError("407 Proxy Authentication Required"), "google"))

    assert "The proxy in HTTPS_PROXY does not let the request through." in told
    assert "password" not in told


@pytest.mark.parametrize("answer", [refused(503), refused(429)], ids=["503", "429"])
def test_passing_trouble_at_google_is_no_fault_here(
    signed_in: GeminiServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: Any
) -> None:
    """Tomorrow it is gone."""
    monkeypatch.setattr(signed_in, "evaluated", answer)

    assert found(start=tmp_path)[f"gemini: model {MODELS[0]}"].state == "odd"


def test_a_page_instead_of_an_answer_is_told(
    signed_in: GeminiServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A hotel's login page answers everything with 200."""
    monkeypatch.setattr(signed_in, "evaluated", lambda _: Reply("<html>Welcome to our hotel</html>"))

    one = found(start=tmp_path)["gemini: network"]

    assert one.state == "wrong"
    assert "is not Gemini" in one.fact


def test_the_platform_is_looked_at_with_its_credentials(
    monkeypatch: pytest.MonkeyPatch, tree: MakeTree, tmp_path: Path
) -> None:
    """Where there is no key, nothing is said about keys."""
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud"))
    folder = tree(**{"prompt-kit.yaml": "generators: {gemini: {project: p-123, location: global}}\n"})

    one = found(start=folder)

    assert one["gemini: credentials"].state == "wrong"
    assert "gcloud auth application-default login" in one["gemini: credentials"].next_step
    assert "gemini: key" not in one


def test_a_project_that_is_not_allowed_is_wrong(
    signed_in: GeminiServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The key is a key, but may not do this."""
    monkeypatch.setattr(signed_in, "evaluated", refused(403, because("SERVICE_DISABLED")))

    one = found(start=tmp_path)["gemini: key"]

    assert one.state == "wrong"
    assert "has not turned on the Gemini API" in one.fact


def test_a_project_file_that_cannot_be_read_does_not_end_the_examination(tree: MakeTree) -> None:
    """Everything is told at once."""
    folder = tree(**{"prompt-kit.yaml": "budgett: 1\n", "recipes/bad.yaml": "titel: x\n"})

    one = found(start=folder)

    assert (one["project"].state, one["recipes"].state) == ("wrong", "wrong")
    assert "prompt-kit.yaml:1:1: unknown key 'budgett'. Did you mean 'budget'?" in one["project"].fact
    assert "unknown key 'titel'" in one["recipes"].fact
    assert one["recipes"].next_step == "Run: prompt-kit check."


def test_a_folder_that_cannot_be_written_is_wrong(tree: MakeTree) -> None:
    """Runs would be paid and lost."""
    folder = tree(**{"prompt-kit.yaml": "runs: taken/runs\n", "taken": "a file\n"})

    one = found(start=folder)["runs"]

    assert (one.state, one.next_step) == ("wrong", "Change its rights, or name another.")


def test_the_ledger_tells_what_is_left(tree: MakeTree) -> None:
    """The budget is the first thing that stops a run."""
    folder = tree(**{"prompt-kit.yaml": "budget: {day: 5}\n"})
    Ledger.open(folder / "runs" / "ledger.db").close()

    assert found(start=folder)["ledger"].fact == "It opens. $5.00 of the budget is left."


def test_a_damaged_ledger_is_wrong(tree: MakeTree) -> None:
    """Without it nothing is sent."""
    folder = tree(**{"runs/ledger.db": "no database" * 100})

    one = found(start=folder)["ledger"]

    assert one.state == "wrong"
    assert "damaged" in one.fact


def test_an_old_catalogue_is_worth_a_remark(tmp_path: Path) -> None:
    """Prices change within months."""
    assert found(start=tmp_path, today=date(2027, 6, 1))["catalogue"].state == "odd"
    assert found(start=tmp_path, today=date(2026, 11, 21))["catalogue"].state == "good"


def test_an_option_a_generator_does_not_have_is_wrong(tree: MakeTree) -> None:
    """A slip of the pen in the project's file."""
    folder = tree(**{"prompt-kit.yaml": "generators: {gemini: {projekt: p-123}}\n"})

    one = found(start=folder)["gemini"]

    assert one.state == "wrong"
    assert "has no option 'projekt'" in f"{one.fact} {one.next_step}"


def test_uploads_are_counted(tmp_path: Path) -> None:
    """So one knows what the cache is for."""
    Memory("a").keep("h", Uploaded("files/x", "https://x/files/x", "image/png", 4e9))

    assert found(start=tmp_path)["uploads"].fact.startswith("1 uploaded picture is remembered in ")


def test_gemini_can_be_asked_whether_it_is_ready() -> None:
    """Plugins may offer the same; who does not is only said to be there."""
    assert isinstance(generator("gemini"), Checkable)
    assert not isinstance(generator("proof"), Checkable)


def test_a_terminal_without_signs_gets_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """An old code page has no tick."""
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="ascii", errors="replace"))

    assert run(["doctor"]) == 0

    sys.stdout.flush()
    assert out.getvalue().startswith(b"ok versions")


@pytest.mark.parametrize(
    ("team", "words"),
    [
        ("values: {stlye: flat}", "'stlye' is locked, but no recipe has such a parameter. Did you mean 'style'?"),
        ("make: [anna, Anna]", "'Anna' and 'anna' are two spellings of a name"),
        ("{groups: {Designers: [zoe]}, budget: {designers: 5}}", "'Designers' and 'designers' are two spellings"),
        ("approve: Everyone", "'Everyone' is taken for a person. Write 'everyone'"),
    ],
)
def test_a_policy_that_holds_less_than_it_says_is_noticed(tree: MakeTree, team: str, words: str) -> None:
    """A lock with a mistake in its name would lock nothing, and nobody would hear of it."""
    policy = team if team.startswith("{") else f"{{{team}}}"
    (said,) = [
        checked for checked in examine(tree(**{"prompt-kit.yaml": f"team: {policy}\n"})) if checked.about == "team"
    ]
    assert (said.state, words in said.fact) == ("wrong", True), said.fact


def test_a_policy_whose_locks_hold_is_fine(tree: MakeTree) -> None:
    """Values of recipes and of techniques alike, and a name that is a person's and a group's member."""
    policy = "{values: {style: flat, purpose: a poster}, make: [anna], groups: {all: [anna]}, budget: {all: 5}}"
    (said,) = [
        checked for checked in examine(tree(**{"prompt-kit.yaml": f"team: {policy}\n"})) if checked.about == "team"
    ]
    assert said.state == "good", said.fact
