"""Functions for a program that works in one project at a time: those of a kit, with the kit chosen by the project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from prompt_kit.kit.kit import Kit
from prompt_kit.project import project_of
from prompt_kit.support.calls import check_options
from prompt_kit.work.options import GenerateOptions
from prompt_kit.work.reporting import waited_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Unpack

    from prompt_kit.comparing import CompareOptions, Comparison
    from prompt_kit.comparing.axes import Across
    from prompt_kit.outcome import Outcome
    from prompt_kit.project import Project
    from prompt_kit.prompt import Prompt
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.refining import Refinable, RefineOptions
    from prompt_kit.work.desk import Desk

_MOST: Final = 16
"""How many projects are remembered."""

_DESKS: Final[dict[str, Desk]] = {}


def kit_of(project: Project | None = None) -> Kit:
    """Return the kit of a project, the current folder's when left out; those of one project share queue and ledger.

    Raises:
        TypeError: When something else is given.
    """
    kit = Kit(project_of(project))
    key = f"{kit.project.root} {kit.project.ledger_url} {kit.project!r}"
    kit.desk = _DESKS.pop(key, kit.desk)
    _DESKS[key] = kit.desk  # the newest is the last
    while len(_DESKS) > _MOST:
        del _DESKS[next(iter(_DESKS))]
    return kit


def generate(prompt: Prompt, **options: Unpack[GenerateOptions]) -> Outcome:
    """Make the pictures of a prompt and wait for them; `agenerate` is the async twin."""
    return waited_for("prompt_kit.agenerate", lambda: agenerate(prompt, **options))


async def agenerate(prompt: Prompt, **options: Unpack[GenerateOptions]) -> Outcome:
    """Make the pictures of a prompt, save them with their record, and return what came of it.

    Returns:
        The outcome of the whole run: the pictures of all turns with the paths they were saved under, the cost, and
        the first problem if there was any. Finished pictures are saved in any case.

    Raises:
        InputError: When the model cannot do what is asked, a picture is gone, the same waits in a job, or the prompt
            was left unfinished by a run of which a request may have been paid; nothing was sent.
        BudgetError: When it would cost more than ``max_cost``, or the price is unknown; nothing was sent.
        NotFoundError: When there is no such generator.
        WorkspaceError: When runs or ledger cannot be written.
        TypeError: When an option does not exist, or an argument is of another kind.
    """
    check_options("generate", options, GenerateOptions)
    own: Any = {name: value for name, value in options.items() if name != "project"}
    return await kit_of(options.get("project")).agenerate(prompt, **own)


def refine(picture: Refinable, change: str, **options: Unpack[RefineOptions]) -> Outcome:
    """Change one thing in a picture and wait for the result; `arefine` is the async twin and says more."""
    return waited_for("prompt_kit.arefine", lambda: arefine(picture, change, **options))


async def arefine(picture: Refinable, change: str, **options: Unpack[RefineOptions]) -> Outcome:
    """Change one thing in a picture, and keep what is right already.

    A new request is made from the picture, the change and the list of what must stay. With ``chat`` the change is
    sent to the same model, as the next message of the conversation that made the picture. Of a picture that was made
    with a mask, only what that marks may change: all the rest is put back from the original, unless ``whole`` is set.

    Args:
        picture: A picture file, a run with one picture (its id or folder), or the outcome of one.
        change: One change, as an instruction: "make the light warmer".
        **options: ``chat``, ``whole``, ``keep`` (what must stay besides what the picture's recipe lists), ``values``
            (further values of the recipe ``refine``, such as ``{"object": "hat.png"}``), ``settings`` that differ
            from the picture's own, and how it is sent, as for `generate`.

    Returns:
        The outcome of a run of its own, whose record names the picture it came from.

    Raises:
        InputError: When there is not exactly one picture, when something does not fit, or when the conversation
            cannot be continued; nothing was sent.
        NotFoundError: When there is no such run or generator.
        WorkspaceError: When runs or ledger cannot be read or written.
    """
    own: RefineOptions = {"paths": True, **options}
    return await kit_of(options.get("project")).arefine(picture, change, **own)


def compare(
    recipe: Recipe | str, values: Mapping[str, Any] | None = None, *, across: Across, **options: Unpack[CompareOptions]
) -> Comparison:
    """Make the same prompt over one or two axes and wait for it; `acompare` is the async twin."""
    return waited_for("prompt_kit.acompare", lambda: acompare(recipe, values, across=across, **options))


async def acompare(
    recipe: Recipe | str, values: Mapping[str, Any] | None = None, *, across: Across, **options: Unpack[CompareOptions]
) -> Comparison:
    """Make the same prompt over one or two axes, and write one sheet with all pictures side by side.

    Every cell is a run of its own, with its record. When the same comparison was left unfinished it goes on, and what
    it has is not paid again. The sheet is written even when it is stopped, and shows what was made.

    With ``batch`` the cells are submitted as jobs, and it returns at once. When `Comparison.jobs` are collected, the
    same without ``batch`` writes the sheet, and makes only what they did not bring.

    Args:
        recipe: The recipe, or its name.
        values: What is the same in all cells, as `Recipe.render` takes it.
        across: What differs: for one or two names, the values to compare, or ``*`` for all; such as
            ``{"style": ["kawaii", "flat"], "tier": "*"}``. Besides the recipe's parameters and pictures there are
            settings, ``generator``, ``strategy`` (``None`` is without) and ``example``.
        options: See `CompareOptions`.

    Raises:
        InputError: With every problem of all cells; nothing was sent.
        NotFoundError: When there is no such recipe.
        BudgetError: When it would cost more than is allowed, or the price is unknown; nothing was sent.
        WorkspaceError: When the runs' folder cannot be written.
    """
    from prompt_kit.recipe.recipe import Recipe

    # A recipe is made in its own project.
    project = options.get("project", recipe.library.project if isinstance(recipe, Recipe) else None)
    own: CompareOptions = {"paths": True, **options}
    return await kit_of(project).acompare(recipe, values, across=across, **own)
