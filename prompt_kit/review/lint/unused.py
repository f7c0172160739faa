"""Which parameters, reference slots and templates nothing uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_kit.errors import Place, Problem, PromptKitError
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.recipe import strategy_templates
from prompt_kit.recipe.templating import compile_templates

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from prompt_kit.recipe.library import Library
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.recipe.templating import Program
    from prompt_kit.review.lint.targets import Target


def unused_inputs(names: Iterable[str], recipe: Recipe) -> list[str]:
    """Return those of these parameters that no template, condition or setting of the recipe uses."""
    used = {name for plan in recipe.turn_templates for name in plan.program.names}
    used |= {other for p in recipe.parameters.values() for other in p.show_if}
    used |= {other for p in recipe.parameters.values() for other in getattr(p, "away_from", ())}
    used |= {other for slot in recipe.references.values() for other in (slot.described_by or "", *slot.show_if)}
    used |= {plan.for_each or "" for plan in recipe.turn_templates}
    return [name for name in names if name not in used and not recipe.parameters[name].brings_settings]


def unused_templates(targets: Sequence[Target], used: Collection[str]) -> Iterator[Problem]:
    """Yield the templates of these targets that no recipe, strategy or preset of their libraries uses.

    Args:
        targets: What was looked at.
        used: The templates that its files use, as messages call them.
    """
    for target in targets:
        library, files = target.library, sorted(target.templates.rglob("*.j2")) if target.templates else []
        unused = {library.label(path) for path in files} - set(used)
        if unused:
            unused -= _used_elsewhere(library, {path.resolve() for path in target.files})
        for label in sorted(unused):
            yield Problem("no recipe or strategy uses this template. Use it or delete it.", Place(label))


def _used_elsewhere(library: Library, known: Collection[Path]) -> set[str]:
    """Return the templates that other files of a library use; those that cannot be read use none."""
    labels: set[str] = set()
    for kind in ("recipe", "strategy", "preset"):
        for path in library.paths(kind):
            if path.resolve() not in known:
                try:
                    labels |= {
                        source.label for program in _programs(kind, path.stem, library) for source in program.sources
                    }
                except PromptKitError:
                    continue
    return labels


def _programs(kind: str, name: str, library: Library) -> list[Program]:
    if kind == "strategy":
        return [
            compile_templates([template], library.source) for template in strategy_templates(library.strategy(name))
        ]
    return [turn.program for turn in load(name, library=library).turn_templates]
