"""Makes the table of a comparison: renders, checks and prices every cell before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, Final, TypedDict

from prompt_kit.comparing.axes import MOST_AXES, Given, axes
from prompt_kit.comparing.cells import Cell, Table, named
from prompt_kit.errors import InputError, NotFoundError, Problem, PromptKitError, did_you_mean
from prompt_kit.generators.standing import draws_layouts
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.recipe import Recipe
from prompt_kit.recipe.slots import as_paths
from prompt_kit.support.words import series
from prompt_kit.work import planning
from prompt_kit.work.orders import MAX_COUNT, Order
from prompt_kit.work.planning import default_generator, generator_for, no_job

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from decimal import Decimal

    from typing_extensions import Unpack

    from prompt_kit.comparing.axes import Across, Axis, Value
    from prompt_kit.generators import Generator
    from prompt_kit.project import Project
    from prompt_kit.work.orders import Item

MOST_CELLS: Final = 48
"""Most cells of one comparison; more cannot be compared by eye."""


@dataclass(frozen=True, slots=True)
class _Objection:
    """A reason why a cell cannot be made."""

    problem: Problem
    wrong: bool
    """Whether the value is a mistake; otherwise recipe or model cannot do it."""


class TableOptions(TypedDict, total=False):
    """How a comparison is planned; everything may be left out."""

    settings: Mapping[str, Any]
    """Settings that are the same in all cells."""
    generator: str | Generator
    """Who makes the pictures; each cell's own model decides when left out."""
    project: Project
    """Whose models, options, runs and budget; the recipe's own project when left out."""
    count: int
    """How many times each prompt is made."""
    skip_refused: bool
    """Whether cells that cannot be made stay empty; else they stop everything."""
    batch: bool
    """Whether it is made in jobs, which costs less and may take a day."""
    paths: bool
    """Whether texts in a slot for pictures are paths; else values are data only."""


def table(
    recipe: Recipe | str, values: Mapping[str, Any], across: Across, **table_options: Unpack[TableOptions]
) -> Table:
    """Return the cells of a comparison, judged and priced; nothing is sent.

    Args:
        recipe: The recipe, or its name.
        values: What is the same in all cells, as `Recipe.render` takes it.
        across: What differs: for one or two names, the values to compare, or ``*`` for all.
        table_options: See `TableOptions`.

    Raises:
        InputError: With every problem of all cells.
        NotFoundError: When there is no such recipe.
    """
    recipe = recipe if isinstance(recipe, Recipe) else load(recipe)
    project = table_options.get("project", recipe.library.project)
    given = Given(
        recipe,
        values,
        table_options.get("settings", {}),
        table_options.get("generator"),
        project,
        table_options.get("count", 1),
        table_options.get("paths", False),
    )
    problems: list[Problem] = []
    if not 1 <= given.count <= MAX_COUNT:
        problems.append(Problem(f"{given.count} repetitions are asked for; 1 to {MAX_COUNT} can be made."))
    compared = axes(given, across, problems)
    cells = prod(len(axis.values) for axis in compared)
    if cells > MOST_CELLS:
        sizes = " × ".join(f"{len(axis.values)} ({axis.name})" for axis in compared)
        problems.append(Problem(f"{sizes} makes {cells} cells; up to {MOST_CELLS} can be compared. Name fewer values."))
    if not compared or len(compared) > MOST_AXES or cells > MOST_CELLS:
        raise InputError(problems)
    skip_refused, batch = table_options.get("skip_refused", False), table_options.get("batch", False)
    return _judged(given, compared, problems, skip_refused=skip_refused, batch=batch)


