"""The kinds of parameter: what each accepts, and what of it reaches the template."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import SchemaError

from prompt_kit.recipe.settings import SettingsSpec
from prompt_kit.recipe.values import (
    NO_COPY,
    UNUSUAL,
    Chosen,
    Phrase,
    chooser,
    clause,
    color_words,
    copier,
    placed_copier,
    placed_text,
    plain,
)
from prompt_kit.support import words
from prompt_kit.support.messages import explain

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_TEXT: Final = 20_000
"""Longest text of any kind, in characters, where a recipe sets no limit of its own."""

MAX_ITEMS: Final = 100
"""Most entries of any list, where a recipe sets no limit of its own."""

Given: TypeAlias = bool | int | float | str
"""What a condition compares with."""

Condition: TypeAlias = dict[str, Given | list[Given]]
"""Parameters, each with the value or the list of values that it must have."""


class Choice(BaseModel):
    """One of the values to choose from."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    label: str
    """What people read."""
    help: str = ""
    """One sentence that tells a layperson when to take it."""
    words: str = ""
    """What the prompt says; the value itself, with spaces for hyphens, when left out."""
    settings: SettingsSpec = SettingsSpec.model_construct()
    """Settings that go with this choice, such as the format of a channel."""


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


class _Parameter(BaseModel):
    """What every kind of parameter has."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    title: str = ""
    """Name of the field; made from the parameter's name when left out."""
    help: str = ""
    """One sentence under the field: what to write, and what it does to the picture."""
    required: bool = False
    """Whether the prompt cannot do without it."""
    default: Any = None
    """The value when none is given."""
    examples: list[Any] = []
    """Values that show what is meant; the first one stands in the empty field."""
    group: str = ""
    """Heading under which the form shows the field."""
    advanced: bool = False
    """Whether the form hides the field until more is asked for."""
    show_if: Condition = {}
    """Other parameters and the value, or list of values, that each must have; else this one is not asked."""
    locked: bool = False
    """Whether the default is fixed and no form may change it."""
    was: list[str] = []
    """Names that it had in earlier versions; values under them still count, with a note."""

    @model_validator(mode="after")
    def _default_fits(self) -> _Parameter:
        if self.locked and self.default is None:
            raise ValueError("a locked parameter needs a default")
        if self.required and self.default is not None:
            raise ValueError("a required parameter has no use for a default; leave one of them out")
        try:
            # What is wrong with a pattern is told by those who have one.
            with suppress(SchemaError):
                _ = self.ready
        except ValidationError as error:
            raise ValueError(f"the default does not fit: {explain(error.errors(include_url=False)[0])}") from error
        return self

    @cached_property
    def ready(self) -> Any:
        """The default, ready for the template; what is empty when there is none."""
        return self.empty if self.default is None else TypeAdapter(self.annotation()).validate_python(self.default)

    @cached_property
    def empty(self) -> Any:
        """What the template sees when there is no value: false in a condition, nothing in a sentence."""
        return ""

    def annotation(self) -> Any:
        """Return the type a value must have, with what makes it ready for the template."""
        raise TypeError(type(self).__name__)  # pragma: no cover - every kind has its own

    @property
    def brings_settings(self) -> bool:
        """Whether a value of it can change the settings."""
        return False

    @cached_property
    def shortcut(self) -> Callable[[Any], Any]:
        """What makes ordinary values ready at once, as `annotation` would; `UNUSUAL` for all others."""
        return lambda _: UNUSUAL


class _Written(_Parameter):
    """What every kind of text has."""

    min_length: Annotated[int, Field(ge=0)] | None = None
    """Shortest value, in characters."""
    max_length: Annotated[int, Field(gt=0, le=MAX_TEXT)] | None = None
    """Longest value, in characters."""
    pattern: str | None = None
    """Regular expression (without look-around) that the value must match."""

    def _text(self, ready: Callable[[str], str]) -> Any:
        limits = StringConstraints(
            min_length=max(self.min_length or 0, 1),
            max_length=self.max_length or MAX_TEXT,
            pattern=self.pattern,
        )
        return Annotated[str, limits, AfterValidator(ready)]

    @model_validator(mode="after")
    def _pattern_compiles(self) -> _Written:
        if self.pattern is not None:
            from pydantic_core import SchemaValidator, core_schema

            try:
                # The engine behind is linear in time, so a pattern from a stranger cannot hang the kit.
                SchemaValidator(core_schema.str_schema(pattern=self.pattern))
            except SchemaError as error:
                raise ValueError(f"the pattern '{self.pattern}' is no regular expression that can be used") from error
        return self


