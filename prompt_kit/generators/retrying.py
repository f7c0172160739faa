"""Sends a request again while that is safe, and announces each wait."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import stamina

from prompt_kit.support.durations import duration

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from prompt_kit.generators.attempts import Attempt
    from prompt_kit.outcome import Outcome

LONGEST_WAIT_S: Final = 90.0
"""Longest wait before a request is sent again, in seconds; when a provider asks for more, the outcome says so."""

# stamina would log what `on_wait` reports already. Without any handler Python would print it.
logging.getLogger("stamina").addHandler(logging.NullHandler())


async def retried(
    send: Callable[[], Awaitable[Attempt]],
    *,
    attempts: int,
    on_wait: Callable[[float, str], None] | None = None,
) -> Outcome:
    """Send a request until the answer is final, and return its outcome.

    Args:
        send: Sends the request once; it is sent again only if the `Attempt` allows that.
        attempts: How often it is sent at most.
        on_wait: Called with about how many seconds are waited before the next try, and why.
    """
    first = last = await send()
    if _again(first) is None:  # nearly always; the machinery below takes longer than all else here
        return first.outcome
    with suppress(_Again):
        async for attempt in stamina.retry_context(
            _Again.wanted, attempts=max(1, attempts), timeout=None, wait_initial=1.0, wait_max=30.0
        ):
            with attempt:
                last = first if attempt.num == 1 else await send()
                again = _again(last) if attempt.num < attempts else None
                if again is not None:
                    if on_wait is not None:
                        on_wait(*_announcement(last.outcome, again, about_s=attempt.next_wait))
                    raise again
    return last.outcome


class _Again(Exception):  # noqa: N818 - nothing went wrong in our code
    """The same request is to be sent again; ``wait`` in seconds, ``None`` for stamina's own back-off."""

    def __init__(self, wait: float | None = None) -> None:
        super().__init__("asked again")
        self.wait = wait

    @staticmethod
    def wanted(error: Exception) -> bool | float:
        """Tell stamina whether to send again, and after how many seconds."""
        if not isinstance(error, _Again):
            return False
        return True if error.wait is None else error.wait


def _again(attempt: Attempt) -> _Again | None:
    wait = attempt.outcome.retry_after_s
    if attempt.again != "yes" or (wait is not None and wait > LONGEST_WAIT_S):
        return None
    return _Again(wait)


def _announcement(outcome: Outcome, again: _Again, *, about_s: float) -> tuple[float, str]:
    if again.wait is None:
        return about_s, f"{outcome.message} It is asked again in about {duration(about_s)}."
    asked = f"It asks to wait {duration(again.wait)}; prompt-kit waits and goes on."
    return again.wait, f"{outcome.message} {asked}"
