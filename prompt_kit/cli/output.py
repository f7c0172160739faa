"""Prints all output: text from outside is filtered, and characters that an encoding lacks are replaced."""

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
    """Have both outputs replace characters that their encoding lacks by similar ones."""
    codecs.register_error(_INSTEAD, _instead)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_INSTEAD)


def say(text: object = "", *, nl: bool = True) -> None:
    """Print a part of the result to stdout."""
    click.echo(harmless(str(text)), nl=nl)


def talk(message: object = "") -> None:
    """Print a message to stderr; when stderr is closed, the work goes on."""
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
    """Print to stderr where files are when an error comes before they are shown: they may have been paid."""
    try:
        yield
    except BaseException:
        for path in filter(None, paths):
            talk(f"The picture is saved: {path}")
        raise


class Group(click.Group):
    """A group whose help is filtered, because it may have text of other people's recipes."""

    def get_help(self, ctx: click.Context) -> str:
        """Return the help, filtered."""
        return harmless(super().get_help(ctx))


class Command(click.Command):
    """A command whose help is filtered, because it may have text of other people's recipes."""

    def get_help(self, ctx: click.Context) -> str:
        """Return the help, filtered."""
        return harmless(super().get_help(ctx))


def _instead(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    signs = (_PLAIN.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in text)
    return "".join(signs), error.end