class Text(_Written):
    """One line of words that stands inside a sentence."""

    type: Literal["text"]
    plural: bool = False
    """Whether the template asks, by ``.plural``, if the words name several things: it or they, is or are."""

    @cached_property
    def empty(self) -> Any:
        """Nothing in a sentence, and one thing rather than several."""
        return Phrase("") if self.plural else ""

    def annotation(self) -> Any:
        """Return text that stands inside a sentence: one line, without a comma or stop at its end."""
        return self._text((lambda value: Phrase(clause(value))) if self.plural else clause)

    @cached_property
    def shortcut(self) -> Callable[[Any], Any]:
        """The text itself, when it can stand inside a sentence as it is."""
        least, most = max(self.min_length or 0, 1), 0 if self.pattern or self.plural else self.max_length or MAX_TEXT

        def ready(value: Any) -> Any:
            return value if type(value) is str and least <= len(value) <= most and words.is_clause(value) else UNUSUAL

        return ready


class LongText(_Written):
    """One or more sentences of the person's own."""

    type: Literal["long_text"]

    def annotation(self) -> Any:
        """Return text on one line."""
        return self._text(plain)


class CopyText(_Written):
    """Exact words to appear in the picture."""

    type: Literal["copy"]
    language: str = ""
    """Language of the words, as a tag such as ``de`` or in words; empty when it does not matter."""

    def annotation(self) -> Any:
        """Return the exact words, in quotes and with their line breaks."""
        return self._text(copier(self.language))


class _Choosing(_Parameter):
    """What both kinds of choice have."""

    choices: Annotated[dict[str, Choice], BeforeValidator(_choices), Field(min_length=1)]
    """The values to choose from, each with its label."""
    other: bool = False
    """Whether own words are welcome, too."""

    @cached_property
    def known(self) -> dict[str, Chosen]:
        """The choices as the template sees them, by value."""
        return {
            value: Chosen(words.plain(choice.words or value.replace("-", " ").replace("_", " ")), value)
            for value, choice in self.choices.items()
        }

    def _choose(self) -> Callable[[str], Chosen]:
        labels = {choice.label: value for value, choice in self.choices.items()}
        return chooser(self.known, labels, other=self.other)


class ChoiceOf(_Choosing):
    """One of several values."""

    type: Literal["choice"]

    @cached_property
    def empty(self) -> Any:
        """No words, and an empty value to compare with."""
        return Chosen("", "")

    def annotation(self) -> Any:
        """Return a choice, or own words where they are welcome."""
        return Annotated[str, StringConstraints(max_length=MAX_TEXT), AfterValidator(self._choose())]

    @property
    def brings_settings(self) -> bool:
        """Whether one of the choices has settings of its own."""
        return any(choice.settings.model_fields_set for choice in self.choices.values())

    @cached_property
    def shortcut(self) -> Callable[[Any], Any]:
        """The words of a choice that is given by its value."""
        known = self.known
        return lambda value: known.get(value, UNUSUAL) if type(value) is str else UNUSUAL


class ChoicesOf(_Choosing):
    """Several of several values."""

    type: Literal["choices"]
    min: Annotated[int, Field(ge=0)] | None = None
    """Fewest values."""
    max: Annotated[int, Field(gt=0, le=MAX_ITEMS)] | None = None
    """Most values."""

    @cached_property
    def empty(self) -> Any:
        """An empty list."""
        return ()

    def annotation(self) -> Any:
        """Return the chosen values, in the order in which they were given."""
        item = Annotated[str, AfterValidator(self._choose())]
        return _several(item, self.min, self.max or max(len(self.choices), MAX_ITEMS if self.other else 0))


class _Listed(_Parameter):
    """What every kind of list of words has."""

    min: Annotated[int, Field(ge=0)] | None = None
    """Fewest entries."""
    max: Annotated[int, Field(gt=0, le=MAX_ITEMS)] | None = None
    """Most entries."""
    max_length: Annotated[int, Field(gt=0, le=MAX_TEXT)] | None = None
    """Longest entry, in characters."""

    @cached_property
    def empty(self) -> Any:
        """An empty list."""
        return ()

    def _list(self, ready: Callable[[str], str]) -> Any:
        limits = StringConstraints(min_length=1, max_length=self.max_length or MAX_TEXT)
        return _several(Annotated[str, limits, AfterValidator(ready)], self.min, self.max or MAX_ITEMS)


