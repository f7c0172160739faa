"""Finds what changed between two texts, in whole phrases."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

SpanKind: TypeAlias = Literal["same", "out", "in"]

_BRIDGE: Final = 2
"""Up to so many unchanged words between two changes belong to them: phrases are compared, not words."""

MOST_PAIRS: Final = 1_000_000
"""Most pairs of words that are compared; the time grows with the pairs, so longer texts are shown as a whole."""

# Chinese and Japanese are written without spaces between words; each character is compared by itself.
_SPACELESS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_MARKS = re.escape('.,;:!?…"“”„«»‹›()[]{}—–') + "\u3001\u3002\u300c-\u300f\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
_TOKEN = re.compile(
    rf"(\s*)([{_SPACELESS}]|[^\s{_SPACELESS}{_MARKS}]+(?:(?<=\d)[.,:](?=\d)[^\s{_SPACELESS}{_MARKS}]+)*|[{_MARKS}]|$)",
)
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Span:
    """A passage of text that was kept, removed or added."""

    kind: SpanKind
    text: str


def spans(old: str, new: str) -> list[Span]:
    """Return the phrases that were kept, removed and added between two texts."""
    before, after = _tokens(old), _tokens(new)
    changes = _phrases(opcodes([*map(_key, before)], [*map(_key, after)]), before, after)
    if not changes and old != new:
        return [span for span in (Span("out", old), Span("in", new)) if span.text]
    changed: list[Span] = []
    at = 0
    for i1, i2, j1, j2 in changes:
        stayed, gone, came = _text(after[at:j1]), _text(before[i1:i2]), _text(after[j1:j2])
        if stayed and len(came) > 1 and all(text.startswith(" ") for text in (gone, came) if text) and gone != " ":
            stayed, gone, came = f"{stayed} ", gone[1:], came[1:]
        changed += [Span("same", stayed), Span("out", gone), Span("in", came)]
        at = j2
    return [span for span in (*changed, Span("same", _text(after[at:]))) if span.text]


def opcodes(old: Sequence[Hashable], new: Sequence[Hashable]) -> Sequence[tuple[str, int, int, int, int]]:
    """Return the steps from one sequence to another, as `difflib` has them; one step for all of what is too long."""
    if len(old) * len(new) > MOST_PAIRS:
        return [("equal" if list(old) == list(new) else "replace", 0, len(old), 0, len(new))]
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def likeness(old: str, new: str) -> float:
    """Return how many words two sentences share, from 0 to 1."""
    before, after = (Counter(word for _, word in _tokens(text) if _WORD.search(word)) for text in (old, new))
    return 2 * (before & after).total() / max(before.total() + after.total(), 1)


def _tokens(text: str) -> list[tuple[str, str]]:
    """Return words and marks, each with the space before it."""
    return [(space, token) for space, token in _TOKEN.findall(text) if token or space]


def _key(token: tuple[str, str]) -> str:
    space, word = token
    # Spaces are not compared, because they change with the words beside them; any other white space is.
    return word if space in {"", " "} else space + word


def _phrases(
    opcodes: Sequence[tuple[str, int, int, int, int]],
    before: Sequence[tuple[str, str]],
    after: Sequence[tuple[str, str]],
) -> list[tuple[int, int, int, int]]:
    """Return the changes; those with only a few unchanged words between them are joined."""
    changes: list[tuple[int, int, int, int]] = []
    for tag, i1, i2, j1, j2 in opcodes:
        if tag == "equal":
            continue
        if changes:
            p1, _, q1, q2 = changes[-1]
            sizes = [max(_words(before[a:b]), _words(after[c:d])) for a, b, c, d in (changes[-1], (i1, i2, j1, j2))]
            if _words(after[q2:j1]) <= min(_BRIDGE, *sizes) and not _ends_sentence(after[q2:j1]):
                changes[-1] = (p1, i2, q1, j2)
                continue
        changes.append((i1, i2, j1, j2))
    return changes


def _words(tokens: Sequence[tuple[str, str]]) -> int:
    return sum(bool(_WORD.search(word)) for _, word in tokens)


def _ends_sentence(tokens: Sequence[tuple[str, str]]) -> bool:
    return any("\n" in space or word in {".", "!", "?"} for space, word in tokens)


def _text(tokens: Sequence[tuple[str, str]]) -> str:
    return "".join(space + word for space, word in tokens)
