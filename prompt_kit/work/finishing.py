"""Makes cut-outs with real transparency, and composites that keep a picture exact, from the pictures of models."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from prompt_kit import pixels
from prompt_kit.errors import PromptKitError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prompt_kit.images import Image
    from prompt_kit.outcome import Derived, Outcome
    from prompt_kit.prompt import Prompt, Reference, Settings, Turn
    from prompt_kit.record.runs import RunFolder


def warnings(prompt: Prompt) -> tuple[str, ...]:
    """Return a warning for each thing that will not be made here because a part of the kit is not installed."""
    wanted = prompt.settings.background == "keyed" or any(turn.mask for turn in prompt.turns)
    return (pixels.MISSING,) if wanted and not pixels.available() else ()


def needed(turn: Turn, settings: Settings) -> bool:
    """Return whether a turn asks for something that is made here from its picture."""
    return turn.output == "picture" and (settings.background == "keyed" or turn.mask is not None)


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
    mask, original = turn.mask, original_of(turn)
    if mask is not None and original is not None:
        whole = pixels.composite(original.read(), mask.image.read(), data, name=path.name, original_name=original.name)
        yield folder.derive(path, "composite", whole.png, whole.report), whole.warnings
    if settings.background == "keyed":
        cut = pixels.cut_out(data, name=path.name)
        yield (folder.derive(path, "cutout", cut.png, cut.report) if cut.png else None), cut.warnings


def original_of(turn: Turn) -> Image | None:
    """Return the picture that a mask belongs to: what lies outside of the mask is put back from it."""
    base = base_of(turn)
    if turn.mask is not None and turn.mask.original is not None:
        return turn.mask.original
    return base.image if base else None


def base_of(turn: Turn) -> Reference | None:
    """Return the picture that is worked on; of several, the first, which is image 1 in the words."""
    return next((part for part in turn.references if part.role == "base"), None)
