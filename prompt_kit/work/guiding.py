"""Sends the layout of a prompt along as a picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from prompt_kit.catalogue import Catalogue
from prompt_kit.errors import InputError, Problem
from prompt_kit.images import open_image
from prompt_kit.layout import GUIDE
from prompt_kit.project import find_project
from prompt_kit.prompt import Earlier, Prompt, Reference, Text, Turn
from prompt_kit.support.calls import check_kind
from prompt_kit.support.words import mention

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_kit.catalogue import Model
    from prompt_kit.layout import Box, Layout
    from prompt_kit.project import Project

_SENTENCE: Final = (
    "{} is a plan, not a picture: each thing stands where its labelled box is, and its boxes, lines and labels are not"
    " drawn."
)


def with_guide(prompt: Prompt, *, generator: str = "", project: Project | None = None) -> Prompt:
    """Return a prompt whose turns have their layout as a further picture, with a sentence on what it is for.

    The picture is drawn at the pixels of the model that the prompt asks for. Turns whose layout places nothing stay as
    they are, and so does a prompt that has its layout along already.

    Args:
        prompt: A rendered prompt.
        generator: Who will make the picture.
        project: Whose models; the current folder's when left out.

    Raises:
        InputError: When no turn has a layout that places anything, or the model takes no more pictures.
    """
    check_kind("prompt", prompt, Prompt, "what Recipe.render returns")
    if any(reference.slot == GUIDE for turn in prompt.turns for reference in turn.references):
        return prompt
    project = project or find_project()
    model = Catalogue.load(project.models_file).choose(prompt.settings, generator)
    guided = [turn.output == "picture" and _tells(turn.layout) for turn in prompt.turns]
    if not any(guided):
        raise InputError(_nothing_to_send(prompt))
    turns = list(zip(prompt.turns, guided, strict=True))
    problems = [problem for turn, wanted in turns if wanted for problem in _full(turn, model)]
    if problems:
        raise InputError(problems)
    return replace(prompt, turns=tuple(_guided(turn, prompt, model) if wanted else turn for turn, wanted in turns))


def _tells(layout: Layout) -> bool:
    """Return whether a layout puts anything in a part of the frame, not only in the whole of it."""
    return any(area.box and not _whole(area.box) for area in layout.areas)


def _whole(box: Box) -> bool:
    return min(box.width, box.height) > _NEARLY_ALL


_NEARLY_ALL: Final = 0.999
"""A box of more than this share of width and height is the whole frame."""


def _nothing_to_send(prompt: Prompt) -> Problem:
    whose = f"'{prompt.recipe}'" if prompt.recipe else "The prompt"
    if any(area.box for turn in prompt.turns for area in turn.layout.areas):
        fact = f"{whose} says nothing about places yet: what is shown has the whole frame, so a plan would say nothing."
        return Problem(f"{fact} Say where something stands, or leave the guide out.", None, GUIDE)
    fact = f"{whose} does not say where things stand, so there is no layout to send along."
    return Problem(f"{fact} Say it in the recipe under 'layout:', or leave the guide out.", None, GUIDE)


def _full(turn: Turn, model: Model) -> Iterator[Problem]:
    """Yield a problem when a model takes no more pictures beside those of a turn."""
    if model.room(turn.parts, "layout") == 0:
        count = len(turn.references + turn.earlier)
        where = f" in '{turn.name}'" if turn.name else ""
        fact = f"'{model.id}' takes no more pictures than the {count} that go along{where}."
        yield Problem(f"{fact} For the layout to go along, leave one out; or leave the guide out.", None, GUIDE)


def _guided(turn: Turn, prompt: Prompt, model: Model) -> Turn:
    from prompt_kit.generators.proof.generator import pixels_of  # most prompts send no layout
    from prompt_kit.generators.proof.guide import drawn_guide

    size = pixels_of(model, prompt.settings, [reference.image for reference in turn.references])
    guide = Reference(GUIDE, "layout", replace(open_image(drawn_guide(turn.layout, size)), label="layout"))
    before = [part for part in turn.parts if isinstance(part, Reference | Earlier)]
    called = mention([len(before) + 1], len(before) + 1)
    # After the last picture: what the words call the first image stays the first.
    at = max((n for n, part in enumerate(turn.parts, 1) if part in before), default=0)
    sentence = Text(_SENTENCE.format(f"{called[0].upper()}{called[1:]}"))
    last = max(n for n, part in enumerate(turn.parts, 1) if isinstance(part, Text))
    return turn._replace(parts=(*turn.parts[:at], guide, *turn.parts[at:last], sentence, *turn.parts[last:]))
