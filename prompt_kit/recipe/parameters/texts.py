"""Parameters that are written: a line, sentences, exact words for the picture."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import SchemaError

from prompt_kit.recipe.fine_texts import fine_as, without_stop
from prompt_kit.recipe.parameters.common import MAX_TEXT, CommonKeys, Phrased, check_range
from prompt_kit.recipe.values import UNUSUAL, Phrase, clause, copier, plain
from prompt_kit.support import words

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

    def _text(self, ready: Callable[[str], str]) -> Any:
        limits = StringConstraints(
            min_length=max(self.min_length or 0, 1),
            max_length=self.max_length or MAX_TEXT,
            pattern=self.pattern,
        )
        return Annotated[str, limits, AfterValidator(ready)]

    @model_validator(mode="after")
    def _lengths_fit(self) -> Written:
        check_range(self.min_length, self.max_length, names=("min_length", "max_length"))
        return self

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

    def annotation(self) -> Any:
        """Return text on one line."""
        return self._text(plain)


class CopyText(Written):
    """Exact words to appear in the picture."""

    type: Literal["copy"]
    language: str = ""
    """Language of the words, as a tag such as ``de`` or in words; empty when it does not matter."""

    def annotation(self) -> Any:
        """Return the exact words, in quotes and with their line breaks."""
        return self._text(copier(self.language))
