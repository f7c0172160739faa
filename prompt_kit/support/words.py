"""Fits values into English sentences: articles, series, quotes, full stops, ordinals, names of languages."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from prompt_kit.support.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LINE: Final = "\x02"
"""Stands for a line break that belongs to a value, until the prompt is laid out; no value can hold it."""

KEPT: Final = "\x03"
"""Stands for a full stop that belongs to a value, after another one, until the prompt is laid out."""

_DETERMINED = pattern(
    r"(?:an?|the|this|that|these|those|some|any|each|every|no|my|your|his|her|its|our|their|one|two|three|four|five"
    r"|six|seven|eight|nine|ten|several|many|few|both|half|\d+)(?![\w'’-])|\w+['’]s(?!\w)",
    re.IGNORECASE,
)
# Pronounced with a consonant first, though written with a vowel: a university, a European, a one-way street.
_CONSONANT_SOUND = pattern(r"(?:uni(?!n|mp)|us[aeiu]|u[bkrt][aeiou]|ukr|eu|ewe|one|once|ouija|u-)", re.IGNORECASE)
# Pronounced with a vowel first, though written with a consonant or a figure: an hour, an 8-bit look, an 1800s map.
_VOWEL_SOUND = pattern(r"(?:hour|honest|honou?r|heir|8|11(?!\d)|18(?!\d)|1[18]\d\d(?!\d)|1[18]00s)", re.IGNORECASE)
# Letters that are read one by one: an SLR, an X-ray, an f/2.8 lens, but a UHD screen.
# From four letters on, capitals with a vowel are spoken as a word: a NASA badge.
_SPELLED = pattern(r"(?!(?=\w*[AEIOU])[A-Z]{4,}\b)(?:[A-Z](?:[A-Z0-9]+\b|-|\b(?!['’]))|[a-z]/\d|x-)")
_ORDER: Final = pattern(
    r"(?:Add|Animate|Arrange|Build|Change|Combine|Compare|Compose|Convert|Create|Depict|Design|Draw|Explain|Extend"
    r"|Generate|Give|Illustrate|Imagine|Make|Merge|Paint|Photograph|Place|Produce|Put|Redraw|Render|Restore|Show|Sketch"
    r"|Transform|Turn|Visuali[sz]e|Write)\b"
)
# Kinds of picture that a caption may name in every recipe.
_PICTURE: Final = pattern(
    r"\b(?:close-?up|composition|drawing|illustration|image|painting|photo|photograph|picture|portrait|rendering|selfie|shot|sketch"
    r"|snapshot|still life)s?\b"
)
KIND_WITHIN: Final = 8
"""Among how many first words a caption names the kind of picture it wants."""

_KIND_HEAD: Final = pattern(r"[;:.]| (?:of|about|as|that|which|who|for|with|showing|where|from|explaining|needs?) ")
_ARTICLE: Final = pattern(r"(?:An?|The|One|Two|Three|Four|Five|Six|My|Our|Some|Several|This)[ -]")
_SEVERAL = pattern(
    r"(?:(?:the|these|those|my|your|his|her|our|their) )?(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|several|many|few|both|some|a (?:few|couple|dozen)|(?!1\b)\d+)\b|(?:these|those)\b",
    re.IGNORECASE,
)
# A cat and a dog, but not a man in black and white.
_JOINED = pattern(
    r"(?:an?|the|one|my|his|her|their|our)\b[^,;]* and (?:an?|the|one|my|his|her|their|our)\b", re.IGNORECASE
)
_HEAD = pattern(r"[,;:(]| (?:of|in|on|at|with|from|for|under|over|by|to|that|who|which|whose) ")
_TERMS: Final = 256
"""How many lists of words, which recipes and templates name, are kept ready to be looked for."""
_ABBREVIATIONS: Final = frozenset(
    "inc ltd co corp jr sr st dr mr mrs ms prof no vs etc approx dept est ave e.g i.e a.m p.m u.s u.k".split(),
)
# A stop, and what closes with it, before a space and the beginning of another sentence.
_SENTENCE_END = pattern(r"(?<=[.!?…])([\"”’»)]?) (?=[A-Z\"“«(])")
EDGES: Final = frozenset(",;:. ")
"""What a value that stands inside a sentence does not end with."""
_SPACES = pattern(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
_CONTROLS = pattern(r"[\x00-\x08\x0e-\x1b\x1f\x7f\x80-\x84\x86-\x9f]")
_STOPS: Final = (".", "!", "?", "…", "。", "！", "？", "؟", "।", "۔", KEPT)
_CLOSERS: Final = "\"'”’»)]"


def plain(value: str) -> str:
    r"""Return a value as one line: line breaks become spaces; control characters and spaces at both ends are removed.

    >>> plain("  a happy\n red panda ")
    'a happy red panda'
    """
    if not value.isprintable():
        value = _CONTROLS.sub("", _SPACES.sub(" ", value.strip()))
    return value.strip()


def is_clause(value: str) -> bool:
    """Return whether a value can stand inside a sentence as it is; nearly all can."""
    return value.isprintable() and value[-1:] not in EDGES and value[:1] != " "


def clause(value: str) -> str:
    """Return a value as it stands inside a sentence: plain, without the comma or full stop it ends with.

    An abbreviation keeps its stop.

    >>> clause("a happy red panda."), clause("the office of Acme Inc."), clause("waiting...")
    ('a happy red panda', 'the office of Acme Inc.', 'waiting...')
    """
    if is_clause(value):
        return value
    value = plain(value).rstrip(",;: ")
    if value.endswith(".") and not value.endswith(".."):
        last = value[:-1].rpartition(" ")[2].lower()
        if last and last not in _ABBREVIATIONS and (len(last) > 1 or not last.isalpha()):
            return value[:-1].rstrip(",;: ")
    return value


def sentence(value: str) -> str:
    """Return a value as sentences of their own: plain, with a capital at the start and a stop at the end.

    >>> sentence("she laughs, eyes closed")
    'She laughs, eyes closed.'
    """
    return stopped(capital(value if value.endswith(KEPT) else plain(value)))


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, as well as punctuation and capitals show them.

    >>> sentences("The light is soft. A cup stands there.")
    ['The light is soft.', 'A cup stands there.']
    """
    return _SENTENCE_END.sub(r"\1\n", text).split("\n")