def _judged(
    given: Given, compared: tuple[Axis, ...], problems: list[Problem], *, skip_refused: bool, batch: bool
) -> Table:
    makers: dict[str, Generator] = {}
    objections: dict[int, list[_Objection]] = {}
    cells: list[Cell] = []
    mixed = _mixed(given, compared)
    first: dict[str, int] = {}
    for number, at in enumerate(product(*(range(len(axis.values)) for axis in compared))):
        picked = [(axis, axis.values[index]) for axis, index in zip(compared, at, strict=True)]
        cell = Cell(number, at, ", ".join(named(axis, value) for axis, value in picked))
        planned = _planned(given, picked, mixed, makers)
        if isinstance(planned, list):
            objections[number] = planned
        else:
            earlier = first.setdefault(planned.key, number)
            cell = replace(cell, plan=planned, same_as=None if earlier == number else earlier)
        cells.append(cell)
    made = Table(given, compared, tuple(cells), makers, batch)
    made = replace(made, cells=tuple(replace(cell, price=_price(made, cell)) for cell in cells))
    refused = _refusals(made, objections, problems)
    problems += _no_jobs(made) if batch else ()
    if problems or (refused and not (skip_refused and made.to_make)):
        if not problems and made.to_make:
            refused.append(Problem("Leave these out, or show them as empty cells with --skip-refused."))
        raise InputError([*problems, *refused])
    refusals = {
        number: tuple(objection.problem.message for objection in several) for number, several in objections.items()
    }
    return replace(made, cells=tuple(replace(cell, refusals=refusals.get(cell.number, ())) for cell in made.cells))


def _refusals(made: Table, objections: Mapping[int, list[_Objection]], problems: list[Problem]) -> list[Problem]:
    """Add every mistake to the problems, each once, and return what recipe or models refuse.

    What only some combinations of values suffer from is no mistake: it is refused.
    """
    holders: dict[Problem, list[int]] = {}
    wrong: dict[Problem, bool] = {}
    for number, several in objections.items():
        for objection in several:
            holders.setdefault(objection.problem, []).append(number)
            wrong[objection.problem] = objection.wrong
    refused: list[Problem] = []
    names = {axis.name for axis in made.axes}
    for problem, numbers in holders.items():
        for scope in made.scopes(numbers):
            message = f"{scope.name}: {_unnamed(problem, scope.axes)}"
            placed = Problem(message, problem.place) if scope.name else problem
            elsewhere = problem.parameter in names and problem.parameter not in scope.axes
            mistake = wrong[problem] and len(scope.axes) < MOST_AXES and not elsewhere
            (problems if mistake else refused).append(placed)
    return refused


def _no_jobs(made: Table) -> Iterator[Problem]:
    """Yield what cannot be in a job; where only some generators take none, their cells are left for later."""
    if made.to_make and not made.to_send:
        names = [f"'{name}'" for name in made.makers]
        take = "takes" if len(names) == 1 else "take"
        yield Problem(f"{series(names)} {take} no jobs. Compare without --batch, or use the generator 'gemini'.")
    holders: dict[Problem, list[int]] = {}
    for cell in made.cells:
        for problem in no_job(cell.plan.prompt) if cell.plan and made.takes_jobs(cell) else ():
            holders.setdefault(problem, []).append(cell.number)
    for problem, numbers in holders.items():
        for scope in made.scopes(numbers):
            yield Problem(f"{scope.name}: {problem.message}") if scope.name else problem


def _unnamed(problem: Problem, names: Collection[str]) -> str:
    """Return a message without the name of its axis, where the cell's name says it already."""
    return problem.message.removeprefix(f"{problem.parameter}: ") if problem.parameter in names else problem.message


def _mixed(given: Given, compared: Sequence[Axis]) -> frozenset[str]:
    """Return the names of all parameters and slots of any cell's recipe; strategies of single cells may add some."""
    names = {*given.recipe.parameters, *given.recipe.references}
    for axis in compared:
        for value in axis.values:
            try:
                recipe = _with(given.recipe, axis, value)
            except PromptKitError:  # it is reported when the cell is judged
                continue
            names |= {*recipe.parameters, *recipe.references}
    return frozenset(names)


def _with(recipe: Recipe, axis: Axis, value: Value) -> Recipe:
    """Return the recipe with the strategies that a value brings.

    Raises:
        NotFoundError: When there is no such strategy or example.
        InputError: When the recipe does without the strategy.
    """
    if axis.kind == "strategy" and value.given is not None:
        return recipe.using(value.key)
    if axis.kind == "example" and value.given is not None:
        if value.key not in recipe.examples:
            raise NotFoundError("example", value.key, recipe.examples)
        return recipe.using(*recipe.examples[value.key].uses)
    return recipe


