"""Builds a recipe from its file, the recipe it extends, its strategies and a preset."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

from prompt_kit.errors import InputError, NotFoundError, Problem, PromptKitError, did_you_mean
from prompt_kit.recipe.library import Library
from prompt_kit.recipe.parameters import Color
from prompt_kit.recipe.placing.mistakes import choice_mistakes, layout_mistakes
from prompt_kit.recipe.recipe import Recipe
from prompt_kit.recipe.settings import stated
from prompt_kit.recipe.spec import ExampleSpec, RecipeSpec, repeats
from prompt_kit.recipe.turns import phrase_of, template_name
from prompt_kit.support.calls import check_kind
from prompt_kit.support.words import series

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prompt_kit.recipe.library import LibraryFile
    from prompt_kit.recipe.preset_spec import PresetSpec
    from prompt_kit.recipe.spec import ReferenceSlot
    from prompt_kit.recipe.strategy_spec import StrategySpec

MAX_PARENTS: Final = 8
"""Longest chain of recipes that extend each other."""


def load(name: str, *, library: Library | None = None) -> Recipe:
    """Return the recipe (or preset) of that name, ready to render.

    Args:
        name: The name of its file, without ``.yaml``.
        library: Where to look; the library of the current folder's project when left out.

    Raises:
        NotFoundError: When there is no recipe or preset of that name.
        InputError: With every problem of its files.
    """
    check_kind("name", name, str, "the name of a recipe, such as 'sticker'")
    library = library or Library()
    if library.has_named("recipe", name):
        return _assembled(library.recipe(name), library)
    if library.has_named("preset", name):
        preset = library.preset(name)
        return _filled(load(preset.spec.extends, library=library), preset)
    there = [*library.names("recipe"), *library.names("preset")]
    raise NotFoundError("recipe", name, there, way_out=_used_for(name, library))


def _used_for(name: str, library: Library) -> str:
    """Return which recipes are used for what somebody took for the name of one; empty when none is."""
    from prompt_kit.recipe.searching import NEAREST, fitting  # only where a recipe is not there

    heads = {**library.heads("preset"), **library.heads("recipe")}
    fits = fitting(name, heads)[:NEAREST]
    return f"For this there {'is' if len(fits) == 1 else 'are'} {series(fits)}." if fits else ""


def with_preset(recipe: Recipe, name: str) -> Recipe:
    """Return a recipe with a preset's values filled in.

    Raises:
        NotFoundError: When there is no such preset.
        InputError: When the preset is for another recipe, or fills in what is not there.
    """
    preset = recipe.library.preset(name)
    if preset.spec.extends != recipe.name:
        raise InputError(f"The preset '{name}' is for the recipe '{preset.spec.extends}', not for '{recipe.name}'.")
    return _filled(recipe, preset)


def with_examples(recipe: Recipe, other: Recipe, *names: str) -> Recipe:
    """Return a recipe with examples of another one in place of its own; all of them when none is named."""
    examples = {name: example for name, example in other.spec.examples.items() if not names or name in names}
    return replace(recipe, spec=recipe.spec.model_copy(update={"examples": examples}), folder=other.folder)


def example_recipes(kind: str, name: str, library: Library) -> dict[str, Recipe]:
    """Return, for each example of a recipe or strategy, the recipe whose `Recipe.render_example` renders it.

    A strategy's examples name the recipe they are mixed into; their pictures are in the folder of recipes, too.

    Raises:
        NotFoundError: When there is no recipe or strategy of that name.
        InputError: With every problem of the files.
    """
    if kind == "recipe":
        recipe = load(name, library=library)
        return dict.fromkeys(recipe.examples, recipe)
    strategy = library.strategy(name)
    recipes: dict[str, Recipe] = {}
    strange = list(_strange_pictures(strategy, strategy.spec.references))
    if strange:
        raise InputError(strange)
    for key, example in strategy.spec.examples.items():
        if example.recipe not in recipes:
            try:
                recipes[example.recipe] = _with_examples_of(strategy, example.recipe, library)
            except PromptKitError as error:
                raise InputError(strategy.file.problem(str(error), "examples", key)) from error
    return {key: recipes[example.recipe] for key, example in strategy.spec.examples.items()}


def _with_examples_of(strategy: LibraryFile[StrategySpec], name: str, library: Library) -> Recipe:
    """Return a recipe with a strategy mixed in, and those of the strategy's examples that are for this recipe."""
    plain = load(name, library=library)
    mixed = plain.using(strategy.name)
    examples = {
        key: ExampleSpec.model_validate(example.model_dump(exclude={"recipe"}, exclude_unset=True))
        for key, example in strategy.spec.examples.items()
        if example.recipe == name
    }
    spec = mixed.spec.model_copy(update={"examples": examples})
    # The examples of a strategy must not depend on the project's brand.
    return replace(mixed, spec=spec, folder=strategy.root.recipes, fixed=plain.fixed, notes=())


