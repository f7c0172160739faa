"""A provider's server that breaks off at random and writes each answer it charges for into a bill, in its own process."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import gemini_replies
import openai_replies
from gemini_batches import Batches
from gemini_server import GeminiServer
from openai_server import OpenAIServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

    from wire_server import Reply, WireServer

FAULTS: Final = {"none": 78, "half": 4, "reset": 4, "busy": 4, "overloaded": 4, "blocked": 3, "no picture": 3}
"""What happens to answers, and how often in a hundred."""

GEMINI_TOKENS: Final = 1120
"""How many tokens a picture of Gemini's is."""

FREE_AT_GEMINI: Final[dict[str, gemini_replies.Answer]] = {
    "busy": gemini_replies.refused(429, gemini_replies.retry_delay("0.01s")),
    "overloaded": gemini_replies.refused(503, gemini_replies.retry_delay("0.01s")),
    "blocked": gemini_replies.blocked(),
    "no picture": gemini_replies.parts(finish="NO_IMAGE"),
}
"""The answers that cost nothing."""

FREE_AT_OPENAI: Final[dict[str, openai_replies.Answer]] = {
    "busy": openai_replies.refused(429, reason="rate_limit_exceeded", retry_after="0.01"),
    "overloaded": openai_replies.refused(503, retry_after="0.01"),
    "blocked": openai_replies.blocked(),
    "no picture": openai_replies.blocked("input"),
}
"""The same from OpenAI, which has no answer without a picture."""


class Bill:
    """Throws the dice for each answer, and writes down what is charged before the answer leaves."""

    def __init__(self, path: Path, seed: int) -> None:
        self._path, self._dice, self._lock = path, random.Random(seed), threading.Lock()

    def answer(self, free: Callable[[str], Reply | None], made: Callable[[bytes], tuple[Reply, int]]) -> Reply:
        """Return a picture that no other answer has, or what goes wrong this time.

        Args:
            free: Returns what costs nothing, by the name of the fault.
            made: Returns the answer with a picture, and its tokens.
        """
        with self._lock:
            [fault] = self._dice.choices([*FAULTS], [*FAULTS.values()])
            if refusal := free(fault):
                return refusal
            data = base64.b64decode(gemini_replies.encoded_picture((64, 64), "image/png")) + os.urandom(8)
            reply, tokens = made(data)
            line = {"sha256": hashlib.sha256(data).hexdigest(), "tokens": tokens, "fault": fault}
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        return replace(reply, ending="whole" if fault == "none" else fault)  # type: ignore[arg-type] # the others are free


@contextmanager
def gemini(bill: Bill, seed: int) -> Iterator[WireServer[Any]]:
    """Serve as Gemini, with jobs, and yield the server."""

    def answer(asked: gemini_replies.Asked) -> Reply:
        def made(data: bytes) -> tuple[Reply, int]:
            inline = {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(data).decode()}}
            return gemini_replies.parts(inline)(asked), GEMINI_TOKENS

        return bill.answer(lambda fault: _free(FREE_AT_GEMINI, fault, asked), made)

    dice = random.Random(seed + 1)
    with GeminiServer(otherwise=answer) as server:
        batches = Batches(server)
        batches.script("RUNNING", "SUCCEEDED")
        if dice.random() < 0.3:
            batches.swallowed = 1
        yield server


@contextmanager
def openai(bill: Bill, _: int) -> Iterator[WireServer[Any]]:
    """Serve as OpenAI, and yield the server."""

    def answer(asked: openai_replies.Asked) -> Reply:
        def made(data: bytes) -> tuple[Reply, int]:
            counted = openai_replies.usage(asked)
            body = {"created": 1, "data": [{"b64_json": base64.b64encode(data).decode()}], "usage": counted}
            return openai_replies.raw(body)(asked), counted["output_tokens"]

        return bill.answer(lambda fault: _free(FREE_AT_OPENAI, fault, asked), made)

    with OpenAIServer(otherwise=answer) as server:
        yield server


def _free(answers: dict[str, Any], fault: str, asked: Any) -> Reply | None:
    reply: Reply | None = answers[fault](asked) if fault in answers else None
    return reply


def serve(provider: str, bill: Path, seed: int, pipe: Connection) -> None:
    """Serve, and say the address, until the other end of the pipe says ``end`` or is gone.

    Whenever it says ``settle``, say ``settled`` once everything is answered that processes sent which have ended since.
    """
    make, charges = {"gemini": gemini, "openai": openai}[provider], Bill(bill, seed)
    with make(charges, seed) as server, suppress(EOFError):
        pipe.send(server.url)
        while pipe.recv() == "settle":
            server.settle()
            pipe.send("settled")
