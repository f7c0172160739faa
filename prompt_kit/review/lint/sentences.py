"""The sentences of a prompt, and where in them a person's own words stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from prompt_kit.recipe.values import Chosen, Copy
from prompt_kit.support import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prompt_kit.prompt import Prompt
    from prompt_kit.recipe.recipe import Recipe

Span: TypeAlias = "tuple[int, int]"
"""Where a passage begins and ends."""


@dataclass(frozen=True, slots=True)
class SentenceWithValues:
    """One sentence, and where in it the values stand."""

    text: str
    values: tuple[Span, ...] = ()


def parted(paragraph: str, pieces: Iterable[str]) -> Iterator[SentenceWithValues]:
    """Yield the sentences of a paragraph; a stop inside a value ends none.

    Args:
        paragraph: The paragraph, on one line.
        pieces: What the values may look like in it, the longest first.
    """
    spans = places(paragraph, pieces)
    at = 0
    for hidden in words.sentences(_filled(paragraph, spans)):
        end = at + len(hidden)
        inside = tuple((first - at, last - at) for first, last in spans if at <= first < end)
        yield SentenceWithValues(paragraph[at:end], inside)
        at = end + 1


def places(paragraph: str, pieces: Iterable[str]) -> list[Span]:
    """Return where values stand, as whole words; what is found first hides what is inside it."""
    spans = []
    for piece in pieces:
        at = paragraph.find(piece)
        while at >= 0:
            end = at + len(piece)
            if not (paragraph[max(at - 1, 0) : at].isalnum() or paragraph[end : end + 1].isalnum()):
                spans.append((at, end))
                paragraph = paragraph[:at] + "\0" * len(piece) + paragraph[end:]
            at = paragraph.find(piece, end)
    return sorted(spans)


def paragraphs(prompt: Prompt) -> list[str]:
    """Return the paragraphs of all turns that ask for a picture, each on one line."""
    turns = [turn for turn in prompt.turns if turn.output == "picture"]
    return [part.replace("\n", " ") for turn in turns for part in turn.text.split("\n\n")]


@dataclass(frozen=True, slots=True)
class Pieces:
    """What the values that were given may look like in a prompt, the longest first.

    Defaults that nobody filled in are not among them, nor are pictures.
    """

    own: tuple[str, ...]
    """What a person wrote."""
    asked: tuple[str, ...]
    """The same with the words of choices, which the author wrote and the values asked for."""


def pieces(recipe: Recipe, prompt: Prompt, context: Mapping[str, Any]) -> Pieces:
    """Return what the values that made a prompt look like in it.

    Args:
        recipe: The recipe that rendered the prompt.
        prompt: The prompt.
        context: The values as its templates saw them.
    """
    given = prompt.values
    made: set[str] = set()
    of_choices: set[str] = set()
    for name, value in given.items():
        parameter = recipe.parameters.get(name)
        if parameter is None:
            continue
        own_choices = parameter.offered
        for leaf in _leaves(context[name]):
            is_choice = isinstance(leaf, Chosen) and leaf.value in own_choices
            (of_choices if is_choice else made).update(_looks(leaf))
        if not own_choices:
            made.update(look for leaf in _leaves(value) for look in _looks(leaf))
    asked = sorted(filter(str.strip, made | of_choices))
    asked.sort(key=len, reverse=True)
    return Pieces(tuple([piece for piece in asked if piece in made]), tuple(asked))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    elif value is not None and not isinstance(value, bool):
        yield value


def _looks(leaf: Any) -> Iterator[str]:
    """Yield what templates make of one value."""
    if isinstance(leaf, int | float):
        yield from (str(leaf), f"{leaf:g}", words.number(leaf))
        if isinstance(leaf, int) and leaf > 0:
            yield words.ordinal(leaf)
        return
    # Exact words may have a place of their own, which is as much a person's as they are.
    for text in (leaf.text, str(leaf), getattr(leaf, "place", "")) if isinstance(leaf, Copy) else (str(leaf),):
        line = text.replace(words.LINE, " ").replace("\n", " ").strip()
        yield from (line, words.capital(line))


def _filled(paragraph: str, spans: Iterable[Span]) -> str:
    """Return the paragraph, equally long, in which no stop inside a value can end a sentence."""
    for start, end in spans:
        if end - start > 2:  # noqa: PLR2004 - the first and last characters decide what stands beside the value
            paragraph = f"{paragraph[: start + 1]}{'x' * (end - start - 2)}{paragraph[end - 1 :]}"
    return paragraph
