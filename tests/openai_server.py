"""A server that speaks OpenAI's Images API, checks every request, and fails on demand.

In tests::

    with OpenAIServer() as server:
        server.next(refused(429, reason="rate_limit_exceeded", retry_after="0.05"), picture())
        ...
        assert len(server.requests) == 2

By hand, for the command line (``--answer blocked`` makes every answer that one)::

    python tests/openai_server.py --port 8788
    OPENAI_BASE_URL=http://127.0.0.1:8788/v1 OPENAI_API_KEY=anything prompt-kit generate … --generator openai
"""

from __future__ import annotations

import argparse
import contextlib
import json
import socket
import struct
import threading
from collections import deque
from email.parser import BytesParser
from email.policy import HTTP
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from openai_replies import ANSWERS, Answer, Asked, Reply, as_text, picture, refused
from openai_rules import broken_rules

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

_TASKS = {"/v1/images/generations", "/v1/images/edits"}


class OpenAIServer:
    """The server; a context manager that listens on 127.0.0.1 in threads of its own."""

    def __init__(
        self, *, port: int = 0, key: str | None = None, strict: bool = True, otherwise: Answer | None = None
    ) -> None:
        """Prepare the server.

        Args:
            port: The port; 0 takes a free one.
            key: The only key that is taken; any when left out.
            strict: Whether it is OpenAI; else it is a compatible server that needs no key and has no rules.
            otherwise: The answer when none is scripted; a picture when left out.
        """
        self.key = key
        self.strict = strict
        self.otherwise = otherwise or picture()
        self.requests: list[Asked] = []
        """Every request so far, refused ones too."""
        self.asked = threading.Event()
        """Set once there was a request."""
        self.closing = threading.Event()
        self._script: deque[Answer] = deque()
        self._http = _Threads(("127.0.0.1", port), partial(_Handler, self))

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def waiting(self) -> int:
        """How many scripted answers nobody has asked for yet."""
        return len(self._script)

    @property
    def connections(self) -> int:
        """How many connections were opened so far."""
        return self._http.connections

    def next(self, *answers: Answer) -> None:
        """Script the next answers to requests that keep the rules."""
        self._script.extend(answers)

    def reply(self, asked: Asked) -> Reply:
        """Return what OpenAI would say to a request."""
        self.requests.append(asked)
        self.asked.set()
        refusal = self._refusal(asked) if self.strict else None
        return refusal or (self._script.popleft() if self._script else self.otherwise)(asked)

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), name="openai-server").start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.disconnect_all()
        self._http.server_close()

    def _refusal(self, asked: Asked) -> Reply | None:
        key = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if not key:
            return refused(401, "You didn't provide an API key.")(asked)
        if self.key is not None and key != self.key:
            return refused(401, f"Incorrect API key provided: {key}.", reason="invalid_api_key")(asked)
        if asked.path not in _TASKS:
            return refused(404, f"Invalid URL (POST {asked.path})")(asked)
        rule = next(broken_rules(asked.task, asked.fields, asked.files), None)
        if rule is None:
            return None
        error = {"message": rule.message, "type": "invalid_request_error", "param": rule.param, "code": rule.code}
        return Reply({"error": error}, rule.status)


class _Threads(ThreadingHTTPServer):
    """One thread a connection, and all of them end with the server."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, address: tuple[str, int], handler: Any) -> None:
        super().__init__(address, handler)
        self._open: set[socket.socket] = set()
        self.connections = 0

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        self.connections += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

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

    def __init__(self, server: OpenAIServer, *args: Any) -> None:
        self.openai = server
        super().__init__(*args)

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = self.headers.get("Content-Type", "")
        headers = {name.lower(): value for name, value in self.headers.items()}
        if kind.startswith("multipart/form-data"):
            asked = Asked(self.path, headers, *_form(kind, content))
        else:
            asked = Asked(self.path, headers, json.loads(content))
        self._send(self.openai.reply(asked))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Print nothing; the requests are on record."""

    def _send(self, reply: Reply) -> None:
        content = as_text(reply.body).encode()
        if reply.ending == "never":
            self.openai.closing.wait()
            self.close_connection = True
            return
        if reply.ending == "reset":
            # Closing with a zero linger sends RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        self.send_response(reply.code)
        for name, value in (("x-request-id", f"req_{len(self.openai.requests)}"), *reply.headers):
            self.send_header(name, value)
        self.send_header("Content-Type", "text/html" if isinstance(reply.body, str) else "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if reply.ending == "trickle":
            self._trickle(content)
        else:
            self.wfile.write(content[: len(content) // 2] if reply.ending == "half" else content)
        self.close_connection = self.close_connection or reply.ending != "whole"

    def _trickle(self, content: bytes) -> None:
        for byte in content:
            if self.openai.closing.wait(0.05):
                return
            self.wfile.write(bytes([byte]))


def _form(kind: str, content: bytes) -> tuple[dict[str, Any], dict[str, list[bytes]], tuple[str, ...]]:
    """Return fields, files by field, and the files' names of a form; ``image[]`` counts as ``image``."""
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + content)
    fields: dict[str, Any] = {}
    files: dict[str, list[bytes]] = {}
    names = []
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition")).removesuffix("[]")
        data = part.get_payload(decode=True) or b""
        assert isinstance(data, bytes)
        filename = part.get_filename()
        if filename is None:
            fields[name] = data.decode()
        else:
            files.setdefault(name, []).append(data)
            names.append(filename)
    return fields, files, tuple(names)


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="An Images API that fails on demand.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--answer", choices=sorted(ANSWERS), default="picture", help="the answer to every request")
    options = parser.parse_args()
    with OpenAIServer(port=options.port, otherwise=ANSWERS[options.answer]) as server:
        print(f"OPENAI_BASE_URL={server.url}", flush=True)  # noqa: T201 - this is what it is started for
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
