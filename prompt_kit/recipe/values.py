"""Converts values to what templates see."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NoReturn

from prompt_kit.errors import did_you_mean
from prompt_kit.support import words
from prompt_kit.support.patterns import pattern
from prompt_kit.support.text import shortened, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from prompt_kit.recipe.nearness import Described, NearChoices

MANY_CHOICES: Final = 15
"""Most choices that the message about a mistyped one lists."""

_HEX = pattern(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_COLOR_WORDS = pattern(r"[^\W\d_][\w '’-]{1,60}")
_NAMED_HEX = pattern(rf"{_COLOR_WORDS.pattern} \({_HEX.pattern}\)")


class WrongValueError(ValueError):
    """What is wrong with one value, with the code of `recipe.codes` for it."""

    def __init__(self, message: str, code: str, offers: tuple[tuple[str, Any], ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.offers = offers
        """What to put in its place, each with a few words that say so."""


class Chosen(str):
    """A choice as the template sees it: the words for the prompt, and the stable value to compare with."""

    __slots__ = ("own", "value")

    value: str
    own: bool
    """Whether a person wrote the words, rather than picking a choice."""

    def __new__(cls, text: str, value: str, *, own: bool = False) -> Chosen:
        """Make the words of the choice ``value``; own words have themselves as value."""
        made = super().__new__(cls, text)
        made.value = value
        made.own = own
        return made


class Phrase(str):
    """Words as the template sees them, with the information whether they name one thing or several."""

    __slots__ = ("plural",)

    plural: bool

    def __new__(cls, text: str) -> Phrase:
        """Decide by the words themselves; see `words.is_plural`."""
        made = super().__new__(cls, text)
        made.plural = words.is_plural(text)
        return made


class Copy(str):
    """Exact words for the picture as the template sees them: in quotes, line breaks kept."""

    __slots__ = ("language", "place", "text")

    text: str
    language: str
    place: str
    """Where the words are in the picture and how they look, as it was written; empty when it was left out."""

    def __new__(cls, text: str, language: str = "", place: str = "") -> Copy:
        """Quote the exact words; ``language`` is the English name of their language, or empty."""
        made = super().__new__(cls, text and words.quoted(words.LINE.join(text.split("\n"))))
        made.text = text
        made.language = language
        made.place = place
        return made


NO_COPY: Final = Copy("")
"""Stands in a list of exact words where one place has none: false in conditions, printing nothing."""

PLACE_MARK: Final = "::"
"""Stands between exact words and their place where both are written on one line: ``OPEN :: above the door``."""

_TWO_STOPS: Final = pattern(r"[!?…。！？؟।]\.$|\.{4}$|(?<!\.)\.\.$")

OWN_MARK: Final = "="
"""Stands before own words that are nearly a choice, to say that they are meant: ``=marbel``; it is left out."""

UNUSUAL: Final = object()
"""What a shortcut returns for a value that must be validated in full."""


def copier(language: str) -> Callable[[str], Copy]:
    """Return the function that makes exact words of a value, line by line."""
    name = words.language_name(language) if language else ""

    def ready(value: str) -> Copy:
        text = "\n".join(filter(None, (words.plain(line) for line in value.splitlines())))
        return Copy(text or _nothing(), name)

    return ready


def placed_copier(language: str, longest: int) -> Callable[[str], Copy]:
    """Return the function that makes exact words and their place of ``WORDS :: place``.

    Args:
        language: The language of the words, as a tag or in words; empty when it does not matter.
        longest: Most characters of the words alone.
    """
    copy = copier(language)

    def ready(value: str) -> Copy:
        # A mark at the very beginning has no words before it.
        text, mark, place = f" {value}".rpartition(f" {PLACE_MARK}")
        text = text if mark else value
        words_alone = copy(text)
        if len(words_alone.text) > longest:
            message = f"has {len(words_alone.text):,} characters; at most {longest:,} are allowed"
            raise WrongValueError(message, "too_long")
        return Copy(words_alone.text, words_alone.language, words.clause(place) if mark else "")

    return ready


def placed_text(value: Any) -> Any:
    """Return ``{words: …, place: …}`` as ``WORDS :: place``, the form in which it is recorded; others as they are."""
    if not isinstance(value, Mapping):
        return value
    if not value.keys() <= {"words", "place"} or not isinstance(value.get("words"), str):
        raise WrongValueError("must have 'words' and may have 'place', nothing else", "wrong_type")
    return f"{value['words']} {PLACE_MARK} {value.get('place') or ''}".rstrip()


def clause(value: str) -> str:
    """Return a text as it stands inside a sentence.

    Raises:
        ValueError: When nothing is left of it.
    """
    return words.clause(value) or _nothing()


def plain(value: str) -> str:
    """Return a text on one line, word for word.

    Raises:
        ValueError: When nothing is left of it.
    """
    text = words.plain(value) or _nothing()
    # Of two stops in a row the second may be the template's, except where a person wrote both.
    return text[:-1] + words.KEPT if _TWO_STOPS.search(text) else text


def _nothing() -> NoReturn:
    raise WrongValueError("is empty; leave it out or write something", "empty")


def color_words(value: str) -> str:
    """Return a colour as the model reads it best: its name, then the hex code.

    Raises:
        ValueError: When it is neither a hex code nor words.
    """
    value = value.strip()
    if _HEX.fullmatch(value):
        from prompt_kit.support.colours import color_name  # most colours are given in words

        return f"{color_name(value)} ({value})"
    if _NAMED_HEX.fullmatch(value):
        return value  # a name and its code, as the kit prints it
    if value.startswith("#") or not _COLOR_WORDS.fullmatch(value):
        raise WrongValueError("must be a colour such as '#ffcc00' (in quotes, in YAML) or 'deep teal'", "not_a_color")
    return value


def chooser(
    known: Mapping[str, Chosen], labels: Mapping[str, str], *, other: bool, bringing: Callable[[], Sequence[Described]]
) -> Callable[[str], Chosen]:
    """Return the function that turns a value into the words of its choice.

    Case, spaces, hyphens and underscores do not matter, and the label counts as the value. Own words that are nearly
    a choice are a problem, unless `OWN_MARK` stands before them.

    Args:
        known: The choices by value.
        labels: The values by the label that people read.
        other: Whether own words are welcome, too.
        bringing: Returns the choices that bring settings, which own words that only speak of them would lose; asked
            for once, when words come that are none of the values.
    """

    @cache
    def near_choices() -> NearChoices:
        from prompt_kit.recipe.nearness import NearChoices  # most values are there as they are

        return NearChoices([*labels.items(), *zip(known, known, strict=True)], bringing() if other else ())

    def choose(value: str) -> Chosen:
        chosen = known.get(value)
        if chosen is not None:
            return chosen
        own = words.clause(value)
        if other and own.startswith(OWN_MARK):
            meant = words.clause(own.removeprefix(OWN_MARK)) or _nothing()
            return Chosen(meant, meant, own=True)
        choices = near_choices()
        by_name = choices.same(own)
        if by_name is not None:
            return known[by_name]
        if not other:
            raise _not_a_choice(value, list(known))
        if not own:
            _nothing()
        if near := choices.near(own):
            raise _near_choice(own, near)
        return Chosen(own, own, own=True)

    return choose


def _not_a_choice(value: str, known: list[str]) -> WrongValueError:
    hint = did_you_mean(value, known)
    listed = f"the {len(known)} choices" if hint and len(known) > MANY_CHOICES else ", ".join(known)
    message = f"'{shortened(visible(value))}' is not one of {listed}. {hint}".strip()
    offers = tuple((f"Take '{choice}'", choice) for choice in known if f"'{choice}'" in hint)
    return WrongValueError(message, "not_a_choice", offers)


def _near_choice(own: str, near: tuple[str, ...]) -> WrongValueError:
    shown, listed = shortened(visible(own)), " or ".join(f"'{value}'" for value in near)
    message = f"'{shown}' is nearly the choice {listed}. Take that, or write '{OWN_MARK}{shown}' for your own words."
    offers = (*((f"Take '{value}'", value) for value in near), (f"Keep '{shown}'", f"{OWN_MARK}{own}"))
    return WrongValueError(message, "near_choice", offers)


def marked_own(value: Any) -> Any:
    """Return ``{own: …}`` with `OWN_MARK` before the words, the form in which it is recorded; others as they are."""
    if not isinstance(value, Mapping):
        return value
    if value.keys() != {"own"} or not isinstance(value["own"], str):
        raise WrongValueError("must have 'own' with your own words, nothing else", "wrong_type")
    return f"{OWN_MARK}{value['own']}"


def is_marked_own(given: Any) -> bool:
    """Return whether a value says that its words are meant, although they are none of the choices."""
    return isinstance(given, Mapping) or str(given).lstrip().startswith(OWN_MARK)


def own_words(ready: Any) -> tuple[str, ...]:
    """Return the words in a value that stand where choices are offered and are none of them."""
    several = ready if isinstance(ready, tuple) else (ready,)
    return tuple(str(item) for item in several if isinstance(item, Chosen) and item.own)


def canonical(given: Any, ready: Any) -> Any:
    """Return a value as plain data in one spelling, which means the same when it is given again.

    Args:
        given: The value as it was written.
        ready: The same, ready for a template.
    """
    if isinstance(ready, tuple):
        entries = given if isinstance(given, list | tuple) else (given,)
        pairs = zip(entries, ready, strict=False)
        return [_line(entry, item) if isinstance(item, Copy) else canonical(entry, item) for entry, item in pairs]
    if isinstance(ready, Chosen):
        return OWN_MARK * (is_marked_own(given) and ready.own) + ready.value
    if isinstance(ready, str):
        return str(given if isinstance(given, str | int | float) else ready)
    return ready


def _line(given: Any, copy: Copy) -> str:
    """Return one of several pieces of exact words as it is written."""
    if copy.place:
        return f"{copy.text} {PLACE_MARK} {copy.place}"
    # A mark at the very end says that another one before it belongs to the words.
    ends = str(placed_text(given)).rstrip().endswith(f" {PLACE_MARK}")
    return f"{copy.text} {PLACE_MARK}" if ends and not copy.text.endswith(PLACE_MARK) else copy.text or "-"


def is_empty(value: Any) -> bool:
    """Return whether nothing was given: ``None`` or an empty text."""
    return value is None or (value.__class__ is str and not value)


def recorded(value: Any) -> Any:
    """Return a value as a record holds it: plain data, pictures by file name."""
    if isinstance(value, list | tuple):
        return tuple([item if type(item) is str else recorded(item) for item in value])
    if isinstance(value, str | int | float):
        return value
    if isinstance(name := getattr(value, "name", None), str):
        return name
    if isinstance(value, Mapping):
        return marked_own(value) if "own" in value else placed_text(value)
    return "(picture)" if isinstance(value, bytes) else str(value)
