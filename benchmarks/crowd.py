"""Many people at one studio: they fill in, look at the preview, make pictures, watch, and open what has come."""

from __future__ import annotations

import asyncio
import os
import re
import resource
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote, urlencode, urlsplit

from prompt_kit.kit import Kit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

ROOT: Final = Path(__file__).parents[1]
ADDRESS: Final = re.compile(r"http://127\.0\.0\.1:(\d+)\S*")
VALUES: Final = {
    "v.subject": "a red panda who reads a newspaper",
    "v.traits": "a tiny hat",
    "v.style": "flat",
    "v.border": "white",
    "v.caption": "Good morning",
    "v.background": "plain",
    "v.shading": "soft",
    "v.notes": "The newspaper is upside down.",
}
"""Eight values of the recipe `sticker`."""


class Program:
    """A program of its own process that prints its address and serves there."""

    def __init__(self, command: list[str], folder: Path, **variables: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.printed: list[str] = []
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.printed.append(line)
            if match := ADDRESS.search(line):
                self.address = match[0]
                break
        else:
            raise AssertionError(f"{command} names no address: {''.join(self.printed)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        rest, _ = self._process.communicate()
        self.printed.append(rest)

    @property
    def cpu_s(self) -> float:
        """The seconds of the processor that it has taken."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory_mb(self) -> float:
        """The most memory that it has held, in MB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1000


def studio(folder: Path, gemini: str = "") -> Program:
    """Return a studio of a project, which makes its pictures at a test server when there is one."""
    keys = {"GEMINI_API_KEY": "a-key-of-nobody", "GOOGLE_GEMINI_BASE_URL": gemini} if gemini else {}
    return Program(["-m", "prompt_kit", "studio", "--no-open", "--port", "0", "--project", str(folder)], folder, **keys)


def gemini_server() -> Program:
    """Return the test server of the Gemini API."""
    return Program([str(ROOT / "tests/servers/gemini_server.py"), "--port", "0"], ROOT)


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass
class Visitor:
    """Somebody with a browser: cookies, and a connection that is kept."""

    address: str
    name: str
    cookies: dict[str, str] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    """Seconds from asking for a preview to having all of it."""
    waits: list[float] = field(default_factory=list)
    """Seconds from ordering to seeing all of it."""
    orders: list[int] = field(default_factory=list)
    """How many pictures each order was of."""
    _form: dict[str, str] = field(default_factory=dict)
    _open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    @property
    def host(self) -> str:
        """The host and port."""
        return urlsplit(self.address).netloc

    async def enter(self) -> None:
        """Open the address that was printed, and give a name."""
        parts = urlsplit(self.address)
        await self.ask(f"{parts.path}?{parts.query}")
        self._form = fields_of((await self.ask("/make/sticker?fresh=1")).body)
        await self.ask("/person", {"person": self.name})

    async def fill_in(self) -> None:
        """Begin a new form."""
        self._form = fields_of((await self.ask("/make/sticker?fresh=1")).body) | VALUES

    async def preview(self, text: str) -> str:
        """Type, and return the preview."""
        self._form["v.subject"] = text
        began = time.perf_counter()
        answer = await self.ask("/make/sticker/preview", self._form, part=True)
        self.latencies.append(time.perf_counter() - began)
        assert text in unescape(re.sub(r"<[^>]+>", "", answer.body)), answer.body[:2000]
        return answer.body

    async def make(self, count: int) -> None:
        """Order pictures, watch until all are there, and open the run and its pictures."""
        self._form["count"] = str(count)
        draft, began = self._form["draft"], time.perf_counter()
        await self.ask("/make/sticker", {**self._form, "make": "all"})
        self.orders.append(count)
        reader, writer = await self.watch(draft)
        try:
            while True:
                line = await reader.readline()
                assert line, "the events ended"
                if line.startswith(b"event:"):
                    body = (await self.ask(f"/results/{draft}")).body
                    assert 'class="problem"' not in body, body
                    if f"{count} of {count} ready" in body:
                        break
        finally:
            await closed(writer)
        self.waits.append(time.perf_counter() - began)
        pictures = sorted(set(re.findall(r'"(/small/640/[^"]+)"', body)))
        assert len(pictures) == count, body
        for picture in pictures:
            await self.ask(picture)
        await self.ask(re.findall(r'"(/runs/[^"/]+/[^"/]+)"', body)[0])

    async def watch(self, draft: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return a connection on which the changes of a draft's orders are told, as they happen."""
        reader, writer = await self._connected()
        writer.write(f"{self._head('GET', f'/events/{draft}')}Accept-Encoding: gzip\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 OK" in head, head
        assert b"content-encoding" not in head.lower(), "events would wait until enough of them are there"
        return reader, writer

    async def ask(self, path: str, sent: Mapping[str, str] | None = None, *, part: bool = False) -> Answer:
        """Ask for a page or send a form, and follow where it leads; anything but success is an error."""
        body = urlencode({**sent, "form_token": self._form["form_token"]}) if sent is not None else ""
        head = self._head("GET" if sent is None else "POST", path)
        head += "Hx-Request: true\r\n" if part else ""
        if sent is not None:
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        if self._open is None or self._open[0].at_eof():  # the server closes what was not used for a while
            await self.leave()
            self._open = await self._connected()
        reader, writer = self._open
        writer.write(f"{head}\r\n{body}".encode())
        answer = await _answer(reader)
        if answer.headers.get("connection") == "close":
            await self.leave()
        for cookie in answer.headers.get("set-cookie", "").splitlines():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status == 303:  # noqa: PLR2004 - the web's own number
            return await self.ask(answer.headers["location"].partition("#")[0])
        assert answer.status == 200, f"{path}: {answer.status} {answer.body[:3000]}"  # noqa: PLR2004
        return answer

    async def leave(self) -> None:
        """Close the connection."""
        if self._open is not None:
            await closed(self._open[1])
            self._open = None

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, _, port = self.host.partition(":")
        return await asyncio.open_connection(host, int(port), limit=10_000_000)

    def _head(self, method: str, path: str) -> str:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return f"{method} {quote(path, safe='/?=&%-_.~')} HTTP/1.1\r\nHost: {self.host}\r\nCookie: {cookies}\r\n"


async def closed(writer: asyncio.StreamWriter) -> None:
    """Close a connection, and wait until it is."""
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status, *lines = head.strip().split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        headers[name.lower()] = f"{headers[name.lower()]}\n{value}" if name.lower() in headers else value
    body = b""
    if headers.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Answer(int(status.split()[1]), headers, body.decode("utf-8", "replace"))


def fields_of(page: str) -> dict[str, str]:
    """Return the hidden fields of a form."""
    names = ("form_token", "draft", "order")
    return {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[-1] for name in names if f'name="{name}"' in page}


async def type_along(visitor: Visitor, begin_s: float, times: int) -> None:
    """Ask for a preview a second."""
    await asyncio.sleep(begin_s)
    begin = time.perf_counter()
    for number in range(times):
        await asyncio.sleep(max(0.0, begin + number - time.perf_counter()))
        await visitor.preview(f"a red panda, number {number}, of {visitor.name}")


async def work_for(visitor: Visitor, seconds: float, counts: tuple[int, ...]) -> None:
    """Fill in, preview, make and open, again and again."""
    end, number = time.perf_counter() + seconds, 0
    while number == 0 or time.perf_counter() < end:
        await visitor.fill_in()
        for letters in range(2):
            await visitor.preview(f"a fox, number {number}, with {letters + 2} hats, of {visitor.name}")
            await asyncio.sleep(min(1.0, seconds / 5))
        await visitor.make(counts[number % len(counts)])
        number += 1


async def crowd(address: str, people: int, seconds: float, *, greedy: int = 0) -> list[Visitor]:
    """Let people work at the same time, the first of them with an order of many pictures; return them.

    Args:
        address: What the studio printed.
        people: How many.
        seconds: For how long each begins anew.
        greedy: How many pictures the first orders at once; 0 is as few as the others.
    """
    visitors = [Visitor(address, f"Person {number}") for number in range(people)]
    try:
        await asyncio.gather(*(visitor.enter() for visitor in visitors))
        async with asyncio.TaskGroup() as group:
            for number, visitor in enumerate(visitors):
                counts = (greedy,) if greedy and not number else (1, 2) if number % 2 else (1,)
                group.create_task(work_for(visitor, seconds, counts))
    finally:
        for visitor in visitors:
            await visitor.leave()
    return visitors


def check_nothing_is_lost(folder: Path, visitors: list[Visitor]) -> None:
    """Check that every order is a run with all of its pictures, and that the ledger says the same."""
    kit = Kit(folder)
    runs = list(kit.runs())
    wanted = sorted((visitor.name, count) for visitor in visitors for count in visitor.orders)
    assert sorted((run.person, run.pictures) for run in runs) == wanted
    assert {run.state for run in runs} == {"done"}
    spent = {line.name: line.requests for line in kit.spending(by="person")}
    assert spent == {visitor.name: sum(visitor.orders) for visitor in visitors if visitor.orders}


def raise_limits() -> None:
    """Allow as many connections as the system does."""
    with suppress(ValueError, OSError):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
