"""Checks to which addresses requests may go, and explains why a computer could not be reached."""

from __future__ import annotations

import os
import socket
import ssl
from functools import cache, lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import httpx2

from prompt_kit.outcome import Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECT_S: Final = 20.0
"""How long it may take to connect, in seconds; without it nothing was sent and nothing is charged."""

_PROXIES: Final = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy")


@cache
def certificates() -> ssl.SSLContext:
    """Return the system's certificates; reading them takes 28 ms, and the SDKs would do it for every client."""
    return httpx2.create_ssl_context()


def host(address: str) -> str:
    """Return the computer of an address, with its port and without a password; nothing when there is none to ask."""
    try:
        parts = urlsplit(address)
        there = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        return ""
    named = parts.netloc.rpartition("@")[2]
    return named if there and named.isprintable() and " " not in named else ""


@lru_cache(maxsize=16)
def address_problem(address: str) -> Outcome | None:
    """Return what is wrong with an address: it is not that of a server, or others could read the key on the way."""
    if named := host(address):
        parts = urlsplit(address)
        if parts.scheme == "https" or _is_here(parts.hostname or ""):
            return None
        return Outcome(
            Status.INVALID,
            message=f"The base URL leads to {named} over plain http: anybody on the way could read the key.",
            next_step="Use https; plain http is for this computer alone, such as http://localhost:8000/v1.",
            billable="no",
        )
    return Outcome(
        Status.INVALID,
        message="The base URL is not the address of a server.",
        next_step="Look at the base URL; it begins with http:// or https://, and usually ends with /v1.",
        billable="no",
    )


def _is_here(name: str) -> bool:
    """Return whether a host is this computer itself."""
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def unreachable(error: Exception, host: str) -> tuple[str, str]:
    """Return why a computer could not be reached, and what to do about it."""
    causes = tuple(_causes(error))
    says = " ".join(map(str, causes)).lower()
    proxy = next((name for name in _PROXIES if os.environ.get(name)), "")
    if isinstance(error, httpx2.ProxyError):
        return f"The proxy in {proxy or 'the settings'} does not let the request through.", "Look at its address."
    if any(isinstance(cause, ssl.SSLError) for cause in causes) or "certificate" in says:
        step = "Look at this computer's clock. A company's own certificate belongs into the system's store."
        return f"The connection to {host} is not trusted: its certificate is not valid.", step
    if any(isinstance(cause, socket.gaierror) for cause in causes) or "name or service" in says or "resolution" in says:
        return f"{host} cannot be reached: the name is not found.", "Look at the network and its DNS."
    behind = f"  The request goes through the proxy in {proxy}." if proxy else ""
    return f"{host} does not answer.{behind}", "Look at the network, a firewall, the proxy and the base URL."


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
