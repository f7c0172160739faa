"""What people fill in: realistic values for any recipe, drawn by a seed."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import builtin_recipes
from builtin_recipes import LIBRARY

from prompt_kit.images import Image, open_image
from prompt_kit.recipe.assembly import example_recipes
from prompt_kit.recipe.library import built_in
from prompt_kit.recipe.parameters import (
    MAX_TEXT,
    Boolean,
    ChoiceOf,
    ChoicesOf,
    Color,
    CopiesOf,
    CopyText,
    Integer,
    ListOf,
    LongText,
    Number,
)
from prompt_kit.recipe.values import PLACE_MARK, Copy, color_words, placed_copier
from prompt_kit.support import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.recipe import Recipe

PHRASES = [
    "a hand-thrown stoneware jug",
    "an hour-long queue",
    "two elderly fishermen",
    "the harbour at dawn",
    "copper pans and ladles",
    "her grandmother's kitchen, seen from the garden",
    "a 1960s transistor radio.",
    "children in yellow raincoats",
    "an MRI scanner",
    "Lake Bled",
    "the reading room of a library, late in the evening",
    "Dr. Osei, a vet from Accra",
    "one single umbrella",
    "the offices of Lindqvist & Sons Ltd.",
]
"""Things, people and places as they stand inside a sentence: in the singular and plural, with commas and stops."""

DOINGS = [
    "leaning into the wind",
    "laughing, with both hands in the air",
    "waiting for the last bus.",
    "arguing over a map",
]
"""What somebody is doing, as it follows after a comma."""

EXACT = [
    "MAREA ALTA",
    "Closed on Mondays",
    "Guten Morgen!",
    "Ça va ?",
    "東京の夜",
    "مرحبا بكم",
    "25 % off",
    'The "best" mug',
]
"""Words that stand in pictures, in several languages."""

SENTENCES = [
    "She has just heard good news",
    "It has rained all night. The streets are still wet",
    "Nobody has sat in this chair for years, and it shows!",
]
"""Sentences of a person's own, the last one at times without its stop."""

COLORS = ["#ffcc00", "deep teal", "#0a2342", "ivory"]

_DETERMINER = re.compile(r"(?:an?|the|her|his|their|two|three|one) ", re.IGNORECASE)
_DOING = re.compile(r"\w+ing\b")
_WHOLE = re.compile(r"\bclauses?\b|\bthat …|\bin which …|\bwhat happens\b", re.IGNORECASE)
_SUGGESTED = re.compile(r'such as "([^"]+)"')


@dataclass(frozen=True)
class Filled:
    """A prompt that somebody's values made."""

    recipe: str
    paragraphs: tuple[str, ...]
    theirs: tuple[str, ...]
    """What the person wrote, as it stands in the paragraphs; the longest first."""


def filled(name: str, count: int, seed: int = 1) -> Iterator[Filled]:
    """Yield prompts of one recipe under random values and strategies; the same ones for the same seed."""
    dice = random.Random(f"{name} {seed}")
    goes = [s for s in LIBRARY.names("strategy") if not _recipe(name).objection(LIBRARY.strategy(s))]
    for _ in range(count):
        extra = dice.sample(goes, dice.choice([0, 0, 0, 1, 1, 2])) if len(goes) > 1 else []
        yield _filled(_recipe(name, *sorted(extra)), dice)


def examples(name: str) -> Iterator[Filled]:
    """Yield the prompts of a recipe's examples, and of those of strategies that name it."""
    for kind, owner in [("recipe", name), *(("strategy", strategy) for strategy in LIBRARY.names("strategy"))]:
        for example, recipe in _rehearsed(kind, owner).items():
            if recipe.name == name:
                mixed = recipe.using(*recipe.examples[example].uses)
                values = dict(recipe.examples[example].values)
                yield _made(mixed, values, [turn.text for turn in recipe.render_example(example).turns])


@cache
def _rehearsed(kind: str, name: str) -> dict[str, Recipe]:
    return example_recipes(kind, name, LIBRARY)


@cache
def _recipe(name: str, *strategies: str) -> Recipe:
    return builtin_recipes.recipe(name).using(*strategies)


@cache
def _pictures() -> tuple[Image, ...]:
    return tuple(open_image(path) for path in sorted((built_in()[0] / "pictures").glob("*.png")))


def _filled(recipe: Recipe, dice: random.Random) -> Filled:
    fullness = dice.choice([0.1, 0.35, 0.65, 0.95])
    values: dict[str, Any] = {}
    for name, parameter in recipe.parameters.items():
        if not parameter.locked and (parameter.required or dice.random() < fullness):
            values[name] = _value(recipe, name, dice)
    for name in recipe.parameters:  # conditions name what stands before or after; a chain of them is at most this long
        if not _asked(recipe, name, values):
            values.pop(name, None)
    for name, slot in recipe.references.items():
        if _asked(recipe, name, values) and (slot.min or dice.random() < fullness):
            values[name] = dice.sample(_pictures(), dice.randint(max(slot.min, 1), slot.max))
        if slot.described_by in values:
            values[slot.described_by] = values[slot.described_by][: len(values.get(name, []))]
    values = {name: value for name, value in values.items() if value != []}
    return _made(recipe, values, [turn.text for turn in recipe.render(**values).turns])


