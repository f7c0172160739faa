"""Checked, not run: the types that people who import the kit see."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import assert_type

import prompt_kit


def made() -> None:
    """From a name to a picture."""
    recipe = assert_type(prompt_kit.load("sticker"), prompt_kit.Recipe)
    prompt = assert_type(recipe.render(subject="a fox", character=Path("fox.png")), prompt_kit.Prompt)
    assert_type(prompt.fingerprint, str)
    assert_type(prompt_kit.Prompt.from_dict(prompt.to_dict(), [prompt_kit.open_image("fox.png")]), prompt_kit.Prompt)
    outcome = assert_type(prompt_kit.generate(prompt, generator="proof", count=2), prompt_kit.Outcome)
    assert_type(outcome.pictures, tuple[prompt_kit.Picture, ...])
    assert_type(outcome.status, prompt_kit.Status)


def refined(outcome: prompt_kit.Outcome) -> None:
    """From a picture to the next one."""
    again = prompt_kit.refine(outcome, "make it bluer", keep=["the hat"], values={"object": Path("hat.png")})
    assert_type(again, prompt_kit.Outcome)
    assert_type(prompt_kit.refine("sticker-7f3a", "make it bluer", chat=True, count=2), prompt_kit.Outcome)


async def awaited_refinement(path: Path) -> prompt_kit.Outcome:
    """The async twin of it."""
    return assert_type(await prompt_kit.arefine(path, "make it bluer", settings={"size": "2K"}), prompt_kit.Outcome)


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


def for_less(prompt: prompt_kit.Prompt) -> None:
    """Submitted now, collected later."""
    jobs = assert_type(prompt_kit.submit(prompt, prompt_kit.Order(prompt, count=2)), tuple[prompt_kit.Job, ...])
    assert_type(prompt_kit.collect(*jobs, timeout_s=0), tuple[prompt_kit.Job, ...])
    assert_type(prompt_kit.collect("job-7f3a")[0].cost, Decimal | None)


async def compared(recipe: prompt_kit.Recipe) -> None:
    """Side by side; a name as well as a recipe."""
    comparison = assert_type(
        prompt_kit.compare(
            "sticker", {"subject": "a fox"}, across={"style": ["flat", "retro"], "tier": "*"}, max_cost=1
        ),
        prompt_kit.Comparison,
    )
    assert_type(comparison.sheet, Path)
    assert_type(comparison.ok, bool)
    assert_type(await prompt_kit.acompare(recipe, across={"tier": "*"}), prompt_kit.Comparison)
