"""The plan of a single prompt, for tests that ask what would be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_kit.kit import kit_of
from prompt_kit.work.orders import Order

if TYPE_CHECKING:
    from prompt_kit.generators import Generator
    from prompt_kit.project import Project
    from prompt_kit.prompt import Prompt
    from prompt_kit.work.orders import Item


def plan(prompt: Prompt, *, generator: str | Generator, project: Project | None = None, count: int = 1) -> Item:
    """Return what sending a prompt would mean; raise everything that is refused."""
    return kit_of(project).plan(Order(prompt, count), generator=generator).checked().items[0]
