"""Refuses prompts before anything is sent, for every generator: no words, damaged pictures, masks that do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prompt_kit.errors import InputError, Problem
from prompt_kit.prompt import EarlierWords, Mask, Reference
from prompt_kit.work.finishing import base_of, original_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.prompt import Prompt, Turn

_WHOLE: Final[set[str]] = set()
"""The hashes of pictures that were seen to be whole: a prompt is looked at more than once before it is sent."""


def refusals_of(prompt: Prompt) -> tuple[Problem, ...]:
    """Return everything that is wrong with a prompt's words and given pictures."""
    damaged = [problem for turn in prompt.turns for problem in _damaged(turn)]
    masks = [] if damaged else [problem for turn in prompt.turns for problem in _mask_problems(turn)]
    return tuple(dict.fromkeys([*_wordless(prompt), *damaged, *masks]))


def _wordless(prompt: Prompt) -> Iterator[Problem]:
    """Yield a problem for each turn without words: models answer it with any picture, and charge for it."""
    for turn in prompt.turns:
        if not turn.text.strip() and not any(isinstance(part, EarlierWords) for part in turn.parts):
            where = f" in '{turn.name}'" if turn.name else ""
            whose = f" of '{prompt.recipe}'" if prompt.recipe else ""
            yield Problem(f"The prompt{whose} has no words{where}. Fill in more, or look at its template.")


def _damaged(turn: Turn) -> Iterator[Problem]:
    """Yield a problem for each given picture that is not whole."""
    given = [part for part in turn.parts if isinstance(part, Reference | Mask)]
    if not given:
        return
    from prompt_kit.pixels.decoding import damage  # most prompts have no pictures

    for part in given:
        if part.image.sha256 in _WHOLE:
            continue
        try:
            said = damage(part.image)
        except InputError as error:  # it is gone, or another one by now
            said = str(error)
        if said:
            yield Problem(f"{part.slot}: {said}", parameter=part.slot)
        else:
            _WHOLE.add(part.image.sha256)


def _mask_problems(turn: Turn) -> Iterator[Problem]:
    base, mask, picture = base_of(turn), turn.mask, original_of(turn)
    if mask is None:
        return
    if picture is None:
        yield Problem(f"{mask.slot}: there is no picture that the mask is for.", parameter=mask.slot)
        return
    from prompt_kit.pixels.decoding import decoded  # most prompts have no mask
    from prompt_kit.pixels.masks import read_mask

    slot = mask.slot if mask.original or base is None else base.slot
    try:
        size = decoded(picture.read(), picture.name).size
        slot = mask.slot
        read_mask(mask.image.read(), size, f"{slot}: the mask {mask.image.name}", orientation=picture.orientation)
    except InputError as error:
        yield from (problem._replace(parameter=slot) for problem in error.problems)
