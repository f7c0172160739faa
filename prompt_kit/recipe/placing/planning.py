"""Makes the layout of a turn from the areas of a recipe and the values that were filled in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from prompt_kit.layout import Area, Layout
from prompt_kit.recipe.conditions import conditions_of, holds
from prompt_kit.recipe.places import STACKS, FramePlace, named, several_words, share_number, words_of
from prompt_kit.recipe.templating import trusted
from prompt_kit.recipe.values import Copy, Phrase
from prompt_kit.support.words import series

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from fractions import Fraction

    from prompt_kit.errors import Problem
    from prompt_kit.recipe.conditions import When
    from prompt_kit.recipe.placing.resolving import WantedArea
    from prompt_kit.recipe.placing.spec import AreaSpec

_MOST_REMEMBERED: Final = 256


@trusted
class Covered(Phrase):
    """What the prompt says of a part that is covered; ``text`` is the reason, as it follows "because"."""

    __slots__ = ("text",)

    text: str


class ChoicePlace(NamedTuple):
    """Where a choice puts something."""

    place: str
    share: str = ""


@dataclass(frozen=True)
class LayoutPlan:
    """The areas of a recipe, ready to be filled in."""

    areas: Mapping[str, AreaSpec]
    places: Mapping[str, Mapping[str, ChoicePlace]]
    """By parameter and choice, where the choice puts something."""
    slots: frozenset[str]
    """The names of the reference slots."""
    by_turn: frozenset[str] = frozenset()
    """The lists of exact words of which each repeated turn has one entry."""

    def layout(self, context: Mapping[str, Any]) -> Layout:
        """Return the layout of a turn; it is worked out when it is looked at first.

        Args:
            context: What the turn's template sees.
        """
        return Layout(work_out=lambda: self._resolved(context))

    def _resolved(self, context: Mapping[str, Any]) -> tuple[Area, ...]:
        """Return the areas with their parts of the frame."""
        from prompt_kit.recipe.placing.resolving import resolved  # most prompts are not asked

        return resolved(tuple(self._wanted(context)))[0]

    def covered(self, context: Mapping[str, Any]) -> tuple[Covered, ...]:
        """Return what the prompt says of the parts that an app covers or trims."""
        return tuple([words for condition, words in self._covered if holds(condition, context)])

    def contradictions(self, context: Mapping[str, Any]) -> tuple[Problem, ...]:
        """Return which values put things where others keep them away; remembered by what places them."""
        filled = tuple([(name, _key(context[name])) for name in self._deciding if context.get(name)])
        if not filled:
            return ()
        if filled not in self._remembered:
            from prompt_kit.recipe.placing.contradictions import contradictions  # most prompts are not asked

            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[filled] = contradictions(tuple(self._wanted(context)))
        return self._remembered[filled]

    @cached_property
    def _remembered(self) -> dict[tuple[Any, ...], tuple[Problem, ...]]:
        return {}

    @cached_property
    def _conditions(self) -> dict[str, tuple[When, ...]]:
        return {name: conditions_of(area.show_if) for name, area in self.areas.items()}

    @cached_property
    def _covered(self) -> tuple[tuple[tuple[When, ...], Covered], ...]:
        covered = (area for area in self.areas.values() if area.kind == "covered")
        return tuple((conditions_of(area.show_if), _covered(area)) for area in covered)

    @cached_property
    def _deciding(self) -> tuple[str, ...]:
        """The names on which contradictions depend."""
        names: list[str] = []
        for area in self.areas.values():
            names += [*area.placed_by, area.shared_by, *area.show_if]
            if area.kind in {"logo", "words"}:
                names += area.content
        return tuple(dict.fromkeys(filter(None, names)))

    def _wanted(self, context: Mapping[str, Any]) -> Iterator[WantedArea]:
        made: dict[str, list[str]] = {}
        for name, area in self.areas.items():
            if not holds(self._conditions[name], context):
                continue
            made[name] = []
            for number, thing in self._of(name, area, context):
                below = made.get(area.on) or [""]
                # What lies on panels lies on the one at its number; further entries lie on the last one.
                on = below[min(number, len(below)) - 1]
                made[name].append(thing.area.name)
                yield replace(thing, area=thing.area._replace(on=on)) if on else thing

    def _of(self, name: str, area: AreaSpec, context: Mapping[str, Any]) -> Iterator[tuple[int, WantedArea]]:
        """Yield what a file's area means under these values, each with the number of its entry."""
        from prompt_kit.recipe.placing.resolving import WantedArea

        filler = next((n for n in area.content if context.get(n)), "")
        placing = self._placing(area, context)
        if (area.content and not filler) or not (area.content or area.fixed or placing[0] or area.kind == "subject"):
            return
        if len(area.fixed) > 1:
            yield from self._at_several(name, area)
            return
        facing = str(context.get(area.facing) or "") if area.facing else ""
        size = self._share(area, context) if area.kind == "subject" else None
        slot = filler if filler in self.slots else area.slot if area.slot and context.get(area.slot) else ""
        for number, entry in self._entries(filler, area.kind, context) if filler else ((1, ""),):
            place, said = self._place(area, placing, entry, context)
            content = "" if filler in self.slots else _content(entry) or area.reason
            thing = Area(
                _numbered(name, number),
                area.kind,
                content=content,
                place=said,
                slot=slot,
                facing=facing,
                look=area.look,
            )
            loose = bool(self._chosen(*placing)) and not getattr(entry, "place", "")
            stack, by = self._stack(area, placing), placing[0] or filler
            yield number, WantedArea(thing, place, float(size or 0), stack, by, loose=loose)

    def _at_several(self, name: str, area: AreaSpec) -> Iterator[tuple[int, WantedArea]]:
        from prompt_kit.recipe.placing.resolving import WantedArea

        for number, fixed in enumerate(area.fixed, 1):
            place = named(fixed, "" if area.shared_by else area.share)
            thing = Area(_numbered(name, number), area.kind, content=area.reason, place=words_of(place, ""))
            yield number, WantedArea(thing, place)

    def _entries(self, filler: str, kind: str, context: Mapping[str, Any]) -> Iterator[tuple[int, Any]]:
        """Yield what a parameter puts in an area: each entry of a list, in a repeated turn the one of that turn."""
        value = context[filler]
        if kind == "panel" and isinstance(value, int):
            yield from ((number, "") for number in range(1, value + 1))
        elif not isinstance(value, tuple):
            yield 1, value
        elif kind not in {"panel", "words"}:
            yield 1, series(map(str, value))
        elif filler in self.by_turn and context.get("turn"):
            yield from ((1, entry) for entry in value[context["turn"].number - 1 :][:1] if entry)
        else:
            yield from ((number, entry) for number, entry in enumerate(value, 1) if entry)

    def _placing(self, area: AreaSpec, context: Mapping[str, Any]) -> tuple[str, Any]:
        """Return the parameter that says the place and its value; of several, the first choice that puts something."""
        given = [(name, context[name]) for name in area.placed_by if context.get(name)]
        own = _NOTHING if area.kind == "panel" or not given else given[0]
        return next((pair for pair in given if self._chosen(*pair)), own)

    def _place(
        self, area: AreaSpec, placing: tuple[str, Any], entry: Any, context: Mapping[str, Any]
    ) -> tuple[FramePlace | None, str]:
        """Return the place of one entry, and its words."""
        from prompt_kit.recipe.placing.reading import read_place  # its patterns take time to be made

        share = self._share(area, context) if area.kind != "subject" else None
        if isinstance(entry, Copy) and entry.place:
            return read_place(entry.place), entry.place
        if area.fixed:
            place = named(area.fixed[0])._replace(share=share)
            return place, words_of(place, "") if area.kind == "covered" else ""
        name, value = placing
        if not name:
            return None, ""
        chosen = self._chosen(name, value)
        if chosen and chosen.place in STACKS:
            return None, str(value)
        said = named(chosen.place, chosen.share) if chosen and chosen.place else read_place(str(value))
        return (said and said._replace(share=said.share or share)), str(value)

    def _share(self, area: AreaSpec, context: Mapping[str, Any]) -> Fraction | None:
        if not area.share:
            return None
        if not area.shared_by:
            return share_number(area.share)
        from prompt_kit.recipe.placing.reading import read_share

        value = context.get(area.shared_by) or ""
        chosen = self._chosen(area.shared_by, value)
        return share_number(chosen.share) if chosen and chosen.share else read_share(str(value))

    def _chosen(self, name: str, value: Any) -> ChoicePlace | None:
        return self.places.get(name, {}).get(getattr(value, "value", ""))

    def _stack(self, area: AreaSpec, placing: tuple[str, Any]) -> str:
        chosen = self._chosen(*placing)
        return area.stacked or (chosen.place if chosen and chosen.place in STACKS else "")


