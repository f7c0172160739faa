"""Checks the files of a library, one by one, and reports every problem."""

from __future__ import annotations

import gc
import re
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import InputError, Place, Problem, PromptKitError
from prompt_kit.recipe.assembly import example_recipes, load
from prompt_kit.recipe.library import Library, kind_of
from prompt_kit.recipe.spec import NAME_PATTERN
from prompt_kit.recipe.turns import strategy_templates
from prompt_kit.review.lint import closing, sentences, wording
from prompt_kit.review.lint.comparisons import impossible_comparisons, impossible_conditions
from prompt_kit.review.lint.coverage import Coverage, coverage
from prompt_kit.review.lint.flaws import flaws
from prompt_kit.review.lint.misfits import example_misfits, preset_misfits
from prompt_kit.review.lint.passages import passages
from prompt_kit.review.lint.placement import vain_places
from prompt_kit.review.lint.printed import printed_raw
from prompt_kit.review.lint.stock import stock
from prompt_kit.review.lint.targets import own
from prompt_kit.review.lint.unused import unused_inputs, unused_templates
from prompt_kit.support import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from prompt_kit.project import Project
    from prompt_kit.prompt import Prompt
    from prompt_kit.recipe.library import LibraryFile, Root
    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.recipe.spec import PresetSpec, RecipeSpec, StrategySpec
    from prompt_kit.recipe.templating import TemplatePart
    from prompt_kit.review.lint.targets import Target

MANY: Final = 100
"""From how many files on the work is shared among processes; starting them takes about half a second."""

_NAME: Final = re.compile(NAME_PATTERN)
_VALUE: Final = re.compile(r"\{[{%].*?[%}]\}")
_library: Library
"""The library of a worker."""


@dataclass
class Report:
    """The problems of files, and how much their examples exercise."""

    problems: list[Problem] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)
    templates: set[str] = field(default_factory=set)
    """The templates that something uses, as messages call them."""
    broken: dict[Problem, set[str]] = field(default_factory=dict)
    """The problems of shared templates, each with the files that cannot be read because of it."""
    unreadable: bool = False
    """Whether a file could not be read so far that its templates are known."""

    def add(self, other: Report) -> None:
        """Add the content of another report to this one."""
        self.problems += other.problems
        self.coverage += other.coverage
        self.templates |= other.templates
        self.unreadable |= other.unreadable
        for problem, names in other.broken.items():
            self.broken.setdefault(problem, set()).update(names)


def check(library: Library, only: list[Target] | None = None, *, min_coverage: float = 1.0) -> Report:
    """Return every problem of recipes, strategies and presets, file by file.

    Args:
        library: The project's library, with its brand and models.
        only: What to look at; the project's own files and those of its packs when left out.
        min_coverage: The part of branches and choices, from 0 to 1, that examples must exercise; below it, everything
            that no example exercises is a problem.
    """
    looked_at = own(library) if only is None else only
    report = Report()
    for target in looked_at:
        report.add(_look(target))
        report.problems += target.problems
    for covered in report.coverage:
        if covered.share < min_coverage:
            report.problems += covered.untried
    if not report.unreadable:
        report.problems += unused_templates(looked_at, report.templates)
    broken = {problem: _with_names(problem, sorted(names)) for problem, names in report.broken.items()}
    report.problems = list(dict.fromkeys(broken.get(problem, problem) for problem in report.problems))
    return report


def _with_names(problem: Problem, names: list[str]) -> Problem:
    listed = words.series(f"'{name}'" for name in names)
    return replace(problem, message=f"{problem.message} This breaks {listed}.")


def _look(target: Target) -> Report:
    library, report = target.library, Report()
    if len(target.files) < MANY:
        reports = [_look_at(library, path) for path in target.files]
    else:
        settings = (library.project, library.roots, library.labels_from)
        with ProcessPoolExecutor(initializer=_begin, initargs=settings) as workers:
            reports = list(workers.map(_work, target.files, chunksize=20))
    for of_file in reports:
        report.add(of_file)
        report.unreadable |= not of_file.templates
    return report


def _begin(project: Project, roots: tuple[Root, ...], labels_from: Path) -> None:
    """Open the library of a worker process; it is short-lived, so garbage collection is turned off."""
    gc.disable()
    global _library  # noqa: PLW0603 - a worker keeps nothing else between files
    _library = Library(project, roots=roots, labels_from=labels_from)


def _work(path: Path) -> Report:
    return _look_at(_library, path)


def _look_at(library: Library, path: Path) -> Report:
    return _File(library, kind_of(path), path).report()


