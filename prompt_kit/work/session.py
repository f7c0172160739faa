"""Makes one order and waits for it."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, TypedDict

from prompt_kit.generators.standing import with_access as _with_access
from prompt_kit.project import Project, find_project, project_of
from prompt_kit.support.calls import check_options, waited
from prompt_kit.work import planning
from prompt_kit.work.orders import MAX_COUNT, Item, Order
from prompt_kit.work.planning import check_generator, default_generator, generator_for
from prompt_kit.work.sending import work

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from typing_extensions import Unpack

    from prompt_kit.generators import Generator
    from prompt_kit.outcome import Outcome
    from prompt_kit.prompt import Prompt
    from prompt_kit.work.booking import Booking
    from prompt_kit.work.events import Event
    from prompt_kit.work.gate import Gate
    from prompt_kit.work.orders import Plan, Result

__all__ = ["MAX_COUNT", "Item", "check_generator", "default_generator", "generator_for"]

AT_ONCE = 4


def with_access(project: Project) -> tuple[str, ...]:
    """Return the built-in generators for which there is a key, or a Google Cloud project that pays."""
    return _with_access(project.generators)


class GenerateOptions(TypedDict, total=False):
    """How a prompt is sent; everything may be left out."""

    generator: str | Generator
    """By name, or the generator itself; see `default_generator`."""
    project: Project
    """Whose runs, ledger, budget and models; the current folder's when left out."""
    count: int
    """How many times the prompt is made."""
    parent: str
    """The id of the run that this one refines."""
    parent_picture: str
    """The name of the picture that it refines."""
    person: str
    """For whom it is made; persons take turns, and an unfinished run is continued for the same person only."""
    max_cost: Decimal | float | None
    """What is still to be paid may be so much at the most, in US dollars."""
    new: bool
    """Make everything anew, even if a run of the same prompt was left unfinished; else that one goes on."""
    resend: bool
    """When an unfinished run goes on: send again what may have been paid though nobody saw the answer."""
    on_progress: Callable[[Event], None]
    """Called with every step."""


def plan(prompt: Prompt, *, generator: str, project: Project | None = None, count: int = 1) -> Item:
    """Return what sending the prompt would mean: the model, the cost and warnings."""
    orders = [Order(prompt, count)]
    return planning.plan(orders, project=project or find_project(), generator=generator).checked().items[0]


def generate(prompt: Prompt, **options: Unpack[GenerateOptions]) -> Outcome:
    """Make the pictures of a prompt and wait for them; `agenerate` is the async twin."""
    return waited("prompt_kit.agenerate", lambda: agenerate(prompt, **options))


async def agenerate(
    prompt: Prompt,
    *,
    booking: Booking | None = None,
    gate: Gate | None = None,
    **options: Unpack[GenerateOptions],
) -> Outcome:
    """Make the pictures of a prompt, save them with their record, and return what came of it."""
    check_options("generate", options, GenerateOptions)
    project = project_of(options.get("project"))
    order = Order(
        prompt,
        options.get("count", 1),
        options.get("parent") or "",
        options.get("parent_picture") or "",
        options.get("generator") or "",
        person=options.get("person", ""),
    )
    planned = await asyncio.to_thread(_plan, order, project)
    result: Result | None = None
    steps = work(
        planned, booking=booking, gate=gate, new=options.get("new", False), resend=options.get("resend", False)
    )
    tell = options.get("on_progress")
    async with aclosing(steps):
        async for event in steps:
            result = event.result or result
            if tell and (event.step != "ended" or event.folder):
                tell(event)
    return outcome_of(result)


def _plan(order: Order, project: Project) -> Plan:
    planned = planning.plan([order], project=project).checked()
    for image in {image.sha256: image for turn in order.prompt.turns for image in turn.images}.values():
        image.read()
    return planned


def outcome_of(result: Result | None) -> Outcome:
    """Return the outcome of an item that was sent alone; raise what kept it from being made."""
    if result is None:
        raise RuntimeError("the work ended without a result")
    if result.error is not None:
        raise result.error
    if result.outcome is None:
        raise RuntimeError("the work ended without an outcome")
    return result.outcome
