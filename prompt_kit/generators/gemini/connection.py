"""The connection to Google: its key, and the clients that stay open as long as somebody uses them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import httpx2
from google import genai

from prompt_kit.outcome import Outcome, Status

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from google.genai import types

KEYS: Final = ("GOOGLE_API_KEY", "GEMINI_API_KEY")
"""Where the key is looked for, in the SDK's own order (google-genai 3.4.0)."""

CONNECT_S: Final = 20.0
"""How long a connection may take to come about; without it nothing was sent and nothing is charged."""


class Line:
    """The connection to Google, open as long as somebody uses it."""

    def __init__(self) -> None:
        self.users = 0
        self._client: genai.Client | None = None
        self._http: httpx2.AsyncClient | None = None

    def client(self, options: Callable[[], types.HttpOptions], key: str) -> genai.Client:
        """Return the open connection, or open it."""
        if self._client is None:
            trust = _trust()
            # Redirects would carry the key to another address. Giving the client also keeps the SDK
            # from changing to aiohttp, whose exceptions are others, when that happens to be installed.
            self._http = httpx2.AsyncClient(
                verify=trust, timeout=None, follow_redirects=False, event_hooks={"request": [_connect_soon]}
            )
            shared = {"client_args": {"verify": trust}, "async_client_args": {"ssl": trust}}
            patched = options().model_copy(update={"httpx_async_client": self._http, **shared})
            self._client = genai.Client(api_key=key, enterprise=False, http_options=patched)
        return self._client

    async def leave(self) -> None:
        """Take one user away, and close after the last one."""
        self.users -= 1
        if self.users == 0:
            client, http, self._client, self._http = self._client, self._http, None, None
            if client:
                client.close()
            if http:
                await http.aclose()


def key_problem(key: str, place: str) -> Outcome | None:
    """Return what is wrong with a key, before anything is sent; ``place`` says where it stood."""
    if not key:
        return Outcome(
            Status.AUTH,
            message="There is no key for the Gemini API.",
            next_step=f"Set {KEYS[1]}; keys are made at aistudio.google.com/api-keys. 'proof' needs none.",
            billable="no",
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        return Outcome(
            Status.AUTH,
            message="The key for the Gemini API holds characters that no key has.",
            next_step=f"Copy it again. The key in use is {place}.",
            billable="no",
        )
    return None


@cache
def _trust() -> ssl.SSLContext:
    """Return the system's certificates; reading them takes 28 ms, and the SDK would do it for every client."""
    return httpx2.create_ssl_context()


async def _connect_soon(request: httpx2.Request) -> None:
    """Shorten the time for connecting; the SDK knows one limit for everything."""
    limits = request.extensions.get("timeout", {})
    limits["connect"] = min(CONNECT_S, limits.get("connect") or CONNECT_S)
