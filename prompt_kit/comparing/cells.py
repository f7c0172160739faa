"""The table of a comparison and its cells, each of which is a prompt of its own."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from prompt_kit.generators import BatchGenerator
from prompt_kit.support.money import total
from prompt_kit.work.orders import Plan

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from decimal import Decimal

    from prompt_kit.comparing.axes import Axis, Given, Value
    from prompt_kit.generators import Generator
    from prompt_kit.work.orders import Item

_SHORT: Final = 48
"""Longest value in the name of a cell, in characters."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One prompt of a comparison."""

    number: int
    """From 0, row by row."""
    at: tuple[int, ...]
    """Which value it has along each axis, from 0."""
    name: str
    """What makes it differ: ``style=flat, tier=draft``."""
    plan: Item | None = None
    """What sending it would mean; ``None`` when the model or the recipe refuses it."""
    price: Decimal | None = None
    """About what it will cost, in US dollars; ``None`` is unknown."""
    refusals: tuple[str, ...] = ()
    """Why it cannot be made, as whole sentences."""
    same_as: int | None = None
    """The number of an earlier cell with the same request."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Some cells of a comparison, by name."""

    name: str
    """``style=flat`` for a row or column, ``style=flat, tier=draft`` for one cell, nothing for all."""
    axes: tuple[str, ...] = ()
    """The axes whose values it names."""


@dataclass(frozen=True)
class Table:
    """A comparison before it is made."""

    given: Given
    axes: tuple[Axis, ...]
    cells: tuple[Cell, ...]
    makers: Mapping[str, Generator] = field(repr=False)
    """The generators of the cells, by name."""
    batch: bool = False
    """Whether its cells go into jobs, at the price of these; those whose generator takes none are left out."""

    @cached_property
    def to_make(self) -> tuple[Cell, ...]:
        """The cells that are made: those that are not refused, the same only once."""
        return tuple(cell for cell in self.cells if cell.plan is not None and cell.same_as is None)

    @cached_property
    def to_send(self) -> tuple[Cell, ...]:
        """The cells that are made, or that go into jobs where it is made in these."""
        return tuple(cell for cell in self.to_make if not self.batch or self.takes_jobs(cell))

    @property
    def estimate(self) -> Decimal | None:
        """About what all cells that are sent will cost, in US dollars; one unknown price makes it unknown."""
        return total(cell.price for cell in self.to_send)

    def plan(self, cells: Sequence[Cell], limit: Decimal | None = None) -> Plan:
        """Return some cells as a plan of work; the number of each item is that of its cell."""
        items = tuple(replace(cell.plan, number=cell.number) for cell in cells if cell.plan)
        return Plan(items, "job" if self.batch else "now", self.given.project, limit, dict(self.makers))

    def takes_jobs(self, cell: Cell) -> bool:
        """Return whether the generator of a cell takes jobs."""
        return cell.plan is not None and isinstance(self.makers[cell.plan.generator], BatchGenerator)

    @cached_property
    def key(self) -> str:
        """A hash of what is compared; equal when the same comparison is asked for again."""
        said: list[Any] = [self.given.recipe.name, self.given.count]
        for cell in self.cells:
            asked = cell.plan and [cell.plan.prompt.fingerprint, cell.plan.generator, cell.plan.model.id]
            said.append([cell.name, asked or list(cell.refusals)])
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def value(self, cell: Cell, axis: Axis) -> Value:
        """Return the value that a cell has along an axis."""
        return axis.values[cell.at[self.axes.index(axis)]]

    def coordinates(self, cell: Cell, order: Sequence[Axis]) -> tuple[int, ...]:
        """Return which value a cell has along each of some axes, from 0."""
        return tuple(cell.at[self.axes.index(axis)] for axis in order)

    def scopes(self, numbers: Collection[int]) -> list[Scope]:
        """Return names for some cells: of whole rows and columns, else of single cells; all together have none."""
        left = {cell.number for cell in self.cells} & set(numbers)
        if len(left) == len(self.cells):
            return [Scope("")]
        names = []
        for at, axis in enumerate(self.axes):
            for index, value in enumerate(axis.values):
                line = {cell.number for cell in self.cells if cell.at[at] == index}
                if line <= left:
                    names.append(Scope(named(axis, value), (axis.name,)))
                    left -= line
        both = tuple(axis.name for axis in self.axes)
        return [*names, *(Scope(cell.name, both) for cell in self.cells if cell.number in left)]


def named(axis: Axis, value: Value) -> str:
    """Return a value as messages name it: ``style=flat``."""
    key = value.key if len(value.key) <= _SHORT else f"{value.key[: _SHORT - 1]}…"
    return f"{axis.name}={key}"
