"""A server that speaks the Gemini API for pictures, checks every request, and fails on demand.

In tests::

    with GeminiServer() as server:
        server.next(refused(429, retry_delay("0.05s")), picture())
        ...
        assert len(server.requests) == 2

By hand, for the command line (``--answer 503`` makes every answer that one)::

    python tests/servers/gemini_server.py --port 8787
    GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:8787 GEMINI_API_KEY=anything prompt-kit generate …

A prompt can ask for an answer itself: ``[[answer: blocked]]`` anywhere in its words; the names are in
`gemini_replies.ANSWERS`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol
from urllib.parse import parse_qsl, urlsplit

from gemini_files import Files
from gemini_platform import TOKEN, Platform, platform_path
from gemini_replies import ANSWERS, Answer, Asked, bad_key, input_tokens, picture, refused
from gemini_rules import MAX_BYTES, MODELS, broken_rules
from wire_server import Reply, WireServer, serve_by_hand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wire_server import Arrived

_PATH: Final = re.compile(r"^/(v1|v1beta)/models(?:/([^:/?]+))?(?::(\w+))?(?:\?.*)?$")
_DIRECTIVE: Final = re.compile(r"\[\[answer: ([\w-]+)\]\]")
_TOO_LARGE: Final = refused(413, message=f"Request payload size exceeds the limit: {MAX_BYTES} bytes.")
_BATCHES: Final = re.compile(r":(?:async)?[bB]atch\w+|/batches\b|batchPredictionJobs")
_NO_JSON: Final = refused(400, message="Invalid JSON payload received.")


class Service(Protocol):
    """A further service at the same address, such as the Batch API."""

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> Reply | None:
        """Return what it says to a request, or ``None`` when it has nothing to do with it."""


class GeminiServer(WireServer[Asked]):
    """The server; a context manager that listens on 127.0.0.1 in threads of its own."""

    provider: ClassVar[str] = "Google"
    charset: ClassVar[str] = "; charset=UTF-8"
    most_bytes: ClassVar[int] = MAX_BYTES

    def __init__(
        self,
        *,
        port: int = 0,
        key: str | None = None,
        otherwise: Answer | None = None,
        expects_violations: bool = False,
    ) -> None:
        """Prepare the server; a picture is the answer when there is no other."""
        super().__init__(port=port, key=key, otherwise=otherwise or picture(), expects_violations=expects_violations)
        self.files = Files(lambda: self.url)
        """What was uploaded."""
        self.platform = Platform()
        """The Agent Platform at the same address."""
        self.batches: Service | None = None
        """Who answers requests for batches, before everyone else."""

    def respond(self, arrived: Arrived) -> Reply:
        """Return what goes back for whatever has arrived."""
        body: dict[str, Any] = {}
        if not arrived.whole:
            return _TOO_LARGE(_asked(arrived, body))
        if "upload_id=" not in arrived.path and arrived.path != TOKEN:
            try:
                body = _camel_case(json.loads(arrived.content or "{}"))
            except ValueError:
                return _NO_JSON(_asked(arrived, body))
        asked = _asked(arrived, body)
        return self.other(asked, arrived.content) or self.reply(asked)

    def evaluated(self, asked: Asked) -> Reply:
        """Return what Google would say to a request, without a note of it, as a batch asks for each of its own."""
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
        self.note(asked)
        query = dict(parse_qsl(url.query))
        # Those who know an upload's address may upload; everyone else shows the key.
        refusal = None if "upload_id" in query else self._stranger(asked)
        return refusal or self.files.answer(asked, query, content)

    def broken_rules(self) -> list[str]:
        """Return everything that Google would have refused, uploads too."""
        return [*self.violations, *self.files.broken]

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
        return self.scripted(asked)


def _asked(arrived: Arrived, body: dict[str, Any]) -> Asked:
    found, place = _PATH.match(arrived.path), platform_path(arrived.path)
    version, model, task = found.groups(default="") if found else ("", "", "")
    if place:
        version, model, task = place.version, place.model, place.task
    return Asked(arrived.method, arrived.path, arrived.headers, body, version, model, task)


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


if __name__ == "__main__":
    serve_by_hand(
        "A Gemini API for pictures that fails on demand.",
        "GOOGLE_GEMINI_BASE_URL",
        ANSWERS,
        lambda port, answer: GeminiServer(port=port, otherwise=answer),
    )
