"""Tells at once that a text fits its slot as it is, as most texts do; looking at each in full takes far longer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from prompt_kit.recipe import common_words, languages
from prompt_kit.recipe.mending import INSIDE, PREPOSITIONS, UNFILLED, WORDS_OF_A_CAPTION, lacks_article
from prompt_kit.support.words import clause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prompt_kit.recipe.mending import ReadsAs

_PLAIN: Final = "A-Za-z0-9 ,;:'’/()&%+°–—.-"
"""Characters that mean nothing for `mend`; the stop is looked at where it could end a sentence."""
_NO_EDGE: Final = "(?<![ ,;:.!?])"
_ANY: Final = re.compile(rf"([A-Za-z]++)[!?{_PLAIN}]*+{_NO_EDGE}").fullmatch
_PHRASE: Final = re.compile(rf"([a-z]++)[{_PLAIN}]*+{_NO_EDGE}").fullmatch
_PHRASE_GOING_ON: Final = re.compile(rf"([a-z]++)[!?{_PLAIN}]*+{_NO_EDGE}").fullmatch
_STOP: Final = re.compile(r"\.(?!\d)").search
"""A stop that may end a sentence: no decimal point."""

_DETERMINERS: Final = frozenset(
    "a an the any both each every few half her his its many my our several some their your"
    " one two three four five six seven eight nine ten".split()
)
"""What a noun begins with that has its article, and that begins neither a statement nor a request."""
_STOPS: Final = frozenset(".!?")
_LETTERS: Final = re.compile(r"[^\W\d_]+")


def _firsts(phrases: Iterable[str]) -> frozenset[str]:
    """Return the letters with which each of these phrases begins."""
    return frozenset(begins[0] for phrase in phrases if (begins := _LETTERS.match(phrase)))


_ALONE: Final = _firsts(UNFILLED)
_ASKING: Final = (
    _ALONE | _firsts((*common_words.VERBS, *common_words.FORBIDDING)) | set("please can could would i".split())
)
_FOREIGN: Final = languages.ARTICLES - {"a"}
_STATING: Final = frozenset("it they he she we this there these".split())
_WITHIN: Final = _ASKING | _FOREIGN | _STATING | _firsts(languages.NAMES)
# Every character has its entry: to miss one takes `str.translate` longer than all others.
_WORDS_APART: Final = {
    mark: chr(mark).lower() if chr(mark).isalpha() else " " for mark in (*range(128), *map(ord, "’°–—"))
}


def fine_as(fits: ReadsAs | None, *, goes_on: bool = False) -> Callable[[str], bool] | None:
    """Return what tells of a text that `mend` leaves it as it is and says nothing of it, and that it quotes nothing.

    It says so of a text only when that is sure; ``None`` where every text has to be looked at in full.

    Args:
        fits: What fits the slot.
        goes_on: Whether further sentences may follow the first.

    >>> fine = fine_as("noun")
    >>> fine("the blue sofa"), fine("blue sofa"), fine("a cadeira com uma mesa"), fine("the sofa!")
    (True, False, False, False)
    """
    if fits is None or fits in {"sentence", "exact"}:
        return _fine
    if fits == "caption":
        return _fine_caption
    if fits == "exclusion" or fits not in INSIDE:
        return None
    return _fine_inside(fits, goes_on=goes_on)


def without_stop(text: str, fine: Callable[[str], bool]) -> str:
    """Return a text without the full stop at its end, where it is fine without it; empty when it is not.

    >>> without_stop("the blue sofa.", fine_as("noun")), without_stop("the office of Acme Inc.", fine_as("noun"))
    ('the blue sofa', '')
    """
    if text[-1:] != ".":
        return ""
    bare = clause(text)
    return bare if len(bare) == len(text) - 1 and fine(bare) else ""


def _fine(text: str) -> bool:
    begins = _ANY(text)
    return begins is not None and begins[1].lower() not in _ALONE and "  " not in text and not text.isupper()


def _fine_caption(text: str) -> bool:
    begins = _ANY(text)
    if begins is None or "  " in text or text.isupper() or (first := begins[1].lower()) in _ASKING or first in _FOREIGN:
        return False
    if begins[1] == "a" and not _is_english(text):
        return False
    return text.count(" ") >= WORDS_OF_A_CAPTION - 1 or not lacks_article(text)


def _fine_inside(fits: ReadsAs, *, goes_on: bool) -> Callable[[str], bool]:
    match = _PHRASE_GOING_ON if goes_on else _PHRASE
    wrong = _WITHIN | {"a", "an", "the"} if fits == "bare_noun" else _WITHIN

    def fine(text: str) -> bool:
        begins = match(text)
        return (
            begins is not None
            and "  " not in text
            and (first := begins[1]) not in wrong
            and (first != "a" or _is_english(text))
            and (goes_on or "." not in text or not _STOP(text))
        )

    def fine_noun(text: str) -> bool:
        first, _, rest = text.partition(" ")
        if first in _DETERMINERS and rest:
            return fine(text)
        return first not in PREPOSITIONS and fine(text) and _STOPS.isdisjoint(text) and not lacks_article(text)

    return fine_noun if fits == "noun" else fine


def _is_english(text: str) -> bool:
    """Return whether the article "a" is no Portuguese one."""
    return languages.PORTUGUESE.isdisjoint(text.translate(_WORDS_APART).split())
