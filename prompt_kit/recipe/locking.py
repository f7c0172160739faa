"""Holds forms, settings and examples to what a team has locked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from prompt_kit.errors import Offer, Problem
from prompt_kit.prompt import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.policy import Policy
    from prompt_kit.recipe.examples import Example
    from prompt_kit.recipe.form import Form


def with_locked_values(form: Form, team: Policy | None) -> Form:
    """Return a form in which the values that a team has locked are filled in and cannot be changed."""
    now = {} if team is None else {form.former.get(name, name): value for name, value in team.values.items()}
    values = {name: value for name, value in now.items() if name in form.parameters}
    if not values:
        return form
    locked = {name: form.parameters[name].model_copy(update={"locked": True}) for name in values}
    return replace(
        form,
        parameters={**form.parameters, **locked},
        fixed={**form.fixed, **values},
        of_team=frozenset(values),
    )


def with_locked_settings(
    chosen: Settings, asked: Mapping[str, Any] | Settings | None, team: Policy | None, problems: list[Problem]
) -> Settings:
    """Return settings with those that a team has locked.

    Args:
        chosen: The settings without any locks.
        asked: The settings that somebody asked for.
        team: What the team allows.
        problems: One is added for each setting that was asked for though it is locked otherwise.
    """
    locked = {} if team is None else team.locked
    if not locked:
        return chosen
    named = asked.to_dict() if isinstance(asked, Settings) else asked or {}
    problems += [
        _locked(name, value)
        for name, value in locked.items()
        if named.get(name) is not None and getattr(chosen, name) != value
    ]
    if "tier" in locked and "model" not in locked:
        if named.get("model") is not None:
            problems.append(_locked("model", f"that of the tier {locked['tier']}"))
        chosen = chosen._replace(model=None)
    return chosen._replace(**locked)


def _locked(name: str, value: object) -> Problem:
    message = f"{name}: is locked by the team, to {value}. Leave it out."
    return Problem(message, parameter=name, code="locked", offers=(Offer("Leave it out", name),))


def without_locked(examples: Mapping[str, Example], team: Policy | None) -> Mapping[str, Example]:
    """Return examples without what a team has locked otherwise."""
    if team is None or not (team.values or team.locked):
        return examples
    gone = dict.fromkeys([*team.locked, *(["model"] if "tier" in team.locked else [])])
    return {
        name: example._replace(
            values={key: value for key, value in example.values.items() if key not in team.values},
            settings=example.settings._replace(**{key: getattr(Settings(), key) for key in gone}),
        )
        for name, example in examples.items()
    }