def _assembled(parsed: LibraryFile[RecipeSpec], library: Library) -> Recipe:
    recipe, problems = assembled(parsed, library)
    if problems:
        raise InputError(problems)
    return recipe


def assembled(parsed: LibraryFile[RecipeSpec], library: Library) -> tuple[Recipe, list[Problem]]:
    """Return a recipe with all that it inherits and mixes in, and what contradicts itself in it.

    Raises:
        InputError: When it cannot be put together.
    """
    spec = _inherited(parsed, library, ())
    problems = [
        parsed.file.problem(
            f"there is no strategy '{name}'. {did_you_mean(name, library.names('strategy'))}".strip(), "uses"
        )
        for name in spec.uses
        if name not in library.names("strategy")
    ]
    there = [name for name in spec.uses if name in library.names("strategy")]
    recipe = Recipe(parsed.name, spec, library, parsed.file.path.parent).using(*there)
    if problems:
        return recipe, problems  # what the others would bring is not there
    problems += [parsed.file.problem(message, *keys) for message, keys in _mistakes(recipe, parsed.spec)]
    problems += _strange_pictures(parsed, recipe.references)
    return recipe, problems


def _inherited(parsed: LibraryFile[RecipeSpec], library: Library, below: tuple[str, ...]) -> RecipeSpec:
    spec = parsed.spec
    if spec.extends is None:
        return spec if spec.template else spec.model_copy(update={"template": f"{parsed.name}.j2"})
    chain = (*below, parsed.name)
    if spec.extends in chain or len(chain) > MAX_PARENTS:
        raise InputError(
            parsed.file.problem(f"'{' → '.join((*chain, spec.extends))}' goes round in a circle.", "extends")
        )
    try:
        parent = _inherited(library.recipe(spec.extends), library, chain)
    except NotFoundError as error:
        raise InputError(parsed.file.problem(str(error), "extends")) from error
    settings = parent.settings.model_copy(update=stated(spec.settings))
    return spec.model_copy(
        update={
            "parameters": {**parent.parameters, **spec.parameters},
            "references": {**parent.references, **spec.references},
            "settings": settings,
            "uses": list(dict.fromkeys([*parent.uses, *spec.uses])),
            "excludes": {**parent.excludes, **spec.excludes},
            "contradicts": [
                *parent.contradicts,
                *(rule for rule in spec.contradicts if rule not in parent.contradicts),
            ],
            "heeds": list(dict.fromkeys([*parent.heeds, *spec.heeds])),
            "template": spec.template or parent.template,
            "stays": spec.stays or parent.stays,
            "counts": spec.counts or parent.counts,
            "turns": spec.turns or parent.turns,
            "layout": {**parent.layout, **spec.layout},
            "task": spec.task or parent.task,
            "category": spec.category or parent.category,
            "title": spec.title or parent.title,
            "summary": spec.summary or parent.summary,
        },
    )


def _filled(recipe: Recipe, parsed: LibraryFile[PresetSpec]) -> Recipe:
    spec = parsed.spec
    recipe = recipe.using(*spec.uses)
    names = [*recipe.parameters, *recipe.references]
    clashes: list[Problem] = []
    notes: list[Problem] = []
    values = recipe.form.renamed(spec.values, clashes, notes)
    locked = list(values) if spec.locked == "all" else list(recipe.form.renamed(dict.fromkeys(spec.locked), [], []))
    problems = [
        parsed.file.problem(
            f"'{recipe.name}' has no parameter '{name}'. {did_you_mean(name, names)}".strip(),
            "values",
            name,
            of_key=True,
        )
        for name in values
        if name not in names
    ]
    problems += [parsed.file.problem(clash.message, "values", clash.parameter or "") for clash in clashes]
    problems += [
        parsed.file.problem(f"'{name}' is locked but has no value here.", "locked")
        for name in locked
        if name not in values
    ]
    for slot in (name for name in values if name in recipe.references):
        try:
            values = {**values, slot: [parsed.root.picture(file) for file in _named(values[slot])]}
        except InputError as error:
            problems.append(parsed.file.problem(str(error), "values", slot))
    if problems:
        raise InputError(problems)
    parameters = {
        name: p.model_copy(update={"locked": p.locked or name in locked}) for name, p in recipe.parameters.items()
    }
    filled = recipe.spec.model_copy(
        update={
            "title": spec.title or recipe.title,
            "summary": spec.summary or recipe.spec.summary,
            # Those of strategies that are filled in become the preset's own, so that a lock holds them, too.
            "parameters": {n: p for n, p in parameters.items() if n in recipe.spec.parameters or n in values},
            "settings": recipe.spec.settings.model_copy(update=stated(spec.settings)),
            "template": template_name(recipe.name, recipe.spec),
            "examples": {},
        },
    )
    fixed = dict(recipe.fixed) | dict(values)
    all_notes = (*recipe.notes, *(parsed.file.problem(note.message, "values") for note in notes))
    return replace(recipe, name=parsed.name, spec=filled, fixed=tuple(fixed.items()), notes=all_notes)


