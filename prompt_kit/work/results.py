"""What came of work: several outcomes as one, and the results of a plan as they are on the disk."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from prompt_kit.errors import InputError
from prompt_kit.outcome import Outcome, Status, Usage
from prompt_kit.record.ledger import Ledger
from prompt_kit.record.runs.answers import outcome_of
from prompt_kit.record.runs.reading import own_record
from prompt_kit.support.money import total
from prompt_kit.work.orders import Result
from prompt_kit.work.resuming import last_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prompt_kit.work.orders import Item, Plan


def results(plan: Plan) -> tuple[Result, ...]:
    """Return what has come of each item of a plan so far, from the records of its last run; nothing is written.

    Raises:
        WorkspaceError: When the ledger cannot be read.
    """
    with Ledger.open(plan.project.ledger_url) as ledger:
        by_number = {item.number: _result(item, ledger, plan.project.runs_folder) for item in plan.to_send}
    return tuple(
        replace(by_number[item.number if item.same_as is None else item.same_as], item=item)
        if not item.refusals
        else Result(item, message=" ".join(problem.message for problem in item.refusals))
        for item in plan.items
    )


def _result(item: Item, ledger: Ledger, root: Path) -> Result:
    folder = last_folder(item, ledger, root)
    try:
        record = own_record(folder) if folder else None
        outcomes = [outcome_of(done, folder) for done in record.requests] if record and folder else []
    except InputError as error:
        return Result(item, message=str(error), error=error)
    if record is None or folder is None:
        return Result(item, message="Nothing was sent.")
    totals = record.totals
    status = totals.status if totals else None if record.state == "waiting" else Status.CANCELLED
    together = merged(outcomes) if outcomes else None
    took = [(done.request.ended - done.request.sent).total_seconds() for done in record.requests]
    return Result(
        item,
        status,
        reason=totals.reason if totals else "",
        message="" if status is Status.OK or not totals else f"{totals.message} {totals.next_step}".strip(),
        pictures=together.pictures if together else (),
        text=together.text if together else "",
        cost=None if status in {None, Status.CANCELLED} else record.cost,
        seconds=sum(took) / record.count if took else None,
        runs=(record.run,),
        job=record.job if record.state == "waiting" else "",
        outcome=together,
    )


def merged(outcomes: Sequence[Outcome]) -> Outcome:
    """Return several outcomes as one: all pictures, the whole cost, and the first thing that went wrong."""
    if len(outcomes) == 1:
        return outcomes[0]
    failed = next((outcome for outcome in outcomes if not outcome.ok), None)
    leading = failed or outcomes[0]
    return replace(
        leading,
        # Repetitions end in any order; people read the names in theirs.
        pictures=tuple(sorted((p for outcome in outcomes for p in outcome.pictures), key=lambda p: str(p.path or ""))),
        text="\n\n".join(filter(None, (outcome.text for outcome in outcomes))),
        pieces=(),
        drafts=tuple(draft for outcome in outcomes for draft in outcome.drafts),
        derived=tuple(derived for outcome in outcomes for derived in outcome.derived),
        thoughts="\n\n".join(filter(None, (outcome.thoughts for outcome in outcomes))),
        sources=tuple(dict.fromkeys(source for outcome in outcomes for source in outcome.sources)),
        queries=tuple(dict.fromkeys(query for outcome in outcomes for query in outcome.queries)),
        suggestions="\n".join(dict.fromkeys(filter(None, (outcome.suggestions for outcome in outcomes)))),
        page=next((outcome.page for outcome in outcomes if outcome.page), None),
        usage=_added([outcome.usage for outcome in outcomes if outcome.usage]),
        cost=total(outcome.cost for outcome in outcomes),
        warnings=tuple(dict.fromkeys(warning for outcome in outcomes for warning in outcome.warnings)),
    )


def after_empty(empty: Outcome, second: Outcome) -> Outcome:
    """Return the second outcome of a request that first came back empty, with what both may cost.

    Where the budget did not allow a second one, the first is the outcome.
    """
    if second.status is Status.BUDGET:
        return replace(empty, next_step=f"{empty.next_step} It was not sent once more: {second.message}".strip())
    counted = [outcome.usage for outcome in (empty, second) if outcome.usage]
    warning = f"{second.model} came back without a picture and was asked again; both answers may be charged."
    return replace(
        second,
        billable="yes" if second.billable == "yes" else "unknown",
        usage=_added(counted) if len(counted) == 2 else None,  # noqa: PLR2004 - both
        cost=total(outcome.cost for outcome in (empty, second)),
        warnings=(*second.warnings, warning),
    )


def _added(usages: Sequence[Usage]) -> Usage | None:
    if not usages:
        return None
    names = {name for usage in usages for name in usage.to_dict()}
    sums: dict[str, Any] = {name: sum(usage.to_dict().get(name, 0) for usage in usages) for name in names}
    return Usage(**sums)
