"""Combines the templates of each turn of a recipe, and compiles them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from prompt_kit.errors import InputError, Place, Problem, PromptKitError, did_you_mean
from prompt_kit.recipe.rendering import NAMES, TurnTemplate
from prompt_kit.recipe.templating import compile_phrase, compile_templates

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from prompt_kit.recipe.library import LibraryFile
    from prompt_kit.recipe.spec import RecipeSpec, TurnSpec
    from prompt_kit.recipe.strategy_spec import StrategySpec
    from prompt_kit.recipe.templating import Program, Templates


class Names(NamedTuple):
    """What the templates of a recipe may name."""

    inputs: tuple[str, ...]
    """Parameters and reference slots, and the parameters of strategies that it heeds."""
    slots: tuple[str, ...]
    """The reference slots alone, in the order in which they are sent."""


def compiled_turns(
    turns: Sequence[TurnSpec],
    template: str,
    strategies: Sequence[LibraryFile[StrategySpec]],
    names: Names,
    library: Templates,
) -> tuple[TurnTemplate, ...]:
    """Return the turns that strategies ask for, then the recipe's own, each with its words.

    The words of a turn are the recipe's, with those of its strategies before and after. A turn that a strategy asks
    for begins with that turn's template; it needs no other words of that strategy.

    Args:
        turns: The recipe's own turns; at least one.
        template: The recipe's own template, for turns that have none.
        strategies: The strategies that are mixed in.
        names: What the templates may name.
        library: Where the templates are.

    Raises:
        InputError: With every problem of the templates.
    """
    planned: list[tuple[TurnSpec, list[str]]] = []
    for strategy in strategies:
        others = [other for other in strategies if other is not strategy]
        words = list(_between(others, turns[0].template or template))
        planned += [(turn, [_turn_template(strategy, turn), *words]) for turn in strategy.spec.turns]
    planned += [(turn, list(_between(strategies, turn.template or template))) for turn in turns]
    compiled: list[TurnTemplate] = []
    errors: list[PromptKitError] = []
    for turn, templates in planned:
        try:
            compiled.append(_compiled(turn, templates, names, library))
        except PromptKitError as error:
            errors.append(error)
    if len(errors) > 1:
        raise InputError(dict.fromkeys(problem for error in errors for problem in error.problems))
    if errors:
        raise errors[0]
    return tuple(compiled)


def phrase_of(text: str, recipe: str, parameters: Collection[str]) -> Program:
    """Return one phrase of what stays, checked and compiled.

    Args:
        text: The phrase, with values in it.
        recipe: The name of the recipe.
        parameters: The names that may stand in the phrase.

    Raises:
        InputError: When it does what templates must not do, or names what is no parameter.
    """
    label = f"{recipe}.yaml"
    phrase = compile_phrase(text, label)
    _check_names({name: Place(label, place.line) for name, place in phrase.names.items()}, list(parameters))
    return phrase


def strategy_templates(strategy: LibraryFile[StrategySpec]) -> set[str]:
    """Return the names of a strategy's own templates."""
    return {_strategy_template(strategy), *(_turn_template(strategy, turn) for turn in strategy.spec.turns)}


def template_name(name: str, spec: RecipeSpec) -> str:
    """Return the name of the template of a recipe, for turns that have none of their own."""
    return spec.template or f"{name}.j2"


def _between(strategies: Sequence[LibraryFile[StrategySpec]], template: str) -> Iterator[str]:
    """Yield the names of the templates that make a turn: a recipe's own between those of strategies."""
    yield from (_strategy_template(strategy) for strategy in strategies if strategy.spec.place == "before")
    yield template
    yield from (_strategy_template(strategy) for strategy in strategies if strategy.spec.place == "after")


def _compiled(turn: TurnSpec, templates: Sequence[str], names: Names, library: Templates) -> TurnTemplate:
    program = compile_templates(templates, library)
    _check_names(program.names, [*names.inputs, *NAMES])
    slots = names.slots if turn.references is None else tuple(turn.references)
    return TurnTemplate(program, slots, turn.name, turn.for_each, turn.earlier, turn.role, turn.output)


def _check_names(used: dict[str, Place], known: list[str]) -> None:
    """Check that a template takes only these names from outside.

    Raises:
        InputError: With every other name, at the place where it is used first.
    """
    unknown = {name: place for name, place in used.items() if name not in known}
    if unknown:
        raise InputError(
            [
                Problem(f"there is no parameter '{name}'. {did_you_mean(name, known)}".strip(), place)
                for name, place in unknown.items()
            ]
        )


def _strategy_template(strategy: LibraryFile[StrategySpec]) -> str:
    return strategy.spec.template or f"strategies/{strategy.name}.j2"


def _turn_template(strategy: LibraryFile[StrategySpec], turn: TurnSpec) -> str:
    return turn.template or f"strategies/{strategy.name}-{turn.output}.j2"
