"""The facts about an image model: what it makes, takes and costs, and the date on which that was checked."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from prompt_kit.catalogue.formats import measure, nearest
from prompt_kit.prompt import Grounding, Safety, Size, Thinking, Tier

Kind: TypeAlias = Literal["object", "character", "style"]
"""The kinds of reference picture that models count separately."""

Ratio: TypeAlias = Annotated[str, Field(pattern=r"^[1-9]\d{0,3}:[1-9]\d{0,3}$")]
Amount: TypeAlias = Annotated[Decimal, Field(ge=0)]
Count: TypeAlias = Annotated[int, Field(ge=0)]
PixelTable: TypeAlias = dict[Ratio, dict[Size, tuple[int, int]]]
"""Width and height in pixels, by aspect ratio and size."""

_TOLERANCE: Final = 0.02
"""How much width and height may differ from what was asked for, as a share."""


def _pairs(value: Any) -> Any:
    return tuple((key, _pairs(item)) for key, item in value.items()) if isinstance(value, dict) else value


class Facts(BaseModel):
    """The facts about one image model; empty and ``None`` mean unknown, unless a field says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    id: str
    """How the provider calls it."""
    title: str = ""
    """How people call it."""
    generator: str = "gemini"
    """The generator that sends requests to it."""
    status: Literal["current", "legacy", "retired"] = "current"
    """Whether it is recommended, still answers, or is gone."""
    replaced_by: str | None = None
    """The model to use instead."""
    advice: str = ""
    """How to use the replacement, as the end of a sentence."""
    tiers: tuple[Tier, ...] = ()
    """The tiers it stands for."""
    aspect_ratios: tuple[Ratio, ...] = ()
    """The formats it makes."""
    sizes: tuple[Size, ...] = ()
    """The sizes it makes."""
    send_size: bool = True
    """Whether a size may be sent; 2.5 makes 1K and refuses a request that says so (ai.google.dev, 2026-10)."""
    pixel_table: tuple[tuple[Ratio, Size, int, int], ...] = ()
    """Aspect ratio, size, width and height."""
    ratio_leeway: Annotated[float, Field(ge=0, lt=1)] = 0
    """By how much a format it makes may differ from the one asked for and take its place, as a share; 0 is never."""
    free_sizes: bool = False
    """Whether it makes any width and height, so that an edited picture keeps its format exactly."""
    experimental_sizes: tuple[Size, ...] = ()
    """The sizes that its provider calls experimental."""
    max_characters: Count | None = None
    """Longest prompt, in characters."""
    qualities: Annotated[tuple[tuple[Tier, str], ...], BeforeValidator(_pairs)] = ()
    """How the provider calls the quality of each tier, where one model stands for several."""
    input_types: tuple[str, ...] = ("image/png", "image/jpeg", "image/webp", "image/heic", "image/heif")
    """Media types of the pictures it takes (ai.google.dev, image understanding, 2026-10)."""
    max_references: Count | None = None
    """Most pictures of one request."""
    best_references: Count | None = None
    """With more pictures than this it works less well."""
    reference_limits: Annotated[tuple[tuple[Kind, Count], ...], BeforeValidator(_pairs)] = ()
    """Most pictures of each kind; a kind that is not here is counted as an object."""
    thinking: tuple[Thinking, ...] = ()
    """The thinking levels that can be asked for; empty is none."""
    default_thinking: Thinking | None = None
    """The level at which it thinks when none is asked for."""
    grounding: tuple[Grounding, ...] = ()
    """What it can look up; empty is nothing."""
    transparency: bool = False
    """Whether it draws a subject on nothing, with real transparency."""
    masks: bool = False
    """Whether it takes a mask, and leaves everything else as it is."""
    interleaved: bool = False
    """Whether it answers with words and pictures in turn."""
    answers_in_words: bool = True
    """Whether it answers with words alone, for the turns that ask for them."""
    conversations: bool = True
    """Whether a conversation with it can go on; without, each request stands alone."""
    safety: tuple[Safety, ...] = get_args(Safety)
    """How much its adjustable filters can hold back."""
    safety_in_edits: bool = True
    """Whether they can be adjusted when pictures go along, too."""
    leaves_out: tuple[Literal["thinking", "thoughts"], ...] = ()
    """Settings that recipes bring and that it does without, with a warning instead of a refusal."""
    sampling: tuple[Literal["temperature", "top_p", "seed"], ...] = ()
    """The sampling parameters it takes; empty is none."""
    output_type: str = ""
    """The media type its pictures come in."""
    input_price: Amount | None = None
    """US dollars for a million input tokens."""
    input_image_price: Amount | None = None
    """US dollars for a million input tokens of pictures, where they have a price of their own."""
    text_price: Amount | None = None
    """US dollars for a million tokens of text or thought that come back."""
    image_price: Amount | None = None
    """US dollars for a million tokens of pictures that come back."""
    image_tokens: Annotated[tuple[tuple[Size, Count], ...], BeforeValidator(_pairs)] = ()
    """Tokens of one picture that comes back, by size."""
    tier_tokens: Annotated[tuple[tuple[Tier, tuple[tuple[Size, Count], ...]], ...], BeforeValidator(_pairs)] = ()
    """The same by tier and size, where a tier is a quality of the model."""
    reference_tokens: Count | None = 1120
    """Input tokens of one reference picture; published for 2.1, taken for all of Google's (ai.google.dev, 2026-10)."""
    search_price: Amount | None = None
    """US dollars for one search, once the free ones of the month are used up."""
    batch_share: Amount | None = None
    """What a picture costs through the Batch API, as a share of its price."""
    as_of: date | None = None
    """The day on which this was last known to be true; for a retired one, the day by which it was gone."""
    source: str = ""
    """Where it was read."""
    known: bool = True
    """Whether the catalogue has it; a model by an unknown id is tried as it is."""

    @property
    def default_size(self) -> Size | None:
        """The size it makes when none is asked for: 1K, unless it has no such size."""
        return "1K" if "1K" in self.sizes else next(iter(self.sizes), None)

    def pixels(self, aspect_ratio: str | None, size: str | None) -> tuple[int, int] | None:
        """Return width and height of its pictures, or ``None`` when that is not known.

        Without an aspect ratio it is not known: the model takes the shape of the last picture, or its own choice.
        Of a ratio it does not make, these are the pixels of the one that takes its place, if any does.
        """
        wanted = (self.stand_in(aspect_ratio) or aspect_ratio, size or self.default_size)
        return next(
            ((width, height) for ratio, made_size, width, height in self.pixel_table if (ratio, made_size) == wanted),
            None,
        )

    def quality(self, tier: Tier | None) -> str | None:
        """Return how the provider calls the quality of a tier, where the model has several."""
        return dict[str, str](self.qualities).get(tier or "standard")

    def thinking_for(self, level: Thinking | None) -> Thinking | None:
        """Return the nearest thinking level it has, rather a higher than a lower one; ``None`` when it has none."""
        if level is None or level in self.thinking or "thinking" in self.leaves_out or not self.known:
            return level
        levels: tuple[Thinking, ...] = get_args(Thinking)
        more = [candidate for candidate in levels[levels.index(level) :] if candidate in self.thinking]
        return more[0] if more else max(self.thinking, key=levels.index, default=None)

    def matches(self, width: int, height: int, *, aspect_ratio: str | None, size: str | None) -> bool:
        """Return whether a picture has the pixels that were asked for, within 2 %, as far as they are known."""
        wanted = self.pixels(aspect_ratio, size)
        return wanted is None or all(
            abs(got - want) <= want * _TOLERANCE for got, want in zip((width, height), wanted, strict=True)
        )

    def stand_in(self, ratio: str | None) -> str | None:
        """Return the format that takes the place of one it does not make, if it has one near enough."""
        asked = measure(ratio) if ratio and ratio not in self.aspect_ratios else None
        if asked is None or not self.ratio_leeway or not self.aspect_ratios:
            return None
        other = nearest(ratio or "", self.aspect_ratios)
        return other if abs((measure(other) or 0) - asked) <= math.log1p(self.ratio_leeway) else None
