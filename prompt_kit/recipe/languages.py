"""Tells by its first words whether a phrase is in another language than English, and names languages in English."""

from __future__ import annotations

import re
from typing import Final

from prompt_kit.support.patterns import pattern
from prompt_kit.support.words import LANGUAGES

_SURE: Final = {
    "German": "der das dem ein eine einen einem einer eines",
    "French": "une",
    "Spanish": "una el los las unos unas",
    "Italian": "il gli uno",
    "Dutch": "het een",
    "Portuguese": "um uma",
}
"""Articles that begin no English phrase when they are written small."""

_UNSURE: Final = {
    "German": "die den des",
    "French": "le la les un des du",
    "Spanish": "un la",
    "Italian": "un la lo i le",
    "Dutch": "de",
    "Portuguese": "o a os as",
}
"""Articles that could be an English word or begin a name; another sign must be there."""

_SIGNS: Final = {
    "German": "und mit im am vom zum auf unter über vor hinter neben ohne von aus für der die das dem den ein eine"
    " einem einer",
    "French": "et avec dans sur sous devant du des une de au aux sans qui en",
    "Spanish": "y con en sobre bajo del de al una un sin que por para",
    "Italian": "con nel nella sul sulla della di del sotto senza che e per una un",
    "Dutch": "met op onder van en in het een aan bij zonder voor",
    "Portuguese": "com em no na sobre do da de sem uma um para",
}
"""Small words that show the language of what stands around them."""

_LETTERS: Final = {
    "German": "äöüß",
    "French": "éèêëàâçîïôûœ",
    "Spanish": "áéíóúñ",
    "Italian": "àèéìòù",
    "Dutch": "ëï",
    "Portuguese": "ãõáâéêíóôç",
}

_NONE: Final = {
    "German": r"kein(?:e[nmrs]?)?|ohne|bitte (?:ohne|kein(?:e[nmrs]?)?)",
    "French": r"pas (?:de|d['’](?=\w))|sans(?! serif)|aucune?",
    "Spanish": r"sin(?! (?:city|cities|bins?)\b)|ning[uú]n[ao]?",
    "Italian": r"senza|nessun[ao]?",
    "Dutch": r"geen|zonder",
    "Portuguese": r"sem|nenhuma?",
}
"""What begins a phrase that says something is not wanted."""
_EXCLUDES: Final = {
    language: pattern(rf"(?:{none})(?: |(?<=['’]))(?=\w)", re.IGNORECASE) for language, none in _NONE.items()
}

_PLACES: Final = {
    "German": "oben unten links rechts mittig daneben darunter darüber",
    "Dutch": "boven onder bovenaan onderaan rechtsboven linksboven rechtsonder linksonder",
    "French": "gauche droite haut milieu dessous dessus",
    "Spanish": "arriba abajo izquierda derecha",
    "Italian": "sopra sotto sinistra destra",
    "Portuguese": "acima abaixo esquerda direita embaixo",
}
"""Words for places. A phrase with small English words is English all the same."""

_ENGLISH: Final = frozenset("the of and with in on at to from by for an is are its his her their".split())
_SHARED: Final = frozenset("in a am an at van under on so des die door de em no op".split())
"""Small words that English has, too, or that stand in its names."""
_SMALL: Final = {
    **{language: frozenset(f"{_SURE[language]} {signs}".split()) - _SHARED for language, signs in _SIGNS.items()},
    "English": _ENGLISH - {"in", "an", "on", "at", "is", "by"},
}
"""Small words of each language, without those that it shares with English."""
_OWN_NAMES: Final = {
    "deutsch": "German",
    "français": "French",
    "francais": "French",
    "español": "Spanish",
    "espanol": "Spanish",
    "italiano": "Italian",
    "nederlands": "Dutch",
    "português": "Portuguese",
    "portugues": "Portuguese",
}
NAMES: Final = {name.casefold(): name for name in LANGUAGES.values()} | _OWN_NAMES
"""English names of languages by what people write for them, in small letters."""
ARTICLES: Final = frozenset(" ".join((*_SURE.values(), *_UNSURE.values())).split())
"""Everything that can be an article in another language, in small letters."""
SIGNS: Final = frozenset(" ".join(_SIGNS.values()).split())
"""Everything that can show another language, in small letters."""
PORTUGUESE: Final = frozenset(_SIGNS["Portuguese"].split())
"""Small words of the language that shares the article "a"."""
_WORD: Final = pattern(r"[^\W\d_]+")
# "un" belongs to four languages, so that another sign decides which; alone it is still no English.
_NO_ENGLISH: Final = frozenset({"un"})


