"""The command that makes the same prompt over one or two axes: ``compare``, with one subcommand per recipe."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import click

from prompt_kit.cli.make import RUN_OPTIONS, RecipeCommands, after, inputs
from prompt_kit.cli.options import flag, given, options_of
from prompt_kit.cli.progress import dollars, short, talk
from prompt_kit.errors import InputError, Problem, PromptKitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prompt_kit.cli.make import Inputs
    from prompt_kit.comparing import Cell, Comparison, Options, Progress, Result, Table
    from prompt_kit.recipe import Recipe

NO_LIMIT: Final = Decimal("Infinity")


class Amount(click.ParamType[Decimal]):
    """An amount of US dollars, or "none" for no limit."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Return the amount."""
        if isinstance(value, Decimal) or str(value).lower() == "none":
            return value if isinstance(value, Decimal) else NO_LIMIT
        try:
            amount = Decimal(str(value).removeprefix("$"))
        except InvalidOperation:
            amount = Decimal(-1)
        if not amount.is_finite() or amount < 0:
            self.fail(f"'{value}' is no amount such as 2.50, and not 'none'.", param, ctx)
        return amount


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
    *(option for option in RUN_OPTIONS if option.name in {"new", "resend"}),
    click.Option(["--dry-run"], is_flag=True, help="Print the cells, their prices and how the prompts differ."),
]


class CompareCommands(RecipeCommands):
    """One command per recipe, which also knows what the strategies ask that are compared."""

    def asked(self, ctx: click.Context, recipe: Recipe) -> Iterable[click.Option]:
        """Return the options for what the recipe of any cell asks."""
        found = {option.name: option for one in _recipes(recipe, ctx.meta["across"]) for option in options_of(one)}
        return found.values()

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Look ahead for strategies that are compared."""
        ctx.meta["across"] = after(args, "--across")
        return super().resolve_command(ctx, args)


def compare_recipe(recipe: Recipe, **options: Any) -> None:
    """Make a recipe's prompt over one or two axes, and write the sheet."""
    from prompt_kit.comparing import compare as made
    from prompt_kit.comparing import parsed, table

    across = parsed(options["across"])
    found = inputs(recipe, options, elsewhere=across)
    values = dict(found.values)
    for one in _recipes(found.recipe, options["across"]):
        values |= given(one, options)
    wishes = _wishes(found, options)
    twice = list(_twice(found, options, across))
    comparison: Comparison | None = None
    try:
        if twice or options["dry_run"]:
            priced = table(found.recipe, values, across, **wishes)
        else:
            comparison = made(found.recipe, values, across=across, **wishes, **_how(options))
    except InputError as error:
        raise InputError([*twice, *found.placed(error).problems]) from error
    if twice:
        raise InputError(twice)
    if comparison is None:
        _show_table(priced, as_json=options["as_json"])
        return
    _show(comparison, as_json=options["as_json"])
    if not comparison.ok:
        click.get_current_context().exit(1)


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
        "command goes on with what was left unfinished."
    ),
    no_args_is_help=True,
)


def _recipes(recipe: Recipe, across: Iterable[str]) -> Iterator[Recipe]:
    """Yield the recipe, and with each strategy that is compared; what cannot be mixed in is told later."""
    from prompt_kit.comparing import parsed

    yield recipe
    for name in parsed(across).get("strategy", ()):
        try:
            yield recipe.using(name or "none")
        except PromptKitError:
            continue


def _wishes(found: Inputs, options: Mapping[str, Any]) -> Any:
    wishes = {
        "settings": found.settings,
        "project": found.recipe.library.project,
        "count": options["count"],
        "skip_refused": options["skip_refused"],
    }
    return wishes | ({"generator": options["generator"]} if options["generator"] else {})


def _how(options: Mapping[str, Any]) -> Options:
    how: dict[str, Any] = {"new": options["new"], "resend": options["resend"], "on_progress": Watch()}
    how["on_wait"] = lambda _seconds, sentence: talk(sentence)
    if options["max_cost"] is not None:
        how["max_cost"] = None if options["max_cost"] == NO_LIMIT else options["max_cost"]
    if options["out"]:
        how["out"] = options["out"]
    return cast("Options", how)


def _twice(found: Inputs, options: Mapping[str, Any], across: Iterable[str]) -> Iterator[Problem]:
    """Yield what is both given and compared."""
    for name in across:
        said = name in found.on_line or (name != "strategy" and options.get(name) not in (None, (), False))
        if said:
            yield Problem(f"{flag(name)}: is given and compared. Leave one of them out.")
        if name == "tier" and options["model"]:
            yield Problem("--model: decides the tier, and tiers are compared. Leave one of them out.")


class Watch:
    """Tells on stderr how far a comparison is."""

    def __init__(self) -> None:
        self._made = 0

    def __call__(self, progress: Progress) -> None:
        """Say one line about a step, where there is something to say."""
        match progress.step:
            case "priced":
                from prompt_kit.comparing.table import total

                for note in progress.notes:
                    talk(note)
                for line in _lines(progress.table):
                    talk(line)
                self._made = len(progress.table.to_make) - len(progress.left)
                if self._made:
                    cost = dollars(total(cell.price for cell in progress.left))
                    talk(f"{self._made} of them are there already; what is left: about {cost}")
                talk("")
            case "made" if progress.result is not None:
                self._made += 1
                talk(f"{self._made}/{len(progress.table.to_make)} {_told(progress.result)}")
            case "written":
                talk(f"Sheet: {short(progress.sheet)}")