def _strange_pictures(
    parsed: LibraryFile[RecipeSpec] | LibraryFile[StrategySpec], slots: Mapping[str, ReferenceSlot]
) -> Iterator[Problem]:
    """Find pictures of examples that lead out of the folder they came with: they would be sent."""
    for name, example in parsed.spec.examples.items():
        for slot, value in example.values.items():
            for picture in _named(value) if slot in slots else ():
                try:
                    parsed.root.picture(picture)
                except InputError as error:
                    yield parsed.file.problem(str(error), "examples", name, "values", slot)


def _named(value: Any) -> list[str]:
    """Return the files that a value of a reference slot names."""
    return [file for file in (value if isinstance(value, list) else [value]) if isinstance(file, str)]


def _mistakes(recipe: Recipe, own: RecipeSpec) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the contradictions within a recipe, each with the keys of its place; ``own`` is what its own file says."""
    yield from choice_mistakes(own.parameters)
    yield from layout_mistakes(own.layout, recipe.layout, recipe.parameters, recipe.references, recipe.spec.heeds)
    yield from _condition_mistakes(recipe)
    yield from _former_name_mistakes(recipe)
    yield from _rule_mistakes(recipe)
    unknown = ((at, name) for at, name in enumerate(recipe.spec.counts) if name not in recipe.parameters)
    yield from ((f"counts names '{name}', which is no parameter.", ("counts", cast("str", at))) for at, name in unknown)
    for name, slot in recipe.spec.references.items():
        if slot.described_by and not repeats(recipe.parameters.get(slot.described_by)):
            yield f"described_by names '{slot.described_by}', which is no list.", ("references", name, "described_by")
    for number, turn in enumerate(recipe.spec.turns):
        keys = ("turns", cast("str", number))
        if turn.for_each and not repeats(recipe.parameters.get(turn.for_each)):
            yield f"for_each names '{turn.for_each}', which is no list.", (*keys, "for_each")
        for slot_name in turn.references or ():
            if slot_name not in recipe.references:
                yield f"there is no reference slot '{slot_name}'.", (*keys, "references")


def phrase_mistakes(parsed: LibraryFile[RecipeSpec], recipe: Recipe) -> Iterator[Problem]:
    """Yield what is wrong with the phrases of a recipe that say what stays; only what refines needs them."""
    for number, text in enumerate(recipe.spec.stays):
        try:
            phrase_of(text, recipe.name, recipe.parameters)
        except InputError as error:
            yield from (parsed.file.problem(problem.message, "stays", number) for problem in error.problems)


def _rule_mistakes(recipe: Recipe) -> Iterator[tuple[str, tuple[str, ...]]]:
    known = [*recipe.parameters, *recipe.references]
    for number, rule in enumerate(recipe.spec.contradicts):
        for name in (rule.at, *rule.when, *rule.mentions, *rule.quoted):
            if name not in known:
                hint = did_you_mean(name, known)
                yield (
                    f"contradicts names '{name}', which is no parameter or slot. {hint}".strip(),
                    ("contradicts", cast("str", number)),
                )


def _former_name_mistakes(recipe: Recipe) -> Iterator[tuple[str, tuple[str, ...]]]:
    owner = dict.fromkeys([*recipe.parameters, *recipe.references], "")
    for kind, asked in (("parameters", recipe.spec.parameters), ("references", recipe.spec.references)):
        for name, asked_for in asked.items():
            for old in asked_for.was:
                if old in owner:
                    taken = f"was a name of '{owner[old]}', too" if owner[old] else "is a name of today"
                    yield f"was names '{old}', which {taken}.", (kind, name, "was")
                owner.setdefault(old, name)


def _condition_mistakes(recipe: Recipe) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, parameter in recipe.spec.parameters.items():
        for other in parameter.away_from if isinstance(parameter, Color) else ():
            if other not in recipe.parameters or other == name:
                hint = did_you_mean(
                    other, [parameter_name for parameter_name in recipe.parameters if parameter_name != name]
                )
                message = f"away_from names '{other}', which is no other parameter. {hint}".strip()
                yield message, ("parameters", name, "away_from")
    for name, parameter in recipe.spec.parameters.items():
        if parameter.spare_with and parameter.spare_with not in recipe.references:
            hint = did_you_mean(parameter.spare_with, list(recipe.references))
            message = f"spare_with names '{parameter.spare_with}', which is no reference slot. {hint}".strip()
            yield message, ("parameters", name, "spare_with")
    for kind, asked in (("parameters", recipe.spec.parameters), ("references", recipe.spec.references)):
        for name, input_ in asked.items():
            for other in input_.show_if:
                if other not in recipe.parameters or other == name:
                    yield f"show_if names '{other}', which is no other parameter.", (kind, name, "show_if")
