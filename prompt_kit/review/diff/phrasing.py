"""The phrases of reports, which are the same in the terminal, on a page and in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prompt_kit.support.text import counted
from prompt_kit.support.words import series

if TYPE_CHECKING:
    from prompt_kit.review.diff.changes import Changes, ExampleChange, RecipeChange, Status
    from prompt_kit.review.diff.passages import Gap

SAYS: Final[dict[Status, str]] = {
    "changed": "changed",
    "added": "added",
    "removed": "removed",
    "renamed": "renamed",
    "broken": "can no longer be rendered",
    "mended": "can be rendered again",
}
"""The change of a prompt or recipe, to be read after its name."""

LISTED: Final = frozenset({"added", "removed", "broken", "mended"})
"""The changes of whole recipes, for which only the names of the examples are listed."""


def summary(changes: Changes) -> str:
    """Return in one sentence how many prompts changed."""
    touched = sum(changes.counts.values())
    if not changes.recipes:
        if changes.prompts > 1:
            return f"All {changes.prompts:,} prompts are the same."
        return "The only prompt is the same." if changes.prompts else "There is no prompt to compare."
    recipes = sum(recipe.kind == "recipe" for recipe in changes.recipes)
    strategies = len(changes.recipes) - recipes
    where = [counted(recipes, "recipe")] if recipes else []
    where += [counted(strategies, "strategy")] if strategies else []
    if not touched:
        return f"{series(where)} {'differs' if len(changes.recipes) == 1 else 'differ'}, but no prompt."
    total = counted(changes.prompts, "prompt")
    return f"{touched:,} of {total} {'differs' if touched == 1 else 'differ'}, in {series(where)}."


def details(changes: Changes) -> list[str]:
    """Return how many prompts were changed, added and so on."""
    return [f"{count} {SAYS[status]}" for status, count in changes.counts.items()]


def heading(recipe: RecipeChange) -> str:
    """Return the name of a recipe, and what it was called before."""
    kind = "" if recipe.kind == "recipe" else f"{recipe.kind} "
    return f"{kind}{recipe.name}" + (f" (was {recipe.was})" if recipe.was else "")


def extent(recipe: RecipeChange) -> str:
    """Return how a recipe changed, and how many of its prompts."""
    count = len(recipe.examples)
    if recipe.status in LISTED:
        return f"{SAYS[recipe.status]}, {counted(recipe.total, 'prompt')}"
    touched = f"{count} of {counted(recipe.total, 'prompt')} {'differs' if count == 1 else 'differ'}"
    return f"renamed, {touched}" if recipe.status == "renamed" else touched


def title(example: ExampleChange) -> str:
    """Return the name of an example, its former name, and how it changed."""
    name = f"{example.was} → {example.name}" if example.was else example.name
    return name if example.status == "changed" else f"{name}: {SAYS[example.status]}"


def others(group: list[ExampleChange]) -> str:
    """Return the names of the examples that share the change of the first."""
    return ", ".join(example.name for example in group[1:])


def skipped(gap: Gap) -> str:
    """Return a note in place of unchanged sentences."""
    return f"… {counted(gap.sentences, 'sentence')} unchanged …"
