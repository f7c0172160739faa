"""Renders the turns of a prompt from templates, values and references."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from prompt_kit.layout import NO_LAYOUT
from prompt_kit.prompt import Earlier, EarlierWords, Mask, Reference, Text, Turn
from prompt_kit.recipe.templating import Values, trusted
from prompt_kit.recipe.values import Chosen
from prompt_kit.support import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from prompt_kit.images import Image
    from prompt_kit.prompt import Answer, Part, Role
    from prompt_kit.recipe.placing.planning import LayoutPlan
    from prompt_kit.recipe.spec import ReferenceSlot
    from prompt_kit.recipe.templating import Program

MAX_TURNS: Final = 36
"""Most turns of one prompt."""

NO_ITEM: Final = Chosen("", "")
"""What ``item`` is in a turn that is not repeated: false in conditions, printing nothing, without a value."""

_REMEMBERED: Final = 256
"""For how many orders of pictures it is remembered how they are called."""

Room: TypeAlias = "Callable[[Sequence[Part], Role], int | None]"
"""Returns how many pictures in a role a model takes beside other pictures; ``None`` when there is no limit."""

MASKED: Final = "the part that may change"
"""How a mask is called in a sentence: it is not sent as a picture, so it has no number."""

NAMES: Final[Mapping[str, str]] = {
    "covered": "The parts that an app covers or trims, each a clause, with the reason as `.text`.",
    "earlier": "How the pictures of earlier turns are called.",
    "item": "The entry for which a turn is repeated.",
    "keyed": "Whether the ground is drawn in one flat colour that is cut away afterwards.",
    "task": "`create`, `edit` or `compose`.",
    "turn": "The turn: `turn.number`, `turn.total` and `turn.name`.",
}
"""What a template can use besides parameters and reference slots, and what each is."""


@trusted
class Attached(str):
    """Attached pictures as the template sees them: how they are called in a sentence."""

    __slots__ = ("count", "each")

    count: int  # type: ignore[assignment] # templates read it; `str.count` is not needed here
    """How many there are."""
    each: tuple[str, ...]
    """How each one is called."""

    def __new__(cls, positions: Sequence[int], total: int) -> Attached:
        """Name the pictures at these positions (from 1) of all that are attached."""
        made = super().__new__(cls, words.mention(positions, total))
        made.count = len(positions)
        made.each = (str(made),) if len(positions) == 1 else tuple(words.mention([p], 99) for p in positions)
        return made


@trusted
class TurnNumber(NamedTuple):
    """The turn as its template sees it."""

    number: int
    """From 1, among the turns that make pictures."""
    total: int
    name: str


class TurnTemplate(NamedTuple):
    """One turn of a recipe, ready to be rendered, or repeated for each entry of a list."""

    program: Program
    slots: tuple[str, ...]
    """The reference slots that go along, in order."""
    name: str = ""
    for_each: str | None = None
    earlier: int = 0
    """Most earlier pictures that go along."""
    role: Role = "identity"
    """The role of the earlier pictures."""
    output: Answer = "picture"
    layout: LayoutPlan | None = None
    """Where things stand; ``None`` when nothing says it."""


def render_turns(
    plans: Sequence[TurnTemplate],
    context: dict[str, Any],
    slots: Mapping[str, ReferenceSlot],
    pictures: Mapping[str, tuple[Image, ...]],
    room: Room | None = None,
) -> tuple[Turn, ...]:
    """Return the turns of a prompt.

    Args:
        plans: The recipe's turns.
        context: The values, ready for the template.
        slots: The recipe's reference slots.
        pictures: The pictures given for each slot.
        room: How many more pictures the model takes; as many as the recipe says when left out.
    """
    plan = plans[0]
    if len(plans) == 1 and not plan.for_each and plan.output == "picture":
        given: tuple[Part, ...] = ()
        if pictures:
            given = tuple(_given_pictures(plan, slots, pictures))
            context = Values(context)
            context.update(_called(given), turn=_ONLY, item=NO_ITEM)
        where = plan.layout.layout(context) if plan.layout else NO_LAYOUT
        return (Turn((*given, Text(plan.program.render(context))), layout=where),)
    steps = [(plan, item) for plan in plans for item in (context[plan.for_each] if plan.for_each else (None,))]
    drawn = sum(plan.output == "picture" for plan, _ in steps)
    turns: list[Turn] = []
    for plan, item in steps:
        number = sum(turn.output == "picture" for turn in turns) + 1
        name = (plan.name or str(item or "")) if len(steps) > 1 else ""
        given = tuple(_given_pictures(plan, slots, pictures))
        attached = [*given, *_earlier_pictures(turns, plan, room(given, plan.role) if room else None)]
        in_turn = (
            context
            | _called(attached)
            | {"turn": TurnNumber(number, drawn, name), "item": NO_ITEM if item is None else item}
        )
        settled = [EarlierWords(at) for at, turn in enumerate(turns) if turn.output == "words"]
        parts = (*attached, Text(plan.program.render(in_turn)), *settled)
        where = plan.layout.layout(in_turn) if plan.layout and plan.output == "picture" else NO_LAYOUT
        turns.append(Turn(parts, name, plan.output, layout=where))
    return tuple(turns)


def _given_pictures(
    plan: TurnTemplate, slots: Mapping[str, ReferenceSlot], pictures: Mapping[str, tuple[Image, ...]]
) -> Iterator[Part]:
    """Yield the given pictures that go along with a turn, slot by slot."""
    for slot in plan.slots:
        if slot in pictures:
            role = slots[slot].role
            for image in pictures[slot]:
                yield Mask(slot, image) if role == "mask" else Reference(slot, role, image)


def _earlier_pictures(turns: Sequence[Turn], plan: TurnTemplate, room: int | None) -> Iterator[Part]:
    """Yield the earlier pictures that go along: the first, which the others follow, and the latest.

    One goes along even when there is no room: that too many pictures were given is said when the model is asked.
    """
    drawn = [at for at, turn in enumerate(turns) if turn.output == "picture"]
    most = plan.earlier if room is None else min(plan.earlier, max(room, 1))
    if len(drawn) > most:
        drawn = [drawn[0], *drawn[len(drawn) - most + 1 :]] if most else []
    yield from (Earlier(at, plan.role) for at in drawn)


def _called(parts: Sequence[Part]) -> dict[str, str]:
    """Return how the pictures of a turn are called, by slot."""
    names = [getattr(part, "slot", "earlier") for part in parts if part.__class__ is not Mask]
    called = _attached(tuple(names))
    masks = {part.slot: MASKED for part in parts if isinstance(part, Mask)} if len(names) < len(parts) else {}
    return {**called, **masks}


@lru_cache(maxsize=_REMEMBERED)
def _attached(names: tuple[str, ...]) -> dict[str, Attached]:
    """Return how pictures are called that are sent in this order, each given by its slot."""
    places: dict[str, list[int]] = {}
    for position, name in enumerate(names, 1):
        places.setdefault(name, []).append(position)
    return {name: Attached(positions, len(names)) for name, positions in places.items()}


_ONLY: Final = TurnNumber(1, 1, "")
