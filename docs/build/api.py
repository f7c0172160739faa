"""The public names of the package, grouped for the reference that is made from their docstrings."""

from __future__ import annotations

from typing import Final

import prompt_kit
from docs.build.markup import code, page, plain, table
from prompt_kit.recipe.codes import CODES, NOT_IN_SCHEMA

GROUPS: Final = {
    "Recipes": ("load", "Recipe", "Example", "Library"),
    "Forms": ("Form", "Field", "FieldChoice", "When", "CheckedValues", "Problem", "Offer"),
    "Prompts": ("Prompt", "Turn", "Text", "Reference", "Earlier", "EarlierWords", "Settings", "snapshot"),
    "Making pictures": ("Kit", "generate", "agenerate", "Outcome", "Status", "Picture", "Usage"),
    "Work": ("Order", "Plan", "Item", "Event", "Result", "Job", "submit", "asubmit", "collect", "acollect"),
    "Generators": ("Generator", "Request"),
    "Models": ("Catalogue", "Model"),
    "Projects and pictures": ("Project", "find_project", "Image", "open_image"),
    "Errors": (
        "PromptKitError",
        "InputError",
        "NotFoundError",
        "BudgetError",
        "GeneratorError",
        "WorkspaceError",
    ),
}
"""The public names, by what they are for."""

INTRODUCTION: Final = """\
# Python

These are the public names of `prompt_kit`; what is not here may change without notice. All are typed, and all data is
frozen. [From Python](../tutorials/python.md) shows how they work together."""


def api_page() -> str:
    """Return the page from which the reference of the public names is made; those in no group come last."""
    grouped = {name for names in GROUPS.values() for name in names}
    groups = dict(GROUPS) | {"More": tuple(name for name in prompt_kit.__all__ if name not in grouped)}
    blocks = [INTRODUCTION]
    for heading, names in groups.items():
        blocks += [f"## {heading}", *(f"::: prompt_kit.{name}" for name in names)] if names else []
    return page(*blocks, "## Codes of problems and notes", _codes())


def _codes() -> str:
    rows = [(code(word), plain(meaning), "" if word in NOT_IN_SCHEMA else "yes") for word, meaning in CODES.items()]
    said = "A JSON Schema refuses them, too, but for those that it cannot say."
    return f"{said}\n\n{table(('Code', 'What it means', 'In the schema'), rows)}"
