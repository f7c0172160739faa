"""Keeps the answers of a provider's server back, so that a test decides when a picture is there."""

from __future__ import annotations

from threading import Semaphore
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gemini_replies import Answer, Asked
    from wire_server import Reply

LIMIT_S: Final = 120
"""Longest wait for a request to come, or for a test to let its answer go."""


class HeldAnswers:
    """Answers of a server that wait until a test lets them go."""

    def __init__(self, answer: Answer) -> None:
        self._answer, self._asked, self._free = answer, Semaphore(0), Semaphore(0)

    def __call__(self, asked: Asked) -> Reply:
        """Answer a request once that is allowed."""
        self._asked.release()
        self._free.acquire(timeout=LIMIT_S)
        return self._answer(asked)

    def wait_for(self, count: int) -> None:
        """Wait until so many more requests have come."""
        for _ in range(count):
            assert self._asked.acquire(timeout=LIMIT_S), "The request did not come."

    def let_go(self, count: int = 1) -> None:
        """Let so many more answers go."""
        self._free.release(count)
