"""Reads what is compared: one or two axes, and the values along each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from prompt_kit.catalogue import Catalogue
from prompt_kit.errors import Problem, PromptKitError, did_you_mean
from prompt_kit.generators.standing import with_access
from prompt_kit.images import Image
from prompt_kit.prompt import SETTINGS, SIZES, TIERS, Grounding, Thinking
from prompt_kit.support.words import series, spoken
from prompt_kit.work.planning import default_generator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from prompt_kit.catalogue import Model
    from prompt_kit.generators import Generator
    from prompt_kit.project import Project
    from prompt_kit.recipe.recipe import Recipe

ALL: Final = "*"
"""Stands for everything an axis can be."""

MOST_AXES: Final = 2

FIRST: Final = ("tier", "model", "generator", "size", "aspect_ratio", "thinking", "grounding", "strategy", "example")
"""The axes of every recipe; the words are reserved, so that no parameter has one of them."""

WITHOUT: Final = "none"
"""The strategy that is none."""

_ANY_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "size": SIZES,
    "thinking": get_args(Thinking),
    "grounding": get_args(Grounding),
}
_OF_MODELS: Final = {"size": "sizes", "aspect_ratio": "aspect_ratios", "thinking": "thinking", "grounding": "grounding"}
"""Settings of which each model offers some, and the model's field that has them."""
_YES_OR_NO: Final = {"true": "yes", "yes": "yes", "on": "yes", "1": "yes"}
_VALUE: Final = re.compile(r'\s*(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<plain>[^,]*?))\s*(?:,|\Z)')

Kind: TypeAlias = Literal["parameter", "pictures", "setting", "strategy", "example", "generator"]
Across: TypeAlias = "Mapping[str, Any]"
"""Values by axis: a sequence of them, or ``*`` for all; ``None`` among them leaves the parameter out."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is the same in all cells."""

    recipe: Recipe
    values: Mapping[str, Any]
    """As `Recipe.render` takes them."""
    settings: Mapping[str, Any]
    generator: str | Generator | None
    """By name, or the generator itself; ``None`` when each cell takes the one that suits it."""
    project: Project
    count: int = 1
    """How many times each prompt is made."""
    paths: bool = False
    """Whether texts in a slot for pictures are paths."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an axis."""

    key: str
    """As it is written: ``kawaii``."""
    label: str
    """As people read it: "Kawaii"."""
    given: Any = field(compare=False)
    """What the recipe is given; ``None`` leaves it out."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One thing that differs from cell to cell."""

    name: str
    kind: Kind
    title: str
    """As people read it."""
    values: tuple[Value, ...]
    choices: tuple[str, ...] = ()
    """All possible values, where they are a list."""


def parsed(texts: Iterable[str]) -> dict[str, list[str | None]]:
    """Return the axes of ``style=kawaii,flat`` and the like, in order; an axis that comes again adds its values.

    An axis alone stands for all its values. A value in double quotes may hold commas, a quote in it is doubled, and
    ``""`` leaves the parameter out.
    """
    across: dict[str, list[str | None]] = {}
    for text in texts:
        name, sign, values = text.partition("=")
        across.setdefault(_written(name), []).extend(_split(values) if sign else [ALL])
    return across


def _split(text: str) -> list[str | None]:
    values: list[str | None] = []
    at = 0
    while at <= len(text):
        match = _VALUE.match(text, at)
        if match is None:  # pragma: no cover - the pattern takes every text
            break
        quoted = match["quoted"]
        values.append(match["plain"] if quoted is None else quoted.replace('""', '"') or None)
        at = match.end() if match[0].endswith(",") else len(text) + 1
    return values


def axes(given: Given, across: Across, problems: list[Problem]) -> tuple[Axis, ...]:
    """Return the axes with all their values; everything that is wrong is added to ``problems``."""
    if not 1 <= len(across) <= MOST_AXES:
        many = series([f"'{name}'" for name in across])
        problems.append(
            Problem(f"{len(across)} axes are asked for: {many}. Compare across one or two.")
            if across
            else Problem("There is nothing to compare. Say what differs, such as 'tier' or a parameter of the recipe.")
        )
    made: list[Axis] = []
    # What models offer is asked last, when it is clear which models there are.
    for name in sorted(across, key=lambda name: _written(name) in _OF_MODELS):
        axis = _axis(given, name, across[name], made, problems)
        if axis is not None:
            made.append(axis)
    names = {axis.name for axis in made}
    if {"tier", "model"} <= names:
        problems.append(Problem("tier: a model decides the tier. Compare one of them."))
    order = [_written(name) for name in across]
    return tuple(sorted(made, key=lambda axis: order.index(axis.name)))


def _axis(given: Given, name: str, wanted: Any, others: Sequence[Axis], problems: list[Problem]) -> Axis | None:
    written = _written(name)
    kind = _kind(given.recipe, written)
    if kind is None:
        names = [*FIRST, *given.recipe.parameters, *given.recipe.references]
        hint = did_you_mean(name, names) or f"There are: {', '.join(names)}."
        problems.append(Problem(f"'{given.recipe.name}' cannot be compared across '{name}'. {hint}"))
        return None
    every = _choices(given, written, kind, others)
    values: list[Value] = []
    for item in wanted if isinstance(wanted, list | tuple) else [wanted]:
        if item == ALL and not every:
            problems.append(Problem(f"{written}: there is no list of all its values. Say which ones to compare."))
        elif item == "":
            problems.append(Problem(f'{written}: a value is empty. Write "" in quotes for leaving it out.'))
        else:
            values += [_value(given, written, kind, v) for v in (every if item == ALL else [item])]
    if not values:
        return None
    several = tuple({value.key: value for value in values}.values())
    return Axis(
        written, kind, _title(given.recipe, written), several, tuple(_key(item) for item in every if item is not None)
    )


