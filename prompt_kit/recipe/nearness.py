"""Finds the choice that somebody most probably meant who mistyped it, and lets words that are fine pass."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from prompt_kit.recipe.common_words import SMALL
from prompt_kit.support.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SEPARATORS: Final = pattern(r"[\W_]+")
_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_VOWELS: Final = frozenset("aeiouy")

LEAST: Final = 5
"""Shorter words are never taken for a mistyped choice: too many words are a letter away from another."""

LONG: Final = 9
"""From this length on, two slips are allowed, and a wrong vowel counts as one."""

MOST_SLIPS: Final = 2
"""How many slips are allowed in the longest names."""

MOST: Final = 40
"""Longer words are never taken for a mistyped choice."""


MOST_WORDS: Final = 3
"""More words of weight are never taken for the name of a choice."""

FEW: Final = 2
"""Of how many choices a word may be said that still tells them apart."""

_WORD: Final = pattern(r"\d+(?:[.:]\d+)*|[^\W\d_]+")
_STOP: Final = pattern(r"[.!?]\s+")

MOSTLY: Final = 0.6
"""How much of a name its beginning must be to be taken for all of it, as a share of its letters."""


class Spelling(NamedTuple):
    """A name of a choice, its value or its label, ready to be compared."""

    letters: str
    beginnings: tuple[str, ...]
    """What the name begins with, two whole words or more."""
    value: str


class NearChoices:
    """The choices of a parameter, ready to be compared with words that are none of their values."""

    def __init__(self, named: Iterable[tuple[str, str]], bringing: Sequence[Described]) -> None:
        """Prepare them.

        Args:
            named: Every name of a choice, its label or its value, with its value.
            bringing: The choices that bring settings, which own words that only speak of them would lose.
        """
        names = [spelling(name, value) for name, value in named]
        self._bringing = bringing
        self._spelled = {name.letters: name.value for name in names}
        self._reach = max((len(name.letters) for name in names), default=0) + MOST_SLIPS
        self._beginning: dict[str, list[Spelling]] = {}
        for name in names:
            self._beginning.setdefault(name.letters[:1], []).append(name)

    def same(self, own: str) -> str | None:
        """Return the value of the choice whose name these words are but for case, spaces, hyphens and underscores."""
        return self._spelled.get(folded(own))

    def near(self, own: str) -> tuple[str, ...]:
        """Return the values of the choices that were meant by words that are none of their names."""
        name = folded(own)
        named = self._beginning.get(name[:1], ()) if len(name) <= self._reach else ()
        return (nearest(name, named) if named else ()) or (related(own, self._bringing) if self._bringing else ())


def folded(text: str) -> str:
    """Return a text without what does not matter in the name of a choice: case, spaces, hyphens, underscores."""
    letters = text.casefold().replace(" ", "").replace("-", "")
    return letters if letters.isalnum() else _SEPARATORS.sub("", letters)


def spelling(name: str, value: str) -> Spelling:
    """Return one name of a choice, ready to be compared."""
    parts = _SEPARATORS.sub(" ", name.casefold()).split()
    letters = "".join(parts)
    beginnings = ("".join(parts[:count]) for count in range(2, len(parts)))
    return Spelling(letters, tuple(part for part in beginnings if len(part) >= MOSTLY * len(letters)), value)


def nearest(name: str, names: Iterable[Spelling]) -> tuple[str, ...]:
    """Return the values of the choices that own words are a slip of, the nearest first; mostly there is none.

    A slip is what fingers do: two letters swapped, one doubled, left out or hit beside its key. Other words that
    happen to look alike, such as ``glass`` and ``grass``, are none. The beginning of a name counts, too, when it is
    most of it and whole words: ``three quarter`` for ``three-quarter-left``.

    Args:
        name: The words, folded.
        names: The values and labels of the choices; those that begin with another letter are never near.
    """
    if not LEAST <= len(name) <= MOST:
        return ()
    near: dict[str, int] = {}
    for letters, beginnings, value in names:
        if abs(len(name) - len(letters)) > MOST_SLIPS and name not in beginnings:
            continue
        slips = 1 if name in beginnings else _slips(name, letters)
        if slips is not None:
            near[value] = min(slips, near.get(value, slips))
    least = min(near.values(), default=0)
    return tuple(value for value, slips in near.items() if slips == least)


class Described(NamedTuple):
    """The words about a choice, ready to be compared."""

    name: frozenset[str]
    """Those of its value."""
    marks: frozenset[str]
    """Those of its value and label, and the names and numbers in its help."""
    all: frozenset[str]
    """These, and what the prompt says."""
    value: str


def described(value: str, label: str, help: str, said: str) -> Described:  # noqa: A002 - the key of a choice
    """Return the words about one choice, ready to be compared."""
    name = _words(value)
    sentences = (_WORD.findall(sentence) for sentence in _STOP.split(help))
    names = {
        word for words in sentences for at, word in enumerate(words) if word[0].isdigit() or (at and word[0].isupper())
    }
    marks = name | _words(label) | _words(" ".join(names))
    return Described(name, marks, marks | _words(said), value)


def related(own: str, choices: Sequence[Described]) -> tuple[str, ...]:
    """Return the values of the choices that a few own words speak of, though they are no slip of their names.

    All the words must be about the choice, and what they name must be said of few choices; or they are the name of the
    choice and a word besides.
    """
    words = _words(own)
    if not 0 < len(words) <= MOST_WORDS:
        return ()
    telling = {word for word in words if sum(_speaks_of(word, choice.all) for choice in choices) <= FEW}
    about = [
        choice
        for choice in choices
        if all(_speaks_of(word, choice.all) for word in words)
        and any(_speaks_of(word, choice.marks) for word in telling)
    ]
    called = [choice for choice in about if all(_speaks_of(word, choice.name) for word in words)]
    named = [choice for choice in choices if choice.name and choice.name <= words and len(words) < MOST_WORDS]
    return tuple(choice.value for choice in called or about or named)


def _words(text: str) -> frozenset[str]:
    """Return the words of weight in a text, in the singular; a ratio is one."""
    return frozenset(_singular(word) for word in map(str.casefold, _WORD.findall(text)) if word not in SMALL)


def _singular(word: str) -> str:
    if len(word) < LEAST or word.endswith("ss"):
        return word
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def _speaks_of(word: str, words: frozenset[str]) -> bool:
    """Return whether a word, or a longer one of which it is half at least, is among others."""
    return word in words or (
        len(word) >= LEAST and any(other.startswith(word) and len(other) <= 2 * len(word) for other in words)
    )


def _slips(name: str, key: str) -> int | None:
    """Return how many slips lead from one name to another; ``None`` when they are different words."""
    allowed = MOST_SLIPS if min(len(name), len(key)) >= LONG else 1
    if name[0] != key[:1] or abs(len(name) - len(key)) > allowed or _digits(name) != _digits(key):
        return None
    slips = _distance(name, key, allowed)
    return slips if slips <= allowed else None


def _digits(name: str) -> list[str]:
    return [letter for letter in name if letter.isdigit()]


def _distance(name: str, key: str, allowed: int) -> int:
    """Return the number of slips between two names; more than are ``allowed`` count as one more."""
    most = allowed + 1
    before: list[int] = []
    row = list(range(len(key) + 1))
    for at, letter in enumerate(name, 1):
        earlier, before, row = before, row, [at]
        for column, wanted in enumerate(key, 1):
            same = 0 if letter == wanted else 1 if _beside(letter, wanted, allowed) else most
            step = min(before[column] + 1, row[-1] + 1, before[column - 1] + same)
            swapped = at > 1 and column > 1 and letter == key[column - 2] and name[at - 2] == wanted
            row.append(min(step, earlier[column - 2] + 1) if swapped else step)
        if min(row) >= most and at < len(name):
            return most
    return min(row[-1], most)


def _beside(letter: str, wanted: str, allowed: int) -> bool:
    """Return whether one letter is easily typed for another."""
    if letter in _VOWELS and wanted in _VOWELS:
        return allowed > 1
    return wanted in _NEIGHBOURS.get(letter, "")


def _neighbours(rows: Iterable[str]) -> dict[str, str]:
    """Return the letters beside each letter on a keyboard, in its own row."""
    beside: dict[str, str] = {}
    for row in rows:
        for left, right in pairwise(row):
            beside[left] = beside.get(left, "") + right
            beside[right] = beside.get(right, "") + left
    return beside


_NEIGHBOURS: Final = _neighbours(_ROWS)
