"""Refuses orders that a team's policy forbids, whoever places them and by whichever way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prompt_kit.errors import InputError, Problem, PromptKitError
from prompt_kit.generators.standing import draws_layouts
from prompt_kit.prompt import SIZES, TIERS
from prompt_kit.support.words import series

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.policy import Policy
    from prompt_kit.project import Project
    from prompt_kit.prompt import Prompt
    from prompt_kit.work.orders import Item, Plan

FORBIDDEN: Final = "forbidden"
"""The code of what the policy forbids."""


def forbidden(item: Item, project: Project) -> tuple[Problem, ...]:
    """Return everything in an order that the team of a project does not allow."""
    team = project.team
    if team is None:
        return ()
    return tuple(
        dict.fromkeys(
            [
                *_person_problems(item, team),
                *_model_problems(item, team),
                *_size_problems(item, team),
                *_setting_problems(item, team),
                *_value_problems(item.prompt, project),
            ]
        )
    )


def pictures_of(item: Item) -> int:
    """Return how many pictures an order asks for."""
    drawn = sum(turn.output == "picture" for turn in item.prompt.turns)
    return max(drawn, item.prompt.pictures_asked) * item.count


def too_many(pictures: int, project: Project) -> tuple[Problem, ...]:
    """Return why so many pictures may not be asked for at once, if they may not."""
    most = project.team.pictures if project.team else None
    if most is None or pictures <= most:
        return ()
    fact = f"{pictures} pictures are asked for at once, and the team allows {most}."
    return (Problem(f"{fact} Ask for fewer.", parameter="count", code=FORBIDDEN),)


def check_allowed(plan: Plan) -> None:
    """Check that the team allows all that a plan sends, whoever made the plan.

    Raises:
        InputError: With everything that it does not allow.
    """
    if plan.project.team is None:
        return
    items = plan.to_send
    problems = [problem for item in items for problem in forbidden(item, plan.project)]
    problems += too_many(sum(map(pictures_of, items)), plan.project)
    if problems:
        raise InputError(dict.fromkeys(problems))


def _person_problems(item: Item, team: Policy) -> Iterator[Problem]:
    person = item.order.person
    if not team.may("make", person):
        who = f"'{person}'" if person else "Somebody without a name"
        yield Problem(f"{who} may not make pictures here. Ask whoever keeps the team's policy.", code=FORBIDDEN)


def _model_problems(item: Item, team: Policy) -> Iterator[Problem]:
    generators, models = team.generators, team.models
    if generators is not None and item.generator not in generators and not draws_layouts(item.generator):
        fact = f"The team does not allow the generator '{item.generator}'."
        yield Problem(f"{fact} {_use(generators)}", parameter="generator", code=FORBIDDEN)
    if models is not None and item.model.id not in models:
        fact = f"The team does not allow the model '{item.model.id}'."
        yield Problem(f"{fact} {_use(models)}", parameter="model", code=FORBIDDEN)
    highest = team.highest_tier
    if highest is None:
        return
    if not item.model.tiers and item.model.id not in (models or ()):
        fact = f"The team allows models up to the tier {highest}, and '{item.model.id}' has no tier."
        yield Problem(f"{fact} Choose a tier instead of it.", parameter="model", code=FORBIDDEN)
        return
    tier = tier_of(item)
    if TIERS.index(tier) > TIERS.index(highest):
        fact = f"The team allows the tier {highest} at the most, and this is {tier}."
        yield Problem(f"{fact} Choose {highest}.", parameter="tier", code=FORBIDDEN)


def tier_of(item: Item) -> str:
    """Return the tier of what is ordered: that of the model, and where a model has several, the one asked for."""
    lowest = min(item.model.tiers, key=TIERS.index, default=TIERS[0])
    return max(lowest, item.prompt.settings.tier or lowest, key=TIERS.index)


def _size_problems(item: Item, team: Policy) -> Iterator[Problem]:
    largest, size = team.largest_size, item.prompt.settings.size or item.model.default_size
    if largest is None:
        return
    if size is None and item.model.id not in (team.models or ()):
        fact = f"The team allows pictures of {largest} at the most, and the size of '{item.model.id}' is not known."
        yield Problem(f"{fact} Choose a size.", parameter="size", code=FORBIDDEN)
    if size is not None and SIZES.index(size) > SIZES.index(largest):
        fact = f"The team allows pictures of {largest} at the most, and this is {size}."
        yield Problem(f"{fact} Choose {largest}.", parameter="size", code=FORBIDDEN)


def _setting_problems(item: Item, team: Policy) -> Iterator[Problem]:
    settings = item.prompt.settings
    for name, value in team.locked.items():
        asked = getattr(settings, name)
        # A model that draws nothing behind a subject can still be asked for a colour that is removed.
        if asked != value and not (name == "background" and (value, asked) == ("transparent", "keyed")):
            yield Problem(f"{name}: is locked by the team, to {value}.", parameter=name, code="locked")
    if "tier" in team.locked and "model" not in team.locked and settings.model is not None:
        fact = f"model: is locked by the team, to that of the tier {team.locked['tier']}."
        yield Problem(fact, parameter="model", code="locked")


def _value_problems(prompt: Prompt, project: Project) -> Iterator[Problem]:
    """Yield a problem for each locked value that a prompt was not rendered with, wherever it was rendered."""
    team = project.team
    if team is None or not team.values or not prompt.recipe:
        return
    from prompt_kit.recipe.assembly import load  # most projects lock nothing
    from prompt_kit.recipe.library import Library

    given = prompt.values
    try:
        form = load(prompt.recipe, library=Library(project)).using(*prompt.strategies).form
    except PromptKitError:  # the recipe is gone
        locked = team.values
        changed = {name for name, value in locked.items() if given.get(name, value) != value}
    else:
        context, locked = form.reread(given), dict(form.fixed)
        is_left_out = {name for name in form.of_team - given.keys() if not form.parameters[name].show_if}
        is_given = form.of_team & given.keys()
        changed = {name for name in is_left_out if form.default(name) != form.parameters[name].empty}
        changed |= {name for name in is_given if context.get(name) != form.default(name)}
    for name in sorted(changed):
        yield Problem(f"{name}: is locked by the team, to {locked[name]}.", parameter=name, code="locked")


def _use(names: tuple[str, ...]) -> str:
    return f"Use {series(names, 'or')}." if names else "It allows none."
