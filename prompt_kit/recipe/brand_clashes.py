"""Tells which values ask for what the project's brand never shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Collection

    from prompt_kit.project import Project
    from prompt_kit.recipe.checking import Check, Checking

_DENIED: Final = r"(?<!\bno )(?<!\bnot )(?<!\bnever )(?<!\bwithout )(?<!\bavoid )"
"""What stands before a thing that is not wanted."""


def against_brand(project: Project, own: Collection[str]) -> Check | None:
    """Return the check that adds a note for each value that asks for what the brand never shows, if there is any.

    What must not appear may name it, and so may "no stock smiles".

    Args:
        project: Whose brand counts.
        own: The parameters that the brand itself fills in.
    """
    from prompt_kit.recipe.brand import read_brand  # most work goes without a brand

    wanted = [(thing, _stem(thing).casefold(), _asking_for(thing)) for thing in read_brand(project)[0].avoid]
    if not wanted:
        return None

    def check(checking: Checking) -> None:
        for name in checking.given:
            parameter = checking.parameters.get(name)
            if parameter is None or name in own or getattr(parameter, "reads_as", "") == "exclusion":
                continue
            text = _written(checking.context.get(name))
            folded = text.casefold()
            checking.notes.extend(
                Problem(
                    f"{name}: the brand never shows '{thing}', and this asks for it. Say something else, or make this "
                    "picture without the brand.",
                    parameter=name,
                    code="against_brand",
                )
                for thing, stem, asking in wanted
                if stem in folded and asking.search(text)  # most texts have none of these letters
            )

    return check


def _asking_for(thing: str) -> re.Pattern[str]:
    """Return what finds a thing, in the singular and the plural, where it is not said that it is not wanted."""
    return re.compile(rf"{_DENIED}\b{re.escape(_stem(thing))}(?:e?s)?\b", re.IGNORECASE)


def _stem(thing: str) -> str:
    return thing.strip().removesuffix("s")


def _written(value: Any) -> str:
    """Return the words of a value in one text."""
    return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value or "")
