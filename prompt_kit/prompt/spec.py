"""What a file may say of settings."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator

from prompt_kit.prompt.settings import Background, Grounding, Output, Safety, Size, Thinking, Tier
from prompt_kit.support.patterns import pattern
from prompt_kit.support.text import shortened, visible

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
