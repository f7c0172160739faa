"""A server that speaks the Gemini API for pictures, checks every request, and fails on demand.

In tests::

    with GeminiServer() as server:
        server.next(refused(429, retry_delay("0.05s")), picture())
        ...
        assert len(server.requests) == 2

By hand, for the command line (``--answer 503`` makes every answer that one)::

    python tests/gemini_server.py --port 8787
    GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:8787 GEMINI_API_KEY=anything prompt-kit generate …

A prompt can ask for an answer itself: ``[[answer: blocked]]`` anywhere in its words; the names are in
`gemini_replies.ANSWERS`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import socket
import struct
import threading
from collections import deque
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import parse_qsl, urlsplit

from gemini_files import Files
from gemini_platform import TOKEN, Platform, platform_path
from gemini_replies import ANSWERS, Answer, Asked, Reply, bad_key, input_tokens, picture, refused
from gemini_rules import MAX_BYTES, MODELS, broken_rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

_PATH: Final = re.compile(r"^/(v1|v1beta)/models(?:/([^:/?]+))?(?::(\w+))?(?:\?.*)?$")
_DIRECTIVE: Final = re.compile(r"\[\[answer: ([\w-]+)\]\]")
_TOO_LARGE: Final = refused(413, message=f"Request payload size exceeds the limit: {MAX_BYTES} bytes.")
_BATCHES: Final = re.compile(r":(?:async)?[bB]atch\w+|/batches\b|batchPredictionJobs")
_NO_JSON: Final = refused(400, message="Invalid JSON payload received.")


class Service(Protocol):
    """A further service at the same address, such as the Batch API."""

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> Reply | None:
        """Return what it says to a request, or ``None`` when it has nothing to do with it."""


class GeminiServer:
    """The server; a context manager that listens on 127.0.0.1 in threads of its own."""

    def __init__(
        self,
        *,
        port: int = 0,
        key: str | None = None,
        otherwise: Answer | None = None,
        expects_violations: bool = False,
    ) -> None:
        """Prepare the server.

        Args:
            port: The port; 0 takes a free one.
            key: The only key that is taken; any when left out.
            otherwise: The answer when none is scripted; a picture when left out.
            expects_violations: Whether requests that break Google's rules are what is tested; else the end of the
                ``with`` fails on them, even when the test made nothing of the refusal.
        """
        self.expects_violations = expects_violations
        self.violations: list[str] = []
        """What Google would have refused so far, in its words."""
        self.key = key
        self.otherwise = otherwise or picture()
        self.requests: list[Asked] = []
        """Every request so far, refused ones too."""
        self.asked = threading.Event()
        """Set once there was a request."""
        self.closing = threading.Event()
        self.files = Files(lambda: self.url)
        """What was uploaded."""
        self.platform = Platform()
        """The Agent Platform at the same address."""
        self.batches: Service | None = None
        """Who answers requests for batches, before everyone else."""
        self.clock_ahead = timedelta()
        """By how much the server's clock is ahead."""
        self.withdrawn: set[str] = set()
        """Models that no longer answer."""
        self._script: deque[Answer] = deque()
        self._http = _Threads(("127.0.0.1", port), partial(_Handler, self))

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

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
        """Return what Google would say to a request."""
        self.requests.append(asked)
        self.asked.set()
        return self.evaluated(asked)

    def evaluated(self, asked: Asked) -> Reply:
        """Return the same without a note of it; a batch asks so for each of its requests."""
        return self._refusal(asked) or self._answer(asked)

    def other(self, asked: Asked, content: bytes) -> Reply | None:
        """Return what the services beside the models say: batches, files, sign-in; ``None`` when none is asked."""
        url = urlsplit(asked.path)
        if self.batches is not None and _BATCHES.search(url.path):
            self.requests.append(asked)
            return self.batches.answer(asked.method, asked.path, asked.headers, asked.body)
        if url.path == TOKEN:
            return self.platform.token(content)
        if not self.files.concerns(url.path):
            return None
        self.requests.append(asked)
        self.asked.set()
        query = dict(parse_qsl(url.query))
        # Those who know an upload's address may upload; everyone else shows the key.
        refusal = None if "upload_id" in query else self._stranger(asked)
        return refusal or self.files.answer(asked, query, content)

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), name="gemini-server").start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.disconnect_all()
        self._http.server_close()
        self.violations += self.files.broken
        if error is None and not self.expects_violations:
            assert not self.violations, f"Google would have refused: {'; '.join(self.violations)}"

    def _refusal(self, asked: Asked) -> Reply | None:
        place = platform_path(asked.path)
        stranger = self.platform.refusal(asked, place) if place else self._stranger(asked)
        if stranger:
            return stranger
        if not asked.version or asked.task not in {"", "generateContent", "countTokens"}:
            return Reply("<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>", 404)
        if asked.model and (asked.model not in MODELS or asked.model in self.withdrawn):
            text = f"models/{asked.model} is not found for API version {asked.version}, or is not supported."
            return refused(404, message=text)(asked)
        if asked.task == "generateContent":
            gone = None if place else self.files.resolved(asked.body, asked)
            broken_rule = None if gone else next(broken_rules(asked.model, asked.body), None)
            self.violations += [broken_rule] if broken_rule else []
            return gone or (refused(400, message=broken_rule)(asked) if broken_rule else None)
        return None

    def _stranger(self, asked: Asked) -> Reply | None:
        key = asked.headers.get("x-goog-api-key")
        if not key:
            text = "Method doesn't allow unregistered callers (callers without established identity)."
            return refused(403, message=text)(asked)
        if self.key is not None and key != self.key:
            return bad_key()(asked)
        return None

    def _answer(self, asked: Asked) -> Reply:
        if not asked.model:
            return Reply({"models": [_described(name) for name in MODELS]})
        if not asked.task:
            return Reply(_described(asked.model))
        if asked.task == "countTokens":
            given = input_tokens(asked)
            return Reply({"totalTokens": sum(n["tokenCount"] for n in given), "promptTokensDetails": given})
        wish = _DIRECTIVE.search(asked.message)
        if wish:
            return ANSWERS[wish[1]](asked)
        return (self._script.popleft() if self._script else self.otherwise)(asked)


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

    def __init__(self, server: GeminiServer, *args: Any) -> None:
        self.gemini = server
        super().__init__(*args)

    def do_GET(self) -> None:
        self._answer({}, b"")

    def do_DELETE(self) -> None:
        self._answer({}, b"")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        content = self.rfile.read(min(length, MAX_BYTES))
        if length > MAX_BYTES:
            self._send(_TOO_LARGE(self._asked({})))
            self.close_connection = True
            return
        if "upload_id=" in self.path or self.path == TOKEN:
            self._answer({}, content)
            return
        try:
            body = json.loads(content or "{}")
        except ValueError:
            self._send(_NO_JSON(self._asked({})))
            return
        self._answer(_camel_case(body), content)

    def _answer(self, body: dict[str, Any], content: bytes) -> None:
        asked = self._asked(body)
        self._send(self.gemini.other(asked, content) or self.gemini.reply(asked))

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the time for the ``Date`` header."""
        moment = datetime.now(UTC) if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
        return format_datetime(moment + self.gemini.clock_ahead, usegmt=True)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Print nothing; the requests are on record."""

    def _asked(self, body: dict[str, Any]) -> Asked:
        found, place = _PATH.match(self.path), platform_path(self.path)
        version, model, task = found.groups(default="") if found else ("", "", "")
        if place:
            version, model, task = place.version, place.model, place.task
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Asked(self.command, self.path, headers, body, version, model, task)

    def _send(self, reply: Reply) -> None:
        text = reply.body if isinstance(reply.body, str | bytes) else json.dumps(reply.body)
        content = text.encode() if isinstance(text, str) else text
        if reply.ending == "never":
            self.gemini.closing.wait()
            self.close_connection = True
            return
        if reply.ending == "reset":
            # Closing with a zero linger sends RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        self.send_response(reply.code)
        for name, value in reply.headers:
            self.send_header(name, value)
        kind = "text/html" if isinstance(reply.body, str) else "application/json"
        self.send_header("Content-Type", f"{kind}; charset=UTF-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if reply.ending == "trickle":
            self._trickle(content)
        else:
            self.wfile.write(content[: len(content) // 2] if reply.ending == "half" else content)
        self.close_connection = self.close_connection or reply.ending != "whole"

    def _trickle(self, content: bytes) -> None:
        for byte in content:
            if self.gemini.closing.wait(0.05):
                return
            self.wfile.write(bytes([byte]))


def _camel_case(value: Any) -> Any:
    """Return a body with all names in one spelling: Google takes ``image_size`` for ``imageSize``, too."""
    if isinstance(value, list):
        return [_camel_case(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        re.sub(r"_([a-z])", lambda found: found[1].upper(), name): _camel_case(item) for name, item in value.items()
    }


def _described(name: str) -> dict[str, Any]:
    methods = ["generateContent", "countTokens"]
    return {"name": f"models/{name}", "displayName": name, "supportedGenerationMethods": methods}


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="A Gemini API for pictures that fails on demand.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--answer", choices=sorted(ANSWERS), default="picture", help="the answer to every request")
    options = parser.parse_args()
    with GeminiServer(port=options.port, otherwise=ANSWERS[options.answer]) as server:
        print(f"GOOGLE_GEMINI_BASE_URL={server.url}", flush=True)  # noqa: T201 - this is what it is started for
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
