"""Image models: what they can do and cost, and since when we know it."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from prompt_kit.errors import InputError, NotFoundError, Problem
from prompt_kit.prompt import Earlier, Reference
from prompt_kit.yamlfile import YamlFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prompt_kit.outcome import Usage
    from prompt_kit.prompt import Prompt, Role, Settings, Turn

Kind: TypeAlias = Literal["object", "character", "style"]
"""The kinds of reference picture that models count apart."""

PixelTable: TypeAlias = dict[str, dict[str, tuple[int, int]]]
"""Width and height in pixels, by aspect ratio and size."""

MAX_REQUEST_BYTES: Final = 100_000_000
"""Largest inline request of the Gemini API, in bytes (ai.google.dev, file limits, 2026-01-08)."""

BATCH_SHARE: Final = Decimal("0.5")
"""What a picture costs through the Batch API, as a share of its price (ai.google.dev, pricing, 2026-10)."""

CHARACTERS_PER_TOKEN: Final = 4
"""About how many characters one token of text has (ai.google.dev, tokens)."""

_TOLERANCE: Final = 0.02
_MILLION: Final = Decimal(1_000_000)
_CENT_PARTS: Final = Decimal("0.000001")


class Model(BaseModel):
    """One image model."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    id: str
    """How the provider calls it."""
    title: str = ""
    """How people call it."""
    generator: str = "gemini"
    """The generator that speaks to it."""
    status: Literal["current", "legacy", "retired"] = "current"
    """Whether it is recommended, still answers, or is gone."""
    replaced_by: str | None = None
    """The model to use instead."""
    advice: str = ""
    """How to use the replacement, as the end of a sentence."""
    tiers: tuple[str, ...] = ()
    """The tiers it stands for."""
    aspect_ratios: tuple[str, ...] = ()
    """The formats it makes; empty means unknown."""
    sizes: tuple[str, ...] = ()
    """The sizes it makes, the default one first; empty means unknown."""
    send_size: bool = True
    """Whether the size may be sent; the 2.5 generation refuses any (ai.google.dev, 2026-10)."""
    pixel_table: tuple[tuple[str, str, int, int], ...] = ()
    """Aspect ratio, size, width and height."""
    max_references: int | None = None
    """Most pictures of a request; ``None`` means unknown."""
    best_references: int | None = None
    """With more pictures than this it works less well."""
    reference_limits: tuple[tuple[Kind, int], ...] = ()
    """Most pictures of each kind; a kind that is not here is counted as an object."""
    thinking: tuple[str, ...] = ()
    """The thinking levels it takes."""
    grounding: tuple[str, ...] = ()
    """What it can look up."""
    interleaved: bool = False
    """Whether it answers with words and pictures in turn."""
    sampling: tuple[str, ...] = ()
    """Which of temperature, top_p and seed it takes."""
    output_type: str = ""
    """The media type its pictures come in."""
    input_price: Decimal | None = None
    """US dollars for a million input tokens."""
    text_price: Decimal | None = None
    """US dollars for a million tokens of text or thought that come back."""
    image_price: Decimal | None = None
    """US dollars for a million tokens of pictures that come back."""
    image_tokens: tuple[tuple[str, int], ...] = ()
    """Tokens of one picture, by size."""
    reference_tokens: int = 1120
    """Input tokens of one reference picture; published for 2.1, taken for all (ai.google.dev, 2026-10)."""
    as_of: str = ""
    """The day on which this was last known to be true."""
    source: str = ""
    """Where it was read."""
    known: bool = True
    """Whether the catalogue has it; a model by an unknown id is tried as it is."""

    @cached_property
    def _pixels(self) -> Mapping[tuple[str, str], tuple[int, int]]:
        return {(ratio, size): (width, height) for ratio, size, width, height in self.pixel_table}

    @property
    def default_size(self) -> str | None:
        """The size it makes when none is asked for."""
        return ("1K" if "1K" in self.sizes else self.sizes[0]) if self.sizes else None

    def pixels(self, aspect_ratio: str | None, size: str | None) -> tuple[int, int] | None:
        """Return width and height of its pictures, or ``None`` when that is not known.

        Without an aspect ratio it is not known: the model takes the shape of the last picture, or its own choice.
        """
        return self._pixels.get((aspect_ratio or "", size or self.default_size or ""))

    def matches(self, width: int, height: int, *, aspect_ratio: str | None, size: str | None) -> bool:
        """Return whether a picture has the pixels that were asked for, within 2 %, as far as they are known."""
        wanted = self.pixels(aspect_ratio, size)
        return wanted is None or all(
            abs(got - want) <= want * _TOLERANCE for got, want in zip((width, height), wanted, strict=True)
        )

    def refusals(self, prompt: Prompt) -> tuple[Problem, ...]:
        """Return everything about a prompt that this model cannot do, each with the nearest it can."""
        if not self.known:
            return ()
        found = [*self._format_refusals(prompt.settings), *self._setting_refusals(prompt.settings)]
        for turn in prompt.turns:
            found += self._reference_refusals(turn)
        return tuple(dict.fromkeys(found))

    def warnings(self, prompt: Prompt) -> tuple[str, ...]:
        """Return whole sentences about what can be done but is worth knowing."""
        found = []
        if not self.known:
            found.append(f"The catalogue does not know the model '{self.id}': what it can do and costs is unknown.")
        if self.status == "legacy" and self.replaced_by:
            found.append(f"The model '{self.id}' is being phased out. '{self.replaced_by}' takes its place.")
        most = max((len(_pictures(turn)) for turn in prompt.turns), default=0)
        if self.best_references is not None and most > self.best_references:
            found.append(f"'{self.id}' works best with up to {self.best_references} pictures; there are {most}.")
        return tuple(found)

    def picture_price(self, size: str | None = None) -> Decimal | None:
        """Return what one picture costs, in US dollars, without what is sent for it; ``None`` is unknown."""
        tokens = dict(self.image_tokens).get(size or self.default_size or "")
        if tokens is None or self.image_price is None:
            return None
        return (tokens * self.image_price / _MILLION).quantize(_CENT_PARTS)

    def estimate(self, prompt: Prompt, count: int = 1) -> Decimal | None:
        """Return about what a prompt will cost, in US dollars; ``None`` is unknown.

        One picture a turn, the words at four characters a token, and the pictures that go along. What the model
        thinks cannot be known before and is not in it.
        """
        picture = self.picture_price(prompt.settings.size)
        if picture is None or self.input_price is None:
            return None
        total = Decimal(0)
        for turn in prompt.turns:
            tokens = math.ceil(len(turn.text) / CHARACTERS_PER_TOKEN) + self.reference_tokens * len(_pictures(turn))
            total += picture + tokens * self.input_price / _MILLION
        return (total * count).quantize(_CENT_PARTS)

    def cost(self, usage: Usage | None) -> Decimal | None:
        """Return what an answer cost, in US dollars, from its usage; ``None`` is unknown.

        Searches are not in it: the first 5,000 of a month are free, and the answer does not tell which ones are
        (ai.google.dev, pricing, 2026-10).
        """
        prices = (self.input_price, self.text_price, self.image_price)
        if usage is None or None in prices or usage.output_image is None:
            return None
        if usage.input_text is None and usage.input_image is None:
            return None
        given, text, image = (price or Decimal(0) for price in prices)
        total = ((usage.input_text or 0) + (usage.input_image or 0)) * given
        total += ((usage.output_text or 0) + (usage.thinking or 0)) * text + usage.output_image * image
        return (total / _MILLION).quantize(_CENT_PARTS)

    def to_dict(self) -> dict[str, Any]:
        """Return what is known, as plain data."""
        plain = self.model_dump(mode="json", exclude={"pixel_table", "known"}, exclude_defaults=True)
        plain |= {"reference_limits": dict(self.reference_limits)} if self.reference_limits else {}
        price = {size: self.picture_price(size) for size in self.sizes}
        plain["picture_price_usd"] = {size: None if one is None else str(one) for size, one in price.items()}
        plain["pixels"] = {}
        for ratio, size, width, height in self.pixel_table:
            if size in self.sizes and ratio in self.aspect_ratios:
                plain["pixels"].setdefault(ratio, {})[size] = f"{width}x{height}"
        return {key: value for key, value in plain.items() if value not in ({}, [])}

    def _format_refusals(self, settings: Settings) -> Iterator[Problem]:
        ratio, size = settings.aspect_ratio, settings.size
        if ratio is not None and self.aspect_ratios and ratio not in self.aspect_ratios:
            near = min(self.aspect_ratios, key=lambda one: abs(math.log(_quotient(one) / _quotient(ratio))))
            yield Problem(f"{self.id} makes no {ratio} pictures. The nearest is {near}.", parameter="aspect_ratio")
        if size is not None and self.sizes and size not in self.sizes:
            order = ("512", "1K", "2K", "4K")
            near = min(self.sizes, key=lambda one: abs(order.index(one) - order.index(size)))
            other = next((m for m in _built_in() if m.status == "current" and size in m.sizes and m.tiers), None)
            tier = f', or the tier "{other.tiers[0]}"' if other and other.id != self.id else ""
            yield Problem(f"{self.id} makes no {size} pictures. Use {near}{tier}.", parameter="size")

    def _setting_refusals(self, settings: Settings) -> Iterator[Problem]:
        for name in ("temperature", "top_p", "seed"):
            if getattr(settings, name) is not None and name not in self.sampling:
                yield Problem(f"{self.id} takes no {name}. Leave it out.", parameter=name)
        if settings.thinking is not None and settings.thinking not in self.thinking:
            advice = f"Use {' or '.join(self.thinking)}" if self.thinking else "Leave it out"
            yield Problem(f"{self.id} has no thinking level '{settings.thinking}'. {advice}.", parameter="thinking")
        if settings.grounding is not None and settings.grounding not in self.grounding:
            advice = f"It can look up: {', '.join(self.grounding)}" if self.grounding else 'Use the tier "standard"'
            yield Problem(f"{self.id} cannot look up '{settings.grounding}'. {advice}.", parameter="grounding")
        if settings.output == "interleaved" and not self.interleaved:
            yield Problem(
                f'{self.id} does not answer with words and pictures in turn. Use the tier "standard".',
                parameter="output",
            )

    def _reference_refusals(self, turn: Turn) -> Iterator[Problem]:
        pictures = _pictures(turn)
        where = f" (turn '{turn.name}')" if turn.name else ""
        if self.max_references is not None and len(pictures) > self.max_references:
            yield Problem(
                f"{self.id} takes {self.max_references} pictures, not {len(pictures)}{where}. Leave some out."
            )
        limits = dict(self.reference_limits)
        counts: dict[Kind, int] = {}
        for picture in pictures:
            kind = _KINDS.get(picture.role, "object")
            kind = kind if kind in limits else "object"
            counts[kind] = counts.get(kind, 0) + 1
        for kind, count in counts.items():
            if limits and count > limits.get(kind, count):
                yield Problem(
                    f"{self.id} takes {limits[kind]} {_NAMES[kind]}, not {count}{where}. Leave some out.",
                )
        weight = sum(reference.image.size for reference in turn.references)
        # Base64 makes four bytes of three.
        if weight * 4 / 3 > MAX_REQUEST_BYTES:
            yield Problem(
                f"The pictures have {weight / 1e6:.0f} MB together{where}; at most 75 MB can be sent."
                " Save smaller copies."
            )


