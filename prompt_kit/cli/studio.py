"""The command ``studio``: opens the page in the browser."""

from __future__ import annotations

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
def studio(*, port: int, opens: bool, project: Path | None, concurrency: int | None) -> None:
    """Open a page in the browser: fill in, see before you pay, make pictures, and work with them."""
    from prompt_kit.kit import Kit

    try:
        from prompt_kit.studio.serving import bound, serve
    except ModuleNotFoundError as error:
        raise InputError(
            f"The studio needs the package '{error.name}'. Install it: pip install 'prompt-kit[studio]'"
        ) from error
    kit = Kit(project, concurrency=concurrency)
    listening: socket.socket = bound(port)
    serve(kit, listening, announce=talk, opens=opens)
