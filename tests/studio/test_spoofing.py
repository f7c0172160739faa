"""A studio behind a proxy, in a process of its own: nobody becomes somebody else by what a request says.

The requests are written byte by byte, as no client of ours would; the network, the server and its settings are the real
ones, which the tests of single pages leave out.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Final

import pytest

from benchmarks.crowd import Program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROXY: Final = "10.1.2.3"
COMMAND: Final = ["-m", "prompt_kit", "studio", "--no-open", "--port", "0", "--trust-header", "X-Forwarded-User"]


def answer(address: str, *lines: str, first: str = "GET / HTTP/1.1", before: str = "") -> str:
    """Return everything that comes back for a request with these lines."""
    host, _, port = address.partition("//")[2].partition("/")[0].partition(":")
    request = "\r\n".join([first, f"Host: {host}:{port}", "Connection: close", *lines, "", ""])
    with socket.create_connection((host, int(port)), 60) as connection:
        connection.sendall((before + request).encode("utf-8"))
        parts = iter(lambda: connection.recv(65_536), b"")
        return b"".join(parts).decode("utf-8", "replace")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a policy for a person."""
    path = tmp_path_factory.mktemp("team")
    (path / "prompt-kit.yaml").write_text("team: {make: [anna], write: [anna]}\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def elsewhere(folder: Path) -> Iterator[str]:
    """The address of a studio whose proxy is on another computer."""
    with Program([*COMMAND, "--proxy", PROXY], folder) as studio:
        yield studio.address


@pytest.fixture(scope="module")
def behind(folder: Path) -> Iterator[str]:
    """The address of a studio whose proxy is on this computer."""
    with Program([*COMMAND, "--proxy", "127.0.0.1"], folder) as studio:
        yield studio.address


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [f"X-Forwarded-For: {PROXY}"],
        [f"X-Forwarded-For: {PROXY}, 127.0.0.1", "X-Forwarded-Proto: https"],
        [f"X-Real-IP: {PROXY}", f"Client-IP: {PROXY}", f"True-Client-IP: {PROXY}"],
        [f"Forwarded: for={PROXY};by={PROXY};host=127.0.0.1"],
        ["Authorization: Bearer anna", "Cookie: prompt_kit_person=anna"],
    ],
)
def test_past_the_proxy_nobody_is_anybody(elsewhere: str, lines: list[str]) -> None:
    """Neither the header for the person counts there, nor one that says that the proxy sent it."""
    said = answer(elsewhere, "X-Forwarded-User: anna", *lines)
    assert said.startswith("HTTP/1.1 403")
    assert "anna" not in said


@pytest.mark.parametrize(
    "first", [f"GET http://{PROXY}/ HTTP/1.1", "GET //share/../ HTTP/1.1", "GET /share/../write HTTP/1.1"]
)
def test_no_address_leads_past_the_door(elsewhere: str, first: str) -> None:
    """What is open to everybody is found by the beginning of an address, as it stands."""
    assert answer(elsewhere, "X-Forwarded-User: anna", first=first).split()[1] in {"400", "403", "404"}


def test_an_announcement_of_another_connection_is_no_request(elsewhere: str) -> None:
    """The line that some proxies send before the first request is not believed either."""
    said = answer(elsewhere, "X-Forwarded-User: anna", before=f"PROXY TCP4 {PROXY} 127.0.0.1 5000 80\r\n")
    assert said.startswith("HTTP/1.1 400")


def test_the_person_is_whom_the_proxy_names(behind: str) -> None:
    """The same studio opens for the proxy's own word."""
    said = answer(behind, "X-Forwarded-User: anna")
    assert said.startswith("HTTP/1.1 200")
    assert ">anna</p>" in said


@pytest.mark.parametrize(
    "lines",
    [
        ["X_Forwarded_User: anna"],
        ["X-Forwarded-User: ben", "X-Forwarded-User: anna"],
        ["X-Forwarded-User: ben", "x-forwarded-user: anna"],
        ["X-Forwarded-User: ben, anna"],
        ["X-Forwarded-User : anna"],
        ["X-Forwarded-User: "],
        ["X-Forwarded-User: an\x00na"],
    ],
)
def test_what_a_browser_adds_makes_nobody_anna(behind: str, lines: list[str]) -> None:
    """A proxy may hand on what a browser sent beside its own: then it is nobody, or the one that it names alone."""
    said = answer(behind, *lines)
    assert said.split()[1] in {"400", "403"}
    assert ">anna</p>" not in said


@pytest.mark.parametrize("name", ["Anna", "ANNA", "anna\u200b", "аnna", "ben"])  # noqa: RUF001 - a letter that looks so
def test_a_name_that_looks_like_another_has_none_of_its_roles(behind: str, name: str) -> None:
    """Whoever registers such a name elsewhere writes no recipes here."""
    assert answer(behind, f"X-Forwarded-User: {name}", first="GET /write HTTP/1.1").startswith("HTTP/1.1 403")
    assert answer(behind, "X-Forwarded-User: anna", first="GET /write HTTP/1.1").startswith("HTTP/1.1 200")