_KINDS: Final[Mapping[Role, Kind]] = {"identity": "character", "pose": "character", "style": "style"}
_NAMES: Final[Mapping[Kind, str]] = {
    "object": "pictures of things and places",
    "character": "pictures of people",
    "style": "style pictures",
}


class _Row(BaseModel):
    """One model as the file has it."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = None
    generator: str | None = None
    status: Literal["current", "legacy", "retired"] | None = None
    same_as: str | None = None
    replaced_by: str | None = None
    advice: str | None = None
    tiers: list[Literal["draft", "standard", "pro"]] | None = None
    aspect_ratios: list[str] | None = None
    sizes: list[str] | None = None
    send_size: bool | None = None
    pixels: str | None = None
    max_references: Annotated[int, Field(ge=0)] | None = None
    best_references: Annotated[int, Field(ge=0)] | None = None
    reference_limits: dict[Kind, int] | None = None
    thinking: list[Literal["minimal", "low", "medium", "high"]] | None = None
    grounding: list[Literal["web", "web+images"]] | None = None
    interleaved: bool | None = None
    sampling: list[Literal["temperature", "top_p", "seed"]] | None = None
    output_type: str | None = None
    input_price: Annotated[Decimal, Field(ge=0)] | None = None
    text_price: Annotated[Decimal, Field(ge=0)] | None = None
    image_price: Annotated[Decimal, Field(ge=0)] | None = None
    image_tokens: dict[str, int] | None = None
    reference_tokens: int | None = None
    as_of: str | None = None
    source: str | None = None


class _File(BaseModel):
    """The catalogue's file, or a project's additions to it."""

    model_config = ConfigDict(extra="forbid")

    pixels: dict[str, PixelTable] = {}
    models: dict[str, _Row] = {}


class Catalogue:
    """All image models the kit knows of."""

    def __init__(self, models: tuple[Model, ...]) -> None:
        self.models = models
        self._by_id = {model.id: model for model in models}

    @classmethod
    def load(cls, extra: Path | None = None) -> Catalogue:
        """Return the built-in models, with a project's own rows added or laid over them field by field.

        Raises:
            InputError: With every problem of the project's file.
        """
        return cls(_built_in() if extra is None else _read(extra, {model.id: model for model in _built_in()}))

    def model(self, model_id: str) -> Model:
        """Return the model of that id; an id the catalogue does not have is tried as it is.

        Raises:
            InputError: When the model is gone, with its replacement.
        """
        model = self._by_id.get(model_id) or Model(id=model_id, title=model_id, known=False)
        if model.status == "retired":
            advice = f", {model.advice}" if model.advice else ""
            raise InputError(
                Problem(f"The model '{model_id}' is gone. Use '{model.replaced_by}'{advice}.", parameter="model"),
            )
        return model

    def choose(self, settings: Settings) -> Model:
        """Return the model for these settings: by id, else by tier; the standard one when neither is given.

        Raises:
            InputError: When the model is gone.
            NotFoundError: When no model stands for the tier.
        """
        if settings.model is not None:
            return self.model(settings.model)
        tier = settings.tier or "standard"
        chosen = [model for model in self.models if tier in model.tiers and model.status == "current"]
        if not chosen:
            raise NotFoundError("model for the tier", tier, {t for model in self.models for t in model.tiers})
        return chosen[-1]


@cache
def _built_in() -> tuple[Model, ...]:
    return _read(Path(__file__).with_name("catalogue.yaml"), {})


def _read(path: Path, models: dict[str, Model]) -> tuple[Model, ...]:
    """Lay the rows of a file over these models; the later of two models of one tier wins."""
    file = YamlFile(path, path.name)
    content = file.parse(_File)
    problems = []
    for model_id, row in content.models.items():
        start = models.pop(model_id, None) or models.get(row.same_as or "")
        if row.pixels is not None and row.pixels not in content.pixels:
            problems.append(file.problem(f"there is no pixel table '{row.pixels}'.", "models", model_id, "pixels"))
        fields = start.model_dump() if start else {}
        if row.same_as:
            fields |= {"tiers": ()}
        fields |= row.model_dump(exclude_unset=True, exclude={"same_as", "pixels"}) | {"id": model_id}
        for name in ("reference_limits", "image_tokens"):
            if isinstance(fields.get(name), dict):
                fields[name] = tuple(fields[name].items())
        if row.pixels is not None:
            table = content.pixels.get(row.pixels, {})
            fields["pixel_table"] = tuple((r, s, *size) for r, sizes in table.items() for s, size in sizes.items())
        models[model_id] = Model(**fields)
    if problems:
        raise InputError(problems)
    return tuple(models.values())


def _pictures(turn: Turn) -> list[Reference | Earlier]:
    return [part for part in turn.parts if isinstance(part, Reference | Earlier)]


def _quotient(ratio: str) -> float:
    width, _, height = ratio.partition(":")
    return int(width) / int(height)
