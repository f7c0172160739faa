"""A server that answers HTTP requests in threads of its own, as well or as badly as a test wants it."""

from __future__ import annotations

import argparse
import contextlib
import json
import socket
import struct
import threading
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Self

A = TypeVar("A")
"""One request, as a provider's server understands it."""

Ending: TypeAlias = Literal["whole", "half", "reset", "never", "trickle"]
"""How an answer ends: as it should, after half of the bytes, with a reset, not at all, or byte by byte."""


@dataclass(frozen=True)
class Reply:
    """What goes back over the wire."""

    body: Any = None
    """Plain data, or text or bytes that are sent as they are."""
    code: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    ending: Ending = "whole"


@dataclass(frozen=True)
class Arrived:
    """One request as it came over the wire."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    """By lower-case name."""
    content: bytes = field(repr=False)
    whole: bool = True
    """Whether this is all of it; a server takes no more than its `most_bytes`."""


class WireServer(ABC, Generic[A]):
    """The server; a context manager that listens on 127.0.0.1 in threads of its own."""

    provider: ClassVar[str]
    """Whose rules it keeps."""
    prefix: ClassVar[str] = ""
    """What every path begins with."""
    charset: ClassVar[str] = ""
    """What stands behind every media type."""
    most_bytes: ClassVar[int] = 2**40
    """How many bytes of a request it takes."""

    def __init__(
        self, *, port: int, key: str | None, otherwise: Callable[[A], Reply], expects_violations: bool
    ) -> None:
        """Prepare the server.

        Args:
            port: The port; 0 takes a free one.
            key: The only key that is taken; any when left out.
            otherwise: The answer when none is scripted.
            expects_violations: Whether requests that break the provider's rules are what is tested; else the end of
                the ``with`` fails on them, even when the test made nothing of the refusal.
        """
        self.expects_violations = expects_violations
        self.violations: list[str] = []
        """What the provider would have refused so far, in its words."""
        self.key = key
        self.otherwise = otherwise
        self.requests: list[A] = []
        """Every request so far, refused ones too."""
        self.asked = threading.Event()
        """Set once there was a request."""
        self.closing = threading.Event()
        self.clock_ahead = timedelta()
        """By how much the server's clock is ahead."""
        self.withdrawn: set[str] = set()
        """Models that no longer answer."""
        self._script: deque[Callable[[A], Reply]] = deque()
        self._http = _Threads(("127.0.0.1", port), partial(_Handler, self))

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"http://127.0.0.1:{self._http.server_address[1]}{self.prefix}"

    @property
    def waiting(self) -> int:
        """How many scripted answers nobody has asked for yet."""
        return len(self._script)

    @property
    def connections(self) -> int:
        """How many connections were opened so far."""
        return self._http.connections

    def next(self, *answers: Callable[[A], Reply]) -> None:
        """Script the next answers to requests that keep the rules."""
        self._script.extend(answers)

    @abstractmethod
    def respond(self, arrived: Arrived) -> Reply:
        """Return what goes back for whatever has arrived."""

    @abstractmethod
    def evaluated(self, asked: A) -> Reply:
        """Return what the provider would say to a request, without a note of it."""

    def reply(self, asked: A) -> Reply:
        """Return what the provider would say to a request."""
        self.note(asked)
        return self.evaluated(asked)

    def note(self, asked: A) -> None:
        """Put a request on record."""
        self.requests.append(asked)
        self.asked.set()

    def broken_rules(self) -> list[str]:
        """Return everything that the provider would have refused."""
        return self.violations

    def scripted(self, asked: A) -> Reply:
        """Return the next answer of the script; the usual one at its end."""
        return (self._script.popleft() if self._script else self.otherwise)(asked)

    def settle(self) -> None:
        """Wait until everything is answered that was sent over connections which are closed by now."""
        # Connections are taken in the order in which they come, so that all others were taken before this one.
        with socket.create_connection(("127.0.0.1", self._http.server_address[1])) as last:
            self._http.wait_until_only(last.getsockname())

    def __enter__(self) -> Self:
        name = f"{self.provider}-server"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), name=name).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.disconnect_all()
        self._http.server_close()
        broken = self.broken_rules()
        if error is None and not self.expects_violations:
            assert not broken, f"{self.provider} would have refused: {'; '.join(broken)}"