class _File:
    """One file while it is looked at."""

    def __init__(self, library: Library, kind: str, path: Path) -> None:
        self.library, self.kind, self.path = library, kind, path
        self.name = path.stem

    def report(self) -> Report:
        """Return everything that is wrong with the file."""
        label = self.library.label(self.path)
        if not _NAME.match(self.name):
            fact = f"'{self.name}' cannot be a name. Use small letters, figures and hyphens, such as 'red-panda.yaml'."
            return Report([Problem(fact, Place(label))])
        try:
            parsed = getattr(self.library, self.kind)(self.name)
        except PromptKitError as error:
            return Report(_problems(error, Place(label)))
        if parsed.file.path.resolve() != self.path.resolve():
            return Report([Problem(f"{parsed.file.label} has the same name and is found first.", Place(label))])
        try:
            look: Callable[[LibraryFile[Any]], Report] = getattr(self, f"_{self.kind}")
            return look(parsed)
        except PromptKitError as error:
            problems = _problems(error, parsed.file.place())
            own = {label, parsed.file.label}
            own |= {self._label_of_template(name) for name in _named_templates(self.kind, parsed)}
            shared = {problem: {self.name} for problem in problems if problem.place and problem.place.file not in own}
            return Report(problems, broken=shared)

    def _label_of_template(self, name: str) -> str:
        try:
            return self.library.source(name).label
        except PromptKitError:
            return ""

    def _preset(self, parsed: LibraryFile[PresetSpec]) -> Report:
        recipe = load(parsed.name, library=self.library)
        turns = recipe.turn_templates
        report = Report(templates={source.label for turn in turns for source in turn.program.sources})
        report.problems += preset_misfits(parsed, recipe)
        return report

    def _recipe(self, parsed: LibraryFile[RecipeSpec]) -> Report:
        recipe = load(self.name, library=self.library)
        trial = _Trial(parsed, self._own_templates(parsed, recipe))
        trial.render(dict.fromkeys(recipe.examples, recipe))
        report = trial.report("recipe", parsed.spec.parameters, creates=recipe.task == "create", base=recipe)
        report.problems += self._about_strategies(parsed)
        report.problems += _about_stays(parsed, recipe, trial.prompts)
        return report

    def _own_templates(self, parsed: LibraryFile[RecipeSpec], recipe: Recipe) -> set[str]:
        """Return the templates that are the recipe's own; inherited ones are measured with their own recipe."""
        names = {name for plan in recipe.turn_templates for name in plan.program.origins}
        if parsed.spec.extends is not None:
            own = {parsed.spec.template, *(turn.template for turn in parsed.spec.turns)}
            return {name for name in names if name in own}
        return names - {name for strategy in recipe.strategies for name in strategy_templates(strategy)}

    def _about_strategies(self, parsed: LibraryFile[RecipeSpec]) -> Iterator[Problem]:
        """Yield what a recipe says of strategies that are not there."""
        strategies = self.library.names("strategy")
        for name in parsed.spec.excludes:
            if name not in strategies:
                yield parsed.file.problem(f"there is no strategy '{name}'.", "excludes", name, of_key=True)
        if parsed.spec.heeds:
            asked = {name for strategy in strategies for name in self.library.strategy(strategy).spec.parameters}
            for at, name in enumerate(parsed.spec.heeds):
                if name not in asked:
                    yield parsed.file.problem(f"no strategy has a parameter '{name}'.", "heeds", at)

    def _strategy(self, parsed: LibraryFile[StrategySpec]) -> Report:
        trial = _Trial(parsed, strategy_templates(parsed))
        recipes = example_recipes("strategy", self.name, self.library)
        trial.render(recipes)
        base = next(iter(recipes.values()), None)
        return trial.report("strategy", parsed.spec.parameters, creates="create" in parsed.spec.tasks, base=base)


def _named_templates(kind: str, parsed: LibraryFile[Any]) -> set[str]:
    """Return the names of the templates that a file names as its own."""
    if kind == "strategy":
        return strategy_templates(parsed)
    if kind == "preset":
        return set()
    return {
        parsed.spec.template or f"{parsed.name}.j2",
        *(turn.template for turn in parsed.spec.turns if turn.template),
    }


def _about_stays(parsed: LibraryFile[RecipeSpec], recipe: Recipe, prompts: Mapping[str, Prompt]) -> Iterator[Problem]:
    """Yield what is wrong with what a refinement must keep: its words, and what examples make of them."""
    for number, text in enumerate(parsed.spec.stays):
        for message, _ in wording.in_words(_VALUE.sub("", text), creates=False):
            yield parsed.file.problem(message, "stays", number)
    for name, prompt in prompts.items():
        try:
            recipe.stays(prompt.values)
        except InputError as error:
            for problem in error.problems:
                yield parsed.file.problem(f"example '{name}': {problem.message}", "stays")


