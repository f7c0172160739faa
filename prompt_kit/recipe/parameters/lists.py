"""Parameters of several entries: lines of words, pieces of exact words."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from prompt_kit.recipe.fine_texts import fine_as, without_stop
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
from prompt_kit.recipe.values import NO_COPY, UNUSUAL, clause, copier, placed_copier, placed_text

if TYPE_CHECKING:
    from collections.abc import Callable


class Listed(CommonKeys):
    """What every kind of list of words has."""

    min: Annotated[int, Field(ge=0)] | None = None
    """Fewest entries."""
    max: Annotated[int, Field(gt=0, le=MAX_ITEMS)] | None = None
    """Most entries."""
    max_length: Annotated[int, Field(gt=0, le=MAX_TEXT)] | None = None
    """Longest entry, in characters."""

    def check_limits(self) -> None:
        """Check that lower ends are not above upper ones."""
        check_range(self.min, self.max)

    @cached_property
    def empty(self) -> Any:
        """An empty list."""
        return ()

    @property
    def most(self) -> int:
        """Most entries, where the recipe sets no limit of its own, too."""
        return self.max or MAX_ITEMS

    def annotation(self) -> Any:
        """Return the entries, each made ready for its place."""
        limits = StringConstraints(min_length=1, max_length=self.longest)
        return several(Annotated[str, limits, AfterValidator(self.making())], self.min, self.most)

    def making(self) -> Callable[[str], str]:
        """Return what makes an entry ready for the template."""
        raise TypeError(type(self).__name__)  # pragma: no cover - every kind overrides it

    @cached_property
    def shortcut(self) -> Callable[[Any], Any]:
        """What makes entries ready that are texts."""
        return list_at_once(text_at_once(self.making(), 1, self.longest), self.min, self.most)

    @property
    def longest(self) -> int:
        """Longest entry as it is written, in characters, where the recipe sets no limit of its own, too."""
        return self.max_length or MAX_TEXT


class ListOf(Listed, Phrased):
    """Several lines of words."""

    type: Literal["list"]

    def making(self) -> Callable[[str], str]:
        """Return what makes an entry stand inside a sentence."""
        return clause

    @cached_property
    def unremarkable(self) -> Callable[[Any], Any]:
        """The entries, when each also fits its slot as it is."""
        fine = fine_as(self.reads_as, goes_on=self.goes_on)
        if fine is None or self.reads_as == "caption":  # several captions are phrases
            return super().unremarkable
        least, most, longest = self.min or 0, self.most, self.max_length or MAX_TEXT

        def ready(value: Any) -> Any:
            if (value.__class__ is not list and value.__class__ is not tuple) or not least <= len(value) <= most:
                return UNUSUAL
            entries = []
            for entry in value:
                if entry.__class__ is not str or len(entry) > longest:
                    return UNUSUAL
                if not (text := entry if fine(entry) else without_stop(entry, fine)):
                    return UNUSUAL
                entries.append(text)
            return tuple(entries)

        return ready


class CopiesOf(Listed):
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
        if not self.placed:
            return super().annotation()
        limits = StringConstraints(min_length=1, max_length=MAX_TEXT)
        entry = Annotated[str, limits, BeforeValidator(placed_text), AfterValidator(self.making())]
        return several(entry, self.min, self.most, entry=str | dict[str, str])

    def making(self) -> Callable[[str], str]:
        """Return what puts the exact words in quotes."""
        if self.placed:
            return placed_copier(self.language, self.max_length or MAX_TEXT)
        copy = copier(self.language)
        return (lambda value: NO_COPY if value.strip() == "-" else copy(value)) if self.gaps else copy

    @property
    def longest(self) -> int:
        """Longest entry as it is written; where it may name a place, its words alone are limited."""
        return MAX_TEXT if self.placed else super().longest
