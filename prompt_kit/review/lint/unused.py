"""Finds parameters, reference slots and templates that nothing uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prompt_kit.errors import Place, Problem, PromptKitError
from prompt_kit.recipe.assembly import load
from prompt_kit.recipe.templating import compile_templates
from prompt_kit.recipe.turns import strategy_templates

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from prompt_kit.recipe.library import Library, LibraryFile
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.recipe.templating import Program
    from prompt_kit.review.lint.targets import Target


def unused_inputs(parsed: LibraryFile[Any], recipe: Recipe) -> list[Problem]:
    """Return the parameters and reference slots of a file that nothing uses.

    Args:
        parsed: The recipe or strategy.
        recipe: The recipe itself, or one into which the strategy is mixed.
    """
    in_templates = {name for turn in recipe.turn_templates for name in turn.program.names}
    used = in_templates | {turn.for_each or "" for turn in recipe.turn_templates}
    used |= {other for p in recipe.parameters.values() for other in (*p.show_if, *getattr(p, "away_from", ()))}
    used |= {other for slot in recipe.references.values() for other in (slot.described_by or "", *slot.show_if)}
    parameters = [n for n, p in parsed.spec.parameters.items() if n not in used and not p.brings_settings]
    # A mask needs no words: its pixels say which part may change.
    slots = [name for name, slot in parsed.spec.references.items() if name not in in_templates and slot.role != "mask"]
    problems = [
        parsed.file.problem(f"no template uses the parameter '{name}'. Use it or leave it out.", "parameters", name)
        for name in parameters
    ]
    problems += [
        parsed.file.problem(
            f"no template mentions the pictures of '{name}'. Say what they are for, or leave the slot out.",
            "references",
            name,
        )
        for name in slots
    ]
    return problems


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


def _used_elsewhere(library: Library, looked_at: Collection[Path]) -> set[str]:
    """Return the templates that other files of a library use; those that cannot be read use none."""
    labels: set[str] = set()
    for kind in ("recipe", "strategy", "preset"):
        for path in library.paths(kind):
            if path.resolve() not in looked_at:
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
            compile_templates([template], library.templates) for template in strategy_templates(library.strategy(name))
        ]
    return [turn.program for turn in load(name, library=library).turn_templates]
