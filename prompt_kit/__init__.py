"""Recipes become prompts, and prompts become pictures: the same quality every time.

```python
import prompt_kit

recipe = prompt_kit.load("sticker")
prompt = recipe.render(subject="a happy red panda")
outcome = prompt_kit.generate(prompt)
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prompt_kit.catalogue import Catalogue, Model
    from prompt_kit.comparing import Comparison
    from prompt_kit.errors import (
        BudgetError,
        GeneratorError,
        InputError,
        NotFoundError,
        Offer,
        Problem,
        PromptKitError,
        WorkspaceError,
    )
    from prompt_kit.generators import Generator, Request
    from prompt_kit.images import Image, open_image
    from prompt_kit.kit import Kit, acompare, agenerate, arefine, compare, generate, refine
    from prompt_kit.outcome import Outcome, Picture, Status, Usage
    from prompt_kit.project import Project, find_project
    from prompt_kit.prompt import Earlier, EarlierWords, Prompt, Reference, Settings, Text, Turn
    from prompt_kit.recipe.assembly import load
    from prompt_kit.recipe.checked import CheckedValues
    from prompt_kit.recipe.conditions import When
    from prompt_kit.recipe.examples import Example
    from prompt_kit.recipe.fields import Field, FieldChoice
    from prompt_kit.recipe.form import Form
    from prompt_kit.recipe.library import Library
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.review.snapshots import snapshot
    from prompt_kit.work.events import Event
    from prompt_kit.work.guiding import with_guide
    from prompt_kit.work.jobs import Job, Order, acollect, asubmit, collect, submit
    from prompt_kit.work.orders import Item, Plan, Result

# Loaded when first used, so that `prompt-kit --help` and an import cost next to nothing.
_HOMES = {
    "recipe.assembly": ("load",),
    "catalogue": ("Catalogue", "Model"),
    "comparing": ("Comparison",),
    "errors": (
        "BudgetError",
        "GeneratorError",
        "InputError",
        "NotFoundError",
        "Offer",
        "Problem",
        "PromptKitError",
        "WorkspaceError",
    ),
    "generators": ("Generator", "Request"),
    "images": ("Image", "open_image"),
    "work.events": ("Event",),
    "work.guiding": ("with_guide",),
    "work.orders": ("Item", "Plan", "Result"),
    "work.jobs": ("Job", "Order", "acollect", "asubmit", "collect", "submit"),
    "recipe.checked": ("CheckedValues",),
    "recipe.conditions": ("When",),
    "recipe.examples": ("Example",),
    "recipe.fields": ("Field", "FieldChoice"),
    "recipe.form": ("Form",),
    "recipe.library": ("Library",),
    "outcome": ("Outcome", "Picture", "Status", "Usage"),
    "project": ("Project", "find_project"),
    "prompt": ("Earlier", "EarlierWords", "Prompt", "Reference", "Settings", "Text", "Turn"),
    "recipe.recipe": ("Recipe",),
    "kit": ("Kit", "acompare", "agenerate", "arefine", "compare", "generate", "refine"),
    "review.snapshots": ("snapshot",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "BudgetError",
    "Catalogue",
    "CheckedValues",
    "Comparison",
    "Earlier",
    "EarlierWords",
    "Event",
    "Example",
    "Field",
    "FieldChoice",
    "Form",
    "Generator",
    "GeneratorError",
    "Image",
    "InputError",
    "Item",
    "Job",
    "Kit",
    "Library",
    "Model",
    "NotFoundError",
    "Offer",
    "Order",
    "Outcome",
    "Picture",
    "Plan",
    "Problem",
    "Project",
    "Prompt",
    "PromptKitError",
    "Recipe",
    "Reference",
    "Request",
    "Result",
    "Settings",
    "Status",
    "Text",
    "Turn",
    "Usage",
    "When",
    "WorkspaceError",
    "acollect",
    "acompare",
    "agenerate",
    "arefine",
    "asubmit",
    "collect",
    "compare",
    "find_project",
    "generate",
    "load",
    "open_image",
    "refine",
    "snapshot",
    "submit",
    "with_guide",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
