"""Sends the request that refines a picture."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from prompt_kit.project import find_project
from prompt_kit.refining.origins import only, pictures_of
from prompt_kit.refining.requests import prepare
from prompt_kit.work.session import GenerateOptions, agenerate

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from prompt_kit.outcome import Outcome
    from prompt_kit.refining.origins import Refinable
    from prompt_kit.refining.requests import RefineOptions


def refine(picture: Refinable, change: str, **options: Unpack[RefineOptions]) -> Outcome:
    """Change one thing in a picture and wait for the result; `arefine` is the async twin and says more."""
    return asyncio.run(arefine(picture, change, **options))


async def arefine(picture: Refinable, change: str, **options: Unpack[RefineOptions]) -> Outcome:
    """Change one thing in a picture, and keep what is right already.

    A new request is made from the picture, the change and the list of what must stay. With ``chat`` the change is
    sent to the same model, as the next message of the conversation that made the picture.

    Args:
        picture: A picture file, a run with one picture (its id or folder), or the outcome of one.
        change: One change, as an instruction: "make the light warmer".
        **options: ``chat``, ``keep`` (what must stay besides what the picture's recipe lists), ``values``
            (further values of the recipe ``refine``, such as ``{"object": "hat.png"}``), ``settings`` that differ
            from the picture's own, and how it is sent, as for `generate`.

    Returns:
        The outcome of a run of its own, whose record names the picture it came from.

    Raises:
        InputError: When there is not exactly one picture, when something does not fit, or when the conversation
            cannot be continued; nothing was sent.
        NotFoundError: When there is no such run or generator.
        WorkspaceError: When runs or ledger cannot be read or written.
    """
    project = options.get("project") or find_project()
    values = {**options.get("values", {}), "change": change, "keep": list(options.get("keep", ()))}
    ready = prepare(only(pictures_of(picture, project.runs_folder), picture), values, options)
    sent: dict[str, Any] = {name: value for name, value in options.items() if name in GenerateOptions.__annotations__}
    sent |= {"project": project, "generator": options.get("generator") or ready.generator}
    if ready.parent:
        sent |= {"parent": ready.parent, "parent_picture": ready.parent_picture}
    outcome = await agenerate(ready.prompt, **cast("GenerateOptions", sent))
    return replace(outcome, warnings=(*ready.warnings, *outcome.warnings))