def _made(recipe: Recipe, values: dict[str, Any], texts: list[str]) -> Filled:
    theirs = {piece for name, value in values.items() for piece in _pieces(recipe.parameters.get(name), value)}
    paragraphs = dict.fromkeys(p.replace("\n", " ") for text in texts for p in text.split("\n\n"))
    return Filled(recipe.name, tuple(paragraphs), tuple(sorted(filter(None, theirs), key=len, reverse=True)))


def _asked(recipe: Recipe, name: str, values: dict[str, Any]) -> bool:
    asked = recipe.parameters.get(name) or recipe.references[name]
    return all(_meets(recipe, other, wanted, values) for other, wanted in asked.show_if.items())


def _meets(recipe: Recipe, other: str, wanted: Any, values: dict[str, Any]) -> bool:
    value = values.get(other, recipe.parameters[other].default if _asked(recipe, other, values) else None)
    if isinstance(wanted, bool):
        return bool(value) is wanted
    given = value if isinstance(value, list) else [value]
    return any(v in (wanted if isinstance(wanted, list) else [wanted]) for v in given)


def _value(recipe: Recipe, name: str, dice: random.Random) -> Any:
    parameter = recipe.parameters[name]
    match parameter:
        case Boolean():
            return dice.random() < 0.7
        case Number() | Integer():
            return dice.randint(int(parameter.min or 1), int(parameter.max or 30))
        case ChoiceOf():
            return dice.choice([*parameter.choices, *_own(recipe, name)])
        case ChoicesOf():
            return _some(dice, [*parameter.choices, *_own(recipe, name)], parameter.min, parameter.max)
        case ListOf() | CopiesOf():
            return _some(dice, list(_own(recipe, name)), parameter.min, parameter.max)
    return dice.choice(_own(recipe, name))


def _some(dice: random.Random, pool: list[Any], least: int | None, most: int | None) -> list[Any]:
    least = max(least or 1, 1)
    return dice.sample(pool, dice.randint(min(least, len(pool)), max(least, min(most or 4, 4, len(pool)))))


def _own(recipe: Recipe, name: str) -> tuple[Any, ...]:
    """Return what people write into a field: what its own examples say, and more of the same kind."""
    return _pool(name, recipe.name, *(strategy.name for strategy in recipe.strategies))


@cache
def _pool(name: str, *names: str) -> tuple[Any, ...]:
    recipe = _recipe(*names)
    parameter = recipe.parameters[name]
    if isinstance(parameter, Color):
        return (*COLORS, *parameter.examples)
    seen = [*parameter.examples, *_used(recipe, name)]
    if isinstance(parameter, ChoiceOf | ChoicesOf):
        known = {*parameter.choices, *(choice.label for choice in parameter.choices.values())}
        seen += _SUGGESTED.findall(parameter.help)
        return tuple(dict.fromkeys(v for v in seen if v not in known)) if parameter.other else ()
    longest = getattr(parameter, "max_length", None) or 1000
    return tuple(dict.fromkeys(v for v in [*seen, *_more(parameter, seen)] if len(v) <= longest))


def _used(recipe: Recipe, name: str) -> Iterator[Any]:
    """Yield what the examples of the recipe and of its strategies fill in here."""
    given = [example.values for example in recipe.spec.examples.values()]
    given += [example.values for strategy in recipe.strategies for example in strategy.spec.examples.values()]
    for values in given:
        value = values.get(name, [])
        yield from (v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str))


def _more(parameter: Parameter, seen: list[str]) -> list[str]:
    if isinstance(parameter, CopyText | CopiesOf):
        gaps = ["-"] if isinstance(parameter, CopiesOf) and parameter.gaps else []
        return [*EXACT, *gaps, *(_with_places(seen) if _is_placed(parameter) else [])]
    if isinstance(parameter, LongText):
        return SENTENCES
    first = str(seen[0]) if seen else "a thing"
    if _DETERMINER.match(first) and not _WHOLE.search(parameter.help):
        return PHRASES
    return DOINGS if _DOING.match(first) else []


def _is_placed(parameter: Parameter | None) -> bool:
    return isinstance(parameter, CopiesOf) and parameter.placed


def _with_places(seen: list[str]) -> list[str]:
    """Return other exact words at the places that the recipe's own examples name."""
    places = [place for entry in seen if (place := placed_copier("", MAX_TEXT)(entry).place)]
    return [f"{exact} {PLACE_MARK} {place}" for exact, place in zip(EXACT, places, strict=False)]


def _pieces(parameter: Parameter | None, value: Any) -> Iterator[str]:
    """Yield what of a value stands in the prompt as the person wrote it."""
    if parameter is None or not isinstance(value, str | list):
        return
    for one in value if isinstance(value, list) else [value]:
        if isinstance(parameter, ChoiceOf | ChoicesOf) and one in parameter.choices:
            continue
        if isinstance(parameter, Color):
            yield color_words(one)
        elif _is_placed(parameter):
            exact = placed_copier("", MAX_TEXT)(one)
            yield from (exact.replace(words.LINE, " "), exact.place)
        elif isinstance(parameter, CopyText | CopiesOf):
            yield Copy(one).replace(words.LINE, " ")
        else:
            ready = words.clause(one)
            yield from (words.plain(one), ready, words.quoted(ready))
            if len(ready.split()) > 2:  # a shorter one may begin a sentence of the kit's by chance
                yield words.capital(ready)
