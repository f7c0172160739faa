"""A Gemini server that breaks off at random and writes each answer it charges for into a bill, in a process of its own.

``python billing_server.py BILL SEED`` prints its address, and ends with its standard input.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gemini_batches import Batches
from gemini_replies import blocked, encoded_picture, parts, refused, retry_delay
from gemini_server import GeminiServer
from wire_server import Reply

if TYPE_CHECKING:
    from gemini_replies import Answer, Asked

FAULTS: Final = {"none": 78, "half": 4, "reset": 4, "busy": 4, "overloaded": 4, "blocked": 3, "no picture": 3}
"""What happens to answers, and how often in a hundred."""

FREE: Final[dict[str, Answer]] = {
    "busy": refused(429, retry_delay("0.01s")),
    "overloaded": refused(503, retry_delay("0.01s")),
    "blocked": blocked(),
    "no picture": parts(finish="NO_IMAGE"),
}
"""The answers that cost nothing."""


class Bill:
    """Answers requests, and writes down what is charged before the answer leaves."""

    def __init__(self, path: Path, seed: int) -> None:
        self._path, self._dice, self._lock = path, random.Random(seed), threading.Lock()

    def answer(self, asked: Asked) -> Reply:
        """Return a picture that no other answer has, or what goes wrong this time."""
        with self._lock:
            [fault] = self._dice.choices([*FAULTS], [*FAULTS.values()])
            if fault in FREE:
                return FREE[fault](asked)
            data = base64.b64decode(encoded_picture((64, 64), "image/png")) + os.urandom(8)
            line = {"text": asked.message, "sha256": hashlib.sha256(data).hexdigest(), "fault": fault}
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        inline = {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(data).decode()}}
        reply = parts(inline)(asked)
        return Reply(reply.body, ending="whole" if fault == "none" else fault)  # type: ignore[arg-type] # the others are free


def main(bill: Path, seed: int) -> None:
    """Serve until nobody is there any more."""
    dice = random.Random(seed + 1)
    with GeminiServer(otherwise=Bill(bill, seed).answer) as server:
        batches = Batches(server)
        batches.script("RUNNING", "SUCCEEDED")
        if dice.random() < 0.3:
            batches.swallowed = 1
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