def named(text: str) -> str:
    """Return the English name of the language that a text names in small letters or in that language itself.

    >>> named("german"), named("Deutsch"), named("German"), named("the red fox")
    ('German', 'German', '', '')
    """
    name = NAMES.get(text.casefold(), "")
    return "" if name == text else name


def of_phrase(text: str) -> str:
    """Return the language of a noun phrase that begins with an article of it; empty where that is not sure.

    >>> of_phrase("der rote Drache"), of_phrase("die Katze auf dem Dach"), of_phrase("a die-cut label")
    ('German', 'German', '')
    >>> of_phrase("la casa"), of_phrase("la casa sobre el mar"), of_phrase("Las Vegas at night")
    ('', 'Spanish', '')
    """
    written = _WORD.findall(text)
    if len(written) < 2:  # noqa: PLR2004 - an article and its noun
        return ""
    first, rest = written[0], written[1:]
    if first.lower() not in ARTICLES:
        return ""
    others = {word.lower() for word in rest}
    signs = {language: _signs(language, first.lower(), rest, others) for language in _SURE}
    likely = max(signs, key=lambda language: signs[language])
    english = len(others & (_ENGLISH - {"in", "an", "is", "at"}))
    sure = next((language for language, articles in _SURE.items() if first in articles.split()), "")
    if sure and not english and written[1][:1].islower() | (sure == "German"):
        return sure
    if first in _NO_ENGLISH and not english:
        return likely if signs[likely] else "Spanish, French or Italian"
    known = first.lower() in f"{_SURE[likely]} {_UNSURE[likely]}".split()
    needed = 1 if first == first.lower() and first not in {"a", "i", "o", "as"} else 2
    return likely if known and signs[likely] >= needed + english else ""


def of_exclusion(text: str) -> tuple[str, str]:
    """Return the language in which a phrase says that something is not wanted, and the phrase without these words.

    >>> of_exclusion("keine Menschen"), of_exclusion("pas d'ombres"), of_exclusion("sans serif letters")
    (('German', 'Menschen'), ('French', 'ombres'), ('', 'sans serif letters'))
    """
    for language, excludes in _EXCLUDES.items():
        if begins := excludes.match(text):
            return language, text[begins.end() :]
    return "", text


def of_words(text: str) -> str:
    """Return the language of exact words by the small words in them; empty where that is not sure.

    >>> of_words("Freibad mit Blick auf den See"), of_words("The best coffee of the town"), of_words("La Casa Rosa")
    ('German', 'English', '')
    """
    said = {word.lower() for word in _WORD.findall(text)}
    signs = {language: len(said & small) for language, small in _SMALL.items()}
    likely = max(signs, key=lambda language: signs[language])
    others = max(count for language, count in signs.items() if language != likely)
    return likely if signs[likely] > max(1, 2 * others) else ""


def of_place(text: str) -> str:
    """Return the language of words for a place; empty where they are English or that is not sure.

    >>> of_place("links oben"), of_place("à gauche"), of_place("below the links"), of_place("neben dem Glas")
    ('German', 'French', '', 'German')
    """
    said = {word.lower() for word in _WORD.findall(text)}
    if said & (_ENGLISH - {"in", "an", "is", "at"}):
        return ""
    signs = {
        language: 2 * len(said & set(places.split())) + len(said & (set(_SIGNS[language].split()) - _SHARED))
        for language, places in _PLACES.items()
    }
    likely = max(signs, key=lambda language: signs[language])
    return likely if signs[likely] > 1 else ""


def _signs(language: str, first: str, rest: list[str], others: set[str]) -> int:
    """Return how many signs of a language there are in the words after the first."""
    if first not in f"{_SURE[language]} {_UNSURE[language]}".split():
        return 0
    signs = len((others & set(_SIGNS[language].split())) - {"in", "a"})
    signs += sum(any(letter in word.lower() for letter in _LETTERS[language]) for word in rest)
    # German nouns have a capital wherever they stand; the last word of an English phrase has one only in a name.
    inflected = language == "German" and first in {"die", "den", "des"} and rest[-1][:1].isupper()
    return signs + (inflected and (len(rest) == 1 or rest[0][:1].islower()))
