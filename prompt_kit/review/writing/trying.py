"""What unsaved texts come to: every problem, every prompt that they change, and the prompt and form of an example."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from prompt_kit.errors import Place, Problem, PromptKitError
from prompt_kit.recipe.assembly import example_recipes, load
from prompt_kit.recipe.library import Library
from prompt_kit.review.diff import State, changes_between
from prompt_kit.review.lint import Target, check, who_waits
from prompt_kit.review.writing.texts import own_path, own_subjects

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from prompt_kit.prompt import Prompt
    from prompt_kit.prompt.settings import Settings
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.review.diff import Changes
    from prompt_kit.review.lint import Report
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
    """Everything that `check` says of the files, file by file, except what no example tries."""
    unfinished: bool
    """Whether more may come to light once these are mended."""
    changes: Changes | None
    """What becomes of every prompt; nothing for presets, which have no examples of their own, and without texts."""
    broken: tuple[Problem, ...] = ()
    """What keeps it, or another file that it touches, from being rendered; causes first."""
    causes: tuple[Problem, ...] = ()
    """Those of them for which several examples or files wait."""
    untried: tuple[Problem, ...] = ()
    """The branches and choices that no example tries."""
    recipe: Recipe | None = None
    """The recipe whose form people will fill in, when it can be read."""
    examples: tuple[ExampleToShow, ...] = field(default=())

    began_as: str = ""
    """What a new file began as, when it is compared with that."""

    @property
    def first(self) -> tuple[Problem, ...]:
        """What to look at first: causes alone, else what keeps it from working, else all."""
        return self.causes or self.broken or self.problems


def tried(before: Library, subject: Subject, texts: Sequence[WrittenText], base: str = "") -> TriedTexts:
    """Return what texts come to, without saving them.

    Args:
        before: The library as it is saved.
        subject: The kind and name that is looked at.
        texts: The texts, all of the project's own files.
        base: What a new file began as; it is compared with that until it is saved.
    """
    library = Library(before.project, unsaved={text.path: text.text for text in texts})
    subjects = [subject] if subject[0] != "template" else users_of(library, subject[1])
    checked = [of for of in subjects if library.has(own_path(library, *of))]
    report = _report(library, subject, checked)
    changes, uncompared = _changes(before, library, subject, texts, base)
    recipe, examples, unreadable = _to_show(library, subjects, base if _is_new(subject, texts) else "")
    said = {str(problem.place): problem for problem in report.problems} | {p.message: p for p in report.problems}
    # What the check says with its place, or with the examples that wait for it, is not said again.
    problems = [
        p for p in (*uncompared, *unreadable) if p.message not in said and (not p.place or str(p.place) not in said)
    ]
    if changes:
        causes = set(map(str, report.waiting))
        problems += _broken_elsewhere(changes, checked, causes)
    if texts and subject[0] != "preset":
        problems += _broken_presets(before, library)
    broken = [problem for problem in report.problems if problem in report.breaking] + problems
    untried = {problem for covered in report.coverage for problem in covered.untried}
    return TriedTexts(
        tuple(dict.fromkeys(p for p in (*report.problems, *problems) if p not in untried)),
        report.unfinished,
        changes,
        tuple(dict.fromkeys(broken)),
        tuple(report.causes),
        tuple(problem for problem in report.problems if problem in untried),
        recipe or (examples[0].recipe if examples else None),
        tuple(examples),
        base if changes and _is_new(subject, texts) and base in before.names(subject[0]) else "",
    )


def _is_new(subject: Subject, texts: Sequence[WrittenText]) -> bool:
    return any(text.new and (text.kind, text.name) == subject for text in texts)


def _to_show(
    library: Library, subjects: Sequence[Subject], base: str
) -> tuple[Recipe | None, list[ExampleToShow], list[Problem]]:
    """Return the recipe whose form is shown, all examples, and why some cannot be read."""
    recipe: Recipe | None = None
    examples: list[ExampleToShow] = []
    problems: list[Problem] = []
    for kind, name in subjects:
        try:
            recipe = recipe or (load(name, library=library) if kind != "strategy" else None)
            examples += examples_of(library, kind, name, base)
        except PromptKitError as error:
            problems += error.problems
    return recipe, examples, problems


def _changes(
    before: Library, library: Library, subject: Subject, texts: Sequence[WrittenText], base: str
) -> tuple[Changes | None, list[Problem]]:
    """Return what becomes of every prompt, or why nobody can say."""
    kind, name = subject
    if kind == "preset" or not texts:
        return None, []
    new = kind != "template" and _is_new(subject, texts)
    began = {subject: (kind, base)} if new and base in before.names(kind) else {}
    only = [name] if all(text.new for text in texts) and new else []
    try:
        return changes_between(State("saved", before), State("now", library), only, alone=True, began=began), []
    except PromptKitError as error:
        return None, list(error.problems)


def _broken_elsewhere(changes: Changes, subjects: Sequence[Subject], causes: Container[str]) -> Iterator[Problem]:
    """Yield what can no longer be rendered in other files, unless it has a cause that is said already."""
    for change in changes.recipes:
        if (change.kind, change.name) in subjects:
            continue
        if change.status == "broken":
            further = [problem for problem in change.problems if problem not in causes]
            yield from (Problem(f"{change.kind} '{change.name}': {problem}") for problem in further)
        waiting: dict[str, list[str]] = {}
        for example in change.examples if change.status != "broken" else ():
            for problem in example.problems if example.status == "broken" else ():
                if problem in causes:
                    continue
                waiting.setdefault(problem, []).append(example.name)
        for problem, names in waiting.items():
            yield Problem(f"{change.kind} '{change.name}': {problem} {who_waits(names)}")


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


def examples_of(library: Library, kind: str, name: str, base: str = "") -> Iterator[ExampleToShow]:
    """Yield the examples of a recipe or strategy, and those of the recipe below a recipe or preset.

    Args:
        library: Where it is.
        kind: Its kind.
        name: Its name.
        base: The recipe that it began as.

    Raises:
        PromptKitError: When it cannot be read.
    """
    recipe = load(name, library=library) if kind != "strategy" else None
    own = example_recipes(kind, name, library) if kind != "preset" else {}
    base = _below(library, kind, name) or base
    theirs = load(base, library=library) if recipe and base else None
    sources = [(example, of, "") for example, of in own.items()]
    if theirs:
        of_theirs = f" ({theirs.title})" if own else ""
        sources += [(example, theirs, of_theirs) for example in theirs.examples if example not in own]
    fixed = dict(recipe.fixed) if recipe else {}
    for example, of, whose in sources:
        spec = of.examples[example]
        values = {key: value for key, value in spec.values.items() if key not in fixed}
        mixed = (recipe or of).using(*spec.uses)
        yield ExampleToShow(f"{kind}/{name}/{example}", f"{spec.title}{whose}", mixed, values, spec.settings)


def _below(library: Library, kind: str, name: str) -> str:
    """Return the recipe on top of which a recipe or preset stands; its examples show what became of it, too."""
    if kind == "preset":
        return library.preset(name).spec.extends
    return (library.recipe(name).spec.extends or "") if kind == "recipe" else ""


def _report(library: Library, subject: Subject, subjects: Sequence[Subject]) -> Report:
    report = check(library, [Target(library, (own_path(library, *of),)) for of in sorted(subjects)])
    if subject[0] == "template" and not subjects:
        place = Place(library.label(own_path(library, *subject)))
        report.problems = [Problem("no recipe or strategy uses this template, so it cannot be tried.", place)]
    return report


def _has(library: Library, subject: Subject, template: str) -> bool:
    """Return whether a template is part of a recipe or strategy; of those that cannot be read it may be."""
    kind, name = subject
    try:
        recipes = [load(name, library=library)] if kind == "recipe" else example_recipes(kind, name, library).values()
        turns = [turn for recipe in recipes for turn in recipe.turn_templates]
        return any(source.name == template for turn in turns for source in turn.program.sources)
    except PromptKitError:
        return True
