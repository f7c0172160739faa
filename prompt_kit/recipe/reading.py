"""Checks of a form that look at texts: mends them for the prompt, and tells what reads oddly or was left unfinished."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import Problem
from prompt_kit.recipe.languages import of_place
from prompt_kit.recipe.mending import KEPT, Mended, mend, note_of
from prompt_kit.recipe.values import Chosen, Copy, Phrase, is_marked_own
from prompt_kit.support.patterns import pattern
from prompt_kit.support.text import shortened, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prompt_kit.recipe.checking import Checking
    from prompt_kit.recipe.parameters import Parameter

SHOWN: Final = 60
"""How much of a text a note repeats, in characters."""

_MENDED: Final = frozenset({"text", "list", "choice", "choices"})
_QUOTES: Final = frozenset('"“„«')
_QUOTED: Final = pattern(r'"([^"]+)"|“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»')
_WORD: Final = pattern(r"[a-zà-ɏ\d]+", re.IGNORECASE)
"""A single word in Latin letters; other writing may have no spaces between its words."""
_SIGN: Final = pattern(r"\d+|[a-zà-ɏ]", re.IGNORECASE)
"""What answers a numbered list or a question rather than saying something."""
_THING: Final = "(?:headline|title|subtitle|text|name|slogan|tagline|logo|company|brand|copy|message|words|price|date)"
_PLACEHOLDER: Final = pattern(
    r"\[(?!sic\])(?:…|[^\]]{3,})\]|<[a-z][\w .-]*>|\{\{?[a-z][\w .-]*\}\}?|…{2,}|\.{4,}|_{3,}"
    r"|\blorem ipsum\b|\b(?:TBD|TBA|TBC|TODO|FIXME|X{3,})\b|\bxxx+\b"
    rf"|\binsert (?:your )?{_THING}\b|^(?:your|my) (?:own )?(?:{_THING} ?){{1,2}}$|\b{_THING} (?:goes )?here\b"
    r"|^(?:placeholder|headline|subtitle|tagline|slogan|body copy|body text)$",
)


def mend_texts(checking: Checking) -> None:
    """Give the prompt each text as it fits its place, with a note for what was changed and what reads oddly."""
    wrong = {problem.parameter for problem in checking.problems}
    for name, value in checking.given.items():
        parameter = checking.parameters.get(name)
        if parameter is not None and name not in wrong and parameter.type in _MENDED and checking.context.get(name):
            checking.context[name] = _mended(name, parameter, value, checking)


def note_places(checking: Checking) -> None:
    """Add a note for each place of exact words that is said in another language than the prompt."""
    for name in checking.given:
        parameter, ready = checking.parameters.get(name), checking.context.get(name)
        if parameter is None or parameter.type not in {"copy", "copies"}:
            continue
        for entry in ready if isinstance(ready, tuple) else (ready,):
            if isinstance(entry, Copy) and (language := of_place(entry.place)):
                message = f"{name}: '{shortened(visible(entry.place), SHOWN)}' reads oddly here: {_foreign(language)}"
                checking.notes.append(Problem(message, parameter=name, code="reads_oddly"))


def _foreign(language: str) -> str:
    return f"it looks {language}, and it says a place inside an English sentence. Write it in English."


def note_placeholders(checking: Checking) -> None:
    """Add a note for exact words that nobody has written yet: in their own fields, and in quotes in a caption."""
    for name in checking.given:
        parameter = checking.parameters.get(name)
        for text in _exact(parameter, checking.context.get(name)) if parameter else ():
            if left := placeholder(text):
                message = (
                    f"{name}: '{left}' looks like a placeholder, and it would be drawn. Write the words themselves."
                )
                checking.notes.append(Problem(message, parameter=name, code="placeholder"))


@lru_cache(maxsize=KEPT)
def placeholder(text: str) -> str:
    """Return the part of exact words that stands for words to come; empty when they are ready.

    >>> placeholder("[Headline]"), placeholder("Sale ends TBD"), placeholder("Your text here"), placeholder("ABOUT US")
    ('[Headline]', 'TBD', 'text here', '')
    """
    for form in (text, text.lower()):
        match = _PLACEHOLDER.search(form)
        if match:
            return shortened(visible(text[match.start() : match.end()]), SHOWN)
    return ""


ALONE: Final = (mend_texts, note_placeholders, note_places)
"""The checks of a recipe that look at each value alone."""


def _mended(name: str, parameter: Any, value: Any, checking: Checking) -> Any:
    """Return what the template sees of a value."""
    ready = checking.context[name]
    if not isinstance(ready, tuple):
        return _entry(name, parameter, ready, value, checking.notes)
    entries = zip(ready, value if isinstance(value, list | tuple) else [value], strict=False)
    place = f"{name}, entry %s" if len(ready) > 1 else name
    if parameter.reads_as == "caption" and len(ready) > 1:
        parameter = parameter.model_copy(update={"reads_as": "phrase"})  # they become a series
    return tuple(
        _entry(place.replace("%s", str(number)), parameter, entry, written, checking.notes)
        for number, (entry, written) in enumerate(entries, 1)
    )


def _entry(called: str, parameter: Any, ready: Any, written: Any, notes: list[Problem]) -> Any:
    """Return what the template sees of one entry, and add the notes about it."""
    if not isinstance(ready, str) or (isinstance(ready, Chosen) and not ready.own):
        return ready
    source = written if isinstance(written, str) and not isinstance(ready, Chosen) else str(ready)
    made = mend(source, parameter.reads_as, goes_on=parameter.goes_on)
    if isinstance(ready, Chosen) and any(choice.place for choice in parameter.choices.values()):
        language = of_place(made.text)
        made = replace(made, doubts=[_foreign(language)]) if language else made
    notes += _notes(called, made, source, parameter)
    if isinstance(ready, Chosen) and not is_marked_own(written):
        notes += _notes_of_own_words(called, made, parameter)
    if made.text == ready:
        return ready
    if isinstance(ready, Chosen):
        return Chosen(made.text, ready.value, own=True)
    return Phrase(made.text) if isinstance(ready, Phrase) else made.text


def _notes(called: str, made: Mended, written: str, parameter: Any) -> Iterator[Problem]:
    name = called.partition(",")[0]
    if changed := note_of(made, written):
        yield Problem(f"{called}: {changed}", parameter=name, code="mended")
    for doubt in made.doubts:
        like = next((f" For example: '{text}'." for text in parameter.examples if len(str(text)) <= SHOWN), "")
        message = f"{called}: '{shortened(visible(made.text), SHOWN)}' reads oddly here: {doubt}{like}"
        yield Problem(message, parameter=name, code="reads_oddly")


def _notes_of_own_words(called: str, made: Mended, parameter: Any) -> Iterator[Problem]:
    """Yield what is worth knowing about words of one's own where choices are offered, unless it was said already."""
    name, shown = called.partition(",")[0], shortened(visible(made.text), SHOWN)
    if made.doubts:
        return
    if _SIGN.fullmatch(made.text):
        message = f"{called}: '{shown}' reads oddly here: it is none of the choices. Take one, or write your own words."
        yield Problem(message, parameter=name, code="reads_oddly")
    elif parameter.reads_as == "sentence" and _WORD.fullmatch(made.text):
        doubt = "a single word becomes a sentence of its own. Take one of the choices, or write a whole sentence."
        yield Problem(f"{called}: '{shown}' reads oddly here: {doubt}", parameter=name, code="reads_oddly")
    elif parameter.type == "choice" and parameter.brings_format and len(made.text.split()) == 1:
        message = f"{called}: '{shown}' is taken as your own words; no format comes with it. Choose the format, too."
        yield Problem(message, parameter=name, code="own_words")


def _exact(parameter: Parameter, ready: Any) -> Iterable[str]:
    """Return the exact words for the picture that a value holds."""
    entries = ready if isinstance(ready, tuple) else (ready,)
    if parameter.type in {"copy", "copies"}:
        return [entry.text for entry in entries if isinstance(entry, Copy) and entry]
    if parameter.type in {"text", "list", "long_text"}:
        return [words for entry in entries if not _QUOTES.isdisjoint(entry or "") for words in quoted(str(entry))]
    return ()


def quoted(text: str) -> list[str]:
    """Return what stands in quotes in a text.

    >>> quoted('a shop sign that reads "OPEN" and “CLOSED”')
    ['OPEN', 'CLOSED']
    """
    return ["".join(groups) for groups in _QUOTED.findall(text)]
