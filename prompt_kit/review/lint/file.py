"""Looks at one file of a library: a recipe, a strategy or a preset."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import InputError, Place, Problem, PromptKitError
from prompt_kit.recipe.assembly import assembled, example_recipes, load, phrase_mistakes
from prompt_kit.recipe.library import Library, kind_of
from prompt_kit.recipe.spec import NAME_PATTERN
from prompt_kit.recipe.turns import strategy_templates
from prompt_kit.review.lint import wording
from prompt_kit.review.lint.findings import Report
from prompt_kit.review.lint.misfits import preset_misfits
from prompt_kit.review.lint.trial import Trial, choices_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from prompt_kit.prompt import Prompt
    from prompt_kit.recipe.library import LibraryFile
    from prompt_kit.recipe.preset_spec import PresetSpec
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.recipe.spec import RecipeSpec
    from prompt_kit.recipe.strategy_spec import StrategySpec

_NAME: Final = re.compile(NAME_PATTERN)
_BASIC: Final = frozenset({"extends", "parameters", "references", "template", "turns", "uses"})
"""The keys of a file without which nothing can be said of the rest."""
_FOR_PEOPLE: Final = frozenset({"category", "summary", "title", "used_for", "with_photo", "with_photo_place"})
"""The keys of a file that nothing else depends on."""
_VALUE: Final = re.compile(r"\{[{%].*?[%}]\}")


def look_at(library: Library, path: Path) -> Report:
    """Return everything that is wrong with a file, and how much its examples exercise."""
    return _File(library, kind_of(path), path).report()


class _File:
    """One file while it is looked at."""

    def __init__(self, library: Library, kind: str, path: Path, lost: frozenset[str] = frozenset()) -> None:
        self.library, self.kind, self.path, self.lost = library, kind, path, lost
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
            return self._rest(_problems(error, Place(label)))
        if parsed.file.path.resolve() != self.path.resolve():
            return Report([Problem(f"{parsed.file.label} has the same name and is found first.", Place(label))])
        try:
            look: Callable[[LibraryFile[Any]], Report] = getattr(self, f"_{self.kind}")
            return look(parsed)
        except PromptKitError as error:
            return self._unreadable(parsed, error)

    def _unreadable(self, parsed: LibraryFile[Any], error: PromptKitError, further: Sequence[Problem] = ()) -> Report:
        """Return what keeps a file from being rendered, and what else is wrong with it."""
        problems = _problems(error, parsed.file.place())
        label = parsed.file.label
        own = {self._label_of_template(name) for name in _named_templates(self.kind, parsed)}
        elsewhere = [problem for problem in problems if problem.place and problem.place.file != label]
        shared = {problem: {self.name} for problem in elsewhere if problem.place and problem.place.file not in own}
        examples = {(label, name) for name in getattr(parsed.spec, "examples", ())}
        waiting = {problem: set(examples) for problem in elsewhere if problem not in shared and examples}
        everything = [*problems, *further]
        return Report(everything, broken=shared, waiting=waiting, breaking=set(problems), unfinished=True)

    def _rest(self, problems: list[Problem]) -> Report:
        """Return what is wrong with a file that cannot be read as it is: also with what of it can be read."""
        try:
            rest, library = self.library.usable(self.kind, self.name)
        except PromptKitError:
            return Report(problems, breaking=set(problems), unfinished=True)
        if library is None or rest.lost & _BASIC:
            problems = rest.problems or problems
            return Report(problems, breaking=set(problems), unfinished=True)
        report = _File(library, self.kind, self.path, rest.lost - _FOR_PEOPLE).report()
        # What is said of entries that were left out follows from what is wrong with them.
        further = [p for p in report.problems if not any(f"'{name}'" in p.message for name in rest.lost)]
        report.problems = [*rest.problems, *further]
        report.breaking |= set(rest.problems)
        report.coverage = []
        return report

    def _label_of_template(self, name: str) -> str:
        try:
            return self.library.source(name).label
        except PromptKitError:
            return ""

    def _preset(self, parsed: LibraryFile[PresetSpec]) -> Report:
        try:
            recipe = load(parsed.name, library=self.library)
        except PromptKitError as error:
            raise InputError([*_problems(error, parsed.file.place()), *self._misfits(parsed)]) from error
        turns = recipe.turn_templates
        report = Report(templates={source.label for turn in turns for source in turn.program.sources})
        report.problems += preset_misfits(parsed, recipe)
        return report

    def _misfits(self, parsed: LibraryFile[PresetSpec]) -> list[Problem]:
        """Return what is wrong with the values of a preset that cannot be filled in as a whole."""
        try:
            recipe = load(parsed.spec.extends, library=self.library).using(*parsed.spec.uses)
        except PromptKitError:
            return []
        return list(preset_misfits(parsed, recipe))

    def _recipe(self, parsed: LibraryFile[RecipeSpec]) -> Report:
        recipe, mistakes = assembled(parsed, self.library)
        mistakes += phrase_mistakes(parsed, recipe)
        if mistakes or self.lost:
            return self._words_of(parsed, recipe, mistakes)
        try:
            own = self._own_templates(parsed, recipe)
        except PromptKitError as error:
            further = [*choices_words(parsed, parsed.spec.parameters, creates=recipe.task == "create")]
            further += _values_of_examples(parsed, recipe)
            return self._unreadable(parsed, error, further)
        trial = Trial(parsed, own)
        trial.render(dict.fromkeys(recipe.examples, recipe))
        report = trial.report("recipe", parsed.spec.parameters, creates=recipe.task == "create", base=recipe)
        report.problems += self._about_strategies(parsed)
        report.problems += _about_stays(parsed, recipe, trial.prompts)
        return report

    def _words_of(self, parsed: LibraryFile[RecipeSpec], recipe: Recipe, mistakes: list[Problem]) -> Report:
        """Return what is wrong with the words of a recipe whose examples cannot be rendered as they are meant."""
        creates = recipe.task == "create"
        # The layout may be what is wrong; no words are looked for in it.
        recipe = replace(recipe, spec=recipe.spec.model_copy(update={"layout": {}}))
        try:
            trial = Trial(parsed, self._own_templates(parsed, recipe))
        except PromptKitError as error:
            further = list(choices_words(parsed, parsed.spec.parameters, creates=creates))
            problems = InputError([*mistakes, *_problems(error, parsed.file.place())])
            return self._unreadable(parsed, problems, further)
        report = trial.words_alone(parsed.spec.parameters, creates=creates, base=recipe, complete=not self.lost)
        report.problems = [*mistakes, *report.problems, *self._about_strategies(parsed)]
        report.breaking |= set(mistakes)
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
            try:
                asked = {name for strategy in strategies for name in self.library.strategy(strategy).spec.parameters}
            except PromptKitError:
                return  # which parameters there are cannot be told; the strategy's own file says why
            for at, name in enumerate(parsed.spec.heeds):
                if name not in asked:
                    yield parsed.file.problem(f"no strategy has a parameter '{name}'.", "heeds", at)

    def _strategy(self, parsed: LibraryFile[StrategySpec]) -> Report:
        if self.lost:
            words_of = choices_words(parsed, parsed.spec.parameters, creates="create" in parsed.spec.tasks)
            return Report(list(words_of), unfinished=True)
        trial = Trial(parsed, strategy_templates(parsed))
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


def _values_of_examples(parsed: LibraryFile[RecipeSpec], recipe: Recipe) -> Iterator[Problem]:
    """Yield what is wrong with the values of examples that cannot be rendered."""
    for name, example in recipe.examples.items():
        try:
            problems = recipe.using(*example.uses).form.check(example.values).problems
        except PromptKitError as error:
            problems = error.problems
        for problem in problems:
            yield parsed.file.problem(f"example '{name}': {problem}", "examples", name)


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


def _problems(error: PromptKitError, place: Place | None = None) -> list[Problem]:
    return [Problem(p.message, p.place or place, p.parameter) for p in error.problems]
