"""Image models: what they can do and cost, and since when we know it."""

from __future__ import annotations

import math
import re
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from prompt_kit.errors import InputError, NotFoundError, Problem, did_you_mean
from prompt_kit.prompt import SIZES, Earlier, Grounding, Reference, Safety, Size, Text, Thinking, Tier
from prompt_kit.words import series
from prompt_kit.yamlfile import YamlFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from prompt_kit.outcome import Usage
    from prompt_kit.prompt import Part, Prompt, Role, Settings, Turn

Kind: TypeAlias = Literal["object", "character", "style"]
"""The kinds of reference picture that models count apart."""

Ratio: TypeAlias = Annotated[str, Field(pattern=r"^[1-9]\d{0,3}:[1-9]\d{0,3}$")]
Amount: TypeAlias = Annotated[Decimal, Field(ge=0)]
Count: TypeAlias = Annotated[int, Field(ge=0)]
PixelTable: TypeAlias = dict[Ratio, dict[Size, tuple[int, int]]]
"""Width and height in pixels, by aspect ratio and size."""

MAX_REQUEST_BYTES: Final = 100_000_000
"""Largest request with pictures inside, in bytes, where nothing else is known."""

CHARACTERS_PER_TOKEN: Final = 4
"""About how many characters one token of text has (ai.google.dev, tokens)."""

WORDS_TOKENS: Final = 300
"""How many tokens the answer to a turn that asks for words alone is taken to have: about 200 words."""

KINDS: Final[Mapping[Role, Kind]] = {"identity": "character", "style": "style"}
"""What a picture in a role is counted as; all other roles are objects."""

_KIND_WORDS: Final[Mapping[str, str]] = {
    "picture": "pictures",
    "object": "pictures of things and places",
    "character": "pictures of people and characters",
    "style": "style pictures",
}
_CHOICES: Final = (
    ("aspect_ratio", "aspect_ratios", "makes no {} pictures"),
    ("size", "sizes", "makes no {} pictures"),
    ("thinking", "thinking", "takes no thinking level '{}'"),
    ("grounding", "grounding", "does not look up '{}'"),
    ("safety", "safety", "takes no safety level '{}'"),
)
"""Each setting with a few answers, the model's field that has them, and what to say of another one."""

_FIRST: Final = "gemini"
"""Whose models stand for the tiers of a generator that has none in the catalogue."""
_TOLERANCE: Final = 0.02
_MILLION: Final = Decimal(1_000_000)
_PLACES: Final = Decimal("0.000001")


def _pairs(value: Any) -> Any:
    return tuple((key, _pairs(item)) for key, item in value.items()) if isinstance(value, dict) else value


