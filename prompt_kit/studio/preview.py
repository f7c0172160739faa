"""What is about to be asked: the prompt of some answers, its price, and everything that is wrong or worth knowing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from prompt_kit.errors import PromptKitError
from prompt_kit.prompt import Prompt, Reference, Text, Turn
from prompt_kit.recipe.settings import with_changes
from prompt_kit.work import planning
from prompt_kit.work.orders import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from prompt_kit.errors import Problem
    from prompt_kit.images import Image
    from prompt_kit.prompt import Tier
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.studio.answers import Answers
    from prompt_kit.studio.studio import Studio
    from prompt_kit.work.orders import Item


@dataclass(frozen=True)
class Preview:
    """What some answers come to; nothing was sent or saved."""

    recipe: Recipe
    answers: Answers
    prompt: Prompt | None = None
    """``None`` as long as something is wrong."""
    item: Item | None = None
    """The prompt, judged and priced for the number of pictures that is asked for."""
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    """What the template saw, by field."""
    usual: Decimal | None = None
    """What a picture with these settings costs, as long as something is missing; without reference pictures."""

    @property
    def ready(self) -> bool:
        """Whether the pictures can be made."""
        return self.prompt is not None and self.item is not None and not self.problems

    @property
    def pictures(self) -> list[tuple[int, Reference]]:
        """The reference pictures of the first turn with their numbers, from 1, in the order in which they are sent."""
        parts = self.prompt.turns[0].parts if self.prompt else ()
        return list(enumerate((part for part in parts if isinstance(part, Reference)), start=1))


def preview_of(
    studio: Studio, recipe: Recipe, answers: Answers, image: Callable[[str], Image | None], person: str = ""
) -> Preview:
    """Return what answers come to.

    Args:
        studio: Whose project and generator count.
        recipe: The recipe with the strategies of the answers.
        answers: What was filled in.
        image: Returns the picture of an upload by its id.
        person: For whom it would be made.
    """
    given, pictures = answers.given(recipe.form), answers.pictures(recipe.form, image)
    checked = recipe.form.check(given, pictures)
    generator = answers.generator or studio.generator
    settings = dict(answers.settings)
    if checked.problems:
        incomplete = any(problem.code == "missing" for problem in checked.problems)
        usual = _usual_price(studio, recipe, answers, generator) if incomplete else None
        return Preview(
            recipe, answers, problems=checked.problems, notes=checked.notes, context=checked.context, usual=usual
        )
    try:
        prompt = recipe.render(given, references=pictures, settings=settings, generator=generator)
        order = Order(prompt, answers.count, person=person)
        item = planning.plan([order], project=studio.kit.project, generator=generator).items[0]
    except PromptKitError as error:
        return Preview(recipe, answers, problems=error.problems, notes=checked.notes, context=checked.context)
    return Preview(recipe, answers, prompt, item, item.refusals, (*prompt.notes, *item.notes), checked.context)


def price_with(studio: Studio, preview: Preview, tier: Tier) -> Decimal | None:
    """Return about what a picture costs with another quality; ``None`` is free or unknown."""
    if preview.item is None and preview.usual is None:
        return None
    generator = preview.answers.generator or studio.generator
    prompt = preview.prompt or _blank(preview.recipe, preview.answers)
    changed = replace(prompt, settings=prompt.settings._replace(tier=tier, model=None))
    try:
        item = planning.plan([Order(changed)], project=studio.kit.project, generator=generator).items[0]
    except PromptKitError:
        return None
    return None if item.free else item.price_once()


def _blank(recipe: Recipe, answers: Answers) -> Prompt:
    """Return a prompt of nearly no words, with the settings of some answers."""
    chosen, _ = with_changes(recipe.settings, answers.settings, [])
    return Prompt((Turn((Text(recipe.title),)),), chosen, recipe.task, recipe.name)


def _usual_price(studio: Studio, recipe: Recipe, answers: Answers, generator: str) -> Decimal | None:
    try:
        item = planning.plan([Order(_blank(recipe, answers))], project=studio.kit.project, generator=generator).items[0]
    except PromptKitError:
        return None
    return None if item.free else item.price_once()
