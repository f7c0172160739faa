"""Checked, not run: the types that people who import the kit see."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

import prompt_kit


def made() -> None:
    """From a name to a picture."""
    recipe = assert_type(prompt_kit.load("sticker"), prompt_kit.Recipe)
    prompt = assert_type(recipe.render(subject="a fox", character=Path("fox.png")), prompt_kit.Prompt)
    assert_type(prompt.fingerprint, str)
    outcome = assert_type(prompt_kit.generate(prompt, generator="proof", count=2), prompt_kit.Outcome)
    assert_type(outcome.pictures, tuple[prompt_kit.Picture, ...])
    assert_type(outcome.status, prompt_kit.Status)


async def awaited(prompt: prompt_kit.Prompt) -> prompt_kit.Outcome:
    """The async twin."""
    return assert_type(await prompt_kit.agenerate(prompt), prompt_kit.Outcome)


class Own:
    """A generator of one's own fits without inheriting anything."""

    name = "own"

    async def generate(self, request: prompt_kit.Request) -> prompt_kit.Outcome:
        """Answer with nothing."""
        assert_type(request.turn.text, str)
        return prompt_kit.Outcome(prompt_kit.Status.NO_IMAGE)


def fits() -> prompt_kit.Generator:
    """The protocol is all there is."""
    return Own()
