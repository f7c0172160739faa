"""Tells which values ask for what the project's brand never shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Collection

    from prompt_kit.project import Project
    from prompt_kit.recipe.checked import Check, Checking

_DENIED: Final = r"(?<!\bno )(?<!\bnot )(?<!\bnever )(?<!\bwithout )(?<!\bavoid )"
"""What stands before a thing that is not wanted."""


def against_brand(project: Project, own: Collection[str]) -> Check:
    """Return the check that adds a note for each value that asks for what the project's brand never shows.

    What must not appear may name it, and so may "no stock smiles".

    Args:
        project: Whose brand counts.
        own: The parameters that the brand itself fills in.
    """
    from prompt_kit.recipe.brand import read_brand  # most work goes without a brand

    wanted = [(thing, _asking_for(thing)) for thing in read_brand(project)[0].avoid]

    def check(checking: Checking) -> None:
        for name in checking.given:
            parameter = checking.parameters.get(name)
            if parameter is None or name in own or getattr(parameter, "reads_as", "") == "exclusion":
                continue
            text = _written(checking.context.get(name))
            checking.notes.extend(
                Problem(
                    f"{name}: the brand never shows '{thing}', and this asks for it. Say something else, or make this "
                    "picture without the brand.",
                    parameter=name,
                    code="against_brand",
                )
                for thing, asking in wanted
                if asking.search(text)
            )

    return check


def _asking_for(thing: str) -> re.Pattern[str]:
    """Return what finds a thing, in the singular and the plural, where it is not said that it is not wanted."""
    stem = re.escape(thing.strip().removesuffix("s"))
    return re.compile(rf"{_DENIED}\b{stem}(?:e?s)?\b", re.IGNORECASE)


def _written(value: Any) -> str:
    """Return the words of a value in one text."""
    return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value or "")
