"""Makes pictures with Google's Gemini models through ``generateContent``."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Final

import httpx2
import stamina
from google.genai import errors, types

from prompt_kit.errors import InputError
from prompt_kit.generators.gemini import asking
from prompt_kit.generators.gemini.answers import blotted, duration, finding, read, refused, summed
from prompt_kit.generators.gemini.connection import KEYS, Line, key_problem
from prompt_kit.generators.gemini.verdicts import (
    BAD_ADDRESS,
    LOST_ON_THE_WAY,
    NO_ANSWER_IN_TIME,
    NOT_GEMINI,
    SENT_NOTHING,
    Finding,
    Verdict,
)
from prompt_kit.outcome import Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from types import TracebackType
    from typing import Self

    from prompt_kit.generators import Request

LONGEST_WAIT_S: Final = 90.0
"""When Google asks to wait longer than this, nobody is kept waiting; the outcome says how long."""

# Both libraries talk about what outcomes and `on_wait` say already. Without any handler Python would print it.
for _talker in ("google_genai", "stamina"):
    logging.getLogger(_talker).addHandler(logging.NullHandler())

MEANING_OF_FAILURE: Final[Mapping[type[Exception], Verdict]] = {
    httpx2.ConnectError: SENT_NOTHING,
    httpx2.ConnectTimeout: SENT_NOTHING,
    httpx2.PoolTimeout: SENT_NOTHING,
    httpx2.ProxyError: SENT_NOTHING,
    httpx2.InvalidURL: BAD_ADDRESS,
    httpx2.UnsupportedProtocol: BAD_ADDRESS,
    httpx2.LocalProtocolError: BAD_ADDRESS,
    httpx2.TimeoutException: NO_ANSWER_IN_TIME,
    TimeoutError: NO_ANSWER_IN_TIME,
    httpx2.HTTPError: LOST_ON_THE_WAY,
    # What the SDK says to an address or key that it cannot use, and to an error page in no known encoding.
    ValueError: BAD_ADDRESS,
    UnicodeDecodeError: NOT_GEMINI,
    # An error page of brackets in brackets.
    RecursionError: NOT_GEMINI,
}
"""Each way in which a request or its answer gets lost; the nearest class of an exception decides."""


@dataclass(frozen=True, kw_only=True)
class Gemini:
    """Google's image models through ``generateContent``.

    It works as it is; inside ``async with`` one connection serves all requests, which saves each of them the
    handshakes. It may be entered several times at once, within one event loop.
    """

    name: ClassVar[str] = "gemini"

    api_key: str | None = field(default=None, repr=False)
    """The key; else the environment's ``GOOGLE_API_KEY``, else its ``GEMINI_API_KEY``, when a picture is made."""
    base_url: str | None = None
    """Another address of the API; else the environment's ``GOOGLE_GEMINI_BASE_URL``, else Google's own."""
    api_version: str | None = None
    """Such as ``v1beta``; else the environment's ``GOOGLE_GENAI_API_VERSION``, else the SDK's own, ``v1``."""
    timeout_s: float = 300.0
    """How long one answer may take; a 4K picture of the pro model takes 60 to 120 s and more (2026-10)."""
    attempts: int = 4
    """How often a request is sent at most; only what was certainly not charged is sent again, and once what came
    back empty without a reason."""
    on_wait: Callable[[float, str], None] | None = None
    """Told about how many seconds are waited before the next try, and why, in one or two plain sentences."""
    _line: Line = field(default_factory=Line, init=False, repr=False, compare=False)

    async def generate(self, request: Request) -> Outcome:
        """Make the pictures of one request.

        Whatever Google, the network or a missing key do becomes an outcome; only mistakes in our own code raise.
        """
        key, place = self._key()
        problem = key_problem(key, place)
        if problem:
            return replace(problem, model=request.model.id)
        try:
            contents, config = asking.contents(request), asking.config(request)
        except InputError as error:
            return Outcome(Status.INVALID, message=str(error), billable="no", model=request.model.id)
        async with self:
            outcome = await self._patiently(request, lambda: self._try(request, key, contents, config))
        if outcome.status is Status.AUTH:
            outcome = replace(outcome, next_step=f"{outcome.next_step} The key in use is {place}.")
        return blotted(outcome, key)

    async def __aenter__(self) -> Self:
        """Keep the connection for several requests."""
        self._line.users += 1
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the connection; the last one closes it."""
        await self._line.leave()

    def _key(self) -> tuple[str, str]:
        """Return the key, and where it stood."""
        if self.api_key is not None:
            return self.api_key.strip(), "the one that was given"
        found = next((name for name in KEYS if os.environ.get(name, "").strip()), "")
        return os.environ.get(found, "").strip(), f"in {found}"

    async def _patiently(self, request: Request, send: Callable[[], Awaitable[Finding]]) -> Outcome:
        """Send until there is an answer to live with; what each try may have cost is added up."""
        spent: list[Outcome] = []
        found = Finding(Outcome(Status.CANCELLED))
        with suppress(_Again):
            async for attempt in stamina.retry_context(
                _Again.wanted, attempts=max(1, self.attempts), timeout=None, wait_initial=1.0, wait_max=30.0
            ):
                with attempt:
                    if found.again == "once":
                        spent.append(found.outcome)
                    found = await send()
                    again = None if attempt.num >= self.attempts else _again(found, empty_before=bool(spent))
                    if again is not None:
                        self._announce(found.outcome, again, about_s=attempt.next_wait)
                        raise again
        return summed(found.outcome, spent, request)

    def _announce(self, outcome: Outcome, again: _Again, *, about_s: float) -> None:
        if self.on_wait is None:
            return
        if again.wait is None:
            self.on_wait(about_s, f"{outcome.message} It is asked again in about {duration(about_s)}.")
        else:
            asked = f"It asks to wait {duration(again.wait)}; prompt-kit waits and goes on."
            self.on_wait(again.wait, f"{outcome.message} {asked}")

    async def _try(
        self, request: Request, key: str, contents: types.Content, config: types.GenerateContentConfig
    ) -> Finding:
        """Send once, and say what came of it."""
        try:
            client = self._line.client(self._options, key)
            # The SDK's limit starts anew with every piece that arrives; a trickle must end, too.
            async with asyncio.timeout(self.timeout_s + 1):
                response = await client.aio.models.generate_content(
                    model=request.model.id, contents=contents, config=config
                )
        except errors.APIError as error:
            headers = getattr(error.response, "headers", None) or {}
            return refused(error.code, error.details, request, retry_after=headers.get("retry-after"))
        except tuple(MEANING_OF_FAILURE) as error:
            return _lost(error, request, timeout_s=self.timeout_s)
        raw = response.sdk_http_response
        return read(raw.body if raw else None, request)

    def _options(self) -> types.HttpOptions:
        return types.HttpOptions(
            base_url=self.base_url,
            api_version=self.api_version,
            timeout=max(1, round(self.timeout_s * 1000)),
            # One attempt: with the aiohttp extra the SDK would otherwise send again what may be paid already.
            retry_options=types.HttpRetryOptions(attempts=1),
        )


class _Again(Exception):  # noqa: N818 - nothing went wrong in our code
    """The same request is to be sent again; ``wait`` in seconds, ``None`` for stamina's own back-off."""

    def __init__(self, wait: float | None = None) -> None:
        super().__init__("asked again")
        self.wait = wait

    @staticmethod
    def wanted(error: Exception) -> bool | float:
        """Tell stamina whether to go on, and when."""
        if not isinstance(error, _Again):
            return False
        return True if error.wait is None else error.wait


def _again(found: Finding, *, empty_before: bool) -> _Again | None:
    """Return whether and when to send again: what was not charged, and once what came back empty."""
    wait = found.outcome.retry_after_s
    if found.again == "no" or (found.again == "once" and empty_before):
        return None
    if wait is not None and wait > LONGEST_WAIT_S:
        return None
    return _Again(wait)


def _lost(error: Exception, request: Request, *, timeout_s: float) -> Finding:
    """Return what a failure of the network means."""
    verdict = next(MEANING_OF_FAILURE[kind] for kind in type(error).__mro__ if kind in MEANING_OF_FAILURE)
    told = replace(verdict, message=verdict.message.replace("{timeout}", duration(timeout_s)))
    details = (("network", str(error)),) if str(error) else ()
    return finding(told, says=str(error), reason=type(error).__name__, model=request.model.id, details=details)
