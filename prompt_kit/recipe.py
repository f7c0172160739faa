"""A recipe ready to render: everything it inherits and mixes in put together, checked and compiled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from prompt_kit.errors import InputError, Problem, did_you_mean
from prompt_kit.form import Form
from prompt_kit.images import Image
from prompt_kit.messages import explain
from prompt_kit.prompt import Prompt, Settings
from prompt_kit.rendering import MAX_TURNS, NAMES, TurnPlan, render_turns
from prompt_kit.spec import RecipeSpec, SettingsSpec, StrategySpec, TurnSpec
from prompt_kit.templating import compile_templates
from prompt_kit.words import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prompt_kit.library import Found, Library
    from prompt_kit.parameters import Parameter
    from prompt_kit.prompt import Task
    from prompt_kit.spec import ReferenceSlot


@dataclass(frozen=True, slots=True)
class Example:
    """Values that show what a recipe can do."""

    name: str
    title: str
    values: Mapping[str, Any]
    """Ready for `Recipe.render`; pictures are paths."""
    settings: Settings
    uses: tuple[str, ...] = ()
    """Further strategies it mixes in."""


@dataclass(frozen=True)
class Recipe:
    """One kind of picture, ready to render."""

    name: str
    spec: RecipeSpec
    """What it says once everything it inherits and mixes in is put together."""
    library: Library
    folder: Path
    """Where its file stands; pictures of its examples start from there."""
    strategies: tuple[Found[StrategySpec], ...] = ()
    fixed: tuple[tuple[str, Any], ...] = ()
    """Values a preset has filled in."""

    @property
    def title(self) -> str:
        """Name for people."""
        return self.spec.title or spoken(self.name)

    @property
    def task(self) -> Task:
        """What the model is asked to do with the references."""
        return self.spec.task or "create"

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        """The inputs by name: the recipe's own, then those of its strategies."""
        own: dict[str, Any] = dict(self.spec.parameters)
        for strategy in self.strategies:
            own |= {name: p for name, p in strategy.spec.parameters.items() if name not in own}
        return own

    @property
    def references(self) -> Mapping[str, ReferenceSlot]:
        """The slots for input pictures by name, in the order in which they are sent."""
        return self.spec.references

    @cached_property
    def settings(self) -> Settings:
        """The settings a prompt has unless others are asked for."""
        return merged(*(s.spec.settings for s in self.strategies), self.spec.settings)

    @cached_property
    def examples(self) -> Mapping[str, Example]:
        """Values that show what the recipe can do, by name."""
        return {
            name: Example(
                name,
                example.title or spoken(name),
                {key: self._from_folder(key, value) for key, value in example.values.items()},
                merged(example.settings),
                tuple(example.uses),
            )
            for name, example in self.spec.examples.items()
        }

    def using(self, *names: str) -> Recipe:
        """Return this recipe with further strategies mixed in.

        Raises:
            NotFoundError: When there is no such strategy.
            InputError: When one does not go with this recipe, or clashes with what is there.
        """
        have = {strategy.name for strategy in self.strategies}
        new = tuple(self.library.strategy(name) for name in dict.fromkeys(names) if name not in have)
        if not new:
            return self
        for strategy in new:
            if self.task not in strategy.spec.tasks:
                kinds = " or ".join(strategy.spec.tasks)
                raise InputError(f"The strategy '{strategy.name}' is for recipes that {kinds}; '{self.name}' does not.")
        mixed = replace(self, strategies=(*self.strategies, *new))
        _check_clashes(mixed)
        return mixed

    def render(self, *, settings: Mapping[str, Any] | Settings | None = None, **values: Any) -> Prompt:
        """Return the prompt that these values make.

        Args:
            settings: Settings that differ from the recipe's, such as ``{"aspect_ratio": "16:9"}``.
            **values: Values by parameter, and pictures (a path, bytes, an `Image`, or a list of them) by slot.

        Raises:
            InputError: With every problem of the values, pictures and settings.
        """
        if self.fixed:
            values = self._with_fixed(values)
        given = values
        if None in values.values() or "" in values.values():
            given = {name: value for name, value in values.items() if value is not None and value != ""}
        problems: list[Problem] = []
        context, pictures = self.form.check(given, problems)
        chosen = self._settings(settings, problems) if settings else self.settings
        if problems:
            raise InputError(problems)
        turns = render_turns(self.plans, context, self.references, pictures)
        if not 0 < len(turns) <= MAX_TURNS:
            raise InputError(f"{len(turns)} pictures are asked for; 1 to {MAX_TURNS} can be made.")
        return Prompt(
            turns,
            chosen,
            self.task,
            self.name,
            self.spec.version,
            self._strategy_names,
            tuple([(name, value if type(value) is str else _recorded(value)) for name, value in given.items()]),
        )

    def render_example(self, name: str) -> Prompt:
        """Return the prompt of an example, with the strategies and settings it asks for.

        Raises:
            InputError: With every problem of its values, pictures and settings.
        """
        example = self.examples[name]
        return self.using(*example.uses).render(settings=example.settings, **example.values)

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the values: one property for each parameter and reference slot."""
        return self.form.json_schema() | {"title": self.title}

    @cached_property
    def form(self) -> Form:
        """What the recipe asks, ready to check values."""
        return Form(self.name, self.parameters, self.references)

    @cached_property
    def plans(self) -> tuple[TurnPlan, ...]:
        """The turns, each with its compiled template.

        Raises:
            InputError: With every problem of the templates.
        """
        return tuple(self._plan(turn) for turn in self.spec.turns or [TurnSpec()])

    def _plan(self, turn: TurnSpec) -> TurnPlan:
        before = [_template(s.name, s.spec, "strategies/") for s in self.strategies if s.spec.place == "before"]
        after = [_template(s.name, s.spec, "strategies/") for s in self.strategies if s.spec.place == "after"]
        own = turn.template or _template(self.name, self.spec)
        program = compile_templates([*before, own, *after], self.library.source)
        known = [*self.parameters, *self.references, *NAMES]
        unknown = {name: place for name, place in program.names.items() if name not in known}
        if unknown:
            raise InputError(
                [
                    Problem(f"there is no parameter '{name}'. {did_you_mean(name, known)}".strip(), place)
                    for name, place in unknown.items()
                ],
            )
        slots = tuple(self.references) if turn.references is None else tuple(turn.references)
        return TurnPlan(program, slots, turn.name, turn.for_each, turn.earlier, turn.role)

    @cached_property
    def _strategy_names(self) -> tuple[str, ...]:
        return tuple(strategy.name for strategy in self.strategies)

    def _settings(self, settings: Mapping[str, Any] | Settings, problems: list[Problem]) -> Settings:
        if isinstance(settings, Settings):
            settings = settings.to_dict()
        given = {name: value for name, value in settings.items() if value is not None}
        try:
            asked = SettingsSpec.model_validate(given)
        except ValidationError as error:
            known = list(SettingsSpec.model_fields)
            for e in error.errors(include_url=False):
                name = str(e["loc"][0])
                if e["type"] == "extra_forbidden":
                    message = f"there is no setting '{name}'. {did_you_mean(name, known)}".strip()
                else:
                    message = f"{name}: {explain(e)}."
                problems.append(Problem(message, parameter=name))
            return self.settings
        changed = asked.model_dump(exclude_unset=True)
        if "tier" in changed and "model" not in changed:
            changed["model"] = None  # whoever asks for a tier no longer asks for the recipe's model
        return replace(self.settings, **changed)

    def _with_fixed(self, values: Mapping[str, Any]) -> dict[str, Any]:
        fixed = dict(self.fixed)
        problems = [
            Problem(f"{name}: is locked by the preset. Leave it out.", parameter=name)
            for name, value in values.items()
            if name in fixed and value != fixed[name] and self.parameters[name].locked
        ]
        if problems:
            raise InputError(problems)
        return fixed | dict(values)

    def _from_folder(self, name: str, value: Any) -> Any:
        if name not in self.references:
            return value
        if isinstance(value, list):
            return [self._from_folder(name, one) for one in value]
        return self.folder / value if isinstance(value, str) else value


def merged(*specs: SettingsSpec) -> Settings:
    """Return settings in which later ones win."""
    together: dict[str, Any] = {}
    for spec in specs:
        together |= spec.model_dump(exclude_none=True)
    return Settings(**together)


def _check_clashes(recipe: Recipe) -> None:
    owner = dict.fromkeys([*recipe.spec.parameters, *recipe.references], "the recipe")
    for strategy in recipe.strategies:
        for name in strategy.spec.parameters:
            if (name in owner and owner[name] != "the recipe") or name in recipe.references:
                raise InputError(
                    f"'{name}' is a parameter of the strategy '{strategy.name}' and of {owner[name]}. Use one of them.",
                )
            owner.setdefault(name, f"the strategy '{strategy.name}'")


def _template(name: str, spec: RecipeSpec | StrategySpec, folder: str = "") -> str:
    return spec.template or f"{folder}{name}.j2"


def _recorded(value: Any) -> Any:
    """Return a value as it stands in a record: plain data, pictures by file name."""
    if isinstance(value, list | tuple):
        return tuple([one if type(one) is str else _recorded(one) for one in value])
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, Image | Path):
        return value.name
    return "(picture)" if isinstance(value, bytes) else str(value)
