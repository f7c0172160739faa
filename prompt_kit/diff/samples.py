"""Every example of a state, rendered, as lines that can be compared."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from prompt_kit.assembly import rehearsed
from prompt_kit.errors import PromptKitError
from prompt_kit.prompt import Earlier, EarlierWords, Mask, Reference, Text
from prompt_kit.words import sentences

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from prompt_kit.diff.states import State
    from prompt_kit.images import Image
    from prompt_kit.prompt import Part, Prompt, Turn
    from prompt_kit.recipe import Recipe

LineKind: TypeAlias = Literal["text", "break", "picture", "turn"]

Subject: TypeAlias = tuple[str, str]
"""A kind (recipe or strategy) and a name."""

MANY: Final = 6
"""From so many recipes to render on (at either state), the work is shared among processes."""

_states: tuple[State, State]
"""The states of a worker."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of a prompt, or one picture, or the head of a turn; equal when the same is sent."""

    kind: LineKind
    key: str
    """What is sent: the words themselves, or the hash of the picture and its place."""
    text: str = field(compare=False)
    """How people see it."""
    image: Image | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Sample:
    """One example, rendered; or the reasons why it cannot be."""

    turns: tuple[tuple[Line, ...], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    """The task, the strategies and the settings, by name."""
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
    """Return the examples of a recipe or strategy as they are at a state, or ``None`` when it is not there.

    What is wrong is told, never raised.

    Args:
        state: Where to look.
        subject: Kind and name.
        same: Examples that need not be rendered.
    """
    kind, name = subject
    if name not in state.library.names(kind):
        return None
    try:
        recipes = rehearsed(kind, name, state.library)
    except PromptKitError as error:
        return Samples({}, _told(error, state))
    wanted = {example: recipe for example, recipe in recipes.items() if example not in same}
    return Samples({example: _sample(recipe, example, state) for example, recipe in wanted.items()})


def all_rendered(states: tuple[State, State], tasks: Mapping[Subject, frozenset[str]]) -> dict[Subject, Pair]:
    """Return the examples of many recipes and strategies as they are at two states.

    Args:
        states: The state before and the state after.
        tasks: What to render, each with the examples that need not be.
    """
    work = [(at, subject, same) for subject, same in tasks.items() for at in (0, 1)]
    if len(work) < MANY:
        made = [rendered(states[at], subject, same) for at, subject, same in work]
    else:
        from concurrent.futures import ProcessPoolExecutor  # a few recipes do without

        with ProcessPoolExecutor(initializer=_begin, initargs=(states,)) as workers:
            made = list(workers.map(_work, work))
    return {subject: (made[2 * at], made[2 * at + 1]) for at, subject in enumerate(tasks)}


def _begin(states: tuple[State, State]) -> None:
    gc.disable()  # a worker has no time for rubbish that goes with it
    global _states  # noqa: PLW0603 - the one thing a worker keeps between recipes
    _states = states


def _work(task: tuple[int, Subject, frozenset[str]]) -> Samples | None:
    at, subject, same = task
    return rendered(_states[at], subject, same)


def _sample(recipe: Recipe, name: str, state: State) -> Sample:
    try:
        prompt = recipe.render_example(name)
    except PromptKitError as error:
        return Sample(problems=_told(error, state))
    several = len(prompt.turns) > 1
    turns = tuple(tuple(lines(turn, number if several else 0)) for number, turn in enumerate(prompt.turns, 1))
    return Sample(turns, _facts(prompt), prompt.fingerprint, repr(prompt.given) if prompt.given else "")


def _told(error: PromptKitError, state: State) -> tuple[str, ...]:
    return tuple(state.shortened(str(problem)) for problem in error.problems)


def _facts(prompt: Prompt) -> tuple[tuple[str, str], ...]:
    settings = [(name.replace("_", " "), str(value)) for name, value in prompt.settings.to_dict().items()]
    return (("task", prompt.task), ("strategies", ", ".join(prompt.strategies)), *settings)


def lines(turn: Turn, number: int) -> Iterator[Line]:
    """Yield the sentences and pictures of a turn, under its head when it has a ``number`` (from 1)."""
    if number:
        head = f"Turn {number}{': ' + turn.name if turn.name else ''}"
        text = head + (", to be answered in words alone" if turn.output == "words" else "")
        yield Line("turn", text, text)
    for part in turn.parts:
        yield from _of_part(part)


def _of_part(part: Part) -> Iterator[Line]:
    match part:
        case Reference(slot, role, image):
            size = f", {image.width}×{image.height}" if image.width else ""
            text = f"{slot} ({role}): {image.name}{size}, sha256 {image.sha256[:12]}"
            yield Line("picture", f"{slot} {role} {image.sha256}", text, image)
        case Mask(slot, image):
            text = f"{slot} (mask): {image.name}, sha256 {image.sha256[:12]}"
            yield Line("picture", f"{slot} mask {image.sha256}", text, image)
        case Earlier(turn, role):
            text = f"the picture of turn {turn + 1} ({role})"
            yield Line("picture", text, text)
        case EarlierWords(turn):
            text = f"the words of turn {turn + 1}"
            yield Line("picture", text, text)
        case Text(text):
            for number, paragraph in enumerate(text.split("\n\n")):
                if number:
                    yield Line("break", "", "")
                yield from (Line("text", sentence, sentence) for sentence in sentences(paragraph))