class Model(BaseModel):
    """One image model; what is empty or ``None`` is not known, unless it says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

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
        wanted = (self._stand_in(aspect_ratio) or aspect_ratio, size or self.default_size)
        return next(((width, height) for ratio, one, width, height in self.pixel_table if (ratio, one) == wanted), None)

    def quality(self, tier: Tier | None) -> str | None:
        """Return how the provider calls the quality of a tier, where the model has several."""
        return dict[str, str](self.qualities).get(tier or "standard")

    def matches(self, width: int, height: int, *, aspect_ratio: str | None, size: str | None) -> bool:
        """Return whether a picture has the pixels that were asked for, within 2 %, as far as they are known."""
        wanted = self.pixels(aspect_ratio, size)
        return wanted is None or all(
            abs(got - want) <= want * _TOLERANCE for got, want in zip((width, height), wanted, strict=True)
        )

    def room(self, parts: Sequence[Part], role: Role) -> int | None:
        """Return how many more pictures in a role it takes beside these parts; ``None`` is as many as one likes."""
        pictures = [part for part in parts if isinstance(part, Reference | Earlier)]
        limits = dict(self.reference_limits)
        kind = _kind(role, limits)
        rooms = [] if self.max_references is None else [self.max_references - len(pictures)]
        if kind in limits:
            rooms.append(limits[kind] - sum(_kind(part.role, limits) == kind for part in pictures))
        return max(0, min(rooms)) if rooms else None

    def refusals(self, prompt: Prompt) -> tuple[Problem, ...]:
        """Return everything about a prompt that this model cannot do, each with the nearest it can.

        An unknown model refuses nothing: nobody knows what it can do.
        """
        if not self.known:
            return ()
        if self.status == "retired":
            return (self.farewell,)
        found = [*self._setting_refusals(prompt.settings)]
        for turn in prompt.turns:
            found += [*self._reference_refusals(turn), *self._file_refusals(turn), *self._turn_refusals(turn)]
        return tuple(dict.fromkeys(found))

    def warnings(self, prompt: Prompt) -> tuple[str, ...]:
        """Return whole sentences about what can be done but is worth knowing."""
        found = []
        if not self.known:
            text = f"The catalogue does not know the model '{self.id}': what it can do and what it costs is not known."
            found.append(f"{text} {did_you_mean(self.id, list(_built_in()[0]))}".strip())
        if self.status == "legacy" and self.replaced_by:
            found.append(f"The model '{self.id}' is being phased out. '{self.replaced_by}' takes its place.")
        if prompt.settings.output == "interleaved" and (each := self.picture_price(prompt.settings.size)):
            found.append(f"Words and pictures in turn: the estimate counts one picture; each further one is ${each}.")
        most = max((len(turn.references + turn.earlier) for turn in prompt.turns), default=0)
        if left_out := _left_out(prompt):
            found.append(left_out)
        if self.best_references is not None and most > self.best_references:
            found.append(f"'{self.id}' works best with up to {self.best_references} pictures; there are {most}.")
        return (*found, *self._departures(prompt))

    @property
    def farewell(self) -> Problem:
        """What to tell someone who asks for this model once it is retired."""
        instead = f"'{self.replaced_by}' {self.advice}".strip()
        return Problem(f"The model '{self.id}' is gone. Use {instead}.", parameter="model")

    @property
    def in_batch(self) -> Model:
        """The model at the prices of the Batch API; they are unknown where its share is."""
        share, names = self.batch_share, ("input_price", "input_image_price", "text_price", "image_price")
        known = {name: price for name in names if (price := getattr(self, name)) is not None}
        return self.model_copy(update={name: share and price * share for name, price in known.items()})

    def picture_price(self, size: str | None = None, tier: Tier | None = None) -> Decimal | None:
        """Return what one picture costs, in US dollars, without what is sent for it; ``None`` is unknown."""
        by_size = dict(self.tier_tokens).get(tier or "standard", self.image_tokens)
        tokens = dict[str, int](by_size).get(size or self.default_size or "")
        if tokens is None or self.image_price is None:
            return None
        return (tokens * self.image_price / _MILLION).quantize(_PLACES)

    def estimate(self, prompt: Prompt, count: int = 1) -> Decimal | None:
        """Return about what a prompt will cost when it is made ``count`` times, in US dollars; ``None`` is unknown.

        One picture a turn, the words at four characters a token, and the pictures that go along. What cannot be
        known before is not in it: thoughts, searches, further pictures of an interleaved answer.
        """
        picture = self.picture_price(prompt.settings.size, prompt.settings.tier)
        words = None if self.text_price is None else WORDS_TOKENS * self.text_price / _MILLION
        answers = {"picture": picture, "words": words}
        total = Decimal(0)
        for turn in prompt.turns:
            answer, sent = answers[turn.output], self._sent_price(turn)
            if answer is None or sent is None:
                return None
            total += answer + sent
        return (total * count).quantize(_PLACES)

    def _sent_price(self, turn: Turn) -> Decimal | None:
        """Return what it costs to send the words and pictures of a turn, in US dollars; ``None`` is unknown."""
        before = [said.text for exchange in turn.history for said in exchange.answered]
        before += [part.text for exchange in turn.history for part in exchange.asked if isinstance(part, Text)]
        words = math.ceil(len("".join((*before, turn.text))) / CHARACTERS_PER_TOKEN)
        pictures = len(turn.references + turn.earlier) + _pictures_before(turn)
        if self.input_price is None or (pictures and self.reference_tokens is None):
            return None
        seen = pictures * (self.reference_tokens or 0) * (self.input_image_price or self.input_price)
        return (words * self.input_price + seen) / _MILLION

    def cost(self, usage: Usage | None) -> Decimal | None:
        """Return what an answer cost, in US dollars, from its usage by modality; ``None`` is unknown.

        Picture tokens have a price of their own: where the provider does not count them apart, nothing is guessed.
        Thoughts are paid as text. Searches are not in it: the first 5,000 of a month are free, and the answer does
        not tell which ones are (ai.google.dev, pricing, 2026-10).
        """
        if usage is None or self.input_price is None or self.image_price is None:
            return None
        if usage.output_image is None or (usage.input_text is None and usage.input_image is None):
            return None
        said = (usage.output_text or 0) + (usage.thinking or 0)
        if said and self.text_price is None:
            return None
        given = (usage.input_text or 0) * self.input_price
        given += (usage.input_image or 0) * (self.input_image_price or self.input_price)
        total = given + said * (self.text_price or 0) + usage.output_image * self.image_price
        return (total / _MILLION).quantize(_PLACES)

    def to_dict(self) -> dict[str, Any]:
        """Return what is known, as plain data: amounts as text, pixels as ``1376x768`` by aspect ratio and size."""
        plain = self.model_dump(mode="json", exclude={"pixel_table"}, exclude_none=True)
        plain |= {"reference_limits": dict(self.reference_limits), "image_tokens": dict(self.image_tokens)}
        plain |= {"tier_tokens": {tier: dict(tokens) for tier, tokens in self.tier_tokens}}
        plain |= {"qualities": dict(self.qualities)}
        prices = {size: self.picture_price(size) for size in self.sizes}
        plain["picture_price_usd"] = {size: str(price) for size, price in prices.items() if price is not None}
        plain["pixels"] = {
            ratio: {size: "{}x{}".format(*found) for size in self.sizes if (found := self.pixels(ratio, size))}
            for ratio in self.aspect_ratios
        }
        return {key: value for key, value in plain.items() if value not in ("", [], {})}

    def _setting_refusals(self, settings: Settings) -> Iterator[Problem]:
        for name, field, fact in _CHOICES:
            asked, offered = getattr(settings, name), getattr(self, field)
            if asked is None or asked in offered or (not offered and field in {"aspect_ratios", "sizes"}):
                continue
            if name in self.leaves_out or (name == "aspect_ratio" and self._stand_in(asked)):
                continue
            use = f"Use {_nearest(asked, offered)}" if offered else "Leave it out"
            yield self._cannot(f"{fact.format(asked)}. {use}", self._tier_where(Model._offers, field, asked), name)
        for name in ("temperature", "top_p", "seed"):
            if getattr(settings, name) is not None and name not in self.sampling:
                yield self._cannot(f"takes no {name}. Leave it out", "", name)
        if settings.background == "transparent" and not self.transparency:
            yield self._cannot(
                "draws nothing transparent. Render the recipe for it, or ask for 'keyed'", "", "background"
            )
        if settings.output == "interleaved" and not self.interleaved:
            other = self._tier_where(lambda model: model.interleaved)
            yield self._cannot("does not answer with words and pictures in turn. Ask for a picture", other, "output")

    def _turn_refusals(self, turn: Turn) -> Iterator[Problem]:
        if turn.output == "words" and not self.answers_in_words:
            fact = f"only draws, and words are asked for{_where(turn)}"
            yield self._cannot(f"{fact}. Leave them out, or take another generator", "", "use")
        if turn.history and not self.conversations:
            yield self._cannot("holds no conversation. Refine with a new request", "", "chat")
        now, before = len(turn.references + turn.earlier), _pictures_before(turn)
        if before and self.max_references is not None and now <= self.max_references < now + before:
            fact = f"takes at most {self.max_references} pictures, and with those of this conversation there are"
            yield self._cannot(f"{fact} {now + before}{_where(turn)}. Begin anew from the picture", "", "chat")
        if self.max_characters is not None and len(turn.text) > self.max_characters:
            fact = f"takes {self.max_characters:,} characters, and the prompt has {len(turn.text):,}{_where(turn)}"
            yield self._cannot(f"{fact}. Shorten it", "", "prompt")

    def _departures(self, prompt: Prompt) -> Iterator[str]:
        """Yield what comes otherwise than it was asked for, or is left out."""
        settings = prompt.settings
        if "thinking" in self.leaves_out and settings.thinking and settings.thinking not in self.thinking:
            yield f"'{self.id}' takes no thinking level '{settings.thinking}'; it is left out."
        if "thoughts" in self.leaves_out and settings.thoughts:
            yield f"'{self.id}' does not show its thinking."
        pictures = [len(turn.references + turn.earlier) for turn in prompt.turns]
        if settings.safety and not self.safety_in_edits and any(pictures):
            yield f"'{self.id}' takes a safety level only without pictures; with them it is left out."
        stand_in, pixels = self._stand_in(settings.aspect_ratio), self.pixels(settings.aspect_ratio, settings.size)
        if stand_in and pixels:
            text = f"'{self.id}' makes no {settings.aspect_ratio} pictures; the nearest is {stand_in}"
            yield f"{text}, {pixels[0]} × {pixels[1]} pixels."
        if settings.size in self.experimental_sizes:
            yield f"Pictures of {settings.size} are experimental with '{self.id}', says its provider."
        if self.masks and any(turn.mask and count > 1 for turn, count in zip(prompt.turns, pictures, strict=True)):
            yield f"'{self.id}' takes a mask with a single picture only; with several, the words say what changes."

    def _stand_in(self, ratio: str | None) -> str | None:
        """Return the format that takes the place of one it does not make, if it has one near enough."""
        asked = _measure(ratio) if ratio and ratio not in self.aspect_ratios else None
        if asked is None or not self.ratio_leeway or not self.aspect_ratios:
            return None
        nearest = _nearest(ratio or "", self.aspect_ratios)
        return nearest if abs((_measure(nearest) or 0) - asked) <= math.log1p(self.ratio_leeway) else None

    def _reference_refusals(self, turn: Turn) -> Iterator[Problem]:
        for kind, limit, crowd in self._crowds(turn):
            slot = next((one.slot for one in reversed(crowd) if isinstance(one, Reference)), "references")
            fact = f"takes at most {limit} {_KIND_WORDS[kind]}, and there are {len(crowd)}{_where(turn)}"
            other = self._tier_where(Model._takes, kind, turn)
            yield self._cannot(f"{fact}. Leave {len(crowd) - limit} out", other, slot)

    def _crowds(self, turn: Turn) -> Iterator[tuple[str, int, list[Reference | Earlier]]]:
        """Yield each kind of picture there is too much of, with its limit and the pictures."""
        pictures: list[Reference | Earlier] = [*turn.references, *turn.earlier]
        if self.max_references is not None and len(pictures) > self.max_references:
            yield "picture", self.max_references, pictures
        limits = dict(self.reference_limits)
        by_kind: dict[Kind, list[Reference | Earlier]] = {}
        for picture in pictures:
            by_kind.setdefault(_kind(picture.role, limits), []).append(picture)
        for kind, crowd in by_kind.items():
            # A kind that may fill the whole request has been counted above.
            if kind in limits and len(crowd) > limits[kind] and limits[kind] != self.max_references:
                yield kind, limits[kind], crowd

    def _offers(self, field: str, asked: str) -> bool:
        return asked in getattr(self, field)

    def _takes(self, kind: str, turn: Turn) -> bool:
        # Where a kind is not counted apart it is taken, but as one object among others.
        return kind in {"picture", *dict(self.reference_limits)} and not any(self._crowds(turn))

    def _file_refusals(self, turn: Turn) -> Iterator[Problem]:
        for one in turn.references:
            if one.image.media_type not in self.input_types:
                types = series([name.rpartition("/")[2].upper() for name in self.input_types], "or")
                text = f"{one.image.name} is {one.image.media_type}, which {self.id} does not take. Save it as {types}."
                yield Problem(text, parameter=one.slot)
        weight = sum(image.size for image in turn.images)
        # Pictures travel as Base64, which makes four bytes of three. Gemini's go as files where they are too heavy
        # for that, with room for any picture we read (2 GB each, ai.google.dev, files, 2026-10).
        if self.generator != _FIRST and weight * 4 > MAX_REQUEST_BYTES * 3:
            heaviest = max(turn.references, key=lambda one: one.image.size, default=None)
            most = MAX_REQUEST_BYTES * 3 // 4_000_000
            text = f"The pictures have {weight / 1e6:,.0f} MB together{_where(turn)}; at most {most} MB can be sent."
            if turn.history:
                yield Problem(f"{text} Begin anew from the picture, without the conversation.", parameter="chat")
            elif heaviest:
                yield Problem(f"{text} Save smaller copies.", parameter=heaviest.slot)

    def _tier_where(self, fits: Callable[..., bool], *asked: str | Turn) -> str:
        """Return the first tier of its generator whose own model fits what is asked, as the end of a sentence."""
        own = (model for model in _built_in()[0].values() if model.tiers and model.generator == self.generator)
        return next((f'the tier "{model.tiers[0]}"' for model in own if fits(model, *asked)), "")

    def _cannot(self, fact: str, other: str, parameter: str) -> Problem:
        use = "" if ". Use " in fact else "use "
        return Problem(f"{self.id} {fact}{other and f', or {use}{other}'}.", parameter=parameter)


class _Row(Model):
    """What a file says of one model; what it leaves out stays as it is."""

    id: str = ""
    same_as: str | None = None
    table: str | None = Field(default=None, alias="pixels")


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

        A tier that one of its rows claims is taken from the model that had it.

        Raises:
            InputError: With every problem of the project's file.
        """
        models, _ = _built_in() if extra is None else _read(extra, *_built_in())
        return cls(tuple(models.values()))

    def model(self, model_id: str) -> Model:
        """Return the model of that id; an id the catalogue does not have is tried as it is.

        Raises:
            InputError: When the model is gone, with its replacement.
        """
        model_id = model_id.removeprefix("models/")  # as the API's own list of models writes it
        model = self._by_id.get(model_id) or Model(id=model_id, title=model_id, known=False)
        if model.status == "retired":
            raise InputError(model.farewell)
        return model

    def choose(self, settings: Settings, generator: str = "") -> Model:
        """Return the model for these settings: by id, else by tier; the standard one when neither is given.

        Tiers are looked up among the generator's own models, or Gemini's when it has none in the catalogue.

        Raises:
            InputError: When the model is gone.
            NotFoundError: When no current model stands for the tier.
        """
        if settings.model is not None:
            return self.model(settings.model)
        current = [model for model in self.models if model.status == "current"]
        made_by = generator if any(model.generator == generator for model in current) else _FIRST
        by_tier = {tier: model for model in current if model.generator == made_by for tier in model.tiers}
        tier = settings.tier or "standard"
        if tier not in by_tier:
            raise NotFoundError("model for the tier", tier, by_tier)
        return by_tier[tier]


