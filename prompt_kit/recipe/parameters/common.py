"""What every kind of parameter has, and the limits of all."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import SchemaError

from prompt_kit.recipe.mending import ReadsAs
from prompt_kit.recipe.values import UNUSUAL
from prompt_kit.support.messages import explain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_TEXT: Final = 20_000
"""Longest text of any kind, in characters, where a recipe sets no limit of its own."""

MAX_ITEMS: Final = 100
"""Most entries of any list, where a recipe sets no limit of its own."""

_NOTHING: Final[dict[str, Any]] = {}

Given: TypeAlias = bool | int | float | str
"""What a condition compares with."""

Condition: TypeAlias = dict[str, Given | list[Given]]
"""Parameters, each with the value or the list of values that it must have."""


class CommonKeys(BaseModel):
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
    """Values that show what is meant; the first one is shown in the empty field."""
    group: str = ""
    """Heading under which the form shows the field."""
    advanced: bool = False
    """Whether the form hides the field until more is asked for."""
    show_if: Condition = {}
    """Other parameters and the value, or list of values, that each must have; else this one is not asked."""
    spare_with: str = ""
    """A slot with whose picture nobody needs this one; forms then show it only where it is filled in."""
    locked: bool = False
    """Whether the default is fixed and no form may change it."""
    was: list[str] = []
    """Names that it had in earlier versions; values under them still count, with a note."""

    def check_limits(self) -> None:
        """Check that the limits of a kind go together; before the default, which no value fits otherwise.

        Raises:
            ValueError: When they do not.
        """

    @model_validator(mode="after")
    def _default_fits(self) -> CommonKeys:
        self.check_limits()
        if self.locked and self.default is None:
            raise ValueError("a locked parameter needs a default")
        if self.required and self.default is not None:
            raise ValueError("a required parameter has no use for a default; leave one of them out")
        try:
            # A wrong pattern is reported by the kinds that have one.
            with suppress(SchemaError):
                _ = self.ready
        except ValidationError as error:
            raise ValueError(f"the default does not fit: {explain(error.errors(include_url=False)[0])}") from error
        return self

    @cached_property
    def ready(self) -> Any:
        """The default, ready for the template; what is empty when there is none."""
        if self.default is None:
            return self.empty
        ready = self.shortcut(self.default)
        return TypeAdapter(self.annotation()).validate_python(self.default) if ready is UNUSUAL else ready

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """What makes a single value ready; making it takes a hundred times as long as using it."""
        return TypeAdapter(self.annotation(), config={"coerce_numbers_to_str": True})

    @cached_property
    def empty(self) -> Any:
        """What the template sees when there is no value: false in a condition, nothing in a sentence."""
        return ""

    def annotation(self) -> Any:
        """Return the type a value must have, with what makes it ready for the template."""
        raise TypeError(type(self).__name__)  # pragma: no cover - every kind overrides it

    @property
    def offered(self) -> Mapping[str, Any]:
        """What there is to choose from, by value; empty where nothing is chosen."""
        return _NOTHING

    @property
    def brings_settings(self) -> bool:
        """Whether a value of it can change the settings."""
        return False

    @cached_property
    def shortcut(self) -> Callable[[Any], Any]:
        """What makes ordinary values ready at once, as `annotation` would; `UNUSUAL` for all others."""
        return lambda _: UNUSUAL

    @cached_property
    def unremarkable(self) -> Callable[[Any], Any]:
        """The same for values of which also no check of single values has anything to say; `UNUSUAL` for all others."""
        return lambda _: UNUSUAL


class Phrased(CommonKeys):
    """What every kind has whose words go into a sentence of the template."""

    reads_as: ReadsAs | None = None
    """What fits its place in the sentence: ``caption`` (what is wanted, in any grammar, as the filter ``opening`` takes
    it), ``noun`` (a thing with its article, as after "of"), ``bare_noun`` (without one), ``clause`` (with subject and
    verb, as after "that"), ``phrase`` (what completes the sentence in any other way), ``sentence`` (it stands alone, as
    after a colon), ``exclusion`` (a thing that must not be there, as after "Avoid"), ``exact`` (words as they stand in
    a picture). Of a choice this is true of own words. Left out, nothing is noted but what is wrong anywhere."""
    goes_on: bool = False
    """Whether further sentences may follow the first, because the template's sentence ends with it."""


def text_at_once(ready: Callable[[str], Any], least: int, most: int) -> Callable[[Any], Any]:
    """Return a shortcut that makes printable texts of ``least`` to ``most`` characters ready by a function."""

    def shortcut(value: Any) -> Any:
        if value.__class__ is not str or not least <= len(value) <= most or not value.isprintable():
            return UNUSUAL
        try:
            return ready(value)
        except ValueError:
            return UNUSUAL

    return shortcut


def list_at_once(entry: Callable[[Any], Any], least: int | None, most: int) -> Callable[[Any], Any]:
    """Return a shortcut for ``least`` to ``most`` entries that a shortcut makes ready; a single one may stand alone."""

    def shortcut(value: Any) -> Any:
        if value.__class__ is str:
            value = (value,)
        if (value.__class__ is not list and value.__class__ is not tuple) or not (least or 0) <= len(value) <= most:
            return UNUSUAL
        ready = tuple(map(entry, value))
        return UNUSUAL if any(item is UNUSUAL for item in ready) else ready

    return shortcut


def check_range(least: float | None, most: float | None, *, names: tuple[str, str] = ("min", "max")) -> None:
    """Check that a range holds at least one value.

    Raises:
        ValueError: When its lower end is above its upper one.
    """
    if least is not None and most is not None and least > most:
        raise ValueError(f"{names[0]} ({least:,}) is above {names[1]} ({most:,})")


def several(item: Any, least: int | None, most: int, *, entry: Any = str) -> Any:
    """Return the type of a list of ``least`` to ``most`` items; a single one may stand alone, as an ``entry`` does."""
    alone = (str, dict) if entry is not str else str
    return Annotated[
        tuple[item, ...],
        BeforeValidator(
            lambda value: (value,) if isinstance(value, alone) else value, json_schema_input_type=list[entry]
        ),
        Field(min_length=least or 0, max_length=most),
    ]
