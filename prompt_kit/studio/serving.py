"""Starts the web server on this computer, and prints the address with its token."""

from __future__ import annotations

import secrets
import socket
import webbrowser
from typing import TYPE_CHECKING, Final

import uvicorn

from prompt_kit.errors import InputError, WorkspaceError
from prompt_kit.studio.access import PageAccess
from prompt_kit.studio.app import create_app
from prompt_kit.studio.identity import is_local, tokens_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from prompt_kit.kit import Kit
    from prompt_kit.project import Project
    from prompt_kit.studio.identity import ProxyTrust

HOST: Final = "127.0.0.1"
OWN_NAMES: Final = frozenset({HOST, "localhost", "::1"})
"""What this computer is called by itself."""

_ANY: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - these are names that no page has


def bound(port: int, host: str = HOST) -> socket.socket:
    """Return a socket that listens on this computer.

    Raises:
        WorkspaceError: When the port is taken, or the address is none of this computer.
    """
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        where = "" if host == HOST else f" of {host}"
        raise WorkspaceError(
            f"Port {port}{where} cannot be used ({(error.strerror or 'no reason given').lower()})."
            " Perhaps a studio is open already. Take another one with --port, or any free one with --port 0."
        ) from error
    return listening


def access_of(  # noqa: PLR0913 - each is an option of the command
    project: Project,
    *,
    host: str = HOST,
    names: Sequence[str] = (),
    token_file: Path | None = None,
    token: str = "",
    trust: ProxyTrust | None = None,
) -> PageAccess:
    """Return who may use the page of a project.

    Args:
        project: The project with its policy.
        host: The address on which the page listens.
        names: Further host names by which it is reached; ``https://`` before one says that it is reached by that only.
        token_file: The file with tokens and their persons.
        token: A token for everybody.
        trust: The header that names the person, and the proxies from which it counts.

    Raises:
        InputError: When others can reach it and nothing says who they are.
    """
    persons = tokens_of(token_file, token)
    own, local, policy = secrets.token_urlsafe(24), is_local(host), project.team
    if trust is not None and persons:
        raise InputError("A proxy says who somebody is, so tokens are of no use. Leave out --token-file or the proxy.")
    if not local and not persons and trust is None:
        raise InputError(
            f"Others can reach {host}, so the page needs to know who they are: give it tokens with --token-file, or a"
            " proxy that names the person with --trust-header and --proxy."
        )
    if policy is not None and policy.has_people and "" in persons.values():
        raise InputError(
            "The policy of the team is for persons, and a token without a name does not say who somebody is. Write a"
            " name before each token of --token-file: anna TOKEN"
        )
    secure = frozenset(name.removeprefix("https://").lower() for name in names if name.startswith("https://"))
    hosts = {*(name.removeprefix("https://").removeprefix("http://").lower() for name in names), *OWN_NAMES}
    person = project.person() if local and not persons and trust is None else ""
    if policy is not None and policy.has_people and not (person or persons or trust):
        raise InputError(
            "The policy of the team is for persons, and this computer does not say who works here. Say it with"
            " --person NAME, or in PROMPT_KIT_PERSON."
        )
    return PageAccess(own, frozenset({*hosts, host.lower()} - _ANY), persons, trust, person, secure)


def serve(
    kit: Kit,
    listening: socket.socket,
    *,
    announce: Callable[[str], object],
    opens: bool = True,
    access: PageAccess | None = None,
) -> None:
    """Serve the pages until somebody stops it.

    Args:
        kit: The project, opened for work.
        listening: Where requests come in.
        announce: Prints a line for the person who started it.
        opens: Whether the browser is opened.
        access: Who may use them; whoever has the printed address, on this computer, when left out.
    """
    access = access or access_of(kit.project)
    host, port = listening.getsockname()[:2]
    place = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
    is_open = access.trust is not None or bool(access.persons)  # tokens are with those who have them
    address = place if is_open else f"{place}?token={access.token}"
    announce(f"The studio of {kit.project.root} is open. Stop it with Ctrl+C.\n{address}")
    config = uvicorn.Config(
        create_app(kit, access),
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="on",
        # The address of a connection is its own, whatever a header says: it decides which proxy is trusted.
        proxy_headers=False,
        # People think for longer than the usual five seconds between two letters.
        timeout_keep_alive=75,
        # Pages that watch hold their connection; they find their way back by themselves.
        timeout_graceful_shutdown=2,
    )
    if opens:
        webbrowser.open(address)
    uvicorn.Server(config).run(sockets=[listening])
