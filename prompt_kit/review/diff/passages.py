"""Compares two turns: passages with their changes, and how much around them did not change."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final, TypeAlias

from prompt_kit.support.worddiff import MOST_PAIRS, Span, SpanKind, likeness, opcodes, spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prompt_kit.images import Image
    from prompt_kit.review.lines import Line, LineKind

CONTEXT: Final = 1
"""How many unchanged sentences are shown on each side of a change."""

_ALIKE: Final = 0.3
"""Least likeness, from 0 to 1, of two passages that count as one that changed; below, one was removed and one added."""


@dataclass(frozen=True, slots=True)
class ComparedPassage:
    """A few sentences, a picture or the head of a turn, with what changed in it."""

    kind: LineKind
    spans: tuple[Span, ...]
    image: Image | None = None

    @property
    def changed(self) -> bool:
        """Whether anything in it was removed or added."""
        return any(span.kind != "same" for span in self.spans)


@dataclass(frozen=True, slots=True)
class Gap:
    """Sentences that did not change and are not shown."""

    sentences: int


Row: TypeAlias = ComparedPassage | Gap


def compared(old: Sequence[Line], new: Sequence[Line]) -> list[Row]:
    """Return what changed from one turn to another, each change with a few unchanged sentences around it."""
    rows: list[Row] = []
    for tag, i1, i2, j1, j2 in opcodes(old, new):
        if tag == "equal":
            rows += _context(new[j1:j2], first=not rows, last=j2 == len(new) and i2 == len(old))
        else:
            rows += _changed(old[i1:i2], new[j1:j2])
    return rows


def _context(lines: Sequence[Line], *, first: bool, last: bool) -> Iterator[Row]:
    """Yield unchanged lines: the nearest to the changes, and how many others there are."""
    head, body = (lines[:1], lines[1:]) if lines[0].kind == "turn" else (lines[:0], lines)
    yield from (ComparedPassage("turn", (Span("same", line.text),)) for line in head)
    body = [line for line in body if line.kind == "text"]
    before, after = (0 if first else CONTEXT), (0 if last else CONTEXT)
    hidden = len(body) - before - after
    if hidden <= 1:  # a note in place of one sentence would save nothing
        yield from (ComparedPassage("text", (Span("same", line.text),)) for line in body)
        return
    yield from (ComparedPassage("text", (Span("same", line.text),)) for line in body[:before])
    yield Gap(hidden)
    yield from (ComparedPassage("text", (Span("same", line.text),)) for line in body[len(body) - after :])


def _changed(old: Sequence[Line], new: Sequence[Line]) -> Iterator[ComparedPassage]:
    both: tuple[tuple[Sequence[Line], SpanKind], ...] = ((old, "out"), (new, "in"))
    for lines, kind in both:
        for line in lines:
            if line.kind in {"picture", "turn"}:
                yield ComparedPassage(line.kind, (Span(kind, line.text),), line.image)
    before, after = _joined(old), _joined(new)
    if before == after == "" and {line.kind for line in (*old, *new)} == {"break"}:
        yield ComparedPassage("break", (Span("in" if new else "out", "¶"),))
    phrases = spans(before, after)
    stayed = sum(len(span.text) for span in phrases if span.kind == "same")
    if 2 * stayed >= _ALIKE * (len(before) + len(after)) and phrases:
        yield ComparedPassage("text", tuple(phrases))
        return
    pairs = _paired(*([line.text for line in lines if line.kind == "text"] for lines in (old, new)))
    for kind, group in groupby(pairs, lambda pair: "same" if all(pair) else "out" if pair[0] else "in"):
        several = list(group)
        if kind == "same":
            yield from (ComparedPassage("text", tuple(spans(*pair))) for pair in several)
        else:
            yield ComparedPassage("text", (Span(kind, " ".join(before or after for before, after in several)),))


def _paired(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str]]:
    """Return sentences in pairs, the most similar together; a sentence like no other is paired with nothing."""
    if len(old) * len(new) > MOST_PAIRS // 100:
        return [*((before, "") for before in old), *(("", after) for after in new)]
    shares = [[_share(before, after) for after in new] for before in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], shares[i][j] + best[i + 1][j + 1])
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


def _share(before: str, after: str) -> float:
    """Return how many words two sentences share, from 0 to 1; 0 when too few for them to be the same sentence."""
    share = likeness(before, after)
    return share if share >= _ALIKE else 0.0


def _joined(lines: Sequence[Line]) -> str:
    """Return the words of some lines as running text, paragraphs apart."""
    words = (line for line in lines if line.kind in {"text", "break"})
    paragraphs = (group for kind, group in groupby(words, lambda line: line.kind) if kind == "text")
    return "\n\n".join(" ".join(line.text for line in group) for group in paragraphs)
