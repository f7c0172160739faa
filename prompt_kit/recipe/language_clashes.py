"""Tells which exact words are in another language than the one that was chosen for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import Problem
from prompt_kit.recipe import languages
from prompt_kit.recipe.parameters import CopiesOf, CopyText
from prompt_kit.support.text import shortened, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.recipe.checking import Checking

LANGUAGE: Final = "language"
"""The parameter by which recipes ask for the language of their words."""

SECOND: Final = "second_language"
"""The parameter that says that there are two."""

SHOWN: Final = 50
"""How much of the words a note repeats, in characters."""


def in_chosen_language(checking: Checking) -> None:
    """Add a note for each value whose words are clearly in another language than the chosen one."""
    chosen = _text(checking.context.get(LANGUAGE))
    if not chosen or checking.context.get(SECOND):
        return
    for name in checking.given:
        if not isinstance(checking.parameters.get(name), CopyText | CopiesOf):
            continue
        for words in _texts(checking.context.get(name)):
            language = languages.of_words(words)
            if language and language.casefold() not in chosen.casefold():
                fact = f"'{shortened(visible(words), SHOWN)}' looks {language}, and the language is {chosen}."
                message = f"{name}: {fact} Write it in {chosen}, or choose another language."
                checking.notes.append(Problem(message, parameter=name, code="other_language"))
                break


def _texts(value: Any) -> Iterator[str]:
    """Yield the words of one or several exact texts."""
    for entry in value if isinstance(value, tuple) else (value,):
        yield str(getattr(entry, "text", "") or "")


def _text(value: Any) -> str:
    """Return a language as it is said in the prompt, in its English name."""
    said = str(value or "").strip()
    return languages.named(said) or said
