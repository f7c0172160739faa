"""The command that shows what a change does to every prompt: ``diff``."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from prompt_kit.cli.output import talk

if TYPE_CHECKING:
    from prompt_kit.review.diff import Changes

FORMATS: Final = ("text", "markdown", "html", "json")

_ENDINGS: Final = {
    "": "text",
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
}
"""The format that the ending of a file asks for."""

_WIDEST: Final = 120
"""Longest line, in characters; longer ones are hard to read."""


@click.command()
@click.argument("states", nargs=-1, metavar="[OLD [NEW] | OLD..NEW]")
@click.option("--recipe", "recipes", multiple=True, metavar="NAME", help="Only this recipe or strategy (repeatable).")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="For a terminal, a pull request, a browser or a program.  [default: by the ending of FILE, else text]",
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write into this file."
)
def diff(states: tuple[str, ...], *, recipes: tuple[str, ...], form: str | None, output: Path | None) -> None:
    """Show what a change does to every example's prompt, word by word.

    Without states, the newest commit is compared with the working tree. A state is a git revision, a folder that
    holds recipes and templates, '.' (the working tree) or 'installed' (the library that came with prompt-kit).

    \b
    prompt-kit diff                        the newest commit and the working tree
    prompt-kit diff main...                where this branch left main, and its newest commit
    prompt-kit diff v1.0 v2.0              two revisions
    prompt-kit diff installed . -o diff.html

    Exits with 0 when every prompt is the same, 1 when something changed, and 2 when the input was wrong.
    """  # noqa: D301 - click reads the backspace as "leave these lines as they are"
    from prompt_kit.review.diff import changes_between, open_states

    form = form or (_form_of(output) if output else "text")
    with ExitStack() as stack:
        changes = changes_between(*open_states(states, stack), recipes)
        text = _report(changes, form, to_terminal=output is None)
    if output is None:
        print(text, end="", flush=True)
    else:
        _write(output, text)
        from prompt_kit.review.diff.phrasing import summary

        talk(f"{summary(changes)} See {output}.")
    click.get_current_context().exit(1 if changes.recipes else 0)


def _form_of(output: Path) -> str:
    ending = output.suffix.lower()
    if ending not in _ENDINGS:
        raise click.UsageError(
            f"--output: nothing can be written as {ending}. Take {', '.join(filter(None, _ENDINGS))}, or say --format."
        )
    return _ENDINGS[ending]


def _report(changes: Changes, form: str, *, to_terminal: bool) -> str:
    match form:
        case "markdown":
            from prompt_kit.review.diff.markdown import markdown

            return markdown(changes)
        case "html":
            from prompt_kit.review.diff.page import page

            return page(changes)
        case "json":
            import json

            from prompt_kit.review.diff.json_report import plain

            return json.dumps(plain(changes), indent=2, ensure_ascii=False) + "\n"
        case _:
            from prompt_kit.review.diff.terminal import Terminal

            color = to_terminal and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
            width = min(shutil.get_terminal_size((100, 40)).columns, _WIDEST)
            return Terminal(color=color, width=width).text(changes)


def _write(output: Path, text: str) -> None:
    from prompt_kit.errors import InputError, WorkspaceError
    from prompt_kit.support.files import replace

    try:
        replace(output, text.encode("utf-8", "replace"))
    except WorkspaceError as error:
        raise InputError(str(error)) from error
