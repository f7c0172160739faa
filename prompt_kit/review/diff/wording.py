"""What changed between two texts, in whole phrases."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from prompt_kit.images import Image
    from prompt_kit.review.diff.samples import Line, LineKind

SpanKind: TypeAlias = Literal["same", "out", "in"]

CONTEXT: Final = 1
"""How many unchanged sentences are shown on each side of a change."""

_BRIDGE: Final = 2
"""Up to so many unchanged words between two changes belong to them: phrases are compared, not words."""

_ALIKE: Final = 0.3
"""From this likeness on, two passages are one that changed; below it, one went and another came."""

_MOST: Final = 1_000_000
"""Up to so many pairs of words are compared; what is longer is shown as a whole, for comparing takes its square."""

# Chinese and Japanese are written without spaces between words; each character is compared by itself.
_SPACELESS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_MARKS = re.escape('.,;:!?…"“”„«»‹›()[]{}—–') + "\u3001\u3002\u300c-\u300f\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
_TOKEN = re.compile(
    rf"(\s*)([{_SPACELESS}]|[^\s{_SPACELESS}{_MARKS}]+(?:(?<=\d)[.,:](?=\d)[^\s{_SPACELESS}{_MARKS}]+)*|[{_MARKS}]|$)",
)
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text that stayed, went or came."""

    kind: SpanKind
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A few sentences, a picture or the head of a turn, with what changed in it."""

    kind: LineKind
    spans: tuple[Span, ...]
    image: Image | None = None

    @property
    def changed(self) -> bool:
        """Whether anything in it went or came."""
        return any(span.kind != "same" for span in self.spans)


@dataclass(frozen=True, slots=True)
class Gap:
    """Sentences that did not change and are not shown."""

    sentences: int


Row: TypeAlias = Passage | Gap


def compared(old: Sequence[Line], new: Sequence[Line]) -> list[Row]:
    """Return what changed from one turn to another, each change between a little of what stayed."""
    rows: list[Row] = []
    for tag, i1, i2, j1, j2 in _opcodes(old, new):
        if tag == "equal":
            rows += _context(new[j1:j2], first=not rows, last=j2 == len(new) and i2 == len(old))
        else:
            rows += _changed(old[i1:i2], new[j1:j2])
    return rows


def spans(old: str, new: str) -> list[Span]:
    """Return the phrases that stayed, went and came between two texts."""
    before, after = _tokens(old), _tokens(new)
    changes = _phrases(_opcodes([*map(_key, before)], [*map(_key, after)]), before, after)
    if not changes and old != new:
        return [span for span in (Span("out", old), Span("in", new)) if span.text]
    found: list[Span] = []
    at = 0
    for i1, i2, j1, j2 in changes:
        stayed, gone, came = _text(after[at:j1]), _text(before[i1:i2]), _text(after[j1:j2])
        if stayed and len(came) > 1 and all(text.startswith(" ") for text in (gone, came) if text) and gone != " ":
            stayed, gone, came = f"{stayed} ", gone[1:], came[1:]
        found += [Span("same", stayed), Span("out", gone), Span("in", came)]
        at = j2
    return [span for span in (*found, Span("same", _text(after[at:]))) if span.text]


def _opcodes(old: Sequence[Hashable], new: Sequence[Hashable]) -> Sequence[tuple[str, int, int, int, int]]:
    if len(old) * len(new) > _MOST:
        return [("equal" if list(old) == list(new) else "replace", 0, len(old), 0, len(new))]
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def _context(lines: Sequence[Line], *, first: bool, last: bool) -> Iterator[Row]:
    """Yield unchanged lines: the nearest to the changes, and how many others there are."""
    head, body = (lines[:1], lines[1:]) if lines[0].kind == "turn" else (lines[:0], lines)
    yield from (Passage("turn", (Span("same", line.text),)) for line in head)
    body = [line for line in body if line.kind == "text"]
    before, after = (0 if first else CONTEXT), (0 if last else CONTEXT)
    hidden = len(body) - before - after
    if hidden <= 1:  # a note in place of one sentence would save nothing
        yield from (Passage("text", (Span("same", line.text),)) for line in body)
        return
    yield from (Passage("text", (Span("same", line.text),)) for line in body[:before])
    yield Gap(hidden)
    yield from (Passage("text", (Span("same", line.text),)) for line in body[len(body) - after :])


def _changed(old: Sequence[Line], new: Sequence[Line]) -> Iterator[Passage]:
    both: tuple[tuple[Sequence[Line], SpanKind], ...] = ((old, "out"), (new, "in"))
    for lines, kind in both:
        for line in lines:
            if line.kind in {"picture", "turn"}:
                yield Passage(line.kind, (Span(kind, line.text),), line.image)
    before, after = _joined(old), _joined(new)
    if before == after == "" and {line.kind for line in (*old, *new)} == {"break"}:
        yield Passage("break", (Span("in" if new else "out", "¶"),))
    found = spans(before, after)
    stayed = sum(len(span.text) for span in found if span.kind == "same")
    if 2 * stayed >= _ALIKE * (len(before) + len(after)) and found:
        yield Passage("text", tuple(found))
        return
    pairs = _paired(*([line.text for line in lines if line.kind == "text"] for lines in (old, new)))
    for kind, group in groupby(pairs, lambda pair: "same" if all(pair) else "out" if pair[0] else "in"):
        several = list(group)
        if kind == "same":
            yield from (Passage("text", tuple(spans(*pair))) for pair in several)
        else:
            yield Passage("text", (Span(kind, " ".join(one or other for one, other in several)),))


def _paired(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str]]:
    """Return sentences in pairs, those that are most alike together; alone, beside nothing, those like no other."""
    if len(old) * len(new) > _MOST // 100:
        return [*((one, "") for one in old), *(("", other) for other in new)]
    likeness = [[_likeness(one, other) for other in new] for one in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], likeness[i][j] + best[i + 1][j + 1])
    pairs: list[tuple[str, str]] = []
    i = j = 0
    while i < len(old) or j < len(new):
        if i < len(old) and best[i][j] == best[i + 1][j]:
            pairs.append((old[i], ""))
            i += 1
        elif j < len(new) and best[i][j] == best[i][j + 1]:
            pairs.append(("", new[j]))
            j += 1
        else:
            pairs.append((old[i], new[j]))
            i, j = i + 1, j + 1
    return pairs


def _likeness(one: str, other: str) -> float:
    """Return how many words two sentences share, from 0 to 1; 0 when too few for them to be the same sentence."""
    before, after = (Counter(word for _, word in _tokens(text) if _WORD.search(word)) for text in (one, other))
    shared = 2 * (before & after).total() / max(before.total() + after.total(), 1)
    return shared if shared >= _ALIKE else 0.0


def _joined(lines: Sequence[Line]) -> str:
    """Return the words of some lines as running text, paragraphs apart."""
    words = (line for line in lines if line.kind in {"text", "break"})
    paragraphs = (group for kind, group in groupby(words, lambda line: line.kind) if kind == "text")
    return "\n\n".join(" ".join(line.text for line in group) for group in paragraphs)


def _tokens(text: str) -> list[tuple[str, str]]:
    """Return words and marks, each with the space before it."""
    return [(space, token) for space, token in _TOKEN.findall(text) if token or space]


def _key(token: tuple[str, str]) -> str:
    space, word = token
    # Spaces come and go with the words beside them; any other white space is told apart.
    return word if space in {"", " "} else space + word


def _phrases(
    opcodes: Sequence[tuple[str, int, int, int, int]],
    before: Sequence[tuple[str, str]],
    after: Sequence[tuple[str, str]],
) -> list[tuple[int, int, int, int]]:
    """Return the changes, those that only a few words keep apart as one."""
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