def _told(result: Result) -> str:
    name = result.cell.name
    if not result.ok:
        status = f" ({result.status})" if result.status else ""
        return f"{name} did not come{status}. {result.message}"
    took = "" if result.seconds is None else f" after {result.seconds:.1f} s"
    return f"{name} is saved{took} ({dollars(result.cost)})."


def _lines(table: Table) -> Iterator[str]:
    """Yield one line for each cell with its price, and the sum."""
    from prompt_kit.comparing.table import total

    width = max(len(cell.name) for cell in table.cells)
    models = max((len(cell.plan.model.id) for cell in table.cells if cell.plan), default=0)
    for cell in table.cells:
        yield f"{cell.name:<{width}}  {_priced(table, cell, models)}".rstrip()
    with_real = total(cell.plan.estimate for cell in table.to_make if cell.plan)
    proofs = all(cell.plan.generator == "proof" for cell in table.to_make if cell.plan)
    cost = f"$0; with the real models about {dollars(with_real)}" if proofs else f"about {dollars(table.estimate)}"
    yield f"{_count(len(table.cells), 'cell')}, {_count(len(table.to_make), 'prompt')} to make: {cost}"
    yield from dict.fromkeys(one for cell in table.to_make if cell.plan for one in cell.plan.warnings)


def _priced(table: Table, cell: Cell, width: int) -> str:
    if cell.plan is None:
        return f"cannot be made: {' '.join(cell.refusals)}"
    if cell.same_as is not None:
        return f"the very same as {table.cells[cell.same_as].name}"
    return f"{cell.plan.model.id:<{width}}  {cell.plan.generator:<8}{dollars(cell.price):>10}"


def _count(count: int, noun: str) -> str:
    return f"{count} {noun if count == 1 else noun + 's'}"


def _show_table(table: Table, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_plain_table(table), indent=2, ensure_ascii=False))
        return
    for line in _lines(table):
        click.echo(line)
    for line in _differences(table):
        click.echo(line)


def _differences(table: Table) -> Iterator[str]:
    """Yield the common words, and below them what only some cells say in the places that have numbers."""
    from prompt_kit.comparing.wording import wording

    cells = [cell for cell in table.cells if cell.plan]
    found = wording([cell.plan.prompt for cell in cells if cell.plan])
    if not any(found.own):
        yield "\nAll prompts say the same."
        return
    yield "\nIn all cells"
    yield from (f"  {one.line.text}" if one.line else f"  [{one.place}]" for one in found.common)
    groups: dict[Any, list[int]] = {}
    for cell, own in zip(cells, found.own, strict=True):
        groups.setdefault(own, []).append(cell.number)
    for own, numbers in groups.items():
        if own:
            yield f"\nOnly in {'; '.join(scope.name for scope in table.scopes(numbers))}"
        for one in own:
            words = "".join(span.text for span in one.spans).replace("\n", "\n      ")
            yield f"  [{one.place}] {words}"


def _show(comparison: Comparison, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_plain(comparison), indent=2, ensure_ascii=False))
        return
    missing = [result for result in comparison.results if result.cell.plan and not result.ok]
    if missing:
        talk(f"{_count(len(missing), 'cell')} without a picture; the same command tries only these again.")
    talk(f"Cost: {dollars(comparison.cost)} (estimated {dollars(comparison.table.estimate)}).\n")
    click.echo(short(comparison.sheet))


def _plain_table(table: Table) -> dict[str, Any]:
    return {
        "recipe": table.given.recipe.name,
        "axes": [{"name": axis.name, "values": [value.key for value in axis.values]} for axis in table.axes],
        "count": table.given.count,
        "estimate_usd": None if table.estimate is None else str(table.estimate),
        "cells": [_plain_cell(table, cell) for cell in table.cells],
    }


def _plain_cell(table: Table, cell: Cell) -> dict[str, Any]:
    plan = cell.plan
    return {
        "cell": cell.name,
        "values": {axis.name: table.value(cell, axis).key for axis in table.axes},
        "refusals": list(cell.refusals),
        "same_as": None if cell.same_as is None else table.cells[cell.same_as].name,
        "generator": plan.generator if plan else None,
        "model": plan.model.id if plan else None,
        "fingerprint": plan.prompt.fingerprint if plan else None,
        "prompt": str(plan.prompt) if plan else None,
        "estimate_usd": None if cell.price is None else str(cell.price),
    }


def _plain(comparison: Comparison) -> dict[str, Any]:
    plain = _plain_table(comparison.table)
    for cell, result in zip(plain["cells"], comparison.results, strict=True):
        cell |= {
            "status": str(result.status) if result.status else None,
            "reason": result.reason,
            "message": result.message,
            "pictures": [str(shown.path) for shown in result.pictures],
            "cost_usd": None if result.cost is None else str(result.cost),
            "seconds": result.seconds,
            "warnings": list(result.warnings),
            "runs": list(result.runs),
        }
    return plain | {
        "cost_usd": None if comparison.cost is None else str(comparison.cost),
        "folder": str(comparison.folder),
        "sheet": str(comparison.sheet),
        "notes": list(comparison.notes),
    }