_NOTHING: Final = ("", "")


def plan_of(
    areas: Mapping[str, AreaSpec], parameters: Mapping[str, Any], references: Iterable[str], *, repeated: bool
) -> LayoutPlan | None:
    """Return the plan of these areas; ``None`` when there are none.

    Args:
        areas: The areas by name.
        parameters: All parameters of the recipe.
        references: The names of its reference slots.
        repeated: Whether any of its turns is repeated.
    """
    by_turn = (name for name, parameter in parameters.items() if repeated and getattr(parameter, "gaps", False))
    return LayoutPlan(areas, choice_places(parameters), frozenset(references), frozenset(by_turn)) if areas else None


def choice_places(parameters: Mapping[str, Any]) -> dict[str, dict[str, ChoicePlace]]:
    """Return where choices put something, by parameter and choice; those that place nothing are left out."""
    return {
        name: {
            value: ChoicePlace(choice.place, choice.share)
            for value, choice in parameter.offered.items()
            if choice.place or choice.share
        }
        for name, parameter in parameters.items()
        if parameter.offered
    }


def _covered(area: AreaSpec) -> Covered:
    place = several_words(area.fixed, area.share)
    made = Covered(area.words or f"{place} {'stay' if place.endswith('corners') else 'stays'} calm")
    made.text = area.reason
    return made


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"


def _content(entry: Any) -> str:
    return entry.text if isinstance(entry, Copy) else str(entry)


def _key(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple([_key(entry) for entry in value])
    return (value.text, value.place) if isinstance(value, Copy) else getattr(value, "value", value)
