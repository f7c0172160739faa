"""What unsaved texts come to: every problem, every prompt that they change, and the prompt and form of an example."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from prompt_kit.errors import Place, Problem, PromptKitError
from prompt_kit.recipe.assembly import example_recipes, load
from prompt_kit.recipe.library import FOLDERS, Library
from prompt_kit.review.diff import State, changes_between
from prompt_kit.review.lint import Target, check
from prompt_kit.review.writing.texts import own_path, own_subjects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from prompt_kit.prompt import Prompt
    from prompt_kit.prompt.settings import Settings
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.review.diff import Changes
    from prompt_kit.review.writing.texts import WrittenText

Subject = tuple[str, str]
"""A kind and a name."""


@dataclass(frozen=True, slots=True)
class ExampleToShow:
    """An example whose prompt can be shown."""

    key: str
    """How a page asks for it."""
    title: str
    recipe: Recipe
    values: Mapping[str, Any]
    settings: Settings

    def prompt(self) -> Prompt:
        """Return its prompt; raises as `Recipe.render` does."""
        return self.recipe.rendered(self.values, self.settings)[0]


@dataclass(frozen=True, slots=True)
class TriedTexts:
    """What texts come to that are not saved."""

    problems: tuple[Problem, ...]
    """Everything that `check` says of the files, file by file."""
    unfinished: bool
    """Whether more may come to light once these are mended."""
    changes: Changes | None
    """What becomes of every prompt; nothing for presets, which have no examples of their own, and without texts."""
    broken: tuple[Problem, ...] = ()
    """What keeps it, or another file that it touches, from being rendered; anything else is advice."""
    recipe: Recipe | None = None
    """The recipe whose form people will fill in, when it can be read."""
    examples: tuple[ExampleToShow, ...] = field(default=())


def tried(before: Library, subject: Subject, texts: Sequence[WrittenText]) -> TriedTexts:
    """Return what texts come to, without saving them.

    Args:
        before: The library as it is saved.
        subject: The kind and name that is looked at.
        texts: The texts, all of the project's own files.
    """
    library = Library(before.project, unsaved={text.path: text.text for text in texts})
    subjects = [subject] if subject[0] != "template" else users_of(library, subject[1])
    problems, unfinished = _problems(library, subject, subjects)
    changes = None
    if subject[0] != "preset" and texts:
        brand_new = any(text.new and (text.kind, text.name) == subject for text in texts) and subject[0] != "template"
        only = [subject[1]] if brand_new else []
        try:
            changes = changes_between(State("saved", before), State("now", library), only, alone=True)
        except PromptKitError as error:
            problems = (*problems, *(problem for problem in error.problems if problem not in problems))
    examples: list[ExampleToShow] = []
    broken: list[Problem] = []
    recipe = None
    for kind, name in subjects:
        try:
            recipe = recipe or (load(name, library=library) if kind != "strategy" else None)
            examples += examples_of(library, kind, name)
        except PromptKitError as error:
            broken += error.problems
    broken += [problem for example in examples for problem in _breaks(example)]
    broken += _broken_elsewhere(changes, subjects) if changes else ()
    broken += _broken_presets(before, library) if texts and subject[0] != "preset" else ()
    recipe = recipe or (examples[0].recipe if examples else None)
    broken = list(dict.fromkeys(broken))
    problems = (*problems, *(problem for problem in broken if problem.message not in {p.message for p in problems}))
    return TriedTexts(problems, unfinished, changes, tuple(broken), recipe, tuple(examples))


def _breaks(example: ExampleToShow) -> Sequence[Problem]:
    try:
        example.prompt()
    except PromptKitError as error:
        name = example.key.rpartition("/")[2]
        return [replace(p, message=f"example '{name}': {p.message}") if not p.place else p for p in error.problems]
    return ()


def _broken_elsewhere(changes: Changes, subjects: Sequence[Subject]) -> Iterator[Problem]:
    """Yield what can no longer be rendered in other files."""
    for change in changes.recipes:
        if (change.kind, change.name) in subjects:
            continue
        if change.status == "broken":
            yield from (Problem(f"{change.kind} '{change.name}': {problem}") for problem in change.problems)
        for example in change.examples:
            if example.status == "broken":
                where = f"{change.kind} '{change.name}', example '{example.name}'"
                yield from (Problem(f"{where}: {problem}") for problem in example.problems)


def _broken_presets(before: Library, library: Library) -> Iterator[Problem]:
    """Yield what can no longer be used of presets, which have no examples that would show it."""
    for name in library.names("preset"):
        problems = _preset_problems(name, library)
        if problems and not _preset_problems(name, before):
            yield from (Problem(f"preset '{name}': {problem}") for problem in problems)


def _preset_problems(name: str, library: Library) -> Sequence[Problem]:
    try:
        recipe = load(name, library=library)
        checked = recipe.form.check({})
    except PromptKitError as error:
        return error.problems
    return [problem for problem in checked.problems if problem.parameter in dict(recipe.fixed)]


def users_of(library: Library, template: str) -> list[Subject]:
    """Return the recipes and strategies that a template is part of: the project's own, else those of everybody."""
    own = [subject for subject in own_subjects(library) if _has(library, subject, template)]
    if own:
        return own
    return [("recipe", name) for name in library.names("recipe") if _has(library, ("recipe", name), template)]


def examples_of(library: Library, kind: str, name: str) -> Iterator[ExampleToShow]:
    """Yield the examples of a recipe or strategy, or those of a preset's recipe with the preset's values.

    Raises:
        PromptKitError: When it cannot be read.
    """
    if kind == "preset":
        recipe = load(name, library=library)
        parents = load(library.preset(name).spec.extends, library=library)
        recipes = dict.fromkeys(parents.examples, parents)
    else:
        recipe, recipes = None, example_recipes(kind, name, library)
    for example, source in recipes.items():
        spec = source.examples[example]
        fixed = dict(recipe.fixed) if recipe else {}
        values = {key: value for key, value in spec.values.items() if key not in fixed}
        mixed = (recipe or source).using(*spec.uses)
        yield ExampleToShow(f"{kind}/{name}/{example}", spec.title, mixed, values, spec.settings)


def _problems(library: Library, subject: Subject, subjects: Sequence[Subject]) -> tuple[tuple[Problem, ...], bool]:
    folder = library.project.root / library.project.recipes
    own = {
        folder / f"{FOLDERS[kind]}{name}.yaml" for kind, name in subjects if library.has(own_path(library, kind, name))
    }
    report = check(library, [Target(library, (path,)) for path in sorted(own)])
    problems = tuple(report.problems)
    if subject[0] == "template" and not subjects:
        place = Place(library.label(own_path(library, *subject)))
        problems = (Problem("no recipe or strategy uses this template, so it cannot be tried.", place),)
    return problems, report.unfinished


def _has(library: Library, subject: Subject, template: str) -> bool:
    """Return whether a template is part of a recipe or strategy; of those that cannot be read it may be."""
    kind, name = subject
    try:
        recipes = [load(name, library=library)] if kind == "recipe" else example_recipes(kind, name, library).values()
        turns = [turn for recipe in recipes for turn in recipe.turn_templates]
        return any(source.name == template for turn in turns for source in turn.program.sources)
    except PromptKitError:
        return True
