"""Settings of a request, with the fixed words for them, for the roles of pictures and for tasks."""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

Role: TypeAlias = Literal["base", "identity", "object", "style", "pose", "scene", "layout", "logo", "mask"]
"""What the model should take from a reference picture."""

Task: TypeAlias = Literal["create", "edit", "compose"]
"""What the model is asked to do with the references: nothing, change one, or bring several together."""

Tier: TypeAlias = Literal["draft", "standard", "pro"]
Size: TypeAlias = Literal["512", "1K", "2K", "4K"]
Thinking: TypeAlias = Literal["minimal", "low", "medium", "high"]
Grounding: TypeAlias = Literal["web", "web+images"]
Output: TypeAlias = Literal["picture", "interleaved"]
Answer: TypeAlias = Literal["picture", "words"]
"""What one turn makes: pictures, or words alone, which later turns draw."""
Background: TypeAlias = Literal["transparent", "keyed"]
"""What lies behind the subject: nothing, or one flat colour that is removed afterwards."""
Safety: TypeAlias = Literal["block-most", "block-some", "block-few", "block-none", "off"]
"""How much the provider's adjustable safety filters hold back, in the words of AI Studio (2026-10)."""

ROLES: Final[dict[Role, str]] = {
    "base": "the picture to work on",
    "identity": "who it is: face, build and features",
    "object": "a thing to show as it is",
    "style": "how it looks: technique, palette and texture",
    "pose": "how the body stands or moves",
    "scene": "the place and its light",
    "layout": "where things stand in the frame",
    "logo": "a mark to reproduce exactly",
    "mask": "which part may change: white where it may, black where it may not",
}
"""Each role, and what the model should take from a picture in it."""

TIERS: Final[tuple[str, ...]] = get_args(Tier)
SIZES: Final[tuple[str, ...]] = get_args(Size)


class Settings(NamedTuple):
    """Everything a request asks for besides its words and pictures; ``None`` leaves the choice to the model."""

    aspect_ratio: str | None = None
    """Width to height, such as ``16:9``."""
    size: Size | None = None
    """How large the picture is made."""
    tier: Tier | None = None
    """How good it must be; the catalogue finds the model. ``None`` means standard."""
    model: str | None = None
    """A certain model, by id, instead of a tier."""
    thinking: Thinking | None = None
    """How long the model may think before it draws."""
    grounding: Grounding | None = None
    """Whether the model looks things up before it draws, and whether it may look at pictures, too."""
    output: Output = "picture"
    """``interleaved`` asks for words and pictures in turn, such as an illustrated guide."""
    background: Background | None = None
    """What lies behind the subject; a recipe asks for ``transparent``, and gets ``keyed`` where a model cannot."""
    thoughts: bool = False
    """Whether the model's thinking comes along: its words, and its drafts, which are no results."""
    safety: Safety | None = None
    """How much the provider's adjustable filters hold back; ``None`` leaves it to the provider."""
    temperature: float | None = None
    """Sampling temperature, for the models that still take one."""
    top_p: float | None = None
    """Nucleus sampling, for the models that still take it."""
    seed: int | None = None
    """A number that makes the same picture more likely to come again, for the models that take one."""

    def to_dict(self) -> dict[str, Any]:
        """Return the settings that differ from their defaults."""
        values = zip(SETTINGS, self, strict=True)
        return {name: value for name, value in values if value is not None and (name, value) not in _PLAIN}


_PLAIN: Final = {("output", "picture"), ("thoughts", False)}

SETTINGS: Final[tuple[str, ...]] = Settings._fields
"""The names of all settings."""
