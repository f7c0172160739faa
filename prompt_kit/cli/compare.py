"""The command that makes the same prompt over one or two axes: ``compare``, with one subcommand per recipe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from prompt_kit.cli.comparisons import ComparisonWatch, show, show_jobs, show_table
from prompt_kit.cli.generate import RUN_OPTIONS
from prompt_kit.cli.limits import NO_LIMIT, Amount, kit_from
from prompt_kit.cli.options import flag, given, options_of
from prompt_kit.cli.output import talk
from prompt_kit.cli.render import RecipeCommands, after, inputs
from prompt_kit.errors import InputError, Problem, PromptKitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prompt_kit.cli.render import Inputs
    from prompt_kit.comparing import CompareOptions, Comparison
    from prompt_kit.recipe.recipe import Recipe

COMPARE_OPTIONS = [
    click.Option(
        ["--across"],
        multiple=True,
        metavar="AXIS[=A,B,C]",
        help=(
            "What differs: tier, model, generator, size, aspect-ratio, thinking, grounding, strategy, example, or a "
            'parameter; alone, all its values. Values with commas stand in "double quotes". Repeat it for two axes.'
        ),
    ),
    click.Option(
        ["--max-cost"],
        type=Amount(),
        metavar="USD",
        help="What may still be paid for the whole table; 'none' is no limit.  [default: 2]",
    ),
    click.Option(["--skip-refused"], is_flag=True, help="Leave cells empty that a model cannot make."),
    *(option for option in RUN_OPTIONS if option.name in {"generator", "count"}),
    click.Option(
        ["--out"],
        type=click.Path(dir_okay=False, path_type=Path),
        help="Also write the sheet into this file.",
        metavar="FILE.html",
    ),
    *(option for option in RUN_OPTIONS if option.name in {"new", "resend", "concurrency"}),
    click.Option(["--batch"], is_flag=True, help="Submit jobs for less money and return; collect and compare later."),
    click.Option(["--dry-run"], is_flag=True, help="Print the cells, their prices and how the prompts differ."),
]


class CompareCommands(RecipeCommands):
    """One command per recipe, which also knows what the strategies ask that are compared."""

    def asked(self, ctx: click.Context, recipe: Recipe) -> Iterable[click.Option]:
        """Return the options for all that the recipe of any cell asks."""
        by_name = {
            option.name: option for mixed in _recipes(recipe, ctx.meta["across"]) for option in options_of(mixed)
        }
        return by_name.values()

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Look ahead for strategies that are compared, and remember the words of the command."""
        ctx.meta["across"] = after(args, "--across")
        ctx.meta["words"] = tuple(args)
        return super().resolve_command(ctx, args)


def compare_recipe(recipe: Recipe, **options: Any) -> None:
    """Make a recipe's prompt over one or two axes, and write the sheet."""
    from prompt_kit.cli.progress import tell_lost_history
    from prompt_kit.comparing import parsed, table
    from prompt_kit.work.reporting import reporting

    across = parsed(options["across"])
    entered = inputs(recipe, options, elsewhere=across)
    values = dict(entered.values)
    for mixed in _recipes(entered.recipe, options["across"]):
        values |= given(mixed, options)
    table_options = _table_options(entered, options)
    slips = [*_twice(entered, options, across), *_at_odds(options)]
    comparison: Comparison | None = None
    try:
        if slips or options["dry_run"]:
            priced = table(entered.recipe, values, across, **table_options)
        else:
            tell_lost_history(entered.recipe.library.project)
            kit = kit_from(entered.recipe.library.project, options)
            click.get_current_context().with_resource(reporting())
            comparison = kit.compare(entered.recipe, values, across=across, **table_options, **_how(options))
    except InputError as error:
        raise InputError([*slips, *entered.placed(error).problems]) from error
    if slips:
        raise InputError(slips)
    if comparison is None:
        show_table(priced, as_json=options["as_json"])
        return
    ctx = click.get_current_context()
    if options["batch"] and comparison.jobs:
        well = show_jobs(comparison, ctx.meta["words"], as_json=options["as_json"])
    else:
        well = show(comparison, as_json=options["as_json"])
    if not well:
        ctx.exit(1)


compare = CompareCommands(
    "compare",
    act=compare_recipe,
    extra=COMPARE_OPTIONS,
    help=(
        "Make the same prompt over one or two axes, and write one page with all pictures side by side.\n\n"
        "\b\n"
        'prompt-kit compare sticker --subject "a fox" --across style=kawaii,flat,retro\n'
        "prompt-kit compare sticker --example red-panda --across tier --across size=1K,2K --skip-refused\n\n"
        "The whole table is judged and priced before anything is sent. Every cell is a run of its own. The same "
        "command goes on with what was left unfinished. With --batch it costs less, and comes later."
    ),
    no_args_is_help=True,
)


def _recipes(recipe: Recipe, across: Iterable[str]) -> Iterator[Recipe]:
    """Yield the recipe, and with each strategy that is compared; strategies that do not fit are reported later."""
    from prompt_kit.comparing import parsed

    yield recipe
    for name in parsed(across).get("strategy", ()):
        try:
            yield recipe.using(name or "none")
        except PromptKitError:
            continue


def _table_options(entered: Inputs, options: Mapping[str, Any]) -> Any:
    table_options = {
        "settings": entered.settings,
        "project": entered.recipe.library.project,
        "count": options["count"],
        "skip_refused": options["skip_refused"],
        "batch": options["batch"],
        "paths": True,
    }
    return table_options | ({"generator": options["generator"]} if options["generator"] else {})


def _how(options: Mapping[str, Any]) -> CompareOptions:
    how: dict[str, Any] = {"new": options["new"], "resend": options["resend"], "on_progress": ComparisonWatch()}
    how["on_wait"] = lambda _seconds, sentence: talk(sentence)
    if options["max_cost"] is not None:
        how["max_cost"] = None if options["max_cost"] == NO_LIMIT else options["max_cost"]
    if options["out"]:
        how["out"] = options["out"]
    return cast("CompareOptions", how)


def _twice(entered: Inputs, options: Mapping[str, Any], across: Iterable[str]) -> Iterator[Problem]:
    """Yield what is both given and compared."""
    for name in across:
        said = name in entered.on_line or (name != "strategy" and options.get(name) not in (None, (), False))
        if said:
            yield Problem(f"{flag(name)}: is given and compared. Leave one of them out.")
        if name == "tier" and options["model"]:
            yield Problem("--model: decides the tier, and tiers are compared. Leave one of them out.")


def _at_odds(options: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what makes no sense for jobs."""
    if options["batch"] and options["out"]:
        yield Problem("--out: the sheet comes once the jobs are collected. Say it then, without --batch.")
    if options["batch"] and options["resend"]:
        yield Problem("--resend: sends a lost request once more at once. Leave out --batch, or take --new.")
