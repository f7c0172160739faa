"""Renders every example of a state, as lines that can be compared."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from prompt_kit.errors import PromptKitError
from prompt_kit.recipe.assembly import example_recipes, load, with_examples
from prompt_kit.review.lines import lines
from prompt_kit.review.snapshots import standing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from prompt_kit.prompt import Prompt
    from prompt_kit.recipe.recipe import Recipe
    from prompt_kit.review.diff.states import State
    from prompt_kit.review.lines import Line

Subject: TypeAlias = tuple[str, str]
"""A kind (recipe or strategy) and a name."""

MANY: Final = 6
"""From so many recipes to render on (at either state), the work is shared among processes."""

_states: tuple[State, State]
"""The two states that a worker process renders."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One example, rendered; or the reasons why it cannot be."""

    turns: tuple[tuple[Line, ...], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    """The task, the strategies and the settings, by name."""
    layout: tuple[tuple[str, str], ...] = ()
    """Where things stand, by area; it is not sent, and no part of the fingerprint."""
    fingerprint: str = ""
    asked: str = ""
    """The values it fills in; an example that was renamed is known by them."""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Samples:
    """All examples of a recipe or strategy, by name; or the reasons why it cannot be read."""

    samples: dict[str, Sample]
    problems: tuple[str, ...] = ()


Pair: TypeAlias = tuple[Samples | None, Samples | None]
"""The examples before and after; ``None`` where there are none."""


def rendered(state: State, subject: Subject, same: Collection[str]) -> Samples | None:
    """Return the examples of a recipe or strategy at a state, or ``None`` when it is not there.

    Problems are returned and not raised.

    Args:
        state: Where to look.
        subject: Kind and name.
        same: Examples that need not be rendered.
    """
    kind, name = subject
    if name not in state.library.names(kind):
        return None
    try:
        recipes = example_recipes(kind, name, state.library)
    except PromptKitError as error:
        return Samples({}, _shortened_problems(error, state))
    wanted = {example: recipe for example, recipe in recipes.items() if example not in same}
    return Samples({example: _sample(recipe, example, state) for example, recipe in wanted.items()})


def began_as(states: tuple[State, State], base: Subject, subject: Subject, present: Samples) -> Pair:
    """Return the examples of a new recipe or strategy as the one renders them that it began as, and as it does.

    An example of the other one is taken as it is; any other has only its values from the new one, and is left out when
    they do not fit. A recipe on top of the other one is tried with all of the other one's examples, too.

    Args:
        states: Where the other one is, and where the new one is.
        base: Kind and name of the other one.
        subject: Kind and name of the new one.
        present: The examples of the new one.
    """
    old, new = states
    try:
        theirs, ours = (example_recipes(*of, at.library) for of, at in ((base, old), (subject, new)))
    except PromptKitError:
        return None, present
    former = {name: _sample(recipe, name, old) for name, recipe in theirs.items() if name in ours}
    samples = dict(present.samples)
    if base[0] == "recipe":
        plain, on_top = load(base[1], library=old.library), load(subject[1], library=new.library)
        for name in ours.keys() - former.keys():
            former[name] = _sample(with_examples(plain, on_top, name), name, old)
        for name in plain.examples.keys() - ours.keys() if on_top.spec.extends == base[1] else ():
            former[name] = _sample(plain, name, old)
            samples[name] = _sample(with_examples(on_top, plain, name), name, new)
    return Samples({name: sample for name, sample in former.items() if not sample.problems}), Samples(samples)


def all_rendered(
    states: tuple[State, State], tasks: Mapping[Subject, frozenset[str]], *, alone: bool = False
) -> dict[Subject, Pair]:
    """Return the examples of many recipes and strategies as they are at two states.

    Args:
        states: The state before and the state after.
        tasks: What to render, each with the examples that need not be.
        alone: Whether to do without further processes.
    """
    work = [(at, subject, same) for subject, same in tasks.items() for at in (0, 1)]
    if alone or len(work) < MANY:
        made = [rendered(states[at], subject, same) for at, subject, same in work]
    else:
        from concurrent.futures import ProcessPoolExecutor  # a few recipes do without

        with ProcessPoolExecutor(initializer=_begin, initargs=(states,)) as workers:
            made = list(workers.map(_work, work))
    return {subject: (made[2 * at], made[2 * at + 1]) for at, subject in enumerate(tasks)}


def _begin(states: tuple[State, State]) -> None:
    gc.disable()  # short-lived worker: skip garbage collection
    global _states  # noqa: PLW0603 - a worker keeps nothing else between recipes
    _states = states


def _work(task: tuple[int, Subject, frozenset[str]]) -> Samples | None:
    at, subject, same = task
    return rendered(_states[at], subject, same)


def _sample(recipe: Recipe, name: str, state: State) -> Sample:
    try:
        prompt = recipe.render_example(name)
    except PromptKitError as error:
        return Sample(problems=_shortened_problems(error, state))
    several = len(prompt.turns) > 1
    turns = tuple(tuple(lines(turn, number if several else 0)) for number, turn in enumerate(prompt.turns, 1))
    asked = repr(prompt.given) if prompt.given else ""
    return Sample(turns, _facts(prompt), tuple(_layout(prompt)), prompt.fingerprint, asked)


def _shortened_problems(error: PromptKitError, state: State) -> tuple[str, ...]:
    return tuple(state.shortened(str(problem)) for problem in error.problems)


def _facts(prompt: Prompt) -> tuple[tuple[str, str], ...]:
    settings = [(name.replace("_", " "), str(value)) for name, value in prompt.settings.to_dict().items()]
    return (("task", prompt.task), ("strategies", ", ".join(prompt.strategies)), *settings)


def _layout(prompt: Prompt) -> Iterator[tuple[str, str]]:
    """Yield each area with its place; what stands there shows in the words."""
    for number, turn in enumerate(prompt.turns, 1):
        where = f"layout of turn {number}" if len(prompt.turns) > 1 else "layout"
        for area in turn.layout.areas:
            yield f"{where}, {area.name}", f"{area.kind} {standing(area)}"
