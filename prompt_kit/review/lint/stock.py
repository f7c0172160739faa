"""Finds sentences that most prompts of a recipe have, whatever was filled in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import Problem
from prompt_kit.recipe.spec import RecipeSpec
from prompt_kit.review.lint import sentences
from prompt_kit.review.lint.passages import Beginnings, compared
from prompt_kit.support import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prompt_kit.prompt import Prompt
    from prompt_kit.recipe.library import LibraryFile
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.review.lint.passages import TemplateWords
    from prompt_kit.review.lint.sentences import Pieces

FEWEST: Final = 4
"""Under so many examples, nothing can be said of most of them."""

_SHOWN: Final = 80
"""Most characters of a sentence that a message repeats."""

_ORDINAL: Final = "|".join([*(words.ordinal(number) for number in range(1, 15)), r"\d+(?:st|nd|rd|th)"])
_MENTION: Final = re.compile(
    rf"\bthe (?:attached image|[\w-]+ attached images|(?:{_ORDINAL})(?:(?:, | and )(?:{_ORDINAL}))* images?)\b"
)


@dataclass
class _Said:
    """One sentence without any value, in all examples that have it."""

    text: str
    start: tuple[TemplateWords, int] | None
    """Where it begins in a template."""
    examples: set[str] = field(default_factory=set)
    """The examples that have it without having asked for it."""


def stock(
    parsed: LibraryFile[Any],
    prompts: dict[str, tuple[Recipe, Prompt, Pieces]],
    passages: Sequence[TemplateWords],
    templates: set[str],
) -> Iterator[Problem]:
    """Yield the sentences that stand in more than half of the examples and say nothing of their values.

    A sentence says something of the values when one of them stands in it, in whatever form, or when it stands under a
    condition that compares a value which the example gives. That a picture is mentioned is not enough, and neither is
    a default that nobody filled in.

    Args:
        parsed: The recipe or strategy, with what it lists under ``needed``.
        prompts: The prompts of all its examples, each with the recipe that rendered it and its values.
        passages: The author's own words in all templates.
        templates: The names of its own templates; what others say is judged where it comes from.
    """
    all_sentences: set[str] = set()
    kept: dict[str, _Said] = {}
    beginnings = Beginnings(passages)
    for name, (recipe, prompt, pieces) in prompts.items():
        for text in _plain(prompt, pieces, all_sentences):
            key = _MENTION.sub("the image", text) if "image" in text else text
            if key not in kept:
                kept[key] = _Said(text, beginnings.of(text))
            start = kept[key].start
            if start is None or not compared(start[0].conditions, recipe.parameters) & _given(recipe, prompt):
                kept[key].examples.add(name)
    enough = len(prompts) >= FEWEST
    often = [repeated for repeated in kept.values() if enough and len(repeated.examples) * 2 > len(prompts)]
    often = [repeated for repeated in often if _is_own(parsed, repeated.start, templates)]
    needed: dict[str, str] = parsed.spec.needed
    for repeated in often:
        if not any(repeated.text.startswith(_one_line(start)) for start in needed):
            fact = f"this sentence stands in {len(repeated.examples)} of {len(prompts)} examples"
            yield Problem(
                f"{fact} and says nothing of their values: '{_shortened(repeated.text)}' Delete it, make a value "
                "trigger it, or list it under 'needed' with the reason.",
                repeated.start[0].place(repeated.start[1]) if repeated.start else parsed.file.place(),
            )
    yield from _idle(parsed, needed, [repeated.text for repeated in often] if enough else all_sentences, all_sentences)


def _given(recipe: Recipe, prompt: Prompt) -> set[str]:
    """Return what the example gives: its values by name, and ``item`` when a turn goes through one of them."""
    repeated = {turn.for_each for turn in recipe.turn_templates} & prompt.values.keys()
    return {*prompt.values, *(["item"] if repeated else [])}


def _plain(prompt: Prompt, pieces: Pieces, all_sentences: set[str]) -> list[str]:
    """Return the sentences of a prompt in which no value stands, each once, and add all there are to ``every``."""
    parted = [s for paragraph in sentences.paragraphs(prompt) for s in sentences.parted(paragraph, pieces.asked)]
    all_sentences.update(sentence.text for sentence in parted)
    return list(dict.fromkeys(sentence.text for sentence in parted if sentence.text and not sentence.values))


def _is_own(parsed: LibraryFile[Any], start: tuple[TemplateWords, int] | None, templates: set[str]) -> bool:
    if start is not None:
        return start[0].template in templates
    # Words of a choice, or a sentence that begins with a default: of a recipe that stands alone, they are its own.
    return isinstance(parsed.spec, RecipeSpec) and parsed.spec.extends is None


def _idle(
    parsed: LibraryFile[Any], needed: Iterable[str], stock: Iterable[str], all_sentences: Iterable[str]
) -> Iterator[Problem]:
    """Yield the entries of ``needed`` that nothing needs."""
    stock, all_sentences = list(stock), list(all_sentences)
    for start in needed:
        line = _one_line(start)
        if not any(text.startswith(line) for text in all_sentences):
            yield parsed.file.problem("no sentence of any example begins like this.", "needed", start, of_key=True)
        elif not any(text.startswith(line) for text in stock):
            fact = "the sentence that begins like this is not repeated without a value in most examples. Take it out."
            yield parsed.file.problem(fact, "needed", start, of_key=True)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
