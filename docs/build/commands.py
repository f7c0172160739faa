"""The commands and their options, as click knows them."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Final

import click

from docs.build.markup import code, fenced, page, plain, table
from prompt_kit.cli.main import COMMANDS, Commands, cli
from prompt_kit.cli.render import INPUT_OPTIONS, RecipeCommands

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

INTRODUCTION: Final = """\
# Commands

Results go to standard output, talk goes to standard error. A command ends with 0 when it is done, 1 when the work
failed, 2 when the input was wrong, and 130 when it was stopped. `--json` prints what a program reads.

The shell completes recipes, options and choices once it is told how:
`eval "$(_PROMPT_KIT_COMPLETE=bash_source prompt-kit)"` (or `zsh_source`, `fish_source`)."""


def commands_page() -> str:
    """Return the reference of the command line."""
    context = click.Context(cli, info_name="prompt-kit")
    blocks = [INTRODUCTION]
    for name in COMMANDS:
        command = Commands.get_command(_group(), context, name)
        if command is not None:
            blocks += _command(command, context, name)
    return page(*blocks)


def _group() -> Commands:
    if not isinstance(cli, Commands):
        raise TypeError("the command line is no longer a group of commands")
    return cli


def _command(command: click.Command, parent: click.Context, name: str, level: int = 2) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent)
    path = context.command_path
    yield f"{'#' * level} {path}"
    if isinstance(command, RecipeCommands):
        yield from _with_recipes(command, path)
        return
    if isinstance(command, click.Group):
        yield _help(command)
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found is not None:
                yield from _command(found, context, below, level + 1)
        return
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"```text\n{path} {usage}\n```"
    yield _help(command)
    yield _options(command.params, context)


def _with_recipes(command: RecipeCommands, path: str) -> Iterator[str]:
    """Yield what a command says that has a subcommand for each recipe."""
    context = click.Context(command, info_name=path)
    yield f"```text\n{path} RECIPE [OPTIONS]\n```"
    yield _help(command)
    yield (
        f"Each recipe and preset is a command of its own, with its parameters and pictures as options: "
        f"`{path} sticker --help` shows them. These options go with every recipe:"
    )
    yield _options([*INPUT_OPTIONS, *command.extra], context)
    alone = [param for param in command.params if param not in command.extra and param not in INPUT_OPTIONS]
    yield "Without a recipe:" if alone else ""
    yield _options(alone, context)


def _help(command: click.Command) -> str:
    """Return a command's help; a paragraph that click leaves as it stands is a block of code."""
    text = inspect.cleandoc(command.help or "").replace("\\b\n", "\b\n")
    return page(*(_paragraph(one) for one in text.split("\n\n")))


def _paragraph(text: str) -> str:
    if text.startswith("\b\n"):
        return fenced(text.removeprefix("\b\n"))
    return plain(text).replace("<br>", "\n")


def _options(params: Sequence[click.Parameter], context: click.Context) -> str:
    rows = []
    for param in params:
        record = param.get_help_record(context)
        if record is not None:
            rows.append((code(record[0]), plain(" ".join(record[1].split()))))
    return table(("Option", "Meaning"), rows)
