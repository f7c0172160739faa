"""Says who is at the page where it can be reached from elsewhere: by tokens of persons, or by a trusted proxy."""

from __future__ import annotations

import hmac
import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from prompt_kit.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from starlette.datastructures import Headers
    from starlette.types import Scope

LEAST_TOKEN: Final = 32
"""Shortest token of a page that others can reach, in characters."""

LONGEST_NAME: Final = 60
"""Longest name of a person, in characters."""

Network: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_HEADER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_MOST_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class ProxyTrust:
    """A header that names the person, and the proxies from which it counts."""

    header: str
    networks: tuple[Network, ...]

    def person(self, scope: Scope, headers: Headers) -> str:
        """Return the person that a listed proxy names; empty when somebody else sends it, or it is no single name.

        The address is that of the connection itself, which nobody can make up; no header says it.
        """
        client = scope.get("client")
        if not client or not self._is_listed(str(client[0])):
            return ""
        sent = headers.getlist(self.header)
        if len(sent) != 1:
            return ""
        try:
            name = sent[0].encode("latin-1").decode("utf-8").strip()
        except UnicodeError:
            return ""
        # Some servers join headers that came twice with a comma.
        return "" if len(name) > LONGEST_NAME or "," in name or _CONTROL.search(name) else " ".join(name.split())

    def _is_listed(self, host: str) -> bool:
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        plain = getattr(address, "ipv4_mapped", None) or address
        return any(plain in network for network in self.networks)


def trust_of(header: str, proxies: Iterable[str]) -> ProxyTrust:
    """Return which header of which proxies names the person.

    Raises:
        InputError: When the header or a network is none, or no proxy is listed.
    """
    if not _HEADER.fullmatch(header):
        raise InputError(f"--trust-header: '{header[:60]}' is no name of a header, such as X-Forwarded-User.")
    networks = []
    for proxy in proxies:
        try:
            networks.append(ipaddress.ip_network(proxy))
        except ValueError as error:
            fact = f"--proxy: '{proxy[:60]}' is no address and no network, such as 10.0.0.5 or 10.0.0.0/8."
            raise InputError(fact) from error
    if not networks:
        raise InputError("--trust-header needs the addresses of the proxies that may send it, such as --proxy 10.0.0.5")
    return ProxyTrust(header, tuple(networks))


def tokens_in(text: str, source: str) -> dict[str, str]:
    """Return the person of each token of a file: a token on each line, after the name of its person.

    Args:
        text: The content of the file.
        source: How messages call it.

    Raises:
        InputError: When a token is too short, stands there twice, or there is none; no message repeats one.
    """
    persons: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        name, _, token = line.strip().rpartition(" ")
        if not token or token.startswith("#") or name.startswith("#"):
            continue
        where = f"{source}, line {number}"
        if len(token) < LEAST_TOKEN or not token.isascii() or not token.isprintable():
            fact = f"{where}: a token has {LEAST_TOKEN} characters or more, of ASCII and without spaces."
            raise InputError(f'{fact} Make one: python -c "import secrets; print(secrets.token_urlsafe(32))"')
        if token in persons:
            raise InputError(f"{where}: this token stands there twice. Give each person another one.")
        persons[token] = " ".join(name.split())[:LONGEST_NAME]
    if not persons:
        raise InputError(f"{source}: there is no token. Write one on each line, after the name of its person.")
    if len(persons) > 1 and not all(persons.values()):
        raise InputError(f"{source}: of several tokens, each has a name before it, such as: anna TOKEN")
    return persons


def tokens_of(file: Path | None, stated: str) -> dict[str, str]:
    """Return the person of each token that a file or the environment names; none when neither does.

    Raises:
        InputError: When the file cannot be read, or a token is too short.
    """
    from prompt_kit.support.files import read_text

    if file is not None:
        return tokens_in(read_text(file, _MOST_BYTES, str(file)), str(file))
    return tokens_in(stated, "PROMPT_KIT_STUDIO_TOKEN") if stated else {}


def holder_of(token: str, persons: Mapping[str, str]) -> str | None:
    """Return whose token this is; ``None`` when it is nobody's. It takes the same time for every wrong one."""
    holder = None
    for own, person in persons.items():
        if hmac.compare_digest(token.encode(), own.encode()):
            holder = person
    return holder


def is_local(host: str) -> bool:
    """Return whether only this computer reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
