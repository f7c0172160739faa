"""The results of the cells of a comparison, read from the records of their runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from prompt_kit.comparing.record import SHEET
from prompt_kit.errors import InputError, PromptKitError
from prompt_kit.images import open_image
from prompt_kit.outcome import Status
from prompt_kit.record.runs import open_run
from prompt_kit.support.money import total

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from prompt_kit.comparing.cells import Cell, Table
    from prompt_kit.record.runs import RunRecord
    from prompt_kit.record.runs.schema import Done


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
class CellResult:
    """The result of one cell."""

    cell: Cell
    status: Status | None = None
    """How its run ended; ``None`` when nothing was sent."""
    message: str = ""
    """What happened and what to do now, unless it went well."""
    reason: str = ""
    """The provider's own word for what happened."""
    pictures: tuple[CellPicture, ...] = ()
    text: str = ""
    """Words that came with the pictures, or instead of them."""
    model: str = ""
    """The model that answered."""
    cost: Decimal | None = None
    """In US dollars; ``None`` is unknown."""
    seconds: float | None = None
    """How long the answers took, for each repetition on average."""
    warnings: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    """The ids of its runs; more than one when the first did not bring all pictures."""
    folder: Path | None = None
    """The folder of the last of them."""
    job: str = ""
    """The id of the job in which that one waits."""

    @property
    def ok(self) -> bool:
        """Whether everything that was asked for came back."""
        return self.status is Status.OK


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


def result_of(cell: Cell, runs: Sequence[str], root: Path, count: int) -> CellResult:
    """Return the result of a cell from the records of its runs; a damaged record is reported in it.

    Args:
        cell: The cell.
        runs: The ids of its runs, in the order in which they began; the last one counts, all of them cost.
        root: The folder of all runs.
        count: How many times the prompt was to be made.
    """
    result = CellResult(cell, message="Nothing was sent.", cost=Decimal(0))
    costs: list[Decimal | None] = []
    for run in runs:
        folder = root / run
        try:
            record = open_run(folder, root).fields
        except PromptKitError as error:
            result = CellResult(cell, message=str(error), folder=folder)
        else:
            message = f"{folder}: the record is of another prompt. It is left alone."
            fits = _belongs(record, cell, count)
            result = _ended(cell, record, folder) if fits else CellResult(cell, message=message, folder=folder)
        costs.append(result.cost)
    return replace(result, runs=tuple(runs), cost=total(costs) if costs else Decimal(0))


def is_done(result: CellResult) -> bool:
    """Return whether a cell has all it was to have, so that it need not be made again."""
    return result.ok and all(shown.path.is_file() and shown.master.is_file() for shown in result.pictures)


def _belongs(record: RunRecord, cell: Cell, count: int) -> bool:
    plan, asked = cell.plan, (record.prompt_fingerprint, record.generator, record.count)
    return plan is not None and asked == (plan.prompt.fingerprint, plan.generator, count)


def _ended(cell: Cell, record: RunRecord, folder: Path) -> CellResult:
    answers = [done.answer for done in record.requests]
    if record.state == "waiting":
        return _waiting(cell, record, folder)
    totals, plan = record.totals, cell.plan
    status = totals.status if totals else Status.CANCELLED
    sentences = [totals.message, totals.next_step] if totals else ["The run was stopped before it ended."]
    warnings = (plan.warnings if plan else ()) + tuple(warning for answer in answers for warning in answer.warnings)
    return CellResult(
        cell,
        status,
        message="" if status is Status.OK else " ".join(filter(None, sentences)),
        reason=totals.reason if totals else "",
        pictures=tuple(_pictures(record, folder)),
        text="\n\n".join(filter(None, (answer.text for answer in answers))),
        model=next((answer.model for answer in answers if answer.model), plan.model.id if plan else ""),
        # A request that was on its way when the run ended may have been paid.
        cost=None if status is Status.CANCELLED else record.cost,
        seconds=_seconds(record.requests),
        warnings=tuple(dict.fromkeys(warnings)),
        folder=folder,
    )


def _waiting(cell: Cell, record: RunRecord, folder: Path) -> CellResult:
    """Return what is known of a run that is in a job; what it will cost is not."""
    message = f"It waits in {record.job}. Collect it: prompt-kit runs wait {record.job}. Then compare once more."
    return CellResult(cell, message=message, pictures=tuple(_pictures(record, folder)), folder=folder, job=record.job)


def _pictures(record: RunRecord, folder: Path) -> Iterable[CellPicture]:
    made_of = {derived.source: derived.file for derived in record.derived}
    for name in sorted(record.pictures, key=lambda name: int(Path(name).stem)):
        master = folder / name
        path = folder / made_of.get(name, name)
        try:
            image = open_image(path)
        except InputError:
            yield CellPicture(path, master, 0, 0)
        else:
            yield CellPicture(path, master, image.width, image.height)


def _seconds(requests: Iterable[Done]) -> float | None:
    took: dict[int, float] = {}
    for done in requests:
        asked = done.request
        took[asked.take] = took.get(asked.take, 0.0) + (asked.ended - asked.sent).total_seconds()
    return sum(took.values()) / len(took) if took else None
