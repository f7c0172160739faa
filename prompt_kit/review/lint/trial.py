"""Renders the examples of one file, and looks at what its templates and choices say."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from prompt_kit.errors import Problem, PromptKitError
from prompt_kit.review.lint import closing, sentences, wording
from prompt_kit.review.lint.comparisons import impossible_comparisons, impossible_conditions
from prompt_kit.review.lint.coverage import coverage
from prompt_kit.review.lint.findings import Report
from prompt_kit.review.lint.flaws import flaws
from prompt_kit.review.lint.misfits import example_misfits
from prompt_kit.review.lint.passages import passages
from prompt_kit.review.lint.placement import vain_places
from prompt_kit.review.lint.printed import printed_raw
from prompt_kit.review.lint.stock import stock
from prompt_kit.review.lint.unused import unused_inputs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prompt_kit.prompt import Prompt
    from prompt_kit.recipe.library import LibraryFile
    from prompt_kit.recipe.parameters import Parameter
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.recipe.templating import TemplatePart
    from prompt_kit.review.lint.passages import TemplateWords


class Trial:
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
        self.breaking: set[Problem] = set()
        """The problems that keep examples from being rendered."""
        self.waiting: dict[Problem, set[tuple[str, str]]] = {}
        """Those of them that are the templates', each with the examples that it concerns."""

    def render(self, recipes: Mapping[str, Recipe]) -> None:
        """Render the examples, each with its recipe; what goes wrong is a problem at its place, in a template once."""
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
                    self._breaks(name, problem)

    def _breaks(self, example: str, problem: Problem) -> None:
        file = self.parsed.file
        if problem.place and problem.place.file != file.label:
            problem = Problem(problem.message, problem.place)
            self.waiting.setdefault(problem, set()).add((file.label, example))
        else:
            problem = file.problem(f"example '{example}': {problem}", "examples", example)
        self.problems.append(problem)
        self.breaking.add(problem)

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
        self.problems += self._closed(base.parameters if base else parameters)
        self.problems += self._repeated()
        for name, prompt in self.prompts.items():
            in_prompt = dict.fromkeys(flaws(prompt, self.pieces[name].own))
            self.problems += [file.problem(f"example '{name}': {flaw}.", "examples", name) for flaw in in_prompt]
        if not spec.examples:
            self.problems.append(
                file.problem("there are no examples. Add one, so that the prompt can be held still.", "examples")
            )
        templates = {s.label for p in self.parts.values() for s in p.sources}
        report = Report(self.problems, templates=templates, waiting=self.waiting, breaking=self.breaking)
        if spec.examples and len(self.prompts) == len(spec.examples):
            report.coverage.append(coverage(kind, self.parsed, parameters, self.parts.values(), self.templates))
        return report

    def words_alone(
        self, parameters: Mapping[str, Parameter], *, creates: bool, base: Recipe, complete: bool
    ) -> Report:
        """Return what is wrong with the words of templates and choices; no example was rendered.

        Args:
            parameters: The file's own parameters.
            creates: Whether a picture is made from nothing.
            base: The recipe, or one into which the strategy is mixed.
            complete: Whether all parameters are as the author meant them, so that conditions can be judged.
        """
        self.watch(base)
        self.problems += self._words(parameters, creates=creates)
        self.problems += self._closed(base.parameters) if complete else ()
        templates = {source.label for part in self.parts.values() for source in part.sources}
        return Report(self.problems, templates=templates, unfinished=True)

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

    def _closed(self, parameters: Mapping[str, Parameter]) -> Iterator[Problem]:
        """Look for words that forbid further words."""
        yield from closing.closed_lists(self._passages, parameters, self.templates)
        for name, value, message in closing.closed_by_default(self.parsed.spec.parameters):
            yield self.parsed.file.problem(message, "parameters", name, "choices", value)

    def _repeated(self) -> Iterator[Problem]:
        """Look for sentences that say nothing of the values."""
        if len(self.prompts) == len(self.parsed.spec.examples):
            prompts = {name: (self.mixed[name], prompt, self.pieces[name]) for name, prompt in self.prompts.items()}
            yield from stock(self.parsed, prompts, self._passages, self.templates)

    @cached_property
    def _passages(self) -> list[TemplateWords]:
        return [passage for part in self.parts.values() for passage in passages(part)]

    def _words(self, parameters: Mapping[str, Parameter], *, creates: bool) -> Iterator[Problem]:
        """Look at the author's own words: those of the templates, and those of the choices."""
        tags = {tag for part in self.parts.values() for tag in wording.closing_tags(part)}
        for part in self.parts.values():
            yield from wording.in_template(part, parameters, creates=creates, templates=self.templates, tags=tags)
        yield from choices_words(self.parsed, parameters, creates=creates)


def choices_words(parsed: LibraryFile[Any], parameters: Mapping[str, Parameter], *, creates: bool) -> Iterator[Problem]:
    """Yield what is wrong with the author's own words in choices."""
    for name, parameter in parameters.items():
        for value, choice in parameter.offered.items():
            for message, _ in wording.in_words(choice.words, creates=creates):
                yield parsed.file.problem(message, "parameters", name, "choices", value)
