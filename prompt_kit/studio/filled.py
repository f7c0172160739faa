"""A form with what was filled in, judged and ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from prompt_kit.errors import InputError
from prompt_kit.studio.answers import as_answer
from prompt_kit.studio.drafting import image_of
from prompt_kit.studio.fieldviews import labels_of
from prompt_kit.studio.preview import preview_of
from prompt_kit.studio.tracing import paragraphs

if TYPE_CHECKING:
    from prompt_kit.errors import Offer, Problem
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.studio.answers import Answers
    from prompt_kit.studio.preview import Preview
    from prompt_kit.studio.studio import Studio
    from prompt_kit.studio.tracing import PromptPiece


@dataclass(frozen=True)
class Filling:
    """A form with what was filled in, ready to be shown."""

    recipe: Recipe
    answers: Answers
    draft: str
    preview: Preview

    @property
    def labels(self) -> dict[str, str]:
        """What people call each field and slot."""
        return labels_of(self.recipe.form) | {
            "aspect_ratio": "Format",
            "size": "Size",
            "tier": "Quality",
            "model": "Model",
        }

    @property
    def own(self) -> frozenset[str]:
        """The fields in which stands what the person wrote or chose, and not what applies as usual."""
        form = self.recipe.form
        usual = {field.name: as_answer(field.default) for field in form.fields if field.default is not None}
        return frozenset(name for name, value in self.answers.given(form).items() if value != usual.get(name))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong."""
        return self.preview.problems

    def number_of(self, offer: Offer) -> int:
        """Return the number by which a repair is asked for."""
        return next(number for number, other in enumerate(self.offers) if other is offer)

    @property
    def offers(self) -> list[Offer]:
        """Every repair that is offered, in the order of the problems."""
        return [offer for problem in (*self.problems, *self.preview.notes) for offer in problem.offers]

    def texts(self, before: str | None = None) -> list[tuple[str, list[list[PromptPiece]]]]:
        """Return each turn's name and paragraphs, with the words of fields and what is new marked."""
        prompt = self.preview.prompt
        if prompt is None:
            return []
        context = {name: value for name, value in self.preview.context.items() if name in self.recipe.form.parameters}
        whole = len(prompt.turns) == 1
        return [(turn.name, paragraphs(turn.text, context, before if whole else None)) for turn in prompt.turns]


def filling_of(studio: Studio, name: str, answers: Answers, draft: str, person: str) -> Filling:
    """Return a form with a person's answers, judged."""
    recipe = studio.recipe(name, answers.uses)
    preview = preview_of(studio, recipe, answers, lambda key: image_of(studio, key, person), person)
    return Filling(recipe, answers, draft, preview)


def filling_or_plain(studio: Studio, name: str, answers: Answers, draft: str, person: str) -> Filling:
    """Return a form with a person's answers, without the techniques when they no longer go together."""
    try:
        return filling_of(studio, name, answers, draft, person)
    except InputError:
        return filling_of(studio, name, replace(answers, uses=()), draft, person)
