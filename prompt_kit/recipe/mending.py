"""Mends at its edges a text that goes into a sentence of the kit, and says what reads oddly there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from prompt_kit.recipe import common_words, languages
from prompt_kit.support import words
from prompt_kit.support.patterns import pattern
from prompt_kit.support.text import shortened, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

ReadsAs: TypeAlias = Literal["caption", "noun", "bare_noun", "phrase", "clause", "sentence", "exclusion", "exact"]
"""What fits a slot that cannot take any grammar.

``caption`` says what is wanted in any grammar, as the filter ``opening`` takes it, ``noun`` is a thing with its
article, ``bare_noun`` one without, ``clause`` has a subject and a verb, as after "that",
``phrase`` completes a sentence in any other way, ``sentence`` stands alone, ``exclusion`` is a thing that must not be
there, as it follows "Avoid", and ``exact`` are words as they stand in a picture, which are never mended.
"""

INSIDE: Final = frozenset({"noun", "bare_noun", "phrase", "clause", "exclusion"})
"""What stands inside a sentence, so that it has neither a capital nor a stop of its own."""

SHOWN: Final = 50
"""How much of a value a note repeats, in characters."""
SHOUTED: Final = 12
"""From how many capital letters in a row on, over at least three words, a text is all in capitals."""
WORDS_OF_A_CAPTION: Final = 4
"""From how many words on, quotes around a whole caption are no exact words for the picture."""
KEPT: Final = 1_000
"""How many texts are not looked at again: people change one field of a form and look at the prompt."""
WORDS_OF_A_NAME: Final = 7
"""From how many words on, a noun without an article is left alone: it is more than a name for a thing."""
MANY_EMOJI: Final = 3
"""From how many emoji on they are read as words."""

_DETERMINERS: Final = "an?|the"
_MASS: Final = frozenset(
    """
    air ash bamboo brass bread brick bronze canvas cardboard ceramic chalk cheese chrome clay cloth coffee
    concrete copper cork cotton daylight denim dust enamel fabric felt fire fog foliage food fruit fur glass
    glaze glitter gold grass hair ice ink iron ivory ivy jewellery jewelery lace lacquer leather light linen
    lino marble metal mist moonlight moss mud music oak oil paint paper pine plastic porcelain rain resin rice
    rubber rust salt sand satin silk silver skin smoke snow soap soil space steam steel stone stoneware straw
    sugar sunlight sunshine tea text texture tile timber time tweed varnish velvet vinyl walnut water wax
    weather wine wood wool
    """.split(),
)
"""Nouns that need no article in the singular."""
_MASS_ENDINGS: Final = tuple("ness ity ment ism ing wear ware ery ance ence ship hood".split())
_MASS_ENDED: Final = pattern(rf"\w+(?:{'|'.join(_MASS_ENDINGS)})")
# Words with which a phrase begins that needs no article, besides the determiners of `words`.
_NO_ARTICLE: Final = pattern(
    r"(?:what|who|which|where|how|whatever|whoever|everyone|everything|everybody|someone|something|anyone|anything"
    r"|nobody|nothing|him|her|them|it|me|us|you|all|both|either|enough|more|most|less|only|other|another|such|image"
    r"|picture|in|on|at|with|without|from|of|for|under|over|behind|beside|above|below|near|by|as|like|between|to|just"
    r"|exactly|mr|mrs|ms|dr|st|\w+ly|\w+ing|\w+['’]s?|\w*\d\w*)\b",
    re.IGNORECASE,
)
_PLURALS: Final = frozenset({"children", "feet", "men", "people", "teeth", "women"})
_NAME_ENDS: Final = pattern(
    r"[,;:(]| (?:of|in|on|at|with|from|for|under|over|by|to|that|who|which|whose|as|and|or|behind|beside) "
)
_STATEMENT: Final = pattern(
    r"(?:it|they|he|she|we|this|there|these) (?:is|are|was|were|should|must|can|could|will|would|shall|has|have|looks?"
    r"|needs?|wants?)\b",
    re.IGNORECASE,
)
PREPOSITIONS: Final = tuple("in on onto at into with without from of for to by".split())
"""What a phrase begins with that names no thing."""
_PREPOSITION: Final = pattern(rf"({'|'.join(PREPOSITIONS)}) ", re.IGNORECASE)
_ENDS: Final = pattern(r"(\S*?)([.!?…])[\"”’»)]* +(?=\S)")
_BULLET: Final = pattern(r"^(?:[-*•–—·]|\d{1,2}[.)])\s+")
_BULLETS: Final = pattern(r"(?:^|[\n\r])\s*(?:[-*•–—·]|\d{1,2}[.)])\s+\S")
_RUN: Final = pattern(r"[!?]{2,}$")
_LOUD: Final = pattern(r"\s*(?:[!?]+|\.{2,}|…)$")
_EMOJI: Final = pattern("[\U0001f300-\U0001faff\u2600-\u27bf][\ufe0f\u200d\U0001f3fb-\U0001f3ff]*")
_PAIRS: Final = ('""', "''", "“”", "„“", "„”", "«»", "»«", "‘’", "``")
_NEGATION: Final = pattern(
    r"(?:no|without|avoid|exclude|remove|leave (?:out|off|away)"
    r"|(?:please )?(?:do not|don['’]t)(?: (?:show|add|include|want|draw|use))?)(?: any| the)? (?=\w)",
    re.IGNORECASE,
)
_REQUEST: Final = pattern(
    r"(?:please,? |(?:can|could|would) you (?:please )?"
    r"|i(?: (?:want|need)|(?: would|['’]d) like) (?:you to |to have |to see )?)+",
    re.IGNORECASE,
)
UNFILLED: Final = frozenset({"n/a", "na", "none", "nothing", "tbd", "todo", "tba", "xxx", "?", "??", "default", "null"})
"""What people write where they have nothing to say yet."""


@dataclass(slots=True)
class Mended:
    """A text as it goes into the prompt."""

    text: str
    changes: list[str] = field(default_factory=list)
    """What was changed, each in a few words."""
    doubts: list[str] = field(default_factory=list)
    """Why it reads oddly, each as a sentence that says what to do."""

    def change(self, text: str, said: str) -> None:
        """Replace the text, and note what was changed."""
        if text and text != self.text:
            self.text = text
            self.changes.append(said)


@lru_cache(maxsize=KEPT)
def mend(value: str, fits: ReadsAs | None = None, *, goes_on: bool = False) -> Mended:
    """Return a text as it goes into its slot, with what was changed and what reads oddly.

    Args:
        value: What a person wrote.
        fits: What fits the slot; nothing is known of it when left out, so that only the edges are mended.
        goes_on: Whether further sentences may follow the first.

    >>> mend("The blue sofa!!!", "noun").text, mend("please draw a fox", "caption").text
    ('the blue sofa', 'Draw a fox')
    """
    if fits == "exact":
        return Mended(words.clause(value))
    made = Mended(re.sub(r" {2,}", " ", words.clause(value)))
    if made.text.casefold() in UNFILLED:
        made.doubts.append("it stands for a value that is not there yet. Leave it out or write it.")
        return made
    if _listed(value):
        made.doubts.append("it is a list with marks in front of its lines. Write one sentence or phrase.")
    else:
        made.change(_BULLET.sub("", made.text), "without the mark in front")
    _unquote(made, fits)
    _quiet(made, fits, goes_on=goes_on)
    if fits == "caption":
        _ask(made)
    elif fits in INSIDE:
        _place_inside(made, fits)
    made.doubts += _doubts(made.text, fits, goes_on=goes_on)
    return made


def note_of(made: Mended, value: str) -> str:
    """Return what was changed about a value as a sentence; empty when nothing was."""
    if not made.changes:
        return ""
    before, after = (shortened(visible(text), SHOWN) for text in (value.strip(), made.text))
    return f"'{before}' goes into the prompt as '{after}', {words.series(made.changes)}."


def _listed(value: str) -> bool:
    return len(_BULLETS.findall(value)) > 1


def _unquote(made: Mended, fits: ReadsAs | None) -> None:
    """Take quotes away that somebody pasted along with the text; those around exact words stay."""
    text = made.text
    if len(text) < 3 or fits == "sentence":  # noqa: PLR2004 - two quotes and a letter
        return
    inner = text[1:-1]
    paired = any(text[0] == first and text[-1] == last for first, last in _PAIRS)
    if paired and not any(mark in inner for mark in (text[0], text[-1])):
        enough = fits in INSIDE or (len(inner.split()) >= WORDS_OF_A_CAPTION and inner[:1].islower())
        made.change(words.clause(inner) if enough else text, "without the quotes around it")
    elif sum(text.count(mark) for mark in '"“”') == 1 and not (text[-1] == '"' and text[-2].isdigit()):
        made.change(text.strip('"“”').strip(), "without the lone quote")


def _quiet(made: Mended, fits: ReadsAs | None, *, goes_on: bool) -> None:
    """Take exclamation and question marks from the end where the sentence goes on, and keep one of many elsewhere."""
    text = made.text
    if fits in INSIDE and not (goes_on and len(_sentences(text)) > 1):
        bare = _LOUD.sub("", text)
        named = text.endswith("!") and not _RUN.search(text) and text.rpartition(" ")[2][:1].isupper()
        if not named:
            made.change(bare, f"without '{text[len(bare) :].strip()}'")
    else:
        run = _RUN.search(text)
        if run:
            made.change(f"{text[: run.start()]}{'?' if '?' in run[0] else '!'}", "with one mark at its end")


def _ask(made: Mended) -> None:
    """Make the order of a request: "please draw a fox", "I want a fox"."""
    rest = _REQUEST.sub("", made.text, count=1) if _REQUEST.match(made.text) else made.text
    ordered = words.capital(rest)
    first, second = ordered.split(" ", 2)[:2] if " " in ordered else ("", "")
    if words.orders(ordered) and second.lower() in common_words.OBJECTS and first.lower() in common_words.VERBS:
        if rest != made.text and rest.endswith("?"):
            ordered = ordered.rstrip("?")
        made.change(ordered, "as an instruction")
    elif rest != made.text:
        made.change(rest.rstrip("?"), "without the words before what is wanted")


def _place_inside(made: Mended, fits: ReadsAs | None) -> None:
    """Give a text that stands inside a sentence its small first letter, and what only the slot says is left out."""
    if fits == "exclusion":
        language, thing = languages.of_exclusion(made.text)
        rest = thing if language else _NEGATION.sub("", made.text, count=1)
        made.change(rest, "because the prompt says by itself that it is not wanted")
        if language:
            made.doubts.append(f"it looks {language}, and it stands inside an English sentence. Write it in English.")
        parts = [part.strip() for part in re.split(r",| and ", made.text) if part.strip()]
        if made.text.count(",") > 1 and all(len(part.split()) <= 3 for part in parts):  # noqa: PLR2004 - short names
            made.change(words.series(parts), "as a series")
    if fits == "bare_noun":
        # The template gives it the article that belongs there, so that nothing is lost.
        made.text = re.sub(rf"^(?:{_DETERMINERS}) (?=\w)", "", made.text, flags=re.IGNORECASE)
    if language := languages.named(made.text):
        made.change(language, "as its English name")
        return
    first, _, rest = made.text.partition(" ")
    lowered = first.lower()
    plain_capital = first == first.capitalize() and first != lowered
    if plain_capital and lowered in common_words.SMALL and rest and not _titled(rest):
        made.change(f"{lowered} {rest}", "with a small first letter")
    elif plain_capital and lowered in common_words.COMMON and rest[:1] == rest[:1].lower():
        made.change(f"{lowered} {rest}".strip(), "with a small first letter")


def _titled(rest: str) -> bool:
    """Return whether all words of weight are capitals, as in a title or a name."""
    heavy = [word for word in rest.split() if word.lower() not in common_words.SMALL]
    return bool(heavy) and all(word[:1].isupper() for word in heavy)


def _doubts(text: str, fits: ReadsAs | None, *, goes_on: bool) -> Iterator[str]:
    """Yield why a text reads oddly in its slot."""
    words_at_all = len(text.split()) > 2  # noqa: PLR2004 - "NASA LOGO" is no sentence
    if text.isupper() and words_at_all and sum(map(str.isalpha, text)) >= SHOUTED:
        yield "it is all in capitals, which a model takes for lettering. Write it in small letters."
    if fits == "sentence":
        return
    emoji = _EMOJI.findall(text)
    if emoji and (_EMOJI.match(text) or len(emoji) >= MANY_EMOJI):
        yield "emoji stand where words are read. Say it in words."
    language = languages.of_phrase(text)
    if language and (fits in INSIDE or (fits and text[:1].islower())):
        own = " or as whole sentences that begin with a capital" if fits == "caption" else ""
        article = text.partition(" ")[0]
        yield f"'{article}' looks {language}, and it stands inside an English sentence. Write it in English{own}."
    elif fits in INSIDE:
        yield from _doubts_inside(text, fits, goes_on=goes_on)
    elif fits and len(text.split()) < WORDS_OF_A_CAPTION and lacks_article(text) and not _names_a_kind(text):
        yield _without_article(text)


def _doubts_inside(text: str, fits: ReadsAs | None, *, goes_on: bool) -> Iterator[str]:
    """Yield why a text reads oddly inside a sentence."""
    several = _sentences(text)
    if len(several) > 1 and not goes_on:
        yield "these are several sentences inside another one. Write one phrase, and the rest in another field."
    elif _is_order(several[0], fits):
        yield "it is an instruction inside a sentence. Write the thing alone, or what completes the sentence."
    elif fits != "clause" and _STATEMENT.match(text):
        yield "it is a whole sentence inside another one. Write only what completes it."
    elif fits == "noun" and (begins := _PREPOSITION.match(text)):
        yield f"it begins with '{begins[1]}' where a thing is named. Begin with the thing and its article."
    elif fits == "noun" and lacks_article(several[0]):
        yield _without_article(several[0])


def _without_article(text: str) -> str:
    return f"it has no article. Begin with 'the' or '{words.article(text).partition(' ')[0]}'."


def _names_a_kind(text: str) -> bool:
    """Return whether a caption is the name of a kind of picture, to which a template adds the article."""
    return any(word.lower() in common_words.KINDS for word in re.findall(r"[\w-]+", text))


def _sentences(text: str) -> list[str]:
    """Return the sentences of a text; the stop of an abbreviation or an initial ends none."""
    parts, start = [], 0
    for end in _ENDS.finditer(text):
        last = end[1].strip('("“').lower()
        if end[2] == "." and (words.clause(f"x {last}.").endswith(".") or last.isdigit()):
            continue
        parts.append(text[start : end.end()].strip())
        start = end.end()
    return [*parts, text[start:]]


def _is_order(text: str, fits: ReadsAs | None) -> bool:
    """Return whether a text is an order; a phrase may begin with a verb, so that only one about the picture counts."""
    first, _, rest = text.lower().partition(" ")
    second = rest.partition(" ")[0]
    if first in common_words.FORBIDDING and (second in common_words.VERBS or first == "please" or second == "not"):
        return True
    objects = common_words.ON_ITSELF if fits in {"phrase", "clause"} else common_words.OBJECTS
    return first in common_words.VERBS and second in objects


def lacks_article(text: str) -> bool:
    """Return whether a noun in the singular that can be counted stands alone, as far as its words show it."""
    if not text[:1].isascii() or not text[:1].islower():
        return False
    ends = _NAME_ENDS.search(text)
    name = text[: ends.start()] if ends else text
    head = name.rpartition(" ")[2].lower()
    if head.endswith("s") or head in _MASS or (head.endswith(_MASS_ENDINGS) and _MASS_ENDED.fullmatch(head)):
        return False
    if head in _PLURALS or len(name.split()) >= WORDS_OF_A_NAME or " and " in text or " or " in text:
        return False
    return not (_NO_ARTICLE.match(text) or words.article(text) == text or words.is_plural(text))
