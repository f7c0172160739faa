"""The only way to a terminal: what comes from outside is filtered, and every output can print every character."""

from __future__ import annotations

import codecs
import io
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import click

from prompt_kit.support.text import as_json, harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_PLAIN: Final = {
    "…": "...",
    "“": '"',
    "”": '"',
    "’": "'",
    "‘": "'",
    "–": "-",
    "—": "-",
    "→": "->",
    "←": "<-",
    "×": "x",
    "·": "-",
    "├": "|",
    "└": "`",
    "│": "|",
    "─": "-",
}
_INSTEAD: Final = "prompt-kit"


def prepare() -> None:
    """Let both outputs print what their encoding does not have, in signs that it has."""
    codecs.register_error(_INSTEAD, _instead)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_INSTEAD)


def say(text: object = "", *, nl: bool = True) -> None:
    """Print a part of the result."""
    click.echo(harmless(str(text)), nl=nl)


def talk(message: object = "") -> None:
    """Say on stderr something that is no result; where nobody can hear it, the work goes on."""
    with suppress(OSError):
        click.echo(harmless(str(message)), err=True)


def give(text: str, *, nl: bool = True) -> None:
    """Print a prompt: word for word into files and programs, filtered on a terminal."""
    click.echo(harmless(text) if sys.stdout.isatty() else text, nl=nl)


def give_json(data: Any) -> None:
    """Print plain data as JSON."""
    click.echo(as_json(data))


@contextmanager
def named(paths: Iterable[Path | None]) -> Iterator[None]:
    """Say on stderr where files are when something goes wrong before they are shown: they may have been paid."""
    try:
        yield
    except BaseException:
        for path in filter(None, paths):
            talk(f"It is there: {path}")
        raise


class Group(click.Group):
    """A group whose help may hold words of strangers."""

    def get_help(self, ctx: click.Context) -> str:
        """Return the help, filtered."""
        return harmless(super().get_help(ctx))


class Command(click.Command):
    """A command whose help may hold words of strangers."""

    def get_help(self, ctx: click.Context) -> str:
        """Return the help, filtered."""
        return harmless(super().get_help(ctx))


def _instead(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    signs = (_PLAIN.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in text)
    return "".join(signs), error.end
