"""The command that changes one thing in pictures: ``refine``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from prompt_kit.cli.generate import RUN_OPTIONS
from prompt_kit.cli.limits import delivery, kit_from, limit
from prompt_kit.cli.options import given, options_of, with_option
from prompt_kit.cli.output import talk
from prompt_kit.cli.progress import name_generator, tell_lost_history
from prompt_kit.cli.render import INPUT_OPTIONS, SETTINGS
from prompt_kit.errors import InputError, NotFoundError, Problem, PromptKitError, WorkspaceError
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.library import Library
from prompt_kit.support.money import about, total

if TYPE_CHECKING:
    from prompt_kit.kit import Kit
    from prompt_kit.project import Project
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.refining import Refinement, RefineOptions
    from prompt_kit.work.orders import Plan

_FILLED_IN: Final = frozenset({"change", "done", "picture"})
"""What the command itself fills into the recipe."""


class Refine(click.Command):
    """A command whose further options are those of the recipe ``refine``."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's own parameters, and those of the recipe."""
        first, *others = super().get_params(ctx)
        return [first, *_options_of_recipe(ctx), *others]


def _options_of_recipe(ctx: click.Context) -> list[click.Option]:
    if "options of refine" not in ctx.meta:
        made_of = options_of(_recipe(ctx))
        ctx.meta["options of refine"] = [option for option in made_of if option.name not in _FILLED_IN]
    options: list[click.Option] = ctx.meta["options of refine"]
    return options


def _recipe(ctx: click.Context) -> Recipe:
    root = ctx.find_root()
    if root.obj is None:
        root.obj = Library()
    return load("refine", library=root.obj)


@click.pass_context
def refine_pictures(ctx: click.Context, /, words: tuple[str, ...], **options: Any) -> None:
    """Change one thing in one or more pictures, each in a run of its own."""
    from prompt_kit.cli.making import carry_out

    recipe = _recipe(ctx)
    project = recipe.library.project
    sources, change = _parted(words, project)
    values = given(recipe, options) | {"change": change}
    tell_lost_history(project)
    kit = kit_from(project, options)
    ready, plan = _planned(kit, sources, values, options)
    _name_generators(ready, plan, options)
    for sentence in dict.fromkeys(refinement.stays for refinement in ready if refinement.stays):
        talk(f"{sentence} For the whole picture to change, say --whole.")
    for warning in dict.fromkeys(warning for refinement in ready for warning in refinement.warnings):
        talk(warning)
    if len(plan.items) > 1 and not options["as_json"] and not options["batch"]:
        _tell_price(plan)
    carry_out(kit, plan.checked(), options)


refine = Refine(
    "refine",
    callback=refine_pictures,
    params=[
        click.Argument(["words"], nargs=-1, metavar='RUN_OR_PICTURE... "CHANGE"'),
        click.Option(["--chat"], is_flag=True, help="Continue the conversation that made it, with the same model."),
        click.Option(["--whole"], is_flag=True, help="Let the whole picture change, though it was made with a mask."),
        *(option for option in INPUT_OPTIONS if option.name in {*SETTINGS, "as_json"}),
        *RUN_OPTIONS,
    ],
    help='Change one thing in a picture and keep the rest: prompt-kit refine sticker-7f3a "make the light warmer".',
    no_args_is_help=True,
)


def _parted(words: tuple[str, ...], project: Project) -> tuple[tuple[str, ...], str]:
    """Return the pictures, and the change, which is the last argument."""
    *sources, change = words or ("",)
    example = 'prompt-kit refine sticker-7f3a "make the light warmer"'
    if _is_picture(change, project):
        raise click.UsageError(f"What changes is missing: '{change}' is a picture or run. Say it last: {example}")
    if not change.strip():
        raise click.UsageError(f"What changes is empty. Say it last: {example}")
    if not sources:
        raise click.UsageError(f"Name a run or picture, and what changes last: {example}")
    return tuple(sources), change


def _is_picture(word: str, project: Project) -> bool:
    from prompt_kit.refining import pictures_of

    try:
        if not word.strip() or (" " in word and not Path(word).exists()):
            return False
    except (OSError, ValueError):  # it is too long for a name, or holds what no name can
        return False
    try:
        return bool(pictures_of(word, project.runs_folder))
    except InputError:
        return (project.runs_folder / word).is_dir()
    except (NotFoundError, WorkspaceError):
        return False


def _planned(
    kit: Kit, sources: tuple[str, ...], values: dict[str, Any], options: dict[str, Any]
) -> tuple[list[Refinement], Plan]:
    """Return everything that is to be sent, priced; all problems are reported at once."""
    from prompt_kit.refining import pictures_of, prepare

    settings = {name: options[name] for name in SETTINGS if options[name] is not None}
    how: RefineOptions = {
        "project": kit.project,
        "chat": options["chat"],
        "whole": options["whole"],
        "settings": settings,
        "generator": options["generator"] or "",
        "count": options["count"],
        "paths": True,
    }
    work: list[Refinement] = []
    problems: list[Problem] = []
    taken: list[Path] = []
    for source in sources:
        try:
            for picture in pictures_of(source, kit.project.runs_folder):
                if any(picture.resolve() == other.resolve() for other in taken):
                    continue
                taken.append(picture)
                ready = prepare(picture, values, how)
                problems += kit.plan(ready.order, new=True).problems
                work.append(ready)
        except PromptKitError as error:
            problems += (_with_whole(problem) for problem in error.problems)
    if problems:
        raise InputError(dict.fromkeys(with_option(problem, options) for problem in problems))
    orders = (ready.order for ready in work)
    return work, kit.plan(*orders, delivery=delivery(options), max_cost=limit(options), new=options["new"])


def _with_whole(problem: Problem) -> Problem:
    return (
        problem._replace(message=f"{problem.message} Say so with --whole.") if problem.parameter == "whole" else problem
    )


def _name_generators(ready: list[Refinement], plan: Plan, options: dict[str, Any]) -> None:
    """Print who makes the pictures, and warn when money is spent on the drawing of a layout."""
    if options["generator"] is None:
        for name in dict.fromkeys(item.generator for item in plan.items):
            name_generator(name, plan.project)
    proofs = [refinement.order.parent for refinement in ready if refinement.of_layout]
    if proofs and not all(item.free for item in plan.items):
        which = ", ".join(dict.fromkeys(proofs))
        talk(f"{which}: this is a proof, a drawing of the layout. To make the picture itself: prompt-kit generate.")


def _tell_price(plan: Plan) -> None:
    every = about(total(item.estimate for item in plan.items))
    cost = f"$0; with the real model {every}" if all(item.free for item in plan.items) else about(plan.estimate)
    talk(f"{len(plan.items)} pictures are refined, each in a run of its own. Together: {cost}.")
