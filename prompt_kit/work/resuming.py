"""Finds the unfinished run of a prompt, so that only the missing pictures are paid."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING

from prompt_kit.errors import InputError
from prompt_kit.outcome import Status
from prompt_kit.record.ledger import Ledger
from prompt_kit.record.ledger.processes import alive
from prompt_kit.record.runs import RECORD, BusyError, RunFolder, Sent, run_record
from prompt_kit.record.runs.holding import is_held
from prompt_kit.record.runs.reading import own_record
from prompt_kit.record.runs.recovery import recovered_answers
from prompt_kit.support import files
from prompt_kit.support.money import dollars, total
from prompt_kit.support.words import series
from prompt_kit.work.orders import Kept
from prompt_kit.work.reporting import unreported

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prompt_kit.record.ledger import Entry
    from prompt_kit.record.runs import RunRecord
    from prompt_kit.work.orders import Item, Plan


class MayBePaidError(InputError):
    """Going on could pay for something twice; nothing was sent."""

    def __init__(self, fact: str, now_what: str) -> None:
        self.fact, self.now_what = fact, now_what
        super().__init__(f"{fact} {now_what}")

    def __reduce__(self) -> tuple[type[MayBePaidError], tuple[str, str]]:  # type: ignore[override]
        return type(self), (self.fact, self.now_what)


def kept(item: Item, ledger: Ledger, root: Path) -> Kept | None:
    """Return what the last run of the same order has, if it was left unfinished; nothing is written."""
    entries = _last_run(item, ledger)
    path = _folder(entries, root)
    record = _unfinished_record(path, item) if path else None
    if path is None or record is None or (is_held(path) and not _goes_on_elsewhere(entries, record)):
        return None
    latest = [_sent(entry) for entry in _unseen(entries, record) if not _sent_again(entry, entries)]
    done = (*record.requests, *recovered_answers(path, record, latest))
    places = {(made.request.turn, made.request.take) for made in done if made.answer.status is Status.OK}
    return Kept(path, frozenset(places))


def last_folder(item: Item, ledger: Ledger, root: Path) -> tuple[Path | None, bool]:
    """Return the folder of the last run of an order, finished or not, and whether its process is still there."""
    entries = _last_run(item, ledger)
    return _folder(entries, root), any(_is_there(entry) for entry in entries)


def with_kept(plan: Plan) -> Plan:
    """Return a plan that says what is there already of each item; nothing is written.

    A run that cannot go on is reported when it is made.

    Raises:
        WorkspaceError: When the ledger cannot be read.
    """
    if not Ledger.exists(plan.project.ledger_url):
        return plan
    with Ledger.open(plan.project.ledger_url) as ledger:
        items = tuple(replace(item, kept=_kept_if_sound(item, ledger, plan)) for item in plan.items)
    return replace(plan, items=items)


def _kept_if_sound(item: Item, ledger: Ledger, plan: Plan) -> Kept | None:
    try:
        return None if item.refusals else kept(item, ledger, plan.project.runs_folder)
    except InputError:
        return None


def unfinished(
    item: Item, ledger: Ledger, root: Path, *, resend: bool = False, leave: bool = False
) -> RunFolder | None:
    """Return the folder of the last run of the same order, if it was left unfinished with something to keep.

    Pictures that its process saved but did not record are added to its record and booked.

    Args:
        item: What is wanted.
        ledger: Knows what was asked before.
        root: The folder of all runs.
        resend: Whether a request may be sent again that may have been paid though nobody saw the answer.
        leave: Whether such a request is left as it is, and the run goes on without it.

    Raises:
        InputError: When a run of the same prompt waits in a job; when a request of the last one may have been paid
            though nobody saw the answer, unless it may be sent again or is left; or when its record is damaged.
        WorkspaceError: When something in its folder, or the ledger, cannot be written.
    """
    _stop_if_it_waits(item, ledger, root)
    entries = _last_run(item, ledger)
    _stop_if_claimed(entries)
    path = _folder(entries, root)
    record = _unfinished_record(path, item) if path else None
    if path is None or record is None:
        return None
    lost = _unseen(entries, record)
    # A picture without a sidecar can only be of what was sent last.
    latest = [_sent(entry) for entry in lost if not _sent_again(entry, entries)]
    try:
        folder = RunFolder.reopen(path, unseen=latest)
    except BusyError:
        if _goes_on_elsewhere(entries, record):
            raise InputError(
                f"Another process goes on with {record.run}, which asks for the very same. Wait for it, or make"
                " everything anew with --new."
            ) from None
        return None  # another process makes it: this is a second request for the same prompt
    try:
        # Until the folder was locked, another process may have changed the ledger.
        if ledger.reconcile() or _last_run(item, ledger) != entries:
            folder.close()
            return unfinished(item, ledger, root, resend=resend, leave=leave)
        left = _settled(folder, lost, entries, ledger)
        _refuse_double_payment([] if resend or leave else left, item, folder)
        folder.lost(*map(_sent, left))
        # A run that was killed before it had any answer has no end yet; it ends here.
        if left or record.state == "started" or any(folder.made(take) for take in range(item.count)):
            return folder
    except BaseException:
        folder.close()
        raise
    folder.close()
    return None


def _last_run(item: Item, ledger: Ledger) -> tuple[Entry, ...]:
    """Return the requests of the newest run that asked for the same."""
    asked = (item.prompt.fingerprint, item.generator, item.model.id)
    return ledger.last_run(*asked, order_key=item.key, person=item.order.person)


def _folder(entries: Sequence[Entry], root: Path) -> Path | None:
    path = files.inside(root, entries[0].run) if entries else None
    return path if path is not None and (path / RECORD).is_file() else None


def _unfinished_record(path: Path, item: Item) -> RunRecord | None:
    """Return the record of a run that can be continued for an order, ``None`` where it cannot.

    Raises:
        InputError: When it is damaged.
    """
    try:
        record = own_record(path)
    except InputError as error:
        raise InputError(f"{error} The run cannot go on from there; make everything anew with --new.") from error
    unended = record.state in {"started", "failed", "cancelled"}
    unended = unended or (record.state == "done" and unreported(path))
    return record if unended and record.count == item.count else None


def _goes_on_elsewhere(entries: Sequence[Entry], record: RunRecord) -> bool:
    """Return whether a run that another process works on was left unfinished before."""
    return record.state != "started" or not all(map(_is_there, entries))


def _is_there(entry: Entry) -> bool:
    """Return whether the process that booked a request is still there, as far as that is known here."""
    return entry.host == socket.gethostname() and alive(entry.pid, entry.planned_at)


def stop_if_claimed(item: Item, ledger: Ledger, root: Path) -> None:
    """Check that no other process has just submitted the very same.

    Raises:
        InputError: When one has, or is about to.
    """
    _stop_if_it_waits(item, ledger, root)
    _stop_if_claimed(_last_run(item, ledger))


def stop_if_gone_on_with(kept: Kept) -> None:
    """Check that a run that was to go on is still unfinished, or brought nothing.

    Raises:
        InputError: When another process has gone on with it since it was looked at.
    """
    record = run_record(kept.folder)
    if record.state not in {"failed", "cancelled"}:
        raise InputError(
            f"Another process has gone on with {record.run}, which asks for the very same. See what it made:"
            f" prompt-kit runs show {record.run}. Or make everything anew with --new."
        )


def _stop_if_claimed(entries: Sequence[Entry]) -> None:
    """Raise `InputError` when a process is just handing these requests over as a job."""
    claimed = [entry for entry in entries if entry.state == "planned"]
    if any(alive(entry.pid, entry.planned_at) for entry in claimed):
        raise InputError(
            f"Another process submits the very same right now, for {claimed[0].run}. Collect it: prompt-kit runs wait."
            " Or make everything anew with --new."
        )


def _stop_if_it_waits(item: Item, ledger: Ledger, root: Path) -> None:
    """Raise `InputError` when a run of the same prompt waits in a job and only has to be collected."""
    waiting = ledger.waiting(item.prompt.fingerprint, item.generator, order_key=item.key, person=item.order.person)
    for run in dict.fromkeys(entry.run for entry in waiting if entry.model == item.model.id):
        path = files.inside(root, run)
        record = run_record(path) if (path / RECORD).is_file() else None
        if record and record.state == "waiting" and record.count == item.count:
            job = record.job
            raise InputError(
                f"{run} asks for the very same, and waits in {job}. Collect it: prompt-kit runs wait {job}."
                " Or make everything anew with --new."
            )


def _unseen(entries: Sequence[Entry], record: RunRecord) -> list[Entry]:
    """Return the requests whose answers were not seen or not saved, the newest first.

    One that was sent and has no end belongs to a process that has ended, perhaps on another computer: the lock of the
    run is free. Those of jobs are left out; `work.jobs` saves their answers.
    """
    saved = {(done.request.turn, done.request.take) for done in record.requests if done.answer.status is Status.OK}
    lost = [entry for entry in entries if entry.state == "unknown" and not entry.status]
    left = [entry for entry in entries if entry.state == "sent" and entry.pid]
    unsaved = [entry for entry in entries if entry.state == "done" and (entry.turn, entry.take) not in saved]
    return sorted([*lost, *left, *unsaved], key=lambda entry: entry.id, reverse=True)


def _settled(folder: RunFolder, lost: Sequence[Entry], entries: Sequence[Entry], ledger: Ledger) -> list[Entry]:
    """Book the requests whose answers are in the folder; return those whose end is unknown."""
    answers = folder.answers() if lost else {}
    answered = {number: outcome for number, outcome in answers.items() if outcome.status is not Status.CANCELLED}
    for entry in lost:
        if entry.id in answered and entry.state != "done":
            ledger.ended(entry.id, answered[entry.id])
        elif entry.state == "sent":
            ledger.unknown(entry.id, note="The program ended before the answer came.")
    return [entry for entry in lost if entry.id not in answered and not _sent_again(entry, entries)]


def _refuse_double_payment(left: Sequence[Entry], item: Item, folder: RunFolder) -> None:
    """Raise `MayBePaidError` when going on could pay for a picture twice."""
    left = [entry for entry in left if entry.estimate != 0]  # the proof costs nothing
    if not left:
        return
    names = [name for entry in left if (name := item.prompt.turns[entry.turn].name)]
    single = len(left) == 1
    pictures = series([f"'{name}'" for name in names]) if names else "a picture" if single else f"{len(left)} pictures"
    cost = total(entry.estimate if entry.actual is None else entry.actual for entry in left)
    price = "" if cost is None else f" (about {dollars(cost, least=4)})"
    if all(entry.state == "done" for entry in left):
        were = "was" if single else "were"
        fact = (
            f"{pictures[0].upper()}{pictures[1:]} of {folder.id} {were} made and paid{price}, but could not be saved."
        )
    else:
        they = "it" if single else "they"
        fact = f"Nobody saw the answer for {pictures} of {folder.id}: {they} may have been made and paid{price}."
    again = "Send it" if single else "Send them"
    raise MayBePaidError(fact, f"{again} once more with --resend, or make everything anew with --new.")


def _sent(entry: Entry) -> Sent:
    """Return what the ledger knows of a request whose end is unknown."""
    at = entry.sent_at or entry.planned_at
    return Sent(
        turn=entry.turn,
        model=entry.model,
        fingerprint=entry.fingerprint,
        sent_at=at,
        ended_at=at,
        estimate=entry.estimate,
        take=entry.take,
        entry=entry.id,
        paid=entry.actual,
    )


def _sent_again(lost: Entry, entries: Sequence[Entry]) -> bool:
    """Return whether a request was sent again later, with the consent that it may be paid twice."""
    place = (lost.turn, lost.take)
    return any((entry.turn, entry.take) == place and entry.id > lost.id for entry in entries)
