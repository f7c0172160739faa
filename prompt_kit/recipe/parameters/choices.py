"""Parameters that are chosen: one of several values, several of them, yes or no."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from prompt_kit.prompt.spec import SettingsSpec
from prompt_kit.recipe.fine_texts import fine_as
from prompt_kit.recipe.parameters.common import (
    MAX_ITEMS,
    MAX_TEXT,
    CommonKeys,
    Phrased,
    check_range,
    list_at_once,
    several,
    text_at_once,
)
from prompt_kit.recipe.places import STACKS, Share, SideName, StackName, named, words_of
from prompt_kit.recipe.values import UNUSUAL, Chosen, WrongValueError, chooser, marked_own
from prompt_kit.support import words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from prompt_kit.recipe.nearness import Described


class Choice(BaseModel):
    """One of the values to choose from."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    label: str
    """What people read."""
    help: str = ""
    """One sentence that says to a layperson when to choose it."""
    words: str = ""
    """What the prompt says; made from ``place`` and ``share`` or, without them, the value itself with spaces for
    hyphens, when left out."""
    place: SideName | StackName | Literal[""] = ""
    """Where it puts what an area of the layout places by this parameter."""
    share: Share = ""
    """How deep that goes from its side, such as ``2/3``; of a subject, how much of the frame it takes."""
    settings: SettingsSpec = SettingsSpec.model_construct()
    """Settings that go with this choice, such as the format of a channel."""

    @model_validator(mode="after")
    def _can_be_said(self) -> Choice:
        if self.place in STACKS and not self.words:
            raise ValueError(f"the place '{self.place}' has no words of its own; say under words what the prompt says")
        return self

    def said(self, value: str) -> str:
        """Return what the prompt says for the choice of this value."""
        if self.place and not self.words:
            return words_of(named(self.place, self.share))
        return self.words or value.replace("-", " ").replace("_", " ")


def _choices(value: Any) -> Any:
    """Accept ``[a, b]`` and ``{a: Label}`` besides ``{a: {label: …}}``."""
    if isinstance(value, list):
        return {str(item): {"label": words.spoken(str(item))} for item in value}
    if isinstance(value, dict):
        return {
            str(key): {"label": str(item)} if isinstance(item, str | int | float) else item
            for key, item in value.items()
        }
    return value


class Choosing(Phrased):
    """What both kinds of choice have."""

    choices: Annotated[dict[str, Choice], BeforeValidator(_choices), Field(min_length=1)]
    """The values to choose from, each with its label."""
    other: bool = False
    """Whether own words are welcome, too."""

    @property
    def offered(self) -> Mapping[str, Choice]:
        """The values to choose from."""
        return self.choices

    @cached_property
    def known(self) -> dict[str, Chosen]:
        """The choices as the template sees them, by value."""
        return {value: Chosen(words.plain(choice.said(value)), value) for value, choice in self.choices.items()}

    @model_validator(mode="after")
    def _reads_own_words(self) -> Choosing:
        if (self.reads_as or self.goes_on) and not self.other:
            raise ValueError("reads_as and goes_on speak of own words; leave them out or set other: true")
        return self

    @cached_property
    def choose(self) -> Callable[[str], Chosen]:
        """What turns a value, a label or own words into a choice."""
        labels = {choice.label: value for value, choice in self.choices.items()}
        return chooser(self.known, labels, other=self.other, bringing=self._bringing)

    def _bringing(self) -> list[Described]:
        from prompt_kit.recipe.nearness import described  # most values are there as they are

        return [
            described(value, choice.label, choice.help, self.known[value])
            for value, choice in self.choices.items()
            if choice.settings.model_fields_set
        ]


class ChoiceOf(Choosing):
    """One of several values."""

    type: Literal["choice"]

    @cached_property
    def empty(self) -> Any:
        """No words, and an empty value to compare with."""
        return Chosen("", "")

    def annotation(self) -> Any:
        """Return a choice, or own words where they are welcome."""
        limits = StringConstraints(max_length=MAX_TEXT)
        return Annotated[str, limits, BeforeValidator(marked_own), AfterValidator(self.choose)]

    @property
    def brings_settings(self) -> bool:
        """Whether one of the choices has settings of its own."""
        return any(choice.settings.model_fields_set for choice in self.choices.values())

    @property
    def brings_format(self) -> bool:
        """Whether one of the choices has a format of its own."""
        return any(choice.settings.aspect_ratio for choice in self.choices.values())

    @cached_property
    def shortcut(self) -> Callable[[Any], Any]:
        """What takes a choice by its value or label, and own words."""
        return text_at_once(self.choose, 0, MAX_TEXT)

    @cached_property
    def unremarkable(self) -> Callable[[Any], Any]:
        """The words of a choice, or several own words that fit their place as they are."""
        known, choose = self.known, self.choose
        fine = fine_as(self.reads_as, goes_on=self.goes_on)
        if not self.other or fine is None or any(choice.place for choice in self.choices.values()):
            return lambda value: known.get(value, UNUSUAL) if type(value) is str else UNUSUAL

        def ready(value: Any) -> Any:
            if type(value) is not str:
                return UNUSUAL
            if (chosen := known.get(value)) is not None:
                return chosen
            if " " not in value or len(value) > MAX_TEXT or not fine(value):
                return UNUSUAL
            try:
                return choose(value)
            except WrongValueError:
                return UNUSUAL

        return ready


class ChoicesOf(Choosing):
    """Several of several values."""

    type: Literal["choices"]
    min: Annotated[int, Field(ge=0)] | None = None
    """Fewest values."""
    max: Annotated[int, Field(gt=0, le=MAX_ITEMS)] | None = None
    """Most values."""

    def check_limits(self) -> None:
        """Check that lower ends are not above upper ones."""
        check_range(self.min, self.max)
        if self.min and self.min > len(self.choices) and not self.other:
            raise ValueError(f"min ({self.min}) is above the number of choices ({len(self.choices)})")

    @cached_property
    def empty(self) -> Any:
        """An empty list."""
        return ()

    @property
    def most(self) -> int:
        """Most values, where the recipe sets no limit of its own, too."""
        return self.max or max(len(self.choices), MAX_ITEMS if self.other else 0)

    def annotation(self) -> Any:
        """Return the chosen values, in the order in which they were given."""
        limits = StringConstraints(max_length=MAX_TEXT)
        item = Annotated[str, limits, BeforeValidator(marked_own), AfterValidator(self.choose)]
        return several(item, self.min, self.most, entry=str | dict[str, str])

    @cached_property
    def shortcut(self) -> Callable[[Any], Any]:
        """What takes choices by their values or labels, and own words."""
        return list_at_once(text_at_once(self.choose, 0, MAX_TEXT), self.min, self.most)


class Boolean(CommonKeys):
    """Yes or no."""

    type: Literal["boolean"]

    @cached_property
    def empty(self) -> Any:
        """No."""
        return False

    def annotation(self) -> Any:
        """Return true or false."""
        return bool

    @cached_property
    def shortcut(self) -> Callable[[Any], Any]:
        """True and false themselves."""
        return lambda value: value if value.__class__ is bool else UNUSUAL
