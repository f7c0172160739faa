"""Finds words of an author that forbid further words in the picture, though the person asked for no such limit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import Problem
from prompt_kit.review.lint.passages import on_request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.review.lint.passages import TemplateWords

_WORDS: Final = r"(?:words?|texts?|lettering|letters|writing|captions?|inscriptions?)"
CLOSED: Final = re.compile(
    rf"\bno (?:(?:other|further|more|additional|extra) )?(?:(?:visible|readable|printed|written) )?{_WORDS}\b(?!-)"
    rf"|\bwithout (?:any )?(?:(?:other|further|more|additional|extra) )?{_WORDS}\b(?!-)"
    rf"|\b(?:free of|devoid of) (?:any )?{_WORDS}\b"
    rf"|\b(?:are|is|as|these|this) all the {_WORDS}\b|\ball the {_WORDS} (?:there (?:is|are)|that appears?)\b"
    rf"|\bthe only {_WORDS}\b|\bonly (?:these|this|those|the given|the quoted) {_WORDS}\b"
    r"|\bwordless\b|\btext-free\b|\bnothing (?:else|more) (?:is|may be|must be) (?:written|printed|lettered|readable)\b"
    r"|\bno (?:word|letter) (?:else|more)\b|\bno others\b",
    re.IGNORECASE,
)
"""What closes the list. "No others" does so only in a sentence about words."""

_SIGNS: Final = ("no ", "without ", " of ", "all the ", "only ", "wordless", "text-free", "nothing ")
"""What stands in every text that closes the list; found much faster."""

_ABOUT_WORDS: Final = re.compile(rf"\b{_WORDS}\b|\bspell|\bwritten\b|\breads?\b", re.IGNORECASE)
_MESSAGE: Final = (
    "'{}' closes the list of words, which a brief may leave open. Put it under a condition that compares a choice or "
    "a boolean which asks for it."
)


def closings(text: str) -> Iterator[re.Match[str]]:
    """Yield the passages that close the list of words."""
    folded = text.casefold()
    if not any(sign in folded for sign in _SIGNS):
        return
    for match in CLOSED.finditer(text):
        start = max(text.rfind(stop, 0, match.start()) for stop in ".!?")
        if match[0].lower() != "no others" or _ABOUT_WORDS.search(text, start + 1, match.start()):
            yield match


def closed_lists(
    passages: Sequence[TemplateWords], parameters: Mapping[str, Parameter], templates: set[str]
) -> Iterator[Problem]:
    """Yield what closes the list of words although nobody asked for it.

    Args:
        passages: The author's own words in all templates.
        parameters: The parameters that conditions may compare.
        templates: The names of the templates that are looked at.
    """
    sentence = ""
    for passage in passages:
        # "The words are spelled so{% if … %}, and there are no others": what stands before is in another passage.
        before = len(sentence)
        for match in closings(sentence + passage.text):
            if (
                match.end() > before
                and passage.template in templates
                and not on_request(passage.conditions, parameters)
            ):
                yield Problem(_MESSAGE.format(match[0]), passage.place(max(match.start() - before, 0)))
        sentence = re.split(r"[.!?]\s", sentence + passage.text)[-1]


def closed_by_default(parameters: Mapping[str, Parameter]) -> Iterator[tuple[str, str, str]]:
    """Yield the choices that close the list of words though nobody chose them: parameter, choice, message."""
    for name, parameter in parameters.items():
        choices = parameter.offered
        defaults = _defaults(parameter) if choices else []
        for value in (value for value in choices if value in defaults):
            match = next(closings(choices[value].words), None)
            if match:
                yield name, value, _MESSAGE.format(match[0])


def _defaults(parameter: Parameter) -> list[str]:
    ready = parameter.ready
    return [getattr(item, "value", "") for item in (ready if isinstance(ready, tuple) else (ready,))]
