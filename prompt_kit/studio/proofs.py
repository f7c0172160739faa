"""Draws proofs for pages: one for each recipe in the gallery, and those of what is being filled in; each once."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from prompt_kit.errors import InputError, WorkspaceError
from prompt_kit.recipe.assembly import load
from prompt_kit.support import files
from prompt_kit.support.cachefolder import cache_folder

if TYPE_CHECKING:
    from prompt_kit.catalogue import Model
    from prompt_kit.generators import Request
    from prompt_kit.prompt import Prompt
    from prompt_kit.recipe.recipe import Recipe

WIDE: Final = 560
"""How wide, and at the most how high, a picture in the gallery is, in pixels."""

USUAL: Final = 1024
"""The longest side of a proof beside a form, in pixels."""

LARGE: Final = 2048
"""The longest side of a proof that is opened large."""

_QUALITY: Final = 82
_VERSION: Final = "1"
"""Changes when proofs are drawn differently, so that those in the cache are drawn anew."""


def gallery_proof(recipe: Recipe) -> bytes:
    """Return the layout of a recipe's first example as a small WebP.

    Raises:
        InputError: When the recipe has no example, or it cannot be rendered.
    """
    prompt = _example_prompt(recipe)
    return proof_of(prompt, recipe.library.catalogue.choose(prompt.settings), longest=WIDE, frame_only=True)


def _example_prompt(recipe: Recipe) -> Prompt:
    """Return the prompt of the first example; a preset without its own takes one of the recipe that it fixes."""
    if recipe.examples:
        return recipe.render_example(next(iter(recipe.examples)))
    base = recipe.library.preset(recipe.name).spec.extends if recipe.name in recipe.library.names("preset") else ""
    if not base:
        raise InputError(f"The recipe '{recipe.name}' has no example.")
    example = next(iter(load(base, library=recipe.library).examples.values()))
    fixed = dict(recipe.fixed)
    return recipe.render({name: value for name, value in example.values.items() if name not in fixed})


def proof_of(prompt: Prompt, model: Model, turn: int = 0, *, longest: int = USUAL, frame_only: bool = False) -> bytes:
    """Return the proof of a turn as WebP, from the cache when it was drawn before.

    Args:
        prompt: The prompt; its first turn that makes a picture is drawn when ``turn`` makes none.
        model: Whose formats count.
        turn: Which turn, from 0.
        longest: The longest side, in pixels.
        frame_only: Whether the picture's frame is wanted without the rest of the sheet.
    """
    from prompt_kit.generators import Request
    from prompt_kit.generators.proof.generator import proof_key

    chosen = prompt.turns[turn]
    if chosen.output == "words" or chosen.earlier:
        chosen = next((other for other in prompt.turns if other.output == "picture" and not other.earlier), chosen)
    request = Request(chosen, model, prompt.settings, (), prompt)
    part = "frame" if frame_only else "sheet"
    path = cache_folder() / "proofs" / f"{proof_key(request)}-{part}-{longest}-{_VERSION}.webp"
    with suppress(OSError):
        return path.read_bytes()
    data = _drawn(request, longest, frame_only=frame_only)
    with suppress(OSError, WorkspaceError):
        files.make_folder(path.parent)
        files.replace(path, data, durable="nothing")
    return data


def _drawn(request: Request, longest: int, *, frame_only: bool) -> bytes:
    from prompt_kit.generators.proof.arrangement import arrangement_of
    from prompt_kit.generators.proof.generator import pixels
    from prompt_kit.generators.proof.sheet import draw

    arrangement = arrangement_of(request, pixels(request))
    image = draw(arrangement).image
    if frame_only:
        frame = arrangement.frame
        image = image.crop((round(frame.x), round(frame.y), round(frame.x + frame.w), round(frame.y + frame.h)))
    image.thumbnail((longest, longest))
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=_QUALITY, method=4)
    return buffer.getvalue()
