"""Finds passages in which an author's words say another format or size than the settings."""

from __future__ import annotations

import re
from math import log
from typing import TYPE_CHECKING, Final

from prompt_kit.review.lint import sentences

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from prompt_kit.prompt import Prompt

RATIOS: Final = frozenset("1:1 1:4 1:8 2:3 3:2 3:4 4:1 4:3 4:5 5:4 8:1 9:16 16:9 21:9".split())

# Clocks, scales and scores are written like that, too.
_RATIO: Final = re.compile(
    r"(?<!\bat )(?<!\bscale )(?<!\bscale of )(?<![\d:.])\b\d{1,2}:\d{1,2}\b(?![:.]\d)"
    r"(?!\s?(?:[ap]\.?m\b|o['’]clock|h\b|scale\b|size\b|sized\b|replica\b|model\b|copy\b|match\b))",
    re.IGNORECASE,
)
_RATIO_NOUN: Final = re.compile(r" (?:[\w-]+ )?(?:aspect ratio|format|picture|image|canvas|frame)\b", re.IGNORECASE)
_RATIO_BEFORE: Final = re.compile(
    r"\b(?:aspect ratio|format|picture|image|canvas|frame|wide|upright|square)(?: is| of| in|:)* ?$", re.IGNORECASE
)
# Sentences in which a ratio is a score, a mixture, a scale, odds or the time.
_NO_FORMAT: Final = re.compile(
    r"\bscor(?:e|es|ed|ing|eboard|eline)\b|\bmix(?:e[sd]|ing|tures?)?\b(?![ -]media)|\bdilut\w+"
    r"|(?<!-)\bscaled?\b|\bodds\b|\bbets?\b|\bclock\b|\b(?:wins?|won|lost|leads?|led|tied)(?: by)? \d{1,2}:\d",
    re.IGNORECASE,
)
_SENTENCE_END: Final = re.compile(r"[.!?](?=\s)|\n")
_PIXELS: Final = re.compile(r"\b(\d{3,5})\s?[x×]\s?(\d{3,5})\b")
_SIZE: Final = re.compile(
    r"\b([1248]K|512)(?: (?:resolution|image|picture|format|size)\b|(?<=\bin \dK)(?=\s*(?:[.,;:!?]|$)))"
)
# A portrait or a landscape is a kind of picture, too, and a wide picture may hang on a wall: only with such a noun do
# these words speak of the format.
_FORMAT: Final = r"(?:,? [\w-]+)? (?:format|orientation|aspect ratio)\b"
_PICTURE: Final = rf"(?:{_FORMAT}| (?:picture|image|canvas)\b(?!s| frame))"
_SHAPES: Final = (
    ("square", re.compile(rf"\bsquare(?:{_PICTURE}| (?:post|composition|crop)\b)", re.IGNORECASE)),
    ("upright", re.compile(rf"\b(?:(?:portrait|tall){_FORMAT}|(?:vertical|upright){_PICTURE})", re.IGNORECASE)),
    (
        "wide",
        re.compile(rf"\b(?:(?:landscape|wide|panoramic){_FORMAT}|(?:horizontal|widescreen){_PICTURE})", re.IGNORECASE),
    ),
)
_SHAPE_WORDS: Final = tuple("horizontal landscape panoramic portrait square tall upright vertical wide".split())
_NUMBERS: Final = re.compile(r"\d(?::\d|\s?[x×]\s?\d|k)|512")
# Words about another picture, or about a format that is no longer wanted.
_ELSEWHERE: Final = re.compile(
    r"\battached\b|\b(?:first|second|third|[a-z]+th|\d+(?:st|nd|rd|th)) images?\b"
    r"|\b(?:not|no|never|than|instead of|from) ",
    re.IGNORECASE,
)
_ODD: Final = 0.03
"""How far two ratios may be apart, as a logarithm, and still be the same: sizes in pixels are rounded."""


def contradictions(prompt: Prompt, own_words: Collection[str]) -> Iterator[str]:
    """Yield where the words of a prompt and its settings do not agree, never in a person's ``own_words``."""
    ratio, size = prompt.settings.aspect_ratio, prompt.settings.size
    if not any(_may_say(turn.text) for turn in prompt.turns):
        return
    for sentence in _authors(prompt, own_words):
        if ratio:
            yield from (f"the words say {other}, the settings {ratio}" for other in _other_format(sentence, ratio))
        for match in _SIZE.finditer(sentence) if size else ():
            if match[1] != size:
                yield f"the words say {match[1]}, the settings {size}"


def formats(text: str) -> Iterator[re.Match[str]]:
    """Yield the passages that name a format as a ratio, such as "16:9" or "5:7 format"; no scores or mixtures."""
    for match in _RATIO.finditer(text):
        begins = max((end.end() for end in _SENTENCE_END.finditer(text, 0, match.start())), default=0)
        end = _SENTENCE_END.search(text, match.end())
        sentence = text[begins : end.start() if end else None]
        named = _RATIO_NOUN.match(text, match.end()) or _RATIO_BEFORE.search(text[begins : match.start()])
        if named or (match[0] in RATIOS and not _NO_FORMAT.search(sentence)):
            yield match


def sizes(text: str) -> Iterator[re.Match[str]]:
    """Yield the passages that name a size that settings can ask for, such as "2K resolution" or "in 4K"."""
    return (match for match in _SIZE.finditer(text) if match[1] != "8K")


def _may_say(text: str) -> bool:
    """Return whether words may name a format or size at all; told much faster than which."""
    folded = text.casefold()
    return any(word in folded for word in _SHAPE_WORDS) or _NUMBERS.search(folded) is not None


def _authors(prompt: Prompt, own_words: Collection[str]) -> Iterator[str]:
    """Yield the sentences without what a person wrote."""
    for paragraph in sentences.paragraphs(prompt):
        for sentence in sentences.parted(paragraph, own_words):
            text = sentence.text
            for start, end in reversed(sentence.values):
                text = f"{text[:start]}…{text[end:]}"
            yield text


def _other_format(sentence: str, ratio: str) -> Iterator[str]:
    width, height = map(int, ratio.split(":"))
    for match in formats(sentence):
        if match[0] != ratio:
            yield match[0]
    for match in _PIXELS.finditer(sentence):
        if abs(log(int(match[1]) * height / (int(match[2]) * width))) > _ODD:
            yield match[0]
    shapes = [(shape, match) for shape, pattern in _SHAPES for match in pattern.finditer(sentence)]
    right = "square" if width == height else "upright" if width < height else "wide"
    if len({shape for shape, _ in shapes}) == 1 and not _ELSEWHERE.search(sentence):
        yield from (f"'{match[0]}'" for shape, match in shapes if shape != right)
