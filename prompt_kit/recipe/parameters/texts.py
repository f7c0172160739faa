"""Parameters that are written: a line, sentences, exact words for the picture."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import SchemaError

from prompt_kit.recipe.fine_texts import fine_as, without_stop
from prompt_kit.recipe.parameters.common import MAX_TEXT, CommonKeys, Phrased, check_range, text_at_once
from prompt_kit.recipe.values import UNUSUAL, Phrase, clause, copier, plain

if TYPE_CHECKING:
    from collections.abc import Callable


class Written(CommonKeys):
    """What every kind of text has."""

    min_length: Annotated[int, Field(ge=0)] | None = None
    """Shortest value, in characters."""
    max_length: Annotated[int, Field(gt=0, le=MAX_TEXT)] | None = None
    """Longest value, in characters."""
    pattern: str | None = None
    """Regular expression (without look-around) that the value must match."""

    def annotation(self) -> Any:
        """Return text of these lengths, made ready for its place."""
        least, most = self._lengths
        limits = StringConstraints(min_length=least, max_length=most, pattern=self.pattern)
        return Annotated[str, limits, AfterValidator(self.making())]

    def making(self) -> Callable[[str], str]:
        """Return what makes a text ready for the template."""
        raise TypeError(type(self).__name__)  # pragma: no cover - every kind overrides it

    @cached_property
    def shortcut(self) -> Callable[[Any], Any]:
        """What makes texts ready that need not match a pattern."""
        return super().shortcut if self.pattern else text_at_once(self.making(), *self._lengths)

    @property
    def _lengths(self) -> tuple[int, int]:
        return max(self.min_length or 0, 1), self.max_length or MAX_TEXT

    def check_limits(self) -> None:
        """Check that lower ends are not above upper ones."""
        check_range(self.min_length, self.max_length, names=("min_length", "max_length"))

    @model_validator(mode="after")
    def _pattern_compiles(self) -> Written:
        if self.pattern is not None:
            from pydantic_core import SchemaValidator, core_schema

            try:
                # pydantic's engine takes linear time, so no pattern from a pack can make it run for ever.
                SchemaValidator(core_schema.str_schema(pattern=self.pattern))
            except SchemaError as error:
                raise ValueError(f"the pattern '{self.pattern}' is no regular expression that can be used") from error
        return self


class Text(Written, Phrased):
    """One line of words that stands inside a sentence."""

    type: Literal["text"]
    plural: bool = False
    """Whether the template asks, by ``.plural``, if the words name several things: it or they, is or are."""

    @cached_property
    def empty(self) -> Any:
        """Nothing in a sentence, and one thing rather than several."""
        return Phrase("") if self.plural else ""

    def making(self) -> Callable[[str], str]:
        """Return what makes a text stand inside a sentence: one line, without a comma or stop at its end."""
        return (lambda value: Phrase(clause(value))) if self.plural else clause

    @cached_property
    def unremarkable(self) -> Callable[[Any], Any]:
        """The text itself, when it also fits its slot as it is."""
        fine = fine_as(self.reads_as, goes_on=self.goes_on)
        if fine is None or self.pattern:
            return super().unremarkable
        least, most = max(self.min_length or 0, 1), self.max_length or MAX_TEXT

        def ready(value: Any) -> Any:
            if type(value) is not str or not least <= len(value) <= most:
                return UNUSUAL
            return value if fine(value) else without_stop(value, fine) or UNUSUAL

        def ready_phrase(value: Any) -> Any:
            return UNUSUAL if (text := ready(value)) is UNUSUAL else Phrase(text)

        return ready_phrase if self.plural else ready


class LongText(Written):
    """One or more sentences of the person's own."""

    type: Literal["long_text"]

    def making(self) -> Callable[[str], str]:
        """Return what makes text of one line."""
        return plain


class CopyText(Written):
    """Exact words to appear in the picture."""

    type: Literal["copy"]
    language: str = ""
    """Language of the words, as a tag such as ``de`` or in words; empty when it does not matter."""

    def making(self) -> Callable[[str], str]:
        """Return what puts the exact words in quotes, with their line breaks."""
        return copier(self.language)
