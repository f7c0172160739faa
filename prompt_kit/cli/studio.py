"""The command ``studio``: opens the page in the browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from prompt_kit.cli.output import talk
from prompt_kit.errors import InputError

if TYPE_CHECKING:
    import socket


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8421, show_default=True, help="0 takes any free port.")
@click.option("--open/--no-open", "opens", default=True, help="Open the page in the browser.")
@click.option("--project", type=click.Path(path_type=Path, file_okay=False), help="Folder of the project.")
@click.option("--concurrency", type=click.IntRange(1, 256), help="How many requests are on their way at once.")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where the page listens.")
@click.option("--allow-host", "names", multiple=True, metavar="NAME", help="Another name by which it is reached.")
@click.option("--token-file", type=click.Path(path_type=Path, dir_okay=False), help="Tokens, each after a name.")
@click.option("--trust-header", metavar="NAME", help="The header in which a proxy names the person.")
@click.option("--proxy", "proxies", multiple=True, metavar="NETWORK", help="From where that header counts.")
def studio(  # noqa: PLR0913 - each is an option
    *,
    port: int,
    opens: bool,
    project: Path | None,
    concurrency: int | None,
    host: str,
    names: tuple[str, ...],
    token_file: Path | None,
    trust_header: str | None,
    proxies: tuple[str, ...],
) -> None:
    """Open a page in the browser: fill in, see before you pay, make pictures, and work with them."""
    from prompt_kit.kit import Kit

    try:
        from prompt_kit.studio.identity import trust_of
        from prompt_kit.studio.serving import access_of, bound, serve
    except ModuleNotFoundError as error:
        raise InputError(
            f"The studio needs the package '{error.name}'. Install it: pip install 'prompt-kit[studio]'"
        ) from error
    if proxies and not trust_header:
        raise InputError("--proxy needs --trust-header: the header in which the proxy names the person.")
    kit = Kit(project, concurrency=concurrency)
    trust = trust_of(trust_header, proxies) if trust_header else None
    token = os.environ.get("PROMPT_KIT_STUDIO_TOKEN", "")
    access = access_of(kit.project, host=host, names=names, token_file=token_file, token=token, trust=trust)
    listening: socket.socket = bound(port, host)
    serve(kit, listening, announce=talk, opens=opens, access=access)
