"""Makes pictures with OpenAI's image models, or with a server that has the same API."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

import httpx2
import openai

from prompt_kit.errors import InputError
from prompt_kit.generators import Checked
from prompt_kit.generators.attempts import Attempt, failed_attempt
from prompt_kit.generators.client import AnswerTooLargeError, arrival
from prompt_kit.generators.network import address_problem, host
from prompt_kit.generators.openai.access import KEY, address, at_home, given_key, key_problem
from prompt_kit.generators.openai.answers import read, refused
from prompt_kit.generators.openai.checks import CHECK_S, checked
from prompt_kit.generators.openai.connection import Connection, NoConnectionError, headers
from prompt_kit.generators.openai.requests import Asking
from prompt_kit.generators.openai.verdicts import (
    BAD_ADDRESS,
    LOST_ON_THE_WAY,
    NO_ANSWER_IN_TIME,
    NOT_OPENAI,
    SENT_NOTHING,
)
from prompt_kit.generators.opening import PerLoop
from prompt_kit.generators.options import option_problem
from prompt_kit.generators.redaction import attempt_without_key
from prompt_kit.generators.retrying import retried
from prompt_kit.generators.verdicts import NO_CONNECTION, TOO_LARGE, Verdict
from prompt_kit.outcome import Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from prompt_kit.generators import Request

# The SDK logs what outcomes and `on_wait` report already. Without any handler Python would print it.
logging.getLogger("openai").addHandler(logging.NullHandler())

MEANING_OF_FAILURE: Final[Mapping[type[BaseException], Verdict]] = {
    httpx2.ConnectError: SENT_NOTHING,
    httpx2.ConnectTimeout: SENT_NOTHING,
    httpx2.PoolTimeout: SENT_NOTHING,
    httpx2.ProxyError: SENT_NOTHING,
    NoConnectionError: NO_CONNECTION,
    httpx2.InvalidURL: BAD_ADDRESS,
    httpx2.UnsupportedProtocol: BAD_ADDRESS,
    httpx2.LocalProtocolError: BAD_ADDRESS,
    httpx2.TimeoutException: NO_ANSWER_IN_TIME,
    TimeoutError: NO_ANSWER_IN_TIME,
    AnswerTooLargeError: TOO_LARGE,
    httpx2.HTTPError: LOST_ON_THE_WAY,
    # What the SDK raises without a cause of its own.
    openai.APITimeoutError: NO_ANSWER_IN_TIME,
    openai.APIConnectionError: LOST_ON_THE_WAY,
    # What the SDK raises for an address or key that it cannot use, and for a page in no known encoding.
    openai.OpenAIError: BAD_ADDRESS,
    ValueError: BAD_ADDRESS,
    UnicodeDecodeError: NOT_OPENAI,
    # An error page with too deeply nested brackets.
    RecursionError: NOT_OPENAI,
}
"""Each way in which a request or its answer gets lost; the nearest class of an exception or its cause decides."""


@dataclass(frozen=True, kw_only=True)
class OpenAI:
    """OpenAI's image models through the Images API, and other servers with the same API.

    It works as it is; inside ``async with`` one connection serves all requests, which saves each of them the
    handshakes. It may be entered several times at once; each event loop has a connection of its own.
    """

    name: ClassVar[str] = "openai"
    free: ClassVar[bool] = False

    api_key: str | None = field(default=None, repr=False)
    """The key; else the environment's ``OPENAI_API_KEY``, when a picture is made. Other servers may need none."""
    base_url: str | None = None
    """Another address of the API, with its version; else the environment's ``OPENAI_BASE_URL``, else OpenAI's own."""
    timeout_s: float = 300.0
    """How long one answer may take; complex prompts take up to two minutes (developers.openai.com, 2026-04)."""
    attempts: int = 4
    """How often a request is sent at most; only what was certainly not charged is sent again."""
    on_wait: Callable[[float, str], None] | None = None
    """Called with about how many seconds are waited before the next try, and why, in one or two plain sentences."""
    _connections: PerLoop[Connection] = field(
        default_factory=partial(PerLoop, Connection), init=False, repr=False, compare=False
    )

    @property
    def elsewhere(self) -> str:
        """The computer that is asked, when it is not OpenAI's; empty when it is."""
        where = address(self.base_url if isinstance(self.base_url, str) else None)
        return "" if at_home(where) else host(where)

    @property
    def has_access(self) -> bool:
        """Whether there is a key; a server that needs none is asked without."""
        return bool(given_key(self.api_key)[0])

    async def generate(self, request: Request) -> Outcome:
        """Make the pictures of one request.

        Whatever the server, the network or a missing key do becomes an outcome; only mistakes in our own code raise.
        """
        key, place = given_key(self.api_key)
        wrong = self._problem()
        if wrong:
            return replace(wrong, model=request.model.id)
        where = address(self.base_url)
        problem = key_problem(key, place, home=at_home(where)) or address_problem(where)
        if problem:
            return replace(problem, model=request.model.id)
        try:
            asking = Asking.of(request, home=at_home(where))
        except InputError as error:
            return Outcome(Status.INVALID, message=str(error), billable="no", model=request.model.id)
        async with self:
            outcome = await retried(
                lambda: self._try_without_key(asking, key, where), attempts=self.attempts, on_wait=self.on_wait
            )
        if outcome.status is Status.AUTH:
            shown = f"The key in use is {place}." if key else f"No key was sent; {KEY} is not set."
            outcome = replace(outcome, next_step=f"{outcome.next_step} {shown}")
        return outcome

    async def check(self, models: Sequence[str]) -> tuple[Checked, ...]:
        """Check key, network and models, without spending money."""
        key, place = given_key(self.api_key)
        if wrong := self._problem():
            return (Checked("options", "wrong", wrong.message, wrong.next_step),)
        where = address(self.base_url)
        limit_s = min(self.timeout_s, CHECK_S)

        async def listed() -> str:
            client = self._connection.client(key=key, address=where, timeout_s=limit_s)
            async with asyncio.timeout(limit_s):
                return (await client.models.with_raw_response.list(extra_headers=headers(key))).text

        async with self:
            return await checked(key, place, where, models, listed)

    async def __aenter__(self) -> Self:
        """Keep the connection for several requests."""
        self._connection.users += 1
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release the connection; the last user closes it."""
        await self._connection.leave()

    @property
    def _connection(self) -> Connection:
        return self._connections.here()

    def _problem(self) -> Outcome | None:
        """Return what is wrong with the options; they may come from a file, as anything."""
        return option_problem(
            self.name, timeout_s=self.timeout_s, attempts=self.attempts, switches={}, base_url=self.base_url
        )

    async def _try_without_key(self, asking: Asking, key: str, where: str) -> Attempt:
        """Send once, and return the attempt with the key removed from its texts."""
        return attempt_without_key(await self._try(asking, key, where), key)

    async def _try(self, asking: Asking, key: str, where: str) -> Attempt:
        """Send once, and return the attempt."""
        request = asking.request
        with arrival() as heard:
            try:
                client = self._connection.client(key=key, address=where, timeout_s=self.timeout_s)
                response = await asking.send(client.images.with_raw_response, extra_headers=headers(key))
            except openai.APIStatusError as error:
                return refused(error.status_code, _text(error.response), request, headers=error.response.headers)
            except tuple(MEANING_OF_FAILURE) as error:
                if heard.body is not None:
                    # An answer that is here was sent and may be paid, whatever the SDK stumbles over.
                    return read(heard.body, request, wanted=asking.pixels)
                # The SDK wraps what happened in errors of its own.
                cause = error.__cause__ if isinstance(error, openai.APIConnectionError) and error.__cause__ else error
                return failed_attempt(
                    MEANING_OF_FAILURE, cause, error, model=request.model.id, timeout_s=self.timeout_s
                )
        identity = response.headers.get("x-request-id", "")
        return read(heard.body or b"", request, wanted=asking.pixels, response_id=identity)


def _text(response: httpx2.Response) -> str:
    try:
        return response.text
    except (UnicodeDecodeError, httpx2.HTTPError):
        return ""
