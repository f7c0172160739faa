"""Says before anything is paid when the copy for a channel will be larger than what the model makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prompt_kit.errors import Problem

if TYPE_CHECKING:
    from prompt_kit.catalogue import Model
    from prompt_kit.prompt import Prompt

CHANNEL: Final = "channel"
"""The parameter by which recipes ask where a picture is used."""


def copy_notes(prompt: Prompt, model: Model) -> tuple[Problem, ...]:
    """Return a note when the channel that a prompt is for wants more pixels than the model makes."""
    asked = prompt.values.get(CHANNEL)
    if not isinstance(asked, str):
        return ()
    from prompt_kit.pixels.channels import ASKED_AS, CHANNELS, fit  # most prompts are for no channel

    channel, ratio = CHANNELS.get(ASKED_AS.get(asked, "")), prompt.settings.aspect_ratio
    made = model.pixels(ratio, prompt.settings.size)
    if channel is None or made is None or not (made_fit := fit(*made, channel)).is_enlarged:
        return ()
    sizes = ((size, model.pixels(ratio, size)) for size in model.sizes)
    enough = next((size for size, pixels in sizes if pixels and not fit(*pixels, channel).is_enlarged), "")
    fact = f"a copy for this channel has {channel.width} × {channel.height} pixels, and the model makes "
    fact += f"{made[0]} × {made[1]}, so that it is enlarged {made_fit.scale:.1f} times and looks softer."
    help_ = f"Choose the size {enough}, and it stays sharp." if enough else "The model makes no larger size."
    return (Problem(f"{CHANNEL}: {fact} {help_}", parameter=CHANNEL, code="enlarged_copy"),)