class _Threads(ThreadingHTTPServer):
    """One thread a connection, and all of them end with the server."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128  # with the usual 5, many connections at once are reset

    def __init__(self, address: tuple[str, int], handler: Any) -> None:
        super().__init__(address, handler)
        self._open: dict[socket.socket, Any] = {}
        self._changed = threading.Condition()
        self.connections = 0

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changed:
            self._open[request] = client_address
            self._changed.notify_all()
        self.connections += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._changed:
            self._open.pop(request, None)
            self._changed.notify_all()

    def wait_until_only(self, address: Any) -> None:
        """Wait until the connection from an address is the only one."""
        with self._changed:
            self._changed.wait_for(lambda: [*self._open.values()] == [address])

    def disconnect_all(self) -> None:
        """Wake the threads that wait for a next request of their connection."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: that clients hang up is what many tests are about."""


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes, and the second would wait 40 ms for the first

    def __init__(self, wire: WireServer[Any], *args: Any) -> None:
        self.wire = wire
        super().__init__(*args)

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the time for the ``Date`` header."""
        moment = datetime.now(UTC) if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
        return format_datetime(moment + self.wire.clock_ahead, usegmt=True)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Print nothing; the requests are on record."""

    def _answer(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        content = self.rfile.read(min(size, self.wire.most_bytes))
        if len(content) < min(size, self.wire.most_bytes):  # whoever sent it is gone
            self.close_connection = True
            return
        whole = size <= self.wire.most_bytes
        headers = {name.lower(): value for name, value in self.headers.items()}
        # A proxy is asked with the whole address.
        path = self.path.removeprefix(f"http://{headers.get('host')}")
        self._send(self.wire.respond(Arrived(self.command, path, headers, content, whole)))
        # What was not read would be taken for the next request.
        self.close_connection = self.close_connection or not whole

    def _send(self, reply: Reply) -> None:
        if reply.ending == "never":
            self.wire.closing.wait()
            self.close_connection = True
            return
        if reply.ending == "reset":
            # Closing with a zero linger sends RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        content = _content(reply.body)
        self.send_response(reply.code)
        for name, value in reply.headers:
            self.send_header(name, value)
        kind = "text/html" if isinstance(reply.body, str) else "application/json"
        self.send_header("Content-Type", f"{kind}{self.wire.charset}")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if reply.ending == "trickle":
            self._trickle(content)
        else:
            self.wfile.write(content[: len(content) // 2] if reply.ending == "half" else content)
        self.close_connection = self.close_connection or reply.ending != "whole"

    def _trickle(self, content: bytes) -> None:
        for byte in content:
            if self.wire.closing.wait(0.05):
                return
            self.wfile.write(bytes([byte]))


def _content(body: Any) -> bytes:
    """Return what is sent for a body."""
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()


def serve_by_hand(
    description: str,
    variable: str,
    answers: Mapping[str, Callable[[A], Reply]],
    make: Callable[[int, Callable[[A], Reply]], WireServer[A]],
) -> None:
    """Serve from the command line until Ctrl-C.

    Args:
        description: What the server is, for ``--help``.
        variable: The variable of the environment that leads clients to it.
        answers: What ``--answer`` offers.
        make: Makes the server from a port and an answer.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--answer", choices=sorted(answers), default="picture", help="the answer to every request")
    options = parser.parse_args()
    with make(options.port, answers[options.answer]) as server:
        print(f"{variable}={server.url}", flush=True)  # noqa: T201 - this is what it is started for
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
