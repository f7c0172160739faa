"""Finds the picture that is to be refined, and makes its request, from what a program gives."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from prompt_kit.outcome import Outcome
from prompt_kit.project import project_of
from prompt_kit.refining.origins import only, pictures_of
from prompt_kit.refining.requests import prepare
from prompt_kit.support.calls import check_kind
from prompt_kit.work.planning import check_generator

if TYPE_CHECKING:
    from prompt_kit.refining.origins import Refinable
    from prompt_kit.refining.requests import Refinement, RefineOptions


def refinement_of(picture: Refinable, change: str, options: RefineOptions) -> Refinement:
    """Return the request that changes one thing in a picture.

    Args:
        picture: A picture file, a run with one picture (its id or folder), or the outcome of one.
        change: One change, as an instruction: "make the light warmer".
        options: How it is refined.

    Raises:
        InputError: When there is not exactly one picture, when something does not fit, or when the conversation
            cannot be continued.
        NotFoundError: When there is no such run.
        WorkspaceError: When runs cannot be read.
        TypeError: When an argument is of another kind.
    """
    check_kind("picture", picture, (str, Path, Outcome), "a picture file, a run or its outcome")
    check_generator(options.get("generator") or "")
    check_kind("keep", options.get("keep", ()), (list, tuple), "a list of what must stay")
    check_kind("settings", options.get("settings", {}), Mapping, "settings by name, such as {'size': '2K'}")
    check_kind("values", options.get("values", {}), Mapping, "values by name, such as {'object': 'hat.png'}")
    project = project_of(options.get("project"))
    values = {**options.get("values", {}), "change": change, "keep": list(options.get("keep", ()))}
    return prepare(only(pictures_of(picture, project.runs_folder), picture), values, options)
