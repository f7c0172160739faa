"""Prints all output: text from outside is filtered, and characters that an encoding lacks are replaced."""

from __future__ import annotations

import codecs
import io
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, TextIO

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

_CLOSED: Final[list[str]] = []
"""What could not be printed because nobody reads it any more."""


def prepare() -> None:
    """Have both outputs replace characters that their encoding lacks by similar ones."""
    codecs.register_error(_INSTEAD, _instead)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_INSTEAD)


def say(text: object = "", *, nl: bool = True) -> None:
    """Print a part of the result to stdout."""
    _print(harmless(str(text)), nl=nl)


def talk(message: object = "") -> None:
    """Print a message to stderr; when stderr is closed, the work goes on."""
    try:
        click.echo(harmless(str(message)), err=True)
    except OSError:
        discard(sys.stderr)


def give(text: str, *, nl: bool = True) -> None:
    """Print a prompt: word for word into files and programs, filtered on a terminal."""
    _print(harmless(text) if sys.stdout.isatty() else text, nl=nl)


def give_json(data: Any) -> None:
    """Print plain data as JSON."""
    _print(as_json(data))


def _print(text: str, *, nl: bool = True) -> None:
    """Print to stdout; when the program that reads it has closed it, as ``head`` does, the work goes on unseen."""
    try:
        click.echo(text, nl=nl)
    except BrokenPipeError:
        _CLOSED.append(text)
        discard(sys.stdout)


def discard(stream: TextIO) -> None:
    """Discard what cannot be printed and all that follows, so that Python reports no error at exit."""
    with suppress(OSError, ValueError):
        stream.flush()
        return
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextmanager
def named(paths: Iterable[Path | None]) -> Iterator[None]:
    """Print to stderr where files are when they could not be shown: they may have been paid."""
    before = len(_CLOSED)
    try:
        yield
    except BaseException:
        _name(paths)
        raise
    if len(_CLOSED) > before:
        _name(paths)


def _name(paths: Iterable[Path | None]) -> None:
    for path in filter(None, paths):
        talk(f"The picture is saved: {path}")


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
