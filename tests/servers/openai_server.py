"""A server that speaks OpenAI's Images API, checks every request, and fails on demand.

In tests::

    with OpenAIServer() as server:
        server.next(refused(429, reason="rate_limit_exceeded", retry_after="0.05"), picture())
        ...
        assert len(server.requests) == 2

By hand, for the command line (``--answer blocked`` makes every answer that one)::

    python tests/servers/openai_server.py --port 8788
    OPENAI_BASE_URL=http://127.0.0.1:8788/v1 OPENAI_API_KEY=anything prompt-kit generate … --generator openai
"""

from __future__ import annotations

import json
from dataclasses import replace
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any, ClassVar, Final

from openai_replies import ANSWERS, Answer, Asked, picture, refused
from openai_rules import MODELS, Broken, broken_rules
from wire_server import Reply, WireServer, serve_by_hand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wire_server import Arrived

_TASKS: Final = {"/v1/images/generations", "/v1/images/edits"}
_LIST: Final = "/v1/models"
_NO_JSON: Final = refused(400, "We could not parse the JSON body of your request.")


class OpenAIServer(WireServer[Asked]):
    """The server; a context manager that listens on 127.0.0.1 in threads of its own."""

    provider: ClassVar[str] = "OpenAI"
    prefix: ClassVar[str] = "/v1"

    def __init__(
        self,
        *,
        port: int = 0,
        key: str | None = None,
        strict: bool = True,
        otherwise: Answer | None = None,
        expects_violations: bool = False,
    ) -> None:
        """Prepare the server; a picture is the answer when there is no other.

        Args:
            port: The port; 0 takes a free one.
            key: The only key that is taken; any when left out.
            strict: Whether it is OpenAI; else it is a compatible server that may need no key and has no rules.
            otherwise: The answer to requests of pictures when none is scripted.
            expects_violations: Whether requests that break OpenAI's rules are what is tested.
        """
        super().__init__(port=port, key=key, otherwise=otherwise or picture(), expects_violations=expects_violations)
        self.strict = strict
        self.models: Sequence[str] = MODELS
        """The models it lists."""
        self.ends: dict[str, str] = {}
        """The day on which a model will be shut down, by its id."""

    def respond(self, arrived: Arrived) -> Reply:
        """Return what goes back for whatever has arrived."""
        kind = arrived.headers.get("content-type", "")
        if kind.startswith("multipart/form-data"):
            asked = Asked(arrived.path, arrived.headers, *_form(kind, arrived.content), method=arrived.method)
        else:
            try:
                fields = json.loads(arrived.content or "{}")
            except ValueError:
                return _NO_JSON(Asked(arrived.path, arrived.headers, {}))
            asked = Asked(arrived.path, arrived.headers, fields, method=arrived.method)
        reply = self.reply(asked)
        return replace(reply, headers=(("x-request-id", f"req_{len(self.requests)}"), *reply.headers))

    def evaluated(self, asked: Asked) -> Reply:
        """Return what OpenAI would say to a request, without a note of it; what is scripted answers any of them."""
        refusal = self._stranger(asked) or (self._refusal(asked) if self.strict else None)
        if refusal:
            return refusal
        return self._models(asked) if asked.method == "GET" and not self.waiting else self.scripted(asked)

    def _stranger(self, asked: Asked) -> Reply | None:
        key = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if not key and (self.strict or self.key):
            return refused(401, "You didn't provide an API key.")(asked)
        if self.key is not None and key != self.key:
            return refused(401, f"Incorrect API key provided: {key}.", reason="invalid_api_key")(asked)
        return None

    def _refusal(self, asked: Asked) -> Reply | None:
        listed = asked.path == _LIST or asked.path.startswith(f"{_LIST}/")
        if (asked.method, asked.path in _TASKS, listed) not in {("POST", True, False), ("GET", False, True)}:
            return refused(404, f"Invalid URL ({asked.method} {asked.path})")(asked)
        if listed:
            return None
        rule = next(broken_rules(asked.task, asked.fields, asked.files), None)
        if rule is not None:
            self.violations.append(rule.message)
            return _told(rule)
        gone = str(asked.fields["model"])
        return _no_model(gone) if gone in self.withdrawn else None

    def _models(self, asked: Asked) -> Reply:
        there = [self._described(name) for name in self.models if name not in self.withdrawn]
        if asked.path == _LIST:
            return Reply({"object": "list", "data": there})
        return next((Reply(one) for one in there if one["id"] == asked.task), _no_model(asked.task))

    def _described(self, name: str) -> dict[str, Any]:
        told = {"id": name, "object": "model", "created": 1_795_000_000, "owned_by": "system"}
        return told | {"shutdown_date": self.ends.get(name)}


def _no_model(name: str) -> Reply:
    return _told(
        Broken(f"The model '{name}' does not exist or you do not have access to it.", "model", "model_not_found", 404)
    )


def _told(rule: Broken) -> Reply:
    error = {"message": rule.message, "type": "invalid_request_error", "param": rule.param, "code": rule.code}
    return Reply({"error": error}, rule.status)


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


if __name__ == "__main__":
    serve_by_hand(
        "An Images API that fails on demand.",
        "OPENAI_BASE_URL",
        ANSWERS,
        lambda port, answer: OpenAIServer(port=port, otherwise=answer),
    )
