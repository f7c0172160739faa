"""Collects the commands, and turns errors into messages and exit codes."""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys
from contextlib import suppress
from types import ModuleType
from typing import Any, Final, NoReturn

import click

from prompt_kit.cli.output import discard, prepare, say, talk
from prompt_kit.errors import PromptKitError, WorkspaceError, did_you_mean
from prompt_kit.support.person import working_as

COMMANDS: Final = {
    "list": ("prompt_kit.cli.browse:list_recipes", "Say which recipes there are."),
    "show": ("prompt_kit.cli.browse:show", "Show what a recipe asks and what it makes."),
    "render": ("prompt_kit.cli.render:render", "Print the prompt that values make."),
    "generate": ("prompt_kit.cli.generate:generate", "Make pictures, and keep the record."),
    "refine": ("prompt_kit.cli.refine:refine", "Change one thing in a picture, and keep the rest."),
    "compare": ("prompt_kit.cli.compare:compare", "Make the same prompt over one or two axes, side by side."),
    "runs": ("prompt_kit.cli.runs:runs", "Look at what was made, asked and paid."),
    "models": ("prompt_kit.cli.browse:models", "Say which image models there are, and what they cost."),
    "check": ("prompt_kit.cli.check:check", "Find every problem of recipe files."),
    "diff": ("prompt_kit.cli.diff:diff", "Show what a change does to every prompt."),
    "doctor": ("prompt_kit.cli.doctor:doctor", "Tell whether all is ready, without spending money."),
    "schema": ("prompt_kit.cli.check:schema", "Print the JSON Schema of recipe files."),
    "studio": ("prompt_kit.cli.studio:studio", "Open a page in the browser."),
}
"""Each command, its module, and its line in the help; modules are loaded when their command is called."""


class Commands(click.Group):
    """Commands that are loaded when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        from importlib import import_module

        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        # What was imported stays: the collector need not look at it again.
        gc.freeze()
        gc.enable()
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Load the command that is asked for, or name the nearest one."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            hint = did_you_mean(args[0], list(COMMANDS)) or f"There are: {', '.join(COMMANDS)}."
            raise click.UsageError(f"There is no command '{args[0]}'. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _print_version(ctx: click.Context, _param: click.Parameter, value: Any) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        say(f"prompt-kit {version('prompt-kit')}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version.",
)
@click.option(
    "--person",
    metavar="NAME",
    envvar="PROMPT_KIT_PERSON",
    help="For whom pictures are made; in a team, the user of the computer when left out.",
)
@click.pass_context
def cli(ctx: click.Context, person: str | None) -> None:
    """Recipes become prompts, and prompts become pictures.

    \b
    prompt-kit list                                        what there is
    prompt-kit render sticker --subject "a red panda"      the prompt
    prompt-kit generate sticker --subject "a red panda"    the picture
    """  # noqa: D301 - click reads the backspace as "leave these lines as they are"
    if person:
        ctx.with_resource(working_as(person))


def main() -> None:
    """Run the command line and exit with 0 (done), 1 (the work failed) or 2 (the input was wrong)."""
    gc.disable()  # until the command is loaded: imports make many objects, and no garbage
    _leave_out_plugins()
    _end(run(sys.argv[1:]))


def _end(code: int) -> NoReturn:
    """End the process; where nothing waits for its end, without freeing each object, a twentieth of the time."""
    waiting = atexit._ncallbacks() if hasattr(atexit, "_ncallbacks") else 1  # noqa: SLF001 - asked before it is used
    if not waiting and ("threading" not in sys.modules or sys.modules["threading"].active_count() == 1):
        with suppress(OSError, ValueError, AttributeError):
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    sys.exit(code)


def _leave_out_plugins() -> None:
    """Keep pydantic from reading the entry points of every installed package; the command line has no use for them."""
    if os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__") == "__all__":
        # Even so, the module that would read them imports `importlib.metadata`, a tenth of the time of a command.
        loader: Any = ModuleType("pydantic.plugin._loader")
        loader.get_plugins = tuple
        sys.modules.setdefault(loader.__name__, loader)


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; every error becomes one clear message on stderr."""
    prepare()
    try:
        code = cli.main(arguments, prog_name="prompt-kit", standalone_mode=False)
    except PromptKitError as error:
        talk(error)
        return error.exit_code
    except click.ClickException as error:
        _show(_with_all_unknown(error, arguments) if isinstance(error, click.NoSuchOption) else error)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        talk("Stopped.")
        return 130
    except OSError as error:
        return _trouble(error, arguments)
    except Exception as error:  # noqa: BLE001 - the last net: no traceback reaches a user
        return _unexpected(error, arguments)
    return code if isinstance(code, int) else 0


def _with_all_unknown(error: click.NoSuchOption, arguments: list[str]) -> click.UsageError:
    """Return an error that names every option of the command line that there is not, each with the nearest one."""
    options: list[click.Option] = []
    context = error.ctx
    while context is not None:
        options += [p for p in context.command.get_params(context) if isinstance(p, click.Option)]
        context = context.parent
    names = {name: option for option in options for name in (*option.opts, *option.secondary_opts)}
    offered = [name for name, option in names.items() if not option.hidden and option.name != "help"]
    unknown = [error.option_name]
    left = iter(arguments)
    for argument in left:
        name, given, _ = argument.partition("=")
        if argument == "--":
            break
        if name in names:
            if not (given or names[name].is_flag or names[name].count):
                next(left, None)  # its value
        elif name.startswith("--"):
            unknown.append(name)
    lines = [f"No such option '{name}'. {did_you_mean(name, offered)}".strip() for name in dict.fromkeys(unknown)]
    return click.UsageError("\n".join(lines), error.ctx)


def _show(error: click.ClickException) -> None:
    shown = io.StringIO()
    error.show(shown)
    talk(shown.getvalue().rstrip())


def _trouble(error: OSError, arguments: list[str]) -> int:
    """Return in one sentence what the system reports: a folder that cannot be read, a full disk."""
    from pathlib import Path

    from prompt_kit.support.files import TROUBLE, os_errors_as_workspace_errors

    if error.errno not in TROUBLE:
        return _unexpected(error, arguments)
    # Only what is written to an output that is open already has no name.
    place = Path(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes) else Path("the output")
    try:
        with os_errors_as_workspace_errors(place):
            raise error
    except WorkspaceError as plain:
        talk(plain)
    discard(sys.stdout)
    return WorkspaceError.exit_code


def _unexpected(error: Exception, arguments: list[str]) -> int:
    """Write a report that is ready to be sent, and print where it is."""
    import platform
    import tempfile
    import traceback
    from importlib.metadata import version

    from prompt_kit.generators import SECRET
    from prompt_kit.generators.redaction import text_without_key

    where = [
        f"prompt-kit {version('prompt-kit')}",
        f"Python {platform.python_version()}",
        platform.platform(),
    ]
    report = [
        " · ".join(where),
        f"command: {' '.join(arguments[:2])} …",
        "",
        *traceback.format_exception(error),
    ]
    keys = [value for name, value in os.environ.items() if SECRET.search(name.lower())]
    with tempfile.NamedTemporaryFile("w", suffix=".txt", prefix="prompt-kit-", delete=False, encoding="utf-8") as file:
        file.write(text_without_key("\n".join(report), *keys))
    talk(f"Something unexpected happened in prompt-kit itself. A report for its makers is in {file.name}.")
    return 1
