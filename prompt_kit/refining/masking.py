"""Says which part of a picture its refinements may change: that of the mask it was made with.

What a model makes of it is put into the original of the first run, so that all the rest stays that original, exact to
the pixel, however often the picture is refined.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.errors import InputError, Problem
from prompt_kit.prompt import Mask, Reference
from prompt_kit.prompt.reading import PromptReading
from prompt_kit.record.runs.rerun import kept_references
from prompt_kit.refining.origins import master_in, origin_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prompt_kit.project import Project
    from prompt_kit.prompt import Prompt
    from prompt_kit.record.runs import Run
    from prompt_kit.refining.origins import Origin

WHOLE: Final = "whole"
"""The option of a refinement by which the whole picture may change."""

_WAY_OUT: Final = "Or let the whole picture change."


def mask_for(picture: Path, project: Project) -> Mask | None:
    """Return the mask that the refinements of a picture have; ``None`` where the whole of it may change.

    Raises:
        InputError: When the mask or the original is gone or has changed.
        WorkspaceError: When the runs cannot be read.
    """
    return mask_of(origin_of(picture, project))


def mask_of(origin: Origin) -> Mask | None:
    """Return the mask of the turn that made a picture, with the original it is for; ``None`` when it had none.

    Raises:
        InputError: When the mask or the original is gone or has changed.
    """
    plain = _recorded(origin.line[0], origin.master) if origin.line else None
    if plain is None:
        return None
    # Of several places, the one that the oldest run names: that is the person's own file.
    kept = {kept.sha256: kept.original for run in origin.line for kept in run.fields.references if kept.original}
    try:
        images = kept_references({"turns": [{"parts": [plain]}]}, origin.root, kept)
    except InputError as error:
        raise _not_without(origin, " ".join(map(str, error.problems))) from error
    reading = PromptReading(images)
    mask = reading.part(plain, "", 0)
    if reading.problems or not isinstance(mask, Mask):
        raise _not_without(origin, f"The record of it was edited: {'; '.join(map(str, reading.problems))}.")
    return mask


def _not_without(origin: Origin, why: str) -> InputError:
    fact = f"{origin.picture.name} was made with a mask, and what lies outside is put back from the original."
    return InputError(Problem(f"{fact} {why} {_WAY_OUT}", parameter=WHOLE))


def masked(prompt: Prompt, mask: Mask) -> Prompt:
    """Return a prompt of one turn with a mask, which stands behind the turn's pictures."""
    [turn] = prompt.turns
    at = max((number for number, part in enumerate(turn.parts, 1) if isinstance(part, Reference)), default=0)
    return replace(prompt, turns=(turn._replace(parts=(*turn.parts[:at], mask, *turn.parts[at:])),))


def what_stays(mask: Mask | None) -> str:
    """Return what of the original stays in a refinement with a mask, as a sentence; empty without one."""
    if mask is None or mask.original is None:
        return ""
    fact = f"all the rest is put back from {mask.original.name}, exact to the pixel."
    return f"Only what the mask {mask.image.name} marks may change: {fact}"


def whole_may_change(origin: Origin, mask: Mask | None) -> list[str]:
    """Return a warning when a picture, or one that it was refined from, had a mask that does not count any more."""
    names = [origin.master, *(run.fields.parent_picture or "" for run in origin.line)]
    pictures = zip(origin.line, names, strict=False)
    if mask or not any(_recorded(run, master_in(run, name)) for run, name in pictures):
        return []
    return ["The whole picture may change: what the mask of an earlier version kept is not put back."]


def _recorded(run: Run, master: str) -> dict[str, Any] | None:
    """Return the mask of the turn that made a picture as plain data, with its original; ``None`` when it had none.

    The parts of a record may have been edited, so values of any kind are expected.
    """
    done = run.fields.of_picture(master)
    parts: tuple[Mapping[str, Any], ...] = tuple(run.fields.turns[done.request.turn if done else 0].get("parts", ()))
    mask = next((part for part in parts if isinstance(part.get("mask"), str)), None)
    if mask is None:
        return None
    base = next((part for part in parts if part.get("role") == "base" and "reference" in part), None)
    own = {name: value for name, value in (base or {}).items() if name not in {"reference", "role"}}
    return {"original": own, **mask}
