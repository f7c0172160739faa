"""Finds what a refinement must keep that no change is about, so that it does not ask to keep and to change the same."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from prompt_kit.support.colours import named_in
from prompt_kit.support.words import series

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_QUOTED: Final = re.compile(r"[\"“«「‹『](.+?)[\"”»」›』]")
_WORD: Final = re.compile(r"[^\W_](?:[\w'’-]*[^\W_])?")
_PIECES: Final = re.compile(r"\s*(?:[,;:]\s*(?:and\s+)?|\s+and\s+)")
_ARTICLES: Final = frozenset(
    "a an the its his her their this that these those my our your every each all both one two three".split()
)
_ENDS: Final = _ARTICLES | frozenset(
    "of in on at with without which who whose what as from for to by under over above below into behind beside between"
    " before after around near against along through is are was were has have".split()
)
"""The words at which the name of a thing is over."""
_NO_THINGS: Final = frozenset("picture image photo photograph frame thing place part side way look letter".split())
"""What nearly every change could speak of without being about it."""
_IT: Final = re.compile(r"\b(?:it|them)\b(?!\s+(?:an?|the|some|another|its|two|three)\b)")
"""A thing that was spoken of before, but in "give it a blue scarf", in which the scarf is blue."""
_NO_NAMES: Final = ("ing", "ed", "ly")
"""How words end that, without an article, more often say what something does or how it is."""
_SHORTEST_PLURAL, _LONG_PLURALS = 4, ("sses", "xes", "ches", "shes")


def untouched(stays: Iterable[str], changes: Iterable[str]) -> Iterator[str]:
    """Yield what stays; of a thing that a change speaks of, only that everything else about it stays.

    What the thing looked like before would contradict the change. Exact words are left out when a change names them,
    and stand as they are where it sets no others.

    Args:
        stays: Noun phrases, such as ``the subject, a red panda``.
        changes: What was asked for, in people's own words.
    """
    stays, asked = tuple(stays), "\n".join(changes)
    plain = _QUOTED.sub(" ", asked).casefold()
    named = {_singular(word) for word in _WORD.findall(plain)} - _NO_THINGS
    if _IT.search(plain) and not any(_touched(phrase, named) for phrase in stays):
        named |= _meant(stays, asked)
    for phrase in stays:
        exact = [match[1].casefold() for match in _QUOTED.finditer(phrase)]
        if any(words in asked.casefold() for words in exact):
            continue
        if exact and not _QUOTED.search(asked):
            yield phrase
        else:
            yield _without(phrase, named)


def _meant(stays: Iterable[str], asked: str) -> set[str]:
    """Return the thing that a pronoun stands for in "make it blue": the first that has a colour of its own."""
    if not any(named_in(asked)):
        return set()
    coloured = (piece for phrase in stays for piece in _pieces(phrase) if _thing(piece) and any(named_in(piece)))
    return {_singular(_thing(piece).casefold()) for piece in islice(coloured, 1)}


def _pieces(phrase: str) -> list[str]:
    return [piece for piece in _PIECES.split(_QUOTED.sub(" ", phrase).strip()) if piece]


def _touched(phrase: str, named: set[str]) -> list[str]:
    """Return the things of a phrase that are named."""
    things = map(_thing, _pieces(phrase))
    return [thing for thing in things if thing and _singular(thing.casefold()) in named]


def _without(phrase: str, named: set[str]) -> str:
    """Return a phrase without what it says of things that are named."""
    pieces, touched = _pieces(phrase), _touched(phrase, named)
    if not touched:
        return phrase
    rest = [piece for piece in pieces if _thing(piece) not in touched]
    if rest and all(piece.casefold().startswith("the ") for piece in pieces):
        return series(rest)
    return f"everything else about the {touched[0]}"


def _thing(piece: str) -> str:
    """Return the last word of what a piece of a phrase begins with; empty where that names no thing.

    >>> _thing("a green velvet armchair of my aunt"), _thing("wild poppies"), _thing("squinting into the sun")
    ('armchair', 'poppies', '')
    """
    words: list[str] = _WORD.findall(piece)
    has_article = bool(words) and words[0].casefold() in _ARTICLES
    own = words[1:] if has_article else words
    end = next((at for at, word in enumerate(own) if word.casefold() in _ENDS), len(own))
    thing = own[end - 1] if end else ""
    return thing if has_article or not thing.endswith(_NO_NAMES) else ""


def _singular(word: str) -> str:
    if word.endswith(_LONG_PLURALS):
        return word[:-2]
    is_plural = len(word) >= _SHORTEST_PLURAL and word.endswith("s") and not word.endswith("ss")
    return word[:-1] if is_plural else word
