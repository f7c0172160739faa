"""Tells at once that a text fits its slot as it is, as most texts do; looking at each in full takes far longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prompt_kit.recipe import common_words, languages
from prompt_kit.recipe.mending import INSIDE, PREPOSITIONS, UNFILLED, WORDS_OF_A_CAPTION, lacks_article
from prompt_kit.support.patterns import pattern
from prompt_kit.support.words import clause

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable

    from prompt_kit.recipe.mending import ReadsAs

_PLAIN: Final = "A-Za-z0-9 ,;:'’/()&%+°–—.-"
"""Characters that mean nothing for `mend`; the stop is looked at where it could end a sentence."""
_NO_EDGE: Final = "(?<![ ,;:.!?])"
# The first word with the space after it, then as much as small letters and spaces make up, then the rest.
_ANY: Final = pattern(rf"([A-Za-z]++ ?)([a-z ]*+)[!?{_PLAIN}]*+{_NO_EDGE}")
_PHRASE: Final = pattern(rf"([a-z]++ ?)([a-z ]*+)[{_PLAIN}]*+{_NO_EDGE}")
_PHRASE_GOING_ON: Final = pattern(rf"([a-z]++ ?)([a-z ]*+)[!?{_PLAIN}]*+{_NO_EDGE}")
_STOP: Final = pattern(r"\.(?!\d)")
"""A stop that may end a sentence: no decimal point."""

_DETERMINERS: Final = frozenset(
    f"{word} "
    for word in "a an the any both each every few half her his its many my our several some their your"
    " one two three four five six seven eight nine ten".split()
)
"""What a noun begins with that has its article, and that begins neither a statement nor a request."""
_LETTERS: Final = pattern(r"[^\W\d_]+")


def _firsts(phrases: Iterable[str]) -> frozenset[str]:
    """Return the letters with which each of these phrases begins."""
    return frozenset(begins[0] for phrase in phrases if (begins := _LETTERS.match(phrase)))


def _beginnings(words: Iterable[str]) -> frozenset[str]:
    """Return words as a text may begin with them: alone, and with the space after them."""
    return frozenset(word + after for word in words for after in ("", " "))


_UNFILLED: Final = _firsts(UNFILLED)
_ASKING: Final = (
    _UNFILLED | _firsts((*common_words.VERBS, *common_words.FORBIDDING)) | set("please can could would i".split())
)
_FOREIGN: Final = languages.ARTICLES - {"a"}
_STATING: Final = frozenset("it they he she we this there these".split())
_ALONE: Final = _beginnings(_UNFILLED)
_NO_CAPTION: Final = _beginnings(_ASKING | _FOREIGN)
_WITHIN: Final = _beginnings(_ASKING | _FOREIGN | _STATING | _firsts(languages.NAMES))
_A: Final = _beginnings("a")
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
    begins = _ANY.fullmatch(text)
    if begins is None or "  " in text:
        return False
    first = begins[1]
    return first not in _ALONE if first.islower() else first.lower() not in _ALONE and not text.isupper()


def _fine_caption(text: str) -> bool:
    begins = _ANY.fullmatch(text)
    if begins is None or "  " in text:
        return False
    first = begins[1]
    if not first.islower():
        if text.isupper():
            return False
        first = first.lower()
    if first in _NO_CAPTION or (first in _A and not _is_english(begins)):
        return False
    return text.count(" ") >= WORDS_OF_A_CAPTION - 1 or not lacks_article(text)


def _fine_inside(fits: ReadsAs, *, goes_on: bool) -> Callable[[str], bool]:
    match = (_PHRASE_GOING_ON if goes_on else _PHRASE).fullmatch
    wrong = _WITHIN | _beginnings(("a", "an", "the")) if fits == "bare_noun" else _WITHIN
    names = fits == "noun"

    def fine(text: str) -> bool:
        begins = match(text)
        if begins is None or "  " in text:
            return False
        first = begins[1]
        if first in wrong or (first in _A and not _is_english(begins)):
            return False
        if "." in text and not goes_on and _STOP.search(text):
            return False
        return not names or first in _DETERMINERS or _names_a_thing(text)

    return fine


def _names_a_thing(text: str) -> bool:
    """Return whether a text without a determiner names a thing that needs none, in a single sentence."""
    return (
        text.partition(" ")[0] not in PREPOSITIONS
        and "." not in text
        and "!" not in text
        and "?" not in text
        and not lacks_article(text)
    )


def _is_english(begins: re.Match[str]) -> bool:
    """Return whether the article "a" at the beginning of a text is no Portuguese one."""
    text = begins.string
    plain = text if begins.end(2) == len(text) else text.translate(_WORDS_APART)
    return languages.PORTUGUESE.isdisjoint(plain.split())
