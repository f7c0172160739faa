"""Finds the run of a prompt that was left unfinished, so that only what is missing is paid."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from prompt_kit.errors import InputError, WorkspaceError
from prompt_kit.runs import RECORD, RunFolder, Sent, read_record
from prompt_kit.words import series

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prompt_kit.ledger import Entry, Ledger
    from prompt_kit.prompt import Prompt


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run must be about to be gone on with."""

    prompt: Prompt
    generator: str
    model: str
    count: int
    resend: bool = False
    """Whether a request may be sent again that may have been paid though nobody saw the answer."""


def unfinished(wanted: Wanted, ledger: Ledger, root: Path) -> RunFolder | None:
    """Return the folder of the last run of the same prompt, if it was left unfinished with something to keep.

    What its process had saved without coming to write it down is taken into its record, and booked.

    Raises:
        InputError: When a request of it may have been paid though nobody saw the answer, unless it may be sent again;
            or when its record is damaged.
    """
    entries = ledger.last_run(wanted.prompt.fingerprint, wanted.generator)
    path = root / entries[0].run if entries else None
    if path is None or not (path / RECORD).is_file():
        return None
    record = read_record(path / RECORD)
    same = record.get("count", 1) == wanted.count and entries[0].model == wanted.model
    if not same or record.get("state") not in {"started", "failed", "cancelled"}:
        return None
    lost = [entry for entry in entries if entry.state == "unknown" and not entry.status]
    try:
        folder = RunFolder.reopen(path, unseen=[_sent(entry) for entry in lost])
    except WorkspaceError:  # another process is at it: this is a second wish for the same, not its continuation
        return None
    try:
        left = _settled(folder, lost, entries, ledger)
        _consented(left, wanted, folder)
        if left or any(folder.made(take) for take in range(wanted.count)):
            folder.begin_again()
            return folder
    except BaseException:
        folder.close()
        raise
    folder.close()
    return None


def _settled(folder: RunFolder, lost: Sequence[Entry], entries: Sequence[Entry], ledger: Ledger) -> list[Entry]:
    """Book the requests whose answers were found after all; return those of which nobody knows how they ended."""
    seen = folder.answers() if lost else {}
    for entry in lost:
        if entry.id in seen:
            ledger.ended(entry.id, seen[entry.id])
    return [entry for entry in lost if entry.id not in seen and not _sent_again(entry, entries)]


def _consented(left: Sequence[Entry], wanted: Wanted, folder: RunFolder) -> None:
    """Stop where something could be paid twice without anybody wanting it."""
    if not left or wanted.resend:
        return
    turns = wanted.prompt.turns
    names = series([f"'{turns[entry.turn].name}'" if turns[entry.turn].name else "a picture" for entry in left])
    costs = [entry.estimate for entry in left if entry.estimate is not None]
    price = f" (about ${sum(costs, Decimal()):.4f})" if len(costs) == len(left) else ""
    raise InputError(
        f"The program ended while {names} of {folder.id} was on its way: it may have been made and paid{price}."
        " Send it once more with --resend, or make everything anew with --new."
    )


def _sent(entry: Entry) -> Sent:
    """Return what the ledger knows of a request whose end nobody saw."""
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
    )


def _sent_again(lost: Entry, entries: Sequence[Entry]) -> bool:
    """Return whether a request was sent once more afterwards, by somebody who knew that it may be paid twice."""
    place = (lost.turn, lost.take)
    return any((entry.turn, entry.take) == place and entry.id > lost.id for entry in entries)
