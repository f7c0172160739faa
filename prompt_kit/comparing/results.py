"""The results of the cells of a comparison: those of the work, each with its cell."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from prompt_kit.comparing.record import SHEET
from prompt_kit.errors import InputError
from prompt_kit.images import open_image
from prompt_kit.support.money import total
from prompt_kit.work.orders import Ending

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal
    from pathlib import Path

    from prompt_kit.comparing.cells import Cell, Table
    from prompt_kit.outcome import Picture
    from prompt_kit.work.orders import Result


@dataclass(frozen=True, slots=True)
class CellPicture:
    """One picture of a cell."""

    path: Path
    """What is shown: the picture, or what was made of it here, such as a cut-out."""
    master: Path
    """The picture as the provider made it."""
    width: int
    """In pixels; 0 when it is not known."""
    height: int


@dataclass(frozen=True, slots=True)
class CellResult(Ending):
    """What came of one cell; cells with the same request share it."""

    cell: Cell
    pictures: tuple[CellPicture, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison that was made, complete or not."""

    table: Table
    results: tuple[CellResult, ...]
    """The result of each cell, row by row; cells with the same request share one run."""
    folder: Path
    """Where its record and its sheet are."""
    started: datetime
    notes: tuple[str, ...] = ()
    """Warnings, in whole sentences."""

    @property
    def sheet(self) -> Path:
        """The page that shows all pictures side by side; submitting jobs does not write it."""
        return self.folder / SHEET

    @property
    def cost(self) -> Decimal | None:
        """What all its runs have cost, in US dollars; ``None`` is unknown."""
        return total(result.cost for result in self.results if result.cell.same_as is None)

    @property
    def ok(self) -> bool:
        """Whether every cell that can be made was made."""
        return all(result.ok for result in self.results if result.cell.plan is not None)

    @property
    def jobs(self) -> tuple[str, ...]:
        """The ids of the jobs in which cells wait; once they are collected, the same comparison goes on with them."""
        return tuple(dict.fromkeys(result.job for result in self.results if result.job))


def cell_result(cell: Cell, result: Result) -> CellResult:
    """Return a result as that of a cell, with what is shown of its pictures."""
    shared = {entry.name: getattr(result, entry.name) for entry in fields(Ending)}
    made_of = {derived.source: derived.path for derived in result.outcome.derived} if result.outcome else {}
    shown = (_shown(picture, made_of) for picture in result.pictures)
    return CellResult(cell, tuple(picture for picture in shown if picture), **shared)


def is_done(result: CellResult) -> bool:
    """Return whether a cell has all it was to have, so that it need not be made again."""
    return result.ok and all(shown.path.is_file() for shown in result.pictures)


def _shown(picture: Picture, made_of: Mapping[Path, Path]) -> CellPicture | None:
    """Return what is shown of a picture, with its pixels as far as they can be read."""
    master = picture.path
    if master is None or master not in made_of:
        return CellPicture(master, master, picture.width, picture.height) if master else None
    try:
        image = open_image(made_of[master])
    except InputError:
        return CellPicture(made_of[master], master, 0, 0)
    return CellPicture(made_of[master], master, image.width, image.height)
