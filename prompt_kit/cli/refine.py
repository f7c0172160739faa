"""The command that changes one thing in pictures: ``refine``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from prompt_kit.cli.generate import INPUT_OPTIONS, RUN_OPTIONS, SETTINGS
from prompt_kit.cli.options import given, options_of, with_option
from prompt_kit.cli.output import give_json, named, say, talk
from prompt_kit.cli.progress import check_folder, copy, made, paths_of, plain, plain_plan, show, show_plan
from prompt_kit.errors import InputError, NotFoundError, Problem, PromptKitError, WorkspaceError
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.library import Library
from prompt_kit.support.money import about, total

if TYPE_CHECKING:
    from prompt_kit.project import Project
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.refining import Refinement, RefineOptions
    from prompt_kit.work.orders import Item

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
    recipe = _recipe(ctx)
    project = recipe.library.project
    sources, change = _parted(words, project)
    values = given(recipe, options) | {"change": change}
    work = _planned(sources, values, project, options)
    if options["batch"]:
        _submit(work, project, options)
        return
    if len(work) > 1 and not options["as_json"]:
        _tell_price([planned for _, planned in work])
    if options["dry_run"]:
        _show_all(work, as_json=options["as_json"])
        return
    if not _make_all(work, project, options):
        ctx.exit(1)


refine = Refine(
    "refine",
    callback=refine_pictures,
    params=[
        click.Argument(["words"], nargs=-1, metavar='RUN_OR_PICTURE... "CHANGE"'),
        click.Option(["--chat"], is_flag=True, help="Continue the conversation that made it, with the same model."),
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
    sources: tuple[str, ...], values: dict[str, Any], project: Project, options: dict[str, Any]
) -> list[tuple[Refinement, Item]]:
    """Return everything that is to be sent, priced; all problems are reported at once."""
    from prompt_kit.refining import pictures_of, prepare
    from prompt_kit.work.session import default_generator, plan

    settings = {name: options[name] for name in SETTINGS if options[name] is not None}
    how: RefineOptions = {
        "project": project,
        "chat": options["chat"],
        "settings": settings,
        "generator": options["generator"] or "",
    }
    work: list[tuple[Refinement, Item]] = []
    problems: list[Problem] = []
    taken: list[Path] = []
    for source in sources:
        try:
            for picture in pictures_of(source, project.runs_folder):
                if any(picture.resolve() == other.resolve() for other in taken):
                    continue
                taken.append(picture)
                ready = prepare(picture, values, how)
                name = ready.generator or default_generator(project)
                planned = plan(ready.prompt, generator=name, project=project, count=options["count"])
                work.append((ready, planned))
        except PromptKitError as error:
            problems += error.problems
    if problems:
        raise InputError(dict.fromkeys(with_option(problem, options) for problem in problems))
    return work


def _submit(work: list[tuple[Refinement, Item]], project: Project, options: dict[str, Any]) -> None:
    """Submit the pictures as jobs; notes about each are printed first."""
    from prompt_kit.cli.jobs import submit_orders
    from prompt_kit.work.jobs import Order

    makers = sorted({planned.generator for _, planned in work})
    if len(makers) > 1:
        raise click.UsageError(f"The pictures are of {' and '.join(makers)}. Name one for the job: --generator NAME.")
    for ready, _ in work:
        for warning in ready.warnings:
            talk(warning)
    orders = [Order(ready.prompt, options["count"], ready.parent, ready.parent_picture) for ready, _ in work]
    submit_orders(orders, project, options | {"generator": makers[0]})


def _tell_price(plans: list[Item]) -> None:
    estimate = about(total(planned.estimate for planned in plans))
    free = all(planned.generator == "proof" for planned in plans)
    cost = f"$0; with the real model {estimate}" if free else estimate
    talk(f"{len(plans)} pictures are refined, each in a run of its own. Together: {cost}.")


def _show_all(work: list[tuple[Refinement, Item]], *, as_json: bool) -> None:
    if as_json:
        _print_json([plain_plan(planned) for _, planned in work])
        return
    for number, (ready, planned) in enumerate(work):
        if number:
            say()
        show_plan(planned, as_json=False)
        for warning in ready.warnings:
            talk(warning)


def _make_all(work: list[tuple[Refinement, Item]], project: Project, options: dict[str, Any]) -> bool:
    """Make the pictures one after the other; return whether all of them came."""
    reports = []
    there: list[Path | None] = []
    well = True
    unwritten: list[PromptKitError] = []
    check_folder(options["out"])
    for number, (ready, planned) in enumerate(work):
        for warning in ready.warnings:
            talk(warning)
        parent = (ready.parent, ready.parent_picture)
        outcome = made(planned, project, parent=parent, new=options["new"], resend=options["resend"])
        there.extend(paths_of(outcome))
        well = well and outcome.ok
        with named(there):
            if options["as_json"]:
                reports.append(plain(planned, outcome))
            else:
                say("", nl=number > 0)
                show(planned, outcome)
            try:
                copy(outcome, options["out"])
            except PromptKitError as error:  # the others are made all the same, and all are shown
                unwritten.append(error)
    if options["as_json"]:
        with named(there):
            _print_json(reports)
    if unwritten:
        raise unwritten[0]
    return well


def _print_json(reports: list[dict[str, Any]]) -> None:
    """Print one picture as ``generate`` does, several as a list."""
    give_json(reports[0] if len(reports) == 1 else reports)
