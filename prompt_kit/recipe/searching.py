"""Finds recipes by everyday words: what they are called, what they are used for, and what their files say."""

from __future__ import annotations

import re
from difflib import get_close_matches
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from prompt_kit.support.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prompt_kit.recipe.library import Head

NEAREST: Final = 3
"""So many recipes are shown where none fits."""

LONGEST: Final = 200
"""So many characters of a search are looked at."""

_WORD: Final = pattern(r"[^\W_]+")
_SMALL: Final = frozenset(
    "a an the of for with and or to in on at my our your i we me need want make create draw some new".split()
)
"""Words that say nothing of what is looked for."""
_EVERYWHERE: Final = frozenset({"picture", "image"})
"""Words that every recipe has to do with; they count where nothing else is asked."""
_LEAST: Final = 3
"""From how many letters on, the beginning of a word is taken for it: people see what fits while they type."""
_CLOSE: Final = 0.75
"""How alike two words are spelled to be taken for a slip of each other, from 0 to 1."""

_TITLE: Final = 12
"""How much a word of the title counts."""
_USE: Final = 8
"""How much a word of a use counts."""
_SUMMARY: Final = 4
"""How much a word of the summary counts."""
_LATER: Final = 0.02
"""How much less a use counts than the one before it."""
_WHOLE: Final = 10
"""How much it counts that all the words together are one use."""


class _Entry:
    """A recipe, ready to be searched."""

    def __init__(self, name: str, head: Head) -> None:
        self.title = _words(f"{head.title} {name}")
        self.phrases = {_joined(use): at for at, use in reversed([*enumerate(head.used_for)])} | {
            _joined(head.title): 0
        }
        words = [(word, at) for at, use in enumerate(head.used_for) for word in _each(use)]
        self.uses = self.phrases | dict(reversed(words))
        self.summary = _words(f"{head.summary} {head.category}")

    @property
    def words(self) -> set[str]:
        """Everything by which it is searched."""
        return {*self.title, *self.uses, *self.summary}

    def worth(self, word: str) -> float:
        """Return how much a word of a search counts here; 0 when it is not there. Earlier uses count a little more."""
        for weight, words in ((_TITLE, self.title), (_USE, self.uses), (_SUMMARY, self.summary)):
            longer = word if word in words else next((other for other in words if _begins(word, other)), None)
            if longer is not None:
                at = self.uses.get(longer, 0) if weight == _USE else 0
                return weight - (longer != word) - at * _LATER
        return 0

    def is_used_for(self, words: str) -> int | None:
        """Return the place of the use that all the words together are, from 0; ``None`` when they are none."""
        return next((at for use, at in self.phrases.items() if words == use or _begins(words, use)), None)


def fitting(search: str, heads: Mapping[str, Head], texts: Mapping[str, str] | None = None) -> list[str]:
    """Return the names of the recipes that fit some words, the best first; slips of the keyboard are forgiven.

    Args:
        search: The words, as a person says what the picture is for: ``web shop``, ``a card for a birthday``.
        heads: What the recipes say of themselves, by name.
        texts: All that their files say, in lower case, by name; they count where nothing else fits.
    """
    asked = _asked(search)
    entries = {name: _Entry(name, head) for name, head in heads.items()}
    best = _ranked({name: _worth(entry, asked, search) for name, entry in entries.items()})
    if not best and texts:
        there = {name: sum(_is_in(word, texts.get(name, "")) for word in asked) for name in heads}
        best = _ranked({name: (count, count) for name, count in there.items()})
    if not best:
        meant = _spelled(asked, entries.values())
        best = _ranked({name: _worth(entry, meant, " ".join(meant)) for name, entry in entries.items()})
    return best


def nearest(search: str, heads: Mapping[str, Head], most: int = NEAREST) -> list[str]:
    """Return the names of the recipes whose words are spelled most like those of a search that nothing fits.

    A recipe without a subject of its own, which is used for "anything else", comes first.
    """
    asked = _asked(search) or [""]

    def likeness(name: str) -> tuple[bool, float]:
        entry = _Entry(name, heads[name])
        alike = max((_likeness(word, other) for word in asked for other in entry.words), default=0.0)
        return _ANYTHING in entry.phrases, alike

    return sorted(heads, key=likeness, reverse=True)[:most]


_ANYTHING: Final = "anythingelse"


def _likeness(word: str, other: str) -> float:
    """Return the share of pairs of letters that two words have in common, from 0 to 1."""
    pairs, others = {*pairwise(word)}, {*pairwise(other)}
    return 2 * len(pairs & others) / (len(pairs) + len(others) or 1)


def _asked(search: str) -> list[str]:
    """Return the words of weight in a search; all of them, when none has any."""
    every = list(dict.fromkeys(map(_singular, _WORD.findall(search[:LONGEST].casefold()))))
    heavy = [word for word in every if word not in _SMALL]
    return [word for word in heavy if word not in _EVERYWHERE] or heavy or every


def _worth(entry: _Entry, asked: list[str], search: str) -> tuple[int, float]:
    """Return how many of the words a recipe has, and how much they count there."""
    worths = [entry.worth(word) for word in asked]
    use = entry.is_used_for(_joined(search[:LONGEST]))
    if use is not None:
        return len(asked), sum(worths) + _WHOLE - use * _LATER
    return sum(map(bool, worths)), sum(worths)


def _ranked(worths: Mapping[str, tuple[int, float]]) -> list[str]:
    """Return the names with half as many of the words as the best, or more, the best first."""
    most = max((there for there, _ in worths.values()), default=0)
    fits = [name for name, (there, _) in worths.items() if there and 2 * there >= most]
    return sorted(fits, key=lambda name: worths[name], reverse=True)


def _begins(word: str, other: str) -> bool:
    """Return whether a word is the beginning of another, and half of it or more."""
    return len(word) >= _LEAST and 2 * len(word) >= len(other) and other.startswith(word)


def _spelled(asked: Iterable[str], entries: Iterable[_Entry]) -> list[str]:
    """Return the words of recipes that are spelled most like those of a search."""
    there = sorted({word for entry in entries for word in entry.words})
    return [near for word in asked for near in get_close_matches(word, there, n=1, cutoff=_CLOSE)]


def _is_in(word: str, text: str) -> bool:
    """Return whether a text has a word, or a longer one that begins with it."""
    return re.search(rf"\b{re.escape(word)}", text) is not None


def _words(text: str) -> set[str]:
    return set(_each(text))


def _each(text: str) -> Iterator[str]:
    """Yield the words of a text in the singular, and those with a hyphen also in one: ``T-shirt`` is ``tshirt``."""
    for part in text.casefold().split():
        words = [_singular(word) for word in _WORD.findall(part)]
        yield from (word for word in words if word not in _SMALL)
        if len(words) > 1:
            yield "".join(words)


def _joined(text: str) -> str:
    return "".join(map(_singular, _WORD.findall(text.casefold())))


def _singular(word: str) -> str:
    if len(word) <= _LEAST or word.endswith("ss"):
        return word
    return f"{word[:-3]}y" if word.endswith("ies") and len(word) > _LEAST + 1 else word.removesuffix("s")