_Stock: TypeAlias = tuple[dict[str, Model], dict[str, PixelTable]]


@cache
def _built_in() -> _Stock:
    return _read(Path(__file__).with_name("catalogue.yaml"), {}, {})


def _read(path: Path, models: dict[str, Model], tables: dict[str, PixelTable]) -> _Stock:
    """Return these models and pixel tables with the rows of a file laid over them."""
    file = YamlFile(path, path.name)
    content = file.parse(_File)
    models, tables = dict(models), tables | content.pixels
    problems = []
    for model_id, row in content.models.items():
        start = models.get(model_id) or models.get(row.same_as or "")
        faults = _faults(model_id, row, above=models, ids=[*models, *content.models], tables=[*tables])
        problems += [file.problem(text.strip(), "models", model_id, key) for key, text in faults]
        fields = start.model_dump() if start else {}
        fields |= {} if model_id in models else {"tiers": ()}
        fields |= row.model_dump(exclude_unset=True, exclude={"same_as", "table"}) | {"id": model_id}
        if row.table is not None:
            rows = tables.get(row.table, {}).items()
            fields["pixel_table"] = tuple((ratio, size, *px) for ratio, sizes in rows for size, px in sizes.items())
        made = Model(**fields)
        for name, other in models.items():
            # Among a generator's models a tier has one: who claims it takes it from the one before.
            if other.generator == made.generator:
                left = tuple(tier for tier in other.tiers if tier not in row.tiers)
                models[name] = other.model_copy(update={"tiers": left})
        models[model_id] = made
    if problems:
        raise InputError(sorted(problems, key=lambda problem: (problem.place and problem.place.line) or 0))
    return models, tables