class ListOf(_Listed):
    """Several lines of words."""

    type: Literal["list"]

    @cached_property
    def shortcut(self) -> Callable[[Any], Any]:
        """The entries, when all can stand inside a sentence as they are."""
        least, most, longest = self.min or 0, self.max or MAX_ITEMS, self.max_length or MAX_TEXT

        def ready(value: Any) -> Any:
            if type(value) not in {list, tuple} or not least <= len(value) <= most:
                return UNUSUAL
            for one in value:
                if type(one) is not str or not 0 < len(one) <= longest or not words.is_clause(one):
                    return UNUSUAL
            return tuple(value)

        return ready

    def annotation(self) -> Any:
        """Return the entries, each as it stands inside a sentence."""
        return self._list(clause)


class CopiesOf(_Listed):
    """Several pieces of exact words to appear in the picture."""

    type: Literal["copies"]
    language: str = ""
    """Language of the words, as a tag such as ``de`` or in words; empty when it does not matter."""
    gaps: bool = False
    """Whether the entries belong to places in order, so that the entry ``-`` leaves a place without words."""
    placed: bool = False
    """Whether an entry may say where its words stand and how they look: ``OPEN :: above the door``, or
    ``{words: OPEN, place: above the door}``."""

    @model_validator(mode="after")
    def _has_one_idea_of_places(self) -> CopiesOf:
        if self.placed and self.gaps:
            raise ValueError("gaps is for places in order, placed for words that name their place; take one of them")
        return self

    def annotation(self) -> Any:
        """Return the exact words, each entry in quotes; a place without words is false and silent."""
        if self.placed:
            return self._placed()
        copy = copier(self.language)
        ready = (lambda value: NO_COPY if value.strip() == "-" else copy(value)) if self.gaps else copy
        return self._list(ready)

    def _placed(self) -> Any:
        limits = StringConstraints(min_length=1, max_length=MAX_TEXT)
        ready = placed_copier(self.language, self.max_length or MAX_TEXT)
        entry = Annotated[str, BeforeValidator(placed_text), limits, AfterValidator(ready)]
        return _several(entry, self.min, self.max or MAX_ITEMS, one=str | dict[str, str])


class Number(_Parameter):
    """A number."""

    type: Literal["number"]
    min: float | None = None
    """Smallest value."""
    max: float | None = None
    """Largest value."""
    step: Annotated[float, Field(gt=0)] | None = None
    """Distance between two values."""

    def annotation(self) -> Any:
        """Return a number; a whole one is written without decimals."""
        limits = Field(ge=self.min, le=self.max, multiple_of=self.step, allow_inf_nan=False)
        return Annotated[float, limits, AfterValidator(lambda value: int(value) if value.is_integer() else value)]


class Integer(_Parameter):
    """A whole number."""

    type: Literal["integer"]
    min: int | None = None
    """Smallest value."""
    max: int | None = None
    """Largest value."""
    step: Annotated[int, Field(gt=0)] | None = None
    """Distance between two values."""

    def annotation(self) -> Any:
        """Return a whole number."""
        return Annotated[int, Field(ge=self.min, le=self.max, multiple_of=self.step)]


class Boolean(_Parameter):
    """Yes or no."""

    type: Literal["boolean"]

    @cached_property
    def empty(self) -> Any:
        """No."""
        return False

    def annotation(self) -> Any:
        """Return true or false."""
        return bool


class Color(_Parameter):
    """A colour, in hex or in words."""

    type: Literal["color"]
    away_from: list[str] = []
    """Other parameters; when no colour is given, it is the key colour farthest from all that their values name."""

    @model_validator(mode="after")
    def _is_found_or_fixed(self) -> Color:
        if self.away_from and (self.required or self.default is not None):
            raise ValueError("away_from finds the colour when none is given; leave required and default out")
        return self

    def annotation(self) -> Any:
        """Return the colour in words, with its hex code when that is how it was given."""
        return Annotated[str, StringConstraints(max_length=80), AfterValidator(color_words)]


Parameter: TypeAlias = Annotated[
    Text | LongText | CopyText | CopiesOf | ChoiceOf | ChoicesOf | ListOf | Number | Integer | Boolean | Color,
    Field(discriminator="type"),
]
"""One named, typed input of a recipe."""


def _several(item: Any, least: int | None, most: int, *, one: Any = str) -> Any:
    alone = (str, dict) if one is not str else str
    return Annotated[
        tuple[item, ...],
        BeforeValidator(
            lambda value: (value,) if isinstance(value, alone) else value, json_schema_input_type=list[one]
        ),
        Field(min_length=least or 0, max_length=most),
    ]