def stopped(text: str) -> str:
    """Return the text with a full stop, unless it has one."""
    return text if not text or text.rstrip(_CLOSERS).endswith(_STOPS) else text + "."


def capital(text: str) -> str:
    """Return the text with a capital first; names such as iPhone keep their own letters.

    >>> capital("soft light"), capital("iPhone case")
    ('Soft light', 'iPhone case')
    """
    first, _, _ = text.partition(" ")
    return text if first[1:].lower() != first[1:] else text[:1].upper() + text[1:]


def spoken(name: str) -> str:
    """Return the name of a recipe, parameter or choice as people read it.

    >>> spoken("shot_type"), spoken("red-panda")
    ('Shot type', 'Red panda')
    """
    return capital(name.replace("_", " ").replace("-", " "))


def article(phrase: str) -> str:
    """Return the phrase with "a" or "an", unless it has an article or another determiner.

    >>> article("unique mug"), [article(p) for p in ("Art Deco poster", "SLR photo", "her own face", "8-bit icon")]
    ('a unique mug', ['an Art Deco poster', 'an SLR photo', 'her own face', 'an 8-bit icon'])
    """
    if not phrase or _DETERMINED.match(phrase):
        return phrase
    return f"{'an' if _starts_with_vowel_sound(phrase) else 'a'} {phrase}"


def opening(caption: str, kind: str, others: str = "") -> str:
    """Return the request that a caption makes, without its stop: an order as it is, anything else after "Create".

    >>> opening("a fox", "sticker of"), opening("Draw a fox", "sticker of")
    ('Create a sticker of a fox', 'Draw a fox')
    """
    return caption if orders(caption) else f"Create {naming(caption, kind, others)}"


def orders(caption: str) -> bool:
    """Return whether a caption is an order, such as "Draw a fox".

    >>> orders("Draw a fox"), orders("a fox")
    (True, False)
    """
    return _ORDER.match(caption) is not None


def naming(caption: str, kind: str, others: str = "") -> str:
    """Return what a caption asks for as a noun phrase, which may go on in sentences.

    Args:
        caption: What somebody wants, as a phrase or as sentences.
        kind: What is made when the caption does not say it itself, with the word that leads to a phrase, such as
            ``photorealistic picture of``.
        others: Further nouns by which a caption says what kind of picture it wants, besides "photo", "drawing" and the
            like, separated by commas.

    >>> naming("a fox in the snow", "photorealistic picture of")
    'a photorealistic picture of a fox in the snow'
    >>> naming("close-up portrait of a fox", "photorealistic picture of")
    'a close-up portrait of a fox'
    >>> naming("the person in the attached photo as a chef", "sticker of")
    'a sticker of the person in the attached photo as a chef'
    >>> naming("A fox crosses the snow. It limps", "photorealistic picture of")
    'a photorealistic picture: A fox crosses the snow. It limps'
    >>> naming("timeline of tea", "infographic about", "timeline"), naming("Six small icons for tea", "icon of")
    ('a timeline of tea', 'six small icons for tea')
    """
    noun = kind.rpartition(" ")[0]
    head = " ".join(_KIND_HEAD.split(caption, maxsplit=1)[0].lower().split()[:KIND_WITHIN])
    if "attached" not in head and (_PICTURE.search(head) or _nouns(noun.rpartition(" ")[2], others).search(head)):
        named = caption[:1].lower() + caption[1:] if _ARTICLE.match(caption) else caption
        return named if is_plural(named) else article(named)
    return f"{article(noun)}: {caption}" if caption == capital(caption) else f"{article(kind)} {caption}"


@lru_cache(maxsize=_TERMS)
def _nouns(noun: str, others: str) -> re.Pattern[str]:
    """Return what matches these nouns, and those in a text with commas, in the singular and the plural."""
    every = [noun, *(other.strip() for other in others.split(",") if other.strip())]
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, every))})s?\b")