def _faults(
    model_id: str, row: _Row, *, above: Mapping[str, Model], ids: Sequence[str], tables: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Yield what no type can see in a row, each with the key it stands under."""
    stands_alone = model_id not in above and row.same_as is None and row.status != "retired"
    if stands_alone and "generator" not in row.model_fields_set:
        advice = "a new one says its 'generator', or which model above it is the 'same_as'"
        yield "", f"there is no model '{model_id}' to change; {advice}. {did_you_mean(model_id, [*above])}"
    if row.same_as is not None and row.same_as not in above:
        yield "same_as", f"there is no model '{row.same_as}' above. {did_you_mean(row.same_as, [*above])}"
    if row.status == "retired" and row.replaced_by is None:
        yield "status", "a retired model says by which one it is 'replaced_by'."
    if row.replaced_by is not None and row.replaced_by not in ids:
        yield "replaced_by", f"there is no model '{row.replaced_by}'. {did_you_mean(row.replaced_by, ids)}"
    if row.table is not None and row.table not in tables:
        yield "pixels", f"there is no pixel table '{row.table}'. {did_you_mean(row.table, tables)}"


def _kind(role: Role, limits: Mapping[Kind, int]) -> Kind:
    """Return what a picture in a role is counted as, by a model with these limits."""
    kind = KINDS.get(role, "object")
    return kind if kind in limits else "object"


def _left_out(prompt: Prompt) -> str:
    """Say which turns take along fewer pictures than were made before them, or nothing when none does."""
    drawn, short = 0, []
    for turn in prompt.turns:
        if 0 < len(turn.earlier) < drawn:
            short.append(turn)
        drawn += turn.output == "picture"
    if not short:
        return ""
    latest = len(short[-1].earlier) - 1
    along = "only the first picture goes" if not latest else f"the first picture and the latest {latest or ''} go"
    name = f"'{short[0].name}'" if short[0].name else "one of them"
    return f"Of the pictures made before, {along} along from {name} on, so that the model is not given too many."


def _where(turn: Turn) -> str:
    return f" in '{turn.name}'" if turn.name else ""


def _pictures_before(turn: Turn) -> int:
    """Return how many pictures go along because they were sent or drawn earlier in the conversation."""
    asked = sum(isinstance(part, Reference) for exchange in turn.history for part in exchange.asked)
    return asked + sum(said.image is not None for exchange in turn.history for said in exchange.answered)


def _nearest(asked: str, offered: Sequence[str]) -> str:
    """Return what is offered nearest to what is asked for, or all of it when near and far have no meaning."""
    wanted = _measure(asked)
    if wanted is None:
        return series(offered, "or")
    return min(offered, key=lambda one: abs((_measure(one) or 0) - wanted))


def _measure(format_or_size: str) -> float | None:
    """Return where an aspect ratio or a size stands among its kind."""
    if format_or_size.upper() in SIZES:
        return SIZES.index(format_or_size.upper())
    ratio = re.fullmatch(r"([1-9]\d{0,3}):([1-9]\d{0,3})", format_or_size)
    return math.log(int(ratio[1]) / int(ratio[2])) if ratio else None
