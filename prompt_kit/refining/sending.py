"""Sends the request that refines a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from prompt_kit.outcome import Outcome
from prompt_kit.project import project_of
from prompt_kit.refining.origins import only, pictures_of
from prompt_kit.refining.requests import RefineOptions, prepare
from prompt_kit.support.calls import check_kind, check_options, waited
from prompt_kit.work.session import GenerateOptions, agenerate, check_generator

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from prompt_kit.refining.origins import Refinable


def refine(picture: Refinable, change: str, **options: Unpack[RefineOptions]) -> Outcome:
    """Change one thing in a picture and wait for the result; `arefine` is the async twin and says more."""
    return waited("prompt_kit.arefine", lambda: arefine(picture, change, **options))


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
    check_options("refine", options, RefineOptions)
    check_kind("picture", picture, (str, Path, Outcome), "a picture file, a run or its outcome")
    check_generator(options.get("generator") or "")
    check_kind("keep", options.get("keep", ()), (list, tuple), "a list of what must stay")
    check_kind("settings", options.get("settings", {}), Mapping, "settings by name, such as {'size': '2K'}")
    check_kind("values", options.get("values", {}), Mapping, "values by name, such as {'object': 'hat.png'}")
    project = project_of(options.get("project"))
    values = {**options.get("values", {}), "change": change, "keep": list(options.get("keep", ()))}
    ready = prepare(only(pictures_of(picture, project.runs_folder), picture), values, options)
    sent: dict[str, Any] = {name: value for name, value in options.items() if name in GenerateOptions.__annotations__}
    sent |= {"project": project, "generator": options.get("generator") or ready.generator}
    if ready.parent:
        sent |= {"parent": ready.parent, "parent_picture": ready.parent_picture}
    outcome = await agenerate(ready.prompt, **cast("GenerateOptions", sent))
    return replace(outcome, warnings=(*ready.warnings, *outcome.warnings))
