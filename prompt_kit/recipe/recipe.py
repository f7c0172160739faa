"""A recipe ready to render: everything it inherits and mixes in put together, checked and compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from prompt_kit.errors import InputError, PromptKitError
from prompt_kit.prompt import Prompt, Settings
from prompt_kit.recipe.brought import brought_settings
from prompt_kit.recipe.examples import examples_of
from prompt_kit.recipe.form import Form
from prompt_kit.recipe.further_checks import further_checks
from prompt_kit.recipe.locking import with_locked_settings, with_locked_values, without_locked
from prompt_kit.recipe.mixing import check_clashes, objection, task_of
from prompt_kit.recipe.placing.planning import plan_of
from prompt_kit.recipe.reading import ALONE
from prompt_kit.recipe.rendering import MAX_TURNS, TurnTemplate, render_turns
from prompt_kit.recipe.settings import merged, with_changes
from prompt_kit.recipe.slots import with_paths
from prompt_kit.recipe.spec import RecipeSpec, TurnSpec
from prompt_kit.recipe.templating import filled_phrase
from prompt_kit.recipe.turns import Names, compiled_turns, phrase_of, template_name
from prompt_kit.support.calls import check_kind
from prompt_kit.support.words import spoken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prompt_kit.catalogue import Model
    from prompt_kit.errors import Problem
    from prompt_kit.images import Image
    from prompt_kit.policy import Policy
    from prompt_kit.prompt import Task
    from prompt_kit.recipe.brought import BroughtSettings
    from prompt_kit.recipe.checking import Settled
    from prompt_kit.recipe.examples import Example
    from prompt_kit.recipe.library import Library, LibraryFile
    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.placing.planning import LayoutPlan
    from prompt_kit.recipe.placing.spec import AreaSpec
    from prompt_kit.recipe.slots import Picture
    from prompt_kit.recipe.spec import ReferenceSlot
    from prompt_kit.recipe.strategy_spec import StrategySpec
    from prompt_kit.recipe.templating import Program


@dataclass(frozen=True)
class Recipe:
    """One kind of picture, ready to render."""

    name: str
    spec: RecipeSpec
    """The content of its file, with everything that it inherits and mixes in."""
    library: Library
    folder: Path
    """Where its file is; the pictures of its examples are relative to that folder."""
    strategies: tuple[LibraryFile[StrategySpec], ...] = ()
    fixed: tuple[tuple[str, Any], ...] = ()
    """Values that a preset or a brand has filled in."""
    notes: tuple[Problem, ...] = ()
    """Warnings, such as a brand file with a field that cannot be used; the recipe can be rendered all the same."""

    @property
    def title(self) -> str:
        """Name for people."""
        return self.spec.title or spoken(self.name)

    @property
    def task(self) -> Task:
        """What the model is asked to do with the references."""
        return task_of(self.spec)

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        """The inputs by name: the recipe's own, then those of its strategies."""
        own: dict[str, Any] = dict(self.spec.parameters)
        for strategy in self.strategies:
            own |= {name: p for name, p in strategy.spec.parameters.items() if name not in own}
        return own

    @cached_property
    def references(self) -> Mapping[str, ReferenceSlot]:
        """The slots for input pictures by name, in the order in which they are sent; the recipe's own come first."""
        slots: dict[str, Any] = dict(self.spec.references)
        for strategy in self.strategies:
            slots |= {name: slot for name, slot in strategy.spec.references.items() if name not in slots}
        return slots

    @cached_property
    def layout(self) -> Mapping[str, AreaSpec]:
        """Where things stand, by name of the area: the recipe's own, then those of its strategies."""
        own: dict[str, Any] = dict(self.spec.layout)
        for strategy in self.strategies:
            own |= {name: area for name, area in strategy.spec.layout.items() if name not in own}
        return own

    @cached_property
    def layout_plan(self) -> LayoutPlan | None:
        """The areas, ready to be filled in; ``None`` when the recipe has none."""
        return plan_of(self.layout, self.parameters, self.references, repeated=any(t.for_each for t in self.spec.turns))

    @cached_property
    def settings(self) -> Settings:
        """The settings a prompt has unless others are asked for."""
        return merged(*(s.spec.settings for s in self.strategies), self.spec.settings)

    @cached_property
    def examples(self) -> Mapping[str, Example]:
        """Values that show what the recipe can do, by name."""
        return without_locked(examples_of(self.spec, self.references, self.folder), self.library.project.team)

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
        mixture = tuple(strategy.name for strategy in new)
        if mixture not in self._mixtures:
            self._mixtures[mixture] = self._mixed(new)
        return self._mixtures[mixture]

    @cached_property
    def _mixtures(self) -> dict[tuple[str, ...], Recipe]:
        """Recipes with strategies mixed in, kept so that their templates are compiled once."""
        return {}

    def _mixed(self, new: tuple[LibraryFile[StrategySpec], ...]) -> Recipe:
        for strategy in new:
            reason = self.objection(strategy)
            if reason:
                raise InputError(f"'{self.name}' does without the strategy '{strategy.name}': {reason}")
        mixed = replace(self, strategies=(*self.strategies, *new))
        check_clashes(self.spec, mixed.strategies)
        if any(strategy.spec.values_from == "brand" for strategy in new):
            filled, notes = self.library.brand
            known = {*mixed.parameters, *mixed.references}
            fixed = dict(mixed.fixed)
            fixed |= {name: value for name, value in filled.items() if name in known and name not in fixed}
            mixed = replace(mixed, fixed=tuple(fixed.items()), notes=(*mixed.notes, *notes))
        return mixed

    def objection(self, strategy: LibraryFile[StrategySpec]) -> str:
        """Return why a strategy makes no sense here, as a sentence; empty when it does."""
        return objection(strategy, self.spec)

    @overload
    def render(
        self,
        values: Mapping[str, Any],
        /,
        *,
        references: Mapping[str, Picture | Sequence[Picture]] | None = None,
        settings: Mapping[str, Any] | Settings | None = None,
        generator: str = "",
    ) -> Prompt: ...

    @overload
    def render(
        self, /, *, settings: Mapping[str, Any] | Settings | None = None, generator: str = "", **values: Any
    ) -> Prompt: ...

    def render(
        self,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        settings: Mapping[str, Any] | Settings | None = None,
        generator: str = "",
        **named: Any,
    ) -> Prompt:
        """Return the prompt that values make.

        Values that come from strangers (a request, a sheet, a model's answer) are given as a mapping: it is data only.
        A text in it never names a file, a setting is never a value, and a name that means something elsewhere is
        just the name of a parameter, or unknown. At a prompt, values are given by name; there, texts in a slot for
        pictures are paths.

        Args:
            values: Values by parameter.
            references: With a mapping of values only: pictures by slot, each an `Image`, a ``Path``, bytes, or a list
                of them.
            settings: Settings that differ from the recipe's, such as ``{"aspect_ratio": "16:9"}``.
            generator: Who will make the picture: its model decides how many earlier pictures go along, and whether
                a subject stands on nothing or on a flat colour that is removed afterwards.
            **named: Values by parameter, and pictures (a path, bytes, an `Image`, or a list of them) by slot.

        Raises:
            InputError: With every problem of the values, pictures and settings.
            TypeError: When values are given both as a mapping and by name.
        """
        references = None
        if values is not None:
            if values.__class__ is not dict:
                check_kind("values", values, Mapping, "values by the name of a parameter")
            references = named.pop("references", None)
            if named:
                raise TypeError(f"{', '.join(named)}: values are given as one mapping, or by name, not both.")
        else:
            slots = self.form.slot_names
            values = named if slots.isdisjoint(named) else with_paths(named, slots)
        return self._rendered(self.form.settled(values, references), settings, generator)

    def _rendered(self, settled: Settled, settings: Mapping[str, Any] | Settings | None, generator: str) -> Prompt:
        """Return the prompt of values."""
        context, given, pictures, problems, notes = settled
        task, title, version, strategies, base, brought, team, works_on = self._ready
        chosen = brought.chosen(context) if brought and not problems else base
        if settings:
            chosen = self._settings(settings, chosen, generator, problems)
        if team is not None:
            chosen = with_locked_settings(chosen, settings, team, problems)
        if problems:
            raise InputError(problems)
        if settings and brought:
            notes = (*notes, *brought.overruled(context, chosen))
        context["task"] = task
        if works_on and not chosen.aspect_ratio:
            chosen = self._in_format_of_base(chosen, pictures, generator)
        room = None
        if chosen.background or self._asks_the_model:
            model = self._model(chosen, generator)
            room = model.room
            if chosen.background == "transparent" and not model.transparency:
                chosen = chosen._replace(background="keyed")
            context["keyed"] = chosen.background == "keyed"
        turns = render_turns(self.turn_templates, context, self.references, pictures, room)
        if not 0 < len(turns) <= MAX_TURNS:
            raise InputError(f"{len(turns)} pictures are asked for; 1 to {MAX_TURNS} can be made.")
        pictures_asked = self._pictures_asked(given) if chosen.output == "interleaved" else 0
        return Prompt(
            turns, chosen, task, self.name, version, strategies, tuple(given.items()), notes, title, pictures_asked
        )

    @cached_property
    def _ready(self) -> tuple[Task, str, str, tuple[str, ...], Settings, BroughtSettings | None, Policy | None, str]:
        """What every rendering needs, looked up once."""
        about = (self.task, self.title, self.spec.version, self._strategy_names)
        brought = brought_settings(self.parameters, self.settings)
        return *about, self.settings, brought, self.library.project.team, self._base

    def _pictures_asked(self, given: Mapping[str, Any]) -> int:
        """Return how many pictures the values ask for; 0 when they do not say it."""
        values = (given.get(name) for name in self.spec.counts)
        said = next((value for value in values if value not in (None, "", [], ())), 0)
        return len(said) if isinstance(said, list | tuple) else int(said)

    def render_example(self, name: str) -> Prompt:
        """Return the prompt of an example, with the strategies and settings it asks for; raises as `render` does."""
        example = self.examples[name]
        return self.using(*example.uses).rendered(example.values, example.settings)[0]

    def rendered(self, values: Mapping[str, Any], settings: Settings) -> tuple[Prompt, Mapping[str, Any]]:
        """Return the prompt of values, as `render` does, and the values as its templates saw them."""
        settled = self.form.settled(values)
        return self._rendered(settled, settings, ""), settled.context

    def stays(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what a refinement of a picture must keep, as noun phrases.

        Args:
            values: The values that made the picture, as its prompt or record has them. A phrase whose values are
                empty, or no longer fit the recipe, is left out.

        Raises:
            InputError: With every mistake in the phrases; loading a recipe does not look at them.
        """
        context = self.form.reread(values)
        return tuple(filter(None, (filled_phrase(phrase, context, f"{self.name}.yaml") for phrase in self._phrases)))

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the values: one property for each parameter and reference slot."""
        return self.form.json_schema() | {"title": self.title}

    @cached_property
    def form(self) -> Form:
        """What the recipe asks, ready to check values."""
        specs = [strategy.spec for strategy in self.strategies]
        checks = further_checks(self.spec, specs, self.parameters, self.layout_plan, self.library.project)
        heeds, fixed = tuple(self.spec.heeds), dict(self.fixed)
        form = Form(self.name, self.parameters, self.references, heeds, fixed, checks, ALONE)
        return with_locked_values(form, self.library.project.team)

    @cached_property
    def _phrases(self) -> tuple[Program, ...]:
        phrases: list[Program] = []
        problems: list[Problem] = []
        for text in self.spec.stays:
            try:
                phrases.append(phrase_of(text, self.name, self.parameters))
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(problems)
        return tuple(phrases)

    @cached_property
    def turn_templates(self) -> tuple[TurnTemplate, ...]:
        """The turns, each with its compiled template.

        Raises:
            InputError: With every problem of the templates.
        """
        known = (*self.parameters, *self.references, *self.spec.heeds)
        template = template_name(self.name, self.spec)
        names = Names(known, tuple(self.references))
        turns = compiled_turns(
            self.spec.turns or [TurnSpec.model_construct()], template, self.strategies, names, self.library.templates
        )
        return tuple(turn._replace(layout=self.layout_plan) for turn in turns)

    @cached_property
    def _base(self) -> str:
        """The slot of the picture that is worked on, where other pictures are sent after it; empty else."""
        slots = [name for name, slot in self.references.items() if slot.role != "mask"]
        base = next((name for name in slots if self.references[name].role == "base"), "")
        return base if base and base != slots[-1] else ""

    def _in_format_of_base(
        self, settings: Settings, pictures: Mapping[str, tuple[Image, ...]], generator: str
    ) -> Settings:
        """Ask for the format of the base picture when others come after it.

        Without an aspect ratio, models take the shape of the last picture (Google Developers Blog, prompting Gemini
        2.5 Flash Image, 2025-08).
        """
        sent = [name for name in pictures if self.references[name].role != "mask"]
        if self._base not in sent or sent[-1] == self._base:
            return settings
        from prompt_kit.catalogue.formats import nearest_format  # most prompts work on no picture

        image = pictures[self._base][0]
        offered = self._model(settings, generator).aspect_ratios
        if not (offered and image.width and image.height):
            return settings
        return settings._replace(aspect_ratio=nearest_format(image.width, image.height, offered)[0])

    @cached_property
    def _asks_the_model(self) -> bool:
        return any(plan.earlier for plan in self.turn_templates)

    def _model(self, settings: Settings, generator: str) -> Model:
        """Return the model that will make the pictures; whether it can is checked when the prompt is sent, not here."""
        try:
            return self.library.catalogue.choose(settings, generator)
        except PromptKitError:
            from prompt_kit.catalogue import Model

            return Model(id=settings.model or "", known=False)

    @cached_property
    def _strategy_names(self) -> tuple[str, ...]:
        return tuple(strategy.name for strategy in self.strategies)

    def _settings(
        self, settings: Mapping[str, Any] | Settings, base: Settings, generator: str, problems: list[Problem]
    ) -> Settings:
        """Return ``base`` with the settings that were asked for; every problem of them is added to ``problems``."""
        chosen, changed = with_changes(base, settings, problems)
        if chosen.thinking and "thinking" not in changed and changed & {"tier", "model"}:
            # The level is the recipe's, and meant for the model that the recipe has in mind.
            chosen = chosen._replace(thinking=self._model(chosen, generator).thinking_for(chosen.thinking))
        return chosen