def _written(name: str) -> str:
    return name.strip().replace("-", "_")


def _kind(recipe: Recipe, name: str) -> Kind | None:
    if name in {"strategy", "example", "generator"}:
        return name  # type: ignore[return-value]
    if name in FIRST:
        return "setting"
    if name in recipe.parameters:
        return "parameter"
    if name in recipe.references:
        return "pictures"
    return "setting" if name in SETTINGS else None


def _title(recipe: Recipe, name: str) -> str:
    asked = recipe.parameters.get(name) or recipe.references.get(name)
    return (asked.title if asked else "") or spoken(name)


def _choices(given: Given, name: str, kind: Kind, others: Sequence[Axis]) -> Sequence[Any]:
    """Return everything an axis can be; nothing when that is no list."""
    recipe = given.recipe
    choices: Sequence[Any] = ()
    if kind == "parameter":
        parameter = recipe.parameters[name]
        choices = (True, False) if parameter.type == "boolean" else tuple(getattr(parameter, "choices", ()))
    elif kind == "example":
        choices = tuple(recipe.examples)
    elif kind == "strategy":
        choices = (None, *_fitting(recipe))
    elif kind == "generator":
        choices = ready(given.project)
    elif name == "tier":
        choices = TIERS
    elif name == "model":
        choices = [model.id for model in _current(given, others)]
    elif name in _OF_MODELS:
        offered = {choice for model in _models(given, others) for choice in getattr(model, _OF_MODELS[name])}
        # Without a known model nothing can be said; the cells report why.
        choices = [
            choice for choice in _ANY_OF.get(name) or sorted(offered, key=_shape) if choice in offered or not offered
        ]
    return choices


def _fitting(recipe: Recipe) -> Iterator[str]:
    """Yield the strategies that can be mixed in and are not yet."""
    mixed = {strategy.name for strategy in recipe.strategies}
    for name in recipe.library.names("strategy"):
        if name not in mixed and not recipe.objection(recipe.library.strategy(name)):
            yield name


def ready(project: Project) -> list[str]:
    """Return the generators that can be used here: the one that is used when none is named, and all with a key."""
    return list(dict.fromkeys([default_generator(project), *with_access(project.generators)]))


def _current(given: Given, others: Sequence[Axis]) -> list[Model]:
    """Return the models that are recommended now, of the generators that are used; a proof can be drawn of any."""
    named = [value.key for axis in others if axis.kind == "generator" for value in axis.values]
    chosen = given.generator if isinstance(given.generator, str) or given.generator is None else given.generator.name
    used = named or ([chosen] if chosen else ready(given.project))
    current = [model for model in Catalogue.load(given.project.models_file).models if model.status == "current"]
    return [model for model in current if model.generator in used] or current


def _models(given: Given, others: Sequence[Axis]) -> list[Model]:
    """Return the models that the cells will ask, as far as the axes decide it."""
    catalogue = Catalogue.load(given.project.models_file)
    asked = {name: given.settings[name] for name in ("tier", "model") if given.settings.get(name)}
    base = given.recipe.settings._replace(**asked)
    name = given.generator if isinstance(given.generator, str) else default_generator(given.project)
    choices = [(base, name)]
    for axis in others:
        if axis.name == "tier":
            choices = [(base._replace(model=None, tier=value.given), name) for value in axis.values]
        elif axis.name == "model":
            choices = [(base._replace(model=value.given), name) for value in axis.values]
        elif axis.kind == "generator":
            choices = [(base, value.key) for value in axis.values]
    models = []
    for settings, generator in choices:
        try:
            models.append(catalogue.choose(settings, generator))
        except PromptKitError:  # it is reported when the cell is judged
            continue
    return models


def _shape(ratio: str) -> float:
    width, _, height = ratio.partition(":")
    return int(width) / int(height)


def _value(given: Given, name: str, kind: Kind, raw: Any) -> Value:
    if kind == "strategy" and raw in (None, WITHOUT):
        return Value(WITHOUT, "without", None)
    if raw is None:
        return Value('""', "left out", None)
    key = _key(raw)
    return Value(key, _label(given, name, kind, key) or key, raw)


def _key(raw: Any) -> str:
    match raw:
        case bool():
            return "true" if raw else "false"
        case Image():
            return raw.name
        case list() | tuple():
            return ", ".join(map(_key, raw))
        case bytes():
            return "a picture"
        case str() | int() | float() | Path():
            return str(raw)
    return str(getattr(raw, "name", raw))


def _label(given: Given, name: str, kind: Kind, key: str) -> str:
    """Return what people call a value; nothing when that is what is written."""
    recipe, label = given.recipe, ""
    if kind == "pictures":
        label = Path(key).name
    elif kind == "example" and key in recipe.examples:
        label = recipe.examples[key].title
    elif kind == "strategy" and key in recipe.library.names("strategy"):
        label = recipe.library.strategy(key).spec.title or spoken(key)
    elif kind == "parameter" and recipe.parameters[name].type == "boolean":
        label = _YES_OR_NO.get(key.lower(), "no")
    elif kind == "parameter":
        choice = getattr(recipe.parameters[name], "choices", {}).get(key)
        label = choice.label if choice else ""
    elif name == "model":
        models = {model.id: model.title for model in Catalogue.load(given.project.models_file).models}
        label = models.get(key, "")
    return label