class _Trial:
    """Renders the examples of one file, and watches which branches they take."""

    def __init__(self, parsed: LibraryFile[Any], templates: set[str]) -> None:
        self.parsed, self.templates = parsed, templates
        self.parts: dict[int, TemplatePart] = {}
        self.prompts: dict[str, Prompt] = {}
        self.mixed: dict[str, Recipe] = {}
        """The recipe that rendered each prompt."""
        self.pieces: dict[str, sentences.Pieces] = {}
        """What the values of each prompt look like in it."""
        self.problems: list[Problem] = []

    def render(self, recipes: Mapping[str, Recipe]) -> None:
        """Render the examples, each with its recipe; what goes wrong is a problem at its place."""
        for name, recipe in recipes.items():
            example = recipe.examples[name]
            try:
                mixed = recipe.using(*example.uses)
                self.watch(mixed)
                self.prompts[name], context = mixed.rendered(example.values, example.settings)
                self.mixed[name] = mixed
                self.pieces[name] = sentences.pieces(mixed, self.prompts[name], context)
            except PromptKitError as error:
                for problem in error.problems:
                    self.problems.append(self.parsed.file.problem(f"example '{name}': {problem}", "examples", name))

    def watch(self, recipe: Recipe) -> None:
        """Watch the templates of a recipe from now on."""
        for part in (part for plan in recipe.turn_templates for part in plan.program.parts):
            if id(part) not in self.parts:
                self.parts[id(part)] = part
                part.watch()

    def report(self, kind: str, parameters: Mapping[str, Parameter], *, creates: bool, base: Recipe | None) -> Report:
        """Return the problems once all examples were rendered."""
        file, spec = self.parsed.file, self.parsed.spec
        if base is not None:
            self.watch(base)
            self.problems[:0] = unused_inputs(self.parsed, base)
            self.problems += self._conditions(base)
        self.problems += self._words(parameters, creates=creates)
        self.problems += self._repeated_and_closed(base.parameters if base else parameters)
        for name, prompt in self.prompts.items():
            in_prompt = dict.fromkeys(flaws(prompt, self.pieces[name].own))
            self.problems += [file.problem(f"example '{name}': {flaw}.", "examples", name) for flaw in in_prompt]
        if not spec.examples:
            self.problems.append(
                file.problem("there are no examples. Add one, so that the prompt can be held still.", "examples")
            )
        report = Report(self.problems, templates={s.label for p in self.parts.values() for s in p.sources})
        if spec.examples and len(self.prompts) == len(spec.examples):
            report.coverage.append(coverage(kind, self.parsed, parameters, self.parts.values(), self.templates))
        return report

    def _conditions(self, base: Recipe) -> Iterator[Problem]:
        """Look for values that do not fit, conditions that are never met, and what would show as Python writes it."""
        spec, parameters = self.parsed.spec, base.parameters
        yield from example_misfits(self.parsed, base)
        asked = (("parameters", spec.parameters), ("references", spec.references), ("layout", spec.layout))
        for key, inputs in asked:
            for name, other, message in impossible_conditions(inputs, parameters):
                yield self.parsed.file.problem(message, key, name, "show_if", other)
        used = {name for part in self.parts.values() for name in part.names}
        yield from (self.parsed.file.problem(message, *keys) for message, keys in vain_places(spec, base, used))
        items = [turn.for_each for turn in base.turn_templates if turn.for_each]
        for part in self.parts.values():
            yield from impossible_comparisons(part, parameters, items=items, templates=self.templates)
            yield from printed_raw(part, parameters, self.templates)

    def _repeated_and_closed(self, parameters: Mapping[str, Parameter]) -> Iterator[Problem]:
        """Look for sentences that say nothing of the values, and for words that forbid further words."""
        file, spec = self.parsed.file, self.parsed.spec
        in_templates = [passage for part in self.parts.values() for passage in passages(part)]
        yield from closing.closed_lists(in_templates, parameters, self.templates)
        for name, value, message in closing.closed_by_default(spec.parameters):
            yield file.problem(message, "parameters", name, "choices", value)
        if len(self.prompts) == len(spec.examples):
            prompts = {name: (self.mixed[name], prompt, self.pieces[name]) for name, prompt in self.prompts.items()}
            yield from stock(self.parsed, prompts, in_templates, self.templates)

    def _words(self, parameters: Mapping[str, Parameter], *, creates: bool) -> Iterator[Problem]:
        """Look at the author's own words: those of the templates, and those of the choices."""
        tags = {tag for part in self.parts.values() for tag in wording.closing_tags(part)}
        for part in self.parts.values():
            yield from wording.in_template(part, parameters, creates=creates, templates=self.templates, tags=tags)
        for name, parameter in parameters.items():
            for value, choice in getattr(parameter, "choices", {}).items():
                for message, _ in wording.in_words(choice.words, creates=creates):
                    yield self.parsed.file.problem(message, "parameters", name, "choices", value)


def _problems(error: PromptKitError, place: Place | None = None) -> list[Problem]:
    return [Problem(p.message, p.place or place, p.parameter) for p in error.problems]
