"""Makes from masters what no model gives: cut-outs with real transparency, and composites that keep a picture exact."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import PromptKitError

try:
    from prompt_kit import pixels
    pixels.available
except (ImportError, AttributeError):
    pixels = None

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prompt_kit.outcome import Derived, Outcome
    from prompt_kit.prompt import Prompt, Settings, Turn
    from prompt_kit.runs import RunFolder

_WITHOUT: Final = "Install it with: pip install 'prompt-kit[pixels]'"


def warnings(prompt: Prompt) -> tuple[str, ...]:
    """Say what cannot be made here because a part of the kit is not installed."""
    if pixels is None or pixels.available():
        return ()
    found = []
    if prompt.settings.background == "keyed":
        found.append(f"The flat colour behind the picture stays: cutting it away needs prompt-kit[pixels]. {_WITHOUT}")
    if any(turn.mask for turn in prompt.turns):
        found.append(f"What is outside the mask may change: keeping it exact needs prompt-kit[pixels]. {_WITHOUT}")
    return tuple(found)


def finished(outcome: Outcome, turn: Turn, settings: Settings, folder: RunFolder) -> Outcome:
    """Make what the prompt wants beside each picture, and say what came of it.

    A picture that could not be worked on stays as it is; why is a warning, for the master was made and paid.
    """
    if pixels is None or not pixels.available() or turn.output != "picture":
        return outcome
    derived: list[Derived] = []
    told: list[str] = []
    for picture in outcome.pictures:
        if picture.path is None:
            continue
        try:
            for one, remarks in _made(picture.data, picture.path, turn, settings, folder):
                derived.append(one)
                told += remarks
        except PromptKitError as error:
            told.append(f"{picture.path.name}: {error}")
    return replace(outcome, derived=tuple(derived), warnings=(*outcome.warnings, *told))


def _made(
    data: bytes, path: Path, turn: Turn, settings: Settings, folder: RunFolder
) -> Iterator[tuple[Derived, tuple[str, ...]]]:
    """Yield what is made from one picture, with what is odd about it."""
    base = next((part.image for part in reversed(turn.references) if part.role == "base"), None)
    if turn.mask is not None and base is not None:
        whole = pixels.composite(base.read(), turn.mask.image.read(), data, name=path.name)
        yield folder.derive(path, "composite", whole.data, whole.report), whole.warnings
    if settings.background == "keyed":
        cut = pixels.cut_out(data, name=path.name)
        yield folder.derive(path, "cutout", cut.data, cut.report), cut.warnings
