"""Finds what a layout says in vain: places that nothing takes, covered parts that no template tells the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from prompt_kit.recipe.recipe import Recipe


def vain_places(spec: Any, recipe: Recipe, used: Collection[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what has no effect, each with the keys of its place in the file.

    Args:
        spec: What the file itself says: that of the recipe or strategy.
        recipe: The recipe itself, or the one into which the strategy is mixed.
        used: The names that its templates take.
    """
    taken = {name for area in recipe.layout.values() for name in (*area.placed_by, area.shared_by)}
    for name, parameter in spec.parameters.items():
        placing = [value for value, choice in parameter.offered.items() if choice.place or choice.share]
        if placing and name not in taken:
            message = f"'{placing[0]}' has a place, but no area of the layout has 'place: {name}'. Add one."
            yield message, ("parameters", name, "choices", placing[0])
    if "covered" not in used:
        for name, area in spec.layout.items():
            if area.kind == "covered":
                way_out = 'Add {% include "_covered.j2" %} where it should be said.'
                yield f"no template tells the model that '{name}' is covered. {way_out}", ("layout", name)
                return
