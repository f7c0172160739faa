"""The connection to Google: a signed-in client that stays open as long as it has users."""

from __future__ import annotations

import asyncio
import warnings
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

import google.auth
from google import genai

from prompt_kit.generators.attempts import attempt_from
from prompt_kit.generators.client import BoundedClient
from prompt_kit.generators.gemini.platform import MEANING_OF_SIGN_IN, NO_PROJECT, sign_in_problem
from prompt_kit.generators.network import CONNECT_S, certificates
from prompt_kit.generators.verdicts import NO_CONNECTION

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx2
    from google.auth.credentials import Credentials
    from google.genai import types

    from prompt_kit.generators.attempts import Attempt
    from prompt_kit.generators.gemini.access import Access

SIGN_IN_S: Final = 60.0
"""How long signing in may take."""

_SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"


class NotReadyError(Exception):
    """Nothing can be sent yet, and nothing was; ``attempt`` says why."""

    def __init__(self, attempt: Attempt) -> None:
        super().__init__(attempt.outcome.message)
        self.attempt = attempt


class Connection:
    """The connection to Google, open as long as it has users."""

    def __init__(self) -> None:
        self.users = 0
        self.clock_ahead: timedelta | None = None
        """By how much this computer's clock is ahead of Google's, once an answer came; below zero it is behind."""
        self._client: genai.Client | None = None
        self._http: httpx2.AsyncClient | None = None
        self._credentials: Credentials | None = None
        self._turn = asyncio.Lock()

    @property
    def token(self) -> str:
        """The secret that credentials have become, if there is one; it must never be shown."""
        return str(getattr(self._credentials, "token", None) or "")

    async def client(
        self, options: Callable[[], types.HttpOptions], access: Access, *, within_s: float
    ) -> genai.Client:
        """Return the open client, or open one; with credentials, its token is valid for some minutes.

        Args:
            options: Makes the SDK's options.
            access: The credential.
            within_s: How long an answer may take.

        Raises:
            NotReadyError: When there are no credentials, or Google does not take them.
        """
        if self._client is not None and self._credentials is None:
            return self._client
        async with self._turn:
            if self._client is None:
                self._client = await self._opened(options, access, within_s)
            if self._credentials is not None:
                await _signed_in(_refresh, self._credentials)
            return self._client

    async def leave(self) -> None:
        """Count one user less, and close the connection after the last one."""
        self.users -= 1
        if self.users == 0:
            client, http, self._client, self._http = self._client, self._http, None, None
            self._credentials = None
            # A lock belongs to the event loop in which it was first waited for.
            self._turn = asyncio.Lock()
            if client:
                client.close()
            if http:
                await http.aclose()

    async def _opened(self, options: Callable[[], types.HttpOptions], access: Access, within_s: float) -> genai.Client:
        who: dict[str, Any] = {"enterprise": access.platform, "api_key": access.key or None}
        if access.platform:
            who |= {"project": access.project or None, "location": access.location or None}
        if access.by_credentials:
            credentials, own = access.credentials, None
            if credentials is None:
                credentials, own = await _signed_in(_default)
            project = access.project or own or getattr(credentials, "project_id", None)
            if not project:
                raise NotReadyError(attempt_from(NO_PROJECT))
            self._credentials = credentials
            who |= {"credentials": credentials, "project": project}
        # Giving the client also keeps the SDK from changing to aiohttp, whose exceptions are others, when that happens
        # to be installed.
        hooks: dict[str, list[Callable[..., Any]]] = {"request": [_connect_soon], "response": [self._look_at_the_clock]}
        try:
            trust = certificates()
            self._http = BoundedClient(within_s=within_s, verify=trust, timeout=None, event_hooks=hooks)
        except (ImportError, OSError) as error:
            raise NotReadyError(attempt_from(NO_CONNECTION, says=str(error))) from error
        shared = {"client_args": {"verify": trust}, "async_client_args": {"ssl": trust}}
        patched = options().model_copy(update={"httpx_async_client": self._http, **shared})
        return genai.Client(**who, http_options=patched)

    async def _look_at_the_clock(self, response: httpx2.Response) -> None:
        try:
            there = parsedate_to_datetime(response.headers.get("date", ""))
        except ValueError:
            return
        if there.tzinfo is not None:
            self.clock_ahead = datetime.now(UTC) - there


async def _connect_soon(request: httpx2.Request) -> None:
    """Shorten the time for connecting; the SDK knows one limit for everything."""
    limits = request.extensions.get("timeout", {})
    limits["connect"] = min(CONNECT_S, limits.get("connect") or CONNECT_S)


async def _signed_in(step: Callable[..., Any], *given: Any) -> Any:
    """Return what a step of signing in returns; google-auth waits for files and answers, so a thread does it."""
    try:
        async with asyncio.timeout(SIGN_IN_S):
            return await asyncio.to_thread(step, *given)
    except tuple(MEANING_OF_SIGN_IN) as error:
        raise NotReadyError(sign_in_problem(error)) from error


def _default() -> tuple[Credentials, str | None]:
    """Return the credentials that google-auth finds, and the project they belong to."""
    with warnings.catch_warnings():
        # Credentials of a person may name no project that pays; Google reports that when it needs one.
        warnings.simplefilter("ignore")
        default: tuple[Credentials, str | None] = google.auth.default(scopes=[_SCOPE])
    return default


def _refresh(credentials: Credentials) -> None:
    """Get a token before it is needed, so that a slow sign-in is never taken for a lost answer."""
    if not credentials.valid:
        from google.auth.transport.requests import Request

        credentials.refresh(Request())  # type: ignore[no-untyped-call]
