"""Finds what an image model cannot do with a prompt, and what should be known before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prompt_kit.catalogue import reference_limits
from prompt_kit.catalogue.formats import nearest
from prompt_kit.catalogue.prices import Priced
from prompt_kit.catalogue.rows import FIRST, built_in
from prompt_kit.errors import Problem, did_you_mean
from prompt_kit.prompt import Reference
from prompt_kit.support.words import series

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from prompt_kit.catalogue.facts import Facts
    from prompt_kit.prompt import Part, Prompt, Role, Settings, Turn

MAX_REQUEST_BYTES: Final = 100_000_000
"""Largest request with pictures inside, in bytes, where nothing else is known."""

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
"""Each setting with fixed choices, the model's field that lists them, and the fact when it lacks one."""


def _of_that_name(asked: str, ids: Sequence[str]) -> str:
    """Return the models whose ids have what is asked for in them, as a sentence; empty when there are none."""
    near = [f"'{name}'" for name in ids if asked and asked.lower() in name]
    return f"Did you mean {series(near, 'or')}?" if near else ""


class Model(Priced):
    """One image model."""

    def room(self, parts: Sequence[Part], role: Role) -> int | None:
        """Return how many more pictures in a role it takes beside these parts; ``None`` is no limit."""
        return reference_limits.room(self, parts, role)

    def refusals(self, prompt: Prompt) -> tuple[Problem, ...]:
        """Return everything about a prompt that this model cannot do, each with the nearest it can.

        An unknown model refuses nothing, because its abilities are unknown.
        """
        if not self.known:
            return ()
        if self.status == "retired":
            return (self.retirement,)
        refusals = [*self._setting_refusals(prompt.settings)]
        for turn in prompt.turns:
            refusals += [*self._reference_refusals(turn), *self._file_refusals(turn), *self._turn_refusals(turn)]
        return tuple(dict.fromkeys(refusals))

    def warnings(self, prompt: Prompt) -> tuple[str, ...]:
        """Return whole sentences about what can be done but should be known before it is sent."""
        sentences = []
        if not self.known:
            text = f"The catalogue does not know the model '{self.id}': what it can do and what it costs is not known."
            ids = list(built_in()[0])
            sentences.append(f"{text} {did_you_mean(self.id, ids) or _of_that_name(self.id, ids)}".strip())
        if self.status == "legacy" and self.replaced_by:
            sentences.append(f"The model '{self.id}' is being phased out. '{self.replaced_by}' takes its place.")
        uncounted = prompt.settings.output == "interleaved" and not prompt.pictures_asked
        if uncounted and (each := self.picture_price(prompt.settings.size)):
            sentences.append(
                f"Words and pictures in turn: the estimate counts one picture; each further one is ${each}."
            )
        most = max((len(turn.references + turn.earlier) for turn in prompt.turns), default=0)
        if left_out := _left_out(prompt):
            sentences.append(left_out)
        if self.best_references is not None and most > self.best_references:
            sentences.append(f"'{self.id}' works best with up to {self.best_references} pictures; there are {most}.")
        return (*sentences, *self._departures(prompt))

    @property
    def retirement(self) -> Problem:
        """The message for people who ask for this model once it is retired."""
        instead = f"'{self.replaced_by}' {self.advice}".strip()
        return Problem(f"The model '{self.id}' is gone. Use {instead}.", parameter="model")

    def _setting_refusals(self, settings: Settings) -> Iterator[Problem]:
        for name, field, fact in _CHOICES:
            asked, offered = getattr(settings, name), getattr(self, field)
            if asked is None or asked in offered or (not offered and field in {"aspect_ratios", "sizes"}):
                continue
            if name in self.leaves_out or (name == "aspect_ratio" and self.stand_in(asked)):
                continue
            use = f"Use {nearest(asked, offered)}" if offered else "Leave it out"
            yield self._cannot(f"{fact.format(asked)}. {use}", self._tier_where(_offers, field, asked), name)
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
        now, before = len(turn.references + turn.earlier), reference_limits.pictures_before(turn)
        if before and self.max_references is not None and now <= self.max_references < now + before:
            fact = f"takes at most {self.max_references} pictures, and with those of this conversation there are"
            yield self._cannot(f"{fact} {now + before}{_where(turn)}. Begin anew from the picture", "", "chat")
        if self.max_characters is not None and len(turn.text) > self.max_characters:
            fact = f"takes {self.max_characters:,} characters, and the prompt has {len(turn.text):,}{_where(turn)}"
            yield self._cannot(f"{fact}. Shorten it", "", "prompt")

    def _departures(self, prompt: Prompt) -> Iterator[str]:
        """Yield a sentence about everything that comes differently than asked for, or is left out."""
        settings = prompt.settings
        if "thinking" in self.leaves_out and settings.thinking and settings.thinking not in self.thinking:
            yield f"'{self.id}' takes no thinking level '{settings.thinking}'; it is left out."
        if "thoughts" in self.leaves_out and settings.thoughts:
            yield f"'{self.id}' does not show its thinking."
        pictures = [len(turn.references + turn.earlier) for turn in prompt.turns]
        if settings.safety and not self.safety_in_edits and any(pictures):
            yield f"'{self.id}' takes a safety level only without pictures; with them it is left out."
        stand_in, pixels = self.stand_in(settings.aspect_ratio), self.pixels(settings.aspect_ratio, settings.size)
        if stand_in and pixels:
            text = f"'{self.id}' makes no {settings.aspect_ratio} pictures; the nearest is {stand_in}"
            yield f"{text}, {pixels[0]} × {pixels[1]} pixels."
        if settings.size in self.experimental_sizes:
            yield f"Pictures of {settings.size} are experimental with '{self.id}', says its provider."
        if self.masks and any(turn.mask and not turn.mask_is_for_first for turn in prompt.turns):
            fact = f"'{self.id}' lays a mask over the first picture, which is not the one to work on"
            yield f"{fact}; it is not sent, and the words say what changes."

    def _reference_refusals(self, turn: Turn) -> Iterator[Problem]:
        for kind, limit, several in reference_limits.exceeded(self, turn):
            slot = next((picture.slot for picture in reversed(several) if isinstance(picture, Reference)), "references")
            fact = f"takes at most {limit} {_KIND_WORDS[kind]}, and there are {len(several)}{_where(turn)}"
            other = self._tier_where(reference_limits.takes, kind, turn)
            yield self._cannot(f"{fact}. Leave {len(several) - limit} out", other, slot)

    def _file_refusals(self, turn: Turn) -> Iterator[Problem]:
        for reference in turn.references:
            if reference.image.media_type not in self.input_types:
                types = series([name.rpartition("/")[2].upper() for name in self.input_types], "or")
                fact = f"{reference.image.name} is {reference.image.media_type}, which {self.id} does not take."
                yield Problem(f"{fact} Save it as {types}.", parameter=reference.slot)
        not_sent = turn.mask.original if turn.mask else None
        weight = sum(image.size for image in turn.images if image is not not_sent)
        # Pictures travel as Base64, which makes four bytes of three. Gemini's go as files where they are too heavy
        # for that, with room for any picture we read (2 GB each, ai.google.dev, files, 2026-10).
        if self.generator != FIRST and weight * 4 > MAX_REQUEST_BYTES * 3:
            heaviest = max(turn.references, key=lambda reference: reference.image.size, default=None)
            most = MAX_REQUEST_BYTES * 3 // 4_000_000
            text = f"The pictures have {weight / 1e6:,.0f} MB together{_where(turn)}; at most {most} MB can be sent."
            if turn.history:
                yield Problem(f"{text} Begin anew from the picture, without the conversation.", parameter="chat")
            elif heaviest:
                yield Problem(f"{text} Save smaller copies.", parameter=heaviest.slot)

    def _tier_where(self, fits: Callable[..., bool], *asked: str | Turn) -> str:
        """Return the first tier of its generator whose own model fits what is asked, as the end of a sentence."""
        own = (model for model in built_in()[0].values() if model.tiers and model.generator == self.generator)
        return next((f'the tier "{model.tiers[0]}"' for model in own if fits(model, *asked)), "")

    def _cannot(self, fact: str, other: str, parameter: str) -> Problem:
        use = "" if ". Use " in fact else "use "
        return Problem(f"{self.id} {fact}{other and f', or {use}{other}'}.", parameter=parameter)


def _offers(facts: Facts, field: str, asked: str) -> bool:
    return asked in getattr(facts, field)


def _left_out(prompt: Prompt) -> str:
    """Say which turns take along fewer pictures than were made before them, or nothing when none does."""
    drawn, shortened = 0, []
    for turn in prompt.turns:
        if 0 < len(turn.earlier) < drawn:
            shortened.append(turn)
        drawn += turn.output == "picture"
    if not shortened:
        return ""
    latest = len(shortened[-1].earlier) - 1
    along = "only the first picture goes" if not latest else f"the first picture and the latest {latest or ''} go"
    name = f"'{shortened[0].name}'" if shortened[0].name else "one of them"
    return f"Of the pictures made before, {along} along from {name} on, so that the model is not given too many."


def _where(turn: Turn) -> str:
    return f" in '{turn.name}'" if turn.name else ""
