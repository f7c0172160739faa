"""What a file may ask besides words and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from prompt_kit.errors import Problem, did_you_mean
from prompt_kit.prompt import Settings
from prompt_kit.prompt.spec import SettingsSpec
from prompt_kit.support.messages import explain
from prompt_kit.support.words import stopped


def merged(*specs: SettingsSpec) -> Settings:
    """Return settings in which later ones win."""
    together: dict[str, Any] = {}
    for spec in specs:
        together |= {name: value for name, value in spec if value is not None}
    return Settings(**together)


def stated(spec: SettingsSpec) -> dict[str, Any]:
    """Return the settings that a file states, also where it states that there is none."""
    # Making a serializer for them would take a fiftieth of the time of a command.
    return {name: value for name, value in spec if name in spec.model_fields_set}


def with_changes(
    base: Settings, changes: Mapping[str, Any] | Settings, problems: list[Problem]
) -> tuple[Settings, frozenset[str]]:
    """Return settings with changes, and the names of those that changed; ``base`` alone when a change is wrong.

    Args:
        base: The settings to begin with.
        changes: Settings by name; what is ``None`` changes nothing.
        problems: Every problem of the changes is added here.
    """
    if isinstance(changes, Settings):
        changes = changes.to_dict()
    if not isinstance(changes, Mapping):
        message = "settings: must be settings by name, such as {'size': '4K'}."
        problems.append(Problem(message, parameter="settings"))
        return base, frozenset()
    if not changes:
        return base, frozenset()
    try:
        asked = SettingsSpec.model_validate({name: value for name, value in changes.items() if value is not None})
    except ValidationError as error:
        known = list(SettingsSpec.model_fields)
        for wrong in error.errors(include_url=False):
            name = str(wrong["loc"][0])
            if wrong["type"] == "extra_forbidden":
                message = f"there is no setting '{name}'. {did_you_mean(name, known)}".strip()
            else:
                message = stopped(f"{name}: {explain(wrong)}")
            problems.append(Problem(message, parameter=name))
        return base, frozenset()
    changed = stated(asked)
    if "tier" in changed and "model" not in changed:
        changed["model"] = None  # whoever asks for a tier no longer asks for the recipe's model
    return base._replace(**changed), frozenset(changed)
