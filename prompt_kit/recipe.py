"""A recipe ready to render: everything it inherits and mixes in put together, checked and compiled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Required, cast

from pydantic import TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from prompt_kit.errors import InputError, NotFoundError, Problem, did_you_mean
from prompt_kit.images import Image, open_image
from prompt_kit.library import Library
from prompt_kit.messages import explain
from prompt_kit.prompt import Prompt, Settings
from prompt_kit.rendering import MAX_TURNS, NAMES, TurnPlan, render_turns
from prompt_kit.spec import PresetSpec, RecipeSpec, SettingsSpec, StrategySpec, TurnSpec, repeats
from prompt_kit.templating import compile_templates

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prompt_kit.library import Found
    from prompt_kit.parameters import Parameter
    from prompt_kit.prompt import Task
    from prompt_kit.spec import ReferenceSlot

MAX_PARENTS: Final = 8
"""Longest chain of recipes that extend each other."""


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
        return self.spec.title or self.name.replace("-", " ").capitalize()

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
                example.title or name.replace("-", " ").capitalize(),
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

    def with_preset(self, name: str) -> Recipe:
        """Return this recipe with a preset's values filled in.

        Raises:
            NotFoundError: When there is no such preset.
            InputError: When the preset is for another recipe, or fills in what is not there.
        """
        found = self.library.preset(name)
        if found.spec.extends != self.name:
            raise InputError(f"The preset '{name}' is for the recipe '{found.spec.extends}', not for '{self.name}'.")
        return _filled(self, found)

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
        given = {name: value for name, value in values.items() if value is not None and value != ""}
        problems: list[Problem] = []
        pictures = self._pictures(given, problems) if self._asks_pictures or not self._slots.isdisjoint(given) else {}
        words = {name: value for name, value in given.items() if name not in pictures} if pictures else given
        context = self._context(words, problems)
        if self._conditions:
            self._check_conditions(words, context, problems)
        chosen = self._settings(settings, problems) if settings else self.settings
        if self.references:
            self._check_descriptions(context, pictures, problems)
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

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the values: one property for each parameter and reference slot."""
        schema = self._adapter.json_schema()
        properties = schema.setdefault("properties", {})
        for name, parameter in self.parameters.items():
            properties[name] |= {"title": parameter.title or _spoken(name)}
            properties[name] |= {"description": parameter.help} if parameter.help else {}
            properties[name] |= {"default": parameter.default} if parameter.default is not None else {}
            if choices := getattr(parameter, "choices", None):
                target = properties[name].setdefault("items", {}) if parameter.type == "choices" else properties[name]
                target |= {"examples" if getattr(parameter, "other", False) else "enum": list(choices)}
        for name, slot in self.references.items():
            properties[name] = {
                "title": slot.title or _spoken(name),
                "type": "array",
                "items": {"type": "string", "format": "path"},
                "minItems": slot.min,
                "maxItems": slot.max,
            }
        required = [name for name, slot in self.references.items() if slot.min]
        if required:
            schema["required"] = [*schema.get("required", []), *required]
        return schema | {"title": self.title}

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
    def _adapter(self) -> TypeAdapter[Any]:
        fields = {
            name: Required[p.annotation()] if p.required and not p.show_if else p.annotation()
            for name, p in self.parameters.items()
        }
        # The functional form takes literal names only, as far as type checkers know; ours come from a file.
        make: Any = TypedDict
        made = make("Values", fields, total=False)
        configured = with_config({"extra": "forbid", "coerce_numbers_to_str": True})(cast("type[Any]", made))
        return TypeAdapter(configured)

    @cached_property
    def _empty(self) -> dict[str, Any]:
        """What the template sees where nothing was given: defaults, and what is false and silent."""
        context: dict[str, Any] = {name: p.empty for name, p in self.parameters.items()}
        defaults = {name: p.default for name, p in self.parameters.items() if p.default is not None}
        for name, value in defaults.items():
            context[name] = TypeAdapter(self.parameters[name].annotation()).validate_python(value)
        context |= dict.fromkeys(self.references, "")
        return context | {"earlier": "", "item": "", "turn": ""}

    @cached_property
    def _slots(self) -> frozenset[str]:
        return frozenset(self.references)

    @cached_property
    def _asks_pictures(self) -> bool:
        return any(slot.min for slot in self.references.values())

    @cached_property
    def _strategy_names(self) -> tuple[str, ...]:
        return tuple(strategy.name for strategy in self.strategies)

    @cached_property
    def _conditions(self) -> dict[str, Mapping[str, Any]]:
        return {name: p.show_if for name, p in self.parameters.items() if p.show_if}

    def _context(self, words: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
        try:
            checked: dict[str, Any] = self._adapter.validate_python(words)
        except ValidationError as error:
            found = [self._problem(e) for e in error.errors(include_url=False)]
            order = list(self.parameters)
            found.sort(key=lambda p: order.index(p.parameter) if p.parameter in order else len(order))
            problems += found
            return dict(self._empty)
        return self._empty | checked

    def _problem(self, error: Any) -> Problem:
        name, *inner = error["loc"]
        if error["type"] == "extra_forbidden":
            known = [*self.parameters, *self.references]
            hint = did_you_mean(str(name), known) or f"There are: {', '.join(known)}."
            return Problem(f"'{self.name}' has no parameter '{name}'. {hint}", parameter=str(name))
        place = f", entry {inner[0] + 1}" if inner and isinstance(inner[0], int) else ""
        what = explain(error)
        if error["type"] == "missing" and (help_text := self.parameters[name].help):
            what += f". {help_text.rstrip('.')}"
        return Problem(f"{name}{place}: {what}{'' if what.endswith(('.', '?')) else '.'}", parameter=str(name))

    def _check_conditions(self, words: Mapping[str, Any], context: dict[str, Any], problems: list[Problem]) -> None:
        """Drop what is not asked under these values, and see that what is asked and needed is there."""
        for name, condition in self._conditions.items():
            shown = all(_meets(context.get(other), wanted) for other, wanted in condition.items())
            if shown:
                if self.parameters[name].required and name not in words:
                    problems.append(Problem(f"{name}: is missing.", parameter=name))
            else:
                if name in words:
                    when = " and ".join(f"{other} is {_either(wanted)}" for other, wanted in condition.items())
                    problems.append(Problem(f"{name}: is only asked when {when}. Leave it out.", parameter=name))
                context[name] = self.parameters[name].empty

    def _pictures(self, given: Mapping[str, Any], problems: list[Problem]) -> dict[str, tuple[Image, ...]]:
        pictures: dict[str, tuple[Image, ...]] = {}
        for name, slot in self.references.items():
            value = given.get(name, ())
            several = list(value) if isinstance(value, list | tuple) else [value]
            if not slot.min <= len(several) <= slot.max:
                count = f"{slot.min}" if slot.min == slot.max else f"{slot.min} to {slot.max}"
                problems.append(Problem(f"{name}: takes {count} pictures, not {len(several)}.", parameter=name))
            if name in given:
                pictures[name] = tuple(_opened(name, one, problems) for one in several)
        return pictures

    def _check_descriptions(
        self,
        context: Mapping[str, Any],
        pictures: Mapping[str, tuple[Image, ...]],
        problems: list[Problem],
    ) -> None:
        for name, slot in self.references.items():
            described = len(context[slot.described_by]) if slot.described_by else 0
            if described > len(pictures.get(name, ())):
                problems.append(
                    Problem(
                        f"{slot.described_by}: describes {described} pictures; '{name}' has"
                        f" {len(pictures.get(name, ()))}.",
                        parameter=slot.described_by,
                    ),
                )

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


def load(name: str, *, library: Library | None = None) -> Recipe:
    """Return the recipe (or preset) of that name, ready to render.

    Args:
        name: The name of its file, without ``.yaml``.
        library: Where to look; the library of the current folder's project when left out.

    Raises:
        NotFoundError: When there is no recipe or preset of that name.
        InputError: With every problem of its files.
    """
    library = library or Library()
    if name not in (presets := library.names("preset")) or name in library.names("recipe"):
        try:
            return _assembled(library.recipe(name), library)
        except NotFoundError as error:
            if error.name != name:
                raise
            raise NotFoundError("recipe", name, [*library.names("recipe"), *presets]) from None
    preset = library.preset(name)
    return _filled(load(preset.spec.extends, library=library), preset)


def merged(*specs: SettingsSpec) -> Settings:
    """Return settings in which later ones win."""
    together: dict[str, Any] = {}
    for spec in specs:
        together |= spec.model_dump(exclude_none=True)
    return Settings(**together)


def _assembled(found: Found[RecipeSpec], library: Library) -> Recipe:
    spec = _inherited(found, library, ())
    problems = [
        found.file.problem(
            f"there is no strategy '{name}'. {did_you_mean(name, library.names('strategy'))}".strip(), "uses"
        )
        for name in spec.uses
        if name not in library.names("strategy")
    ]
    if problems:
        raise InputError(problems)
    recipe = Recipe(found.name, spec, library, found.file.path.parent).using(*spec.uses)
    problems = [found.file.problem(message, *keys) for message, keys in _mistakes(recipe)]
    if problems:
        raise InputError(problems)
    return recipe


def _inherited(found: Found[RecipeSpec], library: Library, below: tuple[str, ...]) -> RecipeSpec:
    spec = found.spec
    if spec.extends is None:
        return spec if spec.template else spec.model_copy(update={"template": f"{found.name}.j2"})
    chain = (*below, found.name)
    if spec.extends in chain or len(chain) > MAX_PARENTS:
        raise InputError(
            found.file.problem(f"'{' → '.join((*chain, spec.extends))}' goes round in a circle.", "extends")
        )
    try:
        parent = _inherited(library.recipe(spec.extends), library, chain)
    except NotFoundError as error:
        raise InputError(found.file.problem(str(error), "extends")) from error
    settings = parent.settings.model_copy(update=spec.settings.model_dump(exclude_unset=True))
    return spec.model_copy(
        update={
            "parameters": {**parent.parameters, **spec.parameters},
            "references": {**parent.references, **spec.references},
            "settings": settings,
            "uses": list(dict.fromkeys([*parent.uses, *spec.uses])),
            "template": spec.template or parent.template,
            "turns": spec.turns or parent.turns,
            "task": spec.task or parent.task,
            "category": spec.category or parent.category,
            "title": spec.title or parent.title,
            "summary": spec.summary or parent.summary,
        },
    )


def _filled(recipe: Recipe, found: Found[PresetSpec]) -> Recipe:
    spec = found.spec
    recipe = recipe.using(*spec.uses)
    known = [*recipe.parameters, *recipe.references]
    locked = list(spec.values) if spec.locked == "all" else list(spec.locked)
    problems = [
        found.file.problem(
            f"'{recipe.name}' has no parameter '{name}'. {did_you_mean(name, known)}".strip(), "values", name
        )
        for name in spec.values
        if name not in known
    ]
    problems += [
        found.file.problem(f"'{name}' is locked but has no value here.", "locked")
        for name in locked
        if name not in spec.values
    ]
    if problems:
        raise InputError(problems)
    parameters = {
        name: p.model_copy(
            update={"locked": p.locked or name in locked, "required": p.required and name not in spec.values}
        )
        for name, p in recipe.parameters.items()
    }
    filled = recipe.spec.model_copy(
        update={
            "title": spec.title or recipe.title,
            "summary": spec.summary or recipe.spec.summary,
            "parameters": {name: p for name, p in parameters.items() if name in recipe.spec.parameters},
            "settings": recipe.spec.settings.model_copy(update=spec.settings.model_dump(exclude_unset=True)),
            "template": _template(recipe.name, recipe.spec),
            "examples": {},
        },
    )
    return replace(recipe, name=found.name, spec=filled, fixed=tuple(spec.values.items()))


def _mistakes(recipe: Recipe) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Yield what a recipe says that does not fit together, with the keys it stands under."""
    for name, parameter in recipe.spec.parameters.items():
        for other in parameter.show_if:
            if other not in recipe.parameters or other == name:
                yield (
                    f"show_if names '{other}', which is no other parameter.",
                    ("parameters", name, "show_if"),
                )
        if parameter.default is not None:
            try:
                TypeAdapter(parameter.annotation()).validate_python(parameter.default)
            except ValidationError as error:
                what = explain(error.errors(include_url=False)[0]).rstrip(".")
                yield f"default: {what}.", ("parameters", name, "default")
    for name, slot in recipe.references.items():
        if slot.described_by and not repeats(recipe.parameters.get(slot.described_by)):
            yield (
                f"described_by names '{slot.described_by}', which is no list.",
                ("references", name, "described_by"),
            )
    for number, turn in enumerate(recipe.spec.turns):
        keys = ("turns", cast("str", number))
        if turn.for_each and not repeats(recipe.parameters.get(turn.for_each)):
            yield f"for_each names '{turn.for_each}', which is no list.", (*keys, "for_each")
        for slot_name in turn.references or ():
            if slot_name not in recipe.references:
                yield f"there is no reference slot '{slot_name}'.", (*keys, "references")


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


def _opened(name: str, one: Any, problems: list[Problem]) -> Any:
    if isinstance(one, Image):
        return one
    if not isinstance(one, str | Path | bytes):
        problems.append(Problem(f"{name}: takes a picture file.", parameter=name))
        return None
    try:
        return open_image(one)
    except InputError as error:
        problems.append(Problem(f"{name}: {error}", parameter=name))
        return None


def _recorded(value: Any) -> Any:
    """Return a value as it stands in a record: plain data, pictures by file name."""
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, list | tuple):
        return tuple([_recorded(one) for one in value])
    if isinstance(value, Image | Path):
        return value.name
    return "(picture)" if isinstance(value, bytes) else str(value)


def _meets(value: Any, wanted: Any) -> bool:
    value = getattr(value, "value", value)
    if wanted is True:
        return bool(value)
    if wanted is False:
        return not value
    values = [getattr(v, "value", v) for v in value] if isinstance(value, tuple) else [value]
    return any(v in (wanted if isinstance(wanted, list) else [wanted]) for v in values)


def _either(wanted: Any) -> str:
    if isinstance(wanted, bool):
        return "given" if wanted else "left out"
    return " or ".join(str(one) for one in wanted) if isinstance(wanted, list) else str(wanted)


def _spoken(name: str) -> str:
    return name.replace("_", " ").capitalize()
