"""The connection to OpenAI or a server like it: address, key, and the client that is open as long as it is used."""

from __future__ import annotations

import os
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import openai

from prompt_kit.generators.network import CONNECT_S, certificates
from prompt_kit.generators.openai.access import KEY
from prompt_kit.outcome import Outcome, Status

ADDRESS: Final = "OPENAI_BASE_URL"
"""Where another address is looked for, as the SDK does (openai 3.54.0)."""

HOME: Final = "https://api.openai.com/v1"
"""OpenAI's own address (openai 3.54.0)."""

KEYS_PAGE: Final = "platform.openai.com/api-keys"

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
            # Redirects would send the pictures to another address. Giving the client also keeps the SDK from
            # changing to aiohttp, whose exceptions are others.
            try:
                http = httpx2.AsyncClient(verify=certificates(), timeout=limits, follow_redirects=False)
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


def address(given: str | None) -> str:
    """Return the address of the API: the one that was given, the environment's, or OpenAI's own."""
    return (given or os.environ.get(ADDRESS, "").strip() or HOME).rstrip("/")


def at_home(address: str) -> bool:
    """Return whether an address is OpenAI's own, or one of its regions."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return host == "api.openai.com" or host.endswith(".api.openai.com")


def headers(key: str) -> dict[str, Any]:
    """Return the headers a request needs besides the SDK's own: without a key, none is shown."""
    return {} if key else {"Authorization": openai.Omit()}


def key_problem(key: str, place: str, *, home: bool) -> Outcome | None:
    """Return what is wrong with the key; other servers than OpenAI's may need none."""
    if not key and home:
        return Outcome(
            Status.AUTH,
            message="There is no key for the OpenAI API.",
            next_step=f"Set {KEY}; keys are made at {KEYS_PAGE}. 'proof' needs none, nor do many servers of one's own.",
            billable="no",
        )
    if not key.isascii() or (key and not key.isprintable()) or " " in key:
        return Outcome(
            Status.AUTH,
            message="The key for the OpenAI API holds characters that no key has.",
            next_step=f"Copy it again. The key in use is {place}.",
            billable="no",
        )
    return None
