"""What a file may ask besides words and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from prompt_kit.errors import Problem, did_you_mean
from prompt_kit.prompt import Background, Grounding, Output, Safety, Settings, Size, Thinking, Tier
from prompt_kit.support.messages import explain
from prompt_kit.support.patterns import pattern
from prompt_kit.support.text import shortened, visible
from prompt_kit.support.words import stopped

_RATIO = pattern(r"[1-9]\d{0,2}:[1-9]\d{0,2}")


def _upper(value: Any) -> Any:
    # Providers refuse "2k"; nobody who writes it means anything else (ai.google.dev, 2025-11).
    return value.upper() if isinstance(value, str) else str(value) if isinstance(value, int) else value


class SettingsSpec(BaseModel):
    """What is asked besides words and pictures."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    aspect_ratio: str | None = None
    """Width to height, such as 16:9."""
    size: Annotated[Size | None, BeforeValidator(_upper)] = None
    """How large the picture is made: 512, 1K, 2K or 4K."""
    tier: Tier | None = None
    """How good it must be: draft, standard or pro."""
    model: Annotated[str, StringConstraints(min_length=1, max_length=120)] | None = None
    """A certain model, by id, instead of a tier."""
    thinking: Thinking | None = None
    """How long the model may think before it draws."""
    grounding: Grounding | None = None
    """Whether the model looks things up on the web first, and whether it may look at pictures there."""
    output: Output | None = None
    """A picture, or words and pictures in turn (interleaved)."""
    background: Background | None = None
    """What lies behind the subject: nothing (transparent), or a flat colour that is removed afterwards (keyed)."""
    thoughts: bool | None = None
    """Whether the model's thinking comes along: its words, and its drafts."""
    safety: Safety | None = None
    """How much the provider's adjustable filters hold back, from block-most to off."""
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    """Sampling temperature, for the models that still take one."""
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    """Nucleus sampling, for the models that still take it."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] | None = None
    """Best effort at the same picture again, for the models that take one."""

    @field_validator("aspect_ratio")
    @classmethod
    def _is_a_ratio(cls, value: str | None) -> str | None:
        if value is not None and not _RATIO.fullmatch(value):
            raise ValueError(f"'{shortened(visible(value))}' is no ratio such as 16:9")
        return value


def merged(*specs: SettingsSpec) -> Settings:
    """Return settings in which later ones win."""
    together: dict[str, Any] = {}
    for spec in specs:
        together |= spec.model_dump(exclude_none=True)
    return Settings(**together)


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
    changed = asked.model_dump(exclude_unset=True)
    if "tier" in changed and "model" not in changed:
        changed["model"] = None  # whoever asks for a tier no longer asks for the recipe's model
    return replace(base, **changed), frozenset(changed)
