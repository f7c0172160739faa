"""Suggests, after many refinements, to start again from the first picture."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from prompt_kit.refining.origins import PICTURE, made_here, sent_with, short

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prompt_kit.refining.origins import Origin

MANY: Final = 4
"""From which refinement in a row on it is better to start again from the first picture."""


def start_again(origin: Origin, change: str) -> Iterator[str]:
    """Say, after many refinements, how all changes are made in one request from the first picture."""
    number = len(origin.refinements) + 1
    first = _first_picture(origin) if number >= MANY else None
    if first is None:
        return
    changes = "; then ".join(text.rstrip(".") for text in (*origin.changes, change))
    command = ["prompt-kit", "refine", short(first), changes]
    added = [pair for run in reversed(origin.refinements) for pair in sent_with(run, origin.root) if pair[0] != PICTURE]
    for slot, path in dict.fromkeys(added):
        command += [f"--{slot.replace('_', '-')}", short(path)]
    yield (
        f"This is refinement {number} in a row, and each loses a little of the first picture. "
        f"To start again from there, with all changes in one request: {shlex.join(command)}"
    )


def _first_picture(origin: Origin) -> Path | None:
    """Return the picture from which the refinements began, if it is still there."""
    oldest = origin.refinements[-1]
    above = origin.line[len(origin.refinements) :]
    if above:
        name = oldest.fields.parent_picture
        return next((path for path in (*above[0].pictures, *made_here(above[0])) if path.name == name), None)
    return next((path for slot, path in sent_with(oldest, origin.root) if slot == PICTURE), None)
