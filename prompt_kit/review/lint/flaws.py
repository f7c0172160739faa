"""Finds flaws of a rendered prompt that its template does not show: gaps, double stops, "a" before a vowel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from prompt_kit.review.lint.contradictions import contradictions
from prompt_kit.review.lint.quotes import without_quoted
from prompt_kit.support.words import article, clause

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from prompt_kit.prompt import Prompt

_SPACES: Final = re.compile(r"(?<=\S) {2,}(?=\S)")
_SPACE_BEFORE_STOP: Final = re.compile(r"(?<=\S)(?<!\d)\s[,.;:!?](?=\s|$)|(?<=\d) [,.;!?](?=\s|$)")
_MAY_STAND_BEFORE: Final = re.compile(r"\s[,.;:!?](?=\s|$)")
"""What stands in every text with a space before a stop; found much faster."""
_STOPS_MEET: Final = re.compile(r",\s*(?:[,;]|\.(?![.\w]))|(?:(?P<word>[\w.]*)\.|[!?])\s*,")
_MAY_MEET: Final = re.compile(r",\s*[,;.]|[.!?]\s*,")
"""What stands in every text in which stops meet; found much faster."""
# The English word begins a sentence ("None of them"); a missing value can be anywhere.
_NONE: Final = re.compile(r"\bNone\b(?! (?:of|other|but|too|the|is|are|was|were|has|have|can|may|must|will|shall)\b)")
# To find the letter first is faster than to look for the beginnings of words.
_ARTICLE: Final = re.compile(r"(a(?<!\wa)n?) ([\w-]+)")
_WHITE: Final = re.compile(r"\bwhite background\b", re.IGNORECASE)
_TRANSPARENT: Final = re.compile(r"\btransparent background\b|\bbackground (?:is|must be) transparent\b", re.IGNORECASE)
_REPLACED: Final = re.compile(
    r"\b(?:replac\w+|remov\w+|turn|chang\w+|swap\w*|convert|instead|rather|from|not|no|never|without)\b", re.IGNORECASE
)

_ABBREVIATIONS: Final = frozenset(
    "al avg ca cf cm ed esp fig ft in incl lb max min mm op oz pp resp sq temp vol".split(),
)
"""Short words whose stop is no end of a sentence, besides those that values keep theirs with."""
_NO_NOUN: Final = frozenset("above and are as at if in is it of on or under".split())
"""Words after which an "a" is a letter: "panel a is above panel b"."""
_EITHER_ARTICLE: Final = re.compile(r"(?:herb|histor|hotel|habitual)", re.IGNORECASE)
"""Words that some say with an h and some without."""
_OTHER_LANGUAGES: Final = frozenset(
    """
    auf aus avec con das dem der des ein eine einem einen einer est et för gli het ist les med mit nicht och ou por sur
    uma un una und une uno von zum zur à é és și är på
    """.split(),
)
_ENGLISH: Final = frozenset("and are at by for from is it of that the this to with".split())


def flaws(prompt: Prompt, own_words: Collection[str] = ()) -> Iterator[str]:
    """Yield the flaws of a rendered prompt, as the beginnings of sentences.

    Args:
        prompt: The prompt.
        own_words: What a person wrote, as it stands there, the longest first; it contradicts no setting.
    """
    whole = str(prompt)
    text = without_quoted(whole)
    for fact, match in _in_text(text):
        yield f"{fact}: '{_around(whole, match)}'"
    if "background" in text.casefold() and _WHITE.search(text) and _TRANSPARENT.search(text):
        sentences = [sentence for sentence in re.split(r"[.!?\n]", text) if not _REPLACED.search(sentence)]
        if any(map(_WHITE.search, sentences)) and any(map(_TRANSPARENT.search, sentences)):
            yield "the background is white and transparent at once"
    yield from contradictions(prompt, own_words)


def _in_text(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    for match in _SPACES.finditer(text) if "  " in text else ():
        yield "there are two spaces in a row", match
    for match in _SPACE_BEFORE_STOP.finditer(text) if _MAY_STAND_BEFORE.search(text) else ():
        if _is_english(_sentence_around(text, match)):
            yield "there is a space before a comma or stop", match
    for match in _STOPS_MEET.finditer(text) if _MAY_MEET.search(text) else ():
        if match["word"] is None or not _is_abbreviation(match["word"]):
            yield "two stops or commas meet", match
    for match in _NONE.finditer(text) if "None" in text else ():
        yield "a value that was left out shows as 'None'", match
    for match in _ARTICLE.finditer(text):
        if _is_wrong(match) and _is_english(_sentence_around(text, match)):
            yield "'a' and 'an' are mixed up", match


def _is_abbreviation(word: str) -> bool:
    """Return whether a word keeps its stop inside a sentence: "etc.", "e.g.", a single letter, an ellipsis."""
    return "." in word or word.lower() in _ABBREVIATIONS or clause(f"{word}.").endswith(".")


def _is_wrong(match: re.Match[str]) -> bool:
    used, word = match[1], match[2]
    if word.lower() in _OTHER_LANGUAGES | {"den", "die"} or _EITHER_ARTICLE.match(word):
        return False
    if used == "a" and word in _NO_NOUN:
        return False
    return article(word) not in {match[0], word}


def _is_english(sentence: str) -> bool:
    """Return whether a sentence has no more words of other languages than of English."""
    words = re.findall(r"\w+", sentence.lower())
    foreign = sum(word in _OTHER_LANGUAGES for word in words)
    return not foreign or foreign < sum(word in _ENGLISH for word in words)


def _sentence_around(text: str, match: re.Match[str]) -> str:
    start = max(text.rfind(stop, 0, match.start()) for stop in ".!?\n")
    end = min(at if at >= 0 else len(text) for at in (text.find(stop, match.end()) for stop in ".!?\n"))
    return text[start + 1 : end]


def _around(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - 15) : match.end() + 15].replace("\n", " ").strip()
