"""What came of work: several outcomes as one, and the results of a plan as they are on the disk."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from prompt_kit.errors import InputError, PromptKitError
from prompt_kit.outcome import Outcome, Status, Usage
from prompt_kit.record.ledger import Ledger
from prompt_kit.record.runs.answers import derived_of, outcome_of
from prompt_kit.record.runs.reading import id_of, own_record
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
    root = plan.project.runs_folder
    by_number: dict[int, Result] = {}
    with ExitStack() as stack:
        there = Ledger.exists(plan.project.ledger_url)
        ledger = stack.enter_context(Ledger.open(plan.project.ledger_url)) if there else None
        for item in plan.to_send:
            folder, being_made = last_folder(item, ledger, root) if ledger else (None, False)
            by_number[item.number] = result_of(item, [id_of(folder)] if folder else [], root, being_made=being_made)
    return tuple(
        Result(item, message=" ".join(problem.message for problem in item.refusals))
        if item.refusals
        else replace(by_number[item.number if item.same_as is None else item.same_as], item=item)
        for item in plan.items
    )


def result_of(item: Item, runs: Sequence[str], root: Path, *, being_made: bool = False) -> Result:
    """Return what has come of an item from the records of its runs; what is damaged is reported in it.

    Args:
        item: The item.
        runs: The ids of its runs, in the order in which they began; the last one counts, all of them cost.
        root: The folder of all runs.
        being_made: Whether the process is still there that makes the last one, unless that has ended.
    """
    endings = [_recorded(item, root / run, being_made=being_made and run == runs[-1]) for run in runs]
    if not endings:
        return Result(item, message="Nothing was sent.")
    return replace(endings[-1], runs=tuple(runs), cost=total(ending.cost for ending in endings))


def _recorded(item: Item, folder: Path, *, being_made: bool) -> Result:
    try:
        record = own_record(folder)
        asked = (record.prompt_fingerprint, record.generator, record.count)
        if asked != (item.prompt.fingerprint, item.generator, item.count):
            raise InputError(f"{folder}: the record is of another prompt. It is left alone.")
        outcomes = [outcome_of(done, folder) for done in record.requests]
        derived = derived_of(record.derived, folder)
    except PromptKitError as error:
        return Result(item, message=str(error), cost=None, folder=folder, error=error)
    result = Result(item, folder=folder)
    if outcomes:
        together = merged(outcomes)
        warnings = tuple(dict.fromkeys((*item.warnings, *together.warnings)))
        result = brought(item, replace(together, derived=derived, warnings=warnings))
    takes = len({done.request.take for done in record.requests})
    took = sum((done.request.ended - done.request.sent).total_seconds() for done in record.requests)
    result = replace(result, seconds=took / takes if takes else None)
    if record.state == "waiting":
        message = f"It waits in {record.job}. Collect it: prompt-kit runs wait {record.job}."
        return replace(result, status=None, reason="", message=message, cost=None, job=record.job, under_way=True)
    totals = record.totals
    if record.state == "started" and being_made:
        return replace(result, status=None, reason="", message="It is being made.", cost=None, under_way=True)
    if totals is None:
        message = "The run was stopped before it ended."
        return replace(result, status=Status.CANCELLED, reason="", message=message, cost=None)
    return replace(
        result,
        status=totals.status,
        reason=totals.reason,
        message="" if totals.status is Status.OK else f"{totals.message} {totals.next_step}".strip(),
        # A request that was on its way when the run ended may have been paid.
        cost=None if totals.status is Status.CANCELLED else record.cost,
    )


def brought(item: Item, outcome: Outcome) -> Result:
    """Return the result of an item of which this came back."""
    return Result(
        item,
        outcome.pictures,
        status=outcome.status,
        reason=outcome.reason,
        message="" if outcome.ok else outcome.explanation,
        text=outcome.text,
        cost=outcome.cost,
        folder=outcome.folder,
        outcome=outcome,
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
