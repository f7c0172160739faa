"""How a prompt is sent: the options that every kind of work shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from prompt_kit.work.orders import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from prompt_kit.generators import Generator
    from prompt_kit.project import Project
    from prompt_kit.prompt import Prompt
    from prompt_kit.work.events import Event


class SendOptions(TypedDict, total=False):
    """How a prompt is sent by a kit; everything may be left out."""

    generator: str | Generator
    """By name, or the generator itself; the project's, one with access, or the proof when left out."""
    count: int
    """How many times the prompt is made."""
    parent: str
    """The id of the run that this one refines."""
    parent_picture: str
    """The name of the picture that it refines."""
    person: str
    """For whom it is made; persons take turns, and an unfinished run is continued for the same person only."""
    max_cost: Decimal | float | None
    """What is still to be paid may be so much at the most, in US dollars; ``None`` is no limit."""
    new: bool
    """Make everything anew, even if a run of the same prompt was left unfinished; else that one goes on."""
    resend: bool
    """When an unfinished run goes on: send again what may have been paid though nobody saw the answer."""
    on_progress: Callable[[Event], None]
    """Called with every step."""


def order_of(prompt: Prompt, options: Mapping[str, Any]) -> Order:
    """Return the order that options make of a prompt."""
    return Order(
        prompt,
        options.get("count", 1),
        options.get("parent") or "",
        options.get("parent_picture") or "",
        options.get("generator") or "",
        person=options.get("person", ""),
    )


class GenerateOptions(SendOptions, total=False):
    """How a prompt is sent; everything may be left out."""

    project: Project
    """Whose runs, ledger, budget and models; the current folder's when left out."""