def mentions(text: str, terms: str) -> bool:
    """Return whether a text has one of these words or phrases, in any case; a ``*`` stands for any ending.

    >>> mentions("They keep the same faces", "same, consisten*"), mentions("Samedi", "same")
    (True, False)
    """
    return _terms(terms).search(text) is not None


@lru_cache(maxsize=_TERMS)
def _terms(terms: str) -> re.Pattern[str]:
    wanted = (re.escape(term.strip()).replace(r"\*", r"\w*") for term in terms.split(","))
    return re.compile(rf"\b(?:{'|'.join(wanted)})\b", re.IGNORECASE)


def is_plural(phrase: str) -> bool:
    """Return whether a noun phrase names several things, as far as its words show it.

    >>> [is_plural(p) for p in ("two cats", "a cat and a dog", "sunglasses on sand", "a glass", "the children")]
    [True, True, True, False, False]
    """
    head = _HEAD.split(phrase, maxsplit=1)[0]
    if _SEVERAL.match(head) or _JOINED.match(head):
        return True
    last = head.rpartition(" ")[2].lower()
    return not _DETERMINED.match(head) and last.endswith("s") and not last.endswith(("ss", "us", "is", "'s", "’s"))


def series(items: Iterable[str], joint: str = "and") -> str:
    """Return the items as a proper series, without empty ones; with commas inside them, semicolons keep them apart.

    >>> series(["red", "white", "blue"]), series(["a cat, asleep", "a dog"])
    ('red, white and blue', 'a cat, asleep; and a dog')
    """
    words = list(filter(None, items))
    if len(words) <= 1:
        return "".join(words)
    if "," in "".join(words):
        return "; ".join(words[:-1]) + f"; {joint} {words[-1]}"
    return ", ".join(words[:-1]) + f" {joint} {words[-1]}"


def commas(items: Iterable[str]) -> str:
    """Return the items one after the other, without empty ones, with commas between them.

    >>> commas(["at eye level", "", "with a 50mm lens"])
    'at eye level, with a 50mm lens'
    """
    return ", ".join(filter(None, items))


def quoted(text: str) -> str:
    """Return the exact words in quotes that do not occur in them.

    >>> quoted("MAREA ALTA"), quoted('the "best" mug')
    ('"MAREA ALTA"', '“the "best" mug”')
    """
    for opening, closing in ('""', "“”", "«»", "「」", "‹›", "『』"):
        if opening not in text and closing not in text:
            return f"{opening}{text}{closing}"
    return f'"{text}"'


def number(value: float) -> str:
    """Return a small whole number in words, any other in figures.

    >>> number(3), number(25), number(2.5)
    ('three', '25', '2.5')
    """
    return _NUMBERS[int(value)] if value in range(len(_NUMBERS)) else f"{value:g}"


def ordinal(position: int) -> str:
    """Return "first" for 1, "second" for 2 and so on.

    >>> ordinal(2), ordinal(21), ordinal(112)
    ('second', '21st', '112th')
    """
    if position <= len(_ORDINALS):
        return _ORDINALS[position - 1]
    ending = "th" if position % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(position % 10, "th")
    return f"{position}{ending}"


def mention(positions: Sequence[int], total: int) -> str:
    """Return how the pictures at these positions (from 1) of the attached ones are called in a sentence.

    >>> mention([1], 1), mention([2], 3), mention([1, 2], 3), mention([1, 2], 2)
    ('the attached image', 'the second image', 'the first and second images', 'the two attached images')
    """
    if len(positions) == total:
        return "the attached image" if total == 1 else f"the {number(total)} attached images"
    return f"the {series([ordinal(p) for p in positions])} image{'s' if len(positions) > 1 else ''}"


def language_name(tag: str) -> str:
    """Return the English name of a language tag such as ``de-DE``; anything else is returned as it is.

    >>> language_name("pt-BR"), language_name("Old Norse")
    ('Brazilian Portuguese', 'Old Norse')
    """
    return LANGUAGES.get(tag) or LANGUAGES.get(tag.partition("-")[0].lower()) or tag


def _starts_with_vowel_sound(phrase: str) -> bool:
    word = phrase.lstrip("\"'“‘«([")
    if _VOWEL_SOUND.match(word):
        return True
    if _SPELLED.match(word) and not word[:2].isdigit():
        return word[0] in "AEFHILMNORSXaefhilmnorsx"
    return word[:1].lower() in "aeiouàáâäåæèéêëìíîïòóôöøùúûü" and not _CONSONANT_SOUND.match(word)


_NUMBERS: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty"
).split()
_ORDINALS: Final = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"
).split()

LANGUAGES: Final = {
    "ar": "Arabic",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nb": "Norwegian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "pt-BR": "Brazilian Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
    "zh-CN": "Simplified Chinese",
    "zh-TW": "Traditional Chinese",
}
"""English names of languages by their tag (BCP 47)."""
