"""The command ``generate``, with one subcommand per recipe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from prompt_kit.cli.limits import LIMITS, delivery, kit_from, limit
from prompt_kit.cli.options import with_options
from prompt_kit.cli.output import say
from prompt_kit.cli.render import INPUT_OPTIONS, RecipeCommands, rendered
from prompt_kit.errors import InputError

if TYPE_CHECKING:
    from prompt_kit.project import Project
    from prompt_kit.prompt import Prompt
    from prompt_kit.recipe.recipe import Recipe

RUN_OPTIONS = [
    click.Option(
        ["--generator"],
        help="Who makes the picture: proof (offline, free), gemini, openai, or a plugin.",
        metavar="NAME",
    ),
    click.Option(["-n", "--count", "count"], type=click.IntRange(1, 100), default=1, help="How many times it is made."),
    click.Option(
        ["--out"],
        type=click.Path(file_okay=False, path_type=Path),
        help="Also put the pictures here.",
        metavar="DIR",
    ),
    *LIMITS,
    click.Option(["--new"], is_flag=True, help="Make everything anew, even if a run was left unfinished."),
    click.Option(
        ["--resend"], is_flag=True, help="Go on though a request may have been paid whose answer was never seen."
    ),
    click.Option(["--batch"], is_flag=True, help="Submit a job for less money and return; 'runs wait' collects it."),
    click.Option(["--dry-run"], is_flag=True, help="Print what would be sent and what it would cost; send nothing."),
]


def generate_recipe(recipe: Recipe, **options: Any) -> None:
    """Make the pictures of a recipe."""
    from prompt_kit.cli.progress import chosen_generator

    project = recipe.library.project
    options["generator"] = chosen_generator(options["generator"], project)
    prompt = rendered(recipe, options)
    try:
        _send(prompt, project, options)
    except InputError as error:
        raise with_options(error, options) from error


def _send(prompt: Prompt, project: Project, options: dict[str, Any]) -> None:
    """Make the pictures of a prompt, submit them, or say what that would mean."""
    from prompt_kit.cli import progress
    from prompt_kit.cli.making import carry_out
    from prompt_kit.work.orders import Order

    progress.tell_lost_history(project)
    kit = kit_from(project, options)
    name = progress.chosen_generator(options["generator"], project)
    order = Order(prompt, options["count"])
    plan = kit.plan(order, generator=name, delivery=delivery(options), max_cost=limit(options), new=options["new"])
    carry_out(kit, plan.checked(), options)


def _generate_from(ctx: click.Context, from_: str | None, **options: Any) -> None:
    if ctx.invoked_subcommand is not None:
        if from_ is not None:
            raise click.UsageError("--from repeats a saved run as it was; it takes no recipe.")
        if any(ctx.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT for name in options):
            raise click.UsageError("Options stand after the recipe's name.")
        return
    if from_ is None:
        say(ctx.get_help())
        return
    from prompt_kit.project import find_project
    from prompt_kit.record.runs import prompt_from

    project = find_project()
    _send(prompt_from(from_, project.runs_folder), project, options)


generate = RecipeCommands(
    "generate",
    act=generate_recipe,
    extra=RUN_OPTIONS,
    callback=click.pass_context(_generate_from),
    invoke_without_command=True,
    params=[
        click.Option(
            ["--from", "from_"],
            help="Send a saved run once more: its folder, id, sidecar or picture.",
            metavar="RUN",
        ),
        *RUN_OPTIONS,
        INPUT_OPTIONS[-1],
    ],
    help="Make pictures, and keep the record of what was asked, paid and saved.",
)