def _planned(
    given: Given, picked: Sequence[tuple[Axis, Value]], mixed: Collection[str], makers: dict[str, Generator]
) -> Item | list[_Objection]:
    """Return what sending a cell's prompt would mean, or every reason why it cannot be made."""
    recipe, values, settings = given.recipe, dict(given.values), dict(given.settings)
    objections: list[_Objection] = []
    for axis, value in sorted(picked, key=lambda pair: pair[0].kind != "example"):
        try:
            recipe = _with(recipe, axis, value)
        except PromptKitError as error:
            objections += [_Objection(problem, isinstance(error, NotFoundError)) for problem in error.problems]
            continue
        _fill(recipe, axis, value, values, settings)
    chosen = next((value.given for axis, value in picked if axis.kind == "generator"), given.generator)
    try:
        name = _maker(chosen, given, picked, makers)
    except PromptKitError as error:
        return [*objections, *(_Objection(problem, wrong=True) for problem in error.problems)]
    if objections:
        return objections
    here = {*recipe.parameters, *recipe.references}
    values = {key: value for key, value in values.items() if key in here or key not in mixed}
    try:
        slots = recipe.form.slot_names if given.paths else ()
        values = {key: as_paths(value) if key in slots else value for key, value in values.items()}
        prompt = recipe.render(values, settings=settings, generator=name)
    except InputError as error:
        return [_Objection(_hinted(problem, picked), wrong=True) for problem in error.problems]
    try:
        label = ", ".join(named(axis, value) for axis, value in picked)
        order = Order(prompt, given.count, generator=makers[name], key=label, label=label)
        return planning.plan([order], project=given.project).checked().items[0]
    except PromptKitError as error:
        return [_Objection(problem, wrong=False) for problem in error.problems]


def _fill(recipe: Recipe, axis: Axis, value: Value, values: dict[str, Any], settings: dict[str, Any]) -> None:
    """Add the value of an axis to the values or the settings of a cell; both are changed."""
    match axis.kind:
        case "parameter" | "pictures":
            values[axis.name] = value.given
        case "setting":
            settings[axis.name] = value.given
            if axis.name == "tier":
                settings.pop("model", None)  # a compared tier replaces the model of the example
        case "example":
            example = recipe.examples[value.key]
            values |= {name: entry for name, entry in example.values.items() if name not in values}
            asked = example.settings.to_dict()
            settings |= {name: entry for name, entry in asked.items() if settings.get(name) is None}


def _maker(
    chosen: str | Generator | None, given: Given, picked: Sequence[tuple[Axis, Value]], makers: dict[str, Generator]
) -> str:
    """Return the name of a cell's generator; a model that is compared is asked by its own, once there is a key.

    Raises:
        PromptKitError: When there is no such generator, or it cannot be loaded.
    """
    if chosen is None:
        chosen = default_generator(given.project)
        model = next((value.key for axis, value in picked if axis.name == "model"), "")
        if model and not draws_layouts(chosen):
            chosen = next(
                (candidate.generator for candidate in given.recipe.library.catalogue.models if candidate.id == model),
                chosen,
            )
    name = chosen if isinstance(chosen, str) else chosen.name
    if name not in makers:
        makers[name] = generator_for(chosen, given.project)
    return name


def _hinted(problem: Problem, picked: Sequence[tuple[Axis, Value]]) -> Problem:
    """Return a problem with the nearest possible value, unless its message has one already."""
    for axis, value in picked:
        hint = did_you_mean(value.key, axis.choices) if problem.parameter == axis.name else ""
        if hint and hint not in problem.message:
            return problem._replace(message=f"{problem.message} {hint}")
    return problem


def _price(made: Table, cell: Cell) -> Decimal | None:
    return None if cell.plan is None else cell.plan.price("job" if made.batch and made.takes_jobs(cell) else "now")
