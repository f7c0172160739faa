"""Starts the web server on this computer, and prints the address with its token."""

from __future__ import annotations

import secrets
import socket
import webbrowser
from typing import TYPE_CHECKING, Final

import uvicorn

from prompt_kit.errors import WorkspaceError
from prompt_kit.studio.access import PageAccess
from prompt_kit.studio.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from prompt_kit.kit import Kit

HOST: Final = "127.0.0.1"
OWN_NAMES: Final = frozenset({HOST, "localhost", "::1"})
"""What this computer is called by itself."""


def bound(port: int, host: str = HOST) -> socket.socket:
    """Return a socket that listens on this computer.

    Raises:
        WorkspaceError: When the port is taken.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise WorkspaceError(
            f"Port {port} cannot be used ({(error.strerror or 'no reason given').lower()})."
            " Perhaps a studio is open already. Take another one with --port, or any free one with --port 0."
        ) from error
    return listening


def serve(kit: Kit, listening: socket.socket, *, announce: Callable[[str], object], opens: bool = True) -> None:
    """Serve the pages until somebody stops it.

    Args:
        kit: The project, opened for work.
        listening: Where requests come in.
        announce: Prints a line for the person who started it.
        opens: Whether the browser is opened.
    """
    access = PageAccess(secrets.token_urlsafe(24), OWN_NAMES)
    address = f"http://{HOST}:{listening.getsockname()[1]}/?token={access.token}"
    announce(f"The studio of {kit.project.root} is open. Stop it with Ctrl+C.\n{address}")
    config = uvicorn.Config(
        create_app(kit, access),
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="on",
        # People think for longer than the usual five seconds between two letters.
        timeout_keep_alive=75,
        # Pages that watch hold their connection; they find their way back by themselves.
        timeout_graceful_shutdown=2,
    )
    if opens:
        webbrowser.open(address)
    uvicorn.Server(config).run(sockets=[listening])
