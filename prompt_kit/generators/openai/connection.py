"""The connection to OpenAI or a server like it: a client that is open as long as it is used."""

from __future__ import annotations

from typing import Any, Final

import httpx2
import openai

from prompt_kit.generators.client import BoundedClient
from prompt_kit.generators.network import CONNECT_S, certificates

NO_KEY: Final = "none"


class NoConnectionError(OSError):
    """The proxy or certificates that the environment names cannot be used; nothing was sent."""


class Connection:
    """The connection, open as long as it has users."""

    def __init__(self) -> None:
        self.users = 0
        self._client: openai.AsyncOpenAI | None = None

    def client(self, *, key: str, address: str, timeout_s: float) -> openai.AsyncOpenAI:
        """Return the open connection, or open it.

        Raises:
            NoConnectionError: When it cannot be prepared here.
        """
        if self._client is None:
            limits = httpx2.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s))
            # Giving the client also keeps the SDK from changing to aiohttp, whose exceptions are others.
            try:
                http = BoundedClient(within_s=timeout_s + 1, verify=certificates(), timeout=limits)
            except (ImportError, OSError) as error:
                raise NoConnectionError(str(error)) from error
            # No retries: the SDK would send again after a timeout, too, when the picture may be paid already.
            self._client = openai.AsyncOpenAI(
                api_key=key or NO_KEY, base_url=address, timeout=limits, max_retries=0, http_client=http
            )
        return self._client

    async def leave(self) -> None:
        """Count one user less, and close the connection after the last one."""
        self.users -= 1
        if self.users == 0 and self._client is not None:
            client, self._client = self._client, None
            await client.close()


def headers(key: str) -> dict[str, Any]:
    """Return the headers a request needs besides the SDK's own: without a key, none is shown."""
    return {} if key else {"Authorization": openai.Omit()}
