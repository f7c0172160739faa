"""Saves answers into a run's folder and kills itself at one of its calls to the system; see `test_journal.py`.

A process of its own. ``python killed_folder.py ROOT CALL`` is killed before the call of that number; a number that is
too high lets it come to its end.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fakes import png

from prompt_kit.outcome import Outcome, Picture, Piece, Status
from prompt_kit.prompt import Prompt, Text, Turn
from prompt_kit.record.runs import RunFolder, Sent

if TYPE_CHECKING:
    from collections.abc import Callable

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PROMPT = Prompt((Turn((Text("Draw a fox."),)),), recipe="fox")
CALLS = ("write", "fsync", "link", "replace", "open", "unlink")


def picture(number: int) -> Picture:
    """Return a picture of its own."""
    data = png((number + 1, 2))
    return Picture(data, "image/png", number + 1, 2, sha256(data).hexdigest())


def answer(*numbers: int, status: Status = Status.OK) -> Outcome:
    """Return an answer with so many pictures."""
    pieces = tuple(Piece(picture=at, signature="m") for at in range(len(numbers)))
    return Outcome(status, tuple(map(picture, numbers)), pieces=pieces, cost=Decimal("0.04"), billable="yes")


def sent(entry: int) -> Sent:
    """Return what was asked."""
    return Sent(turn=0, model="m", fingerprint="f", sent_at=NOON, ended_at=NOON, take=entry, entry=entry)


def main(root: Path, number: int) -> None:
    """Save five answers, two of them at once, derive a picture and finish."""
    folder = RunFolder.create(root, PROMPT, generator="gemini", now=NOON, count=5)
    left = number

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def before(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **named)

        return before

    for name in CALLS:
        setattr(os, name, counted(getattr(os, name)))
    folder.save_all([(answer(1), sent(1)), (answer(2, 3), sent(2))])
    folder.lost(sent(3))
    saved = folder.save(answer(4), sent(4))
    folder.save(answer(status=Status.BLOCKED), sent(5))
    assert saved.pictures[0].path
    folder.derive(saved.pictures[0].path, "cutout", png(), "Cut out.")
    folder.finish(Outcome(Status.OK), now=NOON)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
