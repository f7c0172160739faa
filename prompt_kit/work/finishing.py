"""Makes from masters what no model gives: cut-outs with real transparency, and composites that keep a picture exact."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from prompt_kit import pixels
from prompt_kit.errors import InputError, Problem, PromptKitError
from prompt_kit.pixels.masks import read_mask

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prompt_kit.images import Image
    from prompt_kit.outcome import Derived, Outcome
    from prompt_kit.prompt import Prompt, Settings, Turn
    from prompt_kit.record.runs import RunFolder


def refusals(prompt: Prompt) -> tuple[Problem, ...]:
    """Return why something could not be made here, before anything is paid: masks that do not fit their picture."""
    return tuple(problem for turn in prompt.turns for problem in _mask_problems(turn))


def warnings(prompt: Prompt) -> tuple[str, ...]:
    """Say what will not be made here because a part of the kit is not installed."""
    wanted = prompt.settings.background == "keyed" or any(turn.mask for turn in prompt.turns)
    return (pixels.MISSING,) if wanted and not pixels.available() else ()


def finished(outcome: Outcome, turn: Turn, settings: Settings, folder: RunFolder) -> Outcome:
    """Return the outcome with the cut-out or composite that the prompt asks for, beside each picture.

    A picture that could not be worked on stays as it is; why is a warning, for the master was made and paid.
    """
    if not pixels.available() or turn.output != "picture":
        return outcome
    derived: list[Derived] = []
    remarks: list[str] = []
    for picture in outcome.pictures:
        if picture.path is None:
            continue
        try:
            for made, warnings in _made(picture.data, picture.path, turn, settings, folder):
                derived += [made] if made else []
                remarks += warnings
        except PromptKitError as error:
            remarks.append(f"{picture.path.name}: {error}")
    return replace(outcome, derived=tuple(derived), warnings=(*outcome.warnings, *remarks))


def _made(
    data: bytes, path: Path, turn: Turn, settings: Settings, folder: RunFolder
) -> Iterator[tuple[Derived | None, tuple[str, ...]]]:
    """Yield what is made from one picture, with what is odd about it; nothing where nothing could be made."""
    base = _base(turn)
    if turn.mask is not None and base is not None:
        whole = pixels.composite(base.read(), turn.mask.image.read(), data, name=path.name, original_name=base.name)
        yield folder.derive(path, "composite", whole.png, whole.report), whole.warnings
    if settings.background == "keyed":
        cut = pixels.cut_out(data, name=path.name)
        yield (folder.derive(path, "cutout", cut.png, cut.report) if cut.png else None), cut.warnings


def _base(turn: Turn) -> Image | None:
    """Return the picture that is worked on; it is sent last."""
    return next((part.image for part in reversed(turn.references) if part.role == "base"), None)


def _mask_problems(turn: Turn) -> Iterator[Problem]:
    base, mask = _base(turn), turn.mask
    if mask is None:
        return
    if base is None:
        yield Problem(f"{mask.slot}: there is no picture that the mask is for.", parameter=mask.slot)
        return
    from prompt_kit.pixels.pictures import opened  # most prompts have no mask

    try:
        size = opened(base.read(), base.name or "The picture").size
        read_mask(mask.image.read(), size, f"{mask.slot}: the mask {mask.image.name}")
    except InputError as error:
        yield from (replace(problem, parameter=mask.slot) for problem in error.problems)
