"""Finds values in files that their parameters do not accept: those of presets, and the ``examples`` of parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prompt_kit.recipe.form import Form
from prompt_kit.recipe.spec import repeats
from prompt_kit.recipe.values import UNUSUAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prompt_kit.errors import Problem
    from prompt_kit.recipe.library import LibraryFile
    from prompt_kit.recipe.preset_spec import PresetSpec
    from prompt_kit.recipe.recipe import Recipe


def preset_misfits(parsed: LibraryFile[PresetSpec], recipe: Recipe) -> Iterator[Problem]:
    """Yield what is wrong with the values that a preset fills into a recipe, each at its place."""
    values = recipe.form.renamed(parsed.spec.values, [], [])
    written_as = {recipe.form.former.get(name, name): name for name in parsed.spec.values}
    for name, problem in _misfits(_form_without_pictures(recipe), values):
        yield parsed.file.problem(problem.message, "values", written_as[name])


def example_misfits(parsed: LibraryFile[Any], recipe: Recipe) -> Iterator[Problem]:
    """Yield what is wrong with the ``examples`` of parameters, each at its place; those of lists are single entries."""
    form = _form_without_pictures(recipe)
    for name, parameter in parsed.spec.parameters.items():
        for number, value in enumerate([] if repeats(parameter) else parameter.examples):
            if parameter.shortcut(value) is not UNUSUAL:
                continue  # it fits, without a look at the whole form
            for _, problem in _misfits(form, {name: value}):
                yield parsed.file.problem(problem.message, "parameters", name, "examples", number)


def _form_without_pictures(recipe: Recipe) -> Form:
    return Form(recipe.name, recipe.parameters, {})


def _misfits(form: Form, values: Mapping[str, Any]) -> Iterator[tuple[str, Problem]]:
    """Yield the problems of values, each with its parameter; neither pictures nor what else is missing count."""
    given = {name: value for name, value in values.items() if name in form.parameters and value is not None}
    for problem in form.check(given).problems:
        if problem.parameter in given and problem.code not in {"not_asked", "locked"}:
            yield problem.parameter, problem
