"""What all connections to providers share, and why a provider's computer could not be reached."""

from __future__ import annotations

import os
import socket
import ssl
from functools import cache
from typing import TYPE_CHECKING, Final

import httpx2

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECT_S: Final = 20.0
"""How long a connection may take to come about, in seconds; without it nothing was sent and nothing is charged."""

_PROXIES: Final = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy")


@cache
def certificates() -> ssl.SSLContext:
    """Return the system's certificates; reading them takes 28 ms, and the SDKs would do it for every client."""
    return httpx2.create_ssl_context()


def unreachable(error: Exception, host: str) -> tuple[str, str]:
    """Return why a computer could not be reached, and what to do about it."""
    causes = tuple(_causes(error))
    says = " ".join(map(str, causes)).lower()
    proxy = next((name for name in _PROXIES if os.environ.get(name)), "")
    if isinstance(error, httpx2.ProxyError):
        return f"The proxy in {proxy or 'the settings'} does not let the request through.", "Look at its address."
    if any(isinstance(cause, ssl.SSLError) for cause in causes) or "certificate" in says:
        step = "Look at this computer's clock. A company's own certificate belongs into the system's store."
        return f"The connection to {host} is not trusted: its certificate does not hold.", step
    if any(isinstance(cause, socket.gaierror) for cause in causes) or "name or service" in says or "resolution" in says:
        return f"There is no way to {host}: the name is not found.", "Look at the network and its DNS."
    behind = f" The proxy in {proxy} is between." if proxy else ""
    return f"{host} does not answer.{behind}", "Look at the network, a firewall, the proxy and the base URL."


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
